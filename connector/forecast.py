"""What would follow of the configuration, the ledger and the exports that lie ready: no write and no request.

The garage's part of the ledger is copied into one in memory. There the real intake reads the exports, and `next_step`
says of every passport what would be asked of iGarage and who would be invited.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from connector import emails, masks
from connector.config import GarageConfig, SourceConfig
from connector.errors import AdapterFailed, SourceUnavailable
from connector.inbox import Lookout
from connector.intake import Intake, Scan
from connector.ledger import Ledger
from connector.ledger import looking as look
from connector.ledger.access import scratch
from connector.ledger.copying import copy_garage
from connector.ledger.indexing import make_anew
from connector.ledger.looking import FileSummary
from connector.ledger.mails import Brake, brake
from connector.log import Log, make_log
from connector.plan import Delete, Due, Passport, Policy, Put, Transfer, Wait, invitation, next_step
from connector.service import policy_of, source_of

EXAMPLES = 3
"""Of each kind so many plates are shown, masked."""

Kind = Literal["invitations", "new", "updates", "owner_changes", "withdrawals", "later"]
KINDS: tuple[Kind, ...] = ("invitations", "new", "updates", "owner_changes", "withdrawals", "later")


@dataclass(frozen=True, slots=True)
class Example:
    """A plate and its address, both masked."""

    plate: str
    email: str


@dataclass(slots=True)
class Many:
    """How many passports something would happen to, with the first few of them."""

    count: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, plate: str, address: str) -> None:
        """One more."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(masks.text(plate), emails.mask(address)))


@dataclass(frozen=True, slots=True)
class ExportAhead:
    """An export that would be read: taken, or held with a reason."""

    source: str
    name: str
    state: str
    message: str | None
    read: int
    new: int
    changed: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would follow for one garage. `later` wait for a day, `next_day` is the first such day.

    `mailed` went out today already; with `braked` none of the invitations goes until a person says so.
    """

    garage: str
    exports: tuple[ExportAhead, ...]
    invitations: Many
    new: Many
    updates: Many
    owner_changes: Many
    withdrawals: Many
    later: Many
    next_day: date | None
    mailed: int
    limit: int
    braked: bool


def forecast(
    garage: GarageConfig, ledger: Ledger, now: Callable[[], datetime], wait: Callable[[float], None]
) -> Forecast:
    """What would follow for a garage. `wait` sleeps so many seconds: exports must stand still."""
    name, today = garage.garage, now().astimezone(garage.zone).date()
    policy = policy_of(garage)
    with scratch(now=now, entropy=_nothing_secret, key_file=ledger.key_file) as beside:
        with ledger.looking() as here, beside.database.write() as there:
            copy_garage(here, there, name)
        beside.know_garage(name)
        scans = _read(garage, Intake(beside, policy, lambda: today, now, _silence(now)), now, wait)
        make_anew(beside, name, policy, today)
        with beside.looking() as connection:
            passports = list(look.all_passports(connection, name))
            stands = brake(connection, name, garage.brake.mails, today, now())
    return _told(name, scans, passports, policy, today, stands)


def _nothing_secret(size: int) -> bytes:
    """Bytes for a ledger whose keys nobody ever sees."""
    return bytes(size)


def _silence(now: Callable[[], datetime]) -> Log:
    return make_log("error", None, now, io.StringIO())


def _read(
    garage: GarageConfig, intake: Intake, now: Callable[[], datetime], wait: Callable[[float], None]
) -> list[Scan]:
    """Take in what lies ready, as one pass would; nothing is archived."""
    accounts = intake.ledger.fleet_accounts(garage.garage)
    lookouts = [
        Lookout(each.folder, each.pattern, 0, monotonic=time.monotonic, now=now) for each in garage.watched
    ]
    for lookout in lookouts:
        with suppress(SourceUnavailable):  # the scan tells of it
            lookout.look()
    if any(lookout.sees_files for lookout in lookouts):
        wait(max(source.settle for source in garage.watched))
    return [
        _scanned(garage, source, lookout, intake, accounts)
        for source, lookout in zip(garage.watched, lookouts, strict=True)
    ]


def _scanned(
    garage: GarageConfig,
    source: SourceConfig,
    lookout: Lookout,
    intake: Intake,
    accounts: Collection[str] | None,
) -> Scan:
    try:
        return intake.scan(replace(source_of(garage, source, accounts), archive=None), lookout)
    except AdapterFailed as error:  # it would be passed over
        return Scan(source.name, "unavailable", str(error))


def _told(
    garage: str,
    scans: Sequence[Scan],
    passports: Sequence[tuple[str, Passport]],
    policy: Policy,
    today: date,
    stands: Brake,
) -> Forecast:
    found: dict[Kind, Many] = {kind: Many() for kind in KINDS}
    days = []
    for plate, facts in passports:
        for kind in _kinds(facts, policy, today):
            found[kind].add(plate, facts.address)
        step = next_step(facts, policy, today)
        days += [step.until] if isinstance(step, Wait) and step.until else []
    return Forecast(
        garage,
        tuple(_export(file) for scan in scans for file in scan.read),
        **found,
        next_day=min(days, default=None),
        mailed=stands.mailed,
        limit=stands.limit,
        braked=stands.is_closed,
    )


def _export(file: FileSummary) -> ExportAhead:
    return ExportAhead(
        file.source, file.name, file.state, file.message, file.read, file.new, file.changed, file.rejected
    )


def _kinds(facts: Passport, policy: Policy, today: date) -> Iterator[Kind]:
    """What would happen to a passport; more than one thing may."""
    step = next_step(facts, policy, today)
    if isinstance(invitation(facts, policy, today), Due):
        yield "invitations"
    if isinstance(step, Put):
        yield "new" if facts.delivered_revision is None else "updates"
    if isinstance(step, Transfer) or facts.held == "owner_change":
        yield "owner_changes"
    if isinstance(step, Delete):
        yield "withdrawals"
    if isinstance(step, Wait) and step.until:
        yield "later"
