"""A real server on loopback that does what a script tells it, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import trustme

from connector.http import Http

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Talk:
    """One connection of a client, as the server has it."""

    sock: socket.socket
    server: Loopback
    number: int
    gone: threading.Event = field(default_factory=threading.Event)

    def read(self) -> bytes:
        """One request, whole; empty when the client has closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += (piece := self.sock.recv(65536))
            if not piece:
                return b""
        head, _, body = data.partition(b"\r\n\r\n")
        while len(body) < _content_length(head):
            body += self.sock.recv(65536)
        self.server.requests.append(head + b"\r\n\r\n" + body)
        return self.server.requests[-1]

    def answer(self, data: bytes = OK) -> None:
        self.sock.sendall(data)

    def trickle(self, data: bytes) -> None:
        """One byte every 20 ms; counts those that a client was still there for."""
        for byte in data:
            self.sock.sendall(bytes([byte]))
            self.server.trickled += 1
            if self.server.over.wait(0.02):
                return

    def reset(self) -> None:
        """End with RST, not with FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.sock.close()


Script = Callable[[Talk], None]


@dataclass
class Loopback:
    """A listening server; `requests` are those it has read whole."""

    script: Script
    tls: ssl.SSLContext | None = None
    over: threading.Event = field(default_factory=threading.Event)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    trickled: int = 0
    ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def start(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'http' if self.tls is None else 'https'}://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(sock, self.connections), daemon=True).start()

    def _talk(self, sock: socket.socket, number: int) -> None:
        sock.settimeout(20)
        with contextlib.suppress(OSError):  # what the client does to the connection is the test's business
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
            with sock:
                self.script(Talk(sock, self, number))
        self.ended.release()


def _content_length(head: bytes) -> int:
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return int(lengths[0].partition(b":")[2]) if lengths else 0


def _keep_alive(talk: Talk) -> None:
    while talk.read():
        talk.answer()


@pytest.fixture
def serve() -> Iterator[Callable[..., Loopback]]:
    """Starts servers: `serve(script, tls=None)`; without a script it answers 200 and keeps the connection."""
    started: list[Loopback] = []

    def start(script: Script = _keep_alive, tls: ssl.SSLContext | None = None) -> Loopback:
        server = Loopback(script, tls)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trust(authority: trustme.CA) -> Callable[[], ssl.SSLContext]:
    """Makes contexts that believe the test's authority and nobody else."""

    def make() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority.configure_trust(context)
        return context

    return make


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """A server's context with a good certificate."""
    return server_context(authority.issue_cert("127.0.0.1"))


@pytest.fixture
def with_certificate() -> Callable[[trustme.LeafCert], ssl.SSLContext]:
    return server_context


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def http(trust: Callable[[], ssl.SSLContext]) -> Iterator[Callable[..., Http]]:
    """Makes `Http`s, with a timeout of 10 s unless told, and closes them."""
    made: list[Http] = []

    def make(**settings: object) -> Http:
        made.append(Http(**{"timeout": 10, "trust": trust, **settings}))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        each.close()


class Clock:
    at = 1000.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()
