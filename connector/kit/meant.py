"""What a column holds by its name: a field of a passport, and of whom where a person of the car is named with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connector import columns, dictionary
from connector.proposing import names


def meaning_of(name: str) -> str | None:
    """The field that garage systems call so (`email`), or `driver.email` for `Bestuurder e-mail`; None: not known."""
    role, rest = dictionary.apart_from_role(name)
    if role and (found := names.meaning(rest)):
        return f"{role}.{found[0]}"
    found = names.meaning(name)
    return found[0] if found else None


def refuse_gone(
    needed: Iterable[str],
    header: Iterable[str],
    mapped: Iterable[str],
    alike: Callable[[str], str] = columns.normalised,
    *,
    words: tuple[str, str] = ("de kolom", "de kolommen"),
) -> None:
    """Raises `SourceFormatError` when a needed column is gone, with one that is not `mapped` and may be it now."""
    columns.refuse_gone(needed, header, mapped, alike, words=words, meaning=meaning_of)
