"""Another cell for a cell, of the kind that its column holds, and judged the same.

What stays as it is says nothing of a person: yes and no, "none", countries, roles, fuels and makes in the columns
that hold them, the words between first and last name, the domains of the large mail providers, and top-level domains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from random import Random

from connector import dictionary, emails, figures, plates
from connector.disguise.dates import another_day
from connector.disguise.words import SHORT, Words
from connector.proposing import looks

DATES = frozenset({"apk_due", "first_registration", "service_due", "mileage_at", "consent", "opt_out"})
"""Fields whose days are replaced. `changed_at` stays: which row is the newest decides which of two is taken."""

PROVIDERS = frozenset(
    (
        *(
            "gmail.com",
            "hotmail.com",
            "hotmail.nl",
            "outlook.com",
            "live.nl",
            "icloud.com",
            "yahoo.com",
            "msn.com",
        ),
        *(
            "me.com",
            "ziggo.nl",
            "kpnmail.nl",
            "kpnplanet.nl",
            "planet.nl",
            "xs4all.nl",
            "home.nl",
            "hetnet.nl",
        ),
        *(
            "casema.nl",
            "upcmail.nl",
            "chello.nl",
            "quicknet.nl",
            "telfort.nl",
            "tele2.nl",
            "zonnet.nl",
            "solcon.nl",
        ),
        *("online.nl", "telenet.be", "skynet.be", "proximus.be"),
    )
)

_INFIXES = frozenset("van de der den ten ter te het von v vd".split())  # noqa: SIM905  # as one reads them
_LEASING = frozenset({"lease", "leasing"})
"""Words of a company's name that say what it is, and by which it may be passed over."""
_TOTALS = frozenset({"totaal", "totalen", "total", "subtotaal", "eindtotaal"})
_FIGURES = re.compile("[0-9]+")
_TRIES = 200
_CONSONANTS = "BDFGHJKLMNPRSTVWXYZ"
_SELDOM = "AEIOUCQ"
_VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DOMAIN = re.compile(r"@([^\s@;,<>()]+)")
_PREFIX = re.compile(r"(?:\+31[ -]?\(?0?\)?6?|0031[ -]?6?|06)")

Kept = Callable[[str], bool]
_KEPT: Mapping[str, Kept] = {
    "country": lambda text: dictionary.country(text) is not None,
    "language": lambda text: dictionary.language(text) is not None,
    "role": lambda text: dictionary.role(text) is not None,
    "consent": lambda text: dictionary.yes_or_no(text) is not None,
    "opt_out": lambda text: dictionary.yes_or_no(text) is not None,
    "fuel": looks.is_fuel,
    "make": looks.is_make,
    "infix": looks.is_infix,
    "plate": dictionary.is_no_plate,
    "email": dictionary.is_no_address,
    "changed_at": lambda text: figures.read_moment(text) is not None,
}
"""Field → what may stay in its column."""

_NOTHING = frozenset((*DATES - {"consent", "opt_out"}, "changed_at", "mileage", "mobile", "phone"))
"""Fields in which a word may say that there is none."""
_NAMES = frozenset({"last_name", "company", "first_name", "infix"})


