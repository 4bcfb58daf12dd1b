"""Sessions whose connections know when their call must be over.

requests and urllib3 bound every read by itself, so an answer that trickles runs for ever. Here a connection's
`timeout` is not a length but a rest: urllib3 sets it at the start of a call to the seconds the whole call may
take, and every resolving, connecting, handshaking, sending and reading is then given only what is left of
them. Real sockets need real time: this module reads the clock of the system.
"""

from __future__ import annotations

import http.client
import io
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

from connector.http.failures import NotSent, NotSentCode

_SLICE = 65536
"""Bytes handed to the socket at once: a server that reads slowly is noticed between two slices."""

_TALKATIVE = ("urllib3.connection", "urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry")


def resolve(host: str, port: int, seconds: float | None) -> list[tuple[str, int]]:
    """The addresses of a host, in the system's order. Raises OSError; TimeoutError after so many seconds.

    The system's resolver cannot be interrupted: a thread asks it, and is left behind when it takes too long.
    """
    asked: Future[list[tuple[str, int]]] = Future()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            asked.set_result([(str(entry[4][0]), port) for entry in found])
        except (OSError, UnicodeError) as error:
            asked.set_exception(socket.gaierror(str(error)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    return asked.result(seconds)


class _TimedReader(io.RawIOBase):
    """A socket's bytes, each read bounded by what is left of the call."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, left: Callable[[], float | None]) -> None:
        self._sock = sock
        self._raw = raw
        self._left = left
        self.at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._sock.settimeout(self._left())
        count = self._raw.readinto(buffer)
        self.at_end = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedAnswer(http.client.HTTPResponse):
    """http.client's answer, reading through the clock, and whole to the end of its headers."""

    def __init__(
        self, sock: socket.socket, *args: Any, left: Callable[[], float | None], **kwargs: Any
    ) -> None:
        super().__init__(sock, *args, **kwargs)
        raw: Any = self.fp.detach()
        self._reader = _TimedReader(sock, raw, left)
        self.fp = io.BufferedReader(self._reader)

    def begin(self) -> None:
        super().begin()
        if self._reader.at_end:  # http.client takes the end of the connection for the end of the headers
            raise http.client.IncompleteRead(b"")


class _Timed(HTTPConnection):
    """What both kinds of connection add to urllib3's."""

    _ends: float | None = None

    @property  # urllib3 has a plain attribute, and sets it anew before each step
    def timeout(self) -> float | None:
        """Seconds left of the call, None: no bound. Raises TimeoutError when there are none."""
        if self._ends is None:
            return None
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time of the call is over")
        return left

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._ends = None if seconds is None else time.monotonic() + seconds

    def connect(self) -> None:
        """As urllib3's. Raises NotSent, which urllib3 lets through: nothing of the request has left yet."""
        try:
            super().connect()
        except (OSError, HTTPError) as error:
            self.close()
            raise NotSent(_reason(error)) from error

    def _new_conn(self) -> socket.socket:
        addresses = resolve(self._dns_host, self.port, self.timeout)
        for remaining in range(len(addresses), 1, -1):
            try:
                return self._dial(addresses[-remaining], share=remaining)
            except OSError:
                continue  # the host has another address
        return self._dial(addresses[-1], share=1)

    def _dial(self, address: tuple[str, int], *, share: int) -> socket.socket:
        """A dead first address may not use up the time of the others: each has its share of what is left."""
        left = self.timeout
        bound = None if left is None else left / share
        sock = create_connection(address, bound, socket_options=self.socket_options)
        sock.settimeout(self.timeout)  # one handshake is bounded as a whole by this
        return sock

    def send(self, data: Any) -> None:
        """As http.client's, for bytes: each slice has what is left of the call, not the whole of it again."""
        for start in range(0, len(data), _SLICE):
            if self.sock is not None:
                self.sock.settimeout(self.timeout)
            super().send(data[start : start + _SLICE])

    def response_class(self, sock: Any, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:  # type: ignore[override]  # http.client calls it with a socket, as it would the class
        """An answer that knows what is left of the call."""
        return _TimedAnswer(sock, *args, left=lambda: self.timeout, **kwargs)


class _PlainConnection(_Timed):
    """http, on loopback."""


class _TlsConnection(_Timed, HTTPSConnection):
    """https."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """One host at a time on one connection: a session has one thread."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self._trust = trust
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._trust)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Nothing: the context says whom we trust, and requests would add certifi's list to it."""


class Session(requests.Session):
    """For one thread: follows no redirect, keeps no cookie, takes nothing from the environment."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        super().__init__()
        self.trust_env = False  # no netrc, no proxy and no CA variables
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter(trust))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, always: to look ahead, requests would read and unpack a redirect's body, without a cap."""


class BoundedSession(Session):
    """For a plugin: what it asks without a time of its own has this one, in seconds, for each read."""

    def __init__(self, trust: ssl.SSLContext, timeout: float) -> None:
        super().__init__(trust)
        self._timeout = timeout

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        how["timeout"] = self._timeout if how.get("timeout") is None else how["timeout"]
        return super().send(request, **how)


def hush() -> None:
    """Keep urllib3 from logging: it writes every path, with its plate, at DEBUG and in one warning.

    The filter stays for as long as the process lives and is the same one each time. What matters is raised.
    """
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False


def _reason(error: Exception) -> NotSentCode:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, socket.gaierror):
        return "dns"
    if isinstance(error, (ssl.SSLError, HTTPError)):
        return "tls"
    return "refused"
