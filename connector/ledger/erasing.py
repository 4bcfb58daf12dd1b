"""Everything that the ledger holds of a person, removed in one transaction.

Of a passport that iGarage may have, plate and seed stay until it is withdrawn there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector.emails import key as address_key
from connector.ledger import composing as batching
from connector.ledger import marks
from connector.ledger import passports as passport_rows
from connector.ledger.files import StagedRow, stage
from connector.ledger.person import ADDRESSES, Person, has_reference, is_at, names, parts
from connector.ledger.poll_ends import key_digest
from connector.ledger.schema import (
    addresses,
    corrections,
    events,
    files,
    notices,
    passports,
    rejected_rows,
    rows,
    skipped_rows,
    staged,
)
from connector.ledger.telling import told
from connector.ledger.writing import among, found
from connector.model import Skipped
from connector.plan import Delete, Policy, next_step

Row = Mapping[Any, Any]
ERASED = Skipped("erased")
LATE = timedelta(minutes=2)
"""Longer than a request lasts that nobody waits for any more."""
SOMEBODY = "-"
"""In the place of the address that was invited, where whoever had it is forgotten: somebody was, and is not named."""


@dataclass(frozen=True, slots=True)
class Erasing:
    """One erasure: its number, the hand that makes random bytes, and when it is."""

    number: int
    entropy: Callable[[int], bytes]
    now: datetime


def holdings(connection: sa.Connection, person: Person) -> dict[str, int]:
    """Table → rows of the person, as far as there are any: what `remove` would remove."""
    counts = {
        str(table.name): sum(_count(connection, table, which) for which in conditions)
        for table, conditions in _of(person).items()
    }
    counts["corrections"] = len(_corrections(connection, person))
    counts["staged"] = len(_staged(connection, person))
    counts["passports"] = len(_passports(connection, person))
    return {name: number for name, number in sorted(counts.items()) if number}


def remove(connection: sa.Connection, person: Person, erasing: Erasing) -> tuple[dict[str, int], list[str]]:
    """Remove all of the person but the plates that iGarage may have; table → rows, and those plates."""
    marked = _unmark(connection, person, erasing)
    counts = {
        str(table.name): sum(connection.execute(table.delete().where(which)).rowcount for which in conditions)
        for table, conditions in _of(person).items()
    }
    counts["corrections"] = _forget_corrections(connection, person)
    counts["staged"] = _blank_staged(connection, person, erasing) + marked
    known = _passports(connection, person)
    counts["passports"] = len(known)
    batching.blank(connection, person.garage, [row["plate"] for row in known if row["batch"]])
    left = [row["plate"] for row in known if _withdraw(connection, person.garage, row, erasing)]
    _forget_at_others(connection, person)
    return {name: number for name, number in sorted(counts.items()) if number}, left


def _forget_at_others(connection: sa.Connection, person: Person) -> None:
    """Other cars' passports do not name the person's any more, nor him as the one who was invited for them."""
    for some in parts(person.plates):
        others = (passports.c.garage == person.garage) & passports.c.successor.in_(some)
        connection.execute(passports.update().where(others).values(successor=None))
    for some in parts(person.all_addresses):
        others = (passports.c.garage == person.garage) & is_at(passports.c.invited_address, some)
        others &= passports.c.address.not_in(some)
        connection.execute(passports.update().where(others).values(invited_address=SOMEBODY))


def _of(person: Person) -> dict[sa.Table, list[sa.ColumnElement[bool]]]:
    """Table → conditions, none of which holds for a row twice."""
    garage = person.garage
    mine = sa.select(files.c.id).where(files.c.garage == garage)
    plates, bearing = list(parts(person.plates)), list(parts(person.all_addresses))
    not_by_plate = sa.and_(*(sa.func.coalesce(rows.c.plate, "").not_in(some) for some in plates), sa.true())
    return {
        rows: [
            *((rows.c.garage == garage) & rows.c.plate.in_(some) for some in plates),
            *((rows.c.garage == garage) & rows.c.address.in_(some) & not_by_plate for some in bearing),
        ],
        rejected_rows: [
            rejected_rows.c.file.in_(mine) & rejected_rows.c.key.in_(list(map(key_digest, some)))
            for some in parts(person.keys)
        ],
        skipped_rows: [skipped_rows.c.file.in_(mine) & skipped_rows.c.plate.in_(some) for some in plates],
        events: [(events.c.garage == garage) & events.c.plate.in_(some) for some in plates],
        addresses: [(addresses.c.garage == garage) & addresses.c.address.in_(some) for some in bearing],
        notices: [(notices.c.garage == garage) & notices.c.address.in_(some) for some in bearing],
        told: [(told.c.garage == garage) & told.c.address.in_(some) for some in bearing],
    }


def _corrections(connection: sa.Connection, person: Person) -> list[tuple[str, str]]:
    """Plate and address seen of every correction that is about the person, or names one of his addresses."""
    query = sa.select(corrections).where(corrections.c.garage == person.garage)
    return [
        (each["plate"], each["seen"])
        for each in connection.execute(query).mappings()
        if each["plate"] in person.plates
        or each["seen"] in person.all_addresses
        or address_key(each["meant"]) in person.all_addresses
    ]


def _forget_corrections(connection: sa.Connection, person: Person) -> int:
    about = _corrections(connection, person)
    for plate, seen in about:
        connection.execute(
            corrections.delete().where(
                corrections.c.garage == person.garage,
                corrections.c.plate == plate,
                corrections.c.seen == seen,
            )
        )
    return len(about)


def _count(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar_one()


def _passports(connection: sa.Connection, person: Person) -> list[dict[str, Any]]:
    """The person's passports, but for those that an earlier erasure has emptied already."""
    query = sa.select(passports).where(passports.c.garage == person.garage, passports.c.erasure.is_(None))
    return found(connection, query.where(among(connection, passports.c.plate, person.plates)))


