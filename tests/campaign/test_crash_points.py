"""F01: a real process is killed at every crash point that stands in the code. A point without a case fails."""

from __future__ import annotations

import itertools
import os
import random
import signal
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from gms_csw import Csw
from gms_server import Answered

from connector.crash import VARIABLE
from connector.sandbox.answers import FieldError

from .cases import MOST_UNWRITTEN, three_modes
from .children import KILLED
from .exports import bad, compact, customers, plate, without_address, written
from .points import PROGRAM, crash_points
from .processes import until
from .pushes import free_port, is_open, push, pushed, receives


def around(*names):
    """The two points of each transaction."""
    return [f"ledger.{name}.{side}" for name in names for side in ("before_commit", "after_commit")]


def beside(*names):
    """The two points of each request."""
    return [f"igarage.{name}.{side}" for name in names for side in ("before", "after")]


INTAKE = around(
    "know_garage", "begin_file", "forget_unread", "stage", "settle_file", "judge_file", "accept_slice"
)
DELIVERY = [*around("claim"), *beside("put"), *around("close")]
SCENARIOS = {
    "a first night": [
        *around("migrate", "free_claims"),
        *INTAKE,
        "archive.before",
        "archive.after",
        *around("note_source"),
        *beside("garage"),
        *around("met", "reindex_slice"),
        *DELIVERY,
    ],
    "a night of changes": [],
    "an invitation of its own": [*beside("look", "send")],
    "an older export beside a newer": around("supersede"),
    "a file that changes while it is read": around("forget_file"),
    "a file of an unknown layout": around("note_lacking", "hold_file", "discard"),
    "a file that is out of proportion": around("release_file"),
    "a garage that must pause": around("pause"),
    "a pass that breaks off": around("give_back"),
    "a token that is replaced": around("probe_now"),
    "a refused passport": around("retry"),
    "a passport that is gone": around("release"),
    "a sold car": [*around("release"), *beside("look", "transfer"), *around("close")],
    "the same owner": [*beside("look"), *beside("put"), *around("close"), *beside("put"), *around("close")],
    "a plate that is withdrawn": [*around("release"), *beside("delete"), *around("close")],
    "more invitations than go without asking": around("release_mails"),
    "the feed of addresses": [*beside("changes"), *around("hear_feed")],
    "a feed that begins anew": around("start_feed_over"),
    "a wrong address": around("correct"),
    "a suspect address": around("ignore"),
    "an invitation asked for": around("resend"),
    "a system that hears of a wrong address": around("note_told"),
    "reception's list": around("correct_all"),
    "a garage system that is polled": around(
        "begin_poll", "stage_page", "end_poll", "hold_poll", "reset_source"
    ),
    "a garage system that pushes": around(
        "begin_file", "stage", "settle_file", "judge_file", "accept_slice", "forget_unread"
    ),
    "the terms of batches": around("batch_terms", "end_round"),
    "a batch that goes up": [
        *around("compose_batch"),
        *beside("batches", "batch"),
        *around("batch_taken"),
    ],
    "a batch that is taken back": [*beside("batch_cancel"), *around("batch_cancelled")],
    "a batch that is taken back too late": around("batch_too_late"),
    "a batch that is being run": [*beside("batch_look"), *around("batch_put_off")],
    "the results of a batch": [*beside("batch_items"), *around("batch_results")],
    "results that begin anew": around("batch_start_over"),
    "a batch that is never run": around("batch_given_up"),
    "a batch that is not taken": around("batch_split"),
    "a nightly statement": [*around("statement_begun"), *beside("look"), *around("statement")],
    "a customer list": [
        *around("compose_list"),
        *("list.before_name", "list.after_name"),
        *around("list_written"),
    ],
    "a customer list that is done": around("list_done"),
    "a list that is taken back": around("list_taken_back"),
    "a backup": ["backup.before_replace", "backup.after_replace"],
    "a rescue": around("rescue", "note_read"),
    "an erasure that is ordered": around("erase"),
    "an erasure that is done": [
        *around("claim"),
        *beside("delete"),
        *around("close"),
        "sweep.scrubbed",
        "backup.before_replace",
        "backup.after_replace",
        *around("note_clean"),
    ],
    "an erasure while a request is under way": beside("put"),
    "an erasure that is undone": around("undo_erasure"),
    "an erasure after a restored ledger": around("erase_again"),
    "a lost key": around("renew_erasure_key"),
    "a retention that has passed": around("retire"),
}
"""Which case kills at which points; those of a first night are killed at again in others, later and more often."""


