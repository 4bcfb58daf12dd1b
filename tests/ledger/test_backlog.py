"""What the delivery of a garage has before it: how much now, and when more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connector.errors import Refused, Transient
from connector.ledger.claims import Backlog
from connector.plan import Policy

NOT_NOW = Transient("408", code="not_now", status=408)
LEASE = timedelta(seconds=90)
LONGEST_WAIT = timedelta(hours=6)


def backlog(hand: Any, bound: int = 4) -> Backlog:
    found: Backlog = hand.ledger.backlog(hand.garage, lease=LEASE, longest_wait=LONGEST_WAIT, bound=bound)
    return found


def in_seconds(hand: Any, bound: int = 4) -> float:
    """In how many seconds the next request is due."""
    at = backlog(hand, bound).next_at
    assert at is not None
    return float((at - hand.clock()).total_seconds())


def test_a_garage_with_nothing_to_ask_has_no_backlog(jansen: Any) -> None:
    assert backlog(jansen) == Backlog(0, None)
    jansen.night(jansen.car(1), jansen.car(2, opt_out=True), jansen.car(3))
    jansen.fail(Refused("422", code="invalid", status=422))
    jansen.answer()
    assert jansen.counts() == {"held": 1, "waiting": 1, "delivered": 1}
    assert backlog(jansen) == Backlog(0, None)


def test_what_is_due_now_is_counted_to_a_bound_and_no_further(jansen: Any) -> None:
    jansen.night(*(jansen.car(number) for number in range(1, 8)))
    assert [backlog(jansen, bound).now for bound in (1, 4, 7, 100)] == [1, 4, 7, 7]
    assert in_seconds(jansen) == 0


def test_what_backs_off_is_due_when_its_time_has_come(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(NOT_NOW)
    assert (backlog(jansen).now, in_seconds(jansen)) == (0, 30)
    jansen.clock.forward(seconds=30)
    assert backlog(jansen).now == 1


def test_of_several_that_back_off_the_first_is_told(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    for chance in (1.0, 0.5):
        jansen.fail(NOT_NOW, chance=chance)
    assert (in_seconds(jansen), in_seconds(jansen, 1)) == (15, 15)


def test_what_is_claimed_is_not_due_before_its_lease_has_passed(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.claimed(lease=timedelta(seconds=90))
    assert (backlog(jansen).now, in_seconds(jansen)) == (0, 90)
    jansen.clock.forward(seconds=90)
    assert backlog(jansen).now == 1


def test_what_backs_off_is_told_though_a_claim_that_lasts_longer_was_due_before(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    jansen.fail(NOT_NOW, jansen.claimed())
    jansen.claimed(lease=timedelta(seconds=90))  # and nobody closes it
    assert in_seconds(jansen, 4) == 30
    assert in_seconds(jansen, 1) == 30


def test_a_time_further_ahead_than_any_wait_is_of_a_wrong_clock_and_past(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.clock.forward(days=3650)
    jansen.fail(NOT_NOW)
    jansen.clock.forward(days=-3650)
    assert backlog(jansen).now == 1 and jansen.claim() is not None


def test_a_lease_further_ahead_than_any_is_of_a_wrong_clock_and_past(jansen: Any) -> None:
    """As a claim has it: what delivery is told of must be what it can claim."""
    jansen.night(jansen.car(1))
    jansen.clock.forward(days=3650)
    jansen.claimed()
    jansen.clock.forward(days=-3650)
    assert backlog(jansen).now == 1 and jansen.claim() is not None


def test_an_invitation_that_is_due_is_a_request_too(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.deliver_all()
    assert backlog(jansen.but(policy=Policy("always")).reindexed()).now == 1


def test_the_backlog_of_another_garage_is_not_ours(jansen: Any) -> None:
    pietersen = jansen.but(garage="pietersen")
    pietersen.ledger.know_garage("pietersen")
    pietersen.night(pietersen.car(1))
    assert backlog(jansen) == Backlog(0, None)
