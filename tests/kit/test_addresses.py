from __future__ import annotations

import pytest

from connector.kit import judge_address


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("j.bos@voorbeeld.example", "usable"),
        ("\xa0j.bos@voorbeeld.example ", "usable"),
        ("j.bos@@voorbeeld.example", "unusable"),
        ("j.bos", "unusable"),
        ("", "none"),
        (" ", "none"),
        ("-", "none"),
        ("geen", "none"),
        ("N.v.t.", "none"),
    ],
)
def test_a_cell_is_judged_as_the_connector_will(text, judged) -> None:
    assert judge_address(text).state == judged


def test_two_ways_to_write_an_address_have_one_key() -> None:
    one, other = judge_address(" J.Bos@Voorbeeld.example"), judge_address("j.bos@voorbeeld.example\xa0")
    assert one == other
    assert judge_address("geen").key == judge_address("").key == ""
