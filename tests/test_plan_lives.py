"""The lives of one passport, played against a model of iGarage: answers get lost, facts change under way, keys are
ignored. Whatever happens it comes to rest, and nobody is mailed twice for one asking, or against a rule.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connector import closing
from connector.errors import Refused
from connector.model import EmailStatus, PassportStatus
from connector.plan import (
    AddressVerdict,
    Delete,
    HeldReason,
    Look,
    Passport,
    Policy,
    Put,
    Request,
    Send,
    SendPolicy,
    Transfer,
    Wait,
    consent_counts,
    next_step,
)
from connector.selection import Select
from connector.suspicion import Kind

TODAY = date(2027, 3, 1)
AT = datetime(2027, 2, 1, 1, 0, tzinfo=UTC)
SOON, LATE = date(2027, 5, 1), date(2027, 6, 15)
SELECT = Select(apk_within_months=2, without_date="never")
AN, BO, CO = "an@voorbeeld.example", "bo@voorbeeld.example", "co@voorbeeld.example"


@dataclass
class IGarage:
    """One passport at an iGarage that ignores keys: who has it, the revision it holds, and all it mailed for us."""

    there: bool = False
    owner: int = 0
    address: str = ""
    revision: int = 0
    sent_at: datetime | None = None
    clock: datetime = AT
    mailed: list[str] = field(default_factory=list)

    def put(self, passport: Passport, owner: int, *, send: bool) -> PassportStatus:
        """Raises `Refused` where the passport is another's."""
        if self.there and owner != self.owner and passport.address != self.address:
            raise Refused("another owner", code="owner_conflict")
        created, moved = not self.there, passport.address != self.address
        if created:
            self.sent_at = None
        self.there, self.owner, self.address, self.revision = True, owner, passport.address, passport.revision
        if send and (created or moved):
            self._mail()
        return replace(self._status(), created=created)

    def look(self) -> PassportStatus | None:
        return self._status() if self.there else None

    def send(self) -> PassportStatus:
        self._mail()
        return self._status()

    def transfer(self, passport: Passport, owner: int, *, send: bool) -> PassportStatus:
        self.owner, self.address = owner, passport.address
        if send:
            self._mail()
        return self._status()

    def invite_by_reception(self) -> None:
        self.clock += timedelta(hours=1)
        self.sent_at = self.clock

    def _mail(self) -> None:
        self.invite_by_reception()
        self.mailed.append(self.address)

    def _status(self) -> PassportStatus:
        return PassportStatus("ZZ001Z", "concept", self.sent_at, EmailStatus(self.address))


@dataclass(frozen=True)
class Asked:
    """One request of a worker, as it was claimed, with what came back."""

    step: Request
    passport: Passport
    answer: PassportStatus | Refused | None
    looked: bool = False


def ask(at_igarage: IGarage, passport: Passport, owner: int, step: Request) -> Asked:
    """Ask as delivery does: what mails by itself looks first."""
    match step:
        case Put():
            return Asked(step, passport, _put(at_igarage, passport, owner, step))
        case Delete():
            at_igarage.there = False
            return Asked(step, passport, None)
        case Look():
            return Asked(step, passport, at_igarage.look(), looked=True)
        case Send():
            goes = closing.may_send(passport, at_igarage.look())
            return Asked(step, passport, at_igarage.send() if goes else at_igarage.look(), looked=not goes)
    return _transfer(at_igarage, passport, owner, step)


def _put(at_igarage: IGarage, passport: Passport, owner: int, step: Put) -> PassportStatus | Refused:
    try:
        return at_igarage.put(passport, owner, send=step.send)
    except Refused as refused:
        return refused


def _transfer(at_igarage: IGarage, passport: Passport, owner: int, step: Transfer) -> Asked:
    found = at_igarage.look()
    mended = closing.transfer_after_look(passport, step, found) if found else None
    if mended is None:
        return Asked(step, passport, found, looked=True)
    return Asked(mended, passport, at_igarage.transfer(passport, owner, send=mended.send))


def claimed(passport: Passport, step: Request) -> Passport:
    """What a claim writes before anything is asked."""
    return passport._replace(written=True, deleted=False) if isinstance(step, Put) else passport


def close(passport: Passport, asked: Asked, policy: Policy) -> Passport:
    """What the ledger makes of an answer: the facts of now, with what was asked for when it was claimed."""
    then, answer = asked.passport, asked.answer
    if isinstance(answer, Refused):
        return closing.after_owner_conflict(passport, policy)
    if isinstance(asked.step, Delete):
        return closing.after_delete(passport)
    if asked.looked:
        return _close_look(passport, asked.step, then, answer)
    assert answer is not None
    return _close_write(passport, asked.step, then, answer)


def _close_look(passport: Passport, step: Request, then: Passport, answer: PassportStatus | None) -> Passport:
    if isinstance(step, Look):
        return closing.after_first_look(passport, answer)
    if isinstance(step, Transfer):
        return closing.after_transfer_look(passport, then.address, answer, then.asked)
    return closing.after_look(passport, answer, then.asked) or passport


