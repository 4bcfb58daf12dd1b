"""A plugin of a garage system that wants to hear of wrong addresses: its exports are CSV, and it has a door."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import requests
from pydantic import BaseModel

from connector import hookimpl, kit
from connector.model import AddressNotice, Column, ExportFile, Table


class Settings(BaseModel):
    """`url` is the system's door; while the file `silent` is there the plugin never comes back."""

    url: str
    silent: Path


@hookimpl
def connector_settings() -> type[Settings]:
    return Settings


@hookimpl
def connector_read_file(file: ExportFile) -> Table:
    return kit.read_csv(file)


@hookimpl
def connector_columns() -> Mapping[str, Column]:
    return {
        "plate": Column(("Kenteken",)),
        "last_name": Column(("Achternaam",)),
        "email": Column(("E-mail",)),
        "make": Column(("Merk",)),
    }


@hookimpl
def connector_address_invalid(notice: AddressNotice, http: requests.Session, settings: Settings) -> None:
    while settings.silent.exists():
        time.sleep(0.01)
    told = {"address": notice.address, "reason": notice.reason, "records": notice.records}
    http.post(settings.url, json={**told, "corrected_to": notice.corrected_to}).raise_for_status()
