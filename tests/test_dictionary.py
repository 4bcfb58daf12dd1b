"""Words: what garages write for countries, languages, roles, yes, no and none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import dictionary


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("NL", "NL nl NLD Nederland NEDERLAND nederland. Holland The_Netherlands"),
        ("DE", "DE D DEU Duitsland Deutschland Germany"),
        ("BE", "BE B BEL België Belgie Belgique Belgium"),
        ("FR", "FR F FRA Frankrijk France"),
        ("LU", "LU L LUX Luxemburg Luxembourg Lëtzebuerg"),
        ("PL", "PL POL Polen Polska Poland"),
        ("GB", "GB UK GBR Engeland Verenigd-Koninkrijk Groot-Brittannië"),
        ("ES", "ES E ESP Spanje España"),
        ("IT", "IT I ITA Italië Italia"),
        ("AT", "AT A AUT Oostenrijk Österreich Oesterreich"),
        ("CZ", "CZ CZE Tsjechië Česko"),
        ("DK", "DK Denemarken Danmark"),
        ("TR", "TR TUR Turkije Türkiye"),
        ("BG", "BG Bulgarije България"),
        ("GR", "GR EL Griekenland Ελλάδα"),
        ("US", "US USA Amerika"),
        ("SR", "SR Suriname"),
    ],
)
def test_a_country_is_known_by_code_sign_and_name(code: str, words: str) -> None:
    for word in words.split():
        assert dictionary.country(word.replace("_", " ")) == code, word


@pytest.mark.parametrize("word", ["", "Narnia", "ZZ", "N", "Neder", "31"])
def test_what_is_no_country_is_not_guessed_at(word: str) -> None:
    assert dictionary.country(word) == ("NO" if word == "N" else None)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("nl", "nl NL Nederlands dutch Vlaams nl-NL nl_BE NLD dut"),
        ("de", "de D Duits Deutsch deu ger de-DE"),
        ("en", "en EN GB Engels english en-GB en_US.UTF-8 eng"),
        ("fr", "fr F Frans français fra fre"),
        ("pl", "pl Pools polski"),
        ("tr", "tr Turks Türkçe"),
        ("uk", "uk Oekraïens українська"),
        ("fy", "fy Fries frysk"),
    ],
)
def test_a_language_is_known_by_code_locale_and_name(code: str, words: str) -> None:
    for word in words.split():
        assert dictionary.language(word) == code, word


def test_what_is_no_language_is_not_guessed_at() -> None:
    assert [dictionary.language(word) for word in ("", "Klingon", "qq", "qq-NL", "1")] == [None] * 5


@pytest.mark.parametrize(
    ("table", "lookup"),
    [
        (dictionary._COUNTRY_WORDS, dictionary.country),
        (dictionary._LANGUAGE_WORDS, dictionary.language),
    ],
)
def test_no_word_has_two_meanings(table: str, lookup: Callable[[str], str | None]) -> None:
    for line in table.strip().splitlines():
        code, *words = line.split()
        assert {lookup(word) for word in words} == {code}


def test_every_iso_code_means_itself() -> None:
    for pair in dictionary._ISO_3166.split():
        assert dictionary.country(pair[:2]) == dictionary.country(pair[2:]) == pair[:2]
    for pair in dictionary._ISO_639.split():
        assert dictionary.language(pair[:2]) == dictionary.language(pair[2:]) == pair[:2]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("owner", ["owner", "Eigenaar", "KENTEKENHOUDER"]),
        ("driver", ["driver", "Bestuurder", "berijder"]),
        ("contractor", ["contractor", "contractant"]),
        (None, ["", "buurman", "leasemaatschappij"]),
    ],
)
def test_a_role_is_one_of_three(role: str | None, words: list[str]) -> None:
    assert {dictionary.role(word) for word in words} == {role}


@pytest.mark.parametrize("word", ["ja", "JA", "j", "Y", "yes", "true", "WAAR", "1", "-1", "x", "✓"])
def test_yes(word: str) -> None:
    assert dictionary.yes_or_no(word) is True


@pytest.mark.parametrize("word", ["nee", "Nee.", "N", "no", "false", "ONWAAR", "0"])
def test_no(word: str) -> None:
    assert dictionary.yes_or_no(word) is False


@pytest.mark.parametrize("word", ["", "misschien", "geen", "nvt", "2", "ja/nee", "31-12-2026"])
def test_neither_yes_nor_no(word: str) -> None:
    assert dictionary.yes_or_no(word) is None


@pytest.mark.parametrize(
    "text",
    [
        "geen",
        "GEEN",
        "-",
        "nvt",
        "n.v.t.",
        "N.V.T",
        "onbekend",
        "geen e-mail",
        "Heeft geen mail",
        "n/a",
        "?",
        "@",
        "geen emailadres",
        "none",
        "NULL",
    ],
)
def test_words_that_mean_no_address(text: str) -> None:
    assert dictionary.is_no_address(text)


@pytest.mark.parametrize(
    "text", ["geen@geen.nl", "n@a", "onbekend@voorbeeld.nl", "jan.voorbeeld.nl", "volgt"]
)
def test_what_may_be_meant_as_an_address(text: str) -> None:
    assert not dictionary.is_no_address(text)


@pytest.mark.parametrize("text", ["geen", "n.v.t.", "---", "?", "Onbekend"])
def test_words_that_mean_no_plate(text: str) -> None:
    assert dictionary.is_no_plate(text)


@pytest.mark.parametrize(
    "text",
    [
        "nvt",
        "N.V.T.",
        "n.v.t",
        "geen",
        "Onbekend",
        "niet bekend",
        "n/a",
        "NULL",
        "none",
        "?",
        "???",
        "-",
        "",
        ".",
    ],
)
def test_words_and_signs_that_mean_nothing(text: str) -> None:
    assert dictionary.is_nothing(text)


@pytest.mark.parametrize(
    "text", ["0", "geen idee", "volgt", "x", "########", "06", "geen 06", "#REF!", "ja", "nee"]
)
def test_what_may_be_meant_as_something(text: str) -> None:
    assert not dictionary.is_nothing(text)


@pytest.mark.parametrize("text", ["AB-12-34", "KOEKJE", "@@-12-34", "0"])
def test_what_may_be_meant_as_a_plate(text: str) -> None:
    assert not dictionary.is_no_plate(text)


@given(st.text(alphabet=st.characters(codec=None)))
def test_no_word_raises(text: str) -> None:
    for lookup in (dictionary.country, dictionary.language, dictionary.role, dictionary.yes_or_no):
        lookup(text)
    dictionary.is_no_address(text)
    dictionary.is_no_plate(text)
    dictionary.is_nothing(text)


@pytest.mark.parametrize(
    ("name", "apart"),
    [
        ("Bestuurder e-mail privé", ("driver", "emailprive")),
        ("Eigenaar.Achternaam", ("owner", "achternaam")),
        ("Kentekenhouder naam", ("owner", "naam")),
        ("CONTRACTANT_PLAATS", ("contractor", "plaats")),
        ("Bestuurder", (None, "bestuurder")),
        ("E-mail", (None, "email")),
        ("", (None, "")),
    ],
)
def test_whose_a_column_is_stands_before_what_it_is(name: str, apart: tuple[str | None, str]) -> None:
    assert dictionary.apart_from_role(name) == apart
