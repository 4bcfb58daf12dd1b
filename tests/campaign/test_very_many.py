"""F23: a hundred thousand files in the watched folder, and one of two gigabytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .exports import bad, customer, customers, written
from .processes import until
from .test_load import MEGABYTE, peak

MIDNIGHT = 1_700_000_000


def crowd(case, garage, number, row):
    """So many exports of one row each, written by the second; whatever was there stays older."""
    for each in range(number):
        path = garage.export_folder / f"oud-{each:06}.csv"
        path.write_bytes(written([row(each)]))
        os.utime(path, (MIDNIGHT + each, MIDNIGHT + each))


@pytest.mark.slow
def test_f23_of_a_hundred_thousand_files_that_lie_there_the_newest_alone_speaks(case):
    garage = case.garage(source={"scan_every": 5})
    number = case.size(400, 100_000)
    crowd(case, garage, number, lambda each: customer(100_000 + each))
    case.export(garage, [*customers(range(50)), bad(50)], at=MIDNIGHT + number)
    service = case.service()
    case.until_delivered()
    case.export(
        garage, [*customers(range(50), km="90000"), bad(50)], name="nieuw.csv", at=MIDNIGHT + number + 1
    )
    case.until_delivered()
    assert peak(service.pid) < 400 * MEGABYTE
    assert garage.stand()["passports"]["total"] == 50
    case.count()


@pytest.mark.slow
def test_f23_of_many_thousands_of_selections_each_is_read_and_the_newest_word_counts(case):
    garage = case.garage(source={"contains": "selection", "scan_every": 5})
    number, cars = case.size(120, 10_000), 40
    for each in range(number):
        rows = [customer(each % cars, km=str(10_000 + each))]
        case.export(garage, rows, name=f"{each:06}.csv", at=MIDNIGHT + each)
    service = case.service()
    case.until_delivered()
    assert peak(service.pid) < 400 * MEGABYTE
    case.count()


@pytest.mark.slow
def test_f23_a_file_of_two_gigabytes_is_read_in_little_memory(case):
    """Two gigabytes of rows with a remark of twenty kilobytes each; a sample is four megabytes."""
    garage = case.garage()
    rows = case.size(200, 100_000)
    _write(garage.export_folder, "klanten.csv", rows)
    case.says(garage, customers(range(rows)))
    service = case.service()
    until(
        lambda: garage.stand()["passports"]["total"] == rows,
        "all of its rows",
        pause=0.5,
        moves=lambda: _touched(case.installation.state),
    )
    assert peak(service.pid) < 200 * MEGABYTE
    case.until_delivered()
    (garage.export_folder / "klanten.csv").unlink()
    case.count()


def _touched(folder: Path) -> set[tuple[str, int]]:
    """When each of the ledger's files was written last: rows that are staged show nowhere else."""
    return {(each.name, each.stat().st_mtime_ns) for each in folder.glob("ledger*")}


def _write(folder: Path, name: str, rows: int) -> None:
    """An export with a long remark in each row, made row by row."""
    remark = "onderhoud, banden, ruiten. " * 760
    header, _ = written([]).split(b"\r\n")
    with (folder / f"{name}.part").open("wb") as file:
        file.write(header + b";Opmerking\r\n")
        for number in range(rows):
            _, line, _ = written([customer(number)]).split(b"\r\n")
            file.write(line + b";" + remark.encode() + b"\r\n")
    (folder / f"{name}.part").rename(folder / name)
