"""The example of docs/plugins.md does what the page says."""

from __future__ import annotations

import re
import sys
from importlib.metadata import EntryPoint
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest

from connector import adapters
from connector.errors import SourceFormatError
from connector.model import ExportFile, Skipped

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> adapters.Adapter:
    *_, code = blocks("python")
    module = ModuleType("example_of_the_page")
    exec(compile(code, str(PAGE), "exec"), vars(module))  # noqa: S102  # our own page
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return adapters.load("example", entry_points=[EntryPoint("example", module.__name__, adapters.GROUP)])


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
