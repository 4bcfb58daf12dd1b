"""The ports of one process: several sources share one by their paths, and no two have the same door."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from connector.gate import Answer, Route
from connector.log import make_log
from connector.service.gates import Gates, Shut, hosts_of


@pytest.fixture
def gates() -> Iterator[Gates]:
    made = Gates(make_log("info", None, lambda: datetime.now(UTC), io.StringIO()))
    yield made
    made.end()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def route(name: str) -> Route:
    return Route(lambda: f"token-of-{name}", lambda _: Answer(202, {"garage": name}))


def push(port: int, path: str, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return requests.post(f"http://127.0.0.1:{port}{path}", data=b"{}", headers=headers, timeout=20)


def test_garages_share_a_port_and_each_has_its_own_path_and_token(gates: Gates, port: int) -> None:
    for name in ("jansen", "pietersen"):
        gates.open(("127.0.0.1", port, f"/{name}"), name, route(name))
    assert push(port, "/jansen", "token-of-jansen").json() == {"garage": "jansen"}
    assert push(port, "/pietersen", "token-of-pietersen").json() == {"garage": "pietersen"}
    assert push(port, "/pietersen", "token-of-jansen").status_code == 401


def test_a_door_that_is_open_is_left_as_it_is(gates: Gates, port: int) -> None:
    for _ in range(3):
        gates.open(("127.0.0.1", port, "/a"), "jansen", route("jansen"))
    assert push(port, "/a", "token-of-jansen").status_code == 202


def test_a_door_of_another_garage_stays_its_own(gates: Gates, port: int) -> None:
    gates.open(("127.0.0.1", port, "/a"), "jansen", route("jansen"))
    with pytest.raises(Shut, match="ander pad"):
        gates.open(("127.0.0.1", port, "/a"), "pietersen", route("pietersen"))
    assert push(port, "/a", "token-of-jansen").json() == {"garage": "jansen"}


def test_a_port_in_use_is_said_and_opens_once_it_is_free(gates: Gates, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(Shut, match=f"poort {port} op 127.0.0.1"):
            gates.open(("127.0.0.1", port, "/a"), "jansen", route("jansen"))
    gates.open(("127.0.0.1", port, "/a"), "jansen", route("jansen"))
    assert push(port, "/a", "token-of-jansen").status_code == 202


def test_the_end_closes_every_port(gates: Gates, port: int) -> None:
    gates.open(("127.0.0.1", port, "/a"), "jansen", route("jansen"))
    gates.end()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), 20)


@pytest.mark.parametrize(
    ("listen", "port", "hosts"),
    [
        ("127.0.0.1", 8787, {"127.0.0.1:8787", "localhost:8787"}),
        ("::1", 8787, {"[::1]:8787", "localhost:8787"}),
        ("127.0.0.1", 80, {"127.0.0.1:80", "localhost:80", "127.0.0.1", "localhost"}),
    ],
)
def test_a_port_may_be_asked_by_its_own_names_alone(listen: str, port: int, hosts: set[str]) -> None:
    assert set(hosts_of(listen, port)) == hosts
