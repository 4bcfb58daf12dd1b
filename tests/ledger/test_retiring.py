"""What is old enough goes from the ledger, some at a time; what a decision still needs stays, however old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connector.brake import Before
from connector.ledger import Finding
from connector.ledger.batch_book import By
from connector.ledger.batch_list import listed
from connector.ledger.retiring import LIMIT, Ages
from connector.ledger.schema import batch_members, batches, events, files, rejected_rows
from connector.model import AddressChange, BatchItem, BatchStatus, EmailStatus, ItemsPage, Rejected

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
    assert jansen.ledger.taken_before(jansen.garage, "klanten") == Before(rows=1, passports=0)


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


# ---------------------------------------------------------------- batches


def of(hand: Any) -> By:
    return By(hand.policy, hand.today, timedelta(seconds=90), timedelta(hours=6))


def composed(hand: Any, number: int) -> Any:
    """A batch of one car."""
    hand.night(hand.car(number), contains="selection", name=f"{number}.csv")
    return hand.ledger.batch_book.compose(hand.garage, of(hand), 500)


def taken(hand: Any, number: int) -> Any:
    batch = composed(hand, number)
    status = BatchStatus(f"b{number}", batch.reference, "queued", hand.clock(), None)
    hand.ledger.batch_book.taken(batch, status)
    return next(each for each in hand.ledger.batch_book.open(hand.garage) if each.number == batch.number)


def done(hand: Any, number: int) -> Any:
    batch = taken(hand, number)
    with hand.ledger.looking() as connection:
        inside = sa.select(batch_members.c.plate).where(batch_members.c.reference == batch.reference)
        plates = list(connection.execute(inside).scalars())
    items = tuple(BatchItem(each, "created", False, None, EmailStatus()) for each in plates)
    hand.ledger.batch_book.settle(batch, ItemsPage(items, None), hand.clock(), of(hand), last=True)
    return batch


def numbers(hand: Any) -> list[int]:
    with hand.ledger.looking() as connection:
        return [each.number for each in listed(connection, hand.garage)]


def bodies(hand: Any) -> list[bytes | None]:
    with hand.ledger.looking() as connection:
        return list(connection.execute(sa.select(batches.c.body).order_by(batches.c.number)).scalars())


def test_batches_go_with_their_members_when_they_ended_long_enough_ago(jansen: Any) -> None:
    for number in (1, 2, 3):
        done(jansen, number)
        jansen.clock.forward(days=1)
    jansen.clock.forward(days=398, hours=1)
    assert retire(jansen, "batches") == 2
    assert (numbers(jansen), count(jansen, batch_members)) == ([3], 1)
    assert jansen.counts() == {"delivered": 3}


def test_the_last_batch_stays_so_that_no_number_is_given_twice(jansen: Any) -> None:
    done(jansen, 1)
    jansen.clock.forward(days=5000)
    assert retire(jansen, "batches") == 0
    assert done(jansen, 2).number == 2
    assert (retire(jansen, "batches"), numbers(jansen)) == (1, [2])


def test_a_batch_that_has_not_told_all_stays_however_old(jansen: Any) -> None:
    composed(jansen, 1)
    taken(jansen, 2)
    done(jansen, 3)
    jansen.clock.forward(days=5000)
    assert (retire(jansen, "batches"), numbers(jansen)) == (0, [3, 2, 1])
    assert jansen.counts() == {"in_batch": 2, "delivered": 1}


def test_batches_that_were_never_run_go_too(jansen: Any) -> None:
    book = jansen.ledger.batch_book
    book.split(composed(jansen, 1), of(jansen))
    book.give_up(taken(jansen, 2), of(jansen))
    book.cancelled(composed(jansen, 3), of(jansen))
    last = done(jansen, 4).number
    jansen.clock.forward(days=399)
    assert retire(jansen, "batches") == 0
    jansen.clock.forward(days=2)
    retire(jansen, "batches")
    assert numbers(jansen) == [last]


def test_what_a_batch_asked_with_is_gone_as_soon_as_it_is_answered(jansen: Any) -> None:
    assert jansen.ledger.batch_book.body(composed(jansen, 1))
    taken(jansen, 2)
    jansen.ledger.batch_book.cancelled(composed(jansen, 3), of(jansen))
    done(jansen, 4)
    kept = bodies(jansen)
    assert kept[0] is not None and set(kept[1:]) == {None}
    assert b"Klant 1" in kept[0]


def test_each_garage_keeps_its_own_batches(jansen: Any) -> None:
    other = jansen.but(garage="pietersen")
    other.ledger.know_garage("pietersen")
    for hand in (jansen, other):
        done(hand, 1)
        done(hand, 2)
    jansen.clock.forward(days=401)
    assert retire(jansen, "batches") == 1
    assert (numbers(jansen), numbers(other), count(jansen, batch_members)) == ([2], [2, 1], 3)
