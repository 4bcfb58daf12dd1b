"""Accepting a judged file: slice by slice its rows become passports, memory and lists, each slice one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from connector.arrivals import Contains
from connector.corrections import Correction
from connector.ledger import addresses, conflicts, consents, correcting, leaves, marks, memory, suspects
from connector.ledger import passports as passport_rows
from connector.ledger import prior as prior_rows
from connector.ledger.files import close
from connector.ledger.newcomers import SEED, Newcomers
from connector.ledger.newcomers import find as find_newcomers
from connector.ledger.newcomers import write as write_newcomers
from connector.ledger.schema import files, passports, rejected_rows, skipped_rows, staged
from connector.ledger.writing import among, event, found, insert_all, record, upsert
from connector.plan import Policy
from connector.suspicion import SHARED_LIMIT

Row = Mapping[Any, Any]
Values = dict[str, Any]
Weighed = Literal["new", "changed", "unchanged"]


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
    """What is known against the addresses that its rows name and that their passports have now."""
    former: Collection[str]
    """The latter."""
    corrections: Sequence[Correction]
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
    ended: list[Correction] = field(default_factory=list)
    rejected: list[Values] = field(default_factory=list)
    skipped: list[Values] = field(default_factory=list)
    events: list[Values] = field(default_factory=list)


def start(connection: sa.Connection, file: int) -> None:
    """Begin to accept: rows recognised as passports change nothing and are counted at once."""
    marked = marks.number(connection, file)
    known = sa.func.coalesce(sa.func.sum(sa.case((_is_known_passport(), 1), else_=0)), 0)
    query = sa.select(known, sa.func.count()).where(staged.c.file == file)
    unchanged, read = connection.execute(query).one()
    counts = {"unchanged": marked + unchanged, "read": marked + read}
    connection.execute(files.update().where(files.c.id == file).values(state="accepting", **counts))


def accept_slice(connection: sa.Connection, job: Accepting, limit: int) -> bool:
    """Accept the next `limit` rows of a file; True when there are more."""
    done = connection.execute(sa.select(files.c.accepted_to).where(files.c.id == job.file)).scalar_one()
    if job.lacks_consent and not done:
        consents.lapse(connection, job.garage, job.source, job.now)
    query = (
        sa.select(staged.c.position)
        .where(staged.c.file == job.file, staged.c.position > done, ~_is_known_passport())
        .order_by(staged.c.position)
        .limit(limit)
    )
    positions = list(connection.execute(query).scalars())
    if positions:
        _accept(connection, job, positions)
    return len(positions) == limit


def _accept(connection: sa.Connection, job: Accepting, positions: Sequence[int]) -> None:
    """Accept these rows of a file: those of which nothing is known as they are, the others weighed one by one."""
    of_slice = (staged.c.file == job.file) & staged.c.position.between(positions[0], positions[-1])
    corrections = correcting.known(connection, job.garage)
    newcomers: list[Newcomers] = []
    if not corrections and job.policy.select is None:  # else what a row says is not all that decides
        newcomers = find_newcomers(connection, job.garage, job.source, of_slice)
    others = set(positions).difference(*(each.positions for each in newcomers))
    among_others = (staged.c.file == job.file) & among(connection, staged.c.position, others)
    query = sa.select(staged).where(among_others).order_by(staged.c.position)
    result = _judge(connection, job, found(connection, query) if others else [], corrections)
    said = {"garage": job.garage, "source": job.source, "recipe": job.recipe}
    memory.remember(connection, of_slice, said, result.told)
    memory.remember_skips(connection, said, result.passed_over)
    for alike in newcomers:
        _make_alike(connection, job, alike, result)
    _write(connection, job, result, positions[-1])


def finish(connection: sa.Connection, job: Accepting) -> None:
    """Close an accepted file as taken; older lists of skips go.

    A whole customer base supersedes what was held before it; a selection does not speak for another.
    """
    memory.forget_skips(connection, job.garage, job.source, job.file)
    correcting.end_what_is_over(connection, job.garage)
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


def _judge(
    connection: sa.Connection, job: Accepting, chunk: Sequence[Row], corrections: Sequence[Correction]
) -> _Slice:
    said, prior = prior_rows.weighed_against(connection, job.garage, job.source, chunk)
    faults = {row["address"]: row["address_fault"] for row in chunk if row["address"]}
    former = {each["address"] for each in prior.values()}
    result = _Slice(
        faults=faults,
        verdicts=addresses.verdicts(connection, job.garage, {*faults, *former}),
        former=former,
        corrections=corrections,
    )
    first_seen = prior_rows.first_seen(
        connection, job.garage, job.source, prior_rows.values(chunk, "digest", verdict="rejected")
    )
    for row in chunk:
        if row["verdict"] == "passport":
            _take(job, row, said.get(row["key"]), prior.get(row["plate"]), result)
        elif row["verdict"] == "rejected":
            _reject(job, row, first_seen.get(bytes(row["digest"])), result)
        else:
            _skip(job, row, result)
    return result


def _take(job: Accepting, row: Row, said: Row | None, prior: Row | None, result: _Slice) -> None:
    """A row that is a passport: new, changed, or what this source or the ledger said before."""
    meant = _corrected(job, row, result)
    weighed = weigh(meant, said, prior)
    result.counts[weighed] += 1
    if weighed == "new":
        _make(job, meant, result)
    elif weighed == "changed" and prior:
        _change(job, meant, prior, result)
    result.told.append(row)
    if weighed != "new":
        result.named.add(row["plate"])
    if said:
        result.named.add(said["plate"])


def _corrected(job: Accepting, row: Row, result: _Slice) -> Row:
    """The row with the address that counts; what it says may end a correction of its plate."""
    meant, counted = correcting.applied(row, result.corrections)
    if counted and counted.ended:
        result.ended.extend(counted.ended)
        if counted.ending == "overruled":
            result.events.append(event(job.garage, row["plate"], job.now, "correction_over"))
    return meant


def weigh(row: Row, said: Row | None, prior: Row | None) -> Weighed:
    """What a staged passport is to the ledger: `row` as staged, what its key `said`, `prior` of its plate.

    What the source said last time under this key is unchanged, whatever another source has said since.
    """
    if prior is None:
        return "new"
    if said and said["said"] == row["said"] and said["plate"] == row["plate"]:
        return "unchanged"
    return "changed" if changed_fields(prior, row) or _told(prior, row) else "unchanged"


def changed_fields(prior: Row, row: Row) -> list[str]:
    """The fields in which two contents differ."""
    before, after = json.loads(prior["content"]), json.loads(row["content"])
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _told(prior: Row, row: Row) -> Values:
    """The facts beside the content that a row says otherwise; what it does not say stands."""
    said = json.loads(row["facts"])
    return {name: value for name, value in said.items() if prior[name] != value}


def _make(job: Accepting, row: Row, result: _Slice) -> None:
    result.made[row["plate"]] = {
        **_at_first(job, row["facts"]),
        **_content_of(job, row),
        "plate": row["plate"],
        "seed": job.entropy(SEED),
    }
    result.events.append(event(job.garage, row["plate"], job.now, "new", revision=1, source=job.source))


def _make_alike(connection: sa.Connection, job: Accepting, alike: Newcomers, result: _Slice) -> None:
    """Make the passports of newcomers at once: they differ in nothing that decides their next step."""
    at_first = _at_first(job, alike.facts)
    step = passport_rows.index_of_newcomer(at_first, job.policy, job.today)
    columns = {name: value for name, value in (at_first | step).items() if value is not None}
    write_newcomers(connection, job.file, alike, columns, job.entropy, job.now)
    result.counts["new"] += len(alike.positions)
    result.unknown.extend(alike.addresses)


def _at_first(job: Accepting, facts: str) -> Values:
    """The columns that a new passport with these facts begins with, but for its content.

    Those that do not stand here are empty, and are not handed over: that would take longer than all the others.
    """
    return {
        **_NOTHING_YET,
        "garage": job.garage,
        "system": job.system,
        "source": job.source,
        "revision": 1,
        "due_at": job.now,
        "unsure": job.rescued,
        "consent_unknown": job.lacks_consent,
        **(json.loads(facts) if facts != "{}" else {}),
    }


def _change(job: Accepting, row: Row, prior: Row, result: _Slice) -> None:
    """Another content raises the revision; other facts only make the step anew."""
    told, fields = _told(prior, row), changed_fields(prior, row)
    changed = {**prior, **told, "source": job.source, "consent_unknown": job.lacks_consent}
    if fields:
        changed |= {
            **_content_of(job, row),
            "revision": prior["revision"] + 1,
            **passport_rows.fresh_start(prior, row["address"], job.now),
            "asked": passport_rows.asked_after_bounce(
                prior, result.verdicts.get(prior["address"]), row["address"]
            ),
        }
    result.passports[row["plate"]] = changed
    detail = {"revision": changed["revision"], "source": job.source, "fields": [*fields, *sorted(told)]}
    result.events.append(event(job.garage, row["plate"], job.now, "changed", **detail))


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
        }
    )


def _skip(job: Accepting, row: Row, result: _Slice) -> None:
    """Count and list a row that is no passport, and remember it under its own digest: it has no key.

    A row that lost against another of its plate is not remembered: tonight it may win. What a key said last stands
    through a skip or rejection.
    """
    result.counts["skipped"] += 1
    result.skipped.append({name: row[name] for name in ("file", "position", "line", "reason", "plate")})
    if row["reason"] not in ("duplicate_in_file", "repeated"):
        result.passed_over.append(row)


def _content_of(job: Accepting, row: Row) -> Values:
    return {
        "content": row["content"],
        "address": row["address"],
        "system": job.system,
        "record": row["key"],
        "source": job.source,
    }


_NOTHING_YET: Mapping[str, Any] = {
    "written": False,
    "source_conflict": False,
    "invitations": 0,
    "asked": 0,
    "answered": 0,
    "attempts": 0,
    "service_due": None,
    "consent": None,
    "opt_out": None,
    "changed_at": None,
}


def _write(connection: sa.Connection, job: Accepting, result: _Slice, done: int) -> None:
    judged_anew = addresses.judge(connection, job.garage, result.faults, result.verdicts, job.now)
    judged_anew += suspects.judge(connection, job.garage, result.faults, result.verdicts, job.now)
    correcting.end(connection, job.garage, result.ended)
    _note_conflicts(connection, job, result)
    judged_anew += _write_passports(connection, job, result)
    passport_rows.reindex(connection, job.garage, job.policy, job.today, only_addresses=judged_anew)
    insert_all(connection, rejected_rows, result.rejected)
    insert_all(connection, skipped_rows, result.skipped)
    record(connection, result.events)
    counts = {name: files.c[name] + number for name, number in result.counts.items()}
    connection.execute(files.update().where(files.c.id == job.file).values(accepted_to=done, **counts))


def _write_passports(connection: sa.Connection, job: Accepting, result: _Slice) -> list[str]:
    """Write passports with their next step; the addresses that are shared now, or no longer."""
    made, changed = list(result.made.values()), list(result.passports.values())
    at_hand = {*result.former, *result.unknown, *(each["address"] for each in (*made, *changed))}
    judged = addresses.judged(connection, job.garage, at_hand)
    passport_rows.index_all(made, changed, judged, job.policy, job.today)
    insert_all(connection, passports, made)
    upsert(connection, passports, changed)
    verdicts = {address: verdict for address, (verdict, _) in judged.items()}
    return suspects.count(connection, job.garage, at_hand, verdicts, job.shared_limit, job.now)


def _note_conflicts(connection: sa.Connection, job: Accepting, result: _Slice) -> None:
    """The plates that this slice names, or no longer names, may be in a conflict now or out of it."""
    named = {*result.named, *(each["plate"] for each in result.skipped if each["plate"])} - result.made.keys()
    torn = conflicts.torn(connection, job.garage, job.source, {*named, *result.made})
    turned = conflicts.turned(connection, job.garage, named, torn)
    touched = {**prior_rows.passports_of(connection, job.garage, turned), **result.passports}
    for written, known in ((result.passports, touched), (result.made, dict(result.made))):
        for plate, row in known.items():
            if row["source_conflict"] != (plate in torn):
                written[plate] = {**row, "source_conflict": plate in torn}
                name = "source_conflict" if plate in torn else "source_conflict_over"
                result.events.append(event(job.garage, plate, job.now, name))
