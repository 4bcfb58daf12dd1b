"""Errors, named by the reaction they ask for.

ConnectorError
├── ConfigError            the garage's file must change          → that garage does not start; the others do
├── LedgerError
│   ├── LedgerInUse        another process has this ledger        → leave it to that one
│   ├── LedgerUnavailable  not now: no room, no answer            → nothing is lost; the same again, later
│   ├── LedgerDamaged      its database is broken                 → set aside, restored, completed
│   └── LedgerUnusable     its folder or database cannot serve    → stop and say so; a person must see to it
├── NotReleasable          what a person asked cannot be done     → said to that person; nothing is changed
├── SourceError
│   ├── SourceUnavailable  not now                                → same file or cursor, later
│   ├── SourceNotAdmitted  not you                                → that source pauses, and says so
│   ├── SourceFormatError  this file is not what we know          → the file is held whole, with the reason
│   └── AdapterFailed      the plugin broke                       → held, reported, the others run on
├── RecordRejected         one row cannot be a passport           → listed with file, line, column, code
└── DeliveryError
    ├── Transient          not now, perhaps with retry_after      → pending, due later
    ├── Unknown            perhaps done                           → same key again, or look first
    ├── Refused            not as it stands                       → held, or the address's verdict
    └── NotAuthorised      not you                                → the garage pauses; no attempt spent

No message carries a plate, a name, an address or a token: messages reach logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


class ConnectorError(Exception):
    """The root: whatever this program raises on purpose."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a configuration file; `line` and `column` from 1, `path` dotted, as `sources[0].watch`."""

    file: Path
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class ConfigError(ConnectorError):
    """The configuration must change; `mistakes` holds all of them at once."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class LedgerError(ConnectorError):
    """The ledger cannot be worked on."""


class LedgerInUse(LedgerError):
    """Another process works on this ledger; leave it to that one."""


class LedgerUnavailable(LedgerError):
    """Not now: the transaction left nothing, and may be tried again.

    `code` is `full` (no room on its disk), `io` (its disk fails) or `connection` (its server is away).
    """

    def __init__(self, message: str, *, code: Literal["full", "io", "connection"]) -> None:
        super().__init__(message)
        self.code = code


class LedgerDamaged(LedgerError):
    """The database is broken: it is set aside, and its place taken by what can be restored."""


class LedgerUnusable(LedgerError):
    """The state folder or database cannot serve as a ledger; the message says why and what to do."""


class NotReleasable(ConnectorError):
    """A person's decision does not fit what stands in the ledger; the message says why and what would."""


class SourceError(ConnectorError):
    """A source did not give what it should."""


class SourceUnavailable(SourceError):
    """Not now: the folder, share or service is out of reach. Ask again later.

    `retry_after`: seconds that a service asked to wait, at most an hour, or None.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceNotAdmitted(SourceError):
    """Not you: the garage system refuses the secret, or there is none. The source pauses until another one is there."""


class SourceFormatError(SourceError):
    """This file is not what we know: it is held whole, with this reason.

    `line` is the physical line from 1 and `column` the source's own column name, where they are known.
    """

    def __init__(self, message: str, *, line: int | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class AdapterFailed(SourceError):
    """The plugin broke: a foreign exception, or an answer that is not of the hook's form."""


class RecordRejected(ConnectorError):
    """One row cannot be a passport.

    `code` is one of the rejection codes of `docs/codes.md`, `column` the source's own column name, `value` the
    cell **masked**, and the message a Dutch sentence for the garage.
    """

    def __init__(
        self, code: str, message: str, *, column: str | None = None, value: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.column = column
        self.value = value


Scope = Literal["passport", "garage"]


class DeliveryError(ConnectorError):
    """A request to iGarage had no good end. `code` is the contract's code, or our own word where it has none.

    `scope` says whom the failure concerns: this passport, or every passport of the garage.
    """

    def __init__(
        self, message: str, *, code: str, scope: Scope = "passport", status: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.scope = scope
        self.status = status


class Transient(DeliveryError):
    """Not now, and certainly not done. `retry_after` in seconds, already capped at one hour, or None."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        scope: Scope = "passport",
        status: int | None = None,
        retry_after: float | None = None,
        counts: bool = True,
    ) -> None:
        super().__init__(message, code=code, scope=scope, status=status)
        self.retry_after = retry_after
        self.counts = counts
        """False where the contract says that no attempt is spent (409 `in_progress`)."""


class Unknown(DeliveryError):
    """Perhaps done: no answer, a cut answer, a 5xx, or a 2xx that is not the promised one."""


class Refused(DeliveryError):
    """Not as it stands. `field` is the field of the first error, where the service named one."""

    def __init__(
        self, message: str, *, code: str, status: int | None = None, field: str | None = None
    ) -> None:
        super().__init__(message, code=code, status=status)
        self.field = field


class NotAuthorised(DeliveryError):
    """Not you (401, 403), or not the service we think it is (404 or 405 without our code): the garage pauses."""

    def __init__(self, message: str, *, code: str, status: int | None = None) -> None:
        super().__init__(message, code=code, scope="garage", status=status)
