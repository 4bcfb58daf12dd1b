"""Claiming what is due under a lease, and closing the claim with what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector import closing
from connector.backoff import GiveUp, Retry, after_failure, is_own_failure
from connector.errors import DeliveryError, Refused, Transient
from connector.ledger import passports as passport_rows
from connector.ledger.schema import EPOCH, addresses, files, garages, passports
from connector.ledger.writing import event, record, upsert
from connector.model import Content, PassportStatus
from connector.plan import Passport, Policy, Put, Request, Wait, next_step

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
class Answered:
    """iGarage answered the request of the claim."""

    status: PassportStatus


@dataclass(frozen=True, slots=True)
class Looked:
    """The look before sending showed that nothing is to be sent (None: iGarage has no such passport)."""

    status: PassportStatus | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The request had no good end. `chance` in [0, 1) spreads the retries."""

    error: DeliveryError
    retry: Retry
    chance: float


Outcome = Answered | Looked | Failed


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
        facts = passport_rows.facts(row, row["verdict"])
        step = next_step(facts, job.policy, job.today)
        changes = passport_rows.index(facts, job.policy, job.today)
        if isinstance(step, Wait) or changes["next_mails"] != row["next_mails"]:
            _update(connection, job.garage, row["plate"], changes)
            continue
        token = job.entropy(8).hex()
        _update(connection, job.garage, row["plate"], changes | _lease(job, row, step, token))
        return _claim(job, row, facts, step, token)
    return None


def free_claims(connection: sa.Connection) -> int:
    """At start, under the instance lock: the claims of a dead process are free. How many there were."""
    freed = passports.update().where(passports.c.claim_token.is_not(None))
    return connection.execute(freed.values(claim_token=None, claim_until=None)).rowcount


def close(
    connection: sa.Connection, claim: Claim, outcome: Outcome, policy: Policy, today: date, now: datetime
) -> bool:
    """Write what came of a claim; False, and nothing is written, when its lease had passed."""
    row = _claimed(connection, claim, now)
    if row is None:
        return False
    if isinstance(outcome, Failed):
        changes, events, judged = _after_failure(connection, claim, row, outcome, now)
    else:
        changes, events, judged = _after_answer(connection, claim, row, outcome, now)
    _note_contact(connection, claim.garage, outcome, now)
    released = {**row, **changes, "claim_token": None, "claim_until": None, "last_attempt": now}
    verdict = passport_rows.verdicts(connection, claim.garage, [row["address"]]).get(row["address"])
    released |= passport_rows.index(passport_rows.facts(released, verdict), policy, today)
    _update(connection, claim.garage, claim.plate, released)
    passport_rows.reindex(connection, claim.garage, policy, today, only_addresses=judged)
    record(connection, [event(claim.garage, claim.plate, now, name, **detail) for name, detail in events])
    return True


def _due(connection: sa.Connection, job: Claiming) -> Row | None:
    free = passports.c.claim_until.is_(None) | (passports.c.claim_until <= job.now)
    wrong_clock = passports.c.claim_until > job.now + 2 * job.lease
    due = (passports.c.due_at <= job.due_before) | (passports.c.due_at > job.now + job.longest_wait)
    accepting = sa.exists().where(files.c.garage == job.garage, files.c.state == "accepting")
    query = (
        sa.select(passports, addresses.c.verdict)
        .outerjoin(
            addresses,
            (addresses.c.garage == passports.c.garage) & (addresses.c.address == passports.c.address),
        )
        .where(
            passports.c.garage == job.garage,
            passports.c.next_step != "wait",
            free | wrong_clock,
            due,
            ~passports.c.next_mails | ~accepting,
        )
        .order_by(passports.c.due_at, passports.c.plate)
        .limit(1)
        .with_for_update(skip_locked=True, of=passports)
    )
    return connection.execute(query).mappings().first()


def _lease(job: Claiming, row: Row, step: Request, token: str) -> Values:
    return {
        "claim_token": token,
        "claim_until": job.now + job.lease,
        "claim_revision": row["revision"],
        "written": row["written"] or isinstance(step, Put),
    }


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


def _claimed(connection: sa.Connection, claim: Claim, now: datetime) -> Row | None:
    query = sa.select(passports).where(
        passports.c.garage == claim.garage,
        passports.c.plate == claim.plate,
        passports.c.claim_token == claim.token,
        passports.c.claim_until > now,
    )
    return connection.execute(query.with_for_update()).mappings().first()


_Written = tuple[Values, list[tuple[str, Values]], list[str]]
"""Columns that change, events, and the addresses whose verdict changed."""


def _after_answer(
    connection: sa.Connection, claim: Claim, row: Row, outcome: Answered | Looked, now: datetime
) -> _Written:
    before = passport_rows.facts(row, None)
    after = _answered(claim, before, outcome, now)
    changes: Values = {**passport_rows.answered_facts(after), "attempts": 0, "last_failure": None}
    events: list[tuple[str, Values]] = []
    if isinstance(claim.step, Put) and isinstance(outcome, Answered):
        events.append(("delivered", {"revision": claim.passport.revision, "created": outcome.status.created}))
    if after.invitations > before.invitations:
        events.append(("invited", {"by": claim.step.name if isinstance(outcome, Answered) else "iGarage"}))
    if after.held:
        changes |= _held(after.held, "iGarage heeft dit AutoPaspoort niet meer.", now)
        events.append(("held", {"reason": after.held}))
    judged = _hear_of_address(connection, claim, outcome.status, now)
    return changes, events + [("address_judged", {}) for _ in judged], judged


