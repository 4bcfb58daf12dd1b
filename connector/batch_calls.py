"""What iGarage is asked about a batch, and what came of it: calls alone, as a worker makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connector.errors import DeliveryError, Refused
from connector.igarage.client import Client
from connector.ledger.composing import Batch
from connector.model import BatchStatus, ItemsPage

PAGE = 500
"""Results asked for at a time."""


@dataclass(frozen=True, slots=True)
class SendUp:
    """Ask for a batch. One that is not new is looked up first: perhaps it was asked for, and iGarage has it.

    `body` is its request; None where somebody in it was erased since, and it must not be asked for any more.
    """

    batch: Batch
    body: bytes | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Ask that a batch is not run: it would do what nobody wants any more of these plates."""

    batch: Batch
    unwanted: list[str]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Ask what became of a batch that should have run, after a cursor (None: from the first).

    `ended` is when it was done; None: whether it is done is asked first.
    """

    batch: Batch
    after: str | None
    ended: datetime | None = None


Call = SendUp | TakeBack | ReadBack


@dataclass(frozen=True, slots=True)
class Taken:
    """iGarage has the batch."""

    status: BatchStatus


@dataclass(frozen=True, slots=True)
class NotTaken:
    """iGarage refuses the batch as it is."""


@dataclass(frozen=True, slots=True)
class NotThere:
    """iGarage has no such batch, and it is not to be asked for."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The batch is not run. `False`: it is too late."""

    done: bool


@dataclass(frozen=True, slots=True)
class NotDone:
    """The batch was not run yet; `None`: iGarage does not know it any more."""

    status: BatchStatus | None


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what became of a batch, which was done at `ended`."""

    page: ItemsPage
    ended: datetime


@dataclass(frozen=True, slots=True)
class CursorUnknown:
    """iGarage does not know where we had read to, of a batch that was done at `ended`."""

    ended: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """The call had no good end."""

    error: DeliveryError


Came = Taken | NotTaken | NotThere | TakenBack | NotDone | Results | CursorUnknown | Failed
"""What came of a call."""


def ask(client: Client, call: Call, now: Callable[[], datetime]) -> Came:
    """Make a call. `now` says when a batch was done of which iGarage does not."""
    try:
        match call:
            case SendUp():
                return _send_up(client, call)
            case TakeBack(batch):
                return TakenBack(client.cancel_batch(batch.igarage_id or "", key=f"cancel-{batch.reference}"))
            case ReadBack():
                return _read_back(client, call, now)
    except DeliveryError as error:
        return Failed(error)


def _send_up(client: Client, call: SendUp) -> Came:
    reference = call.batch.reference
    known = None if call.is_new else next(iter(client.batches_of(reference)), None)
    if known is not None:
        return Taken(known)
    if call.body is None:
        return NotThere()
    try:
        return Taken(client.post_batch(call.body, key=reference))
    except Refused:
        return NotTaken()


def _read_back(client: Client, call: ReadBack, now: Callable[[], datetime]) -> Came:
    batch, ended = call.batch.igarage_id or "", call.ended
    if ended is None:
        status = client.batch(batch)
        if status is None or status.state != "done":
            return NotDone(status)
        ended = status.finished_at or now()
    try:
        return Results(client.batch_items(batch, call.after, PAGE), ended)
    except Refused as error:
        if call.after is None or error.status != 400:
            raise
        return CursorUnknown(ended)
