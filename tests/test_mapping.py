"""What a record is: a draft, a skip or a rejection, by rules that stand here as cases."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import sentences
from connector.errors import SourceFormatError
from connector.fleets import Fleets
from connector.mapping import Mapper, compile_mapper
from connector.model import (
    CANONICAL_FIELDS,
    CONTENT_FIELDS,
    Column,
    Draft,
    Facts,
    Fault,
    Rejected,
    Skipped,
    SourceRecord,
    Verdict,
    Warned,
)

TODAY = date(2026, 6, 10)
FULL = {"plate": "KL-12-34", "email": "jan@voorbeeld.nl", "last_name": "Jansen"}
"""A row with what every passport needs; its columns are called as the canonical fields, in capitals."""


def name_of(field: str) -> str:
    return field.upper()


def mapper_of(*fields: str, **columns: Column) -> Mapper:
    mapped = {field: Column(names=(name_of(field),)) for field in fields} | columns
    return compile_mapper(mapped, [name for column in mapped.values() for name in column.names])


def judge(**texts: str) -> Verdict:
    values = FULL | texts
    record = SourceRecord({name_of(field): text for field, text in values.items()}, line=2)
    return mapper_of(*values).judge(record, today=TODAY)


def draft(**texts: str) -> Draft:
    verdict = judge(**texts)
    assert isinstance(verdict, Draft), verdict
    return verdict


def rejected(**texts: str) -> Rejected:
    verdict = judge(**texts)
    assert isinstance(verdict, Rejected), verdict
    return verdict


def test_a_row_with_plate_address_and_name_is_a_passport() -> None:
    assert draft() == Draft(
        plate="KL1234",
        record_key="KL1234",
        content={"country": "NL", "last_name": "Jansen", "email": "jan@voorbeeld.nl"},
        facts=Facts(),
        warnings=(),
        address_fault=None,
    )


def test_a_full_row_becomes_canonical() -> None:
    made = draft(
        country="Nederland", make=" Volvo ", model="V70", vin="YV1SW61R012345678", fuel="Benzine",
        first_registration="01-02-2003", apk_due="31-12-2026", mileage="123.456 km",
        mileage_at="2026-05-01", customer_reference="00123", role="Berijder", company="Garage d'Hooghe",
        initials="J.", first_name="Jan",
        infix="van der", mobile="+31 6 12345678", phone="-", street="\u2019s-Gravenweg", house_number="1-2",
        postal_code="1234 AB", city="\u2019s-Hertogenbosch", language="Nederlands", fleet_account="F1",
        service_due="1-9-2026", consent="ja", opt_out="", changed_at="09-06-2026 13:05", record_key=" 4711 ",
    )  # fmt: skip
    assert made.content == {
        "country": "NL", "make": "Volvo", "model": "V70", "vin": "YV1SW61R012345678", "fuel": "Benzine",
        "first_registration": "2003-02-01", "apk_due": "2026-12-31", "mileage": 123456,
        "mileage_at": "2026-05-01",
        "customer_reference": "00123", "role": "driver", "company": "Garage d'Hooghe",
        "initials": "J.",
        "first_name": "Jan", "infix": "van der", "last_name": "Jansen", "email": "jan@voorbeeld.nl",
        "mobile": "+31 6 12345678", "street": "\u2019s-Gravenweg", "house_number": "1-2",
        "postal_code": "1234 AB", "city": "\u2019s-Hertogenbosch", "language": "nl", "fleet_account": "F1",
    }  # fmt: skip
    assert made.facts == Facts(date(2026, 9, 1), "yes", False, "2026-06-09T13:05:00")
    assert (made.record_key, made.warnings) == ("4711", ())


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"plate": ""}, "no_plate"),
        ({"plate": "---"}, "no_plate"),
        ({"plate": "n.v.t."}, "no_plate"),
        ({"plate": "", "email": ""}, "no_plate"),
        ({"email": ""}, "no_email"),
        ({"email": "geen"}, "no_email"),
        ({"email": "-"}, "no_email"),
        ({"email": "nvt"}, "no_email"),
        ({"email": "", "plate": "XYZ"}, "no_email"),  # worth no mending
        ({"email": "", "last_name": "", "apk_due": "morgen"}, "no_email"),
    ],
)
def test_a_row_without_plate_or_address_is_skipped_whatever_else_is_wrong(
    texts: dict[str, str], reason: str
) -> None:
    assert judge(**texts) == Skipped(reason)


@pytest.mark.parametrize(
    ("texts", "code", "field", "value", "key"),
    [
        ({"plate": "XYZ"}, "plate_foreign_needs_country", "plate", "X**", None),
        ({"plate": "06-12345678"}, "plate_foreign_needs_country", "plate", "06-********", None),
        ({"plate": "XYZ", "country": ""}, "plate_foreign_needs_country", "plate", "X**", None),
        ({"plate": "06-12345678", "country": "NL"}, "plate_invalid", "plate", "06-********", None),
        ({"plate": "@@-12-34", "country": "D"}, "plate_invalid", "plate", "@@-**-**", None),
        ({"last_name": ""}, "last_name_missing", "last_name", None, "KL1234"),
        ({"last_name": "-", "company": "-"}, "last_name_missing", "last_name", None, "KL1234"),
        ({"last_name": "\ud800"}, "last_name_missing", "last_name", "*", "KL1234"),
        ({"apk_due": "31-02-2026"}, "date_invalid", "apk_due", "3*-**-****", "KL1234"),
        ({"first_registration": "2003"}, "date_invalid", "first_registration", "2***", "KL1234"),
        ({"mileage_at": "gisteren"}, "date_invalid", "mileage_at", "g*******", "KL1234"),
        ({"service_due": "9-2026"}, "date_invalid", "service_due", "9-****", "KL1234"),
        ({"changed_at": "vandaag"}, "date_invalid", "changed_at", "v******", "KL1234"),
        ({"mileage": "1,5"}, "number_invalid", "mileage", "1,*", "KL1234"),
        ({"mileage": "-1"}, "number_invalid", "mileage", "-*", "KL1234"),
        ({"mileage": "3000001"}, "number_invalid", "mileage", "3******", "KL1234"),
        ({"country": "Narnia"}, "value_unknown", "country", "N*****", "KL1234"),
        ({"country": "Narnia", "plate": "XYZ"}, "value_unknown", "country", "N*****", None),
        ({"role": "buurman"}, "value_unknown", "role", "b******", "KL1234"),
        ({"consent": "misschien"}, "value_unknown", "consent", "m********", "KL1234"),
        ({"opt_out": "soms"}, "value_unknown", "opt_out", "s***", "KL1234"),
        ({"apk_due": "x", "record_key": "4711"}, "date_invalid", "apk_due", "*", "4711"),
        ({"plate": "XYZ", "record_key": "4711"}, "plate_foreign_needs_country", "plate", "X**", "4711"),
    ],
)
def test_a_row_that_cannot_be_a_passport_is_rejected_with_column_and_masked_value(
    texts: dict[str, str], code: str, field: str, value: str | None, key: str | None
) -> None:
    verdict = rejected(**texts)
    assert (verdict.code, verdict.column, verdict.value) == (code, name_of(field), value)
    assert verdict.record_key == key


@pytest.mark.parametrize(
    ("plate", "country", "accepted"),
    [
        ("1-abc-234", "België", ("1ABC234", "BE")),
        ("LÖ-AB 12", "Duitsland", ("LÖAB12", "DE")),
        ("KL-12-34", "B", ("KL1234", "BE")),
        ("KL-12-34", "", ("KL1234", "NL")),
    ],
)
def test_a_plate_stands_with_its_country(plate: str, country: str, accepted: tuple[str, str]) -> None:
    made = draft(plate=plate, country=country)
    assert (made.plate, made.content["country"]) == accepted


def test_a_fixed_country_is_a_claim() -> None:
    mapper = mapper_of("plate", "email", "last_name", country=Column(value="NL"))
    values = {"PLATE": "1-ABC-234", "EMAIL": "jan@voorbeeld.nl", "LAST_NAME": "Jansen"}
    verdict = mapper.judge(SourceRecord(values), today=TODAY)
    assert isinstance(verdict, Rejected)
    assert verdict.code == "plate_invalid"


def test_a_country_that_is_unreadable_as_a_fixed_value_has_no_column() -> None:
    mapper = mapper_of("plate", "email", "last_name", country=Column(value="Narnia"))
    values = {"PLATE": "KL-12-34", "EMAIL": "jan@voorbeeld.nl", "LAST_NAME": "Jansen"}
    verdict = mapper.judge(SourceRecord(values), today=TODAY)
    assert isinstance(verdict, Rejected)
    assert (verdict.code, verdict.column) == ("value_unknown", None)


def test_mistaken_signs_in_a_plate_are_asked_about() -> None:
    assert "letter O en het cijfer 0" in rejected(plate="KJ-1O-34").message
    assert "letter I en het cijfer 1" in rejected(plate="KJ-I2-34", country="NL").message
    assert "verwisseld" not in rejected(plate="XYZ").message


def test_a_whole_name_that_is_missing_is_told_under_its_own_column() -> None:
    mapper = mapper_of("plate", "email", "full_name")
    values = {"PLATE": "KL-12-34", "EMAIL": "jan@voorbeeld.nl", "FULL_NAME": "-"}
    verdict = mapper.judge(SourceRecord(values), today=TODAY)
    assert isinstance(verdict, Rejected)
    assert (verdict.code, verdict.column) == ("last_name_missing", "FULL_NAME")


def test_a_company_without_a_person_is_sent_as_last_name() -> None:
    made = draft(last_name="", company="Bakkerij Çelik")
    assert (made.content["company"], made.content["last_name"]) == ("Bakkerij Çelik", "Bakkerij Çelik")


@pytest.mark.parametrize("last_name", ["d'Hooghe", "van der Berg-Çelik", "Null", "李", "Jan 🚗", "N" * 300])
def test_names_stay_as_typed(last_name: str) -> None:
    made = draft(last_name=f" {last_name}\u00a0")
    assert (made.content["last_name"], made.warnings) == (last_name, ())


@pytest.mark.parametrize("address", ["jan@voorbeeld", "a@b; c@d", "volgt", "jan jansen@voorbeeld.nl"])
def test_an_address_that_is_none_keeps_its_row_and_says_why(address: str) -> None:
    made = draft(email=address)
    assert made.content["email"] == address
    assert made.address_fault is not None
    assert address not in made.address_fault


def test_an_address_with_a_control_character_becomes_no_other_address() -> None:
    made = draft(email="j\x00an@voorbeeld.nl")
    assert made.content["email"] == "j\ufffdan@voorbeeld.nl"
    assert made.address_fault is not None
    assert made.warnings == (Warned("control_characters", "EMAIL", "j***@v***.nl"),)


@pytest.mark.parametrize(
    "address", ["jan\njansen@voorbeeld.nl", "jan@voor\r\nbeeld.nl", "jan\t@voorbeeld.nl"]
)
def test_an_address_with_a_break_in_it_becomes_no_other_address(address: str) -> None:
    made = draft(email=address)
    assert str(made.content["email"]).split() == address.split()
    assert str(made.content["email"]).isprintable()
    assert made.address_fault is not None


@pytest.mark.parametrize(
    ("text", "consent"),
    [
        ("ja", "yes"),
        ("N", "no"),
        ("", "no"),
        ("-", "no"),
        ("00-00-0000", "no"),
        ("31-12-2025", "2025-12-31"),
        ("2027-01-01", "2027-01-01"),
    ],
)
def test_consent_is_yes_no_or_its_day(text: str, consent: str) -> None:
    assert draft(consent=text).facts.consent == consent


@pytest.mark.parametrize(
    ("text", "opt_out"), [("ja", True), ("x", True), ("31-12-2025", True), ("nee", False), ("", False)]
)
def test_opt_out_is_a_yes_a_no_or_a_day_that_means_yes(text: str, opt_out: bool) -> None:
    assert draft(opt_out=text).facts.opt_out is opt_out


def test_what_is_not_mapped_says_nothing() -> None:
    assert draft().facts == Facts()
    assert draft(opt_out="nee").facts == Facts(opt_out=False)


def test_an_optional_opt_out_that_is_gone_from_the_export_says_nothing() -> None:
    columns = {field: Column(names=(name_of(field),)) for field in FULL}
    mapper = compile_mapper(
        columns | {"opt_out": Column(names=("Geen mailing",), optional=True)}, [*map(name_of, FULL)]
    )
    verdict = mapper.judge(SourceRecord({name_of(field): text for field, text in FULL.items()}), today=TODAY)
    assert isinstance(verdict, Draft)
    assert verdict.facts.opt_out is None


@pytest.mark.parametrize("field", ["apk_due", "first_registration", "mileage_at", "mileage", "phone", "role"])
def test_an_empty_cell_or_a_dash_is_left_out(field: str) -> None:
    for text in ("", " ", "-", "\u00a0"):
        made = draft(**{field: text})
        assert field not in made.content
        assert made.warnings == ()


@pytest.mark.parametrize("text", ["nvt", "n.v.t.", "geen", "Onbekend", "?", "-"])
@pytest.mark.parametrize(
    "field",
    [
        "apk_due",
        "first_registration",
        "mileage_at",
        "service_due",
        "changed_at",
        "mileage",
        "phone",
        "mobile",
    ],
)
def test_a_word_for_nothing_is_an_empty_cell(field: str, text: str) -> None:
    assert draft(**{field: text}) == draft(**{field: ""})


@pytest.mark.parametrize("text", ["#N/B", "#N/A", "#WAARDE!", "#REF!", "#FOUT"])
@pytest.mark.parametrize(
    "field",
    ["first_name", "company", "city", "apk_due", "mileage", "phone", "house_number", "vin", "changed_at"],
)
def test_a_formula_that_failed_is_an_empty_cell(field: str, text: str) -> None:
    assert draft(**{field: text}) == draft(**{field: ""})


@pytest.mark.parametrize("field", ["plate", "email", "last_name"])
def test_a_formula_that_failed_is_no_plate_no_address_and_no_name(field: str) -> None:
    assert judge(**{field: "#N/B"}) == judge(**{field: ""})


@pytest.mark.parametrize("text", ["nvt", "n.v.t.", "geen", "onbekend", "?", "#N/B", "#REF!", "#FOUT"])
@pytest.mark.parametrize("field", ["consent", "opt_out"])
def test_a_word_for_nothing_is_neither_a_yes_nor_a_no(field: str, text: str) -> None:
    assert rejected(**{field: text}).code == "value_unknown"


def test_of_several_phones_the_first_that_is_one_counts() -> None:
    mapper = mapper_of(*FULL, phone=Column(names=("THUIS", "WERK")))
    values = {name_of(field): text for field, text in FULL.items()} | {"THUIS": "geen", "WERK": "020-1234567"}
    verdict = mapper.judge(SourceRecord(values), today=TODAY)
    assert isinstance(verdict, Draft)
    assert verdict.content["phone"] == "020-1234567"


def test_a_zero_date_is_left_out() -> None:
    assert "apk_due" not in draft(apk_due="00-00-0000").content
    assert draft(service_due="0000-00-00", changed_at="01-01-0001").facts == Facts()


@pytest.mark.parametrize("field", ["apk_due", "service_due", "changed_at", "consent", "opt_out"])
def test_a_date_cell_of_a_sheet_is_read_beside_any_format(field: str) -> None:
    def judged(**options: str) -> Verdict:
        mapper = mapper_of(*FULL, **{field: Column(names=("DATE",), **options)})
        values = {name_of(name): text for name, text in FULL.items()}
        return mapper.judge(SourceRecord(values | {"DATE": "2026-05-31"}), today=TODAY)

    assert isinstance(judged(), Draft)
    assert judged(format="%d-%m-%Y") == judged()


def test_with_a_format_of_the_garage_no_other_way_is_read() -> None:
    mapper = mapper_of(*FULL, apk_due=Column(names=("APK",), format="%d%m%y"))
    values = {name_of(field): text for field, text in FULL.items()}
    read = mapper.judge(SourceRecord(values | {"APK": "311226"}), today=TODAY)
    assert isinstance(read, Draft)
    assert read.content["apk_due"] == "2026-12-31"
    unread = mapper.judge(SourceRecord(values | {"APK": "31-12-2026"}), today=TODAY)
    assert isinstance(unread, Rejected)
    assert unread.message == sentences.DATE_INVALID_FORMAT


@pytest.mark.parametrize(
    ("texts", "warning"),
    [
        ({"plate": "NSB-12-K"}, Warned("plate_unusual", "PLATE", "NSB-**-*")),
        ({"apk_due": "09-06-2025"}, Warned("apk_out_of_range", "APK_DUE", "0*-**-****")),
        ({"apk_due": "11-06-2030"}, Warned("apk_out_of_range", "APK_DUE", "1*-**-****")),
        ({"first_registration": "11-06-2026"}, Warned("date_in_future", "FIRST_REGISTRATION", "1*-**-****")),
        ({"mileage_at": "2026-10-06"}, Warned("date_in_future", "MILEAGE_AT", "2***-**-**")),
        ({"vin": "123"}, Warned("vin_odd", "VIN", "1**")),
        ({"apk_due": "31-12-26"}, Warned("date_ambiguous", "APK_DUE", "3*-**-**")),
        ({"service_due": "06/10/2026"}, Warned("date_ambiguous", "SERVICE_DUE", "0*/**/****")),
        ({"changed_at": "06/10/2025 09:00"}, Warned("date_ambiguous", "CHANGED_AT", "0*/**/**** **:**")),
        ({"consent": "06/10/2025"}, Warned("date_ambiguous", "CONSENT", "0*/**/****")),
        ({"email": "jan@a.nl; piet@b.nl"}, Warned("email_several", "EMAIL", "p***@b***.nl")),
        ({"email": "jan@a.nl\npiet@b.nl"}, Warned("email_several", "EMAIL", "p***@b***.nl")),
        ({"email": "jan@a.nl\r\npiet@b.nl"}, Warned("email_several", "EMAIL", "p***@b***.nl")),
        ({"email": "jan@a.nl; Piet <piet@b.nl>"}, Warned("email_several", "EMAIL", "p***@b***.nl")),
        ({"email": "\u201ejan@a.nl\u201d"}, Warned("email_tidied", "EMAIL", "j***@a***.nl")),
        ({"email": "Jan <jan@a.nl>"}, Warned("email_tidied", "EMAIL", "j***@a***.nl")),
        ({"mobile": "612345678"}, Warned("phone_zero_restored", "MOBILE", "6********")),
        ({"mobile": "6,12345678E+08"}, Warned("phone_zero_restored", "MOBILE", "6,************")),
        ({"mobile": "612345678.0"}, Warned("phone_zero_restored", "MOBILE", "6********.*")),
        ({"phone": "3,16E+10"}, Warned("phone_rounded", "PHONE", "3,******")),
        ({"house_number": "2026-02-01"}, Warned("house_number_date", "HOUSE_NUMBER", "2***-**-**")),
        ({"house_number": "1-feb"}, Warned("house_number_date", "HOUSE_NUMBER", "1-***")),
        ({"language": "Klingon"}, Warned("language_unknown", "LANGUAGE", "K******")),
        ({"street": "Dorps\x07straat"}, Warned("control_characters", "STREET", "D***********")),
        ({"street": "D" * 501}, Warned("text_cut", "STREET", "D" + "*" * 22 + "…")),
    ],
)
def test_what_is_odd_warns_and_goes_on(texts: dict[str, str], warning: Warned) -> None:
    assert draft(**texts).warnings == (warning,)
    assert warning.code in sentences.WARNED


@pytest.mark.parametrize("day", ["10-06-2025", "10-06-2026", "10-06-2030"])
def test_an_apk_from_a_year_ago_to_four_years_ahead_is_usual(day: str) -> None:
    assert draft(apk_due=day).warnings == ()


def test_what_happened_today_lies_not_ahead() -> None:
    assert draft(mileage_at="10-06-2026", first_registration="2026-06-10").warnings == ()


def test_the_range_of_an_apk_holds_on_the_29th_of_february() -> None:
    mapper = mapper_of(*FULL, "apk_due")
    values = {name_of(field): text for field, text in FULL.items()} | {"APK_DUE": "29-02-2028"}
    for today in (date(2028, 2, 29), date.min, date.max):
        assert isinstance(mapper.judge(SourceRecord(values), today=today), Draft)


@pytest.mark.parametrize(
    ("street", "kept"),
    [
        ("Dorpsstraat\r\n  1", "Dorpsstraat   1"),
        ("Dorps\x00straat", "Dorpsstraat"),
        ("Dorps\ud800straat", "Dorpsstraat"),
        ("a\tb\u2028c", "a b c"),
    ],
)
def test_a_text_carries_nothing_that_a_database_refuses(street: str, kept: str) -> None:
    assert draft(street=street).content["street"] == kept


@pytest.mark.parametrize(
    ("texts", "content"),
    [
        ({"email": "jan@a; piet@b.nl"}, {"email": "piet@b.nl"}),
        ({"email": "jan@a.nl; Piet <piet@b.nl>"}, {"email": "jan@a.nl"}),
        ({"email": "jan@a.nl\npiet@b.nl"}, {"email": "jan@a.nl"}),
        ({"phone": "0612345678"}, {"phone": "0612345678"}),
        ({"phone": "612345678"}, {"phone": "0612345678"}),
        ({"phone": "612345678", "country": "B", "plate": "1-ABC-234"}, {"phone": "612345678"}),
        ({"phone": "+31612345678"}, {"phone": "+31612345678"}),
        ({"phone": "31612345678"}, {"phone": "31612345678"}),
        ({"phone": "6,12345678E+08"}, {"phone": "0612345678"}),
        ({"phone": "6.12345678E+08"}, {"phone": "0612345678"}),
        ({"phone": "3,1612345678E+10"}, {"phone": "31612345678"}),
        ({"phone": "6,12345678E+08", "country": "B", "plate": "1-ABC-234"}, {"phone": "612345678"}),
        ({"phone": "3,16E+10"}, {}),
        ({"phone": "612345678.0"}, {"phone": "0612345678"}),
        ({"phone": "0612345678,0"}, {"phone": "0612345678"}),
        ({"phone": '="0612345678"'}, {"phone": "0612345678"}),
        ({"phone": '="612345678"'}, {"phone": "0612345678"}),
        ({"phone": '=" +31 6 12345678 "'}, {"phone": "+31 6 12345678"}),
        ({"phone": '=""'}, {}),
        ({"phone": '="-"'}, {}),
        ({"phone": "=A1"}, {"phone": "=A1"}),
        ({"house_number": "2026-02-01"}, {}),
        ({"apk_due": "46387"}, {"apk_due": "2026-12-31"}),
        ({"apk_due": "20261231"}, {"apk_due": "2026-12-31"}),
        ({"full_name": "van der Meer", "last_name": "Bos"}, {"last_name": "Bos"}),
        ({"full_name": "van der Meer", "infix": "de", "last_name": ""}, None),
        ({"full_name": "J. van Dijk", "last_name": ""}, {"initials": "J.", "infix": "van", "last_name": "Dijk"}),
        ({"full_name": "Jansen", "last_name": "", "company": "X BV"}, {"last_name": "Jansen", "company": "X BV"}),
        ({"full_name": "-", "last_name": "", "company": "X BV"}, {"last_name": "X BV", "company": "X BV"}),
    ],
)  # fmt: skip
def test_what_a_cell_becomes(texts: dict[str, str], content: dict[str, str] | None) -> None:
    if content is None:
        assert rejected(**texts).code == "last_name_missing"
        return
    made = draft(**texts).content
    kept = {field: value for field, value in made.items() if field not in ("country", "email")}
    assert kept | {"email": made["email"]} == {"last_name": "Jansen", "email": "jan@voorbeeld.nl"} | content


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-02-01",
            "2026-02-01T00:00:00",
            "2026-2-1",
            "2026/02/01",
            "01-02-2026",
            "1-2-2026",
            "1/2/2026",
        ),
        *("01-02-2026 00:00", "2/13/2026", "1.2.2026", "1-2-26", "01-02-26", "1/2/26", "31-12-99"),
        *("1-feb", "01-feb", "1 feb", "1-FEB", "1/feb", "1. feb", "1-feb-26", "1-feb-2026", "1 feb 2026"),
        *("1-maart", "2 mrt", "3-mei", "1-march", "4-okt", "4-oct", "12-december", "9-sept"),
        *("feb-01", "jan-12", "feb 26", "mrt-1", "mei-2026", "Dec-12", "feb. 26"),
    ],
)
def test_a_house_number_that_a_sheet_made_a_date_is_left_out(text: str) -> None:
    made = draft(house_number=text)
    assert "house_number" not in made.content
    assert [each.code for each in made.warnings] == ["house_number_date"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1",
            "10a",
            "1-2",
            "12-14",
            "1-A",
            "1/2",
            "1.2",
            "1 bis",
            "10-12-A",
            "12 hs",
            "1-3",
            "2026",
            "2-2026",
        ),
        *(
            "12-14-16",
            "1-2-3",
            "40-1-26",
            "1-2-26a",
            "1-2-2026a",
            "1-decor",
            "maart",
            "1-jansen",
            "a-1",
            "10 rood",
        ),
        *("1-2-26-3", "1234-12", "3 hoog", "5-I", "1-marktzijde", "jan-achter", "1 mei achter"),
    ],
)
def test_a_true_house_number_stays(text: str) -> None:
    made = draft(house_number=text)
    assert (made.content["house_number"], made.warnings) == (text, ())


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"PLATE": "Plate", "EMAIL": "email ", "LAST_NAME": "Last_name"}, "header_repeated"),
        ({"PLATE": "PLATE", "EMAIL": "", "LAST_NAME": ""}, "no_email"),
        ({"PLATE": "Totaal", "EMAIL": "", "LAST_NAME": "1234"}, "totals_line"),
        ({"PLATE": "", "EMAIL": "", "LAST_NAME": "Totaal: 7 klanten"}, "totals_line"),
        ({"PLATE": "Aantal", "EMAIL": "12"}, "totals_line"),
        ({"PLATE": "", "EMAIL": "", "LAST_NAME": "Totaalbouw"}, "no_plate"),
    ],
)
def test_a_row_that_is_no_record_is_skipped(values: dict[str, str], reason: str) -> None:
    for fault in (None, Fault("row_too_short", "Deze regel is te kort.")):
        verdict = mapper_of(*FULL).judge(SourceRecord(values, 9, fault), today=TODAY)
        if fault is None or reason in ("header_repeated", "totals_line"):
            assert verdict == Skipped(reason)
        else:
            assert isinstance(verdict, Rejected)


def test_a_row_with_an_address_is_no_line_of_totals() -> None:
    assert isinstance(judge(plate="Totaal", last_name="x"), Rejected)


def test_a_language_that_nobody_knows_is_left_out() -> None:
    assert "language" not in draft(language="Klingon").content


def test_a_record_that_could_not_be_cut_is_rejected_with_its_key() -> None:
    fault = Fault("row_too_short", "Deze regel is te kort.", "Achternaam", "J***")
    mapper = mapper_of(*FULL)
    verdict = mapper.judge(SourceRecord({"PLATE": "KL-12-34"}, line=7, fault=fault), today=TODAY)
    assert verdict == Rejected(
        "row_too_short", "Deze regel is te kort.", "Achternaam", "J***", record_key="KL1234"
    )
    bare = mapper.judge(SourceRecord({}, fault=fault), today=TODAY)
    assert isinstance(bare, Rejected)
    assert bare.record_key is None


def test_an_empty_record_key_falls_back_on_the_plate() -> None:
    assert draft(record_key="").record_key == "KL1234"
    assert draft(record_key="-").record_key == "KL1234"
    assert draft(record_key="47\x0011").record_key == "4711"


def test_what_a_plugin_mapped_itself_is_judged_by_the_same_rules() -> None:
    mapper = compile_mapper({"country": Column(value="NL")}, None)
    assert mapper.judge_fields(FULL, today=TODAY) == draft()
    assert mapper.judge_fields({"plate": "KL-12-34"}, today=TODAY) == Skipped("no_email")
    verdict = mapper.judge_fields(FULL | {"apk_due": "morgen"}, today=TODAY)
    assert isinstance(verdict, Rejected)
    assert (verdict.code, verdict.column, verdict.record_key) == ("date_invalid", "apk_due", "KL1234")


def test_a_mapped_column_that_is_gone_holds_the_file() -> None:
    with pytest.raises(SourceFormatError, match="bedoelt u “APK_DATUM”"):
        compile_mapper({"apk_due": Column(names=("APK datum",))}, ("APK_DATUM",))


@pytest.mark.parametrize(
    "texts",
    [
        {"plate": "XYZ-CANARY"},
        {"country": "Canary"},
        {"apk_due": "canary"},
        {"role": "Canary"},
        {"mileage": "canary"},
        {"opt_out": "Canary"},
        {"last_name": ""},
    ],
)
def test_no_sentence_and_no_mask_tells_what_stood_there(texts: dict[str, str]) -> None:
    verdict = rejected(**texts)
    assert not re.search("anary|jan@|jansen", f"{verdict.message} {verdict.value}", re.IGNORECASE)


def test_every_code_stands_in_the_documentation_with_its_sentence() -> None:
    page = (Path(__file__).parent.parent / "docs" / "codes.md").read_text(encoding="utf-8")
    for table in (sentences.REJECTED, sentences.SKIPPED, sentences.WARNED):
        for code, sentence in table.items():
            assert f"| `{code}` |" in page
            assert sentence in page
    variants = [sentences.PLATE_INVALID_ABROAD, sentences.DATE_INVALID_FORMAT]
    for sentence in [*variants, *sentences.UNKNOWN.values(), *sentences.LOOKALIKES.values()]:
        assert sentence in page
    for code in ("value_unknown", "row_too_short", "row_too_long", "encoding_error", "field_repeated"):
        assert f"| `{code}` |" in page


# ---------------------------------------------------------------- whatever the text


ODD = st.text(alphabet=st.characters(codec=None), max_size=40)
LIKELY = st.sampled_from(
    (
        *("KL-12-34", "1-ABC-234", "jan@voorbeeld.nl", "Jansen", "NL", "D", "ja", "nee", "eigenaar", "nl"),
        *("31-12-2026", "2026-12-31", "00-00-0000", "123.456", "-", "geen", "", " ", "\x00", "x" * 600),
    )
)
ROWS = st.dictionaries(st.sampled_from(CANONICAL_FIELDS), LIKELY | ODD)


def columns_with_format() -> Mapping[str, Column]:
    columns = {field: Column(names=(name_of(field),)) for field in CANONICAL_FIELDS}
    return columns | {"service_due": Column(names=("SERVICE_DUE",), format="%d-%m-%Y")}


@given(ROWS, st.dates())
def test_no_text_raises_and_the_same_row_has_the_same_verdict(row: dict[str, str], today: date) -> None:
    columns = columns_with_format()
    mapper = compile_mapper(columns, [*map(name_of, CANONICAL_FIELDS)])
    record = SourceRecord({name_of(field): text for field, text in row.items()})
    verdict = mapper.judge(record, today=today)
    assert mapper.judge(record, today=today) == verdict
    assert compile_mapper(columns, [*map(name_of, CANONICAL_FIELDS)]).judge(record, today=today) == verdict
    mapper.judge_fields(row, today=today)


@given(ROWS)
def test_a_draft_can_be_written_and_holds_only_what_a_passport_may(row: dict[str, str]) -> None:
    verdict = compile_mapper({}, None).judge_fields(FULL | row, today=TODAY)
    json.dumps(
        verdict if isinstance(verdict, Draft) else asdict(verdict), default=str, ensure_ascii=False
    ).encode()
    if isinstance(verdict, Draft):
        assert set(verdict.content) <= set(CONTENT_FIELDS)
        assert all(value != "" for value in verdict.content.values())
        assert verdict.content["country"]
        assert str(verdict.content["last_name"]).strip()
        assert not any("\x00" in str(value) for value in verdict.content.values())


@given(ROWS)
def test_a_draft_judged_again_from_its_own_content_is_the_same(row: dict[str, str]) -> None:
    mapper = compile_mapper({}, None)
    verdict = mapper.judge_fields(FULL | row, today=TODAY)
    if isinstance(verdict, Draft):
        again = mapper.judge_fields(
            {"plate": verdict.plate} | {field: str(value) for field, value in verdict.content.items()},
            today=TODAY,
        )
        assert isinstance(again, Draft)
        assert (again.plate, again.content) == (verdict.plate, verdict.content)


# ---------------------------------------------------------------- fleets

FLEETS = Fleets({"leaseplan bv": "WP-1001", "oud": "WP-9"}, frozenset(("WP-1001", "F1")))


@pytest.mark.parametrize(
    ("cells", "account", "warned"),
    [
        ({"fleet": "LeasePlan BV"}, "WP-1001", []),
        ({"fleet": " leaseplan \u00a0 bv "}, "WP-1001", []),
        ({"fleet": "-"}, None, []),
        ({"fleet": ""}, None, []),
        ({"fleet": "Lease Plan BV"}, None, ["fleet_unknown"]),
        ({"fleet": "Oud"}, None, ["fleet_account_unknown"]),
        ({"fleet": "LeasePlan BV", "fleet_account": "F1"}, "F1", []),
        ({"fleet": "LeasePlan BV", "fleet_account": "F2"}, None, ["fleet_account_unknown"]),
        ({"fleet": "LeasePlan BV", "fleet_account": ""}, "WP-1001", []),
        ({}, None, []),
    ],
)
def test_the_account_of_a_fleet(cells, account, warned):
    verdict = compile_mapper({}, None, FLEETS).judge_fields(FULL | {"fleet_account": ""} | cells, today=TODAY)
    assert verdict.content.get("fleet_account") == account
    assert [each.code for each in verdict.warnings if "fleet" in each.code] == warned
    assert "fleet" not in verdict.content


def test_until_igarage_has_said_which_accounts_there_are_each_is_taken():
    mapper = compile_mapper({}, None, Fleets({"oud": "WP-9"}))
    assert (
        mapper.judge_fields(FULL | {"fleet_account": "", "fleet": "Oud"}, today=TODAY).content[
            "fleet_account"
        ]
        == "WP-9"
    )
