"""What comes of a claim: answers become facts, failures become attempts, pauses or questions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.backoff import Retry
from connector.errors import NotAuthorised, Refused, Transient, Unknown
from connector.ledger import Answered, Failed
from connector.plan import Look

LEASE = timedelta(seconds=90)
RETRY = Retry(first=30, max=21600, attempts=3)
NOT_NOW = Transient("408", code="not_now", status=408)
NO_ANSWER = Unknown("no answer", code="no_answer")
SLOW_DOWN = Transient("429", code="slow_down", scope="garage", status=429, retry_after=120.0)
REFUSED = Refused("422", code="invalid", status=422, field="vehicle.vin")
OWNER_CONFLICT = Refused("409", code="owner_conflict", status=409)
NOT_FOUND = Refused("404", code="not_found", status=404)


def invited(hand: Any) -> tuple[Any, ...]:
    facts = hand.trace(1).facts
    return facts.invited_address, facts.invited_at, facts.invitations


# ---------------------------------------------------------------- answers to a PUT


def test_an_answered_put_is_delivered(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    assert jansen.answer(created=True)
    facts = jansen.trace(1).facts
    assert (facts.delivered_revision, facts.delivered_address) == (1, jansen.email(1))
    assert jansen.counts() == {"delivered": 1} and invited(jansen) == (None, None, 0)
    assert jansen.trace(1).events[-1].detail == {"revision": 1, "created": True}


def test_a_put_that_invited_is_an_invitation(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    at = inviting.clock()
    inviting.answer(sent_at=at)
    assert invited(inviting) == (inviting.email(1), at, 1)
    assert inviting.claim() is None and inviting.events(1) == ["new", "delivered", "invited"]


def test_a_put_that_should_have_invited_and_did_not_is_followed_by_a_send(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=None)
    assert inviting.claimed().step.name == "send"


def test_a_changed_address_is_invited_by_its_put(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=inviting.clock())
    inviting.night(inviting.car(1, email="nieuw@voorbeeld.example"))
    claim = inviting.claimed()
    assert (claim.step.name, claim.step.send) == ("put", True)
    inviting.answer(claim, sent_at=inviting.clock.forward(minutes=1))
    assert invited(inviting)[::2] == ("nieuw@voorbeeld.example", 2) and inviting.claim() is None


def test_a_changed_car_is_updated_and_not_invited_again(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=(first := inviting.clock()))
    inviting.night(inviting.car(1, make="Saab"))
    claim = inviting.claimed()
    assert (claim.step.name, claim.step.send) == ("put", False)
    inviting.answer(claim, sent_at=first)
    assert invited(inviting)[2] == 1 and inviting.claim() is None


def test_a_sent_at_first_seen_while_the_address_changed_unasked_is_the_former_ones(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.answer()
    jansen.night(jansen.car(1, email="nieuw@voorbeeld.example"))
    at = jansen.clock()
    jansen.answer(sent_at=at)
    assert invited(jansen) == (jansen.email(1), at, 1)


def test_a_sent_at_that_is_known_is_no_news(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    at = inviting.clock()
    inviting.answer(sent_at=at)
    inviting.night(inviting.car(1, email="nieuw@voorbeeld.example"))
    inviting.answer(sent_at=at)
    assert invited(inviting)[2] == 1 and inviting.claimed().step.name == "send"


def test_an_answer_counts_for_what_was_asked_though_the_content_changed_meanwhile(inviting: Any) -> None:
    inviting.night(inviting.car(1, email="oud@voorbeeld.example"))
    claim = inviting.claimed()
    inviting.night(inviting.car(1, email="nieuw@voorbeeld.example", make="Saab"))
    inviting.answer(claim, sent_at=(at := inviting.clock()))
    facts = inviting.trace(1).facts
    assert (facts.revision, facts.delivered_revision) == (2, 1)
    assert facts.delivered_address == "oud@voorbeeld.example"
    assert invited(inviting) == ("oud@voorbeeld.example", at, 1)
    assert inviting.claimed().step.send is True
    assert inviting.trace(1).facts.address == "nieuw@voorbeeld.example"


def test_an_answer_leaves_the_facts_that_an_export_wrote_meanwhile(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    claim = jansen.claimed()
    jansen.night(jansen.car(1, opt_out=True))
    jansen.answer(claim)
    assert jansen.trace(1).facts.opt_out and jansen.trace(1).facts.delivered_revision == 1


# ---------------------------------------------------------------- answers to a send


@pytest.fixture
def sending(inviting: Any) -> Any:
    """A passport that iGarage has, with an invitation due."""
    inviting.night(inviting.car(1))
    inviting.answer()
    return inviting


def test_an_accepted_send_is_an_invitation_at_its_sent_at(sending: Any) -> None:
    at = sending.clock() - timedelta(seconds=2)
    sending.answer(sent_at=at)
    assert invited(sending) == (sending.email(1), at, 1) and sending.claim() is None
    assert sending.trace(1).events[-1].detail == {"by": "send"}


def test_an_accepted_send_without_a_time_is_an_invitation_at_the_answer(sending: Any) -> None:
    at = sending.clock.forward(seconds=5)
    sending.answer(sent_at=None)
    assert invited(sending) == (sending.email(1), at, 1) and sending.claim() is None


def test_an_accepted_send_with_the_known_time_is_an_invitation_at_the_answer(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    known = inviting.clock()
    inviting.answer(sent_at=known)
    inviting.night(inviting.car(1, email="nieuw@voorbeeld.example"))
    inviting.answer(sent_at=known)
    at = inviting.clock.forward(seconds=5)
    inviting.answer(sent_at=known)
    assert invited(inviting) == ("nieuw@voorbeeld.example", at, 2) and inviting.claim() is None


def test_a_look_that_finds_it_was_sent_closes_without_a_mail(sending: Any) -> None:
    at = sending.clock()
    sending.look(sent_at=at)
    assert invited(sending) == (sending.email(1), at, 1) and sending.claim() is None
    assert sending.trace(1).events[-1].detail == {"by": "iGarage"}


def test_a_look_that_finds_the_address_bad_judges_it(sending: Any) -> None:
    sending.look(state="invalid", reason="hard_bounce")
    assert sending.verdict(sending.email(1)) == "bounced"
    assert sending.claim() is None and sending.counts() == {"delivered": 1}


def test_a_look_that_finds_no_passport_holds_it(sending: Any) -> None:
    sending.look(there=False)
    assert sending.held() == {"ZZ001Z": "gone"} and sending.claim() is None
    assert sending.events(1)[-1] == "held"


def test_an_unanswered_send_is_due_again_and_looks_first(sending: Any) -> None:
    first = sending.claimed()
    sending.fail(NO_ANSWER, first)
    assert invited(sending) == (None, None, 0)
    sending.clock.forward(hours=1)
    assert sending.claimed().key == first.key


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("error", "reason"), [(REFUSED, "refused"), (OWNER_CONFLICT, "owner_change"), (NOT_FOUND, "gone")]
)
def test_a_refusal_is_a_question_for_a_person(jansen: Any, error: Refused, reason: str) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    jansen.fail(error)
    assert jansen.held() == {"ZZ001Z": reason} and jansen.counts() == {"held": 1, "pending": 1}
    traced = jansen.trace(1)
    assert (traced.attempts, traced.last_failure) == (0, error.code)
    assert traced.held_message and traced.events[-1].detail["code"] == error.code
    assert jansen.deliver_all() == ["ZZ002Z"]


@pytest.mark.parametrize(
    ("error", "asks_again"), [(REFUSED, True), (OWNER_CONFLICT, False), (NOT_FOUND, False)]
)
def test_another_content_ends_a_refusal_and_no_other_question(
    jansen: Any, error: Refused, asks_again: bool
) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(error)
    jansen.night(jansen.car(1, make="Saab"))
    assert (jansen.claim() is not None) is asks_again
    assert bool(jansen.held()) is not asks_again


def test_another_fact_ends_no_refusal(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(REFUSED)
    jansen.night(jansen.car(1, opt_out=False))
    assert jansen.held() == {"ZZ001Z": "refused"} and jansen.claim() is None


def test_a_refusal_says_nothing_of_a_newer_content(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    claim = jansen.claimed()
    jansen.night(jansen.car(1, make="Saab"))
    jansen.fail(REFUSED, claim)
    assert jansen.held() == {} and jansen.claimed().passport.revision == 2


@pytest.mark.parametrize("error", [OWNER_CONFLICT, NOT_FOUND])
def test_a_question_about_the_plate_stands_though_the_content_is_newer(jansen: Any, error: Refused) -> None:
    jansen.night(jansen.car(1))
    claim = jansen.claimed()
    jansen.night(jansen.car(1, make="Saab"))
    jansen.fail(error, claim)
    assert jansen.held() and jansen.claim() is None


# ---------------------------------------------------------------- attempts


def contact(hand: Any) -> None:
    """Another call of the garage succeeds, a second later."""
    hand.clock.forward(seconds=1)
    assert hand.ledger.met(hand.garage, "igarage-7")


def fail_once(hand: Any, error: Any = NO_ANSWER) -> None:
    hand.clock.forward(days=1)
    hand.fail(error)


def test_a_failure_counts_when_another_call_has_succeeded_since(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    for attempts in (1, 2):
        contact(jansen)
        fail_once(jansen)
        assert jansen.trace(1).attempts == attempts


def test_a_failure_does_not_count_while_nothing_of_the_garage_succeeds(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    contact(jansen)
    for _ in range(14):
        fail_once(jansen)
    assert jansen.trace(1).attempts == 1 and jansen.counts() == {"pending": 1}


def test_a_garage_that_never_reached_igarage_spends_no_attempt(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    for _ in range(5):
        fail_once(jansen)
    assert jansen.trace(1).attempts == 0


def test_the_success_of_another_passport_makes_a_failure_ones_own(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    poison, healthy = jansen.claimed(), jansen.claimed()
    jansen.answer(healthy)
    jansen.clock.forward(seconds=1)
    jansen.fail(NO_ANSWER, poison)
    assert jansen.trace(1).attempts == 1


def test_a_refusal_of_another_is_a_contact_too(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    poison, refused = jansen.claimed(), jansen.claimed()
    jansen.fail(REFUSED, refused)
    jansen.clock.forward(seconds=1)
    jansen.fail(NO_ANSWER, poison)
    assert jansen.trace(1).attempts == 1


def test_a_contact_of_a_clock_that_ran_ahead_proves_nothing(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.clock.forward(days=3650)
    contact(jansen)
    jansen.clock.forward(days=-3650)
    for _ in range(5):
        fail_once(jansen)
    assert jansen.trace(1).attempts == 0 and jansen.counts() == {"pending": 1}


def exhaust(hand: Any) -> None:
    for _ in range(hand.retry.attempts):
        contact(hand)
        fail_once(hand)


def test_when_every_attempt_is_spent_a_person_must_look(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    exhaust(jansen)
    assert jansen.held() == {"ZZ001Z": "exhausted"} and jansen.trace(1).attempts == 3
    jansen.clock.forward(days=30)
    assert jansen.claim() is None
    assert jansen.events(1) == ["new", "failed", "held"], "one event, not one per try"


def test_another_content_starts_its_attempts_anew(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    exhaust(jansen)
    jansen.night(jansen.car(1, make="Saab"))
    assert jansen.held() == {} and jansen.trace(1).attempts == 0
    jansen.clock.at += LEASE
    assert jansen.claim() is not None


def test_a_newer_content_waits_until_a_request_without_an_answer_can_no_longer_come_after_it(
    jansen: Any,
) -> None:
    jansen.night(jansen.car(1))
    claim = jansen.claimed()
    jansen.fail(Unknown("no answer", code="no_answer"), claim)
    jansen.night(jansen.car(1, make="Saab"))
    jansen.clock.at += LEASE - timedelta(seconds=1)
    assert jansen.claim() is None
    jansen.clock.forward(seconds=1)
    assert jansen.claimed().passport.revision == 2


def test_where_a_lost_request_may_have_mailed_another_address_igarage_is_asked_first(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=None)
    inviting.night(inviting.car(1, email="nieuw@voorbeeld.example"))
    inviting.fail(Unknown("no answer", code="no_answer"))
    inviting.night(inviting.car(1))
    inviting.clock.at += LEASE
    assert inviting.claimed().step == Look()


def test_a_success_forgets_the_attempts(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    contact(jansen)
    fail_once(jansen)
    jansen.clock.forward(days=1)
    jansen.answer()
    traced = jansen.trace(1)
    assert (traced.attempts, traced.last_failure) == (0, None)


def test_a_failure_of_an_older_content_is_no_attempt_of_the_newer(jansen: Any) -> None:
    hand = jansen.but(retry=Retry(first=30, max=60, attempts=1))
    hand.night(hand.car(1))
    contact(hand)
    hand.clock.forward(seconds=1)
    claim = hand.claimed()
    hand.night(hand.car(1, make="Saab"))
    hand.fail(NO_ANSWER, claim)
    assert hand.held() == {} and hand.trace(1).attempts == 0


def test_a_key_that_is_still_worked_on_costs_no_attempt(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    for _ in range(5):
        contact(jansen)
        fail_once(jansen, Transient("409", code="in_progress", status=409, counts=False))
    assert jansen.trace(1).attempts == 0 and jansen.counts() == {"pending": 1}


def test_waits_grow_with_the_attempts_and_with_chance(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    waits = []
    for chance in (1.0, 1.0):
        contact(jansen)
        jansen.clock.forward(days=1)
        jansen.fail(NO_ANSWER, chance=chance)
        waits.append(jansen.trace(1).due_at - jansen.clock())
    assert waits == [timedelta(seconds=30), timedelta(seconds=60)]


def test_a_retry_is_never_earlier_than_igarage_asked(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(Transient("408", code="not_now", status=408, retry_after=300.0), chance=0.0)
    assert jansen.trace(1).due_at == jansen.clock() + timedelta(seconds=300)


# ---------------------------------------------------------------- what concerns the whole garage


@pytest.mark.parametrize(
    "error",
    [
        SLOW_DOWN,
        NotAuthorised("401", code="unauthorised", status=401),
        NotAuthorised("403", code="forbidden", status=403),
        Transient("no route", code="unreachable", scope="garage"),
        Unknown("302", code="redirected", scope="garage", status=302),
    ],
)
def test_a_failure_of_the_garage_pauses_it_and_spends_no_attempt(jansen: Any, error: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    contact(jansen)
    since = jansen.clock.forward(seconds=1)
    jansen.fail(error)
    standing = jansen.ledger.standing("jansen")
    assert (standing.paused_code, standing.paused_since) == (error.code, since)
    traced = jansen.trace(1)
    assert (traced.attempts, traced.facts.held, traced.events[-1].event) == (0, None, "new")
    assert jansen.claim() is None, "nothing is claimed for a paused garage"
    contact(jansen)
    assert len(jansen.deliver_all()) == 2


def test_a_garage_wide_not_now_says_until_when(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(SLOW_DOWN)
    assert jansen.ledger.standing("jansen").paused_until == jansen.clock() + timedelta(seconds=120)


def test_a_request_that_we_held_back_ourselves_pauses_nothing(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(Transient("stopped", code="stopped", scope="garage", counts=False))
    assert jansen.ledger.standing("jansen").paused_code is None
    assert jansen.trace(1).attempts == 0 and jansen.claim() is not None


# ---------------------------------------------------------------- several at once


def test_several_are_closed_in_one_go_but_for_one_whose_lease_has_passed(jansen: Any) -> None:
    jansen.night(*(jansen.car(number) for number in (1, 2, 3)))
    late = jansen.claimed()
    jansen.clock.forward(seconds=80)
    answered, refused = jansen.claims(2)
    jansen.clock.forward(seconds=20)
    outcomes = [Answered(jansen.status(late)), Answered(jansen.status(answered)), Failed(REFUSED, RETRY, 1.0)]
    closed = jansen.close_all(*zip((late, answered, refused), outcomes, strict=True))
    assert closed == [False, True, True]
    assert jansen.counts() == {"pending": 1, "delivered": 1, "held": 1}
    assert jansen.events(1) == ["new"]
    assert jansen.events(2) == ["new", "delivered"] and jansen.events(3) == ["new", "refused"]


def test_an_address_judged_by_one_of_several_holds_for_the_others(jansen: Any) -> None:
    jansen.night(*(jansen.car(number, email="an@voorbeeld.example") for number in (1, 2)))
    first, second = jansen.claims(2)
    invalid = Failed(Refused("422", code="email_invalid", status=422), RETRY, 1.0)
    jansen.close_all((first, invalid), (second, Failed(NOT_NOW, RETRY, 1.0)))
    assert jansen.held() == {"ZZ001Z": "invalid_email", "ZZ002Z": "invalid_email"}


@pytest.mark.parametrize(("order", "attempts"), [((0, 1), 0), ((1, 0), 1)])
def test_among_several_a_failure_is_ones_own_only_after_a_success(
    jansen: Any, order: tuple[int, int], attempts: int
) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    jansen.fail(NOT_NOW)
    jansen.clock.forward(hours=1)
    failing, answered = sorted(jansen.claims(2), key=lambda claim: claim.plate)
    closings = [(failing, Failed(NOT_NOW, RETRY, 1.0)), (answered, Answered(jansen.status(answered)))]
    jansen.close_all(*(closings[number] for number in order))
    assert jansen.trace(1).attempts == attempts
