"""S09: nothing that stands in a file, in its name or in an answer steers a log, a terminal or a table."""

from __future__ import annotations

import json
import unicodedata

import pytest

ESCAPE = "\x1b[2J\x1b[31mFOUT\x07"
FORGED = '{"event": "forged", "level": "critical"}'
NAME = f"klanten\n{FORGED}\r{ESCAPE}\u202egpj.csv"


def steers(text, *, json_too=False):
    """The characters of a text that a terminal or a reader of logs would obey, but for the ends of lines.

    JSON is data, and holds the invisible signs that stand in a customer's name; controls it escapes.
    """
    obeyed = ("Cc", "Cs") if json_too else ("Cc", "Cf", "Zl", "Zp", "Cs")
    return {sign for sign in text if sign != "\n" and unicodedata.category(sign) in obeyed}


@pytest.fixture
def planted(garage, car):
    garage.installation.settle_down(logging={"level": "debug", "file": "./log/connector.log"})
    nasty = f"{FORGED}{ESCAPE}\u2028\u202e"
    garage.export(
        car(1, name=nasty, make=nasty),
        car(2, plate=f"ZZ{ESCAPE}", country="NL"),
        car(3, email=f"klant{ESCAPE}@voorbeeld.example"),
        car(4, apk=nasty),
        car(5, country=nasty),
        car(6, km=f"1{ESCAPE}"),
        name=NAME,
        encoding="utf-8",
    )
    return garage


def log_lines(garage):
    return (garage.folder / "log" / "connector.log").read_text("utf-8").splitlines()


def test_no_line_of_the_log_is_forged_by_a_file_or_its_name(planted, sandbox):
    sandbox.order_fault(method="PUT", status=500, detail=f"{ESCAPE}\n{FORGED}", times=1)
    said = planted.run("-vv")
    assert said.status == 3
    lines = log_lines(planted)
    assert len(lines) > 3
    assert {json.loads(line)["event"].partition(".")[0] for line in lines} <= {
        "intake",
        "delivery",
        "feedback",
        "service",
    }
    assert steers("\n".join(lines)) == set()


@pytest.mark.parametrize(
    "command",
    ["run --once -vv", "status", "rejected", "skipped", "warned", "held", "trace ZZ001Z", "trace ZZ003Z"],
)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["table", "json"])
def test_nothing_that_people_are_shown_steers_their_terminal(planted, command, form):
    planted.run()
    said = planted.main(*command.split(), *form)
    assert steers(said.out + said.err) == set()


def test_a_preview_steers_no_terminal(planted):
    (path,) = planted.export_folder.iterdir()
    for form in ([], ["--json"]):
        said = planted.main("preview", path, *form)
        assert said.status == 0
        assert steers(said.out + said.err, json_too=bool(form)) == set()


def test_a_header_that_holds_escape_codes_is_quoted_without_them(planted, car):
    row = {name.replace("Merk", f"Merk{ESCAPE}"): value for name, value in car(1).items()}
    path = planted.export(row, header=row, name="kop.csv", encoding="utf-8")
    assert planted.run().status == 3
    for command in (["held"], ["status"], ["run", "--once"], ["preview", path]):
        for form in ([], ["--json"]):
            said = planted.main(*command, *form)
            assert steers(said.out + said.err) == set()


def test_a_configuration_with_escape_codes_is_told_of_without_them(garage):
    nasty = json.dumps(f"generic{ESCAPE}\u2028")
    text = garage.file.read_text("utf-8").replace("adapter: generic_csv", f"adapter: {nasty}")
    garage.file.write_text(text.replace("watch:", '"wa\\ech":'), "utf-8")
    said = garage.main("config", "check")
    assert said.status == 4
    assert steers(said.out + said.err) == set()


def test_what_is_typed_at_the_command_line_is_not_thrown_back_at_the_terminal(garage):
    for arguments in (["trace", f"ZZ{ESCAPE}"], ["status", "--garage", f"jan{ESCAPE}"]):
        said = garage.main(*arguments)
        assert said.status in (1, 2)
        assert steers(said.out + said.err) == set()
