"""Cells of a sheet whose formula gave no value: an error, or nothing yet. The parser gives them as empty ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from connector.errors import SourceFormatError
from connector.kit.sheet_bounds import column_number, in_whole
from connector.kit.unpacking import Archive, refuse_damaged

MOST = 1_000_000
"""Cells without a value at most: more is a sheet that no program has worked out."""

_WORKBOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_CELL = re.compile(rb"<(?:[\w.-]+:)?c\b([^>]*)(?<!/)>(.*?)</(?:[\w.-]+:)?c\s*>", re.DOTALL)
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']")
_IS_ERROR = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_IS_TEXT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")
"""A formula that gives an empty text has a value."""
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s>/]")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v\b[^>]*(?<!/)>[^<]")
_UNWORKED = (
    "Dit Excel-bestand bevat te veel formules zonder uitkomst; "
    "open het in Excel, bewaar het en exporteer het opnieuw."
)


def without_value(archive: Archive, sheet: str, *, most: int = MOST) -> set[tuple[int, int]]:
    """Row and column, from 1, of the cells of a sheet whose formula failed or was never worked out.

    A cell that does not say where it stands is passed over. Raises `SourceFormatError` for more than `most` of them.
    """
    part = _part_of(archive, sheet)
    found: set[tuple[int, int]] = set()
    for block in in_whole(archive.blocks(part), b"row>") if part else ():
        found.update(_without_value(block))
        if len(found) > most:
            raise SourceFormatError(_UNWORKED)
    return found


def _without_value(rows: bytes) -> Iterator[tuple[int, int]]:
    if not (_IS_ERROR.search(rows) or _FORMULA.search(rows)):
        return
    for attributes, content in _CELL.findall(rows):
        place = _PLACE.search(attributes)
        if place and (_IS_ERROR.search(attributes) or _is_unworked(attributes, content)):
            yield int(place[2]), column_number(place[1])


def _is_unworked(attributes: bytes, content: bytes) -> bool:
    is_formula = _FORMULA.search(content) and not _IS_TEXT.search(attributes)
    return bool(is_formula and not _VALUE.search(content))


def _part_of(archive: Archive, sheet: str) -> str | None:
    """The member that holds a sheet; None where the workbook does not tell as others do."""
    if not {_WORKBOOK, _LINKS} <= set(archive.names):
        return None
    links = [_linked(each) for each in _elements(archive, _WORKBOOK, "sheet") if each.get("name") == sheet]
    targets = {each.get("Id"): each.get("Target", "") for each in _elements(archive, _LINKS, "Relationship")}
    target = targets.get(links[0], "") if links else ""
    part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return part if part in archive.names else None


def _linked(sheet: dict[str, str]) -> str | None:
    """The number of a sheet's link, whatever prefix its namespace has."""
    return next((value for name, value in sheet.items() if name.endswith(":id")), None)


def _elements(archive: Archive, member: str, tag: str) -> list[dict[str, str]]:
    """The attributes of all elements of this name."""
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = lambda *_: refuse_damaged()
    try:
        for block in in_whole(archive.blocks(member), b">"):
            parser.Parse(block, False)
    except expat.ExpatError:
        refuse_damaged()
    return found
