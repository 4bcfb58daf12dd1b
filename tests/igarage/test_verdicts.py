"""The contract's table of statuses, through the client, and the answers that nobody promised."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import responses

from connector.errors import DeliveryError, NotAuthorised, Refused, Transient, Unknown
from connector.igarage import Client
from connector.igarage.verdicts import retry_after

NOW = datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC)
PLATE = "AB12CD"
PATH = f"/passports/{PLATE}"
PROBLEM = "application/problem+json"


def coded(code: str | None, *errors: tuple[str, str]) -> dict[str, Any]:
    """A problem as the contract draws it."""
    listed = [
        {"field": field, "code": each, "message": "f.celik@voorbeeld.example"} for field, each in errors
    ]
    return {
        "type": "about:blank",
        "title": "x",
        "detail": "f.celik@voorbeeld.example AB12CD",
        "code": code,
        "errors": listed,
    }


EMAIL = ("customer.email", "email_invalid")
MILEAGE = ("vehicle.mileage", "out_of_range")

SENTENCES: list[tuple[str, int, Any, type[DeliveryError], dict[str, Any]]] = [
    ("400 malformed refuses the passport", 400, coded("malformed"), Refused, {"code": "malformed"}),
    ("413 too_large refuses the passport", 413, coded("too_large"), Refused, {"code": "too_large"}),
    ("415 refuses the passport", 415, coded(None), Refused, {"code": "malformed"}),
    (
        "400 cannot pretend to be an owner conflict",
        400,
        coded("owner_conflict"),
        Refused,
        {"code": "malformed"},
    ),
    ("401 pauses the garage", 401, coded("unauthorised"), NotAuthorised, {"code": "unauthorised"}),
    ("401 without a body pauses the garage", 401, "", NotAuthorised, {"code": "unauthorised"}),
    ("403 pauses the garage", 403, coded("forbidden"), NotAuthorised, {"code": "forbidden"}),
    ("404 not_found on a passport holds it", 404, coded("not_found"), Refused, {"code": "not_found"}),
    ("404 without our code is a wrong address", 404, coded(None), NotAuthorised, {"code": "wrong_service"}),
    (
        "404 with a stranger's code is a wrong address",
        404,
        coded("nope"),
        NotAuthorised,
        {"code": "wrong_service"},
    ),
    ("404 of a web server is a wrong address", 404, "<html>", NotAuthorised, {"code": "wrong_service"}),
    ("405 is a wrong address", 405, coded("not_found"), NotAuthorised, {"code": "wrong_service"}),
    ("408 is not now", 408, "", Transient, {"scope": "passport", "counts": True}),
    ("425 is not now", 425, "", Transient, {"scope": "passport", "counts": True}),
    ("402 refuses", 402, coded("pay"), Refused, {"code": "refused"}),
    ("410 refuses", 410, coded("not_found"), Refused, {"code": "refused"}),
    ("418 refuses", 418, "", Refused, {"code": "refused"}),
    ("409 owner_conflict asks a person", 409, coded("owner_conflict"), Refused, {"code": "owner_conflict"}),
    (
        "409 in_progress is not now and spends no attempt",
        409,
        coded("in_progress"),
        Transient,
        {"code": "in_progress", "counts": False, "scope": "passport"},
    ),
    ("409 otherwise refuses", 409, coded("whatever"), Refused, {"code": "conflict"}),
    (
        "422 with an invalid address is about the address",
        422,
        coded("invalid", EMAIL),
        Refused,
        {"code": "email_invalid", "field": "customer.email"},
    ),
    (
        "422 with an invalid address told twice is about the address",
        422,
        coded("invalid", EMAIL, EMAIL),
        Refused,
        {"code": "email_invalid", "field": "customer.email"},
    ),
    (
        "422 with another error names its field and code",
        422,
        coded("invalid", MILEAGE),
        Refused,
        {"code": "out_of_range", "field": "vehicle.mileage"},
    ),
    (
        "422 with both refuses for the other one",
        422,
        coded("invalid", EMAIL, MILEAGE),
        Refused,
        {"code": "out_of_range", "field": "vehicle.mileage"},
    ),
    (
        "422 email_invalid of another field is not about the address",
        422,
        coded("invalid", ("vehicle.make", "email_invalid")),
        Refused,
        {"code": "invalid", "field": "vehicle.make"},
    ),
    (
        "422 of the address with another code refuses the passport",
        422,
        coded("invalid", ("customer.email", "required")),
        Refused,
        {"code": "required", "field": "customer.email"},
    ),
    ("422 without errors refuses", 422, coded("invalid"), Refused, {"code": "invalid", "field": None}),
    (
        "422 cannot pretend that the passport is gone",
        422,
        coded("invalid", ("plate", "not_found")),
        Refused,
        {"code": "invalid", "field": "plate"},
    ),
    (
        "422 idempotency_key_reused refuses and is named",
        422,
        coded("idempotency_key_reused", EMAIL),
        Refused,
        {"code": "idempotency_key_reused", "field": None},
    ),
    (
        "429 is not now for the garage",
        429,
        coded("slow_down"),
        Transient,
        {"scope": "garage", "retry_after": None},
    ),
    (
        "503 is not now for the garage",
        503,
        coded("unavailable"),
        Transient,
        {"scope": "garage", "counts": True},
    ),
    ("503 of a web server is not now for the garage", 503, "<html>", Transient, {"scope": "garage"}),
    ("500 is unknown", 500, coded("oops"), Unknown, {"scope": "passport"}),
    ("502 is unknown", 502, "<html>", Unknown, {}),
    ("504 is unknown", 504, "", Unknown, {}),
    ("599 is unknown", 599, "", Unknown, {}),
    ("301 is unknown for the garage", 301, "", Unknown, {"code": "redirected", "scope": "garage"}),
    ("302 is unknown for the garage", 302, "", Unknown, {"code": "redirected", "scope": "garage"}),
    ("303 is unknown for the garage", 303, "", Unknown, {"code": "redirected", "scope": "garage"}),
    ("307 is unknown for the garage", 307, "", Unknown, {"code": "redirected", "scope": "garage"}),
    (
        "202 was not promised for a passport",
        202,
        {"plate": PLATE, "state": "sent"},
        Unknown,
        {"code": "bad_answer"},
    ),
    ("204 was not promised for a passport", 204, "", Unknown, {"code": "bad_answer"}),
    ("600 is no status", 600, "", Unknown, {"code": "bad_answer"}),
]


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence[0])
def test_what_a_status_means(answered: Callable[..., None], put: Callable[[], Any], sentence: Any) -> None:
    _, status, body, kind, facts = sentence
    json_type = PROBLEM if status >= 300 else "application/json"
    answered("PUT", PATH, status, body, json_type if isinstance(body, dict) else "text/html")
    with pytest.raises(DeliveryError) as caught:
        put()
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert {name: getattr(caught.value, name) for name in facts} == facts
    assert_says_nothing(caught.value)


def assert_says_nothing(error: BaseException) -> None:
    """Neither the failure nor anything that is chained to it names plate, address, token or path."""
    while True:
        shown = f"{error!s} {error!r} {vars(error)!r}"
        for secret in (PLATE, "celik", "een-token", "/passports", "voorbeeld"):
            assert secret not in shown
        chained = error.__cause__ or error.__context__
        if chained is None:
            return
        error = chained


RUBBISH = [
    b"",
    b"null",
    b"[]",
    b'"invalid"',
    b"{",
    b"<html>",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"9" * 10_000,
    b'{"code": ["email_invalid"], "errors": {"field": "customer.email"}}',
    b'{"code": 7, "errors": [null, 1, "x", [], {}, {"field": {}, "code": []}]}',
    b'{"code": "' + b"x" * 1_000_000 + b'"}',
    b'{"code": "f.celik@voorbeeld.example", "errors": [{"field": "AB12CD", "code": "AB12CD"}]}',
]


@pytest.mark.parametrize("rubbish", RUBBISH, ids=range(len(RUBBISH)))
@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (404, NotAuthorised), (409, Refused), (422, Refused), (503, Transient), (500, Unknown)],
)
def test_a_rubbish_problem_changes_no_verdict(
    answered: Callable[..., None], put: Callable[[], Any], rubbish: bytes, status: int, kind: type[Exception]
) -> None:
    answered("PUT", PATH, status, rubbish, PROBLEM)
    with pytest.raises(DeliveryError) as caught:
        put()
    assert type(caught.value) is kind
    assert caught.value.code in {
        "malformed",
        "wrong_service",
        "conflict",
        "invalid",
        "unavailable",
        "server_error",
    }
    assert_says_nothing(caught.value)


def test_a_code_counts_only_in_a_problem(answered: Callable[..., None], put: Callable[[], Any]) -> None:
    """Another service's 404 may say not_found in JSON, too."""
    answered("PUT", PATH, 404, {"code": "not_found"}, "application/json")
    with pytest.raises(NotAuthorised):
        put()


