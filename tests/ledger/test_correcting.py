"""Corrections in the ledger: kept beside what sources say, carried to passports, and ended by what sources say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.corrections import Correction
from connector.errors import NotReleasable
from connector.ledger import correcting
from connector.model import AddressChange
from connector.plan import Look, Put, Send

A, B, C = (f"{each}@voorbeeld.example" for each in "abc")


def correct(hand: Any, seen: str, meant: str, plate: str | None = None) -> list[str]:
    changed = hand.ledger.address_book.correct(
        hand.garage, Correction(seen, meant, plate), hand.policy, hand.today
    )
    return list(changed)


def hear(hand: Any, state: str, address: str, *, at: datetime | None = None, **said: Any) -> int:
    book = hand.ledger.address_book
    after = book.feed_cursor(hand.garage)
    item = AddressChange(at or hand.clock(), address, state, **said)
    heard = book.hear_feed(hand.garage, [item], hand.policy, hand.today, after=after, onward=f"{after}+")
    assert heard is not None
    return int(heard)


def known(hand: Any) -> list[tuple[str, str, str | None]]:
    with hand.ledger.looking() as connection:
        return [(each.seen, each.meant, each.plate) for each in correcting.known(connection, hand.garage)]


def addresses(hand: Any, *numbers: int) -> list[str]:
    return [hand.content(number)["email"] for number in numbers]


# ---------------------------------------------------------------- by a person


def test_every_passport_of_the_address_becomes_a_new_revision(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A.upper()), jansen.car(2, email=A), jansen.car(3, email=B))
    assert correct(jansen, A, C) == ["ZZ001Z", "ZZ002Z"]
    assert addresses(jansen, 1, 2, 3) == [C, C, B]
    assert [jansen.trace(number).facts.revision for number in (1, 2, 3)] == [2, 2, 1]
    assert jansen.events(1) == ["new", "corrected"]


def test_a_correction_survives_what_the_source_goes_on_saying(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    correct(jansen, A, C)
    file = jansen.night(jansen.car(1, email=A))
    assert (file.unchanged, addresses(jansen, 1)) == (1, [C])
    file = jansen.night(jansen.car(1, email=A, make="Saab"))
    assert (file.changed, addresses(jansen, 1), known(jansen)) == (1, [C], [(A, C, None)])


def test_a_new_plate_with_the_old_address_begins_with_the_right_one(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    correct(jansen, A, C)
    jansen.night(jansen.car(1, email=A), jansen.car(2, email=A))
    assert addresses(jansen, 2) == [C] and jansen.trace(2).facts.revision == 1


def test_a_correction_of_an_address_ends_when_no_source_says_it_any_more(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A), jansen.car(2, email=A))
    correct(jansen, A, C)
    jansen.night(jansen.car(1, email=C), jansen.car(2, email=A))
    assert known(jansen) == [(A, C, None)]
    file = jansen.night(jansen.car(1, email=C), jansen.car(2, email=C))
    assert (file.changed, known(jansen), addresses(jansen, 1, 2)) == (0, [], [C, C])


def test_a_plates_own_correction_comes_first_and_ends_by_a_third_value(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A), jansen.car(2, email=A))
    correct(jansen, A, B, "ZZ001Z")
    assert correct(jansen, A, C) == ["ZZ002Z"]
    assert addresses(jansen, 1, 2) == [B, C]
    jansen.night(jansen.car(1, email="derde@voorbeeld.example"), jansen.car(2, email=A))
    assert addresses(jansen, 1) == ["derde@voorbeeld.example"] and known(jansen) == [(A, C, None)]
    assert "correction_over" in jansen.events(1)


def test_a_correction_of_a_correction_folds(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    correct(jansen, A, B)
    assert correct(jansen, B, C) == ["ZZ001Z"]
    jansen.night(jansen.car(1, email=A, make="Saab"))
    assert addresses(jansen, 1) == [C] and known(jansen) == [(A, C, None)]


def test_a_circle_or_a_target_known_to_be_bad_changes_nothing(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    correct(jansen, A, B)
    with pytest.raises(NotReleasable, match="eerder verbeterd"):
        correct(jansen, B, A)
    hear(jansen, "invalid", C.upper())
    with pytest.raises(NotReleasable, match="niet werkt"):
        correct(jansen, B, C)
    assert addresses(jansen, 1) == [B] and known(jansen) == [(A, B, None)]


def test_a_plate_without_the_old_address_is_told(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A), jansen.car(2, email=B))
    with pytest.raises(NotReleasable, match="niet bij dit kenteken"):
        correct(jansen, A, C, "ZZ002Z")
    assert known(jansen) == []


def test_who_was_invited_at_a_bad_address_is_asked_once_and_a_concept_is_only_updated(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A), jansen.car(2, email=A))
    jansen.deliver_all()
    hear(jansen, "invalid", A, plate="ZZ001Z", reason="hard_bounce")
    correct(jansen, A, B)
    correct(jansen, B, C)
    first, second = jansen.claimed(), jansen.claimed()
    assert [(each.plate, each.step.send) for each in (first, second)] == [("ZZ001Z", True), ("ZZ002Z", False)]
    jansen.answer(first, sent_at=jansen.clock.forward(seconds=1))
    jansen.answer(second)
    assert jansen.claim() is None


def test_an_address_that_works_is_corrected_without_a_mail_by_a_garage_that_invites_nobody(
    jansen: Any,
) -> None:
    jansen.night(jansen.car(1, email=A))
    jansen.answer(sent_at=jansen.clock())
    correct(jansen, A, B)
    assert jansen.claimed().step.send is False


# ---------------------------------------------------------------- by iGarage


def test_the_named_plate_is_adopted_and_the_others_become_new_revisions(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A), jansen.car(2, email=A))
    jansen.deliver_all()
    jansen.clock.forward(hours=25)
    assert hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B, sent=True) == 1
    facts = jansen.trace(1).facts
    assert (facts.delivered_address, facts.delivered_revision, facts.invited_address) == (B, 2, B)
    assert jansen.claimed().plate == "ZZ002Z" and jansen.claim() is None
    assert known(jansen) == [(A, B, None)]


def test_what_igarage_corrected_without_a_mail_is_invited_once(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    jansen.deliver_all()
    jansen.clock.forward(hours=25)
    for _ in range(2):
        hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B)
    claim = jansen.claimed()
    assert claim.step.name == "send"
    jansen.answer(claim, sent_at=jansen.clock.forward(seconds=1))
    assert jansen.claim() is None and jansen.trace(1).facts.asked == 1


NEAR = [timedelta(hours=each) for each in (-9, 0, 9)]
"""How far iGarage's clock is from the garage's."""


@pytest.mark.parametrize("apart", NEAR)
@pytest.mark.parametrize("sent", [True, False])
def test_where_a_request_was_near_the_address_that_igarage_has_is_asked_first(
    jansen: Any, apart: timedelta, sent: bool
) -> None:
    jansen.night(jansen.car(1, email=A))
    jansen.answer()
    hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B, sent=sent, at=jansen.clock() + apart)
    assert isinstance(jansen.claimed().step, Look)
    jansen.clock.forward(seconds=91)
    jansen.look(address=B)
    claim = jansen.claim()
    assert claim is None if sent else isinstance(claim.step, Send)


@pytest.mark.parametrize("apart", NEAR)
@pytest.mark.parametrize("sent", [True, False])
def test_a_correction_that_a_request_wrote_over_goes_there_again_whatever_the_clocks_say(
    jansen: Any, apart: timedelta, sent: bool
) -> None:
    jansen.night(jansen.car(1, email=A))
    jansen.answer()
    hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B, sent=sent, at=jansen.clock() + apart)
    jansen.look(address=A)
    claim = jansen.claimed()
    assert (claim.step, claim.content["email"]) == (Put(send=not sent), B)


def test_of_two_corrections_that_were_heard_together_the_last_counts(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    jansen.answer()
    first = jansen.clock() - timedelta(hours=2)
    hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B, sent=True, at=first)
    hear(jansen, "corrected", B, plate="ZZ001Z", corrected_to=C, sent=True, at=first + timedelta(hours=1))
    jansen.look(address=A)
    claim = jansen.claimed()
    assert (claim.step, claim.content["email"]) == (Put(send=False), C)


def test_what_is_corrected_there_and_back_is_not_done_again_by_an_old_item(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    jansen.deliver_all()
    first = jansen.clock()
    hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B, sent=True)
    hear(jansen, "corrected", B, plate="ZZ001Z", corrected_to=A, sent=True, at=first + timedelta(hours=1))
    assert hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B, sent=True, at=first) == 0
    assert addresses(jansen, 1) == [A] and jansen.trace(1).facts.delivered_address == A


def test_what_the_export_changed_meanwhile_wins_and_goes_there(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    jansen.deliver_all()
    jansen.night(jansen.car(1, email=C))
    hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B, sent=True)
    facts = jansen.trace(1).facts
    assert (facts.address, facts.delivered_address) == (C, B)
    assert jansen.claimed().content["email"] == C


def test_a_correction_by_igarage_lasts_through_the_exports_and_ends_with_them(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    jansen.deliver_all()
    jansen.clock.forward(hours=25)
    hear(jansen, "corrected", A, corrected_to=B, sent=True)
    jansen.night(jansen.car(1, email=A, make="Saab"))
    assert addresses(jansen, 1) == [B] and jansen.claimed().step.send is False
    jansen.night(jansen.car(1, email=B, make="Saab"))
    assert known(jansen) == []


def test_a_correction_of_what_the_garage_does_not_have_is_no_news(jansen: Any) -> None:
    assert hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B) == 0
    assert known(jansen) == []


def test_an_opt_out_at_the_new_address_wins_over_a_correction(jansen: Any) -> None:
    jansen.night(jansen.car(1, email=A))
    jansen.deliver_all()
    jansen.clock.forward(hours=25)
    hear(jansen, "opted_out", B)
    hear(jansen, "corrected", A, plate="ZZ001Z", corrected_to=B)
    assert jansen.claim() is None
