"""What iGarage's answers do to the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connector import closing
from connector.errors import Refused
from connector.model import EmailState, EmailStatus, PassportStatus
from connector.plan import Passport, Policy, Transfer, invitation

AT = datetime(2027, 2, 1, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
NEW = Passport(revision=3, address="an@voorbeeld.example")
KNOWN = NEW._replace(delivered_revision=2, delivered_address="an@voorbeeld.example")


def answered(
    sent_at: datetime | None = None, state: EmailState = "unknown", address: str | None = None
) -> PassportStatus:
    return PassportStatus("ZZ001Z", "concept", sent_at, EmailStatus(address, state, "hard_bounce"))


def test_a_put_delivers_the_revision_and_address_that_were_asked_for() -> None:
    after = closing.after_put(NEW._replace(revision=4), 3, "an@voorbeeld.example", False, answered())
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
    known = KNOWN._replace(sent_at=AT)
    assert closing.after_put(known, 3, "an@voorbeeld.example", True, answered(AT)).invitations == 0
    assert closing.after_put(known, 3, "an@voorbeeld.example", True, answered(None)).invitations == 0


def test_a_sent_at_seen_while_the_address_changed_unasked_belongs_to_the_former_address() -> None:
    after = closing.after_put(KNOWN, 3, "nieuw@voorbeeld.example", False, answered(AT))
    assert after.invited_address == "an@voorbeeld.example"
    assert after.delivered_address == "nieuw@voorbeeld.example"


def test_a_look_that_finds_nothing_sent_lets_the_invitation_go() -> None:
    assert closing.after_look(KNOWN, answered(None)) is None
    assert closing.after_look(KNOWN._replace(sent_at=AT), answered(AT)) is None
    assert closing.may_send(KNOWN, answered(None))


def test_a_look_that_finds_another_sent_at_closes_without_mail() -> None:
    after = closing.after_look(KNOWN._replace(sent_at=AT), answered(LATER))
    assert after is not None
    assert (after.invited_at, after.invited_address, after.invitations) == (LATER, "an@voorbeeld.example", 1)
    assert not closing.may_send(KNOWN._replace(sent_at=AT), answered(LATER))


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
    after = closing.after_send(KNOWN._replace(sent_at=AT), answered(sent_at), LATER)
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

UNSURE = NEW._replace(unsure=True)
UNSURE_KNOWN = KNOWN._replace(unsure=True)
INVITED = UNSURE_KNOWN._replace(
    invited_address="an@voorbeeld.example", invited_at=AT, sent_at=AT, invitations=1
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
    assert closing.after_first_look(before, answer) == before._replace(unsure=False, **changes)  # type: ignore[arg-type]


def test_a_look_for_the_address_alone_leaves_the_revision_where_it_is_the_one_that_was_known() -> None:
    assert closing.after_first_look(KNOWN, answered(None, address=KNOWN.delivered_address)) == KNOWN
    moved = closing.after_first_look(KNOWN, answered(None, address="ander@voorbeeld.example"))
    assert (moved.delivered_revision, moved.delivered_address) == (0, "ander@voorbeeld.example")


# ---------------------------------------------------------------- what was asked for anew


def test_one_mail_answers_all_that_was_asked_for_when_it_was_claimed() -> None:
    asked = KNOWN._replace(asked=3, answered=1)
    assert closing.after_send(asked, answered(AT), LATER, asked=2).answered == 2
    assert closing.after_send(asked, answered(AT), LATER).answered == 3
    assert closing.after_put(asked, 3, "nieuw@voorbeeld.example", True, answered(AT), asked=2).answered == 2


def test_an_invitation_that_went_out_unseen_answers_too() -> None:
    found = closing.after_look(KNOWN._replace(asked=1), answered(AT))
    assert found is not None
    assert found.answered == 1
    assert (
        closing.after_put(KNOWN._replace(asked=1), 3, "an@voorbeeld.example", False, answered(AT)).answered
        == 1
    )
    assert closing.after_first_look(KNOWN._replace(asked=1, unsure=True), answered(AT)).answered == 1


def test_an_invitation_to_the_former_address_answers_nothing() -> None:
    after = closing.after_put(KNOWN._replace(asked=1), 3, "nieuw@voorbeeld.example", False, answered(AT))
    assert after.answered == 0


def test_an_answer_without_a_mail_answers_nothing() -> None:
    assert (
        closing.after_put(KNOWN._replace(asked=1), 3, "an@voorbeeld.example", False, answered()).answered == 0
    )


# ---------------------------------------------------------------- made anew, and withdrawn

MADE = replace(answered(), created=True)
ALWAYS = Policy("always")


def is_due(passport: Passport) -> bool:
    return invitation(passport, ALWAYS, date(2027, 3, 1)).name == "due"


def test_a_passport_made_where_iGarage_should_have_had_it_is_not_invited_for_unasked() -> None:  # noqa: N802
    after = closing.after_put(KNOWN, 3, "an@voorbeeld.example", False, MADE)
    assert closing.was_remade(KNOWN, MADE)
    assert after.remade
    assert not is_due(after)
    assert is_due(after._replace(asked=1))


def test_a_passport_made_anew_is_invited_for_once_its_address_changes() -> None:
    remade = KNOWN._replace(remade=True)
    assert closing.after_put(remade, 3, "an@voorbeeld.example", False, answered()).remade
    assert not closing.after_put(remade, 3, "nieuw@voorbeeld.example", False, answered()).remade


def test_a_passport_made_where_iGarage_had_none_is_one_like_any() -> None:  # noqa: N802  # its name
    assert not closing.was_remade(NEW, MADE)
    assert is_due(closing.after_put(NEW, 3, "an@voorbeeld.example", True, MADE))


def test_a_withdrawn_passport_is_gone_and_who_was_invited_stays_known() -> None:
    invited = KNOWN._replace(
        invited_address="an@voorbeeld.example", sent_at=AT, order="transfer", unsure=True, remade=True
    )
    after = closing.after_delete(invited)
    assert (after.deleted, after.delivered_revision, after.delivered_address) == (True, None, None)
    assert (after.order, after.unsure, after.remade) == (None, False, False)
    assert (after.invited_address, after.sent_at) == ("an@voorbeeld.example", AT)


def test_a_passport_that_comes_back_is_no_longer_deleted() -> None:
    assert not closing.after_put(NEW._replace(deleted=True), 3, "an@voorbeeld.example", False, MADE).deleted


# ---------------------------------------------------------------- another owner

SOLD = KNOWN._replace(revision=3, address="nieuw@voorbeeld.example", order="transfer")


@pytest.mark.parametrize(
    ("passport", "on_file", "asked"),
    [
        pytest.param(SOLD, "an@voorbeeld.example", Transfer(send=True), id="the former owner's address"),
        pytest.param(SOLD, "reception@voorbeeld.example", Transfer(send=True), id="a third address"),
        pytest.param(SOLD, "Nieuw@voorbeeld.example", None, id="done already"),
        pytest.param(SOLD._replace(delivered_address=None), "nieuw@voorbeeld.example", None, id="done too"),
        pytest.param(
            SOLD._replace(address="an@voorbeeld.example"),
            "an@voorbeeld.example",
            Transfer(send=False),
            id="both have one address: nobody can tell",
        ),
        pytest.param(SOLD, None, Transfer(send=False), id="no address named: nobody can tell"),
    ],
)
def test_a_transfer_is_asked_for_after_a_look(
    passport: Passport, on_file: str | None, asked: Transfer | None
) -> None:
    answer = answered(None, address=on_file)
    assert closing.transfer_after_look(passport, Transfer(send=True), answer) == asked


def test_a_transfer_leaves_the_vehicle_to_deliver() -> None:
    after = closing.after_transfer(SOLD, "nieuw@voorbeeld.example", False, answered(), LATER)
    assert (after.delivered_revision, after.delivered_address, after.order) == (
        0,
        "nieuw@voorbeeld.example",
        None,
    )
    assert after.invitations == 0


@pytest.mark.parametrize(("sent_at", "at"), [(AT, AT), (None, LATER)])
def test_a_transfer_that_sends_is_an_invitation(sent_at: datetime | None, at: datetime) -> None:
    after = closing.after_transfer(SOLD._replace(asked=1), SOLD.address, True, answered(sent_at), LATER)
    assert (after.invited_address, after.invited_at, after.answered) == (SOLD.address, at, 1)


def test_what_was_sent_before_a_transfer_that_mails_nobody_was_the_former_owners() -> None:
    after = closing.after_transfer(SOLD, SOLD.address, False, answered(AT), LATER)
    assert (after.sent_at, after.invitations) == (AT, 0)


def test_an_order_stands_when_the_passport_went_to_yet_another_address_since() -> None:
    again = SOLD._replace(address="derde@voorbeeld.example")
    assert closing.after_transfer(again, SOLD.address, False, answered(), LATER).order == "transfer"


def test_a_transfer_that_was_done_is_closed_by_the_look() -> None:
    silent = closing.after_transfer_look(SOLD, SOLD.address, answered(None))
    assert (silent.order, silent.delivered_address, silent.invitations) == (None, SOLD.address, 0)
    told = closing.after_transfer_look(SOLD._replace(asked=1), SOLD.address, answered(AT))
    assert (told.order, told.invited_address, told.invited_at, told.answered) == (None, SOLD.address, AT, 1)


def test_a_transfer_of_a_passport_that_is_gone_asks_a_person() -> None:
    assert closing.after_transfer_look(SOLD, SOLD.address, None).held == "gone"


def test_an_order_is_done_when_a_put_of_todays_content_succeeds() -> None:
    new = NEW._replace(order="transfer")
    assert closing.after_put(new, 3, "an@voorbeeld.example", False, answered()).order is None
    assert closing.after_put(new, 2, "an@voorbeeld.example", False, answered()).order == "transfer"


@pytest.mark.parametrize(
    ("before", "policy", "held", "order", "revision"),
    [
        pytest.param(NEW, "hold", "owner_change", None, 0, id="a question"),
        pytest.param(NEW, "transfer", None, "transfer", 0, id="an order, for iGarage has some revision"),
        pytest.param(SOLD._replace(order=None), "transfer", None, "transfer", 2, id="of one it had"),
        pytest.param(KNOWN, "transfer", "owner_change", None, 2, id="transferred already: it would not end"),
    ],
)
def test_an_owner_conflict_is_a_question_or_an_order(
    before: Passport, policy: str, held: str | None, order: str | None, revision: int
) -> None:
    after = closing.after_owner_conflict(before, Policy(owner_change=policy))  # type: ignore[arg-type]
    assert (after.held, after.order, after.delivered_revision) == (held, order, revision)
