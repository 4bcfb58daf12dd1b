"""The garage's own system hears of a wrong address, where its plugin can tell it: once, and again only if it must."""

from __future__ import annotations

import json
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from gms_csw import Csw
from gms_server import Answered

from connector.crash import VARIABLE

PLUGIN = Path(__file__).parent / "gms"
OLD = "oud@voorbeeld.example"


class Gms(ThreadingHTTPServer):
    """The door of a garage system: what it was told, and the status it answers with."""

    def __init__(self):
        self.told, self.status = [], 200
        super().__init__(("127.0.0.1", 0), _Hears)


class _Hears(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def gms():
    with Gms() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def listening(garage, gms, monkeypatch, car):
    """A garage whose system listens, with two cars at one address and one at another; all were invited."""
    monkeypatch.syspath_prepend(PLUGIN)
    monkeypatch.setenv("PYTHONPATH", str(PLUGIN))
    url = f"http://127.0.0.1:{gms.server_port}/"
    settings = {"url": url, "silent": str(garage.folder / "silent")}
    garage.configure(source={"adapter": "listening", "settings": settings}, delivery={"send": "always"})
    garage.export(car(1, email=OLD.upper()), car(2, email=OLD), car(3))
    assert garage.run().status == 0
    return garage


def test_the_system_hears_once_of_an_address_whose_mail_came_back(listening, sandbox, gms):
    assert gms.told == []
    sandbox.bounce(OLD, "hard_bounce")
    for _ in range(3):
        assert listening.run().status == 0
    heard = {"address": OLD, "reason": "hard_bounce", "records": ["ZZ001Z", "ZZ002Z"], "corrected_to": None}
    assert gms.told == [heard]
    sandbox.deliver_ok(OLD)
    listening.run()
    sandbox.bounce(OLD, "complaint")
    for _ in range(2):
        listening.run()
    assert [each["reason"] for each in gms.told] == ["hard_bounce", "complaint"]


def test_the_system_hears_of_an_address_that_is_none(listening, gms, car):
    listening.export(car(1), car(4, email="klant4.voorbeeld.example"))
    listening.run()
    assert [(each["reason"], each["records"]) for each in gms.told] == [("syntax", ["ZZ004Z"])]


def test_a_system_that_breaks_stops_nobody_and_is_told_another_time(listening, sandbox, gms, car):
    gms.status = 500
    sandbox.bounce(OLD, "hard_bounce")
    listening.export(car(1, email=OLD), car(2, email=OLD), car(3), car(4))
    assert listening.run().status == 0
    assert len(gms.told) == 1 and listening.counts() == {"total": 4, "delivered": 4}
    listening.run()
    assert len(gms.told) == 1, "it is let alone for a while"


def test_a_system_that_is_killed_before_it_is_noted_hears_again_and_after_it_does_not(
    listening, sandbox, gms
):
    sandbox.bounce(OLD, "hard_bounce")
    for side, heard in (("before_commit", 1), ("after_commit", 2)):
        died = listening.installation.process("run", "--once", env={VARIABLE: f"ledger.note_told.{side}"})
        assert died.status == -signal.SIGKILL
        assert len(gms.told) == heard
    listening.run()
    assert len(gms.told) == 2


def test_a_running_service_tells_it_and_a_plugin_that_never_comes_back_holds_up_nothing(
    listening, sandbox, gms, car, until
):
    silent = listening.folder / "silent"
    silent.touch()
    listening.configure(igarage={"feedback_every": 0.05}, source={"scan_every": 0.1})
    service = listening.installation.start("run")
    try:
        sandbox.bounce(OLD, "hard_bounce")
        until(lambda: listening.ask("emails", "list"))
        listening.export(car(1, email=OLD), car(2, email=OLD), car(3), car(4))
        until(lambda: listening.counts() == {"total": 4, "delivered": 4})
        assert gms.told == []
        silent.unlink()
        until(lambda: gms.told)
    finally:
        service.terminate()
        _, err = service.communicate(timeout=60)
    assert (service.returncode, len(gms.told)) == (0, 1)
    assert OLD not in err


class Api(Csw):
    """A garage system with an API, of which one path takes what is wrong with an address."""

    def answer(self, asked):
        if asked.path == "/api/v2/wrong-addresses":
            return self._refused(asked) or Answered({}, 201)
        return super().answer(asked)


@pytest.fixture
def api():
    server = Api()
    yield server
    server.stop()


@pytest.fixture
def polled(installation, api, monkeypatch):
    """A garage that is polled; of its two cars one has an address that is none."""
    monkeypatch.syspath_prepend(PLUGIN)
    monkeypatch.setenv("PYTHONPATH", str(PLUGIN))
    monkeypatch.setenv("GMS", api.key)
    auth = {"type": "header", "name": "Authorization", "value": "apikey {token}", "token_env": "GMS"}
    http = {"url": f"{api.url}/api/v2", "allow_http": True, "auth": auth}
    api.add(1, "2026-01-01T10:00:00", email="klant1.voorbeeld.example", lastName="Klant 1")
    api.add(2, "2026-01-01T10:00:00", email="klant2@voorbeeld.example", lastName="Klant 2")
    source = {"name": "api", "adapter": "polled_and_listening", "poll": 300, "http": http}
    return installation.add("jansen", more_sources=[source])


def told(api):
    return [json.loads(each.body) for each in api.asked("/api/v2/wrong-addresses")]


def test_a_system_that_is_polled_hears_by_the_session_of_its_source(polled, api):
    for _ in range(2):
        polled.run()
    assert told(api) == [{"vehicle": "1", "reason": "syntax"}]


def test_what_a_polled_system_refuses_to_hear_holds_up_nothing_and_is_told_later(polled, api):
    api.broken = {"/api/v2/wrong-addresses": 503}
    polled.run()
    assert [plate for _, plate, _ in polled.effects()] == ["ZZ002Z"]
    assert polled.stand()["sources"][1]["state"] == "ok"
