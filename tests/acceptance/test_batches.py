"""Batches: what is due goes up together before iGarage's nightly run, and its results are read back."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from connector.sandbox.records import Garage

HOME = ZoneInfo("Europe/Amsterdam")
NOON, EVENING = (2027, 3, 1, 12), (2027, 3, 1, 20)
BEFORE, AFTER = (2027, 3, 2, 0, 35), (2027, 3, 2, 1, 5)


def at(*local):
    """The clock at this local time of the garage, and of iGarage."""
    return time_machine.travel(datetime(*local, tzinfo=HOME), tick=True)


@pytest.fixture
def gathering(installation):
    """A garage whose passports go up in a batch, and whose customers are invited; it was met at noon."""
    garage = installation.add("jansen", delivery={"send": "always", "route": "batch"})
    with at(*NOON):
        assert garage.run().status == 0
    return garage


def gather(garage, *rows):
    with at(*EVENING):
        garage.export(*rows)
        garage.run()


def changed(garage):
    return [(verb, plate) for verb, plate, _ in garage.effects()]


def posted(garage):
    return [path for method, path in garage.asked() if method == "POST"]


def test_what_is_due_gathers_until_half_an_hour_before_the_run(gathering, car):
    gather(gathering, *(car(each) for each in range(1, 6)))
    assert (gathering.counts(), gathering.asked()) == ({"total": 5, "pending": 5}, [])
    with at(2027, 3, 2, 0, 25):
        gathering.run()
        assert gathering.asked() == []
    with at(*BEFORE):
        gathering.run()
        assert gathering.counts() == {"total": 5, "in_batch": 5}
    (batch,) = gathering.sandbox.batches("jansen")
    assert batch.state == "queued"
    assert gathering.effects() == []


def test_the_result_of_each_passport_is_read_back_after_the_run(gathering, car):
    gather(gathering, *(car(each) for each in range(1, 6)))
    with at(*BEFORE):
        gathering.run()
    with at(*AFTER):
        assert gathering.run().status == 0
        assert gathering.counts() == {"total": 5, "delivered": 5}
        assert gathering.trace("ZZ-001-Z")["invitation"]["state"] == "sent"
    assert len(gathering.mails()) == 5
    with at(2027, 3, 3, 12):
        assert gathering.run().status == 0
    assert posted(gathering) == ["/batches"]


@pytest.mark.parametrize("drop", ["before", "after"])
def test_an_answer_that_is_lost_is_looked_up_and_never_repeated_blindly(gathering, car, drop):
    gather(gathering, car(1), car(2))
    gathering.sandbox.order_fault(method="POST", path="/batches", drop=drop, times=1)
    with at(*BEFORE):
        gathering.run()
        gathering.run()
    with at(*AFTER):
        assert gathering.run().status == 0
    assert len(gathering.sandbox.batches("jansen")) == 1
    assert len(gathering.mails()) == 2
    asked = [(method, path.partition("?")[0]) for method, path in gathering.asked()]
    first = asked.index(("POST", "/batches"))
    assert asked[first + 1] == ("GET", "/batches")


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_batch_that_is_not_taken_goes_up_in_halves_and_the_last_by_itself(gathering, car, status):
    gather(gathering, *(car(each) for each in range(1, 5)))
    gathering.sandbox.order_fault(method="POST", path="/batches", status=status, code="malformed", times=4)
    with at(*BEFORE):
        for _ in range(8):
            gathering.run()
    with at(*AFTER):
        assert gathering.run().status == 0
        assert gathering.counts() == {"total": 4, "delivered": 4}
    assert sorted(plate for plate, _ in gathering.mails()) == [f"ZZ00{each}Z" for each in range(1, 5)]
    assert [verb for verb, _ in changed(gathering)] == ["put"] * 4


def test_what_a_batch_could_not_do_is_a_question_as_it_is_directly(gathering, car):
    gathering.sandbox.set_address("klant2@voorbeeld.example", state="invalid", refused="always")
    gather(gathering, car(1), car(2))
    with at(*BEFORE):
        gathering.run()
    with at(*AFTER):
        gathering.run()
        assert gathering.counts() == {"total": 2, "delivered": 1, "held": 1}
    assert gathering.mails() == [("ZZ001Z", "klant1@voorbeeld.example")]


def test_who_opts_out_while_the_batch_is_queued_is_taken_out_of_it(gathering, car):
    gather(gathering, car(1), car(2))
    with at(*BEFORE):
        gathering.run()
        gathering.export(car(1), car(2, opt_out="ja"))
        gathering.run()
        gathering.run()
    with at(*AFTER):
        assert gathering.run().status == 0
        assert gathering.counts() == {"total": 2, "delivered": 1, "waiting": 1}
    assert gathering.mails() == [("ZZ001Z", "klant1@voorbeeld.example")]
    assert [batch.state for batch in gathering.sandbox.batches("jansen")] == ["withdrawn", "done"]


def test_an_address_corrected_while_the_batch_is_queued_gets_the_mail(gathering, car):
    gather(gathering, car(1))
    with at(*BEFORE):
        gathering.run()
        gathering.export(car(1, email="beter@voorbeeld.example"))
        gathering.run()
        gathering.run()
    with at(*AFTER):
        assert gathering.run().status == 0
    assert gathering.mails() == [("ZZ001Z", "beter@voorbeeld.example")]


def test_who_opts_out_while_the_batch_runs_is_noted_as_too_late(gathering, car):
    gather(gathering, car(1), car(2))
    with at(*BEFORE):
        gathering.run()
        gathering.sandbox.run_batches("jansen", only=0)
        gathering.export(car(1), car(2, opt_out="ja"))
        gathering.run()
        gathering.run()
        assert "batch_too_late" in [each["event"] for each in gathering.trace("ZZ-002-Z")["events"]]
    with at(*AFTER):
        gathering.sandbox.run_batches("jansen")
        gathering.run()
        assert gathering.counts() == {"total": 2, "delivered": 2}


def test_a_batch_that_is_never_run_is_followed_up_passport_by_passport(gathering, car):
    gather(gathering, car(1), car(2))
    with at(*BEFORE):
        gathering.run()
        gathering.sandbox.run_batches("jansen", only=1)
    with at(*AFTER):
        gathering.run()
        assert gathering.counts() == {"total": 2, "in_batch": 2}
    with at(2027, 3, 3, 1, 5):
        gathering.run()
        gathering.run()
    with at(2027, 3, 4, 0, 40):
        gathering.run()
        gathering.run()
    with at(2027, 3, 4, 1, 5):
        gathering.run()
        assert gathering.counts() == {"total": 2, "delivered": 2}
    assert sorted(gathering.mails()) == [
        ("ZZ001Z", "klant1@voorbeeld.example"),
        ("ZZ002Z", "klant2@voorbeeld.example"),
    ]


@pytest.mark.parametrize("page", ["twice", "again", "backwards"])
def test_results_that_come_twice_or_out_of_order_count_once(gathering, car, page):
    gather(gathering, *(car(each) for each in range(1, 8)))
    with at(*BEFORE):
        gathering.run()
    gathering.sandbox.order_fault(method="GET", path="/batches/*/items*", page=page)
    with at(*AFTER):
        assert gathering.run().status == 0
        assert gathering.counts() == {"total": 7, "delivered": 7}
    assert len(gathering.mails()) == 7


def test_an_invitation_asked_for_anew_after_a_batch_goes_out_once(gathering, car):
    gather(gathering, car(1))
    with at(*BEFORE):
        gathering.run()
    with at(*AFTER):
        gathering.run()
    with at(2027, 3, 2, 12):
        assert gathering.main("resend", "ZZ-001-Z").status == 0
        gathering.run()
        gathering.run()
    assert gathering.mails() == [("ZZ001Z", "klant1@voorbeeld.example")] * 2


def test_a_garage_that_is_off_at_night_makes_up_for_it_by_day(gathering, car):
    gather(gathering, car(1))
    with at(2027, 3, 2, 9):
        gathering.run()
        assert gathering.counts() == {"total": 1, "in_batch": 1}
    with at(2027, 3, 3, 9):
        assert gathering.run().status == 0
    assert len(gathering.mails()) == 1


@pytest.fixture
def choosing(installation):
    garage = installation.add("jansen", delivery={"send": "always", "route": "auto", "batch_over": 3})
    with at(*NOON):
        garage.run()
    return garage


def test_auto_lets_a_few_go_at_once_and_many_in_a_batch(choosing, car):
    gather(choosing, *(car(each) for each in range(1, 4)))
    assert len(choosing.mails()) == 3
    with at(*EVENING):
        choosing.export(*(car(each) for each in range(1, 8)))
        choosing.run()
        assert choosing.counts() == {"total": 7, "delivered": 3, "pending": 4}
    with at(*BEFORE):
        choosing.run()
    with at(*AFTER):
        assert choosing.run().status == 0
    assert len(choosing.mails()) == 7
    assert len(choosing.sandbox.batches("jansen")) == 1


@pytest.fixture
def in_pairs(installation):
    """A garage of whose passports iGarage takes two in a batch."""
    installation.sandbox.describe(Garage("jansen", "Garage Jansen", batch_size=2))
    garage = installation.add("jansen", delivery={"send": "always", "route": "batch"})
    with at(*NOON):
        garage.run()
    return garage


def test_a_batch_holds_no_more_than_igarage_takes(in_pairs, car):
    gather(in_pairs, *(car(each) for each in range(1, 12)))
    with at(*BEFORE):
        in_pairs.run()
        assert in_pairs.counts() == {"total": 11, "in_batch": 11}
    assert len(posted(in_pairs)) == len(in_pairs.sandbox.batches("jansen")) == 6
    with at(*AFTER):
        in_pairs.run()
    assert len(in_pairs.mails()) == 11


@pytest.mark.parametrize("status", [401, 503])
def test_a_round_that_breaks_off_is_gone_on_with_the_same_night(in_pairs, car, status):
    gather(in_pairs, *(car(each) for each in range(1, 12)))
    in_pairs.sandbox.order_fault(method="POST", path="/batches", status=status, after=1, times=1)
    with at(*BEFORE):
        in_pairs.run()
        assert in_pairs.counts().get("pending", 0) > 0
    with at(2027, 3, 2, 0, 50):
        in_pairs.run()
        assert in_pairs.counts() == {"total": 11, "in_batch": 11}
    with at(*AFTER):
        in_pairs.run()
        assert in_pairs.counts() == {"total": 11, "delivered": 11}
    assert len(in_pairs.mails()) == 11


@pytest.mark.parametrize("night", [(2027, 3, 28), (2027, 10, 31)])
def test_on_the_nights_the_clock_is_set_a_batch_goes_up_once(installation, car, night):
    garage = installation.add("jansen", delivery={"send": "always", "route": "batch"})
    year, month, day = night
    with at(year, month, day - 1, 12):
        garage.run()
        garage.export(car(1))
        garage.run()
    for hour, minute in ((0, 35), (1, 5), (2, 30), (3, 30)):
        with at(year, month, day, hour, minute):
            garage.run()
    assert len(garage.mails()) == 1
    assert len(garage.sandbox.batches("jansen")) == 1


@pytest.mark.parametrize("drop", [None, "before", "after"])
def test_who_is_erased_while_in_a_batch_is_taken_out_of_it(gathering, car, drop):
    gather(gathering, car(1), car(2))
    if drop:
        gathering.sandbox.order_fault(method="POST", path="/batches", drop=drop, times=1)
    with at(*BEFORE):
        gathering.run()
        assert gathering.main("erase", "--plate", "ZZ-001-Z", "--yes").status == 0
        for _ in range(3):
            gathering.run()
    with at(*AFTER):
        gathering.run()
        gathering.run()
        assert gathering.counts() == {"total": 1, "delivered": 1}
    assert gathering.mails() == [("ZZ002Z", "klant2@voorbeeld.example")]
    assert [each.plate for each in gathering.sandbox.passports("jansen")] == ["ZZ002Z"]
    kept = b"".join(gathering.installation.state_files().values()).lower()
    assert b"klant1@" not in kept and b"zz001z" not in kept
