"""Files that are not what they seem: half written, rewritten, locked, copied, by the thousand, or no files at all."""

from __future__ import annotations

import os
import time

import pytest

from .cases import pieces
from .exports import bad, customer, customers, without_address, written
from .processes import LESS_THAN_ROOT

MIDNIGHT = 1_700_000_000


# ---------------------------------------------------------------- F15


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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
    for number in range(1, case.size(60, 5000)):  # each is read and delivered: some twenty a second
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
