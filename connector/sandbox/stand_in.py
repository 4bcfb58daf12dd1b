"""The sandbox as a whole: the stand-in iGarage that a test, the demonstration and the command line start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from connector.sandbox.app import make_app
from connector.sandbox.contract import BASE
from connector.sandbox.controls import Controls
from connector.sandbox.records import Garage, Mode
from connector.sandbox.server import LOOPBACK, Server
from connector.sandbox.state import MEMORY

MAX_BODY = 1_048_576
THREADS = 32
"""A held or trickled answer keeps a thread, so there are more of them than clients."""


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class Sandbox(Controls):
    """A stand-in for iGarage on a loopback port, and the controls to play it with.

    `tokens` maps each token to its garage. Port 0 takes a free one, and keeps it when the sandbox is stopped
    and started again. `state` is ":memory:" or a file, which outlives the sandbox.
    """

    def __init__(
        self,
        tokens: Mapping[str, str],
        *,
        port: int = 0,
        state: str | Path = MEMORY,
        clock: Callable[[], datetime] = utc_now,
        mode: Mode = "honours",
        garages: Iterable[Garage] = (),
        max_body: int = MAX_BODY,
        threads: int = THREADS,
    ) -> None:
        super().__init__(tokens, state=state, clock=clock, mode=mode, garages=garages)
        self._port = port
        self._threads = threads
        self._server: Server | None = None
        self._app = make_app(self._contract, self, port=lambda: self._port, max_body=max_body)

    @property
    def port(self) -> int:
        """The port; 0 before the first start when none was asked for."""
        return self._port

    @property
    def origin(self) -> str:
        """Where the root page and /sandbox/ are, without a slash at the end."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def url(self) -> str:
        """The base URL, as it stands in a garage's configuration."""
        return self.origin + BASE

    def start(self) -> None:
        """Listen and serve."""
        if self._server is not None:
            raise RuntimeError("this sandbox is running")
        server = Server(self._app, self._port, self._threads)
        self._port = server.port
        self._server = server
        server.start()

    def stop(self) -> None:
        """Stop listening: connections are refused, what is remembered stays. Faults are cleared."""
        self.clear_faults()
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def close(self) -> None:
        """Stop, and close the state."""
        self.stop()
        self._state.close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def serve_forever(
    tokens: Mapping[str, str],
    *,
    port: int,
    announce: Callable[[Sandbox], None],
    state: str | Path = MEMORY,
    mode: Mode = "honours",
    garages: Iterable[Garage] = (),
    clock: Callable[[], datetime] = utc_now,
    stop: Event | None = None,
) -> None:
    """Serve until `stop` is set or Ctrl-C is pressed; `announce` is called once, when it listens."""
    stopped = stop or Event()
    with Sandbox(tokens, port=port, state=state, mode=mode, garages=garages, clock=clock) as sandbox:
        announce(sandbox)
        try:
            while not stopped.wait(1):  # in slices: on Windows an endless wait does not hear Ctrl-C
                pass
        except KeyboardInterrupt:
            return
