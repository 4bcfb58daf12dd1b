"""F01 of customer lists: whoever dies where, each revision stands in one list, whole, under one name."""

from __future__ import annotations

import csv
from collections import Counter

from .exports import customers, written
from .test_crash_points import SCENARIOS


def by_list(case):
    garage = case.garage()
    garage.configure(
        delivery={
            "route": "list_file",
            "send": "always",
            "list_file": {"folder": str(case.folder / "lijsten")},
        }
    )
    return garage


def listed(case):
    """Plate → how often it stands in a list."""
    found = Counter()
    for each in sorted((case.folder / "lijsten").glob("*.csv")):
        with each.open(encoding="utf-8-sig", newline="") as file:
            found.update(row["Kenteken"] for row in csv.DictReader(file, delimiter=";"))
    return found


def says(case, garage, numbers, **changes):
    rows = list(customers(numbers, **changes))
    garage.drop(written(rows))
    case.line.rows += len(rows)


def test_f01_a_customer_list_is_written_once_wherever_the_process_dies(case, children):
    garage = by_list(case)
    says(case, garage, range(10))
    for point in SCENARIOS["a customer list"]:
        children.dies_at(point)
    children.run_once()
    assert set(listed(case).values()) == {1} and len(listed(case)) == 10
    assert [each.name for each in (case.folder / "lijsten").iterdir() if each.suffix != ".csv"] == []
    for point in SCENARIOS["a customer list that is done"][:1]:
        children.dies_at(point, "batches", "done", "1")
        assert garage.counts() == {"total": 10, "in_batch": 10}
    children.dies_at(SCENARIOS["a customer list that is done"][1], "batches", "done", "1")
    children.run_once()
    assert garage.counts() == {"total": 10, "delivered": 10}
    assert garage.stand()["invitations"]["sent"] == 10
    assert set(listed(case).values()) == {1}
    case.line.counted = True  # here, line by line: no mail of it is seen


def test_f01_a_list_that_lies_nowhere_yet_is_taken_back_whenever_the_process_dies(case, children):
    garage = by_list(case)
    (case.folder / "lijsten").write_text("in the way", "utf-8")
    says(case, garage, range(3))
    children.run_once()
    assert garage.main("erase", "--plate", "ZZ-000-Z", "--yes").status == 0
    for point in SCENARIOS["a list that is taken back"]:
        children.dies_at(point)
    (case.folder / "lijsten").unlink()
    children.run_once()
    assert listed(case) == {"ZZ001Z": 1, "ZZ002Z": 1}
    case.line.counted = True
