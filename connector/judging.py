"""The rows of a source's file, judged one by one and the file as a whole; nothing is stored here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from connector import columns, dictionary, emails, mapping, plates, reciting
from connector.adapters import Adapter
from connector.arrivals import Contains
from connector.brake import EXAMPLES, LIMITS, Braked, Limits, Weighing, together
from connector.canonical import parsed
from connector.elements import Counting
from connector.fleets import Fleets
from connector.kit.meant import meaning_of
from connector.ledger import Ledger, Marks, Remembered, StagedRow, owning
from connector.ledger.weighing import weigh
from connector.model import CONSENT_FIELDS, Column, Draft, Layout, Skipped, SourceRecord, Table, Verdict
from connector.places import Places, is_sound

CHUNK = 6000
"""Rows staged at a time."""
MARKED = 16_000
"""Rows marked at a time: half a megabyte of positions, lines and digests."""


@dataclass(frozen=True, slots=True)
class Source:
    """A configured source with its adapter, ready to be read."""

    garage: str
    name: str
    watch: Path
    patterns: tuple[str, ...]
    contains: Contains
    adapter: Adapter
    settings: BaseModel | None
    archive: Path | None = None
    """Where a file goes once the ledger has it; None: it stays where it is."""
    limits: Limits = LIMITS
    """When a file as a whole is out of proportion."""
    own: tuple[str, ...] = ()
    """The garage's own addresses: no customer's."""
    fleets: Fleets = mapping.NO_FLEETS
    """Which Wagenparkaccount a fleet's name stands for, and which of them iGarage has."""

    def columns(self) -> Mapping[str, Column]:
        """Canonical field ← the source's own names."""
        return self.adapter.columns(self.settings)

    def lacking(self, layout: Layout) -> frozenset[str]:
        """The consent and opt-out fields of which a column is gone from a file; none where it names no columns."""
        alike = dictionary.folded if self.adapter.maps_records else columns.normalised
        header = layout.columns
        return columns.gone(self.columns(), header, CONSENT_FIELDS, alike) if header else frozenset()

    def counting(self, table: Table) -> Counting | None:
        """The records of a file without a header, to be counted for its consents; None where none are mapped."""
        mapped = {
            name: column for name, column in self.columns().items() if name in CONSENT_FIELDS and column.names
        }
        alike = dictionary.folded if self.adapter.maps_records else columns.normalised
        return Counting(table, mapped, alike) if mapped and not table.layout.columns else None

    def recipe(self) -> bytes:
        """Digest of all that decides what a raw row becomes: adapter and version, settings, mapping and its rules.

        What is no customer's address is of it too: an address is judged when a row is that names it.
        """
        settings = self.settings.model_dump(mode="json") if self.settings else None
        mapped = {field: asdict(column) for field, column in self.columns().items()}
        parts: list[object] = [
            self.adapter.name,
            self.adapter.version,
            settings,
            mapped,
            mapping.RULES,
            sorted(self.own),
        ]
        parts.append(self._fleets(mapped))
        return hashlib.blake2b(
            json.dumps(parts, sort_keys=True).encode(), digest_size=reciting.DIGEST
        ).digest()

    def _fleets(self, mapped: Collection[str]) -> object:
        """What of the fleets decides what a row becomes; nothing where the source names none."""
        if mapped and {"fleet", "fleet_account"}.isdisjoint(mapped):
            return None
        named = sorted(self.fleets.names.items()), self.fleets.lacking
        by_account = not mapped or "fleet_account" in mapped
        return [*named, sorted(self.fleets.accounts or ()) if by_account else None]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a file with what each becomes: those that say what they said before are in `marks` and not in `rows`."""

    rows: list[StagedRow]
    marks: Marks


class Recognise(Protocol):
    """Which rows were said before, by digest."""

    def __call__(self, rows: Sequence[StagedRow], /) -> Mapping[bytes, Remembered]: ...


def judged(
    source: Source,
    table: Table | Counting,
    today: date,
    recognise: Recognise | None,
    said: set[bytes] | None = None,
) -> Iterator[Chunk]:
    """The rows of a file with what each becomes, chunk by chunk; nothing is stored.

    `said` holds digests of rows that became passports by the same recipe, all of them or as many as are at hand: such a
    row is not mapped again. It is used up, so that a row that repeats another is found to do so. What this source said
    before of the others is recognised by its key, once that is known (`recognise` None: nothing). Raises
    `SourceFormatError` when the layout is not the mapped one, `AdapterFailed` when the plugin broke.
    """
    found_columns = _columns_of(source, table.layout)
    lacking, said = source.lacking(table.layout), set() if said is None else said
    judge, digest_of = _judge_by(source, found_columns, today, lacking), RawRows().digest
    places = _places(source, found_columns, table.layout)
    judge = _noting(judge, places) if places else judge
    records = table.records if isinstance(table, Table) else table
    found, position = Chunk([], Marks()), 0
    for told in reciting.beside(records, said):
        if isinstance(told, reciting.Recited):
            found.marks.extend(position + 1, told)
            position += len(told.digests)
        else:
            position += 1
            digest = told.digest or digest_of(told)
            if digest in said:
                said.remove(digest)
                found.marks.add(position, told.line, digest)
            else:
                found.rows.append(StagedRow(position, told.line, digest, judge(told)))
        if len(found.rows) >= CHUNK or len(found.marks.digests) >= MARKED:
            yield _recognised(found, recognise)
            found = Chunk([], Marks())
    if places:
        places.refuse(position)
    if found.rows or found.marks.digests:
        yield _recognised(found, recognise)


def _columns_of(source: Source, layout: Layout) -> columns.Columns:
    """Raises `SourceFormatError` when the layout is not the mapped one."""
    found = columns.Columns(source.columns(), layout.columns or None, meaning_of)
    if layout.columns and not source.adapter.maps_records:  # else its plugin knows what may be gone
        found.refuse_bare(layout.columns)
    return found


def _places(source: Source, found: columns.Columns, layout: Layout) -> Places | None:
    """Where plates and addresses stand, of a file whose columns have names; None where its plugin maps the rows."""
    if not found.steps or source.adapter.maps_records:
        return None
    return Places.of(found.steps, has_header=layout.header_line is not None)


def _noting(judge: Callable[[SourceRecord], Verdict], places: Places) -> Callable[[SourceRecord], Verdict]:
    """The same, but that it is looked at what stands where in a row that is not sound."""

    def noting(record: SourceRecord) -> Verdict:
        verdict = judge(record)
        if not is_sound(verdict):
            places.note(record)
        return verdict

    return noting


def _recognised(chunk: Chunk, recognise: Recognise | None) -> Chunk:
    """The chunk with what its source said before as what it was then."""
    known = recognise(chunk.rows) if recognise else {}
    if not known:
        return chunk
    return Chunk(
        [row._replace(verdict=known.get(row.digest, row.verdict)) for row in chunk.rows], chunk.marks
    )


class RawRows:
    """The raw rows of a file as digests, by which they are recognised before mapping."""

    def __init__(self) -> None:
        self._cells: Callable[[Mapping[str, str]], tuple[str, ...]] = _no_cells
        self._named = hashlib.blake2b()

    def digest(self, record: SourceRecord) -> bytes:
        """Digest of what stands under which column; in which order the columns stand is nothing to it."""
        values = record.values
        if record.fault or len(values) < 2:
            return _digest_of_any(record)
        try:
            cells = self._cells(values)
        except KeyError:
            cells = ()
        if len(cells) != len(values):
            cells = self._name(values)
        text = "\x1f".join(cells)
        if text.count("\x1f") >= len(values):  # a cell holds one of its own
            return _digest_of_any(record)
        said = self._named.copy()
        said.update(text.encode("utf-8", "surrogatepass"))
        return said.digest()

    def _name(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Take the columns of this row for those of the rows behind it; its cells."""
        names = sorted(values)
        self._cells = itemgetter(*names)
        self._named = hashlib.blake2b(
            repr(names).encode("utf-8", "surrogatepass"), digest_size=reciting.DIGEST
        )
        cells: tuple[str, ...] = self._cells(values)
        return cells


