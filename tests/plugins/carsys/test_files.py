"""Which files are read, which are held with the name that is missing, and which records are rejected."""

from __future__ import annotations

import pytest

from connector.errors import SourceFormatError

from .conftest import NEEDED, as_csv, as_xml

CARS = [
    {"Kenteken": "ZZ-001-Z", "APK datum": "31-12-2027", "Bestuurder e-mail privé": "a@voorbeeld.example"},
    {"Kenteken": "ZZ-002-Z", "Eigenaar e-mail zakelijk": "b@voorbeeld.example", "Eigenaar plaats": "Dorp"},
]


def refusal(carsys, content: bytes, **settings) -> SourceFormatError:
    with pytest.raises(SourceFormatError) as caught:
        carsys(**settings).mapped(content)
    return caught.value


def test_both_formats_say_the_same(carsys) -> None:
    assert carsys().mapped(as_csv(CARS)) == carsys().mapped(as_xml(CARS))


@pytest.mark.parametrize("column", NEEDED)
def test_a_file_without_a_column_that_decides_who_the_customer_is_is_held(carsys, written, column) -> None:
    others = [name for name in NEEDED if name != column]
    cars = [{name: text for name, text in car.items() if name != column} for car in CARS]
    error = refusal(carsys, written(cars, others))
    assert f"“{column}”" in str(error)
    assert error.column == column
    assert ("kolom" if written is as_csv else "element") in str(error)


@pytest.mark.parametrize("role", ["Eigenaar", "Contractant"])
def test_who_is_no_recipient_may_be_gone(carsys, written, role) -> None:
    others = [name for name in NEEDED if not name.startswith(role)]
    recipient = [
        name for name, dutch in {"owner": "Eigenaar", "contractor": "Contractant"}.items() if dutch != role
    ]
    assert len(carsys(recipient=["driver", *recipient]).mapped(written(CARS[:1], others))) == 1


def test_a_column_said_to_be_optional_may_be_gone(carsys, written) -> None:
    others = [name for name in NEEDED if name != "Contractant bedrijfsnaam"]
    assert (
        len(carsys(columns={"contractor.company": {"optional": "true"}}).mapped(written(CARS, others))) == 2
    )


def test_a_name_that_looks_like_the_one_that_is_gone_is_told(carsys, written) -> None:
    renamed = [name.replace("e-mail privé", "email prive oud") for name in NEEDED]
    cars = [
        {name.replace("e-mail privé", "email prive oud"): text for name, text in car.items()} for car in CARS
    ]
    assert "bedoelt u “Bestuurder" in str(refusal(carsys, written(cars, renamed)))


@pytest.mark.parametrize(
    ("gone", "now"),
    [
        ("Kenteken", "Nummerplaat"),
        ("APK datum", "Vervaldatum APK"),
        ("Bestuurder achternaam", "Bestuurder familienaam"),
        ("Eigenaar e-mail zakelijk", "Eigenaar zakelijk mail"),
    ],
)
def test_a_name_that_means_the_same_is_told(carsys, gone, now) -> None:
    renamed = [now if name == gone else name for name in NEEDED]
    cars = [{now if name == gone else name: text for name, text in car.items()} for car in CARS]
    assert f"“{gone}” (bedoelt u “{now}”?)" in str(refusal(carsys, as_csv(cars, renamed)))


def test_a_name_of_the_garages_own_must_be_there(carsys, written) -> None:
    error = refusal(carsys, written(CARS), columns={"vehicle.mileage": "Km stand"})
    assert "“Km stand”" in str(error)


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("vehicle.plate", "Nummer van de auto"),
        ("vehicle.make", "Fabrikaat"),
        ("driver.email_private", "Mail thuis"),
        ("driver.last_name", "Berijder"),
        ("owner.city", "Woonplaats houder"),
    ],
)
def test_every_name_can_be_another(carsys, written, field, column) -> None:
    car = dict(CARS[0] if field != "owner.city" else CARS[1])
    standard = {
        "vehicle.plate": "Kenteken",
        "vehicle.make": "Merk",
        "driver.email_private": "Bestuurder e-mail privé",
        "driver.last_name": "Bestuurder achternaam",
        "owner.city": "Eigenaar plaats",
    }[field]
    (expected,) = carsys().mapped(written([{standard: "Bos", **car}]))
    car[column] = car.pop(standard, "Bos")
    others = [name for name in NEEDED if name != standard]
    (found,) = carsys(columns={field: column}).mapped(written([car], others))
    assert found == expected


def test_the_first_of_several_columns_that_is_filled_in_counts(carsys, written) -> None:
    cars = [{**CARS[0], "Merk": merk, "Fabrikaat": make} for merk, make in (("", "Volvo"), ("Opel", "Volvo"))]
    mapped = carsys(columns={"vehicle.make": ["Merk", "Fabrikaat"]}).mapped(written(cars))
    assert [each["make"] for each in mapped] == ["Volvo", "Opel"]


def test_a_fixed_value_is_of_every_car(carsys, written) -> None:
    mapped = carsys(columns={"vehicle.country": {"value": "NL"}}).mapped(written(CARS))
    assert [each["country"] for each in mapped] == ["NL", "NL"]


