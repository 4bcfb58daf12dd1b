"""F03, F10, F12, F13, F14: killed, stopped, frozen, doubled, starved, and started with a broken configuration."""

from __future__ import annotations

import json
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from .cases import MOST_UNWRITTEN
from .children import KILLED
from .exports import bad, customers, without_address
from .processes import until

WORKERS = 4


def night(case, garage, numbers, **changes):
    """An export with good rows, one with a fault and one of a customer without an address."""
    case.export(garage, [*customers(numbers, **changes), bad(9000), without_address(9001)])


# ---------------------------------------------------------------- F03


def nemesis(case, children, garage, rows):
    """Kill the service again and again: while it starts, while it reads, while it delivers; exports go on coming."""
    kills = case.size(4, 200)
    for number in range(kills):
        service = children.start("run")
        seen, share = len(case.sandbox.requests()), rows // max(kills // 2, 1)
        if case.dice.random() < 0.5:
            time.sleep(case.dice.uniform(0.0, 1.5))  # whatever it is doing then
        else:
            wanted = seen + case.dice.randrange(1, share + 2)
            until(
                lambda wanted=wanted: len(case.sandbox.requests()) >= wanted or case.done(), "more requests"
            )
            time.sleep(case.dice.uniform(0.0, 0.03))
        assert service.runs, service.ended()
        service.kill()
        case.kept_answers += MOST_UNWRITTEN
        if case.dice.random() < 0.3 or case.done():
            night(case, garage, range(rows), km=str(10_000 + number))
        if case.sandbox.mode == "forgets" and case.dice.random() < 0.1:
            case.sandbox.forget_keys()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["honours", "ignores", "forgets"], indirect=True)
def test_f03_a_night_in_which_the_service_is_killed_at_random_ends_as_one_in_which_it_is_not(case, children):
    garage = case.garage(delivery={"workers": WORKERS})
    rows = case.size(150, 5000)
    night(case, garage, range(rows))
    nemesis(case, children, garage, rows)
    case.faults_over()
    service = children.start("run")
    case.until_delivered()
    assert service.stop().status == 0
    case.count()


# ---------------------------------------------------------------- F10


@pytest.mark.parametrize("first", ["run", "run --once"])
def test_f10_a_second_instance_is_refused_and_names_the_first(case, children, first):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(10))
    if first == "run":
        service = children.start("run")
        case.until_delivered()
    else:
        case.sandbox.order_fault(hold=True, method="PUT")
        service = children.start("run", "--once")
        until(lambda: any(each.method == "PUT" for each in case.sandbox.requests()), "the first request")
    before = len(case.sandbox.requests())
    for words in (("run",), ("run", "--once")):
        ended = children.start(*words).wait()
        assert ended.status == 2, ended
        assert str(service.pid) in ended.err
    assert len(case.sandbox.requests()) == before
    case.faults_over()
    if first == "run":
        assert service.stop().status == 0
    else:
        assert service.wait().status in (0, 3)
    case.count()


def test_f10_after_a_kill_the_next_instance_is_not_refused(case, children):
    garage = case.garage()
    night(case, garage, range(10))
    service = children.start("run")
    until(garage.asked, "the first request")
    service.kill()
    case.kept_answers += MOST_UNWRITTEN
    children.drain()
    case.count()


