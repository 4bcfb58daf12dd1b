"""What a CarSys export says of a car and its people, and the columns it is looked for in by default.

A field is written `vehicle.apk_due` or `driver.email_private`. Its column in CSV and its element in XML bear one
name: names are compared by letters and digits alone, so `Bestuurder e-mail privé` is also the element
`Bestuurder/EmailPrive` and the attribute `bestuurder_email_prive`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Layout = Literal["customers", "apk_mailing"]
Role = Literal["driver", "owner", "contractor"]
Kind = Literal["private", "business"]

ROLES: Mapping[Role, str] = {"driver": "Bestuurder", "owner": "Eigenaar", "contractor": "Contractant"}
KINDS: Mapping[Kind, str] = {"private": "privé", "business": "zakelijk"}
ADDRESSEE = "addressee"
"""The one person of a row of the APK mailing."""

VEHICLE: Mapping[str, str | None] = {
    "plate": "Kenteken",
    "make": "Merk",
    "model": "Model",
    "vin": "Chassisnummer",
    "fuel": "Brandstof",
    "first_registration": "Eerste registratiedatum",
    "apk_due": "APK datum",
    "country": None,
    "mileage": None,
    "mileage_at": None,
    "fleet": None,
    "fleet_account": None,
    "service_due": None,
    "changed_at": None,
    "record_key": None,
}
"""Field of a car → its column, None where CarSys is not known to have one."""

PERSON: Mapping[str, str | None] = {
    "customer_reference": "relatienummer",
    "company": "bedrijfsnaam",
    "title": "titel",
    "initials": "voorletters",
    "first_name": "voornaam",
    "infix": "tussenvoegsel",
    "last_name": "achternaam",
    "street": "straat",
    "house_number": "huisnummer",
    "postal_code": "postcode",
    "city": "plaats",
    "language": None,
    "consent": None,
    "opt_out": None,
    "is_lease_company": None,
}
"""Field of a person → what its column is called after the role."""

BEFORE_LAST_NAME = ("initials", "first_name", "infix")
"""Fields of a person that make up his whole name with the last name, in their order."""

REACHED: Mapping[str, str] = {"email": "e-mail", "phone": "telefoon", "mobile": "mobiel"}
"""Field of a person, once private and once business → what its column is called between role and kind."""

NOT_SENT = frozenset({"title", "is_lease_company"})
"""Fields of a person that no passport has."""

DATES = frozenset(
    {"first_registration", "apk_due", "service_due", "mileage_at", "changed_at", "consent", "opt_out"}
)
"""Fields, without what they are of, that may have a `format`."""


def known(layout: Layout) -> dict[str, str | None]:
    """Every field of a layout → its default column."""
    people = _addressee() if layout == "apk_mailing" else _people()
    return {f"vehicle.{name}": column for name, column in VEHICLE.items()} | people


def _people() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for role, person in ROLES.items():
        for name, column in PERSON.items():
            found[f"{role}.{name}"] = f"{person} {column}" if column else None
        for name, column in REACHED.items():
            for kind, word in KINDS.items():
                found[reached(role, name, kind)] = f"{person} {column} {word}"
    return found


def _addressee() -> dict[str, str | None]:
    columns = {"role": "rol", **PERSON, **REACHED}
    return {f"{ADDRESSEE}.{name}": column and column.capitalize() for name, column in columns.items()}


def reached(role: str, name: str, kind: str | None) -> str:
    """The field of a person's e-mail, phone or mobile; the addressee has one of each."""
    return f"{role}.{name}_{kind}" if kind else f"{role}.{name}"


def essential(layout: Layout, recipient: tuple[Role, ...], addresses: tuple[Kind, ...]) -> frozenset[str]:
    """The fields whose default columns must be there: without one another person would be the customer."""
    roles: tuple[str, ...] = (ADDRESSEE,) if layout == "apk_mailing" else recipient
    kinds: tuple[str | None, ...] = (None,) if layout == "apk_mailing" else addresses
    of_people = {f"{role}.{name}" for role in roles for name in ("company", "last_name")}
    emails = {reached(role, "email", kind) for role in roles for kind in kinds}
    return frozenset({"vehicle.plate", "vehicle.apk_due"} | of_people | emails)
