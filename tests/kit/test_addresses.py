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
    assert judge_address(text) == judged
