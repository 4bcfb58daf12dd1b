"""The type of a setting that is a length of time: seconds, or `15m`, `1h`, `1d`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from connector import durations

Duration = Annotated[
    float,
    BeforeValidator(durations.seconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": durations.LONGEST},
                {"type": "string", "pattern": durations.PATTERN},
            ]
        }
    ),
]
"""In seconds once loaded."""
