"""What a person did in iGarage because no list can say it: written as iGarage's answer to it would have been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from connector.errors import NotReleasable
from connector.ledger import addresses, outcomes
from connector.ledger import passports as passport_rows
from connector.ledger.claims import unclaimed
from connector.model import EmailStatus, PassportStatus
from connector.plan import Delete, Policy, Request, Send, Transfer, next_step


def done(
    connection: sa.Connection, row: Mapping[Any, Any], policy: Policy, today: date, now: datetime
) -> None:
    """It was done now. Raises `NotReleasable` where nothing is to be done by hand any more."""
    garage = row["garage"]
    verdict = addresses.judged(connection, garage, [row["address"]]).get(row["address"], (None, None))
    facts = passport_rows.facts(row, *verdict)
    step = next_step(facts, replace(policy, by_list=False), today)
    if not isinstance(step, Send | Transfer | Delete):
        raise NotReleasable("bij dit AutoPaspoort is niets meer met de hand te doen")
    closing = (unclaimed(row, facts, step), _outcome(step, row["plate"], now), dict(row))
    outcomes.write(connection, garage, [closing], policy, today, now)


def _outcome(step: Request, plate: str, now: datetime) -> outcomes.Outcome:
    if isinstance(step, Delete):
        return outcomes.Withdrawn()
    mailed = now if step.mails else None
    status = PassportStatus(plate, "sent" if mailed else "concept", mailed, EmailStatus(), created=False)
    return (
        outcomes.HandedOver(status, step.mails) if isinstance(step, Transfer) else outcomes.Answered(status)
    )
