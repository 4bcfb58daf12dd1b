"""Real disks for a case: a small one that fills up, or that is made read-only, as the state folder of the program."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTE = 1 << 20


class Disk:
    """A file system of its own, of so many bytes."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._filler = place / "iets-anders"

    @property
    def free(self) -> int:
        """Bytes that are left."""
        found = os.statvfs(self.place)
        return found.f_bavail * found.f_frsize

    def fill(self, leave: int = 0) -> None:
        """Somebody else writes the disk full, but for so many bytes."""
        with self._filler.open("ab") as file:
            while (over := self.free - leave) > 0:
                try:
                    file.write(bytes(min(over, MEGABYTE)))
                    file.flush()
                except OSError:
                    return

    def make_room(self) -> None:
        """Somebody tidies up."""
        self._filler.unlink()

    def read_only(self, yes: bool = True) -> None:
        """Have the system let nobody write; or again."""
        _command("mount", "-o", f"remount,{'ro' if yes else 'rw'}", str(self.place))


@contextmanager
def disk(place: Path, size: int) -> Iterator[Disk]:
    """A disk of `size` bytes mounted at `place`, gone afterwards, whoever still has files of it open."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    _command("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(place))
    try:
        yield Disk(place)
    finally:
        _command("umount", "--lazy", str(place))


def _command(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
