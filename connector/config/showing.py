"""The settings as they count, each with the place it comes from; secrets are shown as stars.

What a garage's file does not say has its default; what it says in a short form (`plate: Kenteken`) stands where
that form stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from connector.config import strict_yaml
from connector.config.document import Document, Steps, dotted
from connector.config.loader import CONNECTOR_FILE, Loaded

DEFAULT = "default"
MASK = "***"

_SECRET = re.compile(
    r"(?:^|_)(?:password|passwd|secret|token|api_?key|authorization|credentials?)$", re.IGNORECASE
)
"""How a setting's name ends that holds a secret, whatever its type: a plugin's author may have thought of none."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective value. `file` and `line` say where it is written; both None: it is the default."""

    garage: str | None
    key: str
    value: Any
    file: str | None
    line: int | None

    @property
    def origin(self) -> str:
        """`garage-jansen.yaml:12`, or `default`."""
        return f"{self.file}:{self.line}" if self.file else DEFAULT


def effective(loaded: Loaded, directory: Path, garages: list[str]) -> list[Setting]:
    """Every setting of the connector and of these garages, in the order of their models."""
    found = list(_settings(None, loaded.connector, _document(directory / CONNECTOR_FILE)))
    for garage in loaded.garages:
        if garage.garage in garages:
            file = directory / "garages" / f"{garage.garage}.yaml"
            found += _settings(garage.garage, garage, _document(file))
    return found


def _document(file: Path) -> Document:
    return strict_yaml.read(file) if file.exists() else Document(file, None, {}, {})


def _settings(garage: str | None, model: BaseModel, document: Document) -> Iterator[Setting]:
    for steps, value, is_default in _leaves(model, ()):
        written = _where(document, steps, is_default=is_default)
        place = document.place_of_key(written) if written else None
        file = str(document.file) if place else None
        yield Setting(garage, dotted(steps), _shown(steps, value), file, place.line if place else None)


def _leaves(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any, bool]]:
    """Way, value, and whether the value is its model's default, of all that holds no settings of its own."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if not field.exclude:
                held = getattr(value, name)
                below = (*steps, field.alias or name)
                if _is_branch(held):
                    yield from _leaves(held, below)
                else:
                    yield below, held, held == field.get_default(call_default_factory=False)
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield from _of_entry(held, (*steps, str(key)))
    else:
        for number, held in enumerate(value):
            yield from _leaves(held, (*steps, number))


def _of_entry(held: Any, steps: Steps) -> Iterator[tuple[Steps, Any, bool]]:
    """One entry of a mapping: of a form with many keys only those that say something."""
    if not _is_branch(held):
        yield steps, held, False
        return
    yield from ((below, value, False) for below, value, is_default in _leaves(held, steps) if not is_default)


def _is_branch(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return bool(value) and all(isinstance(each, BaseModel) for each in value)
    return isinstance(value, BaseModel) or (isinstance(value, Mapping) and bool(value))


def _where(document: Document, steps: Steps, *, is_default: bool) -> Steps | None:
    """The way to where a value is written: its own key, or the short form that stands for it; None: nowhere."""
    if document.at(steps) is not None:
        return steps
    for length in range(len(steps) - 1, 0, -1):
        written = document.at(steps[:length])
        if isinstance(written, dict):
            return None
        if written is not None and not is_default:
            return steps[:length]
    return None


def _shown(steps: Steps, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, SecretStr) or _SECRET.search(str(steps[-1])):
        return MASK
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple | list | set | frozenset):
        return [_shown(steps, each) for each in value]
    return value if isinstance(value, str | int | float | bool | dict) else str(value)
