"""Every command as people type it: its help, its options, its tables, and the keys of its JSON."""

from __future__ import annotations

import re
from importlib import metadata

import pytest

COMMANDS = (
    "batches",
    "config check",
    "config generate",
    "config schema",
    "config show",
    "demo",
    "discard",
    "emails correct",
    "emails export",
    "emails gms-todo",
    "emails ignore",
    "emails import",
    "emails list",
    "erase",
    "held",
    "init",
    "plan",
    "plugins",
    "plugins check",
    "plugins new",
    "preview",
    "rejected",
    "release",
    "resend",
    "retry",
    "run",
    "sample make",
    "sandbox",
    "skipped",
    "source reset",
    "status",
    "trace",
    "warned",
)
LOOKING = ("status", "rejected", "skipped", "warned", "held", "batches", "plan", "plugins")


@pytest.fixture
def busy(garage, car):
    """A garage with a bit of everything."""
    garage.configure(delivery={"send": "always"})
    garage.export(
        car(1, apk="15-05-1999"),  # odd: a warning
        car(2, opt_out="ja"),
        car(3, email="fout"),
        car(4, apk="31-02-2027"),
        car(5, email="nvt"),
    )
    garage.run()
    return garage


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help(installation, command):
    said = installation.main(*command.split(), "--help")
    assert said.status == 0
    assert said.out.startswith(f"Usage: igarage-connector {command}".rstrip())
    assert "--config" in said.out and said.err == ""


def test_the_help_of_the_group_names_every_command(installation):
    listed = re.findall(r"^  ([a-z]+)  ", installation.main("--help").out, re.MULTILINE)
    assert sorted(listed) == sorted({command.split()[0] for command in COMMANDS})


def test_the_program_tells_its_version(installation):
    assert metadata.version("igarage-connector") in installation.main("--version").out


@pytest.mark.parametrize("command", LOOKING)
def test_options_work_before_and_after_the_command(busy, command):
    after = busy.main(command, "--garage", "jansen", "--json", "-v")
    before = busy.main("--garage", "jansen", "--json", "-v", command)
    assert (after.status, before.status) == (0, 0)
    assert after.json == before.json


def test_the_program_is_the_same_as_a_process(busy):
    said = busy.installation.process("status", "--json")
    assert (said.status, said.err) == (0, "")
    assert said.json == busy.main("status", "--json").json


def test_status_has_the_keys_that_monitoring_reads(busy):
    told = busy.ask("status")
    assert told["version"] == metadata.version("igarage-connector")
    (garage,) = told["garages"]
    assert {"garage", "state", "message", "passports", "invitations", "rejected_rows", "sources"} <= set(
        garage
    )
    assert set(garage["passports"]) == {
        "total",
        "delivered",
        "pending",
        "sending",
        "waiting",
        "in_batch",
        "held",
        "withdrawn",
    }
    assert set(garage["invitations"]) == {"none", "due", "withheld", "sent"}
    (source,) = garage["sources"]
    assert {"name", "adapter", "state", "last_scan", "last_file", "warnings", "message"} <= set(source)
    assert source["warnings"] == {"apk_out_of_range": 1}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*(Z|\+00:00)", garage["last_contact"])


def test_the_total_of_status_is_the_sum_of_the_other_seven(busy):
    passports = busy.stand()["passports"]
    total = passports.pop("total")
    assert len(passports) == 7 and sum(passports.values()) == total == 3
    assert sum(busy.stand()["invitations"].values()) == total


def test_rejected_has_its_keys(busy):
    (row,) = busy.ask("rejected")
    assert set(row) == {
        "garage",
        "source",
        "file",
        "line",
        "column",
        "code",
        "message",
        "value",
        "first_seen",
    }
    assert (row["garage"], row["source"], row["file"], row["line"]) == (
        "jansen",
        "klanten",
        "klanten.csv",
        5,
    )
    assert row["value"] == "3*-**-****"


def test_held_has_its_keys_for_a_passport_and_for_a_file(busy):
    busy.drop(b"Kenteken;Naam\r\nZZ-001-Z;X\r\n")
    busy.run()
    passport, file = busy.ask("held")
    keys = {"garage", "kind", "id", "plate", "source", "file", "reason", "since", "message"}
    assert set(passport) == set(file) == keys
    assert (passport["kind"], passport["plate"], passport["id"]) == ("passport", "ZZ003Z", "ZZ003Z")
    assert (file["kind"], file["plate"], file["file"]) == ("file", None, "klanten.csv")
    assert isinstance(file["id"], str) and file["since"]


