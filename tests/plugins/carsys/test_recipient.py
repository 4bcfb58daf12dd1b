"""Who of a car's people becomes the customer, and what comes along."""

from __future__ import annotations

import json
import re

import pytest

from connector import kit
from connector.model import Skipped

from .conftest import NEEDED, as_xml

D, O, C = "Bestuurder", "Eigenaar", "Contractant"  # noqa: E741  # as short as the tables need
PRIVE, ZAKELIJK = "e-mail privé", "e-mail zakelijk"
CAR = {"Kenteken": "ZZ-001-Z", "APK datum": "31-12-2027"}


def address(who: str) -> str:
    return f"{who}@voorbeeld.example"


def people(**texts: str) -> dict[str, str]:
    """`dp="x"` is the driver's private address x@voorbeeld.example; `dz` his business one; `db` his company."""
    roles = {"d": D, "o": O, "c": C}
    names = {"p": PRIVE, "z": ZAKELIJK, "b": "bedrijfsnaam", "l": "lease"}
    return {
        f"{roles[key[0]]} {names[key[1]]}": text if key[1] in "bl" or text in ODD else address(text)
        for key, text in texts.items()
    }


ODD = frozenset(("geen", "-", "n.v.t.", "kapot@@voorbeeld.example", "kapot", ""))


@pytest.mark.parametrize(
    ("texts", "role", "email"),
    [
        ({"dp": "a", "dz": "b", "op": "c", "cp": "d"}, "driver", "a"),
        ({"dz": "b", "op": "c", "cp": "d"}, "driver", "b"),
        ({"op": "c", "oz": "e", "cp": "d"}, "owner", "c"),
        ({"oz": "e", "cp": "d"}, "owner", "e"),
        ({"cp": "d", "cz": "f"}, "contractor", "d"),
        ({"cz": "f"}, "contractor", "f"),
        ({"dp": "geen", "dz": "-", "op": "n.v.t.", "oz": "e"}, "owner", "e"),
        ({"dp": "kapot", "dz": "b"}, "driver", "b"),
        ({"dp": "kapot@@voorbeeld.example", "op": "c"}, "owner", "c"),
        ({"dp": "a", "db": "Timmerwerk Bos BV"}, "driver", "a"),
    ],
)
def test_the_first_usable_address_is_the_customers(carsys, written, texts, role, email) -> None:
    (mapped,) = carsys().mapped(written([CAR | people(**texts)]))
    assert (mapped["role"], mapped["email"]) == (role, address(email))


@pytest.mark.parametrize(
    ("recipient", "addresses", "email"),
    [
        (["owner", "driver"], ["private", "business"], "c"),
        (["owner", "driver"], ["business", "private"], "e"),
        (["driver"], ["business"], "b"),
        ("contractor", "business", "f"),
        (["contractor", "driver"], ["private"], "a"),
    ],
)
def test_the_garage_sets_the_order_of_roles_and_addresses(
    carsys, written, recipient, addresses, email
) -> None:
    everybody = people(dp="a", dz="b", op="c", oz="e", cz="f")
    (mapped,) = carsys(recipient=recipient, addresses=addresses).mapped(written([CAR | everybody]))
    assert mapped["email"] == address(email)


def test_who_is_no_recipient_is_never_the_customer(carsys, written) -> None:
    (mapped,) = carsys(recipient=["driver"]).mapped(written([CAR | people(op="c", cp="d")]))
    assert mapped == {"plate": "ZZ-001-Z", "apk_due": "31-12-2027", "role": "driver"}


@pytest.mark.parametrize(
    ("texts", "role", "email"),
    [
        ({"dp": "kapot"}, "driver", "kapot"),
        ({"dp": "geen", "oz": "kapot"}, "owner", "kapot"),
        ({"dz": "kapot", "ob": "Demo Lease BV", "oz": "lease"}, "driver", "kapot"),
    ],
)
def test_a_wrong_address_is_left_to_a_person_where_there_is_no_other(
    carsys, written, texts, role, email
) -> None:
    (mapped,) = carsys().mapped(written([CAR | people(**texts)]))
    assert (mapped["role"], mapped["email"]) == (role, email)


