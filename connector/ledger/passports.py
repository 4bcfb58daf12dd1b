"""One row per garage and plate: as facts for the plan, and back with the index of its next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from connector.ledger.schema import addresses, garages, passports
from connector.ledger.writing import found, rewrite
from connector.plan import (
    BY_HAND,
    AddressVerdict,
    Due,
    Invitation,
    Passport,
    Policy,
    Put,
    Request,
    Step,
    Transfer,
    Wait,
    Withheld,
    invitation,
    next_step,
    same_address,
    state,
)
from connector.suspicion import Kind

Row = Mapping[Any, Any]
LONGEST_LEASE = timedelta(hours=2)
"""No lease is longer: one that is was given by a wrong clock."""


def with_verdict(*columns: Any) -> sa.Select[Any]:
    """Columns of passports (unsaid: all of them, and the verdict and its reason), beside those of their addresses."""
    chosen = columns or (passports, addresses.c.verdict, addresses.c.reason)
    same = (addresses.c.garage == passports.c.garage) & (addresses.c.address == passports.c.address)
    return sa.select(*chosen).outerjoin_from(passports, addresses, same)


FACTS = (
    *("revision", "content", "address", "delivered_revision", "delivered_address", "unanswered_address"),
    *("written", "unsure", "absent", "deleted", "remade", "owner_order", "batch", "held", "source_conflict"),
    *("service_due", "consent", "opt_out", "consent_unknown", "asked", "answered"),
    *("invited_address", "invited_at", "invitations", "sent_at", "sent_by"),
)
"""The columns that facts are made of."""
INDEX = ("next_step", "next_why", "next_mails", "next_until", "next_invitation", "wants_mail", "state")
"""The columns that only index `next_step`."""


def facts(row: Row, verdict: str | None, reason: str | None) -> Passport:
    """The facts of a row of `passports`, with its address's verdict (None: nothing is known against it) and reason."""
    return Passport(
        revision=row["revision"],
        address=row["address"],
        delivered_revision=row["delivered_revision"],
        delivered_address=row["delivered_address"],
        invited_address=row["invited_address"],
        invited_at=row["invited_at"],
        invitations=row["invitations"],
        sent_at=row["sent_at"],
        held=row["held"],
        verdict=cast("AddressVerdict", verdict or "ok"),
        suspicion=cast("Kind | None", reason if verdict == "suspect" else None),
        opt_out=bool(row["opt_out"]),
        consent=row["consent"],
        source_conflict=row["source_conflict"],
        asked=row["asked"],
        answered=row["answered"],
        unsure=row["unsure"] or _may_have_another_address(row),
        absent=row["absent"],
        written=row["written"],
        deleted=row["deleted"],
        order=row["owner_order"],
        remade=row["remade"],
        in_batch=row["batch"] is not None,
        sent_by=row["sent_by"],
        apk_due=_date(_apk_due(row["content"])),
        service_due=_date(row["service_due"]),
        consent_unknown=row["consent_unknown"],
    )


def _apk_due(content: str) -> str | None:
    """The APK date of a content as it is written, which is asked for a hundred times as often as all of it.

    In a text of JSON no value holds a bare quotation mark, so what is found is the key.
    """
    at = content.find(_APK_DUE)
    return None if at < 0 else content[at + len(_APK_DUE) : at + len(_APK_DUE) + len("2026-12-31")]


_APK_DUE = '"apk_due":"'


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _may_have_another_address(row: Row) -> bool:
    """Whether a PUT without an answer may have given iGarage, and mailed, another address than is wanted now."""
    return row["unanswered_address"] is not None and row["unanswered_address"] != row["address"]


def index(passport: Passport, policy: Policy, today: date) -> dict[str, Any]:
    """The columns of a row that only index `next_step`, for finding what is due and for counting."""
    step, invited = next_step(passport, policy, today), invitation(passport, policy, today)
    return {
        "next_step": step.name,
        "next_why": step.why if isinstance(step, Wait) else None,
        "next_mails": step.mails,
        "next_until": step.until.isoformat() if isinstance(step, Wait) and step.until else None,
        "next_invitation": invited.name,
        "wants_mail": _wants_mail(invited, step),
        "state": state(passport, step, claimed=False),
    }


def _wants_mail(invited: Invitation, step: Step) -> bool:
    """Whether an invitation would go of itself, but for the brake."""
    if isinstance(step, Wait) and step.why in BY_HAND:
        return False
    return isinstance(invited, Due) or (isinstance(invited, Withheld) and invited.reason == "brake")


def index_all(
    made: Sequence[dict[str, Any]],
    changed: Sequence[dict[str, Any]],
    judged: Mapping[str, tuple[str, str | None]],
    policy: Policy,
    today: date,
) -> None:
    """Put the index beside the columns of each passport; `judged` are the verdicts of their addresses, with reasons.

    Those that were made just now, and differ in nothing that the plan looks at, share one answer.
    """
    shared: dict[Any, dict[str, Any]] = {}
    for each in changed:
        each.update(index(facts(each, *judged.get(each["address"], (None, None))), policy, today))
    for each in made:
        verdict = judged.get(each["address"], (None, None))
        apk_due = _apk_due(each["content"]) if policy.select else None
        invited = each["invited_address"] and (each["invited_address"], each["address"])
        alike = (verdict, apk_due, invited, *(each[name] for name in _DIFFERING))
        if alike not in shared:
            shared[alike] = index(facts({**_EMPTY, **each}, *verdict), policy, today)
        each.update(shared[alike])


