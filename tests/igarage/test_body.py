"""What a passport looks like on the way to iGarage."""

from __future__ import annotations

import json
from typing import Any

from connector.igarage.body import passport_body
from connector.model import CONTENT_FIELDS, Content

FULL: Content = {name: f"<{name}>" for name in CONTENT_FIELDS} | {"mileage": 81234}


def body(content: Content, send: bool = False) -> Any:
    return json.loads(passport_body("AB12CD", content, system="generic_csv", record="17", send=send))


def test_every_field_of_the_content_stands_where_the_contract_wants_it() -> None:
    assert body(FULL, send=True) == {
        "plate": "AB12CD",
        "country": "<country>",
        "send": True,
        "fleet_account": "<fleet_account>",
        "vehicle": {
            "make": "<make>",
            "model": "<model>",
            "vin": "<vin>",
            "fuel": "<fuel>",
            "first_registration": "<first_registration>",
            "apk_due": "<apk_due>",
            "mileage": 81234,
            "mileage_at": "<mileage_at>",
        },
        "customer": {
            "reference": "<customer_reference>",
            "role": "<role>",
            "company": "<company>",
            "initials": "<initials>",
            "first_name": "<first_name>",
            "infix": "<infix>",
            "last_name": "<last_name>",
            "email": "<email>",
            "mobile": "<mobile>",
            "phone": "<phone>",
            "street": "<street>",
            "house_number": "<house_number>",
            "postal_code": "<postal_code>",
            "city": "<city>",
            "language": "<language>",
        },
        "source": {"system": "generic_csv", "record": "17"},
    }


def test_what_the_content_has_not_is_left_out() -> None:
    assert body({"last_name": "Çelik", "email": "f@voorbeeld.example"}) == {
        "plate": "AB12CD",
        "send": False,
        "customer": {"last_name": "Çelik", "email": "f@voorbeeld.example"},
        "source": {"system": "generic_csv", "record": "17"},
    }


def test_what_stays_in_the_garage_does_not_leave_it() -> None:
    beside = {"service_due": "2026-01-01", "consent": "yes", "opt_out": "no", "changed_at": "2026-01-01"}
    assert body({**FULL, **beside, "record_key": "17"}) == body(FULL)


def test_a_company_without_a_last_name_is_not_given_one_here() -> None:
    assert "last_name" not in body({"company": "Jansen BV"})["customer"]


def test_the_bytes_do_not_depend_on_the_order_of_the_content() -> None:
    backwards = dict(reversed(FULL.items()))
    one, other = (
        passport_body("AB12CD", content, system="s", record="r", send=False) for content in (FULL, backwards)
    )
    assert one == other


def test_the_bytes_are_compact_sorted_utf_8() -> None:
    made = passport_body("AB12CD", {"last_name": "Çelik"}, system="s", record="r", send=False)
    assert (
        made
        == (
            '{"customer":{"last_name":"Çelik"},"plate":"AB12CD","send":false,"source":{"record":"r","system":"s"}}'
        ).encode()
    )
