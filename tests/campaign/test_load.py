"""L3 and L6: a night of twenty thousand invitations; a million rows and fourteen days without iGarage."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from .cases import MOST_UNWRITTEN, three_modes
from .counting import repeated
from .exports import bad, customers, without_address
from .processes import until

DAY = 86_400
DAYS = 14
MEGABYTE = 1 << 20


@pytest.mark.slow
@three_modes
def test_l3_invitations_go_out_once_each_at_50_ms_with_errors_and_lost_answers(case):
    """Half are sent of concepts that iGarage has, half go with passports that it has not."""
    rows = case.size(100, 10_000)
    garage = case.garage(send="never", delivery={"workers": 8})
    case.export(garage, [*customers(range(rows)), bad(90_000)])
    case.run_once()
    garage.configure(delivery={"send": "always"})
    case.books[garage.id].invites = True
    case.export(garage, [*customers(range(2 * rows)), bad(90_000)])
    order, on = case.sandbox.order_fault, {"path": "/passports/*", "latency": 0.05}
    order(**on, status=503, code="unavailable", probability=0.02, seed=case.seed)
    order(**on, drop="after", probability=0.01, seed=case.seed + 1)
    delay = order(**on)
    service = case.service()
    case.until_delivered()
    struck = {each["id"]: each["struck"] for each in case.sandbox.faults()}
    assert struck[delay] and (all(struck.values()) or not case.full), "every fault came to something"
    service.stop()
    assert len(garage.mails()) == 2 * rows
    seen = (asdict(each) for each in case.sandbox.requests(garage.id))
    answered = [each | {"fault": None} if each["fault"] == delay else each for each in seen]
    assert repeated(answered) == 0, "a late answer is one, and is not asked for again"
    case.faults_over()
    case.count()


@pytest.mark.slow
def test_l6_a_fortnight_without_igarage_exhausts_nothing_and_drains_by_itself(case):
    """A million rows in all: each day another export, and the newest content of each car is what arrives, once."""
    garage = case.garage(delivery={"workers": 4, "retry": {"first": 30, "max": 21_600, "attempts": 20}})
    rows, passed = case.size(150, 72_000), range(2_000_000, 2_000_000 + case.size(1000, 20_000))
    case.set_clock(0)
    others = [without_address(number) for number in passed]
    case.export(garage, [*customers(range(rows // 2)), bad(9000), *others])
    service = case.service()
    until(lambda: len(garage.deeds()) >= rows // 10, "the first of them", moves=case.standing)
    case.sandbox.stop()
    case.kept_answers += MOST_UNWRITTEN  # what it was answered when the line went
    for day in range(1, DAYS + 1):
        _dawn(case, day)
        known = rows // 2 + rows // 2 * day // DAYS
        case.export(garage, [*customers(range(known), km=str(10_000 + day)), bad(9000), *others])
        until(
            lambda known=known: garage.stand()["passports"]["total"] == known,
            "this day's rows",
            pause=0.1,
            moves=case.standing,
        )
        assert service.runs
    stand = garage.stand()
    assert stand["state"] == "paused" and stand["pause"]["since"]
    assert garage.ask("held") == []
    assert peak(service.pid) < 250 * MEGABYTE, "the bar of a million rows"
    case.sandbox.start()
    case.until_delivered()
    assert service.runs
    puts = [each for each in case.sandbox.requests("jansen") if each.method == "PUT"]
    assert len(puts) <= rows + rows // 2 + 4, "of a fortnight's changes the newest alone is asked for"
    case.count()


def _dawn(case, day):
    """The clock of the program and that of iGarage go on a day."""
    case.server_clock.ahead = timedelta(days=day)
    case.set_clock(day * DAY)


def peak(process):
    """The most memory a process ever had, in bytes."""
    for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no such line")
