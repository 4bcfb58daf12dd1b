"""What comes of a claim: an answer becomes facts, a failure an attempt, a pause or a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector import closing
from connector.backoff import PROBING, GiveUp, Probing, Retry, after_failure, is_own_failure
from connector.emails import key as address_key
from connector.errors import DeliveryError, Refused, Transient, Unknown
from connector.ledger import addresses, forgotten, garages, mails, owning, refusals, replating
from connector.ledger import passports as passport_rows
from connector.ledger.claims import Claim
from connector.ledger.schema import EPOCH, passports
from connector.ledger.writing import event, found, record, rewrite
from connector.model import PassportStatus
from connector.plan import Delete, Look, Passport, Policy, Put, Transfer, same_address

Row = Mapping[Any, Any]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """iGarage answered the request of the claim."""

    status: PassportStatus


@dataclass(frozen=True, slots=True)
class Looked:
    """The look before sending showed that nothing is to be sent (None: iGarage has no such passport)."""

    status: PassportStatus | None


@dataclass(frozen=True, slots=True)
class Compared:
    """iGarage was asked what it has, for no request (None: it has no such passport)."""

    status: PassportStatus | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The request had no good end. `chance` in [0, 1) spreads the retries, and the probes of a pause."""

    error: DeliveryError
    retry: Retry
    chance: float
    probing: Probing = PROBING
    on_file: str | None = None
    """The address that iGarage has, where it says that another customer has the car, and nobody knew of him."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """iGarage handed the passport over, with an invitation or without: as was asked after the look."""

    status: PassportStatus
    send: bool


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """iGarage has the passport no more; it tells nothing else."""

    status: None = None


_Good = Answered | Looked | Compared | HandedOver | Withdrawn
Outcome = _Good | Failed

Closing = tuple[Claim, Outcome]
"""A claim with what came of it."""


def close(
    connection: sa.Connection,
    garage: str,
    closings: Sequence[Closing],
    policy: Policy,
    today: date,
    now: datetime,
) -> list[bool]:
    """Write what came of claims, in the order given; False for one whose lease had passed: nothing is written of it."""
    rows = _claimed(connection, garage, [claim for claim, _ in closings], now)
    held = [(claim, outcome, rows[claim.token]) for claim, outcome in closings if claim.token in rows]
    write(connection, garage, held, policy, today, now)
    return [claim.token in rows for claim, _ in closings]


def write(
    connection: sa.Connection,
    garage: str,
    closings: Sequence[tuple[Claim, Outcome, Row]],
    policy: Policy,
    today: date,
    now: datetime,
) -> None:
    """Write what came of claims, each with its passport as it stands."""
    written = _Written()
    for claim, outcome, row in closings:
        _close(connection, claim, outcome, row, policy, now, written)
    if written.mailed:
        mails.count(connection, garage, today, written.mailed)
    judged = addresses.judged(connection, garage, (row["address"] for _, row in written.passports))
    for _, row in written.passports:
        facts = passport_rows.facts(row, *judged.get(row["address"], (None, None)))
        row.update(passport_rows.index(facts, policy, today))
    rewrite(connection, passports, written.passports)
    passport_rows.reindex(connection, garage, policy, today, only_addresses=written.judged)
    moved = [row for row in written.answered if row["successor"] is not None]
    replating.settle_doubt(connection, garage, moved, policy, today)
    record(connection, written.events)
    forgotten.remove(connection, garage, written.gone, now)


@dataclass(slots=True)
class _Written:
    """What closing several claims will write. `contact`: that the garage had contact is noted, and still holds.

    `mailed`: invitations of today that iGarage confirmed.
    """

    passports: list[tuple[Row, Values]] = field(default_factory=list)
    """Each as it was and as it is."""
    events: list[Values] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)
    contact: bool = False
    mailed: int = 0
    answered: list[Values] = field(default_factory=list)
    """Those of which it is known now whether they were invited for."""
    gone: list[Row] = field(default_factory=list)
    """Passports of the erased that iGarage has withdrawn."""


def _close(
    connection: sa.Connection,
    claim: Claim,
    outcome: Outcome,
    row: Row,
    policy: Policy,
    now: datetime,
    written: _Written,
) -> None:
    events: list[tuple[str, Values]] = []
    judged: list[str] = []
    if row["erasure"] is not None:
        changes = _after_erasure(connection, claim, row, outcome, policy, now)
        written.gone += [row] if isinstance(outcome, Withdrawn) else []
    elif isinstance(outcome, Failed):
        changes, events, judged = _after_failure(connection, claim, row, outcome, policy, now)
        changes |= _withdrawn_later(claim, outcome, changes, now)
    else:
        changes, events, judged = _after_answer(connection, claim, row, outcome, now)
    _note_contact(connection, claim.garage, outcome, now, written)
    closed = {**row, **changes, "claim_token": None, "claim_until": None, "batch": None, "last_attempt": now}
    written.passports.append((row, closed))
    if not isinstance(outcome, Failed) or isinstance(outcome.error, Refused):
        written.answered.append(closed)
    written.mailed += closed["invitations"] > row["invitations"] and _is_recent(claim, outcome, closed, now)
    written.events += [event(claim.garage, claim.plate, now, name, **detail) for name, detail in events]
    written.judged += judged


def _after_erasure(
    connection: sa.Connection, claim: Claim, row: Row, outcome: Outcome, policy: Policy, now: datetime
) -> Values:
    """Of a passport that is being forgotten: what iGarage says of it is not kept, and no person is asked."""
    error = outcome.error if isinstance(outcome, Failed) else None
    if isinstance(outcome, Failed) and error and error.scope == "garage":
        return _after_failure(connection, claim, row, outcome, policy, now)[0]
    if isinstance(claim.step, Delete) and isinstance(outcome, Failed):
        return forgotten.after_failed_withdrawal(row, outcome.error, outcome.retry, outcome.chance, now)
    return forgotten.after_late(row, error, now)


def _is_recent(claim: Claim, outcome: Outcome, closed: Row, now: datetime) -> bool:
    """Whether a mail that an answer tells of is of today, for the brake: it was asked for now, or is dated so."""
    asked_for_now = claim.step.mails and isinstance(outcome, Answered | HandedOver)
    return asked_for_now or now - closed["invited_at"] < mails.RECENT


def _claimed(
    connection: sa.Connection, garage: str, claims: Sequence[Claim], now: datetime
) -> dict[str, Values]:
    """Token → passport, of the claims that still hold."""
    query = sa.select(passports).where(
        passports.c.garage == garage,
        passports.c.plate.in_([each.plate for each in claims]),
        passports.c.claim_until > now,
    )
    tokens = {each.token for each in claims}
    return {row["claim_token"]: row for row in found(connection, query) if row["claim_token"] in tokens}


_ANSWERED: Mapping[str, None] = {"unanswered_address": None, "unanswered_until": None}
"""What is known of an answered request: it cannot come late, nor have given another address unseen."""

_Changes = tuple[Values, list[tuple[str, Values]], list[str]]
"""Columns that change, events, and the addresses whose verdict changed."""


def _after_answer(
    connection: sa.Connection, claim: Claim, row: Row, outcome: _Good, now: datetime
) -> _Changes:
    before = _asked_facts(row)
    after = _answered(claim, before, outcome, now)
    changes: Values = {**passport_rows.answered_facts(after), "attempts": 0, "last_failure": None}
    changes |= {**_ANSWERED, **_name_taken(claim, row, outcome)}
    events = list(_told(claim, outcome, before, after))
    if after.held and not before.held:
        changes |= refusals.held(after.held, refusals.ASKS[after.held], now)
        events.append(("held", {"reason": after.held}))
    onward = owning.gone_on_with({**row, **changes}, before.order)
    if onward.get("proposed") and _is_unwritable(connection, claim.garage, onward["address"]):
        onward = {"owner_order": None, **refusals.held("owner_change", refusals.NO_NAME_FIRST, now)}
        events.append(("held", {"reason": "owner_change"}))
    changes |= onward
    judged = _hear_of_address(connection, claim, outcome.status, now)
    return changes, events + [("address_judged", {}) for _ in judged], judged


def _name_taken(claim: Claim, row: Row, outcome: _Good) -> Values:
    """By which name iGarage knows the owner, once it took one from us."""
    if isinstance(outcome, Withdrawn):
        return {"delivered_name": None}
    if not isinstance(claim.step, Put | Transfer) or outcome.status is None:
        return {}
    return owning.name_given(row, claim.content, claim.passport.revision)


def _is_unwritable(connection: sa.Connection, garage: str, address: str) -> bool:
    return addresses.verdicts(connection, garage, [address]).get(address) == "unwritable"


def _asked_facts(row: Row) -> Passport:
    """The facts as an answer finds them: whatever was asked last has been answered by it."""
    return passport_rows.facts({**row, "unanswered_address": None}, None, None)


def _told(claim: Claim, outcome: _Good, before: Passport, after: Passport) -> Iterator[tuple[str, Values]]:
    """What happened, in the words of events."""
    if isinstance(claim.step, Put) and isinstance(outcome, Answered):
        created = outcome.status.created
        yield "delivered", {"revision": claim.passport.revision, "created": created}
        if closing.was_remade(before, outcome.status):
            yield "remade", {}
    if isinstance(outcome, Withdrawn):
        yield "withdrawn", {}
    if isinstance(outcome, HandedOver) or (isinstance(claim.step, Transfer) and not after.held):
        yield "transferred", {}
    if after.invitations > before.invitations:
        yield "invited", {"by": "iGarage" if isinstance(outcome, Looked | Compared) else claim.step.name}


def _answered(claim: Claim, before: Passport, outcome: _Good, now: datetime) -> Passport:
    asked = claim.passport.asked
    match outcome:
        case Withdrawn():
            return closing.after_delete(before)
        case HandedOver(status, send):
            return closing.after_transfer(before, claim.passport.address, send, status, now, asked)
        case Looked(status):
            return _looked(claim, before, status, asked)
        case Compared(status):
            return closing.after_comparison(before, status)
        case Answered(status) if isinstance(claim.step, Put):
            claimed = claim.passport
            return closing.after_put(
                before, claimed.revision, claimed.address, claim.step.send, status, asked
            )
        case Answered(status):
            return closing.after_send(before, status, now, asked)


def _looked(claim: Claim, before: Passport, status: PassportStatus | None, asked: int) -> Passport:
    """What a look tells, which was all there was to do."""
    if isinstance(claim.step, Look):
        return closing.after_first_look(before, status)
    if isinstance(claim.step, Transfer):
        return closing.after_transfer_look(before, claim.passport.address, status, asked)
    return closing.after_look(before, status, asked) or before


def _hear_of_address(
    connection: sa.Connection, claim: Claim, status: PassportStatus | None, now: datetime
) -> list[str]:
    news = closing.address_news(status, claim.passport.address) if status else None
    if news is None:
        return []
    return addresses.hear(connection, claim.garage, news, now)


def _after_failure(
    connection: sa.Connection, claim: Claim, row: Row, failed: Failed, policy: Policy, now: datetime
) -> _Changes:
    error = failed.error
    if isinstance(error, Refused):
        changes, events, judged = _after_refusal(connection, claim, row, error, failed.on_file, policy, now)
        return {**_ANSWERED, **changes}, events, judged
    if error.scope == "garage":  # no attempt is spent, whoever's failure it is
        if why := garages.pause_for(error, failed.probing, failed.chance):
            garages.pause(connection, claim.garage, why, now)
        return {}, [], []
    attempts = row["attempts"] + _counts(connection, claim, row, error, now)
    retry_after = error.retry_after if isinstance(error, Transient) else None
    reaction = after_failure(attempts, failed.retry, failed.chance, retry_after)
    changes = {"attempts": attempts, "last_failure": error.code}
    if isinstance(error, Unknown):
        changes["unanswered_until"] = row["claim_until"]
    events = [] if row["last_failure"] == error.code else [("failed", {"code": error.code})]
    if isinstance(reaction, GiveUp) and row["held"] is None:
        message = f"Na {attempts} pogingen niet gelukt; probeer opnieuw als de oorzaak weg is."
        return (
            changes | refusals.held("exhausted", message, now),
            [*events, ("held", {"reason": "exhausted"})],
            [],
        )
    wait = 0.0 if isinstance(reaction, GiveUp) else reaction.seconds
    return changes | {"due_at": now + timedelta(seconds=wait)}, events, []


def _withdrawn_later(claim: Claim, failed: Failed, changes: Values, now: datetime) -> Values:
    """A withdrawal is wanted whatever is asked of a person: given up or refused, it goes on at the longest distance."""
    given_up = isinstance(failed.error, Refused) or changes.get("attempts", 0) >= failed.retry.attempts
    if not isinstance(claim.step, Delete) or not given_up:
        return {}
    return {"due_at": now + timedelta(seconds=failed.retry.max)}


def _after_refusal(
    connection: sa.Connection,
    claim: Claim,
    row: Row,
    error: Refused,
    on_file: str | None,
    policy: Policy,
    now: datetime,
) -> _Changes:
    """A refusal is a question about the revision that was asked; a newer one has not been asked yet.

    What was refused stands at iGarage in no form, so no look is needed before another address goes there. A question
    that waits already stays the one that is asked.
    """
    if error.code == "email_invalid":
        news = closing.AddressNews(claim.passport.address, "unwritable", "email_invalid")
        judged = addresses.hear(connection, claim.garage, news, now)
        is_name = row["owner_order"] == "name_first"
        changes = refusals.held("owner_change", refusals.NO_NAME_FIRST, now) if is_name else {}
        changes |= owning.wanted(row) | ({"owner_order": None} if changes else {})
        return changes, [("address_judged", {"code": error.code})], judged
    refused = [("refused", {"code": error.code, "field": error.field, "revision": claim.passport.revision})]
    reason, is_old = closing.after_refusal(error), row["revision"] != claim.passport.revision
    changes = {}
    if reason == "owner_change":
        before = _asked_facts(row)
        if on_file is not None and before.delivered_address is None:
            before = before._replace(delivered_address=address_key(on_file))
        had = before._replace(delivered_revision=before.delivered_revision or 0)
        went_back = is_old and same_address(row["address"], row["delivered_address"])
        after = had if went_back or row["held"] else closing.after_owner_conflict(before, policy)
        changes, reason = passport_rows.answered_facts(after), after.held
    if reason is None or row["held"] or (is_old and reason == "refused"):
        return changes, refused, []
    changes = owning.wanted(row) | changes | refusals.held(reason, refusals.message(error), now)
    return changes | {"last_failure": error.code}, refused, []


def _counts(connection: sa.Connection, claim: Claim, row: Row, error: DeliveryError, now: datetime) -> bool:
    """Whether this failure is the passport's own, and so an attempt."""
    if isinstance(error, Transient) and not error.counts:
        return False
    if row["revision"] != claim.passport.revision:  # the newer one has not been tried yet
        return False
    contact = garages.standing(connection, claim.garage).last_contact
    if contact is not None and contact > now:  # of a clock that ran ahead: it proves nothing
        return False
    return is_own_failure(_seconds(row["last_attempt"]), _seconds(contact))


def _seconds(instant: datetime | None) -> float | None:
    return None if instant is None else (instant - EPOCH).total_seconds()


def _note_contact(
    connection: sa.Connection, garage: str, outcome: Outcome, now: datetime, written: _Written
) -> None:
    """A call that iGarage answered for this garage, be it with a refusal, is a success of the connection."""
    if isinstance(outcome, Failed) and not isinstance(outcome.error, Refused):
        written.contact = False
    elif not written.contact:
        garages.note_contact(connection, garage, now)
        written.contact = True
