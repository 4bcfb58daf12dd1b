"""Batches: what is due goes up together before iGarage's nightly run, and its results are read back.

Nothing of it is decided here: `rounds` says when, the plan what, and the ledger holds it all, so that a process that is
killed at any of these steps goes on where it was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connector.backoff import Probing, Retry, delay
from connector.errors import DeliveryError, Refused
from connector.igarage.client import Client
from connector.ledger import Ledger
from connector.ledger.batch_book import BatchBook, By
from connector.ledger.composing import Batch
from connector.log import Log
from connector.model import BatchStatus
from connector.rounds import TOO_LATE, Route, due_round, run_of, turn_of, wall_clock, zone_named

PAGE = 500
"""Results asked for at a time."""
PATIENCE = timedelta(seconds=60)
"""Between two looks at a batch that iGarage has not done yet."""


@dataclass(slots=True)
class Tended:
    """What one look after the batches came to: those that went up, and passports of which the result was read.

    `failed`: the code for which it broke off, or None.
    """

    sent_up: int = 0
    told: int = 0
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of one garage. `by` tells by what they are made, `zone` is its time zone; `stop` ends it."""

    garage: str
    ledger: Ledger
    client: Client
    route: Route
    by: Callable[[], By]
    zone: ZoneInfo
    now: Callable[[], datetime]
    chance: Callable[[], float]
    retry: Retry
    probing: Probing
    log: Log
    stop: threading.Event

    @property
    def book(self) -> BatchBook:
        """Where the ledger keeps them."""
        return self.ledger.batch_book

    def tend(self) -> Tended:
        """Go on with every open batch, and send up what is due when its time has come."""
        tended = Tended()
        try:
            self._go_on(tended)
            if self._compose():
                self._go_on(tended)
        except DeliveryError as error:
            self.ledger.pause_after(self.garage, error, self.probing, self.chance())
            self.log.warning("batches.failed", garage=self.garage, code=error.code, status=error.status)
            tended.failed = error.code
        if tended.sent_up or tended.told:
            self.log.info("batches.tended", garage=self.garage, sent_up=tended.sent_up, told=tended.told)
        return tended

    def _go_on(self, tended: Tended) -> None:
        for batch in self.book.open(self.garage):
            if self.stop.is_set():
                return
            if batch.due_at > self.now() + TOO_LATE or batch.due_at <= self.now():
                self._try(batch, tended)

    def _try(self, batch: Batch, tended: Tended) -> None:
        try:
            if batch.state == "composed":
                tended.sent_up += self._send_up(batch)
            elif batch.run_at and self.now() < batch.run_at:
                self._review(batch)
            else:
                tended.told += self._read_back(batch)
        except DeliveryError as error:
            if error.scope == "garage":
                raise
            attempts = batch.attempts + 1
            wait = delay(attempts, self.retry, self.chance())
            self.book.put_off(batch, self.now() + timedelta(seconds=wait), attempts)
            self.log.info("batches.put_off", garage=self.garage, code=error.code, status=error.status)

    def _send_up(self, batch: Batch) -> int:
        """Ask for a batch; 1 when iGarage has it. One that was asked for before is looked up: perhaps it has."""
        known = self._found(batch) if batch.tried else None
        if known is None and batch.body is None:  # of somebody who was erased since
            self.book.cancelled(batch, self.by())
            return 0
        if known is None:
            self.book.note_try(batch)
            try:
                known = self.client.post_batch(batch.body or b"", key=batch.reference)
            except Refused:
                self.book.split(batch, self.by())
                return 0
        self.book.taken(batch, known)
        return 1

    def _found(self, batch: Batch) -> BatchStatus | None:
        return next(iter(self.client.batches_of(batch.reference)), None)

    def _review(self, batch: Batch) -> None:
        """Take a batch back that would do what nobody wants any more; it is composed anew without that."""
        unwanted = self.book.unwanted(batch)
        if not unwanted:
            return
        if self.client.cancel_batch(batch.igarage_id or "", key=f"cancel-{batch.reference}"):
            self.book.cancelled(batch, self.by())
            self.log.info("batches.cancelled", garage=self.garage, passports=len(unwanted))
        else:
            self.book.too_late(batch, unwanted, self.now() + PATIENCE)
            self.log.warning("batches.too_late", garage=self.garage, passports=len(unwanted))

    def _read_back(self, batch: Batch) -> int:
        """Read what became of a batch that should have run; how many passports were told of."""
        status = self.client.batch(batch.igarage_id or "")
        if status is not None and status.state == "done":
            return self._read_results(batch, status.finished_at or self.now())
        overdue = batch.run_at is None or self.now() - batch.run_at >= TOO_LATE
        if status is None or overdue:
            asked_for = self.book.finish(batch, "overdue", None, self.by())
            self.log.warning("batches.overdue", garage=self.garage, passports=len(asked_for))
        else:
            self.book.put_off(batch, self.now() + PATIENCE, batch.attempts)
        return 0

    def _read_results(self, batch: Batch, ended: datetime) -> int:
        told, after = 0, batch.read_to
        while not self.stop.is_set():
            try:
                page = self.client.batch_items(batch.igarage_id or "", after, PAGE)
            except Refused as error:
                if after is None or error.status != 400:
                    raise
                self.book.start_over(batch)
                after = None
                continue
            self.book.settle(batch, page, ended, self.by())
            told += len(page.items)
            if page.next is None or page.next == after:
                self.book.finish(batch, "done", ended, self.by())
                return told
            after = page.next
        return told

    def _compose(self) -> bool:
        """Compose what is due, when its time has come; whether there is a new batch.

        A garage that was off at that time makes up for it as soon as anything is due: iGarage keeps the batch for its
        next run. The first round of all is the next one.
        """
        terms = self.book.terms(self.garage)
        at = wall_clock(terms.at)
        if at is None:
            return False
        zone = zone_named(terms.zone, self.zone)
        day = due_round(self.now(), at, self.route.lead, zone)
        turn = turn_of(day, terms.batched_for)
        if turn == "first":
            self.book.end_round(self.garage, day)
        if turn != "due":
            return False
        composed = self._compose_all(terms.size)
        if composed or self.now() < run_of(day, at, zone):
            self.book.end_round(self.garage, day)
        return composed

    def _compose_all(self, size: int) -> bool:
        composed = False
        while not self.stop.is_set() and (composed or self.book.gathers(self.garage, self.route, self.by())):
            if self.book.compose(self.garage, self.by(), size) is None:
                break
            composed = True
        return composed
