"""The nightly statement's judgement: whom to ask about, what differs, and the line that tells of it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connector import closing
from connector.comparing import Statement, chosen, difference, is_worth_writing, unasked
from connector.model import EmailState, EmailStatus, PassportStatus
from connector.plan import Passport, Policy, Wait, next_step

AT = datetime(2027, 2, 1, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
OURS, OTHER = "an@voorbeeld.example", "ander@voorbeeld.example"
MADE = Passport(revision=3, address=OURS, delivered_revision=3, delivered_address=OURS, written=True)
SENT = MADE._replace(invited_address=OURS, invited_at=AT, sent_at=AT, invitations=1)
BATCHED = SENT._replace(sent_at=LATER, sent_by=True)


def there(
    sent_at: datetime | None = None,
    address: str | None = OURS,
    state: EmailState = "unknown",
    reason: str | None = None,
) -> PassportStatus:
    """A passport as iGarage has it: a concept where nothing was sent."""
    email = EmailStatus(address, state, reason)
    return PassportStatus("ZZ001Z", "sent" if sent_at else "concept", sent_at, email)


@pytest.mark.parametrize(
    ("known", "answer", "differs", "written"),
    [
        (MADE, there(), None, False),
        (MADE, there(address=f" {OURS.upper()} "), None, False),
        (MADE, there(address=None), None, False),
        (MADE, None, "gone", True),
        (SENT, None, "gone", True),
        (MADE, there(address=OTHER), "other_address", True),
        (SENT, there(LATER, address=OTHER), "other_address", True),
        (SENT, there(AT), None, False),
        (SENT, there(None), "not_sent", False),
        (SENT, replace(there(None), state="sent"), None, False),
        (SENT, replace(there(None), state="active"), None, False),
        (MADE, there(AT), None, True),
        (SENT, there(LATER), None, True),
        (SENT, there(AT - timedelta(days=1)), None, False),
        (BATCHED, there(AT), None, False),
        (BATCHED, there(LATER + timedelta(hours=1)), None, True),
        (MADE, there(state="invalid", reason="hard_bounce"), None, True),
        (MADE, there(state="opted_out"), None, True),
        (MADE, there(address=OTHER, state="invalid"), "other_address", True),
        (MADE, there(state="ok"), None, False),
    ],
)
def test_what_an_answer_differs_in(
    known: Passport, answer: PassportStatus | None, differs: str | None, written: bool
) -> None:
    assert difference(known, answer) == differs
    assert is_worth_writing(known, answer) is written


def test_a_passport_that_is_gone_is_a_question_and_nothing_is_asked_for() -> None:
    after = closing.after_comparison(SENT, None)
    assert after == SENT._replace(held="gone")
    assert next_step(after, Policy("always"), date(2027, 3, 1)) == Wait("held")


def test_another_address_is_a_question_and_what_is_there_is_known() -> None:
    after = closing.after_comparison(SENT, there(LATER, address=OTHER.upper()))
    assert after == SENT._replace(held="owner_change", delivered_revision=0, delivered_address=OTHER)
    assert next_step(after, Policy("always", owner_change="transfer"), date(2027, 3, 1)) == Wait("held")


def test_an_invitation_that_was_not_known_is_taken_over_and_answers_what_was_asked() -> None:
    after = closing.after_comparison(MADE._replace(asked=2, answered=1), there(AT))
    assert (after.invited_address, after.invited_at, after.sent_at) == (OURS, AT, AT)
    assert (after.invitations, after.answered) == (1, 2)


def test_an_older_sent_at_or_none_takes_nothing_back() -> None:
    assert closing.after_comparison(SENT, there(AT - timedelta(days=1))) == SENT
    assert closing.after_comparison(SENT, there(None)) == SENT


@pytest.mark.parametrize(
    ("reason", "state"),
    [("mailbox_full", "unknown"), ("soft_bounce", "unknown"), ("hard_bounce", "invalid"), (None, "invalid")],
)
def test_a_mail_that_did_not_arrive_this_once_is_left_to_the_feed(reason: str | None, state: str) -> None:
    counts = unasked(there(state="invalid", reason=reason))
    assert counts is not None and counts.email.state == state


@pytest.mark.parametrize(("number", "most"), [(0, 5), (1, 5), (5, 5), (6, 5), (100, 25), (9, 0)])
def test_as_many_are_chosen_as_may_be_each_once_and_in_order(number: int, most: int) -> None:
    for seed in range(50):
        found = chosen(number, most, random.Random(seed).random)
        assert len(found) == min(number, most)
        assert found == sorted(set(found)) and set(found) <= set(range(1, number + 1))


def test_each_is_as_likely_as_another() -> None:
    dice = random.Random(1)
    counted = Counter(each for _ in range(3000) for each in chosen(10, 3, dice.random))
    assert min(counted.values()) > 780 and max(counted.values()) < 1020


@pytest.mark.parametrize(
    ("asked", "differences", "is_so"),
    [
        (0, 0, False),
        (10, 10, False),
        (11, 11, True),
        (21, 11, True),
        (22, 11, False),
        (225, 112, False),
        (225, 113, True),
    ],
)
def test_what_is_out_of_proportion(asked: int, differences: int, is_so: bool) -> None:
    made = Statement(date(2027, 3, 2), AT, 0, 0, asked, differences)
    assert made.is_out_of_proportion is is_so


def test_the_line_is_written_as_numbers_are_in_dutch() -> None:
    made = Statement(date(2027, 3, 2), AT, read=8012, at_igarage=7140, asked=50, differences=0)
    assert made.line == "gelezen 8.012 · bij iGarage 7.140 · gevraagd 50 · verschil 0"