def test_every_crash_point_of_the_code_has_a_case():
    found, reached = crash_points(), set(itertools.chain.from_iterable(SCENARIOS.values()))
    assert sorted(found - reached) == [], "no case kills at these"
    assert sorted(reached - found) == [], "these are no longer passed anywhere"


def test_a_crash_point_is_found_wherever_it_stands(tmp_path):
    (tmp_path / "room.py").write_text(
        "def write(self, point='unnamed'):\n    self.crash(f'ledger.{point}.before_commit')\n"
        "def turn(self, garage, point):\n    self.database.write(point)\n"
        "def one(self):\n    self.database.write('one')\n    self.turn('g', 'two')\n    self.turn('g', point='three')\n"
        "def other(crash):\n    crash('here')\n    open('x').write('no point')\n"
    )
    assert crash_points(tmp_path) == {
        *(f"ledger.{name}.before_commit" for name in ("one", "two", "three")),
        "here",
    }


def test_a_crash_point_without_a_name_in_the_code_is_not_overlooked(tmp_path):
    (tmp_path / "room.py").write_text("def other(crash, name):\n    crash(name + '.before')\n")
    with pytest.raises(AssertionError, match="cannot be read off"):
        crash_points(tmp_path)
    assert PROGRAM.is_dir()


def night(case, garage, numbers, *, name="klanten.csv", **changes):
    """An export with good rows, one with a fault and one of a customer without an address."""
    case.export(garage, [*customers(numbers, **changes), bad(9000), without_address(9001)], name=name)


def test_f01_a_first_night_that_is_killed_at_every_point_ends_as_one_that_is_not(case, children):
    garage = case.garage(source={"archive": str(case.folder / "archief")}, delivery={"workers": 1})
    night(case, garage, range(20))
    for point in SCENARIOS["a first night"]:
        children.dies_at(point)
    children.drain()
    case.count()


def test_f01_a_night_of_changes_is_killed_at_later_turns_too(case, children):
    first, second = (case.garage(name, delivery={"workers": 1}) for name in ("jansen", "pietersen"))
    for garage in (first, second):
        night(case, garage, range(25))
    children.run_once()
    rounds = [case.dice.randrange(2, 5)] if not case.full else range(2, 9)
    for turn in rounds:
        chosen = [each for each in (*INTAKE, *DELIVERY) if "forget_unread" not in each]
        for point in case.dice.sample(chosen, case.size(5, len(chosen))):
            for garage in (first, second):
                night(case, garage, range(25), km=str(case.dice.randrange(10_000, 99_999)))
            _dies_or_ends(case, children, point, turn if point in DELIVERY else 2)
    children.drain()
    case.count()


def _dies_or_ends(case, children, point, turn):
    """A pass that kills itself at this point, if it comes so far."""
    ended = children.start("run", "--once", crash=f"{point}@{turn}").wait()
    case.kept_answers += MOST_UNWRITTEN * (ended.status == KILLED)


@three_modes
def test_f01_an_invitation_that_is_killed_at_every_point_goes_out_once(case, children):
    garage = case.garage(send="never", delivery={"workers": 1})
    night(case, garage, range(12))
    children.run_once()
    garage.configure(delivery={"send": "always"})
    case.books[garage.id].invites = True
    for point in (*SCENARIOS["an invitation of its own"], *around("claim", "close")):
        children.dies_at(point)
        if case.sandbox.mode == "forgets":
            case.sandbox.forget_keys()
    case.faults_over()
    children.drain()
    case.count()


