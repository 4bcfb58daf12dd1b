"""A copy of a workbook, made anew: nothing of the original file is taken over but what is written here cell by cell.

So what else a workbook may hold (its author, comments, links, pictures, the texts of deleted rows) is not in the copy.
What stays: the sheets and whether they are shown, on which row and in which column each cell stands, what kind of cell
it is, and the header. Formats of cells, formulas and the widths of columns do not.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from random import Random
from xml.sax.saxutils import escape, quoteattr

from connector import disguise, kit
from connector.disguise import Cells, Words
from connector.kit.xlsx_rows import Cell, Sheet, as_text, sheets
from connector.model import Column, ExportFile, Layout
from connector.proposing import header, names
from connector.sampling.forming import form_of, names_all
from connector.sampling.texts import SAMPLED, proposed

_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # Excel counts days from here, without a zone
_HARMLESS = re.compile(
    r"(?:blad|sheet|werkblad|klanten|export|data|auto's|voertuigen|lijst|apk)\s*\d*", re.IGNORECASE
)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f"{_HEAD}<styleSheet {_MAIN}><fonts count='1'><font><sz val='11'/><name val='Calibri'/></font></fonts>"
    "<fills count='2'><fill><patternFill patternType='none'/></fill>"
    "<fill><patternFill patternType='gray125'/></fill></fills>"
    "<borders count='1'><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    "<cellStyleXfs count='1'><xf numFmtId='0' fontId='0' fillId='0' borderId='0'/></cellStyleXfs><cellXfs count='3'>"
    + "".join(
        f"<xf numFmtId='{number}' fontId='0' fillId='0' borderId='0' xfId='0' applyNumberFormat='1'/>"
        for number in (0, 14, 22)  # as it stands, a day, a day with its time
    )
    + "</cellXfs><cellStyles count='1'><cellStyle name='Normal' xfId='0' builtinId='0'/></cellStyles></styleSheet>"
)


def without_people(
    file: ExportFile, layout: Layout | None, columns: Mapping[str, Column], today: date, seed: int
) -> tuple[bytes, disguise.Form]:
    """The copy, and its form. Raises `SourceFormatError` for what is no whole workbook or holds nothing."""
    if layout is not None:
        is_header = names_all(layout.columns, columns)
    else:
        layout = kit.read_xlsx(file, names=names.COMMON).layout
        is_header = header.knows(layout.columns)
    every = list(sheets(file))
    read = next((each for each in every if _is_read(each, layout)), every[0])
    below = _texts_below(read, layout)
    if not is_header:
        layout = replace(layout, header_line=None)
    form = form_of("utf-8", layout, columns, columns or _proposed(file, today), below)
    random = Random(seed)  # noqa: S311  # hides nothing: what is drawn does not hang on what it stands for
    words = Words(random, _words_of(every), "utf-8")
    cells = Cells(words, random, today)
    copies = [_copied(each, form if each is read else disguise.Form(""), cells, words) for each in every]
    return packed(copies), form


def _proposed(file: ExportFile, today: date) -> Mapping[str, Column]:
    table = kit.read_xlsx(file, names=names.COMMON)
    rows = [record.values for _, record in zip(range(SAMPLED), table, strict=False)]
    return proposed(table.layout.columns, rows, today)


def _is_read(sheet: Sheet, layout: Layout) -> bool:
    """Whether the header stands in this sheet."""
    texts = [_text(cell) for cell in sheet.row(layout.header_line or 0)]
    return tuple(texts[: len(layout.columns)]) == layout.columns


def _words_of(every: Sequence[Sheet]) -> set[str]:
    texts = (_text(cell) for sheet in every for row in sheet.rows for cell in row)
    return disguise.words_of(" ".join(texts))


def _text(cell: Cell) -> str:
    return "" if cell is None else as_text(cell)


def _texts_below(sheet: Sheet, layout: Layout) -> list[list[str]]:
    """The first rows below the header, as texts."""
    first = layout.header_line or 0
    return [[_text(cell) for cell in row] for row in sheet.rows[first : first + SAMPLED]]


def _copied(sheet: Sheet, form: disguise.Form, cells: Cells, words: Words) -> Sheet:
    name = sheet.name if _HARMLESS.fullmatch(sheet.name.strip()) else words.text(sheet.name)
    rows = [
        _titles(row, form, cells, words)
        if _is_title(sheet, line, form)
        else [_cell(cell, form.columns.get(at), cells) for at, cell in enumerate(row)]
        for line, row in enumerate(sheet.rows, 1)
    ]
    return Sheet(name, sheet.is_shown, rows)


def _is_title(sheet: Sheet, line: int, form: disguise.Form) -> bool:
    """Whether a row is the header, repeats it, stands above it, or names columns all the same."""
    first, row = form.header_line or 0, sheet.row(line)
    if line <= first or (first and any(row) and row == sheet.row(first)):
        return True
    return line <= disguise.HEADER_WITHIN and disguise.is_all_names([_text(cell) for cell in row])


def _titles(row: Sequence[Cell], form: disguise.Form, cells: Cells, words: Words) -> list[Cell]:
    """A header or title, with only those of its cells as they were that name nobody."""
    fields = {at: column.field for at, column in form.columns.items()}
    stay = disguise.kept([_text(cell) for cell in row], form.names, fields)
    return [
        cell
        if stays
        else disguise.retitled(cell, words, cells)
        if isinstance(cell, str)
        else _cell(cell, None, cells)
        for cell, stays in zip(row, stay, strict=True)
    ]


def _cell(cell: Cell, column: disguise.Column | None, cells: Cells) -> Cell:
    """Another cell of the same kind."""
    if cell is None or isinstance(cell, bool) or cell == "":
        return cell
    field, form = (column.field, column.format) if column else (None, None)
    if isinstance(cell, date):
        return cells.day(cell, field)
    text = _text(cell)
    core = text.strip()
    if not core:
        return cell
    new = text.replace(core, cells.cell(core, field, form), 1)
    return new if isinstance(cell, str) else _as_number(new, cell)


def _as_number(text: str, like: object) -> Cell:
    try:
        return float(text.replace(",", ".")) if isinstance(like, int | float) else text
    except ValueError:
        return text


# ---------------------------------------------------------------- writing


def packed(every: Sequence[Sheet]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _members(every):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _members(every: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(every) + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{each}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        for each in numbers
    )
    yield (
        "[Content_Types].xml",
        (
            f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{parts}</Types>'
        ),
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    links = [("worksheet", f"worksheets/sheet{each}.xml") for each in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*links, ("styles", "styles.xml")])
    listed = "".join(
        f"<sheet name={quoteattr(sheet.name)} sheetId='{each}' r:id='rId{each}'"
        f"{'' if sheet.is_shown else ' state=' + quoteattr('hidden')}/>"
        for each, sheet in zip(numbers, every, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook {_MAIN} xmlns:r="{_LINKS}"><sheets>{listed}</sheets></workbook>',
    )
    yield "xl/styles.xml", _STYLES
    for each, sheet in zip(numbers, every, strict=True):
        rows = "".join(_row(line, row) for line, row in enumerate(sheet.rows, 1))
        yield (
            f"xl/worksheets/sheet{each}.xml",
            (f"{_HEAD}<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>"),
        )


def _relations(links: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, 1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{space}">{listed}</Relationships>'


def _row(line: int, row: Sequence[Cell]) -> str:
    cells = "".join(_written(f"{_letters(at)}{line}", cell) for at, cell in enumerate(row))
    return f'<row r="{line}">{cells}</row>' if cells else ""


def _letters(at: int) -> str:
    """The name of a column: A … Z, AA …"""
    first, last = divmod(at, 26)
    return (_letters(first - 1) if first else "") + chr(ord("A") + last)


def _written(place: str, cell: Cell) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{place}"><v>{cell!r}</v></c>'
    if isinstance(cell, date):
        style = 2 if isinstance(cell, datetime) else 1
        return f'<c r="{place}" s="{style}"><v>{_serial(cell)!r}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(as_text(cell))}</t></is></c>'


def _serial(day: date) -> float:
    at = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001
    since = at.replace(tzinfo=None) - _DAY_ZERO
    return since.days + since.seconds / 86_400
