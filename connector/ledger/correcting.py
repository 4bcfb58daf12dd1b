"""Corrections of addresses in the ledger: kept beside what sources say, and carried to the passports they are for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector.canonical import compact_json, parsed
from connector.corrections import Correction, Counted, Refusal, add, counted, is_over
from connector.emails import key as address_key
from connector.errors import NotReleasable
from connector.ledger import addresses as address_rows
from connector.ledger import conflicts, owning
from connector.ledger import passports as passport_rows
from connector.ledger.schema import addresses, corrections, events, passports, rows
from connector.ledger.writing import event, record, upsert
from connector.model import AddressChange
from connector.plan import Policy, same_address

Row = Mapping[Any, Any]
Values = dict[str, Any]

CLOCKS_APART = timedelta(hours=24)
"""The garage's clock may be wrong by so much: which of two things nearer to each other was first, iGarage's time and
ours do not tell."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What changing the passports of a garage needs to know."""

    garage: str
    policy: Policy
    today: date
    now: datetime


def known(connection: sa.Connection, garage: str) -> tuple[Correction, ...]:
    """Every correction that counts for a garage."""
    query = sa.select(corrections).where(corrections.c.garage == garage)
    found = connection.execute(query.order_by(corrections.c.plate, corrections.c.seen)).mappings()
    return tuple(Correction(each["seen"], each["meant"], each["plate"] or None, each["by"]) for each in found)


def gone_with(
    connection: sa.Connection,
    garage: str,
    moved: Mapping[str, str],
    known: Sequence[Correction],
    now: datetime,
) -> Sequence[Correction]:
    """What is known once what was corrected for one plate alone counts for the plate that its record has now, too.

    `moved`: plate → the plate that its record named before.
    """
    places = {(each.plate, address_key(each.seen)) for each in known}
    own = [replace(each, plate=plate) for plate, old in moved.items() for each in known if each.plate == old]
    new = [each for each in own if (each.plate, address_key(each.seen)) not in places]
    upsert(connection, corrections, [_as_row(garage, each, now) for each in new])
    return (*known, *new)


def applied(row: Row, known: Sequence[Correction]) -> tuple[Row, Counted | None]:
    """A staged row with the address that counts for its plate, and how that came; None where nothing is known."""
    if not known:
        return row, None
    content = parsed(row["content"])
    count = counted(content["email"], row["plate"], known)
    if count.by is None:
        return row, count
    return {**row, **_content_with(content, count.address)}, count


def end(connection: sa.Connection, garage: str, ended: Iterable[Correction]) -> None:
    """These corrections are over."""
    for each in ended:
        connection.execute(
            corrections.delete().where(
                corrections.c.garage == garage,
                corrections.c.plate == (each.plate or ""),
                corrections.c.seen == address_key(each.seen),
            )
        )


def said_no_more(
    connection: sa.Connection, garage: str, candidates: Collection[Correction]
) -> frozenset[Correction]:
    """Those of the candidates, each of one plate, of which no source says any more what was corrected."""
    query = sa.select(rows.c.plate, rows.c.address).where(
        rows.c.garage == garage, rows.c.plate.in_([each.plate for each in candidates])
    )
    said = set(map(tuple, connection.execute(query))) if candidates else set()
    return frozenset(each for each in candidates if (each.plate, address_key(each.seen)) not in said)


def end_what_is_over(connection: sa.Connection, garage: str) -> None:
    """After an export: what no source says any more needs no correction."""
    wide = [each for each in known(connection, garage) if each.plate is None]
    if not wide:
        return
    query = sa.select(rows.c.address).distinct()
    of_seen = rows.c.address.in_([address_key(each.seen) for each in wide])
    said = set(connection.execute(query.where(rows.c.garage == garage, of_seen)).scalars())
    end(connection, garage, [each for each in wide if is_over(each, said)])


def correct(connection: sa.Connection, turn: Turn, new: Correction) -> list[str]:
    """A person corrects an address, wherever it stands or for one plate; the plates that it changes.

    Raises `NotReleasable` with the reason where it is not taken.
    """
    before = known(connection, turn.garage)
    after = add(before, new, _known_invalid(connection, turn.garage))
    if isinstance(after, Refusal):
        raise NotReleasable(after.message)
    touched = _passports_at(connection, turn.garage, new.seen, new.plate)
    if not touched:
        where = (
            "bij geen enkel AutoPaspoort van deze garage" if new.plate is None else "niet bij dit kenteken"
        )
        raise NotReleasable(f"het oude adres staat {where}")
    _keep(connection, turn, before, after)
    changed = _carry(connection, turn, touched, after, new)
    _weigh_conflicts(connection, turn, touched, after)
    return changed