@pytest.mark.parametrize("optional", [False, True])
def test_an_opt_out_that_is_gone_is_no_and_never_where_it_may_be_gone(carsys, optional) -> None:
    named = {
        f"{role}.{fact}": {"column": name, "optional": str(optional)}
        for role in ("driver", "owner", "contractor")
        for fact, name in {"opt_out": "Geen mailing", "consent": "Akkoord"}.items()
    }
    xml = (
        as_xml(CARS[:1])
        if optional
        else as_xml([CARS[0], {**CARS[1], "Geen mailing": "ja", "Akkoord": "ja"}])
    )
    made = carsys(columns=named)
    first = made.adapter.map_record(made.records(xml)[0], made.settings)
    assert ("opt_out" in first, first["consent"]) == (not optional, "")


# ---------------------------------------------------------------- formats


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_xml_is_known_by_its_first_sign_in_any_encoding(carsys, encoding) -> None:
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>\n{as_xml(CARS).decode()}'
    assert len(carsys().mapped(text.encode(encoding))) == 2


def test_a_format_that_is_set_is_not_guessed(carsys) -> None:
    assert "“Kenteken”" in str(refusal(carsys, as_xml(CARS), format="csv"))
    assert "XML" in str(refusal(carsys, as_csv(CARS), format="xml"))


def test_the_element_of_a_car_may_be_named(carsys) -> None:
    lists = as_xml(CARS).replace(b"</Export>", b"<Beurt Kenteken='ZZ-001-Z'/></Export>")
    assert "`record`" in str(refusal(carsys, lists))
    assert len(carsys(record="Voertuig").mapped(lists)) == 2
    assert "bedoelt u “Voertuig”" in str(refusal(carsys, as_xml(CARS), record="Auto"))


def test_an_export_without_cars_is_no_mistake(carsys) -> None:
    assert carsys().mapped(b"<Export datum='2026-11-25'></Export>") == []
    assert carsys().mapped(as_csv([])) == []
    assert carsys(record="Voertuig").mapped(b"<Export><Kop><Datum>x</Datum></Kop><Lijst/></Export>") == []


def test_an_unknown_xml_is_held(carsys) -> None:
    assert "“Kenteken”" in str(refusal(carsys, b"<Lijst><Klant><Naam>x</Naam></Klant><Klant/></Lijst>"))


def test_elements_may_stand_deep_and_bear_other_names(carsys) -> None:
    xml = (
        b"<Export><Voertuig><Auto><Nummer>ZZ-001-Z</Nummer></Auto><Personen><Rijder>"
        b"<Mail>a@voorbeeld.example</Mail><Naam>Bos</Naam><Firma/></Rijder></Personen></Voertuig></Export>"
    )
    names = {"email_private": "Mail", "last_name": "Naam", "company": "Firma"}
    settings = {f"driver.{field}": f"Personen.Rijder.{name}" for field, name in names.items()}
    made = carsys(
        recipient=["driver"],
        addresses=["private"],
        columns={"vehicle.plate": "Auto.Nummer", "vehicle.apk_due": {"optional": "true"}, **settings},
    )
    assert made.mapped(xml) == [
        {"plate": "ZZ-001-Z", "role": "driver", "email": "a@voorbeeld.example", "last_name": "Bos"}
    ]


# ---------------------------------------------------------------- what stands twice


def test_a_csv_with_a_column_twice_is_held(carsys) -> None:
    error = refusal(carsys, as_csv(CARS, [*NEEDED, "KENTEKEN"]))
    assert "“Kenteken” staat meer dan eens" in str(error)


@pytest.mark.parametrize(
    ("inner", "column"),
    [
        ("<Bestuurder achternaam='A'/><Bestuurder achternaam='B'/>", "Bestuurder.achternaam"),
        ("<Bestuurder/><Bestuurder e-mail_privé='b@voorbeeld.example'/>", "Bestuurder.e-mail_privé"),
        ("<Kenteken>ZZ-009-Z</Kenteken>", "Kenteken"),
        ("<kenteken>ZZ-009-Z</kenteken>", "kenteken"),
        ("<Bestuurder achternaam='A'/><Bestuurder achternaam='A'/>", None),
        ("<Bestuurder achternaam='A'/><Bestuurder achternaam=' '/>", None),
        ("<Kenteken>ZZ-001-Z</Kenteken>", None),
        ("<Beurt km='1'/><Beurt km='2'/>", None),
    ],
)
def test_a_record_with_two_of_one_thing_is_rejected_unless_they_are_alike(carsys, inner, column) -> None:
    xml = as_xml([{**CARS[0]}, CARS[1]]).decode()
    first = xml.index("</Voertuig>")
    if "Bestuurder" in inner and "<Bestuurder/>" not in inner:
        start, end = xml.index("<Bestuurder"), xml.index("/>") + 2
        xml = xml[:start] + xml[end:]
        first = xml.index("</Voertuig>")
    doubled = xml[:first] + inner + xml[first:]
    records = carsys(columns={"vehicle.apk_due": {"optional": "true"}}).records(doubled.encode())
    faults = [record.fault and (record.fault.code, record.fault.column) for record in records]
    assert faults == [("field_repeated", column) if column else None, None]
