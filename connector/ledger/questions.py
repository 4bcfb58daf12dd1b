"""A person's decisions, written beside a running service: what is tried again, let go, or done away with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from connector.brake import WAIVABLE, codes
from connector.errors import NotReleasable
from connector.ledger import files as file_rows
from connector.ledger import leaves, poll_ends
from connector.ledger import passports as passport_rows
from connector.ledger.schema import files, meta, passports
from connector.ledger.writing import event, record, upsert
from connector.plan import Due, Policy, Withheld, Withholding, invitation

DECISIONS = "decisions"
"""The name in `meta` of a count that every decision raises, so that the service notices."""

READ_AGAIN = ("adapter_failed", *WAIVABLE)
"""Findings that reading once more may take away, or for which a person can give leave."""


def decisions(connection: sa.Connection) -> int:
    """How many decisions were ever written."""
    query = sa.select(meta.c.value).where(meta.c.name == DECISIONS)
    return int(connection.execute(query).scalar() or 0)


def note_decision(connection: sa.Connection) -> None:
    """Raise the count of decisions."""
    value = str(decisions(connection) + 1)
    upsert(connection, meta, [{"name": DECISIONS, "value": value}])


def retry(connection: sa.Connection, garage: str, plate: str | None, now: datetime) -> list[str]:
    """Try again what was refused or is exhausted, and what backs off, with the same content and the same key.

    The plates. `plate` None means all of the garage.
    """
    question = passports.c.held.in_(("refused", "exhausted"))
    backing_off = (
        passports.c.held.is_(None) & passports.c.last_failure.is_not(None) & (passports.c.due_at > now)
    )
    query = sa.select(passports.c.plate).where(passports.c.garage == garage, question | backing_off)
    if plate is not None:
        query = query.where(passports.c.plate == plate)
    plates = list(connection.execute(query).scalars())
    fresh = {"held": None, "held_since": None, "held_message": None, "attempts": 0, "due_at": now}
    _write(connection, garage, plates, fresh)
    record(connection, [event(garage, each, now, "retried") for each in plates])
    return plates


def resend(
    connection: sa.Connection, garage: str, plate: str, policy: Policy, today: date, now: datetime
) -> None:
    """Invite once more, whoever was invited before. Raises `NotReleasable` where no invitation may go."""
    query = passport_rows.with_verdict().where(passports.c.garage == garage, passports.c.plate == plate)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotReleasable(UNKNOWN)
    facts = passport_rows.facts(row, row["verdict"], row["reason"])
    if facts.absent:
        raise NotReleasable("dit AutoPaspoort is of wordt ingetrokken")
    if isinstance(invitation(facts, policy, today), Due):
        raise NotReleasable("er staat al een uitnodiging klaar; die gaat vanzelf uit")
    asked = invitation(facts._replace(asked=facts.answered + 1), policy, today)
    if isinstance(asked, Withheld):
        raise NotReleasable(WHY_NOT_MAILED[asked.reason])
    _write(connection, garage, [plate], {"asked": facts.answered + 1, "due_at": now})
    record(connection, [event(garage, plate, now, "asked", by="person")])


WHY_NOT_MAILED: Mapping[Withholding, str] = {
    "opted_out": "deze klant wil geen mail: hij heeft zich afgemeld",
    "no_consent": "deze klant heeft geen toestemming gegeven",
    "invalid_email": "van dit adres is bekend dat het niet werkt: verbeter het eerst in het garagesysteem",
    "question": "bij dit AutoPaspoort staat een vraag open: zie held",
    "source_conflict": "twee bronnen noemen bij dit kenteken een ander adres: maak ze eerst gelijk",
    "suspect": "dit adres is verdacht: verbeter het eerst",
    "consent_unknown": "in de export ontbreekt de kolom met de toestemming of afmelding",
    "window": "dit AutoPaspoort is nog niet aan de beurt",
    "brake": "de mailrem staat aan: geef eerst de mails vrij",
}
"""Why no invitation goes, though a person asked for one → a sentence."""
UNKNOWN = "deze garage kent dit kenteken niet"


NEWER_HELD = (
    "van deze bron wordt een nieuwer bestand vastgehouden, en dat komt in de plaats van dit: kijk daarnaar en geef het "
    "vrij met release --file {}"
)
HIGHEST = 2**63 - 1
"""The highest number that a database can have given to a file."""
POLL_GOES_ON = (
    "deze bevraging gaat vanzelf verder zodra het antwoord weer klopt: herstel het bij het garagesysteem of pas de "
    "instellingen aan; wie de bron helemaal opnieuw wil lezen, gebruikt source reset"
)


Manner = Literal["watched", "pushed", "polled"]
"""How a file came."""


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """A file that a person let go. `leave`: the findings for which the source's next file may pass."""

    source: str
    name: str
    size: int
    manner: Manner
    leave: tuple[str, ...]


