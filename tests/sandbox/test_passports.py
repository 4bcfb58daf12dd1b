"""What the calls of the contract do: passports, states, invitations, owners."""

import pytest

ANNA = "anna@voorbeeld.example"
BRAM = "bram@voorbeeld.example"


def test_a_garage_reads_who_it_is(garage):
    answer = garage.call("GET", "/garage")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": "garage-a",
        "name": "garage-a",
        "batch_at": "01:00",
        "timezone": "Europe/Amsterdam",
        "limits": {"requests_per_minute": None, "batch_size": 500},
        "fleet_accounts": [],
    }


def test_a_new_passport_with_send_is_created_and_invited_once(garage, sandbox):
    answer = garage.put(send=True)
    assert answer.status_code == 201
    assert answer.json() == {
        "plate": "X0001X",
        "state": "sent",
        "sent_at": "2026-03-02T01:00:00.000Z",
        "email": {"address": ANNA, "state": "unknown", "reason": None},
    }
    assert [(mail.plate, mail.address, mail.cause) for mail in sandbox.mails()] == [("X0001X", ANNA, "put")]


@pytest.mark.parametrize("send", [{}, {"send": False}, {"send": None}])
def test_a_new_passport_without_send_is_a_concept_and_mails_nobody(garage, sandbox, send):
    answer = garage.put(**send)
    assert (answer.status_code, answer.json()["state"], answer.json()["sent_at"]) == (201, "concept", None)
    assert sandbox.mails() == []


def test_a_concept_with_the_same_address_is_invited_only_by_send(garage, sandbox):
    garage.put(send=False)
    assert garage.put(send=True).json()["state"] == "concept"
    assert sandbox.mails() == []
    assert garage.send().json()["state"] == "sent"
    assert [mail.cause for mail in sandbox.mails()] == ["send"]


@pytest.mark.parametrize("spelling", ["ANNA@Voorbeeld.Example", f"  {ANNA} "])
def test_case_and_outer_spaces_do_not_make_another_address(garage, sandbox, spelling):
    garage.put(send=True)
    assert garage.put(send=True, email=spelling).status_code == 200
    assert len(sandbox.mails()) == 1


def test_another_address_with_send_is_invited_again(garage, sandbox):
    first = garage.put(send=True).json()
    second = garage.put(send=True, email=BRAM)
    assert second.status_code == 200
    assert second.json()["email"]["address"] == BRAM
    assert second.json()["sent_at"] > first["sent_at"]
    assert [mail.address for mail in sandbox.mails()] == [ANNA, BRAM]


def test_another_address_without_send_leaves_a_sent_passport_as_it_is(garage, sandbox):
    first = garage.put(send=True).json()
    second = garage.put(send=False, email=BRAM).json()
    assert (second["state"], second["sent_at"]) == ("sent", first["sent_at"])
    assert len(sandbox.mails()) == 1


def test_an_active_passport_stays_active_whatever_is_put_or_sent(garage, sandbox):
    garage.put(send=True)
    sandbox.activate("X0001X", "garage-a")
    assert garage.put(send=False, email=BRAM).json()["state"] == "active"
    assert garage.put(send=True, email=ANNA).json()["state"] == "active"
    assert garage.send().json()["state"] == "active"


def test_every_send_is_one_more_mail_with_a_newer_sent_at_though_the_clock_stands(garage, sandbox):
    garage.put(send=False)
    told = [garage.send() for _ in range(3)]
    assert [answer.status_code for answer in told] == [202, 202, 202]
    moments = [answer.json()["sent_at"] for answer in told]
    assert moments == sorted(set(moments))
    assert [mail.at for mail in sandbox.mails()] == moments


def test_sent_at_grows_when_the_clock_runs_back(garage, clock):
    first = garage.put(send=True).json()["sent_at"]
    clock.forward(days=-3)
    assert garage.send().json()["sent_at"] > first