def _no_cells(_: Mapping[str, str]) -> tuple[str, ...]:
    return ()


def _digest_of_any(record: SourceRecord) -> bytes:
    fault = record.fault and (record.fault.code, record.fault.column, record.fault.value)
    raw = repr((fault, sorted(record.values.items())))
    return hashlib.blake2b(
        raw.encode("utf-8", "surrogatepass"), digest_size=reciting.DIGEST, person=b"any"
    ).digest()


def _judge_by(
    source: Source, found: columns.Columns, today: date, lacking: frozenset[str]
) -> Callable[[SourceRecord], Verdict]:
    """What decides on the records of one file: its columns, or its plugin's own mapping."""
    mapper = mapping.Mapper(found, source.fleets)
    by_columns = partial(mapper.judge, today=today)

    def by_plugin(record: SourceRecord) -> Verdict:
        if record.fault:
            return by_columns(record)
        mapped = source.adapter.map_record(record, source.settings)
        return mapped if isinstance(mapped, Skipped) else mapper.judge_fields(mapped, today=today)

    judge = by_plugin if source.adapter.maps_records else by_columns
    return (lambda record: _silent(judge(record), lacking)) if lacking else judge


def _silent(verdict: Verdict, lacking: frozenset[str]) -> Verdict:
    """A row of a file that lacks a consent or opt-out column says nothing of it: no "no" comes of a gap."""
    if not isinstance(verdict, Draft):
        return verdict
    said = verdict.facts
    consent = None if "consent" in lacking else said.consent
    opt_out = (said.opt_out or None) if "opt_out" in lacking else said.opt_out
    return verdict._replace(facts=replace(said, consent=consent, opt_out=opt_out))


