"""Processes that die or meet: nothing is lost, nothing done twice, and there is one program to a ledger."""

from __future__ import annotations

from collections import Counter

import pytest

CARS = 24


def kill(program):
    """As a power cut does it, as far as the program can tell."""
    program.kill()
    program.communicate()


@pytest.mark.parametrize("mode", ["honours", "ignores"])
def test_a_run_killed_in_the_middle_loses_nothing_and_doubles_nothing(garage, sandbox, car, until, mode):
    sandbox.set_mode(mode)
    garage.configure(delivery={"send": "always"})
    garage.export(*map(car, range(1, CARS + 1)))
    for midway in (4, 12):
        slow = sandbox.order_fault(method="PUT", latency=0.05, after_deed=True)
        program = garage.installation.start("run", "--once")
        until(lambda midway=midway: len(garage.deeds()) >= midway)
        kill(program)
        assert slow
        sandbox.clear_faults()
    assert garage.counts()["total"] == CARS
    assert garage.run().status == 0
    assert garage.run().status == 0
    assert garage.counts() == {"total": CARS, "delivered": CARS}
    assert Counter(plate for _, plate, _ in garage.effects()) == Counter(
        f"ZZ{number:03}Z" for number in range(1, CARS + 1)
    )
    assert len(garage.mails()) == CARS == len(set(garage.mails()))


def test_a_run_killed_between_the_look_and_the_answer_of_an_invitation_mails_once(
    garage, sandbox, car, until
):
    garage.export(car(1))
    garage.run()
    garage.configure(delivery={"send": "always"})
    sandbox.order_fault(method="POST", hold=True, after_deed=True)
    program = garage.installation.start("run", "--once")
    until(garage.mails)
    kill(program)
    sandbox.clear_faults()
    assert garage.run().status == 0
    assert len(garage.mails()) == 1


def test_a_second_program_on_one_ledger_is_refused_and_the_first_goes_on(garage, sandbox, car, until):
    garage.export(car(1))
    sandbox.order_fault(path="/garage", hold=True)
    first = garage.installation.start("run", "--once")
    until(sandbox.requests)
    second = garage.installation.process("run", "--once")
    assert (second.status, second.out) == (2, "")
    assert "another igarage-connector" in second.err and str(first.pid) in second.err
    looked = garage.installation.process("status", "--json")
    assert (looked.status, looked.json["garages"][0]["passports"]["pending"]) == (0, 1)
    sandbox.clear_faults()
    out, err = first.communicate()
    assert (first.returncode, err) == (0, "")
    assert "verzonden 1" in out


def test_looking_after_a_crash_shows_what_was_written_and_changes_no_file(garage, sandbox, car, until):
    garage.export(car(1), car(2))
    sandbox.order_fault(method="PUT", hold=True, after_deed=True)
    program = garage.installation.start("run", "--once")
    until(garage.deeds)
    kill(program)
    sandbox.clear_faults()
    before = garage.installation.state_files()
    assert garage.counts()["total"] == 2
    assert garage.main("preview", garage.export_folder / "klanten.csv").status == 0
    after = garage.installation.state_files()
    memory = "ledger.sqlite3-shm"  # SQLite's index of its journal: shared memory, and no part of the ledger
    assert {name for name in after if name != memory} == {name for name in before if name != memory}
    assert all(after[name] == before[name] for name in before if name != memory)
