"""Polled sources in the ledger: a poll is a file whose pages are staged one by one, each with its cursor.

The pages of a poll are staged, judged and accepted as one file is. Two cursors keep the place: `next`, of the poll
under way, moves with each page that is staged; what the next poll begins with (`cursor`, `mark`) moves only in the
transaction that takes the poll, or does it away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector.arrivals import AHEAD, Arrival
from connector.ledger import consents, poll_ends
from connector.ledger import files as file_rows
from connector.ledger.databases import Database
from connector.ledger.erasures import Erasures
from connector.ledger.files import Finding, StagedRow
from connector.ledger.questions import note_decision
from connector.ledger.schema import files, polls, rejected_rows, staged
from connector.ledger.writing import found, upsert
from connector.model import Page


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll under way: its file, and what its next page is asked with. `staged` rows of it are there already."""

    file: int
    cursor: str | None
    since: datetime | None
    staged: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Start:
    """Where a poll of a source begins, of which nothing is known yet, and how it is called."""

    name: str
    recipe: bytes
    since: datetime | None
    lag: timedelta
    whole: bool = False
    """Every poll reads the whole base."""


@dataclass(frozen=True, slots=True)
class Polls:
    """The polls of a ledger; each method is one transaction. `now` tells the time in UTC."""

    database: Database
    now: Callable[[], datetime]
    erasures: Erasures

    def held(self, garage: str, source: str, recipe: bytes) -> bool:
        """Whether a poll of the source, read by this recipe, waits for a person: until then nothing is asked."""
        waits = (files.c.state == "held") & files.c.reason.not_in(poll_ends.ASKED_AGAIN)
        query = sa.select(files.c.id).join(polls, polls.c.file == files.c.id)
        with self.database.read() as connection:
            query = query.where(_of(garage, source), polls.c.recipe == recipe, waits)
            return connection.execute(query).first() is not None

    def place(self, garage: str, source: str) -> tuple[Any, ...]:
        """Where a source is; another place than its last poll left means that a person decided something about it."""
        columns = (polls.c.cursor, polls.c.mark, polls.c.asked_since, polls.c.file, files.c.state)
        query = sa.select(*columns).outerjoin_from(polls, files, files.c.id == polls.c.file)
        with self.database.read() as connection:
            return tuple(connection.execute(query.where(_of(garage, source))).first() or ())

    def begin(self, garage: str, source: str, start: Start) -> Poll:
        """Go on with the poll under way, or begin one where the last ended."""
        with self.database.write("begin_poll") as connection:
            row = _row(connection, garage, source)
            if row and row["recipe"] == start.recipe and poll_ends.is_under_way(connection, row["file"]):
                return _poll(row)
            if row and row["file"] is not None:
                _call_off(connection, row["file"], self.now())
            row = _fresh(row, garage, source, start)
            arrival = Arrival(start.name, 0, self.now(), None)
            row["file"] = file_rows.add(
                connection, garage, source, arrival, start.recipe, self.now(), "reading"
            )
            upsert(connection, polls, [row])
            return _poll(row)

    def stage_page(self, file: int, page: Page, rows: Sequence[StagedRow]) -> int | None:
        """Put a page beside the ledger, together with the cursor behind it; None where its poll was called off.

        How many rows of it were new to the poll.

        A row that an earlier page of the poll brought, word for word, is not staged again.
        """
        with self.database.write("stage_page") as connection:
            query = sa.select(polls).where(polls.c.file == file)
            row = connection.execute(query).mappings().first()
            if row is None:
                return None
            let_in, _ = self.erasures.passed_over(connection, row["garage"], row["source"], rows)
            row = connection.execute(query.with_for_update()).mappings().first()
            if row is None:
                return None
            _go_on(connection, file)
            fresh = _unsaid(connection, file, let_in)
            file_rows.stage(connection, file, fresh)
            values: dict[str, Any] = {"next": page.cursor, "ended": not page.more}
            values["staged"] = row["staged"] + len(rows)
            if page.newest is not None and page.newest <= self.now() + AHEAD:
                values["newest"] = max(page.newest, row["newest"] or page.newest)
            connection.execute(polls.update().where(polls.c.file == file).values(values))
            return len(fresh)

    def hold(self, file: int, finding: Finding, *, lacks_consent: bool = False) -> bool | None:
        """Hold a poll of which a page is not what is known; what was staged stays, and so does its place.

        Whether that is news; None where its poll was called off. `lacks_consent`: what is gone is a consent or opt-out.
        """
        with self.database.write("hold_poll") as connection:
            if not poll_ends.is_under_way(connection, file):
                return None
            said = {"reason": finding.reason, "message": finding.message, "lacks_consent": lacks_consent}
            is_news = (files.c.state != "held") | (files.c.message != finding.message)
            held = files.update().where(files.c.id == file, is_news)
            done = connection.execute(held.values(**said, state="held", closed_at=self.now()))
            consents.lapse_where_lacking(connection, file, self.now())
            return done.rowcount > 0

    def end_quietly(self, file: int) -> bool:
        """A poll that ended and brought nothing that is not known: its cursor moves and no file stays. Else False."""
        with self.database.write("end_poll") as connection:
            if not _is_known_all(connection, file):
                return False
            consents.mend_where_heard(connection, file)
            poll_ends.take(connection, file)
            file_rows.forget(connection, file)
            return True

    def reset(self, garage: str, source: str, since: date | None) -> bool:
        """Read a range anew: from this day, or (None) from the configured one. False where it was never polled."""
        with self.database.write("reset_source") as connection:
            row = _row(connection, garage, source)
            if row is None:
                return False
            if row["file"] is not None:
                _call_off(connection, row["file"], self.now(), but_ended=row["ended"])
            day = since.isoformat() if since else None
            upsert(connection, polls, [{**row, **_AT_THE_START, **poll_ends.IDLE, "asked_since": day}])
            note_decision(connection)
            return True


