"""Who has the car: the newcomer whose content waits beside the passport's, and what an answer about him brings.

`proposed` holds what is to stand in the place of the content: the newcomer's, until a person says who he is; or the
same owner's new name *and* address, while iGarage is asked to take the name first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from connector.canonical import compact_json, parsed
from connector.emails import key as address_key
from connector.ledger import passports as passport_rows
from connector.model import FACT_FIELDS, Content
from connector.owners import compare, name_first
from connector.plan import Policy, same_address

Row = Mapping[Any, Any]
Values = dict[str, Any]

NO_QUESTION: Mapping[str, None] = {"held": None, "held_since": None, "held_message": None}
_OF_CONTENT = ("content", "address", "system", "record", "source")
_OF_OWNER = ("consent", "opt_out")
"""Facts that another owner does not take over from the former."""

Turn = Literal["same", "replaced", "proposed", "handed_over"]
"""Whose another content is: the same owner's, a newcomer's that counts at once, that waits for an answer, or that
iGarage is to hand over to."""


def turn(prior: Row, row: Row, policy: Policy) -> Turn:
    """Whose a source's row is. Both with the addresses that count.

    Of a newcomer nobody need be asked where the passport is withdrawn or iGarage has it no more, nor where the question
    waits about the content as it is: what is said now counts in its place.
    """
    if compare(parsed(prior["content"]), parsed(row["content"])) == "same":
        return "same"
    in_question = prior["held"] == "owner_change" and not prior["proposed"]
    if prior["absent"] or prior["held"] == "gone" or in_question:
        return "replaced"
    return "handed_over" if policy.owner_change == "transfer" else "proposed"


def is_news(prior: Row, row: Row) -> bool:
    """Whether a row says something new of a passport that has a newcomer waiting, or that was withdrawn."""
    if not prior["proposed"]:
        return bool(prior["absent"])
    known, said = _of(prior), _proposal(row)
    return any(known[name] != value for name, value in said.items())


def propose(prior: Row, row: Row, values: Row, goes_with_him: Row, now: datetime) -> Values:
    """What a newcomer writes: a question, and himself beside the content. `values` are those of his content.

    `goes_with_him` tells that he was invited already, for the plate that his record had before: while he waits, too.
    """
    newcomer = {**_proposal(row), **{name: values[name] for name in ("system", "source", "record")}}
    mailed = {name: value for name, value in goes_with_him.items() if name != "asked"}
    newcomer["invited"] = invited_as_json(mailed) or _invited_before(prior, row)
    return {
        "proposed": compact_json(newcomer),
        "held": "owner_change",
        "held_since": prior["held_since"] if prior["held"] == "owner_change" else now,
        "held_message": None,
    }


def _invited_before(prior: Row, row: Row) -> Row:
    """That somebody who waits already was invited, where he is the one of whom a row speaks."""
    if not prior["proposed"] or compare(proposed_content(prior), parsed(row["content"])) == "another":
        return {}
    return dict(_of(prior).get("invited") or {})


def back(prior: Row) -> Values:
    """What the former owner's return writes: nobody waits, and the question is over."""
    return {"proposed": None, **NO_QUESTION} if prior["proposed"] else {}


def taken_over(prior: Row, said: Row) -> Values:
    """What another owner does not take over: consent, opt-out, and invitations that were asked for."""
    return {**{name: said.get(name) for name in _OF_OWNER}, "asked": prior["answered"]}


def newcomer(row: Row, now: datetime) -> Values:
    """The proposed content in the place of the other, as a new revision. Nothing where none is proposed."""
    if not row["proposed"]:
        return {}
    proposed = _of(row)
    return {
        **{name: proposed[name] for name in _OF_CONTENT if name in proposed},
        **proposed["facts"],
        "proposed": None,
        "revision": row["revision"] + 1,
        **passport_rows.fresh_start(row, proposed["address"], now),
        **invited(proposed.get("invited") or {}),
    }


