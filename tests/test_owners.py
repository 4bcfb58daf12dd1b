"""The same owner or another: the rule by its cases."""

from __future__ import annotations

import pytest

from connector import owners
from connector.model import Content

JAN = {"customer_reference": "K-1", "last_name": "Jansen", "email": "jan@voorbeeld.example"}
BERG = JAN | {"last_name": "Berg", "infix": "van der"}


def without(content: dict[str, str], *fields: str) -> dict[str, str]:
    return {name: value for name, value in content.items() if name not in fields}


ANONYMOUS = without(JAN, "customer_reference")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(JAN, JAN, id="nothing changed"),
        pytest.param(JAN, JAN | {"last_name": "Pietersen"}, id="another name, the same customer"),
        pytest.param(JAN, JAN | {"email": "piet@voorbeeld.example"}, id="another address, the same customer"),
        pytest.param(
            JAN,
            JAN | {"last_name": "Pietersen", "email": "piet@voorbeeld.example"},
            id="another name and address, the same customer",
        ),
        pytest.param(JAN, JAN | {"last_name": "Jansen-de Vries"}, id="married, the same customer"),
        pytest.param(JAN, JAN | {"customer_reference": "K-2"}, id="renumbered, and nothing else"),
        pytest.param(
            JAN,
            JAN
            | {
                "customer_reference": " k-1 ",
                "last_name": " JANSEN ",
                "email": "Jan@Voorbeeld.example ",
            },
            id="case and outer spaces",
        ),
        pytest.param(
            JAN,
            JAN | {"customer_reference": "K-2", "last_name": "JANSEN", "email": " JAN@voorbeeld.example"},
            id="renumbered, with case and outer spaces",
        ),
        pytest.param(
            BERG,
            without(BERG, "infix") | {"customer_reference": "K-2", "last_name": "Van der Berg"},
            id="renumbered, the infix moved into the last name",
        ),
        pytest.param(
            without(BERG, "infix") | {"last_name": "van der Berg"},
            BERG | {"customer_reference": "K-2"},
            id="renumbered, and out of it again",
        ),
        pytest.param(
            BERG,
            without(BERG, "infix") | {"customer_reference": "K-2", "last_name": "Berg, van  der"},
            id="renumbered, the infix behind a comma",
        ),
        pytest.param(
            BERG, without(BERG, "infix") | {"customer_reference": "K-2"}, id="renumbered, the infix got lost"
        ),
        pytest.param(
            JAN, JAN | {"company": "Jansen BV", "initials": "J."}, id="a company beside, the same customer"
        ),
        pytest.param(
            JAN, JAN | {"customer_reference": "K-2", "company": "Jansen BV"}, id="renumbered, with a company"
        ),
        pytest.param(ANONYMOUS, ANONYMOUS, id="without references: nothing changed"),
        pytest.param(
            ANONYMOUS, ANONYMOUS | {"last_name": "Jansen-de Vries"}, id="without references: married"
        ),
        pytest.param(
            ANONYMOUS,
            ANONYMOUS | {"email": "jansen@voorbeeld.example"},
            id="without references: a new address",
        ),
        pytest.param(JAN, ANONYMOUS, id="the reference got lost"),
        pytest.param(ANONYMOUS, JAN, id="the reference came"),
        pytest.param(
            JAN, ANONYMOUS | {"last_name": "Pietersen"}, id="the reference got lost, and the name changed"
        ),
        pytest.param(
            ANONYMOUS, JAN | {"email": "piet@voorbeeld.example"}, id="the reference came, and a new address"
        ),
        pytest.param(JAN | {"customer_reference": " "}, ANONYMOUS, id="a reference of spaces is none"),
        pytest.param(
            without(JAN, "last_name"),
            JAN | {"customer_reference": "K-2"},
            id="renumbered, and the name became known",
        ),
    ],
)
def test_the_same_owner(before: Content, now: Content) -> None:
    assert owners.compare(before, now) == "same"


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(
            JAN,
            {"customer_reference": "K-2", "last_name": "Pietersen", "email": "piet@voorbeeld.example"},
            id="all changed",
        ),
        pytest.param(
            JAN, JAN | {"customer_reference": "K-2", "last_name": "Pietersen"}, id="customer and name"
        ),
        pytest.param(
            JAN,
            JAN | {"customer_reference": "K-2", "email": "piet@voorbeeld.example"},
            id="customer and address: a namesake",
        ),
        pytest.param(
            JAN,
            JAN | {"customer_reference": "K-2", "last_name": "Jansen-de Vries"},
            id="married and renumbered: a person decides",
        ),
        pytest.param(
            JAN | {"last_name": "Garage Jansen BV", "company": "Garage Jansen BV"},
            JAN | {"customer_reference": "K-2"},
            id="from a company to a person",
        ),
        pytest.param(
            JAN,
            {
                "customer_reference": "L-9",
                "last_name": "Leasebedrijf",
                "company": "Leasebedrijf BV",
                "email": "vloot@voorbeeld.example",
            },
            id="from a person to a lease company",
        ),
        pytest.param(
            ANONYMOUS,
            {"last_name": "Pietersen", "email": "piet@voorbeeld.example"},
            id="without references: name and address",
        ),
        pytest.param(
            JAN,
            {"last_name": "Pietersen", "email": "piet@voorbeeld.example"},
            id="the reference got lost: name and address",
        ),
        pytest.param(
            ANONYMOUS,
            JAN | {"last_name": "Pietersen", "email": "piet@voorbeeld.example"},
            id="the reference came: name and address",
        ),
        pytest.param(
            BERG,
            BERG | {"customer_reference": "K-2", "infix": "van", "last_name": "den Berg"},
            id="another infix, cut at another place",
        ),
    ],
)
def test_another_owner(before: Content, now: Content) -> None:
    assert owners.compare(before, now) == "another"
    assert owners.compare(now, before) == "another"


def test_a_same_owner_who_changed_altogether_goes_name_first() -> None:
    now = {"last_name": "Pietersen", "email": "piet@voorbeeld.example", "make": "VOLVO"}
    first = owners.name_first(now, "jan@voorbeeld.example")
    assert first == {"last_name": "Pietersen", "email": "jan@voorbeeld.example", "make": "VOLVO"}
    assert now["email"] == "piet@voorbeeld.example"
