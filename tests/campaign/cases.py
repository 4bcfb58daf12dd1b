"""A case: one installation, one stand-in iGarage, what its exports said, and the count at its end."""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from connector.sandbox import Sandbox

from ..conftest import Garage, Installation
from .book import Book, content_at
from .counting import AtIGarage, Found, Told, count
from .exports import Line as Row
from .exports import written
from .processes import Ended, Process, Processes, until
from .report import Line

PASSES = 12
"""So many passes must be enough to deliver everything once the faults are over."""
FAST = {"retry": {"first": 0.001, "max": 0.001}}
UNBRAKED = {"changed": {"percent": 100}}
"""For exports in which everybody gets another address: a file like that is held otherwise."""
MODES = ("honours", "ignores", "forgets")
"""What the server does with keys."""
three_modes = pytest.mark.parametrize("mode", MODES, indirect=True)
"""Runs a case against a server that honours keys, one that ignores them, and one that forgets them."""


@dataclass(slots=True)
class ServerClock:
    """iGarage's clock, which no wrong clock of ours moves."""

    ahead: timedelta = timedelta()
    _start: float = field(default_factory=lambda: time.time() - time.monotonic())

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self._start + time.monotonic(), UTC) + self.ahead


MOST_UNWRITTEN = 20
"""Answers that a pass of four workers has had at most and not written down when it is killed: they are written
several at a time, and what is asked next is claimed ahead. Each is asked for once more, under the same key."""


