"""The house stands as it is drawn: floors, hooks, settings, errors, commands and the wheel."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from connector import config, errors, hookspecs
from connector.cli.main import commands

ROOT = Path(__file__).parent.parent
HOOKS = [name for name in vars(hookspecs) if name.startswith("connector_")]
MODELS = (
    config.AddressesConfig,
    config.SuspectConfig,
    config.BrakeConfig,
    config.ChangedConfig,
    config.ConnectorConfig,
    config.StateConfig,
    config.LoggingConfig,
    config.ProbeConfig,
    config.GarageConfig,
    config.IGarageConfig,
    config.SourceConfig,
    config.ReceiveConfig,
    config.HttpConfig,
    config.BearerAuth,
    config.BasicAuth,
    config.HeaderAuth,
    config.ClientCredentialsAuth,
    config.DeliveryConfig,
    config.RetryConfig,
    config.SelectConfig,
    config.RetentionConfig,
    config.StatementConfig,
)


def _settings() -> Iterator[str]:
    for model in MODELS:
        yield from (name for name, field in model.model_fields.items() if not field.exclude)


def _errors() -> list[str]:
    return [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.ConnectorError)
    ]


def _command_lines(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _command_lines(each, (*path, name))
    else:
        yield path


def test_rooms_import_only_from_floors_below() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_stands_in_the_docs_with_its_arguments(hook: str) -> None:
    arguments = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
    page = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    assert f"{hook}({arguments})" in re.sub(r"(\w): [\w.\[\], |]+?(?=[,)])", r"\1", page)


@pytest.mark.parametrize("setting", sorted(set(_settings())))
def test_every_setting_stands_in_an_example_file_and_in_the_docs(setting: str) -> None:
    examples = "".join(file.read_text("utf-8") for file in (ROOT / "config").rglob("*.yaml"))
    assert re.search(rf"\b{setting}:", examples)
    assert re.search(rf"`[\w.\[\]]*\b{setting}\b", (ROOT / "docs" / "configuration.md").read_text("utf-8"))


@pytest.mark.parametrize("error", _errors())
def test_every_error_stands_in_the_tree(error: str) -> None:
    assert re.search(rf"(^|[├└]── ){error}\b", errors.__doc__ or "", re.MULTILINE)


@pytest.mark.parametrize("command", [" ".join(path) for path in _command_lines(commands)])
def test_every_command_stands_in_the_docs(command: str) -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert re.search(rf"`{command}\b", page)


@pytest.mark.parametrize("room", sorted(each for each in (ROOT / "connector").rglob("*.py")))
def test_every_room_says_what_it_is(room: Path) -> None:
    text = room.read_text("utf-8")
    assert text.startswith('"""')
    assert len(text.splitlines()) <= 400


def test_plugins_is_a_namespace_of_many_distributions() -> None:
    assert not (ROOT / "plugins" / "__init__.py").exists()


def test_the_wheel_holds_exactly_two_packages_and_what_they_need(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(
        build,
        check=True,
        capture_output=True,
        timeout=300,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    packages = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert packages == {"connector", "plugins"}
    assert {
        "connector/igarage/openapi.yaml",
        "connector/py.typed",
        "plugins/generic_csv/README.md",
        "connector/scaffold/templates/all/pyproject.toml.template",
        "connector/scaffold/templates/csv/@module@/__init__.py.template",
        "plugins/carsys/sample/klanten.xml",
    } <= set(names)
    assert any(name.startswith("connector/ledger/migrations/versions/0001") for name in names)
    assert "plugins/__init__.py" not in names


def test_no_model_of_the_configuration_takes_unknown_keys() -> None:
    assert all(issubclass(model, BaseModel) and model.model_config["extra"] == "forbid" for model in MODELS)
