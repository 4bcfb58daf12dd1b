"""Rows that say what they said are marked by the thousand, and are judged with the others all the same."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from connector.ledger import Marks
from connector.ledger.looking import skipped
from connector.ledger.marks import digests, split
from connector.ledger.schema import marks, rows, staged
from connector.model import Skipped


def counted(jansen: Any, table: sa.Table) -> int:
    with jansen.ledger.looking() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def skips(jansen: Any) -> list[tuple[int | None, str]]:
    with jansen.ledger.looking() as connection:
        return [(each.line, each.reason) for each in skipped(connection, "jansen")]


def test_digests_that_were_joined_come_apart_again() -> None:
    marked = Marks()
    for number in range(3):
        marked.add(number + 1, None, bytes([number]) * 16)
    assert split(b"".join(marked.digests)) == marked.digests


def test_rows_that_say_what_they_said_are_one_mark(jansen: Any) -> None:
    cars = [jansen.car(number) for number in range(1, 30)]
    jansen.night(*cars)
    jansen.read(*cars, jansen.car(30))
    assert (counted(jansen, marks), counted(jansen, staged)) == (1, 1)


def test_a_marked_row_that_is_repeated_counts_once_with_the_line_of_the_other(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2))
    file = jansen.night(jansen.car(2), jansen.car(1), jansen.car(2), jansen.car(1))
    assert (file.unchanged, file.skipped, file.read) == (2, 2, 4)
    assert skips(jansen) == [(4, "repeated"), (5, "repeated")]


@pytest.mark.parametrize("marked_last", [True, False])
def test_a_marked_row_is_weighed_against_another_of_its_plate(jansen: Any, *, marked_last: bool) -> None:
    jansen.night(jansen.car(1, make="Saab"), jansen.car(2))
    other, marked = jansen.car(1, make="Volvo"), jansen.car(1, make="Saab")
    file = jansen.night(*((other, marked) if marked_last else (marked, other)), jansen.car(2))
    assert jansen.content(1)["make"] == ("Saab" if marked_last else "Volvo")
    assert (file.skipped, file.read) == (1, 3)
    assert skips(jansen) == [(2, "duplicate_in_file")]


def test_a_key_of_a_marked_row_with_another_plate_holds_the_file(jansen: Any) -> None:
    jansen.night(jansen.car(1, key="K1"), jansen.car(2, key="K2"))
    file = jansen.read(jansen.car(1, key="K1"), jansen.car(3, key="K1"), jansen.car(2, key="K2"))
    finding = jansen.judge(file)
    assert finding is not None and finding.reason == "record_key_two_plates"
    assert counted(jansen, marks) == 0


def test_marks_go_with_their_file(jansen: Any) -> None:
    jansen.night(jansen.car(1), Skipped("no_plate"))
    jansen.ledger.forget_file(jansen.read(jansen.car(1)))
    assert counted(jansen, marks) == 0
    file = jansen.judged(jansen.car(1))
    assert counted(jansen, marks) == 1  # who is missing is told by them too
    jansen.accept(file)
    assert counted(jansen, marks) == 0


def test_a_file_tells_which_rows_it_has_as_they_were(jansen: Any) -> None:
    jansen.night(jansen.car(1), jansen.car(2), jansen.car(3))
    file = jansen.judged(jansen.car(1), jansen.car(2), jansen.car(3, make="Saab"))
    with jansen.ledger.looking() as connection:
        known = set(map(bytes, connection.execute(sa.select(rows.c.digest)).scalars()))
        found = digests(connection, file)
    assert len(found) == 2 and found < known


def test_a_row_read_by_another_recipe_is_not_marked(jansen: Any) -> None:
    jansen.night(jansen.car(1))
    jansen.read(jansen.car(1), recipe=b"another")
    assert (counted(jansen, marks), counted(jansen, staged)) == (0, 1)
