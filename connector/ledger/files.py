"""Export files in the ledger: their history, staging their rows, and judging a file before any of it counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from connector import plates
from connector.arrivals import Arrival, KnownFile
from connector.brake import Before
from connector.canonical import compact_json
from connector.emails import key as address_key
from connector.ledger import marks, memory, numbers, poll_ends
from connector.ledger.memory import Remembered
from connector.ledger.schema import files, polls, staged
from connector.ledger.writing import among, found, insert_all, insert_tuples
from connector.model import SILENT, Draft, Facts, Skipped, Verdict, Warned
from connector.reciting import DIGEST

LONGEST_PLATE = 15
"""Characters of the longest plate, of any country."""
OPEN_STATES = ("reading", "staged", "accepting")


class StagedRow(NamedTuple):
    """One row of a file on its way into the ledger. `digest` is of the raw row, `line` its first physical line."""

    position: int
    line: int | None
    digest: bytes
    verdict: Verdict | Remembered
    key: str | None = None
    """The record's own key, where it is known of a row that is no passport."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a file is held whole."""

    reason: str
    message: str


def history(connection: sa.Connection, garage: str, source: str) -> list[KnownFile]:
    """Every file of a source that the ledger knows, oldest first; what was pushed is none."""
    columns = (files.c.id, files.c.name, files.c.size, files.c.modified, files.c.digest, files.c.recipe)
    query = (
        sa.select(*columns, files.c.state, files.c.found_at)
        .where(files.c.garage == garage, files.c.source == source, ~files.c.pushed)
        .order_by(files.c.id)
    )
    return [KnownFile(**row) for row in connection.execute(query).mappings()]


def add(
    connection: sa.Connection,
    garage: str,
    source: str,
    arrival: Arrival,
    recipe: bytes,
    now: datetime,
    state: str,
    *,
    pushed: bool = False,
) -> int:
    """A new file in this state; its number."""
    values = {
        **{name: getattr(arrival, name) for name in ("name", "size", "modified", "digest")},
        "garage": garage,
        "source": source,
        "recipe": recipe,
        "found_at": now,
        "state": state,
        "pushed": pushed,
        "closed_at": None if state in OPEN_STATES else now,
    }
    (number,) = numbers.give(connection, 1)
    connection.execute(files.insert().values({**values, "id": number}))
    return number


def add_superseded(
    connection: sa.Connection,
    garage: str,
    source: str,
    arrivals: Sequence[Arrival],
    recipe: bytes,
    now: datetime,
) -> None:
    """New files that nobody reads, for a newer one speaks in their place."""
    given = numbers.give(connection, len(arrivals))
    common = {"garage": garage, "source": source, "recipe": recipe, "found_at": now, "closed_at": now}
    values = [
        {name: getattr(arrival, name) for name in ("name", "size", "modified", "digest")}
        | {**common, "id": number, "state": "superseded"}
        for number, arrival in zip(given, arrivals, strict=True)
    ]
    insert_all(connection, files, values)


def stage(connection: sa.Connection, file: int, chunk: Sequence[StagedRow]) -> None:
    """Put rows beside the ledger, where nothing sees them yet."""
    plain, others, blank = [], [], hashlib.blake2b(digest_size=DIGEST)
    for row in chunk:
        verdict = row.verdict
        if isinstance(verdict, Draft) and not verdict.warnings and verdict.address_fault is None:
            plain.append((row.position, row.line, row.digest, *_of_draft(verdict, blank)))
        else:
            others.append(_staged(file, row, blank))
    insert_tuples(connection, staged, PLAIN, plain, given={"file": file, **_PASSPORT})
    insert_tuples(connection, staged, STAGED, others)


def told_under(chunk: Sequence[StagedRow]) -> dict[str, set[bytes]]:
    """Key → digests of rows that are remembered under it, where they were said before."""
    told: dict[str, set[bytes]] = {}
    for row in chunk:
        if isinstance(row.verdict, Draft):
            told.setdefault(row.verdict.record_key, set()).add(row.digest)
        elif isinstance(row.verdict, Skipped):
            told[memory.skip_key(row.digest)] = {row.digest}
    return told


def staged_after(connection: sa.Connection, file: int, position: int, limit: int) -> list[dict[str, Any]]:
    """The next staged rows of a file after a position."""
    query = (
        sa.select(staged)
        .where(staged.c.file == file, staged.c.position > position)
        .order_by(staged.c.position)
        .limit(limit)
    )
    return found(connection, query)


After = Callable[[sa.Connection, int, int, int], list[dict[str, Any]]]
"""File, position, limit → the next staged rows of the file after the position."""


def passports_after(connection: sa.Connection, file: int, position: int, limit: int) -> list[dict[str, Any]]:
    """Position, plate and address of the next staged passports of a file after a position that were not recognised."""
    query = (
        sa.select(staged.c.position, staged.c.plate, staged.c.address)
        .where(staged.c.file == file, staged.c.position > position, memory.is_told())
        .order_by(staged.c.position)
        .limit(limit)
    )
    return found(connection, query)


