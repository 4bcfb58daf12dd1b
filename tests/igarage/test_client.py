"""What the client asks, and what it makes of a good answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from connector.errors import ConfigError, NotAuthorised, Refused, Transient, Unknown
from connector.igarage import Client
from connector.igarage.body import passport_body
from connector.model import AddressChange, EmailStatus, PassportStatus

URL = "https://igarage.example/connector/v1"
PLATE = "AB12CD"
PATH = f"/passports/{PLATE}"
KEY = "k" * 32
STATUS = {
    "plate": PLATE,
    "state": "sent",
    "sent_at": "2026-03-01T09:30:00Z",
    "email": {"address": "f.celik@voorbeeld.example", "state": "invalid", "reason": "hard_bounce"},
    "something": "new",
}
CONTENT = {"last_name": "Çelik", "email": "f.celik@voorbeeld.example"}


# ---------------------------------------------------------------- requests


def test_a_put_is_as_the_contract_wants_it(
    answered: Callable[..., None], service: responses.RequestsMock, client: Client
) -> None:
    answered("PUT", PATH, 201, STATUS)
    client.put(PLATE, CONTENT, system="generic_csv", record="17", send=True, key=KEY)
    request = service.calls[0].request
    assert request.url == URL + PATH
    assert request.headers["Authorization"] == "Bearer een-token"
    assert request.headers["Idempotency-Key"] == KEY
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.body == passport_body(PLATE, CONTENT, system="generic_csv", record="17", send=True)


def test_a_send_has_an_empty_object_and_a_key(
    answered: Callable[..., None], service: responses.RequestsMock, client: Client
) -> None:
    answered("POST", f"{PATH}/send", 202, STATUS)
    client.send(PLATE, key=KEY)
    request = service.calls[0].request
    assert request.body == b"{}"
    assert request.headers["Idempotency-Key"] == KEY


def test_a_transfer_names_the_new_owner_and_says_whether_he_is_invited(
    answered: Callable[..., None], service: responses.RequestsMock, client: Client
) -> None:
    answered("POST", f"{PATH}/transfer", 200, STATUS)
    client.transfer(PLATE, {**CONTENT, "make": "Volvo"}, send=True, key=KEY)
    request = service.calls[0].request
    assert json.loads(request.body) == {"customer": CONTENT, "send": True}
    assert request.headers["Idempotency-Key"] == KEY


@pytest.mark.parametrize(
    ("status", "body"), [(204, b""), (404, {"code": "not_found"})], ids=["gone now", "gone before"]
)
def test_a_withdrawal_is_done_when_nothing_is_there(
    answered: Callable[..., None],
    service: responses.RequestsMock,
    client: Client,
    status: int,
    body: Any,
) -> None:
    answered("DELETE", PATH, status, body, "application/problem+json")
    client.delete(PLATE, key=KEY)
    assert service.calls[0].request.headers["Idempotency-Key"] == KEY


@pytest.mark.parametrize(
    ("status", "error"), [(404, NotAuthorised), (200, Unknown), (500, Unknown), (403, NotAuthorised)]
)
def test_a_withdrawal_is_not_done_by_another_answer(
    answered: Callable[..., None], client: Client, status: int, error: type[Exception]
) -> None:
    answered("DELETE", PATH, status, {})
    with pytest.raises(error):
        client.delete(PLATE, key=KEY)


def test_questions_have_neither_body_nor_key(
    answered: Callable[..., None], service: responses.RequestsMock, client: Client
) -> None:
    answered("GET", PATH, 200, STATUS)
    answered("GET", "/garage", 200, {"id": "g1", "name": "Garage"})
    client.look(PLATE)
    client.garage()
    for call in service.calls:
        assert call.request.body is None
        assert "Idempotency-Key" not in call.request.headers
        assert "Content-Type" not in call.request.headers


@pytest.mark.parametrize(
    ("plate", "path"),
    [
        ("Ö 1/2?x#y", "/passports/%C3%96%201%2F2%3Fx%23y"),
        ("../garage", "/passports/..%2Fgarage"),
        ("A%2FB", "/passports/A%252FB"),
    ],
)
def test_a_plate_is_one_part_of_the_path(
    service: responses.RequestsMock, client: Client, plate: str, path: str
) -> None:
    service.add("GET", URL + path, json={**STATUS, "plate": plate})
    client.look(plate)
    assert service.calls[0].request.url == URL + path


@pytest.mark.parametrize("plate", ["", ".", ".."])
def test_a_plate_that_would_be_another_path_is_refused(
    service: responses.RequestsMock, client: Client, plate: str
) -> None:
    with pytest.raises(Refused):
        client.send(plate, key=KEY)
    assert len(service.calls) == 0


def test_a_base_address_may_end_in_a_slash(
    answered: Callable[..., None], service: responses.RequestsMock
) -> None:
    answered("GET", PATH, 200, STATUS)
    with Client(URL + "/", lambda: "een-token", timeout=5) as client:
        client.look(PLATE)
    assert service.calls[0].request.url == URL + PATH


# ---------------------------------------------------------------- the token


def test_a_token_rotated_between_calls_is_used(
    answered: Callable[..., None], service: responses.RequestsMock
) -> None:
    tokens = iter(["oud", "nieuw\r\n"])
    answered("GET", PATH, 200, STATUS)
    with Client(URL, lambda: next(tokens), timeout=5) as client:
        client.look(PLATE)
        client.look(PLATE)
    used = [call.request.headers["Authorization"] for call in service.calls]
    assert used == ["Bearer oud", "Bearer nieuw"]


@pytest.mark.parametrize(
    "token", ["", "   ", "een\ntoken", "een\r\nX-Other: y", "eén-token", "een token", "a\0b"]
)
def test_a_token_that_no_header_can_hold_pauses_the_garage_and_is_not_quoted(
    service: responses.RequestsMock, token: str
) -> None:
    with Client(URL, lambda: token, timeout=5) as client, pytest.raises(NotAuthorised) as caught:
        client.look(PLATE)
    assert caught.value.code == "token_unusable"
    assert not token.strip() or token not in repr(caught.value)
    assert len(service.calls) == 0


def test_what_the_token_raises_comes_through() -> None:
    def no_file() -> str:
        raise ConfigError()

    with Client(URL, no_file, timeout=5) as client, pytest.raises(ConfigError):
        client.look(PLATE)


# ---------------------------------------------------------------- good answers


@pytest.mark.parametrize(("status", "created"), [(200, False), (201, True)])
def test_a_put_says_whether_it_made_the_passport(
    answered: Callable[..., None], put: Callable[[], Any], status: int, created: bool
) -> None:
    answered("PUT", PATH, status, STATUS)
    assert put() == PassportStatus(
        plate=PLATE,
        state="sent",
        sent_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        email=EmailStatus("f.celik@voorbeeld.example", "invalid", "hard_bounce"),
        created=created,
    )


@pytest.mark.parametrize("missing", [{}, {"sent_at": None, "email": None}, {"email": {"address": None}}])
def test_what_an_answer_leaves_out_is_none(
    answered: Callable[..., None], client: Client, missing: dict[str, Any]
) -> None:
    answered(
        "GET", PATH, 200, {"plate": PLATE, "state": "concept", **missing}, "Application/JSON; charset=utf-8"
    )
    assert client.look(PLATE) == PassportStatus(PLATE, "concept", None, EmailStatus())


def test_a_verdict_on_an_address_that_is_new_to_us_is_none(
    answered: Callable[..., None], client: Client
) -> None:
    answered("GET", PATH, 200, {**STATUS, "email": {"address": "a@b.example", "state": "sleeping"}})
    found = client.look(PLATE)
    assert found is not None
    assert found.email == EmailStatus("a@b.example", "unknown")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T09:30:00.250Z",
        "2026-03-01t09:30:00.25z",
        "2026-03-01T09:30:00.250000000Z",
        "2026-03-01T10:30:00.25+01:00",
        "2026-02-28T21:30:00.25-12:00",
        "2026-03-01T09:30:00.25-00:00",
    ],
)
def test_an_instant_is_read_into_utc(answered: Callable[..., None], client: Client, text: str) -> None:
    answered("GET", PATH, 200, {**STATUS, "sent_at": text})
    found = client.look(PLATE)
    assert found is not None
    assert found.sent_at == datetime(2026, 3, 1, 9, 30, 0, 250000, tzinfo=UTC)
    assert found.sent_at is not None
    assert found.sent_at.tzinfo is UTC


def test_a_look_finds_nothing(answered: Callable[..., None], client: Client) -> None:
    answered("GET", PATH, 404, {"code": "not_found"}, "application/problem+json")
    assert client.look(PLATE) is None


def test_a_look_at_the_wrong_address_does_not_find_nothing(
    answered: Callable[..., None], client: Client
) -> None:
    answered("GET", PATH, 404, "<html>", "text/html")
    with pytest.raises(NotAuthorised):
        client.look(PLATE)


def test_a_send_of_a_passport_that_is_not_there_is_refused(
    answered: Callable[..., None], client: Client
) -> None:
    answered("POST", f"{PATH}/send", 404, {"code": "not_found"}, "application/problem+json")
    with pytest.raises(Refused) as caught:
        client.send(PLATE, key=KEY)
    assert caught.value.code == "not_found"


# ---------------------------------------------------------------- the garage

GARAGE = {
    "id": "g1",
    "name": "Garage Jansen",
    "batch_at": "01:00",
    "timezone": "Europe/Amsterdam",
    "limits": {"requests_per_minute": 600, "batch_size": 500, "other": 1},
    "fleet_accounts": [{"id": "f1", "name": "Verhuur"}],
    "new": {},
}


def test_the_garage_is_read_whole(answered: Callable[..., None], client: Client) -> None:
    answered("GET", "/garage", 200, GARAGE)
    info = client.garage()
    assert (info.id, info.name, info.timezone, info.batch_at) == (
        "g1",
        "Garage Jansen",
        "Europe/Amsterdam",
        "01:00",
    )
    assert (info.requests_per_minute, info.batch_size) == (600, 500)
    assert dict(info.fleet_accounts) == {"f1": "Verhuur"}


@pytest.mark.parametrize(
    "more", [{}, {"limits": None, "fleet_accounts": None}, {"limits": {"requests_per_minute": None}}]
)
def test_a_garage_without_limits_has_none(
    answered: Callable[..., None], client: Client, more: dict[str, Any]
) -> None:
    answered("GET", "/garage", 200, {"id": "g1", "name": "Garage", **more})
    info = client.garage()
    assert (info.requests_per_minute, info.batch_size, info.timezone) == (None, None, None)
    assert dict(info.fleet_accounts) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"id": 7},
        {"name": ""},
        {"limits": []},
        {"limits": {"requests_per_minute": "600"}},
        {"limits": {"requests_per_minute": 0}},
        {"limits": {"batch_size": True}},
        {"fleet_accounts": {}},
        {"fleet_accounts": [{"id": "f1"}]},
    ],
)
def test_a_garage_that_is_not_as_promised_is_unknown(
    answered: Callable[..., None], client: Client, wrong: dict[str, Any]
) -> None:
    answered("GET", "/garage", 200, {**GARAGE, **wrong})
    with pytest.raises(Exception, match="not as promised"):
        client.garage()


def test_a_garage_not_found_is_a_wrong_address_whatever_it_says(
    answered: Callable[..., None], client: Client
) -> None:
    answered("GET", "/garage", 404, {"code": "not_found"}, "application/problem+json")
    with pytest.raises(NotAuthorised) as caught:
        client.garage()
    assert caught.value.code == "wrong_service"


class Clock(threading.Event):
    """A stop event whose waits move the clock instead of taking time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        self.now += timeout or 0.0
        return self.is_set()

    def __call__(self) -> float:
        return self.now


