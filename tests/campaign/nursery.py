"""Starts the program hundreds of times without importing it each time: `python -m tests.campaign.nursery`.

Each line on standard input is an order in JSON (`arguments`, `env`, `log`, `clock`). It forks, and the child is a
process of its own in a session of its own, as if it was started by hand; its process id is the answer. The process
between them ends at once, so that the child goes to whoever started the nursery and reaps orphans.
"""

from __future__ import annotations

import json
import os
import sys
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


def serve() -> None:
    """Take orders until there are no more."""
    for line in sys.stdin:
        order = json.loads(line)
        child = born()
        if not child:
            become(order)
            return
        print(child, flush=True)  # noqa: T201  # its answer


if __name__ == "__main__":
    serve()
