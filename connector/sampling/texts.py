"""The first rows of an export by which its columns are judged, its whole text, and a copy of that with nobody in it."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Self

from connector import disguise, inbox, kit
from connector.disguise.cutting import cut, inner
from connector.errors import SourceError, SourceFormatError
from connector.kit.delimiter import find_delimiter
from connector.kit.encoding import encoding_of
from connector.model import Column, ExportFile, Layout, Table
from connector.proposing import header, names, propose
from connector.sampling.forming import form_of, names_all

SAMPLED = 2_000
"""Rows from which the meaning of columns is judged."""

LARGEST = 512 * 1024 * 1024
"""Bytes of an export that is copied; it is held in memory."""

_HEADER_WITHIN = 20
"""Records among which a header is looked for in an export that cannot be read."""

_DRAWS = 10
"""Copies that are made at most until one is read in the encoding of its export."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]{0,40})["']""")

Row = Mapping[str, str]


# ---------------------------------------------------------------- the first rows


@dataclass(frozen=True, slots=True)
class Sample:
    """The first sound rows of an export. `names` are what its columns are called where it has no header."""

    path: Path
    layout: Layout
    rows: tuple[Row, ...]
    names: tuple[str, ...] = ()
    trouble: str | None = None
    """Why the export cannot be read to its end, in Dutch."""

    @classmethod
    def of(cls, path: Path, table: Table, names: tuple[str, ...] = ()) -> Self:
        """The first sound rows of a table, up to where it would be held."""
        rows: list[Row] = []
        try:
            rows.extend(islice((record.values for record in table if record.fault is None), SAMPLED))
        except SourceError as error:
            return cls(path, table.layout, tuple(rows), names, str(error))
        return cls(path, table.layout, tuple(rows), names)


def first_rows(path: Path) -> Sample:
    """The first rows of a CSV export, with a header or without, or of a workbook. Raises `SourceError`."""
    file = inbox.export_file(path)
    if kit.is_workbook(file):
        table = kit.read_xlsx(file, names=names.COMMON)
        return Sample.of(path, table)
    _refuse_xml(path)
    table = kit.read_csv(file, names=names.COMMON)
    if not header.is_data(table.layout.columns):
        return Sample.of(path, table)
    invented = header.invented(len(table.layout.columns))
    table = kit.read_headless(file, invented)
    return Sample.of(path, table, invented)


def is_xml(path: Path) -> bool:
    """Whether an export begins as XML does, in UTF-16 too."""
    with path.open("rb") as stream:
        start = stream.read(64)
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def _refuse_xml(path: Path) -> None:
    if is_xml(path):
        raise SourceFormatError("Dit is XML en geen CSV; kies een adapter die het leest (zie `plugins`).")


# ---------------------------------------------------------------- the whole text


@dataclass(frozen=True, slots=True)
class Text:
    """An export as text. `bom` stands before it; `tail` is half a sign at its end, in UTF-16."""

    bom: bytes
    text: str
    encoding: str
    tail: bytes = b""

    def as_bytes(self, text: str) -> bytes:
        """Another text, written as this one is."""
        return self.bom + text.encode(self.encoding, _errors(self.encoding)) + self.tail


def whole_text(path: Path) -> Text:
    """An export as text, byte for byte. Raises `SourceFormatError` where it is none, or too large to hold."""
    return _whole(path, _decoded)


def whole_xml(path: Path) -> Text:
    """The same of XML, in the encoding that it says it has."""
    return _whole(path, _declared)


def _declared(path: Path, raw: bytes) -> Text:
    if raw.startswith(tuple(bom for bom, _ in _BOMS)):
        return _decoded(path, raw)
    wide = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(raw[:2])
    says = _ENCODING.search(raw[:200])
    encoding = wide or (says[1].decode("ascii").lower() if says else "utf-8")
    try:
        return Text(b"", raw.decode(encoding, _errors(encoding)), encoding)
    except (LookupError, UnicodeError):
        raise SourceFormatError(f"De codering {encoding} van dit XML-bestand is niet te lezen.") from None


