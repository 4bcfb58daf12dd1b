"""Telling: a plugin that hangs is left behind in its time, and one that fails is let alone for a while."""

from __future__ import annotations

import itertools
import sys
import threading
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from io import StringIO
from pathlib import Path
from types import ModuleType

import pytest
import requests

from connector import adapters, hookimpl
from connector.arrivals import Arrival
from connector.judging import Source
from connector.ledger import StagedRow
from connector.ledger.access import scratch
from connector.log import make_log
from connector.model import Draft
from connector.plan import Policy
from connector.telling import Telling

START = datetime(2027, 3, 1, 1, tzinfo=UTC)


class Scene:
    """One garage with two cars whose addresses are none, and a plugin that does as the test says."""

    def __init__(self, monkeypatch, ledger):
        self.ledger, self.heard, self.deed = ledger, [], lambda: None
        self.stop = threading.Event()
        module = ModuleType("plugin_that_is_told")
        module.connector_read_file = hookimpl(lambda file: [])
        module.connector_columns = hookimpl(lambda settings: {})
        module.connector_address_invalid = hookimpl(self.hook())
        monkeypatch.setitem(sys.modules, module.__name__, module)
        adapter = adapters.load("told", entry_points=[EntryPoint("told", module.__name__, adapters.GROUP)])
        self.source = Source("jansen", "klanten", Path(), ("*",), "all", adapter, None)

    def hook(self):
        def hear(notice):
            self.heard.append(notice.address)
            self.deed()

        return hear

    def fill(self):
        arrival = Arrival("a.csv", 1, START, b"digest")
        file = self.ledger.begin_file("jansen", "klanten", arrival, b"recipe")
        rows = [
            Draft(
                f"ZZ00{each}Z",
                f"{each}",
                {"last_name": "K", "email": f"k{each}"},
                address_fault="Geen adres.",
            )
            for each in (1, 2)
        ]
        self.ledger.stage(file, [StagedRow(n, n, b"%d" % n, row) for n, row in enumerate(rows, 1)])
        assert not (self.ledger.settle_file(file) or self.ledger.judge_file(file))
        assert not self.ledger.accept_slice(file, "told", Policy(), START.date())

    def telling(self, **how):
        log = make_log("error", None, lambda: START, StringIO())
        how = {"monotonic": itertools.count().__next__, **how}
        return Telling(self.ledger, [self.source], lambda _: requests.Session(), log, self.stop, **how)


@pytest.fixture
def scene(monkeypatch):
    clock = [START]
    with scratch(now=lambda: clock[0], entropy=bytes) as ledger:
        made = Scene(monkeypatch, ledger)
        made.clock = clock
        made.fill()
        yield made


def test_each_address_is_told_once(scene):
    telling = scene.telling()
    assert [telling.tell(), telling.tell()] == [2, 0]
    assert scene.heard == ["k1", "k2"]


def test_what_fails_is_let_alone_for_a_while_and_the_others_have_their_turn(scene):
    def fail():
        if scene.heard[-1] == "k1":
            raise ValueError

    scene.deed, telling = fail, scene.telling()
    assert [telling.tell(), telling.tell(), telling.tell()] == [0, 1, 0]
    assert scene.heard == ["k1", "k2"]
    scene.clock[0], scene.deed = START + timedelta(minutes=2), lambda: None
    assert telling.tell() == 1 and scene.heard == ["k1", "k2", "k1"]


def test_a_plugin_that_never_comes_back_is_left_behind_and_asked_nothing_until_it_does(scene):
    ends = threading.Event()
    scene.deed, telling = ends.wait, scene.telling(limit=3)
    assert [telling.tell(), telling.tell()] == [0, 0]
    assert scene.heard == ["k1"]
    ends.set()
    for thread in threading.enumerate():
        if thread.name == "telling-klanten":
            thread.join()
    assert telling.tell() == 1 and scene.heard == ["k1", "k2"]


def test_a_program_that_is_to_stop_waits_for_no_plugin_and_holds_it_against_none(scene):
    ends = threading.Event()

    def hang():
        scene.stop.set()
        ends.wait()

    scene.deed = hang
    assert scene.telling(limit=1e9).tell() == 0
    ends.set()
    scene.stop.clear()
    scene.deed = lambda: None
    assert scene.telling().tell() == 2 and scene.heard == ["k1", "k1", "k2"]


def test_a_go_ends_after_a_while(scene):
    seconds = [0]

    def last():
        seconds[0] += 61

    scene.deed, telling = last, scene.telling(monotonic=lambda: seconds[0], limit=1e9)
    assert [telling.tell(), telling.tell(), telling.tell()] == [1, 1, 0]
