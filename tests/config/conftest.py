"""A configuration folder to write in, and a stand-in adapter with the settings of a CSV source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from connector import config
from connector.errors import AdapterFailed
from connector.model import CANONICAL_FIELDS

TOKEN = "canary-7f3a"

GARAGE = """\
config_version: 1
garage: jansen
name: Garage Jansen
igarage:
  url: https://api.example.nl/connector/v1
  token_file: jansen.token
sources:
  - name: klanten
    adapter: table
    watch: ./export
    settings:
      columns:
        plate: Kenteken
"""

CanonicalField = Literal[CANONICAL_FIELDS]  # type: ignore[valid-type]


class StandInColumn(BaseModel):
    """`Kenteken`, `[A, B]`, `{column: A, format: '%d-%m-%Y'}` or `{value: NL}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    column: list[str] = Field(default_factory=list)
    value: str | None = None
    format: str | None = None
    optional: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, written: Any) -> Any:
        written = {"column": written} if isinstance(written, str | list) else written
        if isinstance(written, dict) and isinstance(written.get("column"), str):
            return {**written, "column": [written["column"]]}
        return written


class StandInSettings(BaseModel):
    """The settings of the stand-in adapter."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    encoding: Literal["auto", "utf-8", "cp1252", "cp850"] = "auto"
    delimiter: str = "auto"
    title_lines: int = 0
    names: str | list[str] | StandInColumn = "x"
    columns: dict[CanonicalField, StandInColumn]


class BrokenSettings(BaseModel):
    """Settings of a stranger whose own check breaks."""

    @model_validator(mode="before")
    @classmethod
    def _breaks(cls, written: Any) -> Any:
        raise KeyError(written)


@dataclass(frozen=True)
class StandIn:
    """An adapter, as far as the loader looks at it."""

    settings_model: type[BaseModel] | None


ADAPTERS: Mapping[str, type[BaseModel] | None] = {
    "table": StandInSettings,
    "generic_csv": StandInSettings,
    "plain": None,
    "breaking": BrokenSettings,
}


def find_adapter(name: str) -> StandIn:
    """What `adapters.load` does, for the stand-ins."""
    if name == "broken":
        raise AdapterFailed("the plugin 'broken' cannot be imported")
    return StandIn(ADAPTERS[name])


Load = Callable[..., config.Loaded]
Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration folder with nothing in it."""
    (tmp_path / "garages").mkdir()
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Write:
    """Writes a file of the folder, by default the garage jansen's."""

    def write(content: str | bytes = GARAGE, name: str = "garages/jansen.yaml") -> Path:
        file = folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write


@pytest.fixture
def load(folder: Path) -> Load:
    """Loads the folder with the stand-in adapters."""

    def load(env: Mapping[str, str] | None = None, directory: Path = folder) -> config.Loaded:
        return config.load(
            directory, env=env or {}, find_adapter=find_adapter, installed=lambda: [*ADAPTERS, "broken"]
        )

    return load


@pytest.fixture
def garage_yaml() -> str:
    """The smallest good garage file."""
    return GARAGE


@pytest.fixture
def token() -> str:
    """A token that may be in no message."""
    return TOKEN
