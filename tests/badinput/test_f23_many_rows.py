"""F23: very many rows, and a file that is far larger than what stands in it. Nothing is measured by time here."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from exports import COLUMNS, HEADER, car, csv_of, golden

from connector import adapters, inbox
from connector.errors import SourceFormatError
from connector.intake import Source, judged
from connector.model import Draft, Rejected, Verdict

BAD = 1_000
"""Of so many rows one cannot be read."""
MEGABYTE = 1 << 20


def export_of(path: Path, rows: int) -> Path:
    with path.open("w", encoding="cp1252", newline="") as file:
        file.write(csv_of())
        for number in range(rows):
            plate = f"{number // 1000:02}-ZZ-{number % 100:02}"
            km = "x" if number % BAD == 0 else str(number)
            file.write(
                f"{plate};Jans\u00e9n {number};klant{number % 500}@voorbeeld.example;15-05-2027;{km}\r\n"
            )
    return path


def verdicts(path: Path) -> Iterator[tuple[int | None, Verdict]]:
    """Line and verdict of every row, chunk by chunk as the intake has them."""
    adapter = adapters.load("generic_csv")
    assert adapter.settings_model is not None
    settings = adapter.settings_model.model_validate({"columns": COLUMNS})
    source = Source("jansen", "klanten", path.parent, ("*.csv",), "all", adapter, settings)
    table = adapter.read(inbox.export_file(path), settings)
    for chunk in judged(source, table, date(2027, 3, 1), lambda digests: {}):
        yield from ((each.line, each.verdict) for each in chunk.rows)


@contextmanager
def peak() -> Iterator[Callable[[], int]]:
    """The most memory that was held since."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_each_of_a_hundred_thousand_rows_is_told_of_on_its_line(tmp_path: Path) -> None:
    drafts, rejected = 0, []
    for line, verdict in verdicts(export_of(tmp_path / "klanten.csv", 100_000)):
        drafts += isinstance(verdict, Draft)
        if isinstance(verdict, Rejected):
            rejected.append(line)
    assert rejected == list(range(2, 100_002, BAD))
    assert drafts == 100_000 - len(rejected)


def test_more_rows_take_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for rows in (12_000, 36_000):
        path = export_of(tmp_path / "klanten.csv", rows)
        with peak() as most:
            assert sum(1 for _ in verdicts(path)) == rows
            peaks.append(most())
    assert peaks[1] < peaks[0] + 2 * MEGABYTE


def test_rows_with_long_cells_are_not_kept_until_there_are_thousands(tmp_path: Path) -> None:
    path = tmp_path / "klanten.csv"
    header, first, *_ = csv_of(car(1)).splitlines()
    with path.open("w", encoding="cp1252") as file:
        file.write(f"{header};Opmerking\n")
        file.writelines(f"{first};{'banden. ' * 12_000}\n" for _ in range(500))
    with peak() as most:
        assert sum(1 for _ in verdicts(path)) == 500
        assert most() < 8 * MEGABYTE


def test_a_file_with_a_hole_of_a_quarter_gigabyte_is_held_and_fills_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "groot.csv"
    with path.open("wb") as file:
        file.write(csv_of(car(1), car(2)).encode())
        file.truncate(256 * MEGABYTE)
    with peak() as most:
        with pytest.raises(SourceFormatError, match="binaire tekens") as held:
            list(verdicts(path))
        assert held.value.line == 4
        assert most() < 24 * MEGABYTE


def test_ten_thousand_columns_of_nothing_are_no_header(take) -> None:
    assert take(";" * 10_000 + "\r\n" + csv_of(car(1), header=HEADER)) == golden([1])
