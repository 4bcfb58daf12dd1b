"""The ledger's book of customer lists: batches that a person carries to iGarage, and whose result he tells.

Each method is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connector.customer_list import Failed, Form, Unlisted, name_of
from connector.errors import NotReleasable
from connector.ledger import claims, composing, listing, settling
from connector.ledger import passports as passport_rows
from connector.ledger.batch_book import By, Composing
from connector.ledger.composing import Batch, Member
from connector.ledger.questions import note_decision
from connector.ledger.schema import batch_members, passports
from connector.ledger.writing import event, record
from connector.model import BatchItem, EmailStatus

OVER_MISTAKES = 20
"""So many mistakes of a list are told at most."""


@dataclass(frozen=True, slots=True)
class ListBook(Composing):
    """The customer lists of each garage."""

    def compose(self, garage: str, by: By, form: Form, most: int, *, sends: bool) -> bool:
        """Compose one list of what is due, `most` rows at most; whether there was anything.

        `sends`: of those to invite, else of those to make or update only. What no list can say as it is, is a
        question from here on.
        """
        with self._turn(garage, "compose_list") as connection:
            job = self._writing(connection, garage, by)
            room = self._room(connection, garage, by, most) if sends else most
            reference = job.entropy(16).hex()
            due = passports.c.next_mails if sends else ~passports.c.next_mails
            found = composing.gather(connection, job, reference, room, due)
            members, lines = _listed(connection, job, found, form)
            if members:
                number = composing.insert(connection, job, reference, members, form.written(lines))
                name = name_of(number, by.today, sends=sends)
                composing.write(connection, garage, reference, list_name=name, list_sends=sends)
            return bool(found)

    def to_write(self, garage: str) -> list[listing.CustomerList]:
        """The lists that lie in no folder yet, oldest first."""
        with self.database.read() as connection:
            return listing.lists(connection, garage, "composed")

    def written(self, made: listing.CustomerList) -> None:
        """The list lies in its folder; what was in it is for a person to tell."""
        with self._turn(made.garage, "list_written") as connection:
            listed = {"state": "listed", "body": None, "run_at": self.now()}
            composing.write(connection, made.garage, made.reference, **listed)

    def taken_back(self, made: listing.CustomerList, by: By) -> None:
        """A list that lies in no folder names somebody who was erased since: it is composed anew without him."""
        with self._turn(made.garage, "list_taken_back") as connection:
            job = self._writing(connection, made.garage, by)
            if batch := composing.numbered(connection, made.garage, made.number):
                composing.close(connection, batch, "cancelled")
                composing.release(connection, job, batch, dict(composing.FREE))

    def done(self, garage: str, number: int, failed: Sequence[Failed], by: By) -> tuple[int, int]:
        """A person says that a list, or a batch that nobody asks about any more, is done but for some plates.

        How many passports are at iGarage, and how many failed. Raises `NotReleasable` with every plate that is not
        in it.
        """
        with self._turn(garage, "list_done") as connection:
            batch = _open(connection, garage, number)
            job = self._writing(connection, garage, by)
            _must_be_in(connection, batch, failed)
            items = _items(connection, batch, {each.plate: each.code for each in failed})
            late = settling.unwanted(connection, batch)
            settling.settle(connection, job, batch, items, self.now())
            composing.close(connection, batch, "done", finished_at=self.now())
            composing.release(connection, job, batch, dict(composing.FREE))
            record(connection, [event(garage, each, self.now(), "batch_too_late") for each in late])
            note_decision(connection)
            told = sum(each.result != "failed" for each in items)
            return told, len(items) - told


def _listed(
    connection: sa.Connection, job: claims.Claiming, found: Sequence[Member], form: Form
) -> tuple[list[Member], list[dict[str, str]]]:
    """The members that a list can say, each with its line; of the others it is asked what to do."""
    members, lines = [], []
    for row, facts, step in found:
        try:
            lines.append(form.line(row["plate"], composing.content(row)))
            members.append((row, facts, step))
        except Unlisted as error:
            _hold(connection, job, row, str(error))
    return members, lines


def _hold(connection: sa.Connection, job: claims.Claiming, row: dict[str, Any], why: str) -> None:
    """A question, as if iGarage had refused it; that it was to be in a list is not so."""
    plate, names = row["plate"], ("batch", "written", "deleted", "unanswered_address", "claim_mails")
    held = {"held": "refused", "held_since": job.now, "held_message": why}
    passport_rows.update(connection, job.garage, plate, {name: row[name] for name in names} | held)
    passport_rows.reindex_plates(connection, job.garage, job.policy, job.today, [plate])
    record(connection, [event(job.garage, plate, job.now, "held", reason="refused")])


def _open(connection: sa.Connection, garage: str, number: int) -> Batch:
    """Raises `NotReleasable` where there is no such batch, or its result is known."""
    batch = composing.numbered(connection, garage, number)
    if batch is None:
        raise NotReleasable(f"er is geen lijst of batch met nummer {number}: zie batches")
    if batch.state not in ("listed", "queued"):
        raise NotReleasable(f"van nummer {number} is al bekend wat ervan geworden is, of hij is nog niet weg")
    return batch


def _must_be_in(connection: sa.Connection, batch: Batch, failed: Sequence[Failed]) -> None:
    query = sa.select(batch_members.c.plate).where(
        batch_members.c.garage == batch.garage, batch_members.c.reference == batch.reference
    )
    inside = set(connection.execute(query).scalars())
    strange = [
        f"regel {each.line}: dit kenteken staat niet in nummer {batch.number}"
        for each in failed
        if each.plate not in inside
    ]
    if strange:
        raise NotReleasable("\n".join(strange[:OVER_MISTAKES]))


def _items(connection: sa.Connection, batch: Batch, failed: dict[str, str]) -> list[BatchItem]:
    """What became of each passport that is still in the batch, as iGarage would have told it."""
    this = (batch_members.c.garage == batch.garage) & (batch_members.c.reference == batch.reference)
    query = (
        sa.select(passports.c.plate, passports.c.delivered_revision, batch_members.c.send)
        .join(batch_members, settling.MEMBERSHIP)
        .where(this)
        .order_by(passports.c.plate)
    )
    return [
        BatchItem(
            plate=row.plate,
            result="failed"
            if row.plate in failed
            else ("created" if row.delivered_revision is None else "updated"),
            sent=row.send and row.plate not in failed,
            code=failed.get(row.plate),
            email=EmailStatus(),
        )
        for row in connection.execute(query)
    ]
