"""The feed of what iGarage learned of addresses: one list for each garage, which only grows."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from connector.sandbox.answers import Answer, json_answer
from connector.sandbox.deeds import Scene
from connector.sandbox.pages import PageOrder, Shelf, page_of
from connector.sandbox.records import ChangeState, instant

_TOLD = ("at", "plate", "address", "state", "reason", "corrected_to", "sent")


@dataclass(frozen=True, slots=True)
class News:
    """One thing learned, of the passport of `plate` or (None) of every passport of the address."""

    plate: str | None
    address: str
    state: ChangeState
    reason: str | None = None
    corrected_to: str | None = None
    sent: bool | None = None


def tell(scene: Scene, news: News) -> None:
    """Put one item at the end of the feed of the scene's garage."""
    row = (news.plate, news.address, news.state, news.reason, news.corrected_to, news.sent)
    scene.db.execute(
        """INSERT INTO changes (garage, at, plate, address, state, reason, corrected_to, sent)
        VALUES (?,?,?,?,?,?,?,?)""",
        (scene.garage, instant(scene.now), *row),
    )


def tell_again(scene: Scene, last: int | None) -> None:
    """Put the last so many items (None: all) at the end once more, as they were, in their order."""
    scene.db.execute(
        """INSERT INTO changes (garage, at, plate, address, state, reason, corrected_to, sent)
        SELECT garage, at, plate, address, state, reason, corrected_to, sent FROM
        (SELECT * FROM changes WHERE garage=? ORDER BY number DESC LIMIT ?) ORDER BY number""",
        (scene.garage, -1 if last is None else last),
    )


def read_changes(scene: Scene, query: str, order: PageOrder | None) -> Answer:
    """GET /emails/changes; QueryError when the query is not right."""
    page = page_of(_shelf(scene), query, order)
    return json_answer(200, {"items": page.items, "next": page.next, "more": page.more})


def _shelf(scene: Scene) -> Shelf:
    count = scene.db.execute("SELECT count(*) FROM changes WHERE garage=?", (scene.garage,)).fetchone()[0]

    def fetch(first: int, size: int) -> list[dict[str, Any]]:
        rows = scene.db.execute(
            "SELECT * FROM changes WHERE garage=? ORDER BY number LIMIT ? OFFSET ?",
            (scene.garage, size, first),
        )
        return [_item(row) for row in rows]

    return Shelf(f"changes {scene.garage}", int(count), fetch)


def _item(row: sqlite3.Row) -> dict[str, Any]:
    item = {name: row[name] for name in _TOLD}
    return {**item, "sent": None if row["sent"] is None else bool(row["sent"])}
