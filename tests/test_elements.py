"""A consent that is gone from an export without a header: when that is no chance."""

from __future__ import annotations

import pytest

from connector.elements import Counting, Counts, gone
from connector.model import Column, Layout, SourceRecord, Table


@pytest.mark.parametrize(
    ("before", "now", "is_gone"),
    [
        ((8000, 8000), (8000, 0), True),
        ((8000, 8000), (8000, 1), False),
        ((3, 3), (1, 0), True),
        ((8000, 1), (8000, 0), False),
        ((8000, 6), (8000, 0), False),
        ((8000, 7), (8000, 0), True),
        ((8000, 800), (50, 0), False),
        ((8000, 800), (70, 0), True),
        ((8000, 0), (8000, 0), False),
        ((8000, 8000), (0, 0), False),
        ((0, 0), (8000, 0), False),
    ],
)
def test_an_element_is_gone_where_its_absence_is_no_chance(before, now, is_gone):
    then, here = (Counts(records, {"opt_out": count}) for records, count in (before, now))
    assert gone(then, here) == (frozenset(("opt_out",)) if is_gone else frozenset())


def test_of_a_first_export_nothing_is_gone():
    assert gone(None, Counts(8000, {"opt_out": 0})) == frozenset()


def test_a_record_counts_once_for_a_field_of_several_elements():
    records = [
        SourceRecord({"Kenteken": "ZZ-001-Z", "A": "ja", "B": ""}),
        SourceRecord({"Kenteken": "ZZ-002-Z", "b": "nee"}),
        SourceRecord({"Kenteken": "ZZ-003-Z"}),
    ]
    columns = {"consent": Column(("a", "b")), "opt_out": Column(("c",))}
    counting = Counting(Table(Layout(()), records), columns, str.casefold)
    assert list(counting) == records
    assert counting.counts == Counts(3, {"consent": 2, "opt_out": 0})
