"""The text of an export with every record disguised, and of its header and titles what may name somebody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from random import Random

from connector.columns import trimmed
from connector.disguise.cells import Cells
from connector.disguise.cutting import Cut, cut, inner, quoted
from connector.disguise.headings import harmless_words, is_all_names, is_data, kept
from connector.disguise.words import WORD, Words, lowered

HEADER_WITHIN = 20
"""Records, or lines, among which there may be a header that was not found."""

_DAY = re.compile(r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})", re.ASCII)


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
    names: frozenset[str] = frozenset()
    """Names of columns, normalised, that the garage's file knows."""
    replaced: tuple[int, ...] = ()
    """Places, from 1, of the header's cells that do not stay."""


def disguised(text: str, form: Form, today: date, seed: int) -> str:
    """The same text with nobody in it. Names of columns stay in the header and above it, and a first line `sep=;`."""
    random = Random(seed)  # noqa: S311  # hides nothing: what is drawn does not hang on what it stands for
    header = next(
        (each.raw(text) for each in cut(text, form.delimiter) if each.line == form.header_line), None
    )
    words = Words(random, words_of(text), form.encoding)
    return "".join(_Copying(form, header, words, Cells(words, random, today)).pieces(text))


def words_of(text: str) -> set[str]:
    """The words of a text in small letters."""
    return {lowered(found[0]) for found in WORD.finditer(text)}


class _Copying:
    """One pass through a text; `header` is its header as it stands there, for it may be repeated."""

    def __init__(self, form: Form, header: str | None, words: Words, cells: Cells) -> None:
        self._form = form
        self._header = header if header and header.strip() else None
        self._words = words
        self._cells = cells

    def pieces(self, text: str) -> Iterator[str]:
        """The copy, piece by piece: what stands between cells, and the cells."""
        at = 0
        for each in cut(text, self._form.delimiter):
            raw = each.raw(text)
            if _is_separator(each, raw):
                continue
            written = self._title if self._is_title(each, raw) else self._record
            spans = each.cells
            for (begin, end), new in zip(spans, written([text[a:b] for a, b in spans]), strict=True):
                yield text[at:begin]
                yield new
                at = end
        yield text[at:]

    def _is_title(self, record: Cut, raw: str) -> bool:
        """Whether a record is the header, stands above it, or names columns all the same."""
        if self._header is not None and raw == self._header:
            return True
        if self._form.header_line is not None and record.line <= self._form.header_line:
            return True
        return record.line <= HEADER_WITHIN and is_all_names(raw.split(self._form.delimiter))

    def _record(self, raws: Sequence[str]) -> Iterator[str]:
        for at, raw in enumerate(raws):
            column = self._form.columns.get(at)
            field, form = (column.field, column.format) if column else (None, None)
            yield self._in_place(raw, partial(self._cells.cell, field=field, form=form))

    def _title(self, raws: Sequence[str]) -> Iterator[str]:
        fields = {at: column.field for at, column in self._form.columns.items()}
        stay = kept([inner(raw)[0] for raw in raws], self._form.names, fields)
        for raw, stays in zip(raws, stay, strict=True):
            yield (
                raw if stays else self._in_place(raw, partial(retitled, words=self._words, cells=self._cells))
            )

    def _in_place(self, raw: str, another: Callable[[str], str]) -> str:
        """A cell with another text in it, between the same quotes and spaces."""
        said, is_quoted = inner(raw)
        if raw.startswith('"') and not is_quoted:
            return self._words.text(
                raw
            )  # a quote that is not closed where it should be: what follows may be anything
        core = trimmed(said)
        if not core:
            return raw
        at = said.index(core)
        whole = said[:at] + another(core) + said[at + len(core) :]
        return quoted(whole) if is_quoted else whole


def retitled(text: str, words: Words, cells: Cells) -> str:
    """What stands in the place of a title, or of a header's cell that may name somebody: its harmless words stay."""
    if "@" in text or is_data(text):
        return cells.cell(text, None, None)
    parts = _DAY.split(text)
    return "".join(
        cells.cell(part, None, None) if at % 2 else words.text(part, harmless_words(part))
        for at, part in enumerate(parts)
    )


def _is_separator(record: Cut, raw: str) -> bool:
    return record.line == 1 and raw.lower().startswith("sep=") and len(raw) <= 5
