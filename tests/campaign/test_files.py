"""Files that are not what they seem: half written, rewritten, locked, copied, by the thousand, or no files at all."""

from __future__ import annotations

import ctypes
import os
import select
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from .cases import Case
from .exports import bad, customer, customers, without_address, written
from .processes import LESS_THAN_ROOT, until

MIDNIGHT = 1_700_000_000


def pieces(case, content, number):
    """The content cut into so many pieces, wherever the dice say, but never where a row ends."""
    inside = [place for place in range(1, len(content)) if content[place - 1 : place] != b"\n"]
    places = sorted(case.dice.sample(inside, number - 1))
    return [content[start:end] for start, end in zip([0, *places], [*places, len(content)], strict=True)]


# ---------------------------------------------------------------- F15


def test_f15_an_export_that_a_slow_writer_is_still_writing_is_not_read(case):
    garage = case.garage(source={"settle": 1})
    service = case.service()
    for night in range(case.size(2, 20)):
        rows = [*customers(range(20), km=str(10_000 + night)), bad(20), without_address(21)]
        path = garage.export_folder / "klanten.csv"
        path.unlink(missing_ok=True)
        with path.open("ab", buffering=0) as file:
            for piece in pieces(case, written(rows), 8):
                file.write(piece)
                time.sleep(case.dice.uniform(0.05, 0.3))  # the writer's own pace, below `settle`
        case.says(garage, rows)
        case.until_delivered()
    assert service.runs
    case.count()


def test_f15_an_export_whose_writer_stops_in_the_middle_of_a_row_waits_for_its_end(case):
    garage = case.garage()
    for night in range(case.size(3, 60)):
        rows = [*customers(range(20), km=str(10_000 + night)), bad(20)]
        path = garage.export_folder / "klanten.csv"
        path.unlink(missing_ok=True)
        for piece in pieces(case, written(rows), 3):
            with path.open("ab") as file:
                file.write(piece)
            if piece and not path.read_bytes().endswith(b"\n"):
                case.run_once()
                assert case.source_state(garage) == "waiting"
        case.says(garage, rows)
        case.run_once()
    case.drain()
    case.count()


def test_f15_a_file_under_a_temporary_name_is_no_export_until_it_is_renamed(case):
    garage = case.garage()
    rows = [*customers(range(5)), bad(5)]
    for name in ("klanten.csv.tmp", "~klanten.csv", ".klanten.csv", "klanten.csv.part", "klanten.tmp"):
        garage.drop(written(customers(range(100, 103))), name)
    garage.drop(b"", "leeg.csv")
    case.run_once()
    assert garage.stand()["passports"]["total"] == 0
    partial = garage.drop(written(rows), "klanten.csv.tmp")
    partial.rename(partial.with_suffix(""))
    case.says(garage, rows)
    case.drain()
    case.count()


# ---------------------------------------------------------------- F16


def test_f16_an_export_of_the_same_name_size_and_time_with_other_content_is_read(case):
    garage = case.garage()
    for night in range(case.size(3, 40)):
        rows = [*customers(range(5)), customer(5, km=str(10_000 + night)), bad(6)]
        case.export(garage, rows, at=MIDNIGHT)
        assert case.run_once().status in (0, 3)
    case.count()


def test_f16_of_a_selection_in_two_files_each_is_read_again_under_its_own_name_size_and_time(case):
    garage = case.garage(source={"contains": "selection"})
    for night in range(case.size(2, 20)):
        for number, name in enumerate(("apk.csv", "beurt.csv")):
            case.export(garage, [customer(number, km=str(10_000 + night))], name=name, at=MIDNIGHT)
        case.run_once()
    case.count()


def test_f16_a_service_sees_the_export_of_every_night(case):
    garage = case.garage()
    case.service()
    for night in range(case.size(3, 30)):
        rows = [
            *customers(range(8)),
            customer(8, km=str(10_000 + night), email=f"nacht{night}@voorbeeld.example"),
        ]
        case.export(garage, rows, at=MIDNIGHT)
        case.until_delivered()
    case.count()


