"""A garage system's API for as long as a rule is tried: a plugin's own stand-in, served on loopback.

A plugin that is polled brings `sample/stand_in.py` beside its module, with one function:

    def answer(asked: Asked, cars: Sequence[Car]) -> Answered:
        ...

It answers as the garage system would that has these cars, page by page and changed since; the settings in the sample's
garage file should make pages of two or three. The kit decides which cars there are, and what goes wrong.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector.http import Http, Open, SourceSession

FIRST = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""When the first car changed."""
TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Car:
    """A car with its customer; `changed` with its time zone."""

    number: int
    changed: datetime

    @property
    def id(self) -> str:
        """The garage system's own number."""
        return str(1000 + self.number)

    @property
    def plate(self) -> str:
        """The plate, with dashes."""
        return f"ZZ-{self.number:03}-Z"

    @property
    def last_name(self) -> str:
        """The customer's."""
        return f"Klaassen{self.number}"

    @property
    def email(self) -> str:
        """The customer's."""
        return f"klaassen{self.number}@voorbeeld.example"


def cars(numbers: Sequence[int], apart: timedelta = timedelta(minutes=1)) -> list[Car]:
    """Cars with these numbers, each changed so much after the one before."""
    return [Car(number, FIRST + position * apart) for position, number in enumerate(numbers)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its path below the base address, its query and headers, names of headers in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer. `body` is bytes, or anything that JSON has words for."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


StandIn = Callable[[Asked, Sequence[Car]], Answered]
Spoil = Callable[[Answered], Answered | None]
"""What becomes of an answer before it leaves; None: it is cut off in its middle."""


@dataclass
class Api:
    """The stand-in while it is served: its cars, and how its answers are spoilt."""

    answer: StandIn
    cars: Sequence[Car] = ()
    spoil: Spoil | None = None
    session: SourceSession = field(init=False)


@contextmanager
def served(answer: StandIn, having: Sequence[Car]) -> Iterator[Api]:
    """The stand-in on a port of its own, with the session that a plugin is handed."""
    api = Api(answer, having)
    server = _Server(api)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/api"
        with closing(SourceSession(url, Http(timeout=TIMEOUT), Open())) as session:
            api.session = session
            yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: Api) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer by the plugin's own stand-in."""
        self._answer()

    def do_POST(self) -> None:
        """The same."""
        self._answer()

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815  # so the standard library calls them

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        api = self.server.api
        whole = api.answer(self._asked(), api.cars)
        answered = api.spoil(whole) if api.spoil else whole
        content = (answered or whole).content
        self.send_response((answered or whole).status)
        for name, value in {"Content-Type": "application/json", **(answered or whole).headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if answered else content[: len(content) // 2])
        self.close_connection = True

    def _asked(self) -> Asked:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = parts.path.removeprefix("/api")
        return Asked(self.command, path, dict(parse_qsl(parts.query)), headers, self.rfile.read(length))
