"""Accepting a judged file: slice by slice its rows become passports, memory and lists, each slice one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from connector.arrivals import Contains
from connector.corrections import Correction
from connector.ledger import (
    addresses,
    conflicts,
    consents,
    correcting,
    leaves,
    memory,
    owning,
    replating,
    suspects,
)
from connector.ledger import passports as passport_rows
from connector.ledger.files import close
from connector.ledger.schema import files, passports, rejected_rows, skipped_rows, staged
from connector.ledger.weighing import changed_fields, told_otherwise, weigh
from connector.ledger.writing import event, found, insert_all, record, upsert
from connector.plan import Policy
from connector.suspicion import SHARED_LIMIT

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
    shared_limit: int = SHARED_LIMIT
    rescued: bool = False
    """The ledger lost what it knew before: a passport that is new to it need not be new to iGarage."""
    lacks_consent: bool = False
    """A consent or opt-out column that is mapped is gone from the file."""


@dataclass(slots=True)
class _Slice:
    """What one slice will write."""

    faults: dict[str, str | None]
    verdicts: Mapping[str, str]
    """What is known against the addresses that passports have now."""
    former: Collection[str]
    """Those addresses."""
    corrections: Sequence[Correction]
    moved: Mapping[str, Row]
    """Plate → the passport of the plate that its record named before."""
    counts: Counter[str] = field(default_factory=Counter)
    passports: dict[str, Values] = field(default_factory=dict)
    memory: list[Values] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    ended: list[Correction] = field(default_factory=list)
    rejected: list[Values] = field(default_factory=list)
    skipped: list[Values] = field(default_factory=list)
    events: list[Values] = field(default_factory=list)


def start(connection: sa.Connection, file: int) -> None:
    """Begin to accept: rows recognised as passports change nothing and are counted at once."""
    unchanged = connection.execute(
        sa.select(sa.func.count()).select_from(staged).where(staged.c.file == file, _is_known_passport())
    ).scalar_one()
    read = connection.execute(
        sa.select(sa.func.count()).select_from(staged).where(staged.c.file == file)
    ).scalar_one()
    connection.execute(
        files.update().where(files.c.id == file).values(state="accepting", unchanged=unchanged, read=read)
    )


def accept_slice(connection: sa.Connection, job: Accepting, limit: int) -> bool:
    """Accept the next `limit` rows of a file; True when there are more."""
    done = connection.execute(sa.select(files.c.accepted_to).where(files.c.id == job.file)).scalar_one()
    if job.lacks_consent and not done:
        consents.lapse(connection, job.garage, job.source, job.now)
    query = (
        sa.select(staged)
        .where(staged.c.file == job.file, staged.c.position > done, ~_is_known_passport())
        .order_by(staged.c.position)
        .limit(limit)
    )
    chunk = found(connection, query)
    if chunk:
        _write(connection, job, _judge(connection, job, chunk), int(chunk[-1]["position"]))
    return len(chunk) == limit


def finish(connection: sa.Connection, job: Accepting) -> None:
    """Close an accepted file as taken; older lists of skips go.

    A whole customer base supersedes what was held before it; a selection does not speak for another.
    """
    memory.forget_skips(connection, job.garage, job.source, job.file)
    correcting.end_what_is_over(connection, job.garage)
    replating.settle(connection, job.garage, job.policy, job.today, job.now)
    of_source = (files.c.garage == job.garage) & (files.c.source == job.source) & (files.c.id != job.file)
    if job.contains == "all":
        older = of_source & (files.c.state == "held") & (files.c.id < job.file)
        connection.execute(files.update().where(older).values(state="superseded", closed_at=job.now))
    connection.execute(
        skipped_rows.delete().where(skipped_rows.c.file.in_(sa.select(files.c.id).where(of_source)))
    )
    if not job.lacks_consent:
        consents.mend(connection, job.garage, job.source)
    close(connection, job.file, "taken", job.now)
    leaves.spend(connection, job.garage, job.source)


def _is_known_passport() -> sa.ColumnElement[bool]:
    return staged.c.recognised & (staged.c.verdict == "passport")


def _judge(connection: sa.Connection, job: Accepting, chunk: Sequence[Row]) -> _Slice:
    said, prior = weighed_against(connection, job.garage, job.source, chunk)
    result = _Slice(
        faults={row["address"]: row["address_fault"] for row in chunk if row["address"]},
        verdicts=addresses.verdicts(connection, job.garage, (each["address"] for each in prior.values())),
        former={each["address"] for each in prior.values()},
        corrections=correcting.known(connection, job.garage),
        moved=_moved(connection, job.garage, said, chunk),
    )
    first_seen = _first_seen(connection, job, _values(chunk, "digest", verdict="rejected"))
    for row in chunk:
        if row["verdict"] == "passport":
            _take(job, row, said.get(row["key"]), prior.get(row["plate"]), result)
        elif row["verdict"] == "rejected":
            _reject(job, row, first_seen.get(bytes(row["digest"])), result)
        else:
            _skip(job, row, result)
    return result


def _moved(
    connection: sa.Connection, garage: str, said: Mapping[str, Row], chunk: Sequence[Row]
) -> dict[str, Row]:
    """Plate → the passport of the plate that the record behind it named before; those that changed alone."""
    former = replating.former_plates(said, chunk)
    known = _passports(connection, garage, list(former.values()))
    return {plate: known[old] for plate, old in former.items() if old in known}


def _values(chunk: Sequence[Row], name: str, **only: str) -> list[Any]:
    wanted = (row for row in chunk if all(row[key] == value for key, value in only.items()))
    return [row[name] for row in wanted if row[name]]


def _take(job: Accepting, row: Row, said: Row | None, prior: Row | None, result: _Slice) -> None:
    """A row that is a passport: new, changed, or what this source or the ledger said before."""
    meant = _corrected(job, row, result)
    weighed = weigh(meant, said, prior)
    result.counts[weighed] += 1
    if weighed == "new":
        _make(job, meant, result)
    elif weighed == "changed" and prior:
        _change(job, meant, prior, result)
    result.memory.append(memory.entry(job.garage, job.source, job.recipe, row))
    result.named |= {row["plate"], said["plate"]} if said else {row["plate"]}


def _corrected(job: Accepting, row: Row, result: _Slice) -> Row:
    """The row with the address that counts; what it says may end a correction of its plate."""
    meant, counted = correcting.applied(row, result.corrections)
    if counted and counted.ended:
        result.ended.extend(counted.ended)
        if counted.ending == "overruled":
            result.events.append(event(job.garage, row["plate"], job.now, "correction_over"))
    return meant


def _make(job: Accepting, row: Row, result: _Slice) -> None:
    made = {
        **_EMPTY,
        **_content_of(job, row),
        "garage": job.garage,
        "plate": row["plate"],
        "seed": job.entropy(16),
        "revision": 1,
        "due_at": job.now,
        "unsure": job.rescued,
        "consent_unknown": job.lacks_consent,
        **json.loads(row["facts"]),
    }
    result.passports[row["plate"]] = made | replating.inherited(made, result.moved.get(row["plate"]))
    result.events.append(event(job.garage, row["plate"], job.now, "new", revision=1, source=job.source))


def _change(job: Accepting, row: Row, prior: Row, result: _Slice) -> None:
    """Another content raises the revision; other facts only make the step anew. A newcomer's waits beside it."""
    prior = owning.as_wanted(prior)
    turn = owning.turn(prior, row, job.policy)
    if turn == "proposed":
        _propose(job, row, prior, result)
        return
    told, fields = told_otherwise(prior, row), changed_fields(prior, row)
    changed = {**prior, **told, **owning.back(prior), "source": job.source}
    changed["consent_unknown"] = job.lacks_consent
    if fields or prior["absent"]:
        changed |= {
            **_content_of(job, row),
            "revision": prior["revision"] + 1,
            **passport_rows.fresh_start(prior, row["address"], job.now),
            "asked": passport_rows.asked_after_bounce(
                prior, result.verdicts.get(prior["address"]), row["address"]
            ),
        }
    if turn in ("replaced", "handed_over"):
        changed |= owning.taken_over(prior, json.loads(row["facts"]))
    if turn == "handed_over":
        changed["owner_order"] = "transfer"
    if prior["absent"]:
        changed |= {"absent": False, "seed": job.entropy(16), **owning.NO_QUESTION}
    result.passports[row["plate"]] = changed | replating.inherited(changed, result.moved.get(row["plate"]))
    detail = {"revision": changed["revision"], "source": job.source, "fields": [*fields, *sorted(told)]}
    result.events.append(event(job.garage, row["plate"], job.now, "changed", **detail))


