"""Writers of one garage take turns, so that PostgreSQL knows no order of events that SQLite does not.

SQLite has one writer. Where several can write, one must not put back a row as it was before another changed it, and
two must not wait for each other. Here a writer is stopped in the middle of its transaction, on purpose and not by
luck: the ledger asks the test for random bytes there, or the test holds a row it needs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from connector.errors import Refused
from connector.ledger import Claim, Ledger
from connector.ledger.schema import addresses

WAITING = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@pytest.fixture
def jansen(postgresql_place: Any, opened: Callable[..., Ledger], hand: Callable[[Ledger], Any]) -> Any:
    return hand(opened(postgresql_place))


@pytest.fixture
def waiting(jansen: Any) -> Callable[[], int]:
    """How many transactions wait for another."""

    def count() -> int:
        with jansen.ledger.looking() as connection:
            return int(connection.execute(WAITING).scalar_one())

    return count


class Errand(threading.Thread):
    """Does something in a thread of its own, and keeps what came of it."""

    def __init__(self, deed: Callable[[], Any]) -> None:
        super().__init__()
        self._deed = deed
        self.result: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._deed()
        except Exception as error:  # to be seen by the test, which joins
            self.result = error

    def done(self) -> Any:
        self.join()
        assert not isinstance(self.result, Exception), self.result
        return self.result


def test_an_export_that_is_accepted_does_not_undo_a_claim_made_meanwhile(
    jansen: Any, waiting: Callable[[], int], until: Callable[..., None]
) -> None:
    jansen.night(jansen.car(1, make="Volvo"))
    file = jansen.judged(jansen.car(1, make="Saab"), jansen.car(2))
    errands: list[Errand] = []

    def in_the_middle(size: int) -> bytes:
        """The slice has read passport 1 and makes passport 2: a worker claims passport 1."""
        if not errands:
            errands.append(Errand(jansen.claim))
            until(lambda: waiting() or not errands[0].is_alive())
        return b"2" * size

    accepting = jansen.but(ledger=Ledger(jansen.ledger.database, jansen.clock, in_the_middle))
    accepting.accept(file)
    claim = errands[0].done()
    assert isinstance(claim, Claim)
    assert jansen.trace(1 if claim.plate == "ZZ001Z" else 2).claimed
    assert jansen.answer(claim), "the answer was lost: the passport would be asked for once more"
    assert jansen.trace(1).facts.revision == 2


def test_two_answers_on_one_address_do_not_wait_for_each_other(
    jansen: Any, waiting: Callable[[], int], until: Callable[..., None]
) -> None:
    jansen.night(*(jansen.car(number, email="an@voorbeeld.example") for number in (1, 2)))
    claims = [jansen.claimed(), jansen.claimed()]
    refused = Refused("422", code="email_invalid", status=422)
    with jansen.ledger.database.writing.connect() as connection:
        held_back = {"garage": "jansen", "address": "an@voorbeeld.example", "verdict": "bounced"}
        connection.execute(addresses.insert().values(**held_back, since=jansen.clock()))
        errands = [Errand(lambda claim=claim: jansen.fail(refused, claim)) for claim in claims]
        until(lambda: waiting() == len(errands))
        connection.rollback()
    assert [errand.done() for errand in errands] == [True, True]
    assert jansen.held() == {"ZZ001Z": "invalid_email", "ZZ002Z": "invalid_email"}


def test_a_garage_is_made_once_however_many_meet_it(jansen: Any, at_once: Callable[..., list[Any]]) -> None:
    at_once(4, lambda: jansen.ledger.know_garage("pietersen"))
    assert jansen.ledger.standing("pietersen").igarage_id is None


def test_another_garage_does_not_wait(jansen: Any) -> None:
    pietersen = jansen.but(garage="pietersen")
    pietersen.night(pietersen.car(1))
    file = jansen.judged(jansen.car(1))
    claimed = []

    def in_the_middle(size: int) -> bytes:
        claimed.append(Errand(pietersen.claim).done())
        return b"1" * size

    jansen.but(ledger=Ledger(jansen.ledger.database, jansen.clock, in_the_middle)).accept(file)
    assert claimed[0].garage == "pietersen"
