"""A clock that is wrong, or is set right, and the nights and days on which time itself is odd."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from .cases import MOST_UNWRITTEN
from .exports import Bad, customer, customers
from .processes import until

DAY = 86_400
YEARS = 3653 * DAY
WRONG = (-3 * DAY, 3 * DAY, YEARS)


def jumps(case, number):
    """So many settings of the clock, each other than the one before; the last is right."""
    found = [0]
    while len(found) < number:
        found.append(case.dice.choice([each for each in (*WRONG, 0) if each != found[-1]]))
    return [*found, 0]


def night(number):
    return [
        *customers(range(6), km=str(10_000 + number)),
        Bad(customer(6, apk="29-02-2027"), "APK datum", "date_invalid"),
    ]


@pytest.mark.slow
def test_f39_what_was_put_off_under_a_wrong_clock_is_done_under_the_right_one(case):
    garage = case.garage(delivery={"retry": {"first": 30, "max": 600}})
    for number, seconds in enumerate(jumps(case, case.size(4, 40))):
        case.set_clock(seconds)
        case.export(garage, night(number), at=case.its_time())
        case.sandbox.clear_faults()
        case.sandbox.order_fault(method="PUT", status=503, retry_after="1800", after=2, times=1)
        case.sandbox.order_fault(method="PUT", drop="after", times=1)
        case.run_once()
    case.faults_over()
    case.set_clock(2 * 3600)  # later than any wait that was ever ordered under the right clock
    case.drain()
    case.count()


def test_f39_a_lease_of_a_killed_process_under_a_wrong_clock_binds_nobody(case):
    garage = case.garage()
    for number, seconds in enumerate((YEARS, -3 * DAY, 0)):
        case.set_clock(seconds)
        case.export(garage, night(number), at=case.its_time())
        case.sandbox.order_fault(method="PUT", hold=True)
        open_before = len(case.sandbox.requests())
        process = case.processes.start("run", "--once")
        until(lambda before=open_before: len(case.sandbox.requests()) > before + 1, "a request in flight")
        process.kill()
        case.kept_answers += MOST_UNWRITTEN
        case.sandbox.clear_faults()
        until(lambda: all(each.outcome != "open" for each in case.sandbox.requests()), "its end")
    case.faults_over()
    case.drain()
    case.count()


@pytest.mark.slow
def test_f39_a_clock_that_is_set_while_the_service_runs_stops_nothing(case):
    garage = case.garage()
    case.set_clock(0)
    service = case.service()
    for number, seconds in enumerate(jumps(case, case.size(4, 40))):
        case.set_clock(seconds)
        case.kept_answers += MOST_UNWRITTEN  # a clock that jumps ends the leases of what is in flight
        case.export(garage, night(number), at=case.its_time())
        case.until_delivered()
    assert service.runs
    case.count()


@pytest.mark.slow
def test_f39_a_clock_that_is_set_while_igarage_is_away_stops_nothing(case):
    garage = case.garage()
    case.set_clock(0)
    service = case.service()
    for number, seconds in enumerate(jumps(case, case.size(3, 20))):
        case.sandbox.stop()
        case.export(garage, night(number))
        until(lambda: garage.stand()["state"] == "paused", "the pause")
        case.set_clock(seconds)
        case.kept_answers += MOST_UNWRITTEN  # a clock that jumps ends the leases of what is in flight
        case.sandbox.start()
        case.until_delivered()
    assert service.runs
    case.count()


def test_f39_exports_dated_years_ahead_do_not_silence_those_that_come_after(case):
    garage = case.garage()
    for number, ahead in enumerate((0, YEARS, 60, 120)):
        case.export(garage, night(number), name=f"klanten-{number}.csv", at=time.time() + ahead)
        case.run_once()
    case.drain()
    case.count(calm=False)


MOMENTS = {
    "the hour that is not there": "2027-03-28T00:59:56+00:00",
    "the hour that comes twice": "2027-10-31T00:59:56+00:00",
    "the end of the hour that comes twice": "2027-10-31T01:59:56+00:00",
    "midnight before 29 February": "2028-02-28T22:59:56+00:00",
    "midnight after 29 February": "2028-02-29T22:59:56+00:00",
    "one at night": "2027-01-01T23:59:56+00:00",
    "the turn of the year": "2026-12-31T22:59:56+00:00",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_f39_the_odd_nights_of_the_calendar_pass_like_any_other(case, moment):
    garage = case.garage()
    starts = datetime.fromisoformat(MOMENTS[moment]).timestamp()
    case.set_clock(starts - time.time())
    service = case.service()
    number = 0
    while case.its_time() < starts + 10:
        number += 1
        leap = customer(7, apk="29-02-2028", km=str(20_000 + number))
        case.export(garage, [*night(number), leap], at=case.its_time())
        case.until_delivered()
    assert service.runs and number > 1
    case.count()


def test_f39_a_service_that_slept_through_nights_makes_one_statement_when_it_wakes(case):
    garage = case.garage()
    case.set_clock(0)
    case.export(garage, night(0), at=case.its_time())
    case.run_once()
    assert garage.stand()["statement"] is None
    before = len(case.sandbox.requests())
    service = case.service()
    until(lambda: len(case.sandbox.requests()) > before, "its greeting")
    case.set_clock(3 * DAY)
    until(lambda: garage.stand()["statement"], "the statement")
    told = garage.stand()["statement"]
    assert {name: told[name] for name in ("read", "at_igarage", "asked", "differences")} == {
        "read": 7, "at_igarage": 6, "asked": 6, "differences": 0,
    }  # fmt: skip
    assert service.runs
    case.count()