def addresses_of_passports(connection: sa.Connection, file: int) -> tuple[int, list[str]]:
    """How many staged passports of a file were not recognised, and two of their addresses, unlike where any are."""
    address = staged.c.address
    query = sa.select(sa.func.count(), sa.func.min(address), sa.func.max(address))
    number, first, last = connection.execute(query.where(staged.c.file == file, memory.is_told())).one()
    return number, [each for each in (first, last) if each is not None]


def passports_at(connection: sa.Connection, file: int, positions: Sequence[int]) -> list[dict[str, Any]]:
    """Staged passports of a file with what they are weighed by."""
    columns = (staged.c[name] for name in ("position", "key", "plate", "said", "address", "content", "facts"))
    query = sa.select(*columns).where(staged.c.file == file, among(connection, staged.c.position, positions))
    return found(connection, query.order_by(staged.c.position))


def staged_counts(connection: sa.Connection, file: int) -> tuple[int, int]:
    """Of the staged rows of a file: those that are no passport, and the passports that were recognised."""
    query = (
        sa.select(staged.c.verdict, staged.c.recognised, sa.func.count())
        .where(staged.c.file == file)
        .group_by(staged.c.verdict, staged.c.recognised)
    )
    counts = {(verdict, known): number for verdict, known, number in connection.execute(query)}
    others = sum(number for (verdict, _), number in counts.items() if verdict != "passport")
    return others, counts.get(("passport", True), 0) + marks.number(connection, file)


def unread(connection: sa.Connection, garage: str) -> list[int]:
    """The files of a garage that somebody began to read, but for polls: those are gone on with."""
    begun = (files.c.garage == garage) & files.c.state.in_(("reading", "staged"))
    polled = sa.select(polls.c.file).where(polls.c.garage == garage, polls.c.file.is_not(None))
    query = sa.select(files.c.id).where(begun, files.c.id.not_in(polled))
    return list(connection.execute(query).scalars())


def forget(connection: sa.Connection, file: int) -> None:
    """Un-stage a file: as if it had never been seen. Its number is never another's."""
    poll_ends.call_off(connection, file)
    connection.execute(staged.delete().where(staged.c.file == file))
    marks.forget(connection, file)
    connection.execute(files.delete().where(files.c.id == file))


def taken_before(connection: sa.Connection, garage: str, source: str) -> Before | None:
    """The last file of a source that was taken; None where none was."""
    query = sa.select(files.c.read, files.c.new + files.c.changed + files.c.unchanged).where(
        files.c.garage == garage, files.c.source == source, files.c.state == "taken", ~files.c.pushed
    )
    row = connection.execute(query.order_by(files.c.id.desc()).limit(1)).first()
    return Before(*row) if row else None


def settle(connection: sa.Connection, file: int) -> Finding | None:
    """Settle the repeats and duplicates of a staged file, or say why it is held."""
    at_odds, blank = marks.take_out(connection, file), hashlib.blake2b(digest_size=DIGEST)
    insert_tuples(connection, staged, STAGED, [_staged(file, StagedRow(*each), blank) for each in at_odds])
    shared = _key_with_two_plates(connection, file)
    if shared is not None:
        return Finding(
            "record_key_two_plates",
            f"Het veld record_key wijst bij {shared} sleutel(s) meer dan één kenteken aan; kies een kolom die per "
            "auto verschilt, of laat record_key weg.",
        )
    _mark_duplicates(connection, file)
    _mark_repeats(connection, file)
    return None


def close(
    connection: sa.Connection, file: int, state: str, now: datetime, finding: Finding | None = None
) -> None:
    """A file's last state, with the reason where it is held; its staged rows go."""
    reason, message = (finding.reason, finding.message) if finding else (None, None)
    connection.execute(staged.delete().where(staged.c.file == file))
    marks.forget(connection, file)
    connection.execute(
        files.update()
        .where(files.c.id == file)
        .values(state=state, closed_at=now, reason=reason, message=message)
    )


def _digest(plate: str, content: str, facts: str, blank: hashlib.blake2b) -> bytes:
    """Of the passport that a row maps to; `blank` is copied, for that takes half the time of a new one."""
    said = blank.copy()
    said.update(f'["{plate}",{content},{facts}]'.encode())  # a plate has nothing that JSON would escape
    return said.digest()


def facts_json(facts: Facts) -> str:
    """The facts a source says, as they stand in the ledger; what it does not say is left out."""
    if facts is SILENT or facts == SILENT:
        return "{}"
    due = facts.service_due and facts.service_due.isoformat()
    said = (
        ("service_due", due), ("consent", facts.consent),
        ("opt_out", facts.opt_out), ("changed_at", facts.changed_at),
    )  # fmt: skip
    return compact_json({name: value for name, value in said if value is not None})


def warnings_json(warnings: Sequence[Warned]) -> str | None:
    """Warnings as they stand in the ledger; None for none."""
    return compact_json([[each.code, each.column, each.value] for each in warnings]) if warnings else None


