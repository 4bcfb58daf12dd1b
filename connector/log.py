"""The log: structlog, fixed event names, one JSON object a line, and never a person in it.

Only the names of `SAFE` pass: a plate, a name, an address or a token cannot reach a log by mistake, for there is no
name under which it could.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import walk_tb
from typing import Any, TextIO

import structlog

Log = structlog.typing.FilteringBoundLogger

SAFE = frozenset(
    {
        "event", "level", "timestamp", "version",
        "garage", "source", "adapter", "file", "files", "state", "reason", "code", "status", "scope",
        "read", "new", "changed", "unchanged", "skipped", "rejected",
        "delivered", "invited", "refused", "failed", "pending", "held", "freed", "passports",
        "seconds", "port", "exit_code", "error", "mistakes", "erasures", "removed", "statement",
    }
)  # fmt: skip
LARGEST = 5_000_000
"""Bytes of a log file before it is turned over; four older ones are kept."""


def make_log(level: str, file: Path | None, now: Callable[[], datetime], stream: TextIO | None = None) -> Log:
    """A logger of this process: to a file of its own (mode 0600), to `stream`, or both; to stderr where none is given.

    `level` is debug, info, warning or error. Raises `OSError` when the file cannot be written.
    """

    def stamp(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"timestamp": now().isoformat(timespec="milliseconds"), **entry}

    log: Log = structlog.wrap_logger(
        _Lines(list(_handlers(file, stream))),
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


def described(error: BaseException) -> str:
    """The type and place of an exception without its text, which may hold a customer's data."""
    frames = [(frame.f_globals.get("__name__", ""), line) for frame, line in walk_tb(error.__traceback__)]
    ours = [f"{name}:{line}" for name, line in frames if name.partition(".")[0] in ("connector", "plugins")]
    return " at ".join([type(error).__name__, *ours[-1:]])


class _Lines:
    """The narrow end of structlog: hands lines to handlers of the standard library, which turn files over."""

    def __init__(self, handlers: Sequence[logging.Handler]) -> None:
        self._handlers = handlers

    def _write(self, line: str) -> None:
        for handler in self._handlers:
            handler.handle(logging.makeLogRecord({"msg": line, "levelno": logging.INFO}))

    debug = info = warning = error = critical = _write


def _handlers(file: Path | None, stream: TextIO | None) -> Iterator[logging.Handler]:
    if file is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield _PrivateFile(file, maxBytes=LARGEST, backupCount=4, encoding="utf-8")
    if stream is not None or file is None:
        yield logging.StreamHandler(stream or sys.stderr)


class _PrivateFile(RotatingFileHandler):
    """A log file that only its own account may read, whatever the umask."""

    def _open(self) -> Any:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding=self.encoding)
