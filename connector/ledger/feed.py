"""The feed of address changes, written into the ledger: verdicts, and how far it was followed.

The same item may come again, also much later and out of its turn: what is older than iGarage's last word on an
address says nothing any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from connector.closing import PASSING
from connector.emails import key as address_key
from connector.ledger import correcting
from connector.ledger import passports as passport_rows
from connector.ledger.correcting import Turn
from connector.ledger.schema import addresses, cursors, notices, passports
from connector.ledger.suspects import IGNORED
from connector.ledger.writing import event, record, upsert
from connector.model import AddressChange
from connector.plan import AddressVerdict

ENOUGH = 3
"""Notices of a passing reason, of different time, after which an address is held to be bad."""
MAILED = frozenset(("hard_bounce", "soft_bounce", "mailbox_full", "complaint"))
"""Reasons that only a mail that was sent can have."""
_OF_IGARAGE = frozenset(("ok", "bounced", "unwritable", "opted_out"))
"""Verdicts whose time is that of iGarage's word."""


def cursor(connection: sa.Connection, garage: str) -> str | None:
    """Where to go on in the feed of a garage; None: at its start."""
    return connection.execute(sa.select(cursors.c.cursor).where(cursors.c.garage == garage)).scalar()


def hear(
    connection: sa.Connection, turn: Turn, items: Sequence[AddressChange], after: str | None, onward: str
) -> int | None:
    """Write a page and the cursor behind it; how many addresses were judged anew.

    None, and nothing is written, where the page was read from elsewhere than where the ledger stands.
    """
    if cursor(connection, turn.garage) != after:
        return None
    upsert(connection, cursors, [{"garage": turn.garage, "cursor": onward}])
    judged = [each for item in items for each in _hear(connection, turn, item)]
    passport_rows.reindex(connection, turn.garage, turn.policy, turn.today, only_addresses=judged)
    return len(set(judged))


def start_over(connection: sa.Connection, garage: str) -> None:
    """iGarage does not know our cursor: the feed is followed from its start once more."""
    connection.execute(cursors.delete().where(cursors.c.garage == garage))


def _hear(connection: sa.Connection, turn: Turn, item: AddressChange) -> list[str]:
    """Write one item; the addresses whose passports must be looked at anew."""
    address = address_key(item.address)
    if item.state == "corrected":
        return [address] if correcting.adopt(connection, turn, item) else []
    told = _note_invitation(connection, turn, item, address)
    verdict = _verdict(connection, turn, item, address)
    if verdict is None:
        return told
    _clear_notices(connection, turn, address, verdict)
    standing = _standing(connection, turn.garage, address)
    upsert(
        connection,
        addresses,
        [
            {
                "garage": turn.garage,
                "address": address,
                "verdict": verdict,
                "reason": item.reason,
                "since": item.at,
            }
        ],
    )
    if (standing["verdict"] if standing else "ok") == verdict:
        return told
    plates = _plates(connection, turn.garage, address)
    detail = {"verdict": verdict, "reason": item.reason}
    record(connection, [event(turn.garage, each, turn.now, "address_judged", **detail) for each in plates])
    return [address]


def _verdict(
    connection: sa.Connection, turn: Turn, item: AddressChange, address: str
) -> AddressVerdict | None:
    """The verdict that an item makes of an address; None where what stands, stands."""
    standing = _standing(connection, turn.garage, address)
    if standing and _is_settled(item, standing):
        return None
    if item.state == "ok":
        return "ok"
    if item.state == "opted_out":
        return "opted_out"
    if item.reason in PASSING and _notices(connection, turn.garage, address, item.at) < ENOUGH:
        return None
    return "bounced"


def _is_settled(item: AddressChange, standing: sa.RowMapping) -> bool:
    """Whether an item changes nothing about a verdict that stands.

    An opt-out is for good, whenever it was, and an address that is none by its syntax is none whatever arrives there.
    """
    verdict = standing["verdict"]
    if item.state == "opted_out":
        return bool(verdict == "opted_out")
    if verdict == "opted_out" or (verdict == "unwritable" and standing["reason"] == "syntax"):
        return True
    if item.state == "invalid" and verdict in ("bounced", "unwritable"):
        return True
    return verdict in _OF_IGARAGE and standing["reason"] != IGNORED and item.at < standing["since"]


def _notices(connection: sa.Connection, garage: str, address: str, at: datetime) -> int:
    """Keep a notice; how many there are of different time."""
    upsert(connection, notices, [{"garage": garage, "address": address, "at": at}])
    query = sa.select(sa.func.count()).select_from(notices)
    return connection.execute(
        query.where(notices.c.garage == garage, notices.c.address == address)
    ).scalar_one()


def _clear_notices(connection: sa.Connection, turn: Turn, address: str, verdict: AddressVerdict) -> None:
    """What arrived, arrives: notices from before are over."""
    if verdict == "ok":
        connection.execute(
            notices.delete().where(notices.c.garage == turn.garage, notices.c.address == address)
        )


def _note_invitation(connection: sa.Connection, turn: Turn, item: AddressChange, address: str) -> list[str]:
    """A mail that came back was sent, though no answer told of it: by reception, in iGarage."""
    if item.state != "invalid" or item.plate is None or item.reason not in MAILED:
        return []
    of_plate = (passports.c.garage == turn.garage) & (passports.c.plate == item.plate)
    there = sa.func.coalesce(passports.c.delivered_address, passports.c.address) == address
    nobody_yet = passports.c.invited_address.is_(None) & there
    noted = passports.update().where(of_plate, nobody_yet)
    if not connection.execute(noted.values(invited_address=address, invited_at=item.at)).rowcount:
        return []
    record(connection, [event(turn.garage, item.plate, turn.now, "invited", by="iGarage")])
    return [address]


def _standing(connection: sa.Connection, garage: str, address: str) -> sa.RowMapping | None:
    query = sa.select(addresses.c.verdict, addresses.c.reason, addresses.c.since)
    of_address = (addresses.c.garage == garage) & (addresses.c.address == address)
    return connection.execute(query.where(of_address)).mappings().first()


def _plates(connection: sa.Connection, garage: str, address: str) -> list[str]:
    query = sa.select(passports.c.plate).where(passports.c.garage == garage, passports.c.address == address)
    return list(connection.execute(query.order_by(passports.c.plate)).scalars())
