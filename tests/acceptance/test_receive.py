"""A garage system that pushes: the service takes it in, for good and once, and says what became of each record.

Real requests go to the real service in a process of its own; what is waited for comes from an answer or an event.
"""

from __future__ import annotations

import json
import resource
import socket
from pathlib import Path
from typing import Any

import pytest
import requests

SAMPLE = Path(__file__).parents[2] / "plugins" / "carsys" / "sample"
TOKEN = "push-token-of-jansen"
NEVER_BY_ITSELF = 86_400
KINDS = {".json": "application/json", ".xml": "application/xml"}


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Pushing:
    """A garage whose CarSys pushes, and the service that takes it in."""

    def __init__(self, garage, start, until) -> None:
        self.garage = garage
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/carsys"
        self.session = requests.Session()
        self.session.trust_env = False
        self._start = start
        self._until = until
        garage.installation.settle_down(probe={"first": 0.05, "max": 0.05})
        (garage.folder / "garages" / "push.token").write_text(TOKEN + "\n")
        self.configure()

    def configure(self, **changes: Any) -> None:
        receive = {"port": self.port, "path": "/carsys", "token_file": "push.token"}
        source = {"adapter": "carsys", "watch": None, "settle": None, "receive": receive, "settings": {}}
        self.garage.configure(source=source, delivery={"send": "always"}, **changes)

    def start(self, **more: Any):
        """The service, once its door stands open."""
        running = self._start(**more)
        self._until(self.is_open)
        return running

    def is_open(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def push(
        self, body: bytes | str, kind: str = "application/json", token: str | None = TOKEN, **headers: str
    ) -> requests.Response:
        data = body.encode() if isinstance(body, str) else body
        sent = {"Content-Type": kind, **headers}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return self.session.post(self.url, data=data, headers=sent, timeout=60)

    def sample(self, name: str, **changes: str) -> requests.Response:
        text = (SAMPLE / name).read_text("utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        return self.push(text, KINDS[Path(name).suffix])


@pytest.fixture
def pushing(garage, start, until) -> Pushing:
    return Pushing(garage, start, until)


def test_a_push_becomes_passports_and_the_answer_tells_of_each_record(pushing, until):
    pushing.start()
    answer = pushing.sample("push.json")
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": 1,
        "skipped": 1,
        "rejected": 0,
        "records": [
            {"record": 1, "result": "accepted"},
            {"record": 2, "result": "skipped", "code": "lease_company"},
        ],
    }
    assert pushing.sample("push.xml").json()["accepted"] == 1
    until(lambda: len(pushing.garage.mails()) == 2)
    assert sorted(pushing.garage.mails()) == [
        ("ZZ001Z", "j.vandermeer@voorbeeld.example"),
        ("ZZ002Z", "a.celik@voorbeeld.example"),
    ]


def test_what_was_answered_with_202_survives_a_kill_at_once(pushing, until):
    running = pushing.start()
    assert pushing.sample("push.json").status_code == 202
    running.kill()
    running.wait()
    assert pushing.garage.counts()["total"] == 1
    pushing.start()
    until(lambda: len(pushing.garage.mails()) == 1)


def test_a_repeated_push_is_a_no_op(pushing, until):
    pushing.start()
    first = pushing.sample("push.json")
    until(lambda: pushing.garage.counts().get("delivered") == 1)
    asked, trace = pushing.garage.asked(), pushing.garage.trace("ZZ001Z")
    again = [pushing.sample("push.json") for _ in range(3)]
    assert [each.json() for each in again] == [first.json()] * 3
    assert pushing.garage.trace("ZZ001Z") == trace
    assert pushing.garage.asked() == asked
    assert [each["reason"] for each in pushing.garage.ask("skipped")] == ["lease_company"]


def test_a_changed_address_is_delivered_and_invited_once(pushing, until):
    pushing.start()
    pushing.sample("push.json")
    until(pushing.garage.mails)
    pushing.sample("push.json", **{"j.vandermeer@voorbeeld.example": "jannie@voorbeeld.example"})
    until(lambda: len(pushing.garage.mails()) == 2)
    assert pushing.garage.mails()[1] == ("ZZ001Z", "jannie@voorbeeld.example")


def test_an_export_in_the_same_source_fills_the_gap_and_nothing_conflicts(pushing, until):
    folder = str(pushing.garage.export_folder)
    pushing.configure()
    pushing.garage.configure(
        source={"watch": folder, "pattern": ["klanten*"], "settle": 0, "scan_every": 0.2}
    )
    pushing.start()
    pushing.garage.drop((SAMPLE / "klanten.csv").read_bytes())
    until(lambda: len(pushing.garage.mails()) == 4)
    pushing.sample("push.json", **{"j.vandermeer@voorbeeld.example": "jannie@voorbeeld.example"})
    until(lambda: len(pushing.garage.mails()) == 5)
    until(lambda: pushing.garage.counts().get("delivered") == 4)
    stand = pushing.garage.stand()
    assert stand["passports"]["total"] == 4
    assert stand["invitations"]["withheld"] == 0
    assert {each["reason"] for each in pushing.garage.ask("skipped")} == {"lease_company", "no_email"}


def test_rejected_records_are_answered_and_listed_until_they_are_mended(pushing):
    pushing.start()
    cars = json.loads((SAMPLE / "push.json").read_text("utf-8"))
    cars["Voertuigen"][0]["ApkDatum"] = "31-02-2027"
    cars["Voertuigen"][1]["Bestuurder"]["EmailPrive"] = "k.smit@voorbeeld.example"
    answer = pushing.push(json.dumps(cars)).json()
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    told = answer["records"][0]
    assert (told["result"], told["code"], told["column"]) == ("rejected", "date_invalid", "ApkDatum")
    assert "31-02-2027" not in json.dumps(answer)
    assert [each["code"] for each in pushing.garage.ask("rejected")] == ["date_invalid"]

    other = json.loads((SAMPLE / "push.json").read_text("utf-8"))["Voertuigen"][0] | {"Kenteken": "ZZ-009-Z"}
    assert pushing.push(json.dumps(other)).status_code == 202
    assert [each["code"] for each in pushing.garage.ask("rejected")] == ["date_invalid"]
    assert pushing.sample("push.json").status_code == 202
    assert pushing.garage.ask("rejected") == []


def test_a_push_of_which_everything_is_rejected_is_answered_with_its_reasons(pushing):
    pushing.start()
    answers = [pushing.sample("push.xml", **{"ZZ-002-Z": "QQQ"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["records"][0]["code"] == "plate_foreign_needs_country"
    assert len(pushing.garage.ask("rejected", "--all")) == 1


NO_PAYLOAD = (
    ("{", "application/json"),
    ("[1]", "application/json"),
    ("[" * 100_000, "application/json"),
    ('{"a":' * 200 + "1" + "}" * 200, "application/json"),
    ('{"Kenteken": "ZZ-001-Z"}', "application/json"),
    ("<a>", "application/xml"),
    ("<a>" * 100 + "</a>" * 100, "application/xml"),
    ('<!DOCTYPE a [<!ENTITY x "y">]><a><Kenteken>&x;</Kenteken></a>', "application/xml"),
    ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "application/xml"),
)
"""Bodies that are none of the adapter's, with what they say they are."""


def test_what_is_not_the_payload_is_answered_with_422_and_kept_nowhere(pushing):
    pushing.start()
    answers = [pushing.push(body, kind) for body, kind in NO_PAYLOAD]
    assert [each.status_code for each in answers] == [422] * len(NO_PAYLOAD)
    assert all(each.json()["code"] == "layout_unknown" and each.json()["message"] for each in answers)
    assert pushing.garage.ask("held") == [] and pushing.garage.ask("rejected") == []


def test_who_may_not_is_told_so_and_nothing_is_read(pushing):
    pushing.start()
    tokens = (None, "", "wrong", TOKEN[:-1], TOKEN + "x", "\u00e9")
    wrong = [pushing.push("{}", token=token) for token in tokens]
    assert [each.status_code for each in wrong] == [401] * 6
    assert all(each.headers["WWW-Authenticate"].startswith("Bearer") for each in wrong)
    basic = pushing.push("{}", token=None, Authorization=f"Basic {TOKEN}")
    assert basic.status_code == 401


def test_a_replaced_token_counts_at_once(pushing):
    pushing.start()
    (pushing.garage.folder / "garages" / "push.token").write_text("another-token")
    assert pushing.sample("push.json").status_code == 401
    assert pushing.push("{", token="another-token").status_code == 422


def test_form_size_and_method_are_judged(pushing):
    pushing.start()
    assert pushing.push("a;b", "text/csv").status_code == 415
    assert pushing.push("{}", "application/json", **{"Content-Encoding": "gzip"}).status_code == 415
    assert pushing.push("", "application/json").status_code == 422
    assert pushing.push(b" " * (5 * 1024 * 1024 + 1), "application/json").status_code == 413
    answer = pushing.session.get(pushing.url, timeout=60)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert pushing.session.post(pushing.url + "x", timeout=60).status_code == 404


def test_a_push_out_of_proportion_is_held_and_passes_with_leave(pushing, until):
    pushing.garage.configure(brake={"changed": {"percent": 10, "passports": 1}})
    pushing.start()
    cars = json.loads((SAMPLE / "push.json").read_text("utf-8"))["Voertuigen"][:1]
    many = [cars[0] | {"Kenteken": f"ZZ-{number:03}-Z"} for number in range(1, 9)]
    assert pushing.push(json.dumps(many)).json()["accepted"] == 8
    until(lambda: pushing.garage.counts().get("delivered") == 8)
    moved = json.dumps(many).replace("j.vandermeer@", "iedereen@")
    answers = [pushing.push(moved) for _ in range(2)]
    assert [each.status_code for each in answers] == [422, 422]
    assert answers[0].json()["code"] == "held" and "release --file" in answers[0].json()["message"]
    (held,) = pushing.garage.ask("held")
    assert pushing.garage.stand()["sources"][0]["state"] == "held"
    assert pushing.garage.main("release", "--file", held["id"]).status == 0
    assert pushing.push(moved).json()["accepted"] == 8
    assert pushing.garage.ask("held") == []
    again = moved.replace("iedereen@", "niemand@")
    assert pushing.push(again).json()["code"] == "held", "leave was for one push"
    (held,) = pushing.garage.ask("held")
    assert pushing.garage.main("discard", "--file", held["id"]).status == 0
    assert "weggelegd" in pushing.push(again).json()["message"]
    assert pushing.garage.ask("held") == []


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process")
def test_a_ledger_that_cannot_be_written_is_answered_with_503_and_a_time_to_come_again(pushing):
    running = pushing.start()
    assert pushing.sample("push.xml").status_code == 202
    soft, hard = resource.prlimit(running.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(
        running.pid, resource.RLIMIT_FSIZE, (4096, hard)
    )  # as a full disk: no file grows any more
    answer = pushing.sample("push.json")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert pushing.garage.counts()["total"] == 1
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (soft, hard))
    assert pushing.sample("push.json").status_code == 202
    assert pushing.garage.counts()["total"] == 2


def test_a_port_in_use_is_a_clear_status_and_no_crash(pushing, until, car):
    pushing.garage.configure(more_sources=[])
    with socket.socket() as other:
        other.bind(("127.0.0.1", pushing.port))
        other.listen()
        running = pushing._start()
        until(lambda: pushing.garage.stand()["sources"][0]["state"] == "unavailable")
        (source,) = pushing.garage.stand()["sources"]
        assert f"poort {pushing.port}" in source["message"] and "niet te openen" in source["message"]
        assert running.poll() is None


def test_the_door_closes_with_the_service(pushing):
    running = pushing.start()
    running.terminate()
    assert running.wait(timeout=30) == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", pushing.port), 5)


def test_run_once_opens_no_door(pushing):
    assert pushing.garage.installation.process("run", "--once").status == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", pushing.port), 5)


def test_no_plate_name_address_or_token_reaches_the_log(pushing):
    log = pushing.garage.folder / "connector.log"
    pushing.garage.installation.settle_down(logging={"file": str(log), "level": "debug"})
    pushing.start()
    pushing.sample("push.json")
    pushing.sample("push.xml", **{"ZZ-002-Z": "QQQ"})
    pushing.push("{")
    pushing.push("{}", token="canary-token")
    text = log.read_text("utf-8")
    assert "receive.answered" in text
    for canary in ("ZZ-00", "ZZ00", "Meer", "vandermeer", TOKEN, "canary-token", "QQQ"):
        assert canary not in text
