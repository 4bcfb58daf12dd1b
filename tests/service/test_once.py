"""One pass with garage systems that take their time: no source waits for another, and no garage for another's."""

from __future__ import annotations

import threading

import pytest
from gms_csw import Csw
from gms_server import Answered

from connector.service import run_once

PATIENCE = 30


@pytest.fixture
def systems():
    """Two garage systems, each of which answers only when the other has been asked too."""
    both = threading.Barrier(2, timeout=PATIENCE)
    first, second = Csw(), Csw()
    for number, each in enumerate((first, second), 1):
        each.add(
            number,
            "2026-01-01T10:00:00",
            email=f"klant{number}@voorbeeld.example",
            lastName=f"Klant {number}",
        )
        each.before = _once(both)
    yield first, second
    for each in (first, second):
        each.stop()


def _once(both):
    asked = threading.Event()

    def meet(_):
        if not asked.is_set():
            asked.set()
            both.wait()

    return meet


def source(csw, name):
    settings = {
        "path": "/vehicles", "params": {"$order": "modified", "$offset": "0", "$limit": "9"}, "records": "value[]",
        "key": "id", "columns": {"plate": "license", "email": "email", "last_name": "lastName"},
    }  # fmt: skip
    auth = {"type": "header", "name": "Authorization", "value": "apikey {token}", "token_env": "GMS"}
    http = {"url": f"{csw.url}/api/v2", "allow_http": True, "auth": auth}
    return {"name": name, "adapter": "generic_rest", "poll": 300, "http": http, "settings": settings}


def passed(opened):
    return [
        [(scan.source, scan.state) for scan in each.scans if scan.source != "klanten"]
        for each in run_once(opened.garages, opened.world)
    ]


def test_two_sources_of_a_garage_are_asked_at_the_same_time(place, installation, systems, monkeypatch):
    monkeypatch.setenv("GMS", systems[0].key)
    sources = [source(csw, f"api-{number}") for number, csw in enumerate(systems, 1)]
    garage = installation.add("jansen", more_sources=sources)
    with place() as opened:
        assert passed(opened) == [[("api-1", "ok"), ("api-2", "ok")]]
    assert sorted(plate for _, plate, _ in garage.effects()) == ["ZZ001Z", "ZZ002Z"]


def test_no_garage_waits_for_the_garage_system_of_another(place, installation, systems, monkeypatch):
    monkeypatch.setenv("GMS", systems[0].key)
    garages = [
        installation.add(name, more_sources=[source(csw, "api")])
        for name, csw in zip(("jansen", "pietersen"), systems, strict=True)
    ]
    with place() as opened:
        assert passed(opened) == [[("api", "ok")], [("api", "ok")]]
    assert [[plate for _, plate, _ in each.effects()] for each in garages] == [["ZZ001Z"], ["ZZ002Z"]]


def test_one_source_that_refuses_keeps_no_other_from_its_pass(place, installation, systems, monkeypatch):
    monkeypatch.setenv("GMS", systems[0].key)
    systems[0].answer = lambda _: Answered({}, 503)
    sources = [source(csw, f"api-{number}") for number, csw in enumerate(systems, 1)]
    garage = installation.add("jansen", more_sources=sources)
    with place() as opened:
        assert passed(opened) == [[("api-1", "unavailable"), ("api-2", "ok")]]
    assert [plate for _, plate, _ in garage.effects()] == ["ZZ002Z"]
