"""The rule of memory: however much there is to read, a plugin holds no more than a part of it at a time.

- An export or workbook sixteen times as long takes no more memory.
- A push, which the door has bounded, takes no more than so many times its size, and leaves nothing behind.
- A polled API with sixteen times as many cars, that gives them in answers as small, is handed on in pages as small.
"""

from __future__ import annotations

import gc
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from connector import kit
from connector.errors import SourceError
from connector.gate import LARGEST
from connector.model import ExportFile, PushRequest
from connector.testing.findings import NotApplicable
from connector.testing.growing import Longer, longer_file, longer_push
from connector.testing.specimens import Subject, Trial, export_of
from connector.testing.stand_in import Answered, StandIn, cars, served

TIMES = 16
"""So much longer is the longer one of two."""
FEW, FEW_ROWS, FEW_CARS = 1_000, 500, 7
"""Records of the shorter one: of a file, of a workbook, of an API."""
SLACK = 1 << 20
"""Bytes that the longer one may take more, or that may stay."""
OF_A_PUSH = 32
"""So many times its size a push may take: JSON that is parsed whole takes six to ten."""
MOST_PAGES = 200


def bounded_memory(subject: Subject) -> Iterator[str]:
    """Records are handed on one by one, and pages as they come, however many there are."""
    judged = [each for trial in subject.trials for each in _judged(trial)]
    if not judged:
        raise NotApplicable("geen voorbeeld dat te verlengen is")
    yield from (found for each in judged for found in each)


def _judged(trial: Trial) -> Iterator[tuple[str, ...]]:
    """What is found of each sample that can be lengthened."""
    for file in trial.specimen.files:
        if (longer := longer_file(trial, file)) and (peaks := _peaks(trial, file, longer)):
            yield tuple(_of_file(file.name, *peaks))
    for number, push in enumerate(trial.specimen.pushes, 1):
        if longer := longer_push(trial, push):
            yield tuple(_of_push(f"push {number}", trial, push, longer))
    if trial.specimen.stand_in is not None:
        yield tuple(_of_poll(trial, trial.specimen.stand_in))


@dataclass(frozen=True, slots=True)
class Taken:
    """Records read, and the bytes that were in use at most and afterwards, beside what was before."""

    read: int
    peak: int
    kept: int


def _measured(read: Callable[[], int]) -> Taken:
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    try:
        gc.collect()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        records = read()
        peak = tracemalloc.get_traced_memory()[1]
        gc.collect()
        return Taken(records, max(peak - before, 1), tracemalloc.get_traced_memory()[0] - before)
    finally:
        if not was_tracing:
            tracemalloc.stop()


def _peaks(trial: Trial, file: ExportFile, longer: Longer) -> tuple[int, int] | None:
    """The most bytes in use while a short and a long file are read; None where the longer one is none any more."""
    few = FEW_ROWS if kit.is_workbook(file) else FEW
    with tempfile.TemporaryDirectory() as folder:
        path, peaks = Path(folder) / file.name, []
        for records in (few, few * TIMES):
            path.write_bytes(longer(records))
            try:
                taken = _measured(lambda: sum(1 for _ in trial.adapter.read(export_of(path), trial.settings)))
            except SourceError:
                return None
            if taken.read < records:
                return None
            packed = (
                path.stat().st_size if kit.is_workbook(file) else 0
            )  # that is held whole, within its bounds
            peaks.append(max(taken.peak - 2 * packed, 1))
    return peaks[0], peaks[1]


def _of_file(name: str, few: int, many: int) -> Iterator[str]:
    if many > 2 * few + SLACK:
        yield (
            f"{name}: zestien keer zoveel records vragen {many / few:.0f} keer zoveel geheugen"
            f" ({many >> 20} MB); geef ze een voor een door (yield)"
        )


def _of_push(name: str, trial: Trial, push: PushRequest, longer: Longer) -> Iterator[str]:
    """Of a push as large as the door lets in."""
    records = FEW * TIMES
    size = len(longer(records))
    large = replace(push, body=longer(records * LARGEST // (size + size // 8) if size > LARGEST else records))
    try:
        taken = _measured(lambda: sum(1 for _ in trial.adapter.receive(large, trial.settings)))
    except SourceError as error:
        yield f"{name}: een push van {len(large.body) >> 20} MB wordt geweigerd: {error}"
        return
    if taken.peak > OF_A_PUSH * len(large.body) + SLACK:
        yield (
            f"{name}: het lezen vraagt {taken.peak / len(large.body):.0f} keer zoveel geheugen als de push groot is;"
            " geef records een voor een door (yield)"
        )
    if taken.kept > SLACK:
        yield f"{name}: na het lezen blijft {taken.kept >> 10} kB staan; bewaar niets in de plugin"


@dataclass(slots=True)
class Pages:
    """The most records of a page, the longest cursor, and the most bytes of an answer of the API."""

    records: int = 0
    cursor: int = 0
    answer: int = 0

    def __call__(self, answered: Answered) -> Answered:
        self.answer = max(self.answer, len(answered.content))
        return answered


def _of_poll(trial: Trial, stand_in: StandIn) -> Iterator[str]:
    few, many = (_paged(trial, stand_in, FEW_CARS * times) for times in (1, TIMES))
    if (
        few is None or many is None or many.answer > 2 * few.answer
    ):  # its answers are as long as there are cars
        return
    if many.records > 2 * few.records:
        yield (
            f"poll: een bladzijde heeft {many.records} records, uit kleine antwoorden bij elkaar gezocht; geef elk"
            " antwoord als een eigen bladzijde (more=True)"
        )
    if many.cursor > 2 * few.cursor + 256:
        yield "poll: de cursor groeit met elke bladzijde; bewaar daarin alleen waar het verder gaat"


def _paged(trial: Trial, stand_in: StandIn, number: int) -> Pages | None:
    """A whole poll of so many cars; None where it comes to no end, of which another rule tells."""
    found, cursor = Pages(), None
    with served(stand_in, cars(range(1, number + 1))) as api:
        api.spoil = found
        for _ in range(MOST_PAGES):
            try:
                page = trial.adapter.fetch_page(api.session, trial.settings, cursor, None)
            except SourceError:
                return None
            cursor = page.cursor
            found.records = max(found.records, len(page.records))
            found.cursor = max(found.cursor, len(cursor or ""))
            if not page.more:
                return found
    return None
