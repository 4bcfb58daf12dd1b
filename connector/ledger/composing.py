"""What is due, composed into a batch: its members with their revisions, and its request, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from connector.canonical import canonical, parsed
from connector.igarage.body import batch_body, passport_body
from connector.ledger import claims
from connector.ledger import passports as passport_rows
from connector.ledger.schema import batch_members, batches, passports
from connector.ledger.writing import among, insert_all
from connector.model import Content
from connector.plan import Passport, Put, next_step

OPEN = ("composed", "queued")
"""States in which a batch still has to tell what became of its passports."""
Member = tuple[dict[str, Any], Passport, Put]
"""A passport with its facts and its step."""
FREE = {"batch": None, "unanswered_address": None}
"""Of a passport whose batch was never run."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that is still open."""

    garage: str
    reference: str
    number: int
    state: str
    igarage_id: str | None
    passports: int
    run_at: datetime | None
    read_to: str | None
    attempts: int
    due_at: datetime


def open_batches(connection: sa.Connection, garage: str) -> list[Batch]:
    """The batches of a garage that iGarage has not told all of yet, oldest first."""
    return _batches(connection, garage, batches.c.state.in_(OPEN), batches.c.list_name.is_(None))


def numbered(connection: sa.Connection, garage: str, number: int) -> Batch | None:
    """A batch of iGarage's, or a customer list, by the number that people know; None where there is none."""
    return next(iter(_batches(connection, garage, batches.c.number == number)), None)


def _batches(connection: sa.Connection, garage: str, *which: sa.ColumnElement[bool]) -> list[Batch]:
    columns = [batches.c[name] for name in Batch.__slots__]
    query = sa.select(*columns).where(batches.c.garage == garage, *which).order_by(batches.c.number)
    return [Batch(**row) for row in connection.execute(query).mappings().all()]


def body(connection: sa.Connection, batch: Batch) -> bytes | None:
    """The request of a batch, until it was answered; None too where somebody in it was erased since."""
    this = (batches.c.garage == batch.garage) & (batches.c.reference == batch.reference)
    return connection.execute(sa.select(batches.c.body).where(this)).scalar()


def compose(connection: sa.Connection, job: claims.Claiming, most: int) -> Batch | None:
    """Compose a batch of what is due longest, `most` passports at most; None where nothing is due."""
    reference = job.entropy(16).hex()
    alone = passports.c.direct_revision.is_not(None) & (passports.c.direct_revision == passports.c.revision)
    members = gather(connection, job, reference, most, ~alone)
    if not members:
        return None
    bodies = [_body(*each) for each in members]
    number = insert(connection, job, reference, members, batch_body(reference, bodies))
    return numbered(connection, job.garage, number)


def gather(
    connection: sa.Connection, job: claims.Claiming, reference: str, most: int, *only: sa.ColumnElement[bool]
) -> list[Member]:
    """What is due longest to be made or updated, and of `only` some, is in the batch of this reference from here on.

    What the index promised is asked again of `next_step`; where that says otherwise the index is put right.
    """
    members: list[Member] = []
    due = (passports.c.next_step == Put.name, *only)
    while len(members) < most and (rows := claims.due(connection, job, most - len(members), *due)):
        right, wrong = [], []
        for row in rows:
            facts = passport_rows.facts(row, row.pop("verdict"), row.pop("reason"))
            step = next_step(facts, job.policy, job.today)
            if isinstance(step, Put) and step.mails == row["next_mails"]:
                right.append((row, facts, step))
            else:
                wrong.append(row["plate"])
        passport_rows.reindex_plates(connection, job.garage, job.policy, job.today, wrong)
        _mark(connection, job.garage, [row["plate"] for row, _, _ in right], reference)
        members += right
    return members


def content(row: Mapping[str, Any]) -> Content:
    """The content of a passport's row."""
    return cast("Content", parsed(row["content"]))


def _body(row: Mapping[str, Any], _facts: Passport, step: Put) -> bytes:
    system, record = row["system"], row["record"]
    return passport_body(row["plate"], content(row), system=system, record=record, send=step.send)


