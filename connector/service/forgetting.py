"""What the service does so that what was removed is gone: the ledger's files cleaned, and what is old enough removed.

It alone carries the journal over into the database, so a command that erases leaves this to it.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from connector import inbox
from connector.config import GarageConfig
from connector.errors import LedgerError, SourceUnavailable
from connector.ledger import backup, rescue
from connector.ledger.databases import DATABASE
from connector.ledger.retiring import Ages, Lying, Retired
from connector.ledger.room import SIZE
from connector.log import described
from connector.service.garage import World

SWEEP_EVERY = 2.0
"""Seconds until it is looked again whether something is to be cleaned; a person's decision wakes it sooner."""
AFTER_VAIN = 30.0
"""Seconds until it is tried again where it could not be done."""
KEPT_BY_AGE: tuple[Retired, ...] = ("events", "rejected", "batches")
"""What goes by its age alone, wherever exports lie."""


def sweep(world: World, folder: Path | None) -> bool:
    """Clean the files of the ledger of what erasures removed; whether nothing is left to clean.

    The database is written anew, its journal emptied, its backup made anew, and what a damaged ledger left goes.
    Whatever of it could not be done is done another time.
    """
    erasures = world.ledger.erasures
    unclean = erasures.unclean()
    if not unclean:
        return True
    if folder is not None and not _has_room(folder):
        world.log.error("service.not_cleaned", reason="full")
        return False
    try:
        erasures.keep_copy()
        if not world.ledger.database.scrub():
            return False
        world.crash("sweep.scrubbed")
        if folder is not None:
            _clean(world, folder)
    except (OSError, sqlite3.Error, LedgerError) as error:
        world.log.error("service.not_cleaned", error=described(error))
        return False
    erasures.note_clean(unclean)
    world.log.info("service.cleaned", erasures=len(unclean))
    return True


def _has_room(folder: Path) -> bool:
    """Whether the disk can hold the ledger twice more, and what else needs room meanwhile."""
    return shutil.disk_usage(folder).free > 2 * (folder / DATABASE).stat().st_size + SIZE


def _clean(world: World, folder: Path) -> None:
    """The files beside the ledger: the backup is made anew where there is one, and what was set aside goes."""
    if (folder / backup.BACKUP).exists():
        backup.back_up(folder, world.crash)
    for each in rescue.set_aside(folder):
        each.unlink(missing_ok=True)
    backup.sync_folder(folder)


def retire(world: World, garages: Sequence[GarageConfig]) -> None:
    """Remove of each garage what it keeps no longer, some rows at a time."""
    for garage in garages:
        removed = sum(_retired(world, garage))
        if removed:
            world.log.info("service.retired", garage=garage.garage, removed=removed)


def _retired(world: World, garage: GarageConfig) -> Iterator[int]:
    retiring, ages = world.ledger.retiring, ages_of(garage)
    for kind in KEPT_BY_AGE:
        while not world.stop.is_set() and (gone := retiring.slice(garage.garage, kind, ages, {})):
            yield gone
    lying = _lying(garage)
    while not world.stop.is_set() and (gone := retiring.slice(garage.garage, "files", ages, lying)):
        yield gone


def ages_of(garage: GarageConfig) -> Ages:
    """How long a garage keeps what."""
    kept = garage.retention
    return Ages(*(timedelta(days=int(each[:-1])) for each in (kept.events, kept.rejected, kept.files)))


def _lying(garage: GarageConfig) -> dict[str, Lying]:
    """Source → name and size of the exports that lie in its folder; None where that cannot be told now.

    What still lies there must not be forgotten: it would be read as if it were new.
    """
    found: dict[str, Lying] = {}
    found |= {source.name: frozenset() for source in garage.sources if source.watch is None}
    for source in garage.watched:
        try:
            listing = inbox.listing(source.folder, source.pattern)
        except SourceUnavailable:
            found[source.name] = None
        else:
            arrivals = (inbox.arrival(each, None) for each in listing.values())
            found[source.name] = frozenset((each.name, each.size) for each in arrivals)
    return found
