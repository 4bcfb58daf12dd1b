"""Plates: shape decides, letters only warn, and nothing is swapped."""

from __future__ import annotations

import csv
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import plates

VECTORS = Path(__file__).parent / "data" / "kenteken.csv"


def vectors() -> list[dict[str, str]]:
    with VECTORS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shape(text: str) -> str:
    """The form of a text, found without the code under test: X and 9 for ASCII, ? for all else."""
    stripped = [sign for sign in text if sign not in "-. _"]
    return "".join(
        "X" if sign in string.ascii_letters else "9" if sign in string.digits else "?" for sign in stripped
    )


SHAPES = {form.replace("-", "") for form in plates.SIDE_CODES}


@pytest.mark.parametrize("row", vectors(), ids=lambda row: row["plate"] or "(empty)")
def test_what_a_public_library_accepts_we_accept_and_what_has_the_shape_too(row: dict[str, str]) -> None:
    judged = plates.judge(row["plate"], None)
    assert judged.accepted == (shape(row["plate"]) in SHAPES)
    if row["expected_valid"] == "1":
        assert judged.accepted
        assert plates.formatted(judged.plate) == row["formatted"]
        assert plates.sidecode(judged.plate) == int(row["sidecode"])


@pytest.mark.parametrize("row", vectors(), ids=lambda row: row["plate"] or "(empty)")
def test_letters_that_a_library_refuses_are_unusual(row: dict[str, str]) -> None:
    judged = plates.judge(row["plate"], "NL")
    if (
        judged.accepted
        and "forbidden combination" in row["source"]
        and "sp999" not in row["plate"].replace("-", "")
    ):
        assert judged.verdict == "unusual"


@pytest.mark.parametrize(
    ("text", "country", "verdict", "plate"),
    [
        ("AB-12-34", None, "ok", "AB1234"),
        ("ab-12-34", "NL", "ok", "AB1234"),
        (" kjr.50_s ", None, "ok", "KJR50S"),
        ("KJ\u00a0R\u201350\u2011S\u200b", None, "ok", "KJR50S"),
        ("12-ABC-3", "NL", "unusual", "12ABC3"),  # a vowel from side code 4 on
        ("AE-12-34", "NL", "ok", "AE1234"),  # and before it
        ("12-QZZ-3", "NL", "unusual", "12QZZ3"),
        ("NSB-12-K", "NL", "unusual", "NSB12K"),
        ("SS-12-34", "NL", "unusual", "SS1234"),
        ("HS-SH-12", "NL", "ok", "HSSH12"),  # the combination runs over two groups: not one
        ("WO-12-KL", "NL", "unusual", "WO12KL"),  # trailers carry an O
        ("06-12345678", None, "needs_country", "0612345678"),
        ("06-12345678", "NL", "invalid", "0612345678"),
        ("@@-12-34", None, "needs_country", "@@1234"),
        ("@@-12-34", "NL", "invalid", "@@1234"),
        ("@@-12-34", "DE", "invalid", "@@1234"),
        ("1ABC234", None, "needs_country", "1ABC234"),
        ("B-MW 1234", "DE", "foreign", "BMW1234"),
        ("lö-ab 12", "DE", "foreign", "LÖAB12"),
        ("LÖ-AB 12", "NL", "invalid", "LÖAB12"),
        ("AB-12-34", "BE", "foreign", "AB1234"),
        (
            "\u0410123\u0412\u0421",
            "RU",
            "invalid",
            "\u0410123\u0412\u0421",
        ),  # Cyrillic look-alikes are other signs
        ("1" * 15, "PL", "foreign", "1" * 15),
        ("1" * 16, "PL", "invalid", "1" * 16),
        ("", "PL", "invalid", ""),
        ("ß9XXX", None, "needs_country", "ß9XXX"),
        ("ß9XXX", "DE", "invalid", "ß9XXX"),
        ("\u013199XXX", "NL", "invalid", "\u013199XXX"),
        ("\u212a99XXX", "NL", "invalid", "\u212a99XXX"),  # the Kelvin sign
        ("\uff21-12-XXX", "NL", "invalid", "\uff2112XXX"),  # full width
        ("\u0660\u0661-XX-22", "NL", "invalid", "\u0660\u0661XX22"),  # digits of another script
    ],
)
def test_a_text_is_judged_with_its_country(text: str, country: str | None, verdict: str, plate: str) -> None:
    judged = plates.judge(text, country)
    assert (judged.verdict, judged.plate) == (verdict, plate)


def test_a_plate_of_dutch_shape_without_a_country_is_dutch() -> None:
    assert plates.judge("AB-12-34", None).country == "NL"
    assert plates.judge("1ABC234", None).country is None


@pytest.mark.parametrize(("side_code", "form"), list(enumerate(plates.SIDE_CODES, start=1)))
def test_each_side_code_has_its_own_dashes(side_code: int, form: str) -> None:
    plate = form.replace("X", "K").replace("9", "1")
    assert plates.sidecode(plates.compact(plate)) == side_code
    assert plates.formatted(plates.compact(plate)) == plate


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("KJ-1O-34", "O0"),
        ("AB-12-3O", None),  # of another side code's form: unusual, and a plate as it stands
        ("A8-12-34", None),  # B and 8 are told apart
        ("AB-I2-34", "I1"),
        ("KK-KK-OI", "O0I1"),
        ("KO-12-34", None),
        ("K0-12-34", "O0"),
        ("1KJR5O", "O0"),
        ("AB-12-345", None),
        ("", None),
    ],
)
def test_mistaken_signs_are_asked_about_and_never_swapped(text: str, asked: str | None) -> None:
    assert plates.lookalikes(text) == asked
    assert plates.compact(text) == text.replace("-", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ab1234", "AB-**-**"),
        ("9-KKL-99", "9-***-**"),
        ("06-12345678", "06-********"),
        ("ABC", "A**"),
        ("B", "*"),
        ("", ""),
        ("\x1b[31mAB", "\\x1b[*****"),
        ("B" * 1000, "BB*********…"),
    ],
)
def test_a_mask_shows_no_more_than_the_first_group(text: str, shown: str) -> None:
    assert plates.mask(text) == shown


@given(st.text(), st.sampled_from([None, "NL", "DE"]))
def test_any_text_is_judged_and_only_the_fourteen_shapes_are_dutch(text: str, country: str | None) -> None:
    judged = plates.judge(text, country)
    assert (judged.verdict in ("ok", "unusual")) == (
        country != "DE" and plates.sidecode(judged.plate) is not None
    )
    if judged.verdict in ("ok", "unusual"):
        assert judged.plate.isascii()
        assert shape(judged.plate) in SHAPES
    if judged.accepted:
        assert plates.judge(judged.plate, judged.country) == judged
        assert 1 <= len(judged.plate) <= plates.LONGEST


@given(
    st.sampled_from(plates.SIDE_CODES).flatmap(
        lambda form: st.from_regex(form.replace("X", "[A-Za-z]").replace("9", "[0-9]"), fullmatch=True)
    )
)
def test_every_plate_of_the_fourteen_forms_is_accepted_and_written_back(text: str) -> None:
    judged = plates.judge(text, None)
    assert judged.accepted
    assert plates.formatted(judged.plate) == text.upper()
    assert plates.judge(plates.formatted(judged.plate), "NL") == judged


@given(st.text())
def test_a_mask_is_short_and_printable_and_hides_the_rest(text: str) -> None:
    shown = plates.mask(text)
    assert len(shown) <= 12
    assert shown.isprintable()
