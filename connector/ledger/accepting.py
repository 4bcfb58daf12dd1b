"""Accepting a judged file: slice by slice its rows become passports, memory and lists, each slice one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connector.corrections import Correction
from connector.ledger import (
    addresses,
    consents,
    correcting,
    fleets,
    leaves,
    marks,
    memory,
    missing,
    owning,
    poll_ends,
    pushes,
    replating,
)
from connector.ledger import passports as passport_rows
from connector.ledger import prior as prior_rows
from connector.ledger.files import close
from connector.ledger.newcomers import SEED, Newcomers
from connector.ledger.newcomers import find as find_newcomers
from connector.ledger.newcomers import write as write_newcomers
from connector.ledger.schema import files, rows, skipped_rows, staged
from connector.ledger.slices import Accepting, Slice, write
from connector.ledger.weighing import changed_fields, told_otherwise, weigh
from connector.ledger.writing import among, event, found

Row = Mapping[Any, Any]
Values = dict[str, Any]


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
    rows_say_all = not corrections and not job.silent and job.policy.select is None
    if rows_say_all:
        newcomers = find_newcomers(connection, job.garage, job.source, job.own, of_slice)
    others = set(positions).difference(*(each.positions for each in newcomers))
    among_others = (staged.c.file == job.file) & among(connection, staged.c.position, others)
    query = sa.select(staged).where(among_others).order_by(staged.c.position)
    result = _judge(connection, job, found(connection, query) if others else [], corrections)
    said = {"garage": job.garage, "source": job.source, "recipe": job.recipe}
    memory.remember(connection, of_slice, said, result.told)
    memory.remember_skips(connection, said, result.passed_over)
    for alike in newcomers:
        _make_alike(connection, job, alike, result)
    write(connection, job, result, positions[-1])


def finish(connection: sa.Connection, job: Accepting) -> None:
    """Close an accepted file as taken; older lists of skips go.

    A whole customer base supersedes what was held before it; a selection does not speak for another, nor does a push
    for what lies in a folder.
    """
    correcting.end_what_is_over(connection, job.garage)
    replating.settle(connection, job.garage, job.policy, job.today, job.now)
    if job.pushed:
        pushes.keep_what_stands(connection, job.file)
        close(connection, job.file, "taken", job.now)
        return
    memory.forget_skips(connection, job.garage, job.source, job.file)
    of_source = (files.c.garage == job.garage) & (files.c.source == job.source) & (files.c.id != job.file)
    of_source &= ~files.c.pushed
    if job.contains == "all":
        older = of_source & (files.c.state == "held") & (files.c.id < job.file)
        connection.execute(files.update().where(older).values(state="superseded", closed_at=job.now))
    connection.execute(
        skipped_rows.delete().where(skipped_rows.c.file.in_(sa.select(files.c.id).where(of_source)))
    )
    if not job.lacks_consent:
        consents.mend(connection, job.garage, job.source)
    missing.note(connection, job.garage, job.source, job.file, job.contains, job.now)
    poll_ends.keep_what_stands(connection, job.file, is_part=job.contains == "selection")
    poll_ends.take(connection, job.file)
    close(connection, job.file, "taken", job.now)
    leaves.spend(connection, job.garage, job.source)


def _is_known_passport() -> sa.ColumnElement[bool]:
    return staged.c.recognised & (staged.c.verdict == "passport")


def _judge(
    connection: sa.Connection, job: Accepting, chunk: Sequence[Row], corrections: Sequence[Correction]
) -> Slice:
    said, prior = prior_rows.weighed_against(connection, job.garage, job.source, chunk)
    faults = {row["address"]: row["address_fault"] for row in chunk if row["address"]}
    former = {each["address"] for each in prior.values()}
    plates = replating.former_plates(said, chunk)
    moved = _moved(connection, job.garage, plates)
    left = {each["address"] for each in moved.values()}
    result = Slice(
        faults=faults,
        verdicts=addresses.verdicts(connection, job.garage, {*faults, *former, *left}),
        former=former,
        prior=dict(prior),
        corrections=correcting.gone_with(connection, job.garage, plates, corrections, job.now),
        moved=moved,
    )
    _note_overtaken(connection, job, chunk, prior, result)
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


def _moved(connection: sa.Connection, garage: str, former: Mapping[str, str]) -> dict[str, Row]:
    """Plate → the passport of the plate that the record behind it named before; those that changed alone."""
    known = prior_rows.passports_of(connection, garage, list(former.values()))
    return {plate: known[old] for plate, old in former.items() if old in known}


def _note_overtaken(
    connection: sa.Connection, job: Accepting, chunk: Sequence[Row], prior: Mapping[str, Row], result: Slice
) -> None:
    """Rows of later slices may belong to records whose plates this one gives to others."""
    taken = {plate: prior[plate] for plate in result.moved if plate in prior}
    later = (staged.c.file == job.file) & (staged.c.position > chunk[-1]["position"]) if chunk else sa.false()
    said = (rows.c.garage == job.garage) & (rows.c.source == job.source)
    replating.note_overtaken(connection, taken, later, said, result.corrections, result.verdicts)


def _inherited(row: Row, made: Row, result: Slice) -> Values:
    """Who was invited for the plate that the record of a row named before."""
    if row["inherits"] is not None:
        return replating.noted(made, row["inherits"])
    old = result.moved.get(row["plate"])
    return replating.inherited(made, old, result.verdicts.get(old["address"]) if old else None)


def _take(job: Accepting, row: Row, said: Row | None, prior: Row | None, result: Slice) -> None:
    """A row that is a passport: new, changed, or what this source or the ledger said before."""
    said_now = consents.unsaid(row, job.silent)
    meant = fleets.accepted(_corrected(job, said_now, result), job.accounts)
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


def _corrected(job: Accepting, row: Row, result: Slice) -> Row:
    """The row with the address that counts; what it says may end a correction of its plate."""
    meant, counted = correcting.applied(row, result.corrections)
    if counted and counted.ended:
        result.ended.append((row["plate"], counted))
    return meant


def _make(job: Accepting, row: Row, result: Slice) -> None:
    made = {
        **_at_first(job, row["facts"]),
        **_NOT_INVITED,
        **_content_of(job, row),
        "plate": row["plate"],
        "seed": job.entropy(SEED),
    }
    result.made[row["plate"]] = made | _inherited(row, made, result)
    result.events.append(event(job.garage, row["plate"], job.now, "new", revision=1, source=job.source))


def _make_alike(connection: sa.Connection, job: Accepting, alike: Newcomers, result: Slice) -> None:
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


def _change(job: Accepting, row: Row, prior: Row, result: Slice) -> None:
    """Another content raises the revision; other facts only make the step anew. A newcomer's waits beside it."""
    prior = owning.as_wanted(prior)
    turn = owning.turn(prior, row, job.policy)
    if turn == "proposed":
        _propose(job, row, prior, result)
        return
    told, fields = told_otherwise(prior, row), changed_fields(prior, row)
    changed = {**prior, **told, **owning.back(prior), "source": job.source}
    if not job.pushed:
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
    result.passports[row["plate"]] = changed | _inherited(row, changed, result)
    detail = {"revision": changed["revision"], "source": job.source, "fields": [*fields, *sorted(told)]}
    result.events.append(event(job.garage, row["plate"], job.now, "changed", **detail))


