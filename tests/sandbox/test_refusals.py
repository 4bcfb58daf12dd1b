"""What the contract refuses, with which status and code; and that a refusal has no effect."""

import pytest

FULL = {
    "country": "NL",
    "fleet_account": None,
    "vehicle": {
        "make": "Merk",
        "model": None,
        "vin": None,
        "fuel": "benzine",
        "first_registration": "2012-02-29",
        "apk_due": "2026-05-01",
        "mileage": 123456,
        "mileage_at": "2026-01-31",
    },
    "source": {"system": "generic_csv", "record": "17"},
}


@pytest.fixture(autouse=True)
def no_effect_but_of_2xx(sandbox):
    yield
    taken = [call for call in sandbox.requests() if call.method != "GET" and call.status < 300]
    assert len(sandbox.effects()) == len(taken)


def told(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem.get("code")


def fields(answer):
    assert told(answer) == (422, "invalid")
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def raw(garage, body, content_type="application/json", path="/passports/X0001X"):
    return garage.call("PUT", path, "raw-1", data=body, headers={"Content-Type": content_type})


def test_a_whole_passport_is_taken(garage):
    assert garage.put(**FULL).status_code == 201


@pytest.mark.parametrize("authorization", [None, "Bearer fout", "Basic geheim-a", "geheim-a", ""])
def test_without_a_token_of_a_garage_it_is_unauthorised(garage, authorization):
    answer = garage.call("GET", "/garage", headers={"Authorization": authorization})
    assert told(answer) == (401, "unauthorised")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/emails"),
        ("GET", "/emails/changes/"),
        ("GET", "/elsewhere"),
        ("GET", "/passports/"),
    ],
)
def test_what_is_not_there_is_404_without_a_code(garage, method, path):
    assert told(garage.call(method, path, "key-1")) == (404, None)


@pytest.mark.parametrize("plate", ["X0001X%3Fa=b", "X0001X%00", "X0001X%0A", "%0AX0001X", "x0001x"])
def test_a_passport_is_found_under_its_whole_plate_only(garage, plate):
    garage.put()
    assert told(garage.get(plate)) == (404, "not_found")
    assert garage.get("X0001X?a=b").status_code == 200


def test_another_method_is_405_without_a_code(garage):
    answer = garage.call("PATCH", "/passports/X0001X", "key-1")
    assert told(answer) == (405, None)
    assert answer.headers["Allow"] == "DELETE, GET, PUT"


@pytest.mark.parametrize("key", [None, "", "a b", "é", "x" * 65, "a.b"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_write_without_a_well_formed_key_is_malformed(garage, method, key):
    sent = None if key is None else key.encode()
    answer = garage.call(method, "/passports/X0001X", sent, json=garage.passport())
    assert told(answer) == (400, "malformed")


def test_a_key_of_64_is_well_formed(garage):
    assert garage.put(key="-_9aZ" + "x" * 59).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"plate": NaN}',
        b'{"plate": 1e999}',
        b'{"plate": "\\ud800"}',
        b'{"plate": "\xe9"}',
        b"\xef\xbb\xbf{}",
        '{"plate": "X0001X"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"plate": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_json_object_in_utf8_is_malformed(garage, body):
    assert told(raw(garage, body)) == (400, "malformed")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=cp1252"]
)
def test_another_content_type_is_415(garage, kind):
    assert told(raw(garage, b"{}", kind)) == (415, "malformed")


def test_a_body_beyond_the_limit_is_too_large(garage):
    assert told(raw(garage, b" " * 1_048_577)) == (413, "too_large")


@pytest.mark.parametrize("missing", ["plate", "customer.last_name", "customer.email"])
@pytest.mark.parametrize("how", ["absent", "null"])
def test_a_required_field_that_is_missing_is_named(garage, missing, how):
    body = garage.passport()
    part, _, name = missing.rpartition(".")
    holder = body[part] if part else body
    holder[name] = None
    if how == "absent":
        del holder[name]
    answer = garage.call("PUT", "/passports/X0001X", "key-1", json=body)
    assert fields(answer) == [(missing, "required")]


def test_all_that_is_wrong_is_named_at_once(garage):
    body = {"plate": "X0001X", "customer": {"email": "geen"}, "consent": True}
    answer = garage.call("PUT", "/passports/X0001X", "key-1", json=body)
    assert sorted(fields(answer)) == [
        ("consent", "unknown_field"),
        ("customer.email", "email_invalid"),
        ("customer.last_name", "required"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "geen",
        "anna@",
        "@voorbeeld.example",
        "anna@voorbeeld",
        "anna @voorbeeld.example",
        "a@b@voorbeeld.example",
        "anna@voorbeeld.example.",
        "an..na@voorbeeld.example",
        "anna@voorbeeld.example, bram@voorbeeld.example",
    ],
)
def test_what_is_no_address_is_email_invalid(garage, address):
    assert fields(garage.put(email=address)) == [("customer.email", "email_invalid")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("plate", 1),
        ("country", "nl"),
        ("country", "Nederland"),
        ("send", "ja"),
        ("send", 1),
        ("fleet_account", 12),
        ("vehicle", []),
        ("vehicle", "Merk"),
        ("source", 1),
        ("vehicle.make", 1),
        ("vehicle.mileage", "123"),
        ("vehicle.mileage", 1.5),
        ("vehicle.mileage", -1),
        ("vehicle.mileage", True),
        ("vehicle.apk_due", "01-05-2026"),
        ("vehicle.apk_due", "2026-02-30"),
        ("vehicle.apk_due", "20260501"),
        ("customer.role", "buurman"),
        ("customer.role", []),
        ("customer.language", "nederlands"),
        ("customer.last_name", "  "),
        ("customer.email", 1),
        ("source.record", 17),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_named(garage, field, value):
    body = {**garage.passport(), "source": {}, "vehicle": {}}
    part, _, name = field.rpartition(".")
    (body[part] if part else body)[name] = value
    answer = garage.call("PUT", "/passports/X0001X", "key-1", json=body)
    assert fields(answer) == [(field, "invalid")]


def test_a_customer_that_is_no_object_is_named(garage):
    body = {"plate": "X0001X", "customer": "Voorbeeld"}
    assert fields(garage.call("PUT", "/passports/X0001X", "key-1", json=body)) == [("customer", "invalid")]


@pytest.mark.parametrize("plate", ["x0001x", "X-001-X", "X 001 X"])
def test_a_plate_that_is_not_compact_is_invalid(garage, plate):
    assert fields(garage.put(plate)) == [("plate", "invalid")]


def test_a_plate_in_the_path_other_than_the_bodys_is_a_mismatch(garage):
    answer = garage.call("PUT", "/passports/X0002X", "key-1", json=garage.passport("X0001X"))
    assert fields(answer) == [("plate", "mismatch")]


def test_a_send_takes_no_fields(garage):
    garage.put()
    answer = garage.call(
        "POST", "/passports/X0001X/send", "key-x", json={"address": "anna@voorbeeld.example"}
    )
    assert fields(answer) == [("address", "unknown_field")]


def test_a_whole_number_may_be_written_with_a_point(garage):
    assert garage.put(vehicle={"mileage": 12000.0}).status_code == 201