def invited_as_json(values: Row) -> Values:
    """Who was invited, and when, as JSON can tell it; empty where nobody was."""
    at = values.get("invited_at")
    return {**values, "invited_at": at.isoformat()} if at else dict(values)


def invited(told: Row) -> Values:
    """The same from JSON."""
    at = told.get("invited_at")
    return {**told, "invited_at": datetime.fromisoformat(at)} if at else dict(told)


def said_of(row: Row) -> Mapping[str, Any]:
    """The facts that the newcomer's source says of him."""
    return dict(_of(row)["facts"]) if row["proposed"] else {}


def as_wanted(row: Row) -> Row:
    """A passport as it is wanted: of two requests under way, with what the last of them brings."""
    return {**row, **wanted(row)} if row["owner_order"] == "name_first" else row


def wanted(row: Row) -> Values:
    """What gives up on sending the name first: the whole of it stands again as it is wanted."""
    if row["owner_order"] != "name_first":
        return {}
    return {**_whole(row), "owner_order": "same_owner"}


def _whole(row: Row) -> Values:
    """What stands in the place of a name that goes first: a new revision, with the address too."""
    if not row["proposed"]:
        return {}
    whole = _of(row)
    return {
        "content": whole["content"],
        "address": whole["address"],
        "revision": row["revision"] + 1,
        "proposed": None,
    }


def gone_on_with(row: Row, before: str | None) -> Values:
    """What follows an answer where an owner's name goes first. `before`: the order as the answer found it.

    Once it is known which address is on file, the name goes beside that; and when it is there, the address follows.
    """
    if before != "name_first" or row["held"]:
        return {}
    if row["proposed"]:
        return _whole(row) if row["owner_order"] is None else {}
    on_file = row["delivered_address"]
    if row["unsure"] or row["owner_order"] is None:
        return {}
    if on_file is None or same_address(on_file, row["address"]):
        return {"owner_order": None}
    content = name_first(parsed(row["content"]), on_file)
    return {
        "content": compact_json(content),
        "address": address_key(on_file),
        "revision": row["revision"] + 1,
        "proposed": compact_json({"content": row["content"], "address": row["address"], "facts": {}}),
    }


def name_given(row: Row, content: Content, revision: int) -> Values:
    """The name that iGarage was given with a revision. Of a batch the content is not at hand: the passport's is then.

    It is the same, unless the passport has changed since, and then the name is not known.
    """
    if not content and row["revision"] == revision:
        content = parsed(row["content"])
    return {"delivered_name": content.get("last_name")}


def is_spoken_of(row: Row) -> bool:
    """Whether it is a newcomer of whom the passport's source speaks now."""
    return bool(row["proposed"]) and _of(row).get("source") == row["source"]


def readdressed(row: Row, content: Values) -> Values:
    """What a corrected address of a newcomer writes: he waits with it. `content` makes his content and address."""
    return {"proposed": compact_json({**_of(row), **content})}


def proposed_content(row: Row) -> dict[str, Any]:
    """The content that waits."""
    return dict(parsed(_of(row)["content"]))


def as_said(row: Row) -> dict[str, Any]:
    """The content of a passport with the facts beside it, as far as they are said."""
    return {**parsed(row["content"]), **_facts_of(row)}


def as_proposed(row: Row) -> dict[str, Any] | None:
    """The same, as the content that waits would have it; None where none does."""
    if not row["proposed"]:
        return None
    return {**_facts_of(row), **proposed_content(row), **said_of(row)}


def _facts_of(row: Row) -> Values:
    return {name: row[name] for name in FACT_FIELDS if row[name] is not None}


def _proposal(row: Row) -> Values:
    facts = parsed(row["facts"])
    return {"content": row["content"], "address": row["address"], "facts": facts}


def _of(row: Row) -> Values:
    return dict(parsed(row["proposed"]))
