"""The file brake: what is out of proportion, with numbers and masked examples, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.brake import WAIVABLE, Before, Braked, Limits, Weighing, codes, together

LIMITS = Limits(changed_percent=30, changed_passports=50, rows_percent=50)
LAX = Limits(changed_percent=100, changed_passports=1000, rows_percent=0)


def content(number: int, **said: Any) -> dict[str, Any]:
    known = {"last_name": f"Klant {number}", "email": f"klant{number}@voorbeeld.example", "make": "Volvo"}
    return {**known, **said}


def weighed(known: int, changed: int, was: dict[str, Any] | None = None, **change: Any) -> Weighing:
    """A file of known passports, as they `was`, of which some would change."""
    weighing = Weighing()
    for number in range(known):
        old = content(number, **(was or {}))
        texts = {
            name: f"{value}{number}" if isinstance(value, str) else value for name, value in change.items()
        }
        weighing.passport(f"ZZ{number:03}Z", {**old, **texts} if number < changed else old, old)
    return weighing


def found(weighing: Weighing, limits: Limits = LIMITS, before: Before | None = None) -> dict[str, Braked]:
    return {each.reason: each for each in weighing.findings(limits, before)}


# ---------------------------------------------------------------- another address or owner


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
    told = found(weighed(known, changed, **change), before=Before(known, known))
    assert list(told) == ["passports_changed"] * holds
    if holds:
        assert f"{changed} van de {known}" in told["passports_changed"].message


@pytest.mark.parametrize(
    ("was", "change"),
    [
        ({}, {"make": "Saab"}),
        ({}, {"customer_reference": "K"}),  # mapped from now on
        ({"customer_reference": "K1"}, {"customer_reference": "L"}),  # the same people under other numbers
        ({"last_name": "van der Berg"}, {"infix": "van der", "last_name": "Berg"}),
        ({"last_name": "Jansen"}, {"last_name": "JANSEN"}),
        ({"consent": "yes"}, {"consent": "2026-01-01"}),  # a yes all the same
        ({}, {"consent": "no"}),  # not said before
        ({}, {"opt_out": False}),
    ],
)
def test_who_stays_the_same_is_no_question_however_many(was: dict[str, Any], change: dict[str, Any]) -> None:
    weighing = Weighing()
    for number in range(1000):
        old = content(number, **was)
        weighing.passport(f"ZZ{number:04}Z", {**old, **change}, old)
    assert found(weighing, before=Before(1000, 1000)) == {}


def test_a_newcomer_of_whom_a_person_is_asked_is_no_news_and_nor_is_the_former_owner() -> None:
    weighing = Weighing()
    for number in range(100):
        old, waiting = (
            content(number),
            content(number, last_name="Ander", email=f"ander{number}@voorbeeld.example"),
        )
        weighing.passport(
            f"ZZ{number:03}Z", {**(waiting if number % 2 else old), "make": "Saab"}, old, waiting
        )
    assert found(weighing) == {}
    assert weighing.changed == 0


def test_a_third_beside_a_newcomer_is_another() -> None:
    weighing = Weighing()
    for number in range(100):
        old, waiting = content(number), content(number, email=f"ander{number}@voorbeeld.example")
        weighing.passport(
            f"ZZ{number:03}Z", content(number, email=f"derde{number}@derde.example"), old, waiting
        )
    (braked,) = found(weighing).values()
    assert "a***@v***.example → d***@d***.example" in braked.shown().message


def test_five_examples_are_shown_and_nobody_is_told() -> None:
    braked = found(weighed(100, 90, email="nieuw@elders.example"))["passports_changed"].shown()
    assert braked.message.count("→") == 5
    assert "ZZ-***-*: k***@v***.example → n***@e***" in braked.message
    assert "klant1@" not in braked.message and "ZZ001Z" not in braked.message


# ---------------------------------------------------------------- consent and opt-out


@pytest.mark.parametrize(
    ("known", "changed", "holds"), [(100, 50, False), (100, 51, True), (170, 51, False), (20, 20, False)]
)
@pytest.mark.parametrize(
    ("was", "change"),
    [
        ({"consent": "no"}, {"consent": True}),
        ({"consent": "yes"}, {"consent": "no"}),
        ({"opt_out": False}, {"opt_out": True}),
    ],
)
def test_a_file_that_changes_too_many_answers_is_held(
    known: int, changed: int, holds: bool, was: dict[str, Any], change: dict[str, Any]
) -> None:
    weighing = Weighing()
    for number in range(known):
        old = content(number, **was)
        new = {
            name: "2026-01-01" if value is True and name == "consent" else value
            for name, value in change.items()
        }
        weighing.passport(f"ZZ{number:03}Z", {**old, **new} if number < changed else old, old)
    told = found(weighing)
    assert list(told) == ["consents_changed"] * holds
    if holds:
        assert f"{changed} van de {known}" in told["consents_changed"].message
        assert told["consents_changed"].shown().message.count("→") == 5
        assert "2026" not in told["consents_changed"].shown().message


@pytest.mark.parametrize(
    ("lifted", "opted_out", "holds"),
    [(4, 4, False), (5, 5, True), (5, 9, True), (5, 10, False), (20, 40, False), (21, 40, True)],
)
def test_a_file_that_takes_back_most_opt_outs_is_held_though_they_are_few(
    lifted: int, opted_out: int, holds: bool
) -> None:
    weighing = weighed(1000, lifted, was={"opt_out": True}, opt_out=False)
    assert weighing.lifted == lifted
    weighing.opted_out = opted_out
    told = found(weighing)
    assert list(told) == ["consents_changed"] * holds
    if holds:
        assert f"{lifted} van de {opted_out}" in told["consents_changed"].message


def test_what_a_row_does_not_say_of_consent_stays_as_it_is() -> None:
    weighing = Weighing()
    for number in range(100):
        facts = {"consent": "no", "opt_out": True, "service_due": "2028-02-20"}
        weighing.passport(f"ZZ{number:03}Z", content(number, make="Saab"), content(number, **facts))
    assert found(weighing) == {} and weighing.lifted == 0


def test_what_a_row_does_not_say_is_no_change_among_which_a_shift_is_lost() -> None:
    weighing = Weighing()
    for number in range(51):
        facts = {"opt_out": False, "service_due": "2028-02-20"}
        old = content(number, first_name=f"Voornaam {number}")
        new = {**old, "first_name": old["last_name"], "last_name": old["first_name"]}
        weighing.passport(f"ZZ{number:03}Z", new if number < 25 else old, {**old, **facts})
    assert "column_moved" in found(weighing, LAX)


# ---------------------------------------------------------------- fewer, and others


@pytest.mark.parametrize(
    ("rows", "before", "holds"),
    [(50, 100, False), (49, 100, True), (0, 1, True), (1, 1, False), (49, None, False)],
)
def test_a_file_with_less_than_half_the_rows_of_the_last_is_held(
    rows: int, before: int | None, holds: bool
) -> None:
    weighing = Weighing()
    weighing.recognised(rows, is_passport=True)
    told = found(weighing, before=(before and Before(before, before)) or None)
    assert list(told) == ["rows_halved"] * holds
    if holds:
        message = told["rows_halved"].message
        assert f"{rows} rijen" in message and f"er {before}" in message


@pytest.mark.parametrize(
    ("passports", "others", "before", "holds"),
    [
        (0, 120, 120, ["passports_halved"]),
        (59, 61, 120, ["passports_halved"]),
        (60, 60, 120, []),
        (0, 3, 3, ["passports_halved"]),
        (0, 120, 0, []),  # there were none before
        (20, 39, 120, ["rows_halved", "passports_halved"]),
        (50, 9, 120, ["rows_halved"]),  # that there are fewer rows says it
    ],
)
def test_a_file_of_which_less_than_half_can_be_passports_is_held(
    passports: int, others: int, before: int, holds: list[str]
) -> None:
    weighing = Weighing()
    weighing.recognised(passports, is_passport=True)
    weighing.passed_over(others)
    told = found(weighing, before=Before(3 if before == 3 else 120, before))
    assert list(told) == holds
    if "passports_halved" in told:
        message = told["passports_halved"].message
        assert f"{passports} rijen" in message and str(before) in message and str(others) in message


@pytest.mark.parametrize(
    ("known", "others", "before", "holds"),
    [
        (0, 60, 60, ["other_customers"]),
        (29, 31, 60, ["other_customers"]),
        (30, 30, 60, []),
        (60, 60, 60, []),  # a garage that doubles
        (60, 3000, 60, []),
        (0, 3000, 9, []),  # a first attempt with a few cars
        (0, 3000, 10, ["other_customers"]),
        (55, 5, 115, []),  # hardly fewer than half, and hardly any others
        (0, 20, 60, ["rows_halved", "other_customers"]),
        (20, 9, 60, ["rows_halved"]),
    ],
)
def test_a_file_that_names_other_cars_than_the_last_one_is_held(
    known: int, others: int, before: int, holds: list[str]
) -> None:
    weighing = Weighing()
    weighing.recognised(known, is_passport=True)
    for number in range(others):
        weighing.passport(f"ZZ{number:03}Z", content(number), None)
    told = found(weighing, before=Before(before, before))
    assert list(told) == holds
    if "other_customers" in told:
        message = told["other_customers"].message
        assert f"Van de {before}" in message and f"nog {known} in" in message and f"naast {others}" in message


def test_of_a_part_of_the_customers_nothing_is_said() -> None:
    weighing = Weighing()
    weighing.passport("ZZ001Z", content(1), None)
    assert found(weighing, before=None) == {}


def test_every_row_counts_whatever_it_is() -> None:
    weighing = Weighing()
    weighing.passed_over()
    weighing.recognised(is_passport=True)
    weighing.passport("ZZ001Z", content(1), None)
    assert (weighing.rows, weighing.passports, weighing.known) == (3, 2, 1)


# ---------------------------------------------------------------- columns, as the export calls them


def test_a_file_whose_values_stand_in_another_column_is_held_with_the_names_of_the_export() -> None:
    weighing = Weighing({"first_name": "Voornaam", "last_name": "Naam / Achternaam"})
    for number in range(25):
        old = content(number, first_name=f"Voornaam {number}")
        new = {**old, "first_name": old["last_name"], "last_name": old["first_name"]}
        weighing.passport(f"ZZ{number:03}Z", new, old)
    braked = found(weighing, LAX)["column_moved"].shown()
    assert "25 AutoPaspoorten" in braked.message and "en omgekeerd" in braked.message
    assert "“Voornaam”" in braked.message and "“Naam / Achternaam”" in braked.message
    assert braked.message.count("→") == 5
    assert "Voornaam 1" not in braked.message and "Klant 1" not in braked.message


def test_answers_that_changed_places_are_shown_as_they_are() -> None:
    weighing = Weighing({"opt_out": "Afmelding", "consent": "Toestemming"})
    for number in range(10):
        old = content(number, consent="no", opt_out=True)
        weighing.passport(f"ZZ{number:03}Z", {**old, "consent": "yes", "opt_out": False}, old)
    weighing.opted_out = 10
    told = found(weighing, LAX)
    assert list(told) == ["column_moved", "consents_changed"]
    assert "ZZ-***-* “Toestemming”: nee → ja" in told["column_moved"].shown().message
    assert "ZZ-***-* “Afmelding”: ja → nee" in told["consents_changed"].shown().message


# ---------------------------------------------------------------- one address


@pytest.mark.parametrize(("rows", "holds"), [(9, False), (10, True), (500, True)])
def test_a_file_in_which_all_name_one_address_is_held(rows: int, holds: bool) -> None:
    weighing = Weighing()
    for number in range(rows):
        weighing.passport(f"ZZ{number:03}Z", content(number, email="Balie@Voorbeeld.example"), None)
    told = found(weighing)
    assert list(told) == ["addresses_equal"] * holds
    if holds:
        assert "b***@v***.example" in told["addresses_equal"].message.lower()


@pytest.mark.parametrize(
    ("had", "become", "holds"),
    [(1, 39, True), (19, 21, True), (20, 20, False), (88, 12, False), (0, 9, False)],
)
def test_one_address_for_all_is_found_though_some_had_it(had: int, become: int, holds: bool) -> None:
    weighing = Weighing()
    weighing.recognised(had, is_passport=True)
    for number in range(become):
        weighing.passport(
            f"ZZ{number:03}Z", content(number, email="balie@voorbeeld.example"), content(number)
        )
    told = found(weighing)
    assert list(told) == ["addresses_equal"] * holds
    if holds:
        assert f"{become} van de {had + become}" in told["addresses_equal"].message


def test_who_always_had_one_address_keeps_it_without_a_question() -> None:
    weighing = Weighing()
    for number in range(40):
        old = content(number, email="balie@voorbeeld.example")
        weighing.passport(f"ZZ{number:03}Z", {**old, "make": "Saab"}, old)
    assert found(weighing) == {}


def test_one_other_address_is_enough() -> None:
    weighing = Weighing()
    for number in range(500):
        weighing.passport(f"ZZ{number:03}Z", content(number, email="balie@voorbeeld.example"), None)
    weighing.passport("ZZ999Z", content(999), None)
    assert found(weighing) == {}


# ---------------------------------------------------------------- all at once


def test_all_that_is_found_is_told_at_once() -> None:
    one, other = Braked("rows_halved", "Te weinig."), Braked("passports_changed", "Te veel.", ("a → b",))
    both = together([one.shown(["ontbreekt"]), other.shown(["nooit"])])
    assert both is not None
    assert both.message == "Te weinig. Voorbeelden: ontbreekt. Te veel. Voorbeelden: a → b."
    assert codes(both.reason) == ("rows_halved", "passports_changed")
    assert together([]) is None


def test_every_finding_stands_in_the_docs() -> None:
    page = (Path(__file__).parent.parent / "docs" / "codes.md").read_text("utf-8")
    assert [each for each in WAIVABLE if f"| `{each}` |" not in page] == []