# ---------------------------------------------------------------- lease companies


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"ob": "Demo Lease B.V.", "oz": "lease"}, Skipped("lease_company")),
        ({"dp": "geen", "ob": "Demo Lease", "op": "lease"}, Skipped("lease_company")),
        ({"ob": "Demo Lease", "oz": "lease", "cb": "Andere Leasing NV", "cz": "x"}, Skipped("lease_company")),
        ({"dp": "lease", "ob": "Demo Lease", "oz": "lease"}, Skipped("lease_company")),
        ({"dp": "LEASE", "ob": "Demo Lease", "oz": "lease"}, Skipped("lease_company")),
        ({"db": "Demo Lease", "dp": "a"}, Skipped("lease_company")),
        ({"ob": "Demo Lease", "oz": "lease", "cp": "d"}, "d"),
        ({"dp": "a", "ob": "Demo Lease", "oz": "lease"}, "a"),
        ({"dp": "lease", "dz": "b", "ob": "Demo Lease", "oz": "lease"}, "b"),
        ({"ob": "Demo Lease", "oz": "kapot"}, Skipped("lease_company")),
        ({"ob": "Demo Lease"}, None),
        ({"ob": "Demo Lease", "oz": "geen"}, None),
    ],
)
def test_a_lease_company_never_stands_in_for_a_driver(carsys, written, texts, expected) -> None:
    (mapped,) = carsys().mapped(written([CAR | people(**texts)]))
    if isinstance(expected, Skipped):
        assert mapped == expected
    else:
        assert mapped.get("email") in ((address(expected),) if expected else (None, "geen"))


def test_a_lease_company_that_is_no_recipient_still_keeps_its_mailbox(carsys, written) -> None:
    texts = people(dp="lease", ob="Demo Lease", oz="lease")
    assert carsys(recipient=["driver"]).mapped(written([CAR | texts])) == [Skipped("lease_company")]


@pytest.mark.parametrize(
    ("says", "is_one"),
    [
        ("ja", True),
        ("J", True),
        ("1", True),
        ("onbekend", True),
        ("nee", False),
        ("0", False),
        ("", False),
        ("-", False),
    ],
)
def test_a_column_may_say_who_is_a_lease_company(carsys, written, says, is_one) -> None:
    adapter = carsys(columns={"owner.is_lease_company": "Eigenaar lease"})
    (mapped,) = adapter.mapped(written([CAR | people(ob="Zomaar BV", oz="c", ol=says)]))
    assert (mapped == Skipped("lease_company")) is is_one


def test_a_car_without_a_plate_is_told_as_such_and_not_as_a_lease_car(carsys, written) -> None:
    (mapped,) = carsys().mapped(written([CAR | {"Kenteken": " "} | people(ob="Demo Lease", oz="x")]))
    assert not isinstance(mapped, Skipped)


LEASE = "Voorbeeld Lease BV"


@pytest.mark.parametrize(
    ("driver", "owner"),
    [
        ("b@lease.example", "a@lease.example; b@lease.example"),
        ("B@Lease.example", "a@lease.example, b@lease.example"),
        ("b@lease.example", "a@lease.example b@lease.example"),
        ("b@lease.example", "Wagenpark <a@lease.example>, Beheer <b@lease.example>"),
        ("b@lease.example", "kapot@@lease.example / b@lease.example"),
        ("b@lease.example", "bel eerst of mail b@lease.example"),
        ("b@lease.example", "a@lease.example; mailto:b@lease.example."),
        ("b@lease.example; a@lease.example", "a@lease.example; b@lease.example"),
        ("Beheer <b@lease.example>", "a@lease.example en b@lease.example"),
        ("t.a.v. beheer b@lease.example", "a@lease.example; b@lease.example"),
        ("b@lease.example;", "b@lease.example"),
        ("a&b@lease.example", "a&b@lease.example"),
        ("a&b@lease.example\u200b", "a&b@lease.example"),
    ],
)
def test_every_mailbox_of_a_lease_company_is_passed_over(carsys, written, driver, owner) -> None:
    car = CAR | {f"{D} achternaam": "Drv", f"{D} {PRIVE}": driver, f"{O} bedrijfsnaam": LEASE}
    assert carsys().mapped(written([car | {f"{O} {ZAKELIJK}": owner}])) == [Skipped("lease_company")]