def release_file(
    connection: sa.Connection, garage: str, file: int, now: datetime, whole: Collection[str] = ()
) -> ReleasedFile:
    """A held file is read once more as if just found, with leave for what was told of it. Raises `NotReleasable`.

    `whole`: the sources of which the newest file speaks for all: an older one is not read, whatever is said of it.
    """
    found = _held_file(connection, garage, file)
    if found["source"] in whole and (newer := _newer_held(connection, found)):
        raise NotReleasable(NEWER_HELD.format(newer))
    reasons = codes(found["reason"])
    is_read_again = set(reasons) <= set(READ_AGAIN)
    if not is_read_again and poll_ends.is_under_way(connection, file):
        raise NotReleasable(POLL_GOES_ON)
    if not is_read_again:
        raise NotReleasable(
            "dit bestand is zo niet te lezen: herstel de export of de instellingen, dan wordt het vanzelf opnieuw "
            "gelezen; of doe het weg met discard --file"
        )
    leave = tuple(each for each in reasons if each in WAIVABLE)
    leaves.give(connection, garage, found["source"], leave, now)
    manner = _manner(connection, found)
    file_rows.forget(connection, file)
    return ReleasedFile(found["source"], found["name"], found["size"], manner, leave)


def _manner(connection: sa.Connection, held: sa.RowMapping) -> Manner:
    if held["pushed"]:
        return "pushed"
    return "polled" if poll_ends.is_polled(connection, held["id"]) else "watched"


def _newer_held(connection: sa.Connection, held: sa.RowMapping) -> int | None:
    """The last of the files of the same source that are held after this one; a push is none of them."""
    of_source = (files.c.garage == held["garage"]) & (files.c.source == held["source"])
    newer = of_source & (files.c.id > held["id"]) & (files.c.state == "held") & ~files.c.pushed
    number = connection.execute(sa.select(sa.func.max(files.c.id)).where(newer)).scalar()
    return None if held["pushed"] else number


def discard(connection: sa.Connection, garage: str, file: int, now: datetime) -> None:
    """A held file is done away with: this content is not read again. Raises `NotReleasable`.

    A poll that is held for a page begins anew where it began.
    """
    _held_file(connection, garage, file)
    if poll_ends.is_under_way(connection, file):  # a page of it is not what is known: nothing is passed over
        file_rows.forget(connection, file)
        return
    poll_ends.take(connection, file)
    connection.execute(files.update().where(files.c.id == file).values(state="discarded", closed_at=now))


def _held_file(connection: sa.Connection, garage: str, file: int) -> sa.RowMapping:
    query = sa.select(files).where(files.c.garage == garage, files.c.id == file, files.c.state == "held")
    row = connection.execute(query).mappings().first() if file <= HIGHEST else None
    if row is None:
        raise NotReleasable(f"er wordt geen bestand met nummer {file} vastgehouden")
    return row


def _write(connection: sa.Connection, garage: str, plates: list[str], values: dict[str, Any]) -> None:
    for plate in plates:
        connection.execute(
            passports.update().where(passports.c.garage == garage, passports.c.plate == plate).values(values)
        )
