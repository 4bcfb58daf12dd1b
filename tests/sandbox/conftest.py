"""A sandbox on a real loopback port, a clock that stands until it is set, and a garage that calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connector.sandbox import Sandbox

PLATE = "X0001X"  # a placeholder, no plate that was ever issued
ANNA = "anna@voorbeeld.example"


class StandingClock:
    """A clock that stands until somebody sets it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class GarageClient:
    """Calls the contract as a garage would, without any of the connector's own code."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._keys = 0

    def close(self) -> None:
        self._session.close()

    def call(self, method: str, path: str, key: str | None = None, **more: Any) -> requests.Response:
        headers = {**({} if key is None else {"Idempotency-Key": key}), **more.pop("headers", {})}
        more.setdefault("timeout", 20)
        return self._session.request(method, self._url + path, headers=headers, allow_redirects=False, **more)

    @staticmethod
    def passport(
        plate: str = PLATE, *, email: str = ANNA, last_name: str = "Voorbeeld", **more: Any
    ) -> dict[str, Any]:
        """A passport with no more than the contract asks for, and what the test adds."""
        return {"plate": plate, "customer": {"last_name": last_name, "email": email}, **more}

    def put(
        self, plate: str = PLATE, *, key: str | None = None, timeout: float = 20, **fields: Any
    ) -> requests.Response:
        body = self.passport(plate, **fields)
        return self.call("PUT", f"/passports/{plate}", key or self.new_key(), json=body, timeout=timeout)

    def get(self, plate: str = PLATE, **more: Any) -> requests.Response:
        return self.call("GET", f"/passports/{plate}", **more)

    def send(self, plate: str = PLATE, key: str | None = None, **more: Any) -> requests.Response:
        return self.call("POST", f"/passports/{plate}/send", key or self.new_key(), json={}, **more)

    def transfer(
        self, plate: str = PLATE, key: str | None = None, *, send: bool | None = None, **customer: Any
    ) -> requests.Response:
        body = {"customer": {"last_name": "Nieuw", "email": "nieuw@voorbeeld.example", **customer}}
        body |= {} if send is None else {"send": send}
        return self.call("POST", f"/passports/{plate}/transfer", key or self.new_key(), json=body)

    def changes(self, **query: Any) -> requests.Response:
        return self.call("GET", "/emails/changes", params=query)

    def queue(
        self, *passports: Any, reference: Any = "nacht-1", key: str | None = None, **more: Any
    ) -> requests.Response:
        body = {"reference": reference, "passports": list(passports), **more}
        return self.call("POST", "/batches", key or self.new_key(), json=body)

    def batch(self, batch: str) -> requests.Response:
        return self.call("GET", f"/batches/{batch}")

    def find(self, reference: str) -> list[dict[str, Any]]:
        answer = self.call("GET", "/batches", params={"reference": reference})
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def items(self, batch: str, **query: Any) -> requests.Response:
        return self.call("GET", f"/batches/{batch}/items", params=query)

    def withdraw(self, batch: str, key: str | None = None) -> requests.Response:
        return self.call("DELETE", f"/batches/{batch}", key or self.new_key())

    def delete(self, plate: str = PLATE, key: str | None = None, **more: Any) -> requests.Response:
        return self.call("DELETE", f"/passports/{plate}", key or self.new_key(), **more)

    def new_key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def sandbox(clock: StandingClock) -> Iterator[Sandbox]:
    tokens = {"geheim-a": "garage-a", "geheim-b": "garage-b"}
    with Sandbox(tokens, clock=clock, threads=8) as running:
        yield running


@pytest.fixture
def garage(sandbox: Sandbox) -> Iterator[GarageClient]:
    client = GarageClient(sandbox.url, "geheim-a")
    yield client
    client.close()


@pytest.fixture
def other_garage(sandbox: Sandbox) -> Iterator[GarageClient]:
    client = GarageClient(sandbox.url, "geheim-b")
    yield client
    client.close()


@pytest.fixture
def control(sandbox: Sandbox) -> Callable[..., requests.Response]:
    def call(method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(method, f"{sandbox.origin}/sandbox{path}", timeout=20, **more)

    return call


@pytest.fixture
def meanwhile() -> Iterator[Callable[..., Future[requests.Response]]]:
    """Run a call beside the test; the test ends only when it has."""
    with ThreadPoolExecutor(4) as pool:
        yield pool.submit


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition, however long the machine needs; the deadline only ends a broken test."""

    def wait(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < deadline, "this never came to be"
            time.sleep(0.005)

    return wait