# ---------------------------------------------------------------- F12


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_f12_a_service_that_is_told_to_stop_in_the_middle_ends_well_and_goes_on_another_time(
    case, children, number
):
    garage = case.garage(delivery={"workers": WORKERS})
    rows = case.size(40, 2000)
    night(case, garage, range(rows))
    case.sandbox.order_fault(method="PUT", latency=0.05)
    for part in range(1, 4):
        # What the one before left under way proves nothing of this one: it may not even have begun.
        least = max(part * rows // 5, len(garage.deeds()) + WORKERS + 1)
        service = children.start("run")
        until(lambda least=least: len(garage.deeds()) >= least, "some of them")
        service.signal(number)
        ended = service.wait()
        assert ended.status == 0 and "Traceback" not in ended.err, ended
    case.faults_over()
    children.drain()
    case.count()


def test_f12_a_service_that_is_told_to_stop_waits_for_no_silent_server(case, children):
    garage = case.garage(igarage={"timeout": 600}, delivery={"workers": 2})
    night(case, garage, range(4))
    case.sandbox.order_fault(method="PUT", hold=True)
    service = children.start("run")
    until(lambda: any(each.method == "PUT" for each in case.sandbox.requests()), "the first request")
    service.signal(signal.SIGTERM)
    assert service.wait().status == 0
    case.kept_answers += MOST_UNWRITTEN
    case.faults_over()
    children.drain()
    case.count()


def test_f12_a_service_that_is_frozen_and_thawed_days_later_goes_on(case, children):
    garage = case.garage(delivery={"workers": WORKERS}, igarage={"timeout": 2})
    rows = case.size(40, 1000)
    night(case, garage, range(rows))
    case.set_clock(0)
    case.sandbox.order_fault(method="PUT", latency=0.05)
    service = case.service()  # this one has a clock that can be set
    until(lambda: len(garage.deeds()) >= rows // 8, "the first of them")
    for days in (0, 1, 3):
        service.signal(signal.SIGSTOP)
        case.set_clock(days * 86_400)
        case.server_clock.ahead = timedelta(days=days)
        night(case, garage, range(rows), km=str(20_000 + days))
        service.signal(signal.SIGCONT)
        case.kept_answers += (
            MOST_UNWRITTEN  # they came while it was frozen, and its deadline had passed when it woke
        )
        seen = len(garage.deeds())
        until(lambda seen=seen: len(garage.deeds()) > seen, "the next of them")
    case.faults_over()
    case.until_delivered()
    assert service.runs
    assert service.stop().status == 0
    case.count()


# ---------------------------------------------------------------- F13

MEGABYTE = 1 << 20
ADDRESSES = 3000 * MEGABYTE
"""Of address space, which threads reserve and do not use, and which a leak uses up."""
RESIDENT = 200 * MEGABYTE


def test_f13_a_night_of_many_rows_passes_in_bounded_memory(case):
    garage = case.garage(delivery={"workers": WORKERS})
    passed = range(100_000, 100_000 + case.size(8_000, 300_000))
    said = [
        *customers(range(case.size(60, 2000))),
        bad(9000),
        *(without_address(number) for number in passed),
    ]
    case.processes.before = ("prlimit", f"--as={ADDRESSES}")
    service = case.service()
    peaks = []
    for km in ("1", "2"):
        rows = [{**row, "Km stand": km} if isinstance(row, dict) else row for row in said]
        case.export(garage, rows)
        case.until_delivered()
        assert service.runs, service.ended()
        peaks.append(_peak(service.pid))
    assert max(peaks) < RESIDENT, peaks
    case.processes.before = ()
    case.count()


def _peak(process):
    """The most memory a process ever had, in bytes."""
    for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no such line")


def test_f13_a_process_that_gets_no_more_memory_loses_nothing(case):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(20))
    case.run_once()
    said = [*customers(range(20), km="3"), *(without_address(number) for number in range(10_000, 12_000))]
    case.export(garage, said)
    for megabytes in case.dice.sample(range(60, 400, 20), case.size(2, 12)):
        case.processes.before = ("prlimit", f"--as={megabytes * MEGABYTE}")
        case.run_once()
        case.kept_answers += MOST_UNWRITTEN
    case.processes.before = ()
    case.drain()
    case.count()


# ---------------------------------------------------------------- F14

BROKEN = {
    "no YAML": "garage: [",
    "an unknown setting": "config_version: 1\ngarage: jansen\nname: J\nonbekend: 1\n",
    "empty": "",
    "no text": b"\xff\xfe\x00\x01",
}


@pytest.mark.parametrize("mistake", BROKEN)
@pytest.mark.parametrize("which", ["garages/jansen.yaml", "connector.yaml"])
def test_f14_a_broken_configuration_leaves_the_backlog_byte_for_byte(case, children, mistake, which):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(10))
    children.dies_at("igarage.put.before", turn=4)
    file = case.installation.folder / which
    good = file.read_bytes()
    wrong = BROKEN[mistake]
    if which == "connector.yaml" and mistake == "empty":
        wrong = "garage: 1\n"  # an empty one is right
    before = case.installation.state_files()
    file.write_bytes(wrong if isinstance(wrong, bytes) else wrong.encode())
    for words in (("run", "--once"), ("run",)):
        ended = children.start(*words).wait()
        assert ended.status == 4 and which.rpartition("/")[2] in ended.err, ended
        assert case.installation.state_files() == before
    file.write_bytes(good)
    children.drain()
    case.count()


def test_f14_a_broken_file_of_one_garage_leaves_its_backlog_and_stops_no_other(case, children):
    garage, neighbour = case.garage("jansen", delivery={"workers": 1}), case.garage("pietersen")
    for each in (garage, neighbour):
        night(case, each, range(10))
    children.dies_at("igarage.put.before", turn=4)
    good = garage.file.read_text("utf-8")
    waiting = backlog(garage)
    garage.file.write_text(good + "\nonbekend: 1\n", "utf-8")
    service = children.start("run")
    until(lambda: len(neighbour.mails()) == 10, "the neighbour's night")
    assert service.stop().status == 0
    garage.file.write_text(good, "utf-8")
    assert backlog(garage) == waiting
    children.drain()
    case.count()


def backlog(garage):
    """All that is known of each passport, but whether a process works on it now."""
    known = [garage.trace(row["Kenteken"]) for row in customers(range(10))]
    return json.dumps([{name: each[name] for name in each if name != "state"} for each in known])


def test_f14_a_token_that_is_gone_on_restart_leaves_the_backlog_pending(case, children):
    garage = case.garage(delivery={"workers": 1})
    night(case, garage, range(10))
    children.dies_at("igarage.put.before", turn=4)
    token = garage.token_file.read_text("utf-8")
    garage.token_file.unlink()
    service = children.start("run")
    until(lambda: garage.stand()["state"] == "paused", "the pause")
    assert garage.counts()["pending"] >= 7 and garage.ask("held") == []
    garage.write_token(token)
    case.until_delivered()
    assert service.stop().status != KILLED
    case.count()