@dataclass(slots=True)
class Case:
    """What a case works with. `seed` makes its dice; `full` says whether its full size was asked for.

    `kept_answers`: answers that the case itself kept from the connector, unknown to the stand-in (a killed
    process, a broken line); each may be asked for once more.
    """

    folder: Path
    installation: Installation
    sandbox: Sandbox
    server_clock: ServerClock
    processes: Processes
    line: Line
    seed: int
    full: bool
    dice: random.Random
    books: dict[str, Book] = field(default_factory=dict)
    garages: dict[str, Garage] = field(default_factory=dict)
    kept_answers: int = 0
    written: dict[Path, tuple[bytes, int, int]] = field(default_factory=dict)

    def size(self, sample: int, full: int) -> int:
        """How many rows, rounds or kills: a few, or what the case is for."""
        return full if self.full else sample

    def garage(self, name: str = "jansen", *, send: str = "always", **changes: Any) -> Garage:
        """A garage with a book of what its exports say."""
        delivery = {**FAST, "send": send, **changes.pop("delivery", {})}
        source = {"scan_every": 0.2, **changes.pop("source", {})}
        brake = {"mails": 1_000_000, **changes.pop("brake", {})}
        made = self.installation.add(name, delivery=delivery, source=source, brake=brake, **changes)
        self.garages[name], self.books[name] = made, Book(invites=send == "always")
        return made

    # ------------------------------------------------------------ what the garage system does

    def export(
        self, garage: Garage, rows: Sequence[Row], *, name: str = "klanten.csv", at: float | None = None
    ) -> Path:
        """Write an export, whole at once, and note what it says. `at`: its modification time."""
        self.says(garage, rows, name=name)
        path = garage.drop(written(rows), name, at=at)
        self.written[path] = _print(path)
        return path

    def says(self, garage: Garage, rows: Sequence[Row], *, name: str = "klanten.csv") -> None:
        """Note what an export says that the case writes in its own way."""
        self.books[garage.id].says(name, rows)
        self.line.rows += len(rows)

    # ------------------------------------------------------------ the program

    def run_once(self, *arguments: str, crash: str | None = None) -> Ended:
        """One full pass in a process of its own."""
        return self.processes.start("run", "--once", *arguments, crash=crash).wait()

    def service(self, *arguments: str, crash: str | None = None) -> Process:
        """The service, in a process of its own."""
        return self.processes.start("run", *arguments, crash=crash)

    def faults_over(self) -> None:
        """No more faults; a server that forgets has forgotten by now."""
        self.sandbox.clear_faults()
        if self.sandbox.mode == "forgets":
            self.sandbox.forget_keys()

    def drain(self, passes: int = PASSES) -> None:
        """Pass after pass until everything is delivered; what still is not then is stuck, and counted so."""
        for _ in range(passes):
            self.run_once()
            if not self.left():
                return

    def until_delivered(self) -> None:
        """Wait until a running service has delivered all that the exports said, or nothing moves any more."""
        until(self._done_by_somebody, "the end of the backlog", pause=0.1, moves=self.standing)

    def _done_by_somebody(self) -> bool:
        if not any(each.runs for each in self.processes.started):
            raise AssertionError(f"no process is left to do it: {self.processes.started[-1].ended()}")
        return self.done()

    def done(self) -> bool:
        """Whether all that the exports said was taken and delivered."""
        return self.took_all() and not self.left() and self.up_to_date()

    def up_to_date(self) -> bool:
        """Whether iGarage has of every plate what was said of it last, but of those that a person must look at."""
        for name, book in self.books.items():
            on_file = {each.plate: content_at(each.body) for each in self.sandbox.passports(name)}
            wanted = {plate: said[-1] for plate, said in book.revisions.items() if plate not in book.held}
            if any(on_file.get(plate) != content for plate, content in wanted.items()):
                return False
        return True

    def standing(self) -> object:
        """What changes as long as anything moves."""
        return [each["passports"] for each in self.status()], len(self.sandbox.requests())

    def left(self) -> int:
        """Passports that are still to be delivered."""
        return sum(
            each["passports"][name] for each in self.status() for name in ("pending", "sending", "in_batch")
        )

    def took_all(self) -> bool:
        """Whether the connector knows every plate that the exports named."""
        return all(
            each["passports"]["total"] >= len(self.books[each["garage"]].revisions) for each in self.status()
        )

    def status(self) -> list[dict[str, Any]]:
        """The garages as `status --json` shows them."""
        return list(self.at_its_clock(lambda: self.installation.ask("status"))["garages"])

    def source_state(self, garage: Garage) -> str:
        """How the garage's first source stands."""
        (found,) = (each for each in self.status() if each["garage"] == garage.id)
        return str(found["sources"][0]["state"])

    # ------------------------------------------------------------ its clock

    def set_clock(self, seconds: float) -> None:
        """Set the clock of the program wrong by so much, from now on, also while it runs."""
        partial = self.processes.clock.with_suffix(".part")
        partial.write_text(str(seconds), "ascii")
        partial.replace(self.processes.clock)

    def its_time(self) -> float:
        """The time by the program's clock, in seconds."""
        known = self.processes.clock
        return time.time() + (float(known.read_text("ascii")) if known.exists() else 0.0)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Every clock at this moment, from now on: the program's, iGarage's, and while it lasts this process's."""
        seconds = moment.timestamp() - time.time()
        self.set_clock(seconds)
        self.server_clock.ahead = timedelta(seconds=seconds)
        with time_machine.travel(self.its_time(), tick=True):
            yield

    def at_its_clock(self, do: Callable[[], Any]) -> Any:
        """Do something in this process under the program's clock."""
        if not self.processes.clock.exists():
            return do()
        with time_machine.travel(self.its_time(), tick=True):
            return do()

    # ------------------------------------------------------------ the count

    def count(self, *, calm: bool = True) -> Found:
        """Stop everything, say the same once more, and count. Every counter must be 0.

        The case ends here. `calm=False` leaves out saying the same again, where no source can.
        """
        for process in self.processes.started:
            process.stop()
        touched = [
            path.name for path, known in self.written.items() if path.is_file() and _print(path) != known
        ]
        extra = {
            name: self.at_its_clock(lambda name=name: self._calm(name)) if calm else 0
            for name in self.garages
        }
        found = Found()
        for name in self.garages:
            repeats = self.kept_answers
            found.update(
                count(
                    self.books[name], self._seen(name), self._told(name), extra=extra[name], repeats=repeats
                )
            )
        self.line.found, self.line.counted = found, True
        told = {name: number for name, number in found.items() if number}
        print(  # noqa: T201  # a failing case shows its seed
            f"{self.line.id} {self.line.sentence}: seed {self.seed}, {self.line.rows} rows, {told or 'all 0'}"
        )
        assert not told, f"seed {self.seed}: {told}"
        assert not touched, "the garage's files are never changed"
        return found

    def _calm(self, name: str) -> int:
        """The requests that come of an export which says what was said already, in another order.

        The looks of a nightly statement that a clock made due come of no export: a pass before makes it.
        """
        garage, last = self.garages[name], self.books[name].last
        if last is None:
            return 0
        before = len(garage.asked())
        self.installation.run("--garage", name)
        unasked = sum(method != "GET" for method, _ in garage.asked()[before:])
        file, rows = last
        whole = all(isinstance(row, dict) for row in rows)
        plates = {row["Kenteken"] for row in rows if isinstance(row, dict)}
        again = list(reversed(rows)) if whole and len(plates) == len(rows) else list(rows)
        newest = max((each.lstat().st_mtime for each in garage.export_folder.iterdir()), default=0)
        before = len(garage.asked())
        path, at = garage.export_folder / file, max(newest + 1, time.time())
        path.write_bytes(written(again))
        os.utime(path, (at, at))
        said = self.installation.run("--garage", name)
        assert said.status in (0, 3), said.err
        return unasked + len(garage.asked()) - before

    def _seen(self, name: str) -> AtIGarage:
        sandbox = self.sandbox
        records = (
            sandbox.effects(name),
            sandbox.mails(name),
            sandbox.passports(name),
            sandbox.requests(name),
        )
        return AtIGarage(*([asdict(each) for each in kind] for kind in records))

    def _told(self, name: str) -> Told:
        def ask(command: str) -> list[dict[str, Any]]:
            return list(self.installation.ask(command, "--garage", name))

        return self.at_its_clock(lambda: Told(self.garages[name].stand(), ask("rejected"), ask("held")))


def _print(path: Path) -> tuple[bytes, int, int]:
    """What must not change of a garage's file: content, modification time in ns, mode."""
    found = path.stat()
    return hashlib.sha256(path.read_bytes()).digest(), found.st_mtime_ns, found.st_mode


def pieces(case: Case, content: bytes, number: int) -> list[bytes]:
    """The content cut into so many pieces, wherever the dice say, but never where a row ends."""
    inside = [place for place in range(1, len(content)) if content[place - 1 : place] not in b"\r\n"]
    places = sorted(case.dice.sample(inside, number - 1))
    return [content[start:end] for start, end in zip([0, *places], [*places, len(content)], strict=True)]
