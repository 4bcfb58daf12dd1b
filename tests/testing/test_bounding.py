"""The rule of memory, by the ways in which records come: a plugin that collects, or keeps, fails exactly that rule."""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connector import adapters
from connector.testing import examine

SAMPLES = Path(__file__).parents[2] / "plugins" / "generic_csv" / "sample"
NAMES = "names = {'plate': 'Kenteken', 'email': 'E-mailadres', 'last_name': 'Naam', 'record_key': 'Kenteken'}"
HEAD = f"""
from connector import hookimpl, kit
from connector.model import Column, Page, SourceRecord, Table

SEEN = []


@hookimpl
def connector_columns():
    {NAMES}
    return {{field: Column((name,)) for field, name in names.items()}}

"""
SHEET = f"""{HEAD}
@hookimpl
def connector_read_file(file):
    {NAMES}
    table = kit.read_xlsx(file, names=names.values())
    return Table(table.layout, table.records)
"""
PUSH = f"""{HEAD}
@hookimpl
def connector_receive(request):
    if request.media_type == "application/xml":
        return kit.read_xml(request.file, holding=["Kenteken"])
    return kit.read_json(request.file, holding=["Kenteken"])
"""
CAR = '{"Kenteken": "ZZ-00%d-Z", "E-mailadres": "klant%d@voorbeeld.example", "Naam": "Klaassen%d"}'
CARS = [CAR.replace("%d", str(number)) for number in range(1, 4)]
XML = "".join(
    f"<Auto><Kenteken>ZZ-00{number}-Z</Kenteken><E-mailadres>klant{number}@voorbeeld.example</E-mailadres>"
    f"<Naam>Klaassen{number}</Naam></Auto>"
    for number in range(1, 4)
)
ONE_BY_ONE = "def connector_receive(request):\n"
KEEPS = f"{ONE_BY_ONE}    SEEN.append([bytearray(request.body) for _ in range(2)])\n"
COLLECTS = f"{ONE_BY_ONE}    copies = [bytearray(request.body) for _ in range(40)]\n    copies.clear()\n"


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Writes a plugin with the samples that lie in its folder, and examines it by the one rule."""

    def bench(source: str, how: str, **samples: str | bytes):
        folder = tmp_path / "on_trial_plugin"
        (folder / "sample").mkdir(parents=True)
        (folder / "__init__.py").write_text(source, "utf-8")
        garage = f"sources:\n  - name: klanten\n    adapter: on_trial\n    {how}\n"
        (folder / "sample" / "garage-voorbeeld.yaml").write_text(garage, "utf-8")
        for name, content in samples.items():
            raw = content.encode() if isinstance(content, str) else content
            (folder / "sample" / name.replace("_", ".")).write_bytes(raw)
        monkeypatch.syspath_prepend(tmp_path)
        for name in [each for each in sys.modules if each.split(".")[0] == folder.name]:
            monkeypatch.delitem(sys.modules, name)
        report = examine("on_trial", entry_points=[EntryPoint("on_trial", folder.name, adapters.GROUP)])
        states = {outcome.rule.name: outcome.state for outcome in report.outcomes}
        return states, [finding.message for finding in report.findings]

    yield bench
    shutil.rmtree(tmp_path / "on_trial_plugin")


def broken(states):
    return [name for name, state in states.items() if state == "broken"]


WORKBOOK = (SAMPLES / "klanten.xlsx").read_bytes()
EXCEL = "watch: ./export\n    pattern: ['*.xlsx']"


def test_a_workbook_is_read_row_by_row(bench) -> None:
    states, told = bench(SHEET, EXCEL, klanten_xlsx=WORKBOOK)
    assert (broken(states), states["bounded_memory"]) == ([], "kept"), told


def test_who_collects_the_rows_of_a_workbook_fails_that_rule_alone(bench) -> None:
    states, told = bench(
        SHEET.replace("table.records)", "list(table.records))"), EXCEL, klanten_xlsx=WORKBOOK
    )
    assert broken(states) == ["bounded_memory"], told


BODIES = {
    "a list": {"push_json": f"[{', '.join(CARS)}]"},
    "an object that holds one": {"push_json": f'{{"van": "GMS", "autos": [{", ".join(CARS)}]}}'},
    "one record": {"push_json": CARS[0]},
    "XML": {"push_xml": f"<?xml version='1.0'?><Autos>{XML}</Autos>"},
    "XML of one record": {"push_xml": XML.partition("</Auto>")[0] + "</Auto>"},
}


@pytest.mark.parametrize("form", BODIES)
def test_a_push_as_large_as_the_door_lets_in_takes_some_times_its_size(bench, form) -> None:
    states, told = bench(PUSH, "receive: {path: /gms}", **BODIES[form])
    assert (broken(states), states["bounded_memory"]) == ([], "kept"), told


@pytest.mark.parametrize("bad", [KEEPS, COLLECTS])
@pytest.mark.parametrize("form", ["a list", "XML"])
def test_who_keeps_a_push_or_copies_it_again_and_again_fails_that_rule_alone(bench, form, bad) -> None:
    states, told = bench(PUSH.replace(ONE_BY_ONE, bad), "receive: {path: /gms}", **BODIES[form])
    assert broken(states) == ["bounded_memory"], told