def test_f01_an_older_export_is_left_aside_whenever_the_process_dies(case, children):
    garage = case.garage()
    garage.drop(written(customers(range(5), km="1")), "gisteren.csv", at=1_700_000_000)
    night(case, garage, range(5), name="vandaag.csv")
    for point in SCENARIOS["an older export beside a newer"]:
        children.dies_at(point)
    children.drain()
    case.count()


def test_f01_a_file_that_changes_while_it_is_read_is_forgotten_and_read_again(case, children):
    garage = case.garage()
    rows = [*customers(range(10)), *(without_address(number) for number in range(1000, 4000))]
    case.export(garage, rows, at=1_700_000_000)
    with _ever_another(case, garage, rows):
        for point in SCENARIOS["a file that changes while it is read"]:
            until(
                lambda point=point: children.start("run", "--once", crash=point).wait().status == KILLED,
                point,
            )
    case.export(garage, rows)
    children.drain()
    case.count()


@contextmanager
def _ever_another(case, garage, rows):
    """The export is another file every moment, that looks alike: of one size and time, and of the same rows."""
    path, over = garage.export_folder / "klanten.csv", threading.Event()

    def change():
        for number in itertools.count(1):
            if over.wait(0.05):  # seldom enough to stand still over two looks, too often to be read whole
                return
            first = number % len(rows)
            partial = case.folder / "wordt-geschreven"
            partial.write_bytes(written([*rows[first:], *rows[:first]]))
            os.utime(partial, (1_700_000_000, 1_700_000_000))
            partial.replace(path)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        yield
    finally:
        over.set()
        changing.join()


def test_f01_a_file_of_an_unknown_layout_is_held_and_done_away_with_whenever_the_process_dies(case, children):
    garage = case.garage()
    garage.drop(b"Iets;Anders\r\n1;2\r\n", "vreemd.csv", at=1_700_000_000)
    for point in around("note_lacking", "hold_file"):
        children.dies_at(point)
    children.run_once()
    for point in around("discard"):
        (held,) = garage.ask("held")
        children.dies_at(point, "discard", "--file", str(held["id"]), "--garage", garage.id)
    assert garage.ask("held") == []
    night(case, garage, range(5))
    children.drain()
    case.count()


def test_f01_a_file_that_is_out_of_proportion_is_let_through_whenever_the_process_dies(case, children):
    garage = case.garage()
    night(case, garage, range(20))
    children.run_once()
    night(case, garage, range(4), km="70001")  # the others are not in it, which removes nothing
    children.run_once()
    for point in SCENARIOS["a file that is out of proportion"]:
        (held,) = garage.ask("held")
        assert held["reason"] == "rows_halved"
        children.dies_at(point, "release", "--file", str(held["id"]), "--garage", garage.id)
    children.drain()
    case.count()


def test_f01_a_pause_is_begun_or_not_whenever_the_process_dies(case, children):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(8))
    for point in SCENARIOS["a garage that must pause"]:
        case.sandbox.order_fault(method="GET", path="/garage", status=503, code="unavailable", times=1)
        children.dies_at(point)
    case.sandbox.order_fault(method="PUT", status=503, code="unavailable", times=1)
    children.run_once()
    case.faults_over()
    children.drain()
    case.count()


def test_f01_a_pass_that_breaks_off_gives_back_what_it_has_not_begun(case, children):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(25))
    for point in SCENARIOS["a pass that breaks off"]:
        case.sandbox.order_fault(method="PUT", status=503, code="unavailable", times=1)
        children.dies_at(point)
    case.faults_over()
    children.drain()
    case.count()


def test_f01_a_token_that_is_replaced_counts_whenever_the_process_dies(case, children):
    garage = case.garage(delivery={"workers": 1})
    case.installation.settle_down(
        probe={"first": 3600, "max": 3600}
    )  # none but the new token brings the next one
    night(case, garage, range(8))
    for number, point in enumerate(SCENARIOS["a token that is replaced"]):
        case.sandbox.revoke(f"token-{number}" if number else garage.token)
        before = len(case.sandbox.requests())
        service = children.start("run", crash=point)
        until(lambda before=before: len(case.sandbox.requests()) > before, "the word that it is not admitted")
        until(lambda: garage.stand()["state"] == "paused", "the pause")
        case.sandbox.set_token(f"token-{number + 1}", garage.id)
        garage.write_token(f"token-{number + 1}")
        assert service.wait().status == KILLED
    service = children.start("run")
    case.until_delivered()
    service.stop()
    case.count()


