"""B09: columns renamed, reordered, added, removed and doubled."""

from __future__ import annotations

import pytest
from exports import COLUMNS, HEADER, car, csv_of, golden, xlsx_of

GONE = (
    "In het bestand ontbreekt de kolom {}."
    " Herstel de export, pas de kolomnamen in de instellingen aan, of zet er `optional: true` bij."
)
NEEDED = (
    "In het bestand ontbreekt de kolom {}. Herstel de export of pas de kolomnamen in de instellingen aan."
)
TWICE = "De kolom “{}” staat meer dan eens in het bestand; geef elke kolom een eigen naam."
STRICT = {**COLUMNS, "apk_due": "APK datum"}


def renamed(old: str, new: str) -> tuple[str, ...]:
    return tuple(new if name == old else name for name in HEADER)


@pytest.mark.parametrize("of", [csv_of, xlsx_of])
@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (renamed("E-mail", "E-mailadres"), golden(held=NEEDED.format("“E-mail” (bedoelt u “E-mailadres”?)"))),
        (renamed("E-mail", "Mailadres"), golden(held=NEEDED.format("“E-mail” (bedoelt u “Mailadres”?)"))),
        (renamed("Kenteken", "Kent."), golden(held=NEEDED.format("“Kenteken” (bedoelt u “Kent.”?)"))),
        (renamed("APK datum", "Keuren vóór"), golden(held=GONE.format("“APK datum”"))),
        (renamed("Achternaam", "Naam klant"), golden(held=NEEDED.format("“Achternaam”"))),
        (renamed("APK datum", "APK-datum"), golden(held=GONE.format("“APK datum” (bedoelt u “APK-datum”?)"))),
        (renamed("Km stand", "Teller"), golden([1])),  # optional
        (renamed("E-mail", "  e-MAIL\u00a0"), golden([1])),
        (renamed("APK datum", "APK \u00a0datum"), golden([1])),
        (renamed("Km stand", "E-mail"), golden(held=TWICE.format("E-mail"))),
        (renamed("Km stand", "Km stand "), golden([1])),
    ],
)
def test_a_mapped_column_that_is_gone_or_doubled_holds_the_file(take, of, header, expected) -> None:
    assert take(of(car(1), header=header), columns=STRICT, name="klanten.csv") == expected


@pytest.mark.parametrize("of", [csv_of, xlsx_of])
def test_columns_may_change_places_and_others_come_and_go(garage, of) -> None:
    rows = [car(1), car(2)]
    turned = [list(reversed(row)) for row in rows]
    wider = [[*row, "x", "y"] for row in rows]
    assert garage.take(of(*rows)) == golden([1, 2])
    before = garage.contents()
    assert garage.take(of(*turned, header=tuple(reversed(HEADER)))) == golden([1, 2])
    assert garage.take(of(*wider, header=(*HEADER, "Opmerking", "Opmerking"))) == golden([1, 2])
    assert garage.contents() == before


def test_an_optional_column_that_is_gone_leaves_its_field_out(garage) -> None:
    rows = [row[:4] for row in (car(1), car(2))]
    assert garage.take(csv_of(*rows, header=HEADER[:4])) == golden([1, 2])
    assert "mileage" not in garage.contents()["ZZ001Z"]


def test_a_column_with_no_name_is_no_matter(take) -> None:
    assert take(csv_of([*car(1), "x"], header=(*HEADER, ""))) == golden([1])
    assert take(xlsx_of([*car(1), "x"], header=(*HEADER, None))) == golden([1])


@pytest.mark.parametrize("of", [csv_of, xlsx_of])
@pytest.mark.parametrize("field", ["plate", "email", "last_name"])
def test_a_file_without_what_no_row_can_do_without_is_held_though_the_column_is_optional(
    take, of, field
) -> None:
    column = str(COLUMNS[field])
    optional = {**COLUMNS, field: {"column": column, "optional": "true"}}
    told = take(of(car(1), header=renamed(column, "Iets anders")), columns=optional)
    assert told == golden(held=NEEDED.format(f"“{column}”"))


def test_of_several_columns_of_an_address_one_may_be_gone_where_they_are_optional(take) -> None:
    email = {"column": ["E-mail", "E-mail zakelijk"], "optional": "true"}
    assert take(csv_of(car(1)), columns={**COLUMNS, "email": email}) == golden([1])


NAMELESS = {
    "header": ["kenteken", "naam", "adres"],
    "columns": {"plate": "kenteken", "last_name": "naam", "email": "adres"},
}
MOVED = (
    "De kolommen zijn van plaats gewisseld: {} (8 rijen bekeken)."
    " Herstel de export of pas de kolomnamen in de instellingen aan."
)


def nameless(*order: int) -> str:
    """Eight customers without a header, their columns in this order."""
    rows = [car(number)[:3] for number in range(1, 9)]
    return "".join(";".join(row[at] for at in order) + "\r\n" for row in rows)


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (
            (2, 0, 1),
            "kentekens staan in de kolom “naam” en niet in “kenteken”,"
            " e-mailadressen staan in de kolom “kenteken” en niet in “adres”",
        ),
        (
            (1, 0, 2),
            "kentekens staan in de kolom “naam” en niet in “kenteken”",
        ),
        ((0, 2, 1), "e-mailadressen staan in de kolom “naam” en niet in “adres”"),
    ],
)
def test_columns_without_a_header_that_change_places_hold_the_file(garage, order, told) -> None:
    assert garage.take(nameless(0, 1, 2), **NAMELESS) == golden(range(1, 9))
    before = garage.contents()
    held = garage.take(nameless(*order), **NAMELESS)
    assert held.held == MOVED.format(told)
    assert garage.contents() == before
    assert garage.take(nameless(0, 1, 2) + "\r\n", **NAMELESS) == golden(range(1, 9))


@pytest.mark.parametrize("of", [csv_of, xlsx_of])
def test_cells_that_moved_under_their_header_hold_the_file(garage, of) -> None:
    rows = [car(number) for number in range(1, 9)]
    assert garage.take(of(*rows)) == golden(range(1, 9))
    moved = [[row[2], row[0], row[1], *row[3:]] for row in rows]
    told = garage.take(of(*moved)).held
    assert told and "“Achternaam” en niet in “Kenteken”" in told


def test_a_file_of_bad_rows_is_a_file_of_bad_rows(take) -> None:
    rows = [car(number, plate="ZZ-1", email="") for number in range(1, 9)]
    assert take(csv_of(*rows)).held is None
