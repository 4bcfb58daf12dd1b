"""What a cell looks like, whatever its column is called: a plate, an address, a date, a phone, a name …

A look is a claim about one text; a column looks like something when nearly all of its filled cells do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from connector import dictionary, emails, figures, plates

DATE_FORMATS = ("%d-%m-%y", "%Y%m%d", "%d/%m/%y", "%d.%m.%y", "%d%m%Y", "%m/%d/%Y", "%d %b %Y", "%d-%b-%Y")
"""Formats to try on dates that cannot be read as they stand, in order of likelihood."""

_UNSURE = ("%d/%m/%Y", "%d-%m-%y", "%d/%m/%y", "%d.%m.%y")
"""Formats in which a date could be another one: month first, or a year of two figures."""

_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})")
_VIN = re.compile("(?=.*[0-9])[A-HJ-NPR-Z0-9]{17}", re.IGNORECASE)
_POSTCODE = re.compile(r"[1-9][0-9]{3} ?[A-Za-z]{2}")
_PHONE = re.compile(r"(?:\+|00?)[0-9][0-9 ().\-/]{7,16}")
_MOBILE = re.compile(r"(?:\+31|0031|0)\(?0?\)?6[0-9]{8}")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\. ?){1,6}|[A-Z]{1,4}")
_HOUSE_NUMBER = re.compile(r"[1-9][0-9]{0,4}(?: ?[-/]? ?[A-Za-z0-9]{1,4}| bis)?")
_STREET = re.compile(
    r".*(?:straat|weg|laan|plein|dijk|gracht|kade|hof|pad|singel|steeg|dreef|markt|park|lei|street|road)\b.*",
    re.IGNORECASE,
)
_SERIAL = re.compile("[1-9][0-9]{4}")
_NAME = re.compile(r"(?!.*\d)(?=.*[^\W\d_]{2})[^@;:]{2,60}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INFIX = _words(
    """
van de der den ten ter te het 't 's d' von v. v.d. vd op aan in bij onder over uit la le el al du da dos y
"""
)
_MAKES = _words(
    """
alfaromeo audi bmw byd chevrolet chrysler citroen cupra dacia daewoo daf daihatsu dodge ds fiat ford honda
hyundai infiniti isuzu iveco jaguar jeep kia lada lancia landrover lexus lynkco mazda mercedes mercedesbenz
mg mini mitsubishi nissan opel peugeot polestar porsche renault rover saab seat skoda smart ssangyong subaru
suzuki tesla toyota volkswagen volvo vw vauxhall
"""
)
_FUELS = _words(
    """
benzine diesel lpg elektrisch elektriciteit hybride waterstof cng petrol electric hybrid gas b d e g h
benzinehybride pluginhybride phev ev
"""
)
_EARLIEST_CAR = 1900


def is_plate(text: str) -> bool:
    """A Dutch plate; foreign ones look like anything, and `1234 AB` is rather a postcode than an old plate."""
    return plates.sidecode(plates.compact(text)) is not None and not is_postcode(text)


def is_email(text: str) -> bool:
    """An address as it is meant: with an @ between two words; typing mistakes look like addresses too."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None or not emails.fault(text)


def is_date(text: str) -> bool:
    """A date in any form that is read, or that a format can be given for."""
    return format_of_one(text) is not None


def is_mobile(text: str) -> bool:
    """A Dutch mobile number."""
    return _MOBILE.fullmatch(re.sub(r"[ ().\-/]", "", text)) is not None


def is_phone(text: str) -> bool:
    """A telephone number of any kind."""
    return _PHONE.fullmatch(text) is not None and not is_date(text)


def is_postcode(text: str) -> bool:
    """A Dutch postcode."""
    return _POSTCODE.fullmatch(text) is not None


def is_make(text: str) -> bool:
    """The name of a make of cars."""
    return dictionary.folded(text) in _MAKES


