"""How samples are made longer, so that it can be seen what a plugin does with a long one: what repeats is repeated."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from connector import kit
from connector.errors import SourceError
from connector.kit.xlsx_rows import Sheet, sheets
from connector.model import ExportFile, PushRequest
from connector.sampling.workbooks import packed
from connector.testing.specimens import Trial

Longer = Callable[[int], bytes]
"""Gives a file or body of at least so many records."""

_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?>")
_PROLOGUE = re.compile(rb"\s*<\?xml[^>]*\?>")


def longer_file(trial: Trial, file: ExportFile) -> Longer | None:
    """The sample, longer; None for a form that cannot be lengthened."""
    with suppress(SourceError):
        first = list(islice(trial.adapter.read(file, trial.settings), 100))
        if first and kit.is_workbook(file):
            return partial(_workbook, list(sheets(file)), (first[0].line or 2) - 1, len(first))
        with file.open() as stream:
            whole = stream.read()
        if first and b"\0" not in whole:
            return next(_of_xml(whole, len(first)), None) or _of_lines(whole, first[0].line, len(first))
    return None


def longer_push(trial: Trial, push: PushRequest) -> Longer | None:
    """The body, longer; None where its form has no room for more records than it has."""
    with suppress(SourceError):
        records = sum(1 for _ in trial.adapter.receive(push, trial.settings))
        is_json = push.media_type == "application/json"
        ways = _of_json(push.body, records) if is_json else _of_xml(push.body, records)
        return next((way for way in ways if records and _holds(trial, push, way, 2 * records + 1)), None)
    return None


def _holds(trial: Trial, push: PushRequest, way: Longer, records: int) -> bool:
    """Whether a body that was made longer is still one."""
    try:
        longer = replace(push, body=way(records))
        return sum(1 for _ in trial.adapter.receive(longer, trial.settings)) >= records
    except SourceError:
        return False


def _repeated(head: bytes, body: bytes, foot: bytes, of: int, records: int) -> bytes:
    """`body` has `of` records."""
    return head + body * -(-records // of) + foot


def _of_xml(whole: bytes, records: int) -> Iterator[Longer]:
    """What stands within the root element repeats, or that element itself."""
    if not whole.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return
    root = _ROOT.search(whole)
    end = whole.rfind(b"</" + root[1]) if root else -1
    if root is None or end < root.end():
        return
    yield partial(_repeated, whole[: root.end()], whole[root.end() : end], whole[end:], records)
    prologue = _PROLOGUE.match(whole)
    head, body = (prologue[0], whole[prologue.end() :]) if prologue else (b"", whole)
    yield partial(_repeated, head + b"<lijst>", body, b"</lijst>", records)


def _of_lines(whole: bytes, first: int | None, records: int) -> Longer:
    """The lines from the first record's on repeat."""
    lines = whole.splitlines(keepends=True)
    head = (first or 2) - 1
    body = b"".join(lines[head:])
    body = body if body.endswith(b"\n") else body + b"\n"
    return partial(_repeated, b"".join(lines[:head]), body, b"", records)


def _of_json(body: bytes, records: int) -> Iterator[Longer]:
    """A list repeats what is in it, an object what is in its lists; else it becomes a list of itself."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return
    if isinstance(data, dict):
        yield partial(_swollen, data, records)
    yield partial(_listed, data if isinstance(data, list) else [data], records)


def _listed(data: list[Any], of: int, records: int) -> bytes:
    return json.dumps(data * -(-records // of)).encode()


def _swollen(data: dict[str, Any], of: int, records: int) -> bytes:
    times = -(-records // of)
    return json.dumps(
        {name: each * times if isinstance(each, list) else each for name, each in data.items()}
    ).encode()


def _workbook(every: list[Sheet], head: int, of: int, records: int) -> bytes:
    """The rows below the header repeat, in every sheet that has any."""
    times = -(-records // of)
    return packed([replace(each, rows=each.rows[:head] + each.rows[head:] * times) for each in every])
