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


MEANINGS = {
    "e-mail": "email",
    "emailadres": "email",
    "e-mail klant": "email",
    "naam": "last_name",
    "klantnaam": "last_name",
    "klantnr": "customer_reference",
    "kent.": "plate",
    "gsm": "mobile",
}


def refused(columns: dict[str, Column], *header: str) -> str:
    with pytest.raises(SourceFormatError) as caught:
        Columns(columns, header, lambda name: MEANINGS.get(normalised(name)))
    return str(caught.value)


@pytest.mark.parametrize(
    ("field", "name", "header", "meant"),
    [
        ("email", "E-mail", ("Kent.", "Emailadres"), "Emailadres"),
        ("plate", "Kolom 1", ("E-mails", "Kent."), "Kent."),  # by the field it is mapped to
        ("full_name", "Volledige naam", ("Naam",), "Naam"),  # a whole name is called a name
        ("make", "E-mail", ("Emailadres",), "Emailadres"),  # by its own name, whatever it is mapped to
        (
            "email",
            "E-mail",
            ("E-mail klant", "Emailadres"),
            "E-mail klant",
        ),  # of several the one most like it
        ("email", "E-mail", ("Emailadres", "E-mail klant"), "E-mail klant"),
        ("email", "E-mail privé", ("E-mail prive", "Emailadres"), "Emailadres"),  # what is known goes first
        ("email", "E-post", ("E-posts",), "E-posts"),  # else as it is spelled
    ],
)
def test_what_means_the_same_goes_before_what_is_spelled_alike(field, name, header, meant) -> None:
    assert f"“{name}” (bedoelt u “{meant}”?)" in refused({field: column(name)}, *header)


def test_what_is_spelled_alike_and_means_something_else_is_not_proposed() -> None:
    assert "bedoelt u" not in refused({"last_name": column("Klantnaam")}, "Klantnr")


def test_a_cell_of_data_is_never_proposed_whatever_it_means() -> None:
    with pytest.raises(SourceFormatError) as caught:
        Columns({"email": column("E-mail")}, ("jan@voorbeeld.example",), lambda _: "email")
    assert "bedoelt u" not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "remedy"),
    [
        ({"make": column("Merk")}, "aan, of zet er `optional: true` bij."),
        ({"email": column("E-mail")}, "Herstel de export of pas de kolomnamen in de instellingen aan."),
        ({"last_name": column("Naam")}, "Herstel de export of pas de kolomnamen in de instellingen aan."),
        ({"company": column("Firma")}, "Herstel de export of pas de kolomnamen in de instellingen aan."),
        ({"plate": column("K"), "make": column("M")}, "aan, of zet bij “M” `optional: true`."),
        ({"full_name": column("X", optional=True), "company": column("F")}, "zet er `optional: true` bij."),
    ],
)
def test_no_column_that_every_row_needs_is_said_to_be_optional_by_way_of_remedy(columns, remedy) -> None:
    assert refused(columns, "Nummer").endswith(remedy)


@pytest.mark.parametrize(
    ("columns", "gone"),
    [
        ({"plate": column("K", optional=True)}, "“K”"),
        ({"email": column("A", "B", optional=True)}, "“A”, “B”"),
        ({"full_name": column("N", optional=True), "company": column("F", optional=True)}, "“N”, “F”"),
        ({"email": column("A", "Nummer", optional=True)}, None),
        ({"last_name": column("N", optional=True), "company": column("Nummer")}, None),
        ({"full_name": column("N", optional=True), "company": column(value="Firma")}, None),
        ({"make": column("M", optional=True)}, None),
    ],
)
def test_a_file_is_bare_where_nothing_is_there_of_what_every_row_needs(columns, gone) -> None:
    found = Columns(columns, ("Nummer",))
    if gone is None:
        found.refuse_bare(("Nummer",))
        return
    with pytest.raises(SourceFormatError, match=gone):
        found.refuse_bare(("Nummer",))


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
