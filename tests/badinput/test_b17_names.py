"""B17: names of any script and length, and telephone numbers."""

from __future__ import annotations

import pytest
from exports import COLUMNS, HEADER, car, csv_of, golden, xlsx_of

NAMES = (
    "d'Hooghe",
    "d\u2019Hooghe",
    "van der Meer",
    "\u00c7elik",
    "\u674e\u5c0f\u9f99",
    "\u0645\u062d\u0645\u062f",
    "\u0160kvoreck\u00fd-\u010capek",
    "Jan \U0001f697\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "O'Neill",
    "Null",
    "=1+1",
    "N" * 300,
    "\U0001f697" * 300,
    "X",
)


@pytest.mark.parametrize("of", [csv_of, xlsx_of])
def test_every_name_stays_as_it_is_typed(garage, of) -> None:
    names = [name for name in NAMES if name != "=1+1" or of is csv_of]
    rows = [car(number, name=name) for number, name in enumerate(names, 1)]
    assert garage.take(of(*rows)) == golden(range(1, len(names) + 1))
    assert [content["last_name"] for content in garage.contents().values()] == names


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("J. van der Meer", {"initials": "J.", "infix": "van der", "last_name": "Meer"}),
        ("Meer, J. van der", {"initials": "J.", "infix": "van der", "last_name": "Meer"}),
        ("J. v.d. Meer", {"initials": "J.", "infix": "v.d.", "last_name": "Meer"}),
        ("Meer van der", {"last_name": "Meer van der"}),
        ("Heuvel van den J.", {"last_name": "Heuvel van den J."}),
        ("Aan de Stegge", {"infix": "Aan de", "last_name": "Stegge"}),
        ("Dr. Oetker", {"last_name": "Dr. Oetker"}),
        ("van 't Hof", {"infix": "van 't", "last_name": "Hof"}),
        ("Dhr. Jan de Boer", {"first_name": "Jan", "infix": "de", "last_name": "Boer"}),
        ("Jan Jansen", {"last_name": "Jan Jansen"}),
        ("d'Hooghe", {"last_name": "d'Hooghe"}),
        ("Garage De Hoek B.V.", {"last_name": "Garage De Hoek B.V."}),
    ],
)
def test_a_whole_name_is_split_where_nothing_else_is_mapped(
    garage, whole: str, parts: dict[str, str]
) -> None:
    columns = {name: column for name, column in COLUMNS.items() if name != "last_name"}
    content = csv_of(car(1, name=whole))
    assert garage.take(content, columns={**columns, "full_name": "Achternaam"}) == golden([1])
    made = garage.contents()["ZZ001Z"]
    assert {
        name: made[name] for name in ("initials", "first_name", "infix", "last_name") if name in made
    } == parts


def test_a_last_name_is_never_split(garage) -> None:
    assert garage.take(csv_of(car(1, name="van der Meer"))) == golden([1])
    assert garage.contents()["ZZ001Z"]["last_name"] == "van der Meer"


PHONES = {
    "+31612345678": ("+31612345678", None),
    "0612345678": ("0612345678", None),
    "06-12345678": ("06-12345678", None),
    "0031 6 123 456 78": ("0031 6 123 456 78", None),
    "(020) 123 45 67": ("(020) 123 45 67", None),
    "612345678": ("0612345678", "phone_zero_restored"),
    "-": (None, None),
    "geen": (None, None),
    "n.v.t.": (None, None),
    "?": (None, None),
}


@pytest.mark.parametrize(("written", "case"), PHONES.items(), ids=PHONES)
@pytest.mark.parametrize("of", [csv_of, xlsx_of])
def test_a_telephone_number_stays_text(garage, of, written: str, case) -> None:
    phone, warned = case
    expected = golden([1], warnings=[(1, "Telefoon", warned, "6********")] if warned else [])
    row = [*car(1), written]
    assert (
        garage.take(of(row, header=(*HEADER, "Telefoon")), columns={**COLUMNS, "phone": "Telefoon"})
        == expected
    )
    assert garage.contents()["ZZ001Z"].get("phone") == phone


OF_A_SHEET = {
    "6,12345678E+08": ("0612345678", "phone_zero_restored", "6,************"),
    "6.12345678E+08": ("0612345678", "phone_zero_restored", "6.************"),
    "612345678.0": ("0612345678", "phone_zero_restored", "6********.*"),
    "3,16E+10": (None, "phone_rounded", "3,******"),
    '"=""0612345678"""': ("0612345678", None, None),
    '="0612345678"': ("0612345678", None, None),
}


@pytest.mark.parametrize(("written", "case"), OF_A_SHEET.items(), ids=OF_A_SHEET)
def test_a_number_that_a_sheet_wrote_in_its_own_way_is_read_or_left_out(garage, written: str, case) -> None:
    phone, warned, mask = case
    told = garage.take(
        csv_of([*car(1), written], header=(*HEADER, "Telefoon")), columns={**COLUMNS, "phone": "Telefoon"}
    )
    assert told == golden([1], warnings=[(1, "Telefoon", warned, mask)] if warned else [])
    assert garage.contents()["ZZ001Z"].get("phone") == phone


def test_a_number_of_a_sheet_gets_its_zero_back(garage) -> None:
    told = garage.take(
        xlsx_of([*car(1), 612345678], header=(*HEADER, "Telefoon")), columns={**COLUMNS, "phone": "Telefoon"}
    )
    assert told == golden([1], warnings=[(1, "Telefoon", "phone_zero_restored", "6********")])
    assert garage.contents()["ZZ001Z"]["phone"] == "0612345678"