REFUSED = {"status": 422, "code": "invalid", "errors": (FieldError("vehicle.make", "invalid", "nee"),)}


def test_f01_a_refused_passport_is_tried_again_whenever_the_process_dies(case, children):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(5))
    for point in SCENARIOS["a refused passport"]:
        case.sandbox.order_fault(path=f"*{compact(plate(3))}", **REFUSED)
        children.run_once()
        assert [each["reason"] for each in garage.ask("held")] == ["refused"]
        case.faults_over()
        children.dies_at(point, "retry", plate(3), "--garage", garage.id)
    children.drain()
    case.count()


def test_f01_a_passport_that_is_gone_is_made_anew_whenever_the_process_dies(case, children):
    garage = case.garage(send="never", delivery={"workers": 1})
    night(case, garage, range(3))
    children.run_once()
    case.sandbox.order_fault(method="GET", path=f"*{compact(plate(1))}", status=404, code="not_found")
    garage.configure(delivery={"send": "always"})
    case.books[garage.id].invites = True
    children.run_once()
    assert [each["reason"] for each in garage.ask("held")] == ["gone"]
    case.faults_over()
    for point in SCENARIOS["a passport that is gone"]:
        children.dies_at(point, "release", plate(1), "--as", "new", "--garage", garage.id)
    children.drain()
    case.count()


def _passes(case, children, points):
    """Passes that kill themselves at these points, one after the other, on a server that may forget its keys."""
    for point in points:
        children.dies_at(point, "run", "--once")
        if case.sandbox.mode == "forgets":
            case.sandbox.forget_keys()


def _sold(case, car):
    """A garage whose export says that the first of two cars has another owner, and a person who is asked about it."""
    garage = case.garage(delivery={"send": "always", "workers": 1})
    garage.export(car(1), car(2))
    garage.run()
    garage.export(car(1, name="Pietersen", email="nieuw@voorbeeld.example"), car(2))
    garage.run()
    assert [each["reason"] for each in garage.ask("held")] == ["owner_change"]
    return garage


def _mailed(case, garage, plate="ZZ001Z"):
    case.line.counted = True  # here, mail by mail: the books know no owners
    return [to for of, to in garage.mails() if of == plate]


@three_modes
def test_f01_a_sold_car_is_handed_over_once_whenever_the_process_dies(case, children, car):
    garage, points = _sold(case, car), SCENARIOS["a sold car"]
    for point in points[:2]:
        children.dies_at(point, "release", "ZZ001Z", "--as", "transfer")
    _passes(case, children, points[2:])
    for _ in range(2):
        garage.run()
    assert _mailed(case, garage) == ["klant1@voorbeeld.example", "nieuw@voorbeeld.example"]
    assert [each.verb for each in garage.deeds()].count("transfer") == 1
    assert garage.counts() == {"total": 2, "delivered": 2}


@three_modes
def test_f01_the_same_owner_goes_by_his_name_first_whenever_the_process_dies(case, children, car):
    garage = _sold(case, car)
    garage.main("release", "ZZ001Z", "--as", "same-owner")
    _passes(case, children, SCENARIOS["the same owner"])
    for _ in range(2):
        garage.run()
    assert _mailed(case, garage) == ["klant1@voorbeeld.example", "nieuw@voorbeeld.example"]
    assert garage.counts() == {"total": 2, "delivered": 2}


