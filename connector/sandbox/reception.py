"""iGarage's own people, and the post office: what happens to passports and addresses without a request."""

from __future__ import annotations

import json
from dataclasses import replace

from connector.sandbox import deeds
from connector.sandbox.deeds import Scene
from connector.sandbox.feed import News, tell
from connector.sandbox.records import AddressVerdict, same_address
from connector.sandbox.state import set_verdict


def activate(scene: Scene) -> None:
    """The customer accepts the invitation."""
    scene.db.execute(
        "UPDATE passports SET state='active' WHERE garage=? AND plate=?", (scene.garage, scene.plate)
    )
    deeds.note(scene, "activate", "activated")


def invite(scene: Scene) -> None:
    """Reception sends the invitation by hand."""
    deeds.invite(scene, "reception")
    deeds.note(scene, "invite", "sent", mailed=True)


def remove(scene: Scene) -> None:
    """Reception throws the passport away."""
    deeds.delete_passport(scene, "remove")


def bounce(scene: Scene, verdict: AddressVerdict, plate: str | None) -> None:
    """A mail came back. Without a plate the feed names each passport whose mail it may have been.

    Where no passport of the address was mailed, one item speaks of the address alone.
    """
    set_verdict(scene.db, verdict)
    mailed: list[str | None] = [*_mailed_at(scene, verdict.address)]
    plates = [plate] if plate is not None else mailed or [None]
    for each in plates:
        tell(scene, News(each, verdict.address, "invalid", verdict.reason))


def deliver_ok(scene: Scene, address: str, plate: str | None) -> None:
    """A mail arrived after all."""
    set_verdict(scene.db, AddressVerdict(address, "ok", None, refused=False))
    tell(scene, News(plate, address, "ok"))


def opt_out(scene: Scene, address: str, plate: str | None) -> None:
    """The customer wants no mail any more."""
    set_verdict(scene.db, AddressVerdict(address, "opted_out", "unsubscribed", refused=False))
    tell(scene, News(plate, address, "opted_out", "unsubscribed"))


def correct(scene: Scene, plate: str | None, address: str, corrected_to: str, *, sent: bool) -> None:
    """Reception corrects an address in "Onjuiste E-mails"; LookupError when no such passport has it."""
    plates = [each for each in _living_at(scene, address) if plate in (None, each)]
    if not plates:
        raise LookupError(f"no such passport with this address at {scene.garage}")
    for each in plates:
        _re_address(replace(scene, plate=each), corrected_to.strip(), sent=sent)
    tell(scene, News(plate, address, "corrected", None, corrected_to.strip(), sent))


def _re_address(scene: Scene, address: str, *, sent: bool) -> None:
    passport = deeds.on_file(scene)
    assert passport is not None  # noqa: S101 - the caller has just found it
    body = json.loads(passport["body"])
    body["customer"]["email"] = address
    deeds.store(scene, body, address)
    if sent:
        deeds.invite(scene, "reception")
    deeds.note(scene, "correct", "corrected", mailed=sent, send=sent, body=body)


def _living_at(scene: Scene, address: str) -> list[str]:
    rows = scene.db.execute(
        "SELECT plate FROM passports WHERE garage=? AND same(address)=? ORDER BY plate",
        (scene.garage, same_address(address)),
    )
    return [row["plate"] for row in rows]


def _mailed_at(scene: Scene, address: str) -> list[str]:
    rows = scene.db.execute(
        """SELECT DISTINCT plate FROM mails WHERE garage=?1 AND same(address)=?2 AND plate IN
        (SELECT plate FROM passports WHERE garage=?1 AND same(address)=?2) ORDER BY plate""",
        (scene.garage, same_address(address)),
    )
    return [row["plate"] for row in rows]
