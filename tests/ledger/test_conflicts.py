"""Two sources of one garage: none speaks for the other, and two addresses for one plate are a question."""

from __future__ import annotations

from typing import Any

import pytest

from connector.corrections import Correction
from connector.model import Skipped


def balance(file: Any) -> dict[str, int]:
    counts = ("new", "changed", "unchanged", "skipped", "rejected")
    return {name: getattr(file, name) for name in counts if getattr(file, name)}


def test_a_source_speaks_only_when_its_own_row_changes(jansen: Any) -> None:
    jansen.night(jansen.car(1, make="Volvo"))
    assert balance(jansen.night(jansen.car(1, make="Saab"), source="apk")) == {"changed": 1}
    for _ in range(2):
        assert balance(jansen.night(jansen.car(1, make="Volvo"))) == {"unchanged": 1}
        assert balance(jansen.night(jansen.car(1, make="Saab"), source="apk")) == {"unchanged": 1}
    assert (jansen.content(1)["make"], jansen.trace(1).facts.revision) == ("Saab", 2)
    assert balance(jansen.night(jansen.car(1, make="Opel"))) == {"changed": 1}
    assert (jansen.content(1)["make"], jansen.trace(1).source) == ("Opel", "klanten")


def test_a_source_that_is_read_by_another_recipe_does_not_speak_again(jansen: Any) -> None:
    jansen.night(("raw row", jansen.car(1, make="Volvo")), recipe=b"old")
    jansen.night(jansen.car(1, make="Saab"), source="apk")
    assert balance(jansen.night(("raw row", jansen.car(1, make="Volvo")), recipe=b"new")) == {"unchanged": 1}
    assert jansen.content(1)["make"] == "Saab"


