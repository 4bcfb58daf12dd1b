"""The `requests.Session` that a polled source's plugin is given: the plugin asks, and this sees to all the rest.

Every request goes through `Http`: within a total deadline, its answer capped, redirects not followed, paced. It stays
within the garage system's own address, carries its secret, and what is no answer comes out as a `SourceError`, whose
Dutch sentence holds no address, secret or text of the service.

A GET that carries `Cache-Control: max-age=SECONDS` is a look-up. It may be answered from memory, for as long; and one
that goes on being refused (401, 403) or answered with 5xx, at poll after poll, is at last given to the plugin as it is:
one record whose customer cannot be had does not keep all others waiting.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from connector.backoff import MAX_RETRY_AFTER
from connector.errors import SourceFormatError, SourceNotAdmitted, SourceUnavailable
from connector.http.admission import Admission
from connector.http.calls import Answer, Http
from connector.http.failures import NotSent, TransportError, why
from connector.http.waiting import retry_after

TRIES = 3
"""Tries of one request that is answered with 429."""
PATIENCE = 10.0
"""Seconds that are waited after a 429 for another try at once; whoever asks for more is asked again at a later poll."""
SLOWER = 1.0
"""Seconds without a request after a 429 that names none."""
POISON = 3
"""So often a look-up may be refused, or answer with 5xx, before its answer is given to the plugin as it is."""
MOST_BROKEN = 1000
"""Look-ups that went wrong and are counted."""
MOST_KEPT = 32 * 1024 * 1024
"""Bytes of answers that are kept in memory."""

_OURS = (
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "host",
    "transfer-encoding",
)
"""Headers that a plugin does not set."""
_OF_ITS_OWN = (401, 403, 451, 500, 501, 502, 504)
"""Statuses that a look-up may have for itself alone, where the pages around it come."""
_MAX_AGE = re.compile(r"max-age=(\d{1,9})", re.ASCII)


class SourceSession(requests.Session):
    """A session for one source, from one thread. `url` is the base address: a path is appended to it.

    `most_kept`: bytes of answers that are kept in memory.
    """

    def __init__(
        self,
        url: str,
        http: Http,
        admission: Admission,
        *,
        most_kept: int = MOST_KEPT,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.trust_env = False
        self._base = url.rstrip("/")
        self._http = http
        self._admission = admission
        self._monotonic = monotonic
        self._now = now
        self._ends = float("inf")
        self._kept: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._kept_bytes = 0
        self._broken: dict[str, int] = {}
        self._most_kept = most_kept

    def within(self, seconds: float) -> None:
        """From now on requests end within so many seconds, all together."""
        self._ends = self._monotonic() + seconds

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **more: Any) -> requests.Response:
        """As `requests.Session`, of an address below the base address.

        Raises `SourceUnavailable`, `SourceNotAdmitted`, or `SourceFormatError` for an address elsewhere. Answers with
        2xx and with 4xx that say nothing of the source as a whole (404, 422) come back.
        """
        text = url.decode() if isinstance(url, bytes) else str(url)
        return super().request(method, self._absolute(text), *args, **more)

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        """The answer to a request, from memory where that is asked for and fresh."""
        key, age = f"{request.method} {request.url}", _age(request)
        answer = self._remembered(key, age)
        if answer is None:
            answer = self._asked(request, key if age else None)
            self._keep(key, age, answer)
        return _response(answer, request)

    def rest(self) -> None:
        """Close this thread's connection until the next poll."""
        self._http.rest()

    def close(self) -> None:
        """Close every connection."""
        super().close()
        self._http.close()

    def _absolute(self, url: str) -> str:
        if not url.lower().startswith(("http://", "https://")):
            return f"{self._base}/{url.lstrip('/')}" if url else self._base
        if urlsplit(url)[:2] != urlsplit(self._base)[:2]:
            raise SourceFormatError(
                "het garagesysteem verwijst naar een ander adres; daar wordt niets gevraagd"
            )
        return url

    def _asked(self, request: requests.PreparedRequest, key: str | None) -> Answer:
        """The answer of the service; `key` names a look-up, which may go wrong for itself alone."""
        may_renew = True
        for left in reversed(range(TRIES)):
            used = self._admission.headers()
            answer = self._called(request, used)
            if answer.status == 401 and may_renew and left and self._admission.refused(used):
                may_renew = False
            elif not (answer.status == 429 and self._slowed_down(answer) <= PATIENCE and left):
                break
        if key is not None and answer.status in _OF_ITS_OWN and self._is_poison(key):
            return answer
        return self._judged(answer)

    def _is_poison(self, key: str) -> bool:
        """Whether a look-up went wrong so often that it is no trouble of the service as a whole."""
        self._broken[key] = self._broken.pop(key, 0) + 1
        if len(self._broken) > MOST_BROKEN:
            self._broken.pop(next(iter(self._broken)))
        return self._broken[key] >= POISON

    def _called(self, request: requests.PreparedRequest, admitted: Mapping[str, str]) -> Answer:
        if self._monotonic() >= self._ends:
            raise SourceUnavailable("het garagesysteem doet te lang over een bladzijde; later weer")
        own = {name: value for name, value in request.headers.items() if name.lower() not in _OURS}
        try:
            return self._http.call(
                str(request.method), str(request.url), headers={**own, **admitted}, body=_body(request)
            )
        except TransportError as error:
            raise _without_answer(error) from None

    def _slowed_down(self, answer: Answer) -> float:
        """Ask less often from here on; the seconds until anything is asked again."""
        after = retry_after(answer.headers.get("Retry-After"), self._now())
        self._http.slow_down(SLOWER if after is None else after)
        return after or SLOWER

    def _judged(self, answer: Answer) -> Answer:
        status = answer.status
        if status in (401, 403):
            raise SourceNotAdmitted(
                f"het garagesysteem laat deze koppeling niet toe ({status}): controleer het geheim van http.auth"
            )
        if status in (408, 425, 429) or not 200 <= status < 500 or 300 <= status < 400:
            raise SourceUnavailable(
                _NOT_NOW.get(status, "het garagesysteem geeft geen goed antwoord")
                + f" ({status}); later weer",
                retry_after=retry_after(answer.headers.get("Retry-After"), self._now()),
            )
        self._http.went_well()
        return answer

    def _remembered(self, key: str, age: float) -> Answer | None:
        at, answer = self._kept.get(key, (0.0, None))
        return answer if answer is not None and age and self._monotonic() - at < age else None

    def _keep(self, key: str, age: float, answer: Answer) -> None:
        if not age:
            return
        self._drop(key)
        self._kept[key] = (self._monotonic(), answer)
        self._kept_bytes += len(key) + len(answer.body)
        while self._kept_bytes > self._most_kept:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        _, answer = self._kept.pop(key, (0.0, None))
        if answer is not None:
            self._kept_bytes -= len(key) + len(answer.body)


_NOT_NOW = {
    429: "het garagesysteem vraagt om minder verzoeken",
    503: "het garagesysteem is even niet beschikbaar",
}


def _without_answer(error: TransportError) -> SourceUnavailable:
    after = error.after if isinstance(error, NotSent) else None
    return SourceUnavailable(
        f"het garagesysteem antwoordt niet: {why(error)}; later weer",
        retry_after=None if after is None else min(after, MAX_RETRY_AFTER),
    )


def _age(request: requests.PreparedRequest) -> float:
    """The seconds for which an answer from memory will do; 0: none will."""
    asked = _MAX_AGE.search(request.headers.get("Cache-Control", "")) if request.method == "GET" else None
    return float(asked[1]) if asked else 0.0


def _body(request: requests.PreparedRequest) -> bytes | None:
    if isinstance(request.body, str):
        return request.body.encode()
    return None if request.body is None else bytes(request.body)


def _response(answer: Answer, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(answer.headers)
    response.url = str(request.url)
    response.request = request
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response._content = answer.body  # requests has no other way to make a response of bytes
    response._content_consumed = True  # type: ignore[attr-defined]  # so that it can be iterated too
    return response
