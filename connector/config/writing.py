"""A garage's file as text, made from its schema: every key with what it is, and those not set as comments.

What is given is written as it stands; what is required and not given is a placeholder in `<…>`; what may be left
out is a comment with its default, to be set by taking the `#` away.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.config.document import Steps
from connector.config.schema import GARAGE_SCHEMA, Schema, without_null

Values = Mapping[str, Any]
"""Nested mappings, lists and scalars, as they are to stand in the file."""

Notes = Mapping[Steps, Sequence[str]]
"""What else to say above a key."""

WIDTH = 100
"""Columns of a comment."""

SETTINGS: Steps = ("sources", 0, "settings")
"""Where an adapter's settings stand in a file with one source."""

_PLAIN = re.compile(r"[^\W\d_][\w .()/+°-]*|\./[\w./-]*|https?://[\w./:-]*\w|\d+(?:\.\d+)?")
_NO_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def language_server_line(schema: str) -> str:
    """The first line of a file, by which an editor finds its schema."""
    return f"# yaml-language-server: $schema={schema}"


def garage_text(
    schema: Schema, values: Values, notes: Notes | None = None, words: Mapping[str, str] | None = None
) -> str:
    """A garage's file with one source.

    `schema` is that of `schema.garage_schema`, `values` name at least the source's adapter, `words` say what keys
    without a description of their own are (the fields of a passport).
    """
    writer = _Writer(schema, str(values["sources"][0]["adapter"]), notes or {}, words or {})
    lines = [language_server_line(f"../{GARAGE_SCHEMA}"), *writer.keys(schema, values, (), 0)]
    return "\n".join(lines) + "\n"


