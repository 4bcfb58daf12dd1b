"""What the exports said, and so what iGarage must have: the test's own model, which shares no code with the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .exports import Bad, Line, Row, compact

FIRST_LINE = 2
"""The physical line of the first row, below the header."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a row says of a car and its customer."""

    last_name: str
    email: str
    country: str
    make: str | None
    apk_due: str | None
    mileage: int | None

    @property
    def address(self) -> str:
        """The address as it is compared."""
        return self.email.strip().casefold()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Where a row that cannot be a passport must be listed, and why."""

    file: str
    line: int
    column: str
    code: str


@dataclass(slots=True)
class Book:
    """What one garage's exports said, in order. A plate's revisions are its distinct contents in a row.

    `held` and `held_files` are questions that must be asked; `unmailed` plates get no invitation at all.
    """

    invites: bool = True
    revisions: dict[str, list[Content]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    held_files: dict[str, str] = field(default_factory=dict)
    unmailed: set[str] = field(default_factory=set)
    last: tuple[str, Sequence[Line]] | None = None

    def says(self, file: str, lines: Sequence[Line]) -> None:
        """An export that the connector must take. What it leaves out stays as it was."""
        self.last = (file, lines)
        self.refusals = [
            Refusal(file, number, line.column, line.code)
            for number, line in enumerate(lines, FIRST_LINE)
            if isinstance(line, Bad)
        ]
        for name, content in _chosen(line for line in lines if isinstance(line, dict)).items():
            known = self.revisions.setdefault(name, [])
            if known[-1:] != [content]:
                known.append(content)

    def addresses(self, name: str) -> list[str]:
        """The addresses of a plate in the order in which they came to be its own."""
        found: list[str] = []
        for content in self.revisions[name]:
            if found[-1:] != [content.address]:
                found.append(content.address)
        return found


def _chosen(rows: Iterable[Row]) -> Mapping[str, Content]:
    """Of a plate that stands more than once in a file: the last with an APK date, else the last."""
    found: dict[str, Content] = {}
    for row in rows:
        content = content_of(row)
        before = found.get(compact(row["Kenteken"]))
        if before is None or content.apk_due or not before.apk_due:
            found[compact(row["Kenteken"])] = content
    return found


def content_of(row: Row) -> Content:
    """What must become of a row."""
    day, _, rest = row["APK datum"].partition("-")
    month, _, year = rest.partition("-")
    return Content(
        last_name=row["Achternaam"],
        email=row["E-mail"],
        country=row["Land"] or "NL",
        make=row["Merk"] or None,
        apk_due=f"{year}-{month}-{day}" if year else None,
        mileage=int(row["Km stand"]) if row["Km stand"] else None,
    )


def content_at(body: Mapping[str, Any]) -> Content | None:
    """What iGarage has on file; None where that holds anything that no row says."""
    customer, vehicle = dict(body["customer"]), dict(body.get("vehicle") or {})
    found = Content(
        last_name=customer.pop("last_name"),
        email=customer.pop("email"),
        country=body.get("country") or "NL",
        make=vehicle.pop("make", None),
        apk_due=vehicle.pop("apk_due", None),
        mileage=vehicle.pop("mileage", None),
    )
    rest = {
        name for name in body if name not in ("plate", "country", "send", "source", "customer", "vehicle")
    }
    surplus = [
        value for part in (customer, vehicle, {name: body[name] for name in rest}) for value in part.values()
    ]
    return None if any(value is not None for value in surplus) else found
