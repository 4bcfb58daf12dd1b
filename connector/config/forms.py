"""The forms that settings share: what a name, a path or a number of seconds may be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
)

from connector.config import service_url
from connector.config.document import Document

T = TypeVar("T")

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Strict(BaseModel):
    """A part of a configuration file: unchangeable, and no key is taken that it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True
    )


def document_of(info: ValidationInfo) -> Document | None:
    """The file that is being validated, or None where a model is made by hand."""
    return info.context if isinstance(info.context, Document) else None


def safe_id(text: str) -> str:
    """The id of a garage or a source, as it is. Raises ValueError where this is none."""
    if not _ID.fullmatch(text):
        raise ValueError("may hold only a-z, 0-9 and -, at most 63, and begins with a letter or digit")
    return text


def _printable(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("must be a text on one line")
    return text


def _written_path(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not value.strip() or any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("must be a path, without control characters")
    if value.startswith("~"):
        raise ValueError("must be written in full: ~ has no meaning for a service")
    return value


def _from_the_file(path: Path, info: ValidationInfo) -> Path:
    document = document_of(info)
    return document.folder / path if document else path


def _safe_url(url: str) -> str:
    if fault := service_url.fault(url):
        raise ValueError(fault)
    return url


def _without_slash(url: str) -> str:
    return url.rstrip("/")


def _only_for_loopback(allowed: bool, info: ValidationInfo) -> bool:
    url = info.data.get("url")
    if url and allowed and not service_url.is_loopback(url):
        raise ValueError("may be true only where the url is this computer itself")
    if url and not allowed and service_url.is_http(url):
        raise ValueError("must be true for an http:// url")
    return allowed


def _not_before_first(longest: float, info: ValidationInfo) -> float:
    if longest < info.data.get("first", longest):
        raise ValueError("must not be less than first")
    return longest


def at_least_one(items: tuple[T, ...]) -> tuple[T, ...]:
    """For a list: not empty."""
    # Not min_length: with that, a list of one item that is wrong is told to be too short as well.
    if not items:
        raise ValueError("must hold at least one")
    return items


NotBeforeFirst = AfterValidator(_not_before_first)
"""For the longest of two waits: not shorter than the model's `first`."""

SafeId = Annotated[str, AfterValidator(safe_id)]
"""A name that is safe in file names, keys and logs."""

OneLine = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
"""A text for people: filled in, one line, at most 200 characters."""

_DAYS = re.compile(r"[1-9][0-9]{0,4}d")


def _days(text: str) -> str:
    if not _DAYS.fullmatch(text):
        raise ValueError("must be a number of days, as 400d, at least 1d")
    return text


Days = Annotated[str, AfterValidator(_days)]
"""A number of days, written with a d: `400d`."""

FilePath = Annotated[Path, BeforeValidator(_written_path), AfterValidator(_from_the_file)]
"""A path; a relative one is relative to the file it is written in, and absolute once loaded."""

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
"""More than no time, and at most a day."""

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
"""The name of a variable of the environment."""
SafeUrl = Annotated[str, AfterValidator(_safe_url)]
"""An address that customers' data, or a secret, may be sent to."""
ServiceUrl = Annotated[SafeUrl, AfterValidator(_without_slash)]
"""A service's base address, without the slash at its end."""
AllowHttp = Annotated[bool, Field(validate_default=True), AfterValidator(_only_for_loopback)]
"""Whether the `url` above it may be http://, which it may for this computer itself."""
