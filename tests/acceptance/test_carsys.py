"""A garage with CarSys: what it exports, in whichever of its forms, becomes passports at iGarage."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.cli import workplace
from connector.cli.options import Options
from connector.ledger.looking import all_passports

SAMPLE = Path(__file__).parents[2] / "plugins" / "carsys" / "sample"
CUSTOMERS = ("klanten.csv", "klanten.xml", "klanten-attributen.xml")
LONG_AGO = 1_790_000_000


@pytest.fixture
def carsys(garage):
    """A garage that reads customers and the APK mailing from one folder."""
    folder = str(garage.export_folder)
    mailing = {
        "name": "apk",
        "adapter": "carsys",
        "watch": folder,
        "pattern": ["apk*"],
        "contains": "selection",
    }
    garage.configure(
        source={"adapter": "carsys", "pattern": ["klanten*"], "settings": {}},
        more_sources=[{**mailing, "settle": 0, "settings": {"layout": "apk_mailing"}}],
        delivery={"send": "always"},
    )
    return garage


def sample(garage, name, *, at=None, **changes):
    text = (SAMPLE / name).read_text("utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return garage.drop(text.encode(), name, at=at)


@pytest.mark.parametrize("name", CUSTOMERS)
def test_an_export_in_the_folder_becomes_passports(carsys, name):
    sample(carsys, name)
    assert carsys.installation.process("run", "--once").status == 0
    assert sorted(carsys.mails()) == [
        ("ZZ001Z", "j.vandermeer@voorbeeld.example"),
        ("ZZ002Z", "a.celik@voorbeeld.example"),
        ("ZZ003Z", "d.brouwer@timmerwerk.example"),
        ("ZZ005Z", "info@korenaar.example"),
    ]
    (deed,) = (deed for deed in carsys.deeds() if deed.plate == "ZZ003Z")
    assert {name: text for name, text in deed.body["customer"].items() if text} == {
        "reference": "1003",
        "role": "driver",
        "company": "Timmerwerk Brouwer & Zn",
        "initials": "D.",
        "last_name": "Brouwer",
        "email": "d.brouwer@timmerwerk.example",
        "mobile": "0612345603",
        "street": "Kerkplein",
        "house_number": "8",
        "postal_code": "1235 AB",
        "city": "Verderop",
    }
    assert deed.body["vehicle"]["apk_due"] == "2027-06-30"
    assert deed.body["source"]["system"] == "carsys"
    (skipped,) = [each for each in carsys.ask("skipped") if each["reason"] == "lease_company"]
    assert skipped["line"] is not None


def test_the_same_customers_in_another_form_ask_for_nothing(carsys):
    sample(carsys, "klanten.csv", at=LONG_AGO)
    carsys.run()
    asked, deeds = len(carsys.asked()), carsys.deeds()
    for night, name in enumerate(("klanten.xml", "klanten-attributen.xml"), 1):
        sample(carsys, name, at=LONG_AGO + night)
        assert carsys.run().status == 0
    assert (len(carsys.asked()), carsys.deeds()) == (asked, deeds)


def test_the_apk_mailing_speaks_of_its_own_cars_and_takes_none_away(carsys):
    sample(carsys, "klanten.xml")
    carsys.run()
    before = len(carsys.deeds())
    mailing = (SAMPLE / "apk-mailing.csv").read_text("utf-8").replace("31-12-2026", "31-12-2027")
    carsys.drop(mailing.encode(), "apk.csv")
    carsys.run()
    due = {deed.plate: deed.body["vehicle"]["apk_due"] for deed in carsys.deeds()[before:]}
    assert due == {"ZZ001Z": "2027-12-31", "ZZ002Z": "2026-11-02"}
    assert len(carsys.mails()) == 4
    assert carsys.counts() == {"total": 4, "delivered": 4}


def test_a_renamed_element_holds_the_file_and_nobody_else_becomes_the_customer(carsys):
    sample(carsys, "klanten.xml", at=LONG_AGO)
    carsys.run()
    before = carsys.deeds()
    sample(carsys, "klanten.xml", at=LONG_AGO + 1, EmailPrive="EmailThuis")
    assert carsys.run().status == 3
    assert carsys.deeds() == before
    held = carsys.stand()["sources"][0]
    assert held["state"] == "held"
    assert "Bestuurder e-mail privé" in held["message"] and "Bestuurder.EmailThuis" in held["message"]


def test_a_wrong_cell_is_told_with_the_column_of_the_person_it_is_of(carsys):
    text = (SAMPLE / "klanten.csv").read_text("utf-8")
    line = next(each for each in text.splitlines() if each.startswith("ZZ-002-Z"))
    owner = line.replace("A.;;;Çelik;Coöperatiestraat", "A.;;;;Coöperatiestraat", 1)
    assert owner != line
    carsys.drop(text.replace(line, owner).encode(), "klanten.csv")
    carsys.run()
    (rejected,) = carsys.ask("rejected")
    assert (rejected["line"], rejected["column"], rejected["code"]) == (
        3,
        "Eigenaar achternaam",
        "last_name_missing",
    )


def test_two_drivers_of_one_car_reject_that_car_alone(carsys):
    second = "<Bestuurder><Achternaam>Ander</Achternaam></Bestuurder>\n    <Eigenaar>"
    text = (SAMPLE / "klanten.xml").read_text("utf-8").replace("<Eigenaar>", second, 1)
    carsys.drop(text.encode(), "klanten.xml")
    carsys.run()
    (rejected,) = carsys.ask("rejected")
    assert (rejected["line"], rejected["code"]) == (3, "field_repeated")
    assert sorted(deed.plate for deed in carsys.deeds()) == ["ZZ002Z", "ZZ003Z", "ZZ005Z"]


def test_an_unknown_name_in_columns_is_told_with_its_place_and_the_one_that_was_meant(carsys):
    carsys.configure(source={"settings": {"columns": {"driver.email_privat": "Mail thuis"}}})
    said = carsys.main("config", "check")
    assert said.status == 4
    assert (
        "columns.driver.email_privat: is not a known key — did you mean 'driver.email_private'?" in said.err
    )


# ---------------------------------------------------------------- a consent that is gone from XML

AUTO = (
    "<Auto><Kenteken>ZZ-00{0}-Z</Kenteken><ApkDatum>01-06-2027</ApkDatum><Bestuurder><Bedrijfsnaam/>"
    "<Achternaam>Klant {0}</Achternaam><EmailPrive>klant{0}@voorbeeld.example</EmailPrive><EmailZakelijk/>"
    "</Bestuurder>{1}</Auto>"
)
YES = "<Toestemming>ja</Toestemming>"


def cars_of(consent, numbers):
    autos = "".join(AUTO.format(number, consent) for number in numbers)
    return f"<?xml version='1.0' encoding='utf-8'?><Export>{autos}</Export>".encode()


def consents(garage):
    """Plate → the consent that the ledger knows of."""
    loaded = workplace.load(Options(config=garage.folder))
    with workplace.ledger_to_look(loaded) as ledger, ledger.looking() as connection:
        return {plate: facts.consent for plate, facts in all_passports(connection, garage.id)}


@pytest.fixture(params=["it may be gone", "it is needed"])
def consenting(garage, request):
    """A garage that invites who consents; by its XML export, which says so of everybody."""
    optional = request.param == "it may be gone"
    settings = {
        "recipient": ["driver"],
        "columns": {"driver.consent": {"column": "Toestemming", "optional": optional}},
    }
    source = {"adapter": "carsys", "pattern": ["*.xml"], "settings": settings}
    garage.configure(source=source, delivery={"send": "consented"})
    garage.drop(cars_of(YES, (1, 2)), "klanten.xml")
    assert garage.run().status == 0
    assert len(garage.mails()) == 2
    return garage, optional


def test_a_consent_whose_element_is_gone_is_noticed_and_nobody_is_invited_until_it_is_back(consenting):
    garage, optional = consenting
    garage.drop(cars_of("", (1, 2, 3)).replace(b"Klant 1<", b"Klant Een<"), "klanten.xml")
    garage.run()
    assert "ontbreekt de kolom met toestemming" in garage.stand()["message"] or not optional
    assert [each["reason"] for each in garage.ask("held")] == ([] if optional else ["layout_unknown"])
    assert len(garage.mails()) == 2
    assert garage.trace("ZZ-001-Z")["revision"] == (2 if optional else 1)
    for _ in range(2):
        garage.run()
    if optional:
        assert garage.trace("ZZ-003-Z")["invitation"]["state"] != "due"
        assert consents(garage) == {"ZZ001Z": "yes", "ZZ002Z": "yes", "ZZ003Z": None}
    garage.main("resend", "ZZ-001-Z")
    garage.run()
    assert len(garage.mails()) == 2, "not even where a person asks"
    garage.drop(cars_of(YES, (1, 2, 3)).replace(b"Klant 1<", b"Klant Een<"), "klanten.xml")
    assert garage.run().status == 0
    assert len(garage.mails()) == 3 and garage.ask("held") == []


def test_a_consent_that_nobody_gives_is_no_gap(consenting):
    garage, _ = consenting
    garage.drop(cars_of("<Toestemming/>", (1, 2, 3)), "klanten.xml")
    assert garage.run().status == 0
    assert garage.trace("ZZ-003-Z")["invitation"]["reason"] == "no_consent"
    garage.drop(cars_of("<Toestemming>ja</Toestemming>", (1, 2, 3)), "klanten.xml")
    garage.run()
    assert len(garage.mails()) == 3
