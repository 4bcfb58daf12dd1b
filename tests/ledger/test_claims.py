"""Claims: one worker, one passport, one request, and a lease that ends by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from connector.errors import Transient
from connector.ledger import Finding, Ledger
from connector.ledger.access import scratch
from connector.ledger.schema import meta
from connector.plan import Policy

NOT_NOW = Transient("408", code="not_now", status=408)


# ---------------------------------------------------------------- one at a time


def test_a_claim_carries_all_that_the_request_needs(jansen: Any) -> None:
    jansen.night(jansen.car(1, key="klant-7", make="Volvo"))
    claim = jansen.claimed()
    assert (claim.garage, claim.plate, claim.record) == ("jansen", "ZZ001Z", "klant-7")
    assert (claim.system, claim.step.name, claim.step.send) == ("generic_csv", "put", False)
    assert claim.content == jansen.car(1, make="Volvo").content
    assert claim.passport.revision == 1


def test_nothing_is_claimed_where_nothing_is_due(jansen: Any) -> None:
    assert jansen.claim() is None
    jansen.night(jansen.car(1, opt_out=True))
    assert jansen.claim() is None


def test_a_claimed_passport_is_not_claimed_again_before_its_lease_has_passed(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    first = jansen.claimed(lease=timedelta(seconds=90))
    assert jansen.counts() == {"sending": 1} and jansen.trace(1).claimed
    jansen.clock.forward(seconds=89.999999)
    assert jansen.claim() is None
    jansen.clock.forward(seconds=0.000001)
    assert jansen.counts() == {"pending": 1}
    second = jansen.claimed()
    assert second.token != first.token and second.key == first.key


def test_a_worker_whose_lease_has_passed_changes_nothing(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    late = jansen.claimed(lease=timedelta(seconds=90))
    jansen.clock.forward(seconds=90)
    before = jansen.trace(1)
    assert jansen.answer(late, sent_at=jansen.clock(), state="invalid") is False
    assert jansen.fail(NOT_NOW, late) is False
    assert jansen.trace(1) == before and jansen.verdict(jansen.email(1)) is None
    assert jansen.ledger.standing("jansen").last_contact is None


def test_a_late_worker_does_not_close_the_claim_of_another(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    late = jansen.claimed(lease=timedelta(seconds=90))
    jansen.clock.forward(seconds=90)
    second = jansen.claimed()
    assert jansen.answer(late) is False
    assert jansen.trace(1).facts.delivered_revision is None
    assert jansen.answer(second) is True


def test_a_claim_is_closed_once(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    claim = jansen.claimed()
    assert jansen.answer(claim) is True
    assert jansen.answer(claim) is False


def test_a_newer_revision_waits_for_the_older_to_be_closed(jansen: Any) -> None:
    jansen.night(jansen.car(1, make="Volvo"))
    older = jansen.claimed()
    jansen.night(jansen.car(1, make="Saab"))
    assert jansen.claim() is None and jansen.counts() == {"sending": 1}
    assert jansen.answer(older) is True
    facts = jansen.trace(1).facts
    assert (facts.revision, facts.delivered_revision) == (2, 1)
    newer = jansen.claimed()
    assert (newer.passport.revision, newer.content["make"]) == (2, "Saab")


def test_a_newer_revision_goes_when_the_lease_of_the_older_has_passed(jansen: Any) -> None:
    jansen.night(jansen.car(1, make="Volvo"))
    jansen.claimed(lease=timedelta(seconds=90))
    jansen.night(jansen.car(1, make="Saab"))
    jansen.clock.forward(seconds=90)
    assert jansen.claimed().passport.revision == 2


def test_workers_that_claim_at_once_never_get_the_same_plate(
    jansen: Any, at_once: Callable[..., list[Any]]
) -> None:
    jansen.night(*(jansen.car(number) for number in range(1, 41)))

    def work() -> list[str]:
        plates = []
        while claim := jansen.claim():
            plates.append(claim.plate)
        return plates

    claimed = [plate for plates in at_once(4, work) for plate in plates]
    assert sorted(claimed) == [jansen.plate(number) for number in range(1, 41)]


def test_workers_that_claim_and_close_at_once_ask_for_each_plate_once(
    jansen: Any, at_once: Callable[..., list[Any]]
) -> None:
    jansen.night(*(jansen.car(number, email="an@voorbeeld.example") for number in range(1, 31)))
    delivered = [plate for plates in at_once(4, jansen.deliver_all) for plate in plates]
    assert sorted(delivered) == [jansen.plate(number) for number in range(1, 31)]
    assert jansen.counts() == {"delivered": 30}


def test_the_claims_of_a_dead_process_are_free_at_start(
    jansen: Any, opened: Callable[..., Ledger], place: Any
) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    dead = jansen.claimed()
    anew = jansen.but(ledger=opened(place))
    assert anew.ledger.free_claims() == 1 and anew.ledger.free_claims() == 0
    assert anew.counts() == {"pending": 2}
    assert anew.claimed().key == dead.key
    assert anew.answer(dead) is False


# ---------------------------------------------------------------- several at once


def test_several_are_claimed_in_the_order_in_which_they_are_due_and_none_twice(jansen: Any) -> None:
    jansen.night(jansen.car(3))
    jansen.clock.forward(seconds=1)
    jansen.night(jansen.car(1), jansen.car(2))
    first, second = jansen.claims(2), jansen.claims(2)
    assert [each.plate for each in first] == ["ZZ003Z", "ZZ001Z"]
    assert [each.plate for each in second] == ["ZZ002Z"]
    assert len({each.token for each in (*first, *second)}) == 3
    assert jansen.claims(2) == [] and jansen.counts() == {"sending": 3}


def test_what_the_index_promised_wrongly_is_passed_over_among_several(inviting: Any) -> None:
    never = inviting.but(policy=Policy("never"))
    inviting.night(*(inviting.car(number) for number in range(1, 4)))
    inviting.answer()
    never.night(never.car(4))
    assert inviting.counts() == {"pending": 4}, "an invitation, and three passports to be made"
    claims = never.claims(4)
    assert sorted(each.plate for each in claims) == ["ZZ002Z", "ZZ003Z", "ZZ004Z"]
    assert not any(each.step.mails for each in claims)


def test_a_claim_that_is_given_back_is_claimed_anew_with_the_same_key(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    one, other = jansen.claims(2)
    jansen.ledger.give_back("jansen", [one])
    again = jansen.claimed()
    assert (again.plate, again.key) == (one.plate, one.key) and again.token != one.token
    assert jansen.answer(one) is False and jansen.answer(again) and jansen.answer(other)


def test_a_claim_given_back_too_late_leaves_the_claim_of_another_alone(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    late = jansen.claimed()
    jansen.clock.forward(seconds=90)
    second = jansen.claimed()
    jansen.ledger.give_back("jansen", [late])
    assert jansen.claim() is None and jansen.answer(second)


# ---------------------------------------------------------------- when it is due


def test_the_request_that_is_due_longest_goes_first(jansen: Any) -> None:
    jansen.night(jansen.car(2))
    jansen.clock.forward(seconds=1)
    jansen.night(jansen.car(1))
    assert jansen.deliver_all() == ["ZZ002Z", "ZZ001Z"]


def test_a_retry_waits_for_its_time(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(NOT_NOW)
    jansen.clock.forward(seconds=29)
    assert jansen.claim() is None and jansen.counts() == {"pending": 1}
    jansen.clock.forward(seconds=1)
    assert jansen.claimed().plate == "ZZ001Z"


def test_what_becomes_due_while_a_pass_is_on_waits_for_the_next_pass(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    pass_began = jansen.clock()
    jansen.fail(NOT_NOW)
    jansen.clock.forward(hours=1)
    assert jansen.claim(due_before=pass_began) is None
    assert jansen.claim() is not None


def test_a_retry_time_further_ahead_than_any_wait_counts_as_past(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.clock.forward(days=3650)
    jansen.fail(NOT_NOW)
    jansen.clock.forward(days=-3650)
    assert jansen.claim(longest_wait=timedelta(hours=6)) is not None


def test_a_lease_further_ahead_than_any_lease_counts_as_past(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.clock.forward(days=3650)
    jansen.claimed()
    jansen.clock.forward(days=-3650)
    assert jansen.claim() is not None


def test_a_claim_costs_no_more_where_many_wait_their_turn(
    file_place: Any, opened: Callable[..., Ledger], hand: Callable[[Ledger], Any]
) -> None:
    """Counted in steps of SQLite's machine: a first night makes each passport of a garage due at once."""
    jansen = hand(opened(file_place))

    def steps(deed: Callable[[], Any]) -> int:
        ticks: list[int] = []
        with jansen.ledger.database.write() as connection:  # the one connection that writes
            connection.connection.driver_connection.set_progress_handler(lambda: ticks.append(1), 10)
        assert deed() is not None
        return len(ticks)

    costs = []
    for first, last in ((1, 20), (21, 500)):
        jansen.night(*(jansen.car(number) for number in range(first, last)))
        jansen.claimed()
        costs.append(steps(jansen.claimed))
    assert costs[1] <= costs[0] * 1.5


