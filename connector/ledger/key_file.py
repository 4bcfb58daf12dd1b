"""The key by which the erased are recognised, in a file of its own, and beside it a copy of their hashes.

The copy is for a ledger that was restored from before an erasure: whoever stands in it and not in the ledger is
forgotten once more. Neither file is of use without the other, and neither is in the ledger's backup.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connector.errors import LedgerUnusable
from connector.forgetting import KEY_SIZE
from connector.ledger.backup import sync, sync_folder
from connector.ledger.opening import unwritable, write_private

KEY = "ledger.erasures.key"
COPY = "ledger.erasures"


@dataclass(frozen=True, slots=True)
class Hash:
    """A hash of somebody who was erased, or the proof of the key (`garage` empty, `kind` key)."""

    garage: str
    kind: str
    digest: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The two files, in the state folder; where the ledger lies in a server, in the folder of the configuration."""

    folder: Path

    @property
    def path(self) -> Path:
        """Where the key is."""
        return self.folder / KEY

    def read(self) -> bytes | None:
        """The key; None where there is none that could be one."""
        try:
            key = bytes.fromhex(self.path.read_text("ascii"))
        except (OSError, ValueError):
            return None
        return key if len(key) == KEY_SIZE else None

    def make(self, entropy: Callable[[int], bytes]) -> bytes:
        """A new key, on the disk before anything is hashed with it. Raises `LedgerUnusable`."""
        key = entropy(KEY_SIZE)
        self._write(KEY, key.hex())
        return key

    def keep(self, hashes: Sequence[Hash]) -> None:
        """Write the copy anew. Raises `LedgerUnusable`."""
        lines = (
            f"{each.kind} {each.garage or '-'} {each.digest.hex()} {each.at.isoformat()}\n" for each in hashes
        )
        self._write(COPY, "".join(lines))

    def kept(self) -> list[Hash]:
        """What the copy holds; nothing where there is none. Raises `LedgerUnusable` for one that is none."""
        path = self.folder / COPY
        if not path.exists():
            return []
        try:
            return [_hash(line) for line in path.read_text("ascii").splitlines()]
        except (OSError, ValueError) as error:
            raise LedgerUnusable(
                f"{path} cannot be read, by which the erased are known: put it back, or take it away"
            ) from error

    def _write(self, name: str, text: str) -> None:
        partial = self.folder / f"{name}.{os.getpid()}"
        with unwritable(self.folder):
            try:
                write_private(partial, text)
                sync(partial)
                partial.replace(self.folder / name)
                sync_folder(self.folder)
            finally:
                with suppress(OSError):
                    partial.unlink(missing_ok=True)


def _hash(line: str) -> Hash:
    kind, garage, digest, at = line.split()
    return Hash("" if garage == "-" else garage, kind, bytes.fromhex(digest), datetime.fromisoformat(at))
