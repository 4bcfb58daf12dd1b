"""A list that a person hands in, as a file."""

from __future__ import annotations

from pathlib import Path

import click

LARGEST = 10_000_000
"""Bytes of a list that is taken."""


def read(file: Path, *, named: str, what: str) -> bytes:
    """Its content. `named` and `what` are what the file and such a list are called where it cannot be taken.

    Raises `click.ClickException`.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise click.ClickException(f"{named} is niet te lezen: {error.strerror}") from None
    if len(content) > LARGEST:
        raise click.ClickException(f"{named} is te groot voor {what}")
    return content
