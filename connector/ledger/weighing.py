"""What a staged passport is to the ledger: new, changed, or what its source or the ledger said before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from connector.canonical import parsed
from connector.ledger import owning

Row = Mapping[Any, Any]
Values = dict[str, Any]
Weighed = Literal["new", "changed", "unchanged"]


def weigh(row: Row, said: Row | None, prior: Row | None) -> Weighed:
    """What a staged passport is to the ledger: `row` as staged, what its key `said`, `prior` of its plate.

    What the source said last time under this key is unchanged, whatever another source has said since.
    """
    if prior is None:
        return "new"
    if said and said["said"] == row["said"] and said["plate"] == row["plate"]:
        return "unchanged"
    if (
        prior["absent"] and said and said["plate"] == row["plate"]
    ):  # withdrawn, though its source goes on naming it
        return "unchanged"
    prior = owning.as_wanted(prior)
    changed = owning.is_news(prior, row) or changed_fields(prior, row) or told_otherwise(prior, row)
    return "changed" if changed else "unchanged"


def changed_fields(prior: Row, row: Row) -> list[str]:
    """The fields in which two contents differ."""
    if prior["content"] == row["content"]:
        return []
    before, after = parsed(prior["content"]), parsed(row["content"])
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def told_otherwise(prior: Row, row: Row) -> Values:
    """The facts beside the content that a row says otherwise; what it does not say stands."""
    said = parsed(row["facts"]) if row["facts"] != "{}" else {}
    return {name: value for name, value in said.items() if prior[name] != value}
