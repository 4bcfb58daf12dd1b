"""Many processes in a short time: the program as children of a nursery that has done its imports, killed at will."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .cases import Case
from .processes import CRASH, PATIENCE, Ended

NURSERY = Path(__file__).with_name("nursery.py")
KILLED = -signal.SIGKILL
LONGEST = 1 << 16
UNWRITTEN = ("igarage.put.after", "igarage.send.after", "ledger.close.before_commit")
"""Whoever dies here has an answer that it could not write down, and may ask again."""


class Nursery:
    """The process that forks them."""

    def __init__(self, folder: Path) -> None:
        self._address = folder / "nursery"
        self._running = subprocess.Popen(
            [sys.executable, str(NURSERY), str(self._address)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._running.stdout and self._running.stdout.readline() == b"ready\n"

    def end(self) -> None:
        """No more children; those that live are whoever's asked for them."""
        self._running.kill()
        self._running.communicate()

    def child(self, arguments: Sequence[str], env: Mapping[str, str], log: Path, *, held: bool) -> Child:
        """The program with these arguments."""
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(self._address))
        asked = {"arguments": list(arguments), "env": dict(env), "log": str(log), "held": held}
        line.sendall(json.dumps(asked).encode() + b"\n")
        return Child(line, log)


class Child:
    """A process from the nursery, with the manners of `processes.Process`."""

    def __init__(self, line: socket.socket, log: Path) -> None:
        self._line, self._log = line, log
        self._said = b""
        self._status: int | None = None
        line.settimeout(PATIENCE)
        while b"\n" not in self._said:
            self._said += line.recv(LONGEST)
        number, _, self._said = self._said.partition(b"\n")
        self.pid = int(number)

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        if self._status is None:
            self._line.setblocking(False)
            with suppress(BlockingIOError):
                self._hear()
        return self._status is None

    @property
    def err(self) -> str:
        """What it has said until now on standard error."""
        return self._log.with_suffix(".err").read_text("utf-8", "replace")

    def go(self) -> None:
        """Let one that is held begin."""
        self._line.sendall(b"!")

    def signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """As a power cut does it, as far as the program can tell."""
        if self.runs:
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()

    def stop(self) -> Ended:
        """Ask it to stop, as the system does."""
        if self.runs:
            os.killpg(self.pid, signal.SIGTERM)
        return self.wait()

    def wait(self) -> Ended:
        """Wait for its end."""
        if self._status is None:
            self._line.settimeout(PATIENCE)
            self._hear()
        return self.ended()

    def ended(self) -> Ended:
        """How it ended."""
        assert self._status is not None
        out, err = (self._log.with_suffix(end).read_text("utf-8", "replace") for end in (".out", ".err"))
        return Ended(self._status, out, err)

    def _hear(self) -> None:
        while self._status is None:
            heard = self._line.recv(LONGEST)
            assert heard, "the nursery's word broke off"
            self._said += heard
            if self._said.endswith(b"\n"):
                self._status = int(self._said)
                self._line.close()


class Children:
    """The processes of one case."""

    def __init__(self, case: Case, nursery: Nursery) -> None:
        self._case, self._nursery = case, nursery

    def start(
        self,
        *arguments: str | Path,
        crash: str | None = None,
        env: Mapping[str, str] | None = None,
        held: bool = False,
    ) -> Child:
        """A command, not waited for. `crash`: where it must kill itself; `held`: it waits for `go`."""
        case = self._case
        surroundings = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
        if crash is not None:
            surroundings[CRASH] = crash
        words = ["--config", str(case.installation.folder), *(str(each) for each in arguments)]
        log = case.folder / f"child-{len(case.processes.started)}"
        child = self._nursery.child(words, surroundings, log, held=held)
        case.processes.started.append(child)  # type: ignore[arg-type]  # it has the manners of one
        return child

    def run_once(self) -> Ended:
        """One full pass."""
        return self.start("run", "--once").wait()

    def dies_at(self, point: str, *arguments: str | Path, turn: int = 1) -> Ended:
        """A command (else one pass) that must pass a point so often, and kills itself there."""
        ended = self.start(*(arguments or ("run", "--once")), crash=f"{point}@{turn}").wait()
        assert ended.status == KILLED, f"{point}@{turn} was never passed: {ended}"
        self._case.kept_answers += point in UNWRITTEN
        return ended

    def drain(self, passes: int = 12) -> None:
        """Pass after pass until everything is delivered; what still is not then is stuck, and counted so."""
        for _ in range(passes):
            self.run_once()
            if not self._case.left():
                return
