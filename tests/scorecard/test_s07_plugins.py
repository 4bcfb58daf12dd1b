"""S07: plugins come by their entry point alone; nothing is imported from the watched or the current folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRAP = "raise SystemExit('this was imported')\n"
SCRIPT = Path(sys.executable).with_name("igarage-connector")
PROGRAMS = {"script": [str(SCRIPT)], "module": [sys.executable, "-m", "connector"]}
MODULES = (
    "plugins/__init__.py",
    "plugins/generic_csv/__init__.py",
    "plugins/evil/__init__.py",
    "evil.py",
    "yaml.py",
    "sqlalchemy/__init__.py",
    "sitecustomize.py",
    "usercustomize.py",
)


@pytest.fixture
def trap(garage) -> Path:
    """The watched folder, full of modules that end whoever imports them, and of a distribution that announces one."""
    folder: Path = garage.export_folder
    for name in MODULES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TRAP)
    info = folder / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[igarage_connector.adapters]\nevil = evil\n")
    return folder


def started(program: str, garage, trap: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program, started in the very folder that it watches."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [*PROGRAMS[program], "--config", str(garage.folder), *arguments]
    return subprocess.run(
        command, cwd=trap, env=clean, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_pass_from_within_the_watched_folder_imports_nothing_of_it(garage, car, trap, program: str) -> None:
    garage.export(car(1))
    done = started(program, garage, trap, "run", "--once")
    assert (done.returncode, done.stderr) == (0, "")
    assert garage.counts()["delivered"] == 1
    assert not list(trap.rglob("__pycache__"))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_distribution_that_lies_there_announces_no_adapter(garage, trap, program: str) -> None:
    done = started(program, garage, trap, "plugins")
    assert done.returncode == 0 and "generic_csv" in done.stdout
    assert "evil" not in done.stdout


@pytest.mark.parametrize("name", ["evil", "plugins.evil", "plugins/evil", "./evil.py", "evil:hooks", "os"])
def test_a_module_that_no_entry_point_names_is_no_adapter(garage, trap, name: str) -> None:
    garage.configure(source={"adapter": name, "settings": {}})
    done = started("script", garage, trap, "config", "check")
    assert done.returncode == 4
    assert "is not an installed adapter" in done.stderr


def test_a_plugin_of_another_source_is_not_imported(garage, trap) -> None:
    script = (
        "import sys; from connector.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(*sorted(each for each in sys.modules if each.startswith('plugins.')))\n"
    )
    program = garage.folder / "program.py"
    program.write_text(script)
    command = [sys.executable, str(program), "--config", str(garage.folder), "config", "check"]
    done = subprocess.run(command, cwd=trap, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1].split() == ["plugins.generic_csv"]


@pytest.mark.parametrize(
    "command", [["plugins", "check", "evil"], ["config", "generate", "--adapter", "evil"]]
)
def test_the_commands_of_authors_find_none_there_either(garage, trap, command: list[str]) -> None:
    done = started("script", garage, trap, *command)
    assert done.returncode == 2 and "evil" in done.stderr