def adopt(connection: sa.Connection, turn: Turn, item: AddressChange) -> bool:
    """iGarage has corrected an address itself; whether that was news.

    The passport it names has the new address there already, so it is not written. Where a request of ours may have
    been done after that, which address it has is asked first. The address's others follow.
    """
    meant = item.corrected_to or item.address
    touched = _passports_at(connection, turn.garage, item.address, None)
    named = [each for each in touched if item.plate in (None, each["plate"])]
    news = [each for each in named if _is_news(connection, each, item)]
    if not touched or (named and not news) or (not named and _has(connection, turn.garage, item.plate)):
        return False
    before = known(connection, turn.garage)
    new = Correction(item.address, meant, None, "igarage")
    after = add(before, new)
    if not isinstance(after, Refusal):
        _keep(connection, turn, before, after)
        _carry(connection, turn, [each for each in touched if each not in news], after, new)
        _weigh_conflicts(connection, turn, touched, after)
    for each in news:
        values = _adopted(each, item, meant, turn.now) | _doubted(connection, each, item)
        passport_rows.update(connection, turn.garage, each["plate"], values)
    told = {"by": "igarage", "changed_at": item.at.isoformat(), "sent": item.sent}
    record(connection, [event(turn.garage, each["plate"], turn.now, "corrected", **told) for each in news])
    plates = [each["plate"] for each in news]
    passport_rows.reindex_plates(connection, turn.garage, turn.policy, turn.today, plates)
    return True


def _has(connection: sa.Connection, garage: str, plate: str | None) -> bool:
    query = sa.select(passports.c.plate).where(passports.c.garage == garage, passports.c.plate == plate)
    return connection.execute(query).first() is not None


def _is_news(connection: sa.Connection, row: Row, item: AddressChange) -> bool:
    """Whether iGarage is known to hold the address that was corrected, and this or a later correction is not known.

    A passport that was never asked for is not there, and nobody was invited for it.
    """
    if row["delivered_revision"] is None and not (row["written"] or row["unsure"]):
        return False
    if not same_address(row["delivered_address"] or row["address"], item.address):
        return False
    query = sa.select(events.c.detail).where(
        events.c.garage == row["garage"], events.c.plate == row["plate"], events.c.event == "corrected"
    )
    said = [parsed(each).get("changed_at") for each in connection.execute(query).scalars()]
    return not any(at and datetime.fromisoformat(at) >= item.at for at in said)


def _doubted(connection: sa.Connection, row: Row, item: AddressChange) -> Values:
    """That iGarage may have the former address again: by a PUT of ours that was perhaps done after its correction."""
    query = sa.select(events.c.at).where(
        events.c.garage == row["garage"],
        events.c.plate == row["plate"],
        events.c.event.in_(("delivered", "transferred")),
    )
    near = any(each > item.at - CLOCKS_APART for each in connection.execute(query).scalars())
    return {"unanswered_address": address_key(item.address)} if near else {}


def _adopted(row: Row, item: AddressChange, meant: str, now: datetime) -> Values:
    """The passport as iGarage has it by its own word: invited already, or to be invited."""
    values: Values = {}
    if same_address(row["address"], item.address):
        values = _readdressed(row, meant, now)
        if row["delivered_revision"] == row["revision"]:
            values["delivered_revision"] = values["revision"]
    if row["delivered_revision"] is not None:
        values["delivered_address"] = address_key(meant)
    if not item.sent:
        return {**values, "asked": row["answered"] + 1}
    invited = {"invited_address": address_key(meant), "invited_at": item.at, "answered": row["asked"]}
    sent_at = max(item.at, row["sent_at"] or item.at)
    return {**values, **invited, "sent_at": sent_at, "invitations": row["invitations"] + 1}


