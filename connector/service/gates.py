"""The ports that are listened on: one server each, with the paths of every source that receives there."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field

from connector.gate import Application, Route, Server
from connector.log import Log

Door = tuple[str, int, str]
"""Address, port and path."""


class Shut(Exception):  # a door that cannot be opened now, said to the garage
    """Why a door cannot be opened, in Dutch."""


@dataclass(slots=True)
class Gates:
    """The servers of this process by address and port; any thread may call."""

    log: Log
    _servers: dict[tuple[str, int], Server] = field(default_factory=dict)
    _applications: dict[tuple[str, int], Application] = field(default_factory=dict)
    _owners: dict[Door, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, door: Door, owner: str, route: Route) -> None:
        """Let what is pushed at this door go to `route`, from now on. Raises `Shut`; nothing where it is open."""
        listen, port, path = door
        with self._lock:
            if self._owners.setdefault(door, owner) != owner:
                raise Shut(
                    f"op poort {port} ontvangt een andere garage al op pad {path}: kies bij receive een ander pad"
                )
            application = self._applications.setdefault(
                (listen, port), Application(hosts_of(listen, port), self.log)
            )
            application.routes[path] = route
            self._listen(listen, port, application)

    def _listen(self, listen: str, port: int, application: Application) -> None:
        server = self._servers.get((listen, port))
        if server is not None and server.is_serving:
            return
        if server is not None:
            with suppress(OSError):
                server.stop()
        try:
            server = Server(application, listen, port)
        except OSError as error:
            raise Shut(
                f"poort {port} op {listen} is niet te openen ({error.strerror}): stop het andere programma of kies bij"
                " receive een andere port; het wordt vanzelf opnieuw geprobeerd"
            ) from None
        server.start()
        self._servers[listen, port] = server
        self.log.info("gate.opened", port=port)

    def end(self) -> None:
        """Close every port."""
        with self._lock:
            for server in self._servers.values():
                server.stop()
            self._servers.clear()


def hosts_of(listen: str, port: int) -> tuple[str, ...]:
    """By which names a port may be asked: a page in a browser that was led here by another name is not let in."""
    address = f"[{listen}]" if ":" in listen else listen
    names = (address, "localhost")
    return tuple(f"{name}:{port}" for name in names) + (names if port == 80 else ())
