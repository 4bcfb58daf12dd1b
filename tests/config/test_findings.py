"""What pydantic found, told to people."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from connector.config import findings, strict_yaml


class Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid")
    column: str
    format: str | None = None


class Tree(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: int = Field(default=1, gt=0, le=9)
    share: float = Field(default=0.5, ge=0.5, lt=2, allow_inf_nan=False)
    on: bool = True
    kind: Literal["one", "two"] = "one"
    fields: dict[Literal["plate", "email"], str | list[str] | Leaf] = Field(default_factory=dict)
    leaf: Leaf | None = None
    leaves: list[Leaf] = Field(default_factory=list)
    renamed: int = Field(default=0, alias="alias")
    own: str = ""
    short: str = Field(default="", max_length=3, pattern="^[a-z]*$")

    @field_validator("own")
    @classmethod
    def _own(cls, text: str) -> str:
        raise ValueError("is odd\n  indeed")


def told(text: str) -> list[str]:
    document = strict_yaml.parse(Path("x"), text)
    with pytest.raises(ValidationError) as caught:
        Tree.model_validate(document.data)
    return [str(mistake) for mistake in findings.mistakes(caught.value, document, Tree)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("count: NO", "x:1:8: count: must be a whole number"),
        ("count: 1.5", "x:1:8: count: must be a whole number"),
        ("count: [1]", "x:1:8: count: must be a whole number"),
        ("count: 0", "x:1:8: count: must be more than 0"),
        ("count: 10", "x:1:8: count: must be at most 9"),
        ("count: " + "9" * 5000, "x:1:8: count: must be a smaller whole number"),
        ("count:", "x:1:1: count: is empty"),
        ("share: veel", "x:1:8: share: must be a number"),
        ("share: nan", "x:1:8: share: must be a number"),
        ("share: 0.1", "x:1:8: share: must be at least 0.5"),
        ("share: 2", "x:1:8: share: must be less than 2"),
        ("on: misschien", "x:1:5: on: must be true or false"),
        ("on: {}", "x:1:5: on: must be true or false"),
        ("kind: One", "x:1:7: kind: must be 'one' or 'two' — did you mean 'one'?"),
        ("kind: zes", "x:1:7: kind: must be 'one' or 'two'"),
        ("knd: one", "x:1:1: knd: is not a known key — did you mean 'kind'?"),
        ("KIND: one", "x:1:1: KIND: is not a known key — did you mean 'kind'?"),
        ("xyzzy: one", "x:1:1: xyzzy: is not a known key"),
        ("alais: 1", "x:1:1: alais: is not a known key — did you mean 'alias'?"),
        ("fields: []", "x:1:9: fields: must hold keys of its own"),
        ("fields: {plat: A}", "x:1:10: fields.plat: is not a known key — did you mean 'plate'?"),
        ("fields: {plate: {colum: A, column: B}}",
         "x:1:18: fields.plate.colum: is not a known key — did you mean 'column'?"),
        ("fields: {plate: {}}", "x:1:10: fields.plate.column: is missing"),
        ("fields: {plate: [a, [b]]}", "x:1:21: fields.plate[1]: must be a text"),
        ("fields: {plate: }", "x:1:10: fields.plate: is not of a form that is known here"),
        ("leaf: x", "x:1:7: leaf: must hold keys of its own"),
        ("leaf: {formt: x, column: y}", "x:1:8: leaf.formt: is not a known key — did you mean 'format'?"),
        ("leaves:\n  - column: a\n  - format: b", "x:3:5: leaves[1].column: is missing"),
        ("leaves: a", "x:1:9: leaves: must be a list"),
        ("own: canary", "x:1:6: own: is odd indeed"),
        ("short: abcd", "x:1:8: short: must be at most 3 long"),
        ("short: A", "x:1:8: short: is not of the right form"),
        ("- a", "x:1:1: must hold keys of its own"),
        ("", "x:1:1: is empty"),
    ],
)  # fmt: skip
def test_each_of_pydantics_findings_is_one_plain_sentence_at_its_place(text: str, said: str) -> None:
    assert told(text) == [said]


def test_nothing_that_is_written_as_a_value_is_repeated() -> None:
    values = "\n".join(
        f"{key}: canary" for key in ("count", "share", "on", "kind", "leaf", "leaves", "short")
    )
    assert len(told(values)) == 7
    assert "canary" not in "".join(told(values))
    assert "http" not in "".join(told(values))


def test_choices_that_a_validator_gives_are_suggested() -> None:
    class Zoned(BaseModel):
        zone: str

        @field_validator("zone")
        @classmethod
        def _known(cls, _zone: str) -> Any:
            raise PydanticCustomError("zone", "is unknown", {"choices": ["Europe/Amsterdam"]})

    document = strict_yaml.parse(Path("x"), "zone: Europe/Amsterdm")
    with pytest.raises(ValidationError) as caught:
        Zoned.model_validate(document.data)
    (mistake,) = findings.mistakes(caught.value, document, Zoned)
    assert mistake.message == "is unknown — did you mean 'Europe/Amsterdam'?"


def test_a_file_of_rubbish_keys_is_told_up_to_a_bound() -> None:
    assert len(told("\n".join(f"k{n}: v" for n in range(findings.MOST + 50)))) == findings.MOST
