"""Masks: enough to find a value again, too little to know it, and nothing that steers a terminal or a log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import emails, masks, plates


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Jansen", "J*****"),
        ("31-02-2026", "3*-**-****"),
        ("1,5", "1,*"),
        ("van der Berg", "v** *** ****"),
        ("X", "*"),
        ("", ""),
        ("\nfatal: all is lost", "\\n*****: *** ** ****"),
        ("\u202egnp", "\\u202e***"),
        ("a" * 300, "a" + "*" * 22 + "…"),
    ],
)
def test_a_text_shows_its_first_character_and_its_form(value: str, shown: str) -> None:
    assert masks.text(value) == shown


@given(st.text(alphabet=st.characters(codec=None)))
def test_no_mask_has_a_control_character_or_grows_with_its_value(value: str) -> None:
    for mask in (masks.text, plates.mask, emails.mask):
        assert mask(value).isprintable()
        assert len(mask(value)) <= 40


@given(st.text(alphabet="abcdefghij0123456789@.é \x00", min_size=2))
def test_a_mask_holds_no_two_letters_of_a_text(value: str) -> None:
    assert sum(sign.isalnum() for sign in masks.text(value)) <= len("\\x00") - 1
