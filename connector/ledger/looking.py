"""What people and commands see of the ledger. Nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from connector.ledger import owning
from connector.ledger import passports as passport_rows
from connector.ledger.schema import (
    addresses,
    events,
    files,
    passports,
    rejected_rows,
    rows,
    skipped_rows,
    sources,
)
from connector.plan import BY_HAND, Passport

STATES = ("delivered", "pending", "sending", "waiting", "in_batch", "held", "withdrawn")
INVITATIONS = ("none", "due", "withheld", "sent")


@dataclass(frozen=True, slots=True)
class FileSummary:
    """A file and its balance: `read = new + changed + unchanged + skipped + rejected`, once it is taken."""

    id: int
    source: str
    name: str
    state: str
    reason: str | None
    message: str | None
    found_at: datetime
    closed_at: datetime | None
    read: int
    new: int
    changed: int
    unchanged: int
    skipped: int
    rejected: int
    new_rejected: int


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """A source, and how its last scan went."""

    source: str
    adapter: str
    state: str
    message: str | None
    last_scan: datetime | None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be a passport. `value` is masked, `line` physical from 1."""

    source: str
    file: str
    line: int | None
    column: str | None
    code: str
    message: str
    value: str | None
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is no passport and no mistake."""

    source: str
    file: str
    line: int | None
    reason: str
    plate: str | None


@dataclass(frozen=True, slots=True)
class WarnedRow:
    """Something odd in what a source said last and was taken as it stands. `value` is masked; no line is remembered."""

    source: str
    plate: str | None
    column: str | None
    code: str
    value: str | None


@dataclass(frozen=True, slots=True)
class HeldPassport:
    """A passport that waits for a person."""

    plate: str
    source: str
    reason: str
    message: str | None
    since: datetime | None
    before: Mapping[str, Any] | None = None
    now: Mapping[str, Any] | None = None
    """Where the question is about the owner: his content, as far as it is known, and the newcomer's."""
    successor: str | None = None
    """The plate that its record names now."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed in the life of a plate."""

    at: datetime
    event: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Traced:
    """All that the ledger knows of one plate, but for its content."""

    plate: str
    source: str
    facts: Passport
    claimed: bool
    successor: str | None
    held_message: str | None
    due_at: datetime
    attempts: int
    last_failure: str | None
    missing_since: datetime | None
    warnings: tuple[WarnedRow, ...]
    events: tuple[Event, ...]


def counts(connection: sa.Connection, garage: str, now: datetime) -> dict[str, int]:
    """State → number of passports; their sum is all there are."""
    shown = sa.case((passports.c.claim_until > now, "sending"), else_=passports.c.state)
    return _count(connection, shown, garage, STATES)


def next_day(connection: sa.Connection, garage: str) -> date | None:
    """The first local day on which a wait ends by itself; None where none does."""
    first = sa.select(sa.func.min(passports.c.next_until)).where(passports.c.garage == garage)
    day = connection.execute(first).scalar()
    return date.fromisoformat(day) if day else None


def invitations(connection: sa.Connection, garage: str) -> dict[str, int]:
    """Invitation → number of passports."""
    return _count(connection, passports.c.next_invitation, garage, INVITATIONS)


def warnings(connection: sa.Connection, garage: str, source: str) -> dict[str, int]:
    """Warning code → number of rows of a source that carry it."""
    query = sa.select(rows.c.warnings).where(
        rows.c.garage == garage, rows.c.source == source, rows.c.warnings.is_not(None)
    )
    found: dict[str, int] = {}
    for text in connection.execute(query).scalars():
        for code, _, _ in json.loads(text):
            found[code] = found.get(code, 0) + 1
    return found


def source_summaries(connection: sa.Connection, garage: str) -> list[SourceSummary]:
    """The sources of a garage that were ever scanned."""
    columns = [sources.c[name] for name in SourceSummary.__slots__]
    query = sa.select(*columns).where(sources.c.garage == garage).order_by(sources.c.source)
    return [SourceSummary(**row) for row in connection.execute(query).mappings()]


def file_summaries(
    connection: sa.Connection, garage: str, *states: str, source: str | None = None, limit: int = 1000
) -> list[FileSummary]:
    """Files in these states, newest first."""
    columns = [files.c[name] for name in FileSummary.__slots__]
    query = sa.select(*columns).where(files.c.garage == garage, files.c.state.in_(states))
    if source is not None:
        query = query.where(files.c.source == source)
    found = connection.execute(query.order_by(files.c.id.desc()).limit(limit)).mappings()
    return [FileSummary(**row) for row in found]


def file_summary(connection: sa.Connection, file: int) -> FileSummary:
    """One file by its number. Raises `LookupError` where there is none."""
    columns = [files.c[name] for name in FileSummary.__slots__]
    row = connection.execute(sa.select(*columns).where(files.c.id == file)).mappings().first()
    if row is None:
        raise LookupError(file)
    return FileSummary(**row)


def rejected(connection: sa.Connection, garage: str, *, everything: bool) -> list[RejectedRow]:
    """Rejected rows: of each source's latest taken file, or of the whole history."""
    columns = (rejected_rows.c[name] for name in ("line", "column", "code", "message", "value", "first_seen"))
    query = sa.select(files.c.source, files.c.name.label("file"), *columns).join(
        files, files.c.id == rejected_rows.c.file
    )
    query = query.where(_of_files(garage, everything=everything)).order_by(rejected_rows.c.id)
    return [RejectedRow(**row) for row in connection.execute(query).mappings()]


