"""The polls of one source: when its garage system is asked, and what a silent or refusing one does to others."""

from __future__ import annotations

import threading

import pytest
from gms_csw import Csw
from gms_server import Answered

from connector.service.always import AlwaysOn
from connector.service.polls import Poller
from connector.service.upkeep import Upkeep

PATIENCE = 30
COLUMNS = {"plate": "license", "email": "email", "last_name": "lastName"}


@pytest.fixture
def csw():
    server = Csw()
    yield server
    server.stop()


def cars(csw, *numbers, day="2026-01-01"):
    for number in numbers:
        email = f"klant{number}@voorbeeld.example"
        at = f"{day}T10:{number // 60:02}:{number % 60:02}"
        csw.add(number, at, email=email, lastName=f"Klant {number}")


@pytest.fixture
def source(csw, tmp_path):
    """A polled source of the stand-in, two records a page; `changes` go into it."""

    def make(**changes):
        secret = tmp_path / "gms.secret"
        secret.write_text(csw.key)
        auth = {
            "type": "header",
            "name": "Authorization",
            "value": "apikey {token}",
            "token_file": str(secret),
        }
        http = {"url": f"{csw.url}/api/v2", "allow_http": True, "auth": auth, "requests_per_minute": 60_000}
        settings = {
            "path": "/vehicles", "params": {"$order": "modified"}, "records": "value[]", "key": "id",
            "changed": {
                "param": "$where", "format": "modified ge '{since:%Y-%m-%dT%H:%M:%S}'", "field": "modified",
            },
            "paging": {"type": "offset", "param": "$offset", "size_param": "$limit", "size": 2},
            "columns": COLUMNS,
        }  # fmt: skip
        base = {"name": "api", "adapter": "generic_rest", "poll": 300, "http": http, "settings": settings}
        return {**base, **changes, "http": {**http, **changes.get("http", {})}}

    return make


class Hand:
    """One poller of jansen, and whom it woke."""

    def __init__(self, place, garage):
        self.place, self.garage = place, garage
        self.woken = []
        config = next(each for each in place.garages if each.garage == garage.id)
        self.poller = Poller(config, config.polled[0], place.world, self.woken.append, {}, env={})
        self.run, self.refresh, self.tend = self.poller.run, self.poller.refresh, self.poller.tend

    def state(self):
        return self.garage.stand()["sources"][1]["state"]


@pytest.fixture
def polling(place, installation, source):
    hands = []

    def make(**changes):
        garage = installation.add("jansen", more_sources=[source(**changes)])
        opened = place()
        hands.append((opened, Hand(opened.__enter__(), garage)))
        return hands[-1][1]

    yield make
    for opened, hand in hands:
        hand.poller.end()
        opened.__exit__(None, None, None)


def test_a_source_is_polled_at_once_and_again_after_poll(polling, csw, clock):
    cars(csw, 1, 2, 3)
    hand = polling()
    assert hand.run() == 300
    assert hand.woken == ["deliver:jansen"] and hand.state() == "ok"
    asked = len(csw.requests)
    clock.forward(seconds=299)
    assert hand.run() == 1
    assert len(csw.requests) == asked
    clock.forward(seconds=1)
    assert hand.run() == 300
    assert len(csw.requests) > asked
    assert hand.woken == ["deliver:jansen"], "nothing new, nobody woken"


def test_a_decision_makes_it_due_where_it_is_about_this_source(polling, csw):
    cars(csw, 1)
    hand = polling()
    hand.run()
    asked = len(csw.requests)
    hand.refresh()
    assert hand.run() == 300
    assert len(csw.requests) == asked, "no garage system hears of other decisions"
    hand.place.world.ledger.polls.reset("jansen", "api", None)
    hand.refresh()
    assert hand.run() == 300
    assert len(csw.requests) > asked


def test_a_held_poll_that_is_let_go_is_read_at_once(polling, csw, clock):
    cars(csw, *range(1, 101))
    hand = polling()
    hand.run()
    cars(csw, *range(1, 101), day="2026-02-01")
    for each in csw.vehicles.values():
        each["lastName"] = "Iemand anders"
    clock.forward(seconds=300)
    hand.run()
    assert hand.state() == "held"
    (held,) = hand.garage.ask("held")
    asked = len(csw.requests)
    hand.place.world.ledger.release_file("jansen", int(held["id"]))
    hand.refresh()
    assert hand.run() == 300
    assert len(csw.requests) > asked and hand.state() == "ok"


