"""What the ledger's books share: transactions that write a garage's passports, and take turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.ledger import garages
from connector.ledger.databases import Database


@dataclass(frozen=True, slots=True)
class Turns:
    """A hand on the ledger. `now` tells the time in UTC."""

    database: Database
    now: Callable[[], datetime]

    @contextmanager
    def _turn(self, garage: str, point: str) -> Iterator[sa.Connection]:
        """A transaction that writes a garage's passports; such transactions take turns."""
        with self.database.write(point) as connection:
            garages.take_turn(connection, garage)
            yield connection