def insert(
    connection: sa.Connection, job: claims.Claiming, reference: str, members: Sequence[Member], body: bytes
) -> int:
    """Write a batch with its members and its body; its number."""
    number = _insert(connection, job.garage, reference, len(members), body, job.now)
    insert_all(
        connection,
        batch_members,
        [
            {
                "garage": job.garage,
                "reference": reference,
                "plate": row["plate"],
                "revision": facts.revision,
                "address": facts.address,
                "asked": facts.asked,
                "send": step.send,
            }
            for row, facts, step in members
        ],
    )
    return number


def _insert(
    connection: sa.Connection, garage: str, reference: str, members: int, body: bytes, now: datetime
) -> int:
    """The row of a batch, with the next number of its garage."""
    last = sa.select(sa.func.coalesce(sa.func.max(batches.c.number), 0)).where(batches.c.garage == garage)
    number = int(connection.execute(last).scalar_one()) + 1
    batch = {
        "garage": garage,
        "reference": reference,
        "number": number,
        "state": "composed",
        "body": body,
        "passports": members,
        "composed_at": now,
        "attempts": 0,
        "due_at": now,
    }
    insert_all(connection, batches, [batch])
    return number


def _mark(connection: sa.Connection, garage: str, plates: Sequence[str], reference: str) -> None:
    """From here on these passports are in the batch: a write of them was asked for."""
    values = {
        "batch": reference,
        "state": "in_batch",
        "written": True,
        "deleted": False,
        "unanswered_address": passports.c.address,
        "claim_mails": passports.c.next_mails,
    }
    connection.execute(passports.update().where(_of(connection, garage, plates)).values(values))


def _of(connection: sa.Connection, garage: str, plates: Sequence[str]) -> sa.ColumnElement[bool]:
    return (passports.c.garage == garage) & among(connection, passports.c.plate, plates)


def split(connection: sa.Connection, job: claims.Claiming, batch: Batch) -> None:
    """A batch that iGarage did not take goes up in halves; one of a single passport lets that go by itself."""
    request = body(connection, batch)
    asked = parsed(request)["passports"] if request else []
    close(connection, batch, "refused")
    if len(asked) < 2:
        alone = {**FREE, "direct_revision": passports.c.revision}
        release(connection, job, batch, alone)
        return
    middle = len(asked) // 2
    for half in (asked[:middle], asked[middle:]):
        reference = job.entropy(16).hex()
        plates, bodies = [each["plate"] for each in half], [canonical(each) for each in half]
        _insert(connection, job.garage, reference, len(half), batch_body(reference, bodies), job.now)
        members = (batch_members.c.garage == job.garage) & (batch_members.c.reference == batch.reference)
        moved = members & among(connection, batch_members.c.plate, plates)
        connection.execute(batch_members.update().where(moved).values(reference=reference))
        connection.execute(
            passports.update().where(_of(connection, job.garage, plates)).values(batch=reference)
        )


def blank(connection: sa.Connection, garage: str, plates: Sequence[str]) -> None:
    """Nothing of these people stays in what is composed of them: the addresses go, and the requests not yet answered.

    A batch whose request is gone is taken back if iGarage has it, and composed anew if not.
    """
    mine = (batch_members.c.garage == garage) & batch_members.c.plate.in_(list(plates))
    named = sa.select(batch_members.c.reference).where(mine)
    of_garage = (batches.c.garage == garage) & batches.c.reference.in_(named)
    connection.execute(batches.update().where(of_garage).values(body=None))
    connection.execute(batch_members.update().where(mine).values(address=""))


def close(connection: sa.Connection, batch: Batch, state: str, **values: Any) -> None:
    """The batch has come to its end."""
    write(connection, batch.garage, batch.reference, state=state, body=None, **values)


def write(connection: sa.Connection, garage: str, reference: str, **values: Any) -> None:
    """Write columns of a batch, or of a customer list."""
    this = (batches.c.garage == garage) & (batches.c.reference == reference)
    connection.execute(batches.update().where(this).values(**values))


def release(
    connection: sa.Connection, job: claims.Claiming, batch: Batch, values: dict[str, Any]
) -> list[str]:
    """The passports that are still in a batch leave it; their plates."""
    inside = (passports.c.garage == batch.garage) & (passports.c.batch == batch.reference)
    # In order here: in SQL the order would be taken from an index, and every passport looked at for it
    plates = sorted(connection.execute(sa.select(passports.c.plate).where(inside)).scalars())
    connection.execute(passports.update().where(inside).values(values))
    passport_rows.reindex_plates(connection, job.garage, job.policy, job.today, plates)
    return plates
