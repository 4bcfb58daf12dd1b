"""Crash points: inert unless armed, and then the process dies at the turn that was ordered."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from connector.crash import armed, survive

PASSES = """
import os, sys
from connector.crash import VARIABLE, armed

crash = armed(os.environ.get(VARIABLE))
for turn in range(1, 4):
    crash("somewhere.else")
    crash("ledger.claim.after_commit")
    print(turn, flush=True)
"""


@pytest.mark.parametrize("order", [None, ""])
def test_a_process_that_was_given_no_order_passes_every_point(order: str | None) -> None:
    assert armed(order) is survive
    survive("anything")


@pytest.mark.parametrize(
    ("order", "dies_at"),
    [
        pytest.param("here", [1], id="the first time"),
        pytest.param("here@1", [1], id="the first time, said"),
        pytest.param("here@3", [3], id="the third time"),
        pytest.param("here@9", [], id="a time that never comes"),
        pytest.param("elsewhere", [], id="a point that is never passed"),
        pytest.param("her", [], id="the beginning of a name is no name"),
    ],
)
def test_an_armed_point_dies_once_at_the_turn_that_was_ordered(order: str, dies_at: list[int]) -> None:
    deaths: list[int] = []
    turn = 0
    crash = armed(order, lambda: deaths.append(turn))
    for turn in range(1, 6):  # noqa: B007  # read when it dies
        crash("there")
        crash("here")
    assert deaths == dies_at


@pytest.mark.parametrize("order", ["here@", "here@x", "here@1.5"])
def test_an_order_that_names_no_turn_is_no_order_or_an_error(order: str) -> None:
    if order == "here@":
        deaths: list[int] = []
        armed(order, lambda: deaths.append(1))("here")
        assert deaths == [1]
    else:
        with pytest.raises(ValueError, match="invalid literal"):
            armed(order)


@pytest.mark.parametrize(("order", "turns"), [("", 3), ("ledger.claim.after_commit@2", 1)])
def test_a_process_is_armed_from_outside_and_dies_as_in_a_power_cut(order: str, turns: int) -> None:
    environment = {"IGARAGE_CONNECTOR_CRASH": order}
    done = subprocess.run(
        [sys.executable, "-c", PASSES], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [str(turn) for turn in range(1, turns + 1)]
    assert (done.returncode, done.stderr) == (-signal.SIGKILL if order else 0, "")
