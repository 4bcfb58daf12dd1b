"""What was known before a file: of its keys, its plates and its rejected rows. Against that its rows are weighed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connector.ledger import memory
from connector.ledger.schema import files, passports, rejected_rows
from connector.ledger.writing import among, found

Row = Mapping[Any, Any]
Values = dict[str, Any]


def weighed_against(
    connection: sa.Connection, garage: str, source: str, chunk: Sequence[Row]
) -> tuple[dict[str, Values], dict[str, Values]]:
    """What rows are weighed against: key → what the source said, plate → its passport."""
    said = memory.said(connection, garage, source, values(chunk, "key"))
    return said, passports_of(connection, garage, values(chunk, "plate"))


def remembered(
    connection: sa.Connection, garage: str, source: str, chunk: Sequence[Row]
) -> tuple[dict[str, Values], dict[str, Values]]:
    """As `weighed_against`, but for what was said of plates that have no passport: those are new, whatever was said."""
    prior = passports_of(connection, garage, values(chunk, "plate"))
    keys = [row["key"] for row in chunk if row["plate"] in prior]
    return memory.said(connection, garage, source, keys) if keys else {}, prior


def known_plates(connection: sa.Connection, garage: str, plates: Sequence[str]) -> set[str]:
    """Those of the plates that have a passport."""
    query = sa.select(passports.c.plate).where(passports.c.garage == garage)
    return set(connection.execute(query.where(among(connection, passports.c.plate, plates))).scalars())


def passports_of(connection: sa.Connection, garage: str, plates: Collection[str]) -> dict[str, Values]:
    """Plate → its passport, where there is one."""
    if not plates:
        return {}
    query = sa.select(passports).where(
        passports.c.garage == garage, among(connection, passports.c.plate, plates)
    )
    return {row["plate"]: row for row in found(connection, query)}


def has_passports(connection: sa.Connection, garage: str) -> bool:
    """Whether a garage has any passport."""
    query = sa.select(passports.c.plate).where(passports.c.garage == garage)
    return connection.execute(query.limit(1)).first() is not None


def opted_out(connection: sa.Connection, garage: str) -> int:
    """Of how many passports the owner opted out, as their sources say."""
    query = sa.select(sa.func.count()).where(passports.c.garage == garage, passports.c.opt_out)
    return int(connection.execute(query).scalar_one())


def first_seen(
    connection: sa.Connection, garage: str, source: str, digests: Sequence[bytes]
) -> dict[bytes, datetime]:
    """Since when each of these rows has been rejected, over the files of its source."""
    if not digests:
        return {}
    query = (
        sa.select(rejected_rows.c.digest, sa.func.min(rejected_rows.c.first_seen))
        .join(files, files.c.id == rejected_rows.c.file)
        .where(
            files.c.garage == garage,
            files.c.source == source,
            rejected_rows.c.digest.in_(digests),
        )
        .group_by(rejected_rows.c.digest)
    )
    return {bytes(digest): seen for digest, seen in connection.execute(query)}


def values(chunk: Sequence[Row], name: str, **only: str) -> list[Any]:
    """What a column of these rows says, where it says anything, of those that also say `only` this."""
    wanted = (row for row in chunk if all(row[key] == value for key, value in only.items()))
    return [row[name] for row in wanted if row[name]]
