"""Bad exports, taken in by the real intake from a real folder, and told as a golden list: compared exactly."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from exports import COLUMNS, Told

from connector import adapters
from connector.inbox import Lookout
from connector.intake import Intake, Source
from connector.ledger import access, looking
from connector.log import make_log
from connector.plan import Policy

NOW = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
TODAY = date(2027, 3, 1)


class Garage:
    """One garage with one source; each export dropped is taken in by the loop that takes in all."""

    def __init__(self, name: str, folder: Path, ledger: Any) -> None:
        self.name = name
        self.folder = folder
        self.ledger = ledger
        self._adapter = adapters.load("generic_csv")
        self._log = make_log("error", None, lambda: NOW, io.StringIO())
        self.read = 0
        """Rows of the last export, where it was not held."""

    def take(
        self,
        content: str | bytes,
        *,
        name: str = "klanten.csv",
        columns: Mapping[str, Any] = COLUMNS,
        **settings: str,
    ) -> Told:
        """Drop an export and take it in. Fails when a row is lost or counted twice."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        source = self._source(columns, settings)
        intake = Intake(self.ledger, Policy(), lambda: TODAY, lambda: NOW, self._log)
        intake.recover(self.name)
        lookout = Lookout(self.folder, source.patterns, 0, monotonic=time.monotonic, now=lambda: NOW)
        lookout.look()
        scan = intake.scan(source, lookout)
        path.unlink()
        assert len(scan.read) == 1, scan
        (file,) = scan.read
        self.read = file.read
        told = self._told(name, file.message if file.state == "held" else None)
        if told.held is None:
            assert file.read == file.new + file.changed + file.unchanged + file.skipped + file.rejected
            assert (file.skipped, file.rejected) == (len(told.skipped), len(told.rejected))
        return told

    def contents(self) -> dict[str, Any]:
        """Plate → content, of every passport."""
        with self.ledger.looking() as connection:
            return looking.plate_content(
                connection, self.name, self._column(connection, "plate", "passports")
            )

    def verdicts(self) -> list[str]:
        """What is known of addresses."""
        with self.ledger.looking() as connection:
            return self._column(connection, "verdict", "addresses")

    def _column(self, connection: Any, column: str, table: str) -> list[str]:
        query = f"SELECT {column} FROM {table} WHERE garage = ? ORDER BY 1"  # noqa: S608  # our own words
        return [row[0] for row in connection.exec_driver_sql(query, (self.name,))]

    def _source(self, columns: Mapping[str, Any], settings: Mapping[str, str]) -> Source:
        assert self._adapter.settings_model is not None
        model = self._adapter.settings_model.model_validate({"columns": columns, **settings})
        return Source(self.name, "klanten", self.folder, ("*",), "all", self._adapter, model)

    def _told(self, name: str, held: str | None) -> Told:
        with self.ledger.looking() as connection:
            plates = self._column(connection, "plate", "passports")
            if held is not None:
                return Told(tuple(plates), held=held)
            rejected = looking.rejected(connection, self.name, everything=False)
            skipped = looking.skipped(connection, self.name)
            traced = [looking.traced(connection, self.name, plate, NOW) for plate in plates]
        assert {row.file for row in (*rejected, *skipped)} <= {name}
        for row in rejected:
            assert row.message and not re.search(r"voorbeeld|klant\d", f"{row.message} {row.value}")
        return Told(
            tuple(plates),
            tuple((row.line, row.reason) for row in skipped),
            tuple((row.line, row.column, row.code) for row in rejected),
            tuple(
                (each.plate, odd.column, odd.code, odd.value)
                for each in traced
                if each
                for odd in each.warnings
            ),
        )


@pytest.fixture(scope="session")
def ledger() -> Iterator[Any]:
    """One ledger in memory; every test has a garage of its own in it."""
    with access.scratch(now=lambda: NOW, entropy=lambda size: b"\x07" * size) as made:
        yield made


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture(scope="session")
def new_garage(
    tmp_path_factory: pytest.TempPathFactory, ledger: Any, numbers: Iterator[int]
) -> Callable[[], Garage]:
    """Makes a garage that nobody has used: one for each example of a test that has many."""
    return lambda: Garage(f"garage-{next(numbers)}", tmp_path_factory.mktemp("export"), ledger)


@pytest.fixture
def garage(new_garage: Callable[[], Garage]) -> Garage:
    return new_garage()


@pytest.fixture
def take(garage: Garage) -> Callable[..., Told]:
    return garage.take
