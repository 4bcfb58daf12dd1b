"""A list that is read in pages, by itself: no spoilt page makes a reader miss an item."""

from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.pages import QueryError, Shelf, page_of

ORDERS = st.sampled_from([None, "twice", "again", "backwards"])


def shelf(length, name="list"):
    return Shelf(name, length, lambda first, count: [{"n": n} for n in range(first, first + count)])


def read(length, limits, orders, *, may_turn):
    """What a reader meets, page by page, each asked with its own limit and spoilt by its own order."""
    pages, query = [], ""
    for limit, order in zip(chain(limits, repeat(3)), chain(orders, repeat(None)), strict=False):
        page = page_of(shelf(length), f"limit={limit}{query}", order, may_turn=may_turn)
        pages.append([item["n"] for item in page.items])
        query = f"&after={page.next}"
        if not page.more:
            return pages
    raise AssertionError


@given(st.integers(0, 40), st.lists(st.integers(1, 12)))
def test_unspoilt_every_item_comes_once_and_in_order(length, limits):
    assert list(chain(*read(length, limits, [], may_turn=False))) == list(range(length))


@given(st.integers(0, 40), st.lists(st.integers(1, 12)), st.lists(ORDERS), st.booleans())
def test_however_the_pages_are_spoilt_no_item_is_missed(length, limits, orders, may_turn):
    met = list(chain(*read(length, limits, orders, may_turn=may_turn)))
    assert set(met) == set(range(length))


@given(st.integers(0, 40), st.lists(st.integers(1, 12)), st.lists(ORDERS))
def test_a_list_with_an_order_of_its_own_is_never_turned(length, limits, orders):
    for page in read(length, limits, orders, may_turn=False):
        half = page[: len(set(page))]
        assert half == sorted(half)
        assert page in (half, half * 2)


def test_a_cursor_is_good_for_its_own_list_and_no_shorter_one():
    cursor = page_of(shelf(5), "limit=3", None).next
    assert page_of(shelf(3), f"after={cursor}", None).items == []
    for strange in (shelf(5, "other"), shelf(2)):
        with pytest.raises(QueryError):
            page_of(strange, f"after={cursor}", None)
