"""The task that writes a garage's customer lists, in the place of its door at iGarage."""

from __future__ import annotations

from connector.config import GarageConfig, ListFileConfig
from connector.service.garage import World
from connector.service.scheduler import Task

EVERY = 60.0
"""Seconds between two looks at whether the day's lists are due."""


def list_task(garage: GarageConfig, config: ListFileConfig, world: World) -> Task:
    """Write the day's lists when their time has come."""
    lists = world.lists(garage, config)

    def tend() -> float:
        lists.tend()
        return EVERY

    return Task(f"lists:{garage.garage}", "send", f"deliver:{garage.garage}", tend, EVERY)
