"""The brake on mails: none goes when a local day would bring more than the garage lets go without asking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from connector.errors import NotReleasable, Transient, Unknown
from connector.ledger import mails
from connector.plan import Policy

THREE = Policy("always", mails=3)


def stands(hand: Any) -> mails.Brake:
    with hand.ledger.looking() as connection:
        return mails.brake(connection, hand.garage, hand.policy.mails or 0, hand.today, hand.clock())


def indexed(hand: Any) -> Any:
    """The same hand, with its index as delivery makes it before it claims."""
    while not hand.ledger.is_indexed(hand.garage, hand.policy, hand.today):
        policy = hand.ledger.in_force(hand.garage, hand.policy, hand.today)
        hand.but(policy=policy).reindexed()
    return hand


def mail_all(hand: Any) -> list[str]:
    """Claim and answer all that is due, each with an invitation where one is asked for; the plates mailed."""
    mailed = []
    while claim := hand.claim():
        hand.answer(claim, sent_at=hand.clock.forward(seconds=1) if claim.step.mails else None)
        mailed += [claim.plate] if claim.step.mails else []
    return mailed


def cars(hand: Any, first: int, last: int, **said: Any) -> list[Any]:
    return [hand.car(number, **said) for number in range(first, last + 1)]


@pytest.fixture
def braking(jansen: Any) -> Any:
    """A garage that invites everybody, and lets three go a day without asking."""
    return jansen.but(policy=THREE)


def test_as_many_as_may_go_without_asking_go(braking: Any) -> None:
    braking.night(*cars(braking, 1, 3))
    assert not stands(braking).is_closed
    assert len(mail_all(braking)) == 3
    assert (stands(braking).mailed, stands(braking).due) == (3, 0)


def test_one_more_and_none_goes_and_none_is_made(braking: Any) -> None:
    braking.night(*cars(braking, 1, 4))
    assert (stands(braking).wanted, stands(braking).is_closed) == (4, True)
    assert braking.claim() is None
    assert indexed(braking).counts() == {"waiting": 4}
    assert (stands(braking).wanted, stands(braking).is_closed) == (4, True)


def test_what_became_due_later_counts_with_what_went_already(braking: Any) -> None:
    braking.night(*cars(braking, 1, 2))
    assert len(mail_all(braking)) == 2
    braking.night(*cars(braking, 1, 4))
    assert (stands(braking).mailed, stands(braking).due) == (2, 2)
    assert braking.claim() is None


def test_what_is_under_way_counts(braking: Any) -> None:
    braking.night(*cars(braking, 1, 2))
    claim = braking.claimed()
    assert (stands(braking).under_way, stands(braking).due) == (1, 1)
    braking.night(*cars(braking, 1, 4))
    assert (stands(braking).under_way, stands(braking).wanted) == (1, 4)
    assert braking.claim() is None
    braking.answer(claim, sent_at=braking.clock())
    assert (stands(braking).mailed, stands(braking).under_way, stands(braking).wanted) == (1, 0, 4)
    assert braking.claim() is None


def test_one_under_way_that_is_no_longer_wanted_counts_all_the_same(braking: Any) -> None:
    braking.night(*cars(braking, 1, 1))
    braking.claimed()
    braking.night(*cars(braking, 1, 1, opt_out=True), *cars(braking, 2, 4))
    assert (stands(braking).under_way, stands(braking).wanted) == (1, 4)


def test_what_igarage_has_is_updated_while_the_brake_is_closed(jansen: Any, braking: Any) -> None:
    jansen.night(*cars(jansen, 1, 4))
    jansen.deliver_all()
    indexed(braking).night(*cars(braking, 1, 4, make="Saab"))
    indexed(braking)
    claims = [braking.claimed() for _ in range(4)]
    assert [(each.step.name, each.step.send) for each in claims] == [("put", False)] * 4
    for claim in claims:
        braking.answer(claim)
    assert (braking.counts(), braking.claim()) == ({"delivered": 4}, None)
    assert stands(braking).is_closed


def test_a_policy_that_wants_too_many_at_once_mails_nobody(jansen: Any, braking: Any) -> None:
    jansen.night(*cars(jansen, 1, 4))
    jansen.deliver_all()
    indexed(indexed(braking))
    assert (braking.claim(), stands(braking).wanted) == (None, 4)


def test_so_many_as_a_person_lets_go_go_and_no_more(braking: Any) -> None:
    braking.night(*cars(braking, 1, 6))
    indexed(braking).ledger.release_mails("jansen", 2, braking.policy, braking.today)
    assert len(mail_all(indexed(braking))) == 2
    assert stands(braking).is_closed
    assert (indexed(braking).claim(), stands(braking).wanted) == (None, 6)
    braking.ledger.release_mails("jansen", 1, braking.policy, braking.today)
    assert len(mail_all(indexed(braking))) == 1


def test_what_is_let_go_is_not_more_with_several_workers(
    braking: Any, at_once: Callable[..., list[Any]]
) -> None:
    braking.night(*cars(braking, 1, 9))
    indexed(braking).ledger.release_mails("jansen", 4, braking.policy, braking.today)
    claims = [each for each in at_once(8, indexed(braking).claim) if each]
    assert len(claims) == 4 and all(each.step.mails for each in claims)
    assert braking.claim() is None


def test_a_mail_that_failed_may_go_again_within_what_was_let_go(braking: Any) -> None:
    braking.night(*cars(braking, 1, 5))
    indexed(braking).ledger.release_mails("jansen", 1, braking.policy, braking.today)
    braking.fail(Transient("503", code="unavailable", status=503), indexed(braking).claimed(), chance=0.0)
    assert len(mail_all(indexed(braking))) == 1


def test_what_was_let_go_by_halves_and_then_whole_goes_whole(braking: Any) -> None:
    braking.night(*cars(braking, 1, 7))
    indexed(braking).ledger.release_mails("jansen", 2, braking.policy, braking.today)
    assert len(mail_all(indexed(braking))) == 2
    braking.ledger.release_mails("jansen", None, braking.policy, braking.today)
    assert not braking.ledger.is_indexed("jansen", braking.policy, braking.today)
    assert len(mail_all(indexed(braking))) == 5


def test_all_of_a_day_may_be_let_go(braking: Any) -> None:
    braking.night(*cars(braking, 1, 6))
    indexed(braking).ledger.release_mails("jansen", None, braking.policy, braking.today)
    assert len(mail_all(indexed(braking))) == 6
    braking.night(*cars(braking, 1, 12))
    assert len(mail_all(braking)) == 6


def test_leave_is_for_one_day_and_every_day_counts_for_itself(braking: Any) -> None:
    braking.night(*cars(braking, 1, 8))
    indexed(braking).ledger.release_mails("jansen", 4, braking.policy, braking.today)
    assert len(mail_all(indexed(braking))) == 4
    tomorrow = braking.but(today=braking.today + timedelta(days=1))
    assert stands(tomorrow).wanted == 4 and indexed(tomorrow).claim() is None
    tomorrow.ledger.release_mails("jansen", 1, tomorrow.policy, tomorrow.today)
    assert len(mail_all(indexed(tomorrow))) == 1
    assert len(mail_all(indexed(braking.but(today=date(2027, 3, 3))))) == 3


def test_nothing_is_let_go_where_nothing_waits(braking: Any) -> None:
    braking.night(*cars(braking, 1, 3))
    for policy in (braking.policy, Policy("always")):
        with pytest.raises(NotReleasable, match="wachten geen uitnodigingen"):
            braking.ledger.release_mails("jansen", 5, policy, braking.today)


def test_a_release_is_a_decision_that_the_service_notices(braking: Any) -> None:
    braking.night(*cars(braking, 1, 4))
    before = braking.ledger.decisions()
    braking.ledger.release_mails("jansen", 5, braking.policy, braking.today)
    assert braking.ledger.decisions() == before + 1
    assert not braking.ledger.is_indexed("jansen", braking.policy, braking.today)


def test_every_garage_has_its_own_brake(braking: Any) -> None:
    braking.night(*cars(braking, 1, 4))
    other = braking.but(garage="pietersen")
    other.ledger.know_garage("pietersen")
    other.night(*cars(other, 1, 3))
    assert len(mail_all(other)) == 3
    assert braking.claim() is None


def test_an_answer_that_tells_of_a_mail_from_before_is_not_of_today(braking: Any) -> None:
    braking.but(policy=Policy("never")).night(*cars(braking, 1, 1))
    quiet = braking.but(policy=Policy("never", mails=3))
    quiet.answer(sent_at=braking.clock() - timedelta(days=3))
    assert stands(quiet).mailed == 0 and quiet.trace(1).facts.invitations == 1


def test_a_lost_answer_counts_as_due_until_it_is_known(braking: Any) -> None:
    braking.night(*cars(braking, 1, 3))
    braking.fail(Unknown("no answer", code="no_answer"))
    assert stands(braking).wanted == 3
    braking.clock.forward(hours=1)
    assert len(mail_all(braking)) == 3
    assert stands(braking).mailed == 3


def test_without_a_number_there_is_no_brake(inviting: Any) -> None:
    inviting.night(*cars(inviting, 1, 6))
    assert len(mail_all(inviting)) == 6


def test_a_limit_of_none_asks_for_every_mail(jansen: Any) -> None:
    careful = jansen.but(policy=Policy("always", mails=0))
    careful.night(*cars(careful, 1, 1))
    assert careful.claim() is None and stands(careful).is_closed
