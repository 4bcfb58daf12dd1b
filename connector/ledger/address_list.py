"""Addresses as people see them: what is known of each, who has it, and what was meant. Nothing here writes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from connector.corrections import Correction, counted
from connector.ledger.schema import addresses, corrections, passports, rows

AddressState = Literal["unknown", "ok", "suspect", "invalid", "opted_out"]
STATES: tuple[AddressState, ...] = ("unknown", "ok", "suspect", "invalid", "opted_out")
_STATE_OF: Mapping[str, AddressState] = {
    "ok": "ok",
    "suspect": "suspect",
    "bounced": "invalid",
    "unwritable": "invalid",
    "opted_out": "opted_out",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """An address of which something is known. `plates` have it, or their source names it."""

    address: str
    state: AddressState
    reason: str | None
    since: datetime
    suggestion: str | None
    plates: tuple[str, ...]
    corrected_to: str | None
    corrected_by: str | None


@dataclass(frozen=True, slots=True)
class Outdated:
    """What the garage's own system still has wrong of one plate."""

    plate: str
    address: str
    corrected_to: str
    corrected_by: str
    since: datetime


def listed(connection: sa.Connection, garage: str, state: str | None = None) -> list[Listed]:
    """The addresses with a verdict or a correction: of one state, or (None) of all but those that are well."""
    query = sa.select(addresses).where(addresses.c.garage == garage)
    verdicts = {row["address"]: row for row in connection.execute(query).mappings()}
    corrected: dict[str, sa.RowMapping] = {}
    for row in _corrections(connection, garage):  # one for wherever the address stands comes first
        corrected.setdefault(row["seen"], row)
    having = _having(connection, garage, verdicts.keys() | corrected.keys())
    found = [
        _listed(each, verdicts.get(each), corrected.get(each), having[each])
        for each in sorted(verdicts.keys() | corrected.keys())
    ]
    return [each for each in found if (each.state == state if state else each.state != "ok")]


def outdated(connection: sa.Connection, garage: str) -> list[Outdated]:
    """The addresses corrected here or in iGarage that the garage's own system still has wrong, plate by plate."""
    found = _corrections(connection, garage)
    known = [_correction(each) for each in found]
    since = {(each["plate"], each["seen"]): each["since"] for each in found}
    query = sa.select(rows.c.plate, rows.c.address).where(
        rows.c.garage == garage, rows.c.address.in_({each.seen for each in known}), rows.c.plate.is_not(None)
    )
    todo = []
    for plate, said in connection.execute(query.distinct().order_by(rows.c.plate, rows.c.address)):
        by = counted(said, plate, known).by
        if by is not None:
            todo.append(Outdated(plate, said, by.meant, by.by, since[by.plate or "", by.seen]))
    return todo


def to_be_mended(connection: sa.Connection, garage: str) -> list[tuple[str, Listed, dict[str, Any]]]:
    """Plate by plate, what is wrong or suspect and was not corrected: the plate, its address, and its content."""
    wrong = {
        each.address: each for each in listed(connection, garage) if each.state in ("invalid", "suspect")
    }
    query = sa.select(passports.c.plate, passports.c.address, passports.c.content).where(
        passports.c.garage == garage, passports.c.address.in_(wrong.keys()), ~passports.c.absent
    )
    found = connection.execute(query.order_by(passports.c.plate))
    return [(plate, wrong[address], json.loads(content)) for plate, address, content in found]


def _corrections(connection: sa.Connection, garage: str) -> list[sa.RowMapping]:
    query = sa.select(corrections).where(corrections.c.garage == garage)
    return list(connection.execute(query.order_by(corrections.c.plate, corrections.c.seen)).mappings())


def _correction(row: sa.RowMapping) -> Correction:
    return Correction(row["seen"], row["meant"], row["plate"] or None, row["by"])


def _having(connection: sa.Connection, garage: str, wanted: set[str]) -> dict[str, set[str]]:
    """Address → the plates that have it, or whose source names it."""
    having: dict[str, set[str]] = defaultdict(set)
    for table in (passports, rows):
        query = sa.select(table.c.address, table.c.plate).where(
            table.c.garage == garage, table.c.address.is_not(None), table.c.plate.is_not(None)
        )
        for address, plate in connection.execute(query):
            if address in wanted:
                having[address].add(plate)
    return having


def _listed(
    address: str, verdict: sa.RowMapping | None, corrected: sa.RowMapping | None, plates: set[str]
) -> Listed:
    since = verdict or corrected
    assert since is not None  # noqa: S101 - it is listed for one of the two
    return Listed(
        address=address,
        state=_STATE_OF[verdict["verdict"]] if verdict else "unknown",
        reason=verdict["reason"] if verdict else None,
        since=since["since"],
        suggestion=verdict["suggestion"] if verdict else None,
        plates=tuple(sorted(plates)),
        corrected_to=corrected["meant"] if corrected else None,
        corrected_by=corrected["by"] if corrected else None,
    )
