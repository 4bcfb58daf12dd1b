"""Idempotency-Keys: what a server may do with them, in three modes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import get_args

from connector.sandbox.answers import Answer, problem
from connector.sandbox.records import Mode

MEMORY_OF_KEYS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One use of a key: by whom, when, and the digest of what is asked with it."""

    garage: str
    key: str
    digest: str
    now: datetime


class Keys:
    """The first 2xx answer of each key of a garage, and the keys that are being worked on right now."""

    def __init__(self, mode: Mode) -> None:
        self._lock = Lock()
        self._at_work: set[tuple[str, str]] = set()
        self.mode: Mode = mode

    def switch(self, mode: Mode) -> None:
        """Go on in another mode."""
        if mode not in get_args(Mode):
            raise ValueError(f"mode must be one of {', '.join(get_args(Mode))}")
        self.mode = mode

    @contextmanager
    def at_work(self, garage: str, key: str) -> Iterator[bool]:
        """Whether this key is ours to work on: False while another request with it has not ended."""
        if self.mode == "ignores":
            yield True
            return
        with self._lock:
            mine = (garage, key) not in self._at_work
            self._at_work.add((garage, key))
        try:
            yield mine
        finally:
            if mine:
                with self._lock:
                    self._at_work.discard((garage, key))

    def first_answer(self, db: sqlite3.Connection, use: KeyUse) -> Answer | None:
        """The answer that this key had before, the refusal of its second use, or None for a new key."""
        if self.mode == "ignores":
            return None
        row = db.execute("SELECT * FROM keys WHERE garage=? AND key=?", (use.garage, use.key)).fetchone()
        if row is None or (self.mode == "forgets" and _old(row["at"], use.now)):
            return None
        if row["digest"] != use.digest:
            return problem(422, "idempotency_key_reused", "This key came before with something else.")
        return Answer(row["status"], row["body"], row["content_type"], replayed=True)

    def remember(self, db: sqlite3.Connection, use: KeyUse, answer: Answer) -> None:
        """Keep a 2xx answer; others are not remembered."""
        if self.mode == "ignores" or not 200 <= answer.status < 300:
            return
        row = (use.garage, use.key, use.digest, use.now.timestamp())
        db.execute(
            "INSERT OR REPLACE INTO keys VALUES (?,?,?,?,?,?,?)",
            (*row, answer.status, answer.content_type, answer.body),
        )


def _old(at: float, now: datetime) -> bool:
    return now.timestamp() - at >= MEMORY_OF_KEYS.total_seconds()
