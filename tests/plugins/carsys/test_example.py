"""The example garage with CarSys is loaded as it is written, by the adapters that are installed."""

from __future__ import annotations

from pathlib import Path

from connector import config

EXAMPLE = Path(__file__).parents[3] / "config"


def test_the_example_loads_as_written_and_lacks_only_its_tokens(carsys) -> None:
    loaded = config.load(EXAMPLE, env={})
    ours = "garage-carsys"
    assert [mistake for mistake in loaded.mistakes if mistake.file.stem == ours] == []
    assert [each.path for each in loaded.warnings if each.file.stem == ours] == [
        "igarage.token_file",
        "sources[0].receive.token_file",
    ]
    garage = next(each for each in loaded.garages if each.garage == ours)
    customers, mailing = garage.sources
    assert (customers.adapter, customers.contains, mailing.contains) == ("carsys", "all", "selection")
    assert customers.pattern == ("klanten*.csv", "klanten*.xml")
    assert customers.settings is not None and mailing.settings is not None
    written = customers.settings.model_dump(mode="json")
    assert (written["recipient"], written["addresses"]) == (
        ["driver", "owner", "contractor"],
        ["private", "business"],
    )
    assert written["columns"]["contractor.company"]["column"] == ["Contractant bedrijfsnaam"]
    assert written["columns"]["vehicle.apk_due"]["format"] == "%d-%m-%Y"
    assert mailing.settings.model_dump()["layout"] == "apk_mailing"


def test_every_setting_stands_in_the_example(carsys) -> None:
    text = (EXAMPLE / "garages" / "garage-carsys.yaml").read_text("utf-8")
    assert all(f"      {name}:" in text for name in type(carsys().settings).model_fields)
