"""Whether a first line names the columns or is a customer already, and what to call columns without a name."""

from __future__ import annotations

from collections.abc import Sequence

from connector.proposing import looks, names

_INVENTED = "kolom "
_OF_DATA = ("date", "postal_code", "mobile", "phone", "vin")


def is_data(first: Sequence[str]) -> bool:
    """Whether this first line is a customer and no header: it holds a plate, an address, or dates and numbers."""
    cells = [cell.strip() for cell in first if cell.strip()]
    if len(cells) < 3 or knows(cells):
        return False
    if any(looks.is_plate(cell) or ("@" in cell and looks.is_email(cell)) for cell in cells):
        return True
    return sum(_is_of_data(cell) for cell in cells) >= 2


def knows(cells: Sequence[str]) -> bool:
    """Whether at least two of these cells, and a third of them, are names that garage systems give columns."""
    known = sum(names.is_known(cell) for cell in cells if cell.strip())
    return known >= 2 and known * 3 >= len([cell for cell in cells if cell.strip()])


def invented(width: int) -> tuple[str, ...]:
    """Names for columns that have none: `kolom 1`, `kolom 2` …"""
    return tuple(f"{_INVENTED}{number}" for number in range(1, width + 1))


def is_invented(name: str) -> bool:
    """Whether this is one of those names."""
    return name.startswith(_INVENTED)


def _is_of_data(cell: str) -> bool:
    return any(looks.LOOKS[look](cell) for look in _OF_DATA)
