"""A record whose plate changes, in the ledger: what becomes of the old plate, and who was invited."""

from __future__ import annotations

from typing import Any

import pytest

from connector.corrections import Correction
from connector.errors import Refused, Unknown
from connector.ledger import HandedOver, Withdrawn
from connector.ledger.taking import ACCEPTED
from connector.model import AddressChange, Skipped
from connector.plan import Delete, Policy, Put, Send

GOOD = "goed@voorbeeld.example"
LOST = Unknown("cut", code="no_answer")


def release(hand: Any, answer: str, number: int = 1) -> None:
    hand.ledger.release(hand.garage, hand.plate(number), answer, hand.policy, hand.today)


def replate(hand: Any, **said: Any) -> None:
    hand.night(hand.car(1, key="R-1", plate=hand.plate(9), **said))


def test_a_plate_never_asked_about_is_withdrawn_without_a_request(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    replate(inviting)
    assert inviting.counts() == {"withdrawn": 1, "pending": 1} and inviting.held() == {}
    assert inviting.claimed().step == Put(send=True)  # of the new one
    assert inviting.events() == ["new", "withdrawn"]


def test_a_plate_whose_request_has_no_answer_is_a_question_and_its_customer_counts_as_invited(
    inviting: Any,
) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    inviting.fail(LOST)
    replate(inviting)
    assert inviting.held() == {"ZZ001Z": "plate_changed"}
    inviting.clock.forward(seconds=91)
    claim = inviting.claimed()
    assert (claim.plate, claim.step) == ("ZZ009Z", Put(send=False))


def test_a_request_in_flight_closes_and_the_question_stands(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    claim = inviting.claimed()
    replate(inviting)
    inviting.answer(claim, sent_at=inviting.clock())
    assert inviting.held() == {"ZZ001Z": "plate_changed"}
    assert inviting.trace(1).facts.invitations == 1


@pytest.mark.parametrize("ends", ["refused", "without a mail"])
def test_who_was_not_invited_by_the_request_in_flight_is_invited_for_the_new_plate(
    inviting: Any, ends: str
) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    claim = inviting.claimed()
    replate(inviting)
    new = inviting.claimed()
    assert (new.plate, new.step) == ("ZZ009Z", Put(send=False))  # for he may be invited already
    inviting.answer(new)
    assert inviting.claim() is None
    if ends == "refused":
        inviting.fail(Refused("422", code="invalid", status=422, field="vehicle.vin"), claim)
    else:
        inviting.answer(claim)
    send = inviting.claimed()
    assert (send.plate, send.step) == ("ZZ009Z", Send())


def test_who_was_invited_by_the_request_in_flight_counts_with_its_time(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    claim = inviting.claimed()
    replate(inviting)
    inviting.answer(claim, sent_at=inviting.clock())
    facts = inviting.trace(9).facts
    assert (facts.invited_address, facts.invited_at) == (inviting.email(1), inviting.clock())


def test_a_plate_whose_request_was_never_begun_is_withdrawn_without_one(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    inviting.ledger.give_back(inviting.garage, [inviting.claimed()])
    replate(inviting)
    assert inviting.held() == {} and inviting.counts() == {"withdrawn": 1, "pending": 1}
    assert inviting.claimed().step == Put(send=True)


@pytest.mark.parametrize("where", ["here", "in the garage's system"])
def test_a_better_address_that_comes_with_another_plate_is_invited_once_by_a_garage_that_invites_nobody(
    jansen: Any, where: str
) -> None:
    jansen.night(jansen.car(1, key="R-1"))
    jansen.answer(sent_at=jansen.clock())
    bounced = AddressChange(jansen.clock(), jansen.email(1), "invalid", plate="ZZ001Z", reason="hard_bounce")
    book = jansen.ledger.address_book
    book.hear_feed("jansen", [bounced], jansen.policy, jansen.today, after=None, onward="c")
    if where == "here":
        book.correct("jansen", Correction(jansen.email(1), GOOD), jansen.policy, jansen.today)
        replate(jansen)
    else:
        replate(jansen, email=GOOD)
    claim = jansen.claimed()
    assert (claim.plate, claim.step, claim.content["email"]) == ("ZZ009Z", Put(send=True), GOOD)
    jansen.answer(claim, sent_at=jansen.clock.forward(seconds=1))
    release(jansen, "keep")
    assert [each.step for each in iter(jansen.claim, None)] in ([], [Put(send=False)])


def test_what_was_corrected_for_one_plate_counts_for_the_plate_that_its_record_has_now(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    book = inviting.ledger.address_book
    book.correct("jansen", Correction(inviting.email(1), GOOD, "ZZ001Z"), inviting.policy, inviting.today)
    inviting.answer(sent_at=inviting.clock())
    replate(inviting)
    claim = inviting.claimed()
    assert (claim.plate, claim.step, claim.content["email"]) == ("ZZ009Z", Put(send=False), GOOD)
    inviting.answer(claim)
    replate(inviting, email="derde@voorbeeld.example")
    assert inviting.content(9)["email"] == "derde@voorbeeld.example"


def test_another_customer_under_the_record_is_invited_for_his_plate(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    inviting.answer(sent_at=inviting.clock())
    replate(inviting, last_name="Pietersen", email="nieuw@voorbeeld.example")
    claim = inviting.claimed()
    assert (claim.plate, claim.step) == ("ZZ009Z", Put(send=True))


def test_a_withdrawal_has_a_key_of_its_own_and_is_done_when_nothing_is_there(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    inviting.answer(put := inviting.claimed(), sent_at=inviting.clock())
    replate(inviting)
    inviting.answer(sent_at=inviting.clock())
    release(inviting, "withdraw")
    claim = inviting.claimed()
    assert isinstance(claim.step, Delete) and claim.key != put.key
    inviting.fail(LOST, claim)
    inviting.clock.forward(seconds=91)
    again = inviting.claimed()
    assert again.key == claim.key
    inviting.close(again, Withdrawn())
    assert inviting.claim() is None and inviting.trace().facts.deleted
    assert inviting.counts()["withdrawn"] == 1


def test_a_withdrawal_waits_for_a_request_that_may_still_be_done(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    inviting.fail(LOST)
    replate(inviting)
    inviting.deliver_all()
    release(inviting, "withdraw")
    assert inviting.claim() is None
    inviting.clock.forward(seconds=91)
    assert isinstance(inviting.claimed().step, Delete)


def test_a_plate_that_another_source_still_names_is_no_question(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    inviting.night(inviting.car(1, key="R-7"), source="balie")
    inviting.answer(sent_at=inviting.clock())
    replate(inviting)
    assert inviting.held() == {}


def test_a_plate_that_is_kept_is_not_mailed_unasked(jansen: Any) -> None:
    jansen.night(jansen.car(1, key="R-1"))
    jansen.deliver_all()
    replate(jansen)
    release(jansen, "keep")
    always = jansen.but(policy=Policy("always")).reindexed()
    assert {claim.plate for claim in iter(always.claim, None)} == {"ZZ009Z"}
    always.ledger.resend(always.garage, "ZZ001Z", always.policy, always.today)
    assert always.claimed().plate == "ZZ001Z"


def test_a_withdrawn_plate_that_a_record_names_again_is_made_under_other_keys(inviting: Any) -> None:
    inviting.night(inviting.car(1, key="R-1"))
    inviting.answer(put := inviting.claimed(), sent_at=inviting.clock())
    replate(inviting)
    inviting.answer(sent_at=inviting.clock())
    release(inviting, "withdraw")
    inviting.close(inviting.claimed(), Withdrawn())
    inviting.night(inviting.car(1, key="R-1"))
    claim = inviting.claimed()
    assert (claim.plate, claim.step) == ("ZZ001Z", Put(send=False))  # its customer was invited
    assert claim.key != put.key


# ---------------------------------------------------------------- a record takes the plate that another leaves


def invite(hand: Any) -> list[str]:
    """Answer every request that is due; the plates that were mailed."""
    mailed = []
    while claim := hand.claim():
        if claim.step.name == "transfer":
            hand.close(claim, HandedOver(hand.status(claim), claim.step.send))
        else:
            hand.answer(claim, **({"sent_at": hand.clock.forward(seconds=1)} if claim.step.mails else {}))
        mailed += [claim.plate] if claim.step.mails else []
    return mailed


def record(hand: Any, number: int, plate: int, **said: Any) -> Any:
    """What the record of customer `number` says, with a plate."""
    return hand.car(number, key=f"R-{number}", plate=hand.plate(plate), **said)


@pytest.fixture(params=["hold", "transfer"])
def two(request: Any, inviting: Any) -> Any:
    """Two customers who were invited each for his car; their garage asks about owners, or hands over by itself."""
    hand = inviting.but(policy=Policy("always", owner_change=request.param))
    hand.night(record(hand, 1, 1), record(hand, 2, 2))
    assert sorted(invite(hand)) == ["ZZ001Z", "ZZ002Z"]
    return hand


def hand_over_all(hand: Any) -> None:
    for plate, question in hand.held().items():
        if question == "owner_change":
            hand.ledger.release(hand.garage, plate, "transfer", hand.policy, hand.today)


def owners(hand: Any, *numbers: int) -> list[str]:
    return [hand.content(each)["last_name"] for each in numbers]


def test_who_was_invited_is_not_invited_again_for_the_plate_that_another_leaves(two: Any) -> None:
    two.night(record(two, 1, 2), record(two, 2, 3))
    hand_over_all(two)
    assert invite(two) == [] and owners(two, 2, 3) == ["Klant 1", "Klant 2"]
    assert two.held() == {"ZZ001Z": "plate_changed"}


def test_who_was_invited_is_not_invited_again_when_two_plates_are_swapped(two: Any) -> None:
    two.night(record(two, 1, 2), record(two, 2, 1))
    two.night(record(two, 1, 2, make="Saab"), record(two, 2, 1, make="Saab"))  # what is known of them stands
    hand_over_all(two)
    assert invite(two) == [] and owners(two, 1, 2) == ["Klant 2", "Klant 1"] and two.held() == {}


def test_a_plate_that_was_another_customers_is_invited_for_where_the_new_one_was_never_invited(
    jansen: Any,
) -> None:
    jansen.night(record(jansen, 1, 1), record(jansen, 2, 2))
    jansen.deliver_all()
    hand = jansen.but(policy=Policy("always", owner_change="transfer")).reindexed()
    hand.night(record(hand, 1, 2), record(hand, 2, 3))
    assert sorted(invite(hand)) == ["ZZ002Z", "ZZ003Z"]


def test_a_plate_of_another_person_with_the_same_name_goes_with_who_was_invited(inviting: Any) -> None:
    inviting.night(*(record(inviting, each, each, last_name="Jansen") for each in (1, 2)))
    invite(inviting)
    inviting.night(
        record(inviting, 1, 2, last_name="Jansen"),
        record(inviting, 2, 3, last_name="Jansen"),
        record(inviting, 4, 4),
    )
    assert invite(inviting) == ["ZZ004Z"] and inviting.content(2)["email"] == inviting.email(1)


def test_who_was_invited_is_known_though_his_plate_was_taken_in_an_earlier_part_of_the_file(two: Any) -> None:
    many = [(f"row {number}", Skipped("no_email")) for number in range(ACCEPTED)]
    file = two.judged(record(two, 1, 2), *many, record(two, 2, 3))
    assert two.slice(file) and not two.slice(file)
    hand_over_all(two)
    assert invite(two) == [] and owners(two, 2, 3) == ["Klant 1", "Klant 2"]
    assert two.held() == {"ZZ001Z": "plate_changed"}


@pytest.mark.parametrize("night", [1, 2])
def test_what_a_person_withdrew_stays_away_though_its_row_changes(inviting: Any, night: int) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=inviting.clock())
    inviting.night(inviting.car(1, make="Saab"))
    inviting.fail(Refused("404", code="not_found", status=404))
    release(inviting, "withdraw")
    inviting.close(inviting.claimed(), Withdrawn())
    for turn in range(night):
        assert inviting.night(inviting.car(1, mileage=60000 + turn)).unchanged == 1
    assert inviting.claim() is None and inviting.counts() == {"withdrawn": 1}
