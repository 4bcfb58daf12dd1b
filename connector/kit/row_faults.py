"""What can be wrong with one row of a CSV export, in words for reception."""

from __future__ import annotations

from collections.abc import Sequence

from connector import masks
from connector.kit.encoding import ESCAPED, is_damaged
from connector.model import Fault


def fault_of(row: Sequence[str], header: Sequence[str], encoding: str) -> Fault | None:
    """The fault of a row as it was cut, undecodable bytes still escaped in it; None where it fits the header.

    Empty cells beyond the header are no fault, nor is it when the header's own last columns have no name
    and the row has not filled them.
    """
    if any(is_damaged(cell) for cell in row):
        return _encoding_error(row, header, encoding)
    if len(row) < _named_width(header):
        return Fault("row_too_short", _width_message(row, header, "een ontbrekend scheidingsteken"))
    if any(cell.strip() for cell in row[len(header) :]):
        return Fault("row_too_long", _width_message(row, header, "een scheidingsteken te veel in een cel"))
    return None


def _named_width(header: Sequence[str]) -> int:
    return max((at for at, name in enumerate(header, 1) if name.strip()), default=0)


def _width_message(row: Sequence[str], header: Sequence[str], check: str) -> str:
    columns = "1 kolom" if len(row) == 1 else f"{len(row)} kolommen"
    return f"Deze regel heeft {columns}, verwacht zijn er {len(header)}; controleer op {check}."


def _encoding_error(row: Sequence[str], header: Sequence[str], encoding: str) -> Fault:
    at = next(at for at, cell in enumerate(row) if is_damaged(cell))
    column = header[at] if at < len(header) else None
    where = f"kolom “{masks.visible(column)}”" if column else f"cel {at + 1}"
    message = (
        f"In {where} staan tekens die niet in de codering {encoding} passen; "
        "voer de naam of het adres in het garagesysteem opnieuw in, of exporteer in één codering."
    )
    return Fault("encoding_error", message, column, masks.text(ESCAPED.sub("?", row[at])))
