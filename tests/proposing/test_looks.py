"""What a cell looks like."""

from __future__ import annotations

import pytest

from connector.proposing import looks

YES = {
    "plate": ("ZZ-001-Z", "zz001z", "12-AOE-7"),
    "email": ("een@voorbeeld.example", "tik.fout@voorbeeld.exmple"),
    "date": ("31-12-2026", "2026-12-31", "31-12-26", "20261231", "31/12/26", "12/31/2026"),
    "mobile": ("06-12345678", "0612345678", "+31 6 12345678", "0031612345678", "+31(0)612345678"),
    "phone": ("010-1234567", "+32 3 123 45 67"),
    "postal_code": ("1234 AB", "1234ab"),
    "vin": ("WVWZZZ1KZAW417903",),
    "make": ("Volvo", "Citroën", "ŠKODA", "Mercedes-Benz", "ALFA ROMEO"),
    "fuel": ("Benzine", "B", "LPG"),
    "infix": ("van der", "De", "'t"),
    "initials": ("J.", "A.B.", "JW"),
    "house_number": ("12", "3 bis", "12-14", "101A"),
    "street": ("Dorpsstraat", "Laan van Zuid"),
    "name": ("Jansen", "d'Hooghe", "van den Berg", "Παπαδόπουλος"),
}
NO = {
    "plate": ("1234 AB", "Kenteken", "123456", ""),
    "email": ("geen", "ja", "a@b", "@"),
    "date": ("31-02-2027", "00-00-0000", "01-01-1900", "12345678", "60517", "1234 AB", "0612345678", "17-99"),
    "mobile": ("010-1234567", "06-1234"),
    "phone": ("12345", "31-12-2026", "20261231"),
    "postal_code": ("0123 AB", "12345", "ZZ-001-Z"),
    "vin": ("WVWZZZ1KZAW41790", "ABCDEFGHJKLMNPRST", "WVWZZZ1KZAO417903"),
    "make": ("Jansen",),
    "infix": ("Jansen", "van Dijk"),
    "name": ("12", "a@b.nl", "X1"),
}


@pytest.mark.parametrize(("look", "text"), [(look, text) for look, every in YES.items() for text in every])
def test_it_looks_so(look, text):
    assert looks.LOOKS[look](text)


@pytest.mark.parametrize(("look", "text"), [(look, text) for look, every in NO.items() for text in every])
def test_it_does_not_look_so(look, text):
    assert not looks.LOOKS[look](text)


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["31-12-2026", "1-5-2027"], ""),
        (["12/31/2026", "01/05/2027"], "%m/%d/%Y"),
        (["05/06/2026"], ""),
        (["2026-12-31", "00-00-0000"], ""),
        (["31-12-2026"] * 9 + ["gisteren"], ""),
    ],
)
def test_dates_are_read_in_the_way_that_reads_them(texts, form):
    assert looks.formats_of(texts)[0] == form


@pytest.mark.parametrize("texts", [[], ["00-00-0000"], ["gisteren", "morgen", "31-12-2026"]])
def test_what_are_no_dates_have_no_format(texts):
    assert looks.formats_of(texts) == []


def test_dates_of_a_sheet_have_no_format_though_each_format_lets_them_pass():
    assert looks.formats_of(["2026-12-31", "2027-05-31"]) == [""]


@pytest.mark.parametrize(
    ("count", "total", "least", "nearly"),
    [(8, 10, 0.8, True), (7, 10, 0.8, False), (2, 3, 0.8, True), (1, 2, 0.8, False), (1, 3, 0.8, False)],
)
def test_nearly_all_is_a_share_or_all_but_one(count, total, least, nearly):
    assert looks.nearly_all(count, total, least) is nearly
