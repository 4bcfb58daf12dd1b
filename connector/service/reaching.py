"""The sessions with which a polled source is asked, made of its configuration."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from connector.config import (
    Auth,
    BasicAuth,
    BearerAuth,
    ClientCredentialsAuth,
    HeaderAuth,
    HttpConfig,
    SourceConfig,
)
from connector.config.http_file import SECRET
from connector.errors import ConfigError, SourceNotAdmitted
from connector.http import Admission, ClientCredentials, Http, Open, SecretHeader, SourceSession, basic

Env = Mapping[str, str]

NO_SECRET = "het geheim van http.auth ontbreekt, is leeg of beschadigd: zet het in het bestand dat daar staat"  # noqa: S105  # a sentence


@dataclass(slots=True)
class _Line:
    """What all sessions of one source share; `users` have one now."""

    config: HttpConfig
    http: Http
    admission: Admission
    users: int = 0


class Reaching:
    """Makes the sessions of polled sources, from any thread: those of one source share its pace and its token."""

    def __init__(self, env: Env = os.environ) -> None:
        self._env = env
        self._lines: dict[int, _Line] = {}
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self, source: SourceConfig, stop: threading.Event) -> Iterator[SourceSession]:
        """A session of a polled source, for one thread; `stop` ends its waits."""
        if source.http is None:
            raise ValueError("this source polls nothing")
        line = self._taken(source.http, stop)
        session = SourceSession(source.http.url, line.http, line.admission)
        try:
            yield session
        finally:
            session.rest()
            self._left(line)

    def _taken(self, config: HttpConfig, stop: threading.Event) -> _Line:
        with self._lock:
            line = self._lines.get(id(config))
            if line is None:
                line = self._lines[id(config)] = _line(config, stop, self._env)
            line.users += 1
            return line

    def _left(self, line: _Line) -> None:
        with self._lock:
            line.users -= 1
            if not line.users:
                del self._lines[id(line.config)]
                line.http.close()


def _line(config: HttpConfig, stop: threading.Event, env: Env) -> _Line:
    """What leads to a garage system, as `http:` describes it."""
    most = int(config.largest_answer * 1024 * 1024)
    http = Http(timeout=config.timeout, stop=stop, most=most)
    http.pace(config.requests_per_minute)
    return _Line(config, http, _admission(config.auth, http, env))


def _admission(auth: Auth | None, http: Http, env: Env) -> Admission:
    if auth is None:
        return Open()
    secret = _secret(auth, env)
    if isinstance(auth, ClientCredentialsAuth):
        return ClientCredentials(
            http, auth.token_url, auth.client_id, secret, extra=auth.extra, client_auth=auth.client_auth
        )
    return SecretHeader(*_header(auth), secret)


def _header(auth: BearerAuth | BasicAuth | HeaderAuth) -> tuple[str, Callable[[str], str]]:
    """A header's name, and what makes its value of the secret."""
    if isinstance(auth, BasicAuth):
        user = auth.username
        return "Authorization", lambda password: basic(user, password)
    if isinstance(auth, HeaderAuth):
        form = auth.value
        return auth.name, lambda token: form.replace(SECRET, token)
    return "Authorization", lambda token: f"Bearer {token}"


def _secret(auth: Auth, env: Env) -> Callable[[], str]:
    def read() -> str:
        try:
            return auth.read(env)
        except ConfigError:
            raise SourceNotAdmitted(NO_SECRET) from None

    return read
