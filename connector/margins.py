"""Rows of a table that are no records and no mistakes: a header repeated below, and a line of totals."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connector.columns import Cell, normalised

_TOTALS = re.compile(r"(?:eind|sub)?[- ]?tota(?:a)?l\b|totalen\b|aantal\b|som\b|grand total\b", re.IGNORECASE)
_FEW = 5
"""Cells that a line of totals fills at most."""


def is_header(cells: Mapping[str, Cell]) -> bool:
    """Whether plate and address are the names of their own columns."""
    return all(_names_itself(*cells.get(field, ("", None))) for field in ("plate", "email"))


def _names_itself(text: str, column: str | None) -> bool:
    return column is not None and normalised(text) == normalised(column)


def is_totals(values: Mapping[str, str]) -> bool:
    """Whether the first thing a row says is that it counts, and it says little else and no address."""
    filled = [text.strip() for text in values.values() if text and text.strip()]
    if not filled or len(filled) > _FEW or not _TOTALS.match(filled[0]):
        return False
    return not any("@" in text for text in filled)
