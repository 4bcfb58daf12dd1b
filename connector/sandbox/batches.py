"""Batches: taken whole, run at the garage's own time, and read back item by item.

Nothing here waits: a queued batch is run as soon as anybody calls or looks after its moment, and what it does is
done *at* its moment.
"""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.sandbox import deeds
from connector.sandbox.answers import Answer, FieldError, json_answer, problem
from connector.sandbox.bodies import passport_errors
from connector.sandbox.deeds import Scene
from connector.sandbox.pages import PageOrder, QueryError, Shelf, page_of, said
from connector.sandbox.records import Garage, instant

_COUNTED = """SELECT b.*, count(i.position) AS total, total(i.result='created') AS created,
    total(i.result='updated') AS updated, total(i.result='failed') AS failed
    FROM batches AS b LEFT JOIN batch_items AS i ON i.batch=b.number
    WHERE b.garage=?1 AND b.state!='withdrawn' AND (?2 IS NULL OR b.number=?2)
    AND (?3 IS NULL OR b.reference=?3) GROUP BY b.number ORDER BY b.number"""
_ID = re.compile(r"batch-([1-9]\d{0,17})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one item: `result` is created, updated or failed (then with a code and a message)."""

    result: str
    sent: bool = False
    code: str | None = None
    message: str | None = None
    email: dict[str, Any] | None = None


def queue(scene: Scene, batch: dict[str, Any], facts: Garage) -> Answer:
    """POST /batches: as large as the garage's limit at most; its items are not looked into."""
    if facts.batch_size is not None and len(batch["passports"]) > facts.batch_size:
        return problem(413, "too_large", f"A batch holds {facts.batch_size} passports at most.")
    run_at = next_run(scene.now, facts)
    row = (scene.garage, scene.key, batch["reference"], instant(scene.now), instant(run_at))
    number = scene.db.execute(
        "INSERT INTO batches (garage, key, reference, state, queued_at, run_at) VALUES (?,?,?,'queued',?,?)",
        row,
    ).lastrowid
    scene.db.executemany(
        "INSERT INTO batch_items (batch, position, plate, body) VALUES (?,?,?,?)",
        [
            (number, position, passport["plate"], json.dumps(passport))
            for position, passport in enumerate(batch["passports"])
        ],
    )
    return _batch_answer(scene, f"batch-{number}", 202)


def next_run(now: datetime, facts: Garage) -> datetime:
    """The next `batch_at` after now, in UTC: once each local date, also where the clock is put forward or back."""
    zone, at = ZoneInfo(facts.timezone), time.fromisoformat(facts.batch_at)
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in (0, 1))
    moments = [datetime.combine(day, at, zone).astimezone(UTC) for day in days]
    return moments[0] if moments[0] > now else moments[1]


def read_batch(scene: Scene, batch: str) -> Answer:
    """GET /batches/{id}."""
    return _batch_answer(scene, batch, 200)


def find_batches(scene: Scene, query: str) -> Answer:
    """GET /batches?reference=R; QueryError without a reference."""
    reference = said(query, "reference")
    if reference is None:
        raise QueryError("reference is required.")
    rows = scene.db.execute(_COUNTED, (scene.garage, None, reference))
    return json_answer(200, {"items": [_told(row) for row in rows]})


def withdraw(scene: Scene, batch: str) -> Answer:
    """DELETE /batches/{id}: while it is queued."""
    row = _found(scene, batch)
    if row is None:
        return _not_found()
    if row["state"] != "queued":
        return problem(409, "running", "This batch is no longer queued.")
    scene.db.execute("UPDATE batches SET state='withdrawn' WHERE number=?", (row["number"],))
    return Answer(204)


def read_items(scene: Scene, batch: str, query: str, order: PageOrder | None) -> Answer:
    """GET /batches/{id}/items: what became of each passport so far; QueryError when the query is not right."""
    row = _found(scene, batch)
    if row is None:
        return _not_found()
    page = page_of(_shelf(scene, row), query, order, may_turn=row["state"] == "done")
    return json_answer(200, {"items": page.items, "next": page.next if page.more else None})


def run_due(db: sqlite3.Connection, now: datetime) -> None:
    """Run every batch whose moment has come, at that moment, in the order of their moments."""
    due = "SELECT * FROM batches WHERE state='queued' AND run_at<=? ORDER BY run_at, number"
    for row in db.execute(due, (instant(now),)).fetchall():
        _run(db, row, datetime.fromisoformat(row["run_at"]), None)


