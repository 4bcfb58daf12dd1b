"""The session of a polled source as its `http:` describes it, against a server on loopback."""

from __future__ import annotations

import base64
import threading

import pytest
from gms_server import Answered, Gms

from connector.config import SourceConfig
from connector.errors import SourceNotAdmitted, SourceUnavailable
from connector.service.reaching import Reaching


class Echo(Gms):
    """Answers with a large or a small body."""

    size = 10

    def answer(self, asked):
        return Answered("x" * self.size)


@pytest.fixture
def echo():
    server = Echo()
    yield server
    server.stop()


@pytest.fixture
def asking(echo):
    """Opens the session of a source with these settings; `GMS` is its variable."""

    def make(*, env=None, **http):
        settings = {"url": echo.url, "allow_http": True, **http}
        source = SourceConfig.model_validate({"name": "api", "adapter": "x", "poll": 60, "http": settings})
        reaching = Reaching({"GMS": "geheim-7f3a"} if env is None else env)
        return reaching(source, threading.Event())

    return make


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ({"type": "bearer", "token_env": "GMS"}, "Authorization", "Bearer geheim-7f3a"),
        ({"type": "header", "name": "X-Api-Key", "token_env": "GMS"}, "X-Api-Key", "geheim-7f3a"),
        ({"type": "basic", "username": "koppeling", "password_env": "GMS"}, "Authorization",
         "Basic " + base64.b64encode(b"koppeling:geheim-7f3a").decode()),
        (None, "Authorization", None),
    ],
)  # fmt: skip
def test_each_way_to_be_let_in_sends_its_header(asking, echo, auth, name, value):
    with asking(auth=auth) as session:
        assert session.get("vehicles").ok
    assert echo.requests[0].headers.get(name) == value


def test_a_secret_that_is_not_there_asks_nothing(asking, echo):
    with (
        asking(auth={"type": "bearer", "token_env": "GMS"}, env={}) as session,
        pytest.raises(SourceNotAdmitted),
    ):
        session.get("vehicles")
    assert echo.requests == []


def test_the_pace_is_that_of_the_settings(asking, echo):
    with asking(requests_per_minute=60, timeout=0.5) as session:
        assert session.get("vehicles").ok
        with pytest.raises(SourceUnavailable, match="tempo") as caught:
            session.get("vehicles")
    assert 0.5 <= caught.value.retry_after <= 1
    assert len(echo.requests) == 1


def test_the_largest_answer_is_that_of_the_settings(asking, echo):
    echo.size = 200_000
    with asking(largest_answer=0.1) as session, pytest.raises(SourceUnavailable, match="largest_answer"):
        session.get("vehicles")
    with asking(largest_answer=0.3) as session:
        assert len(session.get("vehicles").content) == 200_000


def test_two_sessions_of_a_source_share_its_pace_and_the_last_to_leave_closes_it(echo):
    http = {"url": echo.url, "allow_http": True, "requests_per_minute": 60, "timeout": 0.5}
    source = SourceConfig.model_validate({"name": "api", "adapter": "x", "poll": 60, "http": http})
    reaching, stop = Reaching({}), threading.Event()
    with reaching(source, stop) as polling:
        with reaching(source, stop) as telling:
            assert telling.get("wrong").ok
        with pytest.raises(SourceUnavailable, match="tempo"):
            polling.get("vehicles")
    with reaching(source, stop) as later:
        assert later.get("vehicles").ok, "another line, with a pace of its own"
