"""What a garage's file may write under `columns:`, and the `model.Column` it means.

plate: Kenteken                                      one column of the export
email: [E-mail privé, E-mail zakelijk]               the first that is not empty
apk_due: {column: APK datum, format: '%d-%m-%Y', optional: true}
country: {value: NL}                                 a fixed text
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from connector.model import CANONICAL_FIELDS, NAME_FIELDS, Column

DATE_FIELDS = frozenset(
    {"first_registration", "apk_due", "service_due", "mileage_at", "consent", "opt_out", "changed_at"}
)
"""Fields that may hold a date, and so may have a `format`."""

_NEVER_FIXED = frozenset({"plate", "email", "record_key"})  # that would make all rows one car or person

_OF_A_KEY = "[key]"
"""How pydantic marks in a location that a mapping's key is wrong, and not its value."""
_OWN_CONTEXT = frozenset({"message", "error"})  # said again in our own words

_TEXT = {"type": "string", "minLength": 1}
_TEXT_OR_LIST = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}


def _names(written: object) -> tuple[str, ...]:
    names = [written] if isinstance(written, str) else written
    if not isinstance(names, list | tuple):
        raise ValueError("must be the name of a column or a list of names")
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError("the name of a column is empty")
    return tuple(names)


def _short_or_full(schema: dict[str, Any]) -> None:
    full = dict(schema)
    schema.clear()
    schema.update({"anyOf": [*_TEXT_OR_LIST["anyOf"], full]})


