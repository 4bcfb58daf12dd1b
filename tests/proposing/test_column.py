"""What the cells of a column say against its name."""

from __future__ import annotations

import pytest

from connector.proposing.column import Column

NOWHERE = [None] * 8


def column(*cells):
    return Column("x", list(cells), 0)


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        ("last_name", ("10001", "10002", "K-10003")),
        ("last_name", ("J", "N", "J")),
        ("company", ("10001", "10002")),
        ("model", ("Particulier", "Zakelijk")),
        ("email", ("ja", "nee", "ja")),
        ("email", ("weigert", "volgt nog", "wil niet geven", "weigert")),
        ("plate", ("1-ZZZ-001", "1-ZZZ-002", "1-ZZZ-003")),
    ],
)
def test_cells_deny_a_field(field, cells):
    assert column(*cells).denies(field, NOWHERE)


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        ("last_name", ("Jansen", "Bos 2", "10001")),
        ("company", ("4You", "Garage 2000", "2000 Autos")),
        ("model", ("V60", "Golf")),
        ("email", ("weigert", "volgt nog", "wil niet geven", "een@voorbeeld.example")),
        ("email", ("", "geen")),
        ("plate", ("ZZ-001-Z", "B-ZZ 1234", "")),
        ("postal_code", ("nergens",)),
    ],
)
def test_cells_do_not_deny_a_field(field, cells):
    assert not column(*cells).denies(field, NOWHERE)


def test_a_foreign_plate_is_explained_by_the_country_beside_it():
    plates = column("1-ZZZ-001", "B-ZZ 1234", "ZZ-001-Z")
    assert not plates.denies("plate", ["BE", "DE", None]) and plates.has_foreign_plates(["BE", "DE", None])
    assert plates.denies("plate", [None, "NL", None]) and not plates.has_foreign_plates(["BE", None, None])
    assert column("geen", "Jansen", "onbekend").denies("plate", ["BE"] * 3)


@pytest.mark.parametrize("cells", [("J.", "P.J."), ("JW", "P", "A", "K", "M"), ("JW", "P")])
def test_capitals_and_dots_may_be_initials(cells):
    assert column(*cells).may_be_initials()


@pytest.mark.parametrize("cells", [("J", "N", "J"), ("Y", "N"), ("NL", "BE") * 4])
def test_a_yes_a_no_and_few_codes_time_and_again_are_no_initials(cells):
    assert not column(*cells).may_be_initials()
