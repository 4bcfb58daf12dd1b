"""The brake on mails: how many invitations a garage's local day would bring, and whether any of them goes.

It is judged anew whenever it is asked, from what stands in the ledger: the invitations that were confirmed today, those
under way and those due, whatever made them due. While it is closed nothing mails, until a person lets so many go, or
all of that day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from connector.errors import NotReleasable
from connector.ledger.passports import index_name
from connector.ledger.schema import IN_BATCH, IS_CLAIMED, WANTS_MAIL, garages, mail_days, passports
from connector.ledger.writing import upsert
from connector.plan import Policy

RECENT = timedelta(hours=24)
"""A mail that iGarage dates further back is not of today."""


@dataclass(frozen=True, slots=True)
class Brake:
    """How the brake of a garage stands on one local day. Counts are of invitations.

    `limit`: the most that go without asking. `allowed`: so many may be out today all the same, a person said (None:
    nobody did); `everything`: all may.
    """

    limit: int
    mailed: int
    under_way: int
    due: int
    allowed: int | None = None
    everything: bool = False

    @property
    def wanted(self) -> int:
        """What this day would bring, with what went already."""
        return self.mailed + self.under_way + self.due

    @property
    def is_closed(self) -> bool:
        """Whether no further mail goes now."""
        if self.everything or self.wanted <= self.limit:
            return False
        return self.allowed is None or self.mailed + self.under_way >= self.allowed


def brake(connection: sa.Connection, garage: str, limit: int, today: date, now: datetime) -> Brake:
    """How the brake stands. `today` is the garage's local date."""
    day = mail_days.c
    query = sa.select(day.mailed, day.allowed, day.everything)
    row = connection.execute(query.where(day.garage == garage, day.day == today.isoformat())).first()
    under_way = [
        (IS_CLAIMED, (passports.c.claim_until > now) & passports.c.claim_mails),
        (IN_BATCH, passports.c.claim_mails),
    ]
    wanted = sum(_count(connection, garage, *each, passports.c.wants_mail) for each in under_way)
    return Brake(
        limit,
        mailed=row.mailed if row else 0,
        under_way=sum(_count(connection, garage, *each) for each in under_way),
        due=_count(connection, garage, WANTS_MAIL) - wanted,
        allowed=row.allowed if row else None,
        everything=bool(row and row.everything),
    )


def in_force(connection: sa.Connection, garage: str, policy: Policy, today: date, now: datetime) -> Policy:
    """The policy as it counts now: with its mails stopped where the brake is closed."""
    if policy.mails is None:
        return policy
    closed = brake(connection, garage, policy.mails, today, now).is_closed
    return replace(policy, mails_stopped=closed)


def in_force_to_write(
    connection: sa.Connection, garage: str, policy: Policy, today: date, now: datetime
) -> Policy:
    """The same, for a transaction that writes steps by it: an index that was made by another is no longer whole."""
    counts = in_force(connection, garage, policy, today, now)
    if policy.mails is not None:
        other = garages.c.indexed_for != index_name(counts, today)
        connection.execute(garages.update().where(garages.c.garage == garage, other).values(indexed_for=None))
    return counts


def room(connection: sa.Connection, garage: str, policy: Policy, today: date, now: datetime) -> int | None:
    """How many mails a person still lets go today; None where nobody counts them: the brake has nothing to say."""
    if policy.mails is None:
        return None
    stands = brake(connection, garage, policy.mails, today, now)
    if stands.everything or stands.allowed is None or stands.wanted <= stands.limit:
        return None
    return max(stands.allowed - stands.mailed - stands.under_way, 1)


def count(connection: sa.Connection, garage: str, today: date, number: int) -> None:
    """So many invitations were confirmed today."""
    day = _day(connection, garage, today)
    connection.execute(mail_days.update().where(day).values(mailed=mail_days.c.mailed + number))


def release(
    connection: sa.Connection, garage: str, policy: Policy, today: date, now: datetime, number: int | None
) -> None:
    """Let so many more mails go today; None: all of today. Raises `NotReleasable` where the brake is not closed."""
    stands = brake(connection, garage, policy.mails or 0, today, now)
    if policy.mails is None or not stands.is_closed:
        raise NotReleasable("er wachten geen uitnodigingen op vrijgave")
    allowed = None if number is None else stands.mailed + stands.under_way + number
    day = _day(connection, garage, today)
    connection.execute(mail_days.update().where(day).values(allowed=allowed, everything=number is None))


def _day(connection: sa.Connection, garage: str, today: date) -> sa.ColumnElement[bool]:
    """The row of a day, made where there is none."""
    upsert(connection, mail_days, [{"garage": garage, "day": today.isoformat()}])
    return (mail_days.c.garage == garage) & (mail_days.c.day == today.isoformat())


def _count(connection: sa.Connection, garage: str, *which: sa.ColumnElement[bool] | sa.TextClause) -> int:
    query = sa.select(sa.func.count()).select_from(passports).where(passports.c.garage == garage, *which)
    return int(connection.execute(query).scalar_one())