# ---------------------------------------------------------------- passports


_NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(("content",), "{}"),
    **dict.fromkeys(("address", "system", "record", "source"), ""),
    **dict.fromkeys(ADDRESSES[1:]),
    **dict.fromkeys(("invited_at", "sent_at", "service_due", "consent", "opt_out", "changed_at")),
    **dict.fromkeys(("missing_since", "owner_order", "proposed", "successor", "delivered_name")),
    **dict.fromkeys(("held", "held_since", "held_message", "last_attempt", "last_failure")),
    **dict.fromkeys(("source_conflict", "consent_unknown", "remade", "deleted"), False),
    **dict.fromkeys(("asked", "answered", "attempts"), 0),
}
"""The columns of a passport of which nothing is left but the plate."""


def _withdraw(connection: sa.Connection, garage: str, row: Row, erasing: Erasing) -> bool:
    """Empty a passport; whether its plate stays for now, for iGarage may have it, or be about to get it."""
    gone = passport_rows.facts({**row, "absent": True}, None, None)
    of_plate = (passports.c.garage == garage) & (passports.c.plate == row["plate"])
    claimed = sane(row["claim_until"], erasing.now)
    if claimed is None and not isinstance(next_step(gone, Policy(), erasing.now.date()), Delete):
        connection.execute(passports.delete().where(of_plate))
        return False
    values = {
        **_NOTHING,
        "absent": True,
        "written": row["written"] or claimed is not None,
        "erasure": erasing.number,
        "revision": row["revision"] + 1,
        "due_at": claimed or _end_of_unanswered(row, erasing.now),
    }
    connection.execute(passports.update().where(of_plate).values(values))
    return True


def _end_of_unanswered(row: Row, now: datetime) -> datetime:
    """When a request without an answer can no longer be done; of one whose process died nobody knows when it began."""
    if row["unanswered_address"] is not None and row["unanswered_until"] is None:
        return now + LATE
    return sane(row["unanswered_until"], now) or now


def sane(until: datetime | None, now: datetime) -> datetime | None:
    """The end of a request that is under way; None where it has passed, or is further ahead than any is."""
    return until if until is not None and now < until <= now + passport_rows.LONGEST_LEASE else None


# ---------------------------------------------------------------- rows of a file on its way


def _staged(connection: sa.Connection, person: Person) -> list[dict[str, Any]]:
    """Rows of the person in files that are being taken in."""
    columns = (
        staged.c[name] for name in ("file", "position", "recognised", "content", "plate", "address", "key")
    )
    mine = (files.c.id == staged.c.file) & (files.c.garage == person.garage)
    query = sa.select(*columns, files.c.state).join(files, mine)
    by: list[sa.ColumnElement[bool]] = [staged.c.plate.in_(some) for some in parts(person.plates)]
    by += [staged.c.address.in_(some) for some in parts(person.addresses)]
    by += [staged.c.key.in_(some) for some in parts(person.keys)]
    by += [names(staged.c.content, each) for each in person.references]
    return [row for row in found(connection, query.where(sa.or_(sa.false(), *by))) if _is_mine(row, person)]


def _unmark(connection: sa.Connection, person: Person, erasing: Erasing) -> int:
    """The person's rows that are marked as said before are passed over from here on, unless they are counted."""
    said = sa.select(rows.c.digest).where(sa.or_(sa.false(), *_of(person)[rows]))
    digests = set(map(bytes, connection.execute(said).scalars()))
    begun = (files.c.garage == person.garage) & files.c.state.in_(("reading", "staged"))
    number = 0
    for file in connection.execute(sa.select(files.c.id).where(begun)).scalars().all():
        picked = marks.pick(connection, file, digests)
        skips = [StagedRow(position, line, erasing.entropy(16), ERASED) for position, line, _ in picked]
        stage(connection, file, skips)
        number += len(skips)
    return number


def _is_mine(row: Row, person: Person) -> bool:
    if row["plate"] in person.plates or row["address"] in person.addresses or row["key"] in person.keys:
        return True
    return row["content"] is not None and any(
        has_reference(row["content"], each) for each in person.references
    )


_SAID = (
    *("key", "plate", "rank", "said", "address", "content", "facts"),
    *("warnings", "address_fault", "rejection", "inherits"),
)
"""The columns of a staged row that say something of a person."""


def _blank_staged(connection: sa.Connection, person: Person, erasing: Erasing) -> int:
    """Such a row is passed over from here on; one that is counted already only loses what it says."""
    mine = _staged(connection, person)
    for row in mine:
        counted = row["state"] == "accepting" and row["recognised"]
        skipped = {} if counted else {"verdict": "skipped", "reason": "erased", "recognised": False}
        connection.execute(
            staged.update()
            .where(staged.c.file == row["file"], staged.c.position == row["position"])
            .values({**dict.fromkeys(_SAID), **skipped, "digest": erasing.entropy(16)})
        )
    return len(mine)
