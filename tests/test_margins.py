"""Rows that are no records: repeated headers and totals."""

from __future__ import annotations

import pytest

from connector import margins


@pytest.mark.parametrize(
    ("texts", "totals"),
    [
        (["Totaal", "12"], True),
        (["", "TOTAAL: 12 auto's"], True),
        (["Eindtotaal", "", "3"], True),
        (["Sub-totaal", "3"], True),
        (["Aantal klanten: 7"], True),
        (["Grand total", "7"], True),
        (["Totaalbouw BV", "12"], False),
        (["Aantallen"], False),
        (["ZZ-001-Z", "Totaal"], False),
        (["Totaal", "jan@voorbeeld.nl"], False),
        (["Totaal", "1", "2", "3", "4", "5"], False),
        (["", " "], False),
        ([], False),
    ],
)
def test_a_line_of_totals_says_so_first_and_says_little_else(texts: list[str], totals: bool) -> None:
    assert margins.is_totals({str(at): text for at, text in enumerate(texts)}) is totals


@pytest.mark.parametrize(
    ("cells", "header"),
    [
        ({"plate": ("KENTEKEN", "Kenteken"), "email": ("E-mail", "E-mail")}, True),
        ({"plate": ("Kenteken", "Kenteken"), "email": ("", "E-mail")}, False),
        ({"plate": ("ZZ-001-Z", "Kenteken"), "email": ("E-mail", "E-mail")}, False),
        ({"plate": ("Kenteken", None), "email": ("E-mail", "E-mail")}, False),
        ({}, False),
    ],
)
def test_a_header_bears_the_names_of_its_columns(
    cells: dict[str, tuple[str, str | None]], header: bool
) -> None:
    assert margins.is_header(cells) is header
