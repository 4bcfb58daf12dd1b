"""Room kept on the ledger's disk: kept, given up for what is under way, and taken again when there is room."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.ledger.room import BALLAST, Room

SIZE = 64 * 1024
MORE_THAN_ANY_DISK = 1 << 60


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path, SIZE)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """A disk that lets no file grow past so many bytes, as a full one lets none."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_room_is_kept_in_a_file_whose_bytes_are_really_taken(room: Room) -> None:
    assert room.keep()
    found = (room.folder / BALLAST).stat()
    assert found.st_size == SIZE and found.st_blocks * 512 >= SIZE
    assert found.st_mode & 0o777 == 0o600
    assert not room.given_up


def test_room_that_is_kept_is_not_written_again(room: Room) -> None:
    room.keep()
    before = room.path.stat().st_mtime_ns, room.path.stat().st_ino
    assert room.keep()
    assert (room.path.stat().st_mtime_ns, room.path.stat().st_ino) == before


def test_room_given_up_is_free_and_says_so_to_everybody(room: Room) -> None:
    room.keep()
    room.give_up()
    assert room.path.stat().st_blocks == 0
    assert room.given_up and Room(room.folder).given_up


def test_room_given_up_is_taken_again_when_the_disk_has_it_to_spare(room: Room) -> None:
    room.keep()
    room.give_up()
    assert room.keep()
    assert not room.given_up and room.path.stat().st_size == SIZE


def test_on_a_disk_with_no_more_to_spare_than_once_the_size_none_is_taken(tmp_path: Path) -> None:
    room = Room(tmp_path, shutil.disk_usage(tmp_path).free * 3 // 4)
    try:
        assert not room.keep()
    finally:
        room.path.unlink(missing_ok=True)


def test_a_disk_that_cannot_hold_it_after_all_is_full(room: Room) -> None:
    with files_no_larger_than(SIZE // 2):
        assert not room.keep()
    assert room.given_up
    assert room.path.stat().st_blocks == 0
    assert room.keep()


def test_a_file_of_another_size_is_brought_to_size(room: Room) -> None:
    """Of a version that kept more or less, or of a killed one."""
    room.path.write_bytes(bytes(17))
    assert room.keep()
    assert room.path.stat().st_size == SIZE


def test_giving_up_what_was_never_kept_says_so_and_is_never_an_error(tmp_path: Path) -> None:
    Room(tmp_path).give_up()
    assert Room(tmp_path).given_up
    Room(tmp_path / "gone").give_up()
    assert not (tmp_path / "gone").exists()


def test_a_new_folder_has_given_up_nothing(tmp_path: Path) -> None:
    assert not Room(tmp_path).given_up
    assert not Room(tmp_path / "gone").given_up


def test_a_disk_that_was_full_from_the_first_day_says_so_too(tmp_path: Path) -> None:
    room = Room(tmp_path, MORE_THAN_ANY_DISK)
    assert not room.keep()
    assert room.given_up
