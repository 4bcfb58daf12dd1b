"""The watched folder: gone and back, empty for a moment, unwatched, or full of what are no files."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from .exports import bad, customers, written
from .processes import until

# ---------------------------------------------------------------- F19


@pytest.mark.slow
def test_f19_a_share_that_goes_and_comes_back_removes_nothing_and_is_heard_again(case):
    garage = case.garage()
    elsewhere = garage.folder / "elsewhere"
    case.service()
    for night in range(case.size(3, 40)):
        case.export(garage, [*customers(range(6), km=str(10_000 + night)), bad(6)])
        case.until_delivered()
        garage.export_folder.rename(elsewhere)
        until(lambda: case.source_state(garage) == "unavailable", "the folder that is gone")
        if case.dice.random() < 0.5:
            elsewhere.rename(garage.export_folder)
        else:  # another folder of the same name, as a share that is mounted anew
            shutil.copytree(elsewhere, garage.export_folder)
            shutil.rmtree(elsewhere)
        until(lambda: case.source_state(garage) == "ok", "the folder that came back")
    case.count()


@pytest.fixture
def mount(tmp_path):
    """Mount an empty file system over a folder, and take it away."""
    over: list[Path] = []

    def cover(folder):
        done = run("mount", "-t", "tmpfs", "-o", "size=4m", "campaign", str(folder))
        assert done == 0, "this case needs the right to mount"
        over.append(folder)

    def uncover():
        assert run("umount", "-l", str(over.pop())) == 0

    yield cover, uncover
    while over:
        uncover()


def run(*command):
    return subprocess.run(command, check=False).returncode


@pytest.mark.slow
def test_f19_a_mount_that_blinks_empty_removes_nothing_and_asks_nothing(case, mount):
    cover, uncover = mount
    garage = case.garage()
    case.service()
    for night in range(case.size(3, 40)):
        case.export(garage, [*customers(range(6), km=str(10_000 + night)), bad(6)])
        case.until_delivered()
        before = len(garage.asked())
        looked = last_scan(case, garage)
        cover(garage.export_folder)
        until(lambda looked=looked: last_scan(case, garage) != looked, "a look at the empty folder")
        looked = last_scan(case, garage)
        until(lambda looked=looked: last_scan(case, garage) != looked, "another look")
        assert len(garage.asked()) == before
        if case.dice.random() < 0.5:  # something is written into the wrong place meanwhile, and is gone again
            (garage.export_folder / "leeg.csv").write_bytes(b"")
        uncover()
    case.count()


def test_f19_what_is_written_on_a_mount_that_came_while_the_service_ran_is_found(case, mount):
    cover, _ = mount
    garage = case.garage()
    case.service()
    case.export(garage, customers(range(4)))
    case.until_delivered()
    case.written.clear()
    cover(garage.export_folder)
    rows = [*customers(range(6), km="90000"), bad(6)]
    case.says(garage, rows)
    (garage.export_folder / "klanten.csv").write_bytes(written(rows))
    case.until_delivered()
    case.count()


def last_scan(case, garage):
    (found,) = (each for each in case.status() if each["garage"] == garage.id)
    return found["sources"][0]["last_scan"]


# ---------------------------------------------------------------- F20


def test_f20_without_a_single_watch_from_the_system_every_export_is_found(case):
    no_watches = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"'
    case.processes.before = ("unshare", "--user", "--map-root-user", "sh", "-c", no_watches, "sh")
    garage = case.garage()
    service = case.service()
    for night in range(case.size(3, 30)):
        case.export(garage, [*customers(range(6), km=str(10_000 + night)), bad(6)])
        case.until_delivered()
    assert service.runs
    case.count()


def test_f20_a_watched_folder_that_was_replaced_is_still_looked_at(case):
    garage = case.garage()
    service = case.service()
    for night in range(case.size(3, 30)):
        case.export(garage, [*customers(range(6), km=str(10_000 + night)), bad(6)])
        case.until_delivered()
        shutil.rmtree(garage.export_folder)
        garage.export_folder.mkdir()
    assert service.runs
    case.count()


# ---------------------------------------------------------------- S08


def test_s08_what_is_no_file_is_never_read_and_never_waited_for(case):
    garage = case.garage()
    folder = garage.export_folder
    outside = garage.folder / "geheim.csv"
    outside.write_bytes(written(customers(range(100, 110))))
    (folder / "link.csv").symlink_to(outside)
    (folder / "dood.csv").symlink_to(garage.folder / "nergens.csv")
    (folder / "rond.csv").symlink_to(folder / "rond.csv")
    os.mkfifo(folder / "pijp.csv")
    (folder / "map.csv").mkdir()
    os.mknod(folder / "nul.csv", 0o600 | 0o020000, os.makedev(1, 5))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "bus.csv"))
        case.export(garage, [*customers(range(5)), bad(5)])
        case.service()
        case.until_delivered()
        (folder / "klanten.csv").unlink()
        (folder / "klanten.csv").symlink_to(outside)  # the export itself becomes a link
        looked = last_scan(case, garage)
        until(lambda: last_scan(case, garage) != looked, "another look")
        (folder / "klanten.csv").unlink()
    case.count()


def test_s08_a_watch_folder_with_a_file_that_becomes_a_pipe_while_it_is_waited_for_is_left_in_peace(case):
    garage = case.garage(source={"settle": 0.5})
    path = garage.export_folder / "klanten.csv"
    service = case.service()
    for _ in range(case.size(3, 30)):
        path.write_bytes(written(customers(range(100, 105))))
        path.unlink()
        os.mkfifo(path)
        time.sleep(0.3)  # longer than a look
        path.unlink()
    case.export(garage, customers(range(5)))
    case.until_delivered()
    assert service.runs
    case.count()
