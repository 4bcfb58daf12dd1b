"""What becomes of a push in the ledger, beside the exports of the same source; on both databases' own tables."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector import adapters
from connector.errors import SourceFormatError
from connector.intake import Intake
from connector.judging import Source
from connector.ledger import Ledger, access
from connector.ledger.looking import rejected, skipped
from connector.ledger.pushes import MOST_SKIPS, keep_what_stands
from connector.ledger.schema import files, rows
from connector.log import make_log
from connector.model import PushRequest
from connector.plan import Policy
from connector.receiving import Received, Receiving

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
SETTINGS = {"recipient": ["owner"], "addresses": ["private"], "columns": {"vehicle.mileage": "Km"}}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with access.to_work(tmp_path / "state", now=lambda: NOW, entropy=lambda size: b"x" * size) as opened:
        opened.know_garage("jansen")
        yield opened


@pytest.fixture
def source(tmp_path: Path) -> Source:
    adapter = adapters.load("carsys")
    assert adapter.settings_model is not None
    settings = adapter.settings_model.model_validate(SETTINGS)
    return Source("jansen", "klanten", tmp_path, ("*.csv",), "all", adapter, settings)


@pytest.fixture
def push(ledger: Ledger, source: Source) -> Callable[..., Received]:
    log = make_log("info", None, lambda: NOW, io.StringIO())
    intake = Intake(ledger, Policy(), lambda: date(2027, 3, 1), lambda: NOW, log)

    def push(*cars: dict[str, Any]) -> Received:
        body = json.dumps(list(cars)).encode()
        return Receiving(intake).take(source, PushRequest("application/json", body))

    return push


def car(number: int, **changes: Any) -> dict[str, Any]:
    owner = {
        "Achternaam": f"Klant{number}",
        "Bedrijfsnaam": None,
        "EmailPrive": f"klant{number}@voorbeeld.example",
    }
    owner |= {name: changes.pop(name) for name in list(changes) if name in owner}
    return {"Kenteken": f"ZZ-{number:03}-Z", "ApkDatum": "15-05-2027", "Km": 1, "Eigenaar": owner, **changes}


def results(received: Received) -> list[tuple[str, str | None]]:
    return [(each.result, each.code) for each in received.records]


def kept(ledger: Ledger) -> list[tuple[str, bool]]:
    with ledger.looking() as connection:
        return [tuple(row) for row in connection.execute(sa.select(files.c.state, files.c.pushed))]  # type: ignore[misc]


def test_each_record_has_its_own_outcome_and_repeats_are_told(push) -> None:
    received = push(
        car(1), car(2, ApkDatum="31-02-2027"), car(3, EmailPrive=None), car(1, Km=2), car(4), car(4)
    )
    assert results(received) == [
        ("skipped", "duplicate_in_file"),
        ("rejected", "date_invalid"),
        ("skipped", "no_email"),
        ("accepted", None),
        ("accepted", None),
        ("skipped", "repeated"),
    ]
    assert received.file is not None and received.file.state == "taken"


def test_what_was_said_before_writes_nothing_whatever_it_was(push, ledger: Ledger) -> None:
    said = (car(1), car(2, ApkDatum="31-02-2027"), car(3, EmailPrive=None))
    first = push(*said)
    before = kept(ledger), ledger.decisions()
    again = push(*said)
    assert (again.records, again.file) == (first.records, None)
    assert (kept(ledger), ledger.decisions()) == before


def test_what_changed_is_taken_again_also_back_to_what_it_was(push) -> None:
    for km in (1, 2, 1):
        received = push(car(1, Km=km))
        assert received.file is not None
        assert (received.file.new + received.file.changed, received.file.rejected) == (1, 0)


def test_the_files_do_not_grow_with_what_is_pushed(push, ledger: Ledger) -> None:
    for km in range(1, 9):
        push(car(km % 3 + 1, Km=km))
    assert kept(ledger) == [("taken", True)]


def test_a_rejection_stands_until_its_record_is_said_anew(push, ledger: Ledger) -> None:
    push(car(1, ApkDatum="31-02-2027"), car(2))
    push(car(3))
    with ledger.looking() as connection:
        assert [each.code for each in rejected(connection, "jansen", everything=False)] == ["date_invalid"]
    push(car(1))
    with ledger.looking() as connection:
        assert rejected(connection, "jansen", everything=False) == []


def test_what_lies_in_the_folder_does_not_see_what_was_pushed(push, ledger: Ledger) -> None:
    push(*(car(number) for number in range(1, 5)))
    assert ledger.history("jansen", "klanten") == []
    assert ledger.taken_before("jansen", "klanten") is None


def test_skips_are_listed_and_remembered_within_bounds(push, ledger: Ledger) -> None:
    push(car(1, EmailPrive=None))
    with ledger.looking() as connection:
        assert [each.reason for each in skipped(connection, "jansen")] == ["no_email"]
    with ledger.database.write("test") as connection:
        many = [
            {"garage": "jansen", "source": "klanten", "key": f"#{number}", "recipe": b"", "digest": b"",
             "verdict": "skipped"}
            for number in range(MOST_SKIPS)
        ]  # fmt: skip
        connection.execute(rows.insert(), many)
        (file,) = connection.execute(sa.select(files.c.id)).scalars()
        keep_what_stands(connection, file)
        left = connection.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one()
    assert left == 0


def test_a_body_that_is_not_the_adapters_leaves_nothing(push, ledger: Ledger) -> None:
    with pytest.raises(SourceFormatError):
        push({"Kenteken": "ZZ-001-Z"})
    assert kept(ledger) == []


def test_a_push_of_nothing_is_nothing(push, ledger: Ledger) -> None:
    assert push() == Received()
    assert kept(ledger) == []
