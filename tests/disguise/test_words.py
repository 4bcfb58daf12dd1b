"""Words for words: of one kind, always the same, never two as one."""

from __future__ import annotations

from random import Random

import pytest

from connector.disguise import Words


@pytest.fixture
def words() -> Words:
    return Words(Random(1))


@pytest.mark.parametrize(
    "word", ["Jansen", "DE", "x9", "0612", "Çelik", "4021", "ß", "Παπά", "мир", "محمد", "王", "İ"]
)
def test_every_sign_becomes_one_of_its_kind(words, word):
    found = words.word(word)
    assert len(found) == len(word)
    for old, new in zip(word, found, strict=True):
        assert (old.isupper(), old.isdigit(), old.isalpha()) == (new.isupper(), new.isdigit(), new.isalpha())
        assert len(old.encode()) == len(new.encode())


def test_a_word_has_one_place_whatever_its_capitals(words):
    assert words.word("Jansen").lower() == words.word("JANSEN").lower() == words.word("jansen")


@pytest.mark.parametrize(
    "every",
    [
        [chr(97 + at) for at in range(26)],
        [f"{at:02}" for at in range(100)],
        [f"{at}" for at in range(1000, 10_000)],
        [f"naam{at}" for at in range(20_000)],
    ],
    ids=["letters", "figures", "four figures", "words"],
)
def test_two_words_never_become_one(words, every):
    assert len({words.word(word) for word in every}) == len(every)


def test_a_word_of_the_export_never_takes_the_place_of_another():
    every = {f"{at}" for at in range(1000, 5000)}
    words = Words(Random(1), every)
    assert not {words.word(word) for word in every} & every


def test_a_word_is_not_its_own_place_where_there_is_another(words):
    assert all(words.word(f"{at:02}") != f"{at:02}" for at in range(50))


def test_a_zero_in_front_stays_and_no_other_comes_there(words):
    assert all(words.word(f"{at}")[0] != "0" for at in range(10, 99))
    assert words.word("0123")[0] == "0"


def test_only_what_the_encoding_can_write_is_written():
    words = Words(Random(1), encoding="cp850")
    assert words.text("éèüÉÑ" * 20).encode("cp850")


def test_the_words_to_keep_are_kept(words):
    found = words.text("van der Meer", {"van", "der"})
    assert found.startswith("van der ") and found != "van der Meer"
