"""A record whose plate changes: the passport of the old plate, and who was invited for it.

While a file is accepted the old plate is marked with the new one; when all of the file has spoken, what no source names
any more is withdrawn, or is a question where iGarage may have it. A record may take the plate that another leaves the
same night, in this slice or in a later one: who was invited goes with his record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from connector.canonical import compact_json, parsed
from connector.corrections import Correction
from connector.ledger import correcting, owning
from connector.ledger import passports as passport_rows
from connector.ledger.schema import HAS_SUCCESSOR, passports, rows, staged
from connector.ledger.writing import among, event, found, record
from connector.owners import compare
from connector.plan import Policy, same_address

Row = Mapping[Any, Any]
Values = dict[str, Any]

NOBODY: Mapping[str, Any] = {"invited_address": None, "answered": 0}
"""That for a passport nobody was invited yet."""
_STANDS = ("gone", "owner_change", "plate_changed")
"""Questions that a person answers, whatever becomes of the plate."""


def former_plates(said: Mapping[str, Row], chunk: Sequence[Row]) -> dict[str, str]:
    """Plate → the plate that its record named before, of those that changed. `said` is by record key."""
    moved = {}
    for row in chunk:
        before = said.get(row["key"]) if row["verdict"] == "passport" else None
        if before and before["plate"] and before["plate"] != row["plate"]:
            moved[row["plate"]] = before["plate"]
    return moved


def inherited(made: Row, old: Row | None, verdict: str | None = None) -> Values:
    """Who was invited for the old plate counts as invited for the new: it is the same person with the same car.

    So does one of whom it is not known, for a request that may have invited him has no answer. `made` is the new
    plate's passport with his content; where it was another's before, that one was invited for it does not count. An
    invitation that was asked for goes to the new plate, as does one that a better address calls for: `verdict` is of
    the old one.
    """
    if old is None or is_invited(made):
        return {}
    if compare(parsed(old["content"]), parsed(made["content"])) == "another":
        return {}
    if _may_be_invited(old):
        return {"invited_address": old["address"], "invited_at": None}
    values = {name: old[name] for name in ("invited_address", "invited_at") if old["invited_address"]}
    if passport_rows.asked_after_bounce(old, verdict, made["address"]) > old["answered"]:
        values["asked"] = made["answered"] + 1
    return values


def is_invited(made: Row) -> bool:
    """Whether for a passport the very address that it has now was invited."""
    return made["invited_address"] is not None and same_address(made["invited_address"], made["address"])


def noted(made: Row, inherits: str) -> Values:
    """What an earlier slice noted for a row, before its record's plate was another's."""
    if is_invited(made):
        return {}
    values = owning.invited(parsed(inherits))
    return {**values, "asked": made["answered"] + 1} if "asked" in values else values


def settle_doubt(
    connection: sa.Connection, garage: str, answered: Sequence[Row], policy: Policy, today: date
) -> None:
    """A request for an old plate was under way when its record got another: now it is known whom it invited.

    Who counted as invited by it alone counts no more where it invited nobody.
    """
    plates = []
    for row in answered:
        heir = (passports.c.garage == garage) & (passports.c.plate == row["successor"])
        doubted = (passports.c.invited_address == row["address"]) & passports.c.invited_at.is_(None)
        known = {name: row[name] for name in ("invited_address", "invited_at")}
        if connection.execute(passports.update().where(heir, doubted).values(known)).rowcount:
            plates.append(row["successor"])
    passport_rows.reindex_plates(connection, garage, policy, today, plates)


def note_overtaken(
    connection: sa.Connection,
    taken: Mapping[str, Row],
    later: sa.ColumnElement[bool],
    said: sa.ColumnElement[bool],
    corrections: Sequence[Correction],
    verdicts: Mapping[str, str],
) -> None:
    """Note for `later` staged rows who was invited for the plates that their records leave, and others take now.

    `taken` are those plates with their passports as they still are; `said` are the rows of memory of the source.
    """
    if not taken:
        return
    query = sa.select(staged, rows.c.plate.label("former")).join(rows, rows.c.key == staged.c.key)
    query = query.where(later, said, among(connection, rows.c.plate, taken.keys()))
    for row in found(connection, query.where(staged.c.plate != rows.c.plate, staged.c.content.is_not(None))):
        (meant, _), old = correcting.applied(row, corrections), taken[row["former"]]
        goes_with_it = inherited({**meant, **NOBODY}, old, verdicts.get(old["address"]))
        this = (staged.c.file == row["file"]) & (staged.c.position == row["position"])
        connection.execute(
            staged.update().where(this).values(inherits=compact_json(owning.invited_as_json(goes_with_it)))
        )


def _may_be_invited(old: Row) -> bool:
    """Whether an invitation may be out of which no answer told yet."""
    unanswered = old["claim_token"] is not None or old["last_failure"] is not None
    asked = old["unanswered_address"] is not None or (old["claim_mails"] and unanswered)
    return bool(old["wants_mail"] and asked)


def mark(connection: sa.Connection, garage: str, moved: Mapping[str, str]) -> None:
    """Note the plates that records name now, old → new."""
    for old, new in moved.items():
        passport_rows.update(connection, garage, old, {"successor": new})


def settle(connection: sa.Connection, garage: str, policy: Policy, today: date, now: datetime) -> None:
    """After a file: what becomes of the plates whose records name others."""
    query = sa.select(passports).where(passports.c.garage == garage, HAS_SUCCESSOR)
    marked = found(connection, query)
    if not marked:
        return
    named = _named(connection, garage, [row["plate"] for row in marked])
    judged = [(row, _becomes(row, row["plate"] in named, now)) for row in marked]
    written = [(row, values) for row, values in judged if values]
    for row, values in written:
        passport_rows.update(connection, garage, row["plate"], values)
    told = [(row["plate"], _told(values)) for row, values in written]
    record(connection, [event(garage, plate, now, name, **why) for plate, (name, why) in told if name])
    plates = [row["plate"] for row, _ in written]
    passport_rows.reindex_plates(connection, garage, policy, today, plates)


def _named(connection: sa.Connection, garage: str, plates: Sequence[str]) -> set[str]:
    """Those of the plates that some record of some source names."""
    query = sa.select(rows.c.plate).where(
        rows.c.garage == garage, rows.c.plate.in_(plates), rows.c.said.is_not(None)
    )
    return set(connection.execute(query).scalars())


def _becomes(row: Row, is_named: bool, now: datetime) -> Values:
    """What is written of a marked plate: it is somebody's still, or again; withdrawn; or a question."""
    if is_named:
        over = row["held"] == "plate_changed"
        return {"successor": None, **({**owning.NO_QUESTION, "due_at": now} if over else {})}
    if row["absent"] or row["held"] in _STANDS:
        return {}
    asked = {"asked": row["answered"]}  # that went with the record
    if row["written"] or row["unsure"] or row["delivered_revision"] is not None:
        return {"held": "plate_changed", "held_since": now, "held_message": None, **asked}
    return {"absent": True, "revision": row["revision"] + 1, **owning.NO_QUESTION, **asked}


def _told(values: Row) -> tuple[str | None, Values]:
    if values.get("absent"):
        return "withdrawn", {}
    if values.get("held"):
        return "held", {"reason": values["held"]}
    return None, {}
