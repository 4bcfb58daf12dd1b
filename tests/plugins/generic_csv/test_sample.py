"""The sample export is read by the garage's file that stands beside it."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from connector import adapters
from connector.cli import main
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


# ---------------------------------------------------------------- Excel, by the example of config/

SHEET = FOLDER / "sample" / "klanten.xlsx"
CONFIG = FOLDER.parents[1] / "config"


@pytest.fixture
def previewed(tmp_path: Path) -> dict[str, Any]:
    """What `preview` tells of the sample by the example file, both as they stand in the repository."""
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as end:
        main(["--config", str(folder), "preview", str(SHEET), "--garage", "garage-excel", "--json"])
    assert end.value.code in (0, 3)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_the_sheet_is_read_by_the_example_of_config(previewed: dict[str, Any]) -> None:
    assert previewed["file_error"] is None
    assert (previewed["rows"], previewed["new"], previewed["rejected"]) == (6, 4, [])
    assert {each["reason"] for each in previewed["skipped"]} == {"no_email", "totals_line"}
    assert previewed["warnings"] == {"email_several": 2, "phone_zero_restored": 1}


def test_the_sheet_becomes_passports(previewed: dict[str, Any]) -> None:
    made = {each["plate"]: each["after"] for each in previewed["passports"]}
    assert made["ZZ001Z"] == {
        "country": "NL",
        "make": "Opel",
        "model": "Corsa",
        "apk_due": "2026-12-31",
        "mileage": 81234,
        "customer_reference": "1001",
        "initials": "J.",
        "infix": "van der",
        "last_name": "Meer",
        "email": "j.vandermeer@voorbeeld.example",
        "mobile": "0612345678",
    }
    assert (made["ZZ002Z"]["last_name"], made["ZZ002Z"]["email"]) == ("Çelik", "a.celik@voorbeeld.example")
    assert (made["ZZ004Z"]["mileage"], made["ZZ004Z"]["mobile"]) == (12500, "0612345670")
    assert made["ZZ004Z"]["last_name"] == "Bakkerij De Korenaar B.V."


def test_the_example_of_config_has_no_mistake(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    with contextlib.redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as end:
        main(["--config", str(folder), "config", "check"])
    assert end.value.code in (0, None)
