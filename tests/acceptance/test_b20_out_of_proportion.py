"""B20: a file that halves, is another customer's, or is last year's is held whole before anything of it leaves."""

from __future__ import annotations

import os

import pytest

NUMBERS = range(1, 121)


@pytest.fixture
def taken(garage, car):
    """A garage whose customers are all at iGarage and invited."""
    garage.configure(delivery={"send": "always"})
    garage.export(*map(car, NUMBERS), at=1_790_000_000)
    assert garage.run().status == 0
    return garage


def held(garage):
    return [(each["file"], each["reason"]) for each in garage.ask("held") if each["kind"] == "file"]


def others(car, count=120):
    """The same cars with other people: another garage's list, or one that has slipped a row."""
    return [
        car(number, name=f"Ander {number}", email=f"ander{number}@elders.example")
        for number in range(1, count + 1)
    ]


def test_a_file_of_half_the_rows_is_held_and_nothing_of_it_leaves(taken, car):
    before = len(taken.asked())
    taken.export(*(car(number, km="70000") for number in range(1, 60)))
    assert taken.run().status == 3
    assert held(taken) == [("klanten.csv", "rows_halved")]
    assert len(taken.asked()) == before
    assert "59" in taken.stand()["message"] and "120" in taken.stand()["message"]


def test_another_garages_customers_are_held_and_mailed_to_nobody(taken, car):
    before = taken.mails()
    taken.export(*others(car))
    assert taken.run().status == 3
    assert held(taken) == [("klanten.csv", "passports_changed")]
    assert taken.mails() == before
    (question,) = taken.ask("held")
    assert "120 van de 120" in question["message"]
    assert "ander1@" not in question["message"] and "release --file" in question["message"]


def test_preview_says_beforehand_that_a_file_would_be_held(taken, car):
    seen = taken.ask("preview", taken.export(*others(car)))
    assert "120 van de 120" in seen["file_error"]


def test_leave_lets_this_content_pass_once(taken, car):
    taken.export(*others(car))
    taken.run()
    (question,) = taken.ask("held")
    assert taken.main("release", "--file", question["id"]).status == 0
    assert taken.run().status in (0, 3)
    assert held(taken) == []
    assert taken.trace("ZZ-001-Z")["state"] == "held", "each of them is a question about its owner now"
    taken.export(*(car(each, name=f"Derde {each}", email=f"derde{each}@elders.example") for each in NUMBERS))
    taken.run()
    assert held(taken) == [("klanten.csv", "passports_changed")]


def test_leave_holds_for_the_next_file_with_the_same_finding(taken, car):
    taken.export(*others(car))
    taken.run()
    (question,) = taken.ask("held")
    taken.main("release", "--file", question["id"])
    taken.export(*others(car), car(121))
    taken.run()
    assert held(taken) == []
    assert taken.trace("ZZ-121-Z")["revision"] == 1


def test_leave_for_one_finding_is_none_for_another(taken, car):
    taken.export(*others(car))
    taken.run()
    (question,) = taken.ask("held")
    taken.main("release", "--file", question["id"])
    taken.export(*map(car, range(1, 50)))
    taken.run()
    assert held(taken) == [("klanten.csv", "rows_halved")]


def test_a_sound_file_after_a_held_one_is_judged_by_the_last_taken_and_supersedes_it(taken, car):
    taken.export(*map(car, range(1, 10)), at=1_790_001_000)
    taken.run()
    assert held(taken) == [("klanten.csv", "rows_halved")]
    taken.export(*map(car, NUMBERS), car(121), at=1_790_002_000)
    assert taken.run().status == 0
    assert held(taken) == []


def test_a_discarded_file_is_not_read_again(taken, car):
    path = taken.export(*others(car))
    taken.run()
    (question,) = taken.ask("held")
    assert taken.main("discard", "--file", question["id"]).status == 0
    assert taken.run().status == 0
    assert held(taken) == []
    os.utime(path)
    taken.run()
    assert held(taken) == []
    assert taken.trace("ZZ-001-Z")["revision"] == 1


def test_a_file_in_which_all_have_one_address_is_held_though_nothing_was_known(garage, car):
    garage.export(*(car(number, email="balie@voorbeeld.example") for number in range(1, 20)))
    assert garage.run().status == 3
    assert held(garage) == [("klanten.csv", "addresses_equal")]
    assert garage.counts().get("total", 0) == 0


def test_a_garage_can_set_its_own_measures(taken, car):
    taken.configure(brake={"rows": 10, "changed": {"percent": 90, "passports": 500}})
    taken.export(*others(car, 40))
    taken.run()
    assert held(taken) == []