def _whole(path: Path, decode: Callable[[Path, bytes], Text]) -> Text:
    if path.stat().st_size > LARGEST:
        raise SourceFormatError(f"Het bestand is groter dan {LARGEST // 1024**2} MB.")
    raw = path.read_bytes()
    read = decode(path, raw)
    if read.as_bytes(read.text) != raw:
        raise SourceFormatError(f"Het bestand is in {read.encoding} niet teken voor teken over te schrijven.")
    return read


def _decoded(path: Path, raw: bytes) -> Text:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            body = raw[len(bom) :]
            end = len(body) - len(body) % 2 if encoding.startswith("utf-16") else len(body)
            return Text(bom, body[:end].decode(encoding, _errors(encoding)), encoding, body[end:])
    encoding = encoding_of(inbox.export_file(path))
    return Text(b"", raw.decode(encoding, _errors(encoding)), encoding)


def _errors(encoding: str) -> str:
    return "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"


def without_people(
    path: Path, read: Text, layout: Layout | None, columns: Mapping[str, Column], today: date, seed: int
) -> tuple[bytes, disguise.Form]:
    """A copy of an export that can be shown to anybody, and the form it was found to have.

    `layout` and `columns` are those of the garage's file; without a layout, what can be seen of the text itself.
    """
    own = columns
    if layout is not None:
        is_header = names_all(layout.columns, own)
        columns = own or proposed(layout.columns, _rows_at_best(path), today)
    else:
        layout, columns = _seen(path, read, own, today)
        is_header = header.knows(layout.columns)
    if not is_header:
        layout = replace(layout, header_line=None)
    layout = replace(layout, delimiter=layout.delimiter or ";")
    form = form_of(read.encoding, layout, own, columns, _cells_below(read.text, layout))
    return _written_alike(read, form, today, seed), form


def _written_alike(read: Text, form: disguise.Form, today: date, seed: int) -> bytes:
    """The copy, by the first of some seeds in which its encoding is found as that of the export is.

    Which letters with accents are common tells encodings apart, and a draw can make others common.
    """
    seeds = Random(seed)  # noqa: S311  # hides nothing
    for tried in (seed, *(seeds.getrandbits(64) for _ in range(_DRAWS))):
        copy = read.as_bytes(disguise.disguised(read.text, form, today, tried))
        if read.bom or encoding_of(ExportFile("", partial(io.BytesIO, copy), len(copy))) == read.encoding:
            break
    return copy


def _cells_below(text: str, layout: Layout) -> list[tuple[str, ...]]:
    """The cells of the first records below the header, as they are written."""
    records = cut(text, layout.delimiter or ";")
    below = (each for each in records if each.line > (layout.header_line or 0))
    return [
        tuple(inner(text[begin:end])[0] for begin, end in record.cells) for record in islice(below, SAMPLED)
    ]


def _seen(
    path: Path, read: Text, columns: Mapping[str, Column], today: date
) -> tuple[Layout, Mapping[str, Column]]:
    """Layout and columns as the kit finds them, else as the first lines of the text show them."""
    try:
        layout = first_rows(path).layout
    except SourceError:
        layout = _glimpsed(read)
    return layout, columns or proposed(layout.columns, _rows_at_best(path), today)


def _rows_at_best(path: Path) -> tuple[Row, ...]:
    try:
        return first_rows(path).rows
    except SourceError:
        return ()


def proposed(found: Sequence[str], rows: Sequence[Row], today: date) -> dict[str, Column]:
    """What columns seem to hold, by their names and by what stands in them."""
    return {
        choice.field: Column(choice.columns, format=choice.format)
        for choice in propose(found, rows, today).choices
    }


def _glimpsed(read: Text) -> Layout:
    """The layout of an export that cannot be read: a header counts as one only where its names are known."""
    lines = read.text[: 1 << 16].splitlines(keepends=True)[:100]
    delimiter = find_delimiter(lines)
    for record in islice(cut(read.text, delimiter), _HEADER_WITHIN):
        cells = tuple(inner(read.text[begin:end])[0] for begin, end in record.cells)
        if header.knows(cells):
            return Layout(cells, read.encoding, delimiter, record.line)
    return Layout((), read.encoding, delimiter)
