"""What becomes of a polled source's place when a poll is taken or done away with; nothing where a file is no poll."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from connector.ledger.schema import files, polls, rejected_rows, staged

IDLE: Mapping[str, Any] = {
    "file": None, "next": None, "since": None, "newest": None, "staged": 0, "ended": False,
}  # fmt: skip
"""No poll is under way."""


def take(connection: sa.Connection, file: int) -> None:
    """A poll was taken or done away with: the next one begins behind it."""
    row = connection.execute(sa.select(polls).where(polls.c.file == file)).mappings().first()
    if row is None:
        return
    marks = [each for each in (row["mark"], row["newest"]) if each is not None]
    moved = bool(marks) or row["next"] is not None
    values = {
        "cursor": row["next"],
        "mark": max(marks, default=None),
        "asked_since": None
        if moved
        else row["asked_since"],  # where nothing tells a time, the same range again
    }
    connection.execute(polls.update().where(polls.c.file == file).values({**values, **IDLE}))


def call_off(connection: sa.Connection, file: int) -> None:
    """A poll that is forgotten: the next one begins where it began."""
    connection.execute(polls.update().where(polls.c.file == file).values(**IDLE))


def keep_what_stands(connection: sa.Connection, file: int, *, is_part: bool) -> None:
    """Before a poll is taken: of a source the last one is kept, and earlier ones go.

    Where it is a part, what earlier ones rejected is rejected still, unless this one says it anew.
    """
    row = connection.execute(sa.select(polls.c.garage, polls.c.source).where(polls.c.file == file)).first()
    if row is None:
        return
    older = sa.select(files.c.id).where(
        files.c.garage == row.garage,
        files.c.source == row.source,
        files.c.id != file,
        files.c.state.in_(("taken", "superseded", "discarded")),
    )
    of_older = rejected_rows.c.file.in_(older)
    said = sa.select(staged.c.digest).where(staged.c.file == file)
    keys = sa.select(staged.c.key).where(staged.c.file == file, staged.c.key.is_not(None))
    over = rejected_rows.c.digest.in_(said) | rejected_rows.c.key.in_(keys) if is_part else sa.true()
    connection.execute(rejected_rows.delete().where(of_older, over))
    connection.execute(rejected_rows.update().where(of_older).values(file=file))
    connection.execute(files.delete().where(files.c.id.in_(older)))
