"""What the sandbox remembers and shows: frozen values, no I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Mode = Literal["honours", "ignores", "forgets"]
"""What the server does with Idempotency-Keys: for ever, never, or for 24 hours."""

PassportState = Literal["concept", "sent", "active"]
AddressState = Literal["unknown", "ok", "invalid", "opted_out"]
ChangeState = Literal["invalid", "ok", "corrected", "opted_out"]
BatchState = Literal["queued", "running", "done", "withdrawn"]
Refused = bool | Literal["always"] | None
"""Whether iGarage turns an address away; None leaves it to the address's state."""
Outcome = Literal["open", "answered", "replayed", "dropped", "cut", "trickled"]
"""How a call ended on the wire; `open` is still being worked on, or was when the sandbox was killed."""

REASONS = (
    "hard_bounce",
    "soft_bounce",
    "mailbox_full",
    "no_such_domain",
    "syntax",
    "complaint",
    "unsubscribed",
)


@dataclass(frozen=True, slots=True)
class FleetAccount:
    """One Wagenparkaccount of a garage."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Garage:
    """What `GET /garage` tells of a garage. A limit of None means that there is none."""

    id: str
    name: str
    batch_at: str = "01:00"
    timezone: str = "Europe/Amsterdam"
    requests_per_minute: int | None = None
    batch_size: int | None = 500
    fleet_accounts: tuple[FleetAccount, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that was really done, in the order in which it was done; a replayed answer is none.

    `verb` is put, send, transfer or delete, or activate, invite, remove or correct where reception did it (then
    `key` is None). A put of a batch has the batch's id as its key. `result` is created, updated, unchanged (an
    upsert of what was there), sent, transferred, deleted, activated or corrected.
    """

    number: int
    at: str
    garage: str
    verb: str
    plate: str
    key: str | None
    send: bool
    result: str
    mailed: bool
    digest: str | None
    body: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Mail:
    """One invitation that a real iGarage would have mailed. `cause`: put, batch, send, transfer or reception."""

    number: int
    at: str
    garage: str
    plate: str
    address: str
    cause: str


@dataclass(frozen=True, slots=True)
class RequestSeen:
    """One call under the contract's base path, also when it failed or its answer never went out.

    `status` is what was put on the wire, None when nothing was. `fault` is the ordered fault that struck it.
    """

    number: int
    at: str
    garage: str | None
    method: str
    path: str
    key: str | None
    status: int | None
    outcome: Outcome
    fault: int | None


@dataclass(frozen=True, slots=True)
class PassportOnFile:
    """A passport as the sandbox has it now; `mails` counts every invitation its plate ever got."""

    garage: str
    plate: str
    state: PassportState
    sent_at: str | None
    address: str
    mails: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EmailChange:
    """One item of the feed of address changes of a garage; `sent` is None where nothing was corrected."""

    number: int
    garage: str
    at: str
    plate: str | None
    address: str
    state: ChangeState
    reason: str | None
    corrected_to: str | None
    sent: bool | None


@dataclass(frozen=True, slots=True)
class BatchOnFile:
    """A batch that was taken, with the key it came under and its passports as they came.

    `run_at` is its moment while it is queued or withdrawn, and when it really began after.
    """

    number: int
    id: str
    garage: str
    key: str
    reference: str
    state: BatchState
    queued_at: str
    run_at: str
    finished_at: str | None
    passports: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class AddressVerdict:
    """What iGarage knows of an address.

    `refused`: a passport that would newly have it, a send and a transfer are turned away; `always`: also an
    update of a passport that has it.
    """

    address: str
    state: AddressState
    reason: str | None
    refused: bool
    always: bool = False


def instant(moment: datetime) -> str:
    """An instant as the contract writes it: RFC 3339 in UTC, always with milliseconds: it sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def same_address(address: str) -> str:
    """What two spellings of one address have in common: no outer spaces, no case."""
    return address.strip().casefold()
