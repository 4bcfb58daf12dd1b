"""Idempotency-Keys in the three modes of a server."""

import json

import pytest

ANNA = "anna@voorbeeld.example"


def test_the_same_key_gives_the_first_answer_again_and_has_no_second_effect(garage, sandbox):
    garage.put()
    first = garage.send(key="send-1")
    garage.send(key="send-2")
    again = garage.send(key="send-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len(sandbox.mails()) == 2
    assert [call.outcome for call in sandbox.requests()] == ["answered", "answered", "answered", "replayed"]


def test_a_replayed_delete_deletes_nothing_that_came_after(garage):
    garage.put()
    garage.delete(key="delete-1")
    garage.put()
    assert garage.delete(key="delete-1").status_code == 204
    assert garage.get().status_code == 200


def test_one_json_value_may_be_written_in_two_ways(garage, sandbox):
    body = garage.passport(vehicle={"mileage": 12000, "make": "Merk"})
    one = json.dumps(body).encode()
    other = json.dumps(body, sort_keys=True, indent=2).replace("12000", "12000.0").encode()
    kind = {"Content-Type": "application/json"}
    for written in (one, other):
        answer = garage.call("PUT", "/passports/X0001X", "k", data=written, headers=kind)
        assert answer.status_code == 201
    assert len(sandbox.effects()) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/passports/X0001X", {"send": True}),
        ("PUT", "/passports/X0002X", {}),
        ("DELETE", "/passports/X0001X", {}),
    ],
)
def test_the_same_key_with_something_else_is_refused(garage, sandbox, method, path, body):
    garage.put(key="k")
    value = {**garage.passport(path.rpartition("/")[2]), **body}
    answer = garage.call(method, path, "k", json=value)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(sandbox.effects()) == 1


def test_a_refusal_is_not_remembered(garage):
    assert garage.put(key="k", email="geen").status_code == 422
    assert garage.put(key="k").status_code == 201


def test_a_key_belongs_to_one_garage(garage, other_garage, sandbox):
    garage.put(key="k")
    assert other_garage.put(key="k", last_name="Ander").status_code == 201
    assert len(sandbox.effects()) == 2


@pytest.mark.parametrize(("mode", "mails"), [("honours", 1), ("ignores", 2), ("forgets", 2)])
def test_after_24_hours_only_a_server_that_honours_keys_still_knows_them(garage, sandbox, clock, mode, mails):
    sandbox.set_mode(mode)
    garage.put()
    garage.send(key="k")
    clock.forward(hours=24)
    assert garage.send(key="k").status_code == 202
    assert len(sandbox.mails()) == mails


def test_a_server_that_forgets_keys_knows_them_for_24_hours(garage, sandbox, clock):
    sandbox.set_mode("forgets")
    garage.put()
    garage.send(key="k")
    clock.forward(hours=23, minutes=59)
    garage.send(key="k")
    assert len(sandbox.mails()) == 1


def test_a_server_that_ignores_keys_does_it_again_and_refuses_no_reuse(garage, sandbox):
    sandbox.set_mode("ignores")
    assert [garage.put(key="k", send=True).status_code for _ in range(2)] == [201, 200]
    assert garage.send(key="k").status_code == 202
    assert [(effect.result, effect.mailed) for effect in sandbox.effects()] == [
        ("created", True),
        ("unchanged", False),
        ("sent", True),
    ]


def test_keys_can_be_forgotten_at_once(garage, sandbox):
    garage.put()
    garage.send(key="k")
    sandbox.forget_keys()
    garage.send(key="k")
    assert len(sandbox.mails()) == 2


def test_a_key_that_is_still_being_worked_on_is_in_progress(garage, sandbox, meanwhile, until):
    garage.put()
    sandbox.order_fault(hold=True, times=1, method="POST")
    first = meanwhile(garage.send, key="k")
    until(lambda: sandbox.faults()[0]["struck"] == 1)
    # The fault has struck, and takes its key a moment later: the second call may come before that.
    until(lambda: garage.send(key="k").status_code == 409)
    sandbox.clear_faults()
    assert first.result().status_code == 202
    assert garage.send(key="k").content == first.result().content
    assert len(sandbox.mails()) == 1