@three_modes
def test_f01_a_plate_that_is_withdrawn_is_gone_whenever_the_process_dies(case, children, car):
    garage, points = (
        case.garage(delivery={"send": "always", "workers": 1}),
        SCENARIOS["a plate that is withdrawn"],
    )
    keyed = {"columns": {"record_key": "Nr", "country": None, "opt_out": None}}
    garage.configure(**keyed)
    header = ("Nr", "Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand")
    garage.export(car(1) | {"Nr": "1"}, car(2) | {"Nr": "2"}, header=header)
    garage.run()
    moved = car(9, name="Klant 1", email="klant1@voorbeeld.example") | {"Nr": "1"}
    garage.export(moved, car(2) | {"Nr": "2"}, header=header)
    garage.run()
    for point in points[:2]:
        children.dies_at(point, "release", "ZZ001Z", "--as", "withdraw")
    _passes(case, children, points[2:])
    garage.run()
    assert {each.plate for each in case.sandbox.passports(garage.id)} == {"ZZ002Z", "ZZ009Z"}
    assert _mailed(case, garage, "ZZ009Z") == [] and len(garage.mails()) == 2
    assert garage.counts() == {"total": 3, "delivered": 2, "withdrawn": 1}


def test_f01_invitations_that_a_person_lets_go_go_once_whenever_the_process_dies(case, children):
    garage = case.garage(delivery={"workers": 1}, brake={"mails": 2})
    night(case, garage, range(5))
    children.run_once()
    assert garage.mails() == []
    for point in SCENARIOS["more invitations than go without asking"]:
        children.dies_at(point, "release", "--all", "--garage", garage.id)
    children.drain()
    case.count()


def test_f01_the_feed_and_what_people_decide_of_addresses_is_done_or_not_whenever_the_process_dies(
    case, children, car, tmp_path
):
    garage, sandbox = case.garage(delivery={"send": "always"}), case.sandbox
    garage.configure(addresses={"suspect": {"typo": "withhold"}})
    old, good = "oud@voorbeeld.example", "goed@voorbeeld.example"
    garage.export(car(1, email=old), car(2), car(3, email="jan@gmail.con"), car(4, email=old))
    garage.run()
    sandbox.bounce(old, "hard_bounce")
    for point in SCENARIOS["the feed of addresses"]:
        children.dies_at(point, "run", "--once")
    for point in SCENARIOS["a feed that begins anew"]:
        sandbox.order_fault(path="/emails/changes*", status=400, code="malformed", times=1)
        children.dies_at(point, "run", "--once")
        sandbox.clear_faults()
    for point in SCENARIOS["a wrong address"]:
        children.dies_at(point, "emails", "correct", old, good, "--plate", "ZZ001Z")
    listed = tmp_path / "lijst.csv"
    listed.write_text(f"kenteken;onjuist adres;nieuw adres\nZZ004Z;{old};{good}\n", "utf-8")
    for point in SCENARIOS["reception's list"]:
        children.dies_at(point, "emails", "import", listed)
    for point in SCENARIOS["a suspect address"]:
        children.dies_at(point, "emails", "ignore", "jan@gmail.con")
    for point in SCENARIOS["an invitation asked for"]:
        children.dies_at(point, "resend", "ZZ002Z")
    garage.run()
    garage.run()
    mails = {plate: [to for of, to in garage.mails() if of == plate] for plate, _ in garage.mails()}
    assert mails == {
        "ZZ001Z": [old, good],
        "ZZ002Z": ["klant2@voorbeeld.example"] * 2,
        "ZZ003Z": ["jan@gmail.con"],
        "ZZ004Z": [old, good],
    }
    case.line.counted = True  # here, mail by mail: the books know no corrections


def test_f01_a_plate_that_no_export_names_any_more_is_missing_whenever_the_process_dies(case, children):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(10))
    children.run_once()
    for number, point in enumerate(around("accept_slice")):
        night(case, garage, range(8 + number), km=f"7100{number}")
        children.dies_at(point)
    assert garage.stand()["missing"] == 2, "the file that was being accepted is gone on with first"
    children.drain()
    assert garage.stand()["missing"] == 1
    night(case, garage, range(10), km="71009")
    children.drain()
    assert garage.stand()["missing"] == 0
    case.count()


