"""The settings as they count, each with the place it comes from; secrets are shown as stars.

What a garage's file does not say has its default; what it says in a short form (`plate: Kenteken`) stands where
that form stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, SecretBytes, SecretStr

from connector.config import strict_yaml
from connector.config.document import Document, Steps, dotted
from connector.config.loader import CONNECTOR_FILE, Loaded

DEFAULT = "default"
MASK = "***"

_SECRET = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|pwd|wachtwoord|geheim|secret|token|authorization|credentials?"
    r"|(?:api|access|private|subscription|client|shared)_?key)$"
)
"""How a setting's name ends that holds a secret, whatever its type: a plugin's author may have thought of none."""

_FREE_SECRET = re.compile(
    r"pass(?:word|wd|phrase)|pwd|wachtwoord|geheim|secret|token|credential|authori[sz]ation|cookie"
    r"|(?:key|sleutel)_?\d*$|(?:^|_)(?:auth|pass|pin|sig|signature|session(?:_?id)?)$"
)
"""The same of a name that a garage wrote itself, as a header's or a parameter's: there `key` is no key of a record."""

_JOINT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")

_PLACEHOLDER = re.compile(r"(\{(?:token|password|secret)\})")
_SCHEMES = frozenset({"bearer", "basic", "digest", "token", "apikey", "api-key", "key", "negotiate"})
"""What may stand beside a token that is filled in, and be shown: `apikey {token}`."""


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
    for leaf in _leaves(model, ()):
        written = _where(document, leaf.steps, is_default=leaf.is_default)
        place = document.place_of_key(written) if written else None
        file = str(document.file) if place else None
        shown = MASK if leaf.is_secret and leaf.value is not None else _shown(leaf.value)
        yield Setting(garage, dotted(leaf.steps), shown, file, place.line if place else None)


class _Leaf(NamedTuple):
    """What holds no settings of its own; `is_default`: it is its model's default."""

    steps: Steps
    value: Any
    is_default: bool
    is_secret: bool


def _leaves(value: Any, steps: Steps) -> Iterator[_Leaf]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            if not field.exclude:
                held = getattr(value, name)
                below = (*steps, field.alias or name)
                if _is_branch(held):
                    yield from _leaves(held, below)
                else:
                    is_default = held == field.get_default(call_default_factory=False)
                    yield _Leaf(below, held, is_default, _names(_SECRET, below[-1]))
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield from _of_entry(held, (*steps, str(key)))
    else:
        for number, held in enumerate(value):
            yield from _leaves(held, (*steps, number))


def _of_entry(held: Any, steps: Steps) -> Iterator[_Leaf]:
    """One entry of a mapping: of a form with many keys only those that say something."""
    is_secret = _names(_FREE_SECRET, steps[-1])
    if not _is_branch(held):
        yield _Leaf(steps, held, False, is_secret)
        return
    is_secret = is_secret and isinstance(held, Mapping)  # a form says by itself which of its keys are secret
    for leaf in _leaves(held, steps):
        if not leaf.is_default:
            yield leaf._replace(is_default=False, is_secret=leaf.is_secret or is_secret)


def _names(secret: re.Pattern[str], name: str | int) -> bool:
    """Whether this is the name of a secret: `X-Api-Key`, `apiKey` and `API_KEY` are one name."""
    return bool(secret.search(_JOINT.sub("_", str(name)).casefold().strip("_")))


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


def _shown(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, SecretStr | SecretBytes):
        return MASK
    if isinstance(value, str):
        return _without_literals(value)
    if isinstance(value, tuple | list | set | frozenset):
        return [_shown(each) for each in value]
    if isinstance(value, Mapping):
        return {
            name: MASK if _names(_FREE_SECRET, str(name)) and held is not None else _shown(held)
            for name, held in value.items()
        }
    return value if isinstance(value, int | float | bool) else str(value)


def _without_literals(text: str) -> str:
    """A text in which a token is filled in, without what may be a secret beside it: `key *** {token}`."""
    parts = _PLACEHOLDER.split(text)
    if len(parts) == 1:
        return text
    return "".join(
        part if number % 2 else re.sub(r"[^\s=:;,]+", _word, part) for number, part in enumerate(parts)
    )


def _word(found: re.Match[str]) -> str:
    return found[0] if found[0].casefold() in _SCHEMES else MASK
