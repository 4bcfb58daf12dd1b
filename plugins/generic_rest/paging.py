"""How the pages of an answer follow each other, and where the next one begins.

Where the garage's file asks for records in the order in which they changed, a page is not found by its number alone:
each page asks from the newest change of the one before, and passes over nothing that lies behind it. What changes
meanwhile moves to the end, and moves no record off a page that is still to come.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import requests

from connector.errors import SourceFormatError
from plugins.generic_rest.records import answer
from plugins.generic_rest.settings import Cursor, Linked, Numbered, Offset, Settings, search

Record = Mapping[str, Any]

STEP_BACK = timedelta(seconds=1)
"""So far before the newest change of a page the next one begins: an API may keep, or compare, whole seconds."""


@dataclass(frozen=True, slots=True)
class At:
    """A place in a poll: from which change on, and which page of those."""

    since: datetime | None
    page: int = 0
    passed: int = 0
    there: str | None = None
    """The address, or the API's own cursor, of the page."""

    @classmethod
    def read(cls, cursor: str | None, since: datetime | None) -> At:
        """The place a cursor says; without one the first page."""
        if cursor is None:
            return cls(since)
        said = json.loads(cursor)
        from_ = datetime.fromisoformat(said["since"]) if said["since"] else None
        return cls(from_, said["page"], said["passed"], said["there"])

    def written(self) -> str:
        """As a cursor."""
        since = self.since.isoformat() if self.since else None
        return json.dumps({"since": since, "page": self.page, "passed": self.passed, "there": self.there})


def url(settings: Settings, at: At) -> str:
    """The address of a page."""
    return at.there if isinstance(settings.paging, Linked) and at.there else settings.path


def parameters(settings: Settings, at: At) -> dict[str, str]:
    """The parameters of a page; a link holds its own."""
    paging = settings.paging
    if isinstance(paging, Linked) and at.there:
        return {}
    asked = dict(settings.params)
    if settings.changed and at.since:
        asked[settings.changed.param] = _asked(settings, at.since)
    if isinstance(paging, Offset):
        asked |= {paging.param: str(at.passed), paging.size_param: str(paging.size)}
    elif isinstance(paging, Numbered):
        asked[paging.param] = str(paging.first + at.page)
        if paging.size_param:
            asked[paging.size_param] = str(paging.size)
    elif isinstance(paging, Cursor) and at.there:
        asked[paging.param] = at.there
    return asked


def _asked(settings: Settings, since: datetime) -> str:
    """How an instant is asked from; an API may know days alone."""
    return settings.changed.format.format(since=since.astimezone(UTC)) if settings.changed else ""


def newest(settings: Settings, found: Sequence[Record]) -> datetime | None:
    """When the latest of these records changed; None where they do not say."""
    return max(_changes(settings, found), default=None)


def is_past_the_end(settings: Settings, at: At, response: requests.Response) -> bool:
    """Whether an API says with 404 that the page before was the last."""
    return isinstance(settings.paging, Numbered) and at.page > 0 and response.status_code == 404


def after(settings: Settings, at: At, response: requests.Response, found: Sequence[Record]) -> At | None:
    """The place of the next page; None after the last.

    Without a number of pages only an empty one is the last: an API may give fewer records than were asked for.
    """
    paging = settings.paging
    if isinstance(paging, Offset | Numbered):
        return _behind(settings, at, found) if _has_more(paging, at, response, found) else None
    if isinstance(paging, Linked):
        link = _link(paging, response)
        return replace(at, there=urljoin(response.url, link)) if link else None
    if isinstance(paging, Cursor):
        cursor = search(paging.next, answer(response))
        return replace(at, there=str(cursor)) if cursor not in (None, "", at.there) else None
    return None


def _has_more(
    paging: Offset | Numbered, at: At, response: requests.Response, found: Sequence[Record]
) -> bool:
    if isinstance(paging, Offset) or paging.total_pages is None:
        return bool(found)
    total = search(paging.total_pages, answer(response))
    if isinstance(total, bool) or not isinstance(total, int | str) or not str(total).isdigit():
        raise SourceFormatError(f"het antwoord zegt niet hoeveel bladzijden er zijn ({paging.total_pages})")
    return at.page + 1 < int(total)


def _behind(settings: Settings, at: At, found: Sequence[Record]) -> At:
    """The place behind a page: by the newest change on it, where they come in that order, else by count."""
    by_count = replace(at, page=at.page + 1, passed=at.passed + len(found))
    changes = _changes(settings, found)
    in_order = settings.is_ordered and len(changes) == len(found) and changes == sorted(changes)
    if not in_order or not changes:
        return by_count
    since = changes[-1].replace(microsecond=0) - STEP_BACK
    is_further = at.since is None or (
        since > at.since and _asked(settings, since) != _asked(settings, at.since)
    )
    return At(since) if is_further else by_count


def _changes(settings: Settings, found: Sequence[Record]) -> list[datetime]:
    """When each of these records changed, of those that say."""
    if settings.changed is None:
        return []
    field = settings.changed.field
    said = [each for each in (search(field, record) for record in found) if each not in (None, "")]
    read = [at for at in map(_instant, said) if at is not None]
    if said and not read:
        raise SourceFormatError(f"het veld {field} is geen tijdstip in ISO 8601", column=field)
    return read


def _instant(said: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(said))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _link(paging: Linked, response: requests.Response) -> str | None:
    if paging.next is None:
        return response.links.get("next", {}).get("url")
    link = search(paging.next, answer(response))
    return str(link) if link else None
