"""What became of a batch's passports, written as the answer to each of them would have been."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connector.backoff import Retry
from connector.errors import Refused
from connector.ledger import outcomes
from connector.ledger import passports as passport_rows
from connector.ledger.claims import Claim, Claiming, unclaimed
from connector.ledger.composing import Batch
from connector.ledger.schema import batch_members, passports
from connector.ledger.writing import among, found
from connector.model import BatchItem, PassportStatus
from connector.plan import Put

STATUSES = {"email_invalid": 422, "owner_conflict": 409}
"""The status with which a passport by itself would have been refused for the same reason; 422 for any other."""

MEMBERSHIP = (
    (batch_members.c.garage == passports.c.garage)
    & (batch_members.c.reference == passports.c.batch)
    & (batch_members.c.plate == passports.c.plate)
)
"""A passport beside what its batch says of it."""


def unwanted(connection: sa.Connection, batch: Batch) -> list[str]:
    """Plates of a batch that is not run yet of which it would do what nobody wants any more.

    The passport is to be withdrawn or not to be made, or its mail would go to another address than is meant now, or
    must not go at all. That the brake on mails closed is no reason: what is in a batch was counted.
    """
    other_mail = batch_members.c.send & (
        (passports.c.address != batch_members.c.address) | ~passports.c.wants_mail
    )
    not_made = (passports.c.next_why == "opted_out") & passports.c.delivered_revision.is_(None)
    query = (
        sa.select(passports.c.plate)
        .join(batch_members, MEMBERSHIP)
        .where(
            passports.c.garage == batch.garage,
            passports.c.batch == batch.reference,
            passports.c.absent | not_made | other_mail,
        )
    )
    return sorted(connection.execute(query).scalars())


def settle(
    connection: sa.Connection, job: Claiming, batch: Batch, items: Sequence[BatchItem], ended: datetime
) -> None:
    """Write what became of passports that are still in the batch; what was told before is told once."""
    told = {each.plate: each for each in items}
    closings = []
    results: dict[tuple[str, str | None], list[str]] = {}
    for row in _members(connection, batch, list(told)):
        item = told[row["plate"]]
        closings.append((_claim(row), _outcome(item, ended), row))
        results.setdefault((item.result, item.code), []).append(item.plate)
    outcomes.write(connection, job.garage, closings, job.policy, job.today, job.now)
    this = (batch_members.c.garage == batch.garage) & (batch_members.c.reference == batch.reference)
    for (result, code), plates in results.items():
        alike = this & among(connection, batch_members.c.plate, plates)
        connection.execute(batch_members.update().where(alike).values(result=result, code=code))


def _members(connection: sa.Connection, batch: Batch, plates: Sequence[str]) -> list[dict[str, Any]]:
    """The passports of these plates that are in the batch, each with what the batch says of it."""
    composed = ("revision", "address", "asked", "send")
    query = (
        sa.select(passports, *(batch_members.c[name].label(f"composed_{name}") for name in composed))
        .join(batch_members, MEMBERSHIP)
        .where(
            passports.c.garage == batch.garage,
            passports.c.batch == batch.reference,
            among(connection, passports.c.plate, plates),
        )
    )
    return found(connection, query)


def _claim(row: dict[str, Any]) -> Claim:
    """A passport of a batch as a claim of it would be; the columns of the batch leave the row."""
    composed = {name: row.pop(f"composed_{name}") for name in ("revision", "address", "asked", "send")}
    send = composed.pop("send")
    facts = passport_rows.facts(row, None, None)._replace(**composed)
    return unclaimed(row, facts, Put(send=send))


def _outcome(item: BatchItem, ended: datetime) -> outcomes.Outcome:
    """The outcome of a request that the item is the answer to; a mail of it went at `ended` at the latest."""
    if item.result != "failed":
        status = PassportStatus(
            plate=item.plate,
            state="sent" if item.sent else "concept",
            sent_at=ended if item.sent else None,
            email=item.email,
            created=item.result == "created",
            sent_by=item.sent,
        )
        return outcomes.Answered(status)
    code = item.code or "invalid"
    field = "customer.email" if code == "email_invalid" else None
    error = Refused(
        "the batch could not do this passport", code=code, status=STATUSES.get(code, 422), field=field
    )
    return outcomes.Failed(error, Retry(), 0.0)
