"""Receiving: takes what a garage system pushed into the ledger, as intake takes in a file.

body → records → recognised or mapped → staged → judged → accepted → what became of each record

A push whose records were all said before writes nothing. What is returned here is durable: the ledger has it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from connector.arrivals import Arrival
from connector.errors import LedgerUnavailable, SourceError
from connector.intake import NO_ROOM, Intake
from connector.judging import CHUNK, Source, judged
from connector.ledger import Remembered, StagedRow
from connector.ledger.looking import FileSummary
from connector.model import PushRequest, Rejected, Skipped

Result = Literal["accepted", "skipped", "rejected"]


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """What became of one record, `number` from 1. `code` says why it was skipped or rejected."""

    number: int
    result: Result
    code: str | None = None
    column: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a push: `held` says why a person must look at it whole, and then nothing of it counts."""

    records: tuple[RecordOutcome, ...] = ()
    held: str | None = None
    file: FileSummary | None = None
    """Its place in the ledger; None where it told nothing new."""

    def count(self, result: Result) -> int:
        """How many records ended so."""
        return Counter(each.result for each in self.records)[result]


@dataclass(slots=True)
class _Settled:
    """What became of the records of a file whose repeats are settled."""

    intake: Intake
    outcomes: list[RecordOutcome] = field(default_factory=list)

    def __call__(self, file: int) -> None:
        for chunk in self.intake.ledger.staged_rows(file):
            self.outcomes += (_of_staged(row) for row in chunk)


@dataclass(frozen=True, slots=True)
class Receiving:
    """What is pushed to the sources of one garage; one push after another."""

    intake: Intake

    def take(self, source: Source, request: PushRequest) -> Received:
        """Take a push in.

        Raises `SourceError` for a body that is not the adapter's or a plugin that broke, and `LedgerUnavailable` where
        the ledger cannot take it; nothing of it is kept then.
        """
        source = replace(source, contains="selection")  # whatever the exports beside it are
        ledger, recipe = self.intake.ledger, source.recipe()
        if not ledger.has_room():
            raise LedgerUnavailable(NO_ROOM, code="full")
        digest = hashlib.sha256(request.body).digest()
        if answered := ledger.pushes.answered(source.garage, source.name, digest, recipe):
            return Received(held=_why(answered), file=answered)
        rows = self._judged(source, request, recipe)
        if self._is_known(source, rows):
            return Received(tuple(map(_of_judgement, rows)))
        arrival = Arrival(self._name(source), len(request.body), self.intake.now(), digest)
        return self._kept(source, arrival, recipe, rows)

    def _judged(self, source: Source, request: PushRequest, recipe: bytes) -> list[StagedRow]:
        recognise = partial(self.intake.ledger.recognise, source.garage, source.name, recipe)
        table = source.adapter.receive(request, source.settings)
        return [
            each for chunk in judged(source, table, self.intake.today(), recognise) for each in chunk.rows
        ]

    def _is_known(self, source: Source, rows: Sequence[StagedRow]) -> bool:
        """Whether every record was said before: recognised, or rejected then as now."""
        fresh = [row for row in rows if not isinstance(row.verdict, Remembered)]
        if not all(isinstance(row.verdict, Rejected) for row in fresh):
            return False
        digests = {row.digest for row in fresh}
        return digests <= self.intake.ledger.pushes.rejected(source.garage, source.name, digests)

    def _name(self, source: Source) -> str:
        return f"push {self.intake.now():%Y-%m-%d %H:%M:%S} {source.name}"

    def _kept(self, source: Source, arrival: Arrival, recipe: bytes, rows: Sequence[StagedRow]) -> Received:
        ledger, settled = self.intake.ledger, _Settled(self.intake)
        file = ledger.begin_file(source.garage, source.name, arrival, recipe, pushed=True)
        try:
            for start in range(0, len(rows), CHUNK):
                ledger.stage(file, list(map(_to_stage, rows[start : start + CHUNK])))
            summary = self.intake.conclude(source, file, settled)
        except SourceError:
            ledger.forget_file(file)
            raise
        if summary.state == "held":
            return Received(held=summary.message, file=summary)
        return Received(tuple(settled.outcomes), file=summary)


def _why(answered: FileSummary) -> str:
    """Why a push of this content is not taken once more."""
    if answered.state == "discarded":
        return "dit is met discard weggelegd en wordt niet meer gelezen; stuur iets anders."
    return answered.message or ""


def _to_stage(row: StagedRow) -> StagedRow:
    key = row.verdict.record_key if isinstance(row.verdict, Rejected) else None
    return row._replace(key=key)


def _of_judgement(row: StagedRow) -> RecordOutcome:
    """Of a record that was said before."""
    verdict = row.verdict
    if isinstance(verdict, Rejected):
        return RecordOutcome(row.position, "rejected", verdict.code, verdict.column, verdict.message)
    if isinstance(verdict, Skipped):
        return RecordOutcome(row.position, "skipped", verdict.reason)
    if isinstance(verdict, Remembered) and verdict.verdict == "skipped":
        return RecordOutcome(row.position, "skipped", verdict.reason)
    return RecordOutcome(row.position, "accepted")


def _of_staged(row: Mapping[str, object]) -> RecordOutcome:
    number, verdict, reason = int(str(row["position"])), row["verdict"], row["reason"]
    if verdict == "rejected":
        column, _, message = json.loads(str(row["rejection"]))
        return RecordOutcome(number, "rejected", str(reason), column, message)
    if verdict == "skipped":
        return RecordOutcome(number, "skipped", str(reason))
    return RecordOutcome(number, "accepted")


def records_as_values(received: Received) -> Iterator[dict[str, object]]:
    """The outcomes as an answer tells them: without what is empty."""
    for each in received.records:
        values = {
            "record": each.number,
            "result": each.result,
            "code": each.code,
            "column": each.column,
            "message": each.message,
        }
        yield {name: value for name, value in values.items() if value is not None}
