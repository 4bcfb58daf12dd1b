"""One of a garage's `sources`: where a stream of records comes from, and how it is read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    InstanceOf,
    PrivateAttr,
    SerializeAsAny,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticKnownError

from connector.config.forms import FilePath, SafeId, Seconds, Strict, at_least_one
from connector.config.http_file import HttpConfig
from connector.config.receive_file import ReceiveConfig
from connector.kit import Duration

_PATTERN_FAULT = re.compile(r"[/\\\x00-\x1f\x7f]|\.\.")


def _by_manner(contains: Any, info: ValidationInfo) -> Any:
    """What a file holds where nobody says: an export is whole, a poll or a push is a part."""
    if contains is not None:
        return contains
    return "all" if info.data.get("watch") is not None else "selection"


def listed(items: Any) -> Any:
    """One item that stands alone as a list of it."""
    return [items] if isinstance(items, str) else items


def _file_name_pattern(pattern: str) -> str:
    if not pattern.strip() or _PATTERN_FAULT.search(pattern):
        raise ValueError("must be a pattern for file names, as *.csv, without folders or ..")
    return pattern


Pattern = Annotated[str, BeforeValidator(_file_name_pattern)]


class SourceConfig(Strict):
    """Where one stream of records comes from: a folder that is watched, an API that is polled, or a system that pushes.

    A source that watches may be pushed to as well: the export brings what was there before the pushing began.

    `poll`, `scan_every`, `settle` and `lag` in seconds. `archive`: folder to which a file is moved once the ledger has
    it; None leaves it where it is.

    `settings` is the adapter's own model, validated by the loader; None for an adapter that has none.
    """

    name: SafeId = Field(examples=["klanten"])
    """Name of the source: a-z, 0-9 and -, unique within the garage."""
    adapter: str = Field(examples=["generic_csv"])
    """The installed adapter that reads it; `igarage-connector plugins` lists them."""
    poll: Seconds | None = Field(default=None, examples=[300])
    """Seconds between two polls of the garage system's API; in place of watch."""
    receive: ReceiveConfig | None = None
    """Where the garage system pushes its records to; by itself, or beside watch."""
    watch: Annotated[FilePath | None, Field(validate_default=True, examples=["./export"])] = None
    """Folder where the exports come, relative to this file. Write a Windows path in single quotes."""
    since: date | None = Field(default=None, examples=["2025-01-01"])
    """The day from which the first poll reads what changed; without it, all there is."""
    lag: Duration = 3600.0
    """How far every later poll reaches back beyond what it has seen, as 10m or 1h: it costs nothing."""
    http: Annotated[HttpConfig | None, Field(validate_default=True)] = None
    """How the API of a polled source is reached."""
    pattern: Annotated[tuple[Pattern, ...], BeforeValidator(listed), AfterValidator(at_least_one)] = (
        "*.csv",
    )
    """Names of the files that are read."""
    contains: Annotated[
        Literal["all", "selection"],
        BeforeValidator(_by_manner),
        Field(validate_default=True, examples=["all"]),
    ] = None  # type: ignore[assignment]  # made of how the source is read
    """What a file holds: all, the whole customer base each time; or selection, a part, as an APK mailing or a poll."""
    scan_every: Seconds = 30.0
    """Seconds between full listings of the folder."""
    settle: float = Field(default=3.0, ge=0, le=3600, allow_inf_nan=False)
    """Seconds a file must stand still before it is read."""
    archive: FilePath | None = Field(default=None, examples=["./verwerkt"])
    """Folder to which a file is moved once the ledger has it; without it a file stays where it is."""
    settings: SerializeAsAny[InstanceOf[BaseModel]] | None = None
    """The adapter's own settings; its README explains them."""
    _unusable: str | None = PrivateAttr(default=None)

    @property
    def unusable(self) -> str | None:
        """Why nothing can be read of this source until the program is started anew: its adapter is broken."""
        return self._unusable

    def set_aside(self, why: str) -> None:
        """Nothing can be read of it: its settings were never judged."""
        self._unusable = why

    @property
    def folder(self) -> Path:
        """The folder of a source that watches one. Raises ValueError for a source that is polled."""
        if self.watch is None:
            raise ValueError("this source watches no folder")
        return self.watch

    @field_validator("watch")
    @classmethod
    def _one_manner(cls, watch: Path | None, info: ValidationInfo) -> Path | None:
        if "poll" not in info.data:
            return watch  # what is wrong there is told already
        received = info.data.get("receive") is not None
        if watch is None and info.data["poll"] is None and not received and "receive" in info.data:
            raise PydanticKnownError("missing")
        if received and info.data["poll"] is not None:
            raise ValueError(
                "may not be polled beside receive: a source that is pushed to may watch a folder"
            )
        if watch is not None and info.data["poll"] is not None:
            raise ValueError("stands beside poll: a source watches a folder or polls an API")
        return watch

    @field_validator("http")
    @classmethod
    def _of_a_poll(cls, http: HttpConfig | None, info: ValidationInfo) -> HttpConfig | None:
        polls = info.data.get("poll") is not None
        if polls and http is None:
            raise PydanticKnownError("missing")
        if http is not None and not polls and info.data.get("watch") is not None:
            raise ValueError("stands beside watch: it is for a source that polls")
        return http
