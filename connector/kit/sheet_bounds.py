"""How large a workbook becomes in memory, judged from its XML before it is parsed.

The parser lays a sheet out as one rectangle from its first to its last filled cell, and gives each cell a copy of
its text: one cell at XFD1048576, or one long text used a million times, would end the process. Quick patterns
count from above; where they are past a limit, or cells stand without an address, the XML is walked and counted
exactly.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from connector.errors import SourceFormatError
from connector.kit.unpacking import refuse_damaged

CELL_LIMIT = 6_000_000
"""Cells of a sheet's rectangle at most, empty ones too: 100,000 rows of 60 columns."""
TEXT_LIMIT = 1 << 28
"""Bytes of shared text at most, each as often as it is used."""

_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s>/]")
_ADDRESSED = re.compile(rb'<(?:[\w.-]+:)?c r="([A-Z]{1,3})([0-9]{1,7})"')
"""As all but a few programs write a cell; where one does not, its sheet is walked."""
_SHARED = re.compile(rb"\bt\s*=\s*[\"']s[\"']")
_ITEM_END = re.compile(rb"</(?:[\w.-]+:)?si\s*>")
_LONGEST_ADDRESS = 12
_LONGEST_PIECE = 1 << 20

_TOO_WIDE = (
    "Op het werkblad staat ver buiten de gegevens nog iets, waardoor het te groot wordt om te lezen; "
    "verwijder de lege rijen en kolommen achter de gegevens, of exporteer als CSV."
)
_TOO_MUCH_TEXT = "Dit Excel-bestand bevat te veel tekst om te lezen; exporteer het als CSV."


@dataclass(slots=True)
class Extent:
    """Of one sheet: its last filled row and column from 1, and how often each shared text is used."""

    row: int = 0
    column: int = 0
    shared: Counter[int] = field(default_factory=Counter)


def check(extent: Extent, shared: list[int]) -> None:
    """Raises `SourceFormatError` for a sheet past a limit; `shared`: bytes of each shared text."""
    if extent.row * extent.column > CELL_LIMIT:
        raise SourceFormatError(_TOO_WIDE)
    sizes = dict(enumerate(shared))
    if sum(sizes.get(at, 0) * uses for at, uses in extent.shared.items()) > TEXT_LIMIT:
        raise SourceFormatError(_TOO_MUCH_TEXT)


def is_surely_small(blocks: Iterable[bytes], longest: int) -> bool:
    """Whether a sheet is within the limits, counted from above; `longest`: bytes of the longest shared text."""
    cells = addressed = texts = 0
    rows: set[bytes] = set()
    columns: set[bytes] = set()
    for block in in_whole(blocks, b">"):
        found = _ADDRESSED.findall(block)
        cells += len(_CELL.findall(block))
        texts += len(_SHARED.findall(block))
        if found:
            addressed += len(found)
            letters, digits = zip(*found, strict=True)
            columns.update(letters)
            rows.update(digits)
    if addressed != cells or texts * longest > TEXT_LIMIT:
        return False
    return max(map(int, rows), default=0) * max(map(column_number, columns), default=0) <= CELL_LIMIT


def in_whole(blocks: Iterable[bytes], end: bytes) -> Iterator[bytes]:
    """The same bytes, in blocks that close with this end; what grows too long without one is given as it is."""
    rest = b""
    for block in blocks:
        rest += block
        at = rest.rfind(end)
        cut = at + len(end) if at >= 0 else len(rest) if len(rest) > _LONGEST_PIECE else 0
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


def text_sizes(blocks: Iterable[bytes]) -> list[int]:
    """Bytes of each shared text, its tags included."""
    sizes, size = [], 0
    for block in in_whole(blocks, b">"):
        first, *rest = _ITEM_END.split(block)
        size += len(first)
        for part in rest:
            sizes.append(size)
            size = len(part)
    return [*sizes, size]


class _Walk:
    """Walks the XML of a sheet as the parser does: a cell without an address stands behind the one before."""

    def __init__(self) -> None:
        self.extent = Extent()
        self._row = self._column = 0
        self._kind = ""
        self._text: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            self._row = _number(attributes.get("r", "")) or self._row + 1
            self._column = 0
        elif tag == "c":
            self._place(attributes.get("r", ""))
            self._kind = attributes.get("t", "")
        elif tag in ("v", "is", "f"):
            self.extent.row = max(self.extent.row, self._row)
            self.extent.column = max(self.extent.column, self._column)
            self._text = [] if tag == "v" and self._kind == "s" else None

    def _place(self, address: str) -> None:
        found = re.fullmatch("([A-Za-z]+)([0-9]+)", address)
        if found:
            self._column, self._row = column_number(found[1].encode()), _number(found[2])
        else:
            self._column += 1

    def text(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def end(self, name: str) -> None:
        if self._text is not None and name.rpartition(":")[2] == "v":
            self.extent.shared[_number("".join(self._text).strip())] += 1
            self._text = None


def walked(blocks: Iterable[bytes]) -> Extent:
    """The exact extent of a sheet. Raises `SourceFormatError` for what is no XML, or has entities of its own."""
    walk, parser = _Walk(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for block in blocks:
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        refuse_damaged()
    return walk.extent


def _refuse_doctype(*_: object) -> None:
    refuse_damaged()  # no workbook has one: it is where entities are made


def _number(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < _LONGEST_ADDRESS else 0


def column_number(letters: bytes) -> int:
    """`A` is 1, `XFD` is 16,384."""
    number = 0
    for letter in letters.upper()[:_LONGEST_ADDRESS]:
        number = number * 26 + letter - 64
    return number
