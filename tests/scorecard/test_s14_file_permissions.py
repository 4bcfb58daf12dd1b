"""S14: what the program writes is for its own account alone, under any umask."""

from __future__ import annotations

import os
import stat

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")


def modes(folder):
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode)
        for path in [folder, *folder.rglob("*")]
    }


@pytest.mark.parametrize("umask", [0o000, 0o777], ids=["an open umask", "a shut one"])
def test_state_and_log_are_private_while_it_works_and_afterwards(garage, sandbox, car, until, umask):
    garage.installation.settle_down(
        logging={"file": "./log/connector.log"}, state={"directory": "./deep/state"}
    )
    garage.installation.state = garage.folder / "deep" / "state"
    garage.export(car(1))
    sandbox.order_fault(method="PUT", hold=True)
    program = garage.installation.start("run", "--once", umask=umask)
    until(garage.asked)
    during = {**modes(garage.installation.state), **modes(garage.folder / "log")}
    sandbox.clear_faults()
    program.communicate(timeout=60)
    assert program.returncode == 0
    after = {**modes(garage.installation.state), **modes(garage.folder / "log")}
    assert {"ledger.sqlite3", "ledger.sqlite3-wal", "ledger.pid", "connector.log"} <= set(during)
    for found in (during, after):
        assert found.pop(".") == 0o700
        assert set(found.values()) == {0o600}


def test_a_state_folder_that_was_open_is_shut(garage, car):
    garage.export(car(1))
    garage.run()
    garage.installation.state.chmod(0o755)
    (garage.installation.state / "ledger.sqlite3").chmod(0o644)
    garage.run()
    found = modes(garage.installation.state)
    assert (found["."], found["ledger.sqlite3"]) == (0o700, 0o600)
