"""`settings:` of a source with `adapter: carsys`, and the form of its exports that follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from connector import kit
from connector.model import Column
from plugins.carsys import lease
from plugins.carsys.fields import ADDRESSEE, DATES, KINDS, ROLES, Kind, Layout, Role, essential, known
from plugins.carsys.form import Form


def _listed(written: Any) -> Any:
    return [written] if isinstance(written, str) else written


def _bare(field: str) -> str:
    return field.partition(".")[2]


class Settings(BaseModel):
    """What a garage may set of its CarSys exports. Whoever stands first in `recipient` is the customer if he can be."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    layout: Layout = "customers"
    """customers: the customer base; apk_mailing: the output of the APK mailing."""
    format: Literal["auto", "csv", "xml"] = "auto"
    """What the export is written in; auto looks at how it begins."""
    encoding: kit.Encoding = "auto"
    """The encoding of the export."""
    delimiter: kit.Delimiter = "auto"
    """What stands between the cells of a CSV export."""
    record: Annotated[str, Field(min_length=1, max_length=200)] = "auto"
    """The XML element that is one car; auto finds it."""
    recipient: Annotated[tuple[Role, ...], BeforeValidator(_listed)] = tuple(ROLES)
    """Who is the customer: the first of these with a usable address."""
    addresses: Annotated[tuple[Kind, ...], BeforeValidator(_listed)] = tuple(KINDS)
    """Which of a person's addresses counts: the first of these that is usable."""
    lease_companies: Annotated[tuple[str, ...], BeforeValidator(_listed)] = (lease.USUAL,)
    """Names of lease companies, which never stand in for a driver; * stands for anything, usual for the usual ones."""
    columns: dict[str, kit.ColumnSetting] = Field(
        default={},
        json_schema_extra={"propertyNames": {"enum": [*{**known("customers"), **known("apk_mailing")}]}},
    )
    """Names that differ from those of the README, as driver.email_private: 'E-mail bestuurder'."""

    @cached_property
    def form(self) -> Form:
        """Where each field stands in this source's exports; made once, for it is asked of every record."""
        needs = essential(self.layout, self.recipient, self.addresses)
        return Form(dict(self._columns(needs)), lease.Companies.of(self.lease_companies))

    @property
    def roles(self) -> tuple[str, ...]:
        """Who may be the customer, the first before the next."""
        return (ADDRESSEE,) if self.layout == "apk_mailing" else self.recipient

    @property
    def kinds(self) -> tuple[Kind | None, ...]:
        """Which addresses count, the first before the next."""
        return (None,) if self.layout == "apk_mailing" else self.addresses

    @field_validator("recipient", "addresses")
    @classmethod
    def _a_choice(cls, words: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("layout") == "apk_mailing":
            raise ValueError("means nothing with layout: apk_mailing, which has one person in a row")
        if not words or len(set(words)) < len(words):
            raise ValueError("must hold at least one, and each but once")
        return words

    @field_validator("lease_companies")
    @classmethod
    def _names(cls, companies: tuple[str, ...]) -> tuple[str, ...]:
        for company in companies:
            if not lease.says_anything(company):
                raise ValueError("holds a name without a letter or digit, which would be every company")
        return companies

    @field_validator("columns", mode="wrap")
    @classmethod
    def _known_fields(
        cls, written: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> dict[str, kit.ColumnSetting]:
        layout = info.data.get("layout")
        fields = known(layout) if layout else {**known("customers"), **known("apk_mailing")}
        fixed = {"plate", "record_key", "is_lease_company", "email", "email_private", "email_business"}
        check = kit.ColumnsCheck(
            fields=fields,
            dates=frozenset(field for field in fields if _bare(field) in DATES),
            never_fixed=frozenset(field for field in fields if _bare(field) in fixed),
            defaults={field: column for field, column in fields.items() if column},
        )
        return check(written, handler)

    @model_validator(mode="after")
    def _for_everybody(self) -> Self:
        """A consent or opt-out that only some of the people have would be missed for the others."""
        for fact in ("consent", "opt_out"):
            written = {role: self.columns.get(f"{role}.{fact}") for role in self.roles}
            if any(written.values()) and not all(written.values()):
                lacking = next(role for role, column in written.items() if not column)
                raise ValueError(f"columns: {fact} is set for some, and {lacking}.{fact} is missing")
            if len({column.format for column in written.values() if column}) > 1:
                raise ValueError(f"columns: {fact} has one format, the same for every role")
        return self

    def _columns(self, needs: frozenset[str]) -> Iterator[tuple[str, Column]]:
        for field, name in known(self.layout).items():
            if field in self.columns:
                yield field, self.columns[field].as_column()
            elif name:
                yield field, Column((name,), optional=field not in needs)
