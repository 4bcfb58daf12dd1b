"""Intake: brings what a source says into the ledger. It orchestrates; every judgement is made elsewhere.

listing → files at rest → choice → rows read, recognised or mapped → staged → judged → accepted
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from connector import arrivals, inbox, mapping
from connector.adapters import Adapter
from connector.arrivals import Arrival, Contains, History
from connector.crash import CrashPoint, survive
from connector.errors import (
    AdapterFailed,
    LedgerUnavailable,
    SourceError,
    SourceFormatError,
    SourceUnavailable,
)
from connector.inbox import Lookout
from connector.ledger import Finding, Ledger, Remembered, StagedRow
from connector.ledger.looking import FileSummary, file_summaries
from connector.log import Log, described
from connector.model import Column, Skipped, SourceRecord, Table, Verdict
from connector.plan import Policy

CHUNK = 1000
"""Rows recognised and staged at a time."""
NO_ROOM = "de schijf van de koppeling is vol: maak ruimte, dan gaat het inlezen vanzelf verder"


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

    def columns(self) -> Mapping[str, Column]:
        """Canonical field ← the source's own names."""
        return self.adapter.columns(self.settings)

    def recipe(self) -> bytes:
        """Digest of all that decides what a raw row becomes: adapter and version, settings, mapping and its rules."""
        settings = self.settings.model_dump(mode="json") if self.settings else None
        columns = {field: asdict(column) for field, column in self.columns().items()}
        parts = [self.adapter.name, self.adapter.version, settings, columns, mapping.RULES]
        return hashlib.blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan of a source came to. `state` is `ok`, `waiting` (a file is not at rest), `held` or `unavailable`."""

    source: str
    state: str
    message: str | None
    read: tuple[FileSummary, ...] = ()
    saw_files: bool = False
    """Whether an export lay there at rest, read now or before: the source has spoken."""


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


@dataclass(frozen=True, slots=True)
class Intake:
    """The intake loop of one garage. `today` is the garage's local date."""

    ledger: Ledger
    policy: Policy
    today: Callable[[], date]
    now: Callable[[], datetime]
    log: Log
    crash: CrashPoint = survive

    def recover(self, garage: str) -> None:
        """At start: what a dead process was reading is read again."""
        self.ledger.know_garage(garage)
        if unread := self.ledger.forget_unread(garage):
            self.log.info("intake.unread_forgotten", garage=garage, files=unread)

    def scan(self, source: Source, lookout: Lookout) -> Scan:
        """Take in what the lookout finds at rest. Never raises for what a source does wrong."""
        try:
            scan = self._scan(source, lookout)
        except SourceError as error:
            scan = Scan(source.name, "unavailable", str(error))
        except LedgerUnavailable as error:
            self.log.error("intake.no_room", garage=source.garage, source=source.name, reason=error.code)
            return Scan(source.name, "unavailable", NO_ROOM)
        self.ledger.note_source(source.garage, source.name, source.adapter.name, scan.state, scan.message)
        self.log.info("intake.scanned", garage=source.garage, source=source.name, state=scan.state)
        return scan

    def _scan(self, source: Source, lookout: Lookout) -> Scan:
        if not self.ledger.has_room():
            raise SourceUnavailable(NO_ROOM)
        self.ledger.forget_unread(source.garage)
        finished = [self._accept(source, file) for file in self.ledger.unfinished(source.garage, source.name)]
        resting = lookout.look()
        known = self.ledger.history(source.garage, source.name)
        if known and not source.archive and not resting.files and lookout.is_empty():
            raise SourceUnavailable(
                f"map {source.watch} is leeg, en dat was zij niet: is de schijf of share er?"
            )
        moving = list(resting.moving)
        read = [*finished, *self._read_chosen(source, resting.files, History(known), lookout, moving)]
        if source.archive:
            self._archive(source, source.archive, resting.files)
        return replace(self._told(source, read, moving), saw_files=bool(resting.files))

    def _archive(self, source: Source, folder: Path, resting: Iterable[inbox.Seen]) -> None:
        """Move away what the ledger has, or has no use for; what is held stays where people look for it."""
        done = [
            each
            for each in self.ledger.history(source.garage, source.name)
            if each.state in ("taken", "superseded", "discarded")
        ]
        history = History(done)
        for seen in resting:
            if history.met(inbox.arrival(seen, None)):
                self._move(source, folder, seen)

    def _move(self, source: Source, folder: Path, seen: inbox.Seen) -> None:
        try:
            moved = inbox.archive(seen, folder, self.crash)
        except OSError as error:
            self.log.warning(
                "intake.not_archived", garage=source.garage, source=source.name, error=described(error)
            )
        else:
            self.log.info("intake.archived", garage=source.garage, source=source.name, files=int(moved))

    def _told(self, source: Source, read: Sequence[FileSummary], moving: Sequence[str]) -> Scan:
        with self.ledger.looking() as connection:
            held = file_summaries(connection, source.garage, "held", source=source.name, limit=1)
        if held:
            return Scan(source.name, "held", held[0].message, tuple(read))
        if moving:
            message = f"{moving[0]} is nog niet af of wordt nog geschreven"
            return Scan(source.name, "waiting", message, tuple(read))
        return Scan(source.name, "ok", None, tuple(read))

    def _read_chosen(
        self,
        source: Source,
        resting: Sequence[inbox.Seen],
        history: History,
        lookout: Lookout,
        moving: list[str],
    ) -> Iterator[FileSummary]:
        """The files that were read; the name of one that changed meanwhile is added to `moving`."""
        paths = {seen.name: seen.path for seen in resting}
        unopened = [inbox.arrival(each, None) for each in resting]
        hashed = {each.name for each in arrivals.worth_hashing(unopened, history, source.contains)}
        arrived = [
            inbox.arrival(each, lookout.digest(each) if each.name in hashed else None) for each in resting
        ]
        chosen = arrivals.choose(arrived, history, source.contains, source.recipe())
        older = [each.arrival for each in chosen if each.action == "supersede"]
        if older:
            self.ledger.supersede(source.garage, source.name, older, source.recipe())
        for choice in chosen:
            if choice.action == "supersede":
                continue
            if file := self._read(source, choice.arrival, paths):
                yield file
            else:
                moving.append(choice.arrival.name)

    def _read(self, source: Source, arrival: Arrival, paths: Mapping[str, Path]) -> FileSummary | None:
        """Stage, judge and accept a file; None when it changed meanwhile and is read another time."""
        path = paths[arrival.name]
        file = self.ledger.begin_file(source.garage, source.name, arrival, source.recipe())
        try:
            finding = self._stage(source, file, path)
            changed = inbox.digest(path) != arrival.digest
        except SourceError:
            self.ledger.forget_file(file)
            raise
        if changed:
            self.ledger.forget_file(file)
            self.log.info("intake.changed_while_read", garage=source.garage, source=source.name)
            return None
        finding = finding or self.ledger.judge_file(file)
        return self._held(source, file, finding) if finding else self._accept(source, file)

    def _stage(self, source: Source, file: int, path: Path) -> Finding | None:
        """Stage the rows of a file; why it must be held, where it can be read but not understood."""
        try:
            self._stage_rows(source, file, path)
        except (SourceFormatError, AdapterFailed) as error:
            return _finding(error)
        return None

    def _stage_rows(self, source: Source, file: int, path: Path) -> None:
        def recognise(digests: list[bytes], /) -> Mapping[bytes, Remembered]:
            return self.ledger.recognise(source.garage, source.name, recipe, digests)

        recipe = source.recipe()
        table = source.adapter.read(inbox.export_file(path), source.settings)
        for chunk in judged(source, table, self.today(), recognise):
            rows = [StagedRow(each.position, each.record.line, each.digest, each.verdict) for each in chunk]
            self.ledger.stage(file, rows)

    def _accept(self, source: Source, file: int) -> FileSummary:
        while self.ledger.accept_slice(
            file, source.adapter.name, self.policy, self.today(), contains=source.contains
        ):
            pass
        taken = self.ledger.file(file)
        counts = ("read", "new", "changed", "unchanged", "skipped", "rejected")
        numbers = {name: getattr(taken, name) for name in counts}
        self.log.info("intake.taken", garage=source.garage, source=source.name, file=file, **numbers)
        return taken

    def _held(self, source: Source, file: int, finding: Finding) -> FileSummary:
        self.ledger.hold_file(file, finding)
        self.log.warning(
            "intake.held", garage=source.garage, source=source.name, file=file, reason=finding.reason
        )
        return self.ledger.file(file)


