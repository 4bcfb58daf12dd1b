"""The watched folder: which files lie in it, which of them are at rest, and what their content is.

The garage's files are only ever read; one that the ledger has may be moved away, where the garage asked for that.
"""

from __future__ import annotations

import errno
import fnmatch
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from connector import completeness
from connector.arrivals import Arrival
from connector.crash import CrashPoint
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
    changed: int = 0
    """`st_ctime_ns`: on POSIX no rewriting leaves it as it was, whatever is done to the time of modification."""


Listing = Mapping[str, Seen]


@dataclass(frozen=True, slots=True)
class AtRest:
    """What two looks tell: the files at rest, and the names of those still moving, locked or unfinished."""

    files: tuple[Seen, ...]
    moving: tuple[str, ...]
    unsettled: tuple[Seen, ...] = ()
    """The same, as they were seen."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A file that looked the same over so many looks, `since` a count of seconds."""

    seen: Seen
    since: float
    looks: int = 1
    whole: bool = False
    """Whether it was found to be whole for its format when it stood still: that is not asked again."""


def listing(folder: Path, patterns: Sequence[str]) -> Listing:
    """The export files of a folder by name; a full listing each time, for events are lost.

    Left out are directories, symlinks, FIFOs, devices, empty files and temporary names. Raises
    `SourceUnavailable` when the folder cannot be listed: a share that is away is not an empty folder.
    """
    low = [pattern.lower() for pattern in patterns]
    with _scanned(folder) as entries:
        seen = [_seen(entry) for entry in entries if _is_wanted(entry.name, low)]
    return {each.name: each for each in seen if each is not None}


