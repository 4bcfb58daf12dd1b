"""The customer list (klantenlijst): the CSV that a person uploads in iGarage's portal, for a garage without an API.

The portal takes exactly the columns of its template in their order, divided by the list separator; kenteken, e-mail
and achternaam are required (manual, chapter 2). The template itself is not public, so all of its form can be set.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from connector import plates, sheets
from connector.model import Content
from connector.sheets import Mistake

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "Kenteken": "plate",
        "Email": "email",
        "Voornaam": "first_name",
        "Tussenvoegsel": "infix",
        "Achternaam": "last_name",
        "Bedrijfsnaam": "company",
        "Mobiel": "mobile",
        "Telefoon": "phone",
        "Merk": "make",
        "Model": "model",
        "APK datum": "apk_due",
        "Kilometerstand": "mileage",
        "Wagenpark": "fleet_account",
    }
)
"""Column → field, in the order of the portal's template as far as it is known."""
REQUIRED = ("plate", "email", "last_name")
"""Fields without which the portal takes no row."""
DATES = ("first_registration", "apk_due", "mileage_at")
PHONES = ("mobile", "phone")


@dataclass(frozen=True, slots=True)
class Form:
    """How a list is written. `columns`: name → field; `date_format` as `strftime` takes it."""

    columns: Mapping[str, str] = field(default_factory=lambda: COLUMNS)
    separator: str = ";"
    encoding: str = "utf-8-sig"
    line_end: str = "\r\n"
    date_format: str = "%d-%m-%Y"

    def written(self, lines: Sequence[Mapping[str, str]]) -> bytes:
        """A list as bytes: its header and these lines of `line`."""
        text = io.StringIO()
        sheet = csv.writer(text, delimiter=self.separator, lineterminator=self.line_end)
        sheet.writerow(self.columns)
        for line in lines:
            sheet.writerow(line[each] for each in self.columns.values())
        return text.getvalue().encode(self.encoding)

    def line(self, plate: str, content: Content) -> dict[str, str]:
        """Field → cell of one passport. Raises `Unlisted` where a list cannot say it as it is."""
        fields = {"plate": plate, **content}
        return {each: self._cell(name, each, fields.get(each)) for name, each in self.columns.items()}

    def _cell(self, name: str, field_name: str, value: str | int | None) -> str:
        text = "" if value is None else str(value)
        if field_name in DATES and text:
            text = date.fromisoformat(text).strftime(self.date_format)
        if field_name in PHONES and text.startswith("+"):
            text = f"00{text[1:]}"  # the same number, and no formula
        cell = sheets.safe(text)
        if field_name in REQUIRED and (not text or (cell != text and field_name != "last_name")):
            raise Unlisted(
                name, "is leeg" if not text else "begint met een teken dat een rekenblad uitrekent"
            )
        try:
            cell.encode(self.encoding)
        except UnicodeEncodeError:
            raise Unlisted(name, f"heeft een teken dat een lijst in {self.encoding} niet kent") from None
        return cell


class Unlisted(ValueError):
    """A passport that a list cannot say as it is; the text says why, in Dutch and without its value."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(f"Dit AutoPaspoort past niet in de klantenlijst: kolom {column} {why}.")


def name_of(number: int, day: date, *, sends: bool) -> str:
    """The file name of a list, which says whether *versturen* is to be ticked when it is uploaded."""
    return f"klantenlijst-{day:%Y-%m-%d}-nr{number}-{'wel' if sends else 'niet'}-versturen.csv"


# ---------------------------------------------------------------- what a person says of a list


@dataclass(frozen=True, slots=True)
class Failed:
    """A passport that the portal could not do, and iGarage's code for why. `line` is physical, from 1."""

    line: int
    plate: str
    code: str


def failures(content: bytes) -> tuple[list[Failed], list[Mistake]]:
    """The plates in a list of what failed, and what is wrong in it. Never raises.

    One plate a line; a header, and a reason behind the plate, may be there. Without a reason it is a refusal.
    """
    text = sheets.text(content)
    separator = max(";,\t", key=text.count)
    read = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    failed: dict[str, Failed] = {}
    mistakes: list[Mistake] = []
    try:
        for cells in read:
            words = [each.strip() for each in cells]
            if not any(words) or (read.line_num == 1 and not _is_plate(words[0])):
                continue
            if not _is_plate(words[0]):
                mistakes.append(Mistake(read.line_num, "hier staat vooraan geen kenteken"))
                continue
            one = Failed(read.line_num, plates.compact(words[0]), _code(" ".join(words[1:])))
            failed.setdefault(one.plate, one)
    except csv.Error:
        mistakes.append(Mistake(read.line_num or 1, "dit is niet als lijst te lezen; bewaar hem als CSV"))
    return list(failed.values()), mistakes


def _is_plate(cell: str) -> bool:
    bare = plates.compact(cell)
    return bare.isalnum() and any(each.isdigit() for each in bare) and len(bare) <= plates.LONGEST


def _code(reason: str) -> str:
    """The code of a reason, in whatever words the portal gives it."""
    words = reason.casefold()
    if "mail" in words or "adres" in words:
        return "email_invalid"
    return "owner_conflict" if "eigenaar" in words or "owner" in words or "klant" in words else "invalid"
