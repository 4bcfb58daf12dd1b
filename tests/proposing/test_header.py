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