@pytest.mark.parametrize(
    ("driver", "sent"),
    [
        ("fleet@lease.example; drv@v.example", "drv@v.example"),
        ("drv@v.example; fleet@lease.example", "drv@v.example"),
        ("FLEET@lease.example / drv@v.example", "drv@v.example"),
        ("fleet@lease.example drv@v.example", "drv@v.example"),
        ("fleet@lease.example; mailto:fleet@lease.example; drv@v.example", "drv@v.example"),
        ("Fleet <fleet@lease.example>, Jan <drv@v.example>", "drv@v.example"),
        ("fleet@lease.example; drv@v.example; partner@v.example", "drv@v.example"),
        ("drv@v.example; partner@v.example", "drv@v.example"),
        ("x-fleet@lease.example", "x-fleet@lease.example"),
        ("a&fleet@lease.example", "a&fleet@lease.example"),
    ],
)
def test_what_stands_beside_a_lease_companys_mailbox_is_the_drivers_own(
    carsys, written, driver, sent
) -> None:
    people = {f"{D} {PRIVE}": driver, f"{O} bedrijfsnaam": LEASE, f"{O} {ZAKELIJK}": "fleet@lease.example"}
    made, content = carsys(), written([CAR | people])
    (mapped,) = made.mapped(content)
    assert not isinstance(mapped, Skipped)
    assert (mapped["role"], kit.judge_address(mapped["email"]).key) == ("driver", sent)
    assert not re.search(r"(?<![-&])fleet@lease", mapped["email"], re.IGNORECASE)
    column = made.columns_of(content)["email"]
    assert column and "".join(filter(str.isalnum, column)).lower() == "bestuurderemailprivé"


def test_what_may_be_one_address_with_a_space_is_still_left_to_a_person(carsys, written) -> None:
    people = {
        f"{D} {PRIVE}": "jan jansen@v.example; fleet@lease.example",
        f"{O} bedrijfsnaam": LEASE,
        f"{O} {ZAKELIJK}": "fleet@lease.example",
    }
    (mapped,) = carsys().mapped(written([CAR | people]))
    assert (mapped["role"], mapped["email"]) == ("driver", "jan jansen@v.example")


def test_a_business_address_comes_after_the_private_one_that_is_left(carsys, written) -> None:
    people = {
        f"{D} {PRIVE}": "fleet@lease.example; kapot@@v.example",
        f"{D} {ZAKELIJK}": "drv@werk.example",
        f"{O} bedrijfsnaam": LEASE,
        f"{O} {ZAKELIJK}": "fleet@lease.example",
    }
    (mapped,) = carsys().mapped(written([CAR | people]))
    assert mapped["email"] == "drv@werk.example"


def test_a_mailbox_in_any_column_of_a_lease_company_is_its_own(carsys, written) -> None:
    people = {
        f"{D} {PRIVE}": "b@lease.example",
        f"{O} bedrijfsnaam": LEASE,
        f"{O} {ZAKELIJK}": "a@lease.example",
        "Postbus": "b@lease.example",
    }
    made = carsys(columns={"owner.email_business": [f"{O} {ZAKELIJK}", "Postbus"]})
    assert made.mapped(written([CAR | people])) == [Skipped("lease_company")]


