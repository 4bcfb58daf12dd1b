"""The ledger's book of nightly statements; one transaction per method."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from connector.comparing import Statement
from connector.ledger import mails, stating
from connector.ledger.correcting import Turn
from connector.ledger.stating import Candidate, Heard
from connector.ledger.turns import Turns
from connector.plan import Policy

NIGHT = timedelta(hours=24)
"""How far the first statement looks back."""


@dataclass(frozen=True, slots=True)
class StatementBook(Turns):
    """The statements of each garage."""

    def stated_for(self, garage: str) -> date | None:
        """The local date of the last run that is stated; None of a garage that was only met now."""
        with self.database.read() as connection:
            return stating.stated_for(connection, garage)

    def begin(self, garage: str, day: date) -> None:
        """The next statement is that of the run after this date's."""
        with self._turn(garage, "statement_begun") as connection:
            stating.begin(connection, garage, day)

    def candidates(self, garage: str, sample: int, chance: Callable[[], float]) -> list[Candidate]:
        """Whom to ask iGarage about. `chance` draws from [0, 1)."""
        with self.database.read() as connection:
            since = self._since(connection, garage)
            return stating.candidates(connection, garage, since, sample, chance)

    def state(
        self,
        garage: str,
        day: date,
        begun: datetime,
        heard: Sequence[Heard],
        whole: Collection[str],
        policy: Policy,
        today: date,
    ) -> Statement:
        """Write what iGarage answered, and the statement with it. `begun`: since when the next one looks."""
        with self._turn(garage, "statement") as connection:
            now = self.now()
            policy = mails.in_force_to_write(connection, garage, policy, today, now)
            read, at_igarage = stating.figures(connection, garage, whole, self._since(connection, garage))
            differences = stating.write(connection, Turn(garage, policy, today, now), heard)
            made = Statement(day, begun, read, at_igarage, len(heard), differences)
            stating.keep(connection, garage, made)
            return made

    def _since(self, connection: sa.Connection, garage: str) -> datetime:
        """Since when to look: the last statement, unless there is none or it is of a clock that ran ahead."""
        last, now = stating.last(connection, garage), self.now()
        return last.at if last and last.at <= now else now - NIGHT
