"""What the cases came to: the table at the end of a run, and `docs/reliability.md`, which only a run writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .counting import COUNTERS, Found

IDS = (
    *(f"F{number:02}" for number in range(1, 40)),
    "S08",
    "L3",
    "L5",
    "L6",
)
"""Every case that must be run; one that was not counts as failed."""
HOLDS, FAILED = "holds", "**failed**"
SHORT = ("lost", "dupl", "phan", "wrong", "stale", "unlst", "mispl", "falsr", "extra", "stuck")


@dataclass(slots=True)
class Line:
    """One case that was run: its id, what it is, and what was counted."""

    id: str
    sentence: str
    seed: int = 0
    rows: int = 0
    found: Found = field(default_factory=Found)
    counted: bool = False
    failed: bool = False

    @property
    def holds(self) -> bool:
        """Whether it was counted, and nothing was found."""
        return self.counted and not self.failed and not any(self.found.values())

    def told(self) -> dict[str, Any]:
        """It in plain values, to pass to another process."""
        return {name: getattr(self, name) for name in self.__slots__} | {"found": dict(self.found)}

    @classmethod
    def heard(cls, told: dict[str, Any]) -> Line:
        """What `told` says."""
        return cls(**told | {"found": Found(told["found"])})


def case_id(function: str) -> str | None:
    """The id in a test's name: `test_f16_…` is F16."""
    word = function.removeprefix("test_").partition("_")[0].upper()
    return word if function.startswith("test_") and word in IDS else None


def table(lines: Sequence[Line], *, complete: bool) -> Iterator[str]:
    """The lines of the table at the end of a run; of a `complete` one, those never run as well."""
    yield f"{'case':6}{'':64} {'rows':>7} " + " ".join(f"{name:>5}" for name in SHORT)
    for line in sorted(lines, key=lambda each: (each.id, each.sentence)):
        numbers = " ".join(f"{line.found[name]:>5}" if line.counted else "    -" for name in COUNTERS)
        yield f"{line.id:6}{line.sentence[:64]:64} {line.rows:>7} {numbers}{'' if line.holds else '  FAILED'}"
    if complete and (absent := not_run(lines)):
        yield f"not run, and so failed: {' '.join(absent)}"


def not_run(lines: Iterable[Line | Kept]) -> list[str]:
    """The ids of which no case was run."""
    ran = {line.id for line in lines}
    return [each for each in IDS if each not in ran]


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the page, whose case was run on a day: `holds` is False where it failed."""

    id: str
    sentence: str
    rows: int
    day: str
    counts: tuple[str, ...]
    holds: bool

    @classmethod
    def of(cls, line: Line, at: datetime) -> Kept:
        """What the page says of a case that was run now."""
        counts = tuple(str(line.found[name]) if line.counted else "-" for name in COUNTERS)
        return cls(line.id, line.sentence, line.rows, at.date().isoformat(), counts, line.holds)

    @classmethod
    def read(cls, row: str) -> Kept:
        """What a row of the table says."""
        case, sentence, rows, *counts, day, verdict = (each.strip() for each in row.strip("|").split("|"))
        return cls(case, sentence, int(rows), day, tuple(counts), verdict == HOLDS)

    def row(self) -> str:
        """It as a row of the table."""
        verdict = HOLDS if self.holds else FAILED
        return f"| {' | '.join((self.id, self.sentence, str(self.rows), *self.counts, self.day, verdict))} |"


def before(written: str, *, full: bool) -> list[Kept]:
    """The lines of a page of the same size, which a run of some of the cases leaves as they are."""
    if _size(full=full) not in written:
        return []
    return [
        Kept.read(row)
        for row in written.splitlines()
        if row.startswith("| ") and row.split("|")[1].strip() in IDS
    ]


def page(
    lines: Sequence[Line], *, at: datetime, seed: int, command: str, full: bool, kept: Sequence[Kept] = ()
) -> str:
    """`docs/reliability.md`. `kept` are lines of cases that were run before; those that were run now replace theirs."""
    now = {(line.id, line.sentence): Kept.of(line, at) for line in lines}
    told = [*now.values(), *(each for each in kept if (each.id, each.sentence) not in now)]
    failed, absent = [each for each in told if not each.holds], not_run(told)
    verdict = (
        "every counter of every case is 0"
        if not failed and not absent
        else (f"{len(failed)} failed, {len(absent)} not run")
    )
    head = f"""# Reliability: the last run of the campaign

Written by the run itself, never by hand. Each case starts the real program on real files against a stand-in server
that shares no code with its client, breaks something, and counts. Every counter must be 0. A run of some of the cases
writes their lines anew and leaves the others: each has the day of its last run.

- last run at {at.isoformat(timespec="seconds")}, seed {seed}, {len(now)} of the cases, {_size(full=full)}
- command: `{command}`
- {len(told)} cases, {sum(each.rows for each in told):,} rows: **{verdict}**
"""
    rows = [each.row() for each in sorted(told, key=lambda each: (each.id, each.sentence))]
    rows += [Kept(each, "not run", 0, "-", ("-",) * len(COUNTERS), holds=False).row() for each in absent]
    header = f"| case | what | rows | {' | '.join(COUNTERS)} | run on | |"
    rule = "|---|---|---|" + "---|" * (len(COUNTERS) + 2)
    return "\n".join([head, header, rule, *rows, ""])


def _size(*, full: bool) -> str:
    return "full size" if full else "a sample of the sizes"
