"""What was pushed, among the files of its source: it lies in no folder, and is kept no longer than it says something.

A source has one taken push at a time, with what its pushes rejected and nobody has mended since: the table does not
grow with what is pushed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from connector.ledger import poll_ends
from connector.ledger.databases import Database
from connector.ledger.looking import FileSummary, file_summary
from connector.ledger.schema import files, rejected_rows, rows, skipped_rows

MOST_SKIPS = 10_000
"""Skipped rows of a source that are remembered at most where they are pushed: nothing else ever ends them."""


@dataclass(frozen=True, slots=True)
class Pushes:
    """What a ledger knows of earlier pushes."""

    database: Database

    def answered(self, garage: str, source: str, digest: bytes, recipe: bytes) -> FileSummary | None:
        """The push of this very content that waits for a person, or that a person did away with."""
        query = sa.select(files.c.id).where(
            _pushed(garage, source),
            files.c.digest == digest,
            files.c.recipe == recipe,
            files.c.state.in_(("held", "discarded")),
        )
        with self.database.read() as connection:
            file = connection.execute(query.order_by(files.c.id.desc()).limit(1)).scalar()
            return None if file is None else file_summary(connection, file)

    def rejected(self, garage: str, source: str, digests: Collection[bytes]) -> frozenset[bytes]:
        """Which of these raw rows stand among what was rejected of a source's pushes."""
        query = (
            sa.select(rejected_rows.c.digest)
            .join(files, files.c.id == rejected_rows.c.file)
            .where(_pushed(garage, source), files.c.state == "taken", rejected_rows.c.digest.in_(digests))
        )
        with self.database.read() as connection:
            return frozenset(bytes(digest) for digest in connection.execute(query).scalars())


def keep_what_stands(connection: sa.Connection, file: int) -> None:
    """Before a push is taken: earlier ones of its source go, and what they rejected stands, unless it is said anew."""
    of = sa.select(files.c.garage, files.c.source).where(files.c.id == file)
    garage, source = connection.execute(of).one()
    older = sa.select(files.c.id).where(
        _pushed(garage, source), files.c.id != file, files.c.state.in_(("taken", "superseded"))
    )
    of_older = rejected_rows.c.file.in_(older)
    poll_ends.end_what_is_said_anew(connection, file, of_older)
    connection.execute(rejected_rows.update().where(of_older).values(file=file))
    connection.execute(skipped_rows.delete().where(skipped_rows.c.file.in_(older)))
    connection.execute(files.delete().where(files.c.id.in_(older)))
    _bound_skips(connection, garage, source)


def _bound_skips(connection: sa.Connection, garage: str, source: str) -> None:
    skips = (rows.c.garage == garage) & (rows.c.source == source) & (rows.c.verdict == "skipped")
    many = connection.execute(sa.select(sa.func.count()).select_from(rows).where(skips)).scalar_one()
    if many > MOST_SKIPS:
        connection.execute(rows.delete().where(skips))


def _pushed(garage: str, source: str) -> sa.ColumnElement[bool]:
    return (files.c.garage == garage) & (files.c.source == source) & files.c.pushed
