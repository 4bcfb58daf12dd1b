"""The control side over HTTP, which is no part of the contract."""

import pytest


def test_the_effects_are_told_in_order_with_the_passports_as_they_are_now(garage, control):
    garage.put(key="a", send=True)
    garage.delete(key="b")
    garage.put("X0002X", key="c")
    told = control("GET", "/effects").json()
    assert [
        (e["garage"], e["verb"], e["plate"], e["key"], e["send"], e["result"]) for e in told["effects"]
    ] == [
        ("garage-a", "put", "X0001X", "a", True, "created"),
        ("garage-a", "delete", "X0001X", "b", False, "deleted"),
        ("garage-a", "put", "X0002X", "c", False, "created"),
    ]
    assert told["effects"][0]["at"] == "2026-03-02T01:00:00.000Z"
    assert told["effects"][0]["body"] == garage.passport(send=True)
    assert [(p["plate"], p["state"], p["mails"]) for p in told["passports"]] == [("X0002X", "concept", 0)]


def test_the_mails_are_told_and_may_be_asked_of_one_garage(garage, other_garage, control):
    garage.put(send=True)
    other_garage.put("X0002X", send=True, email="bram@voorbeeld.example")
    told = control("GET", "/mails").json()
    assert told["count"] == 2
    assert told["mails"][1] == {
        "number": 2,
        "at": "2026-03-02T01:00:00.000Z",
        "garage": "garage-b",
        "plate": "X0002X",
        "address": "bram@voorbeeld.example",
        "cause": "put",
    }
    assert control("GET", "/mails?garage=garage-a").json()["count"] == 1


def test_every_call_of_the_contract_is_counted_also_the_refused_ones(garage, control):
    garage.get()
    garage.put(email="geen")
    garage.call("GET", "/batches?reference=r")
    garage.call("GET", "/garage", headers={"Authorization": "Bearer fout"})
    told = control("GET", "/requests").json()
    assert told["count"] == 4
    assert [(r["garage"], r["method"], r["path"], r["status"]) for r in told["requests"]] == [
        ("garage-a", "GET", "/passports/X0001X", 404),
        ("garage-a", "PUT", "/passports/X0001X", 422),
        ("garage-a", "GET", "/batches?reference=r", 200),
        (None, "GET", "/garage", 401),
    ]


def test_a_fault_is_ordered_listed_and_cleared(garage, control):
    answer = control("POST", "/faults", json={"status": 503, "code": "unavailable", "times": 2})
    assert (answer.status_code, answer.json()) == (201, {"id": 1})
    assert garage.get().status_code == 503
    (listed,) = control("GET", "/faults").json()["faults"]
    assert (listed["id"], listed["struck"], listed["code"]) == (1, 1, "unavailable")
    assert control("DELETE", "/faults").status_code == 204
    assert garage.get().status_code == 404


def test_the_mode_is_told_and_changed_and_keys_are_forgotten(garage, control, sandbox):
    assert control("GET", "/mode").json() == {"mode": "honours"}
    garage.put()
    garage.send(key="k")
    assert control("POST", "/keys/forget", json={}).status_code == 204
    garage.send(key="k")
    assert control("PUT", "/mode", json={"mode": "ignores"}).status_code == 204
    garage.send(key="k")
    assert len(sandbox.mails()) == 3


def test_a_token_is_revoked_made_and_given_to_another_garage(garage, control):
    control("PUT", "/tokens", json={"token": "geheim-a", "garage": None})
    assert garage.call("GET", "/garage").status_code == 401
    control("PUT", "/tokens", json={"token": "geheim-a", "garage": "garage-c"})
    assert garage.call("GET", "/garage").json()["id"] == "garage-c"


def test_a_verdict_on_an_address_is_set(garage, control):
    garage.put()
    verdict = {"address": "anna@voorbeeld.example", "state": "opted_out", "reason": "unsubscribed"}
    assert control("PUT", "/addresses", json=verdict).status_code == 204
    assert garage.get().json()["email"] == verdict
    control("PUT", "/addresses", json={"address": "anna@voorbeeld.example", "state": "ok"})
    assert garage.get().json()["email"]["reason"] is None


def test_reception_activates_invites_and_removes(garage, control, sandbox):
    garage.put(send=True)
    told = []
    for deed in ("activate", "invite", "remove"):
        order = {"deed": deed, "plate": "X0001X", "garage": "garage-a"}
        assert control("POST", "/reception", json=order).status_code == 204
        told.append(garage.get().json().get("state"))
    assert told == ["active", "active", None]
    assert [mail.cause for mail in sandbox.mails()] == ["put", "reception"]
    assert [(e.verb, e.key) for e in sandbox.effects()][1:] == [
        ("activate", None),
        ("invite", None),
        ("remove", None),
    ]


def test_reception_finds_no_passport_that_is_not_there(control):
    order = {"deed": "invite", "plate": "X0001X", "garage": "garage-a"}
    assert control("POST", "/reception", json=order).status_code == 404


def test_with_several_garages_reception_must_say_which(garage, control):
    garage.put()
    assert control("POST", "/reception", json={"deed": "invite", "plate": "X0001X"}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "value"),
    [
        ("POST", "/faults", {"statsu": 500}),
        ("POST", "/faults", []),
        ("PUT", "/mode", {"mode": "soms"}),
        ("PUT", "/mode", {}),
        ("PUT", "/tokens", {"token": "t"}),
        ("PUT", "/tokens", {"token": "t", "garage": []}),
        ("PUT", "/addresses", {"address": 1, "state": "ok"}),
        ("PUT", "/addresses", {"address": "a", "state": "slecht"}),
        ("PUT", "/addresses", {"address": "a", "state": "invalid", "refused": "soms"}),
        ("PUT", "/addresses", {"address": "a", "state": "invalid", "refused": []}),
        ("PUT", "/addresses", {"address": "a", "state": "invalid", "reason": "zomaar"}),
        ("POST", "/reception", {"deed": "dansen", "plate": "X0001X"}),
    ],
)
def test_a_control_call_that_makes_no_sense_is_refused_with_a_reason(control, method, path, value):
    answer = control(method, path, json=value)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/faults"), ("PUT", "/mode"), ("POST", "/keys/forget")]
)
def test_a_form_of_a_strange_page_orders_nothing(control, sandbox, method, path):
    assert control(method, path, data={"status": "500", "mode": "ignores"}).status_code == 400
    assert (sandbox.faults(), sandbox.mode) == ([], "honours")
