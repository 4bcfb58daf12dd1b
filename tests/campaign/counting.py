"""The ten counters: what the exports said, against what iGarage saw and what the connector tells. All must be 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .book import Book, Content, Refusal, content_at

COUNTERS = (
    "lost",
    "duplicated",
    "phantom",
    "wrong",
    "stale",
    "unlisted",
    "misplaced",
    "falsely rejected",
    "extra requests",
    "stuck",
)
Found = Counter[str]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AtIGarage:
    """What the stand-in wrote down for one garage: its records, in order, as plain values."""

    effects: Sequence[Record]
    mails: Sequence[Record]
    passports: Sequence[Record]
    requests: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Told:
    """What the connector tells of one garage: its part of `status`, and the lines of `rejected` and `held`."""

    status: Record
    rejected: Sequence[Record]
    held: Sequence[Record]


def count(book: Book, seen: AtIGarage, told: Told, *, extra: int = 0, repeats: int = 0) -> Found:
    """The counters of one garage, after everything has come to rest.

    `extra`: requests made for a source that said nothing new. `repeats`: answers that a case kept from the
    connector without the stand-in knowing it, each of which may be asked for again.
    """
    found = Found(dict.fromkeys(COUNTERS, 0))
    for counted in (
        _on_file(book, seen.passports),
        _effects(book, seen.effects),
        _mails(book, seen.mails),
        _rejections(book, told.rejected),
        _questions(book, told.held),
        _states(book, told.status),
    ):
        found.update(counted)
    found["extra requests"] += extra + max(0, repeated(seen.requests) - repeats)
    return found


def repeated(requests: Iterable[Record]) -> int:
    """Writes that were sent again although their first answer came through whole and was a success."""
    answered: set[str] = set()
    again = 0
    for each in requests:
        if each["key"] is None:
            continue
        again += each["key"] in answered
        whole = each["outcome"] in ("answered", "replayed") and each["fault"] is None
        if whole and 200 <= (each["status"] or 0) < 300:
            answered.add(each["key"])
    return again


def _on_file(book: Book, passports: Sequence[Record]) -> Found:
    found: Found = Counter()
    on_file = {each["plate"]: each for each in passports}
    found["phantom"] += len(set(on_file) - set(book.revisions))
    for plate, revisions in book.revisions.items():
        if plate in book.held:
            continue
        if plate not in on_file:
            found["lost"] += 1
        elif (content := content_at(on_file[plate]["body"])) != revisions[-1]:
            found["stale" if content in revisions else "wrong"] += 1
    return found


def _effects(book: Book, effects: Sequence[Record]) -> Found:
    """Every put must do the next thing, or a later one, that the exports said of its plate."""
    found: Found = Counter()
    reached: dict[str, int] = {}
    for each in effects:
        plate, revisions = each["plate"], book.revisions.get(each["plate"])
        if each["verb"] != "put" or each["result"] == "unchanged":
            found["phantom"] += revisions is None or each["verb"] not in ("put", "send")
            continue
        if each["result"] == "created" and plate in reached:
            found["duplicated"] += 1
            continue
        verdict, reached[plate] = _place(content_at(each["body"]), revisions, reached.get(plate, -1))
        if verdict:
            found[verdict] += 1
    return found


def _place(
    content: Content | None, revisions: Sequence[Content] | None, reached: int
) -> tuple[str | None, int]:
    """What is wrong with an effect, if anything, and which revision has been reached after it."""
    if revisions is None:
        return "phantom", reached
    later = [place for place, each in enumerate(revisions) if each == content and place > reached]
    if later:
        return None, later[0]
    if content not in revisions:
        return "wrong", reached
    return "duplicated" if revisions[reached] == content else "stale", reached


def _mails(book: Book, mails: Sequence[Record]) -> Found:
    """Every mail must go to the next address, or a later one, of its plate.

    The address that is left must have had one, though perhaps before the plate went elsewhere and came back.
    """
    found: Found = Counter()
    reached: dict[str, int] = {}
    for each in mails:
        plate, address = each["plate"], each["address"].strip().casefold()
        known = book.addresses(plate) if plate in book.revisions else []
        later = [
            place for place, one in enumerate(known) if one == address and place > reached.get(plate, -1)
        ]
        if address not in known or not book.invites or plate in book.unmailed:
            found["phantom"] += 1
        elif later:
            reached[plate] = later[0]
        else:
            found["duplicated"] += 1
    if book.invites:
        mailed = {(each["plate"], each["address"].strip().casefold()) for each in mails}
        found["lost"] += sum(_uninvited(book, plate, mailed) for plate in book.revisions)
    return found


def _uninvited(book: Book, plate: str, mailed: set[tuple[str, str]]) -> bool:
    if plate in book.held or plate in book.unmailed:
        return False
    return (plate, book.revisions[plate][-1].address) not in mailed


def _rejections(book: Book, listed: Sequence[Record]) -> Found:
    found: Found = Counter()
    due = {(each.file, each.line): each for each in book.refusals}
    stray: list[Record] = []
    for each in listed:
        expected = due.pop((each["file"], each["line"]), None)
        if expected is None:
            stray.append(each)
        else:
            found["misplaced"] += (each["column"], each["code"]) != (expected.column, expected.code)
    for each in stray:
        meant = next((place for place, refusal in due.items() if _alike(refusal, each)), None)
        found["misplaced" if meant else "falsely rejected"] += 1
        if meant:
            del due[meant]
    found["unlisted"] += len(due)
    return found


def _alike(refusal: Refusal, listed: Record) -> bool:
    return (refusal.column, refusal.code) == (listed["column"], listed["code"])


def _questions(book: Book, listed: Sequence[Record]) -> Found:
    found: Found = Counter()
    due = {**book.held, **book.held_files}
    for each in listed:
        reason = due.pop(each["plate"] or each["file"], None)
        found["falsely rejected"] += reason is None
        found["misplaced"] += reason is not None and reason != each["reason"]
    found["unlisted"] += len(due)
    return found


def _states(book: Book, status: Record) -> Found:
    passports = status["passports"]
    total, known = passports["total"], len(book.revisions)
    return Counter(
        {
            "lost": max(0, known - total),
            "phantom": max(0, total - known),
            "stuck": sum(passports[name] for name in ("pending", "sending", "in_batch"))
            + (status["state"] == "paused"),
        }
    )
