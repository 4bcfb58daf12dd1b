from __future__ import annotations

import pytest

from plugins.carsys import lease


@pytest.mark.parametrize(
    ("company", "written", "same"),
    [
        ("Demo Fleet B.V.", "Demo Fleet", True),
        ("DEMO FLEET BV", "Demo Fleet B.V.", True),
        ("Demo  Fleet b. v.", "demofleet", True),
        ("Demo-Fleet N.V.", "Demo Fleet BV", True),
        ("Demo Fleet Nederland", "Demo Fleet", False),
        ("Demo Fleet Nederland BV", "Demo Fleet*", True),
        ("De Demo Fleet", "Demo Fleet*", False),
        ("De Demo Fleet", "*Demo Fleet", True),
        ("Flötte", "flotte", True),
        ("", "Demo Fleet", False),
        ("", "*fleet*", False),
    ],
)
def test_names_are_compared_loosely(company, written, same) -> None:
    assert bool(lease.pattern([written]).fullmatch(lease.plain(company))) is same


@pytest.mark.parametrize(
    ("company", "is_one"),
    [
        ("Voorbeeld Lease B.V.", True),
        ("VOORBEELDLEASE", True),
        ("Zakelijk Leasing Nederland", True),
        ("Arval", True),
        ("ALD Automotive B.V.", True),
        ("Bakkerij De Korenaar BV", False),
        ("Aldi", False),
        ("", False),
    ],
)
def test_the_usual_ones_are_known(company, is_one) -> None:
    assert bool(lease.pattern(lease.USUAL).fullmatch(lease.plain(company))) is is_one


def test_of_an_empty_list_nobody_is_one() -> None:
    assert not lease.pattern([]).fullmatch("")
    assert not lease.pattern([]).fullmatch("voorbeeldlease")


def test_a_name_of_any_length_is_judged() -> None:
    assert lease.pattern(lease.USUAL).fullmatch(lease.plain("lease" * 100_000))
