"""A raw row is recognised by what stands under which column, and by nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connector.judging import RawRows
from connector.model import Fault, SourceRecord

CELLS = st.dictionaries(
    st.text(max_size=3), st.text(st.sampled_from("a;'\x1f\ud800"), max_size=4), max_size=4
)
FAULT = Fault("too_few_cells", "Te weinig cellen.")


def digest(values: dict[str, str], fault: Fault | None = None) -> bytes:
    return RawRows().digest(SourceRecord(values, 2, fault))


def test_the_order_of_the_columns_is_nothing_to_a_row() -> None:
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})


def test_the_line_of_a_row_is_nothing_to_it() -> None:
    rows, cells = RawRows(), {"a": "1", "b": "2"}
    assert rows.digest(SourceRecord(cells, 2)) == rows.digest(SourceRecord(cells, 99))


def test_a_row_with_a_fault_is_another() -> None:
    assert digest({"a": "1", "b": "2"}) != digest({"a": "1", "b": "2"}, FAULT)


@given(one=CELLS, other=CELLS)
def test_rows_are_alike_where_the_same_stands_under_the_same_columns(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert (digest(one) == digest(other)) == (one == other)


@given(rows=st.lists(CELLS, max_size=5))
def test_a_row_is_the_same_whatever_stood_above_it(rows: list[dict[str, str]]) -> None:
    together = RawRows()
    assert [together.digest(SourceRecord(each)) for each in rows] == [digest(each) for each in rows]
