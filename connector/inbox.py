"""The watched folder: which files lie in it, which of them are at rest, and what their content is.

The garage's files are only ever read.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from connector import completeness
from connector.arrivals import Arrival
from connector.errors import SourceUnavailable
from connector.model import ExportFile

TEMPORARY_STARTS = ("~", ".")
TEMPORARY_ENDS = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".lock")
PATIENCE = timedelta(seconds=60)
"""How long a file whose last line does not end must have stood still before it is believed to be whole."""
BLOCK = 1 << 20

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as one listing shows it. Two equal sights, far enough apart, are a file standing still."""

    path: Path
    name: str
    size: int
    modified: datetime


Listing = Mapping[str, Seen]


@dataclass(frozen=True, slots=True)
class AtRest:
    """What two listings tell: the files at rest, and the names of those still moving, locked or unfinished."""

    files: tuple[Seen, ...]
    moving: tuple[str, ...]


def listing(folder: Path, patterns: Sequence[str]) -> Listing:
    """The export files of a folder by name; a full listing each time, for events are lost.

    Left out are directories, symlinks, FIFOs, devices, empty files and temporary names. Raises
    `SourceUnavailable` when the folder cannot be listed: a share that is away is not an empty folder.
    """
    try:
        with os.scandir(folder) as entries:
            seen = [_seen(entry) for entry in entries if _is_wanted(entry.name, patterns)]
    except OSError as error:
        raise SourceUnavailable(f"map {folder} is niet te lezen: {error.strerror}") from error
    return {each.name: each for each in seen if each is not None}


def at_rest(first: Listing, second: Listing, now: datetime) -> AtRest:
    """The files that stood still over two listings, can be opened and are whole for their format."""
    still = [each for name, each in second.items() if first.get(name) == each and _is_whole(each, now)]
    names = {each.name for each in still}
    return AtRest(tuple(still), tuple(sorted(name for name in second if name not in names)))


def arrival(seen: Seen, *, hashed: bool) -> Arrival:
    """A file at rest as the choice of files knows it. Raises `SourceUnavailable` when it cannot be read."""
    return Arrival(seen.name, seen.size, seen.modified, digest(seen.path) if hashed else None)


def digest(path: Path) -> bytes:
    """SHA-256 of the whole content, for first bytes take tomorrow's export for today's."""
    content = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                content.update(block)
    except OSError as error:
        raise _unreadable(path, error) from error
    return content.digest()


def export_file(path: Path) -> ExportFile:
    """A file as a plugin sees it: readable from its start as often as it likes, and never writable."""

    def open_to_read() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            raise _unreadable(path, error) from error

    return ExportFile(printable(path.name), open_to_read, path.stat().st_size)


def _unreadable(path: Path, error: OSError) -> SourceUnavailable:
    return SourceUnavailable(f"bestand {printable(path.name)} is niet te lezen: {error.strerror}")


def printable(name: str) -> str:
    """A file name that any database and log can hold: bytes that are no text become escapes."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def _is_wanted(name: str, patterns: Sequence[str]) -> bool:
    low = name.lower()
    if low.startswith(TEMPORARY_STARTS) or low.endswith(TEMPORARY_ENDS):
        return False
    return any(fnmatch.fnmatchcase(low, pattern.lower()) for pattern in patterns)


def _seen(entry: os.DirEntry[str]) -> Seen | None:
    """A regular file with something in it; None for all else, also for what vanished since the listing."""
    try:
        found = os.lstat(entry.path)  # a DirEntry of Windows tells the size of when it was opened
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode) or found.st_size == 0:
        return None
    modified = _EPOCH + timedelta(microseconds=found.st_mtime_ns // 1000)
    return Seen(Path(entry.path), printable(entry.name), found.st_size, modified)


def _is_whole(seen: Seen, now: datetime) -> bool:
    """Whether it ends as its format does. Where it never does, standing still for long must do: some systems
    write so.

    A time somewhat ahead of ours is that of a share with another clock, and as fresh as one somewhat behind.
    """
    try:
        with seen.path.open("rb") as file:
            head = file.read(completeness.HEAD)
            file.seek(-min(seen.size, completeness.TAIL), os.SEEK_END)
            tail = file.read(completeness.TAIL)
    except OSError:
        return False
    return completeness.is_complete(seen.name, head, tail) or abs(now - seen.modified) >= PATIENCE
