"""Delivery: carries what the ledger wants to iGarage. It claims, asks, and closes; it decides nothing itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from connector import closing
from connector.backoff import MAX_RETRY_AFTER, Retry
from connector.errors import DeliveryError, NotAuthorised, Refused, Transient, Unknown
from connector.igarage.client import Client
from connector.ledger import Answered, Claim, Failed, Ledger, Looked, Outcome
from connector.log import Log
from connector.plan import Policy, Put

LEASE_MARGIN = timedelta(seconds=60)
"""A lease outlives the call's own deadline by this much."""
SILENCE = 5
"""So many calls in a row without an answer, and it is the service that is silent, not the passports."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one pass of delivery came to. `paused` is the code for which the garage pauses, or None."""

    done: int = 0
    refused: int = 0
    failed: int = 0
    paused: str | None = None


@dataclass(slots=True)
class _Tally:
    """Counts shared by the workers of one pass."""

    done: int = 0
    refused: int = 0
    failed: int = 0
    silent: int = 0
    over: bool = False
    paused: str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, outcome: Outcome) -> None:
        """Count what came of a claim, and notice when the pass is over, or even the garage must pause."""
        with self.lock:
            error = outcome.error if isinstance(outcome, Failed) else None
            self.silent = self.silent + 1 if isinstance(error, Unknown) else 0
            if error is None:
                self.done += 1
            elif isinstance(error, Refused):
                self.refused += 1
            else:
                self.failed += 1
                self._weigh(error)

    def _weigh(self, error: DeliveryError) -> None:
        code = error.code if error.scope == "garage" else "no_answer" if self.silent >= SILENCE else None
        if code is None:
            return
        self.over = True
        ours = isinstance(error, Transient) and not error.counts  # our own pace or end: iGarage is well
        self.paused = self.paused or (None if ours else code)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery loop of one garage. `chance` draws from [0, 1); `stop` ends it between two requests."""

    garage: str
    ledger: Ledger
    client: Client
    policy: Policy
    today: Callable[[], date]
    now: Callable[[], datetime]
    chance: Callable[[], float]
    timeout: float
    workers: int
    retry: Retry
    log: Log
    stop: threading.Event

    def deliver_due(self) -> Delivered:
        """Ask iGarage for everything that is due now, and nothing that becomes due while asking."""
        self._bring_index_up_to_date()
        if code := self._greet():
            return Delivered(paused=code)
        tally = _Tally()
        due_before = self.now()
        with ThreadPoolExecutor(self.workers, thread_name_prefix="delivery") as pool:
            working = [pool.submit(self._work, tally, due_before) for _ in range(self.workers)]
        for each in working:
            each.result()
        if tally.paused == "no_answer":
            self.ledger.pause(self.garage, tally.paused)
        self.log.info(
            "delivery.passed",
            garage=self.garage,
            delivered=tally.done,
            refused=tally.refused,
            failed=tally.failed,
            code=tally.paused,
        )
        return Delivered(tally.done, tally.refused, tally.failed, tally.paused)

    def _bring_index_up_to_date(self) -> None:
        """The local date or the policy may have changed since the index was made."""
        after: str | None = ""
        if self.ledger.is_indexed(self.garage, self.policy, self.today()):
            return
        while after is not None:
            after = self.ledger.reindex_slice(self.garage, self.policy, self.today(), after=after)

    def _greet(self) -> str | None:
        """Ask who we are, which also tells whether iGarage is there; the code for which we pause, or None."""
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
        self.ledger.pause(self.garage, "other_garage")
        return "other_garage"

    def _pause(self, error: DeliveryError) -> str:
        retry_after = error.retry_after if isinstance(error, Transient) else None
        until = None if retry_after is None else self.now() + timedelta(seconds=retry_after)
        self.ledger.pause(self.garage, error.code, until=until)
        self.log.warning("delivery.paused", garage=self.garage, code=error.code, status=error.status)
        return error.code

    def _work(self, tally: _Tally, due_before: datetime) -> None:
        lease = timedelta(seconds=self.timeout) + LEASE_MARGIN
        while not tally.over and not self.stop.is_set():
            claim = self.ledger.claim(
                self.garage,
                self.policy,
                self.today(),
                lease=lease,
                longest_wait=timedelta(seconds=max(self.retry.max, MAX_RETRY_AFTER)),
                due_before=due_before,
            )
            if claim is None:
                return
            outcome = self._ask(claim)
            tally.count(outcome)
            self.ledger.close(claim, outcome, self.policy, self.today())

    def _ask(self, claim: Claim) -> Outcome:
        try:
            return self._put(claim) if isinstance(claim.step, Put) else self._send(claim)
        except DeliveryError as error:
            if not isinstance(error, NotAuthorised):
                self.log.info("delivery.failed", garage=self.garage, code=error.code, status=error.status)
            return Failed(error, self.retry, self.chance())

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
