"""Has done the program's imports and no more, and forks a real process of it for whoever asks: `nursery.py SOCKET`.

A case that kills sixty processes would spend its time on starting Python sixty times. This one has a single thread and
opens nothing; its children are processes like any other, with a group, an end and a death of their own.

A connection is a child: a request goes in as a line of JSON; its process id comes back, and at its end its status.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import alembic.ddl.sqlite  # noqa: F401  # what the program imports only once it is needed
import watchdog.observers  # noqa: F401

import plugins.generic_csv  # noqa: F401
from connector.cli import main

LONGEST = 1 << 16
"""Bytes of a request, at most."""


def serve(address: str) -> dict[str, Any]:
    """Serve until this process is a child that has its request in hand."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever waits for a child has ended it
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(64)
        os.write(1, b"ready\n")
        while True:
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                return attend(line)
            line.close()


def attend(line: socket.socket) -> dict[str, Any]:
    """Start a child and tell of its end; the child itself returns with its request."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked = b""
    while not asked.endswith(b"\n"):
        asked += line.recv(LONGEST)
    request: dict[str, Any] = json.loads(asked)
    child = os.fork()
    if child == 0:
        os.setsid()
        line.sendall(f"{os.getpid()}\n".encode())
        if request["held"]:
            line.recv(1)
        line.close()
        return request
    _, status = os.waitpid(child, 0)
    line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def begin(request: Mapping[str, Any]) -> None:
    """What a process is at its beginning: streams and surroundings of its own."""
    for ending, stream in ((".out", 1), (".err", 2)):
        log = Path(request["log"]).with_suffix(ending)
        opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, stream)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["env"])


if __name__ == "__main__":
    wanted = serve(sys.argv[1])
    begin(wanted)
    main(wanted["arguments"])
