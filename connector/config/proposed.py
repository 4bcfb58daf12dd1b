"""A garage's file from a proposal: what was found stands in it, and every doubt above its key."""

from __future__ import annotations

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
