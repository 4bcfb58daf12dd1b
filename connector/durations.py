"""Lengths of time as people write them: a number of seconds, or `90s`, `15m`, `1h`, `2d`."""

from __future__ import annotations

import re

LONGEST = 366 * 86_400.0
"""Seconds: a year."""

PATTERN = r"^\d+(\.\d+)?[smhd]?$"
"""What `seconds` takes, for a JSON Schema."""

_WRITTEN = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)", re.ASCII)
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def seconds(written: object) -> float:
    """The seconds of a written length of time. Raises ValueError, with a sentence, for what is none."""
    found = _WRITTEN.fullmatch(str(written).strip())
    if found is None or (length := float(found[1]) * _UNITS[found[2]]) > LONGEST:
        raise ValueError("must be a length of time: seconds, or as 15m, 1h, 1d; at most a year")
    return length
