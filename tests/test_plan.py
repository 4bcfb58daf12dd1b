"""The decision table, row by row, and what no combination of facts may ever do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from connector import closing
from connector.model import EmailStatus, PassportStatus
from connector.plan import (
    Due,
    Invitation,
    NoInvitation,
    Passport,
    Policy,
    Put,
    Send,
    Sent,
    Step,
    Wait,
    Withheld,
    consent_counts,
    invitation,
    next_step,
    same_address,
    state,
)

TODAY = date(2027, 3, 1)
AT = datetime(2027, 2, 1, 1, 0, tzinfo=UTC)
NEW = Passport(revision=1, address="an@voorbeeld.example")
HAS = replace(NEW, delivered_revision=1, delivered_address="an@voorbeeld.example")
CHANGED = replace(HAS, revision=2)
MOVED = replace(HAS, revision=2, address="nieuw@voorbeeld.example")
NEVER, ALWAYS, CONSENTED = Policy("never"), Policy("always"), Policy("consented")


def invited(passport: Passport) -> Passport:
    """The same passport, once its first address was invited."""
    return replace(passport, invited_address="an@voorbeeld.example", invited_at=AT, sent_at=AT, invitations=1)


@pytest.mark.parametrize(
    ("passport", "policy", "expected"),
    [
        pytest.param(invited(HAS), ALWAYS, Sent("an@voorbeeld.example", AT), id="I2 this address was"),
        pytest.param(invited(MOVED), NEVER, Sent("an@voorbeeld.example", AT), id="I2 another one was"),
        pytest.param(invited(MOVED), CONSENTED, Withheld("no_consent"), id="I4 not I2: consent lacks"),
        pytest.param(replace(NEW, opt_out=True), ALWAYS, Withheld("opted_out"), id="I3 opted out by column"),
        pytest.param(replace(NEW, opt_out=True), NEVER, Withheld("opted_out"), id="I3 also without a wish"),
        pytest.param(replace(NEW, verdict="opted_out"), ALWAYS, Withheld("opted_out"), id="I3 by verdict"),
        pytest.param(NEW, CONSENTED, Withheld("no_consent"), id="I4 no consent"),
        pytest.param(NEW, NEVER, NoInvitation(), id="I5 no wish"),
        pytest.param(replace(NEW, verdict="bounced"), ALWAYS, Withheld("invalid_email"), id="I6 bounced"),
        pytest.param(
            replace(NEW, verdict="unwritable"), ALWAYS, Withheld("invalid_email"), id="I6 unwritable"
        ),
        pytest.param(replace(NEW, held="owner_change"), ALWAYS, Withheld("question"), id="I7 held"),
        pytest.param(
            replace(NEW, source_conflict=True), ALWAYS, Withheld("source_conflict"), id="I8 two sources"
        ),
        pytest.param(NEW, ALWAYS, Due(), id="I13 new"),
        pytest.param(replace(NEW, consent="yes"), CONSENTED, Due(), id="I13 with consent"),
        pytest.param(invited(MOVED), ALWAYS, Due(), id="I13 the address changed"),
    ],
)
def test_an_invitation_follows_the_first_row_that_holds(
    passport: Passport, policy: Policy, expected: Invitation
) -> None:
    assert invitation(passport, policy, TODAY) == expected


@pytest.mark.parametrize(
    ("passport", "policy", "expected"),
    [
        pytest.param(replace(NEW, held="refused"), ALWAYS, Wait("held"), id="S4 refused"),
        pytest.param(replace(CHANGED, held="exhausted"), ALWAYS, Wait("held"), id="S4 exhausted"),
        pytest.param(replace(CHANGED, held="gone"), ALWAYS, Wait("held"), id="S5 gone"),
        pytest.param(replace(NEW, held="owner_change"), ALWAYS, Wait("held"), id="S5 owner change"),
        pytest.param(replace(NEW, verdict="unwritable"), NEVER, Wait("invalid_email"), id="S6 new"),
        pytest.param(replace(CHANGED, verdict="unwritable"), NEVER, Wait("invalid_email"), id="S6 known"),
        pytest.param(replace(NEW, opt_out=True), ALWAYS, Wait("opted_out"), id="N1 opted out is never made"),
        pytest.param(NEW, ALWAYS, Put(send=True), id="N3 due"),
        pytest.param(NEW, NEVER, Put(send=False), id="N4 none"),
        pytest.param(NEW, CONSENTED, Put(send=False), id="N4 no consent"),
        pytest.param(replace(NEW, verdict="bounced"), ALWAYS, Put(send=False), id="N4 bounced"),
        pytest.param(replace(NEW, source_conflict=True), ALWAYS, Put(send=False), id="N4 two sources"),
        pytest.param(invited(NEW), ALWAYS, Put(send=False), id="N4 sent"),
        pytest.param(HAS, NEVER, Wait("delivered"), id="K1 nothing new"),
        pytest.param(CHANGED, NEVER, Put(send=False), id="K1 new content"),
        pytest.param(MOVED, NEVER, Put(send=False), id="K1 new address"),
        pytest.param(invited(HAS), ALWAYS, Wait("delivered"), id="K2 nothing new"),
        pytest.param(invited(CHANGED), ALWAYS, Put(send=False), id="K2 new content"),
        pytest.param(HAS, ALWAYS, Send(), id="K3 nothing new: invite, after a look"),
        pytest.param(CHANGED, ALWAYS, Put(send=False), id="K3 new content first"),
        pytest.param(MOVED, ALWAYS, Put(send=True), id="K3 another address"),
        pytest.param(invited(MOVED), ALWAYS, Put(send=True), id="K3 invited again at another address"),
        pytest.param(replace(HAS, opt_out=True), ALWAYS, Wait("opted_out"), id="K6 nothing new"),
        pytest.param(replace(MOVED, opt_out=True), ALWAYS, Put(send=False), id="K6 is still updated"),
        pytest.param(replace(HAS, verdict="bounced"), ALWAYS, Wait("invalid_email"), id="K7 nothing new"),
        pytest.param(replace(CHANGED, verdict="bounced"), ALWAYS, Put(send=False), id="K7 is still updated"),
        pytest.param(HAS, CONSENTED, Wait("no_consent"), id="K8 nothing new"),
        pytest.param(replace(MOVED, source_conflict=True), ALWAYS, Put(send=False), id="K8 is still updated"),
    ],
)
def test_the_next_step_follows_the_table(passport: Passport, policy: Policy, expected: Step) -> None:
    assert next_step(passport, policy, TODAY) == expected


@pytest.mark.parametrize(
    ("consent", "counts"),
    [
        (None, False),
        ("no", False),
        ("yes", True),
        ("2027-03-01", True),
        ("2027-03-02", False),
        ("2019-01-01", True),
    ],
)
def test_a_consent_counts_when_it_is_yes_or_a_date_not_in_the_future(
    consent: str | None, counts: bool
) -> None:
    assert consent_counts(consent, TODAY) is counts


def test_addresses_are_compared_without_case_and_outer_spaces() -> None:
    assert same_address(" An@Voorbeeld.Example", "an@voorbeeld.example ")
    assert not same_address("an@voorbeeld.example", "jan@voorbeeld.example")
    assert not same_address(None, "an@voorbeeld.example")


@pytest.mark.parametrize(
    ("passport", "claimed", "shown"),
    [
        (NEW, True, "sending"),
        (replace(NEW, held="refused"), False, "held"),
        (replace(HAS, verdict="unwritable"), False, "held"),
        (NEW, False, "pending"),
        (CHANGED, False, "pending"),
        (replace(NEW, opt_out=True), False, "waiting"),
        (HAS, False, "delivered"),
        (replace(HAS, verdict="bounced"), False, "delivered"),
    ],
)
def test_a_person_is_shown_the_first_state_that_applies(
    passport: Passport, claimed: bool, shown: str
) -> None:
    assert state(passport, next_step(passport, NEVER, TODAY), claimed=claimed) == shown


# ---------------------------------------------------------------- every combination, against a model of iGarage

ADDRESSES = (None, "an@voorbeeld.example", "nieuw@voorbeeld.example")
HELD_BY_IGARAGE = (  # delivered revision, of two, with its address; and the address invited
    (None, None, None),
    *product((1,), ADDRESSES[1:], ADDRESSES),
    *product((2,), ADDRESSES[2:], ADDRESSES),
)
FACTS = [
    (*at_igarage, *others)
    for at_igarage, others in product(
        HELD_BY_IGARAGE,
        product(
            (None, "refused", "gone", "owner_change"),
            ("ok", "bounced", "unwritable", "opted_out"),
            (False, True),  # opt out
            (None, "yes", "2027-04-01"),
            (False, True),  # source conflict
            (NEVER, ALWAYS, CONSENTED),
        ),
    )
]


def _passport(
    delivered: int | None,
    at_igarage: str | None,
    invited: str | None,
    held: str | None,
    verdict: str,
    opt_out: bool,
    consent: str | None,
    conflict: bool,
) -> Passport:
    return Passport(
        revision=2,
        address="nieuw@voorbeeld.example",
        delivered_revision=delivered,
        delivered_address=at_igarage,
        invited_address=invited,
        invited_at=AT if invited else None,
        sent_at=AT if invited else None,
        held=held,  # type: ignore[arg-type]
        verdict=verdict,  # type: ignore[arg-type]
        opt_out=opt_out,
        consent=consent,
        source_conflict=conflict,
    )


def _asked(passport: Passport, step: Step, request: int) -> tuple[Passport, bool]:
    """What iGarage's contract says of one request: the facts afterwards, and whether somebody was mailed."""
    at = AT + timedelta(days=request)
    new = passport.delivered_revision is None
    moved = not same_address(passport.delivered_address, passport.address)
    mails = isinstance(step, Send) or (isinstance(step, Put) and step.send and (new or moved))
    answer = PassportStatus(
        "ZZ001Z", "sent" if mails else "concept", at if mails else passport.sent_at, EmailStatus()
    )
    if isinstance(step, Put):
        return closing.after_put(passport, passport.revision, passport.address, step.send, answer), mails
    return closing.after_send(passport, answer, at), mails


def test_every_combination_comes_to_rest_in_three_requests_with_one_mail_at_most() -> None:
    for *facts, policy in FACTS:
        passport, mails = _passport(*facts), 0
        for request in range(1, 5):
            step = next_step(passport, policy, TODAY)
            if isinstance(step, Wait):
                break
            passport, mailed = _asked(passport, step, request)
            mails += mailed
        assert isinstance(next_step(passport, policy, TODAY), Wait), facts
        assert mails <= 1, facts


def test_no_combination_mails_who_must_not_be_mailed() -> None:
    for *facts, policy in FACTS:
        passport = _passport(*facts)
        step = next_step(passport, policy, TODAY)
        forbidden = passport.opt_out or passport.held or passport.source_conflict or passport.verdict != "ok"
        assert not (step.mails and (forbidden or policy is NEVER)), facts


def test_nothing_is_made_for_who_opted_out() -> None:
    for *facts, policy in FACTS:
        passport = _passport(*facts)
        if passport.opt_out and passport.delivered_revision is None:
            assert isinstance(next_step(passport, policy, TODAY), Wait), facts
