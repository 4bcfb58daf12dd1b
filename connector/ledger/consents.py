"""Sources whose exports lack a consent or opt-out column: until one has it again, nobody of theirs is invited."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connector.canonical import compact_json
from connector.elements import Counts
from connector.ledger import garages as garage_rows
from connector.ledger.schema import consent_gaps, files, garages, passports, polls
from connector.ledger.writing import upsert


def note(
    connection: sa.Connection, file: int, counts: Counts | None = None, gone: Collection[str] = ()
) -> None:
    """A consent or opt-out column that is mapped is gone from a file; what follows does so when it is judged.

    Of a file without a header it is noted what was counted, and what of it is `gone`.
    """
    values: dict[str, Any] = {"lacks_consent": counts is None or bool(gone)}
    if counts is not None:
        told = {"records": counts.records, "having": dict(counts.having), "gone": sorted(gone)}
        values["consents"] = compact_json(told)
    connection.execute(files.update().where(files.c.id == file).values(values))


def before(connection: sa.Connection, garage: str, source: str) -> Counts | None:
    """What was counted in the last file of a source that was taken and lacked no consent; None: there is none."""
    query = sa.select(files.c.consents).where(
        files.c.garage == garage, files.c.source == source, files.c.state == "taken", ~files.c.lacks_consent
    )
    told = connection.execute(query.order_by(files.c.id.desc()).limit(1)).scalar()
    return Counts(json.loads(told)["records"], json.loads(told)["having"]) if told else None


def silent(file: Mapping[Any, Any]) -> frozenset[str]:
    """The facts that no row of a file says anything of, though it was read as if it did."""
    return frozenset(json.loads(file["consents"])["gone"]) if file["consents"] else frozenset()


def unsaid(row: Mapping[Any, Any], silent: Collection[str]) -> Mapping[Any, Any]:
    """A staged row without what it does not say: no "no" comes of a gap."""
    if not silent:
        return row
    facts = {
        name: value for name, value in json.loads(row["facts"]).items() if name not in silent or value is True
    }
    return {**row, "facts": compact_json(facts)}


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


def mend_where_heard(connection: sa.Connection, file: int) -> None:
    """A poll ended that brought nothing new: where it brought anything at all, it had the column."""
    heard = (polls.c.file == file) & (polls.c.staged > 0)
    if found := connection.execute(sa.select(polls.c.garage, polls.c.source).where(heard)).first():
        if found.source in lacking(connection, found.garage):
            garage_rows.take_turn(connection, found.garage)
        mend(connection, found.garage, found.source)


def lacking(connection: sa.Connection, garage: str) -> list[str]:
    """The sources of a garage whose invitations are withheld."""
    query = sa.select(consent_gaps.c.source).where(consent_gaps.c.garage == garage)
    return list(connection.execute(query.order_by(consent_gaps.c.source)).scalars())


def _mark(connection: sa.Connection, garage: str, source: str, *, unknown: bool) -> None:
    """Mark what the source spoke of last. The index is made anew by delivery, before it claims anything."""
    of_source = (passports.c.garage == garage) & (passports.c.source == source)
    connection.execute(passports.update().where(of_source).values(consent_unknown=unknown))
    connection.execute(garages.update().where(garages.c.garage == garage).values(indexed_for=None))
