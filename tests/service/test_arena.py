"""One heap for all threads, as the C library itself tells."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, sys, threading
from connector.service import arena
if sys.argv[1] == "shared":
    arena.share_one()
meeting = threading.Barrier(6)
def work():
    ctypes.CDLL(None).malloc.restype = ctypes.c_void_p
    kept = [ctypes.CDLL(None).malloc(5000) for _ in range(50)]
    meeting.wait()
threads = [threading.Thread(target=work) for _ in range(6)]
[each.start() for each in threads]
[each.join() for each in threads]
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
libc.fflush(None)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the C library of Linux")
@pytest.mark.parametrize(("how", "one"), [("shared", True), ("alone", False)])
def test_all_threads_of_the_service_share_one_heap(how, one):
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert (said.count("<heap nr=") == 1) == one