def weigh_file(beside: Ledger, ledger: Ledger, source: Source, file: int) -> Braked | None:
    """Whether a file that lies staged in `beside` is out of proportion to what `ledger` knows."""
    columns = {name: " / ".join(column.names) for name, column in source.columns().items() if column.names}
    weighing = Weighing(columns)
    passed_over, recognised = beside.staged_counts(file)
    weighing.passed_over(passed_over)
    weighing.recognised(recognised, is_passport=True)
    if ledger.has_passports(source.garage):
        _weigh_passports(weighing, beside, ledger, source, file)
    else:
        weighing.newcomers(*beside.staged_addresses(file))
    whole = source.contains == "all"
    before = ledger.taken_before(source.garage, source.name) if whole else None
    if weighing.lifted:
        weighing.opted_out = ledger.opted_out(source.garage)
    found = weighing.findings(source.limits, before)
    return together([each.shown(_examples(each.reason, beside, ledger, source, file)) for each in found])


def _weigh_passports(weighing: Weighing, beside: Ledger, ledger: Ledger, source: Source, file: int) -> None:
    for chunk in beside.staged_passports(file):
        known = ledger.known_plates(source.garage, [each["plate"] for each in chunk])
        addresses = [each["address"] for each in chunk if each["plate"] not in known]
        weighing.newcomers(len(addresses), addresses)
        if positions := [each["position"] for each in chunk if each["plate"] in known]:
            _weigh_known(weighing, beside.staged_passports_at(file, positions), ledger, source)


def _weigh_known(weighing: Weighing, chunk: Sequence[dict[str, Any]], ledger: Ledger, source: Source) -> None:
    said, prior = ledger.remembered(source.garage, source.name, chunk)
    for row in ledger.address_book.corrected(source.garage, chunk):
        before = prior.get(row["plate"])
        if before is None:  # gone since it was asked for
            weighing.newcomers(1, [row["address"]])
        elif weigh(row, said.get(row["key"]), before) == "unchanged":
            weighing.recognised(is_passport=True)
        else:
            new = {**parsed(row["content"]), **parsed(row["facts"])}
            weighing.passport(row["plate"], new, owning.as_said(before), owning.as_proposed(before))


def _examples(code: str, beside: Ledger, ledger: Ledger, source: Source, file: int) -> Iterator[str]:
    """Masked examples of a finding, where it is not seen by the rows that changed."""
    if code in ("rows_halved", "other_customers"):
        now = beside.named_by(file)
        for plate, address in ledger.named_no_more(source.garage, source.name, now, EXAMPLES):
            yield f"{plates.mask(plate)} ({emails.mask(address)}) ontbreekt"
    elif code == "passports_halved":
        for each in beside.unfit_rows(file, EXAMPLES):
            cell = f" ({each.column}: {each.value})" if each.column and each.value else ""
            yield f"regel {each.line or '?'} {each.reason}{cell}"
    elif code == "addresses_equal":
        for chunk in islice(beside.staged_passports(file), 1):
            yield from (plates.mask(each["plate"]) for each in chunk)
