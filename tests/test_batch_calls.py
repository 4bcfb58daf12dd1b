"""What a worker asks iGarage about a batch, and what may come of it: real calls to a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.batch_calls import (
    CursorUnknown,
    Failed,
    NotDone,
    NotTaken,
    NotThere,
    ReadBack,
    Results,
    SendUp,
    TakeBack,
    Taken,
    TakenBack,
    ask,
)
from connector.igarage import Client
from connector.igarage.body import batch_body, passport_body
from connector.ledger.composing import Batch
from connector.sandbox import Sandbox

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
CONTENT: Any = {"country": "NL", "last_name": "Jansen", "email": "klant@voorbeeld.example"}
REQUEST = batch_body(
    "een-batch", [passport_body("ZZ001Z", CONTENT, system="generic_csv", record="1", send=True)]
)


def batch(igarage_id: str | None = None) -> Batch:
    return Batch("jansen", "een-batch", 1, "composed", igarage_id, 1, None, None, 0, NOW)


@pytest.fixture
def calls(sandbox: Sandbox) -> Iterator[Any]:
    """Makes a call of the garage's."""
    sandbox.set_token("token-of-jansen", "jansen")
    with Client(sandbox.url, lambda: "token-of-jansen", timeout=5) as client:
        yield lambda call: ask(client, call, lambda: NOW)


@pytest.fixture
def queued(calls: Any) -> Batch:
    """A batch that iGarage has."""
    taken = calls(SendUp(batch(), REQUEST, is_new=True))
    return batch(taken.status.id)


def asked(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [(each.method, each.path) for each in sandbox.requests()]


def test_a_new_batch_is_asked_for_and_not_looked_up(sandbox: Sandbox, calls: Any) -> None:
    assert isinstance(calls(SendUp(batch(), REQUEST, is_new=True)), Taken)
    assert asked(sandbox) == [("POST", "/batches")]


def test_one_that_was_composed_before_is_looked_up_and_asked_for_once(sandbox: Sandbox, calls: Any) -> None:
    again = SendUp(batch(), REQUEST, is_new=False)
    first, second = calls(again), calls(again)
    assert first.status.id == second.status.id
    assert [method for method, _ in asked(sandbox)] == ["GET", "POST", "GET"]


def test_one_that_names_somebody_erased_is_not_asked_for(sandbox: Sandbox, calls: Any) -> None:
    assert calls(SendUp(batch(), None, is_new=False)) == NotThere()
    assert [method for method, _ in asked(sandbox)] == ["GET"]


def test_one_that_names_somebody_erased_and_is_there_already_is_known_by_its_number(
    calls: Any, queued: Batch
) -> None:
    assert calls(SendUp(batch(), None, is_new=False)).status.id == queued.igarage_id


def test_a_batch_that_is_refused_is_not_taken(calls: Any) -> None:
    assert calls(SendUp(batch(), b'{"passports":"none"}', is_new=True)) == NotTaken()


def test_a_batch_that_ran_is_not_taken_back(sandbox: Sandbox, calls: Any, queued: Batch) -> None:
    sandbox.run_batches("jansen")
    assert calls(TakeBack(queued, ["ZZ001Z"])) == TakenBack(False)


def test_a_batch_that_waits_is_taken_back_and_igarage_has_it_no_more(calls: Any, queued: Batch) -> None:
    assert calls(TakeBack(queued, ["ZZ001Z"])) == TakenBack(True)
    assert calls(ReadBack(queued, None)) == NotDone(None)


def test_one_that_was_not_run_yet_says_where_it_stands(calls: Any, queued: Batch) -> None:
    found = calls(ReadBack(queued, None))
    assert isinstance(found, NotDone) and found.status and found.status.state == "queued"


def test_one_that_was_run_tells_its_results(sandbox: Sandbox, calls: Any, queued: Batch) -> None:
    sandbox.run_batches("jansen")
    found = calls(ReadBack(queued, None))
    assert isinstance(found, Results)
    assert [(each.plate, each.result, each.sent) for each in found.page.items] == [
        ("ZZ001Z", "created", True)
    ]


def test_of_one_that_is_known_to_be_done_that_is_not_asked_again(
    sandbox: Sandbox, calls: Any, queued: Batch
) -> None:
    sandbox.run_batches("jansen")
    before = len(asked(sandbox))
    found = calls(ReadBack(queued, None, NOW))
    assert isinstance(found, Results) and found.ended == NOW
    assert len(asked(sandbox)) == before + 1


def test_a_cursor_that_igarage_does_not_know_is_told(sandbox: Sandbox, calls: Any, queued: Batch) -> None:
    sandbox.run_batches("jansen")
    assert calls(ReadBack(queued, "of-another-batch", NOW)) == CursorUnknown(NOW)


@pytest.mark.parametrize("status", [401, 503])
def test_a_failure_is_told_and_not_raised(sandbox: Sandbox, calls: Any, status: int) -> None:
    sandbox.order_fault(status=status)
    came = calls(SendUp(batch(), REQUEST, is_new=True))
    assert isinstance(came, Failed) and came.error.status == status
