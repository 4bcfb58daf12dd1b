"""The decision table, row by row, and what no combination of facts may ever do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from connector import closing
from connector.model import EmailStatus, PassportStatus
from connector.plan import (
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
UNSURE = replace(NEW, unsure=True)
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
        pytest.param(UNSURE, ALWAYS, Look(), id="S8 new in a rescued ledger"),
        pytest.param(replace(HAS, unsure=True), NEVER, Look(), id="S8 also with nothing new"),
        pytest.param(replace(UNSURE, opt_out=True), ALWAYS, Look(), id="S8 also where nothing may be made"),
        pytest.param(replace(UNSURE, held="gone"), ALWAYS, Wait("held"), id="S5 not S8: a person was asked"),
        pytest.param(
            replace(UNSURE, verdict="unwritable"), ALWAYS, Wait("invalid_email"), id="S6 not S8: unwritable"
        ),
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
        (replace(HAS, unsure=True), False, "pending"),
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
                passport = replace(known, unsure=True, revision=known.revision + news, address=address)
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
