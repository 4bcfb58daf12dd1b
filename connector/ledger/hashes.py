"""The tables of erasures: when they were, what they removed, and the hashes of those who are not to come back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.canonical import compact_json
from connector.emails import key as address_key
from connector.forgetting import Kind, Marker
from connector.ledger.erasure_tables import erased, erasures
from connector.ledger.key_file import Hash
from connector.ledger.person import ADDRESSES
from connector.ledger.schema import passports, rows
from connector.ledger.writing import upsert

SHOWN = 12
"""Digits of a hash that are shown: enough to tell two apart."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure as people may see it. `waiting`: plates that iGarage has not withdrawn yet.

    `clean`: nothing that was removed lies in the files of the ledger any more.
    """

    id: int
    at: datetime
    done_at: datetime | None
    waiting: int
    clean: bool
    removed: Mapping[str, int]
    hashes: tuple[tuple[str, str], ...]


def begin(connection: sa.Connection, garage: str, now: datetime) -> int:
    """A new erasure; its number."""
    values = {"garage": garage, "at": now, "removed": "{}", "traces": 1, "cleaned": 0}
    key = connection.execute(erasures.insert().values(values)).inserted_primary_key
    return int(key[0]) if key else 0


def note_removed(
    connection: sa.Connection, number: int, removed: Mapping[str, int], done_at: datetime | None
) -> None:
    """What an erasure removed at once, and that it is done where nothing waits for iGarage."""
    values = {"removed": compact_json(dict(removed)), "done_at": done_at}
    connection.execute(erasures.update().where(erasures.c.id == number).values(values))


def note_withdrawn(connection: sa.Connection, numbers: Collection[int], now: datetime) -> None:
    """More was removed for these erasures; those for which nothing waits any more are done."""
    waiting = sa.select(passports.c.erasure).where(passports.c.erasure.is_not(None))
    mine = erasures.c.id.in_(list(numbers))
    connection.execute(erasures.update().where(mine).values(traces=erasures.c.traces + 1))
    over = mine & erasures.c.id.not_in(waiting)
    connection.execute(erasures.update().where(over).values(done_at=now))


def add(
    connection: sa.Connection,
    garage: str,
    number: int,
    marks: Mapping[Kind, Sequence[bytes]],
    now: datetime,
) -> None:
    """Remember hashes; one that is known already counts as of this erasure."""
    known = [Hash(garage, kind, digest, now) for kind, digests in marks.items() for digest in digests]
    take_over(connection, known, number)


def take_over(connection: sa.Connection, hashes: Sequence[Hash], number: int) -> None:
    """Write hashes as those of an erasure."""
    values = [
        {"garage": each.garage, "digest": each.digest, "kind": each.kind, "erasure": number, "at": each.at}
        for each in hashes
    ]
    upsert(connection, erased, values)


def of_garage(connection: sa.Connection, garage: str) -> set[bytes]:
    """Every hash of a garage."""
    query = sa.select(erased.c.digest).where(erased.c.garage == garage)
    return {bytes(each) for each in connection.execute(query).scalars()}


def erased_since(connection: sa.Connection, garage: str, since: datetime) -> bool:
    """Whether somebody was erased at an instant or after it."""
    query = sa.select(erasures.c.id).where(erasures.c.garage == garage, erasures.c.at >= since)
    return connection.execute(query.limit(1)).first() is not None


def has(connection: sa.Connection, garage: str, digest: bytes) -> bool:
    """Whether a garage has this hash."""
    query = sa.select(erased.c.kind).where(erased.c.garage == garage, erased.c.digest == digest)
    return connection.execute(query).first() is not None


def is_waiting(connection: sa.Connection, garage: str, plate: str) -> bool:
    """Whether a plate stays until iGarage has withdrawn it."""
    query = sa.select(passports.c.plate).where(
        passports.c.garage == garage, passports.c.plate == plate, passports.c.erasure.is_not(None)
    )
    return connection.execute(query).first() is not None


def with_it(connection: sa.Connection, garage: str, digest: bytes, kind: Kind) -> list[bytes]:
    """The hashes that count no more once this one does not: of an address, the references that were erased with it."""
    if kind != "address":
        return [digest]
    number = sa.select(erased.c.erasure).where(erased.c.garage == garage, erased.c.digest == digest)
    query = sa.select(erased.c.digest).where(
        erased.c.garage == garage, erased.c.erasure == number.scalar_subquery(), erased.c.kind == "reference"
    )
    return [digest, *(bytes(each) for each in connection.execute(query).scalars())]


def take_away(connection: sa.Connection, garage: str, digests: Sequence[bytes]) -> None:
    """Hashes that count no more."""
    connection.execute(erased.delete().where(erased.c.garage == garage, erased.c.digest.in_(list(digests))))


def drop_all(connection: sa.Connection) -> int:
    """Every hash goes, and the proof of their key; how many hashes."""
    known = connection.execute(
        sa.select(sa.func.count()).select_from(erased).where(erased.c.garage != "")
    ).scalar_one()
    connection.execute(erased.delete())
    return known


def proof(connection: sa.Connection) -> bytes | None:
    """By which the key of this ledger's hashes is recognised; None where it has none yet."""
    query = sa.select(erased.c.digest).where(erased.c.garage == "")
    found = connection.execute(query).scalar()
    return None if found is None else bytes(found)