def test_of_several_columns_the_first_counts_that_says_more_than_a_lease_companys_mailbox(
    carsys, written
) -> None:
    people = {f"{D} {PRIVE}": "fleet@lease.example", "Mail thuis": "drv@v.example"}
    owner = {f"{O} bedrijfsnaam": LEASE, f"{O} {ZAKELIJK}": "fleet@lease.example"}
    made = carsys(columns={"driver.email_private": [f"{D} {PRIVE}", "Mail thuis"]})
    content = written([CAR | people | owner])
    assert made.mapped(content)[0]["email"] == "drv@v.example"
    assert made.columns_of(content)["email"] in ("Mail thuis", "Mail_thuis")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ({"achternaam": "Athlon Car Lease"}, True),
        ({"achternaam": "Voorbeeld Lease"}, True),
        ({"achternaam": "Arval B.V."}, True),
        ({"bedrijfsnaam": "-", "achternaam": "Voorbeeld Lease"}, True),
        ({"bedrijfsnaam": "n.v.t.", "achternaam": "Voorbeeld Lease"}, True),
        ({"voornaam": "Athlon", "achternaam": "Car Lease"}, True),
        ({"voornaam": "ALD", "achternaam": "Automotive"}, True),
        ({"voorletters": "W.", "achternaam": "Arval"}, True),
        ({"tussenvoegsel": "van", "achternaam": "Voorbeeld Autolease"}, True),
        ({"bedrijfsnaam": "Bakkerij De Korenaar", "achternaam": "Voorbeeld Lease"}, False),
        ({"achternaam": "Please"}, False),
        ({"voornaam": "Nicole", "achternaam": "Asenbach"}, False),
        ({"achternaam": "Bos"}, False),
    ],
)
def test_who_has_no_company_is_judged_by_his_name(carsys, written, name, is_one) -> None:
    owner = {f"{O} {field}": text for field, text in name.items()}
    (mapped,) = carsys().mapped(written([CAR | owner | people(op="c")]))
    assert (mapped == Skipped("lease_company")) is is_one


def test_a_lease_company_known_by_its_last_name_keeps_its_mailbox(carsys, written) -> None:
    owner = {f"{O} achternaam": "Athlon Car Lease"}
    (mapped,) = carsys().mapped(written([CAR | owner | people(dp="lease", dz="b", op="lease")]))
    assert (mapped["role"], mapped["email"]) == ("driver", address("b"))


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ({"achternaam": "Voorbeeld Fleet"}, True),
        ({"voorletters": "W.", "achternaam": "Voorbeeld Fleet"}, True),
        ({"tussenvoegsel": "van der", "achternaam": "Berg Fleet"}, True),
        ({"voornaam": "Voorbeeld", "achternaam": "Bos"}, False),
        ({"bedrijfsnaam": "Bakkerij", "achternaam": "Voorbeeld Fleet"}, False),
    ],
)
def test_the_garages_own_list_is_compared_with_the_same_names(carsys, written, name, is_one) -> None:
    owner = {f"{O} {field}": text for field, text in name.items()}
    adapter = carsys(lease_companies=["Voorbeeld Fleet", "Van der Berg*"])
    (mapped,) = adapter.mapped(written([CAR | owner | people(op="c")]))
    assert (mapped == Skipped("lease_company")) is is_one


@pytest.mark.parametrize(
    ("company", "driver_is_mailed"),
    [("Please B.V.", True), ("Release Events", True), ("Autolease Voorbeeld", False)],
)
def test_a_word_like_lease_makes_nobody_a_lease_company(carsys, written, company, driver_is_mailed) -> None:
    driver = {f"{D} bedrijfsnaam": company, f"{D} {ZAKELIJK}": "jan@please.example"}
    (mapped,) = carsys().mapped(written([CAR | driver | people(op="c")]))
    assert mapped["role"] == ("driver" if driver_is_mailed else "owner")


MAILING = ("Kenteken", "APK datum", "Rol", "Bedrijfsnaam", "Achternaam", "E-mail")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ({"Achternaam": "Voorbeeld Lease"}, True),
        ({"Bedrijfsnaam": "Autolease BV", "Achternaam": "Bos"}, True),
        ({"Voornaam": "Athlon", "Achternaam": "Car Lease"}, True),
        ({"Bedrijfsnaam": "Please B.V."}, False),
        ({"Achternaam": "Bos"}, False),
    ],
)
def test_the_addressee_of_a_mailing_is_judged_alike(carsys, written, name, is_one) -> None:
    row = CAR | {"Rol": "eigenaar", "E-mail": "a@lease.example; b@lease.example"} | name
    (mapped,) = carsys(layout="apk_mailing").mapped(written([row], MAILING))
    assert (mapped == Skipped("lease_company")) is is_one


