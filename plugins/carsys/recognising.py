"""Whether an export is CarSys's, by the names that stand in it, and under which settings it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from connector import kit
from connector.model import Recognised
from plugins.carsys.fields import ADDRESSEE, KINDS, ROLES, Layout, Role, known, reached

ALIKE = 0.85
"""How like its default name a column must be to be taken for it."""

NEEDED_OF_CAR = ("vehicle.plate", "vehicle.apk_due")
OF_THE_MAILING = ("role", "customer_reference", "company", "last_name", "email")
"""Fields of the addressee by which the APK mailing is told from any other list of customers."""

_NAMED_OTHERWISE = "De kolom {0} is gelezen als {1}; klopt dat niet, haal haar dan weg onder columns."
_NO_ROLE = "Van de {0} staan geen naam en e-mailadressen in deze export: hij wordt geen klant."
_NO_KIND = "Deze export heeft geen e-mailadressen ({0}) van alle rollen: die tellen niet mee."


@dataclass(frozen=True, slots=True)
class Names:
    """The names in an export, and which column stands for a field: its own, or one very like it."""

    layout: Layout
    there: Mapping[str, str]
    """Name as it is compared → as it stands."""

    @classmethod
    def of(cls, layout: Layout, names: Iterable[str]) -> Names:
        there: dict[str, str] = {}
        for name in names:
            there.setdefault(kit.folded(name), name)
        return cls(layout, there)

    def has(self, field: str) -> bool:
        """Whether a field has a column."""
        return self._default(field) in self.there or self.otherwise(field) is not None

    def otherwise(self, field: str) -> str | None:
        """The column that stands for a field under another name than the README's."""
        default = self._default(field)
        if not default or default in self.there:
            return None
        taken = {kit.folded(name) for name in known(self.layout).values() if name}
        alike = get_close_matches(default, [name for name in self.there if name not in taken], 2, ALIKE)
        return self.there[alike[0]] if len(alike) == 1 else None

    def _default(self, field: str) -> str:
        return kit.folded(known(self.layout)[field] or "")


def recognised(names: Iterable[str]) -> Recognised | None:
    """How an export with these columns, or elements, is read; None where it is none of CarSys."""
    names = list(names)
    return _customers(Names.of("customers", names)) or _mailing(Names.of("apk_mailing", names))


def _customers(names: Names) -> Recognised | None:
    roles = tuple(role for role in ROLES if _is_told_of(names, role))
    kinds = tuple(kind for kind in KINDS if all(names.has(reached(role, "email", kind)) for role in roles))
    if not roles or not kinds or not all(map(names.has, NEEDED_OF_CAR)):
        return None
    settings: dict[str, Any] = {}
    if roles != tuple(ROLES):
        settings["recipient"] = list(roles)
    if kinds != tuple(KINDS):
        settings["addresses"] = list(kinds)
    doubts: dict[tuple[str, ...], Sequence[str]] = {}
    doubts["recipient",] = [_NO_ROLE.format(ROLES[role].lower()) for role in ROLES if role not in roles]
    doubts["addresses",] = [_NO_KIND.format(KINDS[kind]) for kind in KINDS if kind not in kinds]
    return _with_columns(names, settings, doubts, contains="all")


def _is_told_of(names: Names, role: Role) -> bool:
    by_name = all(names.has(f"{role}.{name}") for name in ("company", "last_name"))
    return by_name and any(names.has(reached(role, "email", kind)) for kind in KINDS)


def _mailing(names: Names) -> Recognised | None:
    needed = [*NEEDED_OF_CAR, *(f"{ADDRESSEE}.{name}" for name in OF_THE_MAILING)]
    if not all(map(names.has, needed)):
        return None
    return _with_columns(names, {"layout": "apk_mailing"}, {}, contains="selection")


def _with_columns(
    names: Names, settings: dict[str, Any], doubts: Mapping[tuple[str, ...], Sequence[str]], *, contains: Any
) -> Recognised:
    columns = {field: name for field in known(names.layout) if (name := names.otherwise(field))}
    told = {steps: tuple(sentences) for steps, sentences in doubts.items() if sentences}
    for field, name in columns.items():
        told["columns", field] = (_NAMED_OTHERWISE.format(name, known(names.layout)[field]),)
    return Recognised({**settings, **({"columns": columns} if columns else {})}, contains, told)