def prove(connection: sa.Connection, marker: Marker, now: datetime) -> None:
    """Keep the proof of a key; nothing where there is one."""
    if proof(connection) is None:
        take_over(connection, [Hash("", "key", marker.proof(), now)], 0)


def everything(connection: sa.Connection) -> list[Hash]:
    """Every hash of every garage, with the proof of their key."""
    query = sa.select(erased).order_by(erased.c.garage, erased.c.at, erased.c.digest)
    return [Hash(each.garage, each.kind, bytes(each.digest), each.at) for each in connection.execute(query)]


def missing(connection: sa.Connection, kept: Sequence[Hash]) -> list[Hash]:
    """Those of the hashes that are not in the ledger."""
    if not kept:
        return []
    known = {(each.garage, each.digest) for each in everything(connection)}
    return [each for each in kept if (each.garage, each.digest) not in known]


def matching(
    connection: sa.Connection, garage: str, marker: Marker, marks: Collection[bytes]
) -> tuple[list[str], list[str]]:
    """The plates and addresses of a garage that have one of these hashes: everything is read through."""
    plates, bearing = set(), set()
    columns = [passports.c[name] for name in ("plate", "content", *ADDRESSES)]
    for row in connection.execute(sa.select(*columns).where(passports.c.garage == garage)).mappings():
        named = {row[name] for name in ADDRESSES if row[name]}
        mine = {each for each in named if marker.mark(garage, "address", each) in marks}
        reference = str(json.loads(row["content"]).get("customer_reference") or "")
        known = marker.mark(garage, "plate", row["plate"]) in marks
        if mine or known or marker.mark(garage, "reference", reference) in marks:
            plates.add(row["plate"])
        bearing |= mine
    said = sa.select(rows.c.plate, rows.c.address).where(rows.c.garage == garage)
    for plate, address in connection.execute(said):
        if address and marker.mark(garage, "address", address) in marks:
            bearing.add(address)
        if plate and marker.mark(garage, "plate", plate) in marks:
            plates.add(plate)
    return sorted(plates), sorted(bearing)


def bears(connection: sa.Connection, garage: str, address: str) -> bool:
    """Whether a passport of the garage has an address, there or here."""
    wanted = address_key(address)
    either = (passports.c.address == wanted) | (passports.c.delivered_address == wanted)
    query = sa.select(passports.c.plate).where(passports.c.garage == garage, either)
    return connection.execute(query.limit(1)).first() is not None


def unclean(connection: sa.Connection) -> dict[int, int]:
    """Erasure → how often something was removed for it, where the pages were not cleaned since."""
    query = sa.select(erasures.c.id, erasures.c.traces).where(erasures.c.cleaned < erasures.c.traces)
    return {each.id: each.traces for each in connection.execute(query)}


def note_clean(connection: sa.Connection, cleaned: Mapping[int, int]) -> None:
    """So many traces of these erasures were cleaned."""
    for number, traces in cleaned.items():
        connection.execute(erasures.update().where(erasures.c.id == number).values(cleaned=traces))


def listed(connection: sa.Connection, garage: str) -> list[Erasure]:
    """The erasures of a garage, oldest first."""
    query = sa.select(erasures).where(erasures.c.garage == garage).order_by(erasures.c.id)
    found = connection.execute(query).mappings().all()
    return [
        Erasure(
            each["id"],
            each["at"],
            each["done_at"],
            _waiting(connection, each["id"]),
            each["cleaned"] >= each["traces"],
            json.loads(each["removed"]),
            _of_erasure(connection, each["id"]),
        )
        for each in found
    ]


def _waiting(connection: sa.Connection, number: int) -> int:
    query = sa.select(sa.func.count()).select_from(passports).where(passports.c.erasure == number)
    return connection.execute(query).scalar_one()


def _of_erasure(connection: sa.Connection, number: int) -> tuple[tuple[str, str], ...]:
    query = sa.select(erased.c.kind, erased.c.digest).where(erased.c.erasure == number)
    known = connection.execute(query.order_by(erased.c.kind, erased.c.digest))
    return tuple((kind, bytes(digest).hex()[:SHOWN]) for kind, digest in known if kind != "key")
