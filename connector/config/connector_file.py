"""`connector.yaml`: the connector itself. Every key may be left out, and so may the file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from connector.backoff import PROBING, Probing
from connector.config.forms import FilePath, NotBeforeFirst, Strict

DATABASE_PREFIX = "postgresql+psycopg://"


class StateConfig(Strict):
    """Where the ledger lives: a folder of this computer, or a PostgreSQL database. Exactly one is not None.

    `database` is a SQLAlchemy URL; it may hold a password, so it is shown to nobody.
    """

    database: SecretStr | None = Field(default=None, examples=["postgresql+psycopg://HOST/DATABASE"])
    """In place of directory: a PostgreSQL URL. It may hold a password and is shown nowhere."""
    directory: Annotated[FilePath | None, Field(validate_default=True)] = Field(
        default=None, examples=["./state"]
    )
    """Folder of the ledger, on a disk of this computer (not a network drive); ./state unless set."""

    @field_validator("database")
    @classmethod
    def _postgresql(cls, database: SecretStr | None) -> SecretStr | None:
        if database and not database.get_secret_value().startswith(DATABASE_PREFIX):
            raise ValueError(f"must begin with {DATABASE_PREFIX} (SQLite needs only a directory)")
        return database

    @field_validator("directory", mode="before")
    @classmethod
    def _one_of_two(cls, directory: Any, info: ValidationInfo) -> Any:
        if info.data.get("database") is None:
            return "./state" if directory is None else directory
        if directory is not None:
            raise ValueError("stands beside database: keep one of the two")
        return None


class LoggingConfig(Strict):
    """What is logged, and where: `file` None is standard error alone."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged."""
    file: FilePath | None = Field(default=None, examples=["./logs/connector.log"])
    """File to log to; without it, standard error."""


class ProbeConfig(Strict):
    """How a paused garage is probed: seconds of the `first` and of the longest (`max`) distance between two probes."""

    first: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = PROBING.first
    """Seconds to the first probe."""
    max: Annotated[
        float, Field(gt=0, le=3600, allow_inf_nan=False, validate_default=True), NotBeforeFirst
    ] = PROBING.max
    """Seconds of the longest distance between two probes; at most an hour."""

    @property
    def policy(self) -> Probing:
        """The same, as `backoff` takes it."""
        return Probing(first=self.first, max=self.max)


class ConnectorConfig(Strict):
    """`connector.yaml`. `threads`: how many garages are read at once, and how many delivered at once."""

    state: Annotated[StateConfig, Field(default_factory=dict, validate_default=True)]
    """Where the ledger lives."""
    logging: LoggingConfig = LoggingConfig()
    """What is logged, and where."""
    threads: int = Field(default=4, ge=1, le=64)
    """How many garages are read at once, and how many delivered at once."""
    probe: ProbeConfig = ProbeConfig()
    """How iGarage is asked whether it is there again, while a garage is paused."""
    """How a paused garage is probed."""

    @property
    def database_url(self) -> str | None:
        """The database's URL with its password, for the ledger only; None when the state is a folder."""
        return self.state.database.get_secret_value() if self.state.database else None

    @property
    def state_directory(self) -> Path | None:
        """The state's folder; None when the state is a database."""
        return self.state.directory
