"""A verdict belongs to the address: it holds every passport of that address, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import Refused

FAULT = "Dit is geen geldig e-mailadres."
EMAIL_INVALID = Refused("422", code="email_invalid", status=422, field="customer.email")


def test_a_passport_whose_address_is_none_is_kept_and_held(jansen: Any) -> None:
    file = jansen.night(jansen.car(1, email="an@nergens", fault=FAULT))
    assert (file.new, file.rejected) == (1, 0)
    assert jansen.held() == {"ZZ001Z": "invalid_email"} and jansen.counts() == {"held": 1}
    assert jansen.claim() is None and jansen.verdict("an@nergens") == "unwritable"


def test_the_next_export_mends_an_address(jansen: Any) -> None:
    jansen.night(jansen.car(1, email="an@nergens", fault=FAULT))
    jansen.night(jansen.car(1, email="an@voorbeeld.example"))
    assert jansen.held() == {} and jansen.deliver_all() == ["ZZ001Z"]


def test_rules_that_can_write_an_address_lift_its_verdict(jansen: Any) -> None:
    other = jansen.car(2, email=jansen.email(1), fault=FAULT)
    jansen.night(("raw row", jansen.car(1, fault=FAULT)), other, recipe=b"old")
    assert len(jansen.held()) == 2
    jansen.night(("raw row", jansen.car(1)), recipe=b"new")
    assert jansen.held() == {} and jansen.verdict(jansen.email(1)) is None
    assert jansen.deliver_all() == ["ZZ001Z", "ZZ002Z"]


def test_a_verdict_of_igarage_is_not_lifted_by_our_own_rules(jansen: Any) -> None:
    jansen.night(("raw row", jansen.car(1)), recipe=b"old")
    jansen.fail(EMAIL_INVALID)
    jansen.night(("raw row", jansen.car(1)), jansen.car(2, email=jansen.email(1)), recipe=b"new")
    assert jansen.held() == {"ZZ001Z": "invalid_email", "ZZ002Z": "invalid_email"}


def test_one_bad_address_holds_all_its_cars_and_no_other(jansen: Any) -> None:
    an, also_an = "An@Voorbeeld.example", "an@voorbeeld.EXAMPLE "
    cars = [jansen.car(1, email=an), jansen.car(2, email=also_an), jansen.car(3)]
    jansen.night(*cars)
    jansen.fail(EMAIL_INVALID)
    assert jansen.held() == {"ZZ001Z": "invalid_email", "ZZ002Z": "invalid_email"}
    assert jansen.deliver_all() == ["ZZ003Z"]
    jansen.night(jansen.car(4, email="AN@VOORBEELD.EXAMPLE"))
    assert jansen.held().keys() == {"ZZ001Z", "ZZ002Z", "ZZ004Z"}


def test_a_refused_address_is_no_attempt_and_is_written_once(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(EMAIL_INVALID)
    traced = jansen.trace(1)
    assert (traced.attempts, traced.facts.held, traced.facts.verdict) == (0, None, "unwritable")
    assert jansen.events(1) == ["new", "address_judged"]


@pytest.mark.parametrize(("state", "verdict"), [("invalid", "bounced"), ("opted_out", "opted_out")])
def test_what_an_answer_says_of_the_address_becomes_its_verdict(
    inviting: Any, state: str, verdict: str
) -> None:
    inviting.night(inviting.car(1), inviting.car(2, email=inviting.email(1).upper()))
    inviting.answer(state=state, reason="hard_bounce")
    assert inviting.verdict(inviting.email(1)) == verdict
    assert inviting.trace(2).facts.verdict == verdict
    assert inviting.trace(1).facts.delivered_revision == 1
    second = inviting.claim()
    if verdict == "opted_out":
        assert second is None, "nobody who opted out gets a passport"
    else:
        assert (second.step.name, second.step.send) == ("put", False)


@pytest.mark.parametrize("state", ["unknown", "ok"])
def test_an_answer_without_ill_leaves_the_address_alone(jansen: Any, state: str) -> None:
    jansen.night(jansen.car(1))
    jansen.answer(state=state)
    assert jansen.verdict(jansen.email(1)) is None and jansen.events(1) == ["new", "delivered"]


def test_what_igarage_says_of_another_address_is_no_verdict_on_ours(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.answer(state="invalid", address="ander@voorbeeld.example")
    assert jansen.verdict(jansen.email(1)) is None


def test_an_answer_judges_the_address_it_was_asked_about(jansen: Any) -> None:
    jansen.night(jansen.car(1, email="oud@voorbeeld.example"))
    claim = jansen.claimed()
    jansen.night(jansen.car(1, email="nieuw@voorbeeld.example"))
    jansen.fail(EMAIL_INVALID, claim)
    assert jansen.verdict("oud@voorbeeld.example") == "unwritable"
    assert jansen.held() == {} and jansen.deliver_all() == ["ZZ001Z"]


def test_a_bounced_address_that_is_mended_is_invited_once(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(state="invalid")
    assert inviting.claim() is None
    inviting.night(inviting.car(1, email="goed@voorbeeld.example"))
    claim = inviting.claimed()
    assert (claim.step.name, claim.step.send) == ("put", True)
    inviting.answer(claim, sent_at=inviting.clock())
    assert inviting.claim() is None and inviting.trace(1).facts.invitations == 1
