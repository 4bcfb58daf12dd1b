"""S10: at the most talkative level, and when things break, no log, status or error holds a person or a token."""

from __future__ import annotations

import os
import sqlite3

import pytest

TOKEN = "canary-token-4711"
PEOPLE = {
    "Achternaam": "Kanarievogel",
    "E-mail": "kanarie@vogels.example",
    "Kenteken": "ZZ-471-Z",
    "Merk": "Kanariemobiel",
}
CANARIES = (
    TOKEN,
    "Kanarievogel",
    "kanarie",
    "vogels",
    "ZZ471Z",
    "ZZ-471-Z",
    "ZZ-472-Z",
    "ZZ472Z",
    "Kanariemobiel",
)


@pytest.fixture
def planted(garage, sandbox, car):
    sandbox.set_token(TOKEN, garage.id)
    garage.token = TOKEN
    garage.write_token(TOKEN)
    garage.configure(delivery={"send": "always"})
    garage.installation.settle_down(logging={"level": "debug", "file": "./log/connector.log"})
    garage.export(
        {**car(1), **PEOPLE},
        {**car(2), **PEOPLE, "Kenteken": "ZZ-472-Z", "APK datum": "Kanarievogel"},
        {**car(3, email="kanarie@vogels,example")},
        name="Kanarievogel ZZ-471-Z.csv",
    )
    return garage


def logged(garage):
    return "".join(path.read_text("utf-8") for path in (garage.folder / "log").iterdir())


def tell_tales(text):
    return [canary for canary in CANARIES if canary.casefold() in text.casefold()]


TROUBLES = {
    "none": None,
    "500": {"method": "PUT", "status": 500, "detail": f"{TOKEN} Kanarievogel ZZ471Z"},
    "422": {"method": "PUT", "status": 422, "code": "kanarie", "detail": "Kanarievogel"},
    "401": {"status": 401, "code": "unauthorised", "detail": TOKEN},
    "redirect": {"method": "PUT", "location": f"http://127.0.0.1/{TOKEN}/ZZ471Z?naam=Kanarievogel"},
    "portal": {"method": "PUT", "body": f"<html>{TOKEN} Kanarievogel ZZ471Z</html>"},
    "dropped": {"method": "PUT", "drop": "after"},
    "cut": {"method": "PUT", "cut": 30},
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_run_at_debug_level_tells_of_nobody(planted, sandbox, trouble):
    if order := TROUBLES[trouble]:
        sandbox.order_fault(**order)
    said = planted.run("-vv")
    assert tell_tales(said.out + said.err + logged(planted)) == []
    assert "delivery." in said.err and "delivery." in logged(planted)


def test_a_run_as_a_process_tells_of_nobody_either(planted, sandbox):
    sandbox.order_fault(method="PUT", drop="before", times=1)
    said = planted.installation.process("-vv", "run", "--once", env={"PYTHONWARNINGS": "default"})
    assert tell_tales(said.out + said.err + logged(planted)) == []


def test_the_status_tells_of_nobody_but_in_the_name_the_garage_gave_its_file(planted):
    planted.run()
    for form in ([], ["--json"]):
        told = planted.main("status", *form).out.replace("Kanarievogel ZZ-471-Z.csv", "")
        assert tell_tales(told) == []


def test_a_rejection_shows_its_value_masked(planted):
    planted.run()
    (row,) = planted.ask("rejected")
    assert (row["code"], row["value"]) == ("date_invalid", "K***********")


def test_no_list_shows_an_address_in_clear(planted):
    planted.run()
    for command in ("held", "rejected", "skipped", "warned", "trace ZZ471Z"):
        said = planted.main(*command.split(), "--json")
        assert "@vogels" not in said.out + said.err


def test_a_defect_in_a_look_tells_where_it_is_and_of_nobody(planted):
    planted.run()
    with sqlite3.connect(planted.installation.state / "ledger.sqlite3") as ledger:
        ledger.execute("DROP TABLE events")
    said = planted.installation.process("trace", "ZZ-471-Z")
    assert (said.status, said.out) == (1, "")
    assert "connector.ledger." in said.err
    assert tell_tales(said.err) == []


def test_a_defect_in_a_run_tells_where_it_is_and_of_nobody(planted):
    planted.run()
    with sqlite3.connect(planted.installation.state / "ledger.sqlite3") as ledger:
        ledger.execute(
            "UPDATE passports SET content = '{\"email\": \"kanarie@vogels.example\"', next_step = 'put'"
        )
        ledger.execute("UPDATE passports SET delivered_revision = NULL")
    said = planted.installation.process("-vv", "run", "--once")
    assert said.status == 1
    assert "connector." in logged(planted)
    assert tell_tales(said.out + said.err + logged(planted)) == []


@pytest.mark.parametrize("content", [f"{TOKEN}\nX-Evil: 1", f"Bearer {TOKEN}", f"{TOKEN}é", f"{TOKEN}\x00"])
def test_a_token_that_cannot_be_used_is_told_of_without_it(planted, content):
    planted.write_token(content)
    for command in (["run", "--once", "-vv"], ["config", "check"], ["status"]):
        said = planted.main(*command)
        assert TOKEN not in said.out + said.err
    assert TOKEN not in logged(planted)


def test_a_token_written_into_the_garages_file_is_refused_and_not_repeated(planted):
    text = planted.file.read_text("utf-8").replace("token_file: jansen.token", f"token: {TOKEN}")
    planted.file.write_text(text, "utf-8")
    for command in (["config", "check"], ["run", "--once", "-vv"]):
        said = planted.main(*command)
        assert said.status == 4
        assert TOKEN not in said.out + said.err


def test_the_token_is_kept_nowhere_but_in_its_own_file(planted):
    planted.run("-vv")
    holders = [
        os.path.relpath(path, planted.folder)
        for path in planted.folder.rglob("*")
        if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]
    assert holders == ["garages/jansen.token"]
