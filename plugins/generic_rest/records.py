"""The records of an answer: found by JMESPath, completed by look-ups, and their cells as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests

from connector import kit
from connector.errors import SourceFormatError, SourceUnavailable
from connector.model import Fault, SourceRecord
from plugins.generic_rest import gone
from plugins.generic_rest.settings import Lookup, Settings, placeholders, search

Record = Mapping[str, Any]

LOOKUP_FAILED = (
    "Het garagesysteem geeft {} bij deze auto niet ({}); herstel het daar,"
    " en lees de bron opnieuw met source reset."
)


def answer(response: requests.Response) -> Any:
    """The JSON of an answer. Raises `SourceUnavailable` for anything else: a page of somebody between says nothing."""
    if not response.ok:
        raise SourceUnavailable(
            f"het garagesysteem weigert de vraag ({response.status_code}): controleer path, params en changed; hoort"
            " de fout bij een oude bladzijde, begin dan opnieuw met source reset"
        )
    try:
        return response.json()
    except (ValueError, RecursionError):
        raise SourceUnavailable(
            "het garagesysteem antwoordt geen JSON: controleer http.url en path"
        ) from None


def found(settings: Settings, data: Any) -> list[Record]:
    """The records in an answer. Raises `SourceFormatError` where there is no list of them."""
    records = search(settings.records, data)
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise SourceFormatError(
            f"op {settings.records} staat geen lijst van records in het antwoord{gone.lists(data)}:"
            " controleer records, of vraag het de leverancier"
        )
    return records


def with_lookups(settings: Settings, http: requests.Session, record: Record) -> Record:
    """A record with what is asked beside it; None where there is none."""
    whole = dict(record)
    for name, lookup in settings.lookups.items():
        path = _filled(lookup, whole)
        whole[name] = None if path is None else _asked(http, name, path, lookup)
    return whole


def _filled(lookup: Lookup, record: Record) -> str | None:
    """The look-up's path for a record; None where a field of it is empty."""
    path = lookup.path
    for expression in placeholders(lookup.path):
        value = search(expression, record)
        text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not text.strip(". "):  # dots alone are another path
            return None
        path = path.replace("{" + expression + "}", quote(text, safe=""))
    return path


def _asked(http: requests.Session, name: str, path: str, lookup: Lookup) -> Any:
    """What stands there; None where there is nothing, a fault where it cannot be had."""
    response = http.get(path, headers={"Cache-Control": f"max-age={int(lookup.cache)}"})
    if response.status_code in (404, 410):
        return None
    try:
        return answer(response)
    except SourceUnavailable:
        return Fault("lookup_failed", LOOKUP_FAILED.format(name, response.status_code), name)


def as_records(settings: Settings, found: Sequence[Record]) -> list[SourceRecord]:
    """The records as the connector takes them. Raises `SourceFormatError` where a mapped column is gone."""
    gone.refuse(settings, found)
    names = [*dict.fromkeys((*kit.names_of(settings.columns), settings.key))]
    made = [_record(names, each) for each in found]
    if made and not any(each.values[settings.key] for each in made):
        raise SourceFormatError(
            f"geen enkel record heeft een {settings.key}: controleer key", column=settings.key
        )
    return made


def _record(names: Sequence[str], record: Record) -> SourceRecord:
    values: dict[str, str] = {}
    fault = next((each for each in record.values() if isinstance(each, Fault)), None)
    for name in names:
        cell = search(name, record)
        text = _text(cell)
        if text is None:
            fault = fault or Fault("field_repeated", f"Het veld {name} heeft meer dan één waarde.", name)
        values[name] = text or ""
    return SourceRecord(values, None, fault)


def _text(cell: Any) -> str | None:
    """A cell's text; None for several values, or a group of fields."""
    if isinstance(cell, list) and len(cell) <= 1:
        cell = cell[0] if cell else None
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell).replace(".", ",")
    return str(cell) if isinstance(cell, str | int) else None
