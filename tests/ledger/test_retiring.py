"""What is old enough goes from the ledger, some at a time; what a decision still needs stays, however old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connector.ledger import Finding
from connector.ledger.retiring import LIMIT, Ages
from connector.ledger.schema import events, files, rejected_rows
from connector.model import AddressChange, Rejected

AGES = Ages(events=timedelta(days=400), rejected=timedelta(days=90), files=timedelta(days=400))


def retire(hand: Any, kind: Any, lying: Any = None) -> int:
    """Retire all of a kind; how many rows went."""
    total = 0
    while gone := hand.ledger.retiring.slice(hand.garage, kind, AGES, lying or {}):
        assert gone <= LIMIT
        total += gone
    return total


def count(hand: Any, table: sa.Table) -> int:
    with hand.ledger.looking() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def names(hand: Any) -> list[str]:
    with hand.ledger.looking() as connection:
        return list(connection.execute(sa.select(files.c.name).order_by(files.c.id)).scalars())


def bad(number: int) -> Any:
    return (f"bad {number}", Rejected("date_invalid", "Niet te lezen.", "APK", "3*"))


@pytest.mark.parametrize(("days", "left"), [(399, 2), (401, 0)])
def test_events_go_when_they_are_older_than_is_kept(jansen: Any, days: int, left: int) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    jansen.clock.forward(days=days)
    assert retire(jansen, "events") == 2 - left
    assert count(jansen, events) == left
    assert jansen.counts()["pending"] == 2


def test_of_many_no_more_than_a_slice_goes_in_one_transaction(jansen: Any) -> None:
    jansen.night(*(jansen.car(number, plate=f"ZZ{number}Z") for number in range(1, LIMIT + 11)))
    jansen.clock.forward(days=401)
    assert jansen.ledger.retiring.slice(jansen.garage, "events", AGES, {}) == LIMIT
    assert retire(jansen, "events") == 10


def test_the_last_correction_of_a_plate_stays_for_an_older_word_of_igarage_is_known_by_it(
    jansen: Any,
) -> None:
    a, b, c = (f"{each}@voorbeeld.example" for each in "abc")
    jansen.night(jansen.car(1, email=a))
    jansen.deliver_all()
    first, book = jansen.clock(), jansen.ledger.address_book

    def hear(after: str | None, at: Any, seen: str, meant: str) -> int:
        item = AddressChange(at, seen, "corrected", plate="ZZ001Z", corrected_to=meant)
        more = {"after": after, "onward": f"{after}+"}
        return int(book.hear_feed(jansen.garage, [item], jansen.policy, jansen.today, **more) or 0)

    assert hear(None, first, a, b) == 1
    jansen.clock.forward(days=1)
    assert hear("None+", jansen.clock(), b, a) == 1
    jansen.clock.forward(days=401)
    retire(jansen, "events")
    assert jansen.events() == ["corrected"]
    assert hear("None++", first, a, c) == 0
    assert jansen.content()["email"] == a


def test_rejections_go_but_for_those_of_the_last_export(jansen: Any) -> None:
    jansen.night(bad(1), bad(2))
    jansen.clock.forward(days=1)
    jansen.night(bad(1), jansen.car(1))
    jansen.clock.forward(days=89, hours=1)
    assert retire(jansen, "rejected") == 2
    jansen.clock.forward(days=400)
    assert (retire(jansen, "rejected"), count(jansen, rejected_rows)) == (0, 1)


def test_a_row_that_is_rejected_night_after_night_keeps_its_first_day(jansen: Any) -> None:
    jansen.night(bad(1))
    first = jansen.clock()
    for _ in range(3):
        jansen.clock.forward(days=60)
        retire(jansen, "rejected")
        file = jansen.night(bad(1))
        assert file.new_rejected == 0
    with jansen.ledger.looking() as connection:
        since = connection.execute(sa.select(sa.func.max(rejected_rows.c.first_seen))).scalar_one()
    assert since == first


def test_files_go_with_their_rejections_but_for_the_last_of_each_source(jansen: Any) -> None:
    for number in range(3):
        jansen.night(bad(number), name=f"{number}.csv")
        jansen.night(jansen.car(number), name=f"apk{number}.csv", source="apk")
        jansen.clock.forward(days=1)
    jansen.clock.forward(days=398, hours=1)
    assert retire(jansen, "files") == 4
    assert names(jansen) == ["2.csv", "apk2.csv"]
    assert count(jansen, rejected_rows) == 1
    assert jansen.ledger.rows_taken_before(jansen.garage, "klanten") == 1


def test_a_file_that_is_held_or_under_way_stays(jansen: Any) -> None:
    jansen.night(jansen.car(1), name="taken.csv")
    held = jansen.read(jansen.car(1), name="held.csv")
    jansen.ledger.hold_file(held, Finding("layout_unknown", "Onbekend."))
    jansen.read(jansen.car(1), name="reading.csv")
    jansen.judged(jansen.car(1), name="accepting.csv")
    jansen.clock.forward(days=401)
    assert retire(jansen, "files") == 0
    assert names(jansen) == ["taken.csv", "held.csv", "reading.csv", "accepting.csv"]


def test_the_last_file_that_was_done_away_with_stays_while_nothing_came_after_it(jansen: Any) -> None:
    jansen.night(jansen.car(1), name="taken.csv")
    file = jansen.read(jansen.car(1), name="discarded.csv")
    jansen.ledger.hold_file(file, Finding("layout_unknown", "Onbekend."))
    jansen.ledger.discard(jansen.garage, file)
    jansen.clock.forward(days=401)
    assert (retire(jansen, "files"), names(jansen)) == (0, ["taken.csv", "discarded.csv"])


def test_a_file_that_lies_in_its_folder_still_stays(jansen: Any) -> None:
    for number in range(4):
        jansen.night(jansen.car(number), name=f"{number}.csv")
    jansen.clock.forward(days=401)
    lying = {"klanten": frozenset({("1.csv", 1), ("2.csv", 99)})}
    assert (retire(jansen, "files", lying), names(jansen)) == (2, ["1.csv", "3.csv"])


def test_where_a_folder_cannot_be_read_its_files_stay(jansen: Any) -> None:
    for number in range(2):
        jansen.night(jansen.car(number), name=f"{number}.csv")
    jansen.clock.forward(days=401)
    assert retire(jansen, "files", {"klanten": None}) == 0
    assert retire(jansen, "files", {}) == 1  # of a source that is no longer configured


def test_the_memory_of_a_source_stays_so_the_same_export_is_unchanged(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    jansen.night(jansen.car(1), jansen.car(2), name="later.csv")
    jansen.clock.forward(days=5000)
    for kind in ("events", "rejected", "files"):
        retire(jansen, kind)
    assert jansen.night(jansen.car(1), jansen.car(2)).unchanged == 2


def test_each_garage_keeps_its_own(jansen: Any) -> None:
    other = jansen.but(garage="pietersen")
    other.ledger.know_garage("pietersen")
    other.night(other.car(1))
    jansen.night(jansen.car(1))
    jansen.clock.forward(days=401)
    assert retire(jansen, "events") == 1
    assert other.events() == ["new"]
