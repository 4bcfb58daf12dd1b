"""The nightly statement in the ledger: whom it asks about, and what its answers write."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connector.comparing import LATEST, Statement
from connector.ledger import looking, stating
from connector.model import EmailStatus, PassportStatus

DAY = date(2027, 3, 2)


def first() -> float:
    """Dice that always fall on the lowest number."""
    return 0.0


def candidates(hand: Any, sample: int = 0, chance: Any = first) -> list[Any]:
    return list(hand.ledger.statement_book.candidates(hand.garage, sample, chance))


def plates(hand: Any, sample: int = 0, chance: Any = first) -> list[str]:
    return [each.plate for each in candidates(hand, sample, chance)]


def there(candidate: Any, address: str | None = None, sent_at: datetime | None = None) -> PassportStatus:
    """What iGarage has, when it has what is known here; or with another address."""
    known = candidate.facts
    sent_at = sent_at or known.sent_at
    email = EmailStatus(address or known.delivered_address)
    return PassportStatus(candidate.plate, "sent" if sent_at else "concept", sent_at, email)


def state(hand: Any, *heard: Any, whole: tuple[str, ...] = ("klanten",), begun: Any = None) -> Statement:
    made: Statement = hand.ledger.statement_book.state(
        hand.garage, DAY, begun or hand.clock(), list(heard), whole, hand.policy, hand.today
    )
    return made


@pytest.fixture
def delivered(jansen: Any) -> Any:
    """Three passports that iGarage has, delivered just now."""
    jansen.night(*(jansen.car(number) for number in (1, 2, 3)))
    jansen.deliver_all()
    return jansen


def test_last_nights_are_asked_about_and_of_the_others_some_at_random(delivered: Any) -> None:
    assert plates(delivered) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"]
    delivered.clock.forward(hours=1)
    state(delivered)
    delivered.clock.forward(days=1)
    delivered.night(delivered.car(2, make="Saab"), delivered.car(1), delivered.car(3))
    delivered.deliver_all()
    assert plates(delivered) == ["ZZ002Z"]
    assert plates(delivered, 1) == ["ZZ001Z", "ZZ002Z"]
    assert plates(delivered, 25) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"]
    drawn = {tuple(plates(delivered, 1, random.Random(seed).random)) for seed in range(20)}
    assert drawn == {("ZZ001Z", "ZZ002Z"), ("ZZ002Z", "ZZ003Z")}


def test_the_first_statement_looks_back_one_night(delivered: Any) -> None:
    delivered.clock.forward(hours=25)
    assert plates(delivered) == []


def test_a_statement_of_a_clock_that_ran_ahead_hides_no_night(delivered: Any) -> None:
    state(delivered, begun=delivered.clock() + timedelta(days=400))
    assert plates(delivered) == ["ZZ001Z", "ZZ002Z", "ZZ003Z"]


def test_of_a_night_of_many_no_more_than_may_be_are_asked_about(jansen: Any) -> None:
    jansen.night(*(jansen.car(number, plate=f"ZZ{number:04}Z") for number in range(LATEST + 30)))
    jansen.deliver_all()
    found = plates(jansen, 10, random.Random(7).random)
    assert len(found) == len(set(found)) == LATEST + 10


def test_whatever_something_is_under_way_or_asked_of_is_not_asked_about(jansen: Any) -> None:
    jansen.night(*(jansen.car(number) for number in range(1, 6)))
    assert plates(jansen) == []  # due
    jansen.claimed()
    assert plates(jansen) == []  # under way
    jansen.clock.forward(hours=1)
    jansen.deliver_all()
    jansen.night(jansen.car(1, make="Saab"), *(jansen.car(number) for number in range(2, 6)))
    assert plates(jansen) == ["ZZ002Z", "ZZ003Z", "ZZ004Z", "ZZ005Z"]
    state(jansen, (candidates(jansen)[0], None), (candidates(jansen)[1], None))
    assert plates(jansen, 25) == ["ZZ004Z", "ZZ005Z"]  # a question
    jansen.ledger.release(jansen.garage, "ZZ003Z", "withdraw", jansen.policy, jansen.today)
    assert plates(jansen, 25) == ["ZZ004Z", "ZZ005Z"]  # to be withdrawn


def test_each_garage_is_asked_about_its_own(delivered: Any) -> None:
    other = delivered.but(garage="pietersen")
    other.ledger.know_garage("pietersen")
    assert plates(other, 25) == []


def test_what_igarage_has_as_it_is_known_writes_nothing(delivered: Any) -> None:
    before = delivered.trace(1)
    made = state(delivered, *((each, there(each)) for each in candidates(delivered)))
    assert (made.read, made.at_igarage, made.asked, made.differences) == (3, 3, 3, 0)
    assert delivered.trace(1) == before


def test_a_passport_that_is_gone_is_held_as_delivery_would_hold_it(delivered: Any) -> None:
    made = state(delivered, (candidates(delivered)[0], None))
    assert (made.asked, made.differences, delivered.held()) == (1, 1, {"ZZ001Z": "gone"})
    assert delivered.events(1) == ["new", "delivered", "held"]
    assert delivered.claim() is None


def test_another_address_is_a_question_about_the_owner_that_shows_both(delivered: Any) -> None:
    each = candidates(delivered)[0]
    assert state(delivered, (each, there(each, "ander@voorbeeld.example"))).differences == 1
    with delivered.ledger.looking() as connection:
        (held,) = looking.held_passports(connection, delivered.garage)
    before = {
        "last_name": "Klant 1",
        "email": "ander@voorbeeld.example",
    }  # the name that was brought there last
    assert (held.reason, held.before) == ("owner_change", before)
    assert held.now is not None and held.now["email"] == "klant1@voorbeeld.example"
    assert delivered.claim() is None


def test_a_garage_that_transfers_by_itself_transfers_nothing_for_a_statement(delivered: Any) -> None:
    hand = delivered.but(policy=replace(delivered.policy, owner_change="transfer"))
    each = candidates(hand)[0]
    state(hand, (each, there(each, "ander@voorbeeld.example")))
    assert (hand.held(), hand.claim()) == ({"ZZ001Z": "owner_change"}, None)


def test_the_question_is_over_when_the_export_names_the_address_that_igarage_has(delivered: Any) -> None:
    each = candidates(delivered)[0]
    state(delivered, (each, there(each, "ander@voorbeeld.example")))
    delivered.night(delivered.car(1, email="ander@voorbeeld.example"), delivered.car(2), delivered.car(3))
    assert delivered.held() == {}
    assert delivered.claimed().step.mails is False


def test_what_changed_since_it_was_asked_about_is_left_alone(delivered: Any) -> None:
    asked = candidates(delivered)
    delivered.night(delivered.car(1, make="Saab"), delivered.car(2), delivered.car(3))
    delivered.deliver_all()
    made = state(delivered, (asked[0], None), (asked[1], there(asked[1])))
    assert (made.asked, made.differences, delivered.held()) == (2, 0, {})


def test_an_invitation_that_reception_sent_counts_and_is_no_difference(delivered: Any) -> None:
    each = candidates(delivered)[0]
    made = state(delivered, (each, there(each, sent_at=delivered.clock())))
    assert (made.differences, delivered.trace(1).facts.invited_address) == (0, "klant1@voorbeeld.example")
    assert delivered.events(1)[-1] == "invited"
    assert (
        delivered.but(policy=replace(delivered.policy, send="always")).reindexed().claimed().plate == "ZZ002Z"
    )


def test_a_verdict_on_the_address_holds_for_every_car_that_has_it(jansen: Any) -> None:
    jansen.night(jansen.car(1, email="een@voorbeeld.example"), jansen.car(2, email="een@voorbeeld.example"))
    jansen.deliver_all()
    each = candidates(jansen)[0]
    bad = EmailStatus("een@voorbeeld.example", "invalid", "hard_bounce")
    made = state(jansen, (each, replace(there(each), email=bad)))
    assert (made.differences, jansen.verdict("een@voorbeeld.example")) == (0, "bounced")
    assert [jansen.trace(number).facts.verdict for number in (1, 2)] == ["bounced", "bounced"]


def test_where_nearly_all_differ_nobody_is_asked_about_each(jansen: Any) -> None:
    jansen.night(*(jansen.car(number) for number in range(1, 16)))
    jansen.deliver_all()
    asked = candidates(jansen)
    bad = EmailStatus(jansen.email(15), "invalid", "hard_bounce")
    heard = [*((each, None) for each in asked[:11]), (asked[-1], replace(there(asked[-1]), email=bad))]
    made = state(jansen, *heard)
    assert (made.asked, made.differences, made.is_out_of_proportion) == (12, 11, True)
    assert (jansen.held(), jansen.verdict(jansen.email(15))) == ({}, "bounced")


def never_sent(candidate: Any) -> Any:
    return candidate, replace(there(candidate), state="concept", sent_at=None)


def test_an_invitation_that_igarage_does_not_know_is_noted_once_and_mails_nobody(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.deliver_all(sent_at=inviting.clock())
    for _ in range(3):
        made = state(inviting, *map(never_sent, candidates(inviting, 25)))
        assert (made.asked, made.differences) == (1, 1)
    assert inviting.events(1) == ["new", "delivered", "invited", "not_sent"]
    assert (inviting.claim(), inviting.held()) == (None, {})


def test_a_passport_made_anew_since_its_invitation_is_a_concept_as_it_should_be(inviting: Any) -> None:
    inviting.night(inviting.car(1))
    inviting.deliver_all(sent_at=inviting.clock())
    state(inviting, (candidates(inviting)[0], None))
    inviting.ledger.release(inviting.garage, "ZZ001Z", "new", inviting.policy, inviting.today)
    inviting.deliver_all(created=True)
    assert state(inviting, *map(never_sent, candidates(inviting, 25))).differences == 0


def test_read_is_the_last_whole_export_and_of_a_selection_what_came_since(jansen: Any) -> None:
    for _ in range(2):
        jansen.night(*(jansen.car(number) for number in range(5)))
        jansen.night(jansen.car(7), contains="selection", source="apk", name="apk.csv")
        jansen.clock.forward(hours=1)
    assert state(jansen).read == 7
    jansen.clock.forward(hours=1)
    assert state(jansen).read == 5
    assert state(jansen, whole=("apk",)).read == 1


def test_the_last_statement_is_kept_with_its_date(jansen: Any) -> None:
    book = jansen.ledger.statement_book
    assert book.stated_for(jansen.garage) is None
    book.begin(jansen.garage, DAY - timedelta(days=1))
    with jansen.ledger.looking() as connection:
        assert stating.last(connection, jansen.garage) is None
    assert book.stated_for(jansen.garage) == DAY - timedelta(days=1)
    made = state(jansen)
    with jansen.ledger.looking() as connection:
        assert stating.last(connection, jansen.garage) == made
    book.begin(jansen.garage, DAY + timedelta(days=1))
    with jansen.ledger.looking() as connection:
        assert stating.last(connection, jansen.garage) == replace(made, date=DAY + timedelta(days=1))
