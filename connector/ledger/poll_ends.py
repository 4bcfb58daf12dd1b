"""What becomes of a polled source's place when a poll is taken or done away with; nothing where a file is no poll."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from connector.ledger.schema import files, polls, rejected_rows, staged

IDLE: Mapping[str, Any] = {
    "file": None, "next": None, "since": None, "newest": None, "staged": 0, "ended": False,
}  # fmt: skip
"""No poll is under way."""

ASKED_AGAIN = ("layout_unknown", "adapter_failed")
"""Why a poll is held of which the same page is asked for again all the same: another answer helps, and no leave."""


def take(connection: sa.Connection, file: int) -> None:
    """A poll was taken or done away with: the next one begins behind it."""
    row = connection.execute(sa.select(polls).where(polls.c.file == file)).mappings().first()
    if row is None:
        return
    marks = [each for each in (row["mark"], row["newest"]) if each is not None]
    moved = bool(marks) or row["next"] is not None
    again = None if moved else row["asked_since"]  # where nothing tells a time, the same range again
    values = {"cursor": row["next"], "mark": max(marks, default=None), "asked_since": again}
    connection.execute(polls.update().where(polls.c.file == file).values({**values, **IDLE}))


def is_under_way(connection: sa.Connection, file: int | None) -> bool:
    """Whether a poll is read on from where it is: it is being read, or held for a page that is asked for again."""
    of_poll = sa.select(files.c.state, files.c.reason).join(polls, polls.c.file == files.c.id)
    row = connection.execute(of_poll.where(files.c.id == file)).first()
    return row is not None and (row.state == "reading" or (row.state == "held" and row.reason in ASKED_AGAIN))


def is_polled(connection: sa.Connection, file: int) -> bool:
    """Whether a file is a poll that waits for its end."""
    return connection.execute(sa.select(polls.c.file).where(polls.c.file == file)).first() is not None


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
    if is_part:
        end_what_is_said_anew(connection, file, of_older)
    else:
        connection.execute(rejected_rows.delete().where(of_older))
    connection.execute(rejected_rows.update().where(of_older).values(file=file))
    connection.execute(files.delete().where(files.c.id.in_(older)))


def key_digest(key: str) -> bytes:
    """By this a rejected record is known again: its key itself may be a plate."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _said_anew(connection: sa.Connection, file: int, of_older: sa.ColumnElement[bool]) -> list[int]:
    """Of older rejections those whose row or record a poll brings again."""
    columns = (rejected_rows.c.id, rejected_rows.c.digest, rejected_rows.c.key)
    rejections = connection.execute(sa.select(*columns).where(of_older)).all()
    if not rejections:
        return []
    rows = connection.execute(sa.select(staged.c.digest, staged.c.key).where(staged.c.file == file)).all()
    digests = {bytes(digest) for digest, _ in rows}
    keys = {key_digest(key) for _, key in rows if key}
    return [
        number
        for number, digest, key in rejections
        if bytes(digest) in digests or (key is not None and bytes(key) in keys)
    ]


def end_what_is_said_anew(connection: sa.Connection, file: int, of_older: sa.ColumnElement[bool]) -> None:
    """Older rejections go whose row or record this file brings again."""
    over = _said_anew(connection, file, of_older)
    for start in range(0, len(over), 500):
        connection.execute(rejected_rows.delete().where(rejected_rows.c.id.in_(over[start : start + 500])))
