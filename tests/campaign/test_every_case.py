"""The campaign is whole: no case is left out, and its count can see every kind of harm."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from .book import Book
from .counting import COUNTERS, AtIGarage, Told, count
from .exports import LETTERS, bad, compact, customer, plate
from .report import IDS, Line, before, case_id, page

CAR, OTHER = customer(1), customer(2)
NEWER = customer(1, km="70000")
MOVED = customer(1, email="nieuw@voorbeeld.example")


def _tests() -> Iterator[str]:
    for file in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name


def test_every_case_of_the_scorecard_has_a_test():
    assert not set(IDS) - {case_id(name) for name in _tests()}


def test_plates_are_of_one_shape_and_distinct():
    numbers = [*range(3000), 288_999, 289_000, 1_000_000, 1000 * len(LETTERS) ** 3 - 1]
    plates = [plate(number) for number in numbers]
    assert plates[0] == "ZZ-000-Z" and len(set(plates)) == len(plates)
    assert all(len(each) == 8 and each[3:6].isdigit() for each in plates)


def body(row, *, surplus=None):
    day, month, year = row["APK datum"].split("-")
    return {
        "plate": compact(row["Kenteken"]),
        "country": "NL",
        "send": True,
        "customer": {"last_name": row["Achternaam"], "email": row["E-mail"], **(surplus or {})},
        "vehicle": {"make": row["Merk"], "apk_due": f"{year}-{month}-{day}", "mileage": int(row["Km stand"])},
        "source": {"system": "generic_csv", "record": "1"},
    }


def put(row, result="created", **more):
    return {"verb": "put", "plate": compact(row["Kenteken"]), "result": result, "body": body(row, **more)}


def mail(row):
    return {"plate": compact(row["Kenteken"]), "address": row["E-mail"]}


def on_file(row, **more):
    return {"plate": compact(row["Kenteken"]), "body": body(row, **more)}


def asked(key, status=200, outcome="answered", fault=None):
    return {"key": key, "status": status, "outcome": outcome, "fault": fault}


def listed(**changes):
    line = {"file": "klanten.csv", "line": 2, "column": "APK datum", "code": "date_invalid"}
    return {**line, **changes}


def question(plate="ZZ001Z", reason="refused"):
    return {"plate": plate, "file": None, "reason": reason}


def status(total=1, state="ok", **states):
    return {
        "state": state,
        "passports": {"total": total, "pending": 0, "sending": 0, "in_batch": 0, **states},
    }


WELL = {
    "said": [[CAR]],
    "effects": [put(CAR)],
    "mails": [mail(CAR)],
    "passports": [on_file(CAR)],
    "requests": [asked("k")],
    "status": status(),
    "rejected": [],
    "held": [],
}
WITH_BAD = [CAR, bad(3)]
HARMS = {
    "a passport that never came": ("lost", {"passports": [], "effects": [], "mails": [mail(CAR)]}),
    "a plate that the ledger has not": ("lost", {"status": status(total=0)}),
    "an invitation that never went": ("lost", {"mails": []}),
    "an invitation to the former address alone": (
        "lost",
        {
            "said": [[CAR], [MOVED]],
            "effects": [put(CAR), put(MOVED, "updated")],
            "passports": [on_file(MOVED)],
        },
    ),
    "a passport made twice": ("duplicated", {"effects": [put(CAR), put(CAR)]}),
    "a revision that took effect twice": ("duplicated", {"effects": [put(CAR), put(CAR, "updated")]}),
    "a second mail": ("duplicated", {"mails": [mail(CAR), mail(CAR)]}),
    "a passport of nobody": ("phantom", {"passports": [on_file(CAR), on_file(OTHER)]}),
    "an effect of nobody": ("phantom", {"effects": [put(CAR), put(OTHER, "updated")]}),
    "a mail to an address nobody named": ("phantom", {"mails": [mail(CAR), mail(MOVED)]}),
    "another content on file": ("wrong", {"passports": [on_file(NEWER)]}),
    "a surplus field on file": ("wrong", {"passports": [on_file(CAR, surplus={"phone": "0"})]}),
    "an effect with another content": ("wrong", {"effects": [put(CAR), put(NEWER, "updated")]}),
    "an older content on file": (
        "stale",
        {"said": [[CAR], [NEWER]], "effects": [put(CAR), put(NEWER, "updated")]},
    ),
    "an older revision over a newer": (
        "stale",
        {
            "said": [[CAR], [NEWER]],
            "effects": [put(NEWER), put(CAR, "updated")],
            "passports": [on_file(NEWER)],
        },
    ),
    "a refused row nobody can find": ("unlisted", {"said": [WITH_BAD]}),
    "a question nobody is asked": ("unlisted", {"asks": {"ZZ001Z": "refused"}}),
    "a rejection in another column": (
        "misplaced",
        {"said": [WITH_BAD], "rejected": [listed(line=3, column="Merk")]},
    ),
    "a rejection on another line": ("misplaced", {"said": [WITH_BAD], "rejected": [listed(line=4)]}),
    "a question for another reason": ("misplaced", {"asks": {"ZZ001Z": "gone"}, "held": [question()]}),
    "a good row that is rejected": ("falsely rejected", {"rejected": [listed()]}),
    "a rejection that is listed twice": (
        "falsely rejected",
        {"said": [WITH_BAD], "rejected": [listed(line=3), listed(line=3)]},
    ),
    "a question that nothing asked for": ("falsely rejected", {"held": [question()]}),
    "a write after its success": ("extra requests", {"requests": [asked("k"), asked("k")]}),
    "a passport that is still to do": ("stuck", {"status": status(pending=1)}),
    "a garage that is still paused": ("stuck", {"status": status(state="paused")}),
}


def counted(said, effects, mails, passports, requests, status, rejected, held, asks=None):
    book = Book(held=dict(asks or {}))
    for rows in said:
        book.says("klanten.csv", rows)
    seen, told = AtIGarage(effects, mails, passports, requests), Told(status, rejected, held)
    return {name: number for name, number in count(book, seen, told).items() if number}


def test_a_garage_where_all_is_well_counts_nothing():
    assert counted(**WELL) == {}


@pytest.mark.parametrize("harm", HARMS)
def test_the_count_sees(harm):
    counter, changes = HARMS[harm]
    assert counted(**{**WELL, **changes}) == {counter: 1}


def test_the_table_of_harms_has_every_counter():
    assert {counter for counter, _ in HARMS.values()} == set(COUNTERS)


def test_a_write_whose_answer_was_spoilt_may_be_repeated():
    spoilt = asked("k", outcome="dropped", status=None, fault=1)
    assert counted(**{**WELL, "requests": [spoilt, asked("k")]}) == {}


def test_back_to_a_former_content_is_a_revision_of_its_own():
    effects = [put(CAR), put(NEWER, "updated"), put(CAR, "updated")]
    assert counted(**{**WELL, "said": [[CAR], [NEWER], [CAR]], "effects": effects}) == {}


# ---------------------------------------------------------------- the page

FIRST, LATER = datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)


def lines(*, failed=()):
    return [Line(each, "a case", rows=10, counted=True, failed=each in failed) for each in IDS]


def written(some, at, **told):
    return page(some, at=at, seed=1, command="pytest", **told)


def row(text, case):
    return next(each for each in text.splitlines() if each.startswith(f"| {case} |"))


def test_a_run_of_some_cases_writes_their_lines_anew_and_leaves_the_others():
    whole = written(lines(failed=["F38"]), FIRST, full=True)
    assert "1 failed, 0 not run" in whole and "**failed**" in row(whole, "F38")
    again = [each for each in lines() if each.id == "F38"]
    now = written(again, LATER, full=True, kept=before(whole, full=True))
    assert "every counter of every case is 0" in now and "1 of the cases" in now
    assert "2026-11-26 | holds" in row(now, "F38") and row(now, "F37") == row(whole, "F37")


def test_lines_of_another_size_are_not_kept():
    assert before(written(lines(), FIRST, full=False), full=True) == []


def test_a_case_that_was_not_run_counts_as_failed():
    text = written(lines()[1:], FIRST, full=True)
    assert "0 failed, 1 not run" in text and "not run" in row(text, IDS[0])