@pytest.mark.parametrize("call", ["get", "send"])
def test_a_passport_that_is_not_there_is_not_found(garage, call):
    answer = getattr(garage, call)()
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_deleted_passport_is_gone_and_deleting_again_does_nothing(garage, sandbox):
    garage.put()
    assert [garage.delete().status_code, garage.delete().status_code] == [204, 204]
    assert garage.get().status_code == 404
    assert [effect.verb for effect in sandbox.effects()] == ["put", "delete"]


def test_a_put_after_a_delete_makes_a_new_passport_and_invites_anew(garage, sandbox):
    garage.put(send=True)
    garage.delete()
    assert garage.put(send=True).status_code == 201
    assert len(sandbox.mails()) == 2


def test_get_tells_what_put_told(garage):
    assert garage.get().status_code == 404
    put = garage.put(send=True)
    assert garage.get().json() == put.json()


def test_another_name_with_another_address_is_an_owner_conflict_and_changes_nothing(garage, sandbox):
    garage.put(send=True)
    answer = garage.put(send=True, email=BRAM, last_name="Ander")
    assert (answer.status_code, answer.json()["code"]) == (409, "owner_conflict")
    assert garage.get().json()["email"]["address"] == ANNA
    assert len(sandbox.effects()) == 1


@pytest.mark.parametrize("change", [{"last_name": "Ander"}, {"email": BRAM}, {"last_name": " VOORBEELD "}])
def test_only_the_name_or_only_the_address_is_the_same_owner(garage, change):
    garage.put()
    assert garage.put(**change).status_code == 200


def test_garages_do_not_see_each_others_passports(garage, other_garage, sandbox):
    garage.put(send=True)
    assert other_garage.get().status_code == 404
    assert other_garage.put(email=BRAM, last_name="Ander").status_code == 201
    other_garage.delete()
    assert garage.get().status_code == 200
    assert len(sandbox.mails("garage-a")) == 1
    assert sandbox.mails("garage-b") == []


def test_an_address_known_to_be_bad_is_told_and_turned_away_where_it_is_new(garage, sandbox):
    garage.put()
    sandbox.set_address(ANNA.upper(), "invalid", "hard_bounce")
    email = garage.get().json()["email"]
    assert email == {"address": ANNA, "state": "invalid", "reason": "hard_bounce"}
    assert garage.put(vehicle={"make": "Merk"}).status_code == 200
    answer = garage.put("X0002X")
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("customer.email", "email_invalid")]
    assert garage.send().json()["errors"][0]["code"] == "email_invalid"


def test_a_server_may_also_mail_an_address_that_it_knows_to_be_bad(garage, sandbox):
    sandbox.set_address(ANNA, "invalid", "mailbox_full", refused=False)
    assert garage.put(send=True).json()["email"]["state"] == "invalid"
    assert len(sandbox.mails()) == 1


def test_an_effect_tells_what_was_done_and_an_upsert_of_the_same_is_told_apart(garage, sandbox):
    garage.put(key="a", send=False)
    garage.put(key="b", send=False)
    garage.put(key="c", send=False, vehicle={"apk_due": "2026-05-01"})
    effects = sandbox.effects()
    assert [(e.key, e.result, e.mailed) for e in effects] == [
        ("a", "created", False),
        ("b", "unchanged", False),
        ("c", "updated", False),
    ]
    assert effects[0].digest == effects[1].digest != effects[2].digest
    assert effects[2].body["vehicle"] == {"apk_due": "2026-05-01"}


def test_the_passport_on_file_is_the_last_body_without_the_wish_to_send(garage, sandbox):
    garage.put(send=True, vehicle={"make": "Merk"})
    (on_file,) = sandbox.passports()
    assert on_file.body == garage.passport(vehicle={"make": "Merk"})
    assert (on_file.state, on_file.address, on_file.mails) == ("sent", ANNA, 1)
