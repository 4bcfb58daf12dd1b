"""How a garage system is told who asks: a header that holds a secret, or a token that is fetched for one.

A secret is read anew whenever it is needed, so a replaced one counts at once. What is raised here holds none.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlencode

from connector.errors import SourceNotAdmitted, SourceUnavailable
from connector.http.calls import Answer, Http
from connector.http.failures import TransportError, why

MARGIN = 30.0
"""Seconds before its end from which a token is not used any more, at most a tenth of its life."""
UNTOLD = 3600.0
"""Seconds that a token counts whose answer does not say how long; a 401 ends it sooner."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")

Secret = Callable[[], str]
"""Gives the secret of this moment. Raises `SourceNotAdmitted` when there is none."""


class Admission(Protocol):
    """What a request carries so that it is let in."""

    def headers(self) -> Mapping[str, str]:
        """The headers of this moment. Raises `SourceNotAdmitted`, or `SourceUnavailable` where they must be fetched."""

    def refused(self, used: Mapping[str, str]) -> bool:
        """These headers were answered with 401; whether others may do."""


@dataclass(frozen=True, slots=True)
class Open:
    """No secret at all."""

    def headers(self) -> Mapping[str, str]:
        """None."""
        return {}

    def refused(self, used: Mapping[str, str]) -> bool:
        """There are no others."""
        return False


@dataclass(frozen=True, slots=True)
class SecretHeader:
    """One header that holds a secret: `value` makes of the secret what stands in it."""

    name: str
    value: Callable[[str], str]
    secret: Secret = field(repr=False)

    def headers(self) -> Mapping[str, str]:
        """The header with the secret of this moment."""
        return {self.name: self.value(self.secret())}

    def refused(self, used: Mapping[str, str]) -> bool:
        """Whether another secret is there meanwhile."""
        return dict(self.headers()) != dict(used)


def basic(user: str, password: str) -> str:
    """The value of `Authorization` for a user and password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


@dataclass(slots=True)
class ClientCredentials:
    """OAuth 2 client credentials (RFC 6749, 4.4): a token, kept until shortly before its end, for all threads.

    `extra` stands in the form beside `grant_type`. The id and secret go as Basic or in the body, by `client_auth`.
    """

    http: Http
    token_url: str
    client_id: str
    secret: Secret = field(repr=False)
    extra: Mapping[str, str] = field(default_factory=dict)
    client_auth: Literal["basic", "body"] = "basic"
    monotonic: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)
    _token: str | None = field(init=False, repr=False, default=None)
    _ends: float = field(init=False, repr=False, default=0.0)

    def headers(self) -> Mapping[str, str]:
        """The token's header; of many threads that find it over, one fetches the next and all have it."""
        with self._lock:
            if self._token is None or self.monotonic() >= self._ends:
                self._token, life = self._fetched()
                self._ends = self.monotonic() + life - min(MARGIN, life / 10)
            return {"Authorization": f"Bearer {self._token}"}

    def refused(self, used: Mapping[str, str]) -> bool:
        """A token that is refused is over, whatever was said of its life; whoever had an older one has another now."""
        with self._lock:
            if used.get("Authorization") == f"Bearer {self._token}":
                self._token = None
        return True

    def _fetched(self) -> tuple[str, float]:
        """A new token, and the seconds of its life."""
        secret = self.secret()
        form = {"grant_type": "client_credentials", **self.extra}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self.client_auth == "basic":
            headers["Authorization"] = basic(self.client_id, secret)
        else:
            form |= {"client_id": self.client_id, "client_secret": secret}
        try:
            answer = self.http.call("POST", self.token_url, headers=headers, body=urlencode(form).encode())
        except TransportError as error:
            raise SourceUnavailable(f"het garagesysteem geeft geen toegangstoken: {why(error)}") from None
        return _token(answer)


def _token(answer: Answer) -> tuple[str, float]:
    if answer.status in (400, 401, 403):
        raise SourceNotAdmitted(
            f"het garagesysteem weigert een toegangstoken ({answer.status}): controleer client_id en het geheim"
        )
    try:
        said = json.loads(answer.body) if answer.status == 200 else None
    except ValueError:
        said = None
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise SourceUnavailable(f"het garagesysteem geeft geen toegangstoken ({answer.status})")
    return token, _life(said.get("expires_in"))


def _life(said: object) -> float:
    try:
        life = float(str(said))
    except ValueError:
        return UNTOLD
    return min(life, UNTOLD * 24) if life > 0 else UNTOLD
