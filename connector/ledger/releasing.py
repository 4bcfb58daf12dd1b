"""A person's answer to a question about one passport: what is written of it, or why the answer does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from connector.errors import NotReleasable
from connector.ledger import addresses, by_hand, consents, owning
from connector.ledger import passports as passport_rows
from connector.ledger.questions import UNKNOWN
from connector.ledger.schema import passports
from connector.ledger.writing import event, record
from connector.plan import BY_HAND, Policy

Row = Mapping[Any, Any]
Values = dict[str, Any]

Answer = Literal["new", "withdraw", "transfer", "same-owner", "keep", "done"]

FITS: Mapping[str, tuple[Answer, ...]] = {
    "gone": ("new", "withdraw"),
    "owner_change": ("transfer", "same-owner"),
    "plate_changed": ("withdraw", "keep"),
    **dict.fromkeys(BY_HAND, ("done",)),
}
"""Question → the answers it takes."""

_ASKS = {
    "gone": "iGarage heeft dit AutoPaspoort niet meer",
    "owner_change": "de vraag is of de auto een andere eigenaar heeft",
    "plate_changed": "de auto heeft in het garagesysteem een ander kenteken",
    **dict.fromkeys(BY_HAND, "dit gebeurt met de hand in iGarage"),
}
_WHY_NOT = {
    "": "bij dit AutoPaspoort staat geen vraag open",
    "refused": "iGarage weigert dit AutoPaspoort: herstel het in het garagesysteem, of probeer het met retry",
    "exhausted": "alle pogingen zijn op: probeer het opnieuw met retry",
}


@dataclass(frozen=True, slots=True)
class Release:
    """An answer about one passport. `policy` is the one in force, on the garage's local date.

    `seed` gives the random bytes that a passport made anew needs.
    """

    garage: str
    plate: str
    answer: Answer
    policy: Policy
    today: date
    now: datetime
    seed: Callable[[int], bytes]


def release(connection: sa.Connection, job: Release) -> None:
    """Write an answer. Raises `NotReleasable` where there is no such question, or it takes another answer."""
    row = _asked(connection, job)
    if job.answer == "done":
        by_hand.done(connection, row, job.policy, job.today, job.now)
        return
    answers = {
        "new": _made_anew,
        "withdraw": _withdrawn,
        "transfer": _handed_over,
        "same-owner": _same_owner,
        "keep": _kept,
    }
    values = answers[job.answer](connection, job, row)
    free = {**owning.NO_QUESTION, "attempts": 0, "last_failure": None, "due_at": job.now}
    passport_rows.update(connection, job.garage, job.plate, {**free, **values})
    record(connection, [event(job.garage, job.plate, job.now, "released", **{"as": job.answer})])


def _asked(connection: sa.Connection, job: Release) -> Row:
    """The passport with its question, which takes this answer."""
    query = sa.select(passports).where(passports.c.garage == job.garage, passports.c.plate == job.plate)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotReleasable(UNKNOWN)
    held = row["held"] or (row["next_why"] if row["next_why"] in BY_HAND else "")
    if held not in FITS:
        raise NotReleasable(_WHY_NOT.get(held, f"dit AutoPaspoort wacht op iets anders ({held})"))
    if job.answer not in FITS[held]:
        fitting = " of ".join(f"--as {each}" for each in FITS[held])
        raise NotReleasable(f"{_ASKS[held]}; --as {job.answer} past daar niet bij: antwoord met {fitting}")
    return row


def _made_anew(connection: sa.Connection, job: Release, row: Row) -> Values:
    """A passport that iGarage no longer has is made there anew.

    Under another seed, and so other keys: an iGarage that honours keys would answer the former PUT once more, and make
    nothing.
    """
    nothing_there = {
        "delivered_revision": None,
        "delivered_address": None,
        "delivered_name": None,
        "remade": False,
        "owner_order": None,
    }
    return {**owning.wanted(row), **nothing_there, "seed": job.seed(16)}


def _withdrawn(connection: sa.Connection, job: Release, row: Row) -> Values:
    """There is to be none. It waits for a request without an answer, which may still be done."""
    fresh = passport_rows.fresh_start(row, row["address"], job.now)
    gone = {"absent": True, "revision": row["revision"] + 1, "proposed": None, "owner_order": None}
    return {**fresh, **gone, "successor": None}


def _handed_over(connection: sa.Connection, job: Release, row: Row) -> Values:
    """The newcomer has the car: what was asked and consented to by the former owner is not his."""
    others = owning.taken_over(row, owning.said_of(row)) if row["proposed"] else {"asked": row["answered"]}
    return {**_newcomer(connection, job, row), **others, "owner_order": "transfer"}


def _same_owner(connection: sa.Connection, job: Release, row: Row) -> Values:
    """It is the same person: a change like another, which iGarage may not take at once."""
    values = _newcomer(connection, job, row)
    verdicts = addresses.verdicts(connection, job.garage, [row["address"]])
    address = str(values.get("address", row["address"]))
    asked = passport_rows.asked_after_bounce(row, verdicts.get(row["address"]), address)
    return {**values, "asked": asked, "owner_order": "same_owner"}


def _newcomer(connection: sa.Connection, job: Release, row: Row) -> Values:
    """What was proposed, in the place of the content; nothing where the question was about the content itself."""
    values = owning.newcomer(row, job.now)
    if "source" in values:
        lacking = consents.lacking(connection, job.garage)
        values["consent_unknown"] = values["source"] in lacking
    return values


def _kept(connection: sa.Connection, job: Release, row: Row) -> Values:
    """It stays at iGarage as it is, and nobody is invited for it unasked."""
    return {"successor": None, "remade": True}
