"""iGarage itself: answers lost after the deed, errors, orders to wait, tokens, poison, and revisions in flight."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from connector.sandbox.answers import FieldError

from .cases import UNBRAKED, three_modes
from .exports import bad, compact, customer, customers, plate
from .processes import until

HOUR = 3600
DAY = 24 * HOUR


# ---------------------------------------------------------------- F24, F25


@pytest.mark.slow
@three_modes
def test_f24_an_answer_lost_after_the_deed_is_no_second_effect_and_no_second_mail(case):
    garage = case.garage()
    rows = case.size(40, 2000)
    case.export(garage, [*customers(range(rows)), bad(rows)])
    case.sandbox.order_fault(method="PUT", drop="after", probability=0.4, seed=case.seed)
    for _ in range(3):
        case.run_once()
    case.faults_over()
    case.drain()
    case.count()


@three_modes
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_f24_an_invitation_whose_answer_was_lost_is_not_sent_again(case, reset):
    garage = case.garage(send="never")
    case.export(garage, customers(range(case.size(12, 500))))
    case.run_once()
    garage.configure(delivery={"send": "always"})
    case.books[garage.id].invites = True
    case.sandbox.order_fault(method="POST", drop="after", reset=reset, times=case.size(3, 100))
    for _ in range(2):
        case.run_once()
    case.faults_over()
    case.drain()
    case.count()


@three_modes
def test_f24_a_changed_address_whose_answer_was_lost_is_mailed_once(case):
    garage = case.garage(brake=UNBRAKED)
    rows = case.size(12, 500)
    case.export(garage, customers(range(rows)))
    case.run_once()
    case.export(
        garage, [customer(number, email=f"nieuw{number}@voorbeeld.example") for number in range(rows)]
    )
    case.sandbox.order_fault(method="PUT", drop="after", probability=0.5, seed=case.seed)
    case.run_once()
    case.faults_over()
    case.drain()
    case.count()


@three_modes
def test_f24_a_mail_to_an_address_left_again_is_not_taken_for_the_invitation_of_the_present_one(case):
    garage = case.garage(send="never", brake=UNBRAKED)
    rows = case.size(3, 100)
    here, there = (
        customers(range(rows)),
        [customer(n, email=f"weg{n}@voorbeeld.example") for n in range(rows)],
    )
    case.export(garage, here)
    case.run_once()  # concepts: nobody was invited yet
    garage.configure(delivery={"send": "always"})
    case.books[garage.id].invites = True
    case.export(garage, there)
    case.sandbox.order_fault(method="PUT", drop="after", times=rows)
    case.run_once()  # invited there, and the answer lost
    case.export(garage, here)
    case.faults_over()
    case.set_clock(5 * 60)  # a request without an answer may come late, and keeps newer ones away until then
    case.drain()
    case.count()


@three_modes
@pytest.mark.parametrize("invited_by", ["put", "send"])
def test_f25_an_answer_lost_and_then_three_days_offline_is_no_second_effect_and_no_second_mail(
    case, invited_by
):
    garage = case.garage(send="always" if invited_by == "put" else "never")
    case.export(garage, [*customers(range(case.size(8, 300))), bad(600)])
    if invited_by == "send":
        case.run_once()
        garage.configure(delivery={"send": "always"})
        case.books[garage.id].invites = True
    case.sandbox.order_fault(method="PUT" if invited_by == "put" else "POST", drop="after", times=4)
    case.run_once()
    case.sandbox.stop()
    for hours in (1, 25, 72):
        case.set_clock(hours * HOUR)
        case.server_clock.ahead = timedelta(hours=hours)
        case.run_once()
    assert garage.ask("held") == []
    case.sandbox.start()
    case.faults_over()
    case.drain()
    case.count()


# ---------------------------------------------------------------- F26

ERRORS = {
    "500 before": {"status": 500},
    "502 before": {"status": 502, "body": "<html>Bad Gateway</html>"},
    "500 after": {"status": 500, "after_deed": True},
    "504 after": {"status": 504, "after_deed": True, "body": "<html>Gateway Timeout</html>"},
    "200 with an error": {
        "status": 200,
        "after_deed": True,
        "body": '{"error": "database"}',
        "content_type": "application/json",
    },
    "200 with an error undone": {
        "status": 200,
        "body": '{"status": 500, "code": "unavailable"}',
        "content_type": "application/json",
    },
    "200 with nothing": {"status": 200, "after_deed": True, "body": ""},
    "200 for another plate": {
        "status": 200,
        "body": '{"plate": "ZZ999Z", "state": "sent", "sent_at": "2027-01-01T00:00:00Z"}',
        "content_type": "application/json",
    },
    "204 without a body": {"status": 204},
}


@three_modes
@pytest.mark.parametrize("error", ERRORS)
def test_f26_an_error_before_or_after_the_deed_is_unknown_and_comes_right(case, error):
    garage = case.garage()
    rows = case.size(20, 600)
    case.export(garage, [*customers(range(rows)), bad(rows)])
    case.sandbox.order_fault(method="PUT", probability=0.3, seed=case.seed, **ERRORS[error])
    for _ in range(2):
        case.run_once()
    case.faults_over()
    case.drain()
    case.count()


@three_modes
@pytest.mark.parametrize("error", ["500 after", "200 with an error", "200 with nothing"])
def test_f26_an_error_after_an_invitation_was_sent_brings_no_second_one(case, error):
    garage = case.garage(send="never")
    case.export(garage, customers(range(case.size(8, 300))))
    case.run_once()
    garage.configure(delivery={"send": "always"})
    case.books[garage.id].invites = True
    case.sandbox.order_fault(method="POST", probability=0.5, seed=case.seed, **ERRORS[error])
    for _ in range(2):
        case.run_once()
    case.faults_over()
    case.drain()
    case.count()


# ---------------------------------------------------------------- F27

WAITS = {  # what is ordered, and the seconds that must be waited
    "seconds": ("1800", 1800),
    "a date": (None, 1800),
    "an hour": ("3600", HOUR),
    "a year": ("31536000", HOUR),
    "more digits than a number has": ("9" * 40, HOUR),
    "zero": ("0", 0),
    "negative": ("-5", 0),
    "a date gone by": ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    "garbage": ("straks", 0),
    "a fraction": ("1.5", 0),
    "nothing": ("", 0),
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", WAITS)
def test_f27_retry_after_is_waited_for_at_most_an_hour_and_costs_nothing(case, status, wait):
    garage = case.garage(delivery={"workers": 1})
    case.export(garage, [*customers(range(case.size(6, 200))), bad(600)])
    ordered, seconds = WAITS[wait]
    if ordered is None:
        ordered = format_datetime(case.server_clock() + timedelta(seconds=seconds), usegmt=True)
    code = "slow_down" if status == 429 else "unavailable"
    case.sandbox.order_fault(method="PUT", status=status, code=code, retry_after=ordered, times=1, after=2)
    case.run_once()
    before = len(case.sandbox.requests())
    if seconds:
        case.set_clock(seconds - 60)
        case.run_once()
        assert len(case.sandbox.requests()) == before, "it asked before the time that was ordered"
    case.set_clock(seconds + 60)
    case.drain()
    assert case.at_its_clock(lambda: garage.trace(customer(1)["Kenteken"]))["attempts"] == 0
    case.count()


def test_f27_a_garage_that_must_wait_holds_up_no_other(case):
    garage, neighbour = case.garage("jansen"), case.garage("pietersen")
    for each in (garage, neighbour):
        case.export(each, customers(range(case.size(6, 200))))
    case.sandbox.order_fault(garage="jansen", method="PUT", status=429, retry_after="1800")
    case.run_once()
    assert len(neighbour.mails()) == len(case.books["pietersen"].revisions)
    case.faults_over()
    case.set_clock(1860)
    case.drain()
    case.count()


# ---------------------------------------------------------------- F34


def test_f34_a_token_that_is_revoked_and_rotated_in_the_middle_costs_nothing_and_needs_no_restart(case):
    garage = case.garage()
    rows = case.size(60, 550)
    case.export(garage, [*customers(range(rows)), bad(rows)])
    case.sandbox.order_fault(method="PUT", latency=0.02)
    service = case.service()
    until(lambda: len(garage.deeds()) >= rows // 11, "the first of them")
    case.sandbox.revoke(garage.token)
    until(lambda: garage.stand()["state"] == "paused", "the pause")
    assert garage.counts()["pending"] >= rows * 3 // 4
    assert garage.ask("held") == []
    case.sandbox.set_token("another-token", garage.id)
    garage.write_token("another-token\n")
    case.faults_over()
    case.until_delivered()
    assert service.runs
    assert not any(event_of(garage, number, "failed") for number in (0, rows - 1))
    case.count()


@pytest.mark.parametrize(("status", "code"), [(401, "unauthorised"), (403, "forbidden")])
def test_f34_a_garage_that_is_not_admitted_spends_no_attempt_and_refuses_nothing(case, status, code):
    garage = case.garage(delivery={"retry": {"first": 0.001, "max": 0.001, "attempts": 1}})
    case.export(garage, customers(range(case.size(10, 500))))
    case.sandbox.order_fault(status=status, code=code, after=4)
    for _ in range(3):
        case.run_once()
    assert garage.ask("held") == []
    case.faults_over()
    case.drain()
    case.count()


def event_of(garage, number, name):
    return [each for each in garage.trace(plate(number))["events"] if each["event"] == name]


# ---------------------------------------------------------------- F35

WRONG_MAKE = FieldError("vehicle.make", "invalid", "nee")
POISON = {
    "refused": (
        {"status": 422, "code": "invalid", "errors": (FieldError("vehicle.make", "invalid", "nee"),)},
        "refused",
    ),
    "malformed": ({"status": 400, "code": "malformed"}, "refused"),
    "too large": ({"status": 413, "code": "too_large"}, "refused"),
    "always 500": ({"status": 500}, "exhausted"),
    "always dropped": ({"drop": "before"}, "exhausted"),
}


@pytest.mark.slow
@pytest.mark.parametrize("poison", POISON)
def test_f35_a_poisoned_passport_is_held_and_holds_up_no_other(case, poison):
    garage = case.garage(delivery={"retry": {"first": 0.001, "max": 0.001, "attempts": 3}})
    neighbour = case.garage("pietersen")
    rows = case.size(40, 1000)
    case.export(garage, [*customers(range(rows)), bad(rows)])
    case.export(neighbour, customers(range(5)))
    fault, reason = POISON[poison]
    poisoned = case.dice.randrange(rows)
    case.sandbox.order_fault(garage=garage.id, path=f"*{compact(plate(poisoned))}", **fault)
    for number in range(6):
        case.run_once()
        if number == 2:  # others of the garage are delivered meanwhile, which shows that it is the passport
            case.export(garage, [*customers(range(rows)), customer(rows + 1), bad(rows)])
        if number == 3:
            case.export(garage, [*customers(range(rows)), *customers((rows + 1, rows + 2)), bad(rows)])
    assert len(neighbour.mails()) == 5
    case.books[garage.id].held[compact(plate(poisoned))] = reason
    case.faults_over()
    case.drain()
    case.count()


@three_modes
def test_f35_a_poisoned_passport_is_delivered_once_it_is_mended_at_the_source(case):
    garage = case.garage()
    rows = case.size(20, 1000)
    case.export(garage, customers(range(rows)))
    fault, _ = POISON["refused"]
    case.sandbox.order_fault(path=f"*{compact(plate(7))}", **fault)
    case.run_once()
    case.faults_over()
    case.run_once()
    mended = [customer(number, km="90000") if number == 7 else customer(number) for number in range(rows)]
    case.export(garage, mended)
    case.drain()
    case.count()
