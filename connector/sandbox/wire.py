"""What goes wrong on the wire itself: dropped, cut and trickled answers.

waitress writes whole, well-formed answers; a fault of the wire needs the socket. So the channel of each
connection is put into the WSGI environment, and a struck answer is written to its socket by hand. That is
safe because waitress neither reads nor writes a channel while its one request is being worked on.
`ClientDisconnected`, raised afterwards, is what waitress itself raises for a connection that has gone: it
closes the channel and writes nothing more.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from waitress.channel import ClientDisconnected, HTTPChannel  # type: ignore[import-untyped]  # it has no types
from waitress.task import WSGITask  # type: ignore[import-untyped]  # it has no types

from connector.sandbox.answers import Answer
from connector.sandbox.fault_book import Strike

CHANNEL = "sandbox.channel"
SPOILT = "sandbox.spoilt"
SEND_PATIENCE = 10.0
"""Seconds for a client to take what is sent, before it counts as gone."""

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class WireTask(WSGITask):  # type: ignore[misc]  # its parent has no types
    """A request's work, which lets the application see its connection."""

    def get_environment(self) -> Environ:
        """The WSGI environment, with the channel."""
        environ: Environ = super().get_environment()
        environ[CHANNEL] = self.channel
        return environ


class WireChannel(HTTPChannel):  # type: ignore[misc]  # its parent has no types
    """A connection whose work sees it."""

    task_class = WireTask


class SpoilingDoor:
    """WSGI middleware: passes whole answers on, and writes the spoilt ones itself."""

    def __init__(self, application: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        answered = self._application(environ, start_response)
        spoilt: tuple[Answer, Strike] | None = environ.get(SPOILT)
        if spoilt is None:
            return answered
        with suppress(OSError):  # the client may have gone before us
            _spoil(environ[CHANNEL].socket, *spoilt)
        raise ClientDisconnected


def _spoil(connection: socket.socket, answer: Answer, strike: Strike) -> None:
    fault = strike.fault
    connection.settimeout(SEND_PATIENCE)
    if fault.drop is not None:
        _hang_up(connection, reset=fault.reset)
    elif fault.cut is not None:
        connection.sendall(_head(answer, promised=fault.promised) + answer.body[: fault.cut])
        _hang_up(connection, reset=fault.reset)
    elif fault.trickle is not None:
        _trickle(connection, answer, strike, 1 / fault.trickle)


def _trickle(connection: socket.socket, answer: Answer, strike: Strike, pause: float) -> None:
    rest = _head(answer, promised=True)
    if strike.fault.trickle_part == "body":
        connection.sendall(rest)
        rest = b""
    for byte in rest + answer.body:
        strike.wait(pause)
        connection.sendall(bytes([byte]))


def _hang_up(connection: socket.socket, *, reset: bool) -> None:
    if reset:
        # Linger of zero seconds: the close that follows sends a reset.
        layout = "hh" if sys.platform == "win32" else "ii"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))
    else:
        connection.shutdown(socket.SHUT_RDWR)


def _head(answer: Answer, *, promised: bool) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}", "Connection: close"]
    if answer.content_type is not None:
        lines.append(f"Content-Type: {answer.content_type}")
    if promised and answer.status != 204:
        lines.append(f"Content-Length: {len(answer.body)}")
    lines += [f"{name}: {value}" for name, value in answer.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
