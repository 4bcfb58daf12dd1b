"""Columns that have shifted: told by what stood in one field and stands in another, and not by chance."""

from __future__ import annotations

from typing import Any

import pytest

from connector.shifts import Shift, Shifts, yes_or_no


def shifts(passports: list[tuple[dict[str, Any], dict[str, Any]]], recognised: int = 0) -> list[Shift]:
    """The shifts that passports tell of, each as it was and as it would be."""
    told = Shifts()
    for number, (old, new) in enumerate(passports):
        told.note(f"ZZ{number:03}Z", new, old)
    return told.found(recognised)


def exchanged(one: str, other: str, old: dict[str, Any]) -> dict[str, Any]:
    values = {one: old.get(other), other: old.get(one)}
    return {name: value for name, value in {**old, **values}.items() if value is not None}


def pairs(found: list[Shift]) -> list[tuple[str, str, bool]]:
    return [(each.before, each.after, each.exchanged) for each in found]


@pytest.mark.parametrize(
    ("one", "other", "old"),
    [
        ("first_name", "last_name", {"first_name": "Anna", "last_name": "Klant {}"}),
        ("mileage", "house_number", {"mileage": 60001, "house_number": "12"}),
        ("initials", "infix", {"initials": "J.", "infix": "de"}),
        ("initials", "infix", {"initials": "J."}),
        ("apk_due", "service_due", {"apk_due": "2027-05-15", "service_due": "2028-02-20"}),
        ("email", "last_name", {"email": "klant{}@voorbeeld.example", "last_name": "Klant {}"}),
    ],
)
def test_two_columns_that_changed_places_are_found_in_a_small_file(
    one: str, other: str, old: dict[str, Any]
) -> None:
    known = [
        {name: each.format(number) if isinstance(each, str) else each for name, each in old.items()}
        for number in range(6)
    ]
    (found,) = shifts([(each, exchanged(one, other, each)) for each in known])
    assert {found.before, found.after} == {one, other}
    assert (found.number, len(found.examples)) == (6, 5)


@pytest.mark.parametrize(
    ("consent", "opt_out", "now", "moved"),
    [
        ("no", True, {"consent": "yes", "opt_out": False}, True),
        ("2026-01-01", False, {"consent": "no", "opt_out": True}, True),
        ("no", False, {"consent": "yes", "opt_out": False}, False),  # they consented
        ("no", True, {"consent": "no", "opt_out": False}, False),
        (None, True, {"consent": "yes", "opt_out": False}, False),  # said for the first time
    ],
)
def test_consent_and_opt_out_changed_places_when_each_has_the_others_answer(
    consent: str | None, opt_out: bool, now: dict[str, Any], moved: bool
) -> None:
    old = {"opt_out": opt_out, **({"consent": consent} if consent else {})}
    assert bool(shifts([(old, now)] * 20)) is moved


@pytest.mark.parametrize(
    ("moved", "others", "recognised", "holds"),
    [
        (4, 0, 0, False),
        (5, 0, 0, True),
        (5, 0, 6, False),  # most keep what they had
        (19, 0, 19, True),
        (19, 0, 20, False),
        (20, 20, 0, True),  # half of those that changed
        (20, 21, 1000, False),
        (20, 0, 1000, True),
    ],
)
def test_a_shift_is_believed_of_so_many(moved: int, others: int, recognised: int, holds: bool) -> None:
    old = {"phone": "0201234567", "make": "Volvo"}
    told = [(old, {"mobile": "0201234567", "make": "Volvo"})] * moved + [
        (old, {**old, "make": "Saab"})
    ] * others
    assert pairs(shifts(told, recognised)) == [("phone", "mobile", False)] * holds


def test_a_column_that_hardly_ever_says_something_is_found_among_many_that_changed_otherwise() -> None:
    moved = ({"phone": "0201234567", "mileage": 1}, {"mobile": "0201234567", "mileage": 2})
    other = ({"mileage": 1}, {"mileage": 2})
    assert pairs(shifts([moved] * 10 + [other] * 90)) == [("phone", "mobile", False)]


def test_every_shift_of_a_file_is_found() -> None:
    old = {"street": "Dorpsstraat", "city": "Ons Dorp", "make": "Volvo", "model": "V70"}
    new = {"city": "Dorpsstraat", "make": "Ons Dorp", "model": "Volvo"}
    assert pairs(shifts([(old, new)] * 30)) == [
        ("street", "city", False),
        ("city", "make", False),
        ("make", "model", False),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"initials": "J.", "infix": "de"}, {"initials": "J.", "infix": "J."}),  # short, and nothing left
        ({"city": "Utrecht", "province": "Utrecht"}, {"city": "Zeist", "province": "Utrecht"}),
        ({"make": "Volvo"}, {"make": "Saab"}),
        ({"opt_out": True, "electric": "ja"}, {"opt_out": False, "electric": "nee"}),
    ],
)
def test_what_only_looks_alike_is_no_shift(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert shifts([(old, new)] * 100) == []


@pytest.mark.parametrize(
    ("value", "means"),
    [(None, None), (True, True), (False, False), ("yes", True), ("no", False), ("2026-01-01", True)],
)
def test_an_answer_is_yes_or_no(value: Any, means: bool | None) -> None:
    assert yes_or_no({"consent": value}, "consent") is means