def index_of_newcomer(at_first: Row, policy: Policy, today: date) -> dict[str, Any]:
    """The index of new passports of which only content and address are not known yet, where no date is selected by."""
    return index(facts({**_EMPTY, **at_first, "content": "{}", "address": ""}, None, None), policy, today)


_EMPTY: Mapping[str, Any] = {column.name: None for column in passports.columns}
_DIFFERING = ("service_due", "consent", "opt_out", "source_conflict", "consent_unknown", "unsure")
"""What the plan looks at, and new passports differ in, beside their address and APK date."""


def answered_facts(passport: Passport) -> dict[str, Any]:
    """The columns of a row that iGarage's answers write."""
    return {
        "delivered_revision": passport.delivered_revision,
        "delivered_address": passport.delivered_address,
        "invited_address": passport.invited_address,
        "invited_at": passport.invited_at,
        "invitations": passport.invitations,
        "sent_at": passport.sent_at,
        "sent_by": passport.sent_by,
        "answered": passport.answered,
        "unsure": passport.unsure,
        "deleted": passport.deleted,
        "owner_order": passport.order,
        "remade": passport.remade,
    }


def fresh_start(prior: Row, address: str, now: datetime) -> dict[str, Any]:
    """A new revision ends a refusal and starts its attempts anew; what only a person can answer stays.

    It waits until a request without an answer can no longer be done after it.

    A question about the owner ends too when the `address` is again the one that iGarage has.
    """
    unanswered = prior["unanswered_until"]
    due_at = max(now, unanswered) if unanswered and unanswered <= now + LONGEST_LEASE else now
    fresh = {"due_at": due_at, "attempts": 0, "last_failure": None}
    in_question = prior["held"] == "owner_change" and not prior["proposed"]
    went_back = in_question and address == prior["delivered_address"]
    if prior["held"] in ("refused", "exhausted") or went_back:
        fresh |= {"held": None, "held_since": None, "held_message": None}
    return fresh


def asked_after_bounce(row: Row, verdict: str | None, address: str) -> int:
    """How many invitations are asked for once a passport goes to another address; `verdict` is of its former one.

    A mail that came back was sent: it is sent once more, whatever the garage sends by itself.
    """
    was_invited = same_address(row["invited_address"], row["address"])
    if verdict in ("bounced", "unwritable") and was_invited and not same_address(row["address"], address):
        return int(row["answered"]) + 1
    return int(row["asked"])


def verb(step: Request) -> str:
    """The verb of a request as it stands in its idempotency key: with `send`, for the two PUTs differ."""
    if isinstance(step, Put | Transfer):
        return f"{step.name}:{'true' if step.send else 'false'}"
    return step.name


def update(connection: sa.Connection, garage: str, plate: str, values: Row) -> None:
    """Write columns of one passport; what is no column of it is left out."""
    known = {name: value for name, value in values.items() if name in passports.c}
    connection.execute(
        passports.update().where(passports.c.garage == garage, passports.c.plate == plate).values(known)
    )


def reindex(
    connection: sa.Connection, garage: str, policy: Policy, today: date, *, only_addresses: Sequence[str]
) -> None:
    """Make the index anew for the passports of these addresses, whose verdict changed."""
    if only_addresses:
        _reindex(connection, garage, policy, today, passports.c.address.in_(list(only_addresses)), limit=None)


def reindex_plates(
    connection: sa.Connection, garage: str, policy: Policy, today: date, plates: Sequence[str]
) -> None:
    """Make the index anew for these plates, about which a person decided."""
    if plates:
        _reindex(connection, garage, policy, today, passports.c.plate.in_(list(plates)), limit=None)


def reindex_slice(
    connection: sa.Connection, garage: str, policy: Policy, today: date, *, after: str, limit: int
) -> str | None:
    """Make the index anew for the next `limit` plates after `after`; the last of them, or None at the end."""
    last = _reindex(connection, garage, policy, today, passports.c.plate > after, limit=limit)
    if last is None:
        connection.execute(
            garages.update().where(garages.c.garage == garage).values(indexed_for=index_name(policy, today))
        )
    return last


def index_name(policy: Policy, today: date) -> str:
    """What the index was made for: it is made anew when this differs."""
    return f"{policy}@{today.isoformat()}"


def _reindex(
    connection: sa.Connection,
    garage: str,
    policy: Policy,
    today: date,
    which: sa.ColumnElement[bool],
    *,
    limit: int | None,
) -> str | None:
    query = with_verdict().where(passports.c.garage == garage, which).order_by(passports.c.plate).limit(limit)
    at_hand = found(connection, query)
    indexed = (row | index(facts(row, row["verdict"], row["reason"]), policy, today) for row in at_hand)
    rewrite(connection, passports, zip(at_hand, indexed, strict=True))
    return cast("str", at_hand[-1]["plate"]) if at_hand and len(at_hand) == limit else None
