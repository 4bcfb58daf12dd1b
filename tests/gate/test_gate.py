"""The gate: who may push, how much, how long and in what form; real requests to a real port."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path

import pytest
import requests

from connector.errors import ConfigError, Mistake
from connector.gate import LARGEST, Answer, Application, Route, Server
from connector.log import make_log
from connector.model import PushRequest

TOKEN = "canary-token"
PATIENCE = 20
"""Seconds after which a broken test ends."""


@dataclass
class Gate:
    """A gate on a free port, what came through it, and what it logged."""

    server: Server
    application: Application
    log: io.StringIO
    came: list[PushRequest] = field(default_factory=list)

    def post(self, body: bytes = b"{}", **headers: str) -> requests.Response:
        sent = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with requests.Session() as session:
            session.trust_env = False
            url = f"http://127.0.0.1:{self.server.port}/push"
            return session.post(url, data=body, headers=sent, timeout=PATIENCE)

    def raw(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), PATIENCE)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def open_gate() -> Iterator[Callable[..., Gate]]:
    opened: list[Server] = []

    def open_gate(token: Callable[[], str] = lambda: TOKEN, **bounds: float) -> Gate:
        log = io.StringIO()
        port = free_port()
        hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        application = Application(hosts, make_log("debug", None, lambda: datetime.now(UTC), log))
        server = Server(application, "127.0.0.1", port, **bounds)
        gate = Gate(server, application, log)

        def take(request: PushRequest) -> Answer:
            if request.body == b"break":
                raise ValueError("Jansen, ZZ-001-Z")
            gate.came.append(request)
            return Answer(202, {"accepted": 1})

        application.routes["/push"] = Route(token, take)
        server.start()
        opened.append(server)
        return gate

    yield open_gate
    for server in opened:
        server.stop()


def no_token() -> str:
    raise ConfigError(Mistake(Path("garage.yaml"), 1, 1, "receive", "is missing"))


def test_a_push_comes_through_with_its_body_and_form(open_gate) -> None:
    gate = open_gate()
    answer = gate.post(b'{"a": 1}')
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1})
    assert gate.came == [PushRequest("application/json", b'{"a": 1}')]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("text/json", "application/json"),
        ("application/xml", "application/xml"),
        ("text/xml;charset=windows-1252", "application/xml"),
    ],
)
def test_a_form_is_known_by_its_names(open_gate, said: str, told: str) -> None:
    gate = open_gate()
    assert gate.post(Content_Type=said).status_code == 202
    assert gate.came[0].media_type == told


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": ""}, 401, "unauthorised"),
        ({"Authorization": "Bearer"}, 401, "unauthorised"),
        ({"Authorization": f"Bearer {TOKEN}x"}, 401, "unauthorised"),
        ({"Authorization": f"Basic {TOKEN}"}, 401, "unauthorised"),
        ({"Authorization": TOKEN}, 401, "unauthorised"),
        ({"Content_Type": "text/csv"}, 415, "media_type"),
        ({"Content_Type": "multipart/form-data"}, 415, "media_type"),
        ({"Content_Type": ""}, 415, "media_type"),
        ({"Content_Encoding": "gzip"}, 415, "media_type"),
        ({"Host": "garage.example"}, 403, "wrong_host"),
        ({"Host": "127.0.0.1"}, 403, "wrong_host"),
        ({"Host": ""}, 403, "wrong_host"),
    ],
)
def test_what_may_not_come_in_is_answered_and_comes_nowhere(open_gate, headers, status, code) -> None:
    gate = open_gate()
    answer = gate.post(**headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert gate.came == []


def test_a_large_body_is_refused_and_the_largest_is_not(open_gate) -> None:
    gate = open_gate()
    refused = gate.post(b" " * (LARGEST + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert gate.came == []
    assert gate.post(b"x" * LARGEST).status_code == 202


def test_a_body_in_pieces_is_bounded_too(open_gate) -> None:
    gate = open_gate()
    pieces = (b"x" * 65_536 for _ in range(LARGEST // 65_536 + 2))
    url = f"http://127.0.0.1:{gate.server.port}/push"
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    answer = requests.post(url, data=pieces, headers=headers, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert gate.came == []


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (
            b"POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nhallo",
            400,
            "malformed",
        ),
        (b"POST /push HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 16_400 + b"\r\n\r\n", 431, "head_too_large"),
        (b"POST /push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "malformed"),
    ],
)
def test_what_is_no_request_is_answered_in_the_same_form(open_gate, sent, status, code) -> None:
    gate = open_gate()
    with socket.create_connection(("127.0.0.1", gate.server.port), PATIENCE) as wire:
        wire.sendall(sent)
        answer = HTTPResponse(wire)
        answer.begin()
        said = json.loads(answer.read())
    assert (answer.status, said["code"]) == (status, code)
    assert gate.came == []


def test_without_a_token_to_compare_with_nobody_comes_in(open_gate) -> None:
    gate = open_gate(no_token)
    answer = gate.post()
    assert (answer.status_code, answer.json()["code"]) == (503, "no_token")
    assert answer.headers["Retry-After"] == "60"


def test_a_defect_is_answered_without_a_word_of_what_it_was(open_gate) -> None:
    gate = open_gate()
    answer = gate.post(b"break")
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert "Jansen" not in answer.text + gate.log.getvalue()
    assert "gate.broke" in gate.log.getvalue()
    assert gate.post().status_code == 202


def test_no_answer_is_kept_by_anybody_between_and_none_tells_what_serves(open_gate) -> None:
    answer = open_gate().post()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "waitress" not in json.dumps(dict(answer.headers))


def test_who_trickles_is_cut_off(open_gate) -> None:
    gate = open_gate(deadline=0.3)
    head = f"POST /push HTTP/1.1\r\nHost: 127.0.0.1:{gate.server.port}\r\nContent-Length: 100000\r\n\r\n"
    with gate.raw() as connection:
        connection.sendall(head.encode())
        began = time.monotonic()
        with pytest.raises(OSError, match=r"reset|pipe|aborted"):
            while time.monotonic() - began < PATIENCE:
                connection.sendall(b"x")
                time.sleep(0.05)
    assert gate.post().status_code == 202


def test_who_says_nothing_is_cut_off(open_gate) -> None:
    gate = open_gate(silence=1)
    with gate.raw() as connection:
        connection.sendall(b"POST /push HTTP/1.1\r\n")
        assert connection.recv(1) == b""  # closed by the other side


def test_a_stopped_gate_leaves_no_port_and_no_thread(open_gate) -> None:
    gate = open_gate()
    port = gate.server.port
    gate.server.stop()
    assert not gate.server.is_serving
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), PATIENCE)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts what Linux has open")
def test_a_port_in_use_is_an_os_error_and_leaves_nothing_open(open_gate) -> None:
    gate = open_gate()
    before, threads = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    for _ in range(20):
        with pytest.raises(OSError, match="in use"):
            Server(gate.application, "127.0.0.1", gate.server.port)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
    assert threading.active_count() <= threads