def judged(source: Source, table: Table, today: date, recognise: Recognise) -> Iterator[list[Judgement]]:
    """The rows of a file with what each becomes, chunk by chunk; nothing is stored.

    A row that this source said before, word for word and read by the same recipe, is recognised and not mapped.
    Raises `SourceFormatError` when the layout is not the mapped one, `AdapterFailed` when the plugin broke.
    """
    mapper = mapping.compile_mapper(source.columns(), table.layout.columns or None)
    position = 0
    records = iter(table)
    while chunk := list(islice(records, CHUNK)):
        digests = [raw_digest(record) for record in chunk]
        known = recognise(digests)
        rows = []
        for record, digest in zip(chunk, digests, strict=True):
            position += 1
            verdict = known.get(digest) or _judge(source, mapper, record, today)
            rows.append(Judgement(position, record, digest, verdict))
        yield rows


def raw_digest(record: SourceRecord) -> bytes:
    """Digest of a raw row with the names of its columns, by which it is recognised before mapping."""
    fault = record.fault and (record.fault.code, record.fault.column, record.fault.value)
    raw = repr((fault, *record.values.items()))
    return hashlib.blake2b(raw.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _judge(source: Source, mapper: mapping.Mapper, record: SourceRecord, today: date) -> Verdict:
    if not source.adapter.maps_records or record.fault:
        return mapper.judge(record, today=today)
    mapped = source.adapter.map_record(record, source.settings)
    return mapped if isinstance(mapped, Skipped) else mapper.judge_fields(mapped, today=today)


def _finding(error: SourceFormatError | AdapterFailed) -> Finding:
    if isinstance(error, AdapterFailed):
        return Finding("adapter_failed", str(error))
    where = f" (regel {error.line})" if error.line else ""
    return Finding("layout_unknown", f"{error}{where}")
