"""Suspicions: noted at intake where nothing else is known of an address, and never over what iGarage says of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from connector.ledger.schema import addresses
from connector.model import AddressChange
from connector.plan import Suspects

TYPO, DUMMY, GOOD = "jan@gmail.con", "geen@geen.nl", "goed@voorbeeld.example"


def suspicions(hand: Any) -> dict[str, tuple[str, str | None, str | None]]:
    """Address → verdict, reason and suggestion."""
    with hand.ledger.looking() as connection:
        found = connection.execute(sa.select(addresses).where(addresses.c.garage == hand.garage)).all()
    return {row.address: (row.verdict, row.reason, row.suggestion) for row in found}


def sharing(hand: Any, limit: int) -> Any:
    """The same garage, in which so many customers may have one address."""
    return hand.but(policy=replace(hand.policy, shared_limit=limit))


def hear(hand: Any, address: str, state: str, reason: str | None = None) -> None:
    book = hand.ledger.address_book
    after = book.feed_cursor(hand.garage)
    item = AddressChange(hand.clock(), address, state, reason=reason)
    book.hear_feed(hand.garage, [item], hand.policy, hand.today, after=after, onward=f"{after}+")


def test_a_typing_mistake_is_noted_with_its_suggestion_and_invited(inviting: Any) -> None:
    inviting.night(inviting.car(1, email="Jan@Gmail.con"), inviting.car(2))
    assert suspicions(inviting) == {TYPO: ("suspect", "typo", "jan@gmail.com")}
    assert inviting.content(1)["email"] == "Jan@Gmail.con"
    assert [inviting.claimed().step.send for _ in range(2)] == [True, True]


def test_a_dummy_is_made_and_not_invited(inviting: Any) -> None:
    inviting.night(inviting.car(1, email=DUMMY))
    assert suspicions(inviting) == {DUMMY: ("suspect", "dummy", None)}
    assert inviting.claimed().step.send is False


def test_the_garages_own_address_is_a_dummy_also_where_many_share_it(inviting: Any) -> None:
    inviting = sharing(inviting, 1)
    cars = [inviting.car(number, email=GOOD.upper()) for number in (1, 2)]
    inviting.night(*cars)
    assert suspicions(inviting) == {GOOD: ("suspect", "shared", None)}
    inviting.but(own=(f" {GOOD}",)).night(*cars, recipe=b"another")
    assert suspicions(inviting) == {GOOD: ("suspect", "dummy", None)}
    inviting.night(*cars, recipe=b"recipe")
    assert suspicions(inviting) == {GOOD: ("suspect", "shared", None)}


@pytest.mark.parametrize(("kind", "address"), [("typo", TYPO), ("dummy", DUMMY)])
@pytest.mark.parametrize("says", ["send", "withhold"])
def test_the_garage_says_which_of_them_are_invited(inviting: Any, kind: str, address: str, says: str) -> None:
    policy = inviting.policy.__class__("always", suspect=Suspects(**{kind: says}))
    inviting = inviting.but(policy=policy)
    inviting.night(inviting.car(1, email=address))
    assert inviting.claimed().step.send is (says == "send")


def test_more_customers_than_the_limit_make_an_address_shared(inviting: Any) -> None:
    inviting = sharing(inviting, 2)
    inviting.night(*(inviting.car(number, email=GOOD) for number in (1, 2)))
    assert suspicions(inviting) == {}
    inviting.night(*(inviting.car(number, email=GOOD) for number in (1, 2, 3)), inviting.car(4))
    assert suspicions(inviting) == {GOOD: ("suspect", "shared", None)}
    claims = [inviting.claimed() for _ in range(4)]
    assert [each.plate for each in claims if each.step.send] == ["ZZ004Z"]


@pytest.mark.parametrize("said", [{"customer_reference": "K-1"}, {"last_name": "Jansen"}])
def test_a_customer_with_many_cars_is_one_customer(inviting: Any, said: dict[str, str]) -> None:
    inviting = sharing(inviting, 2)
    inviting.night(*(inviting.car(number, email=GOOD, **said) for number in (1, 2, 3)))
    assert suspicions(inviting) == {}


def test_customers_of_one_name_are_as_many_as_their_references(inviting: Any) -> None:
    inviting = sharing(inviting, 2)
    cars = (
        inviting.car(each, email=GOOD, last_name="Jansen", customer_reference=f"K-{each}")
        for each in (1, 2, 3)
    )
    inviting.night(*cars)
    assert suspicions(inviting) == {GOOD: ("suspect", "shared", None)}


def test_an_address_that_is_shared_no_longer_is_no_longer_suspect(inviting: Any) -> None:
    inviting = sharing(inviting, 2)
    inviting.night(*(inviting.car(number, email=GOOD) for number in (1, 2, 3)))
    inviting.night(inviting.car(1), *(inviting.car(number, email=GOOD) for number in (2, 3)))
    assert suspicions(inviting) == {}
    assert [inviting.claimed().step.send for _ in range(3)] == [True, True, True]


def test_another_limit_counts_for_what_was_read_before(inviting: Any) -> None:
    inviting.night(*(inviting.car(number, email=GOOD) for number in (1, 2, 3)))
    sharing(inviting, 2).reindexed()
    assert suspicions(inviting) == {GOOD: ("suspect", "shared", None)}
    assert [inviting.claimed().step.send for _ in range(3)] == [False, False, False]
    inviting.reindexed()
    assert suspicions(inviting) == {}


def test_a_car_that_is_withdrawn_is_no_customers_any_more(inviting: Any) -> None:
    inviting = sharing(inviting, 2)
    inviting.night(*(inviting.car(number, email=GOOD, key=f"R-{number}") for number in (1, 2, 3)))
    inviting.night(
        *(inviting.car(number, email=GOOD, key=f"R-{number}") for number in (2, 3)),
        inviting.car(1, key="R-1", plate="ZZ009Z"),
    )
    assert inviting.trace(1).facts.absent
    inviting.reindexed()
    assert suspicions(inviting) == {}


@pytest.mark.parametrize(
    ("state", "reason", "verdict"),
    [("invalid", "hard_bounce", "bounced"), ("opted_out", "unsubscribed", "opted_out"), ("ok", None, "ok")],
)
def test_what_igarage_says_comes_before_a_suspicion(
    inviting: Any, state: str, reason: str | None, verdict: str
) -> None:
    inviting.night(inviting.car(1, email=TYPO))
    hear(inviting, TYPO, state, reason)
    inviting.night(inviting.car(1, email=TYPO, make="Saab"))
    assert inviting.verdict(TYPO) == verdict


def test_an_address_that_is_none_is_not_suspect_too(inviting: Any) -> None:
    inviting.night(inviting.car(1, email=DUMMY, fault="Dit is geen geldig e-mailadres."))
    assert suspicions(inviting)[DUMMY][:2] == ("unwritable", "syntax")


def test_a_bounce_of_before_somebody_passed_the_address_counts_when_it_is_heard(inviting: Any) -> None:
    inviting.night(inviting.car(1, email=TYPO))
    at = inviting.clock()
    inviting.clock.forward(hours=1)
    book = inviting.ledger.address_book
    book.ignore("jansen", TYPO, inviting.policy, inviting.today)
    assert inviting.verdict(TYPO) == "ok"
    item = AddressChange(at, TYPO, "invalid", reason="hard_bounce")
    book.hear_feed("jansen", [item], inviting.policy, inviting.today, after=None, onward="c")
    assert inviting.verdict(TYPO) == "bounced"


def test_an_address_that_somebody_passed_is_not_suspected_again(inviting: Any) -> None:
    inviting.night(inviting.car(1, email=DUMMY))
    inviting.ledger.address_book.ignore("jansen", DUMMY, inviting.policy, inviting.today)
    inviting.night(inviting.car(1, email=DUMMY, make="Saab"))
    assert inviting.verdict(DUMMY) == "ok" and inviting.claimed().step.send is True
