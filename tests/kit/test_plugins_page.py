"""The guide of docs/plugins.md does what the page says: its blocks are installed, run and tried here."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from connector import adapters, hookimpl
from connector.errors import SourceFormatError, SourceUnavailable
from connector.model import AddressNotice, ExportFile, Skipped
from connector.testing import RULES, Answered, Asked, Car
from connector.testing.stand_in import served

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"
PROGRAM = Path(sys.executable).with_name("igarage-connector")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> adapters.Adapter:
    *_, code = blocks("python")
    module = ModuleType("example_of_the_page")
    exec(compile(code, "<plugins.md>", "exec"), vars(module))  # noqa: S102  # our own page
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return adapters.load("example", entry_points=[EntryPoint("example", module.__name__, adapters.GROUP)])


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of packages in which the page's example is installed, of the blocks of the page and nothing else."""
    *_, module = blocks("python")
    (points,) = blocks("toml")
    package = tmp_path / "site" / "our_package"
    (package / "sample").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "our_module.py").write_text(module, "utf-8")
    (package / "sample" / "garage-voorbeeld.yaml").write_text(blocks("yaml")[-1], "utf-8")
    (package / "sample" / "klanten.jsonl").write_text(blocks("json")[-1], "utf-8")
    info = tmp_path / "site" / "our_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-package\nVersion: 1.0\n")
    section, *entries = points.replace('[project.entry-points."', "[").replace('"]', "]").splitlines()
    (info / "entry_points.txt").write_text(
        "\n".join([section, *(each.replace('"', "") for each in entries), ""])
    )
    return tmp_path / "site"


def run(*command: str | Path, at: Path, site: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*map(str, command)], cwd=at, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def export(text: str) -> ExportFile:
    return ExportFile("export.jsonl", lambda: BytesIO(text.encode()), len(text))


def test_the_example_reads_and_maps(example: adapters.Adapter) -> None:
    assert example.settings_model is not None
    settings = example.settings_model.model_validate({"recipient": "driver"})
    text = (
        '{"plate": "12-XXX-3", "owner_name": "Bos", "owner_email": "b@example.nl"}\n'
        '{"plate": "12-XXX-4", "owner_is_lease": true}\n'
    )
    records = list(example.read(export(text), settings))
    assert [record.line for record in records] == [1, 2]
    first, second = (example.map_record(record, settings) for record in records)
    assert first == {"plate": "12-XXX-3", "email": "b@example.nl", "last_name": "Bos", "role": "owner"}
    assert second == Skipped("lease_company")


def test_the_example_refuses_what_is_no_json(example: adapters.Adapter) -> None:
    with pytest.raises(SourceFormatError) as caught:
        list(example.read(export('{"plate": "12-XXX-3"}\nplate;12-XXX-3\n')))
    assert caught.value.line == 2


def test_the_example_conforms_once_it_is_installed(installed: Path, tmp_path: Path) -> None:
    done = run(PROGRAM, "plugins", "check", "our_system", at=tmp_path, site=installed)
    assert done.returncode == 0, done.stdout
    assert "our_system voldoet aan alle regels" in done.stdout


def test_the_page_s_own_test_is_one_for_every_rule_and_passes(installed: Path, tmp_path: Path) -> None:
    (test,) = (block for block in blocks("python") if "conformance(" in block)
    (tmp_path / "test_our_system.py").write_text(test, "utf-8")
    options = ("-q", "-p", "no:cacheprovider")
    done = run(sys.executable, "-m", "pytest", *options, "test_our_system.py", at=tmp_path, site=installed)
    assert done.returncode == 0, done.stdout
    assert f"{len(RULES)} passed" in done.stdout or "skipped" in done.stdout


def test_the_stand_in_of_the_page_answers_page_by_page_and_by_time() -> None:
    (code,) = (block for block in blocks("python") if "def answer(" in block)
    names: dict[str, object] = {}
    exec(compile(code, "<plugins.md>", "exec"), names)  # noqa: S102  # our own page
    answer = names["answer"]
    assert callable(answer)
    cars = [Car(number, datetime(2026, 11, number, tzinfo=UTC)) for number in (1, 2, 3)]
    last = answer(Asked("GET", "/cars", {"page": "2"}, {}), cars).body
    assert last == {"cars": [{"id": "1003", "plate": "ZZ-003-Z", "email": cars[2].email}], "more": False}
    asked = Asked("GET", "/cars", {"changed_from": cars[1].changed.isoformat()}, {})
    assert [each["id"] for each in answer(asked, cars).body["cars"]] == ["1002", "1003"]


def test_the_page_s_way_to_tell_of_an_address_tells_each_record_and_lets_a_refusal_go(monkeypatch) -> None:
    (code,) = (block for block in blocks("python") if "def connector_address_invalid(" in block)
    module = ModuleType("teller_of_the_page")
    module.connector_read_file = hookimpl(lambda file: [])  # type: ignore[attr-defined]
    module.connector_columns = hookimpl(lambda: {})  # type: ignore[attr-defined]
    exec(compile(code, "<plugins.md>", "exec"), vars(module))  # noqa: S102  # our own page
    monkeypatch.setitem(sys.modules, module.__name__, module)
    teller = adapters.load("teller", entry_points=[EntryPoint("teller", module.__name__, adapters.GROUP)])
    asked: list[Asked] = []

    def answer(each: Asked, _: object) -> Answered:
        asked.append(each)
        return Answered({}, 404 if each.path.endswith("/9") else 200)

    with served(answer, []) as api:
        teller.tell_address_invalid(notice("1", "2"), api.session)
        with pytest.raises(SourceUnavailable):
            teller.tell_address_invalid(notice("9"), api.session)
    assert [(each.method, each.path) for each in asked] == [
        ("PATCH", f"/vehicles/{record}") for record in ("1", "2", "9")
    ]


def notice(*records: str) -> AddressNotice:
    since = datetime(2026, 11, 25, tzinfo=UTC)
    return AddressNotice("k@voorbeeld.example", "hard_bounce", since, records, ("ZZ001Z",), None, None)


def test_every_block_of_code_on_the_page_is_run_by_a_test() -> None:
    languages = re.findall(r"^```(\w+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(languages) == {"python", "sh", "toml", "yaml", "json"}
    ran = ("conformance(", "def answer(", "def connector_address_invalid(", "def connector_map_record(")
    assert [sum(each in block for each in ran) for block in blocks("python")] == [1] * len(ran)


def test_the_commands_of_the_page_work_as_they_stand_there(tmp_path: Path) -> None:
    for block in blocks("sh"):
        for line in block.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "igarage-connector"
            done = run(PROGRAM, *arguments, at=tmp_path, site=tmp_path)
            assert done.returncode == 0, done.stderr
    assert (tmp_path / "igarage-our-system" / "pyproject.toml").is_file()


def test_the_page_names_every_rule_of_the_kit_and_no_other() -> None:
    (table,) = re.findall(
        r"^\| rule \| what it asks \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE.read_text("utf-8"), re.M
    )
    assert re.findall(r"^\| `(\w+)` \|", table, re.M) == [rule.name for rule in RULES]


@pytest.mark.parametrize("block", blocks("yaml"))
def test_what_the_page_shows_as_yaml_is_yaml(block: str) -> None:
    assert yaml.safe_load(block)
