"""What keeps the service itself well: events, people's decisions, the state folder, and what is done every night."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from connector.config import GarageConfig
from connector.errors import LedgerUnusable
from connector.ledger import backup
from connector.ledger.databases import DATABASE
from connector.log import described
from connector.service.forgetting import AFTER_VAIN, SWEEP_EVERY, retire, sweep
from connector.service.garage import World
from connector.service.scheduler import Task

TEND_EVERY = 1.0
"""Seconds: a person's decision is noticed within two."""
BACKUP_AT = time(3, 30)
"""Local time of this machine: after the batch, and no hour that a change of the clocks leaves out or repeats."""
NIGHTLY_EVERY = 300.0


@dataclass(slots=True)
class Upkeep:
    """The tasks that are no garage's. `folder` is the state folder (None: the ledger lies in a server)."""

    world: World
    folder: Path | None
    garages: Sequence[GarageConfig] = ()
    _retired: datetime | None = field(init=False, default=None)
    _decisions: int | None = field(init=False, default=None)
    _file: tuple[int, int] | None = field(init=False, default=None)

    def tasks(self, tend: Sequence[Callable[[], object]], wake_all: Callable[[], object]) -> list[Task]:
        """`tend` is looked after every second; `wake_all` is called when somebody decided something."""

        def look_after() -> float:
            self._see_that_the_ledger_is_there()
            for each in tend:
                each()
            if self._is_news():
                wake_all()
            return TEND_EVERY

        return [
            Task("tend", "tend", "tend", look_after, TEND_EVERY),
            Task("nightly", "tend", "files", self.nightly, NIGHTLY_EVERY),
            Task("sweep", "tend", "files", self.sweep, AFTER_VAIN),
        ]

    def sweep(self) -> float:
        """Clean up after erasures; seconds until it is looked at again."""
        return SWEEP_EVERY if sweep(self.world, self.folder) else AFTER_VAIN

    def nightly(self) -> float:
        """Once a night, or as soon as the machine is on: remove what is old enough, and make the backup.

        Seconds until it is looked at again.
        """
        self._retire()
        if self.folder is not None and self._is_backup_due(self.folder):
            self._back_up(self.folder)
        return NIGHTLY_EVERY

    def _retire(self) -> None:
        """Remove what no garage keeps any longer, once a night and at the start: a killed one is gone on with."""
        last = _last_time(self.world.now().astimezone())
        if self._retired != last:
            retire(self.world, self.garages)
            self._retired = last

    def _is_backup_due(self, folder: Path) -> bool:
        """Whether the last one is of before the last 03:30; on a full disk none is made."""
        room = self.world.ledger.database.room
        if room is not None and room.given_up:
            return False
        now = self.world.now().astimezone()
        last = _last_time(now)
        try:
            made = datetime.fromtimestamp((folder / backup.BACKUP).stat().st_mtime, now.tzinfo)
        except OSError:
            return True
        return made < last or made > now

    def _back_up(self, folder: Path) -> None:
        try:
            backup.back_up(folder, self.world.crash)
        except (OSError, sqlite3.Error) as error:
            self.world.log.error("service.no_backup", error=described(error))
        else:
            self.world.log.info("service.backed_up")

    def _see_that_the_ledger_is_there(self) -> None:
        """What is written into a file that has no name any more is lost: better to stop, and say so.

        Raises `LedgerUnusable`.
        """
        if self.folder is None:
            return
        try:
            found = (self.folder / DATABASE).stat()
        except OSError as error:
            raise LedgerUnusable(f"the state folder {self.folder} is gone: {error.strerror}") from error
        here = (found.st_dev, found.st_ino)
        self._file = self._file or here
        if here != self._file:
            raise LedgerUnusable(f"another ledger was put into the state folder {self.folder}")

    def _is_news(self) -> bool:
        before, self._decisions = self._decisions, self.world.ledger.decisions()
        return before is not None and before != self._decisions


def _last_time(now: datetime) -> datetime:
    """The last instant at which a backup was due."""
    today = datetime.combine(now.date(), BACKUP_AT, now.tzinfo)
    if today <= now:
        return today
    return datetime.combine(date.fromordinal(now.date().toordinal() - 1), BACKUP_AT, now.tzinfo)
