"""A garage on the workbench: an export folder, a ledger on disk, and the product's own loops over them."""

from __future__ import annotations

import gc
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.exports import COLUMNS
from connector import adapters
from connector.backoff import PROBING, Retry
from connector.batches import Batches
from connector.delivery import Delivered, Delivery
from connector.igarage import Client
from connector.inbox import Lookout
from connector.intake import Intake
from connector.judging import Source
from connector.ledger import Ledger, access
from connector.ledger.looking import FileSummary
from connector.log import make_log
from connector.model import GarageInfo
from connector.plan import Policy
from connector.rounds import Route

GARAGE = "jansen"
TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Workbench:
    """One garage with an open ledger. `folder` holds its exports, its state and its log."""

    folder: Path
    ledger: Ledger

    @property
    def export(self) -> Path:
        """Where the garage system writes."""
        return self.folder / "export" / "klanten.csv"

    def take_in(self) -> FileSummary | None:
        """Take in the export that lies there; None where it is nothing new."""
        source = self._source()
        lookout = Lookout(source.watch, source.patterns, 0, monotonic=time.monotonic, now=now)
        lookout.look()
        log = make_log("warning", self.folder / "log", now)
        scan = Intake(self.ledger, Policy(), today, now, log).scan(source, lookout)
        if scan.state != "ok":
            raise RuntimeError(f"the export was not taken: {scan.message}")
        return scan.read[0] if scan.read else None

    def deliver(self, url: str, workers: int) -> Delivered:
        """Deliver all that is due to an iGarage at `url`."""
        with Client(url, lambda: "a-token", timeout=TIMEOUT) as client:
            return self._delivery(client, workers).deliver_due()

    def batch(self, url: str, workers: int) -> int:
        """Send all that is due to an iGarage at `url` in batches, and read them back; how many were told of."""
        self.ledger.batch_book.end_round(GARAGE, today() - timedelta(days=1))
        with Client(url, lambda: "a-token", timeout=TIMEOUT) as client:
            self.ledger.batch_book.note_terms(GARAGE, GarageInfo("jansen", "Jansen", "UTC", "00:00"))
            batches = self._batches(client, workers)
            batches.tend()
            return batches.tend().told

    def _batches(self, client: Client, workers: int) -> Batches:
        delivery = self._delivery(client, workers)
        return Batches(
            garage=GARAGE,
            ledger=self.ledger,
            client=client,
            workers=workers,
            route=Route("batch"),
            by=delivery.by,
            zone=ZoneInfo("UTC"),
            now=now,
            chance=delivery.chance,
            retry=delivery.retry,
            probing=delivery.probing,
            log=delivery.log,
            stop=delivery.stop,
        )

    def _source(self) -> Source:
        adapter = adapters.load("generic_csv")
        model = adapter.settings_model
        settings = model.model_validate({"columns": COLUMNS}) if model else None
        return Source(GARAGE, "klanten", self.export.parent, ("*.csv",), "all", adapter, settings)

    def _delivery(self, client: Client, workers: int) -> Delivery:
        stop = threading.Event()
        return Delivery(
            garage=GARAGE,
            ledger=self.ledger,
            client=client,
            policy=Policy(),
            today=today,
            now=now,
            monotonic=time.monotonic,
            wait=time.sleep,
            chance=random.random,
            timeout=TIMEOUT,
            workers=workers,
            route=Route(),
            retry=Retry(first=30, max=21600, attempts=20),
            probing=PROBING,
            log=make_log("warning", self.folder / "log", now),
            stop=stop,
        )


@contextmanager
def workbench(folder: Path) -> Iterator[Workbench]:
    """A garage with an empty ledger in `folder`."""
    (folder / "export").mkdir(parents=True)
    gc.freeze()  # as the service does when it begins
    with access.to_work(folder / "state", now=now, entropy=os.urandom) as ledger:
        ledger.know_garage(GARAGE)
        yield Workbench(folder, ledger)


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The date, in UTC."""
    return now().date()
