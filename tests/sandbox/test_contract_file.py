"""The contract as a file, and the sandbox held to it by machine-made calls."""

from pathlib import Path
from urllib.parse import quote, unquote

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, settings

import connector.sandbox
from connector.sandbox import Sandbox

FILE = Path(connector.sandbox.__file__).parents[1] / "igarage" / "openapi.yaml"
DOCUMENT = yaml.safe_load(FILE.read_text(encoding="utf-8"))
OPERATIONS = {
    operation["operationId"]: (method, path)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in ("get", "put", "post", "delete")
}
TOKEN = {"Authorization": "Bearer geheim"}
CALLS = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def long_running():
    # Made-up calls repeat their keys, which would all be refused as reused; test_keys.py holds the keys.
    with Sandbox({"geheim": "garage-a"}, mode="ignores", threads=8) as sandbox:
        live_a_little(sandbox)
        yield sandbox


def live_a_little(sandbox):
    """So that the lists have items of every kind: a batch that ran, and a feed."""
    addresses = ("anna@voorbeeld.example", "bram@voorbeeld.example", "geen")
    passports = [
        {"plate": f"X000{n}X", "send": True, "customer": {"last_name": "Voorbeeld", "email": address}}
        for n, address in enumerate(addresses)
    ]
    queued(sandbox.url, [*passports, passports[0]])
    sandbox.run_batches()
    sandbox.bounce("anna@voorbeeld.example", "hard_bounce")
    sandbox.deliver_ok("anna@voorbeeld.example")
    sandbox.opt_out("bram@voorbeeld.example", "X0001X")
    sandbox.correct(None, "anna@voorbeeld.example", "carla@voorbeeld.example", sent=True)


@CALLS.parametrize()
@settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
def test_every_call_answers_as_the_contract_says(case, long_running):
    well_formed = case.meta.generation.mode == schemathesis.GenerationMode.POSITIVE
    if well_formed and "{plate}" in case.path:
        put_first(case, long_running.url)
    if well_formed:
        case.query.pop("after", None)  # no schema can say which cursors were given
    if well_formed and "{id}" in case.path:
        case.path_parameters["id"] = queued(long_running.url, []) if case.method == "DELETE" else "batch-1"
    excluded = [schemathesis.checks.negative_data_rejection] if takes_more(case) else []
    answer = case.call_and_validate(base_url=long_running.url, headers=TOKEN, excluded_checks=excluded)
    assert answer.status_code in (200, 201, 202, 204, 409) or not well_formed


def takes_more(case):
    """What no schema can say.

    A plate that is none is not there either, and deleting what is not there is 204. The items of a batch may be
    anything with a plate: they fail one by one, later.
    """
    return case.method == "DELETE" or (case.method == "POST" and case.path == "/batches")


def queued(url, passports):
    """The id of a new batch."""
    headers = {**TOKEN, "Idempotency-Key": "first"}
    body = {"reference": "nacht-1", "passports": passports}
    return requests.post(f"{url}/batches", json=body, headers=headers, timeout=20).json()["id"]


def put_first(case, url):
    """A well-formed call finds its passport, and a PUT speaks of one plate: no schema can say either."""
    plate = unquote(case.path_parameters["plate"])
    if case.method == "PUT":
        case.body["plate"] = plate
        return
    customer = {"last_name": "Voorbeeld", "email": "anna@voorbeeld.example"}
    headers = {**TOKEN, "Idempotency-Key": "first"}
    body = {"plate": plate, "customer": customer}
    requests.put(f"{url}/passports/{quote(plate)}", json=body, headers=headers, timeout=20)


def test_the_file_holds_every_call_of_the_contract():
    assert {f"{method.upper()} {path}" for method, path in OPERATIONS.values()} == {
        "GET /garage",
        "PUT /passports/{plate}",
        "GET /passports/{plate}",
        "DELETE /passports/{plate}",
        "POST /passports/{plate}/send",
        "POST /passports/{plate}/transfer",
        "POST /batches",
        "GET /batches",
        "GET /batches/{id}",
        "DELETE /batches/{id}",
        "GET /batches/{id}/items",
        "GET /emails/changes",
    }


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_write_asks_for_a_key_and_no_read_does(operation):
    method, path = OPERATIONS[operation]
    parameters = DOCUMENT["paths"][path][method].get("parameters", [])
    asks = {"$ref": "#/components/parameters/IdempotencyKey"} in parameters
    assert asks is (method != "get")


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_every_call_may_be_refused_for_its_token_or_put_off(operation):
    method, path = OPERATIONS[operation]
    assert {"401", "403", "404", "429", "503", "5XX"} <= set(DOCUMENT["paths"][path][method]["responses"])


def test_every_code_of_the_contract_stands_in_the_file():
    text = FILE.read_text(encoding="utf-8")
    codes = """malformed too_large unauthorised forbidden not_found owner_conflict in_progress invalid
        email_invalid idempotency_key_reused slow_down unavailable running"""
    assert [code for code in codes.split() if f"`{code}`" not in text] == []
