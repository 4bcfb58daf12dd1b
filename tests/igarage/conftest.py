"""A client whose answers the test writes, and what they are made of."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from connector.igarage import Client

URL = "https://igarage.example/connector/v1"
NOW = datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC)
PLATE = "AB12CD"
KEY = "k" * 32
CONTENT = {"last_name": "Çelik", "email": "f.celik@voorbeeld.example", "make": "Opel", "mileage": 81234}


@pytest.fixture
def service() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def client() -> Iterator[Client]:
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # and so no store to be read for every test
    with Client(URL, lambda: "een-token", timeout=5, now=lambda: NOW, ssl_context=nobody) as made:
        yield made


@pytest.fixture
def answered(service: responses.RequestsMock) -> Callable[..., None]:
    """`answered(method, path, status, body, content_type, headers)`: what the service will answer."""

    def answer(
        method: str,
        path: str,
        status: int,
        body: Any = None,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        service.add(method, URL + path, body=data, status=status, content_type=content_type, headers=headers)

    return answer


@pytest.fixture
def put(client: Client) -> Callable[[], Any]:
    return lambda: client.put(PLATE, CONTENT, system="generic_csv", record="17", send=True, key=KEY)
