"""The file brake: what is out of proportion, with numbers and masked examples, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from connector.brake import Limits, Weighing

LIMITS = Limits(changed_percent=30, changed_passports=50, rows_percent=50)


def content(number: int, **said: Any) -> dict[str, Any]:
    known = {"last_name": f"Klant {number}", "email": f"klant{number}@voorbeeld.example", "make": "Volvo"}
    return {**known, **said}


def weighed(known: int, changed: int, **change: Any) -> Weighing:
    """A file of known passports of which some would change."""
    weighing = Weighing()
    for number in range(known):
        new = content(number, **{name: f"{value}{number}" for name, value in change.items()})
        weighing.passport(f"ZZ{number:03}Z", new if number < changed else content(number), content(number))
    return weighing


@pytest.mark.parametrize(
    ("known", "changed", "holds"),
    [
        (100, 50, False),  # not more than fifty
        (100, 51, True),
        (170, 51, False),  # thirty percent exactly
        (169, 51, True),
        (1000, 300, False),
        (1000, 301, True),
        (20, 20, False),  # a small garage changes as it likes
    ],
)
@pytest.mark.parametrize("change", [{"email": "ander@voorbeeld.example"}, {"last_name": "Ander"}])
def test_a_file_that_gives_too_many_another_address_or_owner_is_held(
    known: int, changed: int, holds: bool, change: dict[str, str]
) -> None:
    braked = weighed(known, changed, **change).verdict(LIMITS, known)
    assert (braked is not None and braked.reason == "passports_changed") is holds
    if braked:
        assert f"{changed} van de {known}" in braked.message


def test_other_changes_are_no_question_however_many() -> None:
    assert weighed(1000, 1000, make="Saab").verdict(LIMITS, 1000) is None


def test_five_examples_are_shown_and_nobody_is_told() -> None:
    braked = weighed(100, 90, email="nieuw@elders.example").verdict(LIMITS, 100)
    assert braked is not None
    assert braked.message.count("→") == 5
    assert "ZZ-***-*: k***@v***.example → n***@e***" in braked.message
    assert "klant1@" not in braked.message and "ZZ001Z" not in braked.message


@pytest.mark.parametrize(
    ("rows", "before", "holds"),
    [(50, 100, False), (49, 100, True), (0, 1, True), (1, 1, False), (49, None, False)],
)
def test_a_file_with_less_than_half_the_rows_of_the_last_is_held(
    rows: int, before: int | None, holds: bool
) -> None:
    weighing = Weighing()
    for _ in range(rows):
        weighing.recognised(is_passport=True)
    braked = weighing.verdict(LIMITS, before)
    assert (braked is not None and braked.reason == "rows_halved") is holds
    if braked:
        assert f"{rows} rijen" in braked.message and f"er {before}" in braked.message


def test_every_row_counts_whatever_it_is() -> None:
    weighing = Weighing()
    weighing.passed_over()
    weighing.recognised(is_passport=True)
    weighing.passport("ZZ001Z", content(1), None)
    assert weighing.rows == 3


@pytest.mark.parametrize(("moved", "holds"), [(19, False), (20, True), (60, True)])
def test_a_file_whose_values_stand_in_another_column_is_held(moved: int, holds: bool) -> None:
    weighing = Weighing()
    for number in range(moved):
        old = content(number, first_name=f"Voornaam {number}")
        new = {**old, "first_name": old["last_name"], "last_name": old["first_name"]}
        weighing.passport(f"ZZ{number:03}Z", new, old)
    braked = weighing.verdict(Limits(100, 1000, 0), moved)
    assert (braked is not None and braked.reason == "column_moved") is holds
    if braked:
        assert "first_name" in braked.message and "last_name" in braked.message


@pytest.mark.parametrize(("rows", "holds"), [(9, False), (10, True), (500, True)])
def test_a_file_in_which_all_name_one_address_is_held(rows: int, holds: bool) -> None:
    weighing = Weighing()
    for number in range(rows):
        weighing.passport(f"ZZ{number:03}Z", content(number, email="Balie@Voorbeeld.example"), None)
    braked = weighing.verdict(LIMITS, None)
    assert (braked is not None and braked.reason == "addresses_equal") is holds
    if braked:
        assert "b***@v***.example" in braked.message.lower()


def test_one_other_address_is_enough() -> None:
    weighing = Weighing()
    for number in range(500):
        weighing.passport(f"ZZ{number:03}Z", content(number, email="balie@voorbeeld.example"), None)
    weighing.passport("ZZ999Z", content(999), None)
    assert weighing.verdict(LIMITS, None) is None
