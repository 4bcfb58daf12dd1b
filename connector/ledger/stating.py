"""The nightly statement in the ledger: whom it asks about, what its answers change, and what it came to."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from connector.comparing import (
    LATEST,
    Statement,
    chosen,
    difference,
    is_worth_writing,
    out_of_proportion,
    unasked,
)
from connector.ledger import outcomes
from connector.ledger import passports as passport_rows
from connector.ledger.claims import unclaimed
from connector.ledger.correcting import Turn
from connector.ledger.schema import events, files, passports
from connector.ledger.statement_tables import statements
from connector.ledger.writing import among, event, found, record, upsert
from connector.model import PassportStatus
from connector.plan import Look, Passport

NEVER_SENT = "not_sent"
"""The event of an invitation that went out by all that is known, and of which iGarage knows nothing."""
_AT_REST = (
    (passports.c.state == "delivered") & passports.c.claim_token.is_(None) & passports.c.batch.is_(None)
)
"""Passports of which nothing is under way, due or asked: iGarage must have them as they are known here."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passport to ask iGarage about, as it is known now."""

    plate: str
    facts: Passport


Heard = tuple[Candidate, PassportStatus | None]
"""What iGarage answered about a passport; None: it has no such passport."""


def candidates(
    connection: sa.Connection, garage: str, since: datetime, sample: int, chance: Callable[[], float]
) -> list[Candidate]:
    """Whom to ask about: of what was asked of iGarage since an instant as many as may be, and so many at random."""
    lately = passports.c.last_attempt >= since
    latest = _some(connection, garage, lately, LATEST, chance)
    others = _some(connection, garage, passports.c.plate.not_in(latest), sample, chance)
    rows = _with_verdicts(connection, garage, latest + others)
    return [Candidate(row["plate"], _facts(row)) for row in rows]


def _some(
    connection: sa.Connection,
    garage: str,
    which: sa.ColumnElement[bool],
    most: int,
    chance: Callable[[], float],
) -> list[str]:
    """Plates of passports at rest, as many as may be, each as likely as another."""
    at_rest = (passports.c.garage == garage) & _AT_REST & which
    number = connection.execute(sa.select(sa.func.count()).select_from(passports).where(at_rest)).scalar_one()
    place = sa.func.row_number().over(order_by=passports.c.plate).label("place")
    numbered = sa.select(passports.c.plate, place).where(at_rest).subquery()
    taken = numbered.c.place.in_(chosen(number, most, chance))
    return list(connection.execute(sa.select(numbered.c.plate).where(taken)).scalars())


def write(connection: sa.Connection, turn: Turn, heard: Sequence[Heard]) -> int:
    """Write what answers tell of passports that are as they were when they were asked about; how many differ.

    What changed meanwhile was overtaken: what is known of it now is of later than the answer. Where differences are out
    of proportion nothing is written of them: a person would have to answer for each what is one question to iGarage.
    """
    rows = {
        row["plate"]: row
        for row in _with_verdicts(connection, turn.garage, [each.plate for each, _ in heard])
    }
    told = [
        (each, rows[each.plate], unasked(answer))
        for each, answer in heard
        if each.plate in rows and _facts(rows[each.plate]) == each.facts
    ]
    differ = {each.plate: difference(each.facts, answer) for each, _, answer in told}
    never_sent = [
        plate
        for plate, what in differ.items()
        if what == "not_sent" and _was_sent(connection, turn.garage, plate)
    ]
    differences = sum(what in ("gone", "other_address") for what in differ.values()) + len(never_sent)
    if out_of_proportion(len(heard), differences):
        told, never_sent = [each for each in told if differ[each[0].plate] is None], []
    closings = [
        (unclaimed(row, each.facts, Look()), outcomes.Compared(answer), _bare(row))
        for each, row, answer in told
        if is_worth_writing(each.facts, answer)
    ]
    outcomes.write(connection, turn.garage, closings, turn.policy, turn.today, turn.now)
    _note(connection, turn, never_sent)
    return differences


