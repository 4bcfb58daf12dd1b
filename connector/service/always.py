"""Always on: the tasks of every garage, due again and again until the service is told to stop.

scan      per garage   list the folders, take in what stands still     lane read
deliver   per garage   a slice of what is due                          lane send
feedback  per garage   what iGarage learned of addresses               lane send
probe     per garage   greet iGarage, and while paused probe it        lane probe
tend      once         events, people's decisions, the state folder    lane tend
nightly   once         what is old enough goes; the backup             lane tend
sweep     once         the ledger's files are cleaned after erasures   lane tend
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain

from connector.config import GarageConfig
from connector.service.door import Door
from connector.service.garage import World
from connector.service.scans import Scans
from connector.service.scheduler import Scheduler
from connector.service.upkeep import Upkeep

PROBERS = 2
"""Threads of the lane of probes: a far host that is silent keeps one for a call's whole time."""
TENDERS = 2


@dataclass(frozen=True, slots=True)
class AlwaysOn:
    """The service over these garages. `threads` of each lane that reads and that sends, for all garages together."""

    garages: Sequence[GarageConfig]
    world: World
    upkeep: Upkeep
    threads: int

    def run(self) -> bool:
        """Serve until the world's `stop` is set; whether everything has ended, or something is left behind.

        Raises the `LedgerError` for which the service cannot go on.
        """
        world = self.world
        lanes = {"read": self.threads, "send": self.threads, "probe": PROBERS, "tend": TENDERS}
        scheduler = Scheduler(lanes, world.stop, world.log, world.now, world.monotonic)
        scans = [Scans(garage, world, scheduler.wake) for garage in self.garages]
        doors = [Door(garage, world, scheduler.wake) for garage in self.garages]
        tend = [door.tend for door in doors]
        for task in chain(
            (each.task() for each in scans),
            (task for each in doors for task in each.tasks()),
            self.upkeep.tasks(tend, scheduler.wake_all),
        ):
            scheduler.add(task)
        with ExitStack() as leaving:
            for end in (*(each.end for each in scans), *(each.end for each in doors)):
                leaving.callback(end)
            return scheduler.run()
