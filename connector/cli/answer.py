"""Answers of commands: data on stdout as a table or JSON, messages on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def as_json(value: Any) -> None:
    """Print a value as JSON: dataclasses as objects, instants in RFC 3339."""
    click.echo(json_text(value))


def json_text(value: Any) -> str:
    """A value as JSON, as `as_json` prints it."""
    return json.dumps(value, default=plain, ensure_ascii=False, indent=2)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, nothing: str) -> None:
    """Print rows for people, or the sentence `nothing`. Colour on a terminal only."""
    lines = list(rows)
    if not lines:
        click.echo(nothing)
        return
    drawn = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for line in lines:
        drawn.add_row(*(escape(_shown(value)) for value in line))
    console().print(drawn)


def console() -> Console:
    """Standard output; wide where it is no terminal, so that nothing is folded in a file or a pipe."""
    terminal = sys.stdout.isatty()
    return Console(
        file=sys.stdout,
        width=None if terminal else 400,
        highlight=False,
        soft_wrap=not terminal,
    )


def line(text: str) -> None:
    """A line for people on standard output."""
    click.echo(visible(text))


def message(text: str) -> None:
    """A sentence on standard error."""
    click.echo(visible(text), err=True)


def visible(text: str) -> str:
    """The text, with U+FFFD for every sign that a terminal would obey rather than show."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    return visible(str(value)).replace("\n", "\ufffd")


def plain(value: Any) -> Any:
    """A value of ours as JSON has words for. Raises TypeError where there are none."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
