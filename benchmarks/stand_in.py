"""A stand-in iGarage that answers every PUT after a latency, at almost no cost: a thread a connection, no parsing.

`python -m benchmarks.stand_in SECONDS` is such a process; it prints its port, and ends with its standard input.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_BODY = b'{"plate":"%s","state":"concept","sent_at":null,"email":{"address":null,"state":"unknown"}}'


@contextmanager
def stand_in(latency: float) -> Iterator[str]:
    """The base address of a stand-in in a process of its own; `latency` in seconds, from the request's last byte."""
    command = [sys.executable, "-S", "-m", "benchmarks.stand_in", str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.stdin.close()


def _serve(latency: float) -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listening.getsockname()[1], flush=True)
    threading.Thread(target=_accept, args=(listening, latency), daemon=True).start()
    sys.stdin.read()


def _accept(listening: socket.socket, latency: float) -> None:
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=_answer, args=(connection, latency), daemon=True).start()


def _answer(connection: socket.socket, latency: float) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    while piece := connection.recv(65536):
        received += piece
        head, end, body = received.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            continue
        if latency:
            time.sleep(latency)
        plate = head.split(b" ", 2)[1].rpartition(b"/")[2]
        answer = _BODY % plate
        connection.sendall(_HEAD % len(answer) + answer)
        received = b""


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


if __name__ == "__main__":
    _serve(float(sys.argv[1]))
