"""The life of one call of the contract, from its arrival to its answer; no HTTP and no socket in it.

Arrival is noted, a fault may strike, then: token → operation → key → body → (delay) → deed. The deed, the
memory of its key and its effect are one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.sandbox import batches, deeds, feed
from connector.sandbox.answers import JSON, Answer, FieldError, problem
from connector.sandbox.bodies import (
    KEY,
    MalformedError,
    batch_errors,
    digest_of,
    empty_errors,
    passport_errors,
    read_object,
    transfer_errors,
)
from connector.sandbox.fault_book import FaultBook, Strike
from connector.sandbox.keys import Keys, KeyUse
from connector.sandbox.pages import PageOrder, QueryError
from connector.sandbox.records import Garage, Outcome, instant
from connector.sandbox.routes import Operation, RefusalError, operation_at
from connector.sandbox.state import State
from connector.sandbox.tokens import Tokens

BASE = "/connector/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """One request below the base path. `body` is None when it is larger than the sandbox takes."""

    method: str
    path: str
    query: str
    authorization: str | None
    key: str | None
    content_type: str | None
    body: bytes | None


Pause = Callable[[], None]


class Contract:
    """Answers calls of the contract. Everything it needs is given to it."""

    def __init__(
        self,
        *,
        state: State,
        tokens: Tokens,
        keys: Keys,
        faults: FaultBook,
        garages: dict[str, Garage],
        clock: Callable[[], datetime],
    ) -> None:
        self._state = state
        self._tokens = tokens
        self._keys = keys
        self._faults = faults
        self._garages = garages
        self._clock = clock

    def perform(self, call: Call) -> tuple[Answer, Strike | None]:
        """The answer to a call, and the fault that struck it."""
        garage = self._tokens.garage_of(call.authorization)
        asked = f"{call.path}?{call.query}" if call.query else call.path
        number = self._state.arrived(instant(self._clock()), garage, call.method, asked, call.key)
        strike = self._faults.strike(call.method, call.path, garage)
        answer = self._struck(call, garage, strike)
        status, outcome = _told(answer, strike)
        self._state.ended(number, status, outcome, strike.number if strike else None)
        return answer, strike

    def _struck(self, call: Call, garage: str | None, strike: Strike | None) -> Answer:
        if strike is None:
            return self._answer(call, garage, _at_once, None)
        late = strike.fault.after_deed
        if not strike.fault.does_deed:
            strike.delay()
            return strike.fault.answer()
        answer = self._answer(call, garage, _at_once if late else strike.delay, strike.fault.page)
        if late:
            strike.delay()
        return strike.fault.answer() if strike.fault.replaces else answer

    def _answer(self, call: Call, garage: str | None, pause: Pause, order: PageOrder | None) -> Answer:
        try:
            operation = operation_at(call.method, call.path, _known(garage))
            if call.method == "GET":
                pause()
                return self._read(operation, call.query, order)
            key, value = _key(call), _body(call) if operation.has_body else None
            with self._keys.at_work(operation.garage, key) as mine:
                if not mine:
                    return problem(409, "in_progress", "This key is still being worked on.")
                pause()
                return self._write(operation, key, digest_of(call.method, call.path, value), value or {})
        except RefusalError as refusal:
            return refusal.answer
        except QueryError as error:
            return problem(400, "malformed", str(error))

    def _read(self, operation: Operation, query: str, order: PageOrder | None) -> Answer:
        if operation.name == "garage":
            return deeds.describe_garage(self._facts(operation.garage))
        with self._state.transaction() as db:
            return _look(self._scene(db, operation, None), operation, query, order)

    def _write(self, operation: Operation, key: str, digest: str, value: dict[str, Any]) -> Answer:
        with self._state.transaction() as db:
            scene = self._scene(db, operation, key)
            use = KeyUse(operation.garage, key, digest, scene.now)
            first = self._keys.first_answer(db, use)
            if first is not None:
                return first
            answer = _deed(scene, operation, value, self._facts(operation.garage))
            self._keys.remember(db, use, answer)
            return answer

    def _scene(self, db: sqlite3.Connection, operation: Operation, key: str | None) -> deeds.Scene:
        now = self._clock()
        batches.run_due(db, now)
        return deeds.Scene(db, now, operation.garage, operation.thing, key)

    def describe(self, garage: Garage) -> None:
        """What `GET /garage` tells of a garage from now on."""
        self._garages[garage.id] = garage

    def _facts(self, garage: str) -> Garage:
        return self._garages.get(garage, Garage(garage, garage))


def _known(garage: str | None) -> str:
    if garage is None:
        headers = (("WWW-Authenticate", "Bearer"),)
        raise RefusalError(problem(401, "unauthorised", "This token belongs to no garage.", (), headers))
    return garage


def _key(call: Call) -> str:
    if call.key is None or not KEY.fullmatch(call.key):
        wanted = "A write needs an Idempotency-Key of 1 to 64 of A-Z a-z 0-9 - _."
        raise RefusalError(problem(400, "malformed", wanted))
    return call.key


def _look(scene: deeds.Scene, operation: Operation, query: str, order: PageOrder | None) -> Answer:
    look: Callable[[], Answer] = {
        "read": lambda: deeds.read_passport(scene),
        "changes": lambda: feed.read_changes(scene, query, order),
        "find_batches": lambda: batches.find_batches(scene, query),
        "read_batch": lambda: batches.read_batch(scene, operation.thing),
        "items": lambda: batches.read_items(scene, operation.thing, query, order),
    }[operation.name]
    return look()


def _deed(scene: deeds.Scene, operation: Operation, value: dict[str, Any], facts: Garage) -> Answer:
    errors = _errors(operation, value)
    if errors:
        return problem(422, "invalid", "Some fields are not as the contract wants them.", errors)
    deed: Callable[[], Answer] = {
        "put": lambda: deeds.put_passport(scene, value),
        "send": lambda: deeds.send_passport(scene),
        "transfer": lambda: deeds.transfer_passport(scene, value),
        "delete": lambda: deeds.delete_passport(scene),
        "queue": lambda: batches.queue(scene, value, facts),
        "withdraw": lambda: batches.withdraw(scene, operation.thing),
    }[operation.name]
    return deed()


def _errors(operation: Operation, value: dict[str, Any]) -> list[FieldError]:
    if operation.name == "put":
        return passport_errors(operation.thing, value)
    if operation.name == "transfer":
        return transfer_errors(value)
    if operation.name == "queue":
        return batch_errors(value)
    return empty_errors(value)


def _body(call: Call) -> dict[str, Any]:
    if call.body is None:
        raise RefusalError(problem(413, "too_large", "This body is larger than the server takes."))
    kind, _, parameters = (call.content_type or "").partition(";")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    if kind.strip().lower() != JSON or charset not in ("", "charset=utf-8"):
        raise RefusalError(problem(415, "malformed", "A body is application/json in UTF-8."))
    try:
        return read_object(call.body)
    except MalformedError:
        raise RefusalError(problem(400, "malformed", "The body is not a JSON object in UTF-8.")) from None


def _told(answer: Answer, strike: Strike | None) -> tuple[int | None, Outcome]:
    fault = strike.fault if strike else None
    if fault is not None and fault.drop is not None:
        return None, "dropped"
    if fault is not None and fault.cut is not None:
        return answer.status, "cut"
    if fault is not None and fault.trickle is not None:
        return answer.status, "trickled"
    return answer.status, "replayed" if answer.replayed else "answered"


def _at_once() -> None:
    """No delay was ordered."""
