"""The files in which lists go to people and come back from them."""

from __future__ import annotations

from pathlib import Path

import click

LARGEST = 10_000_000
"""Bytes of a list that is taken."""


def read(file: Path, *, named: str, what: str) -> bytes:
    """The content of a list that a person hands in.

    `named` and `what` are what the file and such a list are called where it cannot be taken. Raises
    `click.ClickException`.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise click.ClickException(f"{named} is niet te lezen: {error.strerror}") from None
    if len(content) > LARGEST:
        raise click.ClickException(f"{named} is te groot voor {what}")
    return content


def write_new(file: Path, content: bytes) -> None:
    """Write a list to a new file. Raises `click.UsageError` where there is one already, or it cannot be written."""
    try:
        with file.open("xb") as opened:
            opened.write(content)
    except FileExistsError:
        raise click.UsageError(f"{file} is er al; kies een andere naam") from None
    except OSError as error:
        raise click.UsageError(f"{file} is niet te schrijven: {error.strerror}") from None