def _close_write(passport: Passport, step: Request, then: Passport, answer: PassportStatus) -> Passport:
    if isinstance(step, Put):
        return closing.after_put(passport, then.revision, then.address, step.send, answer, then.asked)
    at = answer.sent_at or AT
    if isinstance(step, Transfer):
        return closing.after_transfer(passport, then.address, step.send, answer, at, then.asked)
    return closing.after_send(passport, answer, at, then.asked)


def wanted(passport: Passport, policy: Policy) -> bool:
    """Whether a mail may go, said as the issue says it and not as the table does."""
    if passport.absent or passport.opt_out or passport.held or policy.mails_stopped:
        return False
    if passport.source_conflict or passport.consent_unknown or passport.verdict not in ("ok", "suspect"):
        return False
    if passport.verdict == "suspect" and passport.suspicion != "typo":
        return False
    if passport.asked > passport.answered:
        return True
    consents = policy.send == "always" or consent_counts(passport.consent, TODAY)
    in_window = policy.select is None or passport.apk_due == SOON
    return policy.send != "never" and consents and in_window


# ---------------------------------------------------------------- one answer lost, a policy that changes

POLICIES = {
    "never": Policy("never"),
    "always": Policy("always"),
    "braked": Policy("always", mails_stopped=True),
    "window": Policy("always", select=SELECT),
    "consented, transfers": Policy("consented", owner_change="transfer"),
}


def _begun() -> list[tuple[Passport, IGarage]]:
    """Passports of every standing at iGarage, as the ledger knows them."""
    new = Passport(revision=2, address=BO, consent="yes", apk_due=SOON)
    has = new._replace(delivered_revision=1, delivered_address=AN, written=True)
    same = has._replace(delivered_address=BO)
    known = [
        (new, IGarage()),
        (new, IGarage(there=True, owner=1, address=BO, revision=1)),
        (has, IGarage(there=True, owner=1, address=AN, revision=1)),
        (same, IGarage(there=True, owner=1, address=BO, revision=1)),
        (same._replace(revision=1), IGarage(there=True, owner=1, address=BO, revision=1)),
        (new, IGarage(there=True, owner=0, address=AN, revision=1)),
        (has._replace(order="transfer"), IGarage(there=True, owner=0, address=AN, revision=1)),
        (same._replace(order="transfer"), IGarage(there=True, owner=0, address=BO, revision=1)),
    ]
    before: dict[str, Any] = {"invitations": 1, "invited_at": AT, "sent_at": AT}
    invited = [
        (passport._replace(invited_address=igarage.address, **before), replace(igarage, sent_at=AT))
        for passport, igarage in known
        if passport.delivered_revision
    ]
    everyone = known + invited
    return everyone + [(passport._replace(asked=1), igarage) for passport, igarage in everyone]


