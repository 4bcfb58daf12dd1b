"""Nobody is mailed twice: not after a lost answer, not beside reception, not by a server that forgets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests
import time_machine

MODES = ["honours", "ignores", "forgets"]


@pytest.fixture
def concept(garage, car):
    """A garage whose one car is a concept at iGarage, and that wants its customers invited from now on."""
    garage.export(car(1))
    garage.run()
    garage.configure(delivery={"send": "always"})
    return garage


def test_a_concept_that_igarage_has_from_elsewhere_is_put_looked_at_and_sent_once(garage, sandbox, car):
    body = {"plate": "ZZ001Z", "customer": {"last_name": "Klant 1", "email": "klant1@voorbeeld.example"}}
    headers = {"Authorization": f"Bearer {garage.token}", "Idempotency-Key": "theirs"}
    requests.put(f"{sandbox.url}/passports/ZZ001Z", json=body, headers=headers, timeout=20)
    garage.configure(delivery={"send": "always"})
    garage.export(car(1))
    assert garage.run().status == 0
    assert garage.run().status == 0
    assert garage.asked()[1:] == [
        ("PUT", "/passports/ZZ001Z"),
        ("GET", "/passports/ZZ001Z"),
        ("POST", "/passports/ZZ001Z/send"),
    ]
    assert garage.deeds()[1].send is True
    assert garage.mails() == [("ZZ001Z", "klant1@voorbeeld.example")]


def test_whom_reception_has_invited_already_is_not_invited_again(concept, sandbox):
    sandbox.invite("ZZ001Z", concept.id)
    assert concept.run().status == 0
    assert [mail.cause for mail in sandbox.mails()] == ["reception"]
    assert concept.asked()[-1] == ("GET", "/passports/ZZ001Z")
    assert concept.stand()["invitations"]["sent"] == 1
    assert concept.trace("ZZ-001-Z")["events"][-1]["detail"] == {"by": "iGarage"}


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        ("honours", {"drop": "after"}),
        ("ignores", {"drop": "after"}),
        ("forgets", {"drop": "after"}),
        ("ignores", {"cut": 5}),
        ("ignores", {"status": 502, "after_deed": True}),
    ],
)
def test_an_invitation_whose_answer_was_lost_is_looked_for_and_not_sent_again(concept, sandbox, mode, fault):
    sandbox.set_mode(mode)
    sandbox.order_fault(method="POST", times=1, **fault)
    assert concept.run().status == 3
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        assert concept.run().status == 0
        assert concept.run().status == 0
    assert [mail.cause for mail in sandbox.mails()] == ["send"]
    assert concept.asked()[-1] == ("GET", "/passports/ZZ001Z")


@pytest.mark.parametrize("mode", MODES)
def test_an_invitation_that_was_lost_before_the_deed_goes_out_once(concept, sandbox, mode):
    sandbox.set_mode(mode)
    sandbox.order_fault(method="POST", drop="before", times=1)
    assert concept.run().status == 3
    assert concept.run().status == 0
    assert [mail.cause for mail in sandbox.mails()] == ["send"]


def test_a_look_that_fails_mails_nobody(concept, sandbox):
    sandbox.order_fault(method="GET", path="/passports/*", status=500)
    assert concept.run().status == 3
    assert [method for method, _ in concept.asked()] == ["PUT", "GET"]
    assert concept.mails() == []


def test_a_passport_thrown_away_at_igarage_is_held_and_not_made_anew(concept, sandbox):
    sandbox.remove("ZZ001Z", concept.id)
    assert concept.run().status == 3
    assert [row["reason"] for row in concept.ask("held")] == ["gone"]
    concept.run()
    assert sandbox.passports() == []
    assert concept.mails() == []


def test_a_change_and_an_invitation_due_together_are_one_put_and_one_mail(concept, car):
    concept.export(car(1, km="70000"))
    assert concept.run().status == 0
    assert [(deed.verb, deed.send) for deed in concept.deeds()[1:]] == [("put", False), ("send", False)]
    assert len(concept.mails()) == 1


@pytest.mark.parametrize("mode", MODES)
def test_a_changed_address_whose_answer_was_lost_mails_the_new_address_once(garage, sandbox, car, mode):
    sandbox.set_mode(mode)
    garage.configure(delivery={"send": "always"})
    garage.export(car(1))
    garage.run()
    sandbox.order_fault(method="PUT", drop="after", times=1)
    garage.export(car(1, email="nieuw1@voorbeeld.example"))
    assert garage.run().status == 3
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        assert garage.run().status == 0
    assert [address for _, address in garage.mails()] == [
        "klant1@voorbeeld.example",
        "nieuw1@voorbeeld.example",
    ]


@pytest.mark.parametrize("mode", MODES)
def test_a_car_that_changes_while_its_first_answer_is_lost_ends_as_its_newest_self(
    garage, sandbox, car, mode
):
    sandbox.set_mode(mode)
    garage.configure(delivery={"send": "always"})
    sandbox.order_fault(method="PUT", drop="after", times=1)
    garage.export(car(1))
    garage.run()
    garage.export(car(1, km="70000"))
    garage.run()  # the lost request may still come: the newer waits until it can no longer
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        assert garage.run().status == 0
        (passport,) = sandbox.passports()
        assert (passport.body["vehicle"]["mileage"], passport.mails) == (70000, 1)
        assert garage.run().status == 0
    assert passport.mails == 1


def test_two_sources_that_name_different_addresses_mail_nobody(installation, car):
    garage = installation.add("jansen", delivery={"send": "always"})
    second = garage.folder / "werkplaats"
    second.mkdir()
    columns = {"plate": "Kenteken", "email": "E-mail", "last_name": "Achternaam", "mileage": "Km stand"}
    source = {"name": "werkplaats", "adapter": "generic_csv", "watch": str(second), "settle": 0}
    garage.configure(more_sources=[{**source, "settings": {"columns": columns}}])
    garage.export(car(1), car(2))
    garage.export(car(1, email="ander@voorbeeld.example"), name="w.csv").rename(second / "w.csv")
    assert garage.run().status == 0
    assert garage.mails() == [("ZZ002Z", "klant2@voorbeeld.example")]
    assert garage.trace("ZZ-001-Z")["invitation"]["reason"] == "source_conflict"
