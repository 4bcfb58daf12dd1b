"""A person's decisions: tried again, made anew, read again, done away with, and noticed by the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.arrivals import Arrival
from connector.backoff import Retry
from connector.errors import NotReleasable, Refused, Transient, Unknown
from connector.ledger import Finding, Ledger
from connector.ledger.schema import passports
from connector.model import AddressChange
from connector.plan import Policy, Put, Send

NOT_NOW = Transient("408", code="not_now", status=408)
REFUSED = Refused("422", code="invalid", status=422, field="vehicle.vin")
OWNER = Refused("409", code="owner_conflict", status=409)
GONE = Refused("404", code="not_found", status=404)


def retry(hand: Any, number: int | None = None) -> list[str]:
    plate = None if number is None else hand.plate(number)
    return list(hand.ledger.retry(hand.garage, plate, hand.policy, hand.today))


def release(hand: Any, number: int = 1) -> None:
    hand.ledger.release(hand.garage, hand.plate(number), "new", hand.policy, hand.today)


def exhaust(hand: Any) -> Any:
    """The one passport of this hand fails of its own until nobody tries any more; its last claim."""
    hand.night(hand.car(1))
    hand = hand.but(retry=Retry(first=30, max=30, attempts=2))
    for _ in range(2):
        hand.ledger.met(hand.garage, "igarage-7")
        hand.clock.forward(seconds=31)
        claim = hand.claimed()
        hand.fail(NOT_NOW, claim)
        hand.clock.forward(seconds=1)
    assert hand.held() == {"ZZ001Z": "exhausted"}
    return claim


def gone(hand: Any) -> None:
    """iGarage had the passport, and at the look before its invitation has it no more."""
    hand.night(hand.car(1))
    hand.deliver_all()
    inviting = hand.but(policy=Policy("always")).reindexed()
    inviting.look(there=False)
    assert hand.held() == {"ZZ001Z": "gone"}


# ---------------------------------------------------------------- retry


def test_what_was_refused_is_asked_again_with_the_same_key_and_revision(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    before = jansen.claimed()
    jansen.fail(REFUSED, before)
    assert jansen.claim() is None
    assert retry(jansen, 1) == ["ZZ001Z"]
    again = jansen.claimed()
    assert (again.key, again.passport.revision, again.content) == (before.key, 1, before.content)
    assert jansen.held() == {} and jansen.events(1)[-1] == "retried"


def test_what_is_exhausted_gets_all_its_attempts_again(jansen: Any) -> None:
    before = exhaust(jansen)
    retry(jansen, 1)
    traced = jansen.trace(1)
    assert (traced.attempts, jansen.counts()) == (0, {"pending": 1})
    assert jansen.claimed().key == before.key


def test_what_backs_off_is_due_at_once(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    before = jansen.claimed()
    jansen.fail(NOT_NOW, before)
    assert jansen.claim() is None
    assert retry(jansen) == ["ZZ001Z"]
    assert jansen.claimed().key == before.key


def test_a_retry_never_invites_a_second_time(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    before = inviting.claimed()
    inviting.fail(REFUSED, before)
    retry(inviting, 1)
    again = inviting.claimed()
    assert (again.step, again.key) == (Put(send=True), before.key)
    inviting.answer(again, sent_at=inviting.clock())
    assert retry(inviting) == [] and inviting.claim() is None


def test_retry_of_one_plate_leaves_the_others(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    for _ in range(2):
        jansen.fail(REFUSED)
    assert retry(jansen, 2) == ["ZZ002Z"]
    assert jansen.held() == {"ZZ001Z": "refused"}


def test_retry_of_all_tries_all_that_is_refused_exhausted_or_backing_off_and_nothing_else(
    jansen: Any,
) -> None:
    jansen.night(*(jansen.car(number) for number in range(1, 5)), jansen.car(5, opt_out=True))
    jansen.fail(REFUSED)
    jansen.fail(NOT_NOW)
    jansen.fail(OWNER)
    jansen.answer()
    assert sorted(retry(jansen)) == ["ZZ001Z", "ZZ002Z"]
    assert jansen.held() == {"ZZ003Z": "owner_change"}
    assert jansen.counts() == {"pending": 2, "held": 1, "delivered": 1, "waiting": 1}


@pytest.mark.parametrize("wrong", [OWNER, Refused("422", code="email_invalid", status=422)])
def test_a_question_that_trying_again_does_not_answer_stays(jansen: Any, wrong: Refused) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(wrong)
    before = jansen.trace(1)
    assert retry(jansen, 1) == [] and retry(jansen) == []
    assert jansen.trace(1) == before


def test_a_claim_that_is_out_is_not_claimed_a_second_time_by_a_retry(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(NOT_NOW)
    jansen.clock.forward(seconds=31)
    out = jansen.claimed()
    retry(jansen)
    assert jansen.claim() is None
    assert jansen.answer(out) is True and jansen.counts() == {"delivered": 1}


def test_a_plate_that_nobody_knows_is_nothing_to_retry(jansen: Any) -> None:
    assert retry(jansen, 9) == []


def test_a_retry_at_one_garage_leaves_the_same_plate_of_another(jansen: Any) -> None:
    pietersen = jansen.but(garage="pietersen")
    pietersen.ledger.know_garage("pietersen")
    for hand in (jansen, pietersen):
        hand.night(hand.car(1))
        hand.fail(REFUSED)
    retry(jansen)
    assert (jansen.held(), pietersen.held()) == ({}, {"ZZ001Z": "refused"})


# ---------------------------------------------------------------- release --as new


def test_a_passport_that_is_gone_is_made_anew(jansen: Any) -> None:
    gone(jansen)
    release(jansen)
    assert jansen.held() == {} and jansen.events(1)[-1] == "released"
    facts = jansen.trace(1).facts
    assert (facts.delivered_revision, facts.delivered_address, facts.revision) == (None, None, 1)
    assert jansen.claimed().step == Put(send=False)


def test_a_passport_made_anew_is_asked_for_under_another_key(jansen: Any) -> None:
    """Under the former one iGarage would give its former answer, for 24 hours, and make nothing."""
    jansen.night(jansen.car(1))
    former = jansen.claimed()
    jansen.answer(former)
    jansen.but(policy=Policy("always")).reindexed().look(there=False)
    release(jansen)
    anew = jansen.claimed()
    assert anew.step == former.step
    assert anew.key != former.key


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (REFUSED, "retry"),
        (OWNER, "andere eigenaar"),
        (None, "geen vraag open"),
    ],
)
def test_only_what_is_gone_is_made_anew(jansen: Any, wrong: Refused | None, sentence: str) -> None:
    jansen.night(jansen.car(1))
    if wrong:
        jansen.fail(wrong)
    before = jansen.trace(1), jansen.ledger.decisions()
    with pytest.raises(NotReleasable, match=sentence):
        release(jansen)
    assert (jansen.trace(1), jansen.ledger.decisions()) == before


def test_what_is_exhausted_is_sent_to_retry(jansen: Any) -> None:
    exhaust(jansen)
    with pytest.raises(NotReleasable, match="retry"):
        release(jansen)


def test_a_plate_that_nobody_knows_cannot_be_released(jansen: Any) -> None:
    with pytest.raises(NotReleasable, match="kent dit kenteken niet"):
        release(jansen, 9)


def test_a_passport_that_is_gone_at_one_garage_is_not_released_by_another(jansen: Any) -> None:
    gone(jansen)
    with pytest.raises(NotReleasable):
        release(jansen.but(garage="pietersen"))
    assert jansen.held() == {"ZZ001Z": "gone"}


# ---------------------------------------------------------------- files


def held_file(hand: Any, reason: str = "adapter_failed") -> int:
    file = int(hand.read(hand.car(1)))
    hand.ledger.hold_file(file, Finding(reason, "Het ging mis."))
    return file


def states(hand: Any) -> list[str]:
    return [each.state for each in hand.ledger.history(hand.garage, "klanten")]


def test_a_held_file_is_read_again_as_if_it_had_just_been_found(jansen: Any) -> None:
    jansen.ledger.release_file("jansen", held_file(jansen))
    assert states(jansen) == []
    assert jansen.night(jansen.car(1)).new == 1


def test_a_number_that_was_given_is_never_anothers(jansen: Any) -> None:
    given = []
    for reason in ("adapter_failed", "rows_halved", "passports_changed"):
        given.append(held_file(jansen, reason))
        jansen.ledger.release_file("jansen", given[-1])
    given.append(held_file(jansen))
    assert sorted(set(given)) == given
    for before in given[:-1]:
        with pytest.raises(NotReleasable, match=f"geen bestand met nummer {before}"):
            jansen.ledger.release_file("jansen", before)
    assert states(jansen) == ["held"]


def test_files_in_whose_place_a_newer_one_speaks_have_numbers_of_their_own(jansen: Any) -> None:
    released = held_file(jansen)
    jansen.ledger.release_file("jansen", released)
    older = [Arrival(f"{each}.csv", 1, jansen.clock(), None) for each in range(3)]
    jansen.ledger.supersede("jansen", "klanten", older, b"recipe")
    held = held_file(jansen)
    numbers = [each.id for each in jansen.ledger.history("jansen", "klanten")]
    assert min(numbers) > released and numbers[-1] == held and len(set(numbers)) == 4


def test_leave_is_for_what_was_told_and_for_all_of_it(jansen: Any) -> None:
    both = "rows_halved, passports_changed"
    jansen.ledger.release_file("jansen", held_file(jansen, both))
    told = {
        "rows_halved": False,
        "passports_changed, column_moved": True,
        "rows_halved, column_moved, passports_changed": True,
        both: False,
    }
    for reason, holds in told.items():
        file = jansen.read(jansen.car(1))
        assert bool(jansen.ledger.judge_file(file, Finding(reason, "Het lijkt niet te kloppen."))) is holds
        jansen.ledger.forget_file(file)


@pytest.mark.parametrize("reason", ["layout_unknown", "key_with_two_plates"])
def test_a_file_that_reading_again_does_not_mend_is_not_read_again(jansen: Any, reason: str) -> None:
    file = held_file(jansen, reason)
    before = jansen.ledger.decisions()
    with pytest.raises(NotReleasable, match="discard --file"):
        jansen.ledger.release_file("jansen", file)
    assert (states(jansen), jansen.ledger.decisions()) == (["held"], before)


@pytest.mark.parametrize("reason", ["adapter_failed", "layout_unknown"])
def test_a_discarded_file_is_known_and_held_no_more(jansen: Any, reason: str) -> None:
    jansen.ledger.discard("jansen", held_file(jansen, reason))
    assert states(jansen) == ["discarded"]
    assert jansen.counts() == {} and jansen.claim() is None


@pytest.mark.parametrize("deed", ["release_file", "discard"])
def test_only_a_held_file_of_this_garage_can_be_decided_about(jansen: Any, deed: str) -> None:
    decide: Callable[[str, int], None] = getattr(jansen.ledger, deed)
    taken = jansen.night(jansen.car(2), name="andere.csv").id
    held = held_file(jansen)
    for garage, file in (("jansen", taken), ("jansen", held + 1000), ("pietersen", held)):
        with pytest.raises(NotReleasable, match=f"geen bestand met nummer {file}"):
            decide(garage, file)
    assert states(jansen) == ["taken", "held"]


# ---------------------------------------------------------------- noticed


def test_each_decision_is_noticed_and_nothing_else_is(jansen: Any) -> None:
    ledger: Ledger = jansen.ledger
    counts = [ledger.decisions()]

    def note() -> None:
        counts.append(ledger.decisions())

    gone(jansen)
    file, other = held_file(jansen), held_file(jansen, "layout_unknown")
    note()
    release(jansen)
    note()
    ledger.release_file("jansen", file)
    note()
    ledger.discard("jansen", other)
    note()
    retry(jansen)
    note()
    assert counts == [0, 0, 1, 2, 3, 4]


# ---------------------------------------------------------------- resend


def resend(hand: Any, number: int = 1) -> None:
    hand.ledger.resend(hand.garage, hand.plate(number), hand.policy, hand.today)


def hear(hand: Any, state: str, number: int = 1) -> None:
    """iGarage learned something of a customer's address."""
    after = hand.ledger.address_book.feed_cursor(hand.garage)
    said = AddressChange(hand.clock(), hand.email(number), state, hand.plate(number), "hard_bounce")
    hand.ledger.address_book.hear_feed(
        hand.garage, [said], hand.policy, hand.today, after=after, onward=f"{after}+"
    )


