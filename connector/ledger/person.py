"""Who somebody is, as the ledger knows him: the cars, addresses and numbers by which he is forgotten.

An address or a reference that other customers' cars bear too is theirs: it is no part of him, unless the address itself
is what was asked to be forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connector.emails import key as address_key
from connector.ledger.schema import corrections, passports, rows
from connector.ledger.writing import among, found

ADDRESSES = ("address", "delivered_address", "invited_address", "unanswered_address")
HELD = ("address", "delivered_address", "unanswered_address")
"""At which a passport is, or may be, here and at iGarage."""
REFERENCE = "customer_reference"
FEW = 400
"""Values of one condition: a database takes only so many."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be forgotten, as the ledger knows him.

    `former`: addresses at which somebody was invited for his cars before, perhaps another owner: they go, and are not
    remembered. `shared`: addresses and references that are others' too.
    """

    garage: str
    plates: tuple[str, ...]
    addresses: tuple[str, ...]
    references: tuple[str, ...]
    keys: tuple[str, ...]
    former: tuple[str, ...] = ()
    shared: int = 0

    @property
    def all_addresses(self) -> tuple[str, ...]:
        """Those that are remembered, and those that only go."""
        return self.addresses + self.former


def of_plates(connection: sa.Connection, garage: str, plates: Iterable[str]) -> Person:
    """The person of these cars, whether the ledger knows them or not."""
    return _person(connection, garage, sorted(set(plates)), ())


def of_address(connection: sa.Connection, garage: str, address: str) -> Person:
    """The person who has this address, with every car that bears it, there or here."""
    wanted = address_key(address)
    bears = sa.or_(*(is_at(passports.c[name], [wanted]) for name in HELD))
    at = sa.select(passports.c.plate).where(passports.c.garage == garage, bears)
    named = sa.select(rows.c.plate).where(
        rows.c.garage == garage, rows.c.address == wanted, rows.c.plate.is_not(None)
    )
    plates = {plate for query in (at, named) for plate in connection.execute(query).scalars()}
    return _person(connection, garage, sorted(plates), (wanted,))


def _person(connection: sa.Connection, garage: str, plates: Sequence[str], wanted: Sequence[str]) -> Person:
    bearing, references, keys, invited = set(wanted), set(), set(plates), set()
    of_garage = sa.select(passports).where(passports.c.garage == garage)
    for row in found(connection, of_garage.where(among(connection, passports.c.plate, plates))):
        bearing |= {address_key(row[name]) for name in HELD if row[name]}
        invited |= {address_key(row["invited_address"])} if row["invited_address"] else set()
        references |= {str(json.loads(row["content"]).get(REFERENCE) or "")} - {""}
    said = sa.select(rows).where(rows.c.garage == garage)
    for row in found(connection, said.where(among(connection, rows.c.plate, plates))):
        bearing |= {row["address"]} - {None}
        keys.add(row["key"])
    bearing |= _corrected(connection, garage, plates, bearing)
    ours = set(plates)
    former = {each for each in invited - bearing if not _others_bear(connection, garage, each, ours)}
    others = {each for each in bearing - set(wanted) if _others_bear(connection, garage, each, ours)}
    theirs = {each for each in references if _others_have(connection, garage, each, ours)}
    return Person(
        garage,
        tuple(plates),
        tuple(sorted(bearing - others)),
        tuple(sorted(references - theirs)),
        tuple(sorted(keys)),
        tuple(sorted(former)),
        len(others) + len(theirs),
    )


def is_at(column: sa.ColumnElement[Any], addresses: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether a column has one of these addresses, as compared, or as iGarage wrote it."""
    return column.in_(addresses) | sa.func.lower(column).in_(addresses)


def _corrected(
    connection: sa.Connection, garage: str, plates: Collection[str], bearing: Collection[str]
) -> set[str]:
    """The addresses that corrections name beside those of the person."""
    query = sa.select(corrections).where(corrections.c.garage == garage)
    found_: set[str] = set()
    for each in connection.execute(query).mappings():
        both = {each["seen"], address_key(each["meant"])}
        if each["plate"] in plates or both & set(bearing):
            found_ |= both
    return found_


def _others_bear(connection: sa.Connection, garage: str, address: str, plates: Collection[str]) -> bool:
    """Whether a car of somebody else has an address, there or here."""
    bears = sa.or_(*(is_at(passports.c[name], [address]) for name in ("address", "delivered_address")))
    at = sa.select(passports.c.plate).where(passports.c.garage == garage, bears)
    named = sa.select(rows.c.plate).where(
        rows.c.garage == garage, rows.c.address == address, rows.c.plate.is_not(None)
    )
    return any(plate not in plates for query in (at, named) for plate in connection.execute(query).scalars())


def _others_have(connection: sa.Connection, garage: str, reference: str, plates: Collection[str]) -> bool:
    """Whether a car of somebody else stands under a customer's reference."""
    query = sa.select(passports.c.plate, passports.c.content).where(
        passports.c.garage == garage, names(passports.c.content, reference)
    )
    return any(
        plate not in plates and has_reference(content, reference)
        for plate, content in connection.execute(query)
    )


def names(content: sa.ColumnElement[str], reference: str) -> sa.ColumnElement[bool]:
    """Whether the JSON of a content seems to have a reference; it is to be read to be sure."""
    said = json.dumps(reference, ensure_ascii=False)
    return content.contains(f'"{REFERENCE}":{said}', autoescape=True)


def has_reference(content: str, reference: str) -> bool:
    """Whether a content has a reference."""
    return str(json.loads(content).get(REFERENCE)) == reference


def parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    """The values, a few at a time."""
    return (values[start : start + FEW] for start in range(0, len(values), FEW))
