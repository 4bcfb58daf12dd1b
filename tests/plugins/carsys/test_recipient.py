"""Who of a car's people becomes the customer, and what comes along."""

from __future__ import annotations

import pytest

from connector.model import Skipped

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