class ColumnSetting(BaseModel):
    """Where a canonical field comes from, in any of the four ways a garage's file may write it."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra=_short_or_full, use_attribute_docstrings=True
    )

    column: Annotated[tuple[str, ...], BeforeValidator(_names), WithJsonSchema(_TEXT_OR_LIST)] = ()
    """The name of the column, or several: the first that is not empty counts."""
    value: str | None = Field(default=None, min_length=1)
    """In place of a column: a fixed text."""
    format: str | None = None
    """How a date is written, as '%d-%m-%Y'; for a date alone."""
    optional: bool = False
    """true lets the column be gone."""

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, written: object) -> object:
        if isinstance(written, Mapping | ColumnSetting):
            return written
        return {"column": _names(written)}

    @field_validator("format")
    @classmethod
    def _reads_dates(cls, written: str | None) -> str | None:
        if written is not None and not _is_date_format(written):
            raise ValueError(
                "is no format for a date: it needs a day, a month and a year, as '%d-%m-%Y' for 31-12-2026"
            )
        return written

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if bool(self.column) == (self.value is not None):
            raise ValueError("needs either column or value")
        if self.value is not None and (self.format or self.optional):
            raise ValueError("a fixed value has no format and is never optional")
        return self

    def as_column(self) -> Column:
        """The same in the words of `connector.model`."""
        return Column(names=self.column, value=self.value, format=self.format, optional=self.optional)


def _is_date_format(written: str) -> bool:
    """Whether a day written in this format is the same day when read back."""
    day = datetime(2027, 11, 28)  # noqa: DTZ001 - a day, in no time zone
    try:
        return datetime.strptime(day.strftime(written), written).date() == day.date()  # noqa: DTZ007
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class ColumnsCheck:
    """Judges a `columns:` setting whose keys are the `fields`; to be a pydantic `WrapValidator`.

    `dates` are those that take a format, `never_fixed` those that take no value. A field with a default name
    may be written without one, as `{optional: true}`.
    """

    fields: Collection[str]
    dates: Collection[str]
    never_fixed: Collection[str]
    defaults: Mapping[str, str] = field(default_factory=dict)
    missing: Callable[[Mapping[str, object]], Iterable[InitErrorDetails]] = lambda _: ()

    def __call__(self, written: Any, handler: ValidatorFunctionWrapHandler) -> dict[str, ColumnSetting]:
        settings: dict[str, ColumnSetting] = {}
        if not isinstance(written, Mapping):
            return dict(handler(written))  # raises: this is no mapping
        mistakes: list[InitErrorDetails] = []
        for name, value in written.items():
            try:
                settings[name] = self._setting_of(name, value)
            except ValidationError as error:
                mistakes.extend(_under(name, error))
        mistakes.extend(self.missing(written))
        if mistakes:
            raise ValidationError.from_exception_data("columns", mistakes)
        return settings

    def _setting_of(self, name: str, written: object) -> ColumnSetting:
        if name not in self.fields:
            message = f"{name!r} is not a field of a passport{_did_you_mean(name, self.fields)}"
            raise _mistake(written, message, _OF_A_KEY, choices=[*self.fields])
        if isinstance(written, Mapping) and name in self.defaults and not {"column", "value"} & set(written):
            written = {"column": self.defaults[name], **written}
        setting = ColumnSetting.model_validate(written)
        if setting.value is not None and name in self.never_fixed:
            raise _mistake(written, f"{name} cannot be a fixed value, the same for every row", "value")
        if setting.format and name not in self.dates:
            raise _mistake(written, f"{name} is no date, so it takes no format", "format")
        return setting


def _missing(written: Mapping[str, object]) -> Iterator[InitErrorDetails]:
    for name in ("plate", "email"):
        if name not in written:
            yield InitErrorDetails(type="missing", loc=(name,), input=written)
    if not {"last_name", "full_name", "company"} & written.keys():
        kind = _error("column_setting", "needs last_name, full_name or company")
        yield InitErrorDetails(type=kind, loc=(), input=written)
    yield from _split_in_vain(written)


def _split_in_vain(written: Mapping[str, object]) -> Iterator[InitErrorDetails]:
    beside = [name for name in NAME_FIELDS if name in written]
    if "full_name" in written and beside:
        message = f"a whole name is split only where no part of it is mapped, and {beside[0]} is"
        kind = _error("column_setting", message)
        yield InitErrorDetails(type=kind, loc=("full_name",), input=written["full_name"])


def _mistake(written: object, message: str, *loc: str, **context: object) -> ValidationError:
    kind = _error("column_setting", message, **context)
    details = InitErrorDetails(type=kind, loc=loc, input=written)
    return ValidationError.from_exception_data("columns", [details])


def _under(field: str, error: ValidationError) -> Iterator[InitErrorDetails]:
    for found in error.errors(include_url=False):
        kind = "column_setting" if found["type"] == "value_error" else found["type"]
        message = found["msg"].removeprefix("Value error, ")
        context = {name: value for name, value in found.get("ctx", {}).items() if name not in _OWN_CONTEXT}
        yield InitErrorDetails(
            type=_error(kind, message, **context), loc=(field, *found["loc"]), input=found["input"]
        )


def _error(kind: str, message: str, **context: object) -> PydanticCustomError:
    return PydanticCustomError(kind, "{message}", {**context, "message": message})


def _did_you_mean(field: str, known: Iterable[str]) -> str:
    close = get_close_matches(str(field).lower(), [*known], n=1)
    return f" — did you mean {close[0]!r}?" if close else ""


Columns = Annotated[
    dict[str, ColumnSetting],
    WrapValidator(ColumnsCheck(CANONICAL_FIELDS, DATE_FIELDS, _NEVER_FIXED, missing=_missing)),
    Field(
        json_schema_extra={
            "propertyNames": {"enum": [*CANONICAL_FIELDS]},
            "required": ["plate", "email"],
            "anyOf": [{"required": [name]} for name in ("last_name", "full_name", "company")],
        }
    ),
]
"""The type of a `columns:` setting: canonical field → `ColumnSetting`.

Refuses, all at once and each under its own key: an unknown canonical field, a fixed `plate`, `email` or
`record_key`, a format that is none or stands with a field that is no date, a `full_name` beside a part of the name,
and columns without `plate`, `email`, and `last_name`, `full_name` or `company`.
"""


def as_columns(columns: Mapping[str, ColumnSetting]) -> dict[str, Column]:
    """What `connector_columns` answers for a `Columns` setting."""
    return {field: setting.as_column() for field, setting in columns.items()}


def names_of(columns: Mapping[str, ColumnSetting]) -> tuple[str, ...]:
    """Every column's name that a `Columns` setting mentions: by these a reader tells the header from titles."""
    return tuple(name for setting in columns.values() for name in setting.column)
