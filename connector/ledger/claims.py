"""Claiming what is due, under a lease."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from connector.canonical import parsed
from connector.ledger import passports as passport_rows
from connector.ledger.schema import IS_REQUEST, addresses, files, garages, passports
from connector.ledger.writing import found, rewrite
from connector.model import Content
from connector.plan import Delete, Look, Passport, Policy, Put, Request, Transfer, Wait, next_step

Row = Mapping[Any, Any]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """One request that this worker alone may make, until its lease has passed.

    `key` is the idempotency key, the same for every try of the same verb and revision; `quiet_key` that of a transfer
    which, after a look, is to invite nobody. `before` is what the claim wrote over, for one that is given back.
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
    quiet_key: str = ""
    before: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claiming:
    """What a claim needs to know: the garage's policy and local date, and the lease (deadline + 60 s).

    No retry is further ahead than `longest_wait`; one that is was set by a wrong clock, and counts as past. Where the
    garage `gathers`, passports wait for a batch: a PUT is claimed only where no batch takes it.
    """

    garage: str
    policy: Policy
    today: date
    now: datetime
    lease: timedelta
    longest_wait: timedelta
    due_before: datetime
    gathers: bool
    entropy: Callable[[int], bytes]
    ledger_id: str


def claim(connection: sa.Connection, job: Claiming, most: int) -> list[Claim]:
    """Claim so many requests at most, those that are due longest.

    What the index promised is asked again of `next_step`; where that says otherwise the index is put right.
    """
    claimed: list[Claim] = []
    while len(claimed) < most and (rows := due(connection, job, most - len(claimed))):
        changed = []
        for row in rows:
            facts = passport_rows.facts(row, row.pop("verdict"), row.pop("reason"))
            step = next_step(facts, job.policy, job.today)
            changes = passport_rows.index(facts, job.policy, job.today)
            if not isinstance(step, Wait) and changes["next_mails"] == row["next_mails"]:
                token = job.entropy(8).hex()
                changes |= _lease(job, row, step, token)
                claimed.append(_claim(job, row, facts, step, token))
            changed.append((row, {**row, **changes}))
        rewrite(connection, passports, changed)
    return claimed


def unclaimed(row: Row, facts: Passport, step: Request) -> Claim:
    """What a claim of a request would be that nobody here made: its answer is known already."""
    named = {name: row[name] for name in ("garage", "plate", "system", "record")}
    return Claim(**named, token="", step=step, key="", content={}, passport=facts)


def give_back(connection: sa.Connection, garage: str, claims: Sequence[Claim]) -> None:
    """Claims of which the request was never begun are free again, and nothing may have been done at iGarage by them.

    One whose lease passed meanwhile is another's, and of one that was erased meanwhile nothing is written back.
    """
    for each in claims:
        mine = (passports.c.garage == garage) & (passports.c.plate == each.plate)
        mine &= passports.c.claim_token == each.token
        connection.execute(passports.update().where(mine, passports.c.erasure.is_(None)).values(each.before))
        connection.execute(passports.update().where(mine).values(claim_token=None, claim_until=None))


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
    *,
    gathers: bool = False,
) -> Backlog:
    """What a garage's delivery has before it. A time further ahead than its longest was set by a wrong clock: past."""
    free, due = _free(now, now + 2 * lease), _is_due(now, now + longest_wait)
    direct = _goes_direct(sa.literal(gathers))
    requests = sa.select(passports.c.due_at).where(passports.c.garage == garage, IS_REQUEST, direct)
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


Instant = datetime | sa.BindParameter[Any]


def _free(now: Instant, wrong: Instant) -> sa.ColumnElement[bool]:
    """Whether nobody has a lease; one beyond `wrong`, further ahead than any is, is of a wrong clock."""
    until = passports.c.claim_until
    return until.is_(None) | (until <= now) | (until > wrong)


def _is_due(due_before: Instant, wrong: Instant) -> sa.ColumnElement[bool]:
    """Whether a request is due; a wait beyond `wrong`, further ahead than any is, is of a wrong clock."""
    return (passports.c.due_at <= due_before) | (passports.c.due_at > wrong)


