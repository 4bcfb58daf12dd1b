"""JSON whose bytes depend on the value alone: those of `json`, so that what was digested before still counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.canonical import canonical, compact_json, parsed

WRITABLE = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WRITABLE,
    lambda inner: st.lists(inner) | st.dictionaries(WRITABLE, inner),
)


@given(VALUES)
def test_the_bytes_are_those_of_the_standard_library(value: Any) -> None:
    as_json = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(value) == as_json.encode()
    assert compact_json(value) == as_json


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert parsed(canonical(value)) == parsed(compact_json(value)) == value


@pytest.mark.parametrize("value", [object(), {1: "a"}, 2**64])
def test_what_json_cannot_say_is_an_error(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)
