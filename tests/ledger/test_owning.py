"""Another owner, in the ledger: the newcomer waits beside the content, and what is under way closes first."""

from __future__ import annotations

from typing import Any

import pytest

from connector.corrections import Correction
from connector.errors import NotReleasable, Refused, Unknown
from connector.ledger import HandedOver, looking
from connector.plan import Look, Policy, Put, Transfer

NEW, THIRD = "nieuw@voorbeeld.example", "derde@voorbeeld.example"
PLATE = "ZZ001Z"
LOST = Unknown("cut", code="no_answer")
CONFLICT = Refused("409", code="owner_conflict", status=409)
INVALID = Refused("422", code="invalid", status=422, field="vehicle.vin")


def newcomer(hand: Any, **said: Any) -> Any:
    return hand.car(1, **{"last_name": "Pietersen", "email": NEW, **said})


def release(hand: Any, answer: str) -> None:
    hand.ledger.release(hand.garage, PLATE, answer, hand.policy, hand.today)


def hand_over(hand: Any, claim: Any, **said: Any) -> None:
    hand.close(claim, HandedOver(hand.status(claim, **said), claim.step.send))


@pytest.fixture
def sold(inviting: Any) -> Any:
    """A passport that was delivered and invited, and then has another owner by the export."""
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=inviting.clock())
    inviting.night(newcomer(inviting))
    return inviting


def test_the_newcomer_waits_beside_the_content_and_nothing_is_asked(sold: Any) -> None:
    assert sold.held() == {PLATE: "owner_change"} and sold.claim() is None
    assert sold.content()["last_name"] == "Klant 1" and sold.trace().facts.revision == 1
    assert sold.events() == ["new", "delivered", "invited", "held"]


def test_a_row_that_says_the_same_newcomer_once_more_is_nothing_new(sold: Any) -> None:
    again = sold.night(newcomer(sold))
    other_recipe = sold.night(newcomer(sold), recipe=b"another")
    assert (again.unchanged, other_recipe.unchanged) == (1, 1)
    assert sold.events().count("held") == 1


