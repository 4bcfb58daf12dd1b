"""What the sandbox says back: an answer as a value, and the contract's problem document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, not yet on the wire. `replayed` marks the first answer of a key, given once more."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class FieldError:
    """One entry of `errors[]` in a problem document."""

    field: str
    code: str
    message: str


def json_answer(status: int, value: Any) -> Answer:
    """`value` as JSON in UTF-8."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), JSON)


def problem(
    status: int,
    code: str | None,
    detail: str,
    errors: Iterable[FieldError] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    """An error of the contract; without a code it is an error of a server that does not know the call."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "detail": detail,
        "errors": [asdict(error) for error in errors],
    }
    if code is not None:
        document["code"] = code
    return Answer(status, json.dumps(document, ensure_ascii=False).encode(), PROBLEM, headers)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
