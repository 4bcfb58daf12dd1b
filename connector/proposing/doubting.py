"""What a proposal is unsure of, each as a Dutch sentence that names the column and what to look at.

No sentence holds a cell: columns are named, customers are not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from connector import dictionary, figures, masks
from connector.proposing import looks, people

SENTENCES: Final = {
    "alike": "De naam lijkt op die van {field}, maar is niet zeker; kijk of dit erin staat.",
    "by_look": "Gekozen als {field} om wat erin staat, niet om de naam; kijk of het klopt.",
    "another": "Dit lijkt ook {field}, maar er is al een andere kolom gekozen; kies zelf als deze beter is.",
    "doubled": "Deze naam staat meer dan eens in de export en kan niet worden gekoppeld als {field};"
    " geef elke kolom een eigen naam.",
    "strange_header": "Geen enkele naam in de eerste regel is bekend; kijk of dat een kopregel is en geen klant.",
    "nameless": "Deze kolom heeft geen naam die in de instellingen kan staan; niet gekoppeld als {field}.",
    "other_cells": "De naam zegt {field}, maar er staat iets anders in; niet gekoppeld.",
    "always_one": "Op elke regel staat hetzelfde e-mailadres, waarschijnlijk van de garage zelf; niet gekoppeld.",
    "often_one": "Eén e-mailadres staat op een groot deel van de regels; kijk of dat geen verzonnen adres is.",
    "empty": "Deze kolom is leeg in dit voorbeeld; of het {field} is, is niet te zien.",
    "empty_beside": "Deze kolom is leeg in dit voorbeeld; als {field} is een andere genomen. Kijk of dat klopt.",
    "filled_up": "Genomen als {field} waar de andere kolom leeg is; kijk of hier klanten in staan.",
    "some_without_name": "Niet op elke regel staat een naam; zonder {field} of bedrijfsnaam wordt een regel afgekeurd.",
    "maybe_consent": "Niet gekoppeld: dit kan toestemming zijn om te mailen; koppel haar als `consent` als wie hier"
    " “Nee” heeft geen uitnodiging mag krijgen.",
    "day_or_month": "Geen enkele dag is hoger dan de 12: dag en maand zijn niet van elkaar te onderscheiden."
    " Aangenomen is dat de dag vooraan staat.",
    "month_first": "De maand staat hier voor de dag, zoals in Amerika; kijk of dat zo is.",
    "some_unread": "Niet alle cellen zijn te lezen als {field}; die worden afgekeurd of krijgen een waarschuwing.",
    "whole_names": "Hier staan ook voorletters, voornamen of bedrijven in; die gaan mee als achternaam.",
    "split": "Hier staan hele namen; wat zeker is wordt gesplitst in voorletters, tussenvoegsel en achternaam.",
    "several": "In sommige cellen staat meer dan één e-mailadres; het eerste dat gemaild kan worden wordt genomen.",
    "opt_out": "“Ja” in deze kolom geldt als: deze klant wil geen mail. Klopt dat?",
    "consent": "“Ja” in deze kolom geldt als: deze klant mag worden uitgenodigd. Klopt dat?",
    "fleet": "Niet gekoppeld: koppel haar als `fleet`, en noem bij `delivery.fleet_accounts` het Wagenparkaccount van"
    " elk wagenpark.",
    "lease": "Niet gekoppeld: kijk of hier leaseauto's in staan die geen uitnodiging mogen krijgen; of koppel haar als"
    " `fleet`, voor het Wagenparkaccount van elke leasemaatschappij.",
    "sheets": "Hier staan de meeste rijen, maar op {others} staan ook klanten; kijk welk werkblad dat van nu is,"
    " en noem het bij `sheet`.",
    "addition": "Niet gekoppeld: een toevoeging bij het huisnummer heeft geen veld van zichzelf.",
}
"""Why → the sentence; `{field}` is what the field is called."""

FIELDS: Final = {
    "plate": "kenteken", "email": "e-mailadres", "last_name": "achternaam", "first_name": "voornaam",
    "full_name": "hele naam",
    "initials": "voorletters", "infix": "tussenvoegsel", "company": "bedrijfsnaam", "make": "merk", "model": "model",
    "vin": "chassisnummer", "fuel": "brandstof", "first_registration": "datum eerste toelating",
    "apk_due": "APK-vervaldatum", "service_due": "datum volgende beurt", "mileage": "kilometerstand",
    "mileage_at": "datum kilometerstand", "customer_reference": "klantnummer", "role": "rol", "mobile": "mobiel nummer",
    "phone": "telefoonnummer", "street": "straat", "house_number": "huisnummer", "postal_code": "postcode",
    "city": "woonplaats", "country": "land", "language": "taal", "fleet_account": "Wagenparkaccount",
    "fleet": "wagenpark",
    "consent": "toestemming", "opt_out": "afmelding", "changed_at": "datum van wijziging", "record_key": "sleutel",
}  # fmt: skip
"""Field → what people at a garage call it."""

_UNUSED = {
    "wagenpark": "fleet", "fleet": "fleet", "lease": "lease", "leasemaatschappij": "lease", "leasing": "lease",
    "toevoeging": "addition", "toev": "addition", "huisnummertoevoeging": "addition", "huisnrtoev": "addition",
}  # fmt: skip
_READERS = {
    "plate": "plate", "email": "email", "mileage": "number", "country": "country", "apk_due": "date",
    "first_registration": "date", "service_due": "date", "mileage_at": "date", "vin": "vin",
}  # fmt: skip
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?:\D.*)?")
_CONSENTING = ("toestemming", "avg", "consent", "gdpr", "optin")
_NEARLY_ALL = 0.9
_SHOWN_SHEETS = 10
_LEAST = 5
"""Rows from which something can be said of how often an address stands there."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person should look at. `field` is None where a column is left alone; `message` is Dutch."""

    why: str
    field: str | None
    column: str
    message: str

    @property
    def is_of_a_sheet(self) -> bool:
        """Whether it is about a sheet of a workbook, which `column` then names."""
        return self.why == "sheets"

    def __str__(self) -> str:
        what = "werkblad" if self.is_of_a_sheet else "kolom"
        return f"{what} “{self.column}”: {self.message}"


