"""A garage's file from a proposal: what was found stands in it, and every doubt above its key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.config import service_url
from connector.config.document import Steps
from connector.config.schema import Schema
from connector.config.writing import SETTINGS, garage_text
from connector.model import Layout, Recognised
from connector.proposing import Choice, Proposal
from connector.proposing.doubting import FIELDS

ADAPTER = "generic_csv"
SOURCE = "klanten"


@dataclass(frozen=True, slots=True)
class Garage:
    """What a person says of a garage. The paths are as they are to stand in its file."""

    garage: str
    name: str
    url: str
    token_file: str
    watch: str
    pattern: str


_MONTH = (
    "(?:jan(?:uar[iy])?|feb(?:ruar[iy])?|mrt|maart|mar(?:ch)?|apr(?:il)?|mei|may|jun[ei]?|jul[iy]?|aug(?:ust(?:us)?)?"
    "|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
_BETWEEN = "[-_. ]{0,2}"
_DATE = re.compile(
    rf"\d[\d_. -]{{2,}}\d(?:{_BETWEEN}{_MONTH})?|\d{{1,2}}{_BETWEEN}{_MONTH}|(?<![a-z]){_MONTH}{_BETWEEN}\d+",
    re.IGNORECASE,
)
"""What in a file's name is another tomorrow: a date, a time, a long number."""


def pattern_for(name: str) -> str:
    """The pattern that finds the exports to come, by the name of one: `*.csv`; `klanten.*` of `klanten.25112026`.

    The ending tells, where it has none of what changes from day to day; else what changes may be anything.
    """
    stem, dot, suffix = name.rpartition(".")
    ends_in_number = bool(stem) and suffix.isdigit()
    if stem and suffix and not ends_in_number and not _DATE.search(suffix) and " " not in suffix:
        return f"*{dot}{_literally(suffix.lower())}"
    changing = [each.span() for each in _DATE.finditer(name)]
    changing += [(len(name) - len(suffix), len(name))] if ends_in_number else []
    if not changing:
        return _literally(name)
    begin, end = min(changing)[0], max(end for _, end in changing)
    return _anything(_literally(name[:begin]), _literally(name[end:]), or_else=name[begin])


def _anything(before: str, behind: str, or_else: str) -> str:
    """Anything between two texts; where neither says anything, what begins with a digit too."""
    is_told = (before + behind).strip(" ._-") or not or_else.isdigit()
    return re.sub(r"[.]{2,}|[*]{2,}", "*", f"{before}{'*' if is_told else '[0-9]*'}{behind}").replace(
        "**", "*"
    )


def _literally(text: str) -> str:
    return re.sub(r"[\[?*]", r"[\g<0>]", text)


def proposed_text(
    schema: Schema,
    proposal: Proposal,
    layout: Layout,
    names: Sequence[str],
    garage: Garage,
    sheet: str | None = None,
) -> str:
    """The file of a garage whose exports are as `layout`; `names` are its columns where they have no header.

    `sheet` is that of a workbook, where it must be told.
    """
    columns = {choice.field: written(choice) for choice in proposal.choices}
    settings: dict[str, Any] = {"columns": columns}
    settings |= ({"header": list(names)} if names else {}) | ({"sheet": sheet} if sheet else {})
    return _text(schema, garage, ADAPTER, settings, "all", _notes(proposal, layout))


def recognised_text(schema: Schema, adapter: str, found: Recognised, garage: Garage) -> str:
    """The file of a garage whose exports `adapter` knows as its own."""
    notes: dict[Steps, list[str]] = {
        (*SETTINGS, *steps): [f"LET OP: {each}" for each in doubts] for steps, doubts in found.doubts.items()
    }
    return _text(schema, garage, adapter, found.settings, found.contains, notes)


def _text(
    schema: Schema,
    garage: Garage,
    adapter: str,
    settings: Mapping[str, Any],
    contains: str,
    notes: Mapping[Steps, Sequence[str]],
) -> str:
    source = {
        "name": SOURCE,
        "adapter": adapter,
        "watch": garage.watch,
        "pattern": [garage.pattern],
        "contains": contains,
        "settings": settings,
    }
    values = {
        "config_version": 1,
        "garage": garage.garage,
        "name": garage.name,
        "igarage": _door(garage),
        "sources": [source],
        "delivery": {"send": "never"},
    }
    return garage_text(schema, values, notes, FIELDS)


def _door(garage: Garage) -> dict[str, Any]:
    """Where iGarage is: plain http, the sandbox's, is for this computer itself alone."""
    door: dict[str, Any] = {"url": garage.url, "token_file": garage.token_file}
    if service_url.is_http(garage.url) and service_url.is_loopback(garage.url):
        door["allow_http"] = True
    return door


def written(choice: Choice) -> Any:
    """A choice as it stands under `columns:`."""
    names: Any = choice.columns[0] if len(choice.columns) == 1 else list(choice.columns)
    return {"column": names, "format": choice.format} if choice.format else names


def _notes(proposal: Proposal, layout: Layout) -> dict[Steps, list[str]]:
    """What stands above the keys: what was found in the export, and every doubt."""
    found = {"encoding": layout.encoding, "delimiter": layout.delimiter and repr(layout.delimiter)}
    notes: dict[Steps, list[str]] = {
        (*SETTINGS, key): [f"Gevonden in het voorbeeld: {value}."] for key, value in found.items() if value
    }
    chosen = {choice.field for choice in proposal.choices}
    for doubt in proposal.doubts:
        under = ["columns", doubt.field] if doubt.field in chosen and doubt.field else ["columns"]
        steps = ["sheet"] if doubt.is_of_a_sheet else under
        notes.setdefault((*SETTINGS, *steps), []).append(f"LET OP, {doubt}")
    if proposal.unused:
        unused = ", ".join(name for name in proposal.unused if name.isprintable())
        notes.setdefault((*SETTINGS, "columns"), []).append(f"Niet gebruikt: {unused}.")
    return notes
