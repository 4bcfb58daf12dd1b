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


def swapped(garage, rows, one, other, header, at):
    """The same rows, of which the header has the names of two columns exchanged."""
    exchange = {one: other, other: one}
    names = tuple(exchange.get(name, name) for name in header)
    return garage.export(
        *({exchange.get(name, name): value for name, value in row.items()} for row in rows),
        header=names,
        at=at,
    )


def with_more(car, number, **more):
    """A customer who said no, and opted out."""
    dates = {"APK datum": "15-05-2027", "Servicedatum": "20-02-2028"}
    return {**car(number, opt_out="ja"), "Toestemming": "nee", **dates, **more}


HEADER = (
    "Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand", "Land",
    "Afmelding", "Toestemming", "Servicedatum",
)  # fmt: skip
MORE = {"consent": "Toestemming", "service_due": "Servicedatum"}


@pytest.mark.parametrize(
    ("one", "other", "findings"),
    [
        ("Toestemming", "Afmelding", ["column_moved", "consents_changed"]),
        ("APK datum", "Servicedatum", ["column_moved"]),
    ],
)
def test_a_file_of_which_two_columns_changed_names_is_held_and_mails_nobody(
    garage, car, one, other, findings
):
    garage.configure(delivery={"send": "consented"}, columns=MORE)
    rows = [with_more(car, number) for number in NUMBERS]
    garage.export(*rows, header=HEADER, at=1_790_000_000)
    assert garage.run().status == 0
    swapped(garage, rows, one, other, HEADER, 1_790_000_100)
    assert garage.run().status == 3
    (question,) = garage.ask("held")
    assert question["reason"].split(", ") == findings
    assert f"“{one}”" in question["message"] and f"“{other}”" in question["message"]
    assert garage.mails() == []


def test_few_who_opted_out_are_not_mailed_when_consent_and_opt_out_change_places(garage, car):
    garage.configure(delivery={"send": "consented"}, columns=MORE)
    out = [with_more(car, number) for number in range(1, 11)]
    rows = [*out, *(with_more(car, number, Afmelding="nee") for number in range(11, 121))]
    garage.export(*rows, header=HEADER, at=1_790_000_000)
    garage.run()
    swapped(garage, rows, "Toestemming", "Afmelding", HEADER, 1_790_000_100)
    assert garage.run().status == 3
    (question,) = garage.ask("held")
    assert question["reason"] == "consents_changed" and "10 van de 10" in question["message"]
    assert garage.mails() == []


def test_all_that_is_wrong_with_a_file_is_told_at_once(taken, car):
    before = taken.mails()
    taken.export(*(car(number, email=f"klant{number + 1}@voorbeeld.example") for number in range(1, 60)))
    taken.run()
    (question,) = taken.ask("held")
    assert question["reason"] == "rows_halved, passports_changed"
    assert "59 rijen" in question["message"] and "59 van de 59" in question["message"]
    assert question["message"].count("→") == 5 and "klant" not in question["message"].split("→", 1)[1]
    taken.main("release", "--file", question["id"])
    taken.run()
    assert held(taken) == [], "a person saw both, and let it pass"
    assert taken.mails() != before


def test_leave_for_what_was_told_lets_nothing_else_pass(taken, car):
    before = taken.mails()
    taken.export(*(car(number, km="70000") for number in range(1, 60)), at=1_790_000_100)
    taken.run()
    (question,) = taken.ask("held")
    assert question["reason"] == "rows_halved"
    taken.main("release", "--file", question["id"])
    slipped = (car(number, email=f"klant{number + 1}@voorbeeld.example") for number in range(1, 60))
    taken.export(*slipped, at=1_790_000_200)
    assert taken.run().status == 3
    assert held(taken) == [("klanten.csv", "rows_halved, passports_changed")]
    assert taken.mails() == before


