"""A polled plugin that is bad in one way fails exactly the rule against it, and a good one fails none."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import pytest

from connector import adapters
from connector.testing import examine

GOOD = '''
"""A garage system with pages of two, changed since."""

from collections.abc import Mapping
from datetime import datetime

import requests

from connector import hookimpl
from connector.errors import SourceError, SourceFormatError
from connector.model import Column, Page, SourceRecord

SEEN: list[str] = []


@hookimpl
def connector_fetch_page(http: requests.Session, cursor: str | None, since: datetime | None) -> Page:
    number = int(cursor or 1)
    asked = {"page": str(number)} | ({"since": since.isoformat()} if since else {})
    answer = http.get("/cars", params=asked)
    try:
        found = answer.json()
        cars = [{name: str(value) for name, value in car.items()} for car in found["cars"]]
        changes = [datetime.fromisoformat(car["changed"]) for car in cars]
        more = bool(found["more"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SourceFormatError("dit antwoord is niet van deze API") from None
    newest = max(changes, default=None)
    return Page([SourceRecord(car) for car in cars], str(number + 1) if more else None, more, newest)


@hookimpl
def connector_columns() -> Mapping[str, Column]:
    names = {"plate": "plate", "email": "mail", "last_name": "name", "record_key": "id"}
    return {field: Column((name,)) for field, name in names.items()}
'''
STAND_IN = """
from datetime import datetime

from connector.testing import Answered


def answer(asked, cars):
    since = asked.query.get("since")
    found = [car for car in cars if not since or car.changed >= datetime.fromisoformat(since)]
    first = 2 * (int(asked.query["page"]) - 1)
    page = [
        {"id": car.id, "plate": car.plate, "mail": car.email, "name": car.last_name, "changed": car.changed.isoformat()}
        for car in found[first : first + 2]
    ]
    return Answered({"cars": page, "more": first + 2 < len(found)})
"""
GARAGE = "sources:\n  - name: api\n    adapter: on_trial\n    poll: 300\n"
BAD = {
    "cursor_replay": (
        "    newest = max(changes, default=None)\n",
        "    newest = max(changes, default=None)\n"
        "    if SEEN[-1:] == [str(number)]:\n        cars = []\n"
        "    SEEN.append(str(number) if number > 1 else '')\n",
    ),
    "equal_timestamps": (
        "cars = [{name: str(value) for name, value in car.items()} for car in found[\"cars\"]]",
        "cars = [{name: str(value) for name, value in car.items()} for car in found[\"cars\"]\n"
        "                if since is None or datetime.fromisoformat(car['changed']) > since]",
    ),
    "empty_page": (
        '    newest = max(changes, default=None)\n',
        '    newest = max(changes, default=None)\n'
        '    if not cars:\n        return Page([], str(number + 1), True)\n',
    ),
    "broken_page": (
        '    answer = http.get("/cars", params=asked)\n',
        '    try:\n        answer = http.get("/cars", params=asked)\n'
        "    except SourceError:\n        return Page([])\n",
    ),
    "foreign_exceptions": ("(ValueError, KeyError, TypeError, AttributeError, RecursionError)", "ValueError"),
    "personal_data": ('"dit antwoord is niet van deze API"', 'f"dit antwoord niet: {answer.text}"'),
    "bounded_memory": (
        "    newest = max(changes, default=None)\n",
        "    while more and number < 100:\n        number += 1\n"
        "        found = http.get('/cars', params=asked | {'page': str(number)}).json()\n"
        "        cars += [{name: str(value) for name, value in car.items()} for car in found['cars']]\n"
        "        more = bool(found['more'])\n"
        "    newest = max((datetime.fromisoformat(car['changed']) for car in cars), default=None)\n",
    ),
    "no_io": ("    names = {", "    open(__file__).close()\n    names = {"),
    "record_keys": ('"record_key": "id"', '"record_key": "mail"'),
}  # fmt: skip


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Writes a plugin with its stand-in, and examines it."""

    def bench(source: str = GOOD, stand_in: str | None = STAND_IN):
        folder = tmp_path / "polled_plugin"
        (folder / "sample").mkdir(parents=True)
        (folder / "__init__.py").write_text(source, "utf-8")
        (folder / "sample" / "garage-voorbeeld.yaml").write_text(GARAGE, "utf-8")
        if stand_in is not None:
            (folder / "sample" / "stand_in.py").write_text(stand_in, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        for name in [each for each in sys.modules if each.split(".")[0] == folder.name]:
            monkeypatch.delitem(sys.modules, name)
        return examine("on_trial", entry_points=[EntryPoint("on_trial", folder.name, adapters.GROUP)])

    return bench


def failed(report) -> list[str]:
    return [outcome.rule.name for outcome in report.outcomes if outcome.state == "broken"]


def test_a_good_polled_plugin_keeps_every_rule_that_applies(bench) -> None:
    report = bench()
    assert report.findings == ()
    idle = [outcome.rule.name for outcome in report.outcomes if outcome.state == "not_applicable"]
    assert idle == ["settings_docs", "address_invalid"]


@pytest.mark.parametrize("rule", BAD)
def test_a_polled_plugin_that_is_bad_in_one_way_fails_exactly_that_rule(bench, rule: str) -> None:
    was, becomes = BAD[rule]
    assert GOOD.count(was) == 1
    report = bench(GOOD.replace(was, becomes))
    assert failed(report) == [rule], report.findings


def test_a_cursor_that_grows_with_every_page_is_unbounded_too(bench) -> None:
    was, becomes = "str(number + 1) if more else None", "f'{number + 1:0{60 * number}}' if more else None"
    report = bench(GOOD.replace(was, becomes))
    assert failed(report) == ["bounded_memory"] and "cursor" in report.findings[0].message


def test_an_api_that_gives_all_in_one_answer_is_not_held_against_its_plugin(bench) -> None:
    paged = 'first = 2 * (int(asked.query["page"]) - 1)'
    assert STAND_IN.count(paged) == 1
    whole = (
        STAND_IN.replace(paged, "first = 0")
        .replace("first + 2]", "]")
        .replace("first + 2 < len(found)", "False")
    )
    report = bench(stand_in=whole)
    assert report.findings == ()


def test_a_polled_plugin_without_a_stand_in_is_told_so(bench) -> None:
    report = bench(stand_in=None)
    assert failed(report) == ["sample"]
    assert "stand_in.py" in report.findings[0].message


def test_a_stand_in_that_cannot_be_imported_is_told_and_stops_nothing(bench) -> None:
    report = bench(stand_in="raise ValueError('Jansen')")
    assert failed(report) == ["hooks"]
    assert "stand_in.py" in report.findings[0].message and "Jansen" not in report.findings[0].message
