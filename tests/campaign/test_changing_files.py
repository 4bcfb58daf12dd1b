"""F21: files that change under the hand that reads them."""

from __future__ import annotations

import ctypes
import os
import select
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from .cases import Case, pieces
from .exports import customers, written

# ---------------------------------------------------------------- F21


@pytest.mark.slow
def test_f21_an_export_that_is_written_anew_while_it_is_read_is_taken_whole_or_not_at_all(case):
    garage, number = case.garage(), case.size(600, 20_000)
    path = garage.export_folder / "klanten.csv"
    case.export(garage, customers(range(number)))
    process = case.service()
    caught = 0
    for night in range(case.size(3, 20)):
        rows = (
            customers(range(number - 20), km=str(10_000 + night)) if night == -1 else changed(number, night)
        )
        caught += rewritten_while_read(case, process, path, written(rows))
        case.written.pop(path, None)
        case.says(garage, rows)
        case.until_delivered()
    assert caught, "the file was never open when it was written anew"
    case.count()


def changed(number, night):
    """The same customers, of whom twenty drove on."""
    return [*customers(range(20), km=str(100_000 + night)), *customers(range(20, number))]


def rewritten_while_read(case: Case, process, path, content):
    """Touch the file so that it is read, wait until it is open, and write it anew in pieces: whether it was."""
    path.write_bytes(content[: len(content) // 2].rpartition(b"\n")[0] + b"\n")
    seen = is_open(process, path)
    for piece in pieces(case, content, 5):
        with path.open("r+b") as file:
            file.truncate(0)
            file.write(piece)
        time.sleep(case.dice.uniform(0, 0.02))  # the writer's own pace
    path.write_bytes(content)
    return seen


def is_open(process, path, seconds=5.0):
    """Wait until any process of the group has the file open, at most so long."""
    deadline = time.monotonic() + seconds
    while True:
        if any(path in files_of(each) for each in members(process.pid)):
            return True
        if time.monotonic() >= deadline:
            return False


def members(group):
    """The processes of a group: the leader and its children."""
    children = Path(f"/proc/{group}/task/{group}/children")
    return [group, *map(int, children.read_text("ascii").split())] if children.exists() else []


def files_of(process):
    """What a process has open."""
    found = set()
    with suppress(OSError):
        for each in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                found.add(each.readlink())
    return found


@pytest.mark.parametrize("look", range(1, 9))
def test_f21_an_export_that_is_another_for_one_look_only_is_not_taken_for_what_it_was_then(case, look):
    garage = case.garage()
    case.export(garage, customers(range(5)))
    case.run_once()
    path = case.export(garage, customers(range(5), km="20000"))
    del case.written[path]
    said, other = path.read_bytes(), written(customers(range(5), km="30000"))
    case.processes.before = (*SLOWLY, str(path))
    with path.open("r+b", buffering=0) as file, readers(path) as opened_or_closed:
        process = case.processes.start("run", "--once")
        for event in range(1, 2 * look + 1):  # opened, closed, opened, …
            if not opened_or_closed(process):
                break
            if event >= 2 * look - 1:
                file.seek(0)
                file.write(other if event == 2 * look - 1 else said)
        process.wait()
        file.seek(0)
        file.write(said)
    case.processes.before = ()
    case.drain()
    case.count()


SLOWLY = "strace -f -qq -o /dev/null -e trace=openat -e inject=openat:delay_exit=100000 -P".split()  # noqa: SIM905
"""Before a command and a path: each opening of that file takes a tenth of a second."""
IN_OPEN, IN_CLOSE_NOWRITE = 0x20, 0x10


@contextmanager
def readers(path):
    """Tells of each time that another process opens the file or closes it again; False when it has ended."""
    system = ctypes.CDLL(None, use_errno=True)
    events = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert (
        events >= 0 and system.inotify_add_watch(events, os.fsencode(path), IN_OPEN | IN_CLOSE_NOWRITE) >= 0
    )

    def another(process):
        while process.runs:
            if select.select([events], [], [], 0.1)[0]:
                return bool(os.read(events, EVENT))
        return False

    try:
        yield another
    finally:
        os.close(events)


EVENT = 16
"""Bytes of one event of a watched file, which has no name in it."""
