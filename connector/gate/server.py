"""The listening socket: waitress on loopback, in threads of its own that end when it is told to.

Bounds: `LARGEST` bytes of a body and `HEADERS` of a head, `DEADLINE` seconds until a request is complete, `SILENCE`
seconds without a byte, `CONNECTIONS` at once. A body stays in memory: no temporary file holds anybody's data.
"""

from __future__ import annotations

import socket
import sys
import time
from threading import Event, Thread
from typing import Any

from waitress import wasyncore  # type: ignore[import-untyped]  # it has no types
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]  # it has no types
from waitress.server import create_server  # type: ignore[import-untyped]  # it has no types
from waitress.task import ErrorTask, ThreadedTaskDispatcher  # type: ignore[import-untyped]  # it has no types

from connector.gate.app import LARGEST, MALFORMED, UNREAD, Application, rendered

DEADLINE = 30.0
SILENCE = 15
HEADERS = 16 * 1024
CONNECTIONS = 32
THREADS = 4


class Server:
    """One port: bound at once, served after `start`. Raises OSError where it cannot be bound."""

    def __init__(
        self,
        application: Application,
        listen: str,
        port: int,
        *,
        deadline: float = DEADLINE,
        silence: int = SILENCE,
    ) -> None:
        bound = _bound(listen, port)
        self._sockets: dict[int, Any] = {}
        self._workers = _Workers()
        self._workers.set_thread_count(THREADS)
        self._stopping = Event()
        self._server = create_server(
            application,
            map=self._sockets,
            _dispatcher=self._workers,
            sockets=[bound],
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_body_size=LARGEST + 1,  # waitress refuses what is as large as this
            max_request_header_size=HEADERS,
            inbuf_overflow=2 * LARGEST,
            outbuf_overflow=2 * LARGEST,
            connection_limit=CONNECTIONS,
            channel_timeout=silence,
            cleanup_interval=min(silence, 5),
        )
        self._server.channel_class = _Channel
        self._server.deadline = deadline
        self._loop = Thread(target=self._serve, name="gate", daemon=True)

    def start(self) -> None:
        """Serve, in a thread."""
        self._loop.start()

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self._server.effective_port)

    @property
    def is_serving(self) -> bool:
        """Whether its thread lives."""
        return self._loop.is_alive()

    def stop(self) -> None:
        """Stop serving; returns when every thread has ended and every socket is closed."""
        self._stopping.set()
        if self._loop.is_alive():
            self._server.pull_trigger()
            self._loop.join()
        self._workers.end()
        wasyncore.close_all(self._sockets)

    def _serve(self) -> None:
        # One round at a time: waitress's own run() ends only by a signal in the main thread.
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1, map=self._sockets, use_poll=hasattr(wasyncore.select, "poll"), count=1)


def _bound(listen: str, port: int) -> socket.socket:
    """A socket of this port and nobody else's. Raises OSError, and leaves nothing open then."""
    made = socket.socket(socket.AF_INET6 if ":" in listen else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            # what is called SO_REUSEADDR there would let another program take the port too
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((listen, port))
        made.listen(CONNECTIONS)  # on Linux a port is taken for good only now
    except OSError:
        made.close()
        raise
    return made


class _Refusal(ErrorTask):  # type: ignore[misc]  # its parent has no types
    """What is refused before the application sees it is answered in the same form."""

    def execute(self) -> None:
        """Answer, and close the connection: the rest of the request is not read."""
        answer = UNREAD.get(self.request.error.code, MALFORMED)
        self.status, self.response_headers, body = rendered(answer)
        self.set_close_on_finish()
        self.content_length = len(body)
        super().write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # its parent has no types
    """A connection whose requests must be complete in time: whoever trickles is cut off."""

    error_task_class = _Refusal
    _began = 0.0

    def received(self, data: bytes) -> Any:
        """Take bytes of a request."""
        if self.request is None:
            self._began = time.monotonic()
        elif time.monotonic() - self._began > self.server.deadline:
            self.handle_close()
            return False
        return super().received(data)


class _Workers(ThreadedTaskDispatcher):  # type: ignore[misc]  # its parent has no types
    """waitress's worker threads, remembered so that they can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._started: list[Thread] = []

    def start_new_thread(self, target: Any, thread_no: int) -> None:
        """Start one worker."""
        thread = Thread(target=target, name=f"gate-{thread_no}", args=(thread_no,), daemon=True)
        self._started.append(thread)
        thread.start()

    def end(self) -> None:
        """Let every worker finish what it is at, and wait for it."""
        self.shutdown()
        for thread in self._started:
            thread.join()
