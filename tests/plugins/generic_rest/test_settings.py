"""The settings of generic_rest: what is said of mistakes, at their place in the garage's file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

SAMPLE = Path(__file__).parents[3] / "plugins" / "generic_rest" / "sample" / "garage-voorbeeld.yaml"


@pytest.fixture
def told(installation):
    """What `config check` says of the sample with one thing written otherwise, without the place."""
    sample = yaml.safe_load(SAMPLE.read_text("utf-8"))

    def check(**changes):
        settings = {**sample["sources"][0]["settings"], **changes}
        settings = {name: each for name, each in settings.items() if each is not None}
        written = {**sample, "sources": [{**sample["sources"][0], "settings": settings}]}
        (installation.folder / "garages" / "garage-voorbeeld.yaml").write_text(yaml.safe_dump(written))
        said = installation.main("config", "check", "--json").json["mistakes"]
        return [f"{each['path'].removeprefix('sources[0].settings.')}: {each['message']}" for each in said]

    return check


CHANGED = {"param": "since", "format": "{since:%Y-%m-%d}", "field": "modified"}
COLUMNS = {"plate": "a", "email": "b", "last_name": "c"}


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"path": None}, "path: is missing"),
        ({"path": "https://elders.example/x"}, "path: must be a path below http.url, as /vehicles, without ? or #"),
        ({"path": "/a/../../b"}, "path: may not lead out of http.url"),
        ({"records": "value["}, "records: is no JMESPath, as value[] or customer.email"),
        ({"key": None}, "key: is missing"),
        ({"changed": {**CHANGED, "format": "ge 2026"}},
         "changed.format: must hold {since:…} with a date in it, as {since:%Y-%m-%dT%H:%M:%SZ}, and no other {…}"),
        ({"changed": {**CHANGED, "format": "{since.__class__}"}},
         "changed.format: must hold {since:…} with a date in it, as {since:%Y-%m-%dT%H:%M:%SZ}, and no other {…}"),
        ({"changed": {**CHANGED, "fild": "x"}}, "changed.fild: is not a known key — did you mean 'field'?"),
        ({"paging": {"type": "ofset"}}, "paging: type must be 'offset', 'page', 'link', 'cursor', 'none'"),
        ({"paging": {"type": "offset", "size_param": "n"}}, "paging.param: is missing"),
        ({"paging": {"type": "page", "param": "p", "size": 0}}, "paging.size: must be at least 1"),
        ({"lookups": {"customer": {"path": "/customers"}}},
         "lookups.customer.path: must hold a field of the record, as /customers/{customerId}"),
        ({"lookups": {"customer": {"path": "/customers/{id}", "cache": "een dag"}}},
         "lookups.customer.cache: must be a length of time: seconds, or as 15m, 1h, 1d; at most a year"),
        ({"columns": {**COLUMNS, "plat": "x"}}, "columns.plat: is not a known key — did you mean 'plate'?"),
        ({"columns": {**COLUMNS, "model": "x["}}, "columns: 'x[' is no JMESPath, as value[] or customer.email"),
        ({"columns": {**COLUMNS, "record_key": "x"}}, "columns: take no record_key: that is key, beside columns"),
        ({"columns": {"plate": "a", "email": "b"}}, "columns: needs last_name, full_name or company"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(told, changes, mistake):
    assert told(**changes) == [mistake]


def test_the_sample_is_good_and_so_is_every_way_of_paging(told):
    ways = (
        {"type": "none"}, {"type": "link"}, {"type": "link", "next": "next"},
        {"type": "cursor", "param": "c", "next": "n"}, {"type": "page", "param": "p"},
        {"type": "offset", "param": "o", "size_param": "n"},
    )  # fmt: skip
    assert [told(paging=each) for each in ways] == [[]] * len(ways)
    assert told(changed=None, lookups=None, params=None, records=None) == []
