"""The rows of a source's file, judged one by one and the file as a whole; nothing is stored here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from connector import columns, dictionary, mapping
from connector.adapters import Adapter
from connector.arrivals import Contains
from connector.brake import LIMITS, Braked, Limits, Weighing
from connector.ledger import Ledger, Remembered
from connector.ledger.weighing import Row, weigh
from connector.model import Column, Draft, Skipped, SourceRecord, Table, Verdict

CONSENT_FIELDS = ("consent", "opt_out")
CHUNK = 1000
"""Rows recognised and staged at a time."""


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

    def columns(self) -> Mapping[str, Column]:
        """Canonical field ← the source's own names."""
        return self.adapter.columns(self.settings)

    def lacking(self, table: Table) -> frozenset[str]:
        """The consent and opt-out fields of which a column is gone from a file; none where it names no columns."""
        alike = dictionary.folded if self.adapter.maps_records else columns.normalised
        header = table.layout.columns
        return columns.gone(self.columns(), header, CONSENT_FIELDS, alike) if header else frozenset()

    def recipe(self) -> bytes:
        """Digest of all that decides what a raw row becomes: adapter and version, settings, mapping and its rules."""
        settings = self.settings.model_dump(mode="json") if self.settings else None
        mapped = {field: asdict(column) for field, column in self.columns().items()}
        parts = [self.adapter.name, self.adapter.version, settings, mapped, mapping.RULES]
        return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A row of a file with what became of it, before anything of it is stored."""

    position: int
    record: SourceRecord
    digest: bytes
    verdict: Verdict | Remembered


class Recognise(Protocol):
    """Which raw rows were said before, by digest."""

    def __call__(self, digests: list[bytes], /) -> Mapping[bytes, Remembered]: ...


def judged(source: Source, table: Table, today: date, recognise: Recognise) -> Iterator[list[Judgement]]:
    """The rows of a file with what each becomes, chunk by chunk; nothing is stored.

    A row that this source said before, word for word and read by the same recipe, is recognised and not mapped.
    Raises `SourceFormatError` when the layout is not the mapped one, `AdapterFailed` when the plugin broke.
    """
    mapper = mapping.compile_mapper(source.columns(), table.layout.columns or None)
    position, lacking = 0, source.lacking(table)
    records = iter(table)
    while chunk := list(islice(records, CHUNK)):
        digests = [raw_digest(record) for record in chunk]
        known = recognise(digests)
        rows = []
        for record, digest in zip(chunk, digests, strict=True):
            position += 1
            verdict = known.get(digest) or _silent(_judge(source, mapper, record, today), lacking)
            rows.append(Judgement(position, record, digest, verdict))
        yield rows


def raw_digest(record: SourceRecord) -> bytes:
    """Digest of a raw row with the names of its columns, by which it is recognised before mapping."""
    fault = record.fault and (record.fault.code, record.fault.column, record.fault.value)
    raw = repr((fault, dict(record.values)))
    return hashlib.blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _judge(source: Source, mapper: mapping.Mapper, record: SourceRecord, today: date) -> Verdict:
    if not source.adapter.maps_records or record.fault:
        return mapper.judge(record, today=today)
    mapped = source.adapter.map_record(record, source.settings)
    return mapped if isinstance(mapped, Skipped) else mapper.judge_fields(mapped, today=today)


def _silent(verdict: Verdict, lacking: frozenset[str]) -> Verdict:
    """A row of a file that lacks a consent or opt-out column says nothing of it: no "no" comes of a gap."""
    if not lacking or not isinstance(verdict, Draft):
        return verdict
    said = verdict.facts
    consent = None if "consent" in lacking else said.consent
    opt_out = (said.opt_out or None) if "opt_out" in lacking else said.opt_out
    return replace(verdict, facts=replace(said, consent=consent, opt_out=opt_out))


def weigh_file(beside: Ledger, ledger: Ledger, source: Source, file: int) -> Braked | None:
    """Whether a file that lies staged in `beside` is out of proportion to what `ledger` knows."""
    weighing = Weighing()
    passed_over, recognised = beside.staged_counts(file)
    weighing.passed_over(passed_over)
    weighing.recognised(recognised, is_passport=True)
    for chunk in beside.staged_passports(file):
        said, prior = ledger.remembered(source.garage, source.name, chunk)
        for row in ledger.address_book.corrected(source.garage, chunk):
            _weigh_row(weighing, row, said.get(row["key"]), prior.get(row["plate"]))
    whole = source.contains == "all"
    before = ledger.rows_taken_before(source.garage, source.name) if whole else None
    return weighing.verdict(source.limits, before)


def _weigh_row(weighing: Weighing, row: Row, said: Row | None, prior: Row | None) -> None:
    if prior is None:
        weighing.newcomer(row["address"])
    elif weigh(row, said, prior) == "unchanged":
        weighing.recognised(is_passport=True)
    else:
        weighing.passport(row["plate"], json.loads(row["content"]), json.loads(prior["content"]))