def _with_verdicts(connection: sa.Connection, garage: str, plates: Collection[str]) -> list[dict[str, Any]]:
    """Passports at rest, of these plates, each with the verdict of its address."""
    query = (
        passport_rows.with_verdict()
        .where(passports.c.garage == garage, among(connection, passports.c.plate, plates), _AT_REST)
        .order_by(passports.c.plate)
    )
    return found(connection, query)


def _facts(row: dict[str, Any]) -> Passport:
    return passport_rows.facts(row, row["verdict"], row["reason"])


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in passports.c}


def _was_sent(connection: sa.Connection, garage: str, plate: str) -> bool:
    """Whether the passport that iGarage has now was sent: not one from before it was made, or handed over, anew."""
    query = sa.select(events.c.event, events.c.detail).where(
        events.c.garage == garage, events.c.plate == plate
    )
    for name, detail in connection.execute(query.order_by(events.c.id.desc())):
        if name == "invited":
            return True
        if name == "transferred" or (name == "delivered" and json.loads(detail).get("created")):
            return False
    return False


def _note(connection: sa.Connection, turn: Turn, plates: Sequence[str]) -> None:
    """An event for each invitation that iGarage does not know of; one that was noted is not noted night after night."""
    last = (
        sa.select(sa.func.max(events.c.id))
        .where(events.c.garage == turn.garage, among(connection, events.c.plate, plates))
        .where(events.c.event.in_((NEVER_SENT, "invited")))
        .group_by(events.c.plate)
    )
    known = sa.select(events.c.plate).where(events.c.id.in_(last), events.c.event == NEVER_SENT)
    noted = set(connection.execute(known).scalars())
    record(
        connection, [event(turn.garage, each, turn.now, NEVER_SENT) for each in plates if each not in noted]
    )


def figures(
    connection: sa.Connection, garage: str, whole: Collection[str], since: datetime
) -> tuple[int, int]:
    """Rows that the sources said last, and passports that iGarage is known to have.

    Of the sources that export their `whole` customer base the last export counts, of others what came since an instant.
    """
    taken = (files.c.garage == garage) & (files.c.state == "taken")
    exports = files.c.source.in_(list(whole)) & ~files.c.pushed
    last = sa.select(sa.func.max(files.c.id)).where(taken, exports).group_by(files.c.source)
    said = files.c.id.in_(last) | (~exports & (files.c.closed_at >= since))
    read = sa.select(sa.func.coalesce(sa.func.sum(files.c.read), 0)).where(taken, said)
    there = sa.select(sa.func.count()).select_from(passports)
    there = there.where(passports.c.garage == garage, passports.c.delivered_revision.is_not(None))
    return int(connection.execute(read).scalar_one()), connection.execute(there).scalar_one()


def stated_for(connection: sa.Connection, garage: str) -> date | None:
    """The local date of the last run of which it was stated what came of it."""
    query = sa.select(statements.c.stated_for).where(statements.c.garage == garage)
    day = connection.execute(query).scalar()
    return date.fromisoformat(day) if day else None


def last(connection: sa.Connection, garage: str) -> Statement | None:
    """The last statement of a garage; None where none was made."""
    query = sa.select(statements).where(statements.c.garage == garage, statements.c.at.is_not(None))
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    numbers = (row[name] for name in ("read_rows", "at_igarage", "asked", "differences"))
    return Statement(date.fromisoformat(row["stated_for"]), row["at"], *numbers)


def keep(connection: sa.Connection, garage: str, statement: Statement) -> None:
    """Keep a statement in the place of the last."""
    values = {
        "garage": garage,
        "stated_for": statement.date.isoformat(),
        "at": statement.at,
        "read_rows": statement.read,
        "at_igarage": statement.at_igarage,
        "asked": statement.asked,
        "differences": statement.differences,
    }
    upsert(connection, statements, [values])


def begin(connection: sa.Connection, garage: str, day: date) -> None:
    """The next statement is that of the run after this date's."""
    upsert(connection, statements, [{"garage": garage, "stated_for": day.isoformat()}])
