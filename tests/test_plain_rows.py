"""Plain rows: read in one go, they give what they give cell by cell, whatever stands in them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.columns import Columns
from connector.mapping import compile_mapper
from connector.model import CANONICAL_FIELDS, Column, Draft, SourceRecord
from connector.plain_rows import PlainRows
from connector.reading import Reading

TODAY = date(2027, 3, 1)
PLAIN = {
    "plate": "ZZ-001-Z",
    "country": "NL",
    "make": "Citroën",
    "model": "V60",
    "vin": "YV1GM11A1B1234567",
    "first_registration": "01-02-2019",
    "apk_due": "2027-12-31",
    "mileage": "123456",
    "customer_reference": "100001",
    "role": "eigenaar",
    "infix": "van der",
    "last_name": "Berg",
    "email": "a.van-der_berg@voorbeeld.example.nl",
    "mobile": "06-12345678",
    "house_number": "12a",
    "language": "nl",
    "consent": "ja",
    "opt_out": "nee",
    "changed_at": "2027-01-02 03:04",
    "service_due": "20280101",
}
ODD = (
    *(
        "",
        " ",
        "-",
        "\u2013",
        "0",
        "00-00-0000",
        "01-01-1900",
        "geen",
        "n.v.t.",
        "\u00a0",
        "\ufeffVolvo",
        "a\x00b",
    ),
    "\ud800",
    *(
        "31-12-26",
        "6/10/2027",
        "31-02-2027",
        "46387",
        "2031-01-01",
        "1-feb",
        "1 feb",
        "feb-1",
        "?",
        "Onbekend",
        "niet bekend",
        "((((((((((",
        "(020) 123 45 67",
        "6,12345678E+08",
        "3,1612345678E+10",
        "3,1612345E+10",
        "612345678.0",
        "0612345678,0",
        '="0612345678"',
        '="612345678"',
        '="        "',
        "########",
        "0" * 501,
        "-0612345678",
        "+31-6-12345678",
        "1-2-26",
        "01-02-2026",
        "12-14",
        "123.456",
        "12 000 km",
        "0612",
    ),
    *("612345678", "jan@live.nl", "jan@live.nl;piet@live.nl", "Jan <jan@live.nl>", "jan@", "jan..x@live.nl"),
    "é@live.nl",
    *(
        "jan@localhost",
        "jan@-x.nl",
        "j@" + "a" * 70 + ".nl",
        "12-GVD-3",
        "AA-01-AB",
        "L-ÖK 12",
        "BE",
        "Duitsland",
    ),
    *(
        "ja",
        "N",
        "j",
        "misschien",
        "#N/B",
        "#FOUT",
        "# 12",
        "bestuurder",
        "baas",
        "frans",
        "xx",
        "x" * 501,
        "Jansen, P. van der",
        "IOQ" * 6,
    ),
)
HEADER = tuple(CANONICAL_FIELDS)
CELL = st.one_of(st.sampled_from(ODD), st.text(max_size=12), st.emails(), st.dates().map(date.isoformat))


def record(cells: dict[str, str]) -> SourceRecord:
    return SourceRecord({name: cells.get(name, "") for name in HEADER}, 2)


def columns(*fields: str) -> dict[str, Column]:
    return {field: Column((field,)) for field in fields}


def test_a_row_with_nothing_odd_is_plain() -> None:
    found = Columns(columns(*PLAIN), HEADER)
    assert found.steps is not None
    assert isinstance(PlainRows(found.steps, Reading(found.form), TODAY).draft(record(PLAIN).values), Draft)


@pytest.mark.parametrize("field", PLAIN)
@pytest.mark.parametrize("odd", ODD)
def test_a_row_with_one_odd_cell_gives_what_it_gives_cell_by_cell(field: str, odd: str) -> None:
    mapper = compile_mapper(columns(*PLAIN), HEADER)
    one = record({**PLAIN, field: odd})
    assert mapper.judge(one, today=TODAY) == mapper.judge_closely(one, today=TODAY)


@settings(max_examples=400, deadline=None)
@given(
    mapped=st.sets(st.sampled_from(CANONICAL_FIELDS)),
    cells=st.dictionaries(st.sampled_from(CANONICAL_FIELDS), CELL, max_size=4),
    spaced=st.booleans(),
)
def test_a_row_gives_what_it_gives_cell_by_cell(
    mapped: set[str], cells: dict[str, str], *, spaced: bool
) -> None:
    mapper = compile_mapper(columns("plate", "email", *mapped), HEADER)
    around = " " if spaced else ""
    one = record({name: f"{around}{text}" for name, text in {**PLAIN, **cells}.items()})
    assert mapper.judge(one, today=TODAY) == mapper.judge_closely(one, today=TODAY)


@settings(max_examples=300, deadline=None)
@given(address=st.one_of(st.emails(), st.from_regex(r"[a-z0-9._-]{1,9}@[a-zA-Z0-9.-]{1,12}", fullmatch=True)))
def test_an_address_is_judged_alike_whichever_way_it_is_read(address: str) -> None:
    mapper = compile_mapper(columns("plate", "last_name", "email"), HEADER)
    one = record({**PLAIN, "email": address})
    assert mapper.judge(one, today=TODAY) == mapper.judge_closely(one, today=TODAY)


def test_a_column_with_a_form_of_its_own_is_read_by_it() -> None:
    mapper = compile_mapper({**columns(*PLAIN), "apk_due": Column(("apk_due",), format="%m/%d/%Y")}, HEADER)
    found = mapper.judge(record({**PLAIN, "apk_due": "06/10/2027"}), today=TODAY)
    assert isinstance(found, Draft) and found.content["apk_due"] == "2027-06-10"


def test_a_fixed_value_and_several_columns_of_a_field_go_the_ordinary_way() -> None:
    several = {"mobile": Column(("phone", "mobile")), "language": Column((), value="nl")}
    mapper = compile_mapper({**columns("plate", "email", "last_name"), **several}, HEADER)
    found = mapper.judge(record(PLAIN), today=TODAY)
    assert isinstance(found, Draft)
    assert (found.content["mobile"], found.content["language"]) == ("06-12345678", "nl")
