"""The nightly statement against the stand-in iGarage: when it is due, and what breaks it off."""

from __future__ import annotations

import io
import random
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from connector import config
from connector.backoff import PROBING
from connector.cli import workplace
from connector.comparing import Statement
from connector.corrections import Correction
from connector.ledger import access, stating
from connector.ledger.batch_book import By
from connector.log import make_log
from connector.model import BatchStatus, GarageInfo
from connector.plan import Policy
from connector.statement import Stating

RUN = datetime(2027, 3, 2, 0, 0, tzinfo=UTC)
"""One o'clock at night in Amsterdam."""


class Clock:
    """Tells the time as the test has set it."""

    def __init__(self) -> None:
        self.at = RUN - timedelta(hours=6)

    def __call__(self) -> datetime:
        return self.at


class Hand:
    """One garage's statements, with its clock and what its feed comes to."""

    def __init__(self, ledger: Any, client: Any, settings: Any, clock: Clock) -> None:
        self.ledger, self.clock, self.feed = ledger, clock, None
        self.followed = 0
        self.stating = Stating(
            garage="jansen",
            ledger=ledger,
            client=client,
            sample=25,
            whole=["klanten"],
            policy=Policy("never"),
            today=lambda: clock().date(),
            zone=settings.zone,
            now=clock,
            chance=lambda: 0.5,
            probing=PROBING,
            log=make_log("error", None, clock, io.StringIO()),
            stop=threading.Event(),
            follow=self._follow,
        )

    def _follow(self) -> str | None:
        self.followed += 1
        return self.feed

    def make(self, at: datetime, **how: Any) -> str | None:
        self.clock.at = at
        return self.stating.make(**how)

    @property
    def last(self) -> Statement | None:
        with self.ledger.looking() as connection:
            return stating.last(connection, "jansen")


@pytest.fixture
def hand(garage, car):
    """A garage with three concepts at iGarage, met the evening before."""
    clock, stop = Clock(), threading.Event()
    with time_machine.travel(clock.at, tick=True):
        garage.export(car(1), car(2), car(3))
        garage.run()
    (settings,) = config.load(garage.folder, env={}).garages
    entropy = random.Random(1).randbytes
    with (
        access.to_work(garage.installation.state, now=clock, entropy=entropy) as ledger,
        workplace.connect(settings, stop) as client,
    ):
        yield Hand(ledger, client, settings, clock)


def test_the_first_statement_is_that_of_the_first_night_after_the_garage_was_met(hand, garage):
    hand.make(RUN - timedelta(minutes=1))
    assert hand.last is None
    hand.make(RUN)
    assert hand.last is not None
    assert (hand.last.date, hand.last.asked, hand.last.differences) == (date(2027, 3, 2), 3, 0)
    hand.make(RUN + timedelta(hours=23))
    assert len([path for method, path in garage.asked() if method == "GET"]) == 3


def test_each_night_has_its_own(hand):
    for night in range(3):
        hand.make(RUN + timedelta(days=night))
        assert hand.last.date == date(2027, 3, 2 + night)


def test_the_time_of_the_run_is_that_of_igarages_own_clock(hand):
    there = GarageInfo("jansen", "Jansen", timezone="America/New_York", batch_at="03:00")
    hand.ledger.batch_book.note_terms("jansen", there)
    hand.make(RUN + timedelta(hours=7))
    assert hand.last is None
    hand.make(RUN + timedelta(hours=8))
    assert hand.last.date == date(2027, 3, 2)


@pytest.mark.parametrize("at", [None, "nooit"])
def test_where_igarage_names_no_time_it_is_made_at_one(hand, at):
    hand.ledger.batch_book.note_terms("jansen", GarageInfo("jansen", "Jansen", batch_at=at))
    hand.make(RUN - timedelta(minutes=1))
    assert hand.last is None
    hand.make(RUN)
    assert hand.last is not None


def test_a_statement_of_a_clock_that_ran_ahead_keeps_no_night_waiting(hand):
    hand.make(RUN + timedelta(days=400))
    hand.make(RUN)
    hand.make(RUN + timedelta(days=1))
    assert hand.last.date == date(2027, 3, 3)


def test_it_waits_for_the_batch_of_that_run_and_not_for_ever(hand):
    by = By(Policy("never"), date(2027, 3, 1), timedelta(seconds=80), timedelta(hours=6))
    better = Correction("klant1@voorbeeld.example", "beter@voorbeeld.example", "ZZ001Z")
    assert hand.ledger.address_book.correct("jansen", better, Policy("never"), date(2027, 3, 1)) == ["ZZ001Z"]
    assert hand.ledger.batch_book.compose("jansen", by, 500)
    (batch,) = hand.ledger.batch_book.open("jansen")
    hand.ledger.batch_book.taken(batch, BatchStatus("b1", batch.reference, "queued", RUN, None))
    hand.make(RUN + timedelta(hours=5, minutes=59))
    assert hand.last is None
    hand.make(RUN + timedelta(hours=6))
    assert (hand.last.date, hand.last.asked) == (date(2027, 3, 2), 2)


def test_whenever_it_may_not_ask_it_leaves_off_and_goes_on(hand, garage):
    turns = iter((True, False))
    hand.make(RUN, may_ask=lambda: next(turns))
    assert hand.last is None
    hand.make(RUN + timedelta(minutes=1))
    assert hand.last.asked == 3
    assert len([path for method, path in garage.asked() if method == "GET"]) == 3


def test_nothing_is_written_while_the_feed_cannot_say_why_an_address_differs(hand, sandbox):
    sandbox.correct("ZZ002Z", "klant2@voorbeeld.example", "ander@voorbeeld.example", False)
    hand.feed = "unavailable"
    assert hand.make(RUN) == "unavailable"
    assert (hand.last, hand.followed) == (None, 1)
    hand.feed = None
    assert hand.make(RUN + timedelta(minutes=1)) is None
    assert (hand.last.asked, hand.last.differences, hand.followed) == (3, 1, 2)


def test_where_no_address_differs_the_feed_is_not_asked(hand):
    hand.make(RUN)
    assert hand.followed == 0


def test_what_concerns_the_garage_pauses_it_and_loses_no_passport(hand, sandbox):
    sandbox.order_fault(method="GET", path="/passports/*", status=401, code="unauthorised", times=1)
    assert hand.make(RUN) == "unauthorised"
    assert hand.ledger.standing("jansen").paused_code == "unauthorised"
    hand.make(RUN + timedelta(minutes=1))
    assert hand.last.asked == 3


def test_a_passport_about_which_no_answer_comes_is_left_out(hand, sandbox):
    sandbox.order_fault(method="GET", path="/passports/ZZ002Z", status=500)
    assert hand.make(RUN) is None
    assert (hand.last.asked, hand.last.differences) == (2, 0)


def test_a_service_that_answers_nothing_is_asked_another_time(hand, sandbox):
    sandbox.order_fault(method="GET", path="/passports/*", status=500)
    assert hand.make(RUN) is not None
    assert hand.last is None
