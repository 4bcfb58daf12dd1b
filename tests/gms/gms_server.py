"""A garage system's API on a real loopback port: what every stand-in shares. No code of the connector's is in it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request, as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Answered:
    """What is answered; `said` becomes JSON, text stays as it is."""

    said: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Gms:
    """A stand-in: `answer` says what each request is answered, after `faults`, which are used up one by one.

    While `hanging` is set nothing is answered at all.
    """

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self.faults: list[Answered] = []
        self.before: Callable[[Asked], None] = lambda _asked: None
        self.answering = threading.Event()
        self.answering.set()
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def asked(self, path: str) -> list[Asked]:
        """The requests of a path."""
        return [each for each in self.requests if each.path == path]

    def answer(self, asked: Asked) -> Answered:
        raise NotImplementedError

    def handled(self, asked: Asked) -> Answered:
        with self.lock:
            self.requests.append(asked)
            fault = self.faults.pop(0) if self.faults else None
        self.before(asked)
        self.answering.wait(60)
        return fault or self.answer(asked)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], gms: Gms) -> None:
        self.gms = gms
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is the test's business."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked = Asked(self.command, parts.path, query, dict(self.headers.items()), body)
        answered = self.server.gms.handled(asked)
        content = answered.said if isinstance(answered.said, str) else json.dumps(answered.said)
        data = content.encode()
        self.send_response(answered.status)
        for name, value in {"Content-Type": "application/json", **answered.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
