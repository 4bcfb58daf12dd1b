"""What comes of a claim on a passport that is being forgotten: nothing that it tells of a person is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector.backoff import GiveUp, Retry, after_failure
from connector.errors import DeliveryError, Refused, Transient, Unknown
from connector.ledger import hashes
from connector.ledger.erasing import sane
from connector.ledger.schema import batch_members, events, passports

Row = Mapping[Any, Any]


def after_failed_withdrawal(
    row: Row, error: DeliveryError, retry: Retry, chance: float, now: datetime
) -> dict[str, Any]:
    """A withdrawal that failed is tried again and again: nobody is asked what to do about it.

    After its last attempt, or a refusal, it goes on at the longest distance.
    """
    attempts = row["attempts"] + 1
    retry_after = error.retry_after if isinstance(error, Transient) else None
    reaction = after_failure(attempts, retry, chance, retry_after)
    seconds = retry.max if isinstance(error, Refused) or isinstance(reaction, GiveUp) else reaction.seconds
    return {
        "attempts": attempts,
        "last_failure": error.code,
        "due_at": now + timedelta(seconds=seconds),
    }


def after_late(row: Row, error: DeliveryError | None, now: datetime) -> dict[str, Any]:
    """What was under way when the passport was to be forgotten: it is withdrawn now.

    Where it had no answer it may still be done, and so is withdrawn when its lease has passed.
    """
    until = sane(row["claim_until"], now) if isinstance(error, Unknown) else None
    return {"due_at": until or now}


def remove(connection: sa.Connection, garage: str, gone: Sequence[Row], now: datetime) -> None:
    """iGarage has withdrawn these passports: their plates go too."""
    plates = [row["plate"] for row in gone]
    if not plates:
        return
    for table in (passports, events, batch_members):
        connection.execute(table.delete().where(table.c.garage == garage, table.c.plate.in_(plates)))
    hashes.note_withdrawn(connection, {row["erasure"] for row in gone}, now)
