"""F36, and F01 of batches: partly accepted, with answers lost or out of order, and killed at every step."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.sandbox.answers import FieldError

from .cases import three_modes
from .exports import compact, plate
from .test_crash_points import SCENARIOS, night

HOME = ZoneInfo("Europe/Amsterdam")
DAY, NOON = timedelta(days=1), time(12)


class Nights:
    """A garage that sends up a batch each night: every step is minutes later, and each night a day.

    It begins at noon, whatever time it is: a batch must not be run while a case is still sending it up.
    """

    def __init__(self, case, *, met=True):
        self.case, self.ahead = case, timedelta()
        self.garage = case.garage(delivery={"route": "batch", "workers": 1})
        now = datetime.now(HOME)
        self.pass_by(datetime.combine(now.date() + DAY, NOON, HOME) - now)
        if met:
            case.run_once()

    def pass_by(self, span):
        """Let so much time pass, here and at iGarage."""
        self.ahead += span
        self.case.server_clock.ahead = self.ahead
        self.case.set_clock(self.ahead.total_seconds())

    def says(self, numbers, **changes):
        night(self.case, self.garage, numbers, **changes)

    def run(self):
        self.case.run_once()
        self.pass_by(timedelta(minutes=2))

    def iGarage_runs(self, **how):  # noqa: N802  # its name
        self.case.sandbox.run_batches(self.garage.id, **how)

    def never_ends(self, number, *, done):
        """A batch goes up of which iGarage does so many, and has not ended after two days."""
        self.says(range(number))
        self.pass_by(DAY)
        self.run()
        self.iGarage_runs(only=done)
        self.pass_by(2 * DAY)

    def end(self):
        """Night after night until all is delivered, and the count."""
        self.case.faults_over()
        for _ in range(8):
            self.pass_by(DAY)
            self.run()
            self.iGarage_runs()
            self.run()
            if not self.case.left():
                break
        self.case.count(calm=False)


@three_modes
def test_f36_a_batch_that_is_partly_accepted_is_settled_passport_by_passport(case):
    nights = Nights(case)
    nights.says(range(case.size(20, 1200)))
    refused = case.dice.sample(range(20), 4)
    for number in refused:
        case.sandbox.set_address(f"klant{number}@voorbeeld.example", state="invalid", refused="always")
        case.books["jansen"].held[compact(plate(number))] = "invalid_email"
    nights.pass_by(DAY)
    nights.run()
    nights.iGarage_runs()
    nights.end()


@pytest.mark.parametrize("page", ["twice", "again", "backwards"])
def test_f36_results_that_come_out_of_order_or_twice_count_once(case, page):
    nights = Nights(case)
    nights.says(range(case.size(20, 1200)))
    case.sandbox.order_fault(method="GET", path="/batches/*/items*", page=page)
    nights.end()


@three_modes
def test_f36_answers_on_batches_that_are_lost_cost_and_repeat_nothing(case):
    nights = Nights(case)
    for number in range(case.size(2, 12)):
        nights.says(range(10), km=str(10_000 + number))
        for method in ("POST", "GET"):
            drop = case.dice.choice(["before", "after"])
            case.sandbox.order_fault(method=method, path="/batches*", drop=drop, times=1)
        case.sandbox.order_fault(method="GET", path="/batches/*", status=503, times=1, after=1)
        nights.pass_by(DAY)
        for _ in range(3):
            nights.run()
        nights.iGarage_runs()
        for _ in range(3):
            nights.run()
    nights.end()


def test_f36_a_batch_that_igarage_never_runs_is_asked_about_passport_by_passport(case):
    nights = Nights(case)
    nights.never_ends(10, done=4)
    nights.run()
    nights.end()


def test_f36_a_batch_that_is_not_taken_refuses_nobody(case):
    nights = Nights(case)
    nights.says(range(9))
    case.sandbox.order_fault(
        method="POST",
        path="/batches",
        status=422,
        code="invalid",
        errors=(FieldError("passports", "invalid", "x"),),
        times=6,
    )
    nights.pass_by(DAY)
    for _ in range(8):
        nights.run()
    nights.iGarage_runs()
    nights.end()


def test_f01_the_terms_of_batches_are_kept_whenever_the_process_dies(case, children):
    nights = Nights(case, met=False)
    for point in SCENARIOS["the terms of batches"]:
        children.dies_at(point)
    nights.run()
    nights.says(range(5))
    nights.end()


def test_f01_a_batch_that_is_killed_at_every_point_is_done_once(case, children):
    nights = Nights(case)

    def dies(scenario):
        for point in SCENARIOS[scenario]:
            children.dies_at(point)
            nights.pass_by(timedelta(minutes=2))

    nights.says(range(6))
    nights.pass_by(DAY)
    dies("a batch that goes up")
    nights.says(range(6), email="samen@voorbeeld.example")
    dies("a batch that is taken back")
    case.kept_answers += 2  # who dies after iGarage took it back must ask again, under the same key
    nights.run()
    nights.iGarage_runs(only=0)
    nights.says(range(6), email="weer@voorbeeld.example")
    dies("a batch that is taken back too late")
    nights.run()
    dies("a batch that is being run")
    nights.iGarage_runs()
    case.sandbox.order_fault(method="GET", path="/batches/*/items*", page="again")
    dies("the results of a batch")
    case.sandbox.clear_faults()
    case.sandbox.order_fault(method="GET", path="/batches/*/items*", status=400, code="malformed", times=2)
    dies("results that begin anew")
    nights.end()


def test_f01_a_batch_that_is_never_run_is_given_up_whenever_the_process_dies(case, children):
    nights = Nights(case)
    nights.never_ends(6, done=2)
    for point in SCENARIOS["a batch that is never run"]:
        children.dies_at(point)
    nights.run()
    nights.end()


def test_f01_a_batch_that_is_not_taken_is_halved_whenever_the_process_dies(case, children):
    nights = Nights(case)
    nights.says(range(6))
    nights.pass_by(DAY)
    case.sandbox.order_fault(method="POST", path="/batches", status=413, code="too_large", times=2)
    for point in SCENARIOS["a batch that is not taken"]:
        children.dies_at(point)
    nights.run()
    nights.end()
