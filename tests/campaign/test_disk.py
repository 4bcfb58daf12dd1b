"""F06, F07, F09, F11: a disk that fills up, a ledger that is damaged, a state folder that goes away."""

from __future__ import annotations

import os
import random
import re
import shutil

import pytest

from .cases import MOST_UNWRITTEN
from .children import KILLED
from .exports import bad, customers, without_address
from .mounts import MEGABYTE, disk
from .processes import until

DATABASE = "ledger.sqlite3"
BACKUP = "ledger.backup.sqlite3"


def night(case, garage, numbers, **changes):
    """An export with good rows, one with a fault and one of a customer without an address."""
    case.export(garage, [*customers(numbers, **changes), bad(9000), without_address(9001)])


def ledger_state(case):
    """How the ledger stands, in one word, as `status` says."""
    return case.installation.ask("status")["ledger"]["state"]


@pytest.fixture
def small_disk(case):
    """The state folder on a disk of its own, of 48 MB."""
    with disk(case.installation.state, 48 * MEGABYTE) as mounted:
        yield mounted
        case.processes.end()


# ---------------------------------------------------------------- F06, F07


def test_f06_a_disk_that_is_full_while_taking_in_stops_the_intake_alone_and_goes_on_by_itself(
    case, children, small_disk
):
    garage = case.garage(delivery={"workers": 2})
    rows = case.size(40, 1000)
    night(case, garage, range(rows))
    case.sandbox.order_fault(method="PUT", latency=0.1)
    service = children.start("run")
    until(garage.deeds, "the first of the backlog")
    small_disk.fill(leave=MEGABYTE // 8)
    big = [
        *customers(range(rows), km="70002"),
        *(without_address(number) for number in range(10_000, 16_000)),
    ]
    case.export(garage, big, name="groot.csv")
    until(lambda: ledger_state(case) == "full", "the word that the disk is full")
    until(lambda: garage.stand()["state"] != "ok", "the word that this garage is not well")
    until(lambda: len(garage.mails()) == rows, "the end of the backlog, on a full disk")
    assert service.runs
    assert len(garage.asked()) == rows, "on a full disk nothing is asked for twice"
    case.faults_over()
    small_disk.make_room()
    case.until_delivered()
    until(lambda: ledger_state(case) == "ok", "the word that all is well")
    assert service.stop().status == 0
    case.count()


def test_f07_a_disk_that_is_full_while_settling_costs_no_answer(case, children, small_disk):
    garage = case.garage(delivery={"workers": 2})
    rows = case.size(40, 1000)
    night(case, garage, range(rows))
    case.sandbox.order_fault(method="PUT", latency=0.05)
    service = children.start("run")
    until(garage.deeds, "the first of the backlog")
    small_disk.fill()
    until(lambda: len(garage.mails()) == rows, "the end of the backlog, on a full disk")
    assert len(garage.asked()) == rows, "on a full disk nothing is asked for twice"
    small_disk.make_room()
    case.faults_over()
    case.until_delivered()
    assert service.stop().status == 0
    case.count()


def test_f07_a_disk_without_any_room_asks_for_nothing_it_cannot_write_down(case, children, small_disk):
    """The room that was kept is gone too, as when somebody tidied it up: not even a claim finds a place."""
    garage = case.garage(delivery={"workers": 2})
    rows = case.size(60, 1000)
    night(case, garage, range(rows))
    children.dies_at("igarage.garage.before")
    (small_disk.place / "ledger.room").unlink()
    small_disk.fill(leave=case.size(1, 8) * MEGABYTE // 2)  # for so many rows, to begin with
    case.sandbox.order_fault(method="PUT", latency=0.05)
    service = children.start("-v", "run")
    until(garage.deeds, "the first of the backlog")
    small_disk.fill()
    said = case.folder / f"process-{len(case.processes.started) - 1}.err"
    until(lambda: "ledger_unavailable" in said.read_text("utf-8"), "the end of the room")
    known, asked = garage.counts().get("delivered", 0), len(garage.asked())
    assert asked <= known + MOST_UNWRITTEN, (
        "nothing is asked for that cannot be written down, but what was under way"
    )
    case.kept_answers += MOST_UNWRITTEN
    case.faults_over()
    small_disk.make_room()
    case.until_delivered()
    assert service.stop().status == 0
    case.count()


# ---------------------------------------------------------------- F09


def overwritten(path, dice):
    """Three of four pages hold something else."""
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        if dice.random() < 0.75:
            content[start : start + 4096] = dice.randbytes(min(4096, len(content) - start))
    path.write_bytes(content)


def beheaded(path, dice):
    """The first page holds something else."""
    content = path.read_bytes()
    path.write_bytes(dice.randbytes(4096) + content[4096:])


def truncated(path, dice):
    """The end is missing."""
    os.truncate(path, path.stat().st_size // 2)


def emptied(path, dice):
    """Nothing is left."""
    os.truncate(path, 0)


def gone(path, dice):
    """It is not there any more."""
    path.unlink()


DAMAGES = {each.__name__: each for each in (overwritten, beheaded, truncated, emptied, gone)}


def spoil(case, damage):
    """Damage the ledger of a dead process; what its journal held is part of what is lost."""
    state = case.installation.state
    for journal in ("-wal", "-shm"):
        (state / f"{DATABASE}{journal}").unlink(missing_ok=True)
    DAMAGES[damage](state / DATABASE, random.Random(case.seed))


def two_nights(case, children, garage, *, backup):
    """A night and perhaps a backup, then one more with new customers, other addresses, and changes; and a kill."""
    night(case, garage, range(14), km="70001")
    children.run_once()
    if backup:
        assert children.start("run", crash="backup.after_replace").wait().status == KILLED
    moved = customers(range(4), km="70002", email="verhuisd@voorbeeld.example")
    case.export(garage, [*moved, *customers(range(4, 20), km="70002"), bad(9000), without_address(9001)])
    children.run_once()
    assert children.start("run", "--once", crash="ledger.free_claims.after_commit").wait().status == KILLED
    if not backup:
        (case.installation.state / BACKUP).unlink(missing_ok=True)


def aside(case):
    """The copies of damaged ledgers."""
    return sorted(case.installation.state.glob(f"{DATABASE}.damaged-*"))


@pytest.mark.parametrize("damage", DAMAGES)
def test_f09_a_damaged_ledger_is_set_aside_restored_and_completed_without_a_second_mail(
    case, children, damage
):
    garage = case.garage(delivery={"workers": 2})
    two_nights(case, children, garage, backup=True)
    spoil(case, damage)
    children.run_once()
    assert damage == "gone" or aside(case)
    said = case.installation.ask("status")
    assert said["ledger"]["state"] == "rescued" and said["ledger"]["message"]
    children.drain()
    case.count()


@pytest.mark.parametrize("damage", ["overwritten", "beheaded", "truncated"])
def test_f09_a_damaged_ledger_without_a_backup_is_built_anew_from_the_exports_without_a_second_mail(
    case, children, damage
):
    garage = case.garage(delivery={"workers": 2})
    two_nights(case, children, garage, backup=False)
    spoil(case, damage)
    children.run_once()
    assert aside(case)
    said = case.installation.ask("status")
    assert said["ledger"]["state"] == "rescued" and said["ledger"]["message"]
    children.drain()
    case.count()


def test_f09_a_damaged_journal_is_no_end(case, children):
    garage = case.garage(delivery={"workers": 2})
    night(case, garage, range(12))
    children.run_once()
    night(case, garage, range(16), km="70001")
    children.dies_at("igarage.put.before", turn=4)
    case.kept_answers += MOST_UNWRITTEN  # what the journal knew of answers went with it
    path = case.installation.state / f"{DATABASE}-wal"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle:] = random.Random(case.seed).randbytes(len(content) - middle)
    path.write_bytes(content)
    children.drain()
    case.count()


def test_f09_a_ledger_damaged_under_a_running_service_is_rescued_without_a_restart(case, children):
    garage = case.garage(delivery={"workers": 2})
    two_nights(case, children, garage, backup=True)
    service = children.start("run")
    case.until_delivered()
    overwritten(case.installation.state / DATABASE, random.Random(case.seed))
    night(case, garage, range(25), km="70003")
    until(lambda: not service.runs or aside(case), "the rescue")
    assert service.runs, service.ended()
    case.kept_answers += MOST_UNWRITTEN
    case.until_delivered()
    assert ledger_state(case) == "rescued"
    assert service.stop().status == 0
    case.count()


# ---------------------------------------------------------------- F11


def test_f11_a_state_folder_that_goes_while_it_runs_ends_the_service_with_a_word_and_loses_nothing(
    case, children
):
    garage = case.garage(delivery={"workers": 2})
    night(case, garage, range(30))
    case.sandbox.order_fault(method="PUT", latency=0.05)
    service = children.start("run")
    until(garage.deeds, "the first of them")
    state, elsewhere = case.installation.state, case.folder / "weggehaald"
    state.rename(elsewhere)
    ended = service.wait()
    assert ended.status not in (0, KILLED) and str(state) in ended.err and "Traceback" not in ended.err, ended
    assert not state.exists() or not list(state.glob(f"{DATABASE}*")), (
        "no new ledger in place of the one that went"
    )
    if state.exists():
        shutil.rmtree(state)
    elsewhere.rename(state)
    case.faults_over()
    case.kept_answers += MOST_UNWRITTEN
    children.drain()
    case.count()


def test_f11_a_state_folder_that_becomes_read_only_is_told_and_gone_on_with(case, children, small_disk):
    garage = case.garage(delivery={"workers": 2})
    night(case, garage, range(30))
    service = children.start("run")
    case.until_delivered()
    before = len(garage.asked())
    service.kill()
    small_disk.read_only()
    night(case, garage, range(34), km="70001")
    for words in (("run", "--once"), ("run",)):
        ended = children.start(*words).wait()
        assert ended.status not in (0, 3, KILLED) and "Traceback" not in ended.err, ended
        assert str(case.installation.state) in ended.err
    assert len(garage.asked()) == before, "nothing is asked for that cannot be written down"
    small_disk.read_only(False)
    children.drain()
    case.count()


@pytest.mark.parametrize("kind", ["fuse.sshfs"])
def test_f11_a_state_folder_on_a_network_drive_is_refused(case, children, kind):
    from .remote import network_drive  # noqa: PLC0415

    garage = case.garage()
    night(case, garage, range(5))
    with network_drive(case.folder / "netwerk", kind) as place:
        case.installation.settle_down(state={"directory": str(place / "state")})
        for words in (("run", "--once"), ("run",)):
            ended = children.start(*words).wait()
            assert ended.status not in (0, 3, KILLED) and re.search("netwerk|network", ended.err), ended
    assert garage.asked() == []
    case.installation.settle_down()
    children.drain()
    case.count()