def doubt(why: str, field: str | None, column: str) -> Doubt:
    """The doubt `why` about a column."""
    shown = "*" if why == "strange_header" else _quoted(column)
    return Doubt(why, field, shown, SENTENCES[why].format(field=FIELDS.get(field or "", field)))


def of_another_field(told: Doubt, field: str, other: str) -> Doubt:
    """A doubt about one field as one about another, which its column turned out to be; of a third field as it is."""
    if told.field != field:
        return told
    return replace(told, field=other, message=SENTENCES[told.why].format(field=FIELDS[other]))


def about_sheets(chosen: str, others: Sequence[str]) -> Doubt:
    """The doubt about which sheet of a workbook holds the customers."""
    named = ", ".join(f"“{_quoted(name)}”" for name in others[:_SHOWN_SHEETS])
    return Doubt("sheets", None, _quoted(chosen), SENTENCES["sheets"].format(others=named))


def veiled(told: Doubt, shown: Mapping[str, str]) -> Doubt:
    """A doubt with its column as people may see its name. `shown`: column → that."""
    names = {_quoted(name): told for name, told in shown.items()}
    return replace(told, column=names.get(told.column, told.column))


def _quoted(name: str) -> str:
    return masks.bounded(masks.visible(name), 60)


def about(field: str, cells: Sequence[str], form: str | None) -> Iterator[str]:
    """What is doubtful in the filled cells of a column that was chosen for a field."""
    if not cells:
        yield "empty"
        return
    if field in ("opt_out", "consent"):
        yield field
    if field in _READERS and looks.share(cells, _READERS[field]) < 1 and not _blank_dates(field, cells):
        yield "some_unread"
    if _READERS.get(field) == "date":
        yield from _about_dates(cells, form)
    if field == "full_name":
        yield "split"
    if field == "last_name" and people.hold_whole_names(cells):
        yield "whole_names"
    if field == "email":
        yield from _about_addresses(cells)


def _blank_dates(field: str, cells: Sequence[str]) -> bool:
    """Whether all that is not read as a date says that there is none, as `00-00-0000`."""
    return _READERS[field] == "date" and all(
        looks.is_date(cell) or figures.is_blank_date(cell) for cell in cells
    )


def _about_dates(cells: Sequence[str], form: str | None) -> Iterator[str]:
    if form and form.index("%m") < form.index("%d") and form.startswith("%m"):
        yield "month_first"
        return
    found = [parts for cell in cells if (parts := _DAY_FIRST.fullmatch(cell))]
    if found and all(int(parts[1]) <= 12 for parts in found):
        yield "day_or_month"


def _about_addresses(cells: Sequence[str]) -> Iterator[str]:
    if any(cell.count("@") > 1 for cell in cells):
        yield "several"
    most = Counter(cell.casefold() for cell in cells).most_common(1)[0][1]
    if len(cells) >= _LEAST and most > max(2, len(cells) * 0.2):
        yield "often_one"


def is_always_one(cells: Sequence[str]) -> bool:
    """Whether many rows hold one address and no other."""
    return len(cells) >= _LEAST and len({cell.casefold() for cell in cells}) == 1


def about_unused(name: str, cells: Sequence[str]) -> str | None:
    """What to say of a column that is left alone; None: nothing."""
    word = dictionary.folded(name)
    if any(each in word for each in _CONSENTING) and looks.share(cells, "yes_no") >= _NEARLY_ALL:
        return "maybe_consent"
    return _UNUSED.get(word)


def kind_of_dates(cells: Sequence[str], today: date) -> str | None:
    """Which field dates without a name are: those ahead are the APK's, those long past the first registration's."""
    forms = looks.formats_of(cells)
    days = [day for cell in cells if forms and (day := looks.read(cell, forms[0]))]
    if not days:
        return None
    ahead = sum(day >= today for day in days) / len(days)
    if ahead >= 0.5:
        return "apk_due"
    return "first_registration" if ahead == 0 and len({day.year for day in days}) > 1 else None
