"""The text of an export with every record but its header disguised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from connector.columns import trimmed
from connector.disguise.cells import Cells
from connector.disguise.cutting import Cut, cut, inner, quoted
from connector.disguise.words import WORD, Words, lowered


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: a canonical field, and how its dates are written (None: as they are read)."""

    field: str
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """How an export is written. `header_line`: the physical line of its header; None: it has none, or none is known."""

    delimiter: str
    encoding: str = "utf-8"
    header_line: int | None = None
    columns: Mapping[int, Column] = field(default_factory=dict)
    """Place of a column, from 0 → what it holds."""


def disguised(text: str, form: Form, today: date, seed: int) -> str:
    """The same text with nobody in it. The header stays, wherever it stands, and a first line `sep=;`."""
    random = Random(seed)  # noqa: S311  # hides nothing: what is drawn does not hang on what it stands for
    header = next(
        (each.raw(text) for each in cut(text, form.delimiter) if each.line == form.header_line), None
    )
    words = Words(random, words_of(text), form.encoding)
    cells = Cells(words, random, today)
    return "".join(_pieces(text, form, header, words, cells))


def words_of(text: str) -> set[str]:
    """The words of a text in small letters."""
    return {lowered(found[0]) for found in WORD.finditer(text)}


def _pieces(text: str, form: Form, header: str | None, words: Words, cells: Cells) -> Iterator[str]:
    """The copy, piece by piece: what stands between cells, and the cells."""
    at = 0
    for each in cut(text, form.delimiter):
        if _stays(each, text, header):
            continue
        for number, (begin, end) in enumerate(each.cells):
            yield text[at:begin]
            yield _cell(text[begin:end], form.columns.get(number), words, cells)
            at = end
    yield text[at:]


def _stays(record: Cut, text: str, header: str | None) -> bool:
    raw = record.raw(text)
    is_separator = record.line == 1 and raw.lower().startswith("sep=") and len(raw) <= 5
    return is_separator or (header is not None and bool(header.strip()) and raw == header)


def _cell(raw: str, column: Column | None, words: Words, cells: Cells) -> str:
    said, is_quoted = inner(raw)
    if raw.startswith('"') and not is_quoted:
        return words.text(raw)  # a quote that is not closed where it should be: what follows may be anything
    core = trimmed(said)
    if not core:
        return raw
    at = said.index(core)
    new = cells.cell(core, column.field if column else None, column.format if column else None)
    whole = said[:at] + new + said[at + len(core) :]
    return quoted(whole) if is_quoted else whole
