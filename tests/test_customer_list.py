"""The customer list in the portal's form, and what a person says of it."""

from __future__ import annotations

from datetime import date

import pytest

from connector.customer_list import COLUMNS, Failed, Form, Unlisted, failures, name_of

PERSON = {"email": "jan@voorbeeld.example", "last_name": "Jansen"}


def line(**content):
    return Form().line("ZZ001Z", {**PERSON, **content})


def test_a_list_is_the_templates_header_and_a_line_for_each():
    form = Form()
    header, first, end = form.written([form.line("ZZ001Z", PERSON)]).decode("utf-8-sig").split("\r\n")
    assert header == (
        "Kenteken;Email;Voornaam;Tussenvoegsel;Achternaam;Bedrijfsnaam;Mobiel;Telefoon;Merk;Model;"
        "APK datum;Kilometerstand;Wagenpark"
    )
    assert first == "ZZ001Z;jan@voorbeeld.example;;;Jansen" + ";" * 8 and end == ""


@pytest.mark.parametrize(
    ("field", "value", "cell"),
    [
        ("apk_due", "2027-12-31", "31-12-2027"),
        ("mileage", 12345, "12345"),
        ("mobile", "+31612345678", "0031612345678"),
        ("mobile", "0612345678", "0612345678"),
        ("company", "=1+1 BV", "'=1+1 BV"),
        ("company", 'Bakker; "Zn"', 'Bakker; "Zn"'),
        ("last_name", "-Jansen", "'-Jansen"),
        ("infix", "", ""),
    ],
)
def test_a_cell_says_what_the_passport_says_and_is_no_formula(field, value, cell):
    assert line(**{field: value})[field] == cell


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"email": "=jan@voorbeeld.example"}, "kolom Email begint met een teken"),
        ({"email": "+jan@voorbeeld.example"}, "kolom Email begint met een teken"),
        ({"last_name": ""}, "kolom Achternaam is leeg"),
    ],
)
def test_what_would_mail_somebody_else_is_not_written(content, why):
    with pytest.raises(Unlisted, match=why):
        line(**content)


def test_a_letter_that_the_lists_encoding_does_not_know_is_not_replaced_by_another():
    form = Form(encoding="cp1252")
    assert form.line("ZZ001Z", {**PERSON, "last_name": "Çelik"})["last_name"] == "Çelik"
    with pytest.raises(
        Unlisted, match="kolom Achternaam heeft een teken dat een lijst in cp1252 niet kent"
    ) as told:
        form.line("ZZ001Z", {**PERSON, "last_name": "Łukasz"})
    assert "ukasz" not in str(told.value)


def test_form_and_order_are_the_garages():
    form = Form({"Naam": "last_name", "Mail": "email", "Plaat": "plate"}, ",", "utf-8", "\n")
    assert (
        form.written([form.line("ZZ001Z", PERSON)])
        == b"Naam,Mail,Plaat\nJansen,jan@voorbeeld.example,ZZ001Z\n"
    )
    assert list(COLUMNS)[:2] == ["Kenteken", "Email"]


def test_the_name_says_whether_to_tick_send():
    day = date(2027, 3, 1)
    assert name_of(7, day, sends=True) == "klantenlijst-2027-03-01-nr7-wel-versturen.csv"
    assert name_of(8, day, sends=False) == "klantenlijst-2027-03-01-nr8-niet-versturen.csv"


@pytest.mark.parametrize(
    ("said", "failed"),
    [
        ("ZZ-001-Z\nzz002z\n", [(1, "ZZ001Z", "invalid"), (2, "ZZ002Z", "invalid")]),
        ("kenteken;reden\r\nZZ-001-Z;E-mailadres onjuist\r\n", [(2, "ZZ001Z", "email_invalid")]),
        ("Kenteken,Fout\nZZ-001-Z,hoort bij een andere eigenaar\n", [(2, "ZZ001Z", "owner_conflict")]),
        ("\ufeffZZ-001-Z\n\nZZ-001-Z\n", [(1, "ZZ001Z", "invalid")]),
        ("", []),
    ],
)
def test_what_failed_is_a_plate_on_each_line_and_perhaps_why(said, failed):
    found, mistakes = failures(said.encode())
    assert mistakes == [] and found == [Failed(*each) for each in failed]


def test_a_line_without_a_plate_is_a_mistake_with_its_number():
    found, (mistake,) = failures(b"kenteken\nZZ-001-Z\nniets\n")
    assert (mistake.line, len(found)) == (3, 1) and "geen kenteken" in mistake.message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'"', b"\x00\x00", "ZZ001Z;Ç".encode("cp1252")])
def test_rubbish_never_breaks_it(content):
    failures(content)
