"""Where the command line meets the world: the clock, chance, the ledger, the log and the net."""

from __future__ import annotations

import os
import random
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from connector import config
from connector.cli.options import Options
from connector.config import ConnectorConfig, GarageConfig, Loaded
from connector.config.loader import CONNECTOR_FILE
from connector.crash import VARIABLE, CrashPoint, armed, survive
from connector.errors import ConfigError, Mistake
from connector.igarage.client import Client
from connector.ledger import Ledger, access
from connector.log import Log, make_log
from connector.service import World


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def today(garage: GarageConfig) -> date:
    """The garage's local date."""
    return now().astimezone(garage.zone).date()


def load(options: Options) -> Loaded:
    """The configuration. Raises `ConfigError` when no garage of it can start."""
    return config.load(options.directory, env=os.environ)


def must_start(options: Options, loaded: Loaded) -> None:
    """Raises `ConfigError` when the command is about a garage whose file is wrong."""
    if (wrong := options.mistakes(loaded)) and not options.chosen(loaded):
        raise ConfigError(*wrong)


def ledger_to_look(loaded: Loaded) -> AbstractContextManager[Ledger]:
    """The ledger, for looking only."""
    return access.to_look(_where(loaded.connector), now=now, entropy=os.urandom, keys=loaded.directory)


def ledger_to_work(
    loaded: Loaded, crash: CrashPoint, *, suspect: bool = False
) -> AbstractContextManager[Ledger]:
    """The ledger, for the one process that works on it."""
    where = _where(loaded.connector)
    return access.to_work(
        where, now=now, entropy=os.urandom, crash=crash, suspect=suspect, keys=loaded.directory
    )


def ledger_to_decide(loaded: Loaded) -> AbstractContextManager[Ledger]:
    """The ledger, for one short decision beside the service."""
    where = _where(loaded.connector)
    crash = crash_points()
    return access.to_decide(where, now=now, entropy=os.urandom, crash=crash, keys=loaded.directory)


def world(
    options: Options, loaded: Loaded, ledger: Ledger, stop: threading.Event, crash: CrashPoint
) -> World:
    """What the service runs in. Raises `ConfigError` when the log cannot be written."""

    def wait(seconds: float) -> None:
        stop.wait(seconds)

    return World(
        ledger=ledger,
        connect=partial(connect, crash=crash),
        log=log_of(options, loaded),
        stop=stop,
        wait=wait,
        now=now,
        chance=chance,
        probing=loaded.connector.probe.policy,
        crash=crash,
    )


def crash_points() -> CrashPoint:
    """The crash points of this process: inert, but where a test armed one from outside."""
    return armed(os.environ.get(VARIABLE))


def instance_of(loaded: Loaded) -> int | None:
    """The process that serves this configuration now; None when there is none, 0 when it cannot be told which."""
    return access.instance(_where(loaded.connector))


def log_of(options: Options, loaded: Loaded) -> Log:
    """The log: to its file as configured; to standard error too where asked, and quietly where there is no file.

    Raises `ConfigError` when the file cannot be written.
    """
    logging = loaded.connector.logging
    level = ("warning", "info", "debug")[min(options.verbose, 2)]
    if logging.file and not options.verbose:
        level = logging.level
    try:
        return make_log(level, logging.file, now, sys.stderr if options.verbose else None)
    except OSError as error:
        file = options.directory / CONNECTOR_FILE
        message = f"{logging.file} cannot be written: {error.strerror}"
        raise ConfigError(Mistake(file, 1, 1, "logging.file", message)) from None


@contextmanager
def connect(garage: GarageConfig, stop: threading.Event, crash: CrashPoint = survive) -> Iterator[Client]:
    """A client of iGarage for one garage. Raises `ConfigError` when it has no token."""
    door = garage.door
    door.read_token(os.environ)
    with Client(
        door.url,
        lambda: door.read_token(os.environ),
        timeout=door.timeout,
        stop=stop,
        now=now,
        crash=crash,
    ) as client:
        yield client


def chance() -> float:
    """A draw from [0, 1)."""
    return random.random()  # noqa: S311  # spreads retries, guards nothing


def _where(connector: ConnectorConfig) -> access.Where:
    directory: Path | None = connector.state_directory
    return connector.database_url or directory or Path("state")
