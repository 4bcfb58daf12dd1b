"""The decision table, row by row, and what no combination of facts may ever do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from connector import closing
from connector.model import EmailStatus, PassportStatus
from connector.plan import (
    Delete,
    Due,
    Invitation,
    Look,
    NoInvitation,
    Passport,
    Policy,
    Put,
    Send,
    Sent,
    Step,
    Suspects,
    Transfer,
    Wait,
    Withheld,
    consent_counts,
    invitation,
    next_step,
    same_address,
    state,
)
from connector.selection import Select

TODAY = date(2027, 3, 1)
AT = datetime(2027, 2, 1, 1, 0, tzinfo=UTC)
NEW = Passport(revision=1, address="an@voorbeeld.example")
HAS = NEW._replace(delivered_revision=1, delivered_address="an@voorbeeld.example")
CHANGED = HAS._replace(revision=2)
UNSURE = NEW._replace(unsure=True)
MOVED = HAS._replace(revision=2, address="nieuw@voorbeeld.example")
NEVER, ALWAYS, CONSENTED = Policy("never"), Policy("always"), Policy("consented")
SELECT = Select(apk_within_months=2, service_within_months=2, without_date="never")
WINDOW, NEVER_WINDOW = Policy("always", select=SELECT), Policy("never", select=SELECT)
BRAKED = Policy("always", mails_stopped=True)
SOON, LATE, LONG_PAST = date(2027, 5, 1), date(2027, 6, 15), date(2026, 2, 28)
ENTERS = date(2027, 4, 15)
"""The first day on which LATE is within two months."""


def asked(passport: Passport) -> Passport:
    """The same passport, once an invitation was asked for anew."""
    return passport._replace(asked=passport.asked + 1)


def suspected(passport: Passport, kind: str | None) -> Passport:
    """The same passport, with its address under this suspicion."""
    return passport._replace(verdict="suspect", suspicion=kind)  # type: ignore[arg-type]


def gone(passport: Passport) -> Passport:
    """The same passport, once its content was taken away."""
    return passport._replace(absent=True, written=True)


def invited(passport: Passport) -> Passport:
    """The same passport, once its first address was invited."""
    return passport._replace(invited_address="an@voorbeeld.example", invited_at=AT, sent_at=AT, invitations=1)


@pytest.mark.parametrize(
    ("passport", "policy", "expected"),
    [
        pytest.param(gone(HAS), ALWAYS, NoInvitation(), id="I1 no content"),
        pytest.param(gone(asked(invited(HAS))), ALWAYS, NoInvitation(), id="I1 also when asked for"),
        pytest.param(invited(HAS), ALWAYS, Sent("an@voorbeeld.example", AT), id="I2 this address was"),
        pytest.param(invited(MOVED), NEVER, Sent("an@voorbeeld.example", AT), id="I2 another one was"),
        pytest.param(invited(MOVED), CONSENTED, Withheld("no_consent"), id="I4 not I2: consent lacks"),
        pytest.param(NEW._replace(opt_out=True), ALWAYS, Withheld("opted_out"), id="I3 opted out by column"),
        pytest.param(NEW._replace(opt_out=True), NEVER, Withheld("opted_out"), id="I3 also without a wish"),
        pytest.param(NEW._replace(verdict="opted_out"), ALWAYS, Withheld("opted_out"), id="I3 by verdict"),
        pytest.param(asked(NEW._replace(opt_out=True)), ALWAYS, Withheld("opted_out"), id="I3 though asked"),
        pytest.param(NEW, CONSENTED, Withheld("no_consent"), id="I4 no consent"),
        pytest.param(NEW, NEVER, NoInvitation(), id="I5 no wish"),
        pytest.param(HAS._replace(remade=True), ALWAYS, NoInvitation(), id="I5 iGarage made it anew"),
        pytest.param(
            HAS._replace(remade=True, consent="yes"), CONSENTED, NoInvitation(), id="I5 with consent"
        ),
        pytest.param(NEW._replace(verdict="bounced"), ALWAYS, Withheld("invalid_email"), id="I6 bounced"),
        pytest.param(
            NEW._replace(verdict="unwritable"), ALWAYS, Withheld("invalid_email"), id="I6 unwritable"
        ),
        pytest.param(NEW._replace(held="owner_change"), ALWAYS, Withheld("question"), id="I7 held"),
        pytest.param(
            NEW._replace(source_conflict=True), ALWAYS, Withheld("source_conflict"), id="I8 two sources"
        ),
        pytest.param(
            asked(NEW._replace(source_conflict=True)),
            NEVER,
            Withheld("source_conflict"),
            id="I8 though asked",
        ),
        pytest.param(suspected(NEW, "dummy"), ALWAYS, Withheld("suspect"), id="I9 dummy"),
        pytest.param(suspected(NEW, "shared"), ALWAYS, Withheld("suspect"), id="I9 shared"),
        pytest.param(asked(suspected(NEW, "shared")), ALWAYS, Withheld("suspect"), id="I9 though asked"),
        pytest.param(suspected(NEW, None), ALWAYS, Withheld("suspect"), id="I9 nobody noted of what kind"),
        pytest.param(suspected(NEW, "typo"), ALWAYS, Due(), id="not I9: a typing mistake is sent to"),
        pytest.param(
            suspected(NEW, "typo"),
            Policy("always", suspect=Suspects(typo="withhold")),
            Withheld("suspect"),
            id="I9 typo, so configured",
        ),
        pytest.param(
            suspected(NEW, "dummy"),
            Policy("always", suspect=Suspects(dummy="send")),
            Due(),
            id="not I9: so configured",
        ),
        pytest.param(
            NEW._replace(consent_unknown=True), ALWAYS, Withheld("consent_unknown"), id="I10 no column"
        ),
        pytest.param(
            asked(NEW._replace(consent_unknown=True)),
            ALWAYS,
            Withheld("consent_unknown"),
            id="I10 though asked",
        ),
        pytest.param(
            NEW._replace(apk_due=LATE), WINDOW, Withheld("window", ENTERS), id="I11 not yet in the window"
        ),
        pytest.param(NEW._replace(apk_due=LONG_PAST), WINDOW, Withheld("window"), id="I11 out of it"),
        pytest.param(NEW, WINDOW, Withheld("window"), id="I11 without a date"),
        pytest.param(NEW._replace(apk_due=SOON), WINDOW, Due(), id="not I11: in the window"),
        pytest.param(asked(NEW), WINDOW, Due(), id="not I11: asked"),
        pytest.param(NEW, BRAKED, Withheld("brake"), id="I12 mails stopped"),
        pytest.param(asked(invited(HAS)), BRAKED, Withheld("brake"), id="I12 though asked"),
        pytest.param(
            NEW._replace(apk_due=LATE),
            replace(WINDOW, mails_stopped=True),
            Withheld("window", ENTERS),
            id="I11 before I12",
        ),
        pytest.param(NEW, ALWAYS, Due(), id="I13 new"),
        pytest.param(asked(invited(HAS)), NEVER, Due(), id="I13 asked for again"),
        pytest.param(asked(NEW), CONSENTED, Due(), id="I13 asked for without consent"),
        pytest.param(
            invited(HAS)._replace(asked=3, answered=3),
            NEVER,
            Sent("an@voorbeeld.example", AT),
            id="I2 all that was asked for is answered",
        ),
        pytest.param(
            MOVED._replace(remade=True), ALWAYS, Due(), id="I13 made anew, and then the address changed"
        ),
        pytest.param(NEW._replace(consent="yes"), CONSENTED, Due(), id="I13 with consent"),
        pytest.param(invited(MOVED), ALWAYS, Due(), id="I13 the address changed"),
    ],
)
def test_an_invitation_follows_the_first_row_that_holds(
    passport: Passport, policy: Policy, expected: Invitation
) -> None:
    assert invitation(passport, policy, TODAY) == expected


@pytest.mark.parametrize(
    ("passport", "expected"),
    [
        pytest.param(NEW, Put(send=True), id="N3 as ever"),
        pytest.param(NEW._replace(opt_out=True), Wait("opted_out"), id="N1 as ever"),
        pytest.param(invited(MOVED), Put(send=True), id="K3 as ever"),
        pytest.param(HAS, Wait("invite_by_hand"), id="L1 an unchanged concept"),
        pytest.param(MOVED._replace(order="transfer"), Wait("transfer_by_hand"), id="L1 another owner"),
        pytest.param(gone(HAS), Wait("withdraw_by_hand"), id="L1 withdrawn"),
        pytest.param(NEW._replace(held="refused"), Wait("held"), id="S4 as ever"),
        pytest.param(UNSURE, Put(send=False), id="L2 made without a mail"),
        pytest.param(UNSURE._replace(opt_out=True), Wait("opted_out"), id="L2 opted out"),
        pytest.param(gone(UNSURE), Wait("withdraw_by_hand"), id="L1 rescued, and withdrawn"),
    ],
)
def test_by_list_there_are_puts_alone_and_the_rest_is_done_by_hand(
    passport: Passport, expected: Step
) -> None:
    policy = Policy("always", by_list=True)
    assert next_step(passport, policy, TODAY) == expected
    shown = state(passport, expected, claimed=False)
    assert (shown == "held") == (isinstance(expected, Wait) and expected.why not in ("opted_out",))


@pytest.mark.parametrize(
    ("passport", "policy", "expected"),
    [
        pytest.param(NEW._replace(absent=True), ALWAYS, Wait("withdrawn"), id="S1 never written"),
        pytest.param(gone(NEW), ALWAYS, Delete(), id="S2 written, and never answered"),
        pytest.param(gone(HAS), ALWAYS, Delete(), id="S2 iGarage has it"),
        pytest.param(HAS._replace(absent=True), ALWAYS, Delete(), id="S2 iGarage has it, whoever wrote it"),
        pytest.param(NEW._replace(absent=True, unsure=True), ALWAYS, Delete(), id="S2 rescued: who knows"),
        pytest.param(gone(HAS)._replace(held="gone"), ALWAYS, Delete(), id="S2 before S5"),
        pytest.param(gone(HAS)._replace(verdict="unwritable"), ALWAYS, Delete(), id="S2 before S6"),
        pytest.param(gone(NEW)._replace(deleted=True), ALWAYS, Wait("withdrawn"), id="S3 deleted"),
        pytest.param(NEW._replace(held="refused"), ALWAYS, Wait("held"), id="S4 refused"),
        pytest.param(CHANGED._replace(held="exhausted"), ALWAYS, Wait("held"), id="S4 exhausted"),
        pytest.param(CHANGED._replace(held="gone"), ALWAYS, Wait("held"), id="S5 gone"),
        pytest.param(NEW._replace(held="owner_change"), ALWAYS, Wait("held"), id="S5 owner change"),
        pytest.param(HAS._replace(held="plate_changed"), ALWAYS, Wait("held"), id="S5 plate changed"),
        pytest.param(asked(MOVED._replace(held="gone")), ALWAYS, Wait("held"), id="S5 though asked"),
        pytest.param(NEW._replace(verdict="unwritable"), NEVER, Wait("invalid_email"), id="S6 new"),
        pytest.param(CHANGED._replace(verdict="unwritable"), NEVER, Wait("invalid_email"), id="S6 known"),
        pytest.param(UNSURE, ALWAYS, Look(), id="S8 new in a rescued ledger"),
        pytest.param(HAS._replace(unsure=True), NEVER, Look(), id="S8 also with nothing new"),
        pytest.param(UNSURE._replace(opt_out=True), ALWAYS, Look(), id="S8 also where nothing may be made"),
        pytest.param(UNSURE._replace(held="gone"), ALWAYS, Wait("held"), id="S5 not S8: a person was asked"),
        pytest.param(
            UNSURE._replace(verdict="unwritable"), ALWAYS, Wait("invalid_email"), id="S6 not S8: unwritable"
        ),
        pytest.param(
            MOVED._replace(order="transfer"), ALWAYS, Transfer(send=True), id="S7 the new owner is invited"
        ),
        pytest.param(MOVED._replace(order="transfer"), NEVER, Transfer(send=False), id="S7 and is not"),
        pytest.param(
            MOVED._replace(order="transfer", opt_out=True), ALWAYS, Transfer(send=False), id="S7 opted out"
        ),
        pytest.param(MOVED._replace(order="transfer"), BRAKED, Transfer(send=False), id="S7 braked"),
        pytest.param(
            MOVED._replace(order="transfer", held="owner_change"), ALWAYS, Wait("held"), id="S5 before S7"
        ),
        pytest.param(
            MOVED._replace(order="transfer", verdict="unwritable"),
            ALWAYS,
            Wait("invalid_email"),
            id="S6 before S7",
        ),
        pytest.param(
            NEW._replace(order="transfer"), ALWAYS, Put(send=True), id="N3 not S7: iGarage has none"
        ),
        pytest.param(NEW._replace(opt_out=True), ALWAYS, Wait("opted_out"), id="N1 opted out is never made"),
        pytest.param(
            invited(NEW)._replace(opt_out=True), NEVER, Wait("opted_out"), id="N1 though once invited"
        ),
        pytest.param(NEW._replace(opt_out=True), WINDOW, Wait("opted_out"), id="N1 before N2"),
        pytest.param(NEW._replace(apk_due=LATE), WINDOW, Wait("window", ENTERS), id="N2 not yet"),
        pytest.param(NEW._replace(apk_due=LATE), NEVER_WINDOW, Wait("window", ENTERS), id="N2 also unwished"),
        pytest.param(NEW._replace(apk_due=LONG_PAST), WINDOW, Wait("window"), id="N2 out of it"),
        pytest.param(
            NEW._replace(apk_due=LATE, service_due=SOON), NEVER_WINDOW, Put(send=False), id="N4 in the window"
        ),
        pytest.param(asked(NEW._replace(apk_due=LATE)), WINDOW, Put(send=True), id="N3 not N2: asked"),
        pytest.param(
            asked(NEW._replace(apk_due=LATE, verdict="bounced")),
            WINDOW,
            Put(send=False),
            id="N4 not N2: asked, and may not be mailed",
        ),
        pytest.param(NEW, ALWAYS, Put(send=True), id="N3 due"),
        pytest.param(NEW, NEVER, Put(send=False), id="N4 none"),
        pytest.param(NEW, CONSENTED, Put(send=False), id="N4 no consent"),
        pytest.param(NEW._replace(verdict="bounced"), ALWAYS, Put(send=False), id="N4 bounced"),
        pytest.param(NEW._replace(source_conflict=True), ALWAYS, Put(send=False), id="N4 two sources"),
        pytest.param(suspected(NEW, "dummy"), ALWAYS, Put(send=False), id="N4 suspect"),
        pytest.param(NEW._replace(consent_unknown=True), ALWAYS, Put(send=False), id="N4 no column"),
        pytest.param(invited(NEW), ALWAYS, Put(send=False), id="N4 sent"),
        pytest.param(NEW, BRAKED, Wait("brake"), id="N5 mails stopped"),
        pytest.param(
            NEW, replace(NEVER, mails_stopped=True), Put(send=False), id="N4 not N5: nobody is mailed"
        ),
        pytest.param(HAS, NEVER, Wait("delivered"), id="K1 nothing new"),
        pytest.param(CHANGED, NEVER, Put(send=False), id="K1 new content"),
        pytest.param(MOVED, NEVER, Put(send=False), id="K1 new address"),
        pytest.param(invited(HAS), ALWAYS, Wait("delivered"), id="K2 nothing new"),
        pytest.param(invited(CHANGED), ALWAYS, Put(send=False), id="K2 new content"),
        pytest.param(HAS, ALWAYS, Send(), id="K3 nothing new: invite, after a look"),
        pytest.param(CHANGED, ALWAYS, Put(send=False), id="K3 new content first"),
        pytest.param(MOVED, ALWAYS, Put(send=True), id="K3 another address"),
        pytest.param(invited(MOVED), ALWAYS, Put(send=True), id="K3 invited again at another address"),
        pytest.param(asked(invited(HAS)), NEVER, Send(), id="K3 asked for again"),
        pytest.param(asked(invited(CHANGED)), NEVER, Put(send=False), id="K3 asked for, new content first"),
        pytest.param(asked(invited(MOVED)), NEVER, Put(send=True), id="K3 asked for at another address"),
        pytest.param(HAS._replace(apk_due=LATE), WINDOW, Wait("window", ENTERS), id="K4 nothing new"),
        pytest.param(CHANGED._replace(apk_due=LATE), WINDOW, Put(send=False), id="K4 is still updated"),
        pytest.param(MOVED._replace(apk_due=LATE), WINDOW, Put(send=False), id="K4 at another address too"),
        pytest.param(HAS._replace(apk_due=SOON), WINDOW, Send(), id="K3 a concept enters the window"),
        pytest.param(HAS, BRAKED, Wait("brake"), id="K5 nothing new"),
        pytest.param(CHANGED, BRAKED, Put(send=False), id="K5 is still updated"),
        pytest.param(MOVED, BRAKED, Put(send=False), id="K5 at another address too"),
        pytest.param(HAS._replace(opt_out=True), ALWAYS, Wait("opted_out"), id="K6 nothing new"),
        pytest.param(MOVED._replace(opt_out=True), ALWAYS, Put(send=False), id="K6 is still updated"),
        pytest.param(HAS._replace(verdict="bounced"), ALWAYS, Wait("invalid_email"), id="K7 nothing new"),
        pytest.param(CHANGED._replace(verdict="bounced"), ALWAYS, Put(send=False), id="K7 is still updated"),
        pytest.param(HAS, CONSENTED, Wait("no_consent"), id="K8 nothing new"),
        pytest.param(HAS._replace(consent_unknown=True), ALWAYS, Wait("consent_unknown"), id="K8 no column"),
        pytest.param(suspected(HAS, "shared"), ALWAYS, Wait("suspect"), id="K8 suspect"),
        pytest.param(suspected(MOVED, "shared"), ALWAYS, Put(send=False), id="K8 suspect is still updated"),
        pytest.param(MOVED._replace(source_conflict=True), ALWAYS, Put(send=False), id="K8 is still updated"),
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
        (NEW._replace(held="refused"), False, "held"),
        (HAS._replace(verdict="unwritable"), False, "held"),
        (NEW, False, "pending"),
        (HAS._replace(unsure=True), False, "pending"),
        (CHANGED, False, "pending"),
        (NEW._replace(opt_out=True), False, "waiting"),
        (gone(HAS), False, "pending"),
        (gone(NEW)._replace(deleted=True), False, "withdrawn"),
        (gone(NEW)._replace(deleted=True, verdict="unwritable"), False, "withdrawn"),
        (HAS, False, "delivered"),
        (HAS._replace(verdict="bounced"), False, "delivered"),
    ],
)
def test_a_person_is_shown_the_first_state_that_applies(
    passport: Passport, claimed: bool, shown: str
) -> None:
    assert state(passport, next_step(passport, NEVER, TODAY), claimed=claimed) == shown


# ---------------------------------------------------------------- every combination, against a model of iGarage

ADDRESSES = (None, "an@voorbeeld.example", "nieuw@voorbeeld.example")
HELD_BY_IGARAGE = (  # delivered revision, of two, with its address; and the address invited
    *product((None,), (None,), ADDRESSES),
    *product((1,), ADDRESSES[1:], ADDRESSES),
    *product((2,), ADDRESSES[2:], ADDRESSES),
)
OTHERS = {
    "held": (None, "owner_change"),
    "address": (
        ("ok", None),
        *product(("suspect",), ("typo", "dummy")),
        ("bounced", None),
        ("opted_out", None),
    ),
    "opt_out": (False, True),
    "consent": (None, "yes"),
    "obstacle": (None, "source_conflict", "consent_unknown"),
    "asked": (0, 1),
    "order": (None, "transfer"),
    "apk_due": (SOON, LATE),
    "policy": [
        Policy(send, select=SELECT, mails_stopped=stopped)
        for send in ("never", "always", "consented")
        for stopped in (False, True)
    ],
}
FACTS: list[dict[str, Any]] = [dict(zip(OTHERS, each, strict=True)) for each in product(*OTHERS.values())]


def _passport(at_igarage: tuple[int | None, str | None, str | None], facts: dict[str, Any]) -> Passport:
    delivered, address, invited_address = at_igarage
    verdict, suspicion = facts["address"]
    return Passport(
        revision=2,
        address="nieuw@voorbeeld.example",
        delivered_revision=delivered,
        delivered_address=address,
        invited_address=invited_address,
        invited_at=AT if invited_address else None,
        sent_at=AT if invited_address else None,
        held=facts["held"],
        verdict=verdict,
        suspicion=suspicion,
        opt_out=facts["opt_out"],
        consent=facts["consent"],
        source_conflict=facts["obstacle"] == "source_conflict",
        consent_unknown=facts["obstacle"] == "consent_unknown",
        asked=facts["asked"],
        order=facts["order"],
        apk_due=facts["apk_due"],
    )


def _every_combination() -> Iterator[tuple[Passport, Policy]]:
    for at_igarage, facts in product(HELD_BY_IGARAGE, FACTS):
        yield _passport(at_igarage, facts), facts["policy"]


def _requested(passport: Passport, step: Step, request: int) -> tuple[Passport, bool]:
    """What iGarage's contract says of one request: the facts afterwards, and whether somebody was mailed."""
    at = AT + timedelta(days=request)
    new = passport.delivered_revision is None
    moved = not same_address(passport.delivered_address, passport.address)
    mails = step.mails and (new or moved or not isinstance(step, Put))
    answer = PassportStatus(
        "ZZ001Z", "concept", at if mails else passport.sent_at, EmailStatus(passport.delivered_address)
    )
    if isinstance(step, Put):
        return closing.after_put(passport, passport.revision, passport.address, step.send, answer), mails
    if isinstance(step, Transfer):
        if closing.transfer_after_look(passport, step, answer) == Transfer(send=False):
            answer, mails = replace(answer, sent_at=passport.sent_at), False
        return closing.after_transfer(passport, passport.address, mails, answer, at), mails
    return closing.after_send(passport, answer, at), mails


