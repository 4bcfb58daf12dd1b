"""The life of one car through the ledger: sold, replated, asked about and answered, while answers get lost.

Played against a model of iGarage that ignores keys. Whatever happens, nobody is mailed twice in a row for a plate,
nobody while a question waits, and left alone it comes to rest with what the export says.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connector import closing
from connector.errors import Refused, Unknown
from connector.ledger import Answered, Claim, Failed, HandedOver, Looked, Outcome, Withdrawn
from connector.ledger.access import scratch
from connector.ledger.releasing import FITS
from connector.model import EmailStatus, PassportStatus
from connector.plan import Delete, Look, Policy, Put, Send, Transfer

from .conftest import RETRY, Clock, Entropy, Hand

OWNERS = ("An", "Bo", "Co")
NIGHTS = ("An", "An", *OWNERS)
"""Who has the car by an export: mostly the first."""
LOST = Unknown("cut", code="no_answer")


@dataclass
class OnFile:
    """A passport as iGarage has it."""

    owner: str
    address: str
    sent_at: datetime | None = None


@dataclass
class IGarage:
    """The passports of two plates, and every mail: plate and address. Keys are ignored."""

    clock: Clock
    there: dict[str, OnFile] = field(default_factory=dict)
    mails: list[tuple[str, str]] = field(default_factory=list)

    def ask(self, claim: Claim) -> Outcome:
        """Do what the claim asks. Raises `Refused`."""
        match claim.step:
            case Put(send):
                return Answered(self._put(claim, send=send))
            case Send():
                status = self._look(claim.plate)
                if not closing.may_send(claim.passport, status):
                    return Looked(status)
                self._mail(claim.plate)
                return Answered(self._status(claim.plate))
            case Transfer():
                return self._transfer(claim, claim.step)
            case Delete():
                self.there.pop(claim.plate, None)
                return Withdrawn()
            case Look():
                return Looked(self._look(claim.plate))

    def _put(self, claim: Claim, *, send: bool) -> PassportStatus:
        owner, address = str(claim.content["last_name"]), str(claim.content["email"])
        had = self.there.get(claim.plate)
        if had and had.owner != owner and had.address != address:
            raise Refused("another", code="owner_conflict", status=409)
        self.there[claim.plate] = OnFile(owner, address, had.sent_at if had else None)
        if send and (had is None or had.address != address):
            self._mail(claim.plate)
        return replace(self._status(claim.plate), created=had is None)

    def _transfer(self, claim: Claim, step: Transfer) -> Outcome:
        status = self._look(claim.plate)
        wanted = closing.transfer_after_look(claim.passport, step, status) if status else None
        if wanted is None:
            return Looked(status)
        had = self.there[claim.plate]
        had.owner, had.address = str(claim.content["last_name"]), str(claim.content["email"])
        if wanted.send:
            self._mail(claim.plate)
        return HandedOver(self._status(claim.plate), wanted.send)

    def _mail(self, plate: str) -> None:
        self.there[plate].sent_at = self.clock.forward(seconds=1)
        self.mails.append((plate, self.there[plate].address))

    def _look(self, plate: str) -> PassportStatus | None:
        return self._status(plate) if plate in self.there else None

    def _status(self, plate: str) -> PassportStatus:
        had = self.there[plate]
        return PassportStatus(plate, "concept", had.sent_at, EmailStatus(had.address))


class Lives(RuleBasedStateMachine):
    """One record with two plates and three owners, each with an address of his own."""

    @initialize(owner_change=st.sampled_from(["hold", "transfer"]), send=st.sampled_from(["always", "never"]))
    def born(self, owner_change: Literal["hold", "transfer"], send: Literal["always", "never"]) -> None:
        self.clock, self.world = Clock(), ExitStack()
        ledger = self.world.enter_context(scratch(now=self.clock, entropy=Entropy()))
        ledger.know_garage("jansen")
        self.hand = Hand(ledger, self.clock, policy=Policy(send, owner_change=owner_change))
        self.igarage = IGarage(self.clock)
        self.under_way: tuple[Claim, Outcome] | None = None
        self.spared: dict[str, str] = {}
        self.night(OWNERS[0], 1, 60000)

    @rule(owner=st.sampled_from(NIGHTS), number=st.sampled_from([1, 1, 9]), km=st.integers(60000, 60002))
    def night(self, owner: str, number: int, km: int) -> None:
        """The export says who has the car, under which plate."""
        hand, plate = self.hand, self.hand.plate(number)
        if not hand.knows(number) and (other := [to for of, to in self.igarage.mails if of != plate]):
            self.spared[plate] = other[-1]
        said: dict[str, Any] = {"last_name": owner, "email": f"{owner.lower()}@voorbeeld.example"}
        hand.night(hand.car(1, key="R-1", plate=hand.plate(number), mileage=km, **said))
        self.owner, self.plate = owner, plate

    @precondition(lambda self: self.under_way is None)
    @rule(done=st.booleans())
    def claim(self, done: bool) -> None:
        """A request goes out; it may be lost on the way there."""
        claim = self.hand.claim()
        if claim is None:
            return
        before, held = len(self.igarage.mails), self.hand.held()
        if not done:
            self.under_way = claim, Failed(LOST, RETRY, 1.0)
            return
        try:
            outcome = self.igarage.ask(claim)
        except Refused as error:
            outcome = Failed(error, RETRY, 1.0)
        self.under_way = claim, outcome
        assert len(self.igarage.mails) - before <= 1
        assert claim.plate not in held

    @precondition(lambda self: self.under_way is not None)
    @rule(lost=st.booleans())
    def answer(self, lost: bool) -> None:
        """Its answer comes, or is lost on the way back."""
        assert self.under_way
        claim, outcome = self.under_way
        self.hand.close(claim, Failed(LOST, RETRY, 1.0) if lost else outcome)
        self.under_way = None

    @rule()
    def later(self) -> None:
        """Later than any lease; whoever was under way wrote nothing."""
        self.clock.forward(hours=7)
        self.under_way = None

    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        """A person answers a question."""
        asked = [(plate, reason) for plate, reason in self.hand.held().items() if reason in FITS]
        if asked:
            plate, reason = data.draw(st.sampled_from(asked))
            self._release(plate, data.draw(st.sampled_from(FITS[reason])))

    @precondition(lambda self: self.under_way is None)
    @rule()
    def left_alone_it_comes_to_rest(self) -> None:
        for _ in range(12):
            self.clock.forward(hours=7)
            self.claim(done=True)
            if self.under_way is None:
                break
            self.answer(lost=False)
        else:
            raise AssertionError("it goes on and on")
        held, traced = self.hand.held(), self.hand.trace(int(self.plate[2:5]))
        if self.plate not in held and not traced.facts.absent:
            there = self.igarage.there[self.plate]
            assert (there.owner, there.address) == (self.owner, f"{self.owner.lower()}@voorbeeld.example")
        for number in (1, 9):
            if self.hand.knows(number) and self.hand.trace(number).facts.absent:
                assert self.hand.plate(number) not in self.igarage.there

    @invariant()
    def nobody_is_mailed_twice_in_a_row(self) -> None:
        for plate in {plate for plate, _ in self.igarage.mails}:
            mailed = [to for of, to in self.igarage.mails if of == plate]
            assert all(one != other for one, other in pairwise(mailed)), mailed

    @invariant()
    def a_garage_that_invites_nobody_mails_nobody(self) -> None:
        if self.hand.policy.send == "never":
            assert self.igarage.mails == []

    @invariant()
    def who_was_invited_for_the_one_plate_is_not_for_the_other(self) -> None:
        for plate, address in self.spared.items():
            mailed = [to for of, to in self.igarage.mails if of == plate]
            assert mailed[:1] != [address]

    def teardown(self) -> None:
        self.world.close()

    def _release(self, plate: str, answer: Any) -> None:
        hand = self.hand
        hand.ledger.release(hand.garage, plate, answer, hand.policy, hand.today)


Lives.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=timedelta(seconds=30))
TestLives = Lives.TestCase
