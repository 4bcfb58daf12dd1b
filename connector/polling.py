"""Polling: asks a garage system's API what changed, page by page, and takes a poll in as intake takes in a file.

begin, or go on → a page → its rows recognised or mapped → staged with its cursor → … → judged → accepted

Whatever fails is asked again later with the same cursor: a page is staged whole, with the cursor behind it, or not. A
page that is not what is known holds the poll meanwhile, as it would a file; the poll goes on when the page comes after
all.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from connector import plates
from connector.errors import (
    AdapterFailed,
    LedgerUnavailable,
    SourceError,
    SourceFormatError,
    SourceNotAdmitted,
    SourceUnavailable,
)
from connector.http import SourceSession
from connector.intake import NO_ROOM, Intake, Scan, finding_of
from connector.judging import Source, judged
from connector.ledger import Poll, StagedRow, Start
from connector.ledger.looking import FileSummary, file_summaries
from connector.model import CONSENT_FIELDS, Layout, Page, Rejected, SourceRecord, Table
from connector.reading import LONGEST_TEXT, writable

PAGE = 300.0
"""Seconds that all requests of one page may take together, its look-ups included."""

REPEATS = 20
"""So many pages in a row without a row that is new to the poll mean that it would never end."""

GOES_ON = "Dezelfde bladzijde wordt telkens opnieuw gevraagd; klopt zij weer, dan gaat het vanzelf verder."

_NAMEABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """What is asked of a source: from which day the first poll reads, and how far later ones reach back."""

    since: date | None
    lag: timedelta
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Polled(Scan):
    """What a poll came to. `more`: it was broken off and goes on at once; `again`: it stopped at a page, which is asked
    for again; `retry_after`: seconds it was asked to wait.

    `state` is that of a scan, or `paused` where the garage system does not let it in.
    """

    more: bool = False
    again: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Polling:
    """The polls of one garage. `monotonic` counts seconds; `stop` ends a poll between two pages."""

    intake: Intake
    monotonic: Callable[[], float]
    stop: threading.Event

    def poll(self, source: Source, http: SourceSession, asked: Range, *, seconds: float) -> Polled:
        """Poll for about so many seconds, page by page. Never raises for what a source does wrong."""
        ledger, log = self.intake.ledger, self.intake.log
        try:
            polled = self._poll(source, http, asked, seconds)
        except SourceNotAdmitted as error:
            polled = Polled(source.name, "paused", str(error), again=True)
        except SourceError as error:
            after = error.retry_after if isinstance(error, SourceUnavailable) else None
            polled = Polled(source.name, "unavailable", str(error), again=True, retry_after=after)
        except LedgerUnavailable as error:
            log.error("intake.no_room", garage=source.garage, source=source.name, reason=error.code)
            return Polled(source.name, "unavailable", NO_ROOM, again=True)
        finally:
            http.rest()
        ledger.note_source(source.garage, source.name, source.adapter.name, polled.state, polled.message)
        log.info("intake.polled", garage=source.garage, source=source.name, state=polled.state)
        return polled

    def _poll(self, source: Source, http: SourceSession, asked: Range, seconds: float) -> Polled:
        ledger = self.intake.ledger
        if not ledger.has_room():
            raise SourceUnavailable(NO_ROOM)
        finished = self.intake.resume(source)
        if ledger.polls.held(source.garage, source.name, source.recipe()):
            return self._told(source, finished)
        poll = ledger.polls.begin(source.garage, source.name, self._start(source, asked))
        try:
            broken_off = self._read(source, http, poll, self.monotonic() + seconds)
        except (SourceFormatError, AdapterFailed) as error:
            broken_off = self._held(source, poll, error)
        if broken_off is not None:
            return replace(broken_off, read=tuple(finished))
        return self._told(source, [*finished, *self._concluded(source, poll)])

    def _read(self, source: Source, http: SourceSession, poll: Poll, ends: float) -> Polled | None:
        """Read the pages of a poll that are left; None when all are staged, else what it came to meanwhile."""
        in_vain = 0
        while not poll.ended:
            http.within(PAGE)
            page = source.adapter.fetch_page(http, source.settings, poll.cursor, poll.since)
            fresh = self._stage(source, poll, page)
            if fresh is None:
                return _called_off(source)
            in_vain = in_vain + 1 if page.records and not fresh else 0
            if in_vain >= REPEATS:
                raise SourceFormatError(
                    "de bladzijden van het garagesysteem herhalen zich: controleer paging"
                )
            poll = _behind(poll, page)
            if not poll.ended and (self.stop.is_set() or self.monotonic() >= ends):
                message = f"de bevraging loopt: {poll.staged} rijen tot nu toe"
                return Polled(source.name, "waiting", message, more=True)
        return None

    def _held(self, source: Source, poll: Poll, error: SourceFormatError | AdapterFailed) -> Polled:
        """Hold a poll for a page that is not what is known; what was staged of it stays."""
        found = finding_of(error)
        finding = replace(found, message=f"{found.message.removesuffix('.')}. {GOES_ON}")
        lacks = isinstance(error, SourceFormatError) and _is_of_consent(source, error.column)
        is_news = self.intake.ledger.polls.hold(poll.file, finding, lacks_consent=lacks)
        if is_news is None:
            return _called_off(source)
        if is_news:
            self.intake.log.warning(
                "intake.held", garage=source.garage, source=source.name, file=poll.file, reason=finding.reason
            )
        return Polled(source.name, "held", finding.message, again=True)

    def _start(self, source: Source, asked: Range) -> Start:
        at = self.intake.now().astimezone(asked.zone)
        day = asked.since
        since = datetime(day.year, day.month, day.day, tzinfo=asked.zone) if day else None
        name = f"bevraging {at:%d-%m-%Y %H:%M:%S}"
        return Start(name, source.recipe(), since, asked.lag, whole=source.contains == "all")

    def _stage(self, source: Source, poll: Poll, page: Page) -> int | None:
        """Stage a page; how many of its rows no earlier page brought, or None where the poll was called off."""
        rows = list(self._rows(source, page, poll.staged))
        if self.intake.ledger.is_full():
            raise LedgerUnavailable(NO_ROOM, code="full")
        return self.intake.ledger.polls.stage_page(poll.file, page, rows)

    def _rows(self, source: Source, page: Page, before: int) -> Iterator[StagedRow]:
        key = source.columns().get("record_key")
        names = key.names if key else ()

        recognise = partial(self.intake.ledger.recognise, source.garage, source.name, source.recipe())
        table = Table(Layout(columns=()), page.records)
        for chunk in judged(source, table, self.intake.today(), recognise):
            yield from (_staged(each, page.records[each.position - 1], before, names) for each in chunk.rows)

    def _concluded(self, source: Source, poll: Poll) -> list[FileSummary]:
        """What became of a poll whose last page is staged; nothing where it brought nothing new."""
        if self.intake.ledger.polls.end_quietly(poll.file):
            return []
        return [self.intake.conclude(source, poll.file)]

    def _told(self, source: Source, read: list[FileSummary]) -> Polled:
        with self.intake.ledger.looking() as connection:
            held = file_summaries(connection, source.garage, "held", source=source.name, limit=1)
        if held:
            return Polled(source.name, "held", held[0].message, tuple(read))
        return Polled(source.name, "ok", None, tuple(read), saw_files=True)


def _called_off(source: Source) -> Polled:
    """Somebody had the range read anew meanwhile."""
    return Polled(source.name, "waiting", None, more=True)


def _is_of_consent(source: Source, column: str | None) -> bool:
    mapped = source.columns()
    return any(column in mapped[name].names for name in CONSENT_FIELDS if name in mapped)


def _behind(poll: Poll, page: Page) -> Poll:
    """A poll after one more page."""
    staged = poll.staged + len(page.records)
    return replace(poll, cursor=page.cursor, staged=staged, ended=not page.more)


def _staged(row: StagedRow, record: SourceRecord, before: int, key_names: tuple[str, ...]) -> StagedRow:
    """A row of a page, `before` rows of the same poll being staged already."""
    values, verdict = record.values, row.verdict
    key = next((text for name in key_names if (text := writable(values.get(name, ""))[:LONGEST_TEXT])), None)
    if isinstance(verdict, Rejected) and key and _is_nameable(key):
        verdict = replace(verdict, message=f"{verdict.message} Het is record {key} van het garagesysteem.")
    return row._replace(position=before + row.position, verdict=verdict, key=key)


def _is_nameable(key: str) -> bool:
    """Whether a record's key may be shown: a number of the system's own, and no plate or name."""
    has_digit = any(sign.isdigit() for sign in key)
    return bool(_NAMEABLE.fullmatch(key)) and has_digit and not plates.judge(key, None).accepted
