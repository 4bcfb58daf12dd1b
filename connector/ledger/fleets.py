"""The Wagenparkaccounts that iGarage has for a garage; no passport is asked for with another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connector.canonical import compact_json, parsed
from connector.ledger import passports as passport_rows
from connector.ledger.schema import garages, passports
from connector.ledger.writing import event, found, record

Row = Mapping[Any, Any]
NAMED = '"fleet_account":'
"""How a content begins to name one, as it stands in the ledger."""


def known(connection: sa.Connection, garage: str) -> frozenset[str] | None:
    """The accounts that iGarage last said it has; None where it never did."""
    query = sa.select(garages.c.fleet_accounts).where(garages.c.garage == garage)
    told = connection.execute(query).scalar()
    return None if told is None else frozenset(parsed(told))


def learn(connection: sa.Connection, garage: str, accounts: Collection[str], now: datetime) -> None:
    """iGarage says which it has. Passports with another go on without, as a new revision: nobody is mailed for it.

    What came to have one is given it when its source is read again, which another recipe brings about.
    """
    there = frozenset(accounts)
    if there == known(connection, garage):
        return
    of_garage = garages.c.garage == garage
    connection.execute(garages.update().where(of_garage).values(fleet_accounts=compact_json(sorted(there))))
    query = sa.select(passports).where(passports.c.garage == garage, passports.c.content.contains(NAMED))
    stray = [(row, left) for row in found(connection, query) if (left := accepted(row, there)) is not row]
    for row, left in stray:
        _change(connection, row, left, now)
    if stray:  # the index is made anew by delivery, before it claims anything
        connection.execute(garages.update().where(of_garage).values(indexed_for=None))


def accepted(row: Row, accounts: Collection[str] | None) -> Row:
    """A row with content, without an account that is not among these (None: nothing is known of them)."""
    if accounts is None or NAMED not in row["content"]:
        return row
    content = parsed(row["content"])
    if content["fleet_account"] in accounts:
        return row
    del content["fleet_account"]
    return {**row, "content": compact_json(content)}


def _change(connection: sa.Connection, row: Row, left: Row, now: datetime) -> None:
    values = {"content": left["content"], "revision": row["revision"] + 1}
    fresh = passport_rows.fresh_start(row, row["address"], now)
    passport_rows.update(connection, row["garage"], row["plate"], values | fresh)
    detail = {"revision": values["revision"], "by": "iGarage", "fields": ["fleet_account"]}
    record(connection, [event(row["garage"], row["plate"], now, "changed", **detail)])
