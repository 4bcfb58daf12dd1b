"""How a garage system is told who asks: tokens are fetched once for all threads, and secrets are read anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest
from gms_server import Answered, Gms

from connector.errors import SourceNotAdmitted, SourceUnavailable
from connector.http import ClientCredentials, SecretHeader, basic


class Tokens(Gms):
    """Gives tokens; `said` is added to each answer."""

    def __init__(self):
        self.said = {"expires_in": 100}
        super().__init__()

    def answer(self, asked):
        return Answered({"access_token": f"token-{len(self.requests)}", **self.said})


@pytest.fixture
def tokens():
    server = Tokens()
    yield server
    server.stop()


@pytest.fixture
def credentials(tokens, http, clock):
    def make(**more):
        return ClientCredentials(
            http(), f"{tokens.url}/token", "igarage", lambda: "geheim-7f3a", monotonic=clock, **more
        )

    return make


def bearer(number):
    return {"Authorization": f"Bearer token-{number}"}


def test_many_threads_have_one_token_and_at_its_end_one_other(credentials, tokens, clock):
    admission = credentials()
    with ThreadPoolExecutor(16) as threads:
        assert all(each == bearer(1) for each in threads.map(lambda _: admission.headers(), range(64)))
        clock.at += 89
        assert admission.headers() == bearer(1)
        clock.at += 2
        assert all(each == bearer(2) for each in threads.map(lambda _: admission.headers(), range(64)))
    assert len(tokens.requests) == 2


def test_a_token_that_many_threads_are_refused_with_is_fetched_anew_once(credentials, tokens):
    admission = credentials()
    used = admission.headers()

    def ask_again(_):
        assert admission.refused(used)
        return admission.headers()

    with ThreadPoolExecutor(16) as threads:
        assert set(map(str, threads.map(ask_again, range(64)))) == {str(bearer(2))}
    assert len(tokens.requests) == 2


def test_id_and_secret_go_as_basic_or_in_the_body_with_the_extra_fields(credentials, tokens):
    credentials(extra={"userid": "121212"}).headers()
    credentials(client_auth="body").headers()
    first, second = tokens.requests
    assert first.headers["Authorization"] == basic("igarage", "geheim-7f3a")
    assert parse_qs(first.body) == {"grant_type": ["client_credentials"], "userid": ["121212"]}
    assert "Authorization" not in second.headers
    assert parse_qs(second.body)["client_secret"] == ["geheim-7f3a"]


@pytest.mark.parametrize("life", [None, "3600", "soon", 0, -5])
def test_a_life_that_is_not_told_or_makes_no_sense_is_an_hour(credentials, tokens, clock, life):
    tokens.said = {"expires_in": life}
    admission = credentials()
    admission.headers()
    clock.at += 3500
    admission.headers()
    assert len(tokens.requests) == 1
    clock.at += 100
    admission.headers()
    assert len(tokens.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_who_is_refused_a_token_is_not_admitted(credentials, tokens, status):
    tokens.faults = [Answered({"error_description": "geheim-7f3a"}, status)]
    with pytest.raises(SourceNotAdmitted) as caught:
        credentials().headers()
    assert str(status) in str(caught.value) and "geheim" not in str(caught.value).replace("het geheim", "")


@pytest.mark.parametrize(
    "answer",
    [
        Answered({}, 503), Answered("<html>", 200), Answered([], 200), Answered({"access_token": "a b"}),
        Answered({"access_token": "a\r\nX-Injected: 1"}), Answered({"access_token": 7}),
    ],
)  # fmt: skip
def test_what_is_no_token_is_asked_for_later(credentials, tokens, answer):
    tokens.faults = [answer]
    admission = credentials()
    with pytest.raises(SourceUnavailable):
        admission.headers()
    assert admission.headers() == bearer(2)


def test_a_secret_is_read_anew_and_shown_nowhere():
    secrets = ["oud-7f3a", "oud-7f3a", "nieuw-7f3a", "nieuw-7f3a"]
    header = SecretHeader("X-Key", lambda token: f"apikey {token}", lambda: secrets.pop(0))
    used = header.headers()
    assert used == {"X-Key": "apikey oud-7f3a"}
    assert not header.refused(used)
    assert header.refused(used)
    assert header.headers() == {"X-Key": "apikey nieuw-7f3a"}
    assert "7f3a" not in repr(header)
