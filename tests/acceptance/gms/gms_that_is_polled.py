"""A plugin of a garage system with an API: it is polled, and hears of wrong addresses by the same session."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from connector import hookimpl
from connector.model import AddressNotice, Column, Page, SourceRecord


@hookimpl
def connector_fetch_page(http: requests.Session) -> Page:
    cars = http.get("/vehicles", params={"$offset": "0", "$limit": "9"}).json()["value"]
    return Page([SourceRecord({name: str(value) for name, value in car.items()}) for car in cars])


@hookimpl
def connector_columns() -> Mapping[str, Column]:
    names = {"plate": "license", "email": "email", "last_name": "lastName", "record_key": "id"}
    return {field: Column((name,)) for field, name in names.items()}


@hookimpl
def connector_address_invalid(notice: AddressNotice, http: requests.Session) -> None:
    for record in notice.records:
        http.post("/wrong-addresses", json={"vehicle": record, "reason": notice.reason}).raise_for_status()