def scalar(value: object) -> str:
    """A text, number or truth in YAML; quoted in single quotes where it could be read as anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    if _PLAIN.fullmatch(text) and text.strip() == text and text.casefold() not in _NO_TEXT:
        return text
    return "'" + text.replace("'", "''") + "'"


def inline(value: object) -> str:
    """A value on one line: a scalar, `[a, b]` or `{a: b}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {inline(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inline, value)) + "]"
    return scalar(value)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Walks a schema and writes its keys."""

    schema: Schema
    adapter: str
    notes: Notes
    words: Mapping[str, str]

    def keys(self, schema: Schema, values: Values, steps: Steps, depth: int) -> Iterator[str]:
        """The lines of all keys of one mapping, those that are set and those that could be."""
        schema = self._resolved(schema)
        needed = _needed(schema, values)
        others = _of_the_other_manner(steps, values)
        for key, each in self._properties(schema).items():
            if key in others:
                continue
            yield from self._key(key, each, values.get(key), (*steps, key), depth, needed=key in needed)

    def _key(
        self, key: str, schema: Schema, value: Any, steps: Steps, depth: int, *, needed: bool
    ) -> Iterator[str]:
        whole = self._adapters_own() if steps == SETTINGS else self._resolved(schema)
        if steps == SETTINGS and not whole.get("properties"):
            return  # an adapter that takes no settings
        yield from self._comments(schema, steps, depth)
        indent = "  " * depth
        if self._has_keys(whole):
            is_set = value is not None or needed or (bool(_needed(whole)) and steps not in OPTIONAL)
            mark = "" if is_set else "# "
            yield f"{indent}{mark}{key}:"
            lines = self.keys(whole, value or {}, steps, depth + 1)
            yield from lines if is_set else map(_marked, lines)
        elif whole.get("type") == "array" and "properties" in self._resolved(whole.get("items", {})):
            yield f"{indent}{key}:"
            yield from self._items(whole["items"], value or [{}], steps, depth + 1)
        elif value is not None:
            yield f"{indent}{key}: {inline(value)}"
        elif needed:
            yield f"{indent}{key}: {scalar(f'<{self._example(key, whole)}>')}"
        else:
            yield f"{indent}# {key}: {self._default(key, schema, whole)}"

    def _items(self, schema: Schema, values: Sequence[Values], steps: Steps, depth: int) -> Iterator[str]:
        for number, value in enumerate(values):
            lines = list(self.keys(schema, value, (*steps, number), depth + 1))
            first = next(at for at, line in enumerate(lines) if not line.lstrip().startswith("#"))
            yield from (line[2:] for line in lines[:first])  # what stands above the dash is indented as it is
            yield "  " * depth + "- " + lines[first].lstrip()
            yield from lines[first + 1 :]

    def _comments(self, schema: Schema, steps: Steps, depth: int) -> Iterator[str]:
        indent = "  " * depth + "# "
        about = schema.get("description") or self._resolved(schema).get("description")
        for text in ([about] if about else []) + list(self.notes.get(steps, ())):
            yield from textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)

    def _properties(self, schema: Schema) -> Mapping[str, Schema]:
        """The keys of a mapping; of one whose keys are a list of words, those words, the required ones first."""
        if "properties" in schema:
            found: Mapping[str, Schema] = schema["properties"]
            return found
        first = _needed(schema)
        words = [*first, *(word for word in schema["propertyNames"]["enum"] if word not in first)]
        return {word: {} for word in words}

    def _has_keys(self, schema: Schema) -> bool:
        return "properties" in schema or "enum" in schema.get("propertyNames", {})

    def _resolved(self, schema: Schema) -> Schema:
        schema = without_null(schema)
        if "$ref" not in schema:
            return schema
        found: Schema = self.schema["$defs"][schema["$ref"].rpartition("/")[2]]
        return found

    def _adapters_own(self) -> Schema:
        """The schema of the settings of the source's adapter."""
        for each in self.schema["$defs"]["SourceConfig"]["allOf"]:
            if each["if"]["properties"]["adapter"]["const"] == self.adapter:
                found: Schema = each["then"].get("properties", {}).get("settings", {})
                return found
        raise LookupError(self.adapter)

    def _example(self, key: str, schema: Schema) -> str:
        examples = schema.get("examples")
        return str(examples[0]) if examples else self.words.get(key, key)

    def _default(self, key: str, schema: Schema, whole: Schema) -> str:
        default = schema.get("default", whole.get("default"))
        shown = [default] if default is not None else whole.get("examples", [])
        return inline(shown[0]) if shown else scalar(f"<{self._example(key, whole)}>")


def _marked(line: str) -> str:
    """A line of what is not set, as a comment."""
    bare = line.lstrip()
    return line if bare.startswith("#") else f"{line[: len(line) - len(bare)]}# {bare}"


OPTIONAL: frozenset[Steps] = frozenset({("delivery", "list_file")})
"""Parts that are left out whole, though something is needed in them once they stand there."""
WATCHED = frozenset({"watch", "pattern", "scan_every", "settle", "archive"})
POLLED = frozenset({"poll", "since", "lag", "http"})
RECEIVED = frozenset({"receive"})
"""The keys of a source that say how its folder is watched, how its API is polled, and where it is pushed to."""


def _of_the_other_manner(steps: Steps, values: Values) -> frozenset[str]:
    """The keys that do not go with how this source is read."""
    if len(steps) != 2 or steps[0] != "sources":
        return frozenset()
    if "poll" in values:
        return WATCHED | RECEIVED
    if "receive" in values:
        return POLLED if "watch" in values else POLLED | WATCHED
    return POLLED | RECEIVED


def _needed(schema: Schema, values: Values | None = None) -> list[str]:
    """The keys that must stand there; of several of which one must, the first, where none of them is set."""
    choices = [
        each["required"]
        for each in (*schema.get("oneOf", ()), *schema.get("anyOf", ()))
        if "required" in each
    ]
    is_met = any(all(name in (values or {}) for name in names) for names in choices)
    first = [] if is_met else [name for names in choices[:1] for name in names]
    return [*schema.get("required", ()), *first]
