"""Time zones by their name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from connector.config.zones import zone


def test_a_known_zone_is_given() -> None:
    assert zone("Europe/Amsterdam") == ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    "name", ["", "Europe", "Europe/Amsterdm", "/etc/passwd", "../x", "Zürich", "a\x00b", "x" * 9999]
)
def test_s06_a_name_that_is_none_is_a_value_error_and_opens_no_other_file(name: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone that is known here"):
        zone(name)
