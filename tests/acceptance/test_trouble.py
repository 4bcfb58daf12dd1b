"""What goes wrong at iGarage or on the way to it: nothing is lost, nothing done twice, and the status tells."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import pytest
import requests
import time_machine

from connector.sandbox import Garage as GarageAtIGarage
from connector.sandbox.answers import FieldError

ONE_A_MINUTE = GarageAtIGarage("jansen", "Garage Jansen", requests_per_minute=1)
PORTAL = "<html><title>Welkom op het wifi-netwerk</title></html>"
MODES = ["honours", "ignores", "forgets"]


@pytest.fixture
def inviting(garage):
    garage.configure(delivery={"send": "always"})
    return garage


def test_a_token_that_is_not_known_pauses_the_garage_and_refuses_nothing(inviting, sandbox, car):
    sandbox.revoke(inviting.token)
    inviting.export(car(1), car(2))
    said = inviting.run()
    assert said.status == 6
    assert "gepauzeerd (unauthorised)" in said.out
    stand = inviting.stand()
    assert stand["state"] == "paused" and "token" in stand["message"]
    assert inviting.counts() == {"total": 2, "pending": 2}
    assert (inviting.ask("held"), inviting.trace("ZZ-001-Z")["attempts"]) == ([], 0)
    assert inviting.asked() == []


def test_a_paused_garage_goes_on_when_the_token_file_is_replaced(inviting, sandbox, car):
    sandbox.revoke(inviting.token)
    inviting.export(car(1), car(2))
    inviting.run()
    sandbox.set_token("a-new-one", inviting.id)
    inviting.write_token("a-new-one\n")
    assert inviting.run().status == 0
    assert inviting.stand()["state"] == "ok"
    assert len(inviting.mails()) == 2


def test_a_token_that_is_revoked_midway_costs_no_passport_an_attempt(inviting, sandbox, car):
    inviting.export(*map(car, range(1, 8)))
    sandbox.order_fault(method="PUT", status=401, code="unauthorised", after=2)
    assert inviting.run().status == 6
    counts = inviting.counts()
    assert (counts["delivered"], counts["pending"]) == (2, 5)
    assert {inviting.trace(f"ZZ-{number:03}-Z")["attempts"] for number in range(1, 8)} == {0}
    sandbox.clear_faults()
    assert inviting.run().status == 0
    assert len(inviting.mails()) == 7


def test_a_forbidden_garage_is_paused_too(inviting, sandbox, car):
    sandbox.order_fault(path="/garage", status=403, code="forbidden")
    inviting.export(car(1))
    assert inviting.run().status == 6
    assert "koppeling" in inviting.stand()["message"]


def test_a_wrong_base_url_pauses_like_a_wrong_token(inviting, sandbox, car):
    inviting.configure(igarage={"url": sandbox.origin + "/elsewhere"})
    inviting.export(car(1))
    assert inviting.run().status == 6
    assert "igarage.url" in inviting.stand()["message"]
    assert inviting.counts() == {"total": 1, "pending": 1}


def test_a_garage_that_is_paused_stops_no_other(installation, sandbox, car):
    jansen, pietersen = installation.add("jansen"), installation.add("pietersen")
    for each in (jansen, pietersen):
        each.export(car(1))
    sandbox.revoke(jansen.token)
    assert installation.run().status == 6
    assert jansen.counts() == {"total": 1, "pending": 1}
    assert pietersen.counts() == {"total": 1, "delivered": 1}


def test_a_token_that_names_another_garage_pauses(inviting, sandbox, car):
    inviting.export(car(1))
    inviting.run()
    sandbox.set_token(inviting.token, "pietersen")
    inviting.export(car(1, km="70000"), car(2))
    assert inviting.run().status == 6
    assert "andere garage" in inviting.stand()["message"]
    assert sandbox.passports("pietersen") == []
    sandbox.set_token(inviting.token, inviting.id)
    assert inviting.run().status == 0
    assert len(sandbox.passports(inviting.id)) == 2


def test_a_token_that_is_not_there_pauses_the_garage_and_says_which_file(inviting, car):
    inviting.token_file.unlink()
    inviting.export(car(1))
    said = inviting.run()
    assert said.status == 4
    assert "jansen.token" in said.err
    stand = inviting.stand()
    assert (stand["state"], "tokenbestand" in stand["message"]) == ("paused", True)
    inviting.write_token(inviting.token)
    assert inviting.run().status == 0
    assert inviting.stand()["state"] == "ok"


def test_a_503_pauses_the_garage_until_its_retry_after(inviting, sandbox, car):
    sandbox.order_fault(method="PUT", status=503, code="unavailable", retry_after="1800", times=1)
    inviting.configure(delivery={"workers": 1})
    inviting.export(car(1), car(2))
    assert inviting.run().status == 5
    assert inviting.stand()["state"] == "paused"
    before = len(sandbox.requests())
    assert inviting.run().status == 5
    assert len(sandbox.requests()) == before
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31)):
        assert inviting.run().status == 0
    assert len(inviting.mails()) == 2


@pytest.mark.parametrize("wait", ["-5", "soon", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_no_retry_after_keeps_a_garage_away_for_longer_than_an_hour(inviting, sandbox, car, wait):
    sandbox.order_fault(method="PUT", status=429, code="slow_down", retry_after=wait, times=1)
    inviting.export(car(1))
    assert inviting.run().status == 5
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        assert inviting.run().status == 0
    assert len(inviting.mails()) == 1


def test_igarage_out_of_reach_is_told_and_loses_nothing(inviting, sandbox, car):
    inviting.export(car(1), car(2))
    sandbox.stop()
    assert inviting.run().status == 5
    assert "gepauzeerd: iGarage is niet te bereiken" in inviting.stand()["message"]
    assert inviting.trace("ZZ-001-Z")["attempts"] == 0
    sandbox.start()
    assert inviting.run().status == 0
    assert len(inviting.mails()) == 2


def test_weeks_out_of_reach_exhaust_nothing(inviting, sandbox, car):
    inviting.configure(delivery={"retry": {"first": 0.001, "max": 0.001, "attempts": 1}})
    inviting.export(car(1))
    sandbox.stop()
    for _ in range(2):
        inviting.run()
    sandbox.start()
    assert inviting.run().status == 0
    assert inviting.ask("held") == []


def test_a_server_that_never_answers_is_given_up_after_the_timeout(inviting, car):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        inviting.configure(igarage={"url": f"http://127.0.0.1:{port}/connector/v1", "timeout": 0.2})
        inviting.export(car(1))
        assert inviting.run().status == 5
    assert inviting.counts() == {"total": 1, "pending": 1}


def test_a_captive_portal_delivers_nothing(inviting, sandbox, car):
    sandbox.order_fault(body=PORTAL)
    inviting.export(car(1))
    assert inviting.run().status == 5
    assert inviting.counts() == {"total": 1, "pending": 1}
    sandbox.clear_faults()
    assert inviting.run().status == 0
    assert len(inviting.mails()) == 1


def test_a_redirect_is_never_followed_and_pauses_the_garage(inviting, sandbox, car):
    sandbox.order_fault(
        method="PUT", status=307, location=f"{sandbox.origin}/connector/v1/elsewhere", times=1
    )
    inviting.export(car(1))
    assert inviting.run().status == 5
    assert inviting.asked() == [("PUT", "/passports/ZZ001Z")]
    assert "anders dan iGarage" in inviting.stand()["message"]
    assert inviting.run().status == 0
    assert len(inviting.mails()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"body": PORTAL},
        {"status": 200, "body": "{}", "content_type": "application/json"},
        {"status": 200, "body": '{"plate": "ZZ999Z", "state": "sent"}', "content_type": "application/json"},
        {"drop": "before"},
        {"status": 500},
        {"status": 408},
    ],
    ids=["portal", "empty", "another plate", "dropped", "500", "408"],
)
def test_an_answer_that_is_none_leaves_the_passport_to_do_and_comes_right(inviting, sandbox, car, fault):
    sandbox.order_fault(method="PUT", times=1, **fault)
    inviting.export(car(1))
    assert inviting.run().status == 3
    assert inviting.counts() == {"total": 1, "pending": 1}
    assert inviting.run().status == 0
    assert inviting.effects() == [("put", "ZZ001Z", "created")]
    assert len(inviting.mails()) == 1


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        ("honours", {"drop": "after"}),
        ("ignores", {"drop": "after"}),
        ("forgets", {"drop": "after"}),
        ("honours", {"cut": 20}),
        ("ignores", {"cut": 20, "promised": False}),
        ("forgets", {"status": 500, "after_deed": True}),
    ],
)
def test_an_answer_lost_after_the_deed_brings_no_second_effect_and_no_second_mail(
    inviting, sandbox, car, mode, fault
):
    sandbox.set_mode(mode)
    sandbox.order_fault(method="PUT", times=3, **fault)
    inviting.export(*map(car, range(1, 4)))
    assert inviting.run().status == 3
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        assert inviting.run().status == 0
        assert inviting.run().status == 0
    assert sorted(inviting.effects()) == [("put", f"ZZ00{number}Z", "created") for number in (1, 2, 3)]
    assert len(inviting.mails()) == 3


def test_many_answers_lost_in_a_row_stop_the_pass_and_not_the_passports(inviting, sandbox, car):
    sandbox.order_fault(method="PUT", drop="before")
    inviting.export(*map(car, range(1, 21)))
    assert inviting.run().status == 5
    assert len(inviting.asked()) < 20
    sandbox.clear_faults()
    inviting.run()
    assert inviting.run().status == 0
    assert len(inviting.mails()) == 20


def test_a_passport_of_another_customer_is_held_as_an_owner_change(inviting, sandbox, car):
    theirs = {"plate": "ZZ001Z", "customer": {"last_name": "Ander", "email": "ander@voorbeeld.example"}}
    put(inviting, sandbox, theirs)
    inviting.export(car(1), car(2))
    assert inviting.run().status == 3
    (question,) = inviting.ask("held")
    assert (question["plate"], question["reason"]) == ("ZZ001Z", "owner_change")
    assert inviting.counts() == {"total": 2, "delivered": 1, "held": 1}
    assert inviting.run().status == 3
    asked = [method for method, path in inviting.asked() if path == "/passports/ZZ001Z"]
    assert asked == ["PUT", "PUT", "GET"]  # theirs, ours once, and at which address the other customer is


def test_a_question_about_the_owner_ends_when_the_source_goes_back(inviting, car):
    inviting.export(car(1))
    assert inviting.run().status == 0
    newcomer = {"name": "Nieuwkomer", "email": "nieuwkomer@voorbeeld.example"}
    inviting.export(car(1, **newcomer))
    inviting.run()
    assert [each["reason"] for each in inviting.ask("held")] == ["owner_change"]
    inviting.export(car(1, km="70000", **newcomer))
    assert inviting.run().status == 3  # still the newcomer's: a person must say
    inviting.export(car(1))
    assert inviting.run().status == 0
    assert inviting.ask("held") == []
    assert len(inviting.mails()) == 1


def test_a_refused_passport_is_held_and_asked_again_only_when_it_changes(inviting, sandbox, car):
    error = FieldError("vehicle.mileage", "invalid", "te veel")
    sandbox.order_fault(method="PUT", path="*ZZ001Z", status=422, code="invalid", errors=(error,), times=1)
    inviting.export(car(1), car(2))
    assert inviting.run().status == 3
    (question,) = inviting.ask("held")
    assert (question["plate"], question["reason"]) == ("ZZ001Z", "refused")
    assert "vehicle.mileage" in question["message"]
    inviting.run()
    assert len(inviting.asked()) == 2
    inviting.export(car(1, km="70000"), car(2))
    assert inviting.run().status == 0
    assert sorted(plate for plate, _ in inviting.mails()) == ["ZZ001Z", "ZZ002Z"]


@pytest.mark.parametrize(("status", "code"), [(400, "malformed"), (413, "too_large"), (418, None)])
def test_a_refusal_of_any_kind_holds_that_passport_alone(inviting, sandbox, car, status, code):
    sandbox.order_fault(method="PUT", path="*ZZ001Z", status=status, code=code)
    inviting.export(car(1), car(2))
    assert inviting.run().status == 3
    assert [row["reason"] for row in inviting.ask("held")] == ["refused"]
    assert inviting.counts() == {"total": 2, "delivered": 1, "held": 1}


def test_an_address_that_igarage_refuses_holds_every_passport_that_has_it(inviting, sandbox, car):
    sandbox.set_address("slecht@voorbeeld.example", "invalid", "hard_bounce")
    inviting.export(*(car(number, email="slecht@voorbeeld.example") for number in (1, 2, 3)), car(4))
    inviting.configure(delivery={"workers": 1})
    assert inviting.run().status == 3
    assert [row["reason"] for row in inviting.ask("held")] == ["invalid_email"] * 3
    assert len(inviting.asked()) == 2
    assert inviting.mails() == [("ZZ004Z", "klant4@voorbeeld.example")]
    inviting.export(*map(car, range(1, 5)))
    assert inviting.run().status == 0
    assert len(inviting.mails()) == 4


@pytest.mark.parametrize("known", ["before it is put", "only when it is looked at"])
def test_an_address_that_igarage_knows_to_be_bad_is_not_mailed(garage, sandbox, car, known):
    bad = {"address": "klant1@voorbeeld.example", "state": "invalid", "reason": "hard_bounce"}
    if known == "before it is put":
        sandbox.set_address(**bad, refused=False)
    garage.export(car(1))
    garage.run()
    sandbox.set_address(**bad, refused=False)
    garage.configure(delivery={"send": "always"})
    garage.run()
    assert garage.mails() == []
    invitation = garage.trace("ZZ-001-Z")["invitation"]
    assert (invitation["state"], invitation["reason"]) == ("withheld", "invalid_email")


def test_a_customer_who_opted_out_at_igarage_is_not_mailed(garage, sandbox, car):
    sandbox.set_address("klant1@voorbeeld.example", "opted_out")
    garage.export(car(1))
    garage.run()
    garage.configure(delivery={"send": "always"})
    garage.run()
    assert garage.mails() == []
    assert garage.trace("ZZ-001-Z")["next_step"] == "wait: opted_out"


def test_a_passport_that_fails_by_itself_is_held_when_its_attempts_are_spent(inviting, sandbox, car):
    inviting.configure(delivery={"retry": {"first": 0.001, "max": 0.001, "attempts": 3}})
    sandbox.order_fault(method="PUT", path="*ZZ001Z", status=500)
    inviting.export(car(1), car(2))
    statuses = [inviting.run().status for _ in range(5)]
    assert statuses == [3] * 5
    assert [row["reason"] for row in inviting.ask("held")] == ["exhausted"]
    assert [path for _, path in inviting.asked()].count("/passports/ZZ001Z") == 3
    assert inviting.counts() == {"total": 2, "delivered": 1, "held": 1}


def test_a_key_still_being_worked_on_spends_no_attempt(inviting, sandbox, car):
    inviting.configure(delivery={"retry": {"first": 0.001, "max": 0.001, "attempts": 1}})
    sandbox.order_fault(method="PUT", status=409, code="in_progress", times=3)
    inviting.export(car(1))
    for _ in range(3):
        assert inviting.run().status == 3
    assert inviting.run().status == 0
    assert len(inviting.mails()) == 1


@pytest.mark.parametrize("sandbox", [{"garages": (ONE_A_MINUTE,)}], indirect=True)
def test_a_pace_that_leaves_no_time_for_more_is_no_trouble_and_the_rest_waits(inviting, car):
    inviting.configure(igarage={"timeout": 3})
    inviting.export(car(1), car(2))
    assert inviting.run().status == 3  # the one call of this minute heard what iGarage learned of addresses
    assert inviting.counts() == {"total": 2, "pending": 2}
    assert (inviting.stand()["state"], inviting.trace("ZZ-002-Z")["attempts"]) == ("ok", 0)


def put(garage, sandbox, body):
    """What another program of the garage wrote at iGarage before us."""
    plate = body["plate"]
    headers = {"Authorization": f"Bearer {garage.token}", "Idempotency-Key": f"theirs-{plate}"}
    answer = requests.put(f"{sandbox.url}/passports/{plate}", json=body, headers=headers, timeout=20)
    assert answer.status_code in (200, 201)