def test_a_poll_that_fails_is_tried_again_soon_and_then_less_often(polling, csw, clock):
    cars(csw, 1)
    hand = polling()
    waits = []
    for _ in range(6):
        csw.faults = [Answered({}, 500)]
        waits.append(hand.run())
        clock.forward(seconds=waits[-1])
    assert waits == [30, 60, 120, 240, 300, 300]
    assert hand.state() == "unavailable"
    hand.run()
    assert hand.state() == "ok"


def test_a_poll_that_is_held_for_a_page_asks_for_it_as_for_one_that_failed(polling, csw, clock):
    cars(csw, 1)
    hand = polling()
    waits = []
    for _ in range(3):
        csw.faults = [Answered({"error": "even geduld"})]
        waits.append(hand.run())
        clock.forward(seconds=waits[-1])
    assert (waits, hand.state()) == ([30, 60, 120], "held")
    assert hand.run() == 300
    assert hand.state() == "ok" and hand.garage.ask("held") == []


def test_no_decision_makes_a_garage_system_be_asked_that_asked_to_wait(polling, csw, clock):
    hand = polling()
    csw.faults = [Answered({}, 503, {"Retry-After": "200"})]
    assert hand.run() == 200
    hand.place.world.ledger.polls.reset("jansen", "api", None)
    hand.refresh()
    assert hand.run() == 200
    assert len(csw.requests) == 1
    clock.forward(seconds=200)
    assert hand.run() == 300


def test_a_paused_source_is_tried_less_and_less_often_and_at_once_with_another_secret(
    polling, csw, clock, tmp_path
):
    cars(csw, 1)
    hand = polling()
    csw.key = "the-new-key"
    waits = []
    for _ in range(8):
        waits.append(hand.run())
        clock.forward(seconds=waits[-1])
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert hand.state() == "paused"
    hand.run()
    hand.tend()
    assert hand.woken == [], "the same secret"
    (tmp_path / "gms.secret").write_text("the-new-key")
    hand.tend()
    assert hand.woken == ["poll:jansen:api"]
    assert hand.run() == 300
    assert hand.state() == "ok"


def test_a_poll_gives_way_after_a_while_and_goes_on_with_its_next_page(polling, csw, clock):
    cars(csw, *range(1, 10))
    hand = polling()
    csw.before = lambda asked: clock.forward(seconds=6)
    assert hand.run() == 0
    assert hand.state() == "waiting"
    asked = [each.query for each in csw.requests]
    assert hand.run() == 0
    assert csw.requests[len(asked)].query not in asked, "not from the start"
    while hand.run() == 0:
        pass
    assert hand.garage.counts()["pending"] == 9


def test_a_reset_while_a_page_is_under_way_begins_anew(polling, csw):
    cars(csw, *range(1, 6))
    hand = polling(since="2026-01-01")
    turns = []

    def reset_in_mid_page(asked):
        turns.append(asked)
        if len(turns) == 2:
            hand.place.world.ledger.polls.reset("jansen", "api", None)

    csw.before = reset_in_mid_page
    assert hand.run() == 0
    assert hand.run() == 300
    assert csw.requests[2].query == csw.requests[0].query
    assert hand.garage.counts()["pending"] == 5


def test_a_garage_system_that_says_nothing_slows_down_no_other_source_and_no_other_garage(
    place, installation, source, csw, car
):
    """One thread waits for it; the folders of both garages, and the other garage's API, are read meanwhile."""
    dead, alive = Csw(), csw
    dead.answering.clear()
    cars(alive, 8)
    silent = source(http={"url": f"{dead.url}/api/v2", "timeout": 300})
    first = installation.add("jansen", more_sources=[silent])
    second = installation.add("pietersen", more_sources=[source()])
    for garage, number in ((first, 1), (second, 2)):
        garage.export(car(number))
    with place() as opened:
        world = opened.world
        service = AlwaysOn(opened.garages, world, Upkeep(world, installation.state), threads=1)
        running = threading.Thread(target=service.run)
        running.start()
        try:
            _until(lambda: first.effects() and len(second.effects()) == 2, opened)
            assert [each.path for each in dead.requests] == ["/api/v2/vehicles"], (
                "it is still being waited for"
            )
        finally:
            world.stop.set()
            dead.stop()
            running.join(PATIENCE)
    assert not running.is_alive()


def _until(done, opened):
    """Look again and again, while the clock that only this test moves goes on."""
    for _ in range(PATIENCE * 20):
        if done():
            return
        opened.clock.forward(seconds=0.5)
        threading.Event().wait(0.05)
    raise AssertionError(opened.said.getvalue())