def test_skipped_tells_each_row_with_its_reason(busy):
    (row,) = busy.ask("skipped")
    assert (row["garage"], row["file"], row["line"], row["reason"]) == (
        "jansen",
        "klanten.csv",
        6,
        "no_email",
    )


def test_trace_has_its_keys_and_tells_the_life_of_a_plate(busy):
    told = busy.trace("ZZ-001-Z")
    keys = {"garage", "plate", "state", "revision", "delivered_revision", "next_step", "events"}
    assert keys <= set(told)
    assert (told["plate"], told["state"], told["revision"], told["delivered_revision"]) == (
        "ZZ001Z",
        "delivered",
        1,
        1,
    )
    assert [event["event"] for event in told["events"]] == ["new", "delivered", "invited"]
    assert all(set(event) == {"at", "event", "detail"} for event in told["events"])
    assert told["warnings"][0]["code"] == "apk_out_of_range"


@pytest.mark.parametrize("typed", ["ZZ-001-Z", "zz001z", " zz 001 z "])
def test_trace_takes_a_plate_as_it_is_typed(busy, typed):
    assert busy.trace(typed)["plate"] == "ZZ001Z"


def test_trace_of_a_plate_that_nobody_has_says_so_on_stderr(busy):
    said = busy.main("trace", "ZZ-999-Z", "--json")
    assert (said.status, said.out) == (1, "")
    assert "kenteken" in said.err


def test_trace_asks_which_garage_where_two_have_the_plate(installation, car):
    for name in ("jansen", "pietersen"):
        installation.add(name).export(car(1))
    installation.run()
    said = installation.main("trace", "ZZ-001-Z")
    assert said.status == 2
    assert "--garage" in said.err
    assert installation.ask("trace", "ZZ-001-Z", "--garage", "pietersen")["garage"] == "pietersen"


def test_trace_for_people_says_in_a_sentence_what_comes_next(busy):
    assert busy.main("trace", "ZZ-001-Z").out.startswith(
        "ZZ001Z bij jansen: delivered. Bij iGarage; er hoeft niets te gebeuren."
    )
    assert "De klant wil geen mail" in busy.main("trace", "ZZ-002-Z").out
    assert "Het e-mailadres klopt niet" in busy.main("trace", "ZZ-003-Z").out


def test_plugins_lists_the_adapters_with_their_hooks(installation):
    found = {each["name"]: each for each in installation.ask("plugins")}
    assert found["generic_csv"]["error"] is None
    assert "connector_read_file" in found["generic_csv"]["hooks"]
    assert "generic_csv" in installation.main("plugins").out


def test_tables_for_people_carry_no_colour_and_fold_no_line_in_a_pipe(busy):
    said = busy.installation.process("rejected")
    assert "\x1b" not in said.out
    (line,) = (line for line in said.out.splitlines() if "date_invalid" in line)
    assert line.rstrip().endswith(".")


def test_status_ends_each_garage_with_one_dutch_sentence(busy):
    lines = busy.main("status").out.splitlines()
    assert lines[-1] == "jansen: 1 AutoPaspoort wacht op een mens: zie held."
    assert any("apk_out_of_range 1" in line for line in lines)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("rejected", "Er is geen rij afgekeurd."),
        ("skipped", "Er is geen rij overgeslagen."),
        ("warned", "Er is niets om op te letten."),
        ("held", "Er wacht niets op een mens."),
    ],
)
def test_where_there_is_nothing_to_tell_a_sentence_says_so(garage, command, sentence):
    said = garage.main(command)
    assert (said.status, said.out.strip(), said.err) == (0, sentence, "")
    assert garage.ask(command) == []


def test_looking_before_the_first_run_makes_nothing(garage):
    assert garage.stand()["sources"][0]["state"] == "new"
    for command in LOOKING:
        assert garage.main(command).status == 0
    assert not garage.installation.state.exists()


@pytest.mark.parametrize("command", ["status", "rejected", "skipped", "held", "config check"])
def test_a_garage_that_is_not_configured_is_a_mistake_in_use(garage, command):
    said = garage.main(*command.split(), "--garage", "janssen")
    assert (said.status, said.out) == (2, "")
    assert "janssen" in said.err and "jansen" in said.err


