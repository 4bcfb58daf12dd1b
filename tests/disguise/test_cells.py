"""A cell's replacement is judged as the cell was."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from connector import emails, figures, plates
from connector.disguise.cells import Cells
from connector.disguise.words import Words

TODAY = date(2026, 11, 25)


@pytest.fixture(params=range(5))
def cells(request) -> Cells:
    random = Random(request.param)
    return Cells(Words(random), random, TODAY)


@pytest.mark.parametrize(
    "plate",
    [
        "ZZ-001-Z",
        "zz001z",
        "12-AOE-7",
        "ZZ-O01-Z",
        "1O-XX-23",
        "WI-AB 1234",
        "PSV-12-X",
        "AB-12-34",
        "123456",
        "ÖL-1",
        "X",
    ],
)
def test_a_plate_keeps_its_side_code_its_dashes_and_its_doubts(cells, plate):
    found = cells.cell(plate, "plate", None)
    assert found != plate
    for country in (None, "NL", "DE"):
        assert plates.judge(found, country).verdict == plates.judge(plate, country).verdict
    assert plates.sidecode(plates.compact(found)) == plates.sidecode(plates.compact(plate))
    assert plates.lookalikes(found) == plates.lookalikes(plate)
    assert [sign for sign in found if not sign.isalnum()] == [sign for sign in plate if not sign.isalnum()]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("31-12-2026", None), ("2026-12-31", None), ("1-5-2027", None), ("03/04/2027", None), ("31.12.2031", None),
        ("2026-12-31T00:00:00", None), ("31-12-26", "%d-%m-%y"), ("20261231", "%Y%m%d"), ("12/31/2026", "%m/%d/%Y"),
        ("2026-12-31", "%d-%m-%Y"), ("2027-05-31T00:00:00", "%d-%m-%Y"),
        ("15-05-1999", None), ("25-11-2025", None), ("26-11-2026", None),
    ],
)  # fmt: skip
def test_a_day_becomes_another_of_the_same_year_and_the_same_side_of_today(cells, text, form):
    found = cells.cell(text, "apk_due", form)
    old, new = figures.read_date(text, form), figures.read_date(found, form)
    assert old is not None and new is not None and found != text
    assert (new.year, new > TODAY, len(found)) == (old.year, old > TODAY, len(text))


@pytest.mark.parametrize("text", ["31-02-2027", "99-99-9999", "gisteren", "06-51423987", "2027-13-01"])
def test_what_is_no_day_stays_none(cells, text):
    found = cells.cell(text, "apk_due", None)
    assert figures.read_date(found) is None and found != text


@pytest.mark.parametrize("text", ["00-00-0000", "01-01-1900", "-", "--"])
def test_what_says_that_there_is_no_day_stays(cells, text):
    assert cells.cell(text, "apk_due", None) == text


@pytest.mark.parametrize(
    "address",
    ["een@kooitje.nl", "een@kooitje,nl", "een.kooitje.nl", "a b@kooitje.nl", "een@@kooitje.nl", "x@y.nl; z@y.nl",
     "Kanarie <een@kooitje.nl>",
     "een@kooitje", "een@kooitje.nl.", "één@kooitje.nl"],
)  # fmt: skip
def test_an_address_keeps_its_fault(cells, address):
    found = cells.cell(address, "email", None)
    assert emails.fault(found) == emails.fault(address)
    assert "kooitje" not in found.lower() and len(found) == len(address)


@pytest.mark.parametrize("text", ["60517", "123.456", "12 000 km", "12345km", "1,5", "4000000", "veel"])
def test_a_mileage_stays_one_or_none(cells, text):
    found = cells.cell(text, "mileage", None)
    assert (figures.read_kilometres(found) is None) == (figures.read_kilometres(text) is None)


@pytest.mark.parametrize(
    ("text", "field"),
    [("Duitsland", "country"), ("Frans", "language"), ("eigenaar", "role"), ("ja", "consent"), ("N", "opt_out"),
     ("Benzine", "fuel"), ("Volvo", "make"), ("van der", "infix"), ("geen", "email"), ("nvt", "plate"),
     ("nvt", "mileage"), ("onbekend", "apk_due"), ("?", "phone"), ("geen", "mobile"), ("n.v.t.", "changed_at"),
     ("Totaal", None), ("2026-11-01T12:00", "changed_at")],
)  # fmt: skip
def test_words_that_say_nothing_of_a_person_stay_in_their_own_column(cells, text, field):
    assert cells.cell(text, field, None) == text


@pytest.mark.parametrize("text", ["Frans", "Ford", "Benzine", "Duitsland"])
def test_and_in_no_other(cells, text):
    assert cells.cell(text, "last_name", None) != text
    assert cells.cell(text, None, None) != text


def test_a_phone_keeps_what_tells_its_kind(cells):
    assert cells.cell("06-51423987", "phone", None).startswith("06-")
    assert cells.cell("+31 6 51423987", None, None).startswith("+31 6 ")
    assert "51423987" not in cells.cell("0651423987", None, None)


@pytest.mark.parametrize("text", ["6,12345678E+08", "3,16E+10", "612345678.0"])
def test_a_phone_that_a_sheet_wrote_as_a_number_stays_one(cells, text):
    found = cells.cell(text, "mobile", None)
    old, new = figures.whole_number(text), figures.whole_number(found)
    assert found not in (text, new)
    assert (new and len(new)) == (old and len(old))
