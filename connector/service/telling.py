"""The task that has one garage's sources told of addresses that proved invalid."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress

import requests

from connector.config import GarageConfig
from connector.errors import AdapterFailed
from connector.service.garage import World, source_of
from connector.service.scheduler import Task
from connector.telling import HOOK, Telling

LONGEST = 60.0
"""Seconds after which it is looked at again whether there is something to tell."""


def task_name(garage: str) -> str:
    """The name of a garage's task of telling."""
    return f"tell:{garage}"


def telling_of(garage: GarageConfig, world: World) -> Telling | None:
    """What tells a garage's sources; None where no plugin of theirs can."""
    sources, own = [], {each.name: each for each in garage.sources}
    for each in garage.sources:
        with suppress(AdapterFailed):  # the scan of that source tells of it
            source = source_of(garage, each)
            if HOOK in source.adapter.hooks:
                sources.append(source)
    if not sources:
        return None

    def session(source: str) -> AbstractContextManager[requests.Session]:
        return world.session(own[source])

    return Telling(world.ledger, sources, session, world.log, world.stop, world.monotonic)


def telling_tasks(garage: GarageConfig, world: World) -> list[Task]:
    """The task, where there is somebody to tell."""
    telling = telling_of(garage, world)
    if telling is None:
        return []

    def run() -> float:
        telling.tell()
        return LONGEST

    name = task_name(garage.garage)
    return [Task(name, "tell", name, run, LONGEST)]
