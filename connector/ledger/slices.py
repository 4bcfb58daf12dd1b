"""What one slice of a file's rows will write, and how it is written, all in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from connector.arrivals import Contains
from connector.corrections import Correction, Counted
from connector.ledger import addresses, conflicts, correcting, replating, suspects
from connector.ledger import passports as passport_rows
from connector.ledger import prior as prior_rows
from connector.ledger.schema import files, passports, rejected_rows, skipped_rows
from connector.ledger.writing import event, insert_all, record, rewrite
from connector.plan import Policy

Row = Mapping[Any, Any]
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accepting:
    """What every slice of one file needs to know. `system` is the adapter's name, as iGarage gets to see it."""

    file: int
    garage: str
    source: str
    system: str
    recipe: bytes
    policy: Policy
    today: date
    now: datetime
    entropy: Callable[[int], bytes]
    contains: Contains = "all"
    own: Collection[str] = ()
    """The garage's own addresses, which are no customer's."""
    accounts: frozenset[str] | None = None
    """The Wagenparkaccounts that iGarage has; None: it has not said."""
    rescued: bool = False
    """The ledger lost what it knew before: a passport that is new to it need not be new to iGarage."""
    lacks_consent: bool = False
    """A consent or opt-out column that is mapped is gone from the file."""
    pushed: bool = False
    """It was pushed, and lay in no folder."""
    silent: frozenset[str] = frozenset()
    """Those that its rows, staged before that was known, say nothing of."""


@dataclass(slots=True)
class Slice:
    """What one slice will write."""

    faults: dict[str, str | None]
    verdicts: Mapping[str, str]
    """What is known against the addresses that its rows name and that their passports have now."""
    former: Collection[str]
    """The latter."""
    prior: dict[str, Row]
    """Plate → its passport as it was."""
    corrections: Sequence[Correction]
    moved: Mapping[str, Row]
    """Plate → the passport of the plate that its record named before."""
    unknown: list[str] = field(default_factory=list)
    """The addresses of newcomers."""
    counts: Counter[str] = field(default_factory=Counter)
    made: dict[str, Values] = field(default_factory=dict)
    """Plate → a passport that is new; of its columns those that are not empty."""
    passports: dict[str, Values] = field(default_factory=dict)
    """Plate → a passport that was there, as it is now."""
    told: list[Row] = field(default_factory=list)
    """The rows that are passports, as staged."""
    passed_over: list[Row] = field(default_factory=list)
    """The rows that are none and that are remembered as such."""
    named: set[str] = field(default_factory=set)
    ended: list[tuple[str, Counted]] = field(default_factory=list)
    """Plates, with how what was corrected of them ends unless another source still says it."""
    rejected: list[Values] = field(default_factory=list)
    skipped: list[Values] = field(default_factory=list)
    events: list[Values] = field(default_factory=list)


def write(connection: sa.Connection, job: Accepting, result: Slice, done: int) -> None:
    """Write what a slice came to; `done` is the position up to which its file is accepted now."""
    judged_anew = addresses.judge(connection, job.garage, result.faults, result.verdicts, job.now)
    judged_anew += suspects.judge(connection, job.garage, result.faults, result.verdicts, job.own, job.now)
    _end_corrections(connection, job, result)
    _note_conflicts(connection, job, result)
    judged_anew += _write_passports(connection, job, result)
    replating.mark(connection, job.garage, {each["plate"]: plate for plate, each in result.moved.items()})
    passport_rows.reindex(connection, job.garage, job.policy, job.today, only_addresses=judged_anew)
    insert_all(connection, rejected_rows, result.rejected)
    insert_all(connection, skipped_rows, result.skipped)
    record(connection, result.events)
    counts = {name: files.c[name] + number for name, number in result.counts.items()}
    connection.execute(files.update().where(files.c.id == job.file).values(accepted_to=done, **counts))


def _end_corrections(connection: sa.Connection, job: Accepting, result: Slice) -> None:
    """What rows said ends corrections of their plates, but for those that another source still needs."""
    ended = [each for _, counted in result.ended for each in counted.ended]
    over = correcting.said_no_more(connection, job.garage, ended)
    correcting.end(connection, job.garage, over)
    result.corrections = [each for each in result.corrections if each not in over]
    for plate, counted in result.ended:
        if counted.ending == "overruled" and not over.isdisjoint(counted.ended):
            result.events.append(event(job.garage, plate, job.now, "correction_over"))


def _write_passports(connection: sa.Connection, job: Accepting, result: Slice) -> list[str]:
    """Write passports with their next step; the addresses that are shared now, or no longer."""
    made, changed = list(result.made.values()), list(result.passports.values())
    at_hand = {*result.former, *(each["address"] for each in (*made, *changed))}
    judged = addresses.judged(connection, job.garage, at_hand)
    at_hand.update(result.unknown)
    passport_rows.index_all(made, changed, judged, job.policy, job.today)
    insert_all(connection, passports, made)
    rewrite(connection, passports, ((result.prior[each["plate"]], each) for each in changed))
    verdicts = {address: verdict for address, (verdict, _) in judged.items()}
    return suspects.count(connection, job.garage, at_hand, verdicts, job.policy.shared_limit, job.now)


def _note_conflicts(connection: sa.Connection, job: Accepting, result: Slice) -> None:
    """The plates that this slice names, or no longer names, may be in a conflict now or out of it."""
    named = {*result.named, *(each["plate"] for each in result.skipped if each["plate"])} - result.made.keys()
    known = result.corrections
    torn = conflicts.torn(connection, job.garage, {*named, *result.made}, known, source=job.source)
    turned = conflicts.turned(connection, job.garage, named, torn)
    there = prior_rows.passports_of(connection, job.garage, turned)
    result.prior.update(there)
    touched = {**there, **result.passports}
    for written, at_hand in ((result.passports, touched), (result.made, dict(result.made))):
        for plate, row in at_hand.items():
            if row["source_conflict"] != (plate in torn):
                written[plate] = {**row, "source_conflict": plate in torn}
                result.events.append(event(job.garage, plate, job.now, conflicts.event_name(plate in torn)))
