"""Where a garage's token or another secret is read. It is itself in no message, whatever is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from connector.config import small_file
from connector.config.document import START, Place, Steps, dotted
from connector.errors import ConfigError, Mistake

LARGEST = 16 * 1024
"""Bytes in a token's file."""

_TOKEN = re.compile(r"[\x21-\x7e]+")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Written:
    """Where a garage's file names its token."""

    file: Path = Path()
    place: Place = START
    under: Steps = ("igarage",)


def read(
    file: Path | None, variable: str | None, env: Mapping[str, str], written: Written, word: str = "token"
) -> str:
    """The secret in `file`, else in `variable` of `env`, without surrounding white space.

    `word` says what it is: a token must be able to stand in an HTTP header, any other is one line of text. Raises
    ConfigError at `written` when there is none or it cannot be one.
    """
    key = f"{word}_file" if file else f"{word}_env"
    try:
        text = _from_file(file, word) if file else _from_environment(variable or "", env, word)
        return _good(text) if word == "token" else _good_line(text, word)
    except _Unfit as unfit:
        holder = f"{file}" if file else f"the variable {variable}"
        place = written.place
        message = f"{holder} {unfit}"
        raise ConfigError(
            Mistake(written.file, place.line, place.column, dotted((*written.under, key)), message)
        ) from None


class _Unfit(Exception):  # an unfit token, named as the errors of the house are
    """Why there is no token, said of its file or variable."""


def _from_file(file: Path, word: str) -> str:
    try:
        return small_file.read(file, LARGEST).decode("utf-8")
    except FileNotFoundError:
        raise _Unfit(f"does not exist: put the garage's {word} there") from None
    except OSError as error:
        raise _Unfit(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _Unfit(f"holds what no {word} holds: save it as plain text (UTF-8), the {word} alone") from None


def _from_environment(variable: str, env: Mapping[str, str], word: str) -> str:
    if variable not in env:
        raise _Unfit(f"is not set: give it the garage's {word}")
    return env[variable]


def _good(text: str) -> str:
    token = text.removeprefix(_BOM).strip()
    if not token:
        raise _Unfit("is empty: put the garage's token there")
    if len(token.split()) > 1:
        raise _Unfit("holds more than one word or line: it must hold the token alone, without Bearer")
    if not _TOKEN.fullmatch(token):
        raise _Unfit("holds a control character or one outside ASCII, as no token does: copy it anew")
    return token


def _good_line(text: str, word: str) -> str:
    line = text.removeprefix(_BOM).strip()
    if not line:
        raise _Unfit(f"is empty: put the garage's {word} there")
    if not line.isprintable():
        raise _Unfit(f"holds more than one line, or a control character: it must hold the {word} alone")
    return line