def test_a_file_of_as_many_customers_of_another_garage_is_held(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(*map(car, range(1, 61)), at=1_790_000_000)
    garage.run()
    before = garage.mails()
    garage.export(*map(car, range(501, 561)), at=1_790_000_100)
    assert garage.run().status == 3
    (question,) = garage.ask("held")
    assert question["reason"] == "other_customers"
    assert "Van de 60" in question["message"] and "nog 0" in question["message"]
    assert question["message"].count("ZZ-***-*") == 5
    assert garage.mails() == before


def test_a_garage_that_doubles_is_not_held(taken, car):
    taken.export(*map(car, range(1, 241)), at=1_790_000_100)
    taken.run()
    assert held(taken) == []
    assert taken.counts()["total"] == 240


@pytest.mark.parametrize("broken", [{"plate": "12345"}, {"email": ""}])
def test_a_file_of_which_hardly_a_row_can_be_a_passport_is_held_and_spends_no_leave(taken, car, broken):
    taken.export(*(car(number, **broken) for number in NUMBERS), at=1_790_000_100)
    assert taken.run().status == 3
    (question,) = taken.ask("held")
    assert question["reason"] == "passports_halved"
    assert "0 rijen" in question["message"] and "120" in question["message"]
    assert question["message"].count("regel ") == 5


def test_one_address_for_all_is_found_though_one_of_them_had_it(garage, car):
    one = {"email": "info@garage.example"}
    garage.export(*(car(number, **(one if number == 1 else {})) for number in range(1, 41)), at=1_790_000_000)
    garage.run()
    garage.export(*(car(number, **one) for number in range(1, 41)), at=1_790_000_100)
    assert garage.run().status == 3
    (question,) = garage.ask("held")
    assert question["reason"] == "addresses_equal" and "39 van de 40" in question["message"]
    assert question["message"].count("→") == 5


def test_the_night_after_other_owners_were_let_pass_is_a_night_like_any_other(taken, car):
    taken.export(*others(car), at=1_790_000_100)
    taken.run()
    (question,) = taken.ask("held")
    taken.main("release", "--file", question["id"])
    taken.run()
    mileage = [{**row, "Km stand": "71000"} for row in others(car)]
    taken.export(*mileage, at=1_790_000_200)
    taken.run()
    assert held(taken) == []
    taken.export(*map(car, NUMBERS), at=1_790_000_300)
    taken.run()
    assert held(taken) == [], "the former owners are back, and nobody is another's"


def test_a_number_is_given_to_one_file_alone(taken, car):
    taken.export(*others(car), at=1_790_000_100)
    taken.run()
    (first,) = taken.ask("held")
    taken.main("release", "--file", first["id"])
    taken.export(*map(car, range(1, 20)), at=1_790_000_200)
    taken.run()
    (second,) = taken.ask("held")
    assert second["id"] != first["id"]
    again = taken.main("release", "--file", first["id"])
    assert again.status == 1 and f"nummer {first['id']}" in again.err
    taken.run()
    assert held(taken) == [("klanten.csv", "rows_halved")]


# ---------------------------------------------------------------- what leave will do, and that it stands


def leave(garage):
    return {each["name"]: each["leave"] for each in garage.stand()["sources"]}


def test_leave_says_that_the_file_is_read_again_and_is_gone_when_it_was(taken, car):
    taken.export(*others(car), at=1_790_000_100)
    taken.run()
    (question,) = taken.ask("held")
    said = taken.main("release", "--file", question["id"])
    assert said.out == "Het bestand wordt opnieuw gelezen.\n"
    assert leave(taken) == {"klanten": ["passports_changed"]}
    assert (
        "jansen/klanten: het volgende bestand mag door ondanks passports_changed" in taken.main("status").out
    )
    taken.run()
    assert leave(taken) == {"klanten": []}


@pytest.mark.parametrize("gone", ["deleted", "written over", "a newer one beside it"])
def test_leave_for_a_file_that_is_not_read_again_says_what_it_is_for(taken, car, gone):
    path = taken.export(*others(car), name="b.csv", at=1_790_000_100)
    taken.run()
    (question,) = taken.ask("held")
    if gone == "deleted":
        path.unlink()
    else:
        name = "b.csv" if gone == "written over" else "c.csv"
        taken.export(*others(car), car(121), name=name, at=1_790_000_200)
    said = taken.main("release", "--file", question["id"])
    assert (said.status, said.err) == (0, "")
    assert "wordt niet gelezen" in said.out and "passports_changed" in said.out
    taken.export(*others(car), car(121), car(122), name="d.csv", at=1_790_000_300)
    taken.run()
    assert held(taken) == []
    assert leave(taken) == {"klanten": []}


def test_an_older_file_in_whose_place_a_held_one_speaks_is_not_released(taken, car):
    taken.export(*others(car), name="b.csv", at=1_790_000_100)
    taken.run()
    taken.export(*others(car), car(121), name="c.csv", at=1_790_000_200)
    taken.run()
    newer, older = (each["id"] for each in taken.ask("held"))
    said = taken.main("release", "--file", older)
    assert said.status == 1 and f"release --file {newer}" in said.err
    assert leave(taken) == {"klanten": []}
    taken.main("release", "--file", newer)
    taken.run()
    assert held(taken) == []


def test_what_was_discarded_is_not_read_again_though_another_was_taken_since(taken, car):
    taken.export(*others(car), at=1_790_000_100)
    taken.run()
    (question,) = taken.ask("held")
    taken.main("discard", "--file", question["id"])
    taken.export(*map(car, range(1, 122)), at=1_790_000_200)
    taken.run()
    taken.export(*others(car), at=1_790_000_300)
    assert taken.run().status == 0
    assert held(taken) == []


@pytest.mark.parametrize("command", ["release", "discard"])
def test_a_number_that_no_file_can_have_is_refused(taken, command):
    said = taken.main(command, "--file", "99999999999999999999")
    assert said.status == 1 and "geen bestand met nummer 99999999999999999999" in said.err
