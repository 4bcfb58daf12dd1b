"""Judges a request before anything is made of it, in this order: host, path, method, token, form, size."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from connector.errors import ConfigError
from connector.log import Log, described
from connector.model import PushRequest

LARGEST = 5 * 1024 * 1024
"""Bytes of a body."""

MEDIA_TYPES = {
    "application/json": "application/json",
    "text/json": "application/json",
    "application/xml": "application/xml",
    "text/xml": "application/xml",
}
"""What a body may say it is → what a plugin is told."""

_SCHEME = "bearer "

Environ = Mapping[str, Any]
StartResponse = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status with a JSON body."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """Who may push here, and what becomes of it. `token` raises `ConfigError` where there is none to compare with."""

    token: Callable[[], str]
    take: Callable[[PushRequest], Answer]


def refusal(status: int, code: str, message: str, **headers: str) -> Answer:
    """An answer of which nothing was kept; `headers` with _ for -."""
    return Answer(
        status,
        {"code": code, "message": message},
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


TOO_LARGE = refusal(413, "too_large", "Dit is meer dan 5 MB: stuur het in delen.")
UNREAD: Mapping[int, Answer] = {
    413: TOO_LARGE,
    431: refusal(431, "head_too_large", "De kop van dit verzoek is te groot."),
    501: refusal(501, "malformed", "Zo wordt hier niets ontvangen: stuur het met een Content-Length."),
}
"""Status with which the server refuses what it does not read to its end → the answer."""
MALFORMED = refusal(400, "malformed", "Dit is geen goed gevormd HTTP-verzoek.")


def rendered(answer: Answer) -> tuple[str, list[tuple[str, str]], bytes]:
    """An answer as it is sent: its status line, headers and body."""
    body = json.dumps(answer.body, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **answer.headers,
    }
    return f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()), body


class Application:
    """The WSGI application of one port. `routes` by path; they may come and go while it serves."""

    def __init__(self, hosts: Iterable[str], log: Log) -> None:
        self.routes: dict[str, Route] = {}
        self._hosts = frozenset(host.lower() for host in hosts)
        self._log = log

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """Answer one request."""
        try:
            answer = self._answer(environ)
        except Exception as error:  # a defect is answered too, without a word of what it was
            self._log.error("gate.broke", error=described(error))
            answer = refusal(500, "unexpected", "Er ging iets mis; het log van de koppeling zegt waar.")
        status, headers, body = rendered(answer)
        start_response(status, headers)
        return [body]

    def _answer(self, environ: Environ) -> Answer:
        if environ.get("HTTP_HOST", "").lower() not in self._hosts:
            return refusal(403, "wrong_host", "Onder deze naam wordt hier niets ontvangen.")
        route = self.routes.get(environ.get("PATH_INFO", ""))
        if route is None:
            return refusal(404, "not_found", "Op dit pad wordt niets ontvangen; zie path bij receive.")
        if environ["REQUEST_METHOD"] != "POST":
            return refusal(405, "method", "Records worden met POST gestuurd.", Allow="POST")
        return self._refused_entry(environ, route) or self._taken(environ, route)

    def _refused_entry(self, environ: Environ, route: Route) -> Answer | None:
        try:
            expected = route.token()
        except ConfigError:
            message = "Het token van receive ontbreekt bij de koppeling; zie status."
            return refusal(503, "no_token", message, Retry_After="60")
        if not _is_admitted(environ.get("HTTP_AUTHORIZATION", ""), expected):
            message = "Stuur het token mee als Authorization: Bearer …"
            return refusal(401, "unauthorised", message, WWW_Authenticate='Bearer realm="igarage-connector"')
        return None

    def _taken(self, environ: Environ, route: Route) -> Answer:
        media_type = _media_type(environ)
        if media_type is None:
            return refusal(415, "media_type", "Stuur JSON (application/json) of XML (application/xml).")
        body = environ["wsgi.input"].read(LARGEST + 1)
        if len(body) > LARGEST:
            return TOO_LARGE
        if not body.strip():
            return refusal(422, "empty", "Er is niets gestuurd.")
        return route.take(PushRequest(media_type, body))


def _is_admitted(authorization: str, expected: str) -> bool:
    """Compared in constant time, whatever the length."""
    given = authorization[len(_SCHEME) :].strip() if authorization.lower().startswith(_SCHEME) else ""
    return hmac.compare_digest(_print(given), _print(expected))


def _print(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _media_type(environ: Environ) -> str | None:
    """What the body is; None for what is neither JSON nor XML, or is packed."""
    if environ.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("", "identity"):
        return None
    return MEDIA_TYPES.get(environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower())