def _answered(claim: Claim, before: Passport, outcome: Answered | Looked, now: datetime) -> Passport:
    if isinstance(outcome, Looked):
        return closing.after_look(before, outcome.status) or before
    if isinstance(claim.step, Put):
        claimed = claim.passport
        return closing.after_put(before, claimed.revision, claimed.address, claim.step.send, outcome.status)
    return closing.after_send(before, outcome.status, now)


def _hear_of_address(
    connection: sa.Connection, claim: Claim, status: PassportStatus | None, now: datetime
) -> list[str]:
    news = closing.address_news(status, claim.passport.address) if status else None
    if news is None:
        return []
    return _judge_address(connection, claim.garage, news, now)


def _judge_address(
    connection: sa.Connection, garage: str, news: closing.AddressNews, now: datetime
) -> list[str]:
    """Write a verdict; the address where that changed anything."""
    if passport_rows.verdicts(connection, garage, [news.address]).get(news.address) == news.verdict:
        return []
    values = {"garage": garage, "address": news.address, "verdict": news.verdict}
    upsert(connection, addresses, [{**values, "reason": news.reason, "since": now}])
    return [news.address]


def _after_failure(
    connection: sa.Connection, claim: Claim, row: Row, failed: Failed, now: datetime
) -> _Written:
    error = failed.error
    if isinstance(error, Refused):
        return _after_refusal(connection, claim, row, error, now)
    if error.scope == "garage":  # no attempt is spent, whoever's failure it is
        if not (isinstance(error, Transient) and not error.counts):
            _pause(connection, claim.garage, error, now)
        return {}, [], []
    attempts = row["attempts"] + _counts(connection, claim, row, error)
    retry_after = error.retry_after if isinstance(error, Transient) else None
    reaction = after_failure(attempts, failed.retry, failed.chance, retry_after)
    changes: Values = {"attempts": attempts, "last_failure": error.code}
    events = [] if row["last_failure"] == error.code else [("failed", {"code": error.code})]
    if isinstance(reaction, GiveUp):
        message = f"Na {attempts} pogingen niet gelukt; probeer opnieuw als de oorzaak weg is."
        return changes | _held("exhausted", message, now), [*events, ("held", {"reason": "exhausted"})], []
    return changes | {"due_at": now + timedelta(seconds=reaction.seconds)}, events, []


def _after_refusal(
    connection: sa.Connection, claim: Claim, row: Row, error: Refused, now: datetime
) -> _Written:
    """A refusal is a question about the revision that was asked; a newer one has not been asked yet."""
    if error.code == "email_invalid":
        news = closing.AddressNews(claim.passport.address, "unwritable", "email_invalid")
        judged = _judge_address(connection, claim.garage, news, now)
        return {}, [("address_judged", {"code": error.code})], judged
    refused = [("refused", {"code": error.code, "field": error.field, "revision": claim.passport.revision})]
    reason = closing.after_refusal(error)
    if row["revision"] != claim.passport.revision and reason == "refused":
        return {}, refused, []
    return _held(reason, _refusal_message(error), now) | {"last_failure": error.code}, refused, []


def _refusal_message(error: Refused) -> str:
    where = f" (veld {error.field})" if error.field else ""
    sentences = {
        "owner_conflict": "Volgens iGarage hoort dit kenteken bij een andere klant.",
        "not_found": "iGarage heeft dit AutoPaspoort niet meer.",
    }
    return sentences.get(error.code, f"iGarage weigert dit AutoPaspoort: {error.code}{where}.")


def _held(reason: str | None, message: str, now: datetime) -> Values:
    return {"held": reason, "held_since": now, "held_message": message}


def _counts(connection: sa.Connection, claim: Claim, row: Row, error: DeliveryError) -> bool:
    """Whether this failure is the passport's own, and so an attempt."""
    if isinstance(error, Transient) and not error.counts:
        return False
    contact = connection.execute(
        sa.select(garages.c.last_contact).where(garages.c.garage == claim.garage)
    ).scalar()
    return is_own_failure(_seconds(row["last_attempt"]), _seconds(contact))


def _seconds(instant: datetime | None) -> float | None:
    return None if instant is None else (instant - EPOCH).total_seconds()


def _pause(connection: sa.Connection, garage: str, error: DeliveryError, now: datetime) -> None:
    until = None
    if isinstance(error, Transient) and error.retry_after is not None:
        until = now + timedelta(seconds=error.retry_after)
    pause(connection, garage, error.code, now, until)


def pause(connection: sa.Connection, garage: str, code: str, now: datetime, until: datetime | None) -> None:
    """Pause a garage; `paused_since` stays that of the first pause, while it lasts."""
    since = sa.func.coalesce(garages.c.paused_since, sa.bindparam("since", now, garages.c.paused_since.type))
    connection.execute(
        garages.update()
        .where(garages.c.garage == garage)
        .values(paused_code=code, paused_since=since, paused_until=until)
    )


def _note_contact(connection: sa.Connection, garage: str, outcome: Outcome, now: datetime) -> None:
    """A call that iGarage answered for this garage, be it with a refusal, is a success of the connection."""
    if isinstance(outcome, Failed) and not isinstance(outcome.error, Refused):
        return
    connection.execute(garages.update().where(garages.c.garage == garage).values(last_contact=now))


def _update(connection: sa.Connection, garage: str, plate: str, values: Mapping[str, Any]) -> None:
    known = {name: value for name, value in values.items() if name in passports.c}
    connection.execute(
        passports.update().where(passports.c.garage == garage, passports.c.plate == plate).values(known)
    )