def _must_not_be_mailed(passport: Passport, policy: Policy) -> bool:
    """As the issue says it, whatever is asked."""
    return (
        passport.is_opted_out
        or passport.held is not None
        or passport.verdict in ("bounced", "unwritable")
        or passport.suspicion == "dummy"
        or passport.source_conflict
        or passport.consent_unknown
        or policy.mails_stopped
    )


def _nobody_wants_it(passport: Passport, policy: Policy) -> bool:
    """Neither asked for, nor wished for by the garage for a passport in its window."""
    lacks = policy.send == "consented" and passport.consent is None
    return not passport.is_asked and (policy.send == "never" or lacks or passport.apk_due == LATE)


def test_every_combination_rests_after_three_requests_and_one_mail_at_most_and_mails_nobody_it_must_not() -> (
    None
):
    for begun, policy in _every_combination():
        passport, mails = begun, 0
        forbidden = _must_not_be_mailed(begun, policy) or _nobody_wants_it(begun, policy)
        for request in range(1, 5):
            step = next_step(passport, policy, TODAY)
            if isinstance(step, Wait):
                break
            assert request < 4, (begun, policy)
            assert not (step.mails and forbidden), (begun, policy)
            passport, mailed = _requested(passport, step, request)
            mails += mailed
        assert mails <= 1, (begun, policy)
        assert passport.answered <= passport.asked, (begun, policy)