@pytest.mark.parametrize("media_type", ["application/json", "application/xml"])
def test_what_is_pushed_is_judged_alike(carsys, media_type) -> None:
    first = {f"{D} {PRIVE}": "b@lease.example", f"{O} {ZAKELIJK}": "a@lease.example; b@lease.example"}
    second = {f"{D} {PRIVE}": "a@lease.example; drv@v.example", f"{O} {ZAKELIJK}": "a@lease.example"}
    cars = [CAR | mails | {f"{O} achternaam": "Athlon Car Lease"} for mails in (first, second)]
    every = [dict.fromkeys(NEEDED, "") | car for car in cars]
    content = json.dumps(every).encode() if media_type == "application/json" else as_xml(cars)
    skipped, mapped = carsys().pushed(content, media_type)
    assert skipped == Skipped("lease_company")
    assert mapped["email"] == "drv@v.example"


# ---------------------------------------------------------------- what comes along


def test_everything_of_a_customer_comes_from_the_same_person(carsys, written) -> None:
    def of(role: str, word: str) -> dict[str, str]:
        names = (
            "relatienummer",
            "bedrijfsnaam",
            "titel",
            "voorletters",
            "voornaam",
            "tussenvoegsel",
            "achternaam",
        )
        return {
            f"{role} {name}": f"{name} {word}"
            for name in (*names, "straat", "huisnummer", "postcode", "plaats")
        }

    (mapped,) = carsys().mapped(written([CAR | of(D, "d") | of(O, "o") | of(C, "c") | people(op="c")]))
    assert mapped == {
        "plate": "ZZ-001-Z",
        "apk_due": "31-12-2027",
        "customer_reference": "relatienummer o",
        "company": "bedrijfsnaam o",
        "initials": "voorletters o",
        "first_name": "voornaam o",
        "infix": "tussenvoegsel o",
        "last_name": "achternaam o",
        "street": "straat o",
        "house_number": "huisnummer o",
        "postal_code": "postcode o",
        "city": "plaats o",
        "role": "owner",
        "email": address("c"),
    }


@pytest.mark.parametrize(
    ("texts", "phone"),
    [
        ({"dp": "a", "tp": "1", "tz": "2"}, "1"),
        ({"dz": "b", "tp": "1", "tz": "2"}, "2"),
        ({"dp": "a", "tz": "2"}, "2"),
        ({"dz": "b", "tp": "1"}, "1"),
        ({"dp": "a"}, None),
    ],
)
def test_phones_are_of_the_same_kind_as_the_address_where_there_are_any(
    carsys, written, texts, phone
) -> None:
    phones = {"tp": "telefoon privé", "tz": "telefoon zakelijk"}
    numbers = {f"{D} {name}": texts[key] for key, name in phones.items() if key in texts}
    mobiles = {name.replace("telefoon", "mobiel"): text for name, text in numbers.items()}
    mails = people(**{key: text for key, text in texts.items() if key not in phones})
    (mapped,) = carsys().mapped(written([CAR | mails | numbers | mobiles]))
    assert (mapped.get("phone"), mapped.get("mobile")) == (phone, phone)


def test_each_text_knows_the_column_it_came_from(carsys, written) -> None:
    columns = carsys().columns_of(written([CAR | people(op="c") | {f"{O} plaats": "Dorp"}]))
    plain = {
        name: column and "".join(filter(str.isalnum, column)).lower() for name, column in columns.items()
    }
    assert plain["email"] == "eigenaaremailprivé"
    assert plain["last_name"] == "eigenaarachternaam"
    assert plain["city"] == "eigenaarplaats"
    assert plain["role"] is None
