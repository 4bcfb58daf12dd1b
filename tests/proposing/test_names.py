"""The names of columns, in Dutch, English and short."""

from __future__ import annotations

import pytest

from connector.model import CANONICAL_FIELDS
from connector.proposing import names
from connector.proposing.doubting import FIELDS

MET = {
    "plate": "Kenteken, Nummerplaat, KENT, Reg No, License plate",
    "make": "Merk, Make, MRK",
    "model": "Model, Type",
    "vin": "Chassisnummer, Chassisnr., VIN",
    "fuel": "Brandstof, Fuel",
    "first_registration": "Eerste registratiedatum, Datum eerste toelating, DET",
    "apk_due": "APK datum, APK vervaldatum, APK tot, Vervaldatum APK, MOT due",
    "service_due": "Volgende beurt, Next service",
    "mileage": "Kilometerstand, Km stand, Km.stand, Tellerstand, Odometer",
    "mileage_at": "Datum km-stand",
    "customer_reference": "Relatienr, Klantnr, Klantnr., Debiteurnr, Customer no",
    "company": "Bedrijfsnaam, Company name",
    "initials": "Voorletters, VOORL",
    "first_name": "Voornaam, Roepnaam, First name",
    "infix": "Tussenvoegsel, TV",
    "last_name": "Achternaam, Naam, ANAAM, Surname, Naam eigenaar, Naam bestuurder, Owner, Naam 1",
    "street": "Straat, Straatnaam, Address 1",
    "house_number": "Huisnummer, HNR",
    "postal_code": "Postcode, PC, Zip code",
    "city": "Plaats, Woonplaats, Town",
    "country": "Landcode, Country",
    "email": "E-mail, Email, E-mailadres, E-mail privé, E-mail zakelijk, EML",
    "phone": "Telefoon, Tel.",
    "mobile": "Mobiel, GSM, Mobile phone",
    "opt_out": "Geen mailing, Geblokkeerd",
    "consent": "Mailing J/N, Toestemming",
    "changed_at": "Laatste wijziging, Last modified",
}


@pytest.mark.parametrize(("field", "name"), [(f, n) for f, every in MET.items() for n in every.split(", ")])
def test_a_name_that_is_met_means_its_field(field, name):
    found = names.meaning(name)
    assert found is not None and found[0] == field


@pytest.mark.parametrize(
    "name",
    [
        "Titel",
        "Aanhef",
        "Toevoeging",
        "Leasemaatschappij",
        "Wagenpark",
        "Opmerking",
        "Geboortedatum",
        "Bouwjaar",
    ],
)
def test_a_name_that_means_no_field_is_known_as_such(name):
    assert names.meaning(name) is None and names.likely_meaning(name) is None
    assert names.is_known(name)


@pytest.mark.parametrize(
    ("better", "worse"), [("E-mail privé", "E-mail"), ("E-mail", "E-mail zakelijk"), ("Achternaam", "Naam")]
)
def test_of_two_names_for_a_field_the_better_one_comes_first(better, worse):
    first, second = names.meaning(better), names.meaning(worse)
    assert first is not None and second is not None and first[1] < second[1]


@pytest.mark.parametrize(
    ("name", "field"), [("Kentekenn", "plate"), ("Acternaam", "last_name"), ("Emailadress", "email")]
)
def test_a_name_typed_wrong_is_taken_for_the_one_that_it_is_like(name, field):
    found = names.meaning(name) or names.likely_meaning(name)
    assert found is not None and found[0] == field


@pytest.mark.parametrize("name", ["Veld1", "x", "Kleurcode lak", "Dossier", "Bestuurdersnaam werkgever"])
def test_a_name_of_something_else_is_not_known(name):
    assert names.meaning(name) is None and names.likely_meaning(name) is None


@pytest.mark.parametrize(
    ("name", "field"),
    [("Zoeknaam", "last_name"), ("Contactpersoon", "last_name"), ("E-mail eigenaar", "email")],
)
def test_a_name_that_may_hold_a_field_is_likely_and_not_certain(name, field):
    found = names.likely_meaning(name)
    assert names.meaning(name) is None and found is not None and found[0] == field


def test_every_field_has_a_dutch_word():
    assert set(FIELDS) == set(CANONICAL_FIELDS)