def test_whom_a_person_invites_once_more_gets_one_mail_under_a_key_of_its_own(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    first = inviting.claimed()
    inviting.answer(first, sent_at=inviting.clock())
    for _ in range(2):
        resend(inviting)
        claim = inviting.claimed()
        assert claim.step == Send()
        inviting.answer(claim, sent_at=inviting.clock.forward(seconds=1))
        assert inviting.claim() is None
    assert inviting.trace(1).facts.invitations == 3
    assert inviting.events(1)[-2:] == ["asked", "invited"]


def test_a_concept_is_sent_by_a_garage_that_invites_nobody(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.deliver_all()
    resend(jansen)
    jansen.answer(sent_at=jansen.clock())
    assert jansen.claim() is None and jansen.trace(1).facts.invitations == 1


def test_what_was_asked_for_while_a_mail_is_under_way_is_not_answered_by_it(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=inviting.clock())
    resend(inviting)
    claim = inviting.claimed()
    with inviting.ledger.database.write() as connection:
        connection.execute(passports.update().values(asked=2))
    inviting.answer(claim, sent_at=inviting.clock.forward(seconds=1))
    again = inviting.claimed()
    assert again.step == Send() and again.key != claim.key


def test_an_invitation_asked_for_whose_answer_was_lost_is_found_by_the_look(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=inviting.clock())
    resend(inviting)
    inviting.fail(Unknown("?", code="no_answer"))
    inviting.clock.forward(hours=1)
    inviting.look(sent_at=inviting.clock())
    assert inviting.claim() is None and inviting.trace(1).facts.invitations == 2


def test_an_invitation_that_is_due_anyway_is_not_asked_for_twice(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    with pytest.raises(NotReleasable, match="staat al een uitnodiging klaar"):
        resend(inviting)


@pytest.mark.parametrize(("state", "sentence"), [("opted_out", "afgemeld"), ("invalid", "niet werkt")])
def test_who_opted_out_or_whose_address_is_bad_is_never_mailed(
    inviting: Any, state: str, sentence: str
) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=inviting.clock())
    hear(inviting, state)
    with pytest.raises(NotReleasable, match=sentence):
        resend(inviting)
    assert inviting.claim() is None


def test_an_opt_out_after_the_asking_wins(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=inviting.clock())
    resend(inviting)
    hear(inviting, "opted_out")
    assert inviting.claim() is None


def test_nobody_is_invited_for_a_plate_that_is_not_known(jansen: Any) -> None:
    with pytest.raises(NotReleasable, match="kent dit kenteken niet"):
        resend(jansen)
