"""The words of the house as frozen values: no I/O, no clock, no judgement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from types import MappingProxyType
from typing import Any, BinaryIO, Literal, NamedTuple, Self

CONTENT_FIELDS = (
    "country",
    "make",
    "model",
    "vin",
    "fuel",
    "first_registration",
    "apk_due",
    "mileage",
    "mileage_at",
    "customer_reference",
    "role",
    "company",
    "initials",
    "first_name",
    "infix",
    "last_name",
    "email",
    "mobile",
    "phone",
    "street",
    "house_number",
    "postal_code",
    "city",
    "language",
    "fleet_account",
)
"""Canonical fields that stand in a passport's content and may leave the garage."""

CONSENT_FIELDS = ("consent", "opt_out")
"""Facts that say whether a customer wants mail."""
FACT_FIELDS = ("service_due", *CONSENT_FIELDS, "changed_at")
"""Canonical fields that stand beside the content and never leave the garage."""

CANONICAL_FIELDS = ("plate", *CONTENT_FIELDS, *FACT_FIELDS, "full_name", "fleet", "record_key")
"""Every field that a garage file or an adapter may map.

A `full_name` is split into the fields of `NAME_FIELDS`; of a `fleet`, the name of fleet or lease company in the garage
system, comes the `fleet_account`.
"""

NAME_FIELDS = ("initials", "first_name", "infix", "last_name")
"""The parts of a person's name; where one of them is mapped, there is no `full_name`."""

Content = Mapping[str, str | int]
"""A passport's content: canonical field → value, only what is mapped and filled in. Dates are ISO, `mileage` in km."""


# ---------------------------------------------------------------- what a plugin and the core tell each other


@dataclass(frozen=True, slots=True)
class Column:
    """Where a canonical field comes from.

    `names` are the source's own column names, the first that is not empty counts; or `value` is a fixed text, a
    claim of the garage. `format` is a `strptime` format for dates. An `optional` column may be gone from an export.
    """

    names: tuple[str, ...] = ()
    value: str | None = None
    format: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record could not be cut into cells. `code` is a rejection code, `value` already masked."""

    code: str
    message: str
    column: str | None = None
    value: str | None = None


class SourceRecord(NamedTuple):
    """One record as the source has it: its own column names → text, untouched.

    `line` is the record's first physical line from 1 (None where a source has no lines). A record with a `fault`
    is rejected; `values` then holds what could be read of it. `digest` is of the record word for word and of all that
    decides how it is cut, where its reader can tell (see `reciting`; None: it is recognised by its values).
    """

    values: Mapping[str, str]
    line: int | None = None
    fault: Fault | None = None
    digest: bytes | None = None


class CellText(str):
    """A cell's text that knows its column, for `connector_map_record`: a rejection then names the right one.

    `column` is the source's own name of it, None for a text that stands in no column.
    """

    __slots__ = ("column",)
    column: str | None

    def __new__(cls, text: str, column: str | None) -> Self:
        made = super().__new__(cls, text)
        made.column = column
        return made


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is no passport and no mistake. `reason` is a skip reason of `docs/codes.md`.

    `plate` is the one it names all the same, as the source writes it: the car is in the export, if not as a passport.
    """

    reason: str
    plate: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Layout:
    """What an adapter found of a file's form; for people, and to tell which column is gone."""

    columns: tuple[str, ...]
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Records with the layout they were read by: what `connector_read_file` returns when it knows the header."""

    layout: Layout
    records: Iterable[SourceRecord]

    def __iter__(self) -> Iterator[SourceRecord]:
        return iter(self.records)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a polled source: what `connector_fetch_page` answers.

    `cursor` says where to go on: at the next page while there is `more`, else at the next poll (None: that begins
    anew, with `since`). `newest` is when the latest of its records changed: the next poll begins there, less the
    source's `lag`.
    """

    records: Sequence[SourceRecord]
    cursor: str | None = None
    more: bool = False
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExportFile:
    """An export as a plugin sees it: a name for messages and a way to read it from its start, as bytes."""

    name: str
    open: Callable[[], BinaryIO]
    size: int


