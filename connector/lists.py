"""Customer lists: what is due is written to a folder once a day, for a person to upload in iGarage's portal.

A list is composed in the ledger, byte for byte, before it is written; so a process that is killed at any step writes
the same list under the same name, and no passport stands in two.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from connector.crash import CrashPoint
from connector.customer_list import Form
from connector.ledger import Ledger
from connector.ledger.backup import sync_folder
from connector.ledger.batch_book import By
from connector.ledger.indexing import bring_up_to_date
from connector.ledger.list_book import ListBook
from connector.ledger.listing import CustomerList
from connector.log import Log, described
from connector.rounds import due_round, run_of, turn_of

IN_TIME = timedelta(hours=1)
"""So long after its time a day's lists are still of that time; a garage that was off then makes up for it later."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The customer lists of one garage, of `most` rows at most, written to `folder` at `at` of each local date."""

    garage: str
    ledger: Ledger
    folder: Path
    at: time
    most: int
    form: Form
    by: Callable[[], By]
    zone: ZoneInfo
    now: Callable[[], datetime]
    log: Log
    crash: CrashPoint

    @property
    def book(self) -> ListBook:
        """Where the ledger keeps them."""
        return self.ledger.list_book

    def tend(self) -> int:
        """Compose the day's lists when their time has come, and write what lies in no folder; how many."""
        self._bring_index_up_to_date()
        day = due_round(self.now(), self.at, timedelta(0), self.zone)
        rounds = self.ledger.batch_book
        turn = turn_of(day, rounds.terms(self.garage).batched_for)
        in_time = self.now() < run_of(day, self.at, self.zone) + IN_TIME
        if turn == "first" or (turn == "due" and (self._compose() or in_time)):
            rounds.end_round(self.garage, day)
        return self._write()

    def write_now(self) -> int:
        """Write all that is due now, whatever the time is; how many lists."""
        self._bring_index_up_to_date()
        self._compose()
        return self._write()

    def _bring_index_up_to_date(self) -> None:
        bring_up_to_date(self.ledger, self.garage, self.by().policy, lambda: self.by().today)

    def _compose(self) -> bool:
        """Whether there was anything due."""
        composed = False
        for sends in (True, False):
            while self.book.compose(self.garage, self.by(), self.form, self.most, sends=sends):
                composed = True
        return composed

    def _write(self) -> int:
        written = 0
        for each in self.book.to_write(self.garage):
            if each.body is None:
                self.book.taken_back(each, self.by())
                continue
            try:
                self._write_one(each, each.body)
            except OSError as error:
                self.log.error("lists.unwritable", garage=self.garage, error=described(error))
                break
            written += 1
        if written:
            self.log.info("lists.written", garage=self.garage, files=written)
        return written

    def _write_one(self, made: CustomerList, body: bytes) -> None:
        """Put a list in its folder whole, under its own name, and never over another file. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f".{made.reference}.partial"
        try:
            with partial.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            self.crash("list.before_name")
            self._name(partial, self.folder / made.name, body)
            self.crash("list.after_name")
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        self.book.written(made)

    def _name(self, partial: Path, final: Path, body: bytes) -> None:
        """Give a whole file its name; where this very list has it already, it has been here before.

        Raises `OSError` where another file has that name.
        """
        if final.exists():
            if final.read_bytes() != body:
                raise FileExistsError(errno.EEXIST, "another file has the name of a list", final.name)
            return
        partial.rename(final)
        sync_folder(self.folder)
