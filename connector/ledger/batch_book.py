"""The ledger's book of batches: composed, taken by iGarage, and read back; one transaction per method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from connector.ledger import claims, composing, mails, settling
from connector.ledger.composing import Batch
from connector.ledger.schema import garages as garage_table
from connector.ledger.schema import passports
from connector.ledger.turns import Turns
from connector.ledger.writing import event, record
from connector.model import BatchStatus, GarageInfo, ItemsPage
from connector.plan import Policy, Put
from connector.rounds import Route

USUAL_SIZE = 500
"""Passports of a batch, where iGarage names no limit; and the most that one transaction composes."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What iGarage last said of batches: when they run (`at` as HH:MM, in `zone`), and how many passports one holds.

    `batched_for` is the local date of the last run that batches were made for.
    """

    at: str | None
    zone: str | None
    size: int
    batched_for: date | None


@dataclass(frozen=True, slots=True)
class By:
    """By whose policy, on which local date, and within what times batches are made."""

    policy: Policy
    today: date
    lease: timedelta
    longest_wait: timedelta


@dataclass(frozen=True, slots=True)
class Composing(Turns):
    """What composes passports into batches or lists. `entropy` gives random bytes, of which references are made."""

    entropy: Callable[[int], bytes]

    def _writing(self, connection: sa.Connection, garage: str, by: By) -> claims.Claiming:
        """By what a transaction writes: the policy as the brake on mails lets it count."""
        policy = mails.in_force_to_write(connection, garage, by.policy, by.today, self.now())
        return self._job(garage, by, policy)

    def _room(self, connection: sa.Connection, garage: str, by: By, most: int) -> int:
        """`most`, or as many as a person still lets go today."""
        room = mails.room(connection, garage, by.policy, by.today, self.now())
        return most if room is None else min(most, room)

    def _job(self, garage: str, by: By, policy: Policy) -> claims.Claiming:
        return claims.Claiming(
            garage=garage,
            policy=policy,
            today=by.today,
            now=self.now(),
            lease=by.lease,
            longest_wait=by.longest_wait,
            due_before=self.now(),
            gathers=False,
            entropy=self.entropy,
            ledger_id="",
        )


@dataclass(frozen=True, slots=True)
class BatchBook(Composing):
    """The batches of each garage."""

    def terms(self, garage: str) -> Terms:
        """The last known terms."""
        columns = garage_table.c
        query = sa.select(columns.batch_at, columns.batch_zone, columns.batch_size, columns.batched_for)
        with self.database.read() as connection:
            row = connection.execute(query.where(columns.garage == garage)).first()
        if row is None:
            return Terms(None, None, USUAL_SIZE, None)
        day = date.fromisoformat(row.batched_for) if row.batched_for else None
        return Terms(row.batch_at, row.batch_zone, min(row.batch_size or USUAL_SIZE, USUAL_SIZE), day)

    def note_terms(self, garage: str, info: GarageInfo) -> None:
        """Keep the terms that iGarage named."""
        values = {"batch_at": info.batch_at, "batch_zone": info.timezone, "batch_size": info.batch_size}
        with self._turn(garage, "batch_terms") as connection:
            _write_garage(connection, garage, **values)

    def gathers(self, garage: str, route: Route, by: By) -> bool:
        """Whether passports wait for a batch now, instead of going one by one."""
        return route.gathers(self._puts_due(garage, by, route.over + 1) if route.way == "auto" else 0)

    def compose(self, garage: str, by: By, most: int) -> Batch | None:
        """Compose a batch of what is due, `most` passports at most; None where nothing is due."""
        with self._turn(garage, "compose_batch") as connection:
            job = self._writing(connection, garage, by)
            return composing.compose(connection, job, self._room(connection, garage, by, most))

    def end_round(self, garage: str, day: date) -> None:
        """All that was due is in batches for the run of this local date."""
        with self._turn(garage, "end_round") as connection:
            _write_garage(connection, garage, batched_for=day.isoformat())

    def open(self, garage: str) -> list[Batch]:
        """The batches that have not told all yet, oldest first."""
        with self.database.read() as connection:
            return composing.open_batches(connection, garage)

    def body(self, batch: Batch) -> bytes | None:
        """Its request, byte for byte; None where somebody in it was erased since."""
        with self.database.read() as connection:
            return composing.body(connection, batch)

    def taken(self, batch: Batch, status: BatchStatus) -> None:
        """iGarage has the batch."""
        with self._turn(batch.garage, "batch_taken") as connection:
            run_at = status.run_at or self.now()
            composing.write(
                connection,
                batch.garage,
                batch.reference,
                state="queued",
                body=None,
                igarage_id=status.id,
                run_at=run_at,
                attempts=0,
                due_at=self.now(),
            )

    def put_off(self, batch: Batch, due_at: datetime, attempts: int) -> None:
        """The batch is asked about again at `due_at`."""
        with self._turn(batch.garage, "batch_put_off") as connection:
            composing.write(connection, batch.garage, batch.reference, due_at=due_at, attempts=attempts)

    def split(self, batch: Batch, by: By) -> None:
        """iGarage did not take the batch: it goes up in halves, and the last passport by itself."""
        with self._turn(batch.garage, "batch_split") as connection:
            composing.split(connection, self._writing(connection, batch.garage, by), batch)

    def unwanted(self, batch: Batch) -> list[str]:
        """Plates of a batch that is not run yet which must not be in it any more: nothing of them may be done."""
        with self.database.read() as connection:
            return settling.unwanted(connection, batch)

    def cancelled(self, batch: Batch, by: By) -> None:
        """The batch will not be run: what it held is due again, for the same run."""
        with self._turn(batch.garage, "batch_cancelled") as connection:
            composing.close(connection, batch, "cancelled")
            composing.release(
                connection, self._writing(connection, batch.garage, by), batch, dict(composing.FREE)
            )
            _open_round_again(connection, batch.garage)

    def too_late(self, batch: Batch, plates: Sequence[str], due_at: datetime) -> None:
        """The batch was being run when these should have been taken out: its results are asked for from now on."""
        with self._turn(batch.garage, "batch_too_late") as connection:
            composing.write(connection, batch.garage, batch.reference, run_at=self.now(), due_at=due_at)
            record(connection, [event(batch.garage, each, self.now(), "batch_too_late") for each in plates])

    def settle(self, batch: Batch, page: ItemsPage, ended: datetime, by: By, *, last: bool) -> None:
        """Write a page of what became of the batch, and the cursor behind it; after the `last` one it is over.

        `ended`: when the batch was done.
        """
        with self._turn(batch.garage, "batch_results") as connection:
            job = self._writing(connection, batch.garage, by)
            settling.settle(connection, job, batch, page.items, ended)
            if last:
                _finish(connection, job, batch, "done", ended)
            else:
                composing.write(connection, batch.garage, batch.reference, read_to=page.next)

    def start_over(self, batch: Batch) -> None:
        """iGarage does not know our cursor: the results are read from their first once more."""
        with self._turn(batch.garage, "batch_start_over") as connection:
            composing.write(connection, batch.garage, batch.reference, read_to=None)

    def give_up(self, batch: Batch, by: By) -> list[str]:
        """Nobody waits for the batch any longer; its plates, which iGarage is asked for one by one."""
        with self._turn(batch.garage, "batch_given_up") as connection:
            return _finish(connection, self._writing(connection, batch.garage, by), batch, "overdue", None)

    def _puts_due(self, garage: str, by: By, bound: int) -> int:
        """How many passports are due to be made or updated now, counted up to `bound`."""
        with self.database.read() as connection:
            job = self._job(garage, by, by.policy)
            query = claims.due_plates(job, bound, passports.c.next_step == Put.name)
            return len(connection.execute(query).all())


def _finish(
    connection: sa.Connection, job: claims.Claiming, batch: Batch, state: str, ended: datetime | None
) -> list[str]:
    """The batch is over; plates of which it told nothing: what became of them is not known."""
    composing.close(connection, batch, state, finished_at=ended)
    return composing.release(connection, job, batch, {"batch": None, "unsure": True})


def _open_round_again(connection: sa.Connection, garage: str) -> None:
    """The last run that batches were made for gets one more."""
    query = sa.select(garage_table.c.batched_for).where(garage_table.c.garage == garage)
    if day := connection.execute(query).scalar():
        before = date.fromisoformat(day) - timedelta(days=1)
        _write_garage(connection, garage, batched_for=before.isoformat())


def _write_garage(connection: sa.Connection, garage: str, **values: object) -> None:
    connection.execute(garage_table.update().where(garage_table.c.garage == garage).values(**values))
