"""What the sandbox accepts as a body: strict JSON, and a passport field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from typing import Any

from connector.sandbox.answers import FieldError

KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLATE = re.compile(r"[0-9A-ZÀ-ÖØ-ÞČĆĐŠŽ]{1,20}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ATOM = r'[^\s@.,:;<>()\[\]"\\\x00-\x1f\x7f]+'
_ADDRESS = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_ATOM}(\.{_ATOM})+")

Check = Callable[[Any], bool]


class MalformedError(Exception):
    """The body is not JSON in UTF-8, or not an object."""


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, or MalformedError."""
    try:
        value = json.loads(body.decode("utf-8"), parse_float=_number, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is text in no file
    except (ValueError, RecursionError) as error:
        raise MalformedError from error
    if not isinstance(value, dict):
        raise MalformedError
    return value


def digest_of(method: str, path: str, value: dict[str, Any] | None) -> str:
    """One digest for the same method, path and JSON value, however the value was written."""
    written = json.dumps([method, path, value], sort_keys=True, separators=(",", ":"))
    return sha256(written.encode()).hexdigest()


def body_digest(value: dict[str, Any]) -> str:
    """The digest of a JSON value, however it was written."""
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def empty_errors(value: dict[str, Any]) -> list[FieldError]:
    """What is wrong with the body of a send: it has no fields."""
    return [_unknown(name) for name in value]


def passport_errors(plate: str, value: dict[str, Any]) -> list[FieldError]:
    """All that is wrong with a passport put at `plate`; empty when it is one."""
    errors = list(_object_errors("", value, _PASSPORT, ("plate", "customer")))
    for name, fields in (("vehicle", _VEHICLE), ("source", _SOURCE)):
        if value.get(name) is not None:
            errors += _part_errors(name, value[name], fields, ())
    errors += _customer_errors(value)
    if not errors and value["plate"] != plate:
        errors.append(FieldError("plate", "mismatch", "The plate in the path is another one."))
    return errors


def transfer_errors(value: dict[str, Any]) -> list[FieldError]:
    """All that is wrong with the body of a transfer."""
    errors = list(_object_errors("", value, {"customer": _thing, "send": _yes_or_no}, ("customer",)))
    return errors + _customer_errors(value)


def batch_errors(value: dict[str, Any]) -> list[FieldError]:
    """All that is wrong with the structure of a batch; its passports are looked into when it runs.

    A plate is part of the structure: nothing could be told of an item without one.
    """
    fields: dict[str, Check] = {"reference": _said, "passports": _list}
    errors = list(_object_errors("", value, fields, ("reference", "passports")))
    if not errors:
        for place, passport in enumerate(value["passports"]):
            errors += _plated_errors(f"passports[{place}]", passport)
    return errors


def email_invalid() -> FieldError:
    """The one error that speaks of the address and not of the passport."""
    return FieldError(
        "customer.email", "email_invalid", "This is not an e-mail address that can be written to."
    )


def is_address(value: Any) -> bool:
    """Whether this is an e-mail address that can be written to, outer spaces aside."""
    return isinstance(value, str) and bool(_ADDRESS.fullmatch(value.strip()))


def _customer_errors(value: dict[str, Any]) -> list[FieldError]:
    if value.get("customer") is None:
        return []
    return _part_errors("customer", value["customer"], _CUSTOMER, ("last_name", "email"))


def _plated_errors(name: str, value: Any) -> list[FieldError]:
    plated = {"plate": value.get("plate")} if isinstance(value, dict) else value
    return _part_errors(name, plated, {"plate": _text}, ("plate",))


def _part_errors(
    name: str, value: Any, fields: dict[str, Check], required: tuple[str, ...]
) -> list[FieldError]:
    if not isinstance(value, dict):
        return [FieldError(name, "invalid", "This must be an object.")]
    return list(_object_errors(f"{name}.", value, fields, required))


def _object_errors(
    prefix: str, value: dict[str, Any], fields: dict[str, Check], required: tuple[str, ...]
) -> Iterator[FieldError]:
    for name in required:
        if value.get(name) is None:
            yield FieldError(prefix + name, "required", "This field is required.")
    for name, given in value.items():
        if name not in fields:
            yield _unknown(prefix + name)
        elif given is not None and not fields[name](given):
            yield _wrong(prefix + name, given)


def _wrong(field: str, given: Any) -> FieldError:
    if field == "customer.email" and isinstance(given, str):
        return email_invalid()
    return FieldError(field, "invalid", "This value does not fit the field.")


def _unknown(field: str) -> FieldError:
    return FieldError(field, "unknown_field", "The contract does not know this field.")


def _number(written: str) -> float | int:
    """12000.0 and 12000 are one JSON value."""
    number = float(written)
    if number in (float("inf"), float("-inf")):
        raise ValueError(written)
    return int(number) if number.is_integer() else number


def _no_number(written: str) -> float:
    raise ValueError(written)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _said(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


def _thing(value: Any) -> bool:
    return isinstance(value, object)  # looked into field by field


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _role(value: Any) -> bool:
    return value in ("owner", "driver", "contractor")


def _matching(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def _day(value: Any) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_PASSPORT: dict[str, Check] = {
    "plate": _matching(_PLATE),
    "country": _matching(_COUNTRY),
    "send": _yes_or_no,
    "fleet_account": _text,
    "vehicle": _thing,
    "customer": _thing,
    "source": _thing,
}
_VEHICLE: dict[str, Check] = {
    **dict.fromkeys(("make", "model", "vin", "fuel"), _text),
    **dict.fromkeys(("first_registration", "apk_due", "mileage_at"), _day),
    "mileage": _count,
}
_SOURCE: dict[str, Check] = dict.fromkeys(("system", "record"), _text)
_CUSTOMER: dict[str, Check] = {
    **dict.fromkeys(("reference", "company", "initials", "first_name", "infix"), _text),
    **dict.fromkeys(("mobile", "phone", "street", "house_number", "postal_code", "city"), _text),
    "role": _role,
    "last_name": _filled,
    "email": is_address,
    "language": _matching(_LANGUAGE),
}
