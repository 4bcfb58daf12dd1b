from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from connector.kit import Columns, as_columns
from connector.model import CANONICAL_FIELDS, Column

NEEDED: dict[str, object] = {"plate": "Kenteken", "email": "E-mail", "last_name": "Achternaam"}


class Settings(BaseModel):
    columns: Columns


def found(columns: object) -> dict[str, str]:
    """Dotted path below `columns` → what is wrong there."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"columns": columns})
    return {".".join(map(str, each["loc"][1:])): each["msg"] for each in caught.value.errors()}


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("APK datum", Column(("APK datum",))),
        (["APK", "APK tot"], Column(("APK", "APK tot"))),
        ({"column": "APK"}, Column(("APK",))),
        ({"column": ["APK", "APK tot"], "optional": "true"}, Column(("APK", "APK tot"), optional=True)),
        ({"column": "APK", "format": "%d-%m-%Y"}, Column(("APK",), format="%d-%m-%Y")),
        ({"value": "2027-01-01"}, Column(value="2027-01-01")),
    ],
)
def test_the_ways_to_write_a_column(written: object, column: Column) -> None:
    settings = Settings.model_validate({"columns": NEEDED | {"apk_due": written}})
    assert as_columns(settings.columns)["apk_due"] == column
    assert Settings.model_validate(settings.model_dump()) == settings
    assert Settings.model_validate({"columns": settings.columns}) == settings


@pytest.mark.parametrize(
    ("field", "written", "where", "what"),
    [
        ("plaet", "x", "plaet.[key]", "'plaet' is not a field of a passport — did you mean 'plate'?"),
        ("E_Mail", "x", "E_Mail.[key]", "— did you mean 'email'?"),
        ("qqq", "x", "qqq.[key]", "'qqq' is not a field of a passport"),
        ("make", "", "make", "the name of a column is empty"),
        ("make", ["Merk", " "], "make", "the name of a column is empty"),
        ("make", [], "make", "needs either column or value"),
        ("make", {"column": []}, "make", "needs either column or value"),
        ("make", None, "make", "must be the name of a column or a list of names"),
        ("make", {}, "make", "needs either column or value"),
        ("make", {"column": "Merk", "value": "x"}, "make", "needs either column or value"),
        ("make", {"value": "x", "optional": "true"}, "make", "a fixed value has no format"),
        ("make", {"value": ""}, "make.value", "at least 1 character"),
        ("make", {"column": ""}, "make.column", "the name of a column is empty"),
        ("make", {"colum": "x"}, "make.colum", "Extra inputs"),
        ("make", {"column": "x", "optional": "perhaps"}, "make.optional", "valid boolean"),
        ("make", {"column": "x", "format": "%d-%m-%Y"}, "make.format", "make is no date"),
        ("apk_due", {"column": "x", "format": "dd-mm-yyyy"}, "apk_due.format", "is no format for a date"),
        ("apk_due", {"column": "x", "format": "%d-%m"}, "apk_due.format", "is no format for a date"),
        ("apk_due", {"column": "x", "format": "%d-%m-%Q"}, "apk_due.format", "is no format for a date"),
        ("apk_due", {"column": "x", "format": "%d-%m-%Y%"}, "apk_due.format", "is no format for a date"),
        ("plate", {"value": "12-AB-34"}, "plate.value", "plate cannot be a fixed value"),
        ("email", {"value": "a@example.nl"}, "email.value", "email cannot be a fixed value"),
        ("record_key", {"value": "1"}, "record_key.value", "record_key cannot be a fixed value"),
    ],
)
def test_mistakes_stand_under_their_key(field: str, written: object, where: str, what: str) -> None:
    mistakes = found(NEEDED | {field: written})
    assert list(mistakes) == [where]
    assert what in mistakes[where]


def test_what_is_required_is_asked_for() -> None:
    assert found({}) == {
        "plate": "Field required",
        "email": "Field required",
        "": "needs last_name, full_name or company",
    }


def test_a_whole_name_stands_in_for_a_last_name_and_not_beside_a_part_of_it() -> None:
    columns = {"plate": "a", "email": "b", "full_name": "c", "company": "d"}
    assert set(Settings.model_validate({"columns": columns}).columns) == set(columns)
    for part in ("initials", "first_name", "infix", "last_name"):
        assert found(columns | {part: "x"}) == {
            "full_name": f"a whole name is split only where no part of it is mapped, and {part} is"
        }


def test_a_company_stands_in_for_a_last_name() -> None:
    columns = {"plate": "a", "email": "b", "company": "c"}
    assert set(Settings.model_validate({"columns": columns}).columns) == set(columns)


def test_all_mistakes_come_at_once() -> None:
    assert set(found({"plaet": "x", "make": "", "apk_due": {"column": "x", "format": "?"}, "email": "y"})) == {
        "plaet.[key]", "make", "apk_due.format", "plate", "",
    }  # fmt: skip


@pytest.mark.parametrize("written", ["Kenteken", ["Kenteken"], None])
def test_columns_are_a_mapping(written: object) -> None:
    assert "dictionary" in found(written)[""]


def test_the_schema_tells_what_may_be_written() -> None:
    schema = Settings.model_json_schema()
    columns = schema["properties"]["columns"]
    assert columns["propertyNames"]["enum"] == list(CANONICAL_FIELDS)
    forms = schema["$defs"]["ColumnSetting"]["anyOf"]
    assert [form["type"] for form in forms] == ["string", "array", "object"]
    assert set(forms[2]["properties"]) == {"column", "value", "format", "optional"}
