"""Migrations: they make the schema that the code speaks of, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from connector.errors import LedgerUnusable
from connector.ledger import Ledger, databases, opening
from connector.ledger.schema import metadata, staged
from connector.ledger.writing import found, insert_all


def tables(database: databases.Database) -> set[str]:
    with database.read() as connection:
        return set(sa.inspect(connection).get_table_names())


def test_migrations_make_the_schema_that_the_code_speaks_of(ledger: Ledger) -> None:
    with ledger.looking() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(ledger: Ledger, entropy: Any) -> None:
    before = ledger.ledger_id()
    opening.migrate(ledger.database, entropy)
    assert ledger.ledger_id() == before


def test_every_ledger_has_an_id_of_its_own(
    file_place: Any, postgresql_place: Any, opened: Callable[..., Ledger]
) -> None:
    ids = {opened(place).ledger_id() for place in (file_place, postgresql_place)}
    assert len(ids) == 2 and all(len(each) == 32 for each in ids)


def test_a_migration_that_fails_leaves_nothing(new_place: Any, entropy: Any) -> None:
    database = new_place.open()
    with database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE staged (stranger TEXT)"
        )  # the last table but none is in the way
    with pytest.raises(LedgerUnusable):
        opening.migrate(database, entropy)
    assert tables(database) == {"staged"}

    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE staged")
    opening.migrate(database, entropy)
    assert tables(database) == {*metadata.tables, "alembic_version"}
    database.close()


def test_what_is_staged_of_a_file_stays_when_its_table_is_made_anew(new_place: Any, entropy: Any) -> None:
    database = new_place.open()
    later = {"inherits": None}
    row = {column.name: None for column in staged.columns if column.name not in later} | {
        "file": 7,
        "position": 3,
        "digest": b"d" * 16,
        "recognised": False,
        "verdict": "passport",
        "content": '{"last_name":"Çelik"}',
    }
    config = Config()
    config.set_main_option("script_location", "connector.ledger:migrations")
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        insert_all(connection, staged, [row])
    opening.migrate(database, entropy)
    with database.read() as connection:
        assert found(connection, sa.select(staged)) == [row | later]
    database.close()


def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(
    new_place: Any, opened: Callable[..., Ledger], entropy: Any
) -> None:
    ledger = opened(new_place)
    with ledger.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerUnusable, match="newer version"):
        opening.migrate(ledger.database, entropy)
    with pytest.raises(LedgerUnusable, match="another version"):
        opening.is_ledger(ledger.database)
    with ledger.looking() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    assert found == "9999"
