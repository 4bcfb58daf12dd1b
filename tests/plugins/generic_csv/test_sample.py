"""The sample export is read by the garage's file that stands beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from connector import adapters
from connector.errors import SourceFormatError
from connector.model import Column, ExportFile, Table

FOLDER = Path(__file__).parents[3] / "plugins" / "generic_csv"
SAMPLE = FOLDER / "sample" / "klanten.csv"


def written() -> dict[str, Any]:
    text = (FOLDER / "sample" / "garage-voorbeeld.yaml").read_text(encoding="utf-8")
    garage = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # safe: it makes nothing but strings
    settings: dict[str, Any] = garage["sources"][0]["settings"]
    return settings


@pytest.fixture
def adapter() -> adapters.Adapter:
    return adapters.load("generic_csv")


def read(adapter: adapters.Adapter, **changed: str) -> Table:
    assert adapter.settings_model is not None
    settings = adapter.settings_model.model_validate(written() | changed)
    return adapter.read(ExportFile(SAMPLE.name, lambda: SAMPLE.open("rb"), SAMPLE.stat().st_size), settings)


def test_the_sample_is_read(adapter: adapters.Adapter) -> None:
    table = read(adapter)
    assert (table.layout.encoding, table.layout.delimiter, table.layout.header_line) == ("cp1252", ";", 1)
    records = list(table)
    assert [(record.line, record.fault) for record in records] == [(n, None) for n in (2, 3, 5, 6, 7)]
    assert records[1].values["Achternaam"] == "Çelik"
    assert records[1].values["Opmerking"] == "belt liever\r\ndan dat hij mailt"
    assert records[3].values["Bedrijfsnaam"] == 'Bakkerij "De Korenaar" BV'


def test_every_mapped_column_stands_in_the_sample(adapter: adapters.Adapter) -> None:
    assert adapter.settings_model is not None
    columns = adapter.columns(adapter.settings_model.model_validate(written()))
    assert columns["email"] == Column(("E-mail privé", "E-mail zakelijk"))
    assert columns["country"] == Column(value="NL")
    assert {name for column in columns.values() for name in column.names} <= set(read(adapter).layout.columns)


def test_settings_reach_the_reader(adapter: adapters.Adapter) -> None:
    assert read(adapter, encoding="latin-1").layout.encoding == "iso8859-1"
    with pytest.raises(SourceFormatError, match="ingesteld op TAB"):
        read(adapter, delimiter="tab")


def test_unknown_settings_are_refused(adapter: adapters.Adapter) -> None:
    assert adapter.settings_model is not None
    with pytest.raises(ValidationError, match="encodnig"):
        adapter.settings_model.model_validate(written() | {"encodnig": "auto"})


def test_the_readme_names_every_setting(adapter: adapters.Adapter) -> None:
    assert adapter.settings_model is not None
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in adapter.settings_model.model_fields)
