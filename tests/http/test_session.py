"""The session that a plugin is given, against a server on loopback: what goes out, and what comes of the answers."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import requests
from gms_server import Answered, Gms

from connector.errors import SourceError, SourceFormatError, SourceNotAdmitted, SourceUnavailable
from connector.http import Open, SecretHeader, SourceSession

NOW = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)


class Echo(Gms):
    """Answers with the number of the request."""

    def answer(self, asked):
        return Answered({"number": len(self.requests)})


@pytest.fixture
def echo():
    server = Echo()
    yield server
    server.stop()


@pytest.fixture
def session(echo, http, clock):
    def make(admission=None, kept=1_000_000, **more):
        return SourceSession(
            f"{echo.url}/api/v2",
            http(**more),
            admission or Open(),
            most_kept=kept,
            monotonic=clock,
            now=lambda: NOW,
        )

    return make


def secret(*words):
    said = list(words)
    return SecretHeader(
        "Authorization", lambda word: f"apikey {word}", lambda: said.pop(0) if said[1:] else said[0]
    )


def test_it_is_a_session_of_requests_below_the_base_address(session, echo):
    asking = session(secret("sleutel"))
    assert isinstance(asking, requests.Session)
    answer = asking.get(
        "/vehicles", params={"$order": "modified", "q": "é&="}, headers={"Accept-Language": "nl"}
    )
    assert (
        answer.json() == {"number": 1} and answer.ok and answer.url.startswith(f"{echo.url}/api/v2/vehicles?")
    )
    (asked,) = echo.requests
    assert (asked.path, dict(asked.query)) == ("/api/v2/vehicles", {"$order": "modified", "q": "é&="})
    assert asked.headers["Authorization"] == "apikey sleutel"
    assert asked.headers["Accept-Language"] == "nl" and asked.headers["Accept-Encoding"] == "identity"


def test_a_plugin_may_ask_in_any_way_that_requests_knows(session, echo):
    answer = session().get("x", timeout=1, stream=True, allow_redirects=True, verify=False)
    assert b"".join(answer.iter_content(3)) == answer.content == b'{"number": 1}'
    assert list(answer.iter_lines()) == [b'{"number": 1}']


def test_a_plugin_cannot_send_a_secret_of_its_own(session, echo):
    session(secret("sleutel")).get(
        "x", headers={"authorization": "Bearer mine", "Cookie": "a=b"}, auth=("a", "b")
    )
    (asked,) = echo.requests
    assert asked.headers["Authorization"] == "apikey sleutel" and "Cookie" not in asked.headers


def test_json_and_forms_can_be_posted(session, echo):
    session().post("search", json={"since": 1})
    session().post("search", data={"a": "b"})
    assert [each.body for each in echo.requests] == ['{"since": 1}', "a=b"]


@pytest.mark.parametrize("url", ["http://elders.example/x", "https://127.0.0.1/x", "HTTP://127.0.0.1:1/x"])
def test_nothing_is_asked_elsewhere(session, echo, url):
    with pytest.raises(SourceFormatError):
        session(secret("sleutel")).get(url)
    assert echo.requests == []


def test_an_address_in_full_of_the_same_host_is_asked(session, echo):
    assert session().get(f"{echo.url}/api/v2/next?page=2").json() == {"number": 1}


@pytest.mark.parametrize("status", [404, 410, 422])
def test_what_says_nothing_of_the_whole_comes_back(session, echo, status):
    echo.faults = [Answered({}, status)]
    assert session().get("x").status_code == status


@pytest.mark.parametrize("status", [301, 302, 307, 308, 408, 425, 500, 502, 503, 504])
def test_what_is_no_answer_is_asked_later(session, echo, status):
    echo.faults = [Answered({"name": "Jansen"}, status, {"Location": f"{echo.url}/y", "Retry-After": "7"})]
    with pytest.raises(SourceUnavailable) as caught:
        session().get("x", params={"plate": "ZZ-001-Z"})
    assert caught.value.retry_after == 7
    assert len(echo.requests) == 1, "not followed and not repeated"
    assert not any(word in str(caught.value) for word in ("Jansen", "ZZ-001-Z", "127.0.0.1"))


def test_a_secret_that_is_refused_is_tried_again_only_when_another_is_there(session, echo):
    echo.faults = [Answered({}, 401)] * 2
    with pytest.raises(SourceNotAdmitted):
        session(secret("oud")).get("x")
    assert len(echo.requests) == 1
    assert session(secret("oud", "nieuw")).get("x").ok
    assert [each.headers["Authorization"] for each in echo.requests[1:]] == ["apikey oud", "apikey nieuw"]


def test_whoever_stays_refused_is_asked_twice_and_no_more(session, echo):
    echo.faults = [Answered({}, 401)] * 9
    with pytest.raises(SourceNotAdmitted):
        session(secret("a", "b", "c", "d", "e")).get("x")
    assert len(echo.requests) == 2


class Waits(threading.Event):
    """A stop event whose waits take no time and are counted."""

    def __init__(self):
        super().__init__()
        self.waited = []

    def wait(self, timeout=None):
        self.waited.append(timeout)
        return False


def test_a_429_slows_down_is_tried_again_and_recovers_slowly(session, echo):
    stop = Waits()
    asking = session(stop=stop)
    asking._http.pace(60_000)
    echo.faults = [Answered({}, 429, {"Retry-After": "2"})]
    assert asking.get("x").ok
    assert any(each > 1.9 for each in stop.waited), "as long as it was asked to"
    assert len(echo.requests) == 2


def test_who_is_asked_to_wait_longer_gives_up_for_now(session, echo):
    echo.faults = [Answered({}, 429, {"Retry-After": "Mon, 01 Mar 2027 01:05:00 GMT"})]
    asking = session()
    with pytest.raises(SourceUnavailable) as caught:
        asking.get("x")
    assert caught.value.retry_after == 300
    with pytest.raises(SourceUnavailable) as again:
        asking.get("x")
    assert 200 < again.value.retry_after <= 300
    assert len(echo.requests) == 1, "and asks nothing until then"


def test_an_answer_that_is_too_large_or_packed_is_none(session, echo):
    echo.faults = [Answered("x" * 5000), Answered("{}", 200, {"Content-Encoding": "gzip"})]
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            session(most=4096).get("x")


def test_a_page_has_so_much_time_for_all_its_requests(session, echo, clock):
    asking = session()
    asking.within(300)
    asking.get("x")
    clock.at += 301
    with pytest.raises(SourceUnavailable):
        asking.get("x")
    assert len(echo.requests) == 1


def test_what_may_be_remembered_is_asked_once_for_as_long(session, echo, clock):
    asking = session()
    day = {"Cache-Control": "max-age=86400"}
    assert [asking.get("c/1", headers=day).json() for _ in range(3)] == [{"number": 1}] * 3
    assert asking.get("c/2", headers=day).json() == {"number": 2}
    assert asking.get("c/1").json() == {"number": 3}, "who does not say so asks"
    clock.at += 86_401
    assert asking.get("c/1", headers=day).json() == {"number": 4}


def test_what_is_remembered_is_bounded(session, echo):
    asking = session(kept=100)
    for number in range(50):
        asking.get(f"c/{number}", headers={"Cache-Control": "max-age=60"})
    assert len(asking._kept) < 3


def test_a_server_that_says_nothing_is_left_after_the_call_s_whole_time(session, echo):
    echo.answering.clear()
    with pytest.raises(SourceUnavailable):
        session(timeout=0.3).get("x")


@pytest.mark.parametrize("status", [403, 401, 500, 502])
def test_a_look_up_that_goes_wrong_again_and_again_is_given_as_it_is(session, echo, status):
    """One record whose customer cannot be had must not keep all others waiting for ever."""
    asking, day = session(), {"Cache-Control": "max-age=86400"}
    for _ in range(2):
        echo.faults = [Answered({}, status)]
        with pytest.raises(SourceError):
            asking.get("c/1", headers=day)
    echo.faults = [Answered({}, status)]
    assert asking.get("c/1", headers=day).status_code == status
    echo.faults = [Answered({}, status)] * 5
    for _ in range(5):
        with pytest.raises(SourceError):
            asking.get("page")


def test_nothing_of_the_environment_changes_where_or_how_it_asks(session, echo, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login mine password mine\n")
    netrc.chmod(0o600)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", str(netrc))
    assert session(secret("sleutel")).get("x").ok
    assert session().get("x").ok
    assert [each.headers.get("Authorization") for each in echo.requests] == ["apikey sleutel", None]


def test_a_rest_closes_the_connection_and_the_next_request_makes_another(session, echo):
    asking = session()
    assert asking.get("x").ok
    asking.rest()
    assert asking.get("x").json() == {"number": 2}


@pytest.mark.parametrize(
    ("url", "told"), [("http://127.0.0.1:1", "geen verbinding"), ("http://nergens.invalid", "naam")]
)
def test_why_there_is_no_answer_is_said_in_dutch(http, url, told):
    with pytest.raises(SourceUnavailable, match=told):
        SourceSession(url, http(timeout=5), Open()).get("x")
