"""F01 and S20 together: whenever a process dies that erases somebody, nothing of him is left once the next has run."""

from __future__ import annotations

import json
import shutil

import pytest

from .children import KILLED
from .exports import compact, plate
from .test_batches import DAY, Nights
from .test_crash_points import SCENARIOS

YEAR = 366 * 86_400
LEASES = 200
"""Seconds after which no request of a test is under way."""


def person(number):
    """A customer with a mark in all that is said of him."""
    return {
        "Kenteken": plate(number),
        "Achternaam": f"Kanarie{number}vögel",
        "E-mail": f"kanarie{number}@vögels.example",
        "Merk": f"Kanariemobiel{number}",
        "APK datum": "15-05-2027",
        "Km stand": "60500",
    }


def left_of(case, number):
    """What of a customer stands in any file of the state folder, in any form that the ledger has."""
    said = (compact(plate(number)), *(f"{word}{number}" for word in ("Kanarie", "kanarie", "Kanariemobiel")))
    forms = {form.encode() for word in said for form in (word, word.casefold(), json.dumps(word)[1:-1])}
    contents = {path.name: path.read_bytes() for path in case.installation.state.glob("*")}
    return {(name, form) for name, content in contents.items() for form in forms if form in content}


@pytest.fixture
def many(case, children):
    """A garage whose passports iGarage has, of so many customers that each point has one; with a backup."""
    garage = case.garage(delivery={"send": "always", "workers": 1})
    garage.export(*(person(number) for number in range(100, 130)))
    children.run_once()
    assert children.start("run", crash="backup.after_replace").wait().status == KILLED
    case.line.counted = True  # here, byte by byte: the books know of nobody who is forgotten
    return garage


def erase(garage, number):
    said = garage.main("erase", "--plate", plate(number), "--yes")
    assert said.status == 0, said.err


def over(case, children, garage, number):
    """The service has run again: nothing is left, neither here nor at iGarage, and nobody was mailed twice."""
    for _ in range(2):
        children.run_once()
    assert left_of(case, number) == set()
    assert compact(plate(number)) not in {each.plate for each in case.sandbox.passports(garage.id)}
    mailed = [to for of, to in garage.mails()]
    assert len(mailed) == len(set(mailed))


def test_f01_an_erasure_is_ordered_or_not_whenever_the_process_dies(case, children, many):
    for number, point in enumerate(SCENARIOS["an erasure that is ordered"], start=100):
        assert left_of(case, number)
        children.dies_at(point, "erase", "--plate", plate(number), "--yes")
        if point.endswith("before_commit"):
            assert many.ask("erase", "--list") == []
            erase(many, number)
        over(case, children, many, number)


def test_f01_an_erasure_is_done_in_the_end_whenever_the_process_dies(case, children, many):
    for number, point in enumerate(SCENARIOS["an erasure that is done"], start=100):
        erase(many, number)
        children.dies_at(point)
        case.set_clock(LEASES * (number - 98))
        over(case, children, many, number)
    assert {each["state"] for each in many.ask("erase", "--list")} == {"done"}


def test_f01_an_erasure_makes_good_what_a_killed_process_was_asking(case, children, many):
    for number, point in enumerate(SCENARIOS["an erasure while a request is under way"], start=100):
        changed = [{**person(each), "Km stand": f"7{number}"} for each in range(number, number + 1)]
        many.configure(source={"contains": "selection"})
        many.export(*changed, name=f"{number}.csv")
        children.dies_at(point)
        erase(many, number)
        children.run_once()
        assert ("delete", compact(plate(number)), "deleted") not in many.effects()  # its lease has not passed
        case.set_clock(LEASES * (number - 98))
        over(case, children, many, number)


def test_f01_an_erasure_is_undone_or_not_whenever_the_process_dies(case, children, many):
    for number, point in enumerate(SCENARIOS["an erasure that is undone"], start=100):
        erase(many, number)
        children.run_once()
        children.dies_at(point, "erase", "--undo", plate(number))
        children.run_once()
        if point.endswith("before_commit"):
            assert many.main("erase", "--undo", plate(number)).status == 0
        assert many.main("erase", "--undo", plate(number)).status == 1
    many.configure(source={"contains": "selection"})
    many.export(*({**person(number), "E-mail": f"nieuw{number}@voorbeeld.example"} for number in (100, 101)))
    children.run_once()
    assert many.counts() == {"total": 30, "delivered": 30}


def test_f01_a_ledger_restored_from_before_an_erasure_forgets_once_more_whenever_the_process_dies(
    case, children, many
):
    state = case.installation.state
    shutil.copyfile(state / "ledger.backup.sqlite3", case.folder / "before")
    erase(many, 100)
    over(case, children, many, 100)
    for point in SCENARIOS["an erasure after a restored ledger"]:
        for journal in state.glob("ledger.sqlite3*"):
            journal.unlink()
        shutil.copyfile(case.folder / "before", state / "ledger.sqlite3")
        assert left_of(case, 100)
        children.dies_at(point)
        over(case, children, many, 100)


def test_f01_a_new_key_is_begun_or_not_whenever_the_process_dies(case, children, many):
    for number, point in enumerate(SCENARIOS["a lost key"], start=100):
        erase(many, number)
        over(case, children, many, number)
        (case.installation.state / "ledger.erasures.key").unlink()
        children.dies_at(point, "erase", "--new-key", "--yes")
        if point.endswith("before_commit"):
            assert many.main("erase", "--new-key", "--yes").status == 0
        assert many.main("erase", "--new-key", "--yes").status == 1  # it is there


def test_f01_what_is_old_enough_goes_and_nothing_else_whenever_the_process_dies(case, children, many):
    assert [each["event"] for each in many.trace(plate(100))["events"]]
    for turn, point in enumerate(SCENARIOS["a retention that has passed"], start=1):
        case.set_clock(YEAR * 2 * turn)
        many.export(*({**person(number), "Km stand": f"{turn}0000"} for number in range(100, 130)))
        children.dies_at(point)
        children.run_once()
    assert [each["event"] for each in many.trace(plate(100))["events"]] == ["changed", "delivered"]
    assert many.counts() == {"total": 30, "delivered": 30}
    assert len(many.mails()) == 30


def test_f01_old_batches_go_whole_or_not_at_all_whenever_the_process_dies(case, children):
    nights = Nights(case)
    for number in range(3):
        nights.says(range(4), km=f"7000{number}")
        nights.pass_by(DAY)
        nights.run()
        nights.iGarage_runs()
        nights.run()
    assert [each["id"] for each in nights.garage.ask("batches")] == [3, 2, 1]
    nights.pass_by(800 * DAY)
    for point, left in zip(SCENARIOS["a retention that has passed"], ([3, 2, 1], [3, 2]), strict=True):
        children.dies_at(point, turn=3 if "before" in point else 1)  # after events and rejections
        assert [each["id"] for each in nights.garage.ask("batches")] == left
    nights.run()
    assert [each["id"] for each in nights.garage.ask("batches")] == [3]
    nights.end()
