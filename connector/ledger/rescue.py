"""A damaged ledger is set aside, and its place taken by the last backup, or by an empty one that knows what it lacks.

What such a ledger says of iGarage may be old, and a passport may have been made or mailed since: every passport in
it, and every one that comes to it later, is *unsure* until iGarage has been asked what it holds.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from connector.ledger.backup import BACKUP, has_tables, is_sound, sync, sync_folder
from connector.ledger.databases import DATABASE, JOURNALS, Database
from connector.ledger.opening import write_private
from connector.ledger.schema import batches, garages, meta, passports
from connector.ledger.writing import upsert

STAMP = "%Y%m%dT%H%M%SZ"
UNDER_WAY = "ledger.rescue"
"""Holds the stamp of a rescue that has begun; gone when it is done, so that a killed one is gone on with."""

Restored = Literal["backup", "nothing"]


@dataclass(frozen=True, slots=True)
class Rescue:
    """A ledger that was set aside, as `ledger.sqlite3.damaged-STAMP`, and what stands in its place."""

    stamp: str
    restored: Restored

    @property
    def at(self) -> datetime:
        """When it was set aside."""
        return datetime.strptime(self.stamp, STAMP).replace(tzinfo=UTC)


def needed(folder: Path, *, died: bool, suspect: bool) -> bool:
    """Whether the ledger of a folder must be rescued. It is read through only when the last process died, or says so.

    A ledger that is empty or gone while there is a backup of one was lost too: that is never taken for a beginning.
    """
    path = folder / DATABASE
    if (folder / UNDER_WAY).exists():
        return True
    if not path.exists():
        return (folder / BACKUP).exists()
    if (died or suspect) and not is_sound(path):
        return True
    return (folder / BACKUP).exists() and not has_tables(path)


def rescue(folder: Path, now: datetime) -> Rescue:
    """Set the ledger of a folder aside and put the backup in its place. `confirm` ends it. Raises `OSError`."""
    stamp = _begin(folder, now)
    aside = folder / f"{DATABASE}.damaged-{stamp}"
    if not aside.exists():
        _set_aside(folder, aside)
    for name in (DATABASE, *(DATABASE + ending for ending in JOURNALS)):
        (folder / name).unlink(missing_ok=True)
    if not (folder / BACKUP).exists() or not is_sound(folder / BACKUP):
        return Rescue(stamp, "nothing")
    restored = folder / f"{DATABASE}.restored"
    shutil.copyfile(folder / BACKUP, restored)
    restored.chmod(0o600)
    sync(restored)
    restored.replace(folder / DATABASE)
    sync_folder(folder)
    return Rescue(stamp, "backup")


def confirm(folder: Path, database: Database, found: Rescue, entropy: Callable[[int], bytes]) -> None:
    """The rescued ledger becomes another one, for no key of the old may come again with other bytes."""
    with database.write("rescue") as connection:
        connection.execute(passports.update().values(unsure=True, batch=None))
        open_batches = batches.c.state.in_(("composed", "queued"))
        connection.execute(batches.update().where(open_batches).values(state="overdue", body=None))
        connection.execute(garages.update().values(indexed_for=None, unread=True))
        values = {"ledger_id": entropy(16).hex(), "rescued": found.stamp, "restored": found.restored}
        upsert(connection, meta, [{"name": name, "value": value} for name, value in values.items()])
    (folder / UNDER_WAY).unlink(missing_ok=True)


def set_aside(folder: Path) -> list[Path]:
    """Every file of a ledger that was damaged, and what a rescue or a backup that was killed has left of a copy."""
    names = (f"{DATABASE}.damaged-*", f"{DATABASE}.restored*", f"{BACKUP}.partial*")
    return sorted(each for name in names for each in folder.glob(name))


def told(connection: sa.Connection) -> Rescue | None:
    """The last rescue of this ledger, if there ever was one."""
    query = sa.select(meta.c.name, meta.c.value).where(meta.c.name.in_(("rescued", "restored")))
    found: dict[str, str] = {row.name: row.value for row in connection.execute(query)}
    if len(found) < 2:
        return None
    return Rescue(found["rescued"], "backup" if found["restored"] == "backup" else "nothing")


def _begin(folder: Path, now: datetime) -> str:
    """The stamp of the rescue that is under way, or of the one that begins now."""
    marker = folder / UNDER_WAY
    if marker.exists() and (stamp := marker.read_text("ascii").strip()):
        return stamp
    stamp = now.astimezone(UTC).strftime(STAMP)
    write_private(marker, stamp)
    sync(marker)
    sync_folder(folder)
    return stamp


def _set_aside(folder: Path, aside: Path) -> None:
    """The journals first and the database last: where that stands aside, all of them do."""
    for ending in (*JOURNALS, ""):
        part = folder / f"{DATABASE}{ending}"
        if part.exists():
            part.replace(f"{aside}{ending}")
    sync_folder(folder)
