"""The scans of one garage: each source's folder is listed when it is due, and sooner when an event says so."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from connector.config import GarageConfig, SourceConfig
from connector.errors import AdapterFailed
from connector.intake import Intake, Scan
from connector.service.garage import World, set_aside, source_of
from connector.service.once import note_read
from connector.service.scheduler import Task
from connector.watching import Watch

SOONEST = 0.25
"""Seconds between two looks at a folder, at least."""
UNFINISHED = 2.0
"""Seconds until a file is looked at again that stands still and is not whole."""

Wake = Callable[[str], object]


def scan_name(garage: GarageConfig) -> str:
    """The name of a garage's task of scanning."""
    return f"scan:{garage.garage}"


class Scans:
    """The task that scans one garage's watched sources, with what it saw of each folder from look to look.

    `found` holds how each source of the garage went last, for all who read it; `trouble` says why nothing can be pushed
    to a source that should be, beside what lies in its folder.
    """

    def __init__(
        self,
        garage: GarageConfig,
        world: World,
        wake: Wake,
        found: dict[str, Scan] | None = None,
        trouble: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._garage = garage
        self._world = world
        self._wake = wake
        self._lookouts = {each.name: world.lookout(each, each.settle) for each in garage.watched}
        self._watches = {each.name: self._watch(each) for each in garage.watched}
        self._looked = dict.fromkeys(self._lookouts, 0.0)
        self._due = dict.fromkeys(self._lookouts, 0.0)
        self._found = {} if found is None else found
        self._trouble = trouble
        self._recovered = False

    def task(self) -> Task:
        """The task, due at least as often as the source that is looked at most."""
        longest = min(each.scan_every for each in self._garage.watched)
        return Task(scan_name(self._garage), "read", scan_name(self._garage), self.run, longest, self.refresh)

    def end(self) -> None:
        """Watch the folders no more."""
        for watch in self._watches.values():
            watch.end()

    def refresh(self) -> None:
        """Every source is due."""
        for name in self._due:
            self._due[name] = 0.0

    def _watch(self, source: SourceConfig) -> Watch:
        """The events of a source's folder, which make it due."""
        return Watch(source.folder, lambda: self._noticed(source), self._world.log)

    def run(self) -> float:
        """Scan each source that is due; seconds until the next one is."""
        intake = self._world.intake(self._garage)
        if not self._recovered:
            intake.recover(self._garage.garage)
            self._recovered = True
        for source in self._garage.watched:
            if self._world.monotonic() >= self._due[source.name] and not self._world.stop.is_set():
                self._scan(intake, source)
        return max(min(self._due.values()) - self._world.monotonic(), 0.0)

    def _scan(self, intake: Intake, source: SourceConfig) -> None:
        self._watches[source.name].tend()
        self._looked[source.name] = self._world.monotonic()
        self._due[source.name] = inf  # what an event makes of it from here on stands
        wait = source.scan_every  # also where the scan breaks
        try:
            scan = self._scanned(intake, source)
            wait = self._pause_after(scan, source)
            self._found[source.name] = scan
            note_read(self._garage, self._found, self._world)
        finally:
            self._due[source.name] = min(self._due[source.name], self._world.monotonic() + wait)
        if scan.read:
            self._wake(f"deliver:{self._garage.garage}")

    def _pause_after(self, scan: Scan, source: SourceConfig) -> float:
        """Seconds until a source is looked at again: sooner while a file is on its way to rest."""
        soon = None
        if scan.state != "unavailable":
            soon = self._lookouts[source.name].seconds_to_rest()
        if soon is None and scan.state == "waiting":
            soon = UNFINISHED
        return source.scan_every if soon is None else min(max(soon, SOONEST), source.scan_every)

    def _scanned(self, intake: Intake, source: SourceConfig) -> Scan:
        try:
            accounts = self._world.ledger.fleet_accounts(self._garage.garage)
            scan = intake.scan(source_of(self._garage, source, accounts), self._lookouts[source.name])
            if shut := self._trouble(source.name):
                self._world.ledger.note_source(
                    self._garage.garage, source.name, source.adapter, "unavailable", shut
                )
            return scan
        except AdapterFailed as error:
            return Scan(
                source.name, "unavailable", set_aside(self._garage, source, error, self._world.ledger)
            )

    def _noticed(self, source: SourceConfig) -> None:
        """Not more often than a folder can be listed: a large export is written in thousands of pieces."""
        self._due[source.name] = self._looked[source.name] + SOONEST
        self._wake(scan_name(self._garage))
