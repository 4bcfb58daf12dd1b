"""Room kept on the ledger's disk: so much that what is under way can be written down when the disk runs full."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BALLAST = "ledger.room"
SIZE = 16 * 1024 * 1024
"""Bytes: the claims and answers of days, for they mostly write over what is there."""


@dataclass(frozen=True, slots=True)
class Room:
    """A file of no content in the state folder. Emptied, it says to everybody who looks that the disk is full."""

    folder: Path
    size: int = SIZE

    @property
    def path(self) -> Path:
        """The file that keeps the room."""
        return self.folder / BALLAST

    def keep(self) -> bool:
        """Keep the room, or take it again where the disk has as much to spare twice; whether it is kept."""
        if self._held() == self.size:
            return True
        if shutil.disk_usage(self.folder).free < 2 * self.size:
            self.give_up()
            return False
        try:
            self._fill()
        except OSError:
            self.give_up()
            return False
        return True

    def give_up(self) -> None:
        """Give the room to whoever must write now, and leave the empty file that says so. Never raises."""
        with suppress(OSError):  # nothing more can be given
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))

    @property
    def given_up(self) -> bool:
        """Whether the disk ran full and has not had room to spare since."""
        return self._held() == 0

    def _held(self) -> int | None:
        try:
            return self.path.stat().st_size
        except OSError:
            return None

    def _fill(self) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, self.size)
            else:
                for _ in range(self.size // 65536):
                    os.write(descriptor, bytes(65536))
        finally:
            os.close(descriptor)
