"""JSON whose bytes depend on the value alone: for what is compared, digested, or asked twice byte for byte."""

from __future__ import annotations

from typing import Any

import orjson


def canonical(value: object) -> bytes:
    """JSON in UTF-8: keys sorted, nothing between the parts, no letter escaped that need not be.

    Raises `TypeError` for what JSON cannot say, and for an integer of more than 64 bits.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def compact_json(value: object) -> str:
    """The same as a text."""
    return canonical(value).decode()


def parsed(text: str | bytes) -> Any:
    """What such a text says; of others, `json` reads larger numbers."""
    return orjson.loads(text)
