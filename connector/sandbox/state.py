"""The sandbox's memory: one SQLite database, in memory or in a file that outlives a restart."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from connector.sandbox.records import (
    AddressState,
    AddressVerdict,
    BatchOnFile,
    Effect,
    EmailChange,
    Mail,
    Outcome,
    PassportOnFile,
    RequestSeen,
    same_address,
)

MEMORY = ":memory:"
ALWAYS = 2
"""In the column `refused`, beside 0 and 1: also where a passport has the address already."""

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS passports (
        garage TEXT, plate TEXT, state TEXT, sent_at TEXT, address TEXT, last_name TEXT, body TEXT,
        PRIMARY KEY (garage, plate))""",
    """CREATE TABLE IF NOT EXISTS keys (
        garage TEXT, key TEXT, digest TEXT, at REAL, status INTEGER, content_type TEXT, body BLOB,
        PRIMARY KEY (garage, key))""",
    """CREATE TABLE IF NOT EXISTS effects (
        number INTEGER PRIMARY KEY, at TEXT, garage TEXT, verb TEXT, plate TEXT, key TEXT, send INTEGER,
        result TEXT, mailed INTEGER, digest TEXT, body TEXT)""",
    """CREATE TABLE IF NOT EXISTS mails (
        number INTEGER PRIMARY KEY, at TEXT, garage TEXT, plate TEXT, address TEXT, cause TEXT)""",
    "CREATE INDEX IF NOT EXISTS mails_by_plate ON mails (garage, plate)",
    """CREATE TABLE IF NOT EXISTS requests (
        number INTEGER PRIMARY KEY, at TEXT, garage TEXT, method TEXT, path TEXT, key TEXT, status INTEGER,
        outcome TEXT, fault INTEGER)""",
    """CREATE TABLE IF NOT EXISTS addresses (
        address TEXT PRIMARY KEY, state TEXT, reason TEXT, refused INTEGER)""",
    """CREATE TABLE IF NOT EXISTS changes (
        number INTEGER PRIMARY KEY, garage TEXT, at TEXT, plate TEXT, address TEXT, state TEXT, reason TEXT,
        corrected_to TEXT, sent INTEGER)""",
    "CREATE INDEX IF NOT EXISTS changes_by_garage ON changes (garage, number)",
    """CREATE TABLE IF NOT EXISTS batches (
        number INTEGER PRIMARY KEY, garage TEXT, key TEXT, reference TEXT, state TEXT, queued_at TEXT,
        run_at TEXT, finished_at TEXT)""",
    "CREATE INDEX IF NOT EXISTS batches_by_state ON batches (state, run_at)",
    """CREATE TABLE IF NOT EXISTS batch_items (
        batch INTEGER, position INTEGER, plate TEXT, body TEXT, result TEXT, sent INTEGER, code TEXT,
        message TEXT, email TEXT, PRIMARY KEY (batch, position))""",
)


