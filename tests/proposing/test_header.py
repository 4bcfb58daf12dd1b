"""Whether a first line names the columns or is a customer."""

from __future__ import annotations

import pytest

from connector.proposing import header

CUSTOMERS = (
    ("1001", "Jansen", "p.jansen@voorbeeld.example", "ZZ-001-Z"),
    ("Jansen", "Dorpsstraat", "12", "1234 AB", "06-12345678"),
    ("Jansen", "", "31-12-2026", "01-05-2019"),
    ("ZZ001Z", "Volvo", "V60"),
)
HEADERS = (
    ("Kenteken", "Achternaam", "E-mail"),
    ("KENT", "ANAAM", "EML", "X1", "X2"),
    ("Reg No", "Surname", "Email"),
    ("Veld1", "Veld2", "Veld3"),
    ("Kenteken",),
    ("Klantenlijst Garage Voorbeeld", "info@voorbeeld.example", ""),
)


@pytest.mark.parametrize("first", CUSTOMERS)
def test_a_customer_is_data_and_never_known_as_a_header(first):
    assert header.is_data(first) and not header.knows(first)


@pytest.mark.parametrize("first", HEADERS)
def test_a_header_or_a_title_is_no_data(first):
    assert not header.is_data(first)


@pytest.mark.parametrize(
    ("first", "known"), list(zip(HEADERS, (True, True, True, False, False, False), strict=True))
)
def test_a_header_is_known_by_two_names_and_a_third_of_them(first, known):
    assert header.knows(first) is known


def test_columns_without_a_name_are_numbered():
    assert header.invented(3) == ("kolom 1", "kolom 2", "kolom 3")


BELOW = [
    (f"ZZ-{at:03}-Z", name, f"klant{at}@voorbeeld.example")
    for at, name in enumerate(("Bos", "Vos", "Smit"), 1)
]


@pytest.mark.parametrize(
    "first",
    [
        ("ZZ-009-Z", "Jansen", "p.jansen@voorbeeld.example"),
        ("ZZ-009-Z", "Jansen", ""),
        ("B-ZZ 1234", "Schmidt", "geen"),
        ("B-ZZ 1234", "Schmidt", ""),
        ("", "Jansen", "p.jansen@voorbeeld.example"),
        ("ZZ-009-Z", "Jansen", "wil niet geven"),
    ],
)
def test_a_first_line_like_those_below_it_is_a_customer(first):
    assert header.is_data(first, BELOW) and not header.is_sure(first, BELOW)


@pytest.mark.parametrize(
    "first",
    [
        ("KENT01", "NAAM01", "MAIL01"),
        ("Veld 01", "Veld 02", "Veld 03"),
        ("Kolom A1", "Persoon", "Contact"),
        ("Auto", "Wie", "Waar"),
        ("Kenteken", "Naam", "E-mail"),
    ],
)
def test_a_first_line_unlike_those_below_it_is_certainly_a_header(first):
    assert header.is_sure(first, BELOW) and not header.is_data(first, BELOW)


@pytest.mark.parametrize("first", [("", "Jansen", ""), ("", "Wie", "geen")])
def test_a_first_line_that_tells_nothing_is_neither(first):
    assert not header.is_sure(first, BELOW) and not header.is_data(first, BELOW)


def test_a_header_that_comes_again_below_is_no_evidence():
    first = ("Auto 1", "Wie", "Waar")
    assert not header.is_data(first, [first, *BELOW])


def test_a_name_that_may_be_a_customer_is_shown_by_its_place_and_masked():
    assert header.shown(("Smit", "Bos"), is_certain=False) == {
        "Smit": "kolom 1 (S***)",
        "Bos": "kolom 2 (B**)",
    }
    assert header.shown(("Naam", "a@voorbeeld.example"), is_certain=True)["Naam"] == "Naam"
    assert "@" not in header.shown(("a@voorbeeld.example",), is_certain=True)["a@voorbeeld.example"][:9]


@pytest.mark.parametrize(
    ("name", "line"), [("E-mail\nadres", "E-mail adres"), ("Naam ", "Naam "), ("A\r\nB", "A B")]
)
def test_a_name_with_a_line_break_is_told_on_one_line(name, line):
    assert header.on_one_line(name) == line