def skipped(connection: sa.Connection, garage: str) -> list[SkippedRow]:
    """Skipped rows of each source's latest taken file."""
    columns = (skipped_rows.c[name] for name in ("line", "reason", "plate"))
    query = sa.select(files.c.source, files.c.name.label("file"), *columns).join(
        files, files.c.id == skipped_rows.c.file
    )
    query = query.where(_of_files(garage, everything=False)).order_by(
        skipped_rows.c.file, skipped_rows.c.position
    )
    return [SkippedRow(**row) for row in connection.execute(query).mappings()]


def warned(connection: sa.Connection, garage: str, plate: str | None = None) -> list[WarnedRow]:
    """What is odd in what each source said last, of all plates or of one; by source and plate."""
    query = sa.select(rows.c.source, rows.c.plate, rows.c.warnings).where(
        rows.c.garage == garage, rows.c.warnings.is_not(None)
    )
    if plate is not None:
        query = query.where(rows.c.plate == plate)
    return [
        WarnedRow(source, named, column, code, value)
        for source, named, text in connection.execute(query.order_by(rows.c.source, rows.c.plate))
        for code, column, value in json.loads(text)
    ]


_OF_OWNERS = ("content", "proposed", "delivered_name", "delivered_address")


def held_passports(connection: sa.Connection, garage: str) -> list[HeldPassport]:
    """Passports that wait for a person: by a question, by what no list can say, or by the verdict of their address."""
    by_hand = sa.case((passports.c.next_why.in_(BY_HAND), passports.c.next_why))
    query = (
        passport_rows.with_verdict(
            passports.c.plate,
            passports.c.source,
            sa.func.coalesce(passports.c.held, by_hand, "invalid_email").label("reason"),
            passports.c.held_message.label("message"),
            sa.func.coalesce(passports.c.held_since, addresses.c.since).label("since"),
            *(passports.c[name] for name in (*_OF_OWNERS, "successor")),
        )
        .where(passports.c.garage == garage, passports.c.state == "held")
        .order_by(passports.c.plate)
    )
    return [_held(row) for row in connection.execute(query).mappings()]


def _held(row: sa.RowMapping) -> HeldPassport:
    before, now = _owners(row) if row["reason"] == "owner_change" else (None, None)
    plain = {name: row[name] for name in ("plate", "source", "reason", "message", "since", "successor")}
    return HeldPassport(**plain, before=before, now=now)


def _owners(row: sa.RowMapping) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Both owners: where nobody waits, the one whom iGarage was given last, and the one who is wanted."""
    content = json.loads(row["content"])
    if row["proposed"]:
        return content, owning.proposed_content(row)
    given = {"last_name": row["delivered_name"], "email": row["delivered_address"]}
    return {name: value for name, value in given.items() if value}, content


def traced(connection: sa.Connection, garage: str, plate: str, now: datetime) -> Traced | None:
    """One plate, or None where the ledger has it not."""
    query = passport_rows.with_verdict().where(passports.c.garage == garage, passports.c.plate == plate)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return Traced(
        **{
            name: row[name]
            for name in (
                "plate",
                "source",
                "successor",
                "held_message",
                "due_at",
                "attempts",
                "last_failure",
                "missing_since",
            )
        },
        facts=passport_rows.facts(row, row["verdict"], row["reason"]),
        claimed=row["claim_until"] is not None and row["claim_until"] > now,
        warnings=tuple(warned(connection, garage, plate)),
        events=_events(connection, garage, plate),
    )


def all_passports(connection: sa.Connection, garage: str) -> Iterator[tuple[str, Passport]]:
    """Every plate of a garage with its facts, by plate."""
    query = passport_rows.with_verdict().where(passports.c.garage == garage)
    for row in connection.execute(query.order_by(passports.c.plate)).mappings():
        yield row["plate"], passport_rows.facts(row, row["verdict"], row["reason"])


def plate_content(connection: sa.Connection, garage: str, plates: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Plate → the content the ledger wants for it."""
    query = sa.select(passports.c.plate, passports.c.content).where(
        passports.c.garage == garage, passports.c.plate.in_(plates)
    )
    return {plate: json.loads(content) for plate, content in connection.execute(query)}


def _of_files(garage: str, *, everything: bool) -> sa.ColumnElement[bool]:
    taken = (files.c.garage == garage) & (files.c.state == "taken")
    if everything:
        return taken
    latest = sa.select(sa.func.max(files.c.id)).where(taken).group_by(files.c.source, files.c.pushed)
    return files.c.id.in_(latest)


def _events(connection: sa.Connection, garage: str, plate: str) -> tuple[Event, ...]:
    query = (
        sa.select(events.c.at, events.c.event, events.c.detail)
        .where(events.c.garage == garage, events.c.plate == plate)
        .order_by(events.c.id)
    )
    return tuple(Event(at, name, json.loads(detail)) for at, name, detail in connection.execute(query))


def _count(
    connection: sa.Connection, what: sa.ColumnElement[str], garage: str, names: Sequence[str]
) -> dict[str, int]:
    query = sa.select(what, sa.func.count()).where(passports.c.garage == garage).group_by(what)
    found = {row[0]: row[1] for row in connection.execute(query)}
    return {name: found.get(name, 0) for name in names}