@contextmanager
def _scanned(folder: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
    try:
        with os.scandir(folder) as entries:
            yield entries
    except OSError as error:
        raise SourceUnavailable(f"map {folder} is niet te lezen: {error.strerror}") from error


def sights(before: Mapping[str, Sight], found: Listing, at: float) -> dict[str, Sight]:
    """What is known of each file after another look: how long it has stood still, and over how many looks."""
    known = ((name, seen, before.get(name)) for name, seen in found.items())
    return {
        name: replace(was, looks=was.looks + 1) if was and was.seen == seen else Sight(seen, at)
        for name, seen, was in known
    }


class Lookout:
    """What was seen of one folder, from look to look.

    `settle` in seconds; `monotonic` counts seconds and `now` tells the time.
    """

    def __init__(
        self,
        folder: Path,
        patterns: Sequence[str],
        settle: float,
        *,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._patterns = patterns
        self._settle = settle
        self._monotonic = monotonic
        self._now = now
        self._sights: dict[str, Sight] = {}
        self._digests: dict[str, _Hashed] = {}
        self._reading = 0.0  # seconds that reading all of those took

    def look(self) -> AtRest:
        """The files that stood still over two looks at least `settle` apart, open, and are whole for their format.

        Raises `SourceUnavailable`; what was seen before is then no longer believed to have stood still.
        """
        before, self._sights = self._sights, {}
        self._sights = sights(before, listing(self._folder, self._patterns), self._monotonic())
        self._forget_the_gone()
        for name, sight in self._sights.items():
            if not sight.whole and self._stands(sight) and _is_whole(sight.seen, self._now()):
                self._sights[name] = replace(sight, whole=True)
        still = [each.seen for each in self._sights.values() if each.whole]
        moving = sorted(
            (each.seen for each in self._sights.values() if not each.whole), key=lambda each: each.name
        )
        return AtRest(tuple(still), tuple(each.name for each in moving), tuple(moving))

    @property
    def sees_files(self) -> bool:
        """Whether the last look saw any file."""
        return bool(self._sights)

    def is_empty(self) -> bool:
        """Whether there is nothing whatever in the folder, as in a share that is away. Raises `SourceUnavailable`."""
        with _scanned(self._folder) as entries:
            return next(entries, None) is None

    def seconds_to_rest(self) -> float | None:
        """How soon a file that is still moving may be at rest, if nobody touches it; None where none is."""
        now = self._monotonic()
        waits = [each.since + self._settle - now for each in self._sights.values() if not self._stands(each)]
        return max(min(waits), 0.0) if waits else None

    def digest(self, seen: Seen) -> bytes:
        """SHA-256 of a file's content. Raises `SourceUnavailable`.

        A file that looks as it did is read again all the same, for size and time can lie, but a large one, and one
        among many, not at every look: no more than a hundredth of the time goes into that.
        """
        began = self._monotonic()
        known = self._digests.get(seen.name)
        if known and known.seen == seen and began < known.ended + 100 * self._reading:
            return known.digest
        found = digest(seen.path)
        ended = self._monotonic()
        self._digests[seen.name] = _Hashed(seen, found, ended, ended - began)
        self._reading += ended - began - (known.took if known else 0.0)
        return found

    def _forget_the_gone(self) -> None:
        for name in self._digests.keys() - self._sights.keys():
            self._reading -= self._digests.pop(name).took

    def _stands(self, sight: Sight) -> bool:
        return sight.looks > 1 and self._monotonic() - sight.since >= self._settle


@dataclass(frozen=True, slots=True)
class _Hashed:
    seen: Seen
    digest: bytes
    ended: float
    took: float


def arrival(seen: Seen, content: bytes | None) -> Arrival:
    """A file at rest as the choice of files knows it, with its content's digest where somebody opened it."""
    return Arrival(seen.name, seen.size, seen.modified, content)


def digest(path: Path) -> bytes:
    """SHA-256 of the whole content, for first bytes take tomorrow's export for today's."""
    content = hashlib.sha256()
    try:
        with _opened(path) as file:
            while block := file.read(BLOCK):
                content.update(block)
    except OSError as error:
        raise _unreadable(path, error) from error
    return content.digest()


def export_file(path: Path) -> ExportFile:
    """A file as a plugin sees it: readable from its start as often as it likes, and never writable."""

    def open_to_read() -> BinaryIO:
        try:
            return _opened(path)
        except OSError as error:
            raise _unreadable(path, error) from error

    return ExportFile(printable(path.name), open_to_read, path.stat().st_size)


def archive(seen: Seen, folder: Path, crash: CrashPoint) -> bool:
    """Move a file that the ledger has into `folder`, over nothing that lies there; False when it changed meanwhile.

    Raises `OSError`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = _free_name(folder, seen.path.name)
    if sight_of(seen.path) != seen:
        return False
    crash("archive.before")
    try:
        seen.path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_across(seen, target)
    crash("archive.after")
    return True


def _move_across(seen: Seen, target: Path) -> None:
    """Onto another drive: copied whole, then taken away where it still is what was copied."""
    partial = target.with_name(f"{target.name}.part")
    shutil.copy2(seen.path, partial)
    with partial.open("rb+") as copied:
        os.fsync(copied.fileno())
    partial.rename(target)
    if sight_of(seen.path) == seen:
        seen.path.unlink()


def _free_name(folder: Path, name: str) -> Path:
    path, number = folder / name, 1
    while path.exists() or path.is_symlink():
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path


def _opened(path: Path) -> BinaryIO:
    """A regular file, opened to read. What has become a link, a FIFO or a device meanwhile is not, and nobody waits.

    Raises `OSError`.
    """
    kept = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, os.O_RDONLY | kept)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no file")
    return os.fdopen(descriptor, "rb")


def _unreadable(path: Path, error: OSError) -> SourceUnavailable:
    return SourceUnavailable(f"bestand {printable(path.name)} is niet te lezen: {error.strerror}")


def printable(name: str) -> str:
    """A file name that any database and log can hold: bytes that are no text become escapes."""
    if name.isprintable():  # nearly all; and bytes that are no text are not
        return name
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def _is_wanted(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name fits one of the patterns, which are in lower case, and is no temporary one."""
    low = name.lower()
    if low.startswith(TEMPORARY_STARTS) or low.endswith(TEMPORARY_ENDS):
        return False
    return any(fnmatch.fnmatchcase(low, pattern) for pattern in patterns)


def _seen(entry: os.DirEntry[str]) -> Seen | None:
    """A regular file with something in it; None for all else, also for what vanished since the listing."""
    return sight_of(Path(entry.path))  # a DirEntry of Windows tells the size of when it was opened


def sight_of(path: Path) -> Seen | None:
    """What a file looks like now; None where there is none, or no regular file with something in it."""
    try:
        found = path.lstat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode) or found.st_size == 0:
        return None
    modified = _EPOCH + timedelta(microseconds=found.st_mtime_ns // 1000)
    return Seen(path, printable(path.name), found.st_size, modified, found.st_ctime_ns)


def _is_whole(seen: Seen, now: datetime) -> bool:
    """Whether it ends as its format does. Where it never does, standing still for long must do: some systems
    write so.

    A time somewhat ahead of ours is that of a share with another clock, and as fresh as one somewhat behind.
    """
    try:
        with _opened(seen.path) as file:
            head = file.read(completeness.HEAD)
            file.seek(-min(seen.size, completeness.TAIL), os.SEEK_END)
            tail = file.read(completeness.TAIL)
    except OSError:
        return False
    return completeness.is_complete(seen.name, head, tail) or abs(now - seen.modified) >= PATIENCE