# ---------------------------------------------------------------- the step is asked anew


def test_a_claim_asks_the_policy_of_now_and_not_the_index(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    always = jansen.but(policy=Policy("always"))
    assert always.claimed().step.send is True
    with_index = jansen.but(policy=Policy("never"))
    with_index.clock.forward(minutes=2)
    assert with_index.claimed().step.send is False


def test_an_index_that_promised_too_much_is_put_right(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer()
    assert inviting.counts() == {"pending": 1}, "the invitation is due"
    never = inviting.but(policy=Policy("never"))
    assert never.claim() is None and never.counts() == {"delivered": 1}


def test_the_index_is_made_anew_for_another_policy_or_day(inviting: Any) -> None:
    never = inviting.but(policy=Policy("never"))
    never.night(*(never.car(number) for number in range(1, 4)))
    never.deliver_all()
    assert never.ledger.reindex_slice("jansen", never.policy, never.today) is None
    assert never.ledger.is_indexed("jansen", never.policy, never.today)
    assert not never.ledger.is_indexed("jansen", inviting.policy, never.today)
    assert not never.ledger.is_indexed("jansen", never.policy, never.today + timedelta(days=1))

    assert inviting.claim() is None, "nothing is due by the index of before"
    assert inviting.ledger.reindex_slice("jansen", inviting.policy, inviting.today) is None
    assert inviting.counts() == {"pending": 3} and inviting.claimed().step.name == "send"


def test_the_index_is_made_anew_slice_by_slice(inviting: Any) -> None:
    never = inviting.but(policy=Policy("never"))
    never.night(*(never.car(number) for number in range(1, 502)))
    last = inviting.ledger.reindex_slice("jansen", inviting.policy, inviting.today)
    assert last == inviting.plate(500)
    assert not inviting.ledger.is_indexed("jansen", inviting.policy, inviting.today)
    assert inviting.ledger.reindex_slice("jansen", inviting.policy, inviting.today, after=last) is None
    assert inviting.ledger.is_indexed("jansen", inviting.policy, inviting.today)


def test_a_consent_for_tomorrow_counts_from_tomorrow(jansen: Any) -> None:
    consented = jansen.but(policy=Policy("consented"))
    tomorrow = consented.but(today=consented.today + timedelta(days=1))
    consented.night(consented.car(1, consent=tomorrow.today.isoformat()))
    assert consented.deliver_all() == ["ZZ001Z"] and consented.counts() == {"delivered": 1}
    tomorrow.ledger.reindex_slice("jansen", tomorrow.policy, tomorrow.today)
    assert tomorrow.claimed().step.name == "send"


# ---------------------------------------------------------------- while a file is being accepted


def test_while_a_file_is_accepting_nothing_that_mails_is_claimed(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    file = inviting.judged(inviting.car(2))
    assert inviting.claim() is None
    inviting.accept(file)
    assert inviting.claimed().step.send is True


def test_while_a_file_is_accepting_what_does_not_mail_goes_on(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.judged(jansen.car(2))
    assert jansen.deliver_all() == ["ZZ001Z"]


def test_an_index_that_promised_no_mail_does_not_slip_past_an_accepting_file(inviting: Any) -> None:
    never = inviting.but(policy=Policy("never"))
    never.night(never.car(1))
    never.judged(never.car(2))
    assert inviting.claim() is None


def test_a_file_that_is_only_staged_or_held_stops_no_mail(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.read(inviting.car(2))
    inviting.ledger.hold_file(inviting.judged(inviting.car(3)), Finding("brake", "Te veel."))
    assert inviting.claimed().step.send is True


def test_the_file_of_another_garage_stops_no_mail(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.but(garage="pietersen").judged(inviting.car(2))
    assert inviting.claimed().step.send is True


# ---------------------------------------------------------------- idempotency keys


def test_keys_differ_by_verb_and_revision(inviting: Any) -> None:
    inviting.night(inviting.car(1, make="Volvo"))
    inviting.answer(put := inviting.claimed())
    inviting.answer(send := inviting.claimed(), sent_at=inviting.clock())
    inviting.night(inviting.car(1, make="Saab"))
    again = inviting.claimed()
    assert [each.step.name for each in (put, send, again)] == ["put", "send", "put"]
    keys = {put.key, send.key, again.key}
    assert len(keys) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in keys), (
        "the contract allows 1 to 64 of A-Z a-z 0-9 - _"
    )


def test_a_put_that_invites_and_one_that_does_not_have_different_keys(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.fail(NOT_NOW, claim := inviting.claimed())
    inviting.clock.forward(hours=1)
    assert inviting.but(policy=Policy("never")).claimed().key != claim.key


def test_a_key_is_the_same_for_every_try(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    keys = set()
    for _ in range(3):
        claim = inviting.claimed()
        keys.add(claim.key)
        inviting.fail(Transient("409", code="in_progress", status=409, counts=False), claim)
        inviting.clock.forward(hours=1)
    assert len(keys) == 1


def test_each_invitation_has_a_key_of_its_own(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer()
    first = inviting.claimed()
    inviting.answer(first, sent_at=inviting.clock())
    inviting.night(inviting.car(1, email="nieuw@voorbeeld.example"))
    inviting.answer()
    second = inviting.claimed()
    assert (first.step.name, second.step.name) == ("send", "send") and first.key != second.key


def test_an_invitation_keeps_its_key_though_the_content_changed_between_its_tries(inviting: Any) -> None:
    inviting.night(inviting.car(1, make="Volvo"))
    inviting.answer()
    lost = inviting.claimed()
    inviting.clock.forward(hours=1)
    inviting.night(inviting.car(1, make="Saab"))
    inviting.answer()
    again = inviting.claimed()
    assert (lost.step.name, again.step.name) == ("send", "send") and again.key == lost.key


def test_keys_differ_between_garages_and_plates(jansen: Any) -> None:
    pietersen = jansen.but(garage="pietersen")
    keys = set()
    for hand in (jansen, pietersen):
        hand.night(hand.car(1), hand.car(2))
        keys |= {hand.claimed().key, hand.claimed().key}
    assert len(keys) == 4


def test_a_restored_ledger_under_another_id_has_other_keys(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    before = jansen.claimed()
    with jansen.ledger.database.write() as connection:
        connection.execute(meta.update().values(value="restored").where(meta.c.name == "ledger_id"))
    jansen.ledger.free_claims()
    assert jansen.claimed().key != before.key


def test_a_plate_has_a_seed_of_its_own(jansen: Any, clock: Any) -> None:
    """A plate that is erased and comes back is another row: what iGarage remembers of the former is not its."""
    keys = set()
    for sign in (b"a", b"b"):
        with scratch(now=clock, entropy=lambda size, sign=sign: sign * size) as other:
            with other.database.write() as connection:
                connection.execute(meta.update().values(value="one").where(meta.c.name == "ledger_id"))
            hand = jansen.but(ledger=other)
            hand.night(hand.car(1))
            keys.add(hand.claimed().key)
    assert len(keys) == 2


def test_keys_differ_between_garages_whatever_their_seeds(jansen: Any, clock: Any) -> None:
    with scratch(now=clock, entropy=lambda size: b"s" * size) as other:
        hands = [jansen.but(ledger=other, garage=name) for name in ("jansen", "pietersen")]
        for hand in hands:
            hand.night(hand.car(1))
        assert len({hand.claimed().key for hand in hands}) == 2
