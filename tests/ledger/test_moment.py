"""The right moment: a passport waits for its local day, and goes on that day by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from connector.ledger import looking
from connector.ledger.schema import passports
from connector.plan import Policy
from connector.selection import Select

TWO_MONTHS = Policy("always", select=Select(apk_within_months=2, service_within_months=2))


def next_until(hand: Any, number: int = 1) -> str | None:
    query = sa.select(passports.c.next_until).where(passports.c.plate == hand.plate(number))
    with hand.ledger.looking() as connection:
        until: str | None = connection.execute(query).scalar_one()
    return until


def on(hand: Any, *day: int) -> Any:
    """The same hand on another local day, its index made anew."""
    return hand.but(today=date(*day)).reindexed()


@pytest.fixture
def selecting(jansen: Any) -> Any:
    """The garage invites everybody whose APK or service is due within two months; it is 1 March 2027."""
    return jansen.but(policy=TWO_MONTHS)


def test_a_passport_waits_for_the_first_day_in_its_window(selecting: Any) -> None:
    selecting.night(selecting.car(1, apk_due="2027-06-15"))
    assert (selecting.counts(), selecting.claim()) == ({"waiting": 1}, None)
    assert next_until(selecting) == "2027-04-15"
    assert on(selecting, 2027, 4, 14).claim() is None
    claim = on(selecting, 2027, 4, 15).claimed()
    assert (claim.step.name, claim.step.send) == ("put", True)
    assert on(selecting, 2027, 4, 15).claim() is None, "one claim"


@pytest.mark.parametrize(
    ("apk", "service", "first"),
    [
        ("2027-07-01", "2027-06-01", "2027-04-01"),  # the earlier of the two
        ("2027-06-01", "2027-07-01", "2027-04-01"),
        (None, "2027-06-30", "2027-04-30"),
        ("2027-08-31", None, "2027-07-01"),  # there is no 31 June
        ("2028-04-29", None, "2028-02-29"),  # a leap year
        ("2029-04-29", None, "2029-03-01"),  # and none
        ("2027-12-31", None, "2027-10-31"),
    ],
)
def test_the_entry_day_is_counted_in_calendar_months(
    selecting: Any, apk: str | None, service: str | None, first: str
) -> None:
    facts = {"service_due": date.fromisoformat(service)} if service else {}
    selecting.night(selecting.car(1, apk_due=apk, **facts))
    assert next_until(selecting) == first
    day = date.fromisoformat(first)
    assert selecting.but(today=date.fromordinal(day.toordinal() - 1)).reindexed().claim() is None
    assert selecting.but(today=day).reindexed().claim() is not None


def test_the_first_of_all_days_is_known(selecting: Any) -> None:
    selecting.night(selecting.car(1, apk_due="2027-06-15"), selecting.car(2, apk_due="2027-06-02"))
    with selecting.ledger.looking() as connection:
        assert looking.next_day(connection, "jansen") == date(2027, 4, 2)
        assert looking.next_day(connection, "another") is None


def test_a_concept_that_igarage_has_is_invited_when_its_day_comes(jansen: Any, selecting: Any) -> None:
    jansen.night(jansen.car(1, apk_due="2027-06-15"))
    jansen.deliver_all()
    selecting.reindexed()
    assert (selecting.counts(), next_until(selecting)) == ({"delivered": 1}, "2027-04-15")
    later = on(selecting, 2027, 4, 15)
    claim = later.claimed()
    assert claim.step.name == "send"
    later.answer(claim, sent_at=later.clock())
    assert (later.claim(), next_until(later)) == (None, None)


def test_what_is_delivered_is_updated_at_once_in_the_window_or_not(jansen: Any, selecting: Any) -> None:
    jansen.night(jansen.car(1, apk_due="2027-06-15"))
    jansen.deliver_all()
    selecting.night(selecting.car(1, apk_due="2027-06-15", make="Saab"))
    claim = selecting.claimed()
    assert (claim.step.name, claim.step.send, claim.content["make"]) == ("put", False, "Saab")


def test_what_leaves_the_window_stays_delivered(selecting: Any) -> None:
    selecting.night(selecting.car(1, apk_due="2027-04-15"))
    selecting.answer(sent_at=selecting.clock())
    later = on(selecting, 2028, 4, 16)
    assert (later.counts(), later.claim()) == ({"delivered": 1}, None)
    assert later.trace(1).facts.invitations == 1


def test_a_date_long_past_is_never_due_by_itself(selecting: Any) -> None:
    selecting.night(selecting.car(1, apk_due="2026-02-28"), selecting.car(2, apk_due="2026-03-01"))
    assert [selecting.claimed().plate, selecting.claim()] == ["ZZ002Z", None]
    assert next_until(selecting, 1) is None


@pytest.mark.parametrize(("without", "state"), [("now", "pending"), ("never", "waiting")])
def test_a_car_without_a_date_goes_now_or_never(jansen: Any, without: Any, state: str) -> None:
    hand = jansen.but(policy=Policy("always", select=Select(2, 2, without)))
    hand.night(hand.car(1))
    assert hand.counts() == {state: 1}


def test_a_new_date_makes_the_day_anew(selecting: Any) -> None:
    selecting.night(selecting.car(1, apk_due="2027-06-15"))
    selecting.night(selecting.car(1, apk_due="2027-04-15"))
    assert selecting.claimed().step.send is True


def test_the_window_is_of_the_local_day_that_the_index_was_made_for(selecting: Any) -> None:
    selecting.reindexed()
    assert selecting.ledger.is_indexed("jansen", TWO_MONTHS, selecting.today)
    assert not selecting.ledger.is_indexed("jansen", TWO_MONTHS, date(2027, 3, 2))
    assert not selecting.ledger.is_indexed("jansen", Policy("always", select=Select(3, 2)), selecting.today)
