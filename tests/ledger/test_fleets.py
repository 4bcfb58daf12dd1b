"""The Wagenparkaccounts that iGarage has: whatever is taken in before or after, none else is asked for."""

from __future__ import annotations

from typing import Any


def meet(hand: Any, *accounts: str) -> None:
    assert hand.ledger.met(hand.garage, "igarage-7", accounts)


def test_what_is_read_before_igarage_says_which_there_are_and_accepted_after_goes_without(
    jansen: Any,
) -> None:
    file = jansen.judged(jansen.car(1, fleet_account="WP-9"), jansen.car(2, fleet_account="WP-1"))
    meet(jansen, "WP-1")
    jansen.accept(file)
    assert "fleet_account" not in jansen.content(1)
    assert jansen.content(2)["fleet_account"] == "WP-1"


def test_what_is_accepted_before_igarage_says_which_there_are_goes_on_without(inviting: Any) -> None:
    inviting.night(
        inviting.car(1, fleet_account="WP-9"), inviting.car(2, fleet_account="WP-1"), inviting.car(3)
    )
    meet(inviting, "WP-1")
    assert [inviting.trace(number).facts.revision for number in (1, 2, 3)] == [2, 1, 1]
    assert "fleet_account" not in inviting.content(1)
    assert inviting.events(1) == ["new", "changed"]
    meet(inviting, "WP-1")
    assert inviting.trace(1).facts.revision == 2


def test_an_igarage_that_was_never_heard_has_said_nothing_and_one_that_has_none_has(jansen: Any) -> None:
    jansen.night(jansen.car(1, fleet_account="WP-9"))
    assert jansen.ledger.fleet_accounts(jansen.garage) is None
    assert jansen.ledger.met(jansen.garage, "igarage-7")
    assert jansen.content(1)["fleet_account"] == "WP-9"
    meet(jansen)
    assert jansen.ledger.fleet_accounts(jansen.garage) == frozenset()
    assert "fleet_account" not in jansen.content(1)


def test_another_garage_says_nothing_of_ours(jansen: Any) -> None:
    meet(jansen, "WP-9")
    jansen.night(jansen.car(1, fleet_account="WP-9"))
    assert not jansen.ledger.met(jansen.garage, "igarage-8", ["WP-1"])
    assert jansen.content(1)["fleet_account"] == "WP-9"
