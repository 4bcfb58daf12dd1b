"""Which token belongs to which garage. Not stored: tokens are given when the sandbox starts."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock


class Tokens:
    """One token belongs to one garage; a garage may have several."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._lock = Lock()
        self._garages = dict(tokens)

    def garage_of(self, authorization: str | None) -> str | None:
        """The garage of an `Authorization` header, or None when it names none."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        with self._lock:
            return self._garages.get(token.strip())

    def set(self, token: str, garage: str | None) -> None:
        """Give the token to a garage, or (None) revoke it."""
        with self._lock:
            if garage is None:
                self._garages.pop(token, None)
            else:
                self._garages[token] = garage

    def garages(self) -> list[str]:
        """Every garage that has a token."""
        with self._lock:
            return sorted(set(self._garages.values()))
