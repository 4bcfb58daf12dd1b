"""What kind of drive a folder lies on: one of this machine, or one of the network."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path
from typing import Any

MOUNTS = Path("/proc/self/mountinfo")
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "ceph", "glusterfs", "9p"}
    | {"fuse.sshfs", "fuse.glusterfs"}
)


def is_network_drive(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether the folder, there or not, lies on a network drive; where that cannot be told it does not."""
    if sys.platform == "win32":
        return _is_remote_windows(folder)
    return _file_system(folder, mounts) in NETWORK_FILE_SYSTEMS


def _is_remote_windows(folder: Path) -> bool:
    drive_remote = 4
    windll: Any = getattr(ctypes, "windll", None)
    root = folder.absolute().anchor
    return root.startswith("\\\\") or windll.kernel32.GetDriveTypeW(root) == drive_remote


def _file_system(folder: Path, mounts: Path) -> str | None:
    """The type of the file system a folder lies on, from the longest mount point above it (proc(5), mountinfo)."""
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:
        return None
    target = Path(os.path.realpath(folder))
    best, found = -1, None
    for line in lines:
        before, _, after = line.partition(b" - ")
        point = _unescaped(before.split(b" ")[4])
        if target.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), after.split(b" ")[0].decode()
    return found


def _unescaped(mount_point: bytes) -> Path:
    r"""A mount point as mountinfo writes it: spaces, tabs and backslashes as octal escapes (`\040`)."""
    octal = re.compile(rb"\\([0-7]{3})")
    return Path(os.fsdecode(octal.sub(lambda found: bytes([int(found[1], 8)]), mount_point)))