def test_whoever_is_to_be_invited_is_mailed_once() -> None:
    for begun, policy in _every_combination():
        if begun.held or not isinstance(invitation(begun, policy, TODAY), Due):
            continue
        passport, mails, request = begun, 0, 0
        while not isinstance(step := next_step(passport, policy, TODAY), Wait):
            request += 1
            passport, mailed = _requested(passport, step, request)
            mails += mailed
        assert mails == 1, (begun, policy)
        assert same_address(passport.invited_address, passport.address), (begun, policy)


def test_nothing_is_made_for_who_opted_out() -> None:
    for passport, policy in _every_combination():
        if passport.is_opted_out and passport.delivered_revision is None:
            assert isinstance(next_step(passport, policy, TODAY), Wait), (passport, policy)


# ---------------------------------------------------------------- rescued ledgers, against what iGarage did since

OLD, MIDDLE, TODAYS = "content of the backup", "content since", "content of today's export"
HERE, THERE = ADDRESSES[1:]


@dataclass
class AtIGarage:
    """One passport at iGarage, by the contract: what it holds, and whom it mailed."""

    content: str | None = None
    address: str | None = None
    sent_at: datetime | None = None
    mailed: list[str | None] = field(default_factory=list)
    clock: datetime = AT

    def put(self, content: str, address: str, *, send: bool) -> PassportStatus:
        moved = self.content is None or not same_address(self.address, address)
        self.content, self.address = content, address
        if send and moved:
            self.invite()
        return self.status()

    def invite(self) -> None:
        self.clock += timedelta(hours=1)
        self.sent_at = self.clock
        self.mailed.append(self.address)

    def status(self) -> PassportStatus:
        return PassportStatus("ZZ001Z", "concept", self.sent_at, EmailStatus(self.address))

    def look(self) -> PassportStatus | None:
        return None if self.content is None else self.status()


