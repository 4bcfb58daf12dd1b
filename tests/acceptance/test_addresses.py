"""The life of an address, with the real program and the stand-in iGarage: who is mailed where, and how often."""

from __future__ import annotations

import pytest

OLD = "oud@voorbeeld.example"


@pytest.fixture
def invited(garage, car):
    """A garage that invites everybody, with three cars at one address and one at another."""
    garage.configure(delivery={"send": "always"})
    garage.export(*(car(number, email=OLD) for number in (1, 2, 3)), car(4))
    assert garage.run().status == 0
    return garage


def test_a_bounce_is_heard_after_delivery_and_withholds_what_comes_later(invited, sandbox, car):
    sandbox.bounce(OLD, "hard_bounce")
    assert invited.run().status == 0
    invited.export(*(car(number, email=OLD.upper()) for number in (1, 2, 3, 5)), car(4))
    invited.run()
    assert len(invited.mails()) == 4
    assert invited.trace("ZZ-005-Z")["next_step"] == "wait: invalid_email"


# ---------------------------------------------------------------- resend


def test_a_customer_is_invited_once_more_when_somebody_says_so(invited):
    said = invited.main("resend", "zz-004-z")
    assert (said.status, said.out) == (0, "De uitnodiging gaat nog eens uit.\n")
    for _ in range(2):
        assert invited.run().status == 0
    assert invited.mails().count(("ZZ004Z", "klant4@voorbeeld.example")) == 2
    assert len(invited.mails()) == 5


def test_who_opted_out_is_not_invited_once_more(invited, sandbox):
    sandbox.opt_out(OLD)
    invited.run()
    said = invited.main("resend", "ZZ-001-Z")
    assert said.status == 1 and "afgemeld" in said.err
    invited.run()
    assert len(invited.mails()) == 4