STAGED = tuple(column.name for column in staged.columns if column.name != "inherits")
OF_DRAFT = ("key", "plate", "rank", "said", "address", "content", "facts")
PLAIN = ("position", "line", "digest", *OF_DRAFT)
"""What is staged of a passport without warnings, of which the other columns are the same or empty."""
_PASSPORT: Mapping[str, str | int] = {"recognised": False, "verdict": "passport"}


def _staged(file: int, row: StagedRow, blank: hashlib.blake2b) -> tuple[Any, ...]:
    """A row as it is staged, in the order of `STAGED`."""
    verdict = row.verdict
    where = (file, row.position, row.line, row.digest)
    if isinstance(verdict, Draft):
        warnings = warnings_json(verdict.warnings)
        of_plate = _of_draft(verdict, blank)
        return (*where, False, "passport", None, *of_plate, warnings, verdict.address_fault, None)
    if isinstance(verdict, Remembered):
        known = (verdict.key, verdict.plate, verdict.rank)
        return (*where, True, verdict.verdict, verdict.reason, *known, *[None] * 7)
    if isinstance(verdict, Skipped):
        reason, named = verdict.reason, _plate_of(verdict)
        return (*where, False, "skipped", reason, row.key, named, *[None] * 8)
    rejection = json.dumps([verdict.column, verdict.value, verdict.message])
    return (*where, False, "rejected", verdict.code, verdict.record_key, *[None] * 8, rejection)


def _of_draft(draft: Draft, blank: hashlib.blake2b) -> tuple[str, str, bytes, bytes, str, str, str]:
    """What is staged of a passport, in the order of `OF_DRAFT`."""
    content, facts = compact_json(draft.content), facts_json(draft.facts)
    said, address = _digest(draft.plate, content, facts, blank), address_key(str(draft.content["email"]))
    return draft.record_key, draft.plate, _rank(draft), said, address, content, facts


def _plate_of(skipped: Skipped) -> str | None:
    """The plate that a row names though it is no passport, as passports have it; None where that can be none."""
    plate = plates.compact(skipped.plate or "")
    return plate if 0 < len(plate) <= LONGEST_PLATE else None


def _rank(draft: Draft) -> bytes:
    """Of two rows of one plate the one with an APK date is taken, then the newest `changed_at`, then the last."""
    return (b"1" if draft.content.get("apk_due") else b"0") + (draft.facts.changed_at or "").encode()


def _mark_duplicates(connection: sa.Connection, file: int) -> None:
    """Of acceptable rows of one plate the one of the highest rank counts, of equals the last. Its repeats are none."""
    acceptable = (staged.c.file == file) & (staged.c.verdict == "passport")
    last = sa.func.max(staged.c.position).over(partition_by=(staged.c.plate, staged.c.digest)).label("last")
    several = (
        sa.select(staged.c.position, staged.c.plate, staged.c.rank, last)
        .where(acceptable, staged.c.plate.in_(_several(staged.c.plate, acceptable)))
        .subquery()
    ).c
    place = sa.func.rank().over(
        partition_by=several.plate, order_by=(several.rank.desc(), several.last.desc())
    )
    _skip(connection, acceptable, sa.select(several.position, place.label("place")), "duplicate_in_file")


def _mark_repeats(connection: sa.Connection, file: int) -> None:
    """Of rows that are word for word the same the first counts."""
    of_file = staged.c.file == file
    place = sa.func.row_number().over(partition_by=staged.c.digest, order_by=staged.c.position)
    placed = sa.select(staged.c.position, place.label("place")).where(
        of_file, staged.c.digest.in_(_several(staged.c.digest, of_file))
    )
    _skip(connection, of_file, placed, "repeated")


def _several(same: sa.ColumnElement[Any], among: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The values that several rows have. So few rows are left to be sorted."""
    return sa.select(same).where(among).group_by(same).having(sa.func.count() > 1)


def _skip(
    connection: sa.Connection, among: sa.ColumnElement[bool], placed: sa.Select[Any], reason: str
) -> None:
    """Skip the rows that have not the first place."""
    places = placed.subquery().c
    behind = staged.c.position.in_(sa.select(places.position).where(places.place > 1))
    connection.execute(staged.update().where(among, behind).values(verdict="skipped", reason=reason))


def _key_with_two_plates(connection: sa.Connection, file: int) -> int | None:
    of_file = (staged.c.file == file) & (staged.c.verdict == "passport")
    own_key = sa.select(staged.c.position).where(of_file, staged.c.key != staged.c.plate).limit(1)
    if connection.execute(own_key).first() is None:
        return None
    torn = (
        sa.select(staged.c.key)
        .where(of_file)
        .group_by(staged.c.key)
        .having(sa.func.min(staged.c.plate) != sa.func.max(staged.c.plate))
        .subquery()
    )
    count = connection.execute(sa.select(sa.func.count()).select_from(torn)).scalar_one()
    return count or None
