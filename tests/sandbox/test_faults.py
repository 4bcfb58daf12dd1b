"""Every fault that can be ordered, as a client meets it, and what was done in spite of it."""

import http.client
import socket

import pytest
import requests


@pytest.fixture
def plain(sandbox):
    """A connection one storey below `requests`."""
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=20)
    yield connection
    connection.close()


def ask(connection):
    headers = {"Authorization": "Bearer geheim-a"}
    connection.request("GET", "/connector/v1/garage", headers=headers)
    return connection.getresponse()


def last(sandbox):
    call = sandbox.requests()[-1]
    return call.status, call.outcome


@pytest.mark.parametrize(
    "retry_after", ["30", "Wed, 21 Oct 2026 07:28:00 GMT", "0", "-5", "31536000", "straks"]
)
def test_a_status_with_its_code_and_any_retry_after(garage, sandbox, retry_after):
    number = sandbox.order_fault(status=503, code="unavailable", retry_after=retry_after)
    answer = garage.put()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == retry_after
    assert sandbox.effects() == []
    assert (last(sandbox), sandbox.requests()[-1].fault) == ((503, "answered"), number)


def test_a_status_may_name_fields(garage, control):
    errors = [{"field": "customer.email", "code": "email_invalid", "message": "no"}]
    control("POST", "/faults", json={"status": 422, "code": "invalid", "errors": errors})
    assert garage.put().json()["errors"] == errors


def test_a_status_without_a_code_has_none(garage, sandbox):
    sandbox.order_fault(status=404)
    assert "code" not in garage.get().json()


def test_an_error_after_the_deed_has_done_it_and_the_key_knows(garage, sandbox):
    sandbox.order_fault(status=500, after_deed=True, times=1)
    assert garage.put(key="k", send=True).status_code == 500
    assert len(sandbox.mails()) == 1
    assert garage.put(key="k", send=True).status_code == 201
    assert len(sandbox.effects()) == 1


