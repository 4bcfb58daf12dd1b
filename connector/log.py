"""The log: structlog, fixed event names, one JSON object a line, and never a person in it.

Only the names of `SAFE` pass: a plate, a name, an address or a token cannot reach a log by mistake, for there is no
name under which it could.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, MutableMapping
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

import structlog

Log = structlog.typing.FilteringBoundLogger

SAFE = frozenset(
    {
        "event", "level", "timestamp", "version",
        "garage", "source", "adapter", "file", "files", "state", "reason", "code", "status", "scope",
        "read", "new", "changed", "unchanged", "skipped", "rejected",
        "delivered", "invited", "refused", "failed", "pending", "held", "freed", "passports",
        "seconds", "port", "exit_code", "error", "mistakes",
    }
)  # fmt: skip
LARGEST = 5_000_000
"""Bytes of a log file before it is turned over; four older ones are kept."""


def make_log(level: str, file: Path | None, now: Callable[[], datetime], stream: TextIO | None = None) -> Log:
    """A logger of this process: to a file of its own (mode 0600), else to `stream` (default stderr).

    `level` is debug, info, warning or error. Raises `OSError` when the file cannot be written.
    """

    def stamp(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"timestamp": now().isoformat(timespec="milliseconds"), **entry}

    log: Log = structlog.wrap_logger(
        _Lines(_handler(file, stream)),
        processors=[
            structlog.processors.add_log_level,
            stamp,
            only_safe,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        context_class=dict,
    )
    return log


def only_safe(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Leave out whatever has not a name known to be safe."""
    return {name: value for name, value in entry.items() if name in SAFE}


class _Lines:
    """The narrow end of structlog: hands lines to a handler of the standard library, which turns files over."""

    def __init__(self, handler: logging.Handler) -> None:
        self._handler = handler

    def _write(self, line: str) -> None:
        self._handler.emit(logging.makeLogRecord({"msg": line, "levelno": logging.INFO}))

    debug = info = warning = error = critical = _write


def _handler(file: Path | None, stream: TextIO | None) -> logging.Handler:
    if file is None:
        return logging.StreamHandler(stream or sys.stderr)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _PrivateFile(file, maxBytes=LARGEST, backupCount=4, encoding="utf-8")


class _PrivateFile(RotatingFileHandler):
    """A log file that only its own account may read, whatever the umask."""

    def _open(self) -> Any:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding)
