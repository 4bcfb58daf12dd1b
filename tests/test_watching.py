"""Events of real folders: they wake, and whatever they die of, they come again."""

from __future__ import annotations

import io
import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from watchdog.observers.api import BaseObserver, EventEmitter

from connector.log import make_log
from connector.watching import Watch

PATIENCE = 30
"""Seconds after which a broken test ends; nothing is measured by it."""


class Sleeper:
    """Whoever is woken by a folder's events."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def __call__(self) -> None:
        self._woken.set()

    def forget(self) -> None:
        """What woke it before counts no more."""
        self._woken.clear()

    def must_wake(self, deed: Callable[[], object]) -> None:
        """Do something, which must wake it."""
        self.forget()
        deed()
        assert self._woken.wait(PATIENCE), "nothing woke it"

    @property
    def is_awake(self) -> bool:
        return self._woken.is_set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "export"
    made.mkdir()
    return made


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def said() -> io.StringIO:
    """What was logged."""
    return io.StringIO()


@pytest.fixture
def watch(folder: Path, sleeper: Sleeper, said: io.StringIO) -> Iterator[Watch]:
    """The watch of the folder, not yet looked after."""
    watch = Watch(folder, sleeper, make_log("info", None, lambda: datetime.now(UTC), said))
    yield watch
    watch.end()


def threads_of(kind: type[threading.Thread]) -> list[threading.Thread]:
    return [each for each in threading.enumerate() if isinstance(each, kind)]


def ended(thread: threading.Thread) -> bool:
    thread.join(PATIENCE)
    return not thread.is_alive()


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """This process may open nothing more: it gets no more watches from the system either."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open("/dev/null", os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# ---------------------------------------------------------------- what wakes


def test_whatever_happens_to_a_file_wakes(folder: Path, watch: Watch, sleeper: Sleeper) -> None:
    watch.tend()
    export = folder / "klanten.csv"
    sleeper.must_wake(lambda: export.write_bytes(b"Kenteken\r\n"))
    sleeper.must_wake(lambda: export.rename(folder / "klanten-2.csv"))
    sleeper.must_wake((folder / "klanten-2.csv").unlink)
    elsewhere = folder.parent / "being-written"
    elsewhere.write_bytes(b"Kenteken\r\n")
    sleeper.must_wake(lambda: elsewhere.rename(export))


def test_that_it_watches_is_itself_a_reason_to_look(watch: Watch, sleeper: Sleeper) -> None:
    """What came before somebody watched made no event."""
    sleeper.must_wake(watch.tend)


def test_that_we_read_a_file_ourselves_wakes_nobody(folder: Path) -> None:
    """Events come in order: what wakes first is the file that was made after the reading."""
    export, mark = folder / "klanten.csv", folder / "mark.csv"
    export.write_bytes(b"Kenteken\r\n")
    found: list[bool] = []
    woken = threading.Event()

    def wake() -> None:
        found.append(mark.exists())
        woken.set()

    watching = Watch(folder, wake, make_log("error", None, lambda: datetime.now(UTC), io.StringIO()))
    watching.tend()
    found.clear()
    woken.clear()
    for _ in range(50):
        export.read_bytes()
    mark.touch()
    assert woken.wait(PATIENCE)
    watching.end()
    assert all(found)


def test_an_event_whose_waking_breaks_is_not_the_end(folder: Path) -> None:
    tries = threading.Semaphore(0)
    broken = threading.Event()

    def wake() -> None:
        tries.release()
        if broken.is_set():
            raise RuntimeError("nobody hears this")

    watching = Watch(folder, wake, make_log("error", None, lambda: datetime.now(UTC), io.StringIO()))
    watching.tend()
    assert tries.acquire(timeout=PATIENCE)
    broken.set()
    for number in range(3):
        (folder / f"{number}.csv").touch()
        assert tries.acquire(timeout=PATIENCE)
    before = threads_of(BaseObserver)
    watching.tend()
    assert threads_of(BaseObserver) == before
    watching.end()


# ---------------------------------------------------------------- what it lives through


def test_tending_what_lives_changes_nothing(watch: Watch, sleeper: Sleeper) -> None:
    watch.tend()
    before = threads_of(BaseObserver)
    sleeper.forget()
    watch.tend()
    assert threads_of(BaseObserver) == before
    assert not sleeper.is_awake


def test_a_folder_that_is_removed_and_made_again_is_watched_anew(
    folder: Path, watch: Watch, sleeper: Sleeper
) -> None:
    watch.tend()
    emitters = threads_of(EventEmitter)
    folder.rmdir()
    assert all(map(ended, emitters))
    watch.tend()  # nothing is there, and nothing is raised
    folder.mkdir()
    sleeper.must_wake(watch.tend)
    sleeper.must_wake((folder / "klanten.csv").touch)


def test_a_folder_made_again_before_anybody_noticed_is_watched_anew(
    folder: Path, watch: Watch, sleeper: Sleeper
) -> None:
    watch.tend()
    emitters = threads_of(EventEmitter)
    folder.rmdir()
    folder.mkdir()
    assert all(map(ended, emitters))
    watch.tend()
    sleeper.must_wake((folder / "klanten.csv").touch)


def test_another_folder_under_the_same_name_is_watched(folder: Path, watch: Watch, sleeper: Sleeper) -> None:
    """As a share does that is mounted: the old folder lives on under another name, and so do its events."""
    watch.tend()
    folder.rename(folder.parent / "away")
    folder.mkdir()
    watch.tend()
    sleeper.must_wake((folder / "klanten.csv").touch)


def test_a_folder_that_comes_later_is_watched_when_it_comes(
    folder: Path, watch: Watch, sleeper: Sleeper
) -> None:
    folder.rmdir()
    watch.tend()
    assert not sleeper.is_awake
    folder.mkdir()
    sleeper.must_wake(watch.tend)
    sleeper.must_wake((folder / "klanten.csv").touch)


@pytest.mark.parametrize("kind", [BaseObserver, EventEmitter])
def test_a_thread_of_watchdog_that_died_is_made_anew(
    folder: Path, watch: Watch, sleeper: Sleeper, kind: type[threading.Thread]
) -> None:
    watch.tend()
    for thread in threads_of(kind):
        thread.stop()  # type: ignore[attr-defined]
        assert ended(thread)
    sleeper.must_wake(watch.tend)
    sleeper.must_wake((folder / "klanten.csv").touch)


def test_where_the_system_gives_no_more_watches_the_listing_serves_alone(
    folder: Path, watch: Watch, sleeper: Sleeper, said: io.StringIO
) -> None:
    with no_descriptor_left():
        for _ in range(3):
            watch.tend()
    assert said.getvalue().count("watching.without_events") == 1
    sleeper.must_wake(watch.tend)
    sleeper.must_wake((folder / "klanten.csv").touch)


def test_a_limit_that_is_met_again_is_told_again(watch: Watch, said: io.StringIO) -> None:
    for _ in range(2):
        with no_descriptor_left():
            watch.tend()
        watch.tend()
        watch.end()  # its descriptors are free before there is no other
    assert said.getvalue().count("watching.without_events") == 2


def test_what_ended_leaves_no_thread_and_wakes_nobody(folder: Path, watch: Watch, sleeper: Sleeper) -> None:
    watch.tend()
    watch.end()
    watch.end()
    assert threads_of(BaseObserver) == threads_of(EventEmitter) == []
    sleeper.forget()
    (folder / "klanten.csv").touch()
    assert not sleeper.is_awake
