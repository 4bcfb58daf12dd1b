"""A passport's content as the body of a request: the contract's *Passport*."""

from __future__ import annotations

from collections.abc import Sequence

from connector.canonical import canonical
from connector.model import Content

_VEHICLE = {
    name: name
    for name in ("make", "model", "vin", "fuel", "first_registration", "apk_due", "mileage", "mileage_at")
}
_CUSTOMER = {"customer_reference": "reference"} | {
    name: name
    for name in (
        "role",
        "company",
        "initials",
        "first_name",
        "infix",
        "last_name",
        "email",
        "mobile",
        "phone",
        "street",
        "house_number",
        "postal_code",
        "city",
        "language",
    )
}
_PASSPORT = {"country": "country", "fleet_account": "fleet_account"}


def passport_body(plate: str, content: Content, *, system: str, record: str, send: bool) -> bytes:
    """The body of `PUT /passports/{plate}`: canonical JSON (sorted, compact, UTF-8).

    The same arguments always give the same bytes. Only what the content holds stands in it, and nothing but
    the contract's fields. `system` is the adapter's name, `record` the record's key at its source.
    """
    customer = _part(content, _CUSTOMER)
    vehicle = _part(content, _VEHICLE)
    passport: dict[str, object] = {
        **_part(content, _PASSPORT),
        "plate": plate,
        "send": send,
        "customer": customer,
        "source": {"system": system, "record": record},
    }
    if vehicle:
        passport["vehicle"] = vehicle
    return canonical(passport)


def transfer_body(content: Content, *, send: bool) -> bytes:
    """The body of `POST /passports/{plate}/transfer`: the new owner, in the same canonical JSON."""
    transfer = {"customer": _part(content, _CUSTOMER), "send": send}
    return canonical(transfer)


def batch_body(reference: str, passports: Sequence[bytes]) -> bytes:
    """The body of `POST /batches`, from the bodies of its passports; the same arguments give the same bytes."""
    name = canonical(reference)
    return b'{"passports":[' + b",".join(passports) + b'],"reference":' + name + b"}"


def _part(content: Content, fields: dict[str, str]) -> dict[str, str | int]:
    return {theirs: content[ours] for ours, theirs in fields.items() if ours in content}
