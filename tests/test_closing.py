"""What iGarage's answers do to the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector import closing
from connector.errors import Refused
from connector.model import EmailState, EmailStatus, PassportStatus
from connector.plan import Passport

AT = datetime(2027, 2, 1, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
NEW = Passport(revision=3, address="an@voorbeeld.example")
KNOWN = replace(NEW, delivered_revision=2, delivered_address="an@voorbeeld.example")


def answered(
    sent_at: datetime | None = None, state: EmailState = "unknown", address: str | None = None
) -> PassportStatus:
    return PassportStatus("ZZ001Z", "concept", sent_at, EmailStatus(address, state, "hard_bounce"))


def test_a_put_delivers_the_revision_and_address_that_were_asked_for() -> None:
    after = closing.after_put(replace(NEW, revision=4), 3, "an@voorbeeld.example", False, answered())
    assert (after.delivered_revision, after.delivered_address, after.revision) == (
        3,
        "an@voorbeeld.example",
        4,
    )
    assert after.invited_address is None


def test_a_newer_sent_at_is_an_invitation() -> None:
    after = closing.after_put(NEW, 3, "an@voorbeeld.example", True, answered(AT))
    assert (after.invited_address, after.invited_at, after.invitations) == ("an@voorbeeld.example", AT, 1)


def test_a_sent_at_that_is_not_newer_is_no_invitation() -> None:
    known = replace(KNOWN, sent_at=AT)
    assert closing.after_put(known, 3, "an@voorbeeld.example", True, answered(AT)).invitations == 0
    assert closing.after_put(known, 3, "an@voorbeeld.example", True, answered(None)).invitations == 0


def test_a_sent_at_seen_while_the_address_changed_unasked_belongs_to_the_former_address() -> None:
    after = closing.after_put(KNOWN, 3, "nieuw@voorbeeld.example", False, answered(AT))
    assert after.invited_address == "an@voorbeeld.example"
    assert after.delivered_address == "nieuw@voorbeeld.example"


def test_a_look_that_finds_nothing_sent_lets_the_invitation_go() -> None:
    assert closing.after_look(KNOWN, answered(None)) is None
    assert closing.after_look(replace(KNOWN, sent_at=AT), answered(AT)) is None
    assert closing.may_send(KNOWN, answered(None))


def test_a_look_that_finds_another_sent_at_closes_without_mail() -> None:
    after = closing.after_look(replace(KNOWN, sent_at=AT), answered(LATER))
    assert after is not None
    assert (after.invited_at, after.invited_address, after.invitations) == (LATER, "an@voorbeeld.example", 1)
    assert not closing.may_send(replace(KNOWN, sent_at=AT), answered(LATER))


def test_a_look_that_finds_no_passport_asks_a_person() -> None:
    after = closing.after_look(KNOWN, None)
    assert after is not None
    assert after.held == "gone"
    assert not closing.may_send(KNOWN, None)


@pytest.mark.parametrize("state", ["invalid", "opted_out"])
def test_a_look_that_hears_ill_of_the_address_stops_the_invitation(state: EmailState) -> None:
    assert not closing.may_send(KNOWN, answered(None, state))


def test_a_send_counts_at_its_sent_at() -> None:
    after = closing.after_send(KNOWN, answered(AT), LATER)
    assert (after.invited_at, after.sent_at, after.invitations) == (AT, AT, 1)


@pytest.mark.parametrize("sent_at", [None, AT])
def test_a_send_whose_sent_at_is_null_or_unchanged_counts_at_the_answer(sent_at: datetime | None) -> None:
    after = closing.after_send(replace(KNOWN, sent_at=AT), answered(sent_at), LATER)
    assert (after.invited_at, after.sent_at) == (LATER, AT)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("not_found", "gone"),
        ("owner_conflict", "owner_change"),
        ("invalid", "refused"),
        ("malformed", "refused"),
        ("idempotency_key_reused", "refused"),
        ("email_invalid", None),
    ],
)
def test_a_refusal_leaves_its_own_question(code: str, reason: str | None) -> None:
    assert closing.after_refusal(Refused("no", code=code)) == reason


@pytest.mark.parametrize(
    ("state", "verdict"),
    [("invalid", "bounced"), ("opted_out", "opted_out"), ("ok", None), ("unknown", None)],
)
def test_an_answer_may_tell_of_the_address(state: EmailState, verdict: str | None) -> None:
    news = closing.address_news(answered(None, state, "An@Voorbeeld.example"), "an@voorbeeld.example")
    assert (news and (news.address, news.verdict)) == (verdict and ("an@voorbeeld.example", verdict))


def test_what_iGarage_says_of_another_address_is_no_verdict_on_ours() -> None:  # noqa: N802  # its name
    assert (
        closing.address_news(answered(None, "invalid", "ander@voorbeeld.example"), "an@voorbeeld.example")
        is None
    )


# ---------------------------------------------------------------- what a rescued ledger learns

UNSURE = replace(NEW, unsure=True)
UNSURE_KNOWN = replace(KNOWN, unsure=True)
INVITED = replace(
    UNSURE_KNOWN, invited_address="an@voorbeeld.example", invited_at=AT, sent_at=AT, invitations=1
)


@pytest.mark.parametrize(
    ("before", "answer", "changes"),
    [
        pytest.param(UNSURE, None, {}, id="iGarage has it not, nor did we think so"),
        pytest.param(UNSURE_KNOWN, None, {"held": "gone"}, id="iGarage no longer has what it had"),
        pytest.param(
            UNSURE,
            answered(None, address="oud@voorbeeld.example"),
            {"delivered_revision": 0, "delivered_address": "oud@voorbeeld.example"},
            id="made since, and nobody invited",
        ),
        pytest.param(
            UNSURE_KNOWN,
            answered(None, address="nieuw@voorbeeld.example"),
            {"delivered_revision": 0, "delivered_address": "nieuw@voorbeeld.example"},
            id="its address changed since",
        ),
        pytest.param(
            UNSURE,
            answered(AT, address="oud@voorbeeld.example"),
            {
                "delivered_revision": 0,
                "delivered_address": "oud@voorbeeld.example",
                "invited_address": "oud@voorbeeld.example",
                "invited_at": AT,
                "sent_at": AT,
                "invitations": 1,
            },
            id="made and invited since",
        ),
        pytest.param(
            INVITED,
            answered(AT, address="an@voorbeeld.example"),
            {"delivered_revision": 0},
            id="invited once, as we knew",
        ),
        pytest.param(
            INVITED,
            answered(LATER, address="nieuw@voorbeeld.example"),
            {
                "delivered_revision": 0,
                "delivered_address": "nieuw@voorbeeld.example",
                "invited_address": "nieuw@voorbeeld.example",
                "invited_at": LATER,
                "sent_at": LATER,
                "invitations": 2,
            },
            id="invited again since, at another address",
        ),
        pytest.param(
            UNSURE_KNOWN,
            answered(None, address=None),
            {"delivered_revision": 0},
            id="an answer without an address is about the one we knew",
        ),
        pytest.param(
            UNSURE,
            answered(None, address=None),
            {"delivered_revision": 0, "delivered_address": "an@voorbeeld.example"},
            id="or, where we knew none, about the one we want",
        ),
    ],
)
def test_a_first_look_makes_a_rescued_ledger_sure(
    before: Passport, answer: PassportStatus | None, changes: dict[str, object]
) -> None:
    assert closing.after_first_look(before, answer) == replace(before, unsure=False, **changes)  # type: ignore[arg-type]
