"""What a garage may write under `settings:`, and what is said of what it may not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connector.model import Column


def mistakes(carsys, **settings) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        carsys(**settings)
    return {".".join(map(str, each["loc"])): each["msg"] for each in caught.value.errors()}


@pytest.mark.parametrize(
    ("settings", "where", "what"),
    [
        (
            {"columns": {"driver.email_privat": "x"}},
            "columns.driver.email_privat.[key]",
            "'driver.email_private'",
        ),
        ({"columns": {"driver.email": "x"}}, "columns.driver.email.[key]", "did you mean 'driver."),
        ({"columns": {"bestuurder": "x"}}, "columns.bestuurder.[key]", "is not a field"),
        ({"columns": {"plate": "x"}}, "columns.plate.[key]", "is not a field"),
        ({"columns": {"addressee.email": "x"}}, "columns.addressee.email.[key]", "is not a field"),
        (
            {"layout": "apk_mailing", "columns": {"driver.city": "x"}},
            "columns.driver.city.[key]",
            "not a field",
        ),
        ({"columns": {"vehicle.plate": {"value": "ZZ-001-Z"}}}, "columns.vehicle.plate.value", "fixed value"),
        (
            {"columns": {"owner.email_private": {"value": "x"}}},
            "columns.owner.email_private.value",
            "fixed value",
        ),
        (
            {"columns": {"vehicle.make": {"column": "x", "format": "%d-%m-%Y"}}},
            "columns.vehicle.make.format",
            "no date",
        ),
        ({"columns": {"vehicle.apk_due": {"format": "dd"}}}, "columns.vehicle.apk_due.format", "no format"),
        (
            {"columns": {"vehicle.mileage": {"optional": "true"}}},
            "columns.vehicle.mileage",
            "column or value",
        ),
        ({"columns": "Kenteken"}, "columns", "dictionary"),
        ({"recipient": ["drivr"]}, "recipient.0", "'driver'"),
        ({"recipient": []}, "recipient", "at least one"),
        ({"recipient": ["owner", "owner"]}, "recipient", "each but once"),
        ({"addresses": ["home"]}, "addresses.0", "'private'"),
        ({"addresses": []}, "addresses", "at least one"),
        ({"layout": "apk_mailing", "recipient": ["owner"]}, "recipient", "apk_mailing"),
        ({"layout": "apk_mailing", "addresses": ["private"]}, "addresses", "apk_mailing"),
        ({"layout": "mailing"}, "layout", "'apk_mailing'"),
        ({"lease_companies": ["Demo Lease", " . "]}, "lease_companies", "every company"),
        ({"lease_companies": ["*"]}, "lease_companies", "every company"),
        ({"record": ""}, "record", "at least 1"),
        ({"format": "xlsx"}, "format", "'xml'"),
        ({"encoding": "klingon"}, "encoding", "not an encoding"),
        ({"recipents": ["owner"]}, "recipents", "Extra inputs"),
        ({"columns": {"driver.opt_out": "Geen mailing"}}, "", "owner.opt_out is missing"),
        ({"columns": {"owner.consent": "Akkoord"}}, "", "driver.consent is missing"),
    ],
)
def test_mistakes_stand_under_their_key(carsys, settings, where, what) -> None:
    found = mistakes(carsys, **settings)
    assert list(found) == [where]
    assert what in found[where]


def test_all_mistakes_come_at_once(carsys) -> None:
    found = mistakes(carsys, format="x", recipient=["x"], columns={"x": "y", "vehicle.make": ""})
    assert set(found) == {"format", "recipient.0", "columns.x.[key]", "columns.vehicle.make"}


def test_consents_may_have_one_format(carsys) -> None:
    written = {f"{role}.consent": {"column": "Akkoord", "format": "%d-%m-%Y"} for role in ("driver", "owner")}
    made = carsys(recipient=["driver", "owner"], columns=written)
    assert made.adapter.columns(made.settings)["consent"] == Column(
        ("Akkoord",), format="%d-%m-%Y", optional=True
    )
    written["owner.consent"]["format"] = "%Y-%m-%d"
    assert "one format" in mistakes(carsys, recipient=["driver", "owner"], columns=written)[""]


@pytest.mark.parametrize("written", ["usual", ["usual"]])
def test_without_names_of_its_own_a_garage_has_the_usual_lease_companies(carsys, written) -> None:
    assert carsys().settings == carsys(lease_companies=written).settings


def test_settings_survive_being_written_out(carsys) -> None:
    made = carsys(columns={"vehicle.apk_due": {"format": "%d-%m-%Y"}, "vehicle.country": {"value": "NL"}})
    assert made.settings.form is made.settings.form
    written = made.settings.model_dump(mode="json")
    assert carsys(**written).settings == made.settings
    assert "vehicle.apk_due" in written["columns"]


def test_the_core_is_told_of_columns_for_people_and_formats(carsys) -> None:
    made = carsys(
        recipient=["owner", "driver"],
        columns={
            "vehicle.apk_due": {"format": "%d-%m-%Y"},
            "vehicle.country": {"value": "NL"},
            "owner.city": "Stad",
        },
    )
    columns = made.adapter.columns(made.settings)
    assert columns["apk_due"] == Column(("APK datum",), format="%d-%m-%Y", optional=True)
    assert columns["country"] == Column(value="NL")
    assert columns["city"] == Column(("Stad", "Bestuurder plaats"), optional=True)
    assert columns["email"].names[0] == "Eigenaar e-mail privé"
    assert not columns.keys() & {"title", "is_lease_company", "mileage", "opt_out"}


def test_the_schema_tells_which_fields_there_are(carsys) -> None:
    schema = type(carsys().settings).model_json_schema()
    names = schema["properties"]["columns"]["propertyNames"]["enum"]
    assert {"vehicle.apk_due", "driver.email_private", "addressee.email"} <= set(names)