class Cells:
    """The cells of one export and what stands in their place; each text of a field always becomes the same."""

    def __init__(self, words: Words, random: Random, today: date) -> None:
        self._words = words
        self._random = random
        self._today = today
        self._known: dict[tuple[str | None, str | None, str], str] = {}
        self._plates: dict[str, str] = {}
        self._taken: set[str] = set()

    def cell(self, text: str, field: str | None, form: str | None) -> str:
        """What stands in the place of a trimmed cell of a column that holds `field`, its dates written as `form`."""
        key = (field, form, text)
        if key not in self._known:
            self._known[key] = self._new(text, field, form)
        return self._known[key]

    def day(self, day: date, field: str | None) -> date:
        """What stands in the place of a cell that is a date, or a date with its time; it stays where none was found."""
        field = field if field in (*DATES, "changed_at") else "apk_due"
        found = self.cell(day.isoformat(), field, None)
        return type(day).fromisoformat(found)

    def _new(self, text: str, field: str | None, form: str | None) -> str:
        if _stays(text, field):
            return text
        if field == "plate" or (field != "postal_code" and looks.is_plate(text)):
            return self._plate(text)
        return self._address(text) if "@" in text else self._by_field(text, field, form)

    def _by_field(self, text: str, field: str | None, form: str | None) -> str:
        if field is not None and field in (*DATES, "changed_at"):
            return self._date(text, form)
        if field == "mileage":
            return self._mileage(text)
        if field == "vin":
            return self._vin(text)
        if field in ("mobile", "phone") and figures.whole_number(text) != text:
            return self._number(text)
        is_phone = looks.is_mobile(text) or looks.is_phone(text)
        return self._phone(text) if is_phone else self._text(text, field)

    def _text(self, text: str, field: str | None) -> str:
        keep = _INFIXES if field in _NAMES else ()
        keep = _INFIXES | _LEASING if field == "company" else keep
        kept = _KEPT.get(field or "")
        return self._same(text, kept, keep) if kept else self._words.text(text, keep)

    def _same(
        self, text: str, judged: Callable[[str], object], keep: frozenset[str] | tuple[str, ...] = ()
    ) -> str:
        """A text that is judged as this one: by its words if that will do, else drawn until it is."""
        wanted, found = judged(text), self._words.text(text, keep)
        for _ in range(_TRIES):
            if judged(found) == wanted and not (len(text) >= 4 and found == text):
                break
            found = self._words.fresh(text, keep)
        return found

    def _date(self, text: str, form: str | None) -> str:
        if figures.read_date(text, form) is None:
            return self._same(text, lambda each: _judged_date(each, form))
        found = another_day(text, form, self._today, self._random, lambda each: each not in self._taken)
        if found is None:
            return text
        self._taken.add(found)
        return found

    def _mileage(self, text: str) -> str:
        """Other figures, where they can be read: the unit stays."""
        if figures.read_kilometres(text) is None:
            return self._same(text, lambda each: figures.read_kilometres(each) is None)
        found = text
        for _ in range(_TRIES):
            found = _FIGURES.sub(lambda digits: self._words.fresh(digits[0]), text)
            if figures.read_kilometres(found) is not None and (len(text) < SHORT or found != text):
                break
        return found

    def _phone(self, text: str) -> str:
        prefix = _PREFIX.match(text)
        at = prefix.end() if prefix else 0
        return text[:at] + self._words.text(text[at:])

    def _number(self, text: str) -> str:
        """Other digits for a telephone number that a sheet wrote as a number, of the same length when it is read."""
        wanted, found = len(figures.whole_number(text) or ""), text
        head, power, behind = text.upper().partition("E")
        for _ in range(_TRIES):
            found = _FIGURES.sub(lambda digits: self._words.fresh(digits[0]), head) + power + behind
            if len(figures.whole_number(found) or "") == wanted:
                break
        return found

    def _vin(self, text: str) -> str:
        def judged(each: str) -> bool:
            return looks.LOOKS["vin"](each)

        if not judged(text):
            return self._same(text, judged)
        return self._spelled(text, lambda sign: _VIN_LETTERS if sign.isalpha() else "0123456789")

    def _spelled(self, text: str, signs: Callable[[str], str]) -> str:
        for _ in range(_TRIES):
            found = "".join(_cased(self._random.choice(signs(sign)), sign) for sign in text)
            if found not in self._taken and found.casefold() != text.casefold():
                break
        self._taken.add(found)
        return found

    # ------------------------------------------------------------ addresses

    def _address(self, text: str) -> str:
        def replaced(write: Callable[[str], str]) -> str:
            at, parts = 0, []
            for found in _DOMAIN.finditer(text):
                parts += [write(text[at : found.start(1)]), self._domain(found[1], write)]
                at = found.end()
            return "".join((*parts, write(text[at:])))

        wanted = (emails.fault(text), dictionary.is_no_address(text))
        found = replaced(self._words.text)
        for _ in range(_TRIES):
            if (emails.fault(found), dictionary.is_no_address(found)) == wanted:
                break
            found = replaced(self._words.fresh)
        return found

    def _domain(self, domain: str, write: Callable[[str], str]) -> str:
        if domain.casefold() in PROVIDERS:
            return domain
        name, dot, top = domain.rpartition(".")
        return write(name) + dot + top if dot and len(top) <= 3 else write(domain)

    # ------------------------------------------------------------ plates

    def _plate(self, text: str) -> str:
        """Another plate with the same side code, dashes and doubts; one plate however it is written stays one."""
        compact = plates.compact(text)
        if compact not in self._plates:
            self._plates[compact] = self._new_plate(compact, text)
            self._taken.add(self._plates[compact])
        signs = iter(self._plates[compact])
        return "".join(_cased(next(signs), sign) if plates.compact(sign) else sign for sign in text)

    def _new_plate(self, compact: str, text: str) -> str:
        wanted, found = _judged_plate(compact), compact
        mistaken = plates.lookalikes(text) is not None
        for _ in range(_TRIES):
            found = "".join(self._random.choice(_plate_signs(sign, mistaken)) for sign in compact)
            is_other = found != compact and found not in self._taken and found not in self._plates
            if is_other and _judged_plate(found) == wanted:
                return found
        return self._same(compact, lambda each: (_judged_plate(each), each == compact))


def _stays(text: str, field: str | None) -> bool:
    """Whether a cell says nothing, or nothing of a person."""
    if figures.is_blank(text) or (field in DATES and figures.is_blank_date(text)):
        return True
    if field in _NOTHING and dictionary.is_nothing(text):
        return True
    kept = _KEPT.get(field or "")
    return kept(text) if kept else dictionary.folded(text) in _TOTALS


def _judged_date(text: str, form: str | None) -> tuple[object, ...]:
    return (figures.read_date(text, form), dictionary.yes_or_no(text), figures.is_blank_date(text))


def _plate_signs(sign: str, mistaken: bool) -> str:
    if mistaken and sign in "O0I1":
        return sign
    if sign in "0123456789":
        return "0123456789"
    if sign in _SELDOM:
        return _SELDOM
    return _CONSONANTS if sign in _CONSONANTS else sign


def _judged_plate(compact: str) -> tuple[object, ...]:
    verdicts = tuple(plates.judge(compact, country).verdict for country in (None, "NL", "DE"))
    return (*verdicts, plates.sidecode(compact), plates.lookalikes(compact))


def _cased(sign: str, pattern: str) -> str:
    return sign.lower() if pattern.islower() else sign.upper() if pattern.isupper() else sign
