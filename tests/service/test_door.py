"""One garage's door at iGarage: greeted, paused, probed, and gently opened again."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from connector import config
from connector.ledger import Pause
from connector.service import source_of
from connector.service.door import GREETING, IDLE, LONGEST, SLICE, Door

PATIENCE = 30


class Hand:
    """A door, whom it woke, and what was asked through it."""

    def __init__(self, place: Any, garage: Any) -> None:
        self.place = place
        self.garage = garage
        self.woken: list[str] = []
        self.door = Door(place.garages[0], place.world, self.woken.append, env={})
        self.probe, self.deliver, self.tend = self.door.probe, self.door.deliver, self.door.tend

    @property
    def greetings(self) -> int:
        """How often iGarage was asked who we are, whatever it answered."""
        return len([seen for seen in self.garage.sandbox.requests() if seen.path == "/garage"])

    @property
    def standing(self) -> Any:
        return self.place.world.ledger.standing("jansen")

    def take_in(self, *rows: Any) -> None:
        """An export comes and is read."""
        self.garage.export(*rows)
        garage, world = self.place.garages[0], self.place.world
        lookout = world.lookout(garage.sources[0], 0)
        lookout.look()
        assert world.intake(garage).scan(source_of(garage, garage.sources[0]), lookout).state == "ok"


@pytest.fixture
def hand(place, garage):
    """The door of jansen, with nothing asked yet; his garage invites nobody."""
    with place() as opened:
        opened.world.ledger.know_garage("jansen")
        made = Hand(opened, garage)
        yield made
        made.door.end()


# ---------------------------------------------------------------- greeting


def test_an_open_door_is_greeted_once_and_delivery_woken(hand, clock):
    assert hand.probe() == GREETING
    assert hand.woken == ["deliver:jansen", "batches:jansen", "statement:jansen"]
    clock.forward(seconds=GREETING - 1)
    assert hand.probe() <= GREETING
    assert hand.greetings == 1


def test_an_open_door_is_greeted_again_in_time_for_its_limits_may_have_changed(hand, clock):
    hand.probe()
    clock.forward(seconds=GREETING)
    hand.probe()
    assert hand.greetings == 2


def test_nothing_is_delivered_before_the_greeting(hand, garage, car):
    hand.take_in(car(1))
    assert hand.deliver() == LONGEST
    assert garage.asked() == []
    hand.probe()
    hand.deliver()
    assert len(garage.asked()) == 1


# ---------------------------------------------------------------- a pause


def test_a_probe_in_vain_is_repeated_at_a_growing_distance(hand, sandbox, clock):
    sandbox.order_fault(path="/garage", status=500)
    distances = []
    for _ in range(5):
        distances.append(hand.probe())
        clock.forward(seconds=distances[-1])
    assert distances == [10, 20, 40, 80, 80]
    assert hand.greetings == 5
    assert hand.woken == []


def test_whoever_wakes_it_no_probe_goes_before_its_time(hand, sandbox, clock):
    sandbox.order_fault(path="/garage", status=500)
    hand.probe()
    for left in (10, 6, 2):
        assert hand.probe() == left
        clock.forward(seconds=min(left, 4))
    assert hand.greetings == 1
    hand.probe()
    assert hand.greetings == 2


def test_no_probe_goes_before_a_retry_after_has_passed(hand, sandbox, clock):
    sandbox.order_fault(path="/garage", status=429, code="slow_down", retry_after="120", times=1)
    assert hand.probe() == 120
    clock.forward(seconds=119)
    assert hand.probe() == 1
    assert hand.greetings == 1
    clock.forward(seconds=1)
    assert hand.probe() == GREETING
    assert hand.greetings == 2 and hand.standing.paused_code is None


def test_what_another_worker_was_asked_to_wait_holds_for_the_probe_too(hand, clock):
    """And nobody looks at the clock every moment until then."""

    hand.probe()
    hand.place.world.ledger.pause("jansen", Pause("unreachable", None, hand.place.world.probing, 1.0))
    hand.place.world.ledger.pause("jansen", Pause("slow_down", 600.0, hand.place.world.probing, 1.0))
    clock.forward(seconds=10)
    assert hand.probe() == 590
    assert hand.greetings == 1


def test_a_delivery_that_pauses_has_the_door_probed(hand, sandbox, car, clock):
    hand.take_in(car(1), car(2))
    hand.probe()
    sandbox.order_fault(method="PUT", status=503, code="unavailable", retry_after="60")
    hand.woken.clear()
    assert hand.deliver() == LONGEST
    assert hand.woken == ["probe:jansen"]
    assert hand.probe() == 60
    assert hand.deliver() == LONGEST
    assert hand.garage.effects() == []
    sandbox.clear_faults()
    clock.forward(seconds=60)
    assert hand.probe() == GREETING
    while hand.deliver() == 0:
        pass
    assert len(hand.garage.effects()) == 2


def test_one_garage_is_never_probed_or_delivered_twice_at_once(hand):
    tasks = hand.door.tasks()
    assert [each.lane for each in tasks] == ["probe", "send", "send", "send", "state"]
    assert len({name for each in tasks for name in (each.turn, each.name)}) == len(tasks)


# ---------------------------------------------------------------- tokens


def test_another_token_in_its_place_is_probed_at_once(hand, sandbox, garage):
    sandbox.revoke(garage.token)
    assert hand.probe() == 10
    assert hand.standing.paused_code == "unauthorised"
    for _ in range(3):
        hand.tend()
    assert hand.woken == []
    sandbox.set_token("a-new-one", "jansen")
    garage.write_token("a-new-one\n")
    hand.tend()
    assert hand.woken == ["probe:jansen"]
    assert hand.probe() == GREETING
    assert hand.standing.paused_code is None
    hand.tend()
    assert hand.woken == ["probe:jansen", "deliver:jansen", "batches:jansen", "statement:jansen"]


def test_another_token_that_is_no_better_is_probed_once(hand, sandbox, garage):
    sandbox.revoke(garage.token)
    hand.probe()
    garage.write_token("nor-this-one")
    hand.tend()
    assert hand.probe() == 20
    for _ in range(3):
        hand.tend()
    assert hand.woken == ["probe:jansen"]


def test_a_token_that_comes_where_there_was_none_is_probed_at_once(hand, garage):
    garage.token_file.unlink()
    assert hand.probe() == 10
    assert hand.standing.paused_code == "token_unusable"
    hand.tend()
    assert hand.woken == [] and hand.greetings == 0
    garage.write_token(garage.token)
    hand.tend()
    assert hand.woken == ["probe:jansen"]
    assert hand.probe() == GREETING


def test_a_token_that_goes_midway_pauses_and_the_door_is_probed(hand, garage, car):
    hand.take_in(car(1))
    hand.probe()
    garage.token_file.unlink()
    hand.woken.clear()
    assert hand.deliver() == LONGEST
    assert hand.standing.paused_code == "token_unusable"
    assert hand.woken == ["probe:jansen"]
    assert garage.effects() == []


def test_the_token_of_another_garage_pauses_until_there_is_another(hand, sandbox, garage):
    hand.probe()
    sandbox.set_token(garage.token, "pietersen")
    hand.place.world.ledger.pause("jansen", Pause("unreachable", None, hand.place.world.probing, 1.0))
    hand.place.clock.forward(seconds=10)
    hand.probe()
    assert hand.standing.paused_code == "other_garage"
    sandbox.set_token("the-right-one", "jansen")
    garage.write_token("the-right-one")
    hand.woken.clear()
    hand.tend()
    assert hand.woken == ["probe:jansen"]


def test_a_token_is_no_news_where_the_pause_was_for_something_else(hand, sandbox, garage):
    sandbox.order_fault(path="/garage", status=503, code="unavailable", retry_after="600")
    hand.probe()
    sandbox.set_token("a-new-one", "jansen")
    garage.write_token("a-new-one")
    hand.tend()
    assert hand.woken == []
    assert hand.probe() == 600


# ---------------------------------------------------------------- what iGarage learned of addresses


def test_the_feed_is_followed_through_an_open_door_and_delivery_woken_by_its_news(hand, sandbox, car):
    hand.take_in(car(1))
    assert hand.door.follow() == LONGEST
    hand.probe()
    hand.woken.clear()
    assert hand.door.follow() == 300 and hand.woken == []
    sandbox.bounce("klant1@voorbeeld.example", "hard_bounce", garage="jansen")
    assert hand.door.follow() == 300 and hand.woken == ["deliver:jansen", "tell:jansen"]


def test_the_feed_of_a_paused_garage_is_not_asked_for(hand, sandbox):
    hand.probe()
    hand.place.world.ledger.pause("jansen", Pause("unreachable", None, hand.place.world.probing, 1.0))
    hand.door.follow()
    assert [seen.path for seen in sandbox.requests()] == ["/garage"]


def test_a_feed_that_asks_for_patience_has_the_door_probed(hand, sandbox):
    hand.probe()
    hand.woken.clear()
    sandbox.order_fault(path="/emails/changes*", status=429, code="slow_down", retry_after="60")
    hand.door.follow()
    assert hand.woken == ["probe:jansen"] and hand.standing.paused_code == "slow_down"


def test_a_feed_without_a_token_has_the_door_probed(hand, garage):
    hand.probe()
    garage.token_file.unlink()
    hand.woken.clear()
    assert hand.door.follow() == LONGEST
    assert hand.woken == ["probe:jansen"] and hand.standing.paused_code == "token_unusable"


# ---------------------------------------------------------------- gently on


def test_after_a_pause_the_first_request_goes_alone_and_each_success_lets_one_more_go(
    hand, sandbox, garage, car, clock, until
):
    hand.take_in(*map(car, range(1, 25)))
    sandbox.order_fault(path="/garage", status=500, times=1)
    clock.forward(seconds=hand.probe())
    hand.probe()
    slow = sandbox.order_fault(method="PUT", latency=0.02)
    hand.deliver()
    flights = hand.place.flights
    assert slow and flights.begun[0] == (1, 0)
    assert all(under_way <= ended + 1 for under_way, ended in flights.begun if ended < 3)
    assert len(garage.effects()) == 24


def test_after_a_pause_all_workers_are_at_work_again_once_so_many_succeeded(
    hand, sandbox, garage, car, clock, until
):
    hand.take_in(*map(car, range(1, 25)))
    sandbox.order_fault(path="/garage", status=500, times=1)
    clock.forward(seconds=hand.probe())
    hand.probe()
    sandbox.order_fault(method="PUT", hold=True, after=6)
    delivering = threading.Thread(target=hand.deliver)
    delivering.start()
    until(lambda: max(under_way for under_way, _ in hand.place.flights.begun or [(0, 0)]) >= 4)
    sandbox.clear_faults()
    delivering.join(PATIENCE)
    assert len(garage.effects()) == 24


def test_without_a_pause_all_workers_begin_at_once_and_what_is_ready_beside_them_waits(
    hand, sandbox, garage, car, until
):
    hand.take_in(*map(car, range(1, 9)))
    hand.probe()
    sandbox.order_fault(method="PUT", hold=True)
    delivering = threading.Thread(target=hand.deliver)
    delivering.start()
    until(lambda: len(hand.place.flights.begun) == 8)
    until(lambda: len([seen for seen in sandbox.requests() if seen.method == "PUT"]) == 4)
    assert hand.place.flights.ended == 0
    sandbox.clear_faults()
    delivering.join(PATIENCE)
    assert len(garage.effects()) == 8


# ---------------------------------------------------------------- when it delivers again


def test_a_backlog_that_is_done_is_looked_at_again_when_the_date_may_have_changed(hand, car):
    hand.take_in(car(1))
    hand.probe()
    assert hand.deliver() == LONGEST
    assert hand.garage.counts() == {"total": 1, "delivered": 1}


def test_what_backs_off_is_delivered_when_its_time_has_come(hand, garage, sandbox, car, clock):
    hand.door.end()
    garage.configure(delivery={"retry": {"first": 40, "max": 40}})
    hand.place.garages[:] = config.load(garage.folder, env={}).garages
    other = Hand(hand.place, garage)
    other.take_in(car(1))
    other.probe()
    sandbox.order_fault(method="PUT", status=408, times=1)
    assert other.deliver() == 40
    clock.forward(seconds=40)
    assert other.deliver() == LONGEST
    assert len(garage.effects()) == 1
    other.door.end()


# ---------------------------------------------------------------- the nightly statement


def looks(hand):
    return [path for method, path in hand.garage.asked() if method == "GET"]


def stated(hand):
    return "statement.made" in hand.place.said.getvalue()


@pytest.fixture
def by_night(hand, car, clock):
    """The door of a garage with two delivered passports, the night after."""
    hand.take_in(car(1), car(2))
    hand.probe()
    hand.door.state()
    while hand.deliver() == 0:
        pass
    clock.forward(days=1)
    return hand


def test_the_first_statement_is_that_of_the_next_night(by_night):
    assert (looks(by_night), stated(by_night)) == ([], False)
    assert by_night.door.state() == LONGEST
    assert (len(looks(by_night)), stated(by_night)) == (2, True)
    by_night.door.state()
    assert len(looks(by_night)) == 2


def test_no_statement_is_made_before_the_greeting_or_in_a_pause(by_night):
    by_night.place.world.ledger.pause("jansen", Pause("unavailable"))
    assert by_night.door.state() == LONGEST
    assert looks(by_night) == []


def test_what_is_to_be_delivered_comes_first_and_the_statement_goes_on_after_it(by_night, car):
    by_night.take_in(car(1, make="Saab"), car(2))
    assert by_night.door.state() == IDLE
    assert looks(by_night) == []
    while by_night.deliver() == 0:
        pass
    assert by_night.door.state() == LONGEST
    assert stated(by_night)


def test_a_statement_that_takes_long_goes_on_at_its_next_turn(by_night, clock):
    asked = len(by_night.garage.asked())
    by_night.place.flights.looked = lambda: clock.forward(seconds=SLICE)
    assert by_night.door.state() == IDLE
    assert len(by_night.garage.asked()) == asked + 1
    assert by_night.door.state() == LONGEST
    assert len(by_night.garage.asked()) == asked + 2


def test_an_answer_that_does_not_come_leaves_one_passport_out(by_night, sandbox):
    sandbox.order_fault(method="GET", path="/passports/ZZ002Z", status=500)
    assert by_night.door.state() == LONGEST
    assert "gevraagd 1 " in by_night.place.said.getvalue()


def test_a_service_that_is_silent_is_probed_and_the_statement_made_another_time(hand, car, clock, sandbox):
    hand.take_in(*(car(number) for number in range(1, 6)))
    hand.probe()
    hand.door.state()
    while hand.deliver() == 0:
        pass
    clock.forward(days=1)
    sandbox.order_fault(method="GET", path="/passports/*", status=500)
    hand.woken.clear()
    assert hand.door.state() == LONGEST
    assert (hand.woken, stated(hand)) == (["probe:jansen"], False)
    sandbox.clear_faults()
    hand.door.state()
    assert "gevraagd 3 " in hand.place.said.getvalue()
