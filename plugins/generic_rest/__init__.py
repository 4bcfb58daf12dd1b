"""Polls any ordinary REST API of a garage system: where what stands is told in the garage's file, by JMESPath."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import requests

from connector import hookimpl, kit
from connector.errors import SourceFormatError
from connector.model import Column, ExportFile, Layout, Page, Table
from plugins.generic_rest import paging, records
from plugins.generic_rest.settings import Settings

LARGEST = 64 * 1024 * 1024
"""Bytes of a saved answer."""


@hookimpl
def connector_settings() -> type[Settings]:
    return Settings


@hookimpl
def connector_fetch_page(
    http: requests.Session, settings: Settings, cursor: str | None, since: datetime | None
) -> Page:
    at = paging.At.read(cursor, since)
    response = http.get(paging.url(settings, at), params=paging.parameters(settings, at))
    if paging.is_past_the_end(settings, at, response):
        return Page(())
    found = records.found(settings, records.answer(response))
    newest = paging.newest(settings, found)
    after = paging.after(settings, at, response, found)
    whole = [records.with_lookups(settings, http, each) for each in found]
    made = records.as_records(settings, whole)
    return Page(made, cursor=after.written() if after else None, more=after is not None, newest=newest)


@hookimpl
def connector_read_file(file: ExportFile, settings: Settings) -> Table:
    """A saved answer, for `preview`: its look-ups are those that stand in it."""
    if file.size > LARGEST:
        raise SourceFormatError("Dit antwoord is te groot om te bekijken.")
    with file.open() as stream:
        try:
            answer = json.load(stream)
        except (ValueError, RecursionError):
            raise SourceFormatError(
                "Dit is geen JSON: bewaar een antwoord van de API zoals het komt."
            ) from None
    made = records.as_records(settings, records.found(settings, answer))
    return Table(Layout(columns=()), made)


@hookimpl
def connector_columns(settings: Settings) -> Mapping[str, Column]:
    key = {"record_key": Column(names=(settings.key,))} if settings.key else {}
    return {**kit.as_columns(settings.columns), **key}
