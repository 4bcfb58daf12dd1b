"""(d): the service as a process: how soon it has read its first file, and what it costs while nothing happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml

from benchmarks import exports
from benchmarks.stand_in import stand_in
from benchmarks.taking import Figure, at_most
from benchmarks.workbench import GARAGE

MEGABYTE = 1 << 20
LIMIT = 60.0
"""Seconds after which a service that reads nothing is broken."""


@dataclass(frozen=True, slots=True)
class Idle:
    """What a service costs while nothing happens: percent of a core, and bytes in memory."""

    core: float
    resident: int


def measure(seconds: float, repeats: int) -> Iterator[Figure]:
    """The figures of (d); idle over so many seconds."""
    with TemporaryDirectory(prefix="benchmark-") as name, stand_in(0) as url:
        folder = Path(name)
        _configure(folder, url)
        first, starts, idle = _run(folder, seconds=0)[0], [], []
        for number in range(repeats):
            exports.write(folder / "export" / "klanten.csv", 101 + number)
            start, cost = _run(folder, seconds)
            starts.append(start)
            idle.append(cost)
    yield at_most(
        "(d) process start to first file read", starts, 1.5, f"first start ever {first:.2f} s", " s"
    )
    yield at_most(
        "(d) idle, percent of a core", [each.core for each in idle], 0.5, f"over {seconds:.0f} s", " %"
    )
    resident = median(each.resident for each in idle) / MEGABYTE
    yield Figure("(d) idle, memory", f"{resident:.0f} MB", "< 100 MB", resident < 100)


def _configure(folder: Path, url: str) -> None:
    (folder / "garages").mkdir()
    (folder / "export").mkdir()
    token = folder / "garages" / f"{GARAGE}.token"
    token.write_text("a-token")
    token.chmod(0o600)
    source = {"name": "klanten", "adapter": "generic_csv", "watch": "../export", "settle": 0.01}
    garage = {
        "config_version": 1,
        "garage": GARAGE,
        "name": "Garage Jansen",
        "igarage": {"url": url, "token_file": token.name, "allow_http": True},
        "sources": [{**source, "settings": {"columns": exports.COLUMNS}}],
    }
    (folder / "garages" / f"{GARAGE}.yaml").write_text(yaml.safe_dump(garage), "utf-8")
    (folder / "connector.yaml").write_text(yaml.safe_dump({"logging": {"file": "./log"}}), "utf-8")
    exports.write(folder / "export" / "klanten.csv", 100)


def _run(folder: Path, seconds: float) -> tuple[float, Idle]:
    """Start the service; how long it took to have read the export, and what it costs then."""
    (folder / "log").unlink(missing_ok=True)
    began = time.time()
    with _service(folder) as process:
        at = _first_read(folder / "log")
        time.sleep(min(seconds, 8))  # let it deliver
        before, watched = _cpu(process), time.monotonic()
        time.sleep(seconds)
        spent = (_cpu(process) - before) / max(time.monotonic() - watched, 0.001)
        return at - began, Idle(spent * 100, _resident(process))


@contextmanager
def _service(folder: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "connector", "--config", str(folder), "run"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as service:
        try:
            yield service.pid
        finally:
            service.terminate()


def _first_read(log: Path) -> float:
    """When the log says that the first file was taken, in seconds since 1970."""
    ends = time.monotonic() + LIMIT
    while time.monotonic() < ends:
        for line in log.read_text("utf-8").splitlines() if log.exists() else ():
            entry = json.loads(line)
            if entry["event"] == "intake.taken":
                return datetime.fromisoformat(entry["timestamp"]).timestamp()
        time.sleep(0.05)
    raise RuntimeError("the service read no file")


def _cpu(process: int) -> float:
    """Seconds of the processor so far, of a process of Linux."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(process: int) -> int:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
