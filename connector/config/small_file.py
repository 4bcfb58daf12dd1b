"""Reading a small file whole: never a device, a pipe that waits for ever, or what fills the memory."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read(file: Path, limit: int) -> bytes:
    """The content of a plain file of at most `limit` bytes.

    Raises OSError (FileNotFoundError when it is not there) with the reason, fit for people, in `strerror`.
    """
    # Asked before opening: opening a pipe waits until somebody writes to it.
    if not stat.S_ISREG(os.stat(file).st_mode):  # noqa: PTH116  # Path.is_file hides why a file cannot be reached
        raise OSError(errno.EINVAL, "is not a plain file")
    with file.open("rb") as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"is larger than {limit // 1024} kB")
    return content