# ---------------------------------------------------------------- 2xx that are no success

GOOD = {"plate": PLATE, "state": "sent", "sent_at": None, "email": None}

NOT_PROMISED: list[tuple[str, Any, str]] = [
    ("a captive portal's page", "<html>Welkom, log in</html>", "text/html"),
    ("a page that says it is JSON", "<html>", "application/json"),
    ("JSON that says it is a page", json.dumps(GOOD), "text/html"),
    ("nothing", "", "application/json"),
    ("a cut object", json.dumps(GOOD)[:-4], "application/json"),
    ("null", "null", "application/json"),
    ("a list", [GOOD], "application/json"),
    ("an error in a 200", coded("invalid"), "application/json"),
    ("another plate", {**GOOD, "plate": "ZZ99ZZ"}, "application/json"),
    ("our plate in another spelling", {**GOOD, "plate": "AB-12-CD"}, "application/json"),
    ("no plate", {"state": "sent"}, "application/json"),
    ("no state", {"plate": PLATE}, "application/json"),
    ("an unknown state", {**GOOD, "state": "gone"}, "application/json"),
    ("a state that is a list", {**GOOD, "state": ["sent"]}, "application/json"),
    ("an instant without a zone", {**GOOD, "sent_at": "2026-03-01T09:30:00"}, "application/json"),
    ("an instant that is a day", {**GOOD, "sent_at": "2026-03-01"}, "application/json"),
    ("an instant that cannot be", {**GOOD, "sent_at": "2026-13-01T09:30:00Z"}, "application/json"),
    ("an instant before all time", {**GOOD, "sent_at": "0001-01-01T00:00:00+14:00"}, "application/json"),
    ("an instant that is a number", {**GOOD, "sent_at": 1772357400}, "application/json"),
    (
        "an instant with other digits",
        {**GOOD, "sent_at": "\uff12\uff10\uff12\uff16-03-01T09:30:00Z"},
        "application/json",
    ),
    ("an e-mail that is a text", {**GOOD, "email": "f.celik@voorbeeld.example"}, "application/json"),
    ("an address that is a number", {**GOOD, "email": {"address": 7}}, "application/json"),
    ("an address no database takes", {**GOOD, "email": {"address": "a\0b"}}, "application/json"),
    ("half a character", {**GOOD, "email": {"address": "\ud83d"}}, "application/json"),
    ("a depth without end", '{"plate":' + "[" * 100_000, "application/json"),
]


