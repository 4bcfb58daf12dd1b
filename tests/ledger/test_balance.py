"""What must hold whatever the exports say: every row counted once, every passport somewhere, nothing twice."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.ledger.looking import FileSummary
from connector.model import Rejected, Skipped

garages = itertools.count(1)
plates = st.integers(1, 4)
rows = st.one_of(
    st.tuples(
        st.just("car"),
        plates,
        st.sampled_from(["own", "K1", "K2", "#3"]),
        st.sampled_from(["Volvo", "Saab"]),
        st.sampled_from(["a@voorbeeld.example", "A@Voorbeeld.example", "b@voorbeeld.example", "b@nergens"]),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, "2027-05-01"]),
    ),
    st.tuples(st.just("rejected"), plates),
    st.tuples(st.just("skipped"), plates),
)
exports = st.lists(rows, max_size=7)
nights = st.lists(
    st.tuples(st.sampled_from(["klanten", "apk"]), exports, st.booleans()), min_size=1, max_size=3
)
of_one_car = st.tuples(
    st.just("car"),
    st.just(1),
    st.sampled_from(["own", "K1"]),
    st.sampled_from(["Volvo", "Saab"]),
    st.just("a@voorbeeld.example"),
    st.none(),
    st.sampled_from([None, "2027-05-01"]),
)


def drawn(hand: Any, row: tuple[Any, ...]) -> Any:
    """The verdict of a drawn row, with the raw text it came from."""
    verdict: Any
    if row[0] == "rejected":
        verdict = Rejected("date_invalid", "Geen datum.", record_key=hand.plate(row[1]))
    elif row[0] == "skipped":
        verdict = Skipped("no_email")
    else:
        _, number, key, make, email, opt_out, apk_due = row
        said = {"make": make, "email": email, "opt_out": opt_out, "apk_due": apk_due}
        fault = "Geen adres." if email.endswith("nergens") else None
        verdict = hand.car(number, key=None if key == "own" else key, fault=fault, **said)
    return repr(row), verdict


def read(hand: Any, source: str, export: list[Any]) -> FileSummary:
    file = hand.read(*(drawn(hand, row) for row in export), source=source)
    return hand.ledger.file(file) if hand.judge(file) else hand.accept(file)


def story(hand: Any) -> dict[int, Any]:
    """All that the ledger knows of each plate."""
    return {
        number: (hand.trace(number), hand.content(number)) for number in range(1, 5) if hand.knows(number)
    }


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=nights)
def test_every_row_is_counted_once_and_every_passport_is_somewhere(jansen: Any, nights: Any) -> None:
    hand = jansen.but(garage=f"garage-{next(garages)}")
    hand.ledger.know_garage(hand.garage)
    for source, export, delivers in nights:
        file = read(hand, source, export)
        if file.state == "taken":
            counted = file.new + file.changed + file.unchanged + file.skipped + file.rejected
            assert file.read == counted == len(export)
        assert sum(hand.counts().values()) == len(story(hand))
        if delivers:
            hand.deliver_all()
            assert hand.counts().keys() <= {"delivered", "held", "waiting"}

        before = story(hand)
        hand.clock.forward(days=1)
        again = read(hand, source, export)
        assert (again.new, again.changed) == (0, 0), "reading an export again is a no-op"
        assert story(hand) == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(st.lists(of_one_car, max_size=2), min_size=2, max_size=4))
def test_the_ledger_wants_what_the_only_source_said_last(jansen: Any, nights: Any) -> None:
    hand = jansen.but(garage=f"garage-{next(garages)}")
    hand.ledger.know_garage(hand.garage)
    for export in nights:
        if read(hand, "klanten", export).state == "taken":
            cars = [drawn(hand, row)[1] for row in dict.fromkeys(export) if row[0] == "car"]
            ranked = sorted(cars, key=lambda car: car.content.get("apk_due", ""))
            assert not ranked or hand.content(1) == ranked[-1].content
