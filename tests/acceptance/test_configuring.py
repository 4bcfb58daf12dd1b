"""`config show`, `config schema` and `config generate`, through the real command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from connector import adapters
from connector.model import CANONICAL_FIELDS

CONFIG = Path(__file__).parents[2] / "config"
FILLED = {
    "<Garage Jansen>": "Garage Jansen",
    "<klanten>": "klanten",
    "<./export>": "./export",
    "<https://api.example.nl/connector/v1>": "https://api.example.nl/connector/v1",
    "<kenteken>": "Kenteken",
    "<e-mailadres>": "E-mail",
    "<achternaam>": "Achternaam",
}


def shown(installation, *more: str) -> dict[str, dict]:
    told = installation.ask("config", "show", *more)
    return {f"{each['garage'] or 'connector'}: {each['key']}": each for each in told}


def generated(installation, *more: str) -> str:
    said = installation.main("config", "generate", "--adapter", "generic_csv", *more)
    assert (said.status, said.err) == (0, "")
    return said.out


def filled(text: str) -> str:
    for placeholder, value in FILLED.items():
        text = text.replace(f"'{placeholder}'", value)
    return text


def test_show_tells_of_every_value_where_it_is_written_or_that_it_is_the_default(garage):
    garage.installation.settle_down(threads=3)
    told = shown(garage.installation)
    assert (told["connector: threads"]["value"], told["connector: threads"]["line"]) == (3, 1)
    assert told["connector: threads"]["file"].endswith("connector.yaml")
    assert told["connector: logging.level"]["origin"] == "default"
    lines = garage.file.read_text("utf-8").splitlines()
    for key, start in (
        ("name", "name:"),
        ("igarage.timeout", "  timeout:"),
        ("sources[0].settings.columns.plate.column", "      plate:"),
        ("sources[0].settings.columns.apk_due.format", "        format:"),
        ("delivery.retry.first", "    first:"),
    ):
        each = told[f"jansen: {key}"]
        assert lines[each["line"] - 1].startswith(start)
        assert each["origin"] == f"{garage.file}:{each['line']}"
    assert told["jansen: sources[0].contains"] == {
        "garage": "jansen", "key": "sources[0].contains", "value": "all", "file": None, "line": None,
        "origin": "default",
    }  # fmt: skip


def test_every_value_that_counts_is_told(garage):
    told = shown(garage.installation)
    keys = {key.partition(": ")[2] for key in told if key.startswith("jansen")}
    assert {
        "timezone",
        "igarage.url",
        "igarage.token_file",
        "igarage.token_env",
        "sources[0].pattern",
    } <= keys
    assert {
        "delivery.send",
        "delivery.workers",
        "delivery.retry.max",
        "sources[0].settings.delimiter",
    } <= keys


def test_no_secret_is_shown(garage, installation):
    installation.settle_down(state={"database": "postgresql+psycopg://u:geheim123@h/d"})
    said = installation.main("config", "show")
    both = said.out + installation.main("config", "show", "--json").out
    assert said.status == 0
    assert "geheim123" not in both and garage.token not in both
    assert shown(installation)["connector: state.database"]["value"] == "***"


def test_show_is_a_table_for_people_and_tells_of_one_garage_where_asked(installation):
    for name in ("jansen", "pietersen"):
        installation.add(name)
    assert re.search(
        r"pietersen +name +Garage pietersen +\S+pietersen\.yaml:\d+", installation.main("config", "show").out
    )
    told = shown(installation, "--garage", "jansen")
    assert not [key for key in told if key.startswith("pietersen")]


def test_a_garage_whose_file_is_wrong_is_told_and_the_others_are_shown(installation):
    installation.add("jansen")
    installation.add("pietersen").file.write_text("garage: pietersen\n", "utf-8")
    said = installation.main("config", "show")
    assert said.status == 4
    assert "pietersen.yaml" in said.err and "jansen" in said.out


@pytest.mark.parametrize("file", sorted((CONFIG / "garages").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_schema_takes_every_example(installation, file):
    schema = installation.main("config", "schema").json
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(file.read_text("utf-8")), schema)


def test_the_connectors_schema_takes_its_example(installation):
    schema = installation.main("config", "schema", "connector").json
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load((CONFIG / "connector.yaml").read_text("utf-8")), schema)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("garrage",), "x"),
        (("igarage", "token"), "geheim"),
        (("igarage", "token_env"), "BOTH_ARE_GIVEN"),
        (("delivery", "workers"), 65),
        (("delivery", "send"), "sometimes"),
        (("sources", 0, "adapter"), "unheard_of"),
        (("sources", 0, "settings", "colums"), {}),
        (("sources", 0, "settings", "columns", "wheels"), "Wielen"),
        (("sources", 0, "settings", "columns", "apk_due"), {"colum": "APK"}),
        (("sources", 0, "settings"), None),
        (("config_version",), 2),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(installation, path, value):
    written = yaml.safe_load((CONFIG / "garages" / "garage-jansen.yaml").read_text("utf-8"))
    branch = written
    for step in path[:-1]:
        branch = branch[step]
    branch[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, installation.main("config", "schema").json)
    file = installation.folder / "garages" / "garage-jansen.yaml"
    file.write_text(yaml.safe_dump(written), "utf-8")
    assert installation.main("config", "check").status == 4


def mappings(data, steps=()):
    """The way to every mapping in a file."""
    if isinstance(data, dict):
        yield steps
    for step, each in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(each, dict | list):
            yield from mappings(each, (*steps, step))


def emptied(file: Path, steps, nothing):
    written = yaml.safe_load(file.read_text("utf-8"))
    if not steps:
        return nothing
    branch = written
    for step in steps[:-1]:
        branch = branch[step]
    branch[steps[-1]] = nothing
    return written


@pytest.mark.parametrize("file", sorted((CONFIG / "garages").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_schema_takes_every_mapping_empty_that_the_loader_takes_so(installation, file):
    """With comments alone below it a mapping is null in YAML."""
    judge = jsonschema.Draft202012Validator(installation.main("config", "schema").json)
    taken = []
    for steps in mappings(yaml.safe_load(file.read_text("utf-8"))):
        for nothing in (None, {}):
            written = emptied(file, steps, nothing)
            (installation.folder / "garages" / file.name).write_text(yaml.safe_dump(written), "utf-8")
            if installation.main("config", "check").status == 0:
                taken.append(steps)
                assert judge.is_valid(written), steps
    assert taken or file.stem != "garage-carsys"


@pytest.mark.parametrize("content", ["", "# nothing is set\n", "{}\n"])
def test_a_connectors_file_that_sets_nothing_is_taken_by_the_schema_too(installation, content):
    installation.add("jansen")
    (installation.folder / "connector.yaml").write_text(content, "utf-8")
    assert installation.main("config", "check").status == 0
    jsonschema.validate(yaml.safe_load(content), installation.main("config", "schema", "connector").json)


def test_an_editor_finds_no_fault_in_settings_that_hold_comments_alone(installation):
    """As `init` writes them for an export of CarSys in which nothing is called otherwise."""
    installation.add("jansen").configure(source={"adapter": "carsys", "settings": None})
    file = installation.folder / "garages" / "jansen.yaml"
    text = file.read_text("utf-8").replace("  watch:", "  settings:\n    # layout: customers\n  watch:", 1)
    assert "settings:\n    #" in text
    file.write_text(text, "utf-8")
    assert installation.main("config", "check").status == 0
    jsonschema.validate(yaml.safe_load(text), installation.main("config", "schema").json)


def test_the_schema_says_of_every_key_what_it_is(installation):
    schema = installation.main("config", "schema").json
    parts = [schema, *(each for name, each in schema["$defs"].items() if "." not in name)]
    keys = [(key, each) for part in parts for key, each in part["properties"].items()]
    assert len(keys) > 20
    assert [key for key, each in keys if not each.get("description")] == []


def test_schemas_are_written_beside_the_configuration(installation):
    said = installation.main("config", "schema", "--write")
    assert said.status == 0
    for name in ("garage.schema.json", "connector.schema.json"):
        assert str(installation.folder / name) in said.out
        assert json.loads((installation.folder / name).read_text("utf-8"))["properties"]


def test_a_generated_file_is_refused_until_it_is_filled_in_and_then_is_good(installation):
    file = installation.folder / "garages" / "garage-jansen.yaml"
    text = generated(installation, "--garage", "garage-jansen")
    file.write_text(text, "utf-8")
    said = installation.main("config", "check")
    assert said.status == 4 and "igarage.url" in said.err
    file.write_text(filled(text), "utf-8")
    said = installation.main("config", "check", "--json")
    assert (said.status, said.json["mistakes"]) == (0, [])
    schema = installation.main("config", "schema").json
    jsonschema.validate(yaml.safe_load(filled(text)), schema)


def test_a_generated_file_begins_with_its_schema_and_has_every_key_with_what_it_is(installation):
    """A source watches, polls or is pushed to, so the kinds of file have all keys between them."""
    text = generated(installation)
    text += installation.main("config", "generate", "--adapter", "carsys").out
    text += installation.main("config", "generate", "--adapter", "generic_rest").out
    assert text.splitlines()[0] == "# yaml-language-server: $schema=../garage.schema.json"
    schema = installation.main("config", "schema").json
    parts = {name: each for name, each in schema["$defs"].items() if "." not in name}
    for part in (schema, *(each for name, each in parts.items() if not name.endswith("Auth"))):
        for key, each in part["properties"].items():
            assert re.search(rf"^ *(- |# )?{key}:", text, re.MULTILINE), key
            assert " ".join(each["description"].split()[:3]) in text
    assert all(re.search(rf"^ *(# )?{field}: '<", text, re.MULTILINE) for field in CANONICAL_FIELDS)


def test_every_default_of_a_generated_file_may_be_set_by_taking_its_mark_away(installation):
    text = filled(generated(installation, "--garage", "garage-jansen"))
    default = re.compile(r"^( *)# ([a-z_]+:(?: (?!'<).*)?)$", re.MULTILINE)
    text = default.sub(r"\1\2", text).replace("token_env:", "# token_env:").replace("header:", "# header:")
    text = re.sub(r"^  list_file:\n(    .*\n)+", "", text, flags=re.MULTILINE)  # of another route
    file = installation.folder / "garages" / "garage-jansen.yaml"
    file.write_text(text, "utf-8")
    said = installation.main("config", "check", "--json")
    assert (said.status, said.json["mistakes"]) == (0, [])
    told = shown(installation)
    assert told["garage-jansen: delivery.retry.max"]["line"] is not None
    assert told["garage-jansen: delivery.retry.max"]["value"] == 21_600


def test_an_adapter_that_is_not_installed_is_a_mistake_in_use(installation):
    said = installation.main("config", "generate", "--adapter", "generic_cvs")
    assert said.status == 2
    assert all(name in said.err for name in ("generic_cvs", *adapters.installed()))


@pytest.mark.parametrize("name", sorted(adapters.installed()))
def test_every_installed_adapter_has_a_file_to_begin_with(installation, name):
    said = installation.main("config", "generate", "--adapter", name)
    assert said.status == 0
    assert yaml.safe_load(said.out)["sources"][0]["adapter"] == name
