"""Where the next page begins, by a table; no API is asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import requests

from connector.errors import SourceFormatError
from plugins.generic_rest import paging
from plugins.generic_rest.settings import Settings

OFFSET = {"type": "offset", "param": "skip", "size_param": "take", "size": 2}
PAGE = {"type": "page", "param": "page", "size_param": "size", "size": 2}
COLUMNS = {"plate": "p", "email": "e", "last_name": "n"}
FIRST = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


def settings(pages, *, ordered=False, form="{since:%Y-%m-%dT%H:%M:%S}", changed=True):
    about = {"param": "since", "format": form, "field": "at"}
    return Settings.model_validate({
        "path": "/x", "key": "id", "paging": pages, "columns": COLUMNS,
        "params": {"sort": "at"} if ordered else {}, **({"changed": about} if changed else {}),
    })  # fmt: skip


def answered(said, **headers):
    response = requests.Response()
    response.status_code, response.url = 200, "https://gms.example.nl/api/x?page=1"
    response._content = json.dumps(said).encode()
    response.headers.update(headers)
    return response


def rows(*changed):
    return [{"id": number, "at": at} for number, at in enumerate(changed)]


def followed(found, at, *changed, said=None, **headers):
    after = paging.after(found, at, answered(said or {}, **headers), rows(*changed))
    return after and paging.At.read(after.written(), None)


def test_a_page_is_asked_for_with_its_parameters():
    at = paging.At(FIRST, page=3, passed=7, there="abc")
    since = {"since": "2026-01-01T09:00:00"}
    cursor = {"type": "cursor", "param": "c", "next": "n"}
    assert paging.parameters(settings(OFFSET), at) == {**since, "skip": "7", "take": "2"}
    assert paging.parameters(settings(PAGE), at) == {**since, "page": "4", "size": "2"}
    assert paging.parameters(settings({**PAGE, "first": 0}), at)["page"] == "3"
    assert paging.parameters(settings(cursor), at) == {**since, "c": "abc"}
    assert paging.parameters(settings({"type": "none"}, changed=False), at) == {}
    assert paging.url(settings({"type": "link"}), at) == "abc"
    assert paging.parameters(settings({"type": "link"}), at) == {}


@pytest.mark.parametrize(
    ("changed", "since", "passed"),
    [
        (("2026-01-01T10:00:00", "2026-01-01T10:00:05"), "10:00:04", 0),
        (("2026-01-01T10:00:00Z", "2026-01-01T12:00:05.9+01:00"), "11:00:04", 0),
        (("2026-01-01T10:00:05", "2026-01-01T10:00:00"), "09:00:00", 2),  # not in order after all
        (("2026-01-01T10:00:05", None), "09:00:00", 2),
        (("2026-01-01T09:00:00", "2026-01-01T09:00:01"), "09:00:00", 2),  # no further than this page
    ],
)
def test_in_the_order_of_change_the_next_page_begins_at_the_newest(changed, since, passed):
    at = followed(settings(OFFSET, ordered=True), paging.At(FIRST), *changed)
    assert (f"{at.since:%H:%M:%S}", at.passed) == (since, passed)


def test_an_api_that_knows_days_alone_is_paged_within_a_day_by_count():
    by_day = settings(OFFSET, ordered=True, form="{since:%Y-%m-%d}")
    at = followed(by_day, paging.At(FIRST), "2026-01-01T10:00:00", "2026-01-01T11:00:00")
    assert (at.since, at.passed) == (FIRST, 2)
    at = followed(by_day, at, "2026-01-01T12:00:00", "2026-01-03T11:00:00")
    assert (at.since.day, at.passed) == (3, 0)


def test_without_that_order_pages_are_counted():
    at = followed(settings(OFFSET), paging.At(FIRST), "2026-01-01T10:00:00", "2026-01-01T10:00:05")
    assert (at.since, at.page, at.passed) == (FIRST, 1, 2)
    assert followed(settings(OFFSET), at) is None


def test_a_number_of_pages_says_which_is_the_last():
    known = settings({**PAGE, "total_pages": "meta.pages"})
    assert followed(known, paging.At(FIRST, page=1), "2026-01-01", said={"meta": {"pages": 3}}).page == 2
    assert followed(known, paging.At(FIRST, page=2), "2026-01-01", said={"meta": {"pages": 3}}) is None
    assert followed(known, paging.At(FIRST), said={"meta": {"pages": "2"}}).page == 1, "an empty page between"
    for wrong in (None, "drie", True, -1, 2.5):
        with pytest.raises(SourceFormatError):
            followed(known, paging.At(FIRST), "2026-01-01", said={"meta": {"pages": wrong}})


def test_links_and_cursors_come_with_the_answer():
    header = settings({"type": "link"})
    link = {"Link": '</api/x?page=2>; rel="next", </api/x?page=9>; rel="last"'}
    assert (
        followed(header, paging.At(FIRST), "2026-01-01", **link).there
        == "https://gms.example.nl/api/x?page=2"
    )
    assert followed(header, paging.At(FIRST), "2026-01-01") is None
    cursor = settings({"type": "cursor", "param": "c", "next": "meta.next"})
    assert followed(cursor, paging.At(FIRST), said={"meta": {"next": 7}}).there == "7"
    for over in (None, "", "7"):
        assert followed(cursor, paging.At(FIRST, there="7"), said={"meta": {"next": over}}) is None


def test_a_change_that_is_no_instant_stops_the_poll():
    with pytest.raises(SourceFormatError, match="at is geen tijdstip"):
        paging.newest(settings(OFFSET), rows("gisteren"))
    assert paging.newest(settings(OFFSET), rows("2026-01-01", None, "2026-01-02T01:00:00+01:00")) == datetime(
        2026, 1, 2, tzinfo=UTC
    )
