"""Leave that a person gave: the next file of a source may pass in spite of what is found of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from connector.ledger.schema import files, leaves
from connector.ledger.writing import upsert


def give(connection: sa.Connection, garage: str, source: str, reasons: Sequence[str], now: datetime) -> None:
    """Give leave for findings: to this content when it is read again, or to the source's next file with the same."""
    values = [{"garage": garage, "source": source, "reason": reason, "given_at": now} for reason in reasons]
    upsert(connection, leaves, values)


def given(connection: sa.Connection, file: int, reasons: Sequence[str]) -> bool:
    """Whether there is leave for each of these findings of a file."""
    query = sa.select(leaves.c.reason).join(
        files, (files.c.garage == leaves.c.garage) & (files.c.source == leaves.c.source)
    )
    return set(reasons) <= set(connection.execute(query.where(files.c.id == file)).scalars())


def standing(connection: sa.Connection, garage: str) -> dict[str, list[str]]:
    """Source → the findings for which leave stands."""
    query = sa.select(leaves.c.source, leaves.c.reason).where(leaves.c.garage == garage)
    found: dict[str, list[str]] = {}
    for source, reason in connection.execute(query.order_by(leaves.c.source, leaves.c.reason)):
        found.setdefault(source, []).append(reason)
    return found


def spend(connection: sa.Connection, garage: str, source: str) -> None:
    """A file of the source was taken: leave is for one file."""
    connection.execute(leaves.delete().where(leaves.c.garage == garage, leaves.c.source == source))


def use(connection: sa.Connection, file: int, reasons: Sequence[str]) -> None:
    """Leave for these findings is spent on a push at once: what it was given for lies in no folder to be read again."""
    of = sa.select(files.c.garage, files.c.source).where(files.c.id == file, files.c.pushed)
    pushed = connection.execute(of).first()
    if pushed:
        mine = (leaves.c.garage == pushed.garage) & (leaves.c.source == pushed.source)
        connection.execute(leaves.delete().where(mine, leaves.c.reason.in_(reasons)))
