"""Which Wagenparkaccount a car belongs to, by the name of fleet or lease company that the garage system has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from connector.columns import normalised


def key(name: str) -> str:
    """A fleet's name as it is compared: without case, outer space, and with any spacing within as one space."""
    return normalised(name)


@dataclass(frozen=True, slots=True)
class Fleets:
    """The garage's fleets: name as compared → account, and the `accounts` that iGarage has (None: it has not said)."""

    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    accounts: frozenset[str] | None = None

    def account_of(self, name: str) -> str | None:
        """The account that the garage's file has for a fleet; None where it has none."""
        return self.names.get(key(name))

    def has(self, account: str) -> bool:
        """Whether iGarage has an account, as far as it has said."""
        return self.accounts is None or account in self.accounts

    @property
    def lacking(self) -> list[str]:
        """The accounts of the garage's file that iGarage does not have."""
        return sorted({account for account in self.names.values() if not self.has(account)})
