"""What is known against addresses. A verdict belongs to the address: it holds for every passport that names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from connector.closing import AddressNews
from connector.ledger.schema import addresses
from connector.ledger.writing import among, upsert

_STRONGER = frozenset(("opted_out", "unwritable"))
"""Verdicts that a mail which comes back changes nothing about."""


def verdicts(connection: sa.Connection, garage: str, wanted: Iterable[str]) -> dict[str, str]:
    """Address → verdict, for those of `wanted` that have one."""
    query = sa.select(addresses.c.address, addresses.c.verdict).where(
        addresses.c.garage == garage, among(connection, addresses.c.address, wanted)
    )
    return {row.address: row.verdict for row in connection.execute(query)}


Judged = Mapping[str, tuple[str, str | None]]
"""Address → its verdict and the reason for it; what is not there has none."""


def judged(connection: sa.Connection, garage: str, wanted: Iterable[str]) -> Judged:
    """Address → verdict and reason, for those of `wanted` that have one."""
    query = sa.select(addresses.c.address, addresses.c.verdict, addresses.c.reason).where(
        addresses.c.garage == garage, among(connection, addresses.c.address, wanted)
    )
    return {row.address: (row.verdict, row.reason) for row in connection.execute(query)}


def hear(connection: sa.Connection, garage: str, news: AddressNews, now: datetime) -> list[str]:
    """Write what iGarage says of an address; the address where that changed anything."""
    known = verdicts(connection, garage, [news.address]).get(news.address)
    if known == news.verdict or (known in _STRONGER and news.verdict == "bounced"):
        return []
    values = {"garage": garage, "address": news.address, "verdict": news.verdict}
    upsert(connection, addresses, [{**values, "reason": news.reason, "since": now}])
    return [news.address]


def judge(
    connection: sa.Connection,
    garage: str,
    faults: Mapping[str, str | None],
    known: Mapping[str, str],
    now: datetime,
) -> list[str]:
    """An address that is none gets its verdict; one that the rules of today can write loses it again.

    `faults` are those of the addresses that rows name (None: it has none), `known` the verdicts that there are. The
    addresses whose verdict changed.
    """
    bad = [each for each, fault in faults.items() if fault and known.get(each) != "unwritable"]
    verdict = {"garage": garage, "verdict": "unwritable", "reason": "syntax", "since": now}
    upsert(connection, addresses, [{**verdict, "address": address} for address in bad])
    mended = [
        each for each, verdict in known.items() if verdict == "unwritable" and not faults.get(each, "-")
    ]
    if mended:
        connection.execute(
            addresses.delete().where(
                addresses.c.garage == garage,
                addresses.c.address.in_(mended),
                addresses.c.reason == "syntax",
            )
        )
    return bad + mended
