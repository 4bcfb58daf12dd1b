"""Rows that are there are rewritten by the columns that changed, few or many at a time."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from connector.ledger.schema import passports
from connector.ledger.writing import FEW, found, rewrite


def rows(jansen: Any) -> list[dict[str, Any]]:
    with jansen.ledger.looking() as connection:
        return found(connection, sa.select(passports).order_by(passports.c.plate))


@pytest.mark.parametrize("number", [1, 3, FEW, FEW + 1])
def test_of_each_row_what_changed_is_written_and_nothing_else(jansen: Any, number: int) -> None:
    jansen.night(*(jansen.car(each) for each in range(number + 2)))
    before = rows(jansen)
    now = jansen.clock()
    wanted = [
        row
        | {"attempts": place, "held": None, "unsure": place % 2 == 0, "last_attempt": now, "consent": "yes"}
        for place, row in enumerate(before)
    ]
    wanted[0] = before[0]
    wanted[1] = before[1] | {"address": "een@voorbeeld.example", "invited_at": now}
    with jansen.ledger.database.write() as connection:
        rewrite(connection, passports, list(zip(before, wanted, strict=True)))
    assert rows(jansen) == wanted


def test_a_column_that_stays_as_it_was_is_not_written(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    (before,) = rows(jansen)
    with jansen.ledger.database.write() as connection:
        connection.execute(passports.update().values(attempts=7))
        rewrite(connection, passports, [(before, before | {"held": "gone"})])
    (after,) = rows(jansen)
    assert (after["attempts"], after["held"]) == (7, "gone")


def test_no_rows_are_no_statement(jansen: Any) -> None:
    with jansen.ledger.database.write() as connection:
        rewrite(connection, passports, [])
