"""Which names are a lease company's: the garage's own, compared loosely, and the usual ones, word by word."""

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
    assert lease.Companies.of([written]).has(company) is same


@pytest.mark.parametrize(
    ("company", "is_one"),
    [
        ("Voorbeeld Lease B.V.", True),
        ("VOORBEELDLEASE", True),
        ("Voorbeeld-Lease", True),
        ("Autolease", True),
        ("Fleetlease", True),
        ("Business-Lease", True),
        ("LeasePlan Nederland N.V.", True),
        ("Leaseplan", True),
        ("Voorbeeld Autoleasemaatschappij", True),
        ("Zakelijk Leasing Nederland", True),
        ("Autoleasing", True),
        ("Toplease", True),
        ("Future-Lease", True),
        ("Futurelease", True),
        ("L\u00e9ase Voorbeeld", True),
        ("Le\u0301ase Voorbeeld", True),
        ("Please Lease", True),
        ("voorbeeldlease.example", True),
        ("Arval", True),
        ("Athlon Car Lease", True),
        ("Athlon", True),
        ("Ayvens Nederland", True),
        ("ALD Automotive B.V.", True),
        ("A.L.D.-Automotive", True),
        ("AldAutomotive", True),
        ("Alphabet Nederland", True),
        ("Please B.V.", False),
        ("Caf\u00e9 Please", False),
        ("Pleasing Events", False),
        ("Release Events", False),
        ("Release-Events", False),
        ("Releasing Studio", False),
        ("Fysiotherapie (Release)", False),
        ("Azalea Service", False),
        ("Nicole Asenbach", False),
        ("Decathlon", False),
        ("Ayven Smit", False),
        ("Alphabet Events", False),
        ("Bakkerij De Korenaar BV", False),
        ("Aldi", False),
        ("", False),
        (" - ", False),
    ],
)
def test_the_usual_ones_are_known_by_their_words(company, is_one) -> None:
    assert lease.Companies.of([lease.USUAL]).has(company) is is_one


@pytest.mark.parametrize(
    ("written", "company", "is_one"),
    [
        (["usual", "Voorbeeld Fleet"], "Voorbeeld Lease", True),
        (["usual", "Voorbeeld Fleet"], "Voorbeeld Fleet BV", True),
        (["usual", "Voorbeeld Fleet"], "Please", False),
        (["Voorbeeld Fleet"], "Voorbeeld Lease", False),
        (["Voorbeeld Fleet"], "Voorbeeld Fleet", True),
        (["Usual"], "Voorbeeld Lease", True),
        (["usual"], "Usual B.V.", False),
        (["*lease*"], "Please B.V.", True),
        (["*lease*"], "Voorbeeld Leasing", False),
    ],
)
def test_a_garage_names_its_own_with_the_usual_or_without(written, company, is_one) -> None:
    assert lease.Companies.of(written).has(company) is is_one


def test_of_an_empty_list_nobody_is_one() -> None:
    assert not lease.Companies.of([]).has("")
    assert not lease.Companies.of([]).has("Voorbeeld Lease")


def test_a_name_of_any_length_is_judged() -> None:
    assert lease.Companies.of([lease.USUAL]).has("lease" * 100_000)
    assert not lease.Companies.of([lease.USUAL]).has("please " * 100_000)


@pytest.mark.parametrize(
    ("company", "names"),
    [
        ("Bakkerij", True),
        ("Geensen", True),
        ("", False),
        (" - ", False),
        ("n.v.t.", False),
        ("Geen", False),
        ("Particulier", False),
    ],
)
def test_a_company_may_be_none_in_words(company, names) -> None:
    assert lease.names_one(company) is names
