"""Which file is read, and in whose place a newer one speaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.arrivals import Arrival, Choice, Contains, FileState, History, KnownFile, choose, worth_hashing

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
NOW = NOON + timedelta(days=1)
RECIPE, OTHER_RECIPE = b"recipe", b"mended"


def arrival(name: str, hours: int = 0, digest: bytes | None = None) -> Arrival:
    return Arrival(name, 100, NOON + timedelta(hours=hours), digest or name.encode())


def known(each: Arrival, state: FileState, recipe: bytes = RECIPE, number: int = 1) -> KnownFile:
    return KnownFile(number, each.name, each.size, each.modified, each.digest, recipe, state)


A, B, LATER = arrival("a.csv", 0), arrival("b.csv", 1), arrival("later.csv", 5)
A_AGAIN = Arrival("a.csv", 100, NOON + timedelta(hours=2), A.digest)
A_COPIED = Arrival("kopie.csv", 100, A.modified, A.digest)


def test_of_a_whole_customer_base_the_newest_is_read_and_the_older_superseded() -> None:
    assert choose([B, A], History([], NOW), "all", RECIPE) == [Choice(A, "supersede"), Choice(B, "read")]


def test_an_older_file_is_superseded_once() -> None:
    before = [known(A, "superseded"), known(B, "taken", number=2)]
    assert choose([A, B], History(before, NOW), "all", RECIPE) == []


def test_a_selection_is_read_file_by_file_oldest_first() -> None:
    assert choose([B, A], History([], NOW), "selection", RECIPE) == [Choice(A, "read"), Choice(B, "read")]


def test_of_a_selection_only_what_was_never_met_is_read() -> None:
    assert choose([A, B], History([known(A, "taken")], NOW), "selection", RECIPE) == [Choice(B, "read")]


@pytest.mark.parametrize("contains", ["all", "selection"])
@pytest.mark.parametrize("state", ["taken", "held", "discarded"])
def test_the_same_content_by_the_same_recipe_is_nothing_new(contains: Contains, state: FileState) -> None:
    assert choose([A], History([known(A, state)], NOW), contains, RECIPE) == []
    assert choose([A_AGAIN], History([known(A, state)], NOW), contains, RECIPE) == []


@pytest.mark.parametrize("state", ["taken", "held"])
def test_a_mended_recipe_reads_the_latest_file_again(state: FileState) -> None:
    assert choose([A], History([known(A, state)], NOW), "all", OTHER_RECIPE) == [Choice(A, "read")]


def test_a_mended_recipe_does_not_bring_back_what_was_discarded() -> None:
    assert choose([A], History([known(A, "discarded")], NOW), "all", OTHER_RECIPE) == []


def test_an_old_copy_under_a_new_name_is_superseded() -> None:
    before = [known(A, "taken"), known(B, "taken", number=2)]
    assert choose([A_COPIED], History(before, NOW), "all", RECIPE) == [Choice(A_COPIED, "supersede")]


def test_an_old_content_written_anew_is_taken() -> None:
    before = [known(A, "taken"), known(B, "taken", number=2)]
    assert choose([A_AGAIN], History(before, NOW), "all", RECIPE) == [Choice(A_AGAIN, "read")]


@pytest.mark.parametrize("contains", ["all", "selection"])
@pytest.mark.parametrize("state", ["held", "discarded"])
def test_what_was_taken_speaks_again_when_it_is_written_after_a_file_that_was_not(
    contains: Contains, state: FileState
) -> None:
    before = [known(A, "taken"), known(B, state, number=2)]
    assert choose([A_AGAIN], History(before, NOW), contains, RECIPE) == [Choice(A_AGAIN, "read")]
    assert choose([A], History(before, NOW), contains, RECIPE) == []
    assert choose([A_COPIED], History(before, NOW), contains, RECIPE) == []
    again = [*before, known(A_AGAIN, "taken", number=3)]
    assert choose([A_AGAIN], History(again, NOW), contains, RECIPE) == []


def test_an_old_content_is_superseded_once() -> None:
    before = [known(A, "taken"), known(B, "taken", number=2), known(A_COPIED, "superseded", number=3)]
    assert choose([A_COPIED], History(before, NOW), "all", RECIPE) == []


def test_other_content_within_the_same_name_size_and_time_is_read() -> None:
    rewritten = Arrival(A.name, A.size, A.modified, b"other content")
    assert choose([rewritten], History([known(A, "taken")], NOW), "all", RECIPE) == [
        Choice(rewritten, "read")
    ]


def test_the_newest_is_hashed_though_it_looks_known() -> None:
    before = [known(A, "taken"), known(B, "taken", number=2)]
    assert worth_hashing([A, B], History(before, NOW), "all") == [B]


def test_of_a_selection_each_is_hashed_though_it_looks_known() -> None:
    assert worth_hashing([B, A], History([known(A, "taken")], NOW), "selection") == [A, B]


def test_a_file_of_a_selection_that_is_held_asks_its_question_once() -> None:
    held = [known(A, "taken"), known(B, "held", number=2), known(LATER, "held", number=3)]
    assert choose([A, B, LATER], History(held, NOW), "selection", RECIPE) == []


def test_while_a_newer_export_is_being_written_no_older_one_speaks() -> None:
    assert choose([A], History([], NOW), "all", RECIPE, [B]) == []
    assert choose([B], History([], NOW), "all", RECIPE, [A]) == [Choice(B, "read")]
    assert choose([A], History([], NOW), "selection", RECIPE, [B]) == [Choice(A, "read")]


def test_an_export_dated_years_ahead_counts_as_of_when_it_was_found() -> None:
    ahead = arrival("vooruit.csv", 24 * 3650)
    found = replace(known(ahead, "taken"), found_at=NOON + timedelta(hours=2))
    tomorrow = arrival("morgen.csv", 20)
    assert choose([ahead, tomorrow], History([found], NOW), "all", RECIPE) == [Choice(tomorrow, "read")]
    assert choose([B, ahead], History([], NOW), "all", RECIPE)[-1] == Choice(ahead, "read")


def test_an_empty_folder_asks_for_nothing() -> None:
    assert choose([], History([known(A, "taken")], NOW), "all", RECIPE) == []
    assert worth_hashing([], History([], NOW), "all") == []


@pytest.mark.parametrize("contains", ["all", "selection"])
@pytest.mark.parametrize("again", [A_AGAIN, Arrival("kopie.csv", 100, LATER.modified, A.digest)])
def test_what_was_discarded_is_not_read_again_when_another_was_taken_since(
    contains: Contains, again: Arrival
) -> None:
    before = [known(A, "discarded"), known(B, "taken", number=2)]
    assert choose([again], History(before, NOW), contains, RECIPE) == []
    assert choose([again], History(before, NOW), contains, OTHER_RECIPE) == []