def test_f01_a_system_hears_of_a_wrong_address_and_that_is_noted_or_not_whenever_the_process_dies(
    case, car, monkeypatch
):
    plugin = Path(__file__).parents[1] / "acceptance" / "gms"
    monkeypatch.setenv("PYTHONPATH", str(plugin))
    monkeypatch.syspath_prepend(plugin)
    nobody = {"url": "http://127.0.0.1:9/", "silent": str(case.folder / "silent")}
    garage = case.garage(source={"adapter": "listening", "settings": nobody})
    garage.export(car(1, email="klant1.voorbeeld.example"), car(2))
    for point in SCENARIOS["a system that hears of a wrong address"]:
        died = case.installation.process("run", "--once", env={VARIABLE: point})
        assert died.status == KILLED, f"{point} was never passed"
    garage.run()
    assert garage.mails() == [("ZZ002Z", "klant2@voorbeeld.example")]
    assert garage.counts() == {"total": 2, "delivered": 1, "held": 1}
    case.line.counted = True  # here, mail by mail


@pytest.fixture
def csw():
    server = Csw()
    yield server
    server.stop()


def test_f01_a_garage_system_that_is_polled_is_read_once_whenever_the_process_dies(case, children, csw):
    garage = case.garage(delivery={"workers": 1}, more_sources=[_polls(case, csw)])
    for number in range(1, 8):
        csw.add(number, f"2026-01-01T10:00:{number:02}")
    for point in around("begin_poll", "stage_page", "settle_file", "judge_file", "accept_slice"):
        children.dies_at(point)
    children.run_once()
    for point in around("end_poll"):
        children.dies_at(point)
    for point in around("hold_poll"):
        csw.faults = [Answered({"rows": []})]
        children.dies_at(point)
    for turn, point in enumerate(around("stage_page", "accept_slice"), start=2):
        csw.add(turn, f"2026-01-0{turn}T10:00:00", brand="Saab")
        children.dies_at(point, turn=1 + turn % 2 if "stage" in point else 1)
    for point in around("reset_source"):
        children.dies_at(point, "source", "reset", "klanten-api", "--garage", garage.id)
    for _ in range(3):
        children.run_once()
    results = {}
    for each in garage.deeds():
        results.setdefault(each.plate, []).append(each.result)
    changed = {f"ZZ00{number}Z": ["created", "updated"] for number in range(2, 6)}
    assert results == {f"ZZ00{number}Z": ["created"] for number in (1, 6, 7)} | changed
    assert sorted(plate for plate, _ in garage.mails()) == sorted(results), "each was invited once"
    before = garage.asked()
    children.run_once()
    assert garage.asked() == before
    case.line.counted = True  # here, plate by plate: the books know exports alone


def _polls(case, csw):
    """A source that polls the stand-in, two records a page."""
    secret = case.folder / "gms.secret"
    secret.write_text(csw.key, "utf-8")
    auth = {"type": "header", "name": "Authorization", "value": "apikey {token}", "token_file": str(secret)}
    settings = {
        "path": "/vehicles",
        "params": {"$order": "modified"},
        "records": "value[]",
        "key": "id",
        "changed": {
            "param": "$where", "format": "modified ge '{since:%Y-%m-%dT%H:%M:%S}'", "field": "modified",
        },
        "paging": {"type": "offset", "param": "$offset", "size_param": "$limit", "size": 2},
        "lookups": {"customer": {"path": "/customers/{customerId}", "cache": "1d"}},
        "columns": {
            "plate": "license", "make": "brand", "email": "customer.email", "last_name": "customer.lastName",
        },
    }  # fmt: skip
    http = {"url": f"{csw.url}/api/v2", "allow_http": True, "auth": auth, "requests_per_minute": 60_000}
    source = {"name": "klanten-api", "adapter": "generic_rest", "poll": 1, "since": "2025-01-01"}
    return {**source, "http": http, "settings": settings}


