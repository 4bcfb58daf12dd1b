"""What an export would do, before it does anything: no write to the ledger and no request."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from connector import inbox, sentences
from connector.arrivals import Arrival
from connector.errors import SourceError, SourceFormatError
from connector.judging import Source, judged, weigh_file
from connector.ledger import Ledger
from connector.ledger.access import scratch
from connector.ledger.weighing import weigh
from connector.model import Layout, PushRequest, Table

Row = Mapping[Any, Any]

FIRST = 5
"""How many passports are shown as they were and as they would be, and how many rows of each warning."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that would be rejected; `value` is masked."""

    line: int | None
    column: str | None
    code: str
    message: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """Where something odd stands; `value` is masked."""

    line: int | None
    column: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something odd in so many rows that would be taken as they stand, and the first of them."""

    code: str
    count: int
    message: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A passport as the ledger has it (None: not yet) and as the export would make it."""

    plate: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export is found to be, and what it would do. `columns`: canonical field → the export's own."""

    file: str
    source: str
    encoding: str | None
    delimiter: str | None
    header: tuple[str, ...]
    columns: Mapping[str, str]
    rows: int
    new: int
    changed: int
    unchanged: int
    skipped: tuple[Mapping[str, Any], ...]
    rejected: tuple[Rejection, ...]
    warnings: Mapping[str, int]
    warned: tuple[Warned, ...]
    passports: tuple[Change, ...]
    file_error: str | None


PUSHED = {".json": "application/json", ".xml": "application/xml"}
"""How a file ends that holds what was pushed → what it would have said it is."""


def preview(path: Path, source: Source, ledger: Ledger, now: datetime, today: date) -> Preview:
    """Read an export as the intake would, into a ledger in memory, and weigh it against the real one."""
    layout = Layout(columns=())
    with scratch(now=lambda: now, entropy=bytes) as beside:
        file = beside.begin_file(source.garage, source.name, _arrival(path, now), source.recipe())
        try:
            table = _table(source, path)
            layout = table.layout
            _stage(table, source, ledger, beside, file, today)
            finding = beside.settle_file(file) or weigh_file(beside, ledger, source, file)
            error = finding.message if finding else None
        except SourceFormatError as failure:
            error = f"{failure} (regel {failure.line})" if failure.line else str(failure)
        except SourceError as failure:
            error = str(failure)
        tally = _Tally() if error else _weigh(source, ledger, beside, file)
    return _told(path, source, layout, tally, error)


def _table(source: Source, path: Path) -> Table:
    """The records of an export, or of a body that was pushed or is to be: JSON, and XML where nothing reads files."""
    kinds, media_type = source.adapter.kinds, PUSHED.get(path.suffix.lower())
    if media_type and "push" in kinds and (path.suffix.lower() == ".json" or "file" not in kinds):
        return source.adapter.receive(PushRequest(media_type, path.read_bytes()), source.settings)
    return source.adapter.read(inbox.export_file(path), source.settings)


@dataclass(slots=True)
class _Tally:
    """What the rows of a file come to."""

    counts: Counter[str] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def _arrival(path: Path, now: datetime) -> Arrival:
    return Arrival(inbox.printable(path.name), 0, now, None)


def _stage(table: Table, source: Source, ledger: Ledger, beside: Ledger, file: int, today: date) -> None:
    recognise = partial(ledger.recognise, source.garage, source.name, source.recipe())
    for chunk in judged(source, table, today, recognise):
        beside.stage(file, ledger.erasures.would_pass_over(source.garage, chunk.rows))


def _weigh(source: Source, ledger: Ledger, beside: Ledger, file: int) -> _Tally:
    tally = _Tally()
    for chunk in beside.staged_rows(file):
        memory, prior = ledger.remembered(source.garage, source.name, chunk)
        for row in chunk:
            _count(tally, row, memory, prior)
    return tally


def _count(tally: _Tally, row: Row, memory: Mapping[str, Row], prior: Mapping[str, Row]) -> None:
    if row["verdict"] == "skipped":
        tally.skips[row["reason"]] += 1
    elif row["verdict"] == "rejected":
        column, value, message = json.loads(row["rejection"])
        tally.rejections.append(Rejection(row["line"], column, row["reason"], message, value))
    else:
        known, said = prior.get(row["plate"]), memory.get(row["key"])
        _note_warnings(tally, row, said)
        weighed = "unchanged" if row["recognised"] else weigh(row, said, known)
        tally.counts[weighed] += 1
        if weighed != "unchanged" and len(tally.changes) < FIRST:
            before = json.loads(known["content"]) if known else None
            tally.changes.append(Change(row["plate"], before, json.loads(row["content"])))


def _note_warnings(tally: _Tally, row: Row, said: Row | None) -> None:
    """What is odd in a row; of one that is recognised what was so when it was mapped, for it is not mapped again."""
    mapped = said if row["recognised"] and said else row
    for code, column, value in json.loads(mapped["warnings"] or "[]"):
        tally.warnings[code] += 1
        examples = tally.examples.setdefault(code, [])
        if len(examples) < FIRST:
            examples.append(Example(row["line"], column, value))


def _warned(tally: _Tally) -> tuple[Warned, ...]:
    return tuple(
        Warned(code, count, sentences.of_warning(code), tuple(tally.examples[code]))
        for code, count in tally.warnings.most_common()
    )


def _told(path: Path, source: Source, layout: Layout, tally: _Tally, error: str | None) -> Preview:
    columns = {
        canonical: " / ".join(column.names) or f"= {column.value}"
        for canonical, column in source.columns().items()
    }
    return Preview(
        file=inbox.printable(path.name),
        source=source.name,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        header=layout.columns,
        columns=columns,
        rows=tally.counts.total() + tally.skips.total() + len(tally.rejections),
        new=tally.counts["new"],
        changed=tally.counts["changed"],
        unchanged=tally.counts["unchanged"],
        skipped=tuple({"reason": reason, "count": count} for reason, count in tally.skips.most_common()),
        rejected=tuple(tally.rejections),
        warnings=dict(tally.warnings),
        warned=_warned(tally),
        passports=tuple(tally.changes),
        file_error=error,
    )