def test_a_body_of_somebody_else_a_captive_portal(garage, sandbox):
    sandbox.order_fault(body="<html>Welkom op de wifi</html>")
    answer = garage.put()
    assert (answer.status_code, answer.text) == (200, "<html>Welkom op de wifi</html>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert sandbox.effects() == []


def test_a_body_that_names_another_plate_after_the_deed(garage, sandbox):
    other = '{"plate": "X9999X", "state": "sent"}'
    sandbox.order_fault(body=other, content_type="application/json", status=201, after_deed=True)
    answer = garage.put()
    assert (answer.status_code, answer.json()["plate"]) == (201, "X9999X")
    assert len(sandbox.effects()) == 1


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect(garage, sandbox, status):
    sandbox.order_fault(location="http://elders.example/", status=status)
    answer = garage.put()
    assert (answer.status_code, answer.headers["Location"]) == (status, "http://elders.example/")
    assert sandbox.effects() == []


@pytest.mark.parametrize(("drop", "effects"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("reset", [False, True])
def test_a_dropped_answer_before_or_after_the_deed(garage, sandbox, drop, effects, reset):
    sandbox.order_fault(drop=drop, reset=reset, times=1)
    with pytest.raises(requests.ConnectionError) as dropped:
        garage.put(key="k")
    assert ("reset" in str(dropped.value).lower()) is reset
    assert len(sandbox.effects()) == effects
    assert last(sandbox) == (None, "dropped")
    assert garage.put(key="k").status_code == 201
    assert len(sandbox.effects()) == 1


def test_a_cut_answer_promises_more_than_comes(plain, sandbox):
    sandbox.order_fault(cut=5)
    answer = ask(plain)
    assert answer.status == 200
    with pytest.raises(http.client.IncompleteRead) as cut:
        answer.read()
    assert cut.value.partial == b'{"id"'
    assert last(sandbox) == (200, "cut")


def test_a_cut_answer_without_a_length_looks_complete(plain, sandbox):
    sandbox.order_fault(cut=5, promised=False)
    answer = ask(plain)
    assert (answer.status, answer.getheader("Content-Length")) == (200, None)
    assert answer.read() == b'{"id"'


def test_a_cut_answer_has_done_the_deed(garage, sandbox):
    sandbox.order_fault(cut=0)
    with pytest.raises(requests.RequestException):
        garage.put()
    assert len(sandbox.effects()) == 1


@pytest.mark.parametrize(("part", "first"), [("headers", b"H"), ("body", None)])
def test_a_trickled_answer_comes_byte_by_byte_with_or_without_its_headers(sandbox, part, first):
    sandbox.order_fault(trickle=10, trickle_part=part)
    head = f"GET /connector/v1/garage HTTP/1.1\r\nHost: 127.0.0.1:{sandbox.port}\r\n"
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=20) as connection:
        connection.sendall(f"{head}Authorization: Bearer geheim-a\r\n\r\n".encode())
        begin = connection.recv(4096)
        assert last(sandbox) == (200, "trickled")
        sandbox.clear_faults()
        rest = b"".join(iter(lambda: connection.recv(4096), b""))
    assert begin == first or (first is None and begin.endswith(b"\r\n\r\n"))
    assert (begin + rest).startswith(b"HTTP/1.1 200 OK\r\n")
    assert rest.endswith(b"}")


def test_a_client_that_leaves_a_trickled_answer_does_no_harm(garage, sandbox):
    sandbox.order_fault(trickle=0.001, times=3)
    for _ in range(3):
        with pytest.raises(requests.RequestException):
            garage.call("GET", "/garage", timeout=0.05)
    assert garage.call("GET", "/garage").status_code == 200
    sandbox.clear_faults()
    assert garage.call("GET", "/garage").status_code == 200


@pytest.mark.parametrize("delay", [{"latency": 3600.0}, {"hold": True}])
@pytest.mark.parametrize(("when", "effects"), [({}, 0), ({"after_deed": True}, 1)])
def test_a_late_answer_before_or_after_the_deed(garage, sandbox, until, delay, when, effects):
    sandbox.order_fault(**delay, **when)
    with pytest.raises(requests.Timeout):
        garage.put(key="k", timeout=0.2)
    until(lambda: len(sandbox.requests()) == 1 and len(sandbox.effects()) == effects)
    assert last(sandbox) == (None, "open")
    sandbox.clear_faults()
    until(lambda: last(sandbox) == (201, "answered"))
    assert len(sandbox.effects()) == 1


def test_a_latency_passes_by_itself(garage, sandbox):
    sandbox.order_fault(latency=0.01)
    assert garage.put().status_code == 201


def test_a_late_error_is_both(garage, sandbox):
    sandbox.order_fault(latency=0.01, status=502)
    assert garage.put().status_code == 502
    assert sandbox.effects() == []


def test_a_newer_put_overtakes_one_that_is_held(garage, sandbox, meanwhile, until):
    sandbox.order_fault(hold=True, times=1)
    older = meanwhile(garage.put, vehicle={"make": "oud"})
    until(lambda: sandbox.faults()[0]["struck"] == 1)
    assert garage.put(vehicle={"make": "nieuw"}).status_code == 201
    sandbox.clear_faults()
    assert older.result().status_code == 200
    assert [effect.body["vehicle"]["make"] for effect in sandbox.effects()] == ["nieuw", "oud"]


def test_a_fault_strikes_only_what_it_names(garage, other_garage, sandbox):
    sandbox.order_fault(method="put", path="/passports/X1*", garage="garage-a", status=500)
    assert garage.put("X1000X").status_code == 500
    assert garage.put("X2000X").status_code == 201
    assert garage.get("X1000X").status_code == 404
    assert other_garage.put("X1000X").status_code == 201


def test_the_control_side_is_never_struck(garage, control, sandbox):
    sandbox.order_fault(drop="before")
    assert control("GET", "/mails").status_code == 200
    assert control("DELETE", "/faults").status_code == 204
    assert garage.put().status_code == 201