FEW = 500
"""Digests that are asked for in one query."""

_AT_THE_START: dict[str, Any] = {"cursor": None, "mark": None}


def _of(garage: str, source: str) -> sa.ColumnElement[bool]:
    return (polls.c.garage == garage) & (polls.c.source == source)


def _row(connection: sa.Connection, garage: str, source: str) -> dict[str, Any] | None:
    rows = found(connection, sa.select(polls).where(_of(garage, source)))
    return rows[0] if rows else None


def _poll(row: dict[str, Any]) -> Poll:
    return Poll(row["file"], row["next"], row["since"], row["staged"], row["ended"])


def _go_on(connection: sa.Connection, file: int) -> None:
    """A poll that was held for a page is being read again: the page came after all."""
    fresh = {"state": "reading", "closed_at": None, "reason": None, "message": None, "lacks_consent": False}
    connection.execute(files.update().where(files.c.id == file, files.c.state == "held").values(fresh))


def _fresh(row: dict[str, Any] | None, garage: str, source: str, start: Start) -> dict[str, Any]:
    """A source's row as a poll begins: behind the last one, or at the start where it is read otherwise than before."""
    begun = {"garage": garage, "source": source, "recipe": start.recipe, "asked_since": None, **_AT_THE_START}
    if row and row["recipe"] == start.recipe:
        begun |= {name: row[name] for name in ("asked_since", *_AT_THE_START)}
    if start.whole:
        begun |= _AT_THE_START
    return {**begun, **poll_ends.IDLE, "next": begun["cursor"], "since": _since(begun, start)}


def _since(row: dict[str, Any], start: Start) -> datetime | None:
    mark: datetime | None = row["mark"]
    if mark is not None:
        return max(mark - start.lag, _EARLIEST)
    if row["asked_since"] is not None:
        day = date.fromisoformat(row["asked_since"])
        zone = start.since.tzinfo if start.since else _EARLIEST.tzinfo
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    return start.since


_EARLIEST = datetime.fromisoformat("1970-01-02T00:00:00+00:00")


def _call_off(connection: sa.Connection, file: int, now: datetime, *, but_ended: bool = False) -> None:
    """A poll in whose place its range is read anew; one that is being judged or accepted is left to itself."""
    if not but_ended and poll_ends.is_under_way(connection, file):
        file_rows.forget(connection, file)
    held = (files.c.id == file) & (files.c.state == "held")
    connection.execute(files.update().where(held).values(state="superseded", closed_at=now))


def _unsaid(connection: sa.Connection, file: int, rows: Sequence[StagedRow]) -> list[StagedRow]:
    """Of the rows of a page those that no earlier page brought, nor this one before."""
    said: set[bytes] = set()
    for start in range(0, len(rows), FEW):
        digests = [row.digest for row in rows[start : start + FEW]]
        query = sa.select(staged.c.digest).where(staged.c.file == file, staged.c.digest.in_(digests))
        said.update(bytes(digest) for digest in connection.execute(query).scalars())
    fresh: dict[bytes, StagedRow] = {}
    for row in rows:
        if row.digest not in said:
            fresh.setdefault(row.digest, row)
    return list(fresh.values())


def _is_known_all(connection: sa.Connection, file: int) -> bool:
    """Whether every row of a poll was said before: recognised, or rejected then as now."""
    rejected = sa.select(rejected_rows.c.digest).join(files, files.c.id == rejected_rows.c.file)
    mine = sa.select(files.c.garage, files.c.source).where(files.c.id == file).subquery()
    listed = rejected.join(mine, (mine.c.garage == files.c.garage) & (mine.c.source == files.c.source)).where(
        files.c.state == "taken"
    )
    news = sa.select(sa.func.count()).where(
        staged.c.file == file,
        ~staged.c.recognised,
        ~((staged.c.verdict == "rejected") & staged.c.digest.in_(listed)),
    )
    return connection.execute(news).scalar_one() == 0