def _backups() -> Iterator[tuple[Passport, AtIGarage]]:
    """What a backup may know of a passport, with iGarage as it was that night."""
    yield NEW, AtIGarage()
    yield HAS, AtIGarage(OLD, HERE)
    yield invited(HAS), AtIGarage(OLD, HERE, AT, [HERE])


def _since(at_igarage: AtIGarage, deed: str) -> None:
    """What became of it since: the requests of the ledger that was lost, and reception's deeds."""
    match deed:
        case "put":
            at_igarage.put(MIDDLE, HERE, send=False)
        case "put and invite":
            at_igarage.put(MIDDLE, HERE, send=True)
        case "move":
            at_igarage.put(MIDDLE, THERE, send=False)
        case "move and invite":
            at_igarage.put(MIDDLE, THERE, send=True)
        case "invite" if at_igarage.content is not None:
            at_igarage.invite()
        case "throw away":
            at_igarage.content = at_igarage.address = at_igarage.sent_at = None


DEEDS = ("nothing", "put", "put and invite", "move", "move and invite", "invite", "throw away")


def _is_forgotten(at_igarage: AtIGarage, address: str) -> bool:
    """Whether an address was mailed of which iGarage tells nothing: of a passport thrown away, or moved since."""
    on_file = same_address(address, at_igarage.address) and at_igarage.sent_at is not None
    return address in at_igarage.mailed and not on_file


