"""Delivery: carries what the ledger wants to iGarage. It claims, asks, and closes; it decides nothing itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from connector import closing
from connector.backoff import MAX_RETRY_AFTER, Probing, Retry
from connector.errors import DeliveryError, LedgerUnavailable, NotAuthorised, Refused, Transient, Unknown
from connector.igarage.client import Client
from connector.ledger import Answered, Claim, Failed, Ledger, Looked, Outcome, Pause
from connector.ledger.claims import Backlog
from connector.log import Log
from connector.plan import Delete, Look, Policy, Put, Send, Transfer

LEASE_MARGIN = timedelta(seconds=60)
"""A lease outlives the call's own deadline by this much."""
INDEXINGS = 3
"""How often the index is made in a row, at most: what it lags behind is asked again by every claim."""
SILENCE = 5
"""So many calls in a row without an answer, and it is the service that is silent, not the passports."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one pass of delivery came to. `paused` is the code for which the garage pauses, or None."""

    done: int = 0
    refused: int = 0
    failed: int = 0
    paused: str | None = None
    silent: int = 0
    """Calls without an answer since the last one with: to be carried into the next pass."""


@dataclass(slots=True)
class _Tally:
    """Counts shared by the workers of one pass, which `ends` at a count of seconds (None: when all is done)."""

    ends: float | None = None
    done: int = 0
    refused: int = 0
    failed: int = 0
    silent: int = 0
    over: bool = False
    left: bool = False
    paused: str | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def count(self, outcome: Outcome) -> None:
        """Count what came of a claim, and notice when the pass is over, or even the garage must pause."""
        with self.changed:
            error = outcome.error if isinstance(outcome, Failed) else None
            self.silent = self.silent + 1 if isinstance(error, Unknown) else 0
            if error is None:
                self.done += 1
            elif isinstance(error, Refused):
                self.refused += 1
            else:
                self.failed += 1
                self._weigh(error)
            self.changed.notify_all()

    def leave(self) -> None:
        """A worker found nothing more to do, or broke: nobody waits for its successes any longer."""
        with self.changed:
            self.left = True
            self.changed.notify_all()

    def may_begin(self, number: int) -> bool:
        """Wait for worker `number`'s beginning: after a pause each success lets one more begin. False: it is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.over or self.left or self.done + self.refused >= number)
            return not self.over and self.done + self.refused >= number

    def _weigh(self, error: DeliveryError) -> None:
        code = error.code if error.scope == "garage" else "no_answer" if self.silent >= SILENCE else None
        if code is None:
            return
        self.over = True
        ours = isinstance(error, Transient) and not error.counts  # our own pace or end: iGarage is well
        self.paused = self.paused or (None if ours else code)


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
        return self.ledger.backlog(self.garage, lease=self.lease, longest_wait=self.longest_wait, bound=bound)

    @property
    def longest_wait(self) -> timedelta:
        """No retry is further ahead: one that is was set by a wrong clock."""
        return timedelta(seconds=max(self.retry.max, MAX_RETRY_AFTER))

    def deliver_due(
        self, *, gently: bool = False, seconds: float | None = None, silent: int = 0
    ) -> Delivered:
        """Ask iGarage for everything that is due now, and nothing that becomes due while asking.

        `gently`: one request first, and with each that succeeds one more at a time. `seconds` bounds the pass: what
        is then left is left to another. `silent`: so many calls before this pass had no answer.
        """
        self._bring_index_up_to_date()
        tally = _Tally(None if seconds is None else self.monotonic() + seconds, silent=silent)
        due_before = self.now()
        due = self.backlog(self.workers).now
        if due:
            self._work_together(tally, due_before, due, gently)
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
        if self.ledger.met(self.garage, info.id):
            return None
        self.log.error("delivery.other_garage", garage=self.garage)
        self.ledger.pause(self.garage, self._why("other_garage"))
        return "other_garage"

    def _bring_index_up_to_date(self) -> None:
        """The local date, the policy or the brake on mails may have changed since the index was made.

        What the new index wants may close the brake, and then it is made once more; it never opens it again.
        """
        for _ in range(INDEXINGS):
            today = self.today()
            if self.ledger.is_indexed(self.garage, self.policy, today):
                return
            policy = self.ledger.in_force(self.garage, self.policy, today)
            after: str | None = ""
            while after is not None:
                after = self.ledger.reindex_slice(self.garage, policy, today, after=after)

    def _pause(self, error: DeliveryError) -> str:
        ours = isinstance(error, Transient) and not error.counts
        if not ours:
            retry_after = error.retry_after if isinstance(error, Transient) else None
            self.ledger.pause(self.garage, self._why(error.code, retry_after))
        self.log.warning("delivery.paused", garage=self.garage, code=error.code, status=error.status)
        return error.code

    def _why(self, code: str, retry_after: float | None = None) -> Pause:
        return Pause(code, retry_after, self.probing, self.chance(), is_probe=True)

    def _work_together(self, tally: _Tally, due_before: datetime, workers: int, gently: bool) -> None:
        with ThreadPoolExecutor(workers, thread_name_prefix="delivery") as pool:
            begin = [number if gently else 0 for number in range(workers)]
            working = [pool.submit(self._work, tally, due_before, number) for number in begin]
        for each in working:
            each.result()

    def _work(self, tally: _Tally, due_before: datetime, number: int) -> None:
        try:
            if tally.may_begin(number):
                self._work_off(tally, due_before)
        finally:
            tally.leave()

    def _work_off(self, tally: _Tally, due_before: datetime) -> None:
        while not tally.over and not self.stop.is_set():
            if tally.ends is not None and self.monotonic() >= tally.ends:
                return
            claim = self.ledger.claim(
                self.garage,
                self.policy,
                self.today(),
                lease=self.lease,
                longest_wait=self.longest_wait,
                due_before=due_before,
            )
            if claim is None:
                return
            outcome = self._ask(claim)
            tally.count(outcome)
            self._close(claim, outcome)

    def _close(self, claim: Claim, outcome: Outcome) -> None:
        """Write what came of a claim. On a full disk the room kept for this is given up, so that it goes again."""
        again = Retrying(
            stop=stop_after_attempt(3),
            wait=wait_random(0, 0.5),
            retry=retry_if_exception_type(LedgerUnavailable),
            sleep=self.wait,
            reraise=True,
        )
        again(self.ledger.close, claim, outcome, self.policy, self.today())

    def _ask(self, claim: Claim) -> Outcome:
        try:
            return self._outcome(claim)
        except DeliveryError as error:
            if not isinstance(error, NotAuthorised):
                self.log.info("delivery.failed", garage=self.garage, code=error.code, status=error.status)
            return Failed(error, self.retry, self.chance(), self.probing)

    def _outcome(self, claim: Claim) -> Outcome:
        match claim.step:
            case Put():
                return self._put(claim)
            case Send():
                return self._send(claim)
            case Look():
                return Looked(self.client.look(claim.plate))
            case Transfer() | Delete():
                raise NotImplementedError(claim.step.name)

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
