"""Delivery: carries what the ledger wants to iGarage. It claims, asks, and closes; it decides nothing itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from connector import closing
from connector.backoff import MAX_RETRY_AFTER, Probing, Retry
from connector.crew import Crew
from connector.errors import DeliveryError, LedgerUnavailable, NotAuthorised
from connector.http import NotBegun, Turn, Turns
from connector.igarage.client import Client
from connector.ledger import Answered, Claim, Failed, HandedOver, Ledger, Looked, Outcome, Pause, Withdrawn
from connector.ledger.batch_book import By
from connector.ledger.claims import Backlog
from connector.ledger.garages import pause_for
from connector.ledger.indexing import bring_up_to_date
from connector.ledger.outcomes import Closing
from connector.log import Log
from connector.plan import Delete, Look, Policy, Put, Send, Transfer
from connector.rounds import Route
from connector.tally import Given, Tally

LEASE_MARGIN = timedelta(seconds=60)
"""A lease outlives the call's own deadline by this much."""
FRESH = 1.0
"""Seconds that a claim may wait for its worker: beyond it the ledger is asked anew, which may know better by then."""
AHEAD = 8
"""Claims that wait for workers, beside two for each."""
SPARE = 4
"""Workers beside those whose requests are on the wire: they make the next ones ready, and judge what has come."""
PATIENCE = 0.1
"""The share of a call's time that may go by before it is its turn."""
HOLD = 0.05
"""Seconds that an answer waits for others, to be written with them."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one pass of delivery came to. `paused` is the code for which the garage pauses, or None."""

    done: int = 0
    refused: int = 0
    failed: int = 0
    paused: str | None = None
    silent: int = 0
    """Calls without an answer since the last one with: to be carried into the next pass."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery loop of one garage. `chance` draws from [0, 1); `stop` ends it between two requests.

    `monotonic` counts seconds, `wait` sleeps or ends early when the program is to stop.
    """

    garage: str
    ledger: Ledger
    client: Client
    policy: Policy
    today: Callable[[], date]
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    wait: Callable[[float], None]
    chance: Callable[[], float]
    timeout: float
    workers: int
    route: Route
    retry: Retry
    probing: Probing
    log: Log
    stop: threading.Event

    @property
    def lease(self) -> timedelta:
        """How long a claim is one worker's alone."""
        return timedelta(seconds=self.timeout) + LEASE_MARGIN

    def backlog(self, bound: int) -> Backlog:
        """What is before this garage's delivery; what is due now is counted up to `bound`."""
        return self._backlog(bound, self._gathers())

    def _backlog(self, bound: int, gathers: bool) -> Backlog:
        return self.ledger.backlog(
            self.garage, lease=self.lease, longest_wait=self.longest_wait, bound=bound, gathers=gathers
        )

    def _gathers(self) -> bool:
        return self.ledger.batch_book.gathers(self.garage, self.route, self.by())

    def by(self) -> By:
        """By what batches are made for this garage."""
        return By(self.policy, self.today(), self.lease, self.longest_wait)

    @property
    def longest_wait(self) -> timedelta:
        """No retry is further ahead: one that is was set by a wrong clock."""
        return longest_wait(self.retry)

    def deliver_due(
        self, *, gently: bool = False, seconds: float | None = None, silent: int = 0
    ) -> Delivered:
        """Ask iGarage for everything that is due now, and nothing that becomes due while asking.

        `gently`: one request first, and with each that succeeds one more at a time. `seconds` bounds the pass: what
        is then left is left to another. `silent`: so many calls before this pass had no answer.
        """
        bring_up_to_date(self.ledger, self.garage, self.policy, self.today)
        tally = Tally(None if seconds is None else self.monotonic() + seconds, silent=silent)
        due_before = self.now()
        tally.gathers = self._gathers()
        if self._backlog(1, tally.gathers).now:
            self._work_together(tally, due_before, gently)
        if tally.paused == "no_answer":
            self.ledger.pause(self.garage, Pause(tally.paused, None, self.probing, self.chance()))
        self.log.info(
            "delivery.passed",
            garage=self.garage,
            delivered=tally.done,
            refused=tally.refused,
            failed=tally.failed,
            code=tally.paused,
        )
        return Delivered(tally.done, tally.refused, tally.failed, tally.paused, tally.silent)

    def greet(self) -> str | None:
        """Ask who we are, which also tells whether iGarage is there; the code for which we pause, or None.

        It is the probe of a paused garage. Nothing is asked before a `Retry-After` has passed.
        """
        standing = self.ledger.standing(self.garage)
        if standing.paused_until and self.now() < standing.paused_until:
            return standing.paused_code
        try:
            info = self.client.garage()
        except DeliveryError as error:
            return self._pause(error)
        if self.ledger.met(self.garage, info.id, info.fleet_accounts):
            self.ledger.batch_book.note_terms(self.garage, info)
            return None
        self.log.error("delivery.other_garage", garage=self.garage)
        other = Pause("other_garage", None, self.probing, self.chance(), is_probe=True)
        self.ledger.pause(self.garage, other)
        return "other_garage"

    def _pause(self, error: DeliveryError) -> str:
        if why := pause_for(error, self.probing, self.chance(), is_probe=True):
            self.ledger.pause(self.garage, why)
        self.log.warning("delivery.paused", garage=self.garage, code=error.code, status=error.status)
        return error.code

    def _work_together(self, tally: Tally, due_before: datetime, gently: bool) -> None:
        """One hand claims and closes, several requests in a transaction; the workers do nothing but ask.

        While they ask, what they will ask next is claimed and made ready: nobody waits for the ledger, and no turn on
        the wire waits for anybody. A single worker is followed to its end before the next request is sent. Whatever
        breaks, what came of the requests that were made is written first.
        """
        turns = Turns(self.workers)
        many = self.workers + SPARE if self.workers > 1 else 1
        with Crew[Given, Outcome | None](many, lambda given: self._begun(tally, turns, given)) as crew:
            try:
                self._keep_busy(crew, tally, due_before, gently)
            finally:
                tally.over = True
                while crew.out:
                    self._write(crew.finished(crew.out, HOLD))
        crew.complain()

    def _keep_busy(
        self, crew: Crew[Given, Outcome | None], tally: Tally, due_before: datetime, gently: bool
    ) -> None:
        """Claim for the crew and write what it did, until nothing is due or the pass is over."""
        ahead, more = 2 * self.workers + AHEAD, True
        while True:
            at_once = self._at_once(tally, gently=gently)
            half = ahead // 2 if at_once == self.workers else 0
            room = at_once + 2 * half - crew.out
            if more and room >= max(half, 1) and not crew.broken and not self._is_over(tally):
                claims = self._claim(due_before, room, tally.gathers)
                more = len(claims) == room
                at = self.monotonic()
                crew.give(Given(claim, at) for claim in claims)
            if not crew.out:
                return
            self._write(crew.finished(max(half, 1), HOLD))
            more = True  # what was closed may ask for its next step at once
            ahead = 0 if tally.slow else ahead

    def _at_once(self, tally: Tally, *, gently: bool) -> int:
        """How many calls may be on the way at once.

        Where so many a minute are allowed, one more than whose moments come while a claim is fresh: others only wait.
        """
        at_once, moments = tally.allows(self.workers, gently=gently), self.client.moments(FRESH)
        return at_once if moments is None else min(at_once, moments + 1)

    def _is_over(self, tally: Tally) -> bool:
        late = tally.ends is not None and self.monotonic() >= tally.ends
        return late or tally.over or self.stop.is_set()

    def _claim(self, due_before: datetime, most: int, gathers: bool) -> list[Claim]:
        return self.ledger.claim_some(
            self.garage,
            self.policy,
            self.today(),
            lease=self.lease,
            longest_wait=self.longest_wait,
            due_before=due_before,
            most=most,
            gathers=gathers,
        )

    def _begun(self, tally: Tally, turns: Turns, given: Given) -> Outcome | None:
        """What came of a claim; None where it was not begun: the pass is over, or the ledger may know better now."""
        if self._is_over(tally) or self._is_stale(tally, given) or tally.doubts(given):
            return None
        patience = min(FRESH, PATIENCE * self.timeout)
        turn = Turn(turns, most=patience, wanted=lambda begun: self._is_wanted(tally, given, begun=begun))
        try:
            with self.client.in_turn(turn):
                return self._heard(tally, given.claim)
        except NotBegun:
            tally.slow = tally.slow or self.monotonic() - given.at >= patience
            return None

    def _is_stale(self, tally: Tally, given: Given) -> bool:
        """Whether a claim waited too long for its worker."""
        is_stale = self.monotonic() - given.at > FRESH
        tally.slow = tally.slow or is_stale
        return is_stale

    def _is_wanted(self, tally: Tally, given: Given, *, begun: bool = False) -> bool:
        """Whether a request is still to be sent when its moment and its turn have come; one that follows another is.

        How long it waited for its moment is nothing to it, nor that the pass has had its time: where so many requests
        a minute are allowed, that moment would go by unused, and so would the next.
        """
        return not (tally.over or self.stop.is_set() or (not begun and tally.doubts(given)))

    def _heard(self, tally: Tally, claim: Claim) -> Outcome:
        outcome = self._ask(claim)
        if _is_about_address(claim, outcome):
            tally.doubt(claim.passport.address, self.monotonic())
        tally.count(outcome)
        return outcome

    def _write(self, finished: Sequence[tuple[Given, Outcome | None]]) -> None:
        """Close what was asked, and give back what was not begun."""
        closings = [(given.claim, outcome) for given, outcome in finished if outcome is not None]
        unbegun = [given.claim for given, outcome in finished if outcome is None]
        if closings:
            self._close(closings)
        if unbegun:
            self.ledger.give_back(self.garage, unbegun)

    def _close(self, closings: Sequence[Closing]) -> None:
        """Write what came of claims. On a full disk the room kept for this is given up, so that it goes again."""
        again = Retrying(
            stop=stop_after_attempt(3),
            wait=wait_random(0, 0.5),
            retry=retry_if_exception_type(LedgerUnavailable),
            sleep=self.wait,
            reraise=True,
        )
        again(self.ledger.close_some, self.garage, closings, self.policy, self.today())

    def _ask(self, claim: Claim) -> Outcome:
        try:
            return self._outcome(claim)
        except DeliveryError as error:
            if not isinstance(error, NotAuthorised):
                self.log.info("delivery.failed", garage=self.garage, code=error.code, status=error.status)
            return Failed(error, self.retry, self.chance(), self.probing, self._on_file(claim, error))

    def _on_file(self, claim: Claim, error: DeliveryError) -> str | None:
        """The address of another owner whom iGarage alone knows; None where there is none, or it does not say."""
        if error.code != "owner_conflict" or claim.passport.delivered_address is not None:
            return None
        try:
            status = self.client.look(claim.plate)
        except DeliveryError:
            return None
        return status.email.address if status else None

    def _outcome(self, claim: Claim) -> Outcome:
        match claim.step:
            case Put():
                return self._put(claim)
            case Send():
                return self._send(claim)
            case Transfer():
                return self._transfer(claim, claim.step)
            case Delete():
                self.client.delete(claim.plate, key=claim.key)
                return Withdrawn()
            case Look():
                return Looked(self.client.look(claim.plate))

    def _put(self, claim: Claim) -> Outcome:
        send = isinstance(claim.step, Put) and claim.step.send
        return Answered(
            self.client.put(
                claim.plate,
                claim.content,
                system=claim.system,
                record=claim.record,
                send=send,
                key=claim.key,
            )
        )

    def _send(self, claim: Claim) -> Outcome:
        """What mails by itself looks first: perhaps an earlier try, or reception, has sent it already."""
        status = self.client.look(claim.plate)
        if not closing.may_send(claim.passport, status):
            return Looked(status)
        return Answered(self.client.send(claim.plate, key=claim.key))

    def _transfer(self, claim: Claim, step: Transfer) -> Outcome:
        """Look whether it is done already, and whether it can be told; only then hand the passport over."""
        status = self.client.look(claim.plate)
        wanted = closing.transfer_after_look(claim.passport, step, status) if status else None
        if wanted is None:
            return Looked(status)
        key = claim.key if wanted == step else claim.quiet_key
        answer = self.client.transfer(claim.plate, claim.content, send=wanted.send, key=key)
        return HandedOver(answer, wanted.send)


def longest_wait(retry: Retry) -> timedelta:
    """No retry is further ahead: one that is was set by a wrong clock."""
    return timedelta(seconds=max(retry.max, MAX_RETRY_AFTER))


def _is_about_address(claim: Claim, outcome: Outcome) -> bool:
    """Whether this says something of the address, and so of every passport that has it."""
    if isinstance(outcome, Failed):
        return outcome.error.code == "email_invalid"
    return bool(outcome.status and closing.address_news(outcome.status, claim.passport.address))
