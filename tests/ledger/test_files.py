"""Export files: staged out of sight, judged whole, accepted slice by slice, and never half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from connector.arrivals import Arrival
from connector.ledger import Finding, Ledger
from connector.ledger.looking import skipped
from connector.ledger.schema import staged
from connector.ledger.taking import ACCEPTED
from connector.model import Rejected, Skipped

MORE_THAN_A_SLICE = ACCEPTED + 20


def balance(file: Any) -> dict[str, int]:
    counts = ("new", "changed", "unchanged", "skipped", "rejected")
    return {name: getattr(file, name) for name in counts if getattr(file, name)}


def reasons(ledger: Ledger) -> list[tuple[int | None, str]]:
    with ledger.looking() as connection:
        return [(row.line, row.reason) for row in skipped(connection, "jansen")]


def still_staged(ledger: Ledger) -> int:
    with ledger.looking() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(staged)).scalar_one()


# ---------------------------------------------------------------- staging


def test_what_is_staged_is_invisible_until_it_is_accepted(jansen: Any) -> None:
    file = jansen.read(jansen.car(1), Rejected("plate_invalid", "Geen kenteken."), Skipped("no_email"))
    assert jansen.counts() == {} and jansen.claim() is None and not jansen.knows(1)
    assert jansen.judge(file) is None
    assert jansen.counts() == {} and jansen.claim() is None and not jansen.knows(1)
    assert balance(jansen.accept(file)) == {"new": 1, "skipped": 1, "rejected": 1}
    assert jansen.counts() == {"pending": 1}


def test_a_taken_file_leaves_nothing_staged(jansen: Any) -> None:
    file = jansen.night(jansen.car(1), jansen.car(2))
    assert (file.state, file.closed_at) == ("taken", jansen.clock())
    assert still_staged(jansen.ledger) == 0


def test_a_file_that_was_being_read_when_its_process_died_is_read_again(
    jansen: Any, opened: Callable[..., Ledger], place: Any
) -> None:
    jansen.read(jansen.car(1))
    anew = jansen.but(ledger=opened(place))
    assert anew.ledger.forget_unread("jansen") == 1
    assert still_staged(anew.ledger) == 0
    assert anew.ledger.history("jansen", "klanten") == []
    assert balance(anew.night(anew.car(1))) == {"new": 1}


def test_forgetting_what_was_unread_leaves_files_that_were_judged(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    accepting = jansen.judged(jansen.car(2))
    assert jansen.ledger.forget_unread("jansen") == 0
    assert jansen.ledger.unfinished("jansen", "klanten") == [accepting]


def test_a_file_that_changed_while_it_was_read_was_never_seen(jansen: Any) -> None:
    file = jansen.read(jansen.car(1))
    jansen.ledger.forget_file(file)
    assert jansen.ledger.history("jansen", "klanten") == [] and still_staged(jansen.ledger) == 0
    with pytest.raises(LookupError):
        jansen.ledger.file(file)


@pytest.mark.parametrize("slices", [0, 1, 2])
def test_accepting_goes_on_where_a_dead_process_stopped(
    jansen: Any, opened: Callable[..., Ledger], place: Any, slices: int
) -> None:
    jansen.night(jansen.car(7), *(jansen.car(number, make="Saab") for number in range(200, 210)))
    cars = [jansen.car(number) for number in range(1, MORE_THAN_A_SLICE + 1)]
    file = jansen.judged(*cars, Rejected("plate_invalid", "Geen kenteken."), Skipped("no_plate"))
    assert [jansen.slice(file) for _ in range(slices)] == [True, False][:slices]

    anew = jansen.but(ledger=opened(place))
    for unfinished in anew.ledger.unfinished("jansen", "klanten"):
        anew.accept(unfinished)

    taken = anew.ledger.file(file)
    assert (taken.state, taken.read) == ("taken", MORE_THAN_A_SLICE + 2)
    expected = {"new": MORE_THAN_A_SLICE - 11, "changed": 10, "unchanged": 1, "skipped": 1, "rejected": 1}
    assert balance(taken) == expected
    assert anew.counts() == {"pending": MORE_THAN_A_SLICE}
    assert anew.events(1) == ["new"] and anew.events(205) == ["new", "changed"]


# ---------------------------------------------------------------- judging a file


def test_rows_that_are_word_for_word_the_same_count_once(jansen: Any) -> None:
    wrong = Rejected("plate_invalid", "Geen kenteken.")
    file = jansen.night(jansen.car(1), jansen.car(1), jansen.car(1), wrong, wrong)
    assert balance(file) == {"new": 1, "skipped": 3, "rejected": 1}
    assert reasons(jansen.ledger) == [(3, "repeated"), (4, "repeated"), (6, "repeated")]


def test_a_repeated_row_that_is_recognised_is_repeated_still(jansen: Any) -> None:
    for expected in ({"new": 1, "skipped": 1}, {"unchanged": 1, "skipped": 1}):
        assert balance(jansen.night(jansen.car(1), jansen.car(1))) == expected
    assert reasons(jansen.ledger) == [(3, "repeated")]


def test_of_one_plate_twice_the_row_with_an_apk_date_is_taken(jansen: Any) -> None:
    with_date = jansen.car(1, apk_due="2027-05-01", changed_at="2020-01-01")
    file = jansen.night(with_date, jansen.car(1, make="Saab", changed_at="2027-01-01"))
    assert balance(file) == {"new": 1, "skipped": 1}
    assert reasons(jansen.ledger) == [(3, "duplicate_in_file")]
    assert jansen.content(1)["apk_due"] == "2027-05-01"


def test_of_two_without_an_apk_date_the_newest_is_taken(jansen: Any) -> None:
    newest = jansen.car(1, make="Volvo", changed_at="2027-01-02")
    jansen.night(newest, jansen.car(1, make="Saab", changed_at="2027-01-01"))
    assert jansen.content(1)["make"] == "Volvo"


def test_of_two_equals_the_last_is_taken(jansen: Any) -> None:
    jansen.night(jansen.car(1, make="Volvo"), jansen.car(1, make="Saab"), jansen.car(1, make="Opel"))
    assert jansen.content(1)["make"] == "Opel"


def test_a_rejected_row_is_no_rival(jansen: Any) -> None:
    wrong = Rejected("date_invalid", "Geen datum.", record_key=jansen.plate(1))
    assert balance(jansen.night(jansen.car(1), wrong)) == {"new": 1, "rejected": 1}


def test_a_row_that_lost_tonight_may_win_tomorrow(jansen: Any) -> None:
    older, newer = jansen.car(1, make="Volvo"), jansen.car(1, make="Saab", changed_at="2027-01-01")
    jansen.night(older, newer)
    assert balance(jansen.night(older)) == {"changed": 1}
    assert (jansen.content(1)["make"], jansen.trace(1).facts.revision) == ("Volvo", 2)


def test_a_row_that_wins_tonight_may_lose_tomorrow_though_it_is_recognised(jansen: Any) -> None:
    older, newer = jansen.car(1, make="Volvo"), jansen.car(1, make="Saab", changed_at="2027-01-01")
    jansen.night(older)
    assert balance(jansen.night(older, newer)) == {"changed": 1, "skipped": 1}
    assert balance(jansen.night(older, newer)) == {"unchanged": 1, "skipped": 1}
    assert balance(jansen.night(older)) == {"changed": 1}
    assert jansen.content(1)["make"] == "Volvo"


def test_two_rows_of_one_plate_under_keys_of_their_own_take_turns(jansen: Any) -> None:
    first = jansen.car(1, make="Volvo", key="K1")
    second = jansen.car(1, make="Saab", key="K2", changed_at="2027-01-01")
    jansen.night(first)
    assert balance(jansen.night(first, second)) == {"changed": 1, "skipped": 1}
    assert balance(jansen.night(first)) == {"changed": 1}
    assert jansen.content(1)["make"] == "Volvo"


def test_a_row_that_comes_back_under_its_former_key_speaks_again(jansen: Any) -> None:
    first, second = jansen.car(1, make="Volvo", key="K1"), jansen.car(1, make="Saab", key="K2")
    jansen.night(first)
    assert balance(jansen.night(second)) == {"changed": 1}
    assert balance(jansen.night(first)) == {"changed": 1}
    assert (jansen.content(1)["make"], jansen.trace(1).facts.revision) == ("Volvo", 3)


def test_a_recognised_row_that_wins_again_is_remembered_still(jansen: Any) -> None:
    loser, winner = jansen.car(1, make="Volvo"), jansen.car(1, make="Saab", apk_due="2027-05-01")
    jansen.night(winner)
    jansen.night(jansen.car(1, make="Opel"), source="apk")
    assert balance(jansen.night(loser, winner)) == {"unchanged": 1, "skipped": 1}
    assert balance(jansen.night(winner)) == {"unchanged": 1}
    assert jansen.content(1)["make"] == "Opel"


def test_a_record_key_with_two_plates_holds_the_file_whole(jansen: Any) -> None:
    file = jansen.read(jansen.car(1, key="K1"), jansen.car(2, key="K1"), jansen.car(3))
    finding = jansen.judge(file)
    assert finding is not None and finding.reason == "record_key_two_plates"
    held = jansen.ledger.file(file)
    assert (held.state, held.reason, held.message) == ("held", finding.reason, finding.message)
    assert jansen.counts() == {} and still_staged(jansen.ledger) == 0
    assert jansen.ledger.unfinished("jansen", "klanten") == []


def test_a_record_key_with_two_plates_is_found_among_recognised_rows(jansen: Any) -> None:
    jansen.night(jansen.car(1, key="K1"))
    file = jansen.read(jansen.car(1, key="K1"), jansen.car(2, key="K1"))
    assert jansen.judge(file) is not None


def test_the_same_record_key_twice_for_one_plate_is_a_duplicate(jansen: Any) -> None:
    file = jansen.night(jansen.car(1, key="K1", make="Volvo"), jansen.car(1, key="K1", make="Saab"))
    assert balance(file) == {"new": 1, "skipped": 1}
    assert balance(jansen.night(jansen.car(1, key="K1", make="Saab"))) == {"unchanged": 1}


# ---------------------------------------------------------------- the history of a source


def test_a_held_file_is_remembered_with_its_reason(jansen: Any) -> None:
    file = jansen.read(jansen.car(1))
    jansen.ledger.hold_file(file, Finding("layout_unknown", "De kolom Kenteken is weg."))
    (known,) = jansen.ledger.history("jansen", "klanten")
    assert (known.state, known.id) == ("held", file)
    assert jansen.ledger.file(file).message == "De kolom Kenteken is weg."
    assert still_staged(jansen.ledger) == 0


def test_thousands_of_older_files_are_noted_in_slices(jansen: Any) -> None:
    older = [Arrival(f"oud-{number}.csv", number + 1, jansen.clock(), None) for number in range(1201)]
    jansen.ledger.supersede("jansen", "klanten", older, b"recipe")
    known = jansen.ledger.history("jansen", "klanten")
    assert [each.name for each in known] == [each.name for each in older]
    assert {each.state for each in known} == {"superseded"}


def test_a_taken_file_supersedes_the_older_held_ones_of_its_source(jansen: Any) -> None:
    held = [jansen.read(jansen.car(1), source=source) for source in ("klanten", "apk")]
    for file in held:
        jansen.ledger.hold_file(file, Finding("layout_unknown", "Onbekend."))
    jansen.night(jansen.car(2))
    assert [jansen.ledger.file(file).state for file in held] == ["superseded", "held"]


def test_the_history_has_every_file_of_a_source_oldest_first(jansen: Any) -> None:
    older = Arrival("gisteren.csv", 5, jansen.clock(), None)
    jansen.ledger.supersede("jansen", "klanten", [older], b"recipe")
    jansen.night(jansen.car(1), name="vandaag.csv")
    jansen.night(jansen.car(1), source="apk")
    found = jansen.ledger.history("jansen", "klanten")
    assert [(each.name, each.state) for each in found] == [
        ("gisteren.csv", "superseded"),
        ("vandaag.csv", "taken"),
    ]
    assert found[0].is_the_file(older) and found[0].digest is None
    assert found[1].recipe == b"recipe" and isinstance(found[1].digest, bytes)
