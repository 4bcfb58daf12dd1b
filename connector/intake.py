"""Intake: brings what a source says into the ledger. It orchestrates; every judgement is made elsewhere.

listing → files at rest → choice → rows read, recognised or mapped → staged → judged → accepted
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from connector import arrivals, elements, inbox
from connector.arrivals import Arrival, History
from connector.crash import CrashPoint, survive
from connector.elements import Counts
from connector.errors import (
    AdapterFailed,
    LedgerUnavailable,
    SourceError,
    SourceFormatError,
    SourceUnavailable,
)
from connector.inbox import Lookout
from connector.judging import Source, judged, weigh_file
from connector.ledger import Finding, Ledger
from connector.ledger.looking import FileSummary, file_summaries
from connector.ledger.memory import Said
from connector.log import Log, described
from connector.plan import Policy

LEAVE = (
    "Klopt het, geef het dan vrij met release --file {0}; klopt het niet, leg het weg met discard --file {0}."
)
ELEMENT_GONE = (
    "In het bestand staat bij geen enkele auto het element “{}”, en in de vorige export wel. Herstel de export, pas de "
    "instellingen aan, of zet er `optional: true` bij."
)
NO_ROOM = "de schijf van de koppeling is vol: maak ruimte, dan gaat het inlezen vanzelf verder"


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
        finished = self.resume(source)
        resting = lookout.look()
        known = self.ledger.history(source.garage, source.name)
        if known and not source.archive and not resting.files and lookout.is_empty():
            raise SourceUnavailable(
                f"map {source.watch} is leeg, en dat was zij niet: is de schijf of share er?"
            )
        moving = list(resting.moving)
        history = History(known, self.now())
        read = [*finished, *self._read_chosen(source, resting, history, lookout, moving)]
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
        history = History(done, self.now())
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
        resting: inbox.AtRest,
        history: History,
        lookout: Lookout,
        moving: list[str],
    ) -> Iterator[FileSummary]:
        """The files that were read; the name of one that changed meanwhile is added to `moving`."""
        sights = {seen.name: seen for seen in resting.files}
        unopened = [inbox.arrival(each, None) for each in resting.files]
        hashed = {each.name for each in arrivals.worth_hashing(unopened, history, source.contains)}
        arrived = [
            inbox.arrival(each, lookout.digest(each) if each.name in hashed else None)
            for each in resting.files
        ]
        unsettled = [inbox.arrival(each, None) for each in resting.unsettled]
        chosen = arrivals.choose(arrived, history, source.contains, source.recipe(), unsettled)
        older = [each.arrival for each in chosen if each.action == "supersede"]
        if older:
            self.ledger.supersede(source.garage, source.name, older, source.recipe())
        for choice in chosen:
            if choice.action == "supersede":
                continue
            if file := self._read(source, choice.arrival, sights[choice.arrival.name]):
                yield file
            else:
                moving.append(choice.arrival.name)

    def _read(self, source: Source, arrival: Arrival, seen: inbox.Seen) -> FileSummary | None:
        """Stage, judge and accept a file; None when it changed meanwhile and is read another time."""
        path = seen.path
        file = self.ledger.begin_file(source.garage, source.name, arrival, source.recipe())
        try:
            finding = self._stage(source, file, path)
            changed = inbox.digest(path) != arrival.digest or inbox.sight_of(path) != seen
        except SourceError:
            self.ledger.forget_file(file)
            raise
        if changed:
            self.ledger.forget_file(file)
            self.log.info("intake.changed_while_read", garage=source.garage, source=source.name)
            return None
        return self._held(source, file, finding) if finding else self.conclude(source, file)

    def conclude(
        self, source: Source, file: int, settled: Callable[[int], object] = lambda _: None
    ) -> FileSummary:
        """Judge a file as a whole whose rows are all staged, and accept or hold it.

        `settled` is called when its repeats and duplicates are settled, before it is judged.
        """
        finding = self.ledger.settle_file(file)
        if finding is None:
            settled(file)
            finding = self._judge_whole(source, file)
        return self._held(source, file, finding) if finding else self._accept(source, file)

    def resume(self, source: Source) -> list[FileSummary]:
        """Go on with what a dead process was accepting."""
        return [self._accept(source, file) for file in self.ledger.unfinished(source.garage, source.name)]

    def _judge_whole(self, source: Source, file: int) -> Finding | None:
        """Weigh a settled file against what is known; why it is held, where it is out of proportion."""
        braked = weigh_file(self.ledger, self.ledger, source, file)
        finding = Finding(braked.reason, f"{braked.message} {LEAVE.format(file)}") if braked else None
        return self.ledger.judge_file(file, finding)

    def _stage(self, source: Source, file: int, path: Path) -> Finding | None:
        """Stage the rows of a file; why it must be held, where it can be read but not understood."""
        try:
            self._stage_rows(source, file, path)
        except (SourceFormatError, AdapterFailed) as error:
            return finding_of(error)
        return None

    def _stage_rows(self, source: Source, file: int, path: Path) -> None:
        recipe = source.recipe()
        table = source.adapter.read(inbox.export_file(path), source.settings)
        if source.lacking(table.layout):
            self.ledger.note_lacking(file)
        whole = source.contains == "all"  # a selection says little of all that its source said before
        at_hand = self.ledger.said_word_for_word(source.garage, source.name, recipe) if whole else None
        said = at_hand or Said(set(), is_all=False)
        by_key = partial(self.ledger.recognise, source.garage, source.name, recipe)
        recognise = None if said.is_all else by_key
        counting = source.counting(table)
        try:
            for chunk in judged(source, counting or table, self.today(), recognise, said.passports):
                if self.ledger.is_full():
                    raise LedgerUnavailable(NO_ROOM, code="full")
                self.ledger.stage(file, chunk.rows, chunk.marks)
        except SourceFormatError as error:
            if counting and error.column and 0 in counting.counts.having.values():
                self.ledger.note_lacking(file)
            raise
        if counting:
            self._weigh_consents(source, file, counting.counts)

    def _weigh_consents(self, source: Source, file: int, counts: Counts) -> None:
        """Without a header it is known only now that a consent or opt-out is gone; one that may be is taken so."""
        gone = elements.gone(self.ledger.consents_before(source.garage, source.name), counts)
        self.ledger.note_lacking(file, counts, gone)
        columns = {name: column for name, column in source.columns().items() if name in gone}
        for column in columns.values():
            if not column.optional:
                raise SourceFormatError(ELEMENT_GONE.format(column.names[0]), column=column.names[0])

    def _accept(self, source: Source, file: int) -> FileSummary:
        while self.ledger.accept_slice(
            file,
            source.adapter.name,
            self.policy,
            self.today(),
            contains=source.contains,
            own=source.own,
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


def finding_of(error: SourceFormatError | AdapterFailed) -> Finding:
    """Why a file is held that cannot be read."""
    if isinstance(error, AdapterFailed):
        return Finding("adapter_failed", str(error))
    where = f" (regel {error.line})" if error.line else ""
    return Finding("layout_unknown", f"{error}{where}")
