"""The sandbox on a loopback port: waitress, in threads of its own that end when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from waitress import wasyncore  # type: ignore[import-untyped]  # it has no types
from waitress.server import create_server  # type: ignore[import-untyped]  # it has no types
from waitress.task import ThreadedTaskDispatcher  # type: ignore[import-untyped]  # it has no types

from connector.sandbox.wire import SpoilingDoor, WireChannel

LOOPBACK = "127.0.0.1"
_LARGEST_READ = 16 * 1024 * 1024
_MOST_CONNECTIONS = 1000


class Server:
    """One listening socket with its threads: bound at once, served after `start`, and started only once."""

    def __init__(self, application: Callable[..., Any], port: int, threads: int) -> None:
        self._sockets: dict[int, Any] = {}
        self._workers = _Workers()
        self._workers.set_thread_count(threads)
        self._stopping = Event()
        try:
            self._server = create_server(
                SpoilingDoor(application),
                map=self._sockets,
                _dispatcher=self._workers,
                host=LOOPBACK,
                port=port,
                ident="iGarage sandbox (a stand-in)",
                clear_untrusted_proxy_headers=True,
                max_request_body_size=_LARGEST_READ,
                connection_limit=_MOST_CONNECTIONS,
            )
        except OSError:
            self._workers.end()
            raise
        self._server.channel_class = WireChannel
        self._loop = Thread(target=self._serve, name="sandbox", daemon=True)

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self._server.effective_port)

    def start(self) -> None:
        """Serve, in a thread."""
        self._loop.start()

    def stop(self) -> None:
        """Stop serving; returns when every thread has ended and every socket is closed."""
        self._stopping.set()
        self._server.pull_trigger()
        self._loop.join()
        self._workers.end()
        wasyncore.close_all(self._sockets)

    def _serve(self) -> None:
        # One round at a time: waitress's own run() ends only by a signal in the main thread.
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1, map=self._sockets, use_poll=True, count=1)


class _Workers(ThreadedTaskDispatcher):  # type: ignore[misc]  # its parent has no types
    """waitress's worker threads, remembered so that they can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._started: list[Thread] = []

    def start_new_thread(self, target: Callable[[int], None], thread_no: int) -> None:
        """Start one worker."""
        thread = Thread(target=target, name=f"sandbox-{thread_no}", args=(thread_no,), daemon=True)
        self._started.append(thread)
        thread.start()

    def end(self) -> None:
        """Let every worker finish what it is at, and wait for it."""
        self.shutdown()
        for thread in self._started:
            thread.join()
