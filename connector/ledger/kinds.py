"""The kinds of columns that the ledger's tables are made of, and the book that the tables are entered in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant as whole microseconds since 1970 UTC: exact, sortable, and the same in every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Aware datetime → microseconds."""
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def result_processor(
        self, dialect: sa.Dialect, coltype: object
    ) -> Callable[[int | None], datetime | None]:
        """Microseconds → aware datetime in UTC. The function itself: a row has eight of them, and most are empty."""
        return _as_datetime


def _as_datetime(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)


BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite counts up by itself only for a column whose type is INTEGER."""

metadata = sa.MetaData()
