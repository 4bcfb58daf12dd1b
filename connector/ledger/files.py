"""Export files in the ledger: their history, staging their rows, and judging a file before any of it counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connector.arrivals import Arrival, KnownFile
from connector.emails import key as address_key
from connector.ledger import poll_ends
from connector.ledger.memory import Remembered
from connector.ledger.schema import files, polls, staged
from connector.ledger.writing import compact_json, found, insert_all
from connector.model import Draft, Facts, Rejected, Skipped, Verdict, Warned

OPEN_STATES = ("reading", "staged", "accepting")


@dataclass(frozen=True, slots=True)
class StagedRow:
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
    key = connection.execute(files.insert().values(values)).inserted_primary_key
    return int(key[0]) if key else 0


def stage(connection: sa.Connection, file: int, chunk: Sequence[StagedRow]) -> None:
    """Put rows beside the ledger, where nothing sees them yet."""
    insert_all(connection, staged, [_staged_values(file, row) for row in chunk])


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
    """The next staged passports of a file after a position that were not recognised, with what they are weighed by."""
    columns = (staged.c[name] for name in ("position", "key", "plate", "said", "address", "content", "facts"))
    query = (
        sa.select(*columns)
        .where(
            staged.c.file == file,
            staged.c.position > position,
            staged.c.verdict == "passport",
            ~staged.c.recognised,
        )
        .order_by(staged.c.position)
        .limit(limit)
    )
    return found(connection, query)


def staged_counts(connection: sa.Connection, file: int) -> tuple[int, int]:
    """Of the staged rows of a file: those that are no passport, and the passports that were recognised."""
    query = (
        sa.select(staged.c.verdict, staged.c.recognised, sa.func.count())
        .where(staged.c.file == file)
        .group_by(staged.c.verdict, staged.c.recognised)
    )
    counts = {(verdict, known): number for verdict, known, number in connection.execute(query)}
    others = sum(number for (verdict, _), number in counts.items() if verdict != "passport")
    return others, counts.get(("passport", True), 0)


def unread(connection: sa.Connection, garage: str) -> list[int]:
    """The files of a garage that somebody began to read, but for polls: those are gone on with."""
    begun = (files.c.garage == garage) & files.c.state.in_(("reading", "staged"))
    polled = sa.select(polls.c.file).where(polls.c.garage == garage, polls.c.file.is_not(None))
    query = sa.select(files.c.id).where(begun, files.c.id.not_in(polled))
    return list(connection.execute(query).scalars())


def forget(connection: sa.Connection, file: int) -> None:
    """Un-stage a file: as if it had never been seen. Its number may be another's next."""
    poll_ends.call_off(connection, file)
    connection.execute(staged.delete().where(staged.c.file == file))
    connection.execute(files.delete().where(files.c.id == file))


def rows_taken_before(connection: sa.Connection, garage: str, source: str) -> int | None:
    """The rows of the last file of a source that was taken; None where none was."""
    query = sa.select(files.c.read).where(
        files.c.garage == garage, files.c.source == source, files.c.state == "taken", ~files.c.pushed
    )
    return connection.execute(query.order_by(files.c.id.desc()).limit(1)).scalar()


def settle(connection: sa.Connection, file: int) -> Finding | None:
    """Settle the repeats and duplicates of a staged file, or say why it is held."""
    _mark_repeats(connection, file)
    shared = _key_with_two_plates(connection, file)
    if shared is not None:
        return Finding(
            "record_key_two_plates",
            f"Het veld record_key wijst bij {shared} sleutel(s) meer dan één kenteken aan; kies een kolom die per "
            "auto verschilt, of laat record_key weg.",
        )
    _mark_duplicates(connection, file)
    return None


def close(
    connection: sa.Connection, file: int, state: str, now: datetime, finding: Finding | None = None
) -> None:
    """A file's last state, with the reason where it is held; its staged rows go."""
    reason, message = (finding.reason, finding.message) if finding else (None, None)
    connection.execute(staged.delete().where(staged.c.file == file))
    connection.execute(
        files.update()
        .where(files.c.id == file)
        .values(state=state, closed_at=now, reason=reason, message=message)
    )


def draft_digest(draft: Draft) -> bytes:
    """What a source says of a passport, in sixteen bytes: content and the facts beside it."""
    return _digest(draft.plate, compact_json(dict(draft.content)), facts_json(draft.facts))


def _digest(plate: str, content: str, facts: str) -> bytes:
    said = f"[{compact_json(plate)},{content},{facts}]"
    return hashlib.blake2b(said.encode(), digest_size=16).digest()


