"""`plugins` and `plugins check`, through the real command line, with plugins of other distributions beside ours."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BROKEN = {
    "gone": "import there_is_no_such_module\n",
    "leaves": "raise SystemExit(3)\n",
    "garbled": "def (:\n",
    "angry": "raise ValueError('Jansen, ZZ-001-Z')\n",
    "empty": "",
}


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Installs a distribution with these adapters, as pip leaves one behind: name → source of its module."""

    def install(**sources: str) -> None:
        folder = tmp_path / "site"
        info = folder / "strangers-1.2.3.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strangers\nVersion: 1.2.3\n")
        points = [f"{name} = stranger_{name}" for name in sources]
        (info / "entry_points.txt").write_text("\n".join(["[igarage_connector.adapters]", *points, ""]))
        for name, source in sources.items():
            (folder / f"stranger_{name}.py").write_text(source, "utf-8")
            monkeypatch.delitem(sys.modules, f"stranger_{name}", raising=False)
        monkeypatch.syspath_prepend(folder)

    return install


def test_plugins_shows_name_version_kind_and_hooks(installation) -> None:
    found = {each["name"]: each for each in installation.ask("plugins")}
    assert found["generic_csv"]["kind"] == ["file"]
    assert found["generic_csv"]["version"] != "0"
    assert found["generic_csv"]["hooks"] == ["connector_columns", "connector_read_file", "connector_settings"]
    table = installation.main("plugins").out
    assert "carsys" in table and "map_record" in table


def test_a_broken_plugin_is_shown_with_its_error_and_stops_nobody(installation, distribution) -> None:
    distribution(**BROKEN)
    said = installation.main("plugins", "--json")
    found = {each["name"]: each for each in said.json}
    assert said.status == 0
    assert {name for name, each in found.items() if each["error"]} == set(BROKEN)
    assert "there_is_no_such_module" in found["gone"]["error"]
    assert "SystemExit" in found["leaves"]["error"]
    assert "Jansen" not in said.out
    assert found["generic_csv"]["error"] is None


def test_a_garage_with_a_broken_plugin_stops_no_other(installation, distribution, car) -> None:
    distribution(gone=BROKEN["gone"])
    well, broken = installation.add("jansen"), installation.add("pietersen")
    broken.configure(source={"adapter": "gone", "settings": {}})
    well.export(car(1))
    said = installation.run()
    assert said.status == 4 and "there_is_no_such_module" in said.err
    assert well.counts()["delivered"] == 1


def test_a_source_with_a_broken_plugin_stops_no_other_of_its_garage(installation, distribution, car) -> None:
    distribution(gone=BROKEN["gone"])
    other = {"name": "andere", "adapter": "gone", "watch": "../andere", "settings": {"path": "x"}}
    garage = installation.add("jansen", more_sources=[other])
    garage.export(car(1))
    ahead = installation.main("plan")
    assert ahead.status == 0 and "1 nieuw" in ahead.out and "there_is_no_such_module" in ahead.err
    said = installation.run()
    assert said.status == 4 and "there_is_no_such_module" in said.err
    assert garage.counts()["delivered"] == 1
    states = {each["name"]: each["state"] for each in garage.stand()["sources"]}
    assert states == {"klanten": "ok", "andere": "unavailable"}
    assert "there_is_no_such_module" in garage.stand()["message"]
    checked = installation.main("config", "check")
    assert checked.status == 4 and "0 garages in orde, 1 fouten" in checked.out


def test_the_service_serves_what_is_beside_a_broken_plugin(
    installation, distribution, car, start, until
) -> None:
    distribution(gone=BROKEN["gone"])
    installation.settle_down()
    other = {"name": "andere", "adapter": "gone", "watch": "../andere"}
    garage = installation.add("jansen", more_sources=[other])
    start(env={"PYTHONPATH": sys.path[0]})
    garage.export(car(1))
    until(lambda: garage.counts().get("delivered") == 1)


def test_check_reports_each_rule_and_ends_well(installation) -> None:
    said = installation.main("plugins", "check", "generic_csv")
    assert said.status == 0
    assert "record_keys" in said.out and "voldoet aan alle regels" in said.out
    assert "FOUT" not in said.out


def test_check_of_a_broken_plugin_says_what_and_ends_otherwise(installation, distribution) -> None:
    distribution(gone=BROKEN["gone"])
    said = installation.main("plugins", "check", "gone")
    assert said.status == 3
    assert "FOUT" in said.out and "there_is_no_such_module" in said.out and "1 regel(s)" in said.out
    told = installation.main("plugins", "check", "gone", "--json").json
    assert (told["plugin"], told["conforms"]) == ("gone", False)
    assert [each["rule"] for each in told["rules"] if each["state"] == "broken"] == ["hooks"]


def test_check_of_what_is_not_installed_is_a_misuse(installation) -> None:
    said = installation.main("plugins", "check", "generic_cvs")
    assert said.status == 2
    assert "generic_csv" in said.err
