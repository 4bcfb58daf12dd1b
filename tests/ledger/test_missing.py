"""Plates that the exports name no more: noted, never withdrawn, and over when they come back."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from connector.ledger import Marks, marks, missing
from connector.ledger.schema import MISSING, passports, rows
from connector.model import Rejected, Skipped


def gone(hand: Any) -> set[int]:
    """The cars that are missing, of the first five."""
    found = {number for number in range(1, 6) if hand.knows(number) and hand.trace(number).missing_since}
    with hand.ledger.looking() as connection:
        assert missing.count(connection, hand.garage) == len(found)
    return found


def cars(hand: Any, *numbers: int, **said: Any) -> list[Any]:
    return [hand.car(number, **said) for number in numbers]


def test_a_plate_that_a_whole_export_names_no_more_is_missing_until_it_comes_back(jansen: Any) -> None:
    jansen.night(*cars(jansen, 1, 2, 3))
    assert gone(jansen) == set()
    since = jansen.clock.forward(days=1)
    jansen.night(*cars(jansen, 1, 2))
    jansen.clock.forward(days=1)
    jansen.night(*cars(jansen, 1, 2, make="Saab"))
    assert gone(jansen) == {3} and jansen.trace(3).missing_since == since
    assert jansen.trace(3).facts.revision == 1
    jansen.night(*cars(jansen, 1, 2, 3))
    assert gone(jansen) == set()
    assert jansen.events(3) == ["new", "missing", "missing_over"]


def test_a_plate_is_missing_only_where_no_source_names_it(jansen: Any) -> None:
    jansen.night(*cars(jansen, 1, 2))
    jansen.night(*cars(jansen, 2, 3), source="tweede")
    jansen.night(*cars(jansen, 1))
    assert gone(jansen) == set()
    jansen.night(*cars(jansen, 3), source="tweede")
    assert gone(jansen) == {2}
    jansen.night(*cars(jansen, 1, 2))
    assert gone(jansen) == set()
    jansen.night(*cars(jansen, 1, 2, 3))
    jansen.night(*cars(jansen, 4), source="tweede")
    assert gone(jansen) == set()


def test_a_selection_says_that_a_plate_is_there_and_never_that_one_is_gone(jansen: Any) -> None:
    mailing = {"source": "apk", "contains": "selection"}
    jansen.night(*cars(jansen, 1, 2))
    jansen.night(*cars(jansen, 2, 3), **mailing)
    jansen.night(*cars(jansen, 3), **mailing)
    assert gone(jansen) == set()
    jansen.night(*cars(jansen, 1))
    assert gone(jansen) == {2}, "what a selection named once, it does not go on naming"
    jansen.night(*cars(jansen, 2), **mailing)
    assert gone(jansen) == set()
    jansen.night(*cars(jansen, 1))
    assert gone(jansen) == {2}


@pytest.mark.parametrize(
    "row",
    [Skipped("no_email", "ZZ-001-Z"), Rejected("date_invalid", "Onleesbaar.", record_key="ZZ001Z")],
    ids=["without an address", "rejected"],
)
def test_a_car_whose_row_is_no_passport_any_more_is_in_the_export_all_the_same(jansen: Any, row: Any) -> None:
    jansen.night(*cars(jansen, 1, 2))
    for _ in range(2):
        jansen.night(("raw", row), *cars(jansen, 2))
        assert gone(jansen) == set()
    jansen.night(*cars(jansen, 2))
    assert gone(jansen) == {1}
    jansen.night(("raw", row), *cars(jansen, 2))
    assert gone(jansen) == set()


def test_a_row_without_an_address_leaves_what_its_plate_said_last(jansen: Any) -> None:
    jansen.night(*cars(jansen, 1))
    jansen.night(("raw", Skipped("no_email", "ZZ-001-Z")), *cars(jansen, 2))
    assert jansen.night(*cars(jansen, 1, 2)).unchanged == 2


def test_another_garages_export_says_nothing_of_ours(jansen: Any) -> None:
    jansen.night(*cars(jansen, 1, 2))
    jansen.but(garage="pietersen").night(*cars(jansen, 1))
    assert gone(jansen) == set()


def test_a_row_that_is_marked_rather_than_staged_is_there(jansen: Any) -> None:
    file = jansen.judged(*cars(jansen, 1, 2))
    jansen.accept(file)
    with jansen.ledger.database.write() as connection:
        digest = connection.execute(sa.select(rows.c.digest).where(rows.c.key == "ZZ001Z")).scalar_one()
        one = Marks()
        one.add(1, 2, bytes(digest))
        for marked, wanted in ((one, {2}), (Marks(), {1, 2}), (one, {2})):
            marks.stage(connection, file, marked)
            missing.note(connection, "jansen", "klanten", file, "all", jansen.clock())
            marks.forget(connection, file)
            found = connection.execute(sa.select(passports.c.plate).where(MISSING)).scalars()
            assert set(found) == {f"ZZ00{each}Z" for each in wanted}
