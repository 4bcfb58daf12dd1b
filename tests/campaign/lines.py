"""The line to iGarage, played by hand: a proxy that breaks connections, servers that say nothing, and TLS."""

from __future__ import annotations

import random
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Break = Literal["whole", "in the request", "request half passed on", "before the answer", "in the answer"]
PATIENCE = 30
LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Line:
    """What became of the requests on a line. `kept` answers were whole and did not get through."""

    port: int
    breaks: tuple[Break, ...]
    dice: random.Random
    broken: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self.port}"

    def throw(self) -> Break:
        """What becomes of the next request."""
        with self.lock:
            found = self.dice.choice(self.breaks)
            self.broken[found] = self.broken.get(found, 0) + 1
            self.kept += found in ("before the answer", "in the answer")
            return found

    def mend(self) -> None:
        """From now on all goes through."""
        self.breaks = ("whole",)


@contextmanager
def breaking_line(to: int, breaks: tuple[Break, ...], dice: random.Random) -> Iterator[Line]:
    """A proxy before the port `to` that breaks requests as the dice say, always by a reset."""
    with listening() as (server, serve):
        line = Line(server.getsockname()[1], breaks, dice)
        serve(lambda connection: _carry(connection, line, to))
        yield line


@contextmanager
def tls_line(to: int, context: ssl.SSLContext) -> Iterator[tuple[int, list[bytes]]]:
    """A TLS server before the port `to`: its port, and the first bytes of each request that came through."""
    with listening() as (server, serve):
        came: list[bytes] = []

        def carry(connection: socket.socket) -> None:
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
                while request := _request(secured):
                    came.append(request[:16])
                    secured.sendall(_asked(request, to))

        serve(carry)
        yield server.getsockname()[1], came


@contextmanager
def trap() -> Iterator[tuple[str, list[bytes]]]:
    """A stranger's server: its origin, and every byte that it was sent. It answers 200 to all."""
    with listening() as (server, serve):
        came: list[bytes] = []

        def take(connection: socket.socket) -> None:
            came.append(connection.recv(65536))
            body = b'{"plate": "ZZ000Z", "state": "sent"}'
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)

        serve(take)
        yield f"http://{LOOPBACK}:{server.getsockname()[1]}", came


@contextmanager
def deaf() -> Iterator[int]:
    """A port on which connections are made and nothing is ever said."""
    with listening() as (server, serve):
        over = threading.Event()
        serve(lambda connection: over.wait(PATIENCE))
        yield server.getsockname()[1]
        over.set()


@contextmanager
def black_hole() -> Iterator[int]:
    """A port that answers no attempt to connect: its queue is full, and what comes is dropped."""
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen(0)
        queued = [socket.socket() for _ in range(4)]
        for each in queued:
            each.setblocking(False)
            each.connect_ex(server.getsockname())
        try:
            yield server.getsockname()[1]
        finally:
            for each in queued:
                each.close()


Serve = Callable[[Callable[[socket.socket], object]], None]


@contextmanager
def listening() -> Iterator[tuple[socket.socket, Serve]]:
    """A listening socket, and the way to serve each connection of it in a thread."""
    with socket.create_server((LOOPBACK, 0)) as server:

        def serve(each: Callable[[socket.socket], object]) -> None:
            threading.Thread(target=_accept, args=(server, each), daemon=True).start()

        yield server, serve
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, each: Callable[[socket.socket], object]) -> None:
    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(PATIENCE)
            each(connection)

    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=one, args=(connection,), daemon=True).start()


def _carry(connection: socket.socket, line: Line, to: int) -> None:
    while connection.recv(1, socket.MSG_PEEK):
        fate = line.throw()
        if fate == "in the request":
            connection.recv(line.dice.randrange(1, 200))
            return _reset(connection)
        request = _request(connection)
        if fate == "request half passed on":
            with socket.create_connection((LOOPBACK, to), PATIENCE) as there:
                there.sendall(request[: line.dice.randrange(1, len(request))])
                _reset(there)
            return _reset(connection)
        answer = _asked(request, to)
        if fate == "before the answer":
            return _reset(connection)
        if fate == "in the answer":
            connection.sendall(answer[: line.dice.randrange(1, len(answer))])
            return _reset(connection)
        connection.sendall(answer)
    return None


def _request(connection: socket.socket) -> bytes:
    """One whole request; empty at the end of the connection."""
    came = b""
    while b"\r\n\r\n" not in came:
        piece = connection.recv(65536)
        if not piece:
            return b""
        came += piece
    head, _, body = came.partition(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            return b""
        body += piece
    return head + b"\r\n\r\n" + body


def _asked(request: bytes, to: int) -> bytes:
    """The answer of the port to this request, asked on a connection of its own."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"host:", b"connection:"))]
    lines += [f"Host: {LOOPBACK}:{to}".encode(), b"Connection: close"]
    with socket.create_connection((LOOPBACK, to), PATIENCE) as there:
        there.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        answer = b""
        while piece := there.recv(65536):
            answer += piece
    return answer.replace(b"Connection: close\r\n", b"", 1)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
