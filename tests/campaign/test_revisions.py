"""What is said again, said back, or said while the former is still on its way."""

from __future__ import annotations

import copy

import pytest
import yaml

from .cases import UNBRAKED, three_modes
from .exports import bad, customer, customers
from .processes import until

# ---------------------------------------------------------------- F37


def test_f37_an_export_that_is_written_ten_times_asks_once(case):
    garage = case.garage()
    rows = [*customers(range(case.size(20, 1000))), bad(1000)]
    for time in range(10):
        name = "klanten.csv" if time % 2 else f"klanten-{time}.csv"
        case.export(garage, case.dice.sample(rows, len(rows)) if time < 9 else rows, name=name)
        case.run_once()
    puts = [path for method, path in garage.asked() if method == "PUT"]
    assert len(puts) == len(rows) - 1
    case.count()


def test_f37_rows_that_stand_ten_times_in_an_export_are_said_once(case):
    garage = case.garage()
    rows = customers(range(case.size(10, 500)))
    case.export(garage, [*case.dice.sample(rows * 10, len(rows) * 10)])
    case.run_once()
    assert len(garage.asked()) == len(rows)
    case.count()


def test_f37_ten_sources_that_say_the_same_ask_once(case, tmp_path):
    garage = case.garage()
    folders = [tmp_path / f"bron-{number}" for number in range(9)]
    written = yaml.safe_load(garage.file.read_text("utf-8"))["sources"][0]
    more = [
        {**copy.deepcopy(written), "name": f"bron-{number}", "watch": str(each)}
        for number, each in enumerate(folders)
    ]
    garage.configure(more_sources=more)
    rows = customers(range(case.size(10, 500)))
    case.export(garage, rows)
    for each in folders:
        each.mkdir()
        (each / "klanten.csv").write_bytes((garage.export_folder / "klanten.csv").read_bytes())
    for _ in range(2):
        case.run_once()
    assert len(garage.asked()) == len(rows)
    case.count()


# ---------------------------------------------------------------- F38


@three_modes
def test_f38_there_and_back_again_are_three_revisions_each_done_once(case):
    garage = case.garage(brake=UNBRAKED)
    rows = case.size(10, 500)
    there = customers(range(rows))
    away = [customer(number, km="90000", email=f"weg{number}@voorbeeld.example") for number in range(rows)]
    for say in (there, away, there):
        case.export(garage, say)
        case.run_once()
    assert len(garage.mails()) == 3 * rows
    case.drain()
    case.count()


@pytest.mark.slow
@three_modes
def test_f38_revisions_that_come_while_answers_are_lost_end_with_the_newest(case):
    garage = case.garage(brake=UNBRAKED)
    rows = case.size(10, 300)
    case.sandbox.order_fault(method="PUT", drop="after", probability=0.5, seed=case.seed)
    for _ in range(case.size(4, 20)):
        case.export(garage, whims(case, rows))
        case.run_once()
    case.faults_over()
    case.set_clock(5 * 60)  # a request without an answer may come late, and keeps newer ones away until then
    case.drain()
    case.count()


@pytest.mark.slow
@three_modes
def test_f38_a_newer_revision_while_the_older_is_in_flight_ends_with_the_newest(case):
    garage = case.garage(delivery={"workers": 4}, brake=UNBRAKED)
    rows = case.size(12, 200)
    case.sandbox.order_fault(method="PUT", latency=0.2, probability=0.5, seed=case.seed)
    service = case.service()
    for _ in range(case.size(6, 60)):
        said = whims(case, rows)
        case.export(garage, said)
        before = len(garage.asked())
        until(lambda before=before: len(garage.asked()) > before or case.done(), "the next requests")
    case.faults_over()
    case.until_delivered()
    assert service.runs
    case.count()


@three_modes
def test_f38_an_older_revision_that_igarage_is_slow_to_do_does_not_come_over_the_newer(case):
    garage = case.garage(igarage={"timeout": 0.5}, delivery={"workers": 2})
    rows = case.size(2, 20)
    case.export(garage, customers(range(rows)))
    case.run_once()
    case.export(garage, customers(range(rows), km="10001"))
    case.sandbox.order_fault(method="PUT", latency=6, times=rows)  # done long after nobody waits for it
    case.run_once()
    case.export(garage, customers(range(rows), km="10002"))
    case.run_once()
    until(lambda: all(each.outcome != "open" for each in case.sandbox.requests()), "the end of the slow ones")
    case.set_clock(5 * 60)  # later than any lease
    garage.configure(igarage={"timeout": 20})
    case.drain()
    case.count()


def whims(case, rows):
    """The same customers, each with one of three mileages and one of two addresses."""
    return [
        customer(
            number,
            km=str(case.dice.choice((10_000, 20_000, 30_000))),
            email=case.dice.choice((f"a{number}@voorbeeld.example", f"b{number}@voorbeeld.example")),
        )
        for number in range(rows)
    ]
