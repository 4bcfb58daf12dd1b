"""The hashes by which the erased are recognised: the same for what means the same, and another with another key."""

from __future__ import annotations

from typing import Any

import pytest

from connector.forgetting import KEY_SIZE, Marker
from connector.model import Draft

MARKER = Marker(b"\x01" * KEY_SIZE)


def draft(**said: Any) -> Draft:
    content = {"last_name": "Proef", "email": "proef@voorbeeld.example", **said}
    return Draft("ZZ001Z", "ZZ001Z", content)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("address", "Proef@Voorbeeld.example ", "proef@voorbeeld.example"),
        ("reference", "K-17", "k-17"),
        ("plate", "ZZ001Z", "ZZ001Z"),
    ],
)
def test_what_means_the_same_has_the_same_hash(kind: Any, one: str, other: str) -> None:
    assert MARKER.mark("jansen", kind, one) == MARKER.mark("jansen", kind, other)


def test_another_key_garage_kind_or_value_has_another_hash() -> None:
    marks = {
        MARKER.mark("jansen", "plate", "ZZ001Z"),
        MARKER.mark("jansen", "plate", "ZZ002Z"),
        MARKER.mark("pietersen", "plate", "ZZ001Z"),
        MARKER.mark("jansen", "reference", "ZZ001Z"),
        Marker(b"\x02" * KEY_SIZE).mark("jansen", "plate", "ZZ001Z"),
        MARKER.proof(),
    }
    assert len(marks) == 6 and {len(each) for each in marks} == {KEY_SIZE}


def test_a_row_is_recognised_by_plate_address_and_reference() -> None:
    marks = list(MARKER.marks("jansen", draft(customer_reference="K-17")))
    assert marks == [
        MARKER.mark("jansen", "plate", "ZZ001Z"),
        MARKER.mark("jansen", "address", "proef@voorbeeld.example"),
        MARKER.mark("jansen", "reference", "K-17"),
    ]
    assert len(list(MARKER.marks("jansen", draft()))) == 2
