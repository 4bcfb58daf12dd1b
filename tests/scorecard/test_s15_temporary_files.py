"""S15: nothing is left in, or taken from, the folder for temporary files."""

from __future__ import annotations

import pytest


@pytest.fixture
def temporary(tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def variables(folder):
    return {name: str(folder) for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR")}


def test_a_run_and_a_preview_of_many_rows_leave_no_temporary_file(garage, car, temporary):
    garage.configure(delivery={"workers": 8})
    path = garage.export(*(car(number % 400, km=str(number)) for number in range(600)))
    run = garage.installation.process("run", "--once", env=variables(temporary))
    preview = garage.installation.process("preview", path, env=variables(temporary))
    assert (run.status, preview.status) == (0, 0)
    assert list(temporary.iterdir()) == []


def test_the_state_folder_holds_nothing_but_the_ledger(garage, car):
    garage.export(car(1))
    garage.run()
    assert {name.partition(".")[0] for name in garage.installation.state_files()} == {"ledger"}
