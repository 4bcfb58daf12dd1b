"""A record whose plate changes, in the ledger: what becomes of the old plate, and who was invited."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import Refused, Unknown
from connector.ledger import Withdrawn
from connector.plan import Delete, Policy, Put

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
