"""Always on: the tasks of every garage, due again and again until the service is told to stop.

scan      per garage   list the folders, take in what stands still     lane read
poll      per source   ask a garage system's API what changed          lane poll
receive   per garage   keep its doors open, take in what is pushed    lane read
deliver   per garage   a slice of what is due                          lane send
lists     per garage   in their place: a list for a person, daily      lane send
feedback  per garage   what iGarage learned of addresses               lane send
probe     per garage   greet iGarage, and while paused probe it        lane probe
tend      once         events, people's decisions, the state folder    lane tend
state     per garage   what iGarage has of last night, and others     lane state
tell      per garage   its own systems, of addresses that are wrong    lane tell
nightly   once         what is old enough goes; the backup             lane tend
sweep     once         the ledger's files are cleaned after erasures   lane tend
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain

from connector.config import GarageConfig
from connector.intake import Scan
from connector.service.door import Door
from connector.service.garage import World
from connector.service.gates import Gates
from connector.service.lists import list_task
from connector.service.polls import MOST_AT_ONCE, Poller
from connector.service.receivers import Receiver
from connector.service.scans import Scans
from connector.service.scheduler import Scheduler
from connector.service.telling import telling_tasks
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
        polled = sum(len(garage.polled) for garage in self.garages)
        lanes = {"read": self.threads, "send": self.threads, "probe": PROBERS, "tend": TENDERS}
        lanes |= {"tell": 1, "state": 1}
        lanes["poll"] = min(polled, MOST_AT_ONCE)
        scheduler = Scheduler(lanes, world.stop, world.log, world.now, world.monotonic)
        found: dict[str, dict[str, Scan]] = {garage.garage: {} for garage in self.garages}
        gates = Gates(world.log)
        receivers = {
            garage.garage: Receiver(garage, world, scheduler.wake, gates, found[garage.garage])
            for garage in self.garages
            if garage.received
        }
        scans = [
            Scans(
                garage, world, scheduler.wake, found[garage.garage], _trouble_of(receivers.get(garage.garage))
            )
            for garage in self.garages
            if garage.watched
        ]
        polls = [
            Poller(garage, source, world, scheduler.wake, found[garage.garage])
            for garage in self.garages
            for source in garage.polled
        ]
        doors = [Door(garage, world, scheduler.wake) for garage in self.garages if not garage.lists]
        tend = [*(door.tend for door in doors), *(each.tend for each in polls)]
        for task in chain(
            (each.task() for each in scans),
            (each.task() for each in polls),
            (each.task() for each in receivers.values()),
            (task for each in doors for task in each.tasks()),
            (list_task(each, each.lists, world) for each in self.garages if each.lists),
            (task for each in self.garages for task in telling_tasks(each, world)),
            self.upkeep.tasks(tend, scheduler.wake_all),
        ):
            scheduler.add(task)
        with ExitStack() as leaving:
            ends = [gates.end, *(each.end for each in receivers.values()), *(each.end for each in scans)]
            for end in (*ends, *(each.end for each in polls), *(each.end for each in doors)):
                leaving.callback(end)
            return scheduler.run()


def _trouble_of(receiver: Receiver | None) -> Callable[[str], str | None]:
    return receiver.trouble if receiver else lambda _: None
