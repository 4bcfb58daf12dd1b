"""What stays of a header names columns and nobody, and a customer is no header."""

from __future__ import annotations

import pytest

from connector.disguise.headings import harmless_words, is_all_names, is_customer, kept, names_nobody

ROWS = [
    ["ZZ-001-Z", "Berg", "jan.berg@voorbeeld.example"],
    ["ZZ-002-Z", "Jansen", "geen"],
    ["ZZ-003-Z", "Vries", "vries@voorbeeld.example"],
]


@pytest.mark.parametrize(
    "text",
    ["Kenteken", "E-mail privé", "Bestuurder e-mail zakelijk", "APK vervaldatum", "Km. stand", "Adres 2", "Kntkn",
     "Datum laatste beurt", "Contractant tussenvoegsel", "Geen mailing", "apk_due", "Eerste registratiedatum"],
)  # fmt: skip
def test_the_name_of_a_column_names_nobody(text):
    assert names_nobody(text)


@pytest.mark.parametrize(
    "text",
    ["Kanarie", "Afgedrukt door K. Kanarie", "K.M.", "Gebruiker: Kanarie", "Ken", "Zwartsluis", "Adres 4021",
     "ZZ-777-Z", "06-51423987", "E. Kanarie", "17-05-1968"],
)  # fmt: skip
def test_whatever_else_may_be_somebody(text):
    assert not names_nobody(text)


def test_of_a_title_the_words_stay_that_are_nobodys():
    assert harmless_words("Klanten van K. Kanarie per 25-11-2026") == {"klanten", "van", "per"}
    assert harmless_words("E. Kanarie") == set()
    assert harmless_words("E-mail van Kanarie") == {"e", "mail", "van"}


def test_a_name_that_the_garage_gave_stays_unless_it_is_a_customers():
    row = ["Mijn kolom", "ZZ-777-Z", "kanarie@voorbeeld.example", "17-05-1968", "Andere kolom"]
    mapped = {"mijn kolom", "zz-777-z", "kanarie@voorbeeld.example", "17-05-1968"}
    assert kept(row, mapped, {}) == [True, False, False, False, False]


def test_the_name_of_a_column_that_is_also_a_persons_stays_among_names_or_above_what_it_says():
    assert kept(["Kenteken", "Naam", "Land"], (), {}) == [True, True, True]
    assert kept(["Naam", "Kanarie", "Plaats", "Land"], (), {}) == [True, False, True, False]
    assert kept(["Naam", "Kanarie", "Plaats", "Land"], (), {3: "country"}) == [True, False, True, True]
    assert kept(["Ken"], (), {}) == [False]


@pytest.mark.parametrize(
    "first",
    [
        ["ZZ-777-Z", "Kanarie", ""],
        ["", "Kanarie", "kanarie@voorbeeld.example"],
        ["B-ZZ 1234", "Schmidt", "geen"],
        ["B-ZZ 1234", "Schmidt", ""],
        ["B-ZZ 1234", "Naam", "Plaats geen"][:2],
    ],
)
def test_a_first_row_of_the_shape_of_those_below_it_is_a_customer(first):
    assert is_customer(first, ROWS)


@pytest.mark.parametrize(
    "first",
    [["Kenteken", "Naam", "E-mail"], ["Mijn veld", "Kanarie", "Post"], ["Veld1", "Veld2", "Veld3"], ["", "", ""],
     ["Tel 1", "Tel 2", "Adres 3"]],
)  # fmt: skip
def test_a_header_is_none(first):
    assert not is_customer(first, ROWS)


def test_without_rows_below_only_what_a_row_says_tells():
    assert is_customer(["ZZ-777-Z", "Kanarie"], [])
    assert not is_customer(["B-ZZ 1234", "Schmidt"], [])


def test_a_row_of_names_alone_is_a_header_wherever_it_stands():
    assert is_all_names(["Kntkn", "Anaam", "Eml", ""])
    assert not is_all_names(["Kntkn", "Anaam", "Kanarie"])
    assert not is_all_names(["Klant"]) and not is_all_names(["", ""])
    assert not is_all_names(["Ken", "Land"])
