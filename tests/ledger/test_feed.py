"""What the feed says of an address becomes its verdict, once, whatever comes twice or late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.errors import Refused
from connector.ledger.feed import PASSING
from connector.model import AddressChange


def item(hand: Any, state: str = "invalid", *, hours: float = 0, **said: Any) -> AddressChange:
    """What iGarage learned, so many hours after the clock's time, of klant 1's address."""
    said = {"reason": "hard_bounce" if state == "invalid" else None, "address": hand.email(1), **said}
    return AddressChange(at=hand.clock() + timedelta(hours=hours), state=state, **said)


def hear(hand: Any, *items: AddressChange, after: str | None = None, onward: str = "c1") -> int | None:
    return hand.ledger.address_book.hear_feed(
        hand.garage, items, hand.policy, hand.today, after=after, onward=onward
    )


def heard(hand: Any, *items: AddressChange) -> int:
    """A page from where the ledger stands."""
    after = hand.ledger.address_book.feed_cursor(hand.garage)
    judged = hear(hand, *items, after=after, onward=f"{after}+")
    assert judged is not None
    return judged


@pytest.mark.parametrize("reason", ["hard_bounce", "no_such_domain", "syntax", "complaint", None])
def test_a_bounce_withholds_the_invitations_of_every_passport_of_the_address(
    inviting: Any, reason: str | None
) -> None:
    inviting.night(inviting.car(1), inviting.car(2, email=inviting.email(1).upper()), inviting.car(3))
    assert heard(inviting, item(inviting, reason=reason)) == 1
    assert inviting.verdict(inviting.email(1)) == "bounced"
    assert [inviting.claimed().step.send for _ in range(3)] == [False, False, True]
    assert inviting.events(1) == inviting.events(2) == ["new", "address_judged"]
    assert inviting.events(3) == ["new"]


@pytest.mark.parametrize("reason", sorted(PASSING))
def test_a_passing_reason_is_one_only_the_third_time(jansen: Any, reason: str) -> None:
    notice = [item(jansen, reason=reason, hours=each) for each in range(3)]
    heard(jansen, notice[0], notice[0], notice[1], notice[1], notice[0])
    assert jansen.verdict(jansen.email(1)) is None
    heard(jansen, notice[2])
    assert jansen.verdict(jansen.email(1)) == "bounced"


def test_passing_reasons_count_together_and_begin_anew_after_something_arrived(jansen: Any) -> None:
    reasons = ("mailbox_full", "soft_bounce", "mailbox_full")
    notices = [item(jansen, reason=reason, hours=at) for at, reason in enumerate(reasons)]
    heard(jansen, notices[0], notices[1], item(jansen, "ok", hours=1.5), notices[2])
    assert jansen.verdict(jansen.email(1)) == "ok"
    heard(jansen, item(jansen, reason="soft_bounce", hours=3), item(jansen, reason="soft_bounce", hours=4))
    assert jansen.verdict(jansen.email(1)) == "bounced"


def test_what_was_delivered_after_all_clears_the_verdict_and_mails_nobody_again(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.answer(sent_at=inviting.clock())
    heard(inviting, item(inviting, plate="ZZ001Z"))
    heard(inviting, item(inviting, "ok", hours=1))
    assert inviting.trace(1).facts.verdict == "ok"
    assert inviting.claim() is None and inviting.trace(1).facts.invitations == 1


@pytest.mark.parametrize("state", ["invalid", "ok"])
def test_who_opted_out_has_opted_out_whatever_arrives_there(inviting: Any, state: str) -> None:
    inviting.night(inviting.car(1))
    heard(inviting, item(inviting, "opted_out"), item(inviting, state, hours=1))
    assert inviting.verdict(inviting.email(1)) == "opted_out" and inviting.claim() is None


def test_an_opt_out_of_before_a_later_delivery_counts_all_the_same(inviting: Any) -> None:
    heard(inviting, item(inviting, "ok", hours=1), item(inviting, "opted_out"))
    assert inviting.verdict(inviting.email(1)) == "opted_out"


def test_an_answer_that_speaks_of_a_bounce_leaves_an_opt_out_alone(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    claim = inviting.claimed()
    heard(inviting, item(inviting, "opted_out"))
    inviting.answer(claim, state="invalid", reason="hard_bounce")
    assert inviting.verdict(inviting.email(1)) == "opted_out"


def test_the_same_page_twice_is_harmless(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    page = [item(jansen), item(jansen, "ok", hours=1), item(jansen, hours=2)]
    heard(jansen, *page)
    before = jansen.events(1)
    assert heard(jansen, *page) == 0
    assert jansen.verdict(jansen.email(1)) == "bounced" and jansen.events(1) == before


def test_a_feed_read_from_its_start_never_clears_a_later_verdict_meanwhile(inviting: Any) -> None:
    """Between two pages of it, nobody is mailed at an address that is known to be bad."""
    first, then = item(inviting, "ok"), item(inviting, hours=1)
    heard(inviting, first, then)
    inviting.ledger.address_book.start_feed_over(inviting.garage)
    heard(inviting, first)
    assert inviting.verdict(inviting.email(1)) == "bounced"


def test_page_and_cursor_are_one(jansen: Any) -> None:
    assert jansen.ledger.address_book.feed_cursor("jansen") is None
    hear(jansen, item(jansen), onward="c1")
    assert jansen.ledger.address_book.feed_cursor("jansen") == "c1"
    assert hear(jansen, item(jansen, "opted_out"), after=None, onward="c2") is None
    assert (jansen.ledger.address_book.feed_cursor("jansen"), jansen.verdict(jansen.email(1))) == (
        "c1",
        "bounced",
    )


def test_a_verdict_is_one_garages_own(jansen: Any) -> None:
    other = jansen.but(garage="pietersen")
    other.ledger.know_garage("pietersen")
    heard(jansen, item(jansen))
    assert (
        other.verdict(jansen.email(1)) is None and other.ledger.address_book.feed_cursor("pietersen") is None
    )


def test_an_address_that_no_request_can_carry_stays_one(jansen: Any) -> None:
    jansen.night(jansen.car(1, email="an@nergens", fault="Dit is geen geldig e-mailadres."))
    heard(jansen, item(jansen, "ok", address="an@nergens"))
    assert jansen.verdict("an@nergens") == "unwritable"


def test_what_igarage_refused_and_then_delivered_is_carried_again(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(Refused("422", code="email_invalid", status=422, field="customer.email"))
    heard(jansen, item(jansen, hours=1))
    assert jansen.verdict(jansen.email(1)) == "unwritable" and jansen.claim() is None
    heard(jansen, item(jansen, "ok", hours=2))
    assert jansen.deliver_all() == ["ZZ001Z"]


def test_a_mail_that_came_back_was_sent_though_no_answer_said_so(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    jansen.deliver_all()
    heard(
        jansen,
        item(jansen, plate="ZZ001Z"),
        item(jansen, reason="syntax", plate="ZZ002Z", address=jansen.email(2)),
    )
    assert jansen.trace(1).facts.invited_address == jansen.email(1)
    assert jansen.trace(2).facts.invited_address is None


# ---------------------------------------------------------------- the garage's own export mends it


def bounced(hand: Any) -> None:
    """Two cars of one customer: the first was invited by hand, in iGarage, and that mail came back."""
    hand.night(hand.car(1), hand.car(2, email=hand.email(1)))
    hand.deliver_all()
    heard(hand, item(hand, plate="ZZ001Z"))


def test_a_bounce_that_the_export_mends_is_invited_once_by_a_garage_that_invites_nobody(jansen: Any) -> None:
    bounced(jansen)
    jansen.night(jansen.car(1, email="goed@voorbeeld.example"), jansen.car(2, email="goed@voorbeeld.example"))
    first, second = jansen.claimed(), jansen.claimed()
    assert [(each.plate, each.step.send) for each in (first, second)] == [("ZZ001Z", True), ("ZZ002Z", False)]
    jansen.answer(first, sent_at=jansen.clock.forward(seconds=1))
    jansen.answer(second)
    assert jansen.claim() is None and jansen.trace(1).facts.asked == 1


def test_a_bounce_that_is_mended_twice_before_it_is_delivered_is_one_mail(jansen: Any) -> None:
    bounced(jansen)
    for name in ("beter", "goed"):
        jansen.night(jansen.car(1, email=f"{name}@voorbeeld.example"))
    claim = jansen.claimed()
    assert claim.content["email"] == "goed@voorbeeld.example" and claim.step.send
    jansen.answer(claim, sent_at=jansen.clock.forward(seconds=1))
    assert jansen.claim() is None


def test_going_back_to_the_bad_address_stays_withheld(jansen: Any) -> None:
    bounced(jansen)
    jansen.night(jansen.car(1, email="goed@voorbeeld.example"))
    jansen.answer(sent_at=jansen.clock.forward(seconds=1))
    jansen.night(jansen.car(1))
    claim = jansen.claimed()
    assert claim.content["email"] == jansen.email(1) and not claim.step.send
    jansen.answer(claim)
    assert jansen.claim() is None
