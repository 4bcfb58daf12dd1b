"""The rules of what is known before any record is read: hooks, settings and their docs, samples that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from connector.errors import SourceError
from connector.model import Draft
from connector.testing.findings import NotApplicable
from connector.testing.specimens import Subject, Trial


def hooks(subject: Subject) -> Iterator[str]:
    """It can be imported, and every hook has a known name, known arguments and its mark."""
    if subject.broken:
        yield subject.broken


def settings(subject: Subject) -> Iterator[str]:
    """Its settings are a model that takes no unknown key, and the sample's own are among what it takes."""
    yield from (f"de settings van het voorbeeld worden geweigerd: {each}" for each in subject.unfit)
    model = _model(subject)
    if model is None:
        return
    for each in _models(model):
        if each.model_config.get("extra") != "forbid":
            yield (
                f"{each.__name__} neemt onbekende sleutels aan, en dan ziet niemand een tikfout:"
                ' zet model_config = ConfigDict(extra="forbid")'
            )


def settings_docs(subject: Subject) -> Iterator[str]:
    """Every setting is explained: in the model, or in the README beside the module."""
    model = _model(subject)
    if model is None:
        raise NotApplicable("de plugin kent geen settings")
    readme = subject.folder / "README.md" if subject.folder else None
    page = readme.read_text("utf-8") if readme and readme.is_file() else ""
    for each in _models(model):
        for name, field in each.model_fields.items():
            if not field.description and not re.search(rf"`{re.escape(name)}\b", page):
                yield f"de setting {name} is nergens uitgelegd: geef haar een docstring, of noem haar in README.md"


def _model(subject: Subject) -> type[BaseModel] | None:
    return subject.adapter.settings_model if subject.adapter else None


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The model and those that stand in it, in lists and choices too."""
    found = [model]
    for each in found:  # it grows meanwhile
        inner = (at for field in each.model_fields.values() for at in _within(field.annotation))
        found += [at for at in dict.fromkeys(inner) if at not in found]
    return found


def _within(annotation: object) -> Iterator[type[BaseModel]]:
    """The models in a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _within(each)


def sample(subject: Subject) -> Iterator[str]:
    """It brings samples, and at least one record of each becomes a passport."""
    if subject.adapter is None or subject.unfit:
        raise NotApplicable("zonder goede settings is er niets te lezen")
    if not subject.trials:
        yield "er is geen voorbeeld: leg in sample/ een garagebestand (*.yaml) met een bron voor deze adapter"
    for trial in subject.trials:
        yield from _unread(trial)


def _unread(trial: Trial) -> Iterator[str]:
    if trial.specimen.is_empty:
        yield (
            f"bij bron {trial.specimen.name} ligt in sample/ niets dat zij leest: een export, push.json of push.xml,"
            " of stand_in.py voor een bron die bevraagd wordt"
        )
    try:
        for name, table in trial.tables():
            if not any(isinstance(verdict, Draft) for _, verdict in trial.verdicts(table)):
                yield f"uit {name} komt geen enkel AutoPaspoort"
    except SourceError as error:
        yield f"een voorbeeld van bron {trial.specimen.name} is niet te lezen: {error}"
