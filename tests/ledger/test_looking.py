"""What people see: rejected, skipped and held, counted and traced; and a look never moves anything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connector.errors import Refused
from connector.ledger import Ledger, looking
from connector.ledger.looking import WarnedRow
from connector.ledger.taking import ACCEPTED
from connector.model import Rejected, Skipped
from connector.plan import Policy

WRONG_DATE = Rejected("date_invalid", "Geen datum.", "APK datum", "3*-**-**", "ZZ004Z")
WRONG_PLATE = Rejected("plate_invalid", "Geen kenteken.", "Kenteken", "Z*", None)


def see(hand: Any, question: Any, *arguments: Any, **more: Any) -> Any:
    with hand.ledger.looking() as connection:
        return question(connection, hand.garage, *arguments, **more)


def listed(hand: Any, *, everything: bool = False) -> list[tuple[Any, ...]]:
    rows = see(hand, looking.rejected, everything=everything)
    return [(row.source, row.file, row.line, row.code) for row in rows]


# ---------------------------------------------------------------- rejected and skipped


def test_a_rejected_row_is_listed_once_with_all_it_takes_to_mend_it(jansen: Any) -> None:
    jansen.night(jansen.car(1), WRONG_DATE, WRONG_DATE, name="maandag.csv")
    (row,) = see(jansen, looking.rejected, everything=False)
    assert (row.source, row.file, row.line) == ("klanten", "maandag.csv", 3)
    assert (row.column, row.code, row.value) == ("APK datum", "date_invalid", "3*-**-**")
    assert (row.message, row.first_seen) == ("Geen datum.", jansen.clock())


def test_rejected_shows_the_latest_file_of_each_source_and_all_shows_the_history(jansen: Any) -> None:
    jansen.night(WRONG_DATE, WRONG_PLATE, name="maandag.csv")
    jansen.night(WRONG_DATE, source="apk", name="apk.csv")
    jansen.night(WRONG_PLATE, name="dinsdag.csv")
    latest = [("apk", "apk.csv", 2, "date_invalid"), ("klanten", "dinsdag.csv", 2, "plate_invalid")]
    assert listed(jansen) == latest
    monday = [("klanten", "maandag.csv", 2, "date_invalid"), ("klanten", "maandag.csv", 3, "plate_invalid")]
    assert sorted(listed(jansen, everything=True)) == sorted([*latest, *monday])


def test_a_standing_rejection_keeps_the_day_it_was_first_seen(jansen: Any) -> None:
    first_seen = jansen.clock()
    jansen.night(WRONG_DATE)
    jansen.clock.forward(days=1)
    jansen.night(jansen.car(1), WRONG_DATE, name="dinsdag.csv")
    (row,) = see(jansen, looking.rejected, everything=False)
    assert (row.file, row.line, row.first_seen) == ("dinsdag.csv", 3, first_seen)


def test_rejections_show_when_their_file_is_taken_and_not_before(jansen: Any) -> None:
    jansen.night(WRONG_DATE, name="maandag.csv")
    cars = [jansen.car(number) for number in range(1, ACCEPTED)]
    file = jansen.judged(*cars, WRONG_PLATE, name="dinsdag.csv")
    assert jansen.slice(file) is True
    assert [row[1] for row in listed(jansen)] == ["maandag.csv"]
    jansen.accept(file)
    assert [row[1] for row in listed(jansen)] == ["dinsdag.csv"]


def test_skipped_shows_the_latest_file_of_each_source(jansen: Any) -> None:
    jansen.night(Skipped("no_email"), name="maandag.csv")
    jansen.night(jansen.car(1), jansen.car(1, make="Saab"), name="dinsdag.csv")
    jansen.night(Skipped("no_plate"), source="apk", name="apk.csv")
    found = [(row.file, row.line, row.reason, row.plate) for row in see(jansen, looking.skipped)]
    assert found == [("dinsdag.csv", 2, "duplicate_in_file", "ZZ001Z"), ("apk.csv", 2, "no_plate", None)]


# ---------------------------------------------------------------- held


def test_held_tells_reason_message_and_since_when(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2, fault="Geen adres."), jansen.car(3))
    since = jansen.clock()
    jansen.clock.forward(minutes=1)
    jansen.fail(Refused("422", code="invalid", status=422, field="vehicle.vin"))
    refused, invalid = see(jansen, looking.held_passports)
    assert (refused.plate, refused.source, refused.reason) == ("ZZ001Z", "klanten", "refused")
    assert (refused.since, "vehicle.vin" in refused.message) == (jansen.clock(), True)
    assert (invalid.plate, invalid.reason, invalid.since) == ("ZZ002Z", "invalid_email", since)


# ---------------------------------------------------------------- counts


def test_every_passport_is_counted_in_one_state(inviting: Any) -> None:
    never = inviting.but(policy=Policy("never"))
    never.night(
        never.car(1),
        never.car(2),
        never.car(3, opt_out=True),
        never.car(4, fault="Geen adres."),
        never.car(5),
    )
    never.answer()
    never.claimed()
    counts = see(never, looking.counts, never.clock())
    assert counts == {
        "delivered": 1,
        "sending": 1,
        "waiting": 1,
        "held": 1,
        "pending": 1,
        "in_batch": 0,
        "withdrawn": 0,
    }


def test_invitations_are_counted_by_what_stands_in_their_way(inviting: Any) -> None:
    inviting.night(inviting.car(1), inviting.car(2), inviting.car(3, opt_out=True))
    inviting.answer(sent_at=inviting.clock())
    assert see(inviting, looking.invitations) == {"none": 0, "due": 1, "withheld": 1, "sent": 1}


def test_warnings_are_counted_by_code_and_go_with_what_caused_them(jansen: Any) -> None:
    odd = ("plate_unusual", "plate", "Z*")
    jansen.night(jansen.car(1, warnings=[odd, ("date_odd", "apk_due", "3*")]), jansen.car(2, warnings=[odd]))
    assert see(jansen, looking.warnings, "klanten") == {"plate_unusual": 2, "date_odd": 1}
    known = WarnedRow("klanten", "ZZ001Z", "plate", "plate_unusual", "Z*")
    dated = WarnedRow("klanten", "ZZ001Z", "apk_due", "date_odd", "3*")
    assert jansen.trace(1).warnings == (known, dated)
    assert see(jansen, looking.warned) == [known, dated, replace(known, plate="ZZ002Z")]
    jansen.night(jansen.car(1), jansen.car(2, warnings=[odd]))
    assert see(jansen, looking.warnings, "klanten") == {"plate_unusual": 1}
    assert jansen.trace(1).warnings == ()
    assert see(jansen, looking.warned) == [replace(known, plate="ZZ002Z")]


# ---------------------------------------------------------------- trace and files


def test_a_trace_tells_the_life_of_a_plate_in_its_order(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.clock.forward(minutes=1)
    jansen.answer()
    jansen.clock.forward(days=1)
    jansen.night(jansen.car(1, make="Saab"))
    traced = jansen.trace(1)
    assert [each.event for each in traced.events] == ["new", "delivered", "changed"]
    assert [each.at for each in traced.events] == sorted(each.at for each in traced.events)
    assert see(jansen, looking.traced, "ZZ999Z", jansen.clock()) is None


def test_files_are_summed_up_newest_first(jansen: Any) -> None:
    for name in ("maandag.csv", "dinsdag.csv"):
        jansen.night(jansen.car(1), name=name)
    jansen.night(source="apk", name="apk.csv")
    names = [file.name for file in see(jansen, looking.file_summaries, "taken")]
    assert names == ["apk.csv", "dinsdag.csv", "maandag.csv"]
    of_source = see(jansen, looking.file_summaries, "taken", source="klanten", limit=1)
    assert [file.name for file in of_source] == ["dinsdag.csv"]
    assert see(jansen, looking.file_summaries, "held") == []


# ---------------------------------------------------------------- one consistent look


def test_several_questions_are_answered_from_one_state(
    new_place: Any, opened: Callable[..., Ledger], clock: Any, hand: Any
) -> None:
    ours = hand(opened(new_place))
    ours.night(ours.car(1))
    writer = threading.Thread(target=lambda: ours.night(ours.car(1), ours.car(2)))
    with opened(new_place).looking() as connection:
        before = looking.counts(connection, "jansen", clock())
        writer.start()
        writer.join()
        assert looking.counts(connection, "jansen", clock()) == before
        assert sum(looking.invitations(connection, "jansen").values()) == 1
    assert ours.counts() == {"pending": 2}
