"""Newcomers are written many at a time, to the same effect as one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from connector.ledger.newcomers import FEWEST
from connector.ledger.schema import passports
from connector.plan import Policy

MANY = range(1, 2 * FEWEST + 1)
INDEX = ("next_step", "next_why", "next_until", "next_mails", "next_invitation", "wants_mail", "state")


def written(hand: Any) -> dict[str, dict[str, Any]]:
    """Plate → its passport, but for what is random."""
    with hand.ledger.looking() as connection:
        found = connection.execute(sa.select(passports)).mappings().all()
    return {row["plate"]: {name: row[name] for name in row if name != "seed"} for row in found}


def reindexed(hand: Any) -> dict[str, dict[str, Any]]:
    assert hand.ledger.reindex_slice("jansen", hand.policy, hand.today) is None
    return written(hand)


@pytest.mark.parametrize("send", ["never", "always", "consented"])
def test_many_newcomers_are_what_each_is_by_itself(jansen: Any, send: Any) -> None:
    hand = jansen.but(policy=Policy(send))
    facts = {"consent": "yes", "changed_at": "2027-01-01"}
    file = hand.night(
        *(hand.car(number, apk_due="2027-05-01") for number in MANY),
        *(hand.car(number + 100, **facts) for number in MANY),
    )
    assert file.new == 2 * len(MANY)
    together = written(hand)
    few = hand.car(900, apk_due="2027-05-01"), hand.car(901, **facts)
    hand.night(*few, name="another.csv", contains="selection")
    for alone, one in ((900, 1), (901, 101)):
        by_itself, among_many = written(hand)[hand.plate(alone)], together[hand.plate(one)]
        own = ("plate", "content", "address", "record")
        assert {k: v for k, v in by_itself.items() if k not in own} == {
            k: v for k, v in among_many.items() if k not in own
        }
    assert hand.content(1)["apk_due"] == "2027-05-01" and hand.events(101) == ["new"]
    assert together == {plate: row for plate, row in reindexed(hand).items() if plate in together}


def test_every_newcomer_has_a_seed_of_its_own(jansen: Any) -> None:
    jansen.night(*(jansen.car(number) for number in MANY))
    with jansen.ledger.looking() as connection:
        seeds = {bytes(seed) for seed in connection.execute(sa.select(passports.c.seed)).scalars()}
    assert len(seeds) == len(MANY) and {len(seed) for seed in seeds} == {16}


def test_who_is_known_or_suspect_is_weighed_by_himself_among_many(jansen: Any) -> None:
    hand = jansen.but(policy=Policy("always"))
    hand.night(hand.car(1, make="Saab"), hand.car(2, email="jan@voorbeeld.example"))
    hand.night(hand.car(3, email="ander@voorbeeld.example"), source="leads")
    rows = [hand.car(number) for number in MANY if number > 3]
    file = hand.night(
        hand.car(1, make="Volvo"),
        hand.car(2, email="jan@voorbeeld.example"),
        hand.car(3, email="een@voorbeeld.example"),
        *rows,
        hand.car(500, email="geen@geen.nl"),
        hand.car(501, email="piet@gmail.co"),
        hand.car(502, email="geen adres", fault="Dit is geen geldig e-mailadres."),
    )
    assert (file.new, file.changed, file.unchanged) == (len(rows) + 3, 2, 1)
    found = written(hand)
    assert found[hand.plate(1)]["revision"] == 2
    assert found[hand.plate(3)]["source_conflict"]
    assert found[hand.plate(500)]["next_invitation"] == "withheld"
    assert found[hand.plate(502)]["state"] == "held"
    assert found == reindexed(hand)


def test_newcomers_that_share_an_address_with_too_many_are_suspect(jansen: Any) -> None:
    hand = replace(jansen, policy=Policy("always", shared_limit=FEWEST))
    hand.night(*(hand.car(number, email="werkplaats@voorbeeld.example") for number in MANY))
    found = written(hand)
    assert {row["next_invitation"] for row in found.values()} == {"withheld"}
    assert found == reindexed(hand)