def _goes_direct(gathers: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether a request goes by itself: where PUTs gather for a batch, all others do, and what no batch takes."""
    alone = passports.c.direct_revision == passports.c.revision
    return ~gathers | (passports.c.next_step != Put.name) | alone


def free_claims(connection: sa.Connection) -> int:
    """At start, under the instance lock: the claims of a dead process are free. How many there were."""
    freed = passports.update().where(passports.c.claim_token.is_not(None))
    return connection.execute(freed.values(claim_token=None, claim_until=None)).rowcount


def due(connection: sa.Connection, job: Claiming, most: int, *only: sa.ColumnElement[bool]) -> list[Values]:
    """The requests that are due longest, of those that nothing stands in the way of, and of `only` some."""
    return found(connection, _due_query().where(*only), _given(job, most))


def due_plates(job: Claiming, most: int, *only: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The plates of the same, to be counted."""
    query = _due_query().where(*only).params(_given(job, most))
    return query.with_only_columns(passports.c.plate)


def _given(job: Claiming, most: int) -> Values:
    return {
        "garage": job.garage,
        "now": job.now,
        "wrong_lease": job.now + 2 * job.lease,
        "due_before": job.due_before,
        "wrong_wait": job.now + job.longest_wait,
        "gathers": job.gathers,
        "most": most,
    }


_CLAIMED = (
    *("garage", "plate", "seed", "system", "record", *passport_rows.FACTS, *passport_rows.INDEX),
    *("claim_token", "claim_until", "claim_mails"),
)
"""The columns that a claim reads or writes: of what is due many rows are fetched."""


@cache
def _due_query() -> sa.Select[Any]:
    """Made once: it is asked for every few requests, and making it takes longer than asking."""
    garage: sa.BindParameter[Any] = sa.bindparam("garage")
    most: sa.BindParameter[Any] = sa.bindparam("most")
    accepting = sa.exists().where(files.c.garage == garage, files.c.state == "accepting")
    paused = sa.exists().where(garages.c.garage == garage, garages.c.paused_code.is_not(None))
    unread = sa.exists().where(garages.c.garage == garage, garages.c.unread)
    return (
        passport_rows.with_verdict(
            *(passports.c[name] for name in _CLAIMED), addresses.c.verdict, addresses.c.reason
        )
        .where(
            passports.c.garage == garage,
            IS_REQUEST,
            _free(sa.bindparam("now"), sa.bindparam("wrong_lease")),
            _is_due(sa.bindparam("due_before"), sa.bindparam("wrong_wait")),
            ~passports.c.next_mails | ~accepting,
            _goes_direct(sa.bindparam("gathers")),
            (passports.c.next_step == Look.name) | ~unread,
            ~paused,
        )
        .order_by(passports.c.due_at, passports.c.plate)
        .limit(most)
    )


def _lease(job: Claiming, row: Row, step: Request, token: str) -> Values:
    """What a claim writes at once: what may be done at iGarage from now on, answered or not."""
    lease = {"claim_token": token, "claim_until": job.now + job.lease, "claim_mails": step.mails}
    if isinstance(step, Put | Transfer):
        lease |= {"written": True, "deleted": False, "unanswered_address": row["address"]}
    return lease


def _claim(job: Claiming, row: Row, facts: Passport, step: Request, token: str) -> Claim:
    return Claim(
        garage=job.garage,
        plate=row["plate"],
        token=token,
        step=step,
        key=_key(job, row, step),
        content=parsed(row["content"]),
        system=row["system"],
        record=row["record"],
        passport=facts,
        quiet_key=_key(job, row, Transfer(send=False)) if isinstance(step, Transfer) else "",
        before={name: row[name] for name in ("written", "deleted", "unanswered_address")},
    )


def _key(job: Claiming, row: Row, step: Request) -> str:
    """32 characters that depend on the ledger, the garage, the passport's row, the verb and its number alone."""
    verb, number = passport_rows.verb(step), _number(row, step)
    parts = [job.ledger_id, job.garage, bytes(row["seed"]).hex(), verb, number]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _number(row: Row, step: Request) -> str:
    """What makes a request of a verb another one: the revision it carries, the invitation it is, or both."""
    revision, invitation = str(row["revision"]), str(row["invitations"] + 1)
    if isinstance(step, Transfer):
        return f"{revision}/{invitation}"
    return revision if isinstance(step, Put | Delete) else invitation