def test_a_delivery_in_flight_closes_first_and_the_question_stands(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    claim = inviting.claimed()
    inviting.night(newcomer(inviting))
    release(inviting, "transfer")
    assert inviting.claim() is None  # while the first is under way
    inviting.answer(claim, sent_at=inviting.clock())
    transfer = inviting.claimed()
    assert transfer.step == Transfer(send=True) and transfer.content["email"] == NEW
    assert inviting.trace().facts.invited_address == inviting.email(1)


@pytest.mark.parametrize("error", [INVALID, CONFLICT, Refused("404", code="not_found", status=404)])
def test_a_refusal_in_flight_does_not_take_the_place_of_the_question(inviting: Any, error: Refused) -> None:
    inviting.night(inviting.car(1))
    claim = inviting.claimed()
    inviting.night(newcomer(inviting))
    inviting.fail(error, claim)
    assert inviting.held() == {PLATE: "owner_change"}


def test_an_answer_lost_before_is_asked_after_before_anything_is_handed_over(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.fail(LOST)
    inviting.night(newcomer(inviting))
    release(inviting, "transfer")
    assert inviting.claim() is None  # it may still be done
    inviting.clock.forward(seconds=91)
    look = inviting.claimed()
    assert isinstance(look.step, Look)
    inviting.look(look, sent_at=inviting.clock(), address=inviting.email(1))
    transfer = inviting.claimed()
    assert transfer.step == Transfer(send=True)
    hand_over(inviting, transfer, sent_at=inviting.clock.forward(seconds=1))
    facts = inviting.trace().facts
    assert (facts.invited_address, facts.invitations, facts.order) == (NEW, 2, None)
    assert inviting.claimed().step == Put(send=False)  # the vehicle follows


def test_a_transfer_has_a_key_by_its_revision_and_by_whether_it_invites(sold: Any) -> None:
    release(sold, "transfer")
    first = sold.claimed()
    sold.fail(LOST, first)
    sold.clock.forward(seconds=91)
    again = sold.claimed()
    assert (again.key, again.quiet_key) == (first.key, first.quiet_key) and first.key != first.quiet_key
    sold.fail(LOST, again)
    sold.night(newcomer(sold, make="Saab"))
    sold.clock.forward(seconds=181)
    newer = sold.claimed()
    assert newer.step == again.step and newer.key not in (first.key, first.quiet_key)


def test_a_transfer_done_already_is_closed_by_the_look(sold: Any) -> None:
    release(sold, "transfer")
    sold.look(sold.claimed(), sent_at=sold.clock.forward(seconds=1), address=NEW)
    facts = sold.trace().facts
    assert (facts.invited_address, facts.delivered_address, facts.order) == (NEW, NEW, None)
    assert "transferred" in sold.events()


def test_a_transfer_of_what_igarage_has_no_more_is_a_question(sold: Any) -> None:
    release(sold, "transfer")
    sold.look(sold.claimed(), there=False)
    assert sold.held() == {PLATE: "gone"}
    release(sold, "new")
    claim = sold.claimed()
    assert claim.step == Put(send=True) and claim.content["email"] == NEW


def test_the_name_goes_first_beside_the_address_on_file(sold: Any) -> None:
    on_file = "anders@voorbeeld.example"  # changed by reception since
    release(sold, "same-owner")
    sold.fail(CONFLICT)
    look = sold.claimed()
    assert isinstance(look.step, Look)
    sold.look(look, sent_at=sold.trace().facts.sent_at, address=on_file)
    name = sold.claimed()
    assert (name.step, name.content["last_name"], name.content["email"]) == (
        Put(send=False),
        "Pietersen",
        on_file,
    )
    sold.answer(name)
    address = sold.claimed()
    assert (address.step, address.content["email"]) == (Put(send=True), NEW)
    assert address.key != name.key
    sold.answer(address, sent_at=sold.clock.forward(seconds=1))
    assert sold.claim() is None and sold.trace().facts.invited_address == NEW


def test_a_newer_export_while_the_name_goes_first_brings_all_of_it(sold: Any) -> None:
    release(sold, "same-owner")
    sold.fail(CONFLICT)
    sold.look(sold.claimed(), address=sold.email(1))
    name = sold.claimed()
    sold.night(newcomer(sold, make="Saab"))
    sold.answer(name)
    latest = sold.claimed()
    assert (latest.content["make"], latest.content["email"]) == ("Saab", NEW)
    assert sold.held() == {}


def test_a_name_that_igarage_does_not_take_either_is_asked_about_again(sold: Any) -> None:
    release(sold, "same-owner")
    sold.fail(CONFLICT)
    sold.look(sold.claimed(), address=sold.email(1))
    sold.fail(CONFLICT)
    assert sold.held() == {PLATE: "owner_change"} and sold.content()["email"] == NEW


INVALID_EMAIL = Refused("422", code="email_invalid", status=422, field="customer.email")


def test_a_name_that_cannot_go_first_for_the_old_address_is_bad_is_asked_about_again(sold: Any) -> None:
    release(sold, "same-owner")
    sold.fail(CONFLICT)
    sold.look(sold.claimed(), address=sold.email(1))
    sold.fail(INVALID_EMAIL)
    assert sold.held() == {PLATE: "owner_change"} and sold.content()["email"] == NEW
    release(sold, "same-owner")
    sold.fail(CONFLICT)
    sold.look(sold.claimed(), address=sold.email(1))  # known to be bad by now
    assert sold.held() == {PLATE: "owner_change"} and sold.claim() is None
    release(sold, "transfer")
    assert sold.claimed().step == Transfer(send=True)


def test_the_newcomers_corrected_address_is_his_when_he_takes_over(sold: Any) -> None:
    meant = "goed@voorbeeld.example"
    sold.ledger.address_book.correct(
        sold.garage, Correction(NEW, meant, None, "person"), sold.policy, sold.today
    )
    assert sold.content()["email"] == sold.email(1)
    release(sold, "transfer")
    assert sold.claimed().content["email"] == meant
    assert sold.night(newcomer(sold), recipe=b"another").changed == 0


def questioned(hand: Any) -> Any:
    with hand.ledger.looking() as connection:
        (question,) = looking.held_passports(connection, hand.garage)
    return question


def test_of_another_customer_by_igarages_word_the_name_it_was_given_last_is_told(inviting: Any) -> None:
    inviting.night(inviting.car(1, customer_reference="7"))
    inviting.answer(sent_at=inviting.clock())
    inviting.night(newcomer(inviting, customer_reference="7"))
    inviting.fail(CONFLICT)
    question = questioned(inviting)
    assert question.before == {"last_name": "Klant 1", "email": inviting.email(1)}
    assert question.now["last_name"] == "Pietersen"


def test_of_an_owner_whom_igarage_alone_knows_nothing_is_told(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.fail(CONFLICT)
    assert questioned(inviting).before == {}


def test_a_former_owner_who_comes_back_during_a_conflict_ends_it(inviting: Any) -> None:
    inviting.night(inviting.car(1, customer_reference="7"))
    inviting.answer(sent_at=inviting.clock())
    inviting.night(newcomer(inviting, customer_reference="7"))
    claim = inviting.claimed()
    inviting.night(inviting.car(1, customer_reference="7"))
    inviting.fail(CONFLICT, claim)
    assert inviting.held() == {} and inviting.claimed().step == Put(send=False)


def test_what_is_asked_for_the_former_owner_is_not_asked_for_the_new(sold: Any) -> None:
    sold.night(sold.car(1))
    sold.ledger.resend(sold.garage, PLATE, sold.policy, sold.today)
    never = sold.but(policy=Policy("never"))
    never.night(newcomer(never))
    release(never, "transfer")
    assert never.claimed().step == Transfer(send=False)


@pytest.mark.parametrize("answer", ["new", "withdraw", "keep"])
def test_an_answer_to_another_question_changes_nothing(sold: Any, answer: str) -> None:
    with pytest.raises(NotReleasable, match="--as transfer of --as same-owner"):
        release(sold, answer)
    assert sold.held() == {PLATE: "owner_change"}