def facts_json(facts: Facts) -> str:
    """The facts a source says, as they stand in the ledger; what it does not say is left out."""
    due = facts.service_due and facts.service_due.isoformat()
    said = (
        ("service_due", due), ("consent", facts.consent),
        ("opt_out", facts.opt_out), ("changed_at", facts.changed_at),
    )  # fmt: skip
    return compact_json({name: value for name, value in said if value is not None})


def warnings_json(warnings: Sequence[Warned]) -> str | None:
    """Warnings as they stand in the ledger; None for none."""
    return compact_json([[each.code, each.column, each.value] for each in warnings]) if warnings else None


def _staged_values(file: int, row: StagedRow) -> dict[str, Any]:
    return {
        **_NOTHING,
        "file": file,
        "position": row.position,
        "line": row.line,
        "digest": row.digest,
        **({"key": row.key} if row.key else {}),
        **_verdict_values(row.verdict),
    }


_NOTHING: Mapping[str, Any] = {column.name: None for column in staged.columns}


def _verdict_values(verdict: Verdict | Remembered) -> dict[str, Any]:
    if isinstance(verdict, Remembered):
        return {
            "recognised": True,
            "key": verdict.key,
            "plate": verdict.plate,
            "verdict": verdict.verdict,
            "reason": verdict.reason,
            "rank": verdict.rank,
        }
    if isinstance(verdict, Skipped):
        return {"recognised": False, "verdict": "skipped", "reason": verdict.reason}
    if isinstance(verdict, Rejected):
        return {
            "recognised": False,
            "verdict": "rejected",
            "reason": verdict.code,
            "key": verdict.record_key,
            "rejection": json.dumps([verdict.column, verdict.value, verdict.message]),
        }
    return _draft_values(verdict)


def _draft_values(draft: Draft) -> dict[str, Any]:
    content, facts = compact_json(dict(draft.content)), facts_json(draft.facts)
    return {
        "recognised": False,
        "verdict": "passport",
        "key": draft.record_key,
        "plate": draft.plate,
        "rank": _rank(draft),
        "said": _digest(draft.plate, content, facts),
        "address": address_key(str(draft.content["email"])),
        "content": content,
        "facts": facts,
        "warnings": warnings_json(draft.warnings),
        "address_fault": draft.address_fault,
    }


def _rank(draft: Draft) -> bytes:
    """Of two rows of one plate the one with an APK date is taken, then the newest `changed_at`, then the last."""
    return (b"1" if draft.content.get("apk_due") else b"0") + (draft.facts.changed_at or "").encode()


def _mark_repeats(connection: sa.Connection, file: int) -> None:
    """Of rows that are word for word the same the first counts."""
    several = sa.select(staged.c.digest, sa.func.min(staged.c.position).label("first")).where(
        staged.c.file == file
    )
    several = several.group_by(staged.c.digest).having(sa.func.count() > 1)
    repeats, firsts = several.subquery(), several.subquery()
    again = staged.c.digest.in_(sa.select(repeats.c.digest)) & staged.c.position.not_in(
        sa.select(firsts.c.first)
    )
    _skip(connection, staged.c.file == file, again, reason="repeated")


def _mark_duplicates(connection: sa.Connection, file: int) -> None:
    """Of acceptable rows of one plate the one of the highest rank counts, of equals the last."""
    acceptable = (staged.c.file == file) & (staged.c.verdict == "passport")
    several = sa.select(staged.c.plate).where(acceptable).group_by(staged.c.plate)
    other = staged.alias()
    better = sa.exists().where(
        other.c.file == file,
        other.c.plate == staged.c.plate,
        other.c.verdict == "passport",
        (other.c.rank > staged.c.rank)
        | ((other.c.rank == staged.c.rank) & (other.c.position > staged.c.position)),
    )
    shared = staged.c.plate.in_(several.having(sa.func.count() > 1).correlate(None))
    _skip(connection, acceptable, shared & better, reason="duplicate_in_file")


def _skip(
    connection: sa.Connection,
    among: sa.ColumnElement[bool],
    which: sa.ColumnElement[bool],
    *,
    reason: str,
) -> None:
    connection.execute(staged.update().where(among, which).values(verdict="skipped", reason=reason))


def _key_with_two_plates(connection: sa.Connection, file: int) -> int | None:
    torn = (
        sa.select(staged.c.key)
        .where(staged.c.file == file, staged.c.verdict == "passport")
        .group_by(staged.c.key)
        .having(sa.func.min(staged.c.plate) != sa.func.max(staged.c.plate))
        .subquery()
    )
    count = connection.execute(sa.select(sa.func.count()).select_from(torn)).scalar_one()
    return count or None