@pytest.mark.parametrize(
    "arguments", [["prewiev"], ["run", "--onse"], ["trace"], ["preview"], ["status", "--jsn"]]
)
def test_a_command_typed_wrong_is_a_mistake_in_use(garage, arguments):
    said = garage.main(*arguments)
    assert (said.status, said.out) == (2, "")
    assert "Usage" in said.err or "Error" in said.err


def test_each_command_looks_at_one_garage_or_at_all(installation, car):
    for name in ("jansen", "pietersen"):
        installation.add(name).export(car(1, email="fout"), car(2, apk="31-02-2027"), car(3, email="nvt"))
    installation.run()
    for command in ("rejected", "skipped", "held"):
        assert {row["garage"] for row in installation.ask(command)} == {"jansen", "pietersen"}
        assert {row["garage"] for row in installation.ask(command, "--garage", "jansen")} == {"jansen"}
    assert len(installation.ask("status")["garages"]) == 2


def test_config_check_says_that_all_is_well(garage):
    said = garage.main("config", "check")
    assert (said.status, said.out, said.err) == (0, "1 garages in orde, 0 fouten\n", "")


def test_config_check_says_every_mistake_at_once_with_its_place_and_asks_nothing(garage, sandbox):
    text = garage.file.read_text("utf-8").replace("token_file", "tokenfile").replace("watch:", "wacht:")
    garage.file.write_text(text, "utf-8")
    said = garage.main("config", "check")
    assert said.status == 4
    lines = [line for line in said.err.splitlines() if line.startswith(f"{garage.file}:")]
    assert len(lines) >= 2
    assert all(re.match(r".*\.yaml:\d+:\d+: [\w.\[\]]+: ", line) for line in lines)
    assert any("did you mean 'token_file'" in line for line in lines)
    assert any("did you mean 'watch'" in line for line in lines)
    assert sandbox.requests() == []
    assert garage.main("config", "check", "--json").json["garages"] == []


def test_config_check_warns_of_a_token_that_is_not_there_yet(garage):
    garage.token_file.unlink()
    said = garage.main("config", "check")
    assert said.status == 0
    assert "jansen.token" in said.err and "warning" in said.err


@pytest.mark.parametrize("field", ["plate", "email"])
def test_config_check_warns_where_optional_can_mean_nothing(garage, car, field):
    """An export without plates or addresses is held whatever the settings say, and a whole export is taken."""
    column = {"plate": "Kenteken", "email": "E-mail"}[field]
    garage.configure(columns={field: {"column": column, "optional": True}})
    said = garage.main("config", "check")
    line = 1 + next(
        at for at, text in enumerate(garage.file.read_text("utf-8").splitlines()) if "optional" in text
    )
    assert said.status == 0
    assert f"{garage.file}:{line}:" in said.err and f"columns.{field}.optional: has no effect" in said.err
    assert said.err.rstrip().endswith("(warning)")
    garage.export(car(1), car(2))
    assert garage.run().status == 0
    header = ("Kenteken", "Achternaam", "E-mail", "Merk", "Land", "APK datum", "Km stand", "Afmelding")
    garage.export(car(1), header=[name for name in header if name != column])
    assert garage.run().status == 3
    (held,) = garage.ask("held")
    assert held["reason"] == "layout_unknown" and f"“{column}”" in held["message"]


def test_config_check_says_nothing_of_one_of_several_columns_that_may_be_gone(garage):
    garage.configure(columns={"email": {"column": ["E-mail", "E-mail zakelijk"], "optional": True}})
    assert garage.main("config", "check").err == ""


def test_the_summary_of_a_run_is_data_on_stdout_and_nothing_else(garage, car):
    garage.export(car(1))
    said = garage.installation.process("run", "--once")
    assert (said.status, said.err) == (0, "")
    assert said.out == (
        "jansen: gelezen 1 · nieuw 1 · gewijzigd 0 · ongewijzigd 0 · overgeslagen 0 · afgekeurd 0"
        " · verzonden 1 · vastgehouden 0 · te doen 0\n"
    )


def test_a_run_answers_in_json_too(garage, car):
    garage.export(car(1))
    (told,) = garage.run("--json").json["garages"]
    assert (told["garage"], told["passports"]["delivered"], told["troubles"]) == ("jansen", 1, [])
    assert (told["files"][0]["read"], told["files"][0]["new"]) == (1, 1)
