"""Customer lists as rows of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.ledger.schema import batches


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A list. `name` is that of its file, `body` its bytes until it lies in its folder; `run_at` when it did.

    `sends`: all in it are invited when it is uploaded, so *versturen* is to be ticked; else nobody is.
    """

    garage: str
    reference: str
    number: int
    name: str
    sends: bool
    passports: int
    body: bytes | None
    run_at: datetime | None


def lists(connection: sa.Connection, garage: str, state: str) -> list[CustomerList]:
    """The lists of a garage in a state (`composed`, `listed`), oldest first."""
    names = ("garage", "reference", "number", "passports", "body", "run_at")
    columns = [batches.c.list_name.label("name"), batches.c.list_sends.label("sends")]
    query = sa.select(*(batches.c[name] for name in names), *columns).where(
        batches.c.garage == garage, batches.c.state == state, batches.c.list_name.is_not(None)
    )
    return [CustomerList(**row) for row in connection.execute(query.order_by(batches.c.number)).mappings()]
