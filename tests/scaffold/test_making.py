"""A plugin that was written for somebody installs and passes at once: really, with pip, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connector import scaffold

ROOT = Path(__file__).parents[2]
LONGEST_PLUGIN = 60
"""Lines of a plugin: it must be under."""


def run(*command: str | Path, at: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(each) for each in command],
        cwd=at,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_a_new_plugin_installs_and_passes_at_once(installation, tmp_path, kind: str) -> None:
    folder, site = tmp_path / "new", tmp_path / "site"
    said = installation.main("plugins", "new", "our-gms", "--kind", kind, "--output", folder, "--json")
    assert said.status == 0
    assert said.json["adapter"] == "our_gms" and "pyproject.toml" in str(said.json["files"])

    pip = run(
        sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", site, folder, at=tmp_path
    )
    assert pip.returncode == 0, pip.stderr
    tests = run(sys.executable, "-m", "pytest", "-q", at=folder, PYTHONPATH=str(site))
    assert tests.returncode == 0, tests.stdout
    typed = run(sys.executable, "-m", "mypy", at=folder, MYPYPATH=str(ROOT))
    assert typed.returncode == 0, typed.stdout
    check = run(
        sys.executable, "-m", "connector", "plugins", "check", "our_gms", at=folder, PYTHONPATH=str(site)
    )
    assert check.returncode == 0 and "voldoet aan alle regels" in check.stdout, check.stdout


@pytest.mark.parametrize("kind", scaffold.KINDS)
def test_a_new_plugin_is_under_sixty_lines_and_keeps_the_manner(tmp_path, kind: str) -> None:
    scaffold.make(scaffold.Names.of("our_gms"), kind, tmp_path / "new", "0.1.0")
    (module,) = (tmp_path / "new").glob("igarage_*/__init__.py")
    assert len(module.read_text("utf-8").splitlines()) < LONGEST_PLUGIN
    rules = ("check", "--no-cache", "--select", "E,F,I,UP,B", "--line-length", "160")
    ruff = run(sys.executable, "-m", "ruff", *rules, at=tmp_path / "new")
    assert ruff.returncode == 0, ruff.stdout
    written = [path for path in (tmp_path / "new").rglob("*") if path.is_file()]
    assert not [path for path in written if "@" in path.name or "@name@" in path.read_text("utf-8")]


def test_nothing_is_ever_overwritten(installation, tmp_path) -> None:
    (tmp_path / "new").mkdir()
    said = installation.main("plugins", "new", "our_gms", "--kind", "csv", "--output", tmp_path / "new")
    assert said.status == 2 and "not overwritten" in said.err
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("name", ["", "9lives", "../x", "a/b", "Our", "a b", "class", "x" * 41, "a__b", "é"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(scaffold.Unfit):
        scaffold.Names.of(name)


def test_the_name_of_an_installed_adapter_is_refused(installation, tmp_path) -> None:
    said = installation.main("plugins", "new", "carsys", "--kind", "csv", "--output", tmp_path / "new")
    assert said.status == 2 and "installed already" in said.err


def test_names_are_made_of_the_one_that_is_given() -> None:
    names = scaffold.Names.of("our-gms")
    assert (names.name, names.module, names.distribution, names.title) == (
        "our_gms",
        "igarage_our_gms",
        "igarage-our-gms",
        "Our Gms",
    )
