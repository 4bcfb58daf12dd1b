"""What the contract's calls do to the passports. Each runs inside one transaction and returns the answer."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.sandbox.answers import Answer, json_answer, problem
from connector.sandbox.bodies import body_digest, email_invalid
from connector.sandbox.records import Garage, instant, same_address
from connector.sandbox.state import verdict_of

KNOWN_BAD = "This address is known to be bad."
OTHER_OWNER = "This passport belongs to another customer."


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when a deed is done: the open transaction, the moment, the garage, the plate and the key."""

    db: sqlite3.Connection
    now: datetime
    garage: str
    plate: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one passport: `result` is created, updated, email_invalid or owner_conflict."""

    result: str
    mailed: bool = False


def describe_garage(garage: Garage) -> Answer:
    """GET /garage."""
    limits = {"requests_per_minute": garage.requests_per_minute, "batch_size": garage.batch_size}
    return json_answer(
        200,
        {
            "id": garage.id,
            "name": garage.name,
            "batch_at": garage.batch_at,
            "timezone": garage.timezone,
            "limits": limits,
            "fleet_accounts": [asdict(account) for account in garage.fleet_accounts],
        },
    )


def read_passport(scene: Scene) -> Answer:
    """GET /passports/{plate}."""
    return _not_found() if on_file(scene) is None else _status_answer(scene, 200)


def put_passport(scene: Scene, passport: dict[str, Any]) -> Answer:
    """PUT /passports/{plate}."""
    taken = take_passport(scene, passport, "put")
    if taken.result == "email_invalid":
        return _known_bad()
    if taken.result == "owner_conflict":
        return problem(409, "owner_conflict", OTHER_OWNER)
    return _status_answer(scene, 201 if taken.result == "created" else 200)


def take_passport(scene: Scene, passport: dict[str, Any], cause: str) -> Taken:
    """Make or update a passport; mail when asked and new or re-addressed. `cause` is told of the mail."""
    before = on_file(scene)
    address = str(passport["customer"]["email"]).strip()
    re_addressed = before is None or same_address(before["address"]) != same_address(address)
    verdict = verdict_of(scene.db, address)
    if verdict.always or (re_addressed and verdict.refused):
        return Taken("email_invalid")
    if before is not None and re_addressed and _other_name(before, passport):
        return Taken("owner_conflict")
    mailed = bool(passport.get("send")) and re_addressed
    store(scene, passport, address)
    if mailed:
        invite(scene, cause)
    _note_put(scene, passport, before, mailed)
    return Taken("created" if before is None else "updated", mailed)


def send_passport(scene: Scene) -> Answer:
    """POST /passports/{plate}/send: one mail to the address on file."""
    before = on_file(scene)
    if before is None:
        return _not_found()
    if verdict_of(scene.db, before["address"]).refused:
        return _known_bad()
    invite(scene, "send")
    note(scene, "send", "sent", mailed=True)
    return _status_answer(scene, 202)


def transfer_passport(scene: Scene, transfer: dict[str, Any]) -> Answer:
    """POST /passports/{plate}/transfer: nobody has access until the new owner is invited.

    The passport is his from the start: a concept that was never sent, or sent by this request.
    """
    before = on_file(scene)
    if before is None:
        return _not_found()
    address = str(transfer["customer"]["email"]).strip()
    if verdict_of(scene.db, address).refused:
        return _known_bad()
    store(scene, {**json.loads(before["body"]), "customer": transfer["customer"]}, address)
    scene.db.execute(
        "UPDATE passports SET state='concept', sent_at=NULL WHERE garage=? AND plate=?",
        (scene.garage, scene.plate),
    )
    mailed = bool(transfer.get("send"))
    if mailed:
        invite(scene, "transfer")
    note(scene, "transfer", "transferred", mailed=mailed, send=mailed, body=transfer)
    return _status_answer(scene, 200)


def delete_passport(scene: Scene, verb: str = "delete") -> Answer:
    """DELETE /passports/{plate}: no effect when there is none."""
    row = (scene.garage, scene.plate)
    if scene.db.execute("DELETE FROM passports WHERE garage=? AND plate=?", row).rowcount:
        note(scene, verb, "deleted")
    return Answer(204)


def on_file(scene: Scene) -> sqlite3.Row | None:
    """The passport as it is, or None."""
    row: sqlite3.Row | None = scene.db.execute(
        "SELECT * FROM passports WHERE garage=? AND plate=?", (scene.garage, scene.plate)
    ).fetchone()
    return row


def invite(scene: Scene, cause: str) -> None:
    """Send one invitation to the address on file; a concept is now `sent`, others stay as they are."""
    passport = on_file(scene)
    assert passport is not None  # noqa: S101 - every caller has just seen or stored it
    at = _later_than(_last_mail(scene), scene.now)
    scene.db.execute(
        """UPDATE passports SET sent_at=?, state=CASE state WHEN 'concept' THEN 'sent' ELSE state END
        WHERE garage=? AND plate=?""",
        (at, scene.garage, scene.plate),
    )
    scene.db.execute(
        "INSERT INTO mails (at, garage, plate, address, cause) VALUES (?,?,?,?,?)",
        (at, scene.garage, scene.plate, passport["address"], cause),
    )


def note(
    scene: Scene,
    verb: str,
    result: str,
    *,
    mailed: bool = False,
    send: bool = False,
    body: dict[str, Any] | None = None,
) -> None:
    """Write down that something was done."""
    digest = None if body is None else body_digest(body)
    written = None if body is None else json.dumps(body)
    scene.db.execute(
        """INSERT INTO effects (at, garage, verb, plate, key, send, result, mailed, digest, body)
        VALUES (?,?,?,?,?,?,?,?,?,?)""",
        (
            instant(scene.now),
            scene.garage,
            verb,
            scene.plate,
            scene.key,
            send,
            result,
            mailed,
            digest,
            written,
        ),
    )


def store(scene: Scene, passport: dict[str, Any], address: str) -> None:
    """Write a passport down, new or over the old; its state and sent_at stay what they are."""
    row = (
        scene.garage,
        scene.plate,
        address,
        passport["customer"]["last_name"],
        json.dumps(_kept(passport)),
    )
    scene.db.execute(
        """INSERT INTO passports (garage, plate, state, address, last_name, body) VALUES (?,?,'concept',?,?,?)
        ON CONFLICT (garage, plate) DO UPDATE SET
        address=excluded.address, last_name=excluded.last_name, body=excluded.body""",
        row,
    )


def _note_put(scene: Scene, passport: dict[str, Any], before: sqlite3.Row | None, mailed: bool) -> None:
    if before is None:
        result = "created"
    elif mailed or json.loads(before["body"]) != _kept(passport):
        result = "updated"
    else:
        result = "unchanged"
    note(scene, "put", result, mailed=mailed, send=bool(passport.get("send")), body=passport)


def _kept(passport: dict[str, Any]) -> dict[str, Any]:
    """`send` is a wish of one request and no part of the passport."""
    return {name: value for name, value in passport.items() if name != "send"}


def _other_name(before: sqlite3.Row, passport: dict[str, Any]) -> bool:
    return bool(same_address(before["last_name"]) != same_address(passport["customer"]["last_name"]))


def _last_mail(scene: Scene) -> str | None:
    row = (scene.garage, scene.plate)
    last: str | None = scene.db.execute(
        "SELECT max(at) FROM mails WHERE garage=? AND plate=?", row
    ).fetchone()[0]
    return last


def _later_than(known: str | None, now: datetime) -> str:
    """Every mail has a `sent_at` newer than the one before, also when the clock stands still or runs back."""
    if known is None:
        return instant(now)
    return instant(max(now.astimezone(UTC), datetime.fromisoformat(known) + timedelta(milliseconds=1)))


def email_status(scene: Scene, address: str) -> dict[str, Any]:
    """An *EmailStatus*."""
    verdict = verdict_of(scene.db, address)
    return {"address": address, "state": verdict.state, "reason": verdict.reason}


def _status_answer(scene: Scene, status: int) -> Answer:
    passport = on_file(scene)
    assert passport is not None  # noqa: S101 - every caller has just seen or stored it
    facts = {name: passport[name] for name in ("plate", "state", "sent_at")}
    return json_answer(status, {**facts, "email": email_status(scene, passport["address"])})


def _known_bad() -> Answer:
    return problem(422, "invalid", KNOWN_BAD, [email_invalid()])


def _not_found() -> Answer:
    return problem(404, "not_found", "There is no such passport.")
