"""The numbers by which people name files: each is given once, though the file it was given to is forgotten.

SQLite gives the number of the last row again once that is gone, and then a decision about one file would be one about
another that nobody looked at. So the last number given is noted; PostgreSQL's own sequence never goes back.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from connector.ledger.schema import files, meta
from connector.ledger.writing import upsert

LAST = "last_file"
"""The name in `meta` of the last number that was given."""


def give(connection: sa.Connection, count: int) -> Sequence[int]:
    """So many new numbers, each higher than all before."""
    if connection.dialect.name != "sqlite":
        following = sa.text(
            "SELECT nextval(pg_get_serial_sequence('files', 'id')) FROM generate_series(1, :count)"
        )
        return list(connection.execute(following, {"count": count}).scalars())
    noted = connection.execute(sa.select(meta.c.value).where(meta.c.name == LAST)).scalar()
    highest = connection.execute(sa.select(sa.func.max(files.c.id))).scalar()
    first = 1 + max(int(noted or 0), highest or 0)
    upsert(connection, meta, [{"name": LAST, "value": str(first + count - 1)}])
    return range(first, first + count)
