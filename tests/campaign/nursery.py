"""Starts the program hundreds of times without importing it each time: `python -m tests.campaign.nursery`.

Each line on standard input is an order in JSON (`arguments`, `env`, `log`, `clock`). It forks, and the child is a
process of its own in a session of its own, as if it was started by hand; its process id is the answer. The process
between them ends at once, so that the child goes to whoever started the nursery and reaps orphans.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from connector.cli import main
from tests.campaign import elsewhen


def become(order: dict[str, Any]) -> None:
    """Be the program, in this process."""
    for number, name in ((0, os.devnull), (1, f"{order['log']}.out"), (2, f"{order['log']}.err")):
        opened = os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(order["env"])
    if order["clock"]:
        elsewhen.run(Path(order["clock"]), order["arguments"])
    else:
        main(order["arguments"])


def born() -> int:
    """Fork twice: 0 in the child, its process id in the nursery."""
    reads, writes = os.pipe()
    if middle := os.fork():
        os.close(writes)
        os.waitpid(middle, 0)
        with os.fdopen(reads) as told:
            return int(told.read())
    if os.fork():
        os._exit(0)
    os.close(reads)
    os.setsid()
    os.write(writes, str(os.getpid()).encode())
    os.close(writes)
    return 0


GARAGE = """
config_version: 1
garage: warm
name: Warm
igarage: {url: 'http://127.0.0.1:9', token_file: warm.token, allow_http: true}
sources:
  - {name: klanten, adapter: generic_csv, watch: ./export, settle: 0,
     settings: {columns: {plate: Kenteken, email: Email, last_name: Naam}}}
"""


def warm_up() -> None:
    """Pass once over a garage of its own, whose iGarage is not there: what is made at first use is there for all."""
    with (
        tempfile.TemporaryDirectory() as name,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        folder = Path(name)
        (folder / "garages" / "export").mkdir(parents=True)
        (folder / "connector.yaml").write_text("state: {directory: ./state}", "utf-8")
        (folder / "garages" / "warm.yaml").write_text(GARAGE, "utf-8")
        (folder / "garages" / "warm.token").write_text("warm", "utf-8")
        row = "ZZ-001-Z;an@voorbeeld.example;Jansen"
        (folder / "garages" / "export" / "a.csv").write_text(f"Kenteken;Email;Naam\n{row}\n", "utf-8")
        with contextlib.suppress(SystemExit):
            main(["--config", name, "run", "--once"])
    gc.collect()
    gc.freeze()


def serve() -> None:
    """Take orders until there are no more."""
    warm_up()
    for line in sys.stdin:
        order = json.loads(line)
        child = born()
        if not child:
            become(order)
            return
        print(child, flush=True)  # noqa: T201  # its answer


if __name__ == "__main__":
    serve()