def _propose(job: Accepting, row: Row, prior: Row, result: Slice) -> None:
    """A newcomer waits for a person's answer, or takes the place of another who did."""
    content = _content_of(job, row)
    goes_with_him = _inherited(row, {**content, **replating.NOBODY}, result)
    values = owning.propose(prior, row, content, goes_with_him, job.now)
    result.passports[row["plate"]] = {**prior, **values}
    result.events.append(event(job.garage, row["plate"], job.now, "held", reason="owner_change"))


def _reject(job: Accepting, row: Row, first_seen: datetime | None, result: Slice) -> None:
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
            "key": row["key"] and poll_ends.key_digest(row["key"]),
        }
    )


def _skip(job: Accepting, row: Row, result: Slice) -> None:
    """Count and list a row that is no passport, and remember it under its own digest: it has no key.

    A row that lost against another of its plate is not remembered: tonight it may win; nor is one of somebody who is to
    be forgotten. What a key said last stands through a skip or rejection.
    """
    result.counts["skipped"] += 1
    result.skipped.append({name: row[name] for name in ("file", "position", "line", "reason", "plate")})
    if row["reason"] not in ("duplicate_in_file", "repeated", "erased"):
        result.passed_over.append(row)


def _content_of(job: Accepting, row: Row) -> Values:
    return {
        "content": row["content"],
        "address": row["address"],
        "system": job.system,
        "record": row["key"],
        "source": job.source,
    }


_NOT_INVITED: Mapping[str, None] = {"invited_address": None, "invited_at": None}

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
