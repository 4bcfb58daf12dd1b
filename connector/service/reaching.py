"""The session with which a polled source is asked, made of its configuration."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager

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


@contextmanager
def reach(source: SourceConfig, stop: threading.Event, env: Env = os.environ) -> Iterator[SourceSession]:
    """The session of a polled source; `stop` ends its waits."""
    if source.http is None:
        raise ValueError("this source polls nothing")
    with closing(session_of(source.http, stop, env)) as session:
        yield session


def session_of(config: HttpConfig, stop: threading.Event, env: Env) -> SourceSession:
    """A session as `http:` describes it."""
    most = int(config.largest_answer * 1024 * 1024)
    http = Http(timeout=config.timeout, stop=stop, most=most)
    http.pace(config.requests_per_minute)
    return SourceSession(config.url, http, _admission(config.auth, http, env))


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
