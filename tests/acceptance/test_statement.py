"""The nightly statement: what iGarage has is compared, one line tells of it, and nothing is written over."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

HOME = ZoneInfo("Europe/Amsterdam")
EVENING, NIGHT, LATER = (2027, 3, 1, 20), (2027, 3, 2, 1, 5), (2027, 3, 2, 12)
NEXT_NIGHT = (2027, 3, 3, 1, 5)


def at(*local):
    """The clock at this local time of the garage, and of iGarage."""
    return time_machine.travel(datetime(*local, tzinfo=HOME), tick=True)


@pytest.fixture
def stated(installation, car):
    """A garage that delivered three passports in the evening, and invited their customers."""
    installation.settle_down(logging={"file": "log.jsonl"})
    garage = installation.add("jansen", delivery={"send": "always"})
    with at(*EVENING):
        garage.export(car(1), car(2), car(3))
        assert garage.run().status == 0
    return garage


def looks(garage):
    return sorted(path for method, path in garage.asked() if method == "GET")


def lines(garage):
    """What the log has of statements."""
    logged = (garage.folder / "log.jsonl").read_text("utf-8").splitlines()
    return [each["statement"] for each in map(json.loads, logged) if each["event"] == "statement.made"]


def events(garage, plate="ZZ-002-Z"):
    return [each["event"] for each in garage.trace(plate)["events"]]


def test_once_a_night_igarage_is_asked_and_one_line_tells_that_nothing_differs(stated):
    assert looks(stated) == []
    with at(*NIGHT):
        assert stated.run().status == 0
        said = stated.main("status").out
    line = "gelezen 3 · bij iGarage 3 · gevraagd 3 · verschil 0"
    assert lines(stated) == [line]
    assert f"jansen: nacht van 02-03-2027: {line}\n" in said
    assert looks(stated) == [f"/passports/ZZ00{number}Z" for number in (1, 2, 3)]
    with at(*LATER):
        stated.run()
    assert lines(stated) == [line]
    assert [method for method, _ in stated.asked() if method != "GET"] == ["PUT"] * 3


def test_status_tells_its_numbers_to_programs(stated):
    assert stated.stand()["statement"] is None
    with at(*NIGHT):
        stated.run()
        told = stated.stand()["statement"]
    assert told.pop("at").startswith("2027-03-02T0")
    assert told == {"date": "2027-03-02", "read": 3, "at_igarage": 3, "asked": 3, "differences": 0}


def test_a_passport_that_was_thrown_away_behind_our_back_is_a_question_and_is_not_made_anew(stated):
    stated.sandbox.remove("ZZ002Z", "jansen")
    with at(*NIGHT):
        assert stated.run().status == 3
    assert lines(stated) == ["gelezen 3 · bij iGarage 3 · gevraagd 3 · verschil 1"]
    with at(*LATER):
        stated.run()
        (asked,) = stated.ask("held")
        assert (asked["plate"], asked["reason"]) == ("ZZ002Z", "gone")
        assert len(stated.sandbox.passports("jansen")) == 2
        assert stated.main("release", "ZZ-002-Z", "--as", "new").status == 0
        stated.run()
        assert len(stated.sandbox.passports("jansen")) == 3
    assert len(stated.mails()) == 3


@pytest.fixture
def readdressed(stated):
    """The same, where iGarage has another address of the second car, and no feed tells of it."""
    stated.sandbox.order_fault(
        method="GET", path="/emails/changes*", body=NOTHING, content_type="application/json"
    )
    stated.sandbox.correct("ZZ002Z", "klant2@voorbeeld.example", "ander@voorbeeld.example", False, "jansen")
    with at(*NIGHT):
        assert stated.run().status == 3
    return stated


NOTHING = '{"items": [], "next": "none", "more": false}'


def test_an_address_that_changed_behind_our_back_is_a_question_and_is_not_written_over(readdressed, car):
    assert lines(readdressed) == ["gelezen 3 · bij iGarage 3 · gevraagd 3 · verschil 1"]
    with at(*LATER):
        readdressed.export(car(1), car(2, km="70000"), car(3))
        readdressed.run()
        (asked,) = readdressed.ask("held")
    assert (asked["plate"], asked["reason"]) == ("ZZ002Z", "owner_change")
    assert (asked["before"]["email"], asked["now"]["email"]) == ("a***@v***.example", "k***@v***.example")
    assert "ander e-mailadres" in asked["message"]
    assert _on_file(readdressed) == "ander@voorbeeld.example"
    assert len(readdressed.mails()) == 3


def _on_file(garage):
    (found,) = (each for each in garage.sandbox.passports("jansen") if each.plate == "ZZ002Z")
    return found.body["customer"]["email"]


def test_that_it_is_the_same_customer_brings_our_address_there_and_mails_nobody(readdressed):
    with at(*LATER):
        assert readdressed.main("release", "ZZ-002-Z", "--as", "same-owner").status == 0
        assert readdressed.run().status == 0
    assert _on_file(readdressed) == "klant2@voorbeeld.example"
    assert len(readdressed.mails()) == 3


def test_that_the_car_is_our_customers_hands_it_over_and_mails_nobody(readdressed):
    with at(*LATER):
        assert readdressed.main("release", "ZZ-002-Z", "--as", "transfer").status == 0
        assert readdressed.run().status == 0
    assert _on_file(readdressed) == "klant2@voorbeeld.example"
    assert len(readdressed.mails()) == 3


def test_that_igarage_is_right_is_said_by_correcting_the_address(readdressed):
    with at(*LATER):
        old, new = "klant2@voorbeeld.example", "ander@voorbeeld.example"
        assert readdressed.main("emails", "correct", old, new, "--plate", "ZZ-002-Z").status == 0
        assert readdressed.run().status == 0
        assert readdressed.ask("held") == []
    assert _on_file(readdressed) == "ander@voorbeeld.example"
    assert readdressed.mails()[3:] == [("ZZ002Z", "ander@voorbeeld.example")]


def test_an_address_that_the_feed_tells_of_is_adopted_and_is_no_difference(stated):
    stated.sandbox.correct("ZZ002Z", "klant2@voorbeeld.example", "ander@voorbeeld.example", True, "jansen")
    with at(*NIGHT):
        assert stated.run().status == 0
    assert lines(stated) == ["gelezen 3 · bij iGarage 3 · gevraagd 3 · verschil 0"]
    assert _on_file(stated) == "ander@voorbeeld.example"


def test_an_invitation_that_reception_sent_is_taken_over_and_is_no_difference(installation, car):
    installation.settle_down(logging={"file": "log.jsonl"})
    garage = installation.add("jansen", delivery={"send": "never"})
    with at(*EVENING):
        garage.export(car(1), car(2))
        garage.run()
        garage.sandbox.invite("ZZ002Z", "jansen")
    with at(*NIGHT):
        assert garage.run().status == 0
        assert garage.trace("ZZ-002-Z")["invitation"]["state"] == "sent"
        garage.configure(delivery={"send": "always"})
        garage.run()
    assert lines(garage) == ["gelezen 2 · bij iGarage 2 · gevraagd 2 · verschil 0"]
    assert sorted(plate for plate, _ in garage.mails()) == ["ZZ001Z", "ZZ002Z"]


def test_an_invitation_that_igarage_does_not_know_is_noted_once_and_not_sent_again(stated):
    stated.sandbox.order_fault(
        method="GET",
        path="/passports/ZZ002Z",
        body='{"plate":"ZZ002Z","state":"concept","sent_at":null,"email":{"address":"klant2@voorbeeld.example"}}',
        content_type="application/json",
    )
    for night in (NIGHT, NEXT_NIGHT):
        with at(*night):
            assert stated.run().status == 0
    assert lines(stated) == ["gelezen 3 · bij iGarage 3 · gevraagd 3 · verschil 1"] * 2
    assert events(stated).count("not_sent") == 1
    assert len(stated.mails()) == 3


def test_an_address_that_igarage_knows_to_be_bad_is_bad(stated):
    stated.sandbox.set_address("klant2@voorbeeld.example", "invalid", "hard_bounce")
    stated.sandbox.set_address("klant3@voorbeeld.example", "invalid", "mailbox_full")
    with at(*NIGHT):
        stated.run()
        listed = {each["address"] for each in stated.ask("emails", "list", "--state", "invalid")}
    assert listed == {"klant2@voorbeeld.example"}, "of a mailbox that is full the feed tells"
    assert lines(stated) == ["gelezen 3 · bij iGarage 3 · gevraagd 3 · verschil 0"]


def test_where_nearly_all_differ_status_asks_to_ask_igarage_and_nothing_is_held(stated, car):
    with at(*EVENING):
        stated.export(*(car(number) for number in range(1, 13)))
        stated.run()
    stated.sandbox.order_fault(method="GET", path="/passports/*", status=404, code="not_found")
    with at(*NIGHT):
        assert stated.run().status == 0
        told = stated.stand()
    assert lines(stated) == ["gelezen 12 · bij iGarage 12 · gevraagd 12 · verschil 12"]
    assert (told["state"], told["passports"]["held"]) == ("degraded", 0)
    assert told["message"].startswith("iGarage heeft van 12 van de 12 AutoPaspoorten")


def test_a_machine_that_was_off_for_nights_makes_one_statement(stated):
    for moment in ((2027, 3, 6, 9), (2027, 3, 6, 10)):
        with at(*moment):
            stated.run()
    assert lines(stated) == ["gelezen 3 · bij iGarage 3 · gevraagd 3 · verschil 0"]


def test_a_sample_of_none_asks_nothing(stated):
    stated.configure(statement={"sample": 0})
    with at(*NIGHT):
        stated.run()
    assert (lines(stated), looks(stated), stated.stand()["statement"]) == ([], [], None)


def test_a_statement_that_breaks_off_is_made_whole_when_igarage_is_back(stated):
    stated.sandbox.order_fault(method="GET", path="/passports/*", status=503, code="unavailable", after=1)
    stated.sandbox.remove("ZZ003Z", "jansen")
    with at(*NIGHT):
        stated.run()
        assert stated.stand()["pause"]["code"] == "unavailable"
    assert (lines(stated), stated.ask("held")) == ([], [])
    stated.sandbox.clear_faults()
    with at(*LATER):
        stated.run()
    assert lines(stated) == ["gelezen 3 · bij iGarage 3 · gevraagd 3 · verschil 1"]


def test_after_a_batch_it_is_made_when_the_batch_has_told_its_results(installation, car):
    installation.settle_down(logging={"file": "log.jsonl"})
    garage = installation.add("jansen", delivery={"send": "always", "route": "batch"})
    with at(2027, 3, 1, 12):
        garage.run()
        garage.export(*(car(number) for number in range(1, 5)))
    with at(2027, 3, 2, 0, 35):
        garage.run()
        garage.sandbox.run_batches("jansen", only=1)
    with at(*NIGHT):
        garage.run()
        assert lines(garage) == []
        garage.sandbox.run_batches("jansen")
    with at(2027, 3, 2, 1, 10):
        garage.run()
    assert lines(garage) == ["gelezen 4 · bij iGarage 4 · gevraagd 4 · verschil 0"]


def test_nobody_stands_in_the_log(stated):
    stated.sandbox.remove("ZZ002Z", "jansen")
    with at(*NIGHT):
        stated.run()
    logged = (stated.folder / "log.jsonl").read_text("utf-8").lower()
    assert "zz00" not in logged and "klant" not in logged.replace('"source": "klanten"', "")
