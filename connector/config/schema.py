"""The JSON Schema of the files of a configuration folder, for editors and for whoever writes such a file.

It is made from the very models that judge the files, with the settings of every installed adapter in its place:
which of them holds hangs on `adapter`. A file that the schema takes may still be refused (a zone that does not
exist); one that it refuses is always wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from connector.config.connector_file import ConnectorConfig
from connector.config.garage_file import CONFIG_VERSION, GarageConfig
from connector.config.http_file import BasicAuth, BearerAuth, ClientCredentialsAuth, HeaderAuth
from connector.config.receive_file import ReceiveConfig

GARAGE_SCHEMA = "garage.schema.json"
CONNECTOR_SCHEMA = "connector.schema.json"
"""The names of the schemas' files, beside `connector.yaml`."""

_SECRETS = {
    each.__name__: each.word
    for each in (BearerAuth, HeaderAuth, BasicAuth, ClientCredentialsAuth, ReceiveConfig)
}
"""Each way to be let in → what its secret is called."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]
_NULL: Schema = {"type": "null"}
AdapterSettings = Mapping[str, type[BaseModel] | None]
"""Adapter → the model of its settings; None when it takes none."""


def connector_schema() -> Schema:
    """Of `connector.yaml`."""
    schema = _tidy(ConnectorConfig.model_json_schema())
    schema["$defs"]["StateConfig"]["not"] = {"required": ["database", "directory"]}
    return {"$schema": DIALECT, **_or_nothing(schema)}


def garage_schema(adapters: AdapterSettings) -> Schema:
    """Of `garages/<id>.yaml`, with the settings of these adapters."""
    schema = _tidy(GarageConfig.model_json_schema())
    definitions = schema["$defs"]
    definitions.pop("BaseModel")  # where the models have any settings at all
    schema["properties"]["config_version"]["const"] = CONFIG_VERSION
    schema["properties"]["igarage"] = without_null(
        schema["properties"]["igarage"]
    )  # a garage has a door, or lists
    definitions["IGarageConfig"]["oneOf"] = [{"required": ["token_file"]}, {"required": ["token_env"]}]
    for name, word in _SECRETS.items():
        definitions[name]["oneOf"] = [{"required": [f"{word}_file"]}, {"required": [f"{word}_env"]}]
    source = definitions["SourceConfig"]
    source["anyOf"] = [{"required": ["watch"]}, {"required": ["poll"]}, {"required": ["receive"]}]
    source["dependentSchemas"] = {
        "poll": {"not": {"anyOf": [{"required": ["watch"]}, {"required": ["receive"]}]}}
    }
    source["dependentRequired"] = {"poll": ["http"]}
    _one_or_many(source["properties"]["pattern"])
    source["properties"]["adapter"]["enum"] = sorted(adapters)
    source["properties"]["settings"] = {"description": source["properties"]["settings"]["description"]}
    source["allOf"] = [_settings_of(name, adapters[name], definitions) for name in sorted(adapters)]
    return {"$schema": DIALECT, **schema}


def settings_schema(name: str, model: type[BaseModel]) -> Schema:
    """Of the settings of one adapter; its definitions bear the adapter's name."""
    schema: Schema = _tidy(model.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}"))
    schema["$defs"] = {f"{name}.{key}": value for key, value in schema.get("$defs", {}).items()}
    return schema


def _settings_of(name: str, model: type[BaseModel] | None, definitions: Schema) -> Schema:
    condition = {"properties": {"adapter": {"const": name}}, "required": ["adapter"]}
    if model is None:
        return {"if": condition, "then": {"properties": {"settings": _NOTHING}}}
    schema = settings_schema(name, model)
    definitions.update(schema.pop("$defs"))
    needed = ["settings"] if schema.get("required") else []
    settings = schema if needed else _or_nothing(schema)
    return {"if": condition, "then": {"properties": {"settings": settings}, "required": needed}}


_NOTHING: Schema = {"type": ["object", "null"], "maxProperties": 0}
"""The settings of an adapter that takes none: the word may stand there, with nothing under it."""


def _or_nothing(schema: Schema) -> Schema:
    """A mapping of which nothing need be written: also one with comments alone, which is null in YAML."""
    return {**schema, "type": ["object", "null"]}


def _one_or_many(schema: Schema) -> None:
    """One pattern may stand without a list."""
    many = {name: schema.pop(name) for name in ("type", "items")}
    schema["anyOf"] = [many["items"], many]


def _tidy(schema: Any) -> Any:
    """Without pydantic's titles, and without null, but for a mapping: with comments alone it is null in YAML."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    tidied = {
        name: _tidy_all(value) if name in ("properties", "$defs") else _tidy(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str)) and (name, value) != ("default", None)
    }
    return _without_null(tidied)


def _tidy_all(named: Mapping[str, Any]) -> Schema:
    return {name: _tidy(value) for name, value in named.items()}


def _without_null(schema: Schema) -> Schema:
    """A single value that is left out is not written at all."""
    told = without_null(schema)
    is_mapping = {"$ref", "oneOf", "discriminator"} & told.keys() or told.get("type") == "object"
    return schema if is_mapping else told


def without_null(schema: Schema) -> Schema:
    """The schema of what may be null, where it is not."""
    choices = [each for each in schema.get("anyOf", ()) if each != _NULL]
    if "anyOf" not in schema or len(choices) == len(schema["anyOf"]):
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**rest, **choices[0]} if len(choices) == 1 else {**rest, "anyOf": choices}
