"""A source whose exports lack a consent or opt-out column: nobody of it is invited until one has it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connector.ledger import Finding, consents
from connector.plan import Policy

LAYOUT = Finding("layout_unknown", "De kolom ontbreekt.")


def lacking_night(hand: Any, *rows: Any, **how: Any) -> None:
    """Take in an export that lacks the column, which may be gone."""
    file = hand.read(*rows, **how)
    hand.ledger.note_lacking(file)
    assert hand.judge(file) is None
    hand.accept(file)


def gaps(hand: Any) -> list[str]:
    with hand.ledger.looking() as connection:
        return consents.lacking(connection, hand.garage)


def test_a_file_without_the_column_makes_concepts_and_invites_nobody(inviting: Any) -> None:
    lacking_night(inviting, inviting.car(1))
    assert gaps(inviting) == ["klanten"]
    claim = inviting.claimed()
    assert (claim.step.name, claim.step.send, claim.passport.consent_unknown) == ("put", False, True)
    inviting.answer(claim)
    assert inviting.claim() is None


def test_what_was_said_before_stays_while_the_column_is_gone(jansen: Any) -> None:
    jansen.night(jansen.car(1, consent="yes"), jansen.car(2, opt_out=True))
    lacking_night(jansen, jansen.car(1), jansen.car(2))
    assert (jansen.trace(1).facts.consent, jansen.trace(2).facts.opt_out) == ("yes", True)


def test_those_that_the_file_does_not_change_are_withheld_too(inviting: Any) -> None:
    inviting.night(inviting.car(1), inviting.car(2))
    lacking_night(inviting, inviting.car(1))
    assert inviting.trace(2).facts.consent_unknown
    inviting.reindexed()
    assert [inviting.claimed().step.send, inviting.claimed().step.send] == [False, False]


def test_a_file_with_the_column_ends_it_and_each_is_invited_once(inviting: Any) -> None:
    lacking_night(inviting, inviting.car(1))
    inviting.deliver_all()
    inviting.night(inviting.car(1, opt_out=False))
    assert gaps(inviting) == []
    claim = inviting.reindexed().claimed()
    assert claim.step.name == "send"
    inviting.answer(claim, sent_at=inviting.clock())
    assert inviting.reindexed().claim() is None


def test_an_index_from_before_mails_nobody(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    lacking_night(inviting, inviting.car(2))
    assert [inviting.claimed().step.send for _ in range(2)] == [False, False]


def test_delivery_makes_its_index_anew_after_it(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.reindexed()
    lacking_night(inviting, inviting.car(1))
    assert not inviting.ledger.is_indexed("jansen", inviting.policy, inviting.today)


def test_a_held_file_without_the_column_withholds_as_well(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    file = inviting.read(inviting.car(1, make="Saab"))
    inviting.ledger.note_lacking(file)
    assert gaps(inviting) == []
    inviting.ledger.hold_file(file, LAYOUT)
    assert gaps(inviting) == ["klanten"]
    assert inviting.claimed().step.send is False


def test_a_file_held_for_something_else_withholds_nothing(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    file = inviting.read(inviting.car(1, make="Saab"))
    inviting.ledger.hold_file(file, LAYOUT)
    assert gaps(inviting) == []
    assert inviting.claimed().step.send is True


def test_another_source_and_another_garage_go_on(inviting: Any) -> None:
    inviting.night(inviting.car(2), source="werkplaats")
    other = inviting.but(garage="pietersen")
    other.ledger.know_garage("pietersen")
    other.night(other.car(1))
    lacking_night(inviting, inviting.car(1))
    assert not inviting.trace(2).facts.consent_unknown
    assert other.claimed().step.send is True
    assert {claim.plate: claim.step.send for claim in (inviting.claimed(), inviting.claimed())} == {
        "ZZ001Z": False,
        "ZZ002Z": True,
    }


def test_a_file_that_a_dead_process_was_accepting_still_lacks_it(inviting: Any) -> None:
    file = inviting.read(inviting.car(1))
    inviting.ledger.note_lacking(file)
    inviting.judge(file)
    (unfinished,) = inviting.ledger.unfinished("jansen", "klanten")
    inviting.accept(unfinished)
    assert gaps(inviting) == ["klanten"] and inviting.claimed().step.send is False


def test_consent_that_is_known_does_not_invite_while_the_column_is_gone(jansen: Any) -> None:
    consented = jansen.but(policy=Policy("consented"))
    consented.night(consented.car(1, consent="yes"))
    lacking_night(consented, consented.car(1))
    consented.clock.forward(seconds=timedelta(days=1).total_seconds())
    assert consented.claimed().step.send is False
