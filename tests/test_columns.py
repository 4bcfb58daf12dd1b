"""Columns: matched by name however it is written, never by place and never by guess."""

from __future__ import annotations

import pytest

from connector.columns import Columns, normalised, trimmed
from connector.errors import SourceFormatError
from connector.model import CellText, Column

HEADER = ("Kenteken", "E-mail privé", "E-mail zakelijk", "Achternaam", "APK datum")


def column(*names: str, value: str | None = None, optional: bool = False) -> Column:
    return Column(names=names, value=value, optional=optional)


@pytest.mark.parametrize(
    "header",
    ["Kenteken", "KENTEKEN", " kenteken\t", "\ufeffKenteken", "\u00a0Kenteken\u00a0", "\u200bKenteken"],
)
def test_a_header_matches_without_case_space_bom_and_nbsp(header: str) -> None:
    found = Columns({"plate": column("Kenteken")}, [header])
    assert found.pick({header: "AB-12-34"}) == {"plate": ("AB-12-34", header)}


def test_an_nbsp_within_a_header_is_a_space() -> None:
    assert normalised("E-mail\u00a0privé") == normalised("E-MAIL PRIVÉ")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  a b ", "a b"),
        ("\u00a0\u200ba\ufeff\u2060", "a"),
        ("\x00a\x00\x1a", "a"),
        (" \x00 ", ""),
        ("a\x00b", "a\x00b"),
        ("👩\u200d🔧", "👩\u200d🔧"),
    ],
)
def test_only_what_surrounds_a_text_unseen_is_trimmed(raw: str, text: str) -> None:
    assert trimmed(raw) == text


def test_the_first_column_that_is_not_empty_counts() -> None:
    found = Columns({"email": column("E-mail privé", "E-mail zakelijk")}, HEADER)
    assert found.pick({"E-mail privé": "p@a.nl", "E-mail zakelijk": "z@a.nl"})["email"][0] == "p@a.nl"
    for none in ("", "  ", "-", "geen", "n.v.t."):
        assert found.pick({"E-mail privé": none, "E-mail zakelijk": "z@a.nl"})["email"] == (
            "z@a.nl",
            "E-mail zakelijk",
        )


def test_an_empty_field_is_named_after_its_first_column() -> None:
    found = Columns({"email": column("E-mail privé", "E-mail zakelijk")}, HEADER)
    assert found.pick({})["email"] == ("", "E-mail privé")


def test_a_fixed_value_stands_where_no_column_says_more() -> None:
    found = Columns({"country": column(value=" NL ")}, HEADER)
    assert found.pick({"Kenteken": "AB-12-34"}) == {"country": ("NL", None)}


def test_a_missing_column_holds_the_file_and_names_the_one_that_looks_like_it() -> None:
    with pytest.raises(SourceFormatError) as caught:
        Columns({"plate": column("Kenteken"), "apk_due": column("APK-datum")}, HEADER)
    assert caught.value.column == "APK-datum"
    assert "de kolom “APK-datum” (bedoelt u “APK datum”?)" in str(caught.value)


def test_a_column_that_is_mapped_already_is_not_proposed() -> None:
    with pytest.raises(SourceFormatError) as caught:
        Columns({"email": column("E-mail privé", "E-mail thuis")}, ("Kenteken", "E-mail privé"))
    assert "bedoelt u" not in str(caught.value)


def test_every_missing_column_is_named() -> None:
    with pytest.raises(SourceFormatError, match="de kolommen “Kenteken”, “Merk”"):
        Columns({"plate": column("Kenteken"), "make": column("Merk")}, ("Nummer",))


def test_each_of_several_names_must_be_there() -> None:
    with pytest.raises(SourceFormatError, match="E-mail thuis"):
        Columns({"email": column("E-mail privé", "E-mail thuis")}, HEADER)


def test_an_optional_column_may_be_gone_and_then_is_not_mapped() -> None:
    found = Columns({"plate": column("Kenteken"), "opt_out": column("Geen mailing", optional=True)}, HEADER)
    assert found.pick({"Kenteken": "AB-12-34"}).keys() == {"plate"}


def test_a_mapped_column_that_stands_twice_holds_the_file() -> None:
    with pytest.raises(SourceFormatError, match="“Naam” staat meer dan eens") as caught:
        Columns({"last_name": column("Naam")}, ("Kenteken", "Naam", "NAAM "))
    assert caught.value.column == "Naam"


def test_an_unmapped_column_may_stand_twice() -> None:
    Columns({"plate": column("Kenteken")}, ("Kenteken", "Naam", "Naam"))


def test_a_message_is_bounded_and_carries_no_control_characters() -> None:
    with pytest.raises(SourceFormatError) as caught:
        Columns({"plate": column("K\x1b[2J" + "x" * 500)}, ("y" * 10_000,))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_without_a_header_each_record_is_matched_by_itself() -> None:
    found = Columns({"plate": column("kenteken"), "make": column("merk")}, None)
    assert found.pick({"Kenteken": "AB-12-34"}) == {"plate": ("AB-12-34", "Kenteken")}
    assert found.pick({"MERK": "Volvo", "kenteken": ""}) == {
        "plate": ("", "kenteken"),
        "make": ("Volvo", "MERK"),
    }


def test_what_a_plugin_maps_itself_takes_fixed_values_where_it_is_silent() -> None:
    found = Columns({"country": column(value="NL"), "make": column("Merk")}, (*HEADER, "Merk"))
    assert found.given({"plate": " AB-12-34 ", "make": "-", "wheels": "4"}) == {
        "plate": ("AB-12-34", "plate"),
        "country": ("NL", None),
        "make": ("", "Merk"),
    }


def test_a_text_that_knows_its_column_is_told_of_with_that_column() -> None:
    found = Columns({"email": column("E-mail driver", "E-mail owner", optional=True)}, None)
    texts = {
        "email": CellText("x", "E-mail owner"),
        "make": CellText(" ", "Merk"),
        "role": CellText("a", None),
    }
    assert found.given(texts) == {
        "email": ("x", "E-mail owner"),
        "make": ("", "Merk"),
        "role": ("a", None),
    }