def is_fuel(text: str) -> bool:
    """A word or letter for a fuel."""
    return dictionary.folded(text.replace("/", "")) in _FUELS


def is_infix(text: str) -> bool:
    """What stands between first and last name: `van der`."""
    return all(word in _INFIX for word in text.casefold().split())


def is_number(text: str) -> bool:
    """A mileage as it can be read."""
    return figures.read_kilometres(text) is not None


LOOKS: Mapping[str, Callable[[str], bool]] = {
    "plate": is_plate,
    "email": is_email,
    "date": is_date,
    "serial": lambda text: _SERIAL.fullmatch(text) is not None and figures.read_date(text) is not None,
    "mobile": is_mobile,
    "phone": is_phone,
    "postal_code": is_postcode,
    "vin": lambda text: _VIN.fullmatch(text) is not None,
    "make": is_make,
    "fuel": is_fuel,
    "infix": is_infix,
    "initials": lambda text: _INITIALS.fullmatch(text) is not None,
    "house_number": lambda text: _HOUSE_NUMBER.fullmatch(text) is not None,
    "street": lambda text: _STREET.fullmatch(text) is not None,
    "country": lambda text: dictionary.country(text) is not None,
    "yes_no": lambda text: dictionary.yes_or_no(text) is not None,
    "number": is_number,
    "name": lambda text: _NAME.fullmatch(text) is not None,
}
"""Name of a look → whether a text has it."""


def nearly_all(count: int, total: int, least: float) -> bool:
    """Whether so many of all are `least` of them (0 to 1), or all but one: in a short sample one mistake is much."""
    return count >= total * least or (total > 2 and count == total - 1)


def share(texts: Sequence[str], look: str) -> float:
    """How many of these filled cells look so, from 0 to 1; 0 of none."""
    return sum(map(LOOKS[look], texts)) / len(texts) if texts else 0.0


def format_of_one(text: str) -> str | None:
    """How one date is written: empty where it is read as it stands, else a `strptime` format; None: it is no date."""
    if figures.is_blank_date(text):
        return None
    if text.isdigit() and len(text) != 8:
        return None  # a sheet's number of a day looks like any other number
    return next((form for form in ("", *DATE_FORMATS) if _reads(text, form)), None)


def formats_of(texts: Sequence[str]) -> list[str]:
    """The ways in which nearly all of these dates can be read, the best first; empty means as they stand."""
    filled = [text for text in texts if not figures.is_blank_date(text)]
    scored = [(sum(_reads(text, form) for text in filled), form) for form in ("", *DATE_FORMATS)]
    best = max((score for score, _ in scored), default=0)
    return [form for score, form in scored if score and score == best and nearly_all(score, len(filled), 0.8)]


def telling_format(texts: Sequence[str]) -> str:
    """The format that says outright how dates are written of which each alone could be another day; else empty.

    Only where a day above the twelfth shows that the day comes first, and one format reads them all.
    """
    filled = [text for text in texts if not figures.is_blank_date(text)]
    shown = any(int(parts[1]) > 12 for text in filled if (parts := _DAY_FIRST.fullmatch(text)))
    fitting = (form for form in _UNSURE if shown and all(_reads(text, form) for text in filled))
    return next(fitting, "")


def read(text: str, form: str) -> date | None:
    """The date in a cell, in a form of `formats_of` and in no other."""
    if not form:
        return figures.read_date(text)
    found = figures.read_by(text, form)
    return found.date() if found else None


def _reads(text: str, form: str) -> bool:
    found = read(text, form)
    return found is not None and _EARLIEST_CAR <= found.year <= _LATEST_YEAR and _same_length(text, form)


_LATEST_YEAR = 2100


def _same_length(text: str, form: str) -> bool:
    """`strptime` takes `2026` for `%d%m%y` and the like; a format here takes only texts of its own length."""
    return form not in ("%Y%m%d", "%d%m%Y") or len(text) == len(datetime(2027, 11, 28).strftime(form))  # noqa: DTZ001
