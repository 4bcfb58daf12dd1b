"""A car with a new owner: who has access, who is mailed, and what the passport says after it."""

import pytest

ANNA = "anna@voorbeeld.example"
NEW = "nieuw@voorbeeld.example"


def test_a_transfer_with_send_invites_the_new_owner_once(garage, sandbox):
    first = garage.put(send=True).json()
    answer = garage.transfer(send=True)
    told = answer.json()
    assert (answer.status_code, told["plate"], told["state"]) == (200, "X0001X", "sent")
    assert told["email"] == {"address": NEW, "state": "unknown", "reason": None}
    assert told["sent_at"] > first["sent_at"]
    assert [(mail.address, mail.cause, mail.at) for mail in sandbox.mails()][1:] == [
        (NEW, "transfer", told["sent_at"])
    ]


@pytest.mark.parametrize("send", [None, False])
def test_a_transfer_without_send_leaves_a_concept_that_nobody_was_invited_for(garage, sandbox, send):
    garage.put(send=True)
    told = garage.transfer(send=send).json()
    assert (told["state"], told["sent_at"], told["email"]["address"]) == ("concept", None, NEW)
    assert garage.get().json() == told
    assert len(sandbox.mails()) == 1


@pytest.mark.parametrize(("send", "state"), [(True, "sent"), (False, "concept")])
def test_the_old_owner_loses_his_access_also_when_he_had_accepted(garage, sandbox, send, state):
    garage.put(send=True)
    sandbox.activate("X0001X", "garage-a")
    assert garage.transfer(send=send).json()["state"] == state


def test_sent_at_is_newer_than_the_former_owners_also_when_it_was_null_in_between(garage):
    first = garage.put(send=True).json()["sent_at"]
    garage.transfer(send=False)
    assert garage.send().json()["sent_at"] > first


def test_the_passport_is_the_new_owners_from_then_on(garage):
    garage.put()
    garage.transfer()
    old = garage.put()
    assert (old.status_code, old.json()["code"]) == (409, "owner_conflict")
    assert garage.put(email=NEW, last_name="Nieuw").status_code == 200


def test_a_transfer_changes_the_customer_and_nothing_of_the_car(garage, sandbox):
    garage.put(vehicle={"make": "Merk"}, source={"system": "generic_csv", "record": "17"})
    garage.transfer(city="Utrecht")
    (on_file,) = sandbox.passports()
    assert on_file.body["vehicle"] == {"make": "Merk"}
    assert on_file.body["customer"] == {"last_name": "Nieuw", "email": NEW, "city": "Utrecht"}
    assert "send" not in on_file.body


def test_there_is_nothing_to_transfer_where_there_is_no_passport(garage, sandbox):
    answer = garage.transfer(send=True)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (sandbox.effects(), sandbox.mails()) == ([], [])


def test_a_passport_of_another_garage_is_not_there(garage, other_garage):
    garage.put()
    assert other_garage.transfer().status_code == 404
    assert garage.get().json()["email"]["address"] == ANNA


def test_the_same_key_transfers_once(garage, sandbox):
    garage.put()
    first = garage.transfer(key="t", send=True)
    assert garage.transfer(key="t", send=True).content == first.content
    assert garage.transfer(key="t", send=False).json()["code"] == "idempotency_key_reused"
    assert len(sandbox.mails()) == 1


def test_a_server_that_ignores_keys_transfers_and_mails_again(garage, sandbox):
    sandbox.set_mode("ignores")
    garage.put()
    for _ in range(2):
        garage.transfer(key="t", send=True)
    assert [mail.address for mail in sandbox.mails()] == [NEW, NEW]


def test_an_answer_lost_after_the_transfer_can_be_looked_up(garage, sandbox):
    garage.put()
    sandbox.order_fault(status=500, after_deed=True, method="POST", times=1)
    assert garage.transfer(send=True).status_code == 500
    told = garage.get().json()
    assert (told["email"]["address"], told["state"]) == (NEW, "sent")


@pytest.mark.parametrize("email", ["geen", "nieuw@voorbeeld", ""])
def test_a_new_owner_without_an_address_to_write_to_is_email_invalid(garage, email):
    garage.put()
    answer = garage.transfer(email=email)
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("customer.email", "email_invalid")]
    assert garage.get().json()["email"]["address"] == ANNA


@pytest.mark.parametrize(("refused", "status", "mails"), [(None, 422, 0), (False, 200, 1)])
def test_a_new_owner_at_a_known_bad_address_is_refused_or_mailed_as_ordered(
    garage, sandbox, refused, status, mails
):
    garage.put()
    sandbox.set_address(NEW, "invalid", "hard_bounce", refused=refused)
    assert garage.transfer(send=True).status_code == status
    assert len(sandbox.mails()) == mails


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "customer", "required"),
        ({"customer": None}, "customer", "required"),
        ({"customer": "Nieuw"}, "customer", "invalid"),
        ({"customer": {"email": NEW}}, "customer.last_name", "required"),
        ({"customer": {"last_name": "Nieuw", "email": NEW}, "send": "ja"}, "send", "invalid"),
        ({"customer": {"last_name": "Nieuw", "email": NEW}, "plate": "X0001X"}, "plate", "unknown_field"),
        (
            {"customer": {"last_name": "Nieuw", "email": NEW, "opt_out": 1}},
            "customer.opt_out",
            "unknown_field",
        ),
    ],
)
def test_a_body_that_is_no_transfer_is_refused_with_its_field(garage, body, field, code):
    garage.put()
    answer = garage.call("POST", "/passports/X0001X/transfer", "key-x", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]


def test_the_effect_tells_the_wish_and_the_mail(garage, sandbox):
    garage.put()
    garage.transfer(key="t", send=True)
    effect = sandbox.effects()[-1]
    assert (effect.verb, effect.key, effect.result) == ("transfer", "t", "transferred")
    assert (effect.send, effect.mailed, effect.body["customer"]["email"]) == (True, True, NEW)