def test_a_source_that_says_what_another_said_raises_no_revision(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    assert balance(jansen.night(jansen.car(1), source="apk")) == {"unchanged": 1}
    assert jansen.trace(1).facts.revision == 1 and jansen.events(1) == ["new"]


def test_two_sources_with_different_addresses_are_a_conflict_until_they_agree(jansen: Any) -> None:
    jansen.night(jansen.car(1, email="an@voorbeeld.example"))
    jansen.night(jansen.car(1, email="bo@voorbeeld.example"), source="apk")
    assert jansen.trace(1).facts.source_conflict
    assert jansen.events(1) == ["new", "changed", "source_conflict"]
    jansen.night(jansen.car(1, email="bo@voorbeeld.example"))
    assert not jansen.trace(1).facts.source_conflict
    assert jansen.events(1) == ["new", "changed", "source_conflict", "source_conflict_over"]
    assert jansen.trace(1).facts.revision == 2


def test_a_conflict_of_three_lasts_until_all_agree(jansen: Any) -> None:
    jansen.night(jansen.car(1, email="an@voorbeeld.example"))
    jansen.night(jansen.car(1, email="bo@voorbeeld.example"), source="apk")
    jansen.night(jansen.car(1, email="bo@voorbeeld.example"), source="web")
    assert jansen.trace(1).facts.source_conflict
    jansen.night(jansen.car(1, email="bo@voorbeeld.example"))
    assert not jansen.trace(1).facts.source_conflict


def test_addresses_that_differ_in_case_alone_are_no_conflict(jansen: Any) -> None:
    jansen.night(jansen.car(1, email="An@Voorbeeld.example"))
    jansen.night(jansen.car(1, email=" an@voorbeeld.EXAMPLE"), source="apk")
    assert not jansen.trace(1).facts.source_conflict


def test_two_addresses_over_the_nights_of_one_source_are_no_conflict(jansen: Any) -> None:
    jansen.night(jansen.car(1, key="K1", email="an@voorbeeld.example"))
    jansen.night(jansen.car(1, key="K2", email="bo@voorbeeld.example"))
    jansen.night(jansen.car(1, email="bo@voorbeeld.example"), source="apk")
    assert not jansen.trace(1).facts.source_conflict


def test_a_conflict_is_updated_and_not_mailed(inviting: Any) -> None:
    inviting.night(inviting.car(1, email="an@voorbeeld.example"))
    inviting.night(inviting.car(1, email="bo@voorbeeld.example"), source="apk")
    claim = inviting.claimed()
    assert (claim.step.name, claim.step.send) == ("put", False)
    inviting.answer(claim)
    assert inviting.claim() is None

    inviting.night(inviting.car(1, email="bo@voorbeeld.example"))
    assert inviting.claimed().step.name == "send"


def test_a_conflict_ends_when_a_source_gives_the_key_to_another_car(jansen: Any) -> None:
    jansen.night(jansen.car(1, key="klant-7", email="an@voorbeeld.example"))
    jansen.night(jansen.car(1, email="bo@voorbeeld.example"), source="apk")
    assert jansen.trace(1).facts.source_conflict
    jansen.night(jansen.car(2, key="klant-7", email="an@voorbeeld.example"))
    assert not jansen.trace(1).facts.source_conflict


def test_a_row_that_lost_its_duel_takes_no_part_in_a_conflict(jansen: Any) -> None:
    an = jansen.car(1, key="K1", email="an@voorbeeld.example")
    jansen.night(an)
    jansen.night(jansen.car(1, email="bo@voorbeeld.example"), source="apk")
    assert jansen.trace(1).facts.source_conflict
    jansen.night(an, jansen.car(1, key="K2", email="bo@voorbeeld.example", apk_due="2027-05-01"))
    assert not jansen.trace(1).facts.source_conflict


def test_a_skip_leaves_a_conflict_standing(jansen: Any) -> None:
    jansen.night(jansen.car(1, email="an@voorbeeld.example"))
    jansen.night(jansen.car(1, email="bo@voorbeeld.example"), source="apk")
    jansen.night(Skipped("no_email"))
    assert jansen.trace(1).facts.source_conflict


# ---------------------------------------------------------------- after corrections

OLD, NEW, THIRD = "oud@voorbeeld.example", "nieuw@voorbeeld.example", "derde@voorbeeld.example"


def corrected(hand: Any, plate: str | None = None) -> None:
    hand.ledger.address_book.correct(hand.garage, Correction(OLD, NEW, plate), hand.policy, hand.today)


@pytest.mark.parametrize("plate", [None, "ZZ001Z"])
def test_a_source_that_says_what_was_meant_and_one_that_says_what_was_corrected_mean_one(
    inviting: Any, plate: str | None
) -> None:
    inviting.night(inviting.car(1, email=OLD))
    corrected(inviting, plate)
    for email in (NEW, OLD, NEW):
        inviting.night(inviting.car(1, email=email), source="apk")
        inviting.night(inviting.car(1, email=OLD, make="Saab"))
        assert not inviting.trace(1).facts.source_conflict
    assert inviting.content(1)["email"] == NEW
    assert inviting.claimed().step.send is True
    assert "source_conflict" not in inviting.events(1) and "correction_over" not in inviting.events(1)


def test_a_correction_ends_a_conflict_and_the_customer_is_invited(inviting: Any) -> None:
    inviting.night(inviting.car(1, email=OLD))
    inviting.night(inviting.car(1, email=NEW), source="apk")
    assert inviting.claimed().step.send is False
    inviting.clock.forward(hours=3)
    corrected(inviting)
    assert not inviting.trace(1).facts.source_conflict
    assert inviting.events(1)[-1] == "source_conflict_over"
    assert inviting.claimed().step.send is True


def test_a_third_address_is_a_conflict_with_what_was_meant(inviting: Any) -> None:
    inviting.night(inviting.car(1, email=OLD))
    corrected(inviting, "ZZ001Z")
    inviting.night(inviting.car(1, email=THIRD), source="apk")
    assert inviting.trace(1).facts.source_conflict
    inviting.night(inviting.car(1, email=NEW), source="apk")
    assert not inviting.trace(1).facts.source_conflict
    inviting.night(inviting.car(1, email=THIRD))
    assert inviting.trace(1).facts.source_conflict, "nobody says the old one any more, and they differ"
    assert "correction_over" in inviting.events(1)