class State:
    """One connection, used by one thread at a time: a deed is whole or has not happened."""

    def __init__(self, where: str | Path) -> None:
        self._lock = RLock()
        self._db = _connect(where)

    def close(self) -> None:
        """Close the database; what is in memory is gone."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction that writes; rolled back when anything is raised in it."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def arrived(self, at: str, garage: str | None, method: str, path: str, key: str | None) -> int:
        """Note a call before anything is done with it, so that a killed one is seen as well."""
        row = (at, garage, method, path, key, "open")
        with self._lock:
            cursor = self._db.execute(
                "INSERT INTO requests (at, garage, method, path, key, outcome) VALUES (?,?,?,?,?,?)", row
            )
            return int(cursor.lastrowid or 0)

    def ended(self, number: int, status: int | None, outcome: Outcome, fault: int | None) -> None:
        """Note how a call ends, before its first byte goes out."""
        with self._lock:
            self._db.execute(
                "UPDATE requests SET status=?, outcome=?, fault=? WHERE number=?",
                (status, outcome, fault, number),
            )

    def set_address(self, verdict: AddressVerdict) -> None:
        """What iGarage knows of an address from now on, for every garage."""
        with self._lock:
            set_verdict(self._db, verdict)

    def forget_keys(self) -> None:
        """Forget every Idempotency-Key."""
        with self._lock:
            self._db.execute("DELETE FROM keys")

    def mails(self, garage: str | None) -> list[Mail]:
        """Every invitation, oldest first."""
        rows = self._rows("SELECT * FROM mails WHERE ?1 IS NULL OR garage=?1 ORDER BY number", garage)
        return [Mail(**row) for row in rows]

    def requests(self, garage: str | None) -> list[RequestSeen]:
        """Every call, oldest first."""
        rows = self._rows("SELECT * FROM requests WHERE ?1 IS NULL OR garage=?1 ORDER BY number", garage)
        return [RequestSeen(**row) for row in rows]

    def effects(self, garage: str | None) -> list[Effect]:
        """Every effect, oldest first."""
        rows = self._rows("SELECT * FROM effects WHERE ?1 IS NULL OR garage=?1 ORDER BY number", garage)
        return [Effect(**{**row, **_unpacked(row)}) for row in rows]

    def passports(self, garage: str | None) -> list[PassportOnFile]:
        """Every passport as it is now, by garage and plate."""
        rows = self._rows(
            """SELECT garage, plate, state, sent_at, address, body,
                (SELECT count(*) FROM mails AS m WHERE m.garage=passports.garage AND m.plate=passports.plate)
                AS mails FROM passports WHERE ?1 IS NULL OR garage=?1 ORDER BY garage, plate""",
            garage,
        )
        return [PassportOnFile(**{**row, "body": json.loads(row["body"])}) for row in rows]

    def changes(self, garage: str | None) -> list[EmailChange]:
        """Every item of the feed, oldest first."""
        rows = self._rows("SELECT * FROM changes WHERE ?1 IS NULL OR garage=?1 ORDER BY number", garage)
        return [
            EmailChange(**{**row, "sent": None if row["sent"] is None else bool(row["sent"])}) for row in rows
        ]

    def batches(self, garage: str | None) -> list[BatchOnFile]:
        """Every batch that was taken, oldest first, with its passports as they came."""
        rows = self._rows("SELECT * FROM batches WHERE ?1 IS NULL OR garage=?1 ORDER BY number", garage)
        return [self._batch(row) for row in rows]

    def _batch(self, row: dict[str, Any]) -> BatchOnFile:
        with self._lock:
            items = self._db.execute(
                "SELECT body FROM batch_items WHERE batch=? ORDER BY position", (row["number"],)
            ).fetchall()
        passports = [json.loads(item["body"]) for item in items]
        return BatchOnFile(**row, id=f"batch-{row['number']}", passports=passports)

    def _rows(self, query: str, garage: str | None) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(row) for row in self._db.execute(query, (garage,))]


def verdict_of(db: sqlite3.Connection, address: str) -> AddressVerdict:
    """What iGarage knows of an address; of most it knows nothing."""
    row = db.execute("SELECT * FROM addresses WHERE address=?", (same_address(address),)).fetchone()
    if row is None:
        return AddressVerdict(address, "unknown", None, False)
    state: AddressState = row["state"]
    return AddressVerdict(address, state, row["reason"], row["refused"] > 0, row["refused"] == ALWAYS)


def set_verdict(db: sqlite3.Connection, verdict: AddressVerdict) -> None:
    """Write down what iGarage knows of an address."""
    refused = ALWAYS if verdict.always else int(verdict.refused)
    row = (same_address(verdict.address), verdict.state, verdict.reason, refused)
    db.execute("INSERT OR REPLACE INTO addresses VALUES (?,?,?,?)", row)


def _connect(where: str | Path) -> sqlite3.Connection:
    if str(where) != MEMORY:
        # A rehearsal may run on a garage's real export: nobody else on this machine reads it.
        os.close(os.open(where, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.create_function("same", 1, same_address, deterministic=True)
    db.execute("PRAGMA journal_mode=WAL")
    # NORMAL outlives a kill, which is what a stand-in must; power loss takes the test with it anyway.
    db.execute("PRAGMA synchronous=NORMAL")
    for statement in _SCHEMA:
        db.execute(statement)
    return db


def _unpacked(row: dict[str, Any]) -> dict[str, Any]:
    body = None if row["body"] is None else json.loads(row["body"])
    return {"body": body, "send": bool(row["send"]), "mailed": bool(row["mailed"])}
