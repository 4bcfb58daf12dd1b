"""Which file is read, and in whose place a newer one speaks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.arrivals import Arrival, Choice, Contains, FileState, History, KnownFile, choose, worth_hashing

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
RECIPE, OTHER_RECIPE = b"recipe", b"mended"


def arrival(name: str, hours: int = 0, digest: bytes | None = None) -> Arrival:
    return Arrival(name, 100, NOON + timedelta(hours=hours), digest or name.encode())


def known(each: Arrival, state: FileState, recipe: bytes = RECIPE, number: int = 1) -> KnownFile:
    return KnownFile(number, each.name, each.size, each.modified, each.digest, recipe, state)


A, B = arrival("a.csv", 0), arrival("b.csv", 1)
A_AGAIN = Arrival("a.csv", 100, NOON + timedelta(hours=2), A.digest)
A_COPIED = Arrival("kopie.csv", 100, A.modified, A.digest)


def test_of_a_whole_customer_base_the_newest_is_read_and_the_older_superseded() -> None:
    assert choose([B, A], History([]), "all", RECIPE) == [Choice(A, "supersede"), Choice(B, "read")]


def test_an_older_file_is_superseded_once() -> None:
    before = [known(A, "superseded"), known(B, "taken", number=2)]
    assert choose([A, B], History(before), "all", RECIPE) == []


def test_a_selection_is_read_file_by_file_oldest_first() -> None:
    assert choose([B, A], History([]), "selection", RECIPE) == [Choice(A, "read"), Choice(B, "read")]


def test_of_a_selection_only_what_was_never_met_is_read() -> None:
    assert choose([A, B], History([known(A, "taken")]), "selection", RECIPE) == [Choice(B, "read")]


@pytest.mark.parametrize("contains", ["all", "selection"])
@pytest.mark.parametrize("state", ["taken", "held", "discarded"])
def test_the_same_content_by_the_same_recipe_is_nothing_new(contains: Contains, state: FileState) -> None:
    assert choose([A], History([known(A, state)]), contains, RECIPE) == []
    assert choose([A_AGAIN], History([known(A, state)]), contains, RECIPE) == []


@pytest.mark.parametrize("state", ["taken", "held"])
def test_a_mended_recipe_reads_the_latest_file_again(state: FileState) -> None:
    assert choose([A], History([known(A, state)]), "all", OTHER_RECIPE) == [Choice(A, "read")]


def test_a_mended_recipe_does_not_bring_back_what_was_discarded() -> None:
    assert choose([A], History([known(A, "discarded")]), "all", OTHER_RECIPE) == []


def test_an_old_copy_under_a_new_name_is_superseded() -> None:
    before = [known(A, "taken"), known(B, "taken", number=2)]
    assert choose([A_COPIED], History(before), "all", RECIPE) == [Choice(A_COPIED, "supersede")]


def test_an_old_content_written_anew_is_taken() -> None:
    before = [known(A, "taken"), known(B, "taken", number=2)]
    assert choose([A_AGAIN], History(before), "all", RECIPE) == [Choice(A_AGAIN, "read")]


def test_an_old_content_is_superseded_once() -> None:
    before = [known(A, "taken"), known(B, "taken", number=2), known(A_COPIED, "superseded", number=3)]
    assert choose([A_COPIED], History(before), "all", RECIPE) == []


def test_other_content_within_the_same_name_size_and_time_is_read() -> None:
    rewritten = Arrival(A.name, A.size, A.modified, b"other content")
    assert choose([rewritten], History([known(A, "taken")]), "all", RECIPE) == [Choice(rewritten, "read")]


def test_the_newest_is_hashed_though_it_looks_known() -> None:
    before = [known(A, "taken"), known(B, "taken", number=2)]
    assert worth_hashing([A, B], History(before), "all") == [B]
    assert worth_hashing([A, B], History(before), "selection") == [B]


def test_of_a_selection_what_was_never_met_is_hashed_too() -> None:
    assert worth_hashing([A, B], History([]), "selection") == [A, B]


def test_an_empty_folder_asks_for_nothing() -> None:
    assert choose([], History([known(A, "taken")]), "all", RECIPE) == []
    assert worth_hashing([], History([]), "all") == []