def _rescues() -> Iterator[tuple[Passport, AtIGarage, str]]:
    """Every backup, with whatever happened since that mailed nobody twice, and what the exports say today."""
    for deeds in product(DEEDS, repeat=3):
        for known, at_igarage in _backups():
            for deed in deeds:
                _since(at_igarage, deed)
            mailed = at_igarage.mailed
            for address, changed in product((HERE, THERE), (False, True)):
                if len(set(mailed)) < len(mailed) or _is_forgotten(at_igarage, address):
                    continue
                news = changed or address != known.address
                passport = known._replace(unsure=True, revision=known.revision + news, address=address)
                yield passport, replace(at_igarage, mailed=[*mailed]), TODAYS if news else OLD


def _ask(passport: Passport, step: Step, at_igarage: AtIGarage, content: str) -> Passport:
    """One request as delivery makes it, with what its answer does to the facts."""
    if isinstance(step, Look):
        return closing.after_first_look(passport, at_igarage.look())
    if isinstance(step, Put):
        answer = at_igarage.put(content, passport.address, send=step.send)
        return closing.after_put(passport, passport.revision, passport.address, step.send, answer)
    found = at_igarage.look()
    if not closing.may_send(passport, found):
        return closing.after_look(passport, found) or passport
    at_igarage.invite()
    return closing.after_send(passport, at_igarage.status(), at_igarage.clock)


