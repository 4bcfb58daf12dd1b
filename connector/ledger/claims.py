"""Claiming what is due, under a lease."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector.ledger import passports as passport_rows
from connector.ledger.schema import IS_REQUEST, addresses, files, garages, passports
from connector.model import Content
from connector.plan import Look, Passport, Policy, Put, Request, Wait, next_step

Row = Mapping[Any, Any]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """One request that this worker alone may make, until its lease has passed.

    `address` is the one in the content as it stands in the request; `key` the idempotency key, the same for every
    try of the same verb and revision.
    """

    garage: str
    plate: str
    token: str
    step: Request
    key: str
    content: Content
    system: str
    record: str
    passport: Passport


@dataclass(frozen=True, slots=True)
class Claiming:
    """What a claim needs to know: the garage's policy and local date, and the lease (deadline + 60 s).

    No retry is further ahead than `longest_wait`; one that is was set by a wrong clock, and counts as past.
    """

    garage: str
    policy: Policy
    today: date
    now: datetime
    lease: timedelta
    longest_wait: timedelta
    due_before: datetime
    entropy: Callable[[int], bytes]
    ledger_id: str


def claim(connection: sa.Connection, job: Claiming) -> Claim | None:
    """Claim the request that is due longest, or None. What the index promised is asked again of `next_step`."""
    while row := _due(connection, job):
        facts = passport_rows.facts(row, row["verdict"], row["reason"])
        step = next_step(facts, job.policy, job.today)
        changes = passport_rows.index(facts, job.policy, job.today)
        if isinstance(step, Wait) or changes["next_mails"] != row["next_mails"]:
            passport_rows.update(connection, job.garage, row["plate"], changes)
            continue
        token = job.entropy(8).hex()
        passport_rows.update(connection, job.garage, row["plate"], changes | _lease(job, row, step, token))
        return _claim(job, row, facts, step, token)
    return None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What delivery has before it.

    `now`: how many requests could be claimed now, counted up to a bound. `next_at`: when the next one is due, or None.
    """

    now: int
    next_at: datetime | None


def backlog(
    connection: sa.Connection,
    garage: str,
    now: datetime,
    lease: timedelta,
    longest_wait: timedelta,
    bound: int,
) -> Backlog:
    """What a garage's delivery has before it. A time further ahead than its longest was set by a wrong clock: past."""
    free, due = _free(now, lease), _is_due(now, now, longest_wait)
    requests = sa.select(passports.c.due_at).where(passports.c.garage == garage, IS_REQUEST)
    ready = requests.where(free, due).limit(bound).subquery()
    count = connection.execute(sa.select(sa.func.count()).select_from(ready)).scalar_one()
    waiting = requests.where(free, ~due).order_by(passports.c.due_at).limit(1)
    leased = sa.select(sa.func.min(passports.c.claim_until)).where(
        passports.c.garage == garage, IS_REQUEST, ~free
    )
    times = [connection.execute(query).scalar() for query in (waiting, leased)]
    if count:
        times.append(now)
    return Backlog(count, min((each for each in times if each is not None), default=None))


def _free(now: datetime, lease: timedelta) -> sa.ColumnElement[bool]:
    """Whether nobody has a lease; one further ahead than any is of a wrong clock."""
    until = passports.c.claim_until
    return until.is_(None) | (until <= now) | (until > now + 2 * lease)


def _is_due(now: datetime, due_before: datetime, longest_wait: timedelta) -> sa.ColumnElement[bool]:
    """Whether a request is due; a wait further ahead than any is of a wrong clock."""
    return (passports.c.due_at <= due_before) | (passports.c.due_at > now + longest_wait)


def free_claims(connection: sa.Connection) -> int:
    """At start, under the instance lock: the claims of a dead process are free. How many there were."""
    freed = passports.update().where(passports.c.claim_token.is_not(None))
    return connection.execute(freed.values(claim_token=None, claim_until=None)).rowcount


def _due(connection: sa.Connection, job: Claiming) -> Row | None:
    accepting = sa.exists().where(files.c.garage == job.garage, files.c.state == "accepting")
    paused = sa.exists().where(garages.c.garage == job.garage, garages.c.paused_code.is_not(None))
    unread = sa.exists().where(garages.c.garage == job.garage, garages.c.unread)
    query = (
        sa.select(passports, addresses.c.verdict, addresses.c.reason)
        .outerjoin(
            addresses,
            (addresses.c.garage == passports.c.garage) & (addresses.c.address == passports.c.address),
        )
        .where(
            passports.c.garage == job.garage,
            IS_REQUEST,
            _free(job.now, job.lease),
            _is_due(job.now, job.due_before, job.longest_wait),
            ~passports.c.next_mails | ~accepting,
            (passports.c.next_step == Look.name) | ~unread,
            ~paused,
        )
        .order_by(passports.c.due_at, passports.c.plate)
        .limit(1)
    )
    return connection.execute(query).mappings().first()


def _lease(job: Claiming, row: Row, step: Request, token: str) -> Values:
    lease = {"claim_token": token, "claim_until": job.now + job.lease}
    return lease | ({"written": True, "unanswered_address": row["address"]} if isinstance(step, Put) else {})


def _claim(job: Claiming, row: Row, facts: Passport, step: Request, token: str) -> Claim:
    number = row["revision"] if isinstance(step, Put) else row["invitations"] + 1
    return Claim(
        garage=job.garage,
        plate=row["plate"],
        token=token,
        step=step,
        key=_key(job, row, step, number),
        content=json.loads(row["content"]),
        system=row["system"],
        record=row["record"],
        passport=facts,
    )


def _key(job: Claiming, row: Row, step: Request, number: int) -> str:
    """32 characters that depend on the ledger, the garage, the passport's row, the verb and its number alone."""
    parts = [job.ledger_id, job.garage, bytes(row["seed"]).hex(), passport_rows.verb(step), str(number)]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