def looks_after_garage(service: responses.RequestsMock, limit: int | None, count: int) -> Clock:
    service.add("GET", URL + "/garage", json={**GARAGE, "limits": {"requests_per_minute": limit}})
    service.add("GET", URL + PATH, json=STATUS)
    clock = Clock()
    with Client(URL, lambda: "een-token", timeout=5, stop=clock, monotonic=clock) as client:
        client.garage()
        for _ in range(count):
            client.look(PLATE)
    return clock


def test_calls_stay_below_the_limit_that_the_garage_names(service: responses.RequestsMock) -> None:
    """At 95 % of 600 a minute, 95 calls that begin at once end ten seconds later."""
    assert looks_after_garage(service, 600, 96).now == pytest.approx(10.0)


def test_without_a_limit_calls_do_not_wait(service: responses.RequestsMock) -> None:
    assert looks_after_garage(service, None, 50).now == 0


def test_a_pace_without_room_is_not_the_passports_failure(service: responses.RequestsMock) -> None:
    with pytest.raises(Transient) as caught:
        looks_after_garage(service, 1, 2)
    assert (caught.value.code, caught.value.scope, caught.value.counts) == ("paced", "garage", False)
    assert caught.value.retry_after == pytest.approx(60 / 0.95)


def test_a_stopping_program_spends_no_attempt(service: responses.RequestsMock) -> None:
    stop = threading.Event()
    stop.set()
    with Client(URL, lambda: "een-token", timeout=5, stop=stop) as client, pytest.raises(Transient) as caught:
        client.send(PLATE, key=KEY)
    assert (caught.value.code, caught.value.counts) == ("stopped", False)
    assert len(service.calls) == 0


