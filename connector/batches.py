"""Batches: what is due goes up together before iGarage's nightly run, and its results are read back.

Nothing of it is decided here: `rounds` says when, the plan what, and the ledger holds it all, so that a process that is
killed at any of these steps goes on where it was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connector import batch_calls
from connector.backoff import Probing, Retry, delay
from connector.batch_calls import (
    Call,
    Came,
    CursorUnknown,
    Failed,
    NotDone,
    NotTaken,
    NotThere,
    ReadBack,
    Results,
    SendUp,
    TakeBack,
    Taken,
    TakenBack,
)
from connector.crew import Crew
from connector.errors import DeliveryError
from connector.igarage.client import Client
from connector.ledger import Ledger
from connector.ledger.batch_book import BatchBook, By
from connector.ledger.composing import Batch
from connector.log import Log
from connector.model import BatchStatus, ItemsPage
from connector.rounds import TOO_LATE, Route, due_round, run_of, turn_of, wall_clock, zone_named

AT_ONCE = 4
"""Batches that are asked about at once, at most: while one is composed or written, others are on their way."""
PATIENCE = timedelta(seconds=60)
"""Between two looks at a batch that iGarage has not done yet."""


@dataclass(slots=True)
class Tended:
    """What one look after the batches came to: those that went up, and passports of which the result was read.

    `failed`: the code for which it broke off, or None. `answered` counts the calls that had a good end.
    """

    sent_up: int = 0
    told: int = 0
    failed: str | None = None
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches of one garage. `by` tells by what they are made, `zone` is its time zone; `stop` ends it.

    No more are asked about at once than there are `workers`.
    """

    garage: str
    ledger: Ledger
    client: Client
    workers: int
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
        self._go_on(self._open(), tended)
        if tended.failed is None:
            self._go_on(self._new(), tended)
        if tended.sent_up or tended.told:
            self.log.info("batches.tended", garage=self.garage, sent_up=tended.sent_up, told=tended.told)
        return tended

    def _go_on(self, calls: Iterable[Call], tended: Tended) -> None:
        """Make several calls at once, while one hand writes what came of them and makes the next ones ready.

        After a failure of the connection nothing new is asked; what was under way is written all the same.
        """
        with Crew(AT_ONCE, self._ask) as crew:
            for call in calls:
                if self._is_over(crew, tended):
                    break
                crew.give([call])
                while crew.out >= self._at_once(tended):
                    self._write(crew, tended)
            while crew.out:
                self._write(crew, tended)
        crew.complain()

    def _ask(self, call: Call) -> Came:
        return batch_calls.ask(self.client, call, self.now)

    def _at_once(self, tended: Tended) -> int:
        """How many batches may be asked about at once: first one, and with each answer one more."""
        return min(AT_ONCE, self.workers, 1 + tended.answered)

    def _is_over(self, crew: Crew[Call, Came], tended: Tended) -> bool:
        return self.stop.is_set() or crew.broken or tended.failed is not None

    def _open(self) -> Iterator[Call]:
        """What is to be asked now about the batches that are open."""
        for batch in self.book.open(self.garage):
            if self.now() < batch.due_at <= self.now() + TOO_LATE:
                continue
            if batch.state == "composed":
                yield SendUp(batch, self.book.body(batch), is_new=False)
            elif batch.run_at and self.now() < batch.run_at:
                if unwanted := self.book.unwanted(batch):
                    yield TakeBack(batch, unwanted)
            else:
                yield ReadBack(batch, batch.read_to)

    def _write(self, crew: Crew[Call, Came], tended: Tended) -> None:
        """Write what came of calls, and ask what follows from it."""
        for call, came in crew.finished(1):
            tended.answered += not isinstance(came, Failed)
            onward = self._written(call, came, tended)
            if onward is not None and not self._is_over(crew, tended):
                crew.give([onward])

    def _written(self, call: Call, came: Came, tended: Tended) -> Call | None:
        """What is to be asked next of the same batch."""
        batch = call.batch
        match call, came:
            case _, Failed(error):
                self._note_failure(batch, error, tended)
            case SendUp(), Taken(status):
                self.book.taken(batch, status)
                tended.sent_up += 1
            case SendUp(), NotTaken():
                self.book.split(batch, self.by())
            case SendUp(), NotThere():
                self.book.cancelled(batch, self.by())
            case TakeBack(_, unwanted), TakenBack(done):
                self._note_review(batch, unwanted, done=done)
            case ReadBack(), NotDone(status):
                self._note_not_done(batch, status)
            case ReadBack(_, after), Results(page, ended):
                return self._settled(batch, after, page, ended, tended)
            case ReadBack(), CursorUnknown(ended):
                self.book.start_over(batch)
                return ReadBack(batch, None, ended)
        return None

    def _note_failure(self, batch: Batch, error: DeliveryError, tended: Tended) -> None:
        """A failure of the connection pauses the garage; of a single batch, that waits."""
        if error.scope == "garage":
            if tended.failed is None:
                self.ledger.pause_after(self.garage, error, self.probing, self.chance())
                self.log.warning("batches.failed", garage=self.garage, code=error.code, status=error.status)
                tended.failed = error.code
            return
        attempts = batch.attempts + 1
        wait = delay(attempts, self.retry, self.chance())
        self.book.put_off(batch, self.now() + timedelta(seconds=wait), attempts)
        self.log.info("batches.put_off", garage=self.garage, code=error.code, status=error.status)

    def _note_review(self, batch: Batch, unwanted: list[str], *, done: bool) -> None:
        """A batch that was taken back is composed anew without what nobody wants any more."""
        if done:
            self.book.cancelled(batch, self.by())
            self.log.info("batches.cancelled", garage=self.garage, passports=len(unwanted))
        else:
            self.book.too_late(batch, unwanted, self.now() + PATIENCE)
            self.log.warning("batches.too_late", garage=self.garage, passports=len(unwanted))

    def _note_not_done(self, batch: Batch, status: BatchStatus | None) -> None:
        """Nobody waits longer than `TOO_LATE` for a batch that should have run."""
        overdue = batch.run_at is None or self.now() - batch.run_at >= TOO_LATE
        if status is None or overdue:
            asked_for = self.book.give_up(batch, self.by())
            self.log.warning("batches.overdue", garage=self.garage, passports=len(asked_for))
        else:
            self.book.put_off(batch, self.now() + PATIENCE, batch.attempts)

    def _settled(
        self, batch: Batch, after: str | None, page: ItemsPage, ended: datetime, tended: Tended
    ) -> Call | None:
        last = page.next is None or page.next == after
        self.book.settle(batch, page, ended, self.by(), last=last)
        tended.told += len(page.items)
        return None if last else ReadBack(batch, page.next, ended)

    def _new(self) -> Iterator[Call]:
        """What is due, composed batch by batch when its time has come: each is asked for before the next is composed.

        A garage that was off at that time makes up for it as soon as anything is due: iGarage keeps the batch for its
        next run. The first round of all is the next one. A round that breaks off is gone on with.
        """
        terms = self.book.terms(self.garage)
        at = wall_clock(terms.at)
        if at is None:
            return
        zone = zone_named(terms.zone, self.zone)
        day = due_round(self.now(), at, self.route.lead, zone)
        turn = turn_of(day, terms.batched_for)
        if turn == "first":
            self.book.end_round(self.garage, day)
        if turn != "due":
            return
        composed = False
        if self.book.gathers(self.garage, self.route, self.by()):
            while batch := self.book.compose(self.garage, self.by(), terms.size):
                composed = True
                yield SendUp(batch, self.book.body(batch), is_new=True)
        is_paused = self.ledger.standing(self.garage).paused_code is not None  # and so nothing was due
        if not is_paused and (composed or self.now() < run_of(day, at, zone)):
            self.book.end_round(self.garage, day)
