"""Sources whose exports lack a consent or opt-out column: until one has it again, nobody of theirs is invited."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from connector.ledger import garages as garage_rows
from connector.ledger.schema import consent_gaps, files, garages, passports
from connector.ledger.writing import upsert


def note(connection: sa.Connection, file: int) -> None:
    """A consent or opt-out column that is mapped is gone from a file; what follows does so when it is judged."""
    connection.execute(files.update().where(files.c.id == file).values(lacks_consent=True))


def lapse_where_lacking(connection: sa.Connection, file: int, now: datetime) -> None:
    """A file is held: where it lacks such a column, its source's invitations are withheld from here on."""
    query = sa.select(files.c.garage, files.c.source).where(files.c.id == file, files.c.lacks_consent)
    if found := connection.execute(query).first():
        garage_rows.take_turn(connection, found.garage)
        lapse(connection, found.garage, found.source, now)


def lapse(connection: sa.Connection, garage: str, source: str, now: datetime) -> None:
    """Withhold the invitations of a source; nothing where they are."""
    if source not in lacking(connection, garage):
        upsert(connection, consent_gaps, [{"garage": garage, "source": source, "since": now}])
        _mark(connection, garage, source, unknown=True)


def mend(connection: sa.Connection, garage: str, source: str) -> None:
    """A file with the column was taken: the source's invitations go again."""
    if source in lacking(connection, garage):
        connection.execute(
            consent_gaps.delete().where(consent_gaps.c.garage == garage, consent_gaps.c.source == source)
        )
        _mark(connection, garage, source, unknown=False)


def lacking(connection: sa.Connection, garage: str) -> list[str]:
    """The sources of a garage whose invitations are withheld."""
    query = sa.select(consent_gaps.c.source).where(consent_gaps.c.garage == garage)
    return list(connection.execute(query.order_by(consent_gaps.c.source)).scalars())


def _mark(connection: sa.Connection, garage: str, source: str, *, unknown: bool) -> None:
    """Mark what the source spoke of last. The index is made anew by delivery, before it claims anything."""
    of_source = (passports.c.garage == garage) & (passports.c.source == source)
    connection.execute(passports.update().where(of_source).values(consent_unknown=unknown))
    connection.execute(garages.update().where(garages.c.garage == garage).values(indexed_for=None))
