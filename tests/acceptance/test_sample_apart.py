"""`sample make` never writes where exports are read: nobody is mailed because somebody asked for help."""

from __future__ import annotations

import re
import sys

import pytest

from tests.conftest import HEADER

CONTENT = (
    ";".join(HEADER) + "\r\nZZ-001-Z;Berg;jan.berg@voorbeeld.example;Opel;31-12-2027;1000;;\r\n"
).encode()


@pytest.fixture
def export(garage):
    return garage.drop(CONTENT)


def lying(folder) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def assert_refused(said) -> None:
    assert said.status == 2 and said.out == ""
    words = " ".join(said.err.split())
    assert "jansen" in words and "klanten" in words and "--output" in words and "mail" in words


@pytest.mark.parametrize("name", ["sample.csv", "voorbeeld.txt", "~sample-klanten.csv"])
def test_a_folder_that_is_watched_is_refused_before_anything_is_written(garage, export, name):
    assert_refused(garage.main("sample", "make", export, "--output", export.parent / name))
    assert lying(export.parent) == ["klanten.csv"]


def test_nor_is_the_current_folder_where_it_is_watched(garage, export, monkeypatch):
    monkeypatch.chdir(export.parent)
    assert_refused(garage.main("sample", "make", "klanten.csv"))
    assert_refused(garage.main("sample", "make", "klanten.csv", "--output", "x.csv"))
    assert lying(export.parent) == ["klanten.csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_nor_by_a_link_to_it(garage, export, tmp_path):
    (tmp_path / "link").symlink_to(export.parent, target_is_directory=True)
    assert_refused(garage.main("sample", "make", export, "--output", tmp_path / "link" / "x.csv"))
    assert lying(export.parent) == ["klanten.csv"]


def test_nor_the_folder_of_another_garage_or_source(installation, garage, export):
    zuid = installation.add("zuid")
    said = garage.main(
        "sample", "make", export, "--garage", "jansen", "--output", zuid.export_folder / "x.csv"
    )
    assert said.status == 2 and "zuid" in said.err and lying(zuid.export_folder) == []


def test_a_folder_beside_or_below_it_is_not_read_and_may_hold_it(garage, export):
    below = export.parent / "voorbeelden"
    below.mkdir()
    for folder in (below, garage.folder):
        assert garage.main("sample", "make", export, "--output", folder / "x.csv").status == 0
    garage.run()
    assert [plate for _, plate, _ in garage.effects()] == ["ZZ001Z"]


def test_what_it_is_called_by_itself_no_pattern_takes(garage, export, monkeypatch, tmp_path):
    """Without the configuration nobody knows which folders are watched."""
    monkeypatch.chdir(export.parent)
    said = garage.main("sample", "make", "klanten.csv", "--config", tmp_path / "nergens")
    (name,) = set(lying(export.parent)) - {"klanten.csv"}
    assert said.out == f"geschreven: {name}\n" and "map waaruit exports worden gelezen" in said.err
    assert name.endswith("klanten.csv") and re.search("sample", name)
    garage.configure(source={"pattern": ["*"]})
    garage.run()
    assert [plate for _, plate, _ in garage.effects()] == ["ZZ001Z"]


def test_with_the_configuration_nothing_is_said_of_that(garage, export, tmp_path):
    assert "worden gelezen" not in garage.main("sample", "make", export, "--output", tmp_path / "x.csv").err
