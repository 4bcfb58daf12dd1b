"""Events of watched folders. They only wake a listing: what lies in a folder is what a listing says.

watchdog's threads die with an exception, with a root that is removed, and with too many watches (its issues 1019 and
1065 among them), so each folder has an observer of its own, looked after and made anew. On a network drive events are
not expected at all.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from connector import drives
from connector.log import Log, described

PATIENCE = 5.0
"""Seconds to wait for an observer to end."""


class Watch:
    """The events of one folder. `wake` is called for each, in a thread of watchdog's; it must not raise or last."""

    def __init__(self, folder: Path, wake: Callable[[], object], log: Log) -> None:
        self._folder = folder
        self._wake = wake
        self._log = log
        self._observer: BaseObserver | None = None
        self._root: tuple[int, int] | None = None
        self._complained = False

    def tend(self) -> None:
        """See that events come: make an observer where there is none, or where it died or watches what is gone."""
        root = _identity(self._folder)
        if self._observer is not None and root == self._root and _lives(self._observer):
            return
        self.end()
        if root is None or drives.is_network_drive(self._folder):
            return
        self._begin(root)
        self._wake()  # what came while nobody watched

    def end(self) -> None:
        """Watch no more. Never raises."""
        observer, self._observer = self._observer, None
        if observer is not None:
            with suppress(Exception):  # one that died already may say so
                observer.unschedule_all()
                observer.stop()
                observer.join(PATIENCE)

    def _begin(self, root: tuple[int, int]) -> None:
        try:
            observer = Observer()
            observer.schedule(_Waker(self._wake), str(self._folder))
            observer.start()
        except (
            OSError
        ) as error:  # the system's limit of watches, or the folder just went: the listing serves alone
            if not self._complained:
                self._log.warning("watching.without_events", error=described(error))
            self._complained = True
            return
        self._observer, self._root, self._complained = observer, root, False


class _Waker(FileSystemEventHandler):
    """Any event wakes; an exception here would be the observer's end."""

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Something happened in the folder; that we opened or read a file there is no news."""
        if event.event_type not in ("opened", "closed_no_write"):
            with suppress(Exception):
                self._wake()


def _lives(observer: BaseObserver) -> bool:
    return observer.is_alive() and all(emitter.is_alive() for emitter in observer.emitters)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which folder this is: another one may come to stand in its place under the same name."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
