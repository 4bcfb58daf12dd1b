"""A network drive as the system sees one: `python remote.py PLACE KIND` mounts a FUSE file system of that kind.

It has one empty folder, its root, in which nothing can be made. The protocol is that of linux/fuse.h, version 7.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST = 1 << 18
LOOKUP, FORGET, GETATTR, INIT, BATCH_FORGET = 1, 2, 3, 26, 42
FOLDER = 0o40755


@contextmanager
def network_drive(place: Path, kind: str) -> Iterator[Path]:
    """A drive of this kind (`fuse.sshfs`) at `place`."""
    place.mkdir()
    command = [sys.executable, __file__, str(place), kind]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as serving:
        try:
            assert serving.stdout and serving.stdout.readline() == b"ready\n"
            yield place
        finally:
            subprocess.run(["/usr/bin/umount", "--lazy", str(place)], check=False)
            serving.kill()


def _mount(place: str, kind: str) -> int:
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"ver:/weg", place.encode(), kind.encode(), 0, options.encode()):
        raise OSError(ctypes.get_errno(), f"{kind} cannot be mounted")
    return device


def _serve(device: int) -> None:
    while True:
        request = os.read(device, LONGEST)
        _, operation, number, _ = struct.unpack_from("<IIQQ", request)
        if operation in (FORGET, BATCH_FORGET):
            continue
        error, body = _answer(operation)
        os.write(device, struct.pack("<IiQ", 16 + len(body), -error, number) + body)


def _answer(operation: int) -> tuple[int, bytes]:
    if operation == INIT:
        return 0, struct.pack("<IIIIHHIIHHI28x", 7, 31, 0, 0, 0, 0, 4096, 1, 0, 0, 0)
    if operation == GETATTR:
        return 0, struct.pack("<QII6Q10I", 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, FOLDER, 2, 0, 0, 0, 4096, 0)
    return (errno.ENOENT if operation == LOOKUP else errno.ENOSYS), b""


if __name__ == "__main__":
    opened = _mount(sys.argv[1], sys.argv[2])
    os.write(1, b"ready\n")
    _serve(opened)
