"""Which words are names of people, whole or in part."""

from __future__ import annotations

import pytest

from connector.proposing import people

WHOLE = ("Jan van der Berg", "Piet Jansen", "Anouk de Vries")
LAST = ("van der Berg", "Jansen", "de Vries", "Jansen-de Vries", "Berg van der")


def test_first_names_or_initials_before_last_names_are_whole_names():
    assert people.are_whole_names(WHOLE)
    assert people.are_whole_names(("Jansen", "J. Bos"))
    assert people.are_whole_names(("Bos", "Jansen, P."))


def test_last_names_with_an_infix_are_not():
    assert not people.are_whole_names(LAST) and not people.hold_whole_names(LAST)


def test_some_whole_names_among_last_names_are_told():
    some = ("Jan van der Berg", *LAST)
    assert people.hold_whole_names(some) and not people.are_whole_names(some)


@pytest.mark.parametrize("texts", [WHOLE, ("J. van der Berg", "P. Jansen"), ("Berg", "Jansen")])
def test_whole_names_count_by_the_last_name_in_them(texts):
    assert people.last_name_score(texts, [None] * len(texts)) > 0.2


def test_the_address_beside_it_tells_a_last_name():
    assert people.last_name_score(("J. Xandersen",), ["janxandersen"]) > 1
    assert people.last_name_score(("J. Xandersen",), [None]) == 0
