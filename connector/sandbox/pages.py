"""Pages of a list that is read bit by bit: what a query asks, opaque cursors, and pages that were spoilt by order.

A cursor is a place in one list and good for that list only. It looks like nothing, so that no client reads it.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import parse_qs

PageOrder = Literal["twice", "again", "backwards"]
"""How a page may be spoilt: every item of it twice, the whole page once more, or the list from its end."""

USUAL_PAGE = 100
LARGEST_PAGE = 1000

_BACKWARDS = "b"
_AGAIN = "a"


class QueryError(Exception):
    """The query of a call is not as the contract wants it; the text says how."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A list to be read page by page: its name, its length, and `fetch(first, count)` of its items in order."""

    name: str
    length: int
    fetch: Callable[[int, int], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Page:
    """Some items, the cursor after them, and whether there are more now."""

    items: list[dict[str, Any]]
    next: str
    more: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """So many items have been read, in this direction; `again` when their last page is to be passed by."""

    read: int = 0
    marks: str = ""


def said(query: str, name: str) -> str | None:
    """The one value of a parameter, or None; QueryError when it is empty or said twice."""
    values = parse_qs(query, keep_blank_values=True).get(name, [])
    if len(values) > 1 or values == [""]:
        raise QueryError(f"{name} is said once, and not empty.")
    return values[0] if values else None


def page_of(shelf: Shelf, query: str, order: PageOrder | None, *, may_turn: bool = False) -> Page:
    """The page that `after` and `limit` ask for, spoilt as ordered; QueryError for an unknown cursor.

    `may_turn`: the list has no order of its own, so that it may come from its end. A list that was begun so is
    read so to its other end, and no item is lost.
    """
    after, limit = said(query, "after"), _limit(said(query, "limit"))
    place = _Place() if after is None else _found(shelf, after)
    if may_turn and after is None and order == "backwards":
        place = _Place(0, _BACKWARDS)
    count = max(0, min(limit, shelf.length - place.read))
    items = _items(shelf, place, count)
    if order == "again" and items and _AGAIN not in place.marks:
        return Page(items, _cursor(shelf, _Place(place.read, place.marks + _AGAIN)), more=True)
    read = place.read + count
    onward = _cursor(shelf, _Place(read, place.marks.replace(_AGAIN, "")))
    return Page(items * 2 if order == "twice" else items, onward, more=read < shelf.length)


def _items(shelf: Shelf, place: _Place, count: int) -> list[dict[str, Any]]:
    if _BACKWARDS not in place.marks:
        return shelf.fetch(place.read, count)
    return shelf.fetch(shelf.length - place.read - count, count)[::-1]


def _limit(written: str | None) -> int:
    if written is None:
        return USUAL_PAGE
    if not (written.isascii() and written.isdigit() and written.strip("0")):
        raise QueryError("limit is a whole number from 1.")
    return LARGEST_PAGE if len(written.lstrip("0")) > 4 else min(int(written), LARGEST_PAGE)


def _cursor(shelf: Shelf, place: _Place) -> str:
    text = f"{place.read}.{place.marks}.{_seal(shelf, place)}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _found(shelf: Shelf, cursor: str) -> _Place:
    """The place of a cursor that this list has given, else QueryError."""
    try:
        read, marks, _ = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(".")
        place = _Place(int(read), marks)
    except ValueError:
        raise QueryError("This cursor is unknown.") from None
    if _cursor(shelf, place) != cursor or not 0 <= place.read <= shelf.length:
        raise QueryError("This cursor is unknown.")
    return place


def _seal(shelf: Shelf, place: _Place) -> str:
    return sha256(f"{shelf.name}\n{place.read}\n{place.marks}".encode()).hexdigest()[:12]
