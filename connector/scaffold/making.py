"""Writes a plugin's package from the templates of its kind: `templates/all`, and `templates/<kind>` beside it.

In a template's name and text `@name@`, `@module@`, `@distribution@`, `@title@` and `@version@` stand for what the new
plugin is called.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

KINDS = ("csv", "rest", "push")
"""What a plugin may begin as."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")
_LONGEST = 40
_ENDING = ".template"


class Unfit(ValueError):
    """There can be no plugin of this name, or not here; the text says why."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a new plugin is called: the adapter, its module, its distribution, and for people."""

    name: str
    module: str
    distribution: str
    title: str

    @classmethod
    def of(cls, name: str) -> Names:
        """Raises `Unfit` for what can be no name."""
        if not _NAME.fullmatch(name) or len(name) > _LONGEST:
            raise Unfit(
                f"a plugin's name holds a-z, 0-9, _ and -, at most {_LONGEST}, and begins with a letter"
            )
        plain = name.replace("-", "_")
        if keyword.iskeyword(plain):
            raise Unfit(f"{plain} is a word of Python")
        dashed = plain.replace("_", "-")
        return cls(plain, f"igarage_{plain}", f"igarage-{dashed}", plain.replace("_", " ").title())


def make(names: Names, kind: str, folder: Path, version: str) -> list[Path]:
    """Write the package into `folder`, which must not be there yet; the files, in their order.

    `version` is that of the connector it is for. Raises `Unfit` where something lies there, OSError where it cannot be
    written.
    """
    if folder.exists() or folder.is_symlink():
        raise Unfit(f"{folder} is there already and is not overwritten")
    meant = {
        "@name@": names.name,
        "@module@": names.module,
        "@distribution@": names.distribution,
        "@title@": names.title,
        "@version@": version,
    }
    return sorted(
        _write(folder / _filled(path, meant), _filled(text, meant)) for path, text in _templates(kind)
    )


def _templates(kind: str) -> Iterator[tuple[str, str]]:
    """Path and text of every template of a kind."""
    root = resources.files("connector.scaffold") / "templates"
    for part in ("all", kind):
        yield from _within(root / part, "")


def _within(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _within(each, f"{path}{each.name}/")
        elif each.name.endswith(_ENDING):
            yield path + each.name.removesuffix(_ENDING), each.read_text("utf-8")


def _filled(text: str, meant: dict[str, str]) -> str:
    for placeholder, value in meant.items():
        text = text.replace(placeholder, value)
    return text


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
    return path
