"""Names come first, cells have a veto, a person has the last word; and every doubt is said."""

from __future__ import annotations

from datetime import date

import pytest

from connector.proposing import masked_rows, propose
from connector.proposing.doubting import SENTENCES

TODAY = date(2026, 11, 25)
PLATES = [f"ZZ-{at:03}-Z" for at in range(1, 9)]
MAILS = [f"klant{at}@voorbeeld.example" for at in range(1, 9)]
NAMES = ["Jansen", "Bakker", "Visser", "Smit", "Mulder", "Bos", "Vos", "Dekker"]
SOUND = {"Kenteken": PLATES, "E-mail": MAILS, "Achternaam": NAMES}


def rows(columns):
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def proposed(columns, given=None):
    return propose(list(columns), rows(columns), TODAY, given)


def chosen(columns, given=None):
    return {choice.field: list(choice.columns) for choice in proposed(columns, given).choices}


def doubts(columns, given=None):
    return {(doubt.why, doubt.field, doubt.column) for doubt in proposed(columns, given).doubts}


def test_sound_columns_raise_no_doubt():
    assert chosen(SOUND) == {"plate": ["Kenteken"], "email": ["E-mail"], "last_name": ["Achternaam"]}
    assert doubts(SOUND) == set()
    assert proposed(SOUND).missing == ()


def test_what_is_not_found_is_missing_and_a_company_will_do_for_a_last_name():
    assert proposed({"Plaats": ["Dorp"] * 8}).missing == ("plate", "email", "last_name")
    with_company = {"Kenteken": PLATES, "E-mail": MAILS, "Bedrijfsnaam": NAMES}
    assert proposed(with_company).missing == ()


def test_an_export_without_rows_is_judged_by_its_names_and_doubted():
    proposal = propose(list(SOUND), [], TODAY)
    assert proposal.missing == ()
    assert {doubt.why for doubt in proposal.doubts} == {"empty"}


def test_cells_overrule_a_name():
    columns = {"Kenteken": MAILS, "E-mail": PLATES, "Achternaam": NAMES}
    assert proposed(columns).missing == ("plate", "email")
    assert {("other_cells", "plate", "Kenteken"), ("other_cells", "email", "E-mail")} <= doubts(columns)


def test_words_for_none_do_not_overrule_a_name():
    assert chosen({**SOUND, "E-mail": ["geen"] * 7 + MAILS[:1]})["email"] == ["E-mail"]


@pytest.mark.parametrize("name", ["Kenteken", "KENTEKEN "])
def test_a_name_that_stands_twice_is_not_taken(name):
    columns = ["Kenteken", name, "E-mail", "Achternaam"]
    proposal = propose(columns, [], TODAY)
    assert "plate" in proposal.missing
    assert "doubled" in {doubt.why for doubt in proposal.doubts}


@pytest.mark.parametrize("name", ["", "APK\r\ndatum"])
def test_a_name_that_no_file_can_hold_is_not_taken(name):
    days = [f"{at:02}-03-2027" for at in range(11, 19)]
    proposal = propose([*SOUND, name], rows({**SOUND, name: days}), TODAY)
    assert name not in [column for choice in proposal.choices for column in choice.columns]
    assert ("nameless", "apk_due") in {(doubt.why, doubt.field) for doubt in proposal.doubts}


def test_a_column_that_holds_rows_which_will_be_rejected_is_doubted():
    days = [*(f"{at:02}-03-2027" for at in range(11, 18)), "31-02-2027"]
    assert ("some_unread", "apk_due", "APK datum") in doubts({**SOUND, "APK datum": days})


def test_a_country_column_of_words_that_are_no_countries_is_left_alone():
    columns = {**SOUND, "Land": ["Nergens"] * 4 + ["NL"] * 4}
    assert "country" not in chosen(columns)
    assert ("other_cells", "country", "Land") in doubts(columns)


def test_dates_without_a_name_are_known_by_whether_they_lie_ahead():
    ahead = [f"{at:02}-03-2027" for at in range(11, 19)]
    past = [f"{at:02}-03-20{at}" for at in range(11, 19)]
    found = chosen({**SOUND, "A": ahead, "B": past})
    assert (found["apk_due"], found["first_registration"]) == (["A"], ["B"])


def test_a_day_of_birth_is_taken_for_nothing():
    born = [f"{at:02}-03-19{at + 50}" for at in range(11, 19)]
    proposal = proposed({**SOUND, "Geboortedatum": born})
    assert proposal.unused == ("Geboortedatum",)


def test_an_address_on_many_rows_is_doubted():
    columns = {**SOUND, "E-mail": [*MAILS[:4], *["geen@geen.example"] * 4]}
    assert ("often_one", "email", "E-mail") in doubts(columns)


def test_a_person_has_the_last_word():
    columns = {**SOUND, "Ander": PLATES}
    assert ("another", "plate", "Ander") in doubts(columns)
    assert chosen(columns, {"plate": ["Ander"], "email": ["E-mail"]})["plate"] == ["Ander"]
    assert doubts(columns, {"plate": ["Ander"]}) == set()
    assert "last_name" not in chosen(columns, {"last_name": []})


def test_masked_rows_show_no_cell():
    proposal = proposed(SOUND)
    shown = masked_rows(proposal, rows(SOUND))
    assert len(shown) == 5
    assert shown[0] == {"plate": "ZZ-***-*", "email": "k***@v***.example", "last_name": "J*****"}


def test_no_doubt_holds_a_cell():
    columns = {**SOUND, "E-mail": [*MAILS[:4], *["geen@geen.example"] * 4], "Veld": MAILS}
    told = " ".join(map(str, proposed(columns).doubts))
    assert not any(cell in told for cell in (*PLATES, *MAILS, *NAMES, "geen@geen"))


@pytest.mark.parametrize("sentence", SENTENCES.values())
def test_every_doubt_is_a_sentence(sentence):
    assert sentence.endswith((".", "?")) and sentence[0].isupper() | (sentence[0] == "“")