def test_f01_what_is_pushed_is_there_once_whenever_the_process_dies(case, children):
    door = f"127.0.0.1:{free_port()}"
    garage = case.garage(delivery={"workers": 1}, source=receives(case, door))
    answered = 0
    for number, point in enumerate(SCENARIOS["a garage system that pushes"], start=1):
        body = [pushed(each, km=number) for each in range(1, number + 1)]
        service = children.start("run", crash=point)
        answered += push(door, body, service) == 202
        until(lambda service=service: not service.runs or is_open(door), point)
        if service.runs:  # it passes this point only where there is something to be forgotten
            service.stop()
    assert answered <= 2, "who is killed before the ledger has it answers nothing"
    service = children.start("run")
    until(lambda: is_open(door), "the door")
    last = [pushed(each, km=99) for each in range(1, number + 1)]
    assert [push(door, last, service) for _ in range(3)] == [202] * 3
    until(lambda: garage.counts().get("delivered") == number, "everything delivered")
    service.stop()
    bodies = {deed.plate: deed.body["vehicle"]["mileage"] for deed in garage.deeds()}
    assert bodies == {f"ZZ00{each}Z": 99 for each in range(1, 10)} | {
        f"ZZ0{each}Z": 99 for each in range(10, number + 1)
    }
    assert sorted(plate for plate, _ in garage.mails()) == sorted(bodies), "each was invited once"
    assert garage.ask("held") == []
    case.line.counted = True  # here, plate by plate: the books know exports alone


def test_f01_a_nightly_statement_is_made_once_and_whole_whenever_the_process_dies(case, children):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(4))
    points = SCENARIOS["a nightly statement"]
    for point in points[:2]:
        children.dies_at(point)
    children.run_once()
    case.set_clock(86_400)
    case.sandbox.order_fault(method="GET", path=f"*{compact(plate(1))}", status=404, code="not_found")
    for number, point in enumerate(points[2:], start=1):
        assert garage.stand()["statement"] is None and garage.ask("held") == []
        children.dies_at(point, turn=number if "look" in point else 1)
    case.faults_over()
    assert garage.stand()["statement"]["differences"] == 1
    assert [each["reason"] for each in garage.ask("held")] == ["gone"]
    looks = [path for method, path in garage.asked() if method == "GET"]
    children.run_once()
    assert [path for method, path in garage.asked() if method == "GET"] == looks, "once a night"
    assert garage.main("release", plate(1), "--as", "new").status == 0
    children.drain()
    case.count()


def test_f01_a_backup_is_the_old_one_or_the_new_one_whenever_the_process_dies(case, children):
    garage = case.garage()
    night(case, garage, range(5))
    children.run_once()
    for point in SCENARIOS["a backup"]:
        ended = children.start("run", crash=point).wait()
        assert ended.status == KILLED, ended
        assert (case.installation.state / "ledger.backup.sqlite3").exists() == (
            point == "backup.after_replace"
        )
    children.drain()
    case.count()


def test_f01_a_rescue_is_gone_on_with_whenever_the_process_dies(case, children):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(6))
    children.run_once()
    assert children.start("run", crash="backup.after_replace").wait().status == KILLED
    night(case, garage, range(8), km="71000")
    children.run_once()
    assert children.start("run", "--once", crash="ledger.free_claims.after_commit").wait().status == KILLED
    _spoil(case)
    for point in SCENARIOS["a rescue"]:
        children.dies_at(point)
    assert len(list(case.installation.state.glob("ledger.sqlite3.damaged-*"))) >= 1
    children.drain()
    case.count()


def _spoil(case):
    """Overwrite the middle of the ledger, page by page."""
    path = case.installation.state / "ledger.sqlite3"
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 2048] = random.Random(case.seed).randbytes(2048)
    path.write_bytes(content)


def test_f01_a_service_that_dies_wherever_the_dice_say_ends_as_one_that_does_not(case, children):
    """Points, turns and what the exports say come from the dice; the process is the service itself."""
    garage = case.garage(delivery={"workers": 2})
    chosen = [each for each in (*INTAKE, *DELIVERY) if "forget_unread" not in each]
    for _ in range(case.size(3, 60)):
        night(case, garage, range(25), km=str(case.dice.randrange(10_000, 99_999)))
        point = case.dice.choice(chosen)
        service = children.start("run", crash=f"{point}@{case.dice.randrange(1, 4)}")
        until(lambda service=service: not service.runs or case.done(), "the end of this night", pause=0.1)
        if service.runs:
            service.signal(signal.SIGKILL)
        assert service.wait().status == KILLED
        case.kept_answers += MOST_UNWRITTEN
    children.drain()
    case.count()
