"""The day on which samples are judged: fixed, so that a verdict is the same every time."""

from datetime import date

TODAY = date(2026, 11, 25)
