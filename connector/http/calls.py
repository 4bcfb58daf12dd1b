"""One call to a service: paced, bounded in time and size, repeated only where that is safe."""

from __future__ import annotations

import http.client
import random
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception, sleep_using_event
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from connector.http.failures import NoAnswer, NotSent
from connector.http.pace import Pacer
from connector.http.trust import shared, system_trust
from connector.http.turns import Turn
from connector.http.wire import Session, hush

MOST_BYTES = 4 * 1024 * 1024
"""The largest answer taken: a page of a thousand batch items is a tenth of it."""

_TRIES = 3
_WORTH_ANOTHER_TRY = ("dns", "refused")
_LIBRARY_FAILURES = (OSError, HTTPError, http.client.HTTPException, ValueError)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of any status. `headers` are found without regard to case; `repr` shows no content."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Http:
    """Calls to one service, from any number of threads: each has a session and a connection of its own.

    `timeout`: seconds for a whole call, its tries and answer included. `most`: bytes of the largest answer.
    `trust`: makes the TLS context, once it is needed (default: the system's store). `stop` ends every wait.
    `chance` draws from [0, 1) for the pauses between tries.
    """

    def __init__(
        self,
        *,
        timeout: float,
        stop: threading.Event | None = None,
        trust: Callable[[], ssl.SSLContext] = system_trust,
        most: int = MOST_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] | None = None,
    ) -> None:
        hush()
        self._timeout = timeout
        self._stop = stop or threading.Event()
        self._trust = trust
        self._most = most
        self._monotonic = monotonic
        self._chance = chance or random.SystemRandom().random
        self._pacer = Pacer(self._stop, monotonic)
        self._mine = threading.local()
        # Weak, so that a thread that ends takes its session and its connection along.
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        self._trusted: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        self._closed = False

    def pace(self, per_minute: float | None) -> None:
        """From now on at most so many requests in a minute, tries included; None: as many as there are."""
        self._pacer.limit(per_minute)

    def moments(self, seconds: float) -> int | None:
        """How many requests may go in so many seconds; None: as many as there are."""
        return self._pacer.moments(seconds)

    def slow_down(self, after: float) -> None:
        """The service says that it was too much: half as often from now on, and nothing for so many seconds."""
        self._pacer.slow_down(after)

    def went_well(self) -> None:
        """An answer as any other: a service that was asked more slowly is asked a little faster again."""
        self._pacer.went_well()

    def call(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Send one request and take its whole answer; redirects are answers like any other.

        A request that certainly was not sent is tried up to three times within its time, and so is a GET
        whose connection broke; nothing else is. Raises NotSent or NoAnswer.
        """
        request = _prepared(method, url, headers, body)
        ends = self._monotonic() + self._timeout
        tries = Retrying(
            stop=lambda state: self._enough(state, ends),
            wait=self._pause,
            retry=retry_if_exception(lambda error: _may_repeat(method, error)),
            sleep=sleep_using_event(self._stop),
            reraise=True,
        )
        return tries(self._once, request, ends)

    @contextmanager
    def in_turn(self, turn: Turn) -> Iterator[None]:
        """Whatever this thread calls here waits for its turn, each request for itself."""
        with self._session().in_turn(turn):
            yield

    def rest(self) -> None:
        """Close this thread's connection, for it will not be needed soon; the next call makes another."""
        session: Session | None = getattr(self._mine, "session", None)
        if session is not None:
            session.close()

    def close(self) -> None:
        """Close every connection; calls from now on raise NotSent."""
        with self._lock:
            self._closed = True
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    def _once(self, request: requests.PreparedRequest, ends: float) -> Answer:
        if self._closed or self._stop.is_set():
            raise NotSent("stopped")
        self._pacer.wait(ends - self._monotonic())
        left = ends - self._monotonic()
        if left <= 0:
            raise NotSent("timeout")
        answer = self._exchange(request, Timeout(total=left))
        if answer is None:
            # Raised here, so that no library's exception is chained to it: their texts hold the path.
            raise NoAnswer("timeout" if self._monotonic() >= ends else "broken")
        return answer

    def _exchange(self, request: requests.PreparedRequest, timeout: Timeout) -> Answer | None:
        """The whole answer, or None when it did not come."""
        try:
            with self._session().send(
                request,
                stream=True,
                allow_redirects=False,
                proxies={},
                timeout=timeout,
            ) as response:
                return Answer(response.status_code, response.headers, _whole_body(response.raw, self._most))
        except _LIBRARY_FAILURES:
            return None

    def _session(self) -> Session:
        session: Session | None = getattr(self._mine, "session", None)
        if session is None:
            session = self._mine.session = Session(self._context)
            with self._lock:
                self._sessions.add(session)
        return session

    def _context(self) -> ssl.SSLContext:
        """The TLS context of all sessions: to read the system's store takes as long as many a call."""
        with self._lock:
            if self._trusted is None:
                self._trusted = shared(self._trust())
            return self._trusted

    def _enough(self, state: RetryCallState, ends: float) -> bool:
        """Whether the last try was the last one: three were made, the program stops, or no time is left."""
        too_late = self._monotonic() + state.upcoming_sleep >= ends
        return too_late or state.attempt_number >= _TRIES or self._stop.is_set()

    def _pause(self, state: RetryCallState) -> float:
        """Seconds before the next try: up to 0.4, then up to 0.8, by chance."""
        return self._chance() * 0.2 * 2.0**state.attempt_number


def _prepared(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None
) -> requests.PreparedRequest:
    """The request as it will be sent.

    Raises NotSent `unusable`, without requests' own error: that quotes header and address, token and plate.
    """
    if not _callable(url) or not all(map(_sendable, headers.values())):
        raise NotSent("unusable")
    request = requests.PreparedRequest()
    try:
        request.prepare_method(method)
        request.prepare_url(url, None)
        request.prepare_headers({**headers, "Accept-Encoding": "identity"})
        request.body = body
        request.prepare_content_length(body)  # no cookies, and no credentials out of the address
    except ValueError:  # requests' own errors about addresses are ValueErrors too
        request.url = None
    if request.url is None:
        raise NotSent("unusable")
    return request


def _callable(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _sendable(header: str) -> bool:
    """Whether the header's value is one line of ASCII and means the same with its ends trimmed."""
    return header.isascii() and header.isprintable() and header == header.strip()


def _whole_body(raw: BaseHTTPResponse, most: int) -> bytes:
    """The body as it came, never unpacked. Raises NoAnswer when it is compressed or longer than `most`."""
    if raw.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise NoAnswer("encoded")
    body = bytearray()
    while piece := raw.read(65536, decode_content=False):
        body += piece
        if len(body) > most:
            raise NoAnswer("too_large")
    return bytes(body)


def _may_repeat(method: str, error: BaseException) -> bool:
    """Whether another try can do no harm: nothing was sent, or it was a question that changes nothing."""
    if isinstance(error, NotSent):
        return error.code in _WORTH_ANOTHER_TRY
    return method == "GET" and isinstance(error, NoAnswer) and error.code == "broken"