def _propose(job: Accepting, row: Row, prior: Row, result: _Slice) -> None:
    """A newcomer waits for a person's answer, or takes the place of another who did."""
    values = owning.propose(prior, row, _content_of(job, row), job.now)
    result.passports[row["plate"]] = {**prior, **values}
    result.events.append(event(job.garage, row["plate"], job.now, "held", reason="owner_change"))


def _reject(job: Accepting, row: Row, first_seen: datetime | None, result: _Slice) -> None:
    column, value, message = json.loads(row["rejection"])
    result.counts["rejected"] += 1
    result.counts["new_rejected"] += first_seen is None
    result.rejected.append(
        {
            "file": job.file,
            "line": row["line"],
            "digest": row["digest"],
            "column": column,
            "code": row["reason"],
            "value": value,
            "message": message,
            "first_seen": first_seen or job.now,
            "key": row["key"],
        }
    )


def _skip(job: Accepting, row: Row, result: _Slice) -> None:
    """Count and list a row that is no passport, and remember it under its own digest: it has no key.

    A row that lost against another of its plate is not remembered: tonight it may win; nor is one of somebody who is to
    be forgotten. What a key said last stands through a skip or rejection.
    """
    result.counts["skipped"] += 1
    result.skipped.append({name: row[name] for name in ("file", "position", "line", "reason", "plate")})
    if row["reason"] not in ("duplicate_in_file", "repeated", "erased"):
        result.memory.append(memory.entry(job.garage, job.source, job.recipe, row))


