"""`delivery.list_file`: how and where customer lists are written for a garage whose iGarage has no API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from connector.config.forms import FilePath, OneLine, Strict
from connector.customer_list import COLUMNS, REQUIRED, Form

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

ListField = Literal[
    "plate",
    "country",
    "email",
    "first_name",
    "initials",
    "infix",
    "last_name",
    "company",
    "customer_reference",
    "role",
    "mobile",
    "phone",
    "street",
    "house_number",
    "postal_code",
    "city",
    "language",
    "make",
    "model",
    "vin",
    "fuel",
    "first_registration",
    "apk_due",
    "mileage",
    "mileage_at",
    "fleet_account",
]
"""What of a passport may stand in a list."""


def _clock(written: Any) -> Any:
    if not isinstance(written, str) or not _CLOCK.fullmatch(written):
        raise ValueError("must be a time of day between quotes, as '01:00'")
    return written


def _all_that_is_required(columns: Mapping[str, str]) -> Mapping[str, str]:
    fields = list(columns.values())
    for field in REQUIRED:
        if fields.count(field) != 1:
            raise ValueError(f"must name {field} once: iGarage takes no row without it")
    return columns


def _of_a_date(pattern: str) -> str:
    if "%" not in pattern or date(2026, 12, 31).strftime(pattern) == date(2025, 11, 30).strftime(pattern):
        raise ValueError("must be a date's format, as '%d-%m-%Y'")
    return pattern


class ListFileConfig(Strict):
    """The customer list, in the form of the portal's template."""

    folder: FilePath = Field(examples=["./lijsten"])
    """Folder in which the lists appear, relative to this file; not one that a source watches."""
    at: Annotated[str, BeforeValidator(_clock)] = "01:00"
    """Time of day in the garage's time zone at which what is due is written, between quotes."""
    max_rows: int = Field(default=2000, ge=1, le=100_000)
    """The most rows of one list; more are written in several."""
    columns: Annotated[dict[OneLine, ListField], AfterValidator(_all_that_is_required)] = Field(
        default=dict(COLUMNS)  # type: ignore[arg-type]
    )
    """Name of each column in the portal's template, in its order, to the field that stands in it."""
    separator: Literal[";", ",", "\t"] = ";"
    """What stands between two cells."""
    encoding: Literal["utf-8-sig", "utf-8", "cp1252"] = "utf-8-sig"
    """How letters are written: utf-8-sig is UTF-8 with its mark, as Excel knows it."""
    line_end: Literal["crlf", "lf"] = "crlf"
    """How a line ends: crlf as on Windows, or lf."""
    date_format: Annotated[OneLine, AfterValidator(_of_a_date)] = "%d-%m-%Y"
    """How a date is written, as Python's strftime takes it."""

    @property
    def time(self) -> time:
        """The time of day."""
        return time.fromisoformat(self.at)

    @property
    def form(self) -> Form:
        """The same, as a list takes it."""
        end = "\r\n" if self.line_end == "crlf" else "\n"
        return Form(self.columns, self.separator, self.encoding, end, self.date_format)
