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
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.connection import create_connection

from connector.http.failures import NotSent, NotSentCode
from connector.http.turns import Turn

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
    """A socket's bytes, each read bounded by what is left of the call. The first of a success end the turn."""

    def __init__(
        self, sock: socket.socket, raw: io.RawIOBase, left: Callable[[], float | None], turn: Turn | None
    ) -> None:
        self._sock = sock
        self._raw = raw
        self._left = left
        self._turn = turn
        self.at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._sock.settimeout(self._left())
        count = self._raw.readinto(buffer)
        if self._turn and _is_success(buffer[: count or 0]):
            self._turn.give_back()
        self._turn = None
        self.at_end = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def _is_success(head: memoryview) -> bool:
    """Whether an answer that begins like this is a success: `HTTP/1.1 2…`."""
    return bytes(head[8:10]) == b" 2"


class _TimedAnswer(http.client.HTTPResponse):
    """http.client's answer, reading through the clock, and whole to the end of its headers."""

    def __init__(
        self,
        sock: socket.socket,
        *args: Any,
        left: Callable[[], float | None],
        turn: Turn | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(sock, *args, **kwargs)
        raw: Any = self.fp.detach()
        self._reader = _TimedReader(sock, raw, left, turn)
        self.fp = io.BufferedReader(self._reader)

    def begin(self) -> None:
        super().begin()
        if self._reader.at_end:  # http.client takes the end of the connection for the end of the headers
            raise http.client.IncompleteRead(b"")


@dataclass(slots=True)
class _Line:
    """What a session's connections know of their thread: whose turn is waited for before anything is sent."""

    turn: Turn | None = None


class _Timed(HTTPConnection):
    """What both kinds of connection add to urllib3's."""

    line = _Line()
    _ends: float | None = None
    _gathered: bytearray | None = None

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

    def request(self, *args: Any, **kwargs: Any) -> None:
        """As urllib3's, but head and body leave together, when it is their turn: then another thread may send them."""
        self._gathered = whole = bytearray()
        try:
            super().request(*args, **kwargs)
        finally:
            self._gathered = None
        self.sock.settimeout(0)
        turn, send = self.line.turn, partial(self._sent_at_once, whole)
        sent = turn.begin(send, within=self.timeout) if turn else send()
        if sent < len(whole):
            self.send(memoryview(whole)[sent:])

    def _sent_at_once(self, whole: bytearray) -> int:
        """How many bytes the system takes without waiting: nearly always all of them."""
        try:
            # No more than a slice: what TLS did not take it wants to be given again, and no less of it.
            return self.sock.send(memoryview(whole)[:_SLICE])
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0

    def send(self, data: Any) -> None:
        """As http.client's, for bytes: each slice has what is left of the call, not the whole of it again."""
        if self._gathered is None:
            for start in range(0, len(data), _SLICE):
                self.sock.settimeout(self.timeout)
                super().send(data[start : start + _SLICE])
        else:
            if self.sock is None:
                self.connect()
            self._gathered += data

    def response_class(self, sock: Any, *args: Any, **kwargs: Any) -> http.client.HTTPResponse:  # type: ignore[override]  # http.client calls it with a socket, as it would the class
        """An answer that knows what is left of the call."""
        return _TimedAnswer(sock, *args, left=lambda: self.timeout, turn=self.line.turn, **kwargs)


class _PlainConnection(_Timed):
    """http, on loopback."""


class _TlsConnection(_Timed, HTTPSConnection):
    """https."""


class _Pool(HTTPConnectionPool):
    line = _Line()

    def _new_conn(self) -> Any:
        """urllib3's, on the line of this session."""
        made: Any = super()._new_conn()
        made.line = self.line
        return made


class _PlainPool(_Pool):
    ConnectionCls = _PlainConnection


class _TlsPool(_Pool, HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    """One host at a time on one connection: a session has one thread."""

    def __init__(self, trust: Callable[[], ssl.SSLContext], line: _Line) -> None:
        self._trust = trust
        self._line = line
        self._pool: tuple[str, Any] = ("", None)
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> Any:
        """As requests', which would look for the pool anew at every call; the last one is kept."""
        origin = "/".join((request.url or "").split("/", 3)[:3])
        if self._pool[0] != origin:
            if origin.lower().startswith("https:"):
                self.poolmanager.connection_pool_kw["ssl_context"] = self._trust()
            pool: Any = super().get_connection_with_tls_context(request, *args, **kwargs)
            pool.line = self._line
            self._pool = (origin, pool)
        return self._pool[1]

    def close(self) -> None:
        self._pool = ("", None)
        super().close()

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Nothing: the context says whom we trust, and requests would add certifi's list to it."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """As requests', without the cookies that nobody keeps."""
        response = requests.Response()
        response.status_code, response.reason, response.raw = resp.status, resp.reason, resp
        response.headers = CaseInsensitiveDict(resp.headers)
        response.request, response.url = req, req.url or ""
        response.connection = self
        return response


class Session(requests.Session):
    """For one thread: follows no redirect, keeps no cookie, takes nothing from the environment.

    `trust` gives the TLS context; it is asked when the first address is https.
    """

    def __init__(self, trust: Callable[[], ssl.SSLContext]) -> None:
        super().__init__()
        self.trust_env = False  # no netrc, no proxy and no CA variables
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._line = _Line()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter(trust, self._line))

    @contextmanager
    def in_turn(self, turn: Turn) -> Iterator[None]:
        """What is sent here waits for its turn, and has given it back when this ends."""
        self._line.turn = turn
        try:
            yield
        finally:
            self._line.turn = None
            turn.give_back()

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """As requests', without its hooks, redirects and cookies: the adapter's work, which is all there is left."""
        kwargs.pop("allow_redirects", None)
        response = self.get_adapter(request.url or "").send(request, **kwargs)
        if not kwargs.get("stream"):
            _ = response.content
        return response


class BoundedSession(Session):
    """For a plugin: what it asks without a time of its own has this one, in seconds, for each read."""

    def __init__(self, trust: Callable[[], ssl.SSLContext], timeout: float) -> None:
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