def run_now(db: sqlite3.Connection, now: datetime, garage: str | None, only: int | None) -> None:
    """Run what is queued or running; with `only`, so many items of each, which then stays running."""
    waiting = """SELECT * FROM batches WHERE state IN ('queued', 'running') AND (?1 IS NULL OR garage=?1)
        ORDER BY number"""
    for row in db.execute(waiting, (garage,)).fetchall():
        _run(db, row, now, only)


def _run(db: sqlite3.Connection, row: sqlite3.Row, now: datetime, only: int | None) -> None:
    if row["state"] == "queued":
        change = "UPDATE batches SET state='running', run_at=? WHERE number=?"
        db.execute(change, (instant(now), row["number"]))
    scene = Scene(db, now, row["garage"], "", f"batch-{row['number']}")
    todo = "SELECT * FROM batch_items WHERE batch=? AND result IS NULL ORDER BY position LIMIT ?"
    for item in db.execute(todo, (row["number"], -1 if only is None else only)).fetchall():
        _settle(scene, item)
    if only is None:
        change = "UPDATE batches SET state='done', finished_at=? WHERE number=?"
        db.execute(change, (instant(now), row["number"]))


def _settle(scene: Scene, item: sqlite3.Row) -> None:
    became = _became(replace(scene, plate=item["plate"]), json.loads(item["body"]))
    email = None if became.email is None else json.dumps(became.email)
    scene.db.execute(
        """UPDATE batch_items SET result=?, sent=?, code=?, message=?, email=?
        WHERE batch=? AND position=?""",
        (became.result, became.sent, became.code, became.message, email, item["batch"], item["position"]),
    )


def _became(scene: Scene, passport: dict[str, Any]) -> _Result:
    errors = passport_errors(scene.plate, passport)
    if errors:
        return _invalid(errors, passport)
    address = str(passport["customer"]["email"]).strip()
    taken = deeds.take_passport(scene, passport, "batch")
    if taken.result == "owner_conflict":
        return _Result("failed", code="owner_conflict", message=deeds.OTHER_OWNER)
    email = deeds.email_status(scene, address)
    if taken.result == "email_invalid":
        return _Result("failed", code="email_invalid", message=deeds.KNOWN_BAD, email=email)
    return _Result(taken.result, sent=taken.mailed, email=email)


def _invalid(errors: list[FieldError], passport: dict[str, Any]) -> _Result:
    """Only where nothing but the address is wrong is it said of the address."""
    message = "; ".join(f"{error.field}: {error.message}" for error in errors)
    if any(error.code != "email_invalid" for error in errors):
        return _Result("failed", code="invalid", message=message)
    email = {"address": passport["customer"]["email"], "state": "invalid", "reason": "syntax"}
    return _Result("failed", code="email_invalid", message=message, email=email)


def _shelf(scene: Scene, batch: sqlite3.Row) -> Shelf:
    def fetch(first: int, count: int) -> list[dict[str, Any]]:
        rows = scene.db.execute(
            """SELECT * FROM batch_items WHERE batch=? AND position>=? AND result IS NOT NULL
            ORDER BY position LIMIT ?""",
            (batch["number"], first, count),
        )
        return [_item(row) for row in rows]

    settled = sum(int(batch[name]) for name in ("created", "updated", "failed"))
    return Shelf(f"items {batch['number']}", settled, fetch)


def _item(row: sqlite3.Row) -> dict[str, Any]:
    told = {name: row[name] for name in ("plate", "result", "code", "message")}
    email = None if row["email"] is None else json.loads(row["email"])
    return {**told, "sent": bool(row["sent"]), "email": email}


def _batch_answer(scene: Scene, batch: str, status: int) -> Answer:
    row = _found(scene, batch)
    return _not_found() if row is None else json_answer(status, _told(row))


def _found(scene: Scene, batch: str) -> sqlite3.Row | None:
    written = _ID.fullmatch(batch)
    if written is None:
        return None
    row: sqlite3.Row | None = scene.db.execute(_COUNTED, (scene.garage, int(written[1]), None)).fetchone()
    return row


def _told(row: sqlite3.Row) -> dict[str, Any]:
    facts = {name: row[name] for name in ("reference", "state", "run_at", "finished_at")}
    counts = {name: int(row[name]) for name in ("total", "created", "updated", "failed")}
    return {"id": f"batch-{row['number']}", **facts, "counts": counts}


def _not_found() -> Answer:
    return problem(404, "not_found", "There is no such batch.")
