"""What pydantic found, as plain sentences at the right line: no URLs, no dumps of what was written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.config.document import Data, Document, Place, Steps, child, has
from connector.errors import Mistake

LONGEST = 300
"""Characters of a sentence that an adapter's own model may add."""

MOST = 1000
"""Mistakes told of one part; what has more is no configuration."""

_OF_A_KEY = "[key]"  # pydantic's mark for a mapping whose key, not its value, is wrong
_QUOTED = re.compile(r"'([^']*)'")

_PLAIN = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "string_type": "must be a text",
    "path_type": "must be a path",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must hold keys of its own",
    "model_type": "must hold keys of its own",
    "model_attributes_type": "must hold keys of its own",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "string_too_long": "must be at most {max_length} long",
    "string_too_short": "must be at least {min_length} long",
    "too_long": "must hold at most {max_length}",
    "too_short": "must hold at least {min_length}",
    "string_pattern_mismatch": "is not of the right form",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "union_tag_invalid": "type must be {expected_tags}",
    "union_tag_not_found": "needs type: bearer, basic, header or oauth2_client_credentials",
}


def suggestion(word: str, known: Iterable[str]) -> str:
    """` — did you mean 'x'?` for the likest of the known words, without regard to case; else nothing."""
    folded = {name.casefold(): name for name in known}
    likest = difflib.get_close_matches(word.casefold(), folded, n=1)
    return f" — did you mean '{folded[likest[0]]}'?" if likest else ""


def mistakes(
    error: ValidationError, document: Document, model: type[BaseModel], under: Steps = ()
) -> list[Mistake]:
    """Each thing that is wrong with the part of `document` under `under`, which `model` was to take."""
    data = document.at(under)
    details = error.errors(include_url=False, include_input=False)[:MOST]
    found = [_Found.of(each, data, model) for each in details]
    return [_mistake(one, document, model, under) for one in _without_lost_branches(found)]


@dataclass(frozen=True, slots=True)
class _Found:
    """One of pydantic's errors, with its way through the file. `fork` is the length of the way to a union."""

    steps: Steps
    kind: str
    message: str
    context: Mapping[str, Any]
    fork: int | None = None

    @classmethod
    def of(cls, details: ErrorDetails, data: Data, model: type[BaseModel]) -> _Found:
        """Leaves out of pydantic's location what is not in the file: the names of a union's branches."""
        steps: Steps = ()
        fork: int | None = None
        location = details["loc"]
        for number, part in enumerate(location, start=1):
            is_end = number == len(location)
            if has(data, part):
                steps, data = (*steps, part), child(data, part)
            elif is_end and (details["type"] == "missing" or part in known_keys(model, steps)):
                steps = (*steps, part)
            elif part != _OF_A_KEY and not isinstance(part, int):  # 0 of a text: a list of one, written short
                fork = len(steps) if fork is None else fork
        kind = _OF_A_KEY if _OF_A_KEY in location else details["type"]
        return cls(steps, kind, details["msg"], details.get("ctx", {}), fork)


def _without_lost_branches(found: list[_Found]) -> Iterator[_Found]:
    """Of a union that does not take what is written: only what the branch that looked deepest has to say."""
    told: set[Steps] = set()
    for one in found:
        if one.fork is None:
            yield one
            continue
        way = one.steps[: one.fork]
        group = [other for other in found if other.fork == one.fork and other.steps[: one.fork] == way]
        if way not in told:
            told.add(way)
            deeper = [other for other in group if len(other.steps) > len(way)]
            if not deeper and len(group) == 1:  # the one branch that its `type` chose
                deeper = group
            yield from deeper or [_Found(way, "union", "is not of a form that is known here", {})]


def _mistake(one: _Found, document: Document, model: type[BaseModel], under: Steps) -> Mistake:
    steps = (*under, *one.steps)
    return document.mistake(steps, _sentence(one, document.at(steps), model), _place(one, document, steps))


def _place(one: _Found, document: Document, steps: Steps) -> Place:
    if one.kind in ("extra_forbidden", _OF_A_KEY):
        return document.place_of_key(steps)
    return document.place_of_value(steps)


def _sentence(one: _Found, written: Data, model: type[BaseModel]) -> str:
    if one.kind == "extra_forbidden":
        return _PLAIN[one.kind] + suggestion(str(one.steps[-1]), known_keys(model, one.steps[:-1]))
    if one.kind == _OF_A_KEY:
        return "is not a known key" + suggestion(str(one.steps[-1]), _choices(one))
    if written is None and one.kind in _PLAIN and one.kind != "missing":
        return "is empty"
    text = _PLAIN[one.kind].format(**one.context) if one.kind in _PLAIN else _own_words(one)
    return text + (suggestion(written, _choices(one)) if isinstance(written, str) else "")


def _own_words(one: _Found) -> str:
    """A validator's own sentence, on one line."""
    text = str(one.context["error"]) if "error" in one.context else one.message
    return " ".join(text.removeprefix("Input ").split())[:LONGEST]


def _choices(one: _Found) -> list[str]:
    """The words that would do: an enumeration's, or what a validator gave as `choices`."""
    choices = one.context.get("choices")
    return list(choices) if choices else _QUOTED.findall(str(one.context.get("expected", "")))


def known_keys(model: type[BaseModel], steps: Steps) -> set[str]:
    """The keys that may stand at the end of `steps`."""
    models = {model}
    for step in steps:
        annotations = [key[1] for each in models for key in _fields(each) if key[0] == step]
        if annotations:
            models = {found for annotation in annotations for found in _models_in(annotation)}
    return {name for each in models for name, _ in _fields(each)}


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        if not field.exclude:
            yield field.alias or name, field.annotation


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
