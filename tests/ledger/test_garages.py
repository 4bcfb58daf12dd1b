"""Garages in one ledger: how each stands with iGarage, and that none ever sees or moves another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.backoff import Probing
from connector.errors import Refused, Transient
from connector.ledger import Finding, Ledger, Pause, looking
from connector.model import Rejected, Skipped

# ---------------------------------------------------------------- how a garage stands


def test_of_a_garage_never_met_nothing_is_known(ledger: Ledger) -> None:
    assert ledger.standing("jansen").igarage_id is None
    ledger.know_garage("jansen")
    ledger.know_garage("jansen")
    assert ledger.standing("jansen").last_contact is None


def test_meeting_igarage_ends_a_pause(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    ledger.pause("jansen", Pause("unauthorised"))
    assert ledger.met("jansen", "igarage-7")
    standing = ledger.standing("jansen")
    assert (standing.igarage_id, standing.last_contact) == ("igarage-7", clock())
    assert (standing.paused_code, standing.paused_since, standing.paused_until) == (None, None, None)


def test_a_token_of_another_garage_is_noticed_and_changes_nothing(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    assert ledger.met("jansen", "igarage-7")
    ledger.pause("jansen", Pause("unauthorised"))
    before = ledger.standing("jansen")
    clock.forward(minutes=1)
    assert not ledger.met("jansen", "igarage-8")
    assert ledger.standing("jansen") == before


def test_a_pause_began_when_it_first_began(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    since = clock()
    ledger.pause("jansen", Pause("unreachable"))
    clock.forward(hours=1)
    ledger.pause("jansen", Pause("unauthorised"))
    standing = ledger.standing("jansen")
    assert (standing.paused_code, standing.paused_since) == ("unauthorised", since)


def test_what_igarage_asked_to_wait_stands_though_another_worker_failed_otherwise(
    ledger: Ledger, clock: Any
) -> None:
    ledger.know_garage("jansen")
    until = clock() + timedelta(minutes=10)
    ledger.pause("jansen", Pause("slow_down", 600.0))
    ledger.pause("jansen", Pause("unreachable"))
    ledger.pause("jansen", Pause("slow_down", 300.0))
    assert ledger.standing("jansen").paused_until == until


def test_a_pause_further_ahead_than_any_is_of_a_wrong_clock_and_past(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    clock.forward(days=3650)
    ledger.pause("jansen", Pause("slow_down", 600.0))
    clock.forward(days=-3650)
    assert ledger.standing("jansen").paused_until is None


# ---------------------------------------------------------------- probes of a pause

PROBING = Probing(first=10, max=60)


def unreachable(ledger: Ledger, retry_after: float | None = None, *, is_probe: bool = False) -> None:
    """What a worker, or the probe itself, makes of an iGarage that does not answer. Chance adds nothing."""
    ledger.pause("jansen", Pause("unreachable", retry_after, PROBING, 1.0, is_probe=is_probe))


def next_probe(ledger: Ledger, clock: Any) -> tuple[int, float]:
    """How many probes were in vain, and in how many seconds the next one is due."""
    standing = ledger.standing("jansen")
    assert standing.probe_at is not None
    return standing.probes, (standing.probe_at - clock()).total_seconds()


def test_a_pause_that_begins_is_probed_soon(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    unreachable(ledger)
    assert next_probe(ledger, clock) == (1, 10)


def test_each_probe_in_vain_doubles_the_distance_to_the_longest(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    unreachable(ledger)
    found = []
    for _ in range(4):
        clock.forward(minutes=1)
        unreachable(ledger, is_probe=True)
        found.append(next_probe(ledger, clock))
    assert found == [(2, 20), (3, 40), (4, 60), (5, 60)]


def test_workers_that_fail_in_a_pause_put_the_probe_off_no_further(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    for _ in range(4):
        unreachable(ledger)
        clock.forward(seconds=1)
    assert next_probe(ledger, clock) == (1, 6)


def test_no_probe_is_due_before_a_retry_after_has_passed(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    unreachable(ledger, 600.0)
    assert next_probe(ledger, clock) == (1, 600)
    clock.forward(seconds=600)
    unreachable(ledger, 900.0, is_probe=True)
    assert next_probe(ledger, clock) == (2, 900)


def test_no_probe_is_due_before_what_another_worker_heard_has_passed(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    unreachable(ledger)
    unreachable(ledger, 600.0)
    standing = ledger.standing("jansen")
    assert standing.paused_until == clock() + timedelta(seconds=600)
    assert next_probe(ledger, clock) == (1, 600)


def test_a_pause_that_comes_back_before_any_call_succeeded_is_probed_as_far_apart(
    ledger: Ledger, clock: Any
) -> None:
    """A service that greets and then fails again is not asked every few seconds."""
    ledger.know_garage("jansen")
    for probes in range(1, 5):
        unreachable(ledger)
        assert next_probe(ledger, clock)[0] == probes
        assert ledger.met("jansen", "igarage-7")
        assert ledger.standing("jansen").probe_at is None


def test_a_call_that_succeeds_brings_the_probes_back_to_their_beginning(jansen: Any) -> None:
    for _ in range(3):
        unreachable(jansen.ledger, is_probe=True)
    jansen.ledger.met("jansen", "igarage-7")
    jansen.night(jansen.car(1))
    jansen.answer()
    unreachable(jansen.ledger)
    assert next_probe(jansen.ledger, jansen.clock) == (1, 10)


def test_a_failure_of_the_garage_pauses_it_with_a_probe(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.fail(Transient("503", code="unavailable", scope="garage", status=503, retry_after=120.0))
    assert next_probe(jansen.ledger, jansen.clock) == (1, 120)


def test_what_may_have_been_mended_is_probed_now(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    unreachable(ledger, is_probe=True)
    before = ledger.standing("jansen")
    ledger.probe_now("jansen")
    standing = ledger.standing("jansen")
    assert standing.probe_at is None
    assert (standing.paused_code, standing.paused_since) == ("unreachable", before.paused_since)


def test_what_may_have_been_mended_waits_for_what_igarage_asked_for(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    unreachable(ledger, 600.0)
    ledger.probe_now("jansen")
    assert next_probe(ledger, clock) == (1, 600)


def test_a_probe_further_ahead_than_any_is_of_a_wrong_clock_and_past(ledger: Ledger, clock: Any) -> None:
    ledger.know_garage("jansen")
    clock.forward(days=3650)
    unreachable(ledger)
    clock.forward(days=-3650)
    assert ledger.standing("jansen").probe_at is None


def test_a_garage_that_was_not_rescued_has_nothing_unread(ledger: Ledger) -> None:
    ledger.know_garage("jansen")
    ledger.note_read("jansen")
    assert ledger.standing("jansen").unread is False


def test_a_scan_is_noted_over_the_former(ledger: Ledger, clock: Any) -> None:
    ledger.note_source("jansen", "klanten", "generic_csv", "unavailable", "De map is weg.")
    clock.forward(minutes=1)
    ledger.note_source("jansen", "klanten", "generic_csv", "ok", None)
    with ledger.looking() as connection:
        (summary,) = looking.source_summaries(connection, "jansen")
    assert (summary.state, summary.message, summary.last_scan) == ("ok", None, clock())


# ---------------------------------------------------------------- kept apart (S18)


def fill(hand: Any) -> None:
    hand.ledger.know_garage(hand.garage)
    wrong = Rejected("date_invalid", "Geen datum.", "APK", "3*", "ZZ004Z")
    rows = [hand.car(1, warnings=[("plate_unusual", "plate", "Z*")]), hand.car(2), wrong, Skipped("no_email")]
    hand.night(*rows)
    hand.ledger.hold_file(hand.read(hand.car(5)), Finding("layout_unknown", "Onbekend."))
    hand.ledger.note_source(hand.garage, "klanten", "generic_csv", "held", "Onbekend.")


def picture(hand: Any) -> Any:
    """All that can be seen of a garage."""
    of_garage = hand.ledger.standing(hand.garage), hand.ledger.history(hand.garage, "klanten")
    with hand.ledger.looking() as connection:
        return (
            looking.counts(connection, hand.garage, hand.clock()),
            looking.invitations(connection, hand.garage),
            looking.warnings(connection, hand.garage, "klanten"),
            looking.source_summaries(connection, hand.garage),
            looking.file_summaries(connection, hand.garage, "taken", "held", "accepting"),
            looking.rejected(connection, hand.garage, everything=True),
            looking.skipped(connection, hand.garage),
            looking.warned(connection, hand.garage),
            looking.held_passports(connection, hand.garage),
            [looking.traced(connection, hand.garage, hand.plate(number), hand.clock()) for number in (1, 2)],
            looking.plate_content(connection, hand.garage, [hand.plate(1), hand.plate(2)]),
            of_garage,
        )


def test_whatever_one_garage_does_another_stands_as_it_stood(inviting: Any) -> None:
    pietersen = inviting.but(garage="pietersen")
    fill(inviting)
    fill(pietersen)
    before = picture(pietersen)

    inviting.night(inviting.car(1, make="Saab", opt_out=True), source="apk")
    inviting.night(inviting.car(2, email=inviting.email(1)), Rejected("plate_invalid", "Geen kenteken."))
    inviting.fail(Refused("422", code="email_invalid", status=422))
    inviting.judged(inviting.car(9))
    inviting.ledger.forget_unread("jansen")
    inviting.ledger.reindex_slice("jansen", inviting.policy, inviting.today + timedelta(days=1))
    inviting.ledger.met("jansen", "igarage-7")
    inviting.ledger.pause("jansen", Pause("slow_down"))

    assert picture(pietersen) == before
    assert sorted(pietersen.deliver_all(sent_at=pietersen.clock())) == ["ZZ001Z", "ZZ002Z"]


def test_a_row_of_another_garage_is_not_recognised(jansen: Any) -> None:
    jansen.night(jansen.car(1), Rejected("plate_invalid", "Geen kenteken."))
    file = jansen.but(garage="pietersen").night(jansen.car(1), Rejected("plate_invalid", "Geen kenteken."))
    assert (file.new, file.new_rejected) == (1, 1)


def test_a_claim_of_one_garage_closes_nothing_of_another(jansen: Any) -> None:
    pietersen = jansen.but(garage="pietersen")
    jansen.night(jansen.car(1))
    pietersen.night(pietersen.car(1))
    jansen.answer(jansen.claimed())
    assert pietersen.trace(1).facts.delivered_revision is None
    assert pietersen.claim() is not None


def test_a_pause_stops_one_garage_alone(jansen: Any) -> None:
    pietersen = jansen.but(garage="pietersen")
    for hand in (jansen, pietersen):
        hand.night(hand.car(1))
    jansen.fail(Transient("503", code="unavailable", scope="garage", status=503))
    assert jansen.claim() is None and pietersen.claim() is not None


def test_the_attempts_of_one_garage_do_not_depend_on_the_contacts_of_another(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.ledger.know_garage("pietersen")
    jansen.ledger.met("pietersen", "igarage-8")
    jansen.clock.forward(seconds=1)
    jansen.fail(Transient("408", code="not_now", status=408))
    assert jansen.trace(1).attempts == 0


def test_what_a_source_of_one_garage_says_is_not_forgotten_for_another(jansen: Any) -> None:
    pietersen = jansen.but(garage="pietersen")
    row = pietersen.car(1, key="K1", make="Volvo")
    pietersen.night(row, Skipped("no_email"))
    pietersen.night(pietersen.car(1, make="Saab"), source="apk")
    jansen.night(jansen.car(1, key="K2"))
    again = pietersen.night(row, Skipped("no_email"))
    assert (again.unchanged, again.changed) == (1, 0)


def test_what_another_garage_is_reading_is_not_forgotten(jansen: Any) -> None:
    pietersen = jansen.but(garage="pietersen")
    file = pietersen.read(pietersen.car(1))
    assert jansen.ledger.forget_unread("jansen") == 0
    assert pietersen.judge(file) is None and pietersen.accept(file).new == 1


def test_two_garages_may_know_one_car_by_different_addresses(jansen: Any) -> None:
    pietersen = jansen.but(garage="pietersen")
    jansen.night(jansen.car(1, email="an@voorbeeld.example"))
    pietersen.night(pietersen.car(1, email="bo@voorbeeld.example"), source="apk")
    for hand in (jansen, pietersen):
        assert not hand.trace(1).facts.source_conflict and hand.events(1) == ["new"]


def test_an_address_that_is_bad_at_one_garage_is_not_so_at_another(inviting: Any) -> None:
    pietersen = inviting.but(garage="pietersen")
    inviting.night(inviting.car(1))
    inviting.fail(Refused("422", code="email_invalid", status=422))
    assert inviting.held() == {"ZZ001Z": "invalid_email"}

    pietersen.night(pietersen.car(1))
    pietersen.ledger.reindex_slice("pietersen", pietersen.policy, pietersen.today + timedelta(days=1))
    assert pietersen.counts() == {"pending": 1} and pietersen.held() == {}
    assert pietersen.trace(1).facts.verdict == "ok"
    assert pietersen.claimed().passport.verdict == "ok"


# ---------------------------------------------------------------- what comes in is data (S17)

AWKWARD = ["'; DROP TABLE passports; --", '%_"\\', "${x} :name %s", "ß \u200b😀"]


@pytest.mark.parametrize("text", AWKWARD)
def test_text_from_outside_is_only_data(jansen: Any, text: str) -> None:
    hand, neighbour = jansen.but(garage=f"g{text}"), jansen.but(garage="gx")
    for each in (hand, neighbour):
        fill(each)
    plain = picture(neighbour)
    plate, source = f"ZZ{text}1", f"s{text}"
    rows = [
        hand.car(1, plate=plate, key=f"k{text}", email=f"{text}@voorbeeld.example", last_name=text),
        Rejected(f"code{text}", f"zin {text}", f"kolom {text}", f"{text}*", f"r{text}"),
        Skipped(f"reden {text}"),
    ]
    for expected in ((1, 0), (0, 1)):
        file = hand.night(*rows, source=source, name=f"{text}.csv")
        assert (file.new, file.unchanged, file.rejected, file.skipped) == (*expected, 1, 1)
        assert file.name == f"{text}.csv"
    with hand.ledger.looking() as connection:
        assert looking.plate_content(connection, hand.garage, [plate])[plate]["last_name"] == text
        assert looking.traced(connection, hand.garage, plate, hand.clock()).facts.revision == 1
        assert looking.traced(connection, hand.garage, "ZZ%1", hand.clock()) is None or text == "%"
        listed = looking.rejected(connection, hand.garage, everything=False)
        assert (listed[-1].code, listed[-1].column) == (f"code{text}", f"kolom {text}")
        assert looking.skipped(connection, hand.garage)[-1].reason == f"reden {text}"
    hand.ledger.pause(hand.garage, Pause(text))
    assert hand.ledger.standing(hand.garage).paused_code == text
    assert picture(neighbour) == plain
