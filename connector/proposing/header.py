"""Whether a first line names the columns or is a customer already, and what to call columns without a name.

A customer's cells are as those below them: an address above addresses, a plate above plates. A name is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from connector import dictionary, figures, masks, plates
from connector.columns import trimmed
from connector.proposing import looks, names

LOOKED_AT = 50
"""Rows below the first line by which it is judged."""

_INVENTED = "kolom "
_OF_DATA = ("date", "postal_code", "mobile", "phone", "vin")
_NUMBERED = re.compile(r"([^\W\d_]+)[ _.-]?([0-9]{1,3})")
_KINDS = ("email", "plate", *_OF_DATA, "number")
_TELLING = 0.6
"""How many cells of a column must be of a kind for it to tell what stands above them."""


def is_data(first: Sequence[str], below: Sequence[Sequence[str]] = ()) -> bool:
    """Whether this first line is a customer and no header, by itself and by the rows below it."""
    cells = [cell.strip() for cell in first if cell.strip()]
    if not cells or knows(cells) or _are_numbered(cells):
        return False
    found = _evidence(first, below)
    return found > 0 if found else _is_data_alone(cells)


def is_sure(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether this line is certainly a header: its names are known, or it is unlike all that stands below it."""
    return knows(first) or _are_numbered(first) or _evidence(first, below) < 0


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


def on_one_line(name: str) -> str:
    """A column's name without the line breaks that Alt-Enter puts in it; it is found by this one as well."""
    return name if trimmed(name).isprintable() else " ".join(name.split())


def shown(columns: Sequence[str], *, is_certain: bool) -> dict[str, str]:
    """Column → what people may see of its name: of one that may be a customer's cell its place and a mask."""
    return {
        name: name if is_certain and "@" not in name else f"{_INVENTED}{at} ({masks.text(trimmed(name))})"
        for at, name in enumerate(columns, 1)
    }


def required_kinds(rows: Sequence[Sequence[str]]) -> int:
    """How many of plates and addresses stand in columns of these rows."""
    columns = [
        [row[at] for row in rows[:LOOKED_AT] if len(row) > at] for at in range(max(map(len, rows), default=0))
    ]
    return len(
        {"plate", "email"} & {_kind([text for cell in cells if (text := trimmed(cell))]) for cells in columns}
    )


def _is_data_alone(cells: Sequence[str]) -> bool:
    """The same of a line with nothing below it: it holds a plate, an address, or dates and numbers."""
    if len(cells) < 3:
        return False
    if any(looks.is_plate(cell) or ("@" in cell and looks.is_email(cell)) for cell in cells):
        return True
    return sum(any(looks.LOOKS[look](cell) for look in _OF_DATA) for cell in cells) >= 2


def _are_numbered(cells: Sequence[str]) -> bool:
    """Whether half of these cells are one word with a number each, or words with one number: `Veld 01`, `MAIL01`."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    parts = [found.groups() for cell in filled if (found := _NUMBERED.fullmatch(cell))]
    words, numbers = {word.casefold() for word, _ in parts}, {number for _, number in parts}
    return len(parts) >= 2 and len(parts) * 2 >= len(filled) and 1 in (len(words), len(numbers))


def _evidence(first: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """How much speaks for a customer (above 0) or against (below 0): each cell beside those below it."""
    rows = [row for row in below[:LOOKED_AT] if list(row) != list(first)]
    told = 0
    for at, cell in enumerate(map(trimmed, first)):
        under = [text for row in rows if len(row) > at and (text := trimmed(row[at]))]
        kind = _kind(under)
        if cell and kind:
            told += _WEIGHED.get(kind, _weigh_any)(cell, kind)
    return told


def _kind(cells: Sequence[str]) -> str | None:
    """What nearly all of these cells are, that no name of a column is; None: nothing in particular."""
    filled = [cell for cell in cells if not figures.is_blank(cell) and not dictionary.is_no_address(cell)]
    return next((kind for kind in _KINDS if filled and _share(filled, kind) >= _TELLING), None)


def _share(cells: Iterable[str], kind: str) -> float:
    found = [looks.LOOKS[kind](cell) for cell in cells if not (kind == "email" and looks.is_refusal(cell))]
    return sum(found) / len(found) if found else 0.0


def _weigh_any(cell: str, kind: str) -> int:
    if figures.is_blank(cell):
        return 0
    return 1 if looks.LOOKS[kind](cell) else -1


def _weigh_address(cell: str, _: str) -> int:
    if "@" in cell:
        return 3
    return 0 if dictionary.is_no_address(cell) or looks.is_refusal(cell) else -2


def _weigh_plate(cell: str, _: str) -> int:
    if looks.is_plate(cell):
        return 2
    if dictionary.is_no_plate(cell):
        return 0
    is_foreign = any(sign.isdigit() for sign in cell) and plates.judge(cell, "DE").accepted
    return 1 if is_foreign else -3


_WEIGHED: Final[dict[str, Callable[[str, str], int]]] = {"email": _weigh_address, "plate": _weigh_plate}
"""Kind → how much a cell above such cells tells; of any other kind `_weigh_any` says it."""