@dataclass(frozen=True, slots=True)
class AddressNotice:
    """An address that proved invalid, for the garage's own system. `address` is case-folded; `repr` shows none.

    `reason` is one of `docs/codes.md`, `since` when that was learned. `records` and `plates` are the record keys and
    plates of the source's rows that name it, `suggestion` and `corrected_to` what it may be, and what somebody says.
    """

    address: str = field(repr=False)
    reason: str | None
    since: datetime
    records: tuple[str, ...] = field(repr=False)
    plates: tuple[str, ...] = field(repr=False)
    suggestion: str | None = field(default=None, repr=False)
    corrected_to: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Recognised:
    """How an adapter would read an export that it knows as its own: its `settings:`, and what the export contains.

    `doubts`: keys below `settings` → Dutch sentences for whoever sets the garage up.
    """

    settings: Mapping[str, Any]
    contains: Literal["all", "selection"] = "all"
    doubts: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PushRequest:
    """What a garage system pushed, as a plugin sees it: a body within bounds, and what it says it is.

    `media_type` is `application/json` or `application/xml`.
    """

    media_type: str
    body: bytes = field(repr=False)

    @property
    def file(self) -> ExportFile:
        """The body as an export, for readers that take one."""
        return ExportFile("push", lambda: BytesIO(self.body), len(self.body))


# ---------------------------------------------------------------- what mapping makes of a record


@dataclass(frozen=True, slots=True)
class Warned:
    """Something odd that does not change what a row ends as. `value` is masked."""

    code: str
    column: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands beside the content. None means that the source does not say, and leaves the ledger's value.

    `consent` is `yes`, `no` or an ISO date; `changed_at` an ISO date or instant, compared as text.
    """

    service_due: date | None = None
    consent: str | None = None
    opt_out: bool | None = None
    changed_at: str | None = None


SILENT = Facts()
"""A source that says nothing of these."""


class Draft(NamedTuple):
    """A passport as one row of a source draws it: acceptable, not yet judged against the ledger.

    `address_fault` says why the address can stand in no request (None: it can); it does not reject the row.
    """

    plate: str
    record_key: str
    content: Content
    facts: Facts = SILENT
    warnings: tuple[Warned, ...] = ()
    address_fault: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be a passport: the value of a `RecordRejected`, with the row's key where it has one."""

    code: str
    message: str
    column: str | None = None
    value: str | None = None
    record_key: str | None = None


Verdict = Draft | Skipped | Rejected
"""What mapping makes of a record."""


# ---------------------------------------------------------------- what iGarage answers

EmailState = Literal["unknown", "ok", "invalid", "opted_out"]


@dataclass(frozen=True, slots=True)
class EmailStatus:
    """What iGarage knows of the address on file."""

    address: str | None = None
    state: EmailState = "unknown"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PassportStatus:
    """iGarage's answer on one passport. `sent_at` is the instant of the last invitation, or None."""

    plate: str
    state: Literal["concept", "sent", "active"]
    sent_at: datetime | None
    email: EmailStatus
    created: bool = False
    """True when this answer made the passport (201)."""
    sent_by: bool = False
    """True where `sent_at` is when a batch ended: iGarage's own instant is some time before it."""


@dataclass(frozen=True, slots=True)
class GarageInfo:
    """`GET /garage`: who we are to iGarage, and its limits (None: none)."""

    id: str
    name: str
    timezone: str | None = None
    batch_at: str | None = None
    requests_per_minute: int | None = None
    batch_size: int | None = None
    fleet_accounts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Wagenparkaccount id → name."""


BatchState = Literal["queued", "running", "done"]


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """iGarage's answer on a batch. `run_at` is when it is run, or was."""

    id: str
    reference: str
    state: BatchState
    run_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class BatchItem:
    """What became of one passport of a batch. `code` says why it failed; `sent` whether its customer was invited."""

    plate: str
    result: Literal["created", "updated", "failed"]
    sent: bool
    code: str | None
    email: EmailStatus


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """A page of a batch's results, and the cursor of the next one; None: it was the last."""

    items: tuple[BatchItem, ...]
    next: str | None


ChangeState = Literal["invalid", "ok", "corrected", "opted_out"]


@dataclass(frozen=True, slots=True)
class AddressChange:
    """One thing that iGarage learned of an address. `plate` None: it speaks of the address alone.

    `corrected`: the passport of `plate` now has `corrected_to`, and `sent` says whether iGarage invited it there.
    """

    at: datetime
    address: str
    state: ChangeState
    plate: str | None = None
    reason: str | None = None
    corrected_to: str | None = None
    sent: bool = False


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """A page of the feed, oldest first, the cursor to go on from, and whether there is more now."""

    items: tuple[AddressChange, ...]
    next: str
    more: bool
