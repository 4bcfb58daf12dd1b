"""Leave that a person gave: the next file of a source may pass in spite of one finding."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from connector.ledger.schema import files, leaves
from connector.ledger.writing import upsert


def give(connection: sa.Connection, garage: str, source: str, reason: str, now: datetime) -> None:
    """Give leave for a finding: to this content when it is read again, or to the source's next file with the same."""
    values = {"garage": garage, "source": source, "reason": reason, "given_at": now}
    upsert(connection, leaves, [values])


def given(connection: sa.Connection, file: int, reason: str) -> bool:
    """Whether there is leave for this finding of a file."""
    query = sa.select(leaves.c.given_at).join(
        files, (files.c.garage == leaves.c.garage) & (files.c.source == leaves.c.source)
    )
    return connection.execute(query.where(files.c.id == file, leaves.c.reason == reason)).first() is not None


def spend(connection: sa.Connection, garage: str, source: str) -> None:
    """A file of the source was taken: leave is for one file."""
    connection.execute(leaves.delete().where(leaves.c.garage == garage, leaves.c.source == source))


def use(connection: sa.Connection, file: int, reason: str) -> None:
    """Leave for this finding is spent on a push at once: what it was given for lies in no folder to be read again."""
    of = sa.select(files.c.garage, files.c.source).where(files.c.id == file, files.c.pushed)
    pushed = connection.execute(of).first()
    if pushed:
        mine = (leaves.c.garage == pushed.garage) & (leaves.c.source == pushed.source)
        connection.execute(leaves.delete().where(mine, leaves.c.reason == reason))