@pytest.mark.parametrize("first", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("then", POLICIES.values(), ids=POLICIES)
def test_a_lost_answer_and_another_policy_mail_nobody_twice_and_never_loop(
    first: Policy, then: Policy
) -> None:
    for (begun, standing), changed_at, lost in product(_begun(), range(3), range(4)):
        story = (begun, standing, changed_at, lost)
        passport, at_igarage, requests = begun, replace(standing, mailed=[]), 0
        while True:
            policy = first if requests < changed_at else then
            step = next_step(passport, policy, TODAY)
            if isinstance(step, Wait):
                break
            assert requests < 8, story
            mailed = len(at_igarage.mailed)
            asked = ask(at_igarage, passport, 1, step)
            assert len(at_igarage.mailed) == mailed or wanted(passport, policy), story
            passport = claimed(passport, step)
            passport = passport if requests == lost else close(passport, asked, policy)
            requests += 1
        assert len(at_igarage.mailed) <= 1, story


# ---------------------------------------------------------------- anything, in any order


class Lives(RuleBasedStateMachine):
    """A passport to which anything happens while its requests are claimed, answered or lost."""

    @initialize(
        send=st.sampled_from(["never", "always", "consented"]),
        window=st.booleans(),
        transfers=st.booleans(),
        rescued=st.booleans(),
    )
    def begin(self, send: SendPolicy, window: bool, transfers: bool, rescued: bool) -> None:
        self.policy = Policy(
            send, select=SELECT if window else None, owner_change="transfer" if transfers else "hold"
        )
        self.passport = Passport(revision=1, address=AN, apk_due=SOON, unsure=rescued)
        self.owner = 0
        self.at_igarage = IGarage()
        self.under_way: Asked | None = None
        self.in_doubt = False
        self.mails: Counter[str] = Counter()
        """To whom, since the address last changed or the policy's wish began anew."""
        self.allowed = int(send != "never")
        """How many mails may go to this address: one that policy wants, and one for each asking."""

    def change(self, **facts: object) -> None:
        self.passport = self.passport._replace(**facts)  # type: ignore[arg-type]

    def revise(self, **facts: object) -> None:
        """New content: it ends a refusal, and a plate that was withdrawn comes back."""
        self.change(revision=self.passport.revision + 1, absent=False, **facts)

    # what the source says

    @rule()
    def another_mileage(self) -> None:
        self.revise()

    @rule(address=st.sampled_from([AN, BO, CO]))
    def another_address(self, address: str) -> None:
        if address != self.passport.address:
            self._count_anew()
            self.revise(address=address, verdict="ok", suspicion=None)

    @rule(address=st.sampled_from([AN, BO, CO]))
    def sold(self, address: str) -> None:
        """Handed over to a newcomer, where a person or the garage's policy says so."""
        if self.passport.delivered_revision is None or self.passport.absent:
            return
        self.owner += 1
        if address != self.passport.address:
            self._count_anew()
        self.revise(address=address, order="transfer", verdict="ok", suspicion=None)

    @rule(due=st.sampled_from([SOON, LATE]))
    def another_apk(self, due: date) -> None:
        self.revise(apk_due=due)

    @rule(opt_out=st.booleans(), consent=st.sampled_from([None, "yes", "no"]))
    def another_will(self, opt_out: bool, consent: str | None) -> None:
        self.change(opt_out=opt_out, consent=consent)

    @rule(conflict=st.booleans(), unknown=st.booleans())
    def another_source(self, conflict: bool, unknown: bool) -> None:
        self.change(source_conflict=conflict, consent_unknown=unknown)

    @rule()
    def erased(self) -> None:
        self.change(absent=True)

    # what people and iGarage do

    @rule()
    def resend(self) -> None:
        self.allowed += 1
        self.change(asked=self.passport.asked + 1)

    @rule(
        verdict=st.sampled_from(["ok", "suspect", "bounced", "unwritable", "opted_out"]),
        kind=st.sampled_from(["typo", "dummy", "shared"]),
    )
    def judged(self, verdict: AddressVerdict, kind: Kind) -> None:
        self.change(verdict=verdict, suspicion=kind if verdict == "suspect" else None)

    @rule(held=st.sampled_from([None, "refused", "plate_changed"]))
    def questioned(self, held: HeldReason | None) -> None:
        if self.passport.held != "gone":
            self.change(held=held)

    @precondition(lambda self: self.passport.held == "gone")
    @rule()
    def released_as_new(self) -> None:
        self.change(held=None, delivered_revision=None, delivered_address=None)

    @rule(stopped=st.booleans())
    def brake(self, stopped: bool) -> None:
        self.policy = replace(self.policy, mails_stopped=stopped)

    @rule()
    def reception_sends(self) -> None:
        if self.at_igarage.there:
            self.at_igarage.invite_by_reception()

    @precondition(lambda self: not self.in_doubt)
    @rule()
    def reception_throws_away(self) -> None:
        """But for one whose answer was lost: of what became of that there is no trace left, not even by a look."""
        self.at_igarage.there = False

    # delivery

    @precondition(lambda self: self.under_way is None)
    @rule()
    def claim(self) -> None:
        step = next_step(self.passport, self.policy, TODAY)
        if isinstance(step, Wait):
            return
        before = len(self.at_igarage.mailed)
        self.in_doubt = True
        self.under_way = ask(self.at_igarage, self.passport, self.owner, step)
        mailed = self.at_igarage.mailed[before:]
        assert not mailed or (wanted(self.passport, self.policy) and mailed == [self.passport.address])
        self.mails.update(mailed)
        self.passport = claimed(self.passport, step)

    @precondition(lambda self: self.under_way is not None)
    @rule(lost=st.booleans())
    def answer(self, lost: bool) -> None:
        assert self.under_way
        if not lost:
            self.passport = close(self.passport, self.under_way, self.policy)
            self.in_doubt = False
        self.under_way = None

    @precondition(lambda self: self.under_way is None)
    @rule()
    def left_alone_it_comes_to_rest(self) -> None:
        requests = mails = 0
        while not isinstance(step := next_step(self.passport, self.policy, TODAY), Wait):
            requests += 1
            assert requests <= 5, self.passport
            before = sum(self.mails.values())
            self.claim()
            self.answer(lost=False)
            mails += sum(self.mails.values()) - before
        assert mails <= 1
        if step.why == "withdrawn":
            assert not self.at_igarage.there or not self.passport.written
        elif self.passport.delivered_revision == self.passport.revision and self.at_igarage.there:
            assert (self.at_igarage.owner, self.at_igarage.address) == (self.owner, self.passport.address)

    @invariant()
    def nobody_is_mailed_twice_for_one_asking(self) -> None:
        assert self.mails[self.passport.address] <= self.allowed

    def _count_anew(self) -> None:
        """Another address: what it may be mailed is one that policy wants, and what was asked for and not answered."""
        self.mails.clear()
        open_askings = self.passport.asked - self.passport.answered
        self.allowed = int(self.policy.send != "never") + open_askings


Lives.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
TestLives = Lives.TestCase
