"""Which calls an order strikes, how often, and which orders make no sense."""

import pytest

from connector.sandbox import Fault
from connector.sandbox.fault_book import FaultBook


def struck(fault, calls):
    book = FaultBook()
    book.order(fault)
    return [book.strike("GET", "/garage", "garage-a") is not None for _ in range(calls)]


def test_a_fault_skips_the_first_and_then_strikes_so_many_times():
    assert struck(Fault(status=500, after=2, times=3), 7) == [False, False, True, True, True, False, False]


def test_a_fault_without_times_strikes_for_ever():
    assert all(struck(Fault(status=500), 50))


def test_the_same_seed_throws_the_same_dice():
    one, same, other = (struck(Fault(status=500, probability=0.3, seed=seed), 200) for seed in (7, 7, 8))
    assert one == same != other
    assert 30 < sum(one) < 90


def test_times_counts_strikes_and_not_throws():
    assert sum(struck(Fault(status=500, probability=0.3, times=4), 200)) == 4


def test_the_oldest_fault_that_strikes_is_the_only_one():
    book = FaultBook()
    numbers = [book.order(Fault(status=500, times=1)), book.order(Fault(status=503))]
    strikes = [book.strike("GET", "/garage", None) for _ in range(3)]
    assert [strike.number for strike in strikes] == [numbers[0], numbers[1], numbers[1]]


def test_cleared_faults_strike_no_more_and_let_go():
    book = FaultBook()
    book.order(Fault(hold=True))
    strike = book.strike("GET", "/garage", None)
    book.clear()
    strike.delay()
    assert book.strike("GET", "/garage", None) is None
    assert book.listing() == []


def test_a_listing_tells_what_was_ordered_and_what_it_did():
    book = FaultBook()
    book.order(Fault(path="/garage", drop="after", times=1))
    for path in ("/garage", "/garage", "/elsewhere"):
        book.strike("GET", path, None)
    assert book.listing() == [
        {"id": 1, "matched": 2, "struck": 1, "path": "/garage", "drop": "after", "times": 1}
    ]


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"times": 3},
        {"status": 99},
        {"status": "500"},
        {"status": True},
        {"times": -1, "status": 500},
        {"after": None, "status": 500},
        {"probability": 1.5, "status": 500},
        {"latency": -1},
        {"latency": None},
        {"trickle": 0},
        {"trickle": 5, "trickle_part": "all"},
        {"drop": "during"},
        {"drop": "before", "status": 500},
        {"drop": "before", "cut": 3},
        {"code": "invalid"},
        {"retry_after": "3", "latency": 1},
        {"retry_after": "3\r\nX: y", "status": 503},
        {"location": "http://elders.example/€"},
        {"hold": 1},
        {"status": 422, "errors": [{"veld": "plate"}]},
        {"status": 422, "errors": 3},
        {"onbekend": 1, "status": 500},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order):
    with pytest.raises(ValueError, match=r"\w"):
        Fault.from_json(order)
