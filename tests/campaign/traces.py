"""System calls of a real run: what strace tells, and what it is told to break."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .processes import Ended

DURABLE = ("pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink")
"""Calls after which something on the disk is another than before."""

_LINE = re.compile(r"(?P<thread>\d+) +(?P<rest>.*)")
_BEGUN = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)")
_GONE_ON = re.compile(r"<\.\.\. (?P<name>\w+) resumed>(?P<arguments>.*)")
_UNFINISHED = "<unfinished ...>"


@dataclass(frozen=True, slots=True)
class Call:
    """A system call at its beginning or at its end; one that nothing interrupts is both at once."""

    thread: int
    name: str
    arguments: str
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Traced:
    """A process that ended under strace."""

    ended: Ended
    log: Path

    def calls(self) -> list[Call]:
        """What was traced, in order."""
        return list(parsed(self.log.read_text("utf-8", "replace")))


class Fault:
    """Strace, laid upon a running process and all its threads until it is told to let go."""

    def __init__(self, process: int, log: Path, *words: str) -> None:
        self._log = log
        command = ["strace", "-f", "-y", "-o", str(log), *words, "-p", str(process)]
        self._running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert self._running.stderr
        said = self._running.stderr.readline()
        assert b"attached" in said, said

    @property
    def struck(self) -> bool:
        """Whether any call was struck yet."""
        return "(INJECTED)" in self._log.read_text("utf-8", "replace")

    def let_go(self) -> None:
        """Trace and break no more; the process runs on."""
        self._running.send_signal(signal.SIGINT)
        self._running.communicate()


def broken(call: str, fault: str, when: int | str) -> tuple[str, ...]:
    """Words for strace: the so-maniest such call of each thread is struck, by `signal=KILL` or `error=EIO`."""
    return ("-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={when}")


def parsed(text: str) -> Iterator[Call]:
    """The calls of a trace of many threads (`strace -f -o`)."""
    waiting: dict[int, str] = {}
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if not found:
            continue
        thread, rest = int(found["thread"]), found["rest"]
        if gone_on := _GONE_ON.match(rest):
            before = waiting.pop(thread, "")
            yield Call(thread, gone_on["name"], before + gone_on["arguments"], begins=False, ends=True)
        elif begun := _BEGUN.match(rest):
            arguments = begun["arguments"].removesuffix(_UNFINISHED)
            ends = arguments == begun["arguments"]
            if not ends:
                waiting[thread] = arguments
            yield Call(thread, begun["name"], arguments, begins=True, ends=ends)