def test_a_closed_client_sends_nothing(service: responses.RequestsMock, client: Client) -> None:
    client.close()
    with pytest.raises(Transient):
        client.look(PLATE)
    assert len(service.calls) == 0


# ---------------------------------------------------------------- the feed of address changes

CHANGE = {"at": "2026-03-01T09:30:00Z", "address": "f.celik@voorbeeld.example", "state": "invalid"}


def page(*items: Any, **changes: Any) -> dict[str, Any]:
    return {"items": list(items), "next": "c 2/+", "more": False, **changes}


@pytest.mark.parametrize(
    ("after", "query"), [(None, "limit=50"), ("c 2/+&x", "limit=50&after=c+2%2F%2B%26x")]
)
def test_the_feed_is_asked_for_from_a_cursor(
    answered: Callable[..., None],
    service: responses.RequestsMock,
    client: Client,
    after: str | None,
    query: str,
) -> None:
    answered("GET", "/emails/changes", 200, page())
    assert client.email_changes(after, 50).next == "c 2/+"
    assert service.calls[0].request.url == f"{URL}/emails/changes?{query}"


def test_a_page_holds_what_igarage_learned_and_leaves_out_states_unheard_of(
    answered: Callable[..., None], client: Client
) -> None:
    corrected = {**CHANGE, "state": "corrected", "plate": PLATE, "corrected_to": "goed@voorbeeld.example"}
    answered("GET", "/emails/changes", 200, page({**CHANGE, "state": "moved"}, {**corrected, "sent": True}))
    at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert client.email_changes(None, 50).items == (
        AddressChange(
            at, CHANGE["address"], "corrected", PLATE, corrected_to="goed@voorbeeld.example", sent=True
        ),
    )


@pytest.mark.parametrize(
    "body",
    [
        page(more=None),
        page(next=""),
        {**page(), "items": None},
        page({**CHANGE, "at": None}),
        page({**CHANGE, "address": ""}),
        page({**CHANGE, "state": "corrected"}),
        page({**CHANGE, "sent": "yes"}),
        page("an item"),
    ],
)
def test_a_page_that_is_none_is_no_success(
    answered: Callable[..., None], client: Client, body: dict[str, Any]
) -> None:
    answered("GET", "/emails/changes", 200, body)
    with pytest.raises(Unknown):
        client.email_changes(None, 50)


def test_an_unknown_cursor_is_told_by_its_status(answered: Callable[..., None], client: Client) -> None:
    answered("GET", "/emails/changes", 400, {"code": "malformed"}, "application/problem+json")
    with pytest.raises(Refused) as told:
        client.email_changes("gone", 50)
    assert told.value.status == 400
