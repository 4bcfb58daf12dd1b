"""`settings:` of a source with `adapter: generic_rest`."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from connector import kit

_DAY = datetime(2027, 11, 28, 13, 14, 15, tzinfo=UTC)
_NAME = r"^[A-Za-z_][A-Za-z0-9_]{0,62}$"


@lru_cache(maxsize=1024)
def compiled(expression: str) -> ParsedResult:
    """A JMESPath expression, read once."""
    return jmespath.compile(expression)


def _jmespath(expression: str) -> str:
    try:
        compiled(expression)
    except JMESPathError:
        raise ValueError("is no JMESPath, as value[] or customer.email") from None
    return expression


def _path(path: str) -> str:
    if path.startswith(("http://", "https://", "//")) or "?" in path or "#" in path or not path.isprintable():
        raise ValueError("must be a path below http.url, as /vehicles, without ? or #")
    if ".." in path.split("/"):
        raise ValueError("may not lead out of http.url")
    return path


JMESPath = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_jmespath)]
Path = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_path)]
Text = Annotated[str, Field(min_length=1, max_length=1000)]


class Strict(BaseModel):
    """A part of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Changed(Strict):
    """How the API is asked for what changed, and which field of a record says when it did."""

    param: Text
    """The parameter that asks for changes."""
    format: Text = "{since:%Y-%m-%dT%H:%M:%SZ}"
    """What it holds; {since:…} stands for the instant, in UTC, in a strftime format."""
    field: JMESPath
    """JMESPath in a record: when it changed, in ISO 8601."""

    @field_validator("format")
    @classmethod
    def _holds_since(cls, written: str) -> str:
        try:
            names = {name for _, name, _, _ in string.Formatter().parse(written) if name is not None}
            text = written.format(since=_DAY)
        except (ValueError, KeyError, IndexError, AttributeError):
            names, text = set(), ""
        if names != {"since"} or "28" not in text:
            raise ValueError(
                "must hold {since:…} with a date in it, as {since:%Y-%m-%dT%H:%M:%SZ}, and no other {…}"
            )
        return written


class Offset(Strict):
    """Pages by how many records come before."""

    type: Literal["offset"]
    """offset."""
    param: Text
    """The parameter with the number of records to pass over."""
    size_param: Text
    """The parameter with how many a page holds."""
    size: int = Field(default=200, ge=1, le=10_000)
    """Records of a page."""


class Numbered(Strict):
    """Pages by their number."""

    type: Literal["page"]
    """page."""
    param: Text
    """The parameter with the page's number."""
    size_param: Text | None = None
    """The parameter with how many a page holds."""
    size: int = Field(default=200, ge=1, le=10_000)
    """Records of a page."""
    first: int = Field(default=1, ge=0, le=1)
    """The number of the first page."""
    total_pages: JMESPath | None = None
    """JMESPath in the answer: how many pages there are; without it a page that is not full is the last."""


class Linked(Strict):
    """Pages of which each says where the next one is."""

    type: Literal["link"]
    """link."""
    next: JMESPath | None = None
    """JMESPath in the answer: the address of the next page; without it the header Link with rel=next."""


class Cursor(Strict):
    """Pages of which each gives the cursor of the next."""

    type: Literal["cursor"]
    """cursor."""
    param: Text
    """The parameter with the cursor."""
    next: JMESPath
    """JMESPath in the answer: the cursor of the next page; none on the last."""


class Unpaged(Strict):
    """All in one answer."""

    type: Literal["none"]
    """none."""


Paging = Annotated[
    Offset | Numbered | Linked | Cursor | Unpaged,
    Field(
        discriminator="type",
        examples=[{"type": "offset", "param": "offset", "size_param": "limit", "size": 200}],
    ),
]


class Lookup(Strict):
    """Something that is asked for each record, as its customer."""

    path: Path
    """The path; {customerId} stands for that field of the record, a JMESPath."""
    cache: kit.Duration = 3600.0
    """How long an answer counts, as 1h or 1d."""

    @field_validator("path")
    @classmethod
    def _names_a_field(cls, path: str) -> str:
        if not placeholders(path):
            raise ValueError("must hold a field of the record, as /customers/{customerId}")
        return path


def placeholders(path: str) -> list[str]:
    """The expressions that stand between `{` and `}`. Raises ValueError where a brace stands alone."""
    names = []
    for _, name, form, conversion in string.Formatter().parse(path):
        if name is not None:
            if not name or form or conversion:
                raise ValueError("must hold names alone between { and }")
            names.append(_jmespath(name))
    return names


class Settings(Strict):
    """`settings:` of a source with `adapter: generic_rest`."""

    path: Path = Field(examples=["/vehicles"])
    """The path below http.url that is asked for records."""
    params: dict[str, Text] = Field(default_factory=dict, examples=[{"$order": "modified"}])
    """More parameters of every request, as the order of the records."""
    records: JMESPath = Field(default="@", examples=["value[]"])
    """JMESPath in the answer: the list of records."""
    key: JMESPath = Field(examples=["id"])
    """JMESPath in a record: what tells one record from another, the same for as long as it lives."""
    changed: Changed | None = None
    """How the API is asked for what changed; without it every poll reads all there is."""
    paging: Paging = Unpaged(type="none")
    """How the pages follow each other; by type: offset, page, link, cursor or none."""
    lookups: dict[Annotated[str, Field(pattern=_NAME)], Lookup] = Field(
        default_factory=dict, examples=[{"customer": {"path": "/customers/{customerId}", "cache": "1d"}}]
    )
    """What is asked for each record and stands in it under this name, as its customer."""
    columns: kit.Columns
    """Where each field of a passport comes from: a JMESPath in the record, the first of several that is not empty."""

    @field_validator("columns")
    @classmethod
    def _are_jmespath(cls, columns: dict[str, kit.ColumnSetting]) -> dict[str, kit.ColumnSetting]:
        for name in kit.names_of(columns):
            try:
                _jmespath(name)
            except ValueError as fault:
                raise ValueError(f"{name!r} {fault}") from None
        if "record_key" in columns:
            raise ValueError("take no record_key: that is key, beside columns")
        return columns

    @model_validator(mode="after")
    def _one_name_each(self) -> Self:
        folded: dict[str, str] = {}
        for name in (*kit.names_of(self.columns), self.key):
            if folded.setdefault(name.casefold(), name) != name:
                raise ValueError(f"{name!r} and {folded[name.casefold()]!r} differ in case alone")
        return self

    @property
    def is_ordered(self) -> bool:
        """Whether the garage's file asks for records in the order in which they changed."""
        if self.changed is None:
            return False
        fields = (
            self.changed.field,
            f"{self.changed.field} asc",
            f"{self.changed.field}:asc",
            f"+{self.changed.field}",
        )
        return any(value.split(",")[0].strip() in fields for value in self.params.values())


def search(expression: str, data: Any) -> Any:
    """What a JMESPath finds; None: nothing."""
    try:
        return compiled(expression).search(data)
    except JMESPathError:
        return None
