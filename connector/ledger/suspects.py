"""Suspicions against addresses: noted where nothing else is known of one, and gone when there is no more reason.

They never stand in the place of what iGarage or a person said of an address.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from connector.errors import NotReleasable
from connector.ledger.schema import addresses, passports
from connector.ledger.writing import among, upsert
from connector.suspicion import Kind, Suspicion, is_shared, read_domain, suspect


def judge(
    connection: sa.Connection,
    garage: str,
    faults: Mapping[str, str | None],
    known: Mapping[str, str],
    own: Collection[str],
    now: datetime,
) -> list[str]:
    """Judge the addresses that rows name, by themselves; those whose verdict changed. `own`: the garage's own.

    `known` are the verdicts that there are. An address with a fault is none, and that is told elsewhere.
    """
    read = lru_cache(maxsize=8192)(read_domain)
    why = ((each, suspect(each, own, read)) for each, fault in faults.items() if not fault)
    found = {each: suspicion for each, suspicion in why if suspicion}
    cleared = [each for each, verdict in known.items() if verdict == "suspect" and each not in found]
    return _note(connection, garage, found, now) + _forget(
        connection, garage, [each for each in cleared if not faults.get(each, "-")], ("typo", "dummy")
    )


def count(
    connection: sa.Connection,
    garage: str,
    at_hand: Iterable[str],
    known: Mapping[str, str],
    limit: int,
    now: datetime,
) -> list[str]:
    """Count the customers of these addresses; those whose verdict changed. `known` are the verdicts that there are."""
    crowded = _crowded(connection, garage, limit, among(connection, passports.c.address, at_hand))
    customers = {each: _customers(connection, garage, each) for each in crowded}
    shared = {each: Suspicion("shared") for each in crowded if is_shared(customers[each], limit)}
    rest = [each for each, verdict in known.items() if verdict == "suspect" and each not in shared]
    return _note(connection, garage, shared, now) + _forget(connection, garage, rest, ("shared",))


def count_anew(connection: sa.Connection, garage: str, limit: int, now: datetime) -> None:
    """Count the customers of every address of a garage: another number may have one now, or a car is withdrawn."""
    of_garage = addresses.c.garage == garage
    query = sa.select(addresses.c.address, addresses.c.verdict).where(
        of_garage, addresses.c.reason == "shared"
    )
    known = {row.address: row.verdict for row in connection.execute(query)}
    count(connection, garage, {*known, *_crowded(connection, garage, limit)}, known, limit, now)


def ignore(connection: sa.Connection, garage: str, address: str, now: datetime) -> None:
    """A person says that a suspect address is fine. Raises `NotReleasable` where it is not suspect."""
    of_address = (addresses.c.garage == garage) & (addresses.c.address == address)
    verdict = connection.execute(sa.select(addresses.c.verdict).where(of_address)).scalar()
    if verdict != "suspect":
        raise NotReleasable(
            WHY_NOT_IGNORED.get(verdict or "ok", "van dit adres is bekend dat het niet werkt")
        )
    fine = addresses.update().where(of_address)
    connection.execute(fine.values(verdict="ok", reason=IGNORED, since=now))


WHY_NOT_IGNORED: Mapping[str, str] = {
    "ok": "dit adres is niet verdacht",
    "opted_out": "de klant met dit adres wil geen mail",
}
IGNORED = "ignored"
"""The reason of an address that is well because a person said so."""


def _crowded(connection: sa.Connection, garage: str, limit: int, *only: sa.ColumnElement[bool]) -> list[str]:
    """The addresses of more passports than the limit, of `only` some."""
    query = (
        sa.select(passports.c.address)
        .where(passports.c.garage == garage, ~passports.c.absent, *only)
        .group_by(passports.c.address)
        .having(sa.func.count() > limit)
    )
    return list(connection.execute(query).scalars())


def _customers(connection: sa.Connection, garage: str, address: str) -> int:
    """How many customers have an address: one with many cars is one, by reference or else by name."""
    query = sa.select(passports.c.content).where(
        passports.c.garage == garage, passports.c.address == address, ~passports.c.absent
    )
    return len({_customer(json.loads(each)) for each in connection.execute(query).scalars()})


def _customer(content: Mapping[str, Any]) -> str:
    name = f"{content.get('company') or ''} {content['last_name']}".strip().casefold()
    return str(content.get("customer_reference") or name)


def _note(connection: sa.Connection, garage: str, found: Mapping[str, Suspicion], now: datetime) -> list[str]:
    """Write suspicions against addresses of which nothing is known, or only that many share one that is a dummy."""
    if not found:
        return []
    query = sa.select(addresses.c.address, addresses.c.verdict, addresses.c.reason).where(
        addresses.c.garage == garage, addresses.c.address.in_(sorted(found))
    )
    known = {address: (verdict, reason) for address, verdict, reason in connection.execute(query)}
    shared = ("suspect", "shared")
    new = [
        each
        for each, why in found.items()
        if each not in known or (known[each] == shared and why.kind == "dummy")
    ]
    values = [
        {
            "garage": garage,
            "address": each,
            "verdict": "suspect",
            "reason": found[each].kind,
            "since": now,
            "suggestion": found[each].suggestion,
        }
        for each in new
    ]
    upsert(connection, addresses, values)
    return new


def _forget(
    connection: sa.Connection, garage: str, cleared: Collection[str], kinds: tuple[Kind, ...]
) -> list[str]:
    """What these kinds of suspicion were noted for is no more."""
    if not cleared:
        return []
    gone = (
        (addresses.c.garage == garage)
        & (addresses.c.verdict == "suspect")
        & addresses.c.reason.in_(kinds)
        & addresses.c.address.in_(sorted(cleared))
    )
    found = list(connection.execute(sa.select(addresses.c.address).where(gone)).scalars())
    if found:
        connection.execute(addresses.delete().where(gone))
    return found
