"""Hears what a thread opens: files, sockets, processes. Modules that Python imports meanwhile are passed over."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

EVENTS = frozenset(
    {
        "open",
        "os.listdir",
        "os.scandir",
        "os.system",
        "os.posix_spawn",
        "subprocess.Popen",
        "socket.connect",
        "socket.bind",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "sqlite3.connect",
        "urllib.Request",
    }
)
"""Audit events of Python that tell of I/O."""


class _Ear(threading.local):
    heard: list[str] | None = None


@contextmanager
def listening() -> Iterator[list[str]]:
    """The names of what this thread opens within the block."""
    ear, heard = _ear(), list[str]()
    before, ear.heard = ear.heard, heard
    try:
        yield heard
    finally:
        ear.heard = before


@cache
def _ear() -> _Ear:
    """One for the process, for Python lets nobody take an audit hook away again."""
    ear = _Ear()

    def hear(event: str, _: object) -> None:
        if ear.heard is not None and event in EVENTS and not _is_importing():
            ear.heard.append(event)

    sys.addaudithook(hear)
    return ear


def _is_importing() -> bool:
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
    return False