@pytest.mark.parametrize("policy", [NEVER, ALWAYS], ids=["never", "always"])
def test_a_rescued_ledger_comes_to_rest_with_todays_content_and_mails_nobody_twice(policy: Policy) -> None:
    rescues = 0
    for begun, at_igarage, content in _rescues():
        passport, story = begun, f"{begun} {at_igarage}"
        moved_in_silence = at_igarage.mailed and at_igarage.mailed[-1] != at_igarage.address
        assert next_step(passport, policy, TODAY) == Look(), story
        for _ in range(4):
            step = next_step(passport, policy, TODAY)
            if isinstance(step, Wait):
                break
            passport = _ask(passport, step, at_igarage, content)
        assert isinstance(next_step(passport, policy, TODAY), Wait), story
        assert len(set(at_igarage.mailed)) == len(at_igarage.mailed), story
        assert at_igarage.content == (None if passport.held else content), story
        assert passport.held in (None, "gone"), story
        if policy is ALWAYS and not passport.held:
            assert passport.address in at_igarage.mailed or moved_in_silence, story
        rescues += 1
    assert rescues > 500


def test_a_rescued_ledger_that_invites_nobody_mails_nobody() -> None:
    for begun, at_igarage, content in _rescues():
        passport, before = begun, list(at_igarage.mailed)
        while not isinstance(step := next_step(passport, NEVER, TODAY), Wait):
            passport = _ask(passport, step, at_igarage, content)
        assert at_igarage.mailed == before
