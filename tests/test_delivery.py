"""Delivery with the real ledger and the stand-in iGarage: how it begins, how long it goes on, and how it closes."""

from __future__ import annotations

import io
import itertools
import random
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from connector import config
from connector.cli import workplace
from connector.errors import LedgerUnavailable
from connector.inbox import Lookout
from connector.ledger import access
from connector.log import make_log
from connector.sandbox import Garage as GarageAtIGarage
from connector.service import World, source_of

START = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)


class Clock:
    """Tells the time, and counts a hundredth of a second at each time it is asked how many went by."""

    def __init__(self):
        self.at = START
        self._seconds = itertools.count()

    def __call__(self):
        return self.at

    def seconds(self):
        return next(self._seconds) / 100


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def delivery(installation, clock):
    """The delivery of a garage whose export is read; `points` hears every crash point of its ledger."""

    @contextmanager
    def opened(garage, *rows, points=lambda _point: None, monotonic=clock.seconds):
        garage.export(*rows)
        (settings,) = config.load(installation.folder, env={}).garages
        with access.to_work(
            installation.state,
            now=clock,
            entropy=random.Random(1).randbytes,
            crash=points,
        ) as ledger:
            log = make_log("error", None, clock, io.StringIO())
            world = World(
                ledger, workplace.connect, log, threading.Event(), lambda _seconds: None, clock, monotonic
            )
            source = source_of(settings, settings.sources[0])
            lookout = Lookout(
                source.watch, source.patterns, 0, monotonic=itertools.count().__next__, now=clock
            )
            lookout.look()
            intake = world.intake(settings)
            intake.recover(settings.garage)
            assert intake.scan(source, lookout).state == "ok"
            with workplace.connect(settings, world.stop) as client:
                made = world.delivery(settings, client)
                assert made.greet() is None
                yield made

    return opened


def puts(sandbox):
    return [seen for seen in sandbox.requests() if seen.method == "PUT"]


# ---------------------------------------------------------------- a slice of the backlog


def test_a_slice_ends_when_its_seconds_are_over_and_the_rest_is_left(garage, delivery, car):
    garage.configure(delivery={"workers": 1})
    with delivery(garage, *map(car, range(1, 61))) as delivering:
        done = delivering.deliver_due(seconds=0.3)
        assert 0 < done.done < 60 and done.paused is None
        assert len(garage.effects()) == done.done
        while delivering.deliver_due(seconds=0.3).done:
            pass
        assert len(garage.effects()) == 60


def test_without_an_end_a_pass_does_all_that_is_due(garage, delivery, car):
    with delivery(garage, *map(car, range(1, 31))) as delivering:
        assert delivering.deliver_due().done == 30


def test_a_pass_asks_nothing_where_nothing_is_due(garage, sandbox, delivery, car):
    with delivery(garage, car(1)) as delivering:
        delivering.deliver_due()
        before = len(sandbox.requests())
        assert delivering.deliver_due().done == 0
        assert len(sandbox.requests()) == before


# ---------------------------------------------------------------- at a pace

FIFTY_A_MINUTE = GarageAtIGarage("jansen", "Garage Jansen", requests_per_minute=50)
"""A moment for a request comes later than a claim may wait for a worker."""


@pytest.mark.parametrize("sandbox", [{"garages": (FIFTY_A_MINUTE,)}], indirect=True)
@pytest.mark.parametrize("workers", [1, 4])
def test_each_moment_that_the_pace_gives_is_made_use_of(garage, sandbox, delivery, car, workers):
    garage.configure(delivery={"workers": workers})
    with delivery(garage, car(1), car(2), car(3), monotonic=time.monotonic) as delivering:
        assert delivering.deliver_due(seconds=30).done == 3
    assert len(puts(sandbox)) == 3


# ---------------------------------------------------------------- gently


def test_a_gentle_pass_does_all_there_is_too(garage, delivery, car):
    with delivery(garage, *map(car, range(1, 31))) as delivering:
        assert delivering.deliver_due(gently=True).done == 30


def test_a_gentle_pass_asks_once_where_that_fails_for_the_garage(garage, sandbox, delivery, car):
    sandbox.order_fault(method="PUT", status=503, code="unavailable")
    with delivery(garage, *map(car, range(1, 9))) as delivering:
        assert delivering.deliver_due(gently=True).paused == "unavailable"
    assert len(puts(sandbox)) == 1


def test_a_gentle_pass_over_fewer_passports_than_workers_ends(garage, delivery, car):
    garage.configure(delivery={"workers": 8})
    with delivery(garage, car(1), car(2)) as delivering:
        assert delivering.deliver_due(gently=True).done == 2


def test_a_gentle_pass_whose_requests_all_fail_of_their_own_ends(garage, sandbox, delivery, car):
    garage.configure(delivery={"retry": {"first": 600, "max": 600}})
    sandbox.order_fault(method="PUT", status=408)
    with delivery(garage, *map(car, range(1, 4))) as delivering:
        done = delivering.deliver_due(gently=True)
    assert (done.done, done.failed, done.paused) == (0, 3, None)


def test_a_refusal_is_an_answer_too_and_lets_one_more_begin(garage, sandbox, delivery, car):
    sandbox.order_fault(method="PUT", status=422, code="invalid")
    with delivery(garage, *map(car, range(1, 9))) as delivering:
        assert delivering.deliver_due(gently=True).refused == 8


# ---------------------------------------------------------------- closing


def full_for(times):
    """A disk that is full so often when a claim is to be closed."""
    left = itertools.count(times, -1)

    def pass_by(point):
        if point == "ledger.close.before_commit" and next(left) > 0:
            raise LedgerUnavailable("there is no room on the disk of the ledger", code="full")

    return pass_by


@pytest.mark.parametrize("times", [1, 2])
def test_what_came_of_a_claim_is_written_again_where_the_disk_was_full(garage, sandbox, delivery, car, times):
    with delivery(garage, car(1), points=full_for(times)) as delivering:
        assert delivering.deliver_due().done == 1
    assert garage.counts() == {"total": 1, "delivered": 1}
    assert len(puts(sandbox)) == 1


def test_a_disk_that_stays_full_leaves_the_claim_to_its_lease_and_nothing_is_mailed_twice(
    garage, sandbox, delivery, car, clock
):
    garage.configure(delivery={"send": "always", "workers": 1})
    with delivery(garage, car(1), points=full_for(3)) as delivering:
        with pytest.raises(LedgerUnavailable):
            delivering.deliver_due()
        assert delivering.deliver_due().done == 0
        clock.at += timedelta(seconds=81)
        assert delivering.deliver_due().done == 1
    assert len(garage.mails()) == 1
    assert len({seen.key for seen in puts(sandbox)}) == 1


def test_a_worker_that_breaks_keeps_no_other_waiting(garage, sandbox, delivery, car):
    with delivery(garage, *map(car, range(1, 9)), points=full_for(3)) as delivering:
        with pytest.raises(LedgerUnavailable):
            delivering.deliver_due(gently=True)
        assert 0 < len(puts(sandbox)) <= 8
