"""What every command is told: which configuration, which garage, and how to answer.

The options work before and after the command, for nobody remembers which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from connector.config import GarageConfig, Loaded, default_directory
from connector.errors import Mistake


@dataclass(slots=True)
class Options:
    """The shared options, as far as they were given."""

    config: Path | None = None
    garage: str | None = None
    json: bool = False
    verbose: int = 0

    @property
    def directory(self) -> Path:
        """The configuration folder: the one given, else the platform's own."""
        return self.config or default_directory()

    def chosen(self, loaded: Loaded) -> list[GarageConfig]:
        """The garages a command is about: all, or the one given. A usage error where there is no such garage."""
        if self.garage is None:
            return list(loaded.garages)
        found = [garage for garage in loaded.garages if garage.garage == self.garage]
        if not found and not self.mistakes(loaded):
            known = ", ".join(garage.garage for garage in loaded.garages) or "none"
            raise click.UsageError(f"no garage {self.garage!r} is configured; known: {known}")
        return found

    def mistakes(self, loaded: Loaded) -> list[Mistake]:
        """The mistakes in the files of the garages a command is about."""
        return [each for each in loaded.mistakes if self.garage in (None, each.file.stem)]

    def only(self, loaded: Loaded) -> GarageConfig:
        """The one garage a command is about; a usage error where that is not clear."""
        garages = self.chosen(loaded)
        if len(garages) != 1:
            raise click.UsageError("which garage? add --garage ID")
        return garages[0]


Command = Callable[..., Any]


def shared_options(command: Command) -> Command:
    """Give a command the shared options; they come as one `Options` by `click.pass_obj`."""
    for option in (_VERBOSE, _JSON, _GARAGE, _CONFIG):
        command = option(command)
    return command


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        options = context.ensure_object(Options)
        if value not in (None, False, 0):
            setattr(options, name, value)

    return keep


_CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, file_okay=False),
    help="Configuration folder (default: the platform's own).",
    expose_value=False,
    callback=_keep("config"),
)
_GARAGE = click.option(
    "--garage", metavar="ID", help="Only this garage.", expose_value=False, callback=_keep("garage")
)
_JSON = click.option(
    "--json", is_flag=True, help="Answer in JSON.", expose_value=False, callback=_keep("json")
)
_VERBOSE = click.option(
    "-v",
    "--verbose",
    count=True,
    help="Log to standard error; twice for more.",
    expose_value=False,
    callback=_keep("verbose"),
)