@pytest.mark.parametrize("case", NOT_PROMISED, ids=lambda case: case[0])
@pytest.mark.parametrize("call", ["put", "look", "send"])
def test_a_success_that_is_not_as_promised_is_unknown(
    answered: Callable[..., None], client: Client, put: Callable[[], Any], case: Any, call: str
) -> None:
    _, body, content_type = case
    answered("PUT", PATH, 200, body, content_type)
    answered("GET", PATH, 200, body, content_type)
    answered("POST", f"{PATH}/send", 202, body, content_type)
    calls = {"put": put, "look": lambda: client.look(PLATE), "send": lambda: client.send(PLATE, key="k")}
    with pytest.raises(Unknown) as caught:
        calls[call]()
    assert caught.value.code == "bad_answer"
    assert_says_nothing(caught.value)


# ---------------------------------------------------------------- no answer at all


@pytest.mark.parametrize(
    "error",
    [
        requests.ReadTimeout("https://igarage.example/passports/AB12CD"),
        requests.ConnectionError("https://igarage.example/passports/AB12CD"),
        requests.exceptions.ChunkedEncodingError("/passports/AB12CD"),
        ConnectionResetError("een-token"),
        ValueError("een-token"),
    ],
)
def test_no_answer_is_unknown(
    service: responses.RequestsMock, put: Callable[[], Any], error: Exception
) -> None:
    service.add("PUT", f"https://igarage.example/connector/v1{PATH}", body=error)
    with pytest.raises(Unknown) as caught:
        put()
    assert caught.value.code == "no_answer"
    assert_says_nothing(caught.value)
    assert len(service.calls) == 1


# ---------------------------------------------------------------- Retry-After


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        (" 30 ", 30.0),
        ("0030", 30.0),
        ("0", 0.0),
        ("000000", 0.0),
        ("3600", 3600.0),
        ("3601", 3600.0),
        ("31536000", 3600.0),
        ("9" * 6000, 3600.0),
        ("-1", None),
        ("-31536000", None),
        ("1.5", None),
        ("1e3", None),
        ("inf", None),
        ("nan", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Mon, 02 Mar 2026 08:00:30 GMT", 30.0),
        ("Monday, 02-Mar-26 08:00:30 GMT", 30.0),
        ("Mon Mar  2 08:00:30 2026", 30.0),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0.0),
        ("Tue, 02 Mar 2027 08:00:00 GMT", 3600.0),
        ("Mon, 02 Mar 2026 07:59:59 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 99 Mar 2026 08:00:30 GMT", None),
        ("Mon, 02 Mar 99999999999 08:00:30 GMT", None),
        ("2026-03-02T08:00:30Z", None),
        ("\x00", None),
    ],
)
def test_how_long_to_wait(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("header", "seconds"), [("120", 120.0), ("-5", None), ("0", 0.0)])
def test_a_wait_reaches_the_failure(
    answered: Callable[..., None], put: Callable[[], Any], status: int, header: str, seconds: float | None
) -> None:
    answered("PUT", PATH, status, "", "text/plain", {"Retry-After": header})
    with pytest.raises(Transient) as caught:
        put()
    assert caught.value.retry_after == seconds


def test_a_date_is_compared_with_the_clock_of_the_client(
    answered: Callable[..., None], put: Callable[[], Any]
) -> None:
    at = (NOW + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    answered("PUT", PATH, 503, "", "text/plain", {"Retry-After": at})
    with pytest.raises(Transient) as caught:
        put()
    assert caught.value.retry_after == 90