# ---------------------------------------------------------------- F17


def test_f17_an_export_that_its_writer_has_locked_waits_and_holds_up_nobody_else(case):
    case.processes.before = LESS_THAN_ROOT if os.geteuid() == 0 else ()
    garage, neighbour = case.garage("jansen"), case.garage("pietersen")
    case.export(garage, customers(range(3)))
    case.run_once()
    rows = [*customers(range(2, 6), km="90000"), bad(6)]
    path = case.export(garage, rows)
    known, mode = case.written.pop(path), path.stat().st_mode
    path.chmod(0)
    case.export(neighbour, customers(range(3)))
    for _ in range(case.size(2, 10)):
        case.run_once()
        assert case.source_state(garage) in ("waiting", "unavailable")
    assert len(neighbour.mails()) == 3 and len(garage.mails()) == 3
    path.chmod(mode)
    case.written[path] = known
    case.drain()
    case.count()


# ---------------------------------------------------------------- F18


@pytest.mark.slow
def test_f18_of_thousands_of_files_at_once_none_is_missed(case):
    garage = case.garage(source={"contains": "selection", "scan_every": 1})
    case.export(garage, [customer(0)], name="eerste.csv")
    case.service()
    case.until_delivered()
    for number in range(1, case.size(60, 40_000)):
        case.export(garage, [customer(number)], name=f"{number}.csv")
    case.until_delivered()
    case.count()


@pytest.mark.slow
def test_f18_among_thousands_of_older_files_the_newest_is_found(case):
    garage = case.garage(source={"scan_every": 1})
    case.export(garage, customers(range(50)), at=MIDNIGHT)
    case.service()
    case.until_delivered()
    crowd = case.size(200, 40_000)
    for number in range(crowd):
        garage.drop(written([customer(1000 + number)]), f"oud-{number}.csv", at=MIDNIGHT - crowd + number)
        if number == crowd // 2:
            case.export(garage, [*customers(range(50), km="90000"), bad(50)], at=MIDNIGHT + 1)
    case.until_delivered()
    case.count()


# ---------------------------------------------------------------- F19


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


# ---------------------------------------------------------------- F21


@pytest.mark.slow
def test_f21_an_export_that_is_written_anew_while_it_is_read_is_taken_whole_or_not_at_all(case):
    garage, number = case.garage(), case.size(600, 20_000)
    path = garage.export_folder / "klanten.csv"
    case.export(garage, customers(range(number)))
    process = case.service()
    caught = 0
    for night in range(case.size(3, 20)):
        rows = (
            customers(range(number - 20), km=str(10_000 + night)) if night == -1 else changed(number, night)
        )
        caught += rewritten_while_read(case, process, path, written(rows))
        case.written.pop(path, None)
        case.says(garage, rows)
        case.until_delivered()
    assert caught, "the file was never open when it was written anew"
    case.count()


def changed(number, night):
    """The same customers, of whom twenty drove on."""
    return [*customers(range(20), km=str(100_000 + night)), *customers(range(20, number))]


