"""S20: an erasure leaves nothing of the person: 0 bytes in database, journal, backup, what was set aside, and logs."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

PERSON = {
    "Kenteken": "ZZ-471-Z",
    "Achternaam": "Kanarivögel",
    "E-mail": "Kanarie.Prive@vögels.example",
    "Merk": "Volvo",
    "Chassisnummer": "YV1KANARIE4711000",
    "Mobiel": "0699471147",
    "Straat": "Kanarielaan é",
    "Klantnr": "KANARIE-4711",
}
WORDS = (
    "ZZ471Z",
    "ZZ-471-Z",
    "Kanarivögel",
    "Kanarie.Prive@vögels.example",
    "vögels.example",
    "YV1KANARIE4711000",
    "0699471147",
    "Kanarielaan é",
    "KANARIE-4711",
)
HEADER = (
    *("Kenteken", "Achternaam", "E-mail", "Merk", "APK datum", "Km stand", "Land", "Afmelding"),
    *("Chassisnummer", "Mobiel", "Straat", "Klantnr"),
)
COLUMNS = {
    "vin": {"column": "Chassisnummer", "optional": True},
    "mobile": {"column": "Mobiel", "optional": True},
    "street": {"column": "Straat", "optional": True},
    "customer_reference": {"column": "Klantnr", "optional": True},
}


def canaries() -> set[bytes]:
    """What is looked for, in each form a text has anywhere in the ledger, and some that it should not have."""
    found: set[bytes] = set()
    for word in WORDS:
        for form in (word, word.casefold(), word.upper(), json.dumps(word)[1:-1], word.encode().hex()):
            for encoding in ("utf-8", "cp1252", "utf-16-le", "utf-16-be"):
                found.add(form.encode(encoding))
    return found


def tell_tales(installation) -> dict[str, set[bytes]]:
    """File → what of the person stands in it, of all that the program writes."""
    wanted, found = canaries(), {}
    for folder in (installation.state, installation.folder / "log"):
        for path in sorted(folder.rglob("*")) if folder.exists() else []:
            content = path.read_bytes().strip(b"\0")  # the room that is kept is 16 MB of nothing
            if there := {each for each in wanted if each in content}:
                found[path.name] = there
    return found


def exported(garage, car, *, km="60500", **person):
    """An export with the person among others, enough of them for pages to be split."""
    cars = [car(number, km=km, name=f"Klant {number} " + "x" * (number % 37)) for number in range(1, 40)]
    garage.export(*cars[:20], {**car(471, km=km), **PERSON, **person}, *cars[20:], header=HEADER)


@pytest.fixture
def at_work(garage, car):
    """A garage with many customers and nights behind it, one of them the person; with a backup and a log."""
    garage.installation.settle_down(logging={"level": "debug", "file": "./log/connector.log"})
    garage.configure(columns=COLUMNS, delivery={"send": "always"}, source={"scan_every": 0.2})
    exported(garage, car, km="60000")
    garage.run()
    exported(garage, car, km="60001", **{"APK datum": "31-02-2027"})
    garage.run()
    assert [each["code"] for each in garage.ask("rejected")] == ["date_invalid"]
    return garage


@pytest.fixture
def service(at_work, until):
    """The service, running; it has made its backup."""
    program = at_work.installation.start("run", "-vv")
    until((at_work.installation.state / "ledger.backup.sqlite3").exists)
    yield program
    if program.poll() is None:
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=60)


def states(garage):
    return [each["state"] for each in garage.ask("erase", "--list")]


def test_the_search_would_find_the_person_before(at_work, service):
    found = tell_tales(at_work.installation)
    assert {"ledger.sqlite3", "ledger.backup.sqlite3"} <= set(found)
    forms = {each for there in found.values() for each in there}
    for word in WORDS:
        assert word == PERSON["Kenteken"] or {word.encode(), word.casefold().encode()} & forms, word


@pytest.mark.parametrize(
    "who", [("--plate", PERSON["Kenteken"]), ("--email", PERSON["E-mail"].upper())], ids=["plate", "email"]
)
def test_beside_a_running_service_nothing_is_left(at_work, service, until, who):
    said = at_work.installation.process("erase", *who, "--yes")
    assert said.status == 0, said.err
    until(lambda: states(at_work) == ["done"])
    assert ("delete", "ZZ471Z", "deleted") in at_work.effects()
    assert tell_tales(at_work.installation) == {}
    service.send_signal(signal.SIGTERM)
    out, err = service.communicate(timeout=60)
    assert service.returncode == 0
    assert tell_tales(at_work.installation) == {}
    assert not [each for each in canaries() if each in (out + err + said.out + said.err).encode()]


def test_and_nothing_comes_back_with_the_next_exports(at_work, car):
    assert at_work.main("erase", "--plate", PERSON["Kenteken"], "--yes").status == 0
    at_work.run()
    before = len(at_work.mails())
    for night in range(2):
        exported(at_work, car, km=str(70_000 + night))
        assert at_work.run().status == 0
        assert [each["reason"] for each in at_work.ask("skipped")] == ["erased"]
    at_work.run()  # the journal of the last night
    assert (states(at_work), len(at_work.mails())) == (["done"], before)
    assert tell_tales(at_work.installation) == {}


def test_without_a_service_what_is_left_goes_when_one_runs(at_work):
    said = at_work.main("erase", "--plate", PERSON["Kenteken"], "--yes")
    assert said.status == 0 and "De dienst draait niet" in said.out
    assert states(at_work) == ["withdrawing"]
    at_work.run()
    assert states(at_work) == ["done"]
    assert tell_tales(at_work.installation) == {}


def test_a_ledger_that_was_set_aside_goes_too(at_work, until):
    state: Path = at_work.installation.state
    (state / "ledger.sqlite3").rename(state / "away")
    program = at_work.installation.start("run")
    until((state / "ledger.backup.sqlite3").exists)
    program.send_signal(signal.SIGTERM)
    program.communicate(timeout=60)
    (state / "away").rename(state / "ledger.sqlite3.damaged-20270101T000000Z")
    assert "ledger.sqlite3.damaged-20270101T000000Z" in tell_tales(at_work.installation)
    at_work.run()
    at_work.main("erase", "--plate", PERSON["Kenteken"], "--yes")
    at_work.run()
    assert tell_tales(at_work.installation) == {}


def test_a_ledger_restored_from_before_the_erasure_forgets_once_more(at_work, service, until):
    state: Path = at_work.installation.state
    before = (state / "ledger.backup.sqlite3").read_bytes()
    at_work.main("erase", "--plate", PERSON["Kenteken"], "--yes")
    until(lambda: states(at_work) == ["done"])
    service.send_signal(signal.SIGKILL)
    service.communicate(timeout=60)
    for name in ("ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"):
        (state / name).unlink(missing_ok=True)
    (state / "ledger.sqlite3").write_bytes(before)
    assert tell_tales(at_work.installation)
    for _ in range(3):
        at_work.run()
    assert states(at_work)[-1] == "done"
    assert tell_tales(at_work.installation) == {}