def _carry(
    connection: sa.Connection,
    turn: Turn,
    touched: Sequence[Row],
    known: Sequence[Correction],
    new: Correction,
) -> list[str]:
    """Give passports the address that counts now, as new revisions; the plates of those that had another.

    What goes back to what their source says leaves no correction to count, and they go back with it.
    """
    said = _said(connection, turn.garage, [each["plate"] for each in touched])
    verdicts = address_rows.verdicts(connection, turn.garage, (each["address"] for each in touched))
    changed: list[str] = []
    for row in map(owning.as_wanted, touched):
        count = counted(said.get(row["plate"]) or row["address"], row["plate"], known)
        goes_back = same_address(row["address"], new.seen) or owning.is_spoken_of(row)
        if count.by is None and not goes_back:
            continue
        if owning.is_spoken_of(row):  # what the source says, it says of the newcomer
            waiting = owning.readdressed(row, _content_with(owning.proposed_content(row), count.address))
            passport_rows.update(connection, turn.garage, row["plate"], waiting)
            changed.append(row["plate"])
            continue
        if same_address(count.address, row["address"]):
            continue
        verdict = verdicts.get(row["address"])
        asked = {"asked": passport_rows.asked_after_bounce(row, verdict, address_key(count.address))}
        values = _readdressed(row, count.address, turn.now) | asked
        passport_rows.update(connection, turn.garage, row["plate"], values)
        detail = {"by": new.by, "revision": values["revision"]}
        record(connection, [event(turn.garage, row["plate"], turn.now, "corrected", **detail)])
        changed.append(row["plate"])
    passport_rows.reindex_plates(connection, turn.garage, turn.policy, turn.today, changed)
    return changed


def _weigh_conflicts(
    connection: sa.Connection, turn: Turn, touched: Sequence[Row], known: Sequence[Correction]
) -> None:
    """Sources that name two addresses may mean one by what is known now."""
    plates = [each["plate"] for each in touched]
    turned = conflicts.weigh_anew(connection, turn.garage, plates, known, turn.now)
    passport_rows.reindex_plates(connection, turn.garage, turn.policy, turn.today, turned)


def _readdressed(row: Row, address: str, now: datetime) -> Values:
    """A new revision, with another address."""
    content = _content_with(parsed(row["content"]), address)
    fresh = passport_rows.fresh_start(row, content["address"], now)
    kept = {name: row[name] for name in ("proposed", "owner_order")}  # as it is wanted
    return {**content, "revision": row["revision"] + 1, **kept, **fresh}


def _content_with(content: Values, address: str) -> Values:
    content = {**content, "email": address.strip()}
    return {"content": compact_json(content), "address": address_key(address)}


def _said(connection: sa.Connection, garage: str, plates: Collection[str]) -> dict[str, str]:
    """Plate → the address that the source which spoke last names, as compared."""
    query = (
        sa.select(rows.c.plate, rows.c.address)
        .join(
            passports,
            (passports.c.garage == rows.c.garage)
            & (passports.c.plate == rows.c.plate)
            & (passports.c.source == rows.c.source),
        )
        .where(rows.c.garage == garage, rows.c.plate.in_(plates), rows.c.address.is_not(None))
    )
    return {row.plate: row.address for row in connection.execute(query)}


def _passports_at(
    connection: sa.Connection, garage: str, address: str, plate: str | None
) -> Sequence[sa.RowMapping]:
    """The passports that have an address, there or here, or whose source names it; of one plate, or (None) all."""
    seen = address_key(address)
    named = sa.select(rows.c.plate).where(rows.c.garage == garage, rows.c.address == seen)
    at = (
        (passports.c.address == seen) | (passports.c.delivered_address == seen) | passports.c.plate.in_(named)
    )
    query = sa.select(passports).where(passports.c.garage == garage, at).order_by(passports.c.plate)
    if plate is not None:
        query = query.where(passports.c.plate == plate)
    return connection.execute(query).mappings().all()


def _known_invalid(connection: sa.Connection, garage: str) -> set[str]:
    query = sa.select(addresses.c.address).where(
        addresses.c.garage == garage, addresses.c.verdict.in_(("bounced", "unwritable"))
    )
    return set(connection.execute(query).scalars())


def _keep(
    connection: sa.Connection, turn: Turn, before: Sequence[Correction], after: Sequence[Correction]
) -> None:
    """Write what is known now in the place of what was."""
    end(connection, turn.garage, [each for each in before if each not in after])
    new = [each for each in after if each not in before]
    upsert(connection, corrections, [_as_row(turn.garage, each, turn.now) for each in new])


def _as_row(garage: str, correction: Correction, now: datetime) -> Values:
    return {
        "garage": garage,
        "plate": correction.plate or "",
        "seen": address_key(correction.seen),
        "meant": correction.meant.strip(),
        "by": correction.by,
        "since": now,
    }