def rewritten_while_read(case: Case, process, path, content):
    """Touch the file so that it is read, wait until it is open, and write it anew in pieces: whether it was."""
    path.write_bytes(content[: len(content) // 2].rpartition(b"\n")[0] + b"\n")
    seen = is_open(process, path)
    for piece in pieces(case, content, 5):
        with path.open("r+b") as file:
            file.truncate(0)
            file.write(piece)
        time.sleep(case.dice.uniform(0, 0.02))  # the writer's own pace
    path.write_bytes(content)
    return seen


def is_open(process, path, seconds=5.0):
    """Wait until any process of the group has the file open, at most so long."""
    deadline = time.monotonic() + seconds
    while True:
        if any(path in files_of(each) for each in members(process.pid)):
            return True
        if time.monotonic() >= deadline:
            return False


def members(group):
    """The processes of a group: the leader and its children."""
    children = Path(f"/proc/{group}/task/{group}/children")
    return [group, *map(int, children.read_text("ascii").split())] if children.exists() else []


def files_of(process):
    """What a process has open."""
    found = set()
    with suppress(OSError):
        for each in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                found.add(each.readlink())
    return found


@pytest.mark.parametrize("look", range(1, 9))
def test_f21_an_export_that_is_another_for_one_look_only_is_not_taken_for_what_it_was_then(case, look):
    garage = case.garage()
    case.export(garage, customers(range(5)))
    case.run_once()
    path = case.export(garage, customers(range(5), km="20000"))
    del case.written[path]
    said, other = path.read_bytes(), written(customers(range(5), km="30000"))
    case.processes.before = (*SLOWLY, str(path))
    with path.open("r+b", buffering=0) as file, readers(path) as opened_or_closed:
        process = case.processes.start("run", "--once")
        for event in range(1, 2 * look + 1):  # opened, closed, opened, …
            if not opened_or_closed(process):
                break
            if event >= 2 * look - 1:
                file.seek(0)
                file.write(other if event == 2 * look - 1 else said)
        process.wait()
        file.seek(0)
        file.write(said)
    case.processes.before = ()
    case.drain()
    case.count()


SLOWLY = "strace -f -qq -o /dev/null -e trace=openat -e inject=openat:delay_exit=100000 -P".split()  # noqa: SIM905
"""Before a command and a path: each opening of that file takes a tenth of a second."""
IN_OPEN, IN_CLOSE_NOWRITE = 0x20, 0x10


@contextmanager
def readers(path):
    """Tells of each time that another process opens the file or closes it again; False when it has ended."""
    system = ctypes.CDLL(None, use_errno=True)
    events = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert (
        events >= 0 and system.inotify_add_watch(events, os.fsencode(path), IN_OPEN | IN_CLOSE_NOWRITE) >= 0
    )

    def another(process):
        while process.runs:
            if select.select([events], [], [], 0.1)[0]:
                return bool(os.read(events, EVENT))
        return False

    try:
        yield another
    finally:
        os.close(events)


EVENT = 16
"""Bytes of one event of a watched file, which has no name in it."""


# ---------------------------------------------------------------- F22


def test_f22_an_old_copy_under_a_new_name_and_a_restored_backup_say_nothing(case):
    garage = case.garage()
    old = [*customers(range(6)), bad(6)]
    new = [*customers(range(6), km="90000", email="nieuw@voorbeeld.example"), bad(7)]
    case.export(garage, old, at=MIDNIGHT)
    case.run_once()
    case.export(garage, new, at=MIDNIGHT + 86_400)
    case.run_once()
    garage.drop(written(old), "kopie van klanten.csv", at=MIDNIGHT)
    case.run_once()
    path = garage.export_folder / "klanten.csv"
    known = case.written.pop(path)
    garage.drop(written(old), at=MIDNIGHT)  # the backup of the night before, put back with its time
    case.run_once()
    garage.drop(written(new), at=MIDNIGHT + 86_400)
    case.written[path] = known
    case.drain()
    case.count()


def test_f22_an_older_export_nobody_met_is_not_read_while_the_newest_is_still_being_written(case):
    garage = case.garage()
    case.export(garage, [*customers(range(6), km="90000"), bad(6)], at=MIDNIGHT + 86_400)
    case.run_once()
    path = garage.export_folder / "klanten.csv"
    rows = [*customers(range(6), km="90001"), bad(6)]
    path.write_bytes(written(rows)[:-5])  # in the middle of its last row
    garage.drop(written(customers(range(4, 12), km="10000")), "oud.csv", at=MIDNIGHT)
    case.run_once()
    path.write_bytes(written(rows))
    del case.written[path]
    case.says(garage, rows)
    case.drain()
    case.count()


def test_f22_an_old_content_that_is_exported_anew_is_what_the_garage_says_now(case):
    garage = case.garage()
    old, new = customers(range(6)), customers(range(6), km="90000", email="nieuw@voorbeeld.example")
    for night in range(case.size(4, 20)):
        case.export(garage, (old, new)[night % 2], at=MIDNIGHT + night * 86_400)
        case.run_once()
    case.drain()
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
