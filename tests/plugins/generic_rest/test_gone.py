"""What is gone from an answer, and what looks like it, by tables."""

from __future__ import annotations

import pytest

from connector.errors import SourceFormatError
from plugins.generic_rest import gone
from plugins.generic_rest.settings import Settings


def settings(**columns):
    needed = {"plate": "license", "email": "customer.email", "last_name": "customer.lastName"}
    return Settings.model_validate({"path": "/x", "key": "id", "columns": {**needed, **columns}})


def records(many, **more):
    whole = {"id": 1, "license": "ZZ-001-Z", "customer": {"email": "k@voorbeeld.example", "lastName": "K"}}
    return [{**whole, **more} for _ in range(many)]


def without(many, *ways, **more):
    found = records(many, **more)
    for each in found:
        each["customer"] = dict(each["customer"])
        for way in ways:
            group, _, name = way.rpartition(".")
            del (each[group] if group else each)[name]
    return found


@pytest.mark.parametrize(
    ("found", "told", "column"),
    [
        (without(20, "license", kenteken="x"), "license (plate): controleer columns", "license"),
        (without(20, "license", licensePlate="x"), "license (plate), bedoelt u “licensePlate”?", "license"),
        (without(20, "license", customerId="x"), "license (plate): controleer columns", "license"),
        (
            without(20, "customer.email", customer={"emailAddress": "x", "email": "y", "lastName": "K"}),
            "customer.email (email), bedoelt u “customer.emailAddress”?",
            "customer.email",
        ),
        (without(20, "license", "customer.email"), "license (plate); customer.email (email):", "license"),
    ],
)
def test_what_no_record_has_is_named_with_what_looks_like_it(found, told, column):
    with pytest.raises(SourceFormatError) as caught:
        gone.refuse(settings(), found)
    assert told in str(caught.value) and caught.value.column == column


@pytest.mark.parametrize(
    ("ways", "ending"),
    [
        (
            ("brand",),
            "controleer columns, of zet er optional: true bij als het garagesysteem lege velden weglaat",
        ),
        (("license", "brand"), "of zet bij make optional: true als het garagesysteem lege velden weglaat"),
        (("license",), "controleer columns"),
        (("customer.email", "customer.lastName"), "controleer columns"),
    ],
)
def test_what_no_record_can_do_without_is_not_to_be_called_optional(ways, ending):
    with pytest.raises(SourceFormatError) as caught:
        gone.refuse(settings(make="brand"), without(20, *ways, brand="Volvo"))
    assert str(caught.value).endswith(ending)


@pytest.mark.parametrize(
    "found",
    [[], records(1), records(20), without(19, "license"), [*without(30, "license"), *records(1)]],
)
def test_a_few_records_without_it_are_records_without_it(found):
    gone.refuse(settings(), found)


def test_a_consent_is_gone_from_one_record_and_is_named_first():
    mapped = settings(make="brand", opt_out="optOut")
    with pytest.raises(SourceFormatError, match=r"optOut \(opt_out\):") as caught:
        gone.refuse(mapped, records(1))
    assert caught.value.column == "optOut"
    with pytest.raises(SourceFormatError, match=r"optOut \(opt_out\); brand \(make\)"):
        gone.refuse(mapped, records(20))
    gone.refuse(settings(opt_out={"column": "optOut", "optional": True}), records(20))


def test_the_time_of_change_is_a_field_that_may_be_gone_too():
    changed = {"param": "since", "field": "modified"}
    asked = Settings.model_validate({**settings().model_dump(), "changed": changed})
    gone.refuse(asked, records(20, modified="2026-01-01"))
    gone.refuse(asked, records(19))
    with pytest.raises(SourceFormatError, match=r"modified \(changed\), bedoelt u “modifiedAt”\?"):
        gone.refuse(asked, records(20, modifiedAt="2026-01-01"))


def test_nothing_is_suggested_that_may_be_somebody_s():
    keyed = [
        {"id": 1, "customer": {"email": "x", "lastName": "K"}, "licenseZZ001Z": 1, f"licence{n}": 1}
        for n in range(20)
    ]
    with pytest.raises(SourceFormatError) as caught:
        gone.refuse(settings(), keyed)
    assert "bedoelt" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"items": [{}]}, "; bedoelt u items[]?"),
        ({"data": {"items": [{}], "total": 1}}, "; bedoelt u data.items[]?"),
        ([{}], "; bedoelt u @?"),
        ({"items": [{}], "others": [{}]}, ""),
        ({"items": [], "error": "nee", "1a": [{}], "names": ["x"]}, ""),
        ("tekst", ""),
        ([], ""),
        (None, ""),
    ],
)
def test_records_that_stand_elsewhere_are_pointed_at(answer, told):
    assert gone.lists(answer) == told
