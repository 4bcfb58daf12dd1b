"""A stand-in iGarage that answers after a latency, at almost no cost: a thread a connection, PUTs without parsing.

Batches are done as soon as they are taken.

`python -m benchmarks.stand_in SECONDS` is such a process; it prints its port, and ends with its standard input.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_HEAD = b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
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
    threading.Thread(target=_accept, args=(listening, latency, {}), daemon=True).start()
    sys.stdin.read()


def _accept(listening: socket.socket, latency: float, batches: _Batches) -> None:
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=_answer, args=(connection, latency, batches), daemon=True).start()


def _answer(connection: socket.socket, latency: float, batches: _Batches) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    while piece := connection.recv(65536):
        received += piece
        head, end, body = received.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            continue
        if latency:
            time.sleep(latency)
        status, answer = _answer_to(head, body, batches)
        connection.sendall(_HEAD % (status, len(answer)) + answer)
        received = b""


def _answer_to(head: bytes, body: bytes, batches: _Batches) -> tuple[int, bytes]:
    method, path = head.split(b" ", 2)[:2]
    if method == b"PUT":
        return 201, _BODY % path.rpartition(b"/")[2]
    if method == b"POST":
        return 202, _taken(json.loads(body), batches)
    if path == b"/garage":
        return 200, _GARAGE
    if path.startswith(b"/emails/changes"):
        return 200, b'{"items":[],"next":"0","more":false}'
    batch, _, items = path.removeprefix(b"/batches/").partition(b"/items")
    return 200, _page(*batches[batch]) if items else _done(batch, batches)


_GARAGE = b'{"id":"jansen","name":"Jansen","timezone":"Europe/Amsterdam"}'

_Batches = dict[bytes, tuple[bytes, list[bytes]]]
"""Number → reference and plates."""
_DONE = (
    b'{"id":"%s","reference":"%s","state":"done",'
    b'"run_at":"2026-01-01T00:00:00Z","finished_at":"2026-01-01T00:00:00Z"}'
)
_ITEM = (
    b'{"plate":"%s","result":"created","sent":false,"code":null,"email":{"address":null,"state":"unknown"}}'
)


def _taken(batch: dict[str, object], batches: _Batches) -> bytes:
    number = b"%d" % (len(batches) + 1)
    passports = batch["passports"]
    assert isinstance(passports, list)
    batches[number] = str(batch["reference"]).encode(), [each["plate"].encode() for each in passports]
    return _done(number, batches)


def _done(batch: bytes, batches: _Batches) -> bytes:
    return _DONE % (batch, batches[batch][0])


def _page(_: bytes, plates: list[bytes]) -> bytes:
    """All of it: a batch is no larger than a page."""
    return b'{"items":[%s],"next":null}' % b",".join(_ITEM % each for each in plates)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


if __name__ == "__main__":
    _serve(float(sys.argv[1]))
