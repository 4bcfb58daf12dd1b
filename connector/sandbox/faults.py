"""Faults to order: which calls they strike, how often, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from connector.sandbox.answers import Answer, FieldError, problem
from connector.sandbox.pages import PageOrder


@dataclass(frozen=True, slots=True)
class Fault:
    """One order. It replaces the answer, keeps it away, spoils it on the wire, or delays it.

    *Which calls*: `method`, `path` (a glob, below the base path; `*` also matches `/`) and `garage`; None
    matches all.

    *How often*: skip the first `after` matches, then strike `times` times (None: until cleared), each with
    `probability` by dice thrown from `seed`.

    *What*: `status` with `code`, `detail`, `errors` and `retry_after` (put in the header as it is) · `body`
    with `content_type` (as it is; 200 unless `status` says otherwise) · `location`, a redirect (302 unless …)
    · `drop` before or after the deed (`reset`: by a reset instead of an orderly end) · `cut` after so many
    bytes of the body (`promised`: under the full Content-Length; else under none, and it looks complete) ·
    `trickle` in bytes per second, of the `headers` and the body or only the `body` · `latency` in seconds ·
    `hold` until the faults are cleared · `page`, of a list that is read in pages: `twice` each item of it,
    `again` the whole page under the next cursor, `backwards` from the list's end (items of a batch only).
    A delay goes with any of the others; `drop`, `cut` and `trickle` exclude each other.

    A replaced answer skips the deed and a delay comes before it, unless `after_deed`.
    """

    method: str | None = None
    path: str | None = None
    garage: str | None = None
    times: int | None = None
    after: int = 0
    probability: float = 1.0
    seed: int = 0
    status: int | None = None
    code: str | None = None
    detail: str = "This fault was ordered."
    errors: tuple[FieldError, ...] = ()
    retry_after: str | None = None
    body: str | None = None
    content_type: str = "text/html; charset=utf-8"
    location: str | None = None
    drop: Literal["before", "after"] | None = None
    reset: bool = False
    cut: int | None = None
    promised: bool = True
    trickle: float | None = None
    trickle_part: Literal["headers", "body"] = "body"
    latency: float = 0.0
    hold: bool = False
    page: PageOrder | None = None
    after_deed: bool = False

    def __post_init__(self) -> None:
        """Refuse an order that could strike nobody or do nothing, with ValueError."""
        mistakes = [*_field_mistakes(self)] or [*_order_mistakes(self)]
        if mistakes:
            raise ValueError("; ".join(mistakes))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Fault:
        """The order in a JSON object, or ValueError."""
        unknown = sorted(set(value) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)}")
        try:
            errors = tuple(FieldError(**entry) for entry in value.get("errors", ()))
        except TypeError:
            raise ValueError("errors must be a list of field, code and message") from None
        return cls(**{**value, "errors": errors})

    @property
    def replaces(self) -> bool:
        """Whether the answer is not the server's own."""
        return self.status is not None or self.body is not None or self.location is not None

    @property
    def does_deed(self) -> bool:
        """Whether what was asked for is done in spite of the fault."""
        if self.drop is not None:
            return self.drop == "after"
        return self.after_deed or not self.replaces

    @property
    def on_the_wire(self) -> bool:
        """Whether the connection itself is spoilt."""
        return self.drop is not None or self.cut is not None or self.trickle is not None

    def answer(self) -> Answer:
        """The answer instead of the server's own."""
        headers = self._headers()
        if self.body is not None:
            return Answer(self.status or 200, self.body.encode(), self.content_type, headers)
        if self.location is not None:
            return Answer(self.status or 302, headers=headers)
        if self.status is not None and self.status < 400:
            return Answer(self.status, headers=headers)
        return problem(self.status or 500, self.code, self.detail, self.errors, headers)

    def as_json(self) -> dict[str, Any]:
        """The order as it would be written in JSON, without what it leaves unsaid."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        unsaid = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in told.items() if value != unsaid[name]}

    def _headers(self) -> tuple[tuple[str, str], ...]:
        given = (("Retry-After", self.retry_after), ("Location", self.location))
        return tuple((name, value) for name, value in given if value is not None)


def _field_mistakes(fault: Fault) -> Iterator[str]:
    for names, fits, wanted in _RULES:
        for name in names:
            value = getattr(fault, name)
            optional = Fault.__dataclass_fields__[name].default is None
            if not (optional and value is None) and not fits(value):
                yield f"{name} must be {wanted}"


def _order_mistakes(fault: Fault) -> Iterator[str]:
    if not (fault.replaces or fault.on_the_wire or fault.latency or fault.hold or fault.page):
        yield "nothing goes wrong: say status, body, location, drop, cut, trickle, latency, hold or page"
    if sum(part is not None for part in (fault.drop, fault.cut, fault.trickle)) > 1:
        yield "drop, cut and trickle exclude each other"
    if fault.replaces and fault.drop is not None:
        yield "a dropped answer cannot be replaced"
    if (fault.code or fault.errors) and fault.status is None:
        yield "code and errors belong to a status"
    if fault.retry_after is not None and not fault.replaces:
        yield "retry_after belongs to a status or body"


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _header(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and all(ord(letter) < 256 for letter in value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _status(value: Any) -> bool:
    return _whole(value) and 200 <= value <= 599


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


_RULES: tuple[tuple[tuple[str, ...], Callable[[Any], bool], str], ...] = (
    (("method", "path", "garage", "code", "detail", "body"), _text, "text"),
    (("retry_after", "location", "content_type"), _header, "text on one line, in Latin-1"),
    (("times", "after", "cut", "seed"), _whole, "a whole number from 0"),
    (("status",), _status, "a status from 200 to 599"),
    (("probability",), lambda value: _number(value) and value <= 1, "a number from 0 to 1"),
    (("latency",), _number, "a number of seconds"),
    (("trickle",), lambda value: _number(value) and value > 0, "bytes per second, more than 0"),
    (("drop",), lambda value: value in ("before", "after"), "before or after"),
    (("page",), lambda value: value in get_args(PageOrder), "twice, again or backwards"),
    (("trickle_part",), lambda value: value in ("headers", "body"), "headers or body"),
    (("reset", "promised", "hold", "after_deed"), _yes_or_no, "true or false"),
)