def _content_of(job: Accepting, row: Row) -> Values:
    return {
        "content": row["content"],
        "address": row["address"],
        "system": job.system,
        "record": row["key"],
        "source": job.source,
    }


_EMPTY: Mapping[str, Any] = {column.name: None for column in passports.columns} | {
    "written": False,
    "unsure": False,
    "absent": False,
    "deleted": False,
    "remade": False,
    "source_conflict": False,
    "consent_unknown": False,
    "invitations": 0,
    "asked": 0,
    "answered": 0,
    "attempts": 0,
}


def _write(connection: sa.Connection, job: Accepting, result: _Slice, done: int) -> None:
    memory.remember(connection, job.garage, job.source, result.memory)
    judged_anew = addresses.judge(connection, job.garage, result.faults, job.now)
    judged_anew += suspects.judge(connection, job.garage, result.faults, job.now)
    correcting.end(connection, job.garage, result.ended)
    _note_conflicts(connection, job, result)
    _index(connection, job, list(result.passports.values()))
    upsert(connection, passports, list(result.passports.values()))
    replating.mark(connection, job.garage, {each["plate"]: plate for plate, each in result.moved.items()})
    at_hand = {*result.former, *(each["address"] for each in result.passports.values())}
    judged_anew += suspects.count(connection, job.garage, at_hand, job.shared_limit, job.now)
    passport_rows.reindex(connection, job.garage, job.policy, job.today, only_addresses=judged_anew)
    insert_all(connection, rejected_rows, result.rejected)
    insert_all(connection, skipped_rows, result.skipped)
    record(connection, result.events)
    counts = {name: files.c[name] + number for name, number in result.counts.items()}
    connection.execute(files.update().where(files.c.id == job.file).values(accepted_to=done, **counts))


def _index(connection: sa.Connection, job: Accepting, values: list[Values]) -> None:
    judged = addresses.judged(connection, job.garage, (each["address"] for each in values))
    for each in values:
        facts = passport_rows.facts(each, *judged.get(each["address"], (None, None)))
        each.update(passport_rows.index(facts, job.policy, job.today))


def _note_conflicts(connection: sa.Connection, job: Accepting, result: _Slice) -> None:
    """The plates that this slice names, or no longer names, may be in a conflict now or out of it."""
    plates = sorted({*result.named, *(each["plate"] for each in result.skipped if each["plate"])})
    torn = conflicts.torn(connection, job.garage, plates)
    turned = conflicts.turned(connection, job.garage, plates, torn)
    touched: dict[str, Row] = {**_passports(connection, job.garage, turned), **result.passports}
    for plate, row in touched.items():
        if row["source_conflict"] != (plate in torn):
            result.passports[plate] = {**row, "source_conflict": plate in torn}
            name = "source_conflict" if plate in torn else "source_conflict_over"
            result.events.append(event(job.garage, plate, job.now, name))


def weighed_against(
    connection: sa.Connection, garage: str, source: str, chunk: Sequence[Row]
) -> tuple[dict[str, Values], dict[str, Values]]:
    """What rows are weighed against: key → what the source said, plate → its passport."""
    said = memory.said(connection, garage, source, _values(chunk, "key"))
    return said, _passports(connection, garage, _values(chunk, "plate"))


def remembered(
    connection: sa.Connection, garage: str, source: str, chunk: Sequence[Row]
) -> tuple[dict[str, Values], dict[str, Values]]:
    """As `weighed_against`, but for what was said of plates that have no passport: those are new, whatever was said."""
    prior = _passports(connection, garage, _values(chunk, "plate"))
    keys = [row["key"] for row in chunk if row["plate"] in prior]
    return memory.said(connection, garage, source, keys) if keys else {}, prior


def _passports(connection: sa.Connection, garage: str, plates: Sequence[str]) -> dict[str, Values]:
    if not plates:
        return {}
    query = sa.select(passports).where(passports.c.garage == garage, passports.c.plate.in_(plates))
    return {row["plate"]: row for row in found(connection, query)}


def _first_seen(connection: sa.Connection, job: Accepting, digests: Sequence[bytes]) -> dict[bytes, datetime]:
    """Since when each of these rows has been rejected, over the files of its source."""
    if not digests:
        return {}
    query = (
        sa.select(rejected_rows.c.digest, sa.func.min(rejected_rows.c.first_seen))
        .join(files, files.c.id == rejected_rows.c.file)
        .where(
            files.c.garage == job.garage,
            files.c.source == job.source,
            rejected_rows.c.digest.in_(digests),
        )
        .group_by(rejected_rows.c.digest)
    )
    return {bytes(digest): seen for digest, seen in connection.execute(query)}
