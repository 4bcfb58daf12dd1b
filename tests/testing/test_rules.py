"""A plugin that is bad in one way fails exactly the rule against it, and a good one fails none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connector import adapters
from connector.testing import Report, examine

GOOD = '''
"""A garage system that writes one JSON object per line."""

import json
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from connector import hookimpl
from connector.errors import SourceFormatError
from connector.model import ExportFile, Skipped, SourceRecord


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    address: str = "mail"
    """The name of the customer's address."""


@hookimpl
def connector_settings() -> type[Settings]:
    return Settings


@hookimpl
def connector_read_file(file: ExportFile) -> Iterator[SourceRecord]:
    with file.open() as stream:
        for number, line in enumerate(stream, 1):
            try:
                values = json.loads(line)
                filled = {name: str(value) for name, value in values.items()}
            except (ValueError, AttributeError, RecursionError):
                raise SourceFormatError("Deze regel is geen JSON-object.", line=number) from None
            yield SourceRecord(filled, number)


@hookimpl
def connector_map_record(record: SourceRecord, settings: Settings) -> Mapping[str, str] | Skipped:
    values = record.values
    return {
        "plate": values.get("plate", ""),
        "email": values.get(settings.address, ""),
        "last_name": values.get("name", ""),
        "record_key": values.get("id", ""),
    }
'''
SAMPLE = "".join(
    f'{{"id": "{n}", "plate": "ZZ-00{n}-Z", "name": "Klaassen{n}", "mail": "klant{n}@voorbeeld.example"}}\n'
    for n in range(1, 7)
)
GARAGE = """
sources:
  - name: klanten
    adapter: on_trial
    watch: ./export
    pattern: ['*.jsonl']
    settings: {address: mail}
"""


class Bench:
    """Writes a plugin of one module with its sample, and examines it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "on_trial_plugin"
        self._monkeypatch = monkeypatch

    def __call__(self, source: str = GOOD, sample: str = SAMPLE, garage: str = GARAGE) -> Report:
        (self.folder / "sample").mkdir(parents=True)
        (self.folder / "__init__.py").write_text(source, "utf-8")
        (self.folder / "sample" / "garage-voorbeeld.yaml").write_text(garage, "utf-8")
        (self.folder / "sample" / "klanten.jsonl").write_text(sample, "utf-8")
        return self.examine()

    def examine(self) -> Report:
        self._monkeypatch.syspath_prepend(self.folder.parent)
        for name in [each for each in sys.modules if each.split(".")[0] == self.folder.name]:
            self._monkeypatch.delitem(sys.modules, name)
        point = EntryPoint("on_trial", self.folder.name, adapters.GROUP)
        return examine("on_trial", entry_points=[point])


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    return Bench(tmp_path, monkeypatch)


BAD = {
    "hooks": ("def connector_map_record(", "def connector_map_recrod("),
    "settings": ('extra="forbid", ', ""),
    "settings_docs": ('    """The name of the customer\'s address."""\n', ""),
    "same_output": (
        '"last_name": values.get("name", ""),',
        '"last_name": values.get("name", "") + "!" * len(SEEN.append(1) or SEEN),',
    ),
    "record_keys": ('"record_key": values.get("id", "")', '"record_key": values.get(settings.address, "")'),
    "no_io": ("    values = record.values\n", "    values = record.values\n    open(__file__).close()\n"),
    "foreign_exceptions": (
        "except (ValueError, AttributeError, RecursionError)",
        "except (ZeroDivisionError)",
    ),
    "personal_data": ('"Deze regel is geen JSON-object."', 'f"Geen JSON: {line!r}"'),
    "bounded_memory": ("enumerate(stream, 1)", "list(enumerate(stream.readlines(), 1))"),
}


def failed(report) -> list[str]:
    return [outcome.rule.name for outcome in report.outcomes if outcome.state == "broken"]


def test_a_good_plugin_keeps_every_rule(bench) -> None:
    report = bench()
    assert report.findings == ()
    idle = [outcome.rule.name for outcome in report.outcomes if outcome.state == "not_applicable"]
    assert idle == ["cursor_replay", "equal_timestamps", "empty_page", "broken_page", "address_invalid"]


@pytest.mark.parametrize("rule", BAD)
def test_a_plugin_that_is_bad_in_one_way_fails_exactly_that_rule(bench, rule: str) -> None:
    was, becomes = BAD[rule]
    assert GOOD.count(was) == 1
    report = bench(GOOD.replace(was, becomes) + "\n\nSEEN: list[int] = []\n")
    assert failed(report) == [rule], report.findings


NESTED = '''
class Place(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: str = ""
    """Where it is."""


class Settings(BaseModel):'''
LISTED = '''    places: list[Place] | None = None
    """Where the garage is."""
    address: str'''


@pytest.mark.parametrize(
    ("rule", "was", "becomes"),
    [
        (
            "settings",
            'extra="forbid", use_attribute_docstrings=True)\n\n    name',
            "use_attribute_docstrings=True)\n\n    name",
        ),
        ("settings_docs", '    """Where it is."""\n', ""),
        (None, "nothing", "nothing"),
    ],
)
def test_settings_within_settings_are_judged_too(bench, rule, was, becomes) -> None:
    source = GOOD.replace("class Settings(BaseModel):", NESTED).replace("    address: str", LISTED)
    report = bench(source.replace(was, becomes))
    assert failed(report) == [rule] * bool(rule), report.findings


def test_a_plugin_without_samples_is_told_so_and_is_judged_by_what_is_left(bench) -> None:
    report = bench(garage="sources: []")
    assert failed(report) == ["sample"]
    assert "sample/" in report.findings[0].message


def test_a_sample_of_which_nothing_becomes_a_passport_is_no_sample(bench) -> None:
    report = bench(sample='{"id": "1", "plate": "", "name": "Klaassen", "mail": ""}\n')
    assert failed(report) == ["sample"]


def test_settings_of_the_sample_that_the_plugin_refuses_are_told_with_their_key(bench) -> None:
    report = bench(garage=GARAGE.replace("address:", "adress:"))
    assert failed(report) == ["settings"]
    assert "adress" in report.findings[0].message


def test_a_plugin_that_cannot_be_imported_fails_the_first_rule_alone(bench) -> None:
    report = bench("import there_is_no_such_module\n")
    assert failed(report) == ["hooks"]
    assert "there_is_no_such_module" in report.findings[0].message


def test_a_finding_holds_nothing_of_the_sample_either(bench) -> None:
    was, becomes = BAD["personal_data"]
    report = bench(GOOD.replace(was, becomes))
    told = " ".join(finding.message for finding in report.findings)
    assert "last_name" in told and "Klaassen" not in told and "voorbeeld.example" not in told
