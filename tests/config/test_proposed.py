"""What is proposed for a garage's file beside its columns."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.config.proposed import pattern_for


@pytest.mark.parametrize(
    ("name", "pattern", "tomorrow"),
    [
        ("klanten.csv", "*.csv", "andere.CSV"),
        ("KLANTEN.XLSX", "*.xlsx", "klanten.xlsx"),
        ("klanten_20261125.csv", "*.csv", "klanten_20261126.csv"),
        ("klanten.25112026", "klanten.*", "klanten.26112026"),
        ("klanten.csv.20261125", "klanten.csv.*", "klanten.csv.20261126"),
        ("klanten.25-11-2026", "klanten.*", "klanten.26-11-2026"),
        ("klanten.25.11.2026", "klanten.*", "klanten.01.12.2026"),
        ("klanten.20261125T0230", "klanten.*", "klanten.20261126T0231"),
        ("klanten.001", "klanten.*", "klanten.002"),
        ("klanten-25112026", "klanten-*", "klanten-26112026"),
        ("klanten 25 november 2026", "klanten *", "klanten 1 december 2026"),
        ("klanten-25-nov-2026", "klanten-*", "klanten-1-dec-2026"),
        ("Klanten nov. 2026", "Klanten *", "klanten dec. 2026"),
        ("export_20261125_klanten", "export_*_klanten", "export_20261126_klanten"),
        ("export_20261125_0230_klanten", "export_*_klanten", "export_20261126_0231_klanten"),
        ("20261125", "[0-9]*", "20261126"),
        ("20261125.klanten", "*.klanten", "20261126.klanten"),
        ("klanten", "klanten", "klanten"),
        ("meijer2", "meijer2", "meijer2"),
        ("klanten [A]", "klanten [[]A]", "klanten [a]"),
        ("klanten..25112026", "klanten*", "klanten..26112026"),
    ],
)
def test_a_pattern_outlives_the_date_in_a_name(name: str, pattern: str, tomorrow: str) -> None:
    assert pattern_for(name) == pattern
    for each in (name, tomorrow):
        assert fnmatch.fnmatchcase(each.lower(), pattern.lower())


@given(
    st.lists(
        st.sampled_from(["klanten", ".", "..", "-", " ", "25", "2026", "nov", "mei", "[", "*", "?", "csv"])
    )
    .map("".join)
    .filter(bool)
)
@example("nov2026")
@example("2026.")
@example(".2026")
def test_the_export_that_is_there_is_found_and_the_pattern_leads_nowhere_else(name: str) -> None:
    pattern = pattern_for(name)
    assert fnmatch.fnmatchcase(name.lower(), pattern.lower())
    assert ".." not in pattern or "2026" not in name
