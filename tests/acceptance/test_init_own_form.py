"""`init --from` an export that an adapter knows as its own: it is proposed, and what is written reads it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

SAMPLES = Path(__file__).parents[2] / "plugins" / "carsys" / "sample"
FLAGS = ("--yes", "--garage-id", "voorbeeld", "--url", "https://api.example.nl/connector/v1")


@pytest.fixture
def started(installation):
    """`init` from a file with this content, and the source that was written."""

    def start(name, content, *more):
        folder = installation.folder.parent / "export"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        said = installation.main("init", "--from", folder / name, *FLAGS, *more)
        written = installation.folder / "garages" / "voorbeeld.yaml"
        source = yaml.safe_load(written.read_text("utf-8"))["sources"][0] if written.exists() else {}
        return said, source

    return start


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def renamed(*changes: tuple[str, str]) -> bytes:
    header, _, rows = sample("klanten.csv").decode("cp1252" if _is_cp1252() else "utf-8").partition("\n")
    for before, after in changes:
        assert before in header
        header = header.replace(before, after)
    return f"{header}\n{rows}".encode("cp1252")


def _is_cp1252() -> bool:
    try:
        sample("klanten.csv").decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def without(*starts: str) -> bytes:
    """The customers without the columns whose names begin so."""
    lines = [line.split(";") for line in renamed().decode("cp1252").splitlines()]
    kept = [at for at, name in enumerate(lines[0]) if not name.startswith(starts)]
    return "".join(";".join(line[at] for at in kept) + "\r\n" for line in lines).encode("cp1252")


@pytest.mark.parametrize("name", ["klanten.csv", "klanten.xml", "klanten-attributen.xml"])
def test_customers_are_read_by_the_adapter_that_knows_them_and_nothing_right_is_rejected(
    installation, started, name
):
    said, source = started(name, sample(name), "--json")
    assert said.status == 0, said.err
    assert source["adapter"] == "carsys" and source["contains"] == "all"
    told = said.json
    assert told["adapter"] == "carsys" and told["doubts"] == []
    assert told["preview"]["rejected"] == [] and told["preview"]["new"] == 4
    assert [each["reason"] for each in told["preview"]["skipped"]] == ["lease_company", "no_email"]
    assert installation.main("config", "check").status == 0


def test_the_apk_mailing_is_a_selection(started):
    said, source = started("apk.csv", sample("apk-mailing.csv"), "--json")
    assert source["settings"] == {"layout": "apk_mailing"} and source["contains"] == "selection"
    assert said.json["preview"]["rejected"] == [] and said.json["preview"]["new"] == 2


def test_five_rows_are_shown_masked_with_what_they_are_taken_for(started):
    said, _ = started("klanten.csv", sample("klanten.csv"))
    assert "herkend door adapter carsys" in said.out
    shown = re.findall(r"^(\w+) {2,}.*$", said.out, re.MULTILINE)
    assert {"plate", "last_name", "email", "apk_due", "role"} <= set(shown)
    for person in ("Meer", "vandermeer", "ZZ-001-Z", "Korenaar", "0612345601"):
        assert person not in said.out


def test_a_column_of_another_name_is_set_and_marked(installation, started):
    content = renamed(("Bestuurder e-mail privé", "Bestuurder e-mail privéadres"))
    said, source = started("klanten.csv", content, "--json")
    assert source["settings"]["columns"] == {"driver.email_private": "Bestuurder e-mail privéadres"}
    assert said.json["preview"]["rejected"] == [] and said.json["preview"]["new"] == 4
    (doubt,) = said.json["doubts"]
    assert "Bestuurder e-mail privéadres" in doubt
    assert "# LET OP: De kolom Bestuurder e-mail privéadres" in re.sub(
        r"\n\s*# ", " ", (installation.folder / "garages" / "voorbeeld.yaml").read_text("utf-8")
    ).replace("  ", " ").replace(" LET OP", "# LET OP")


def test_roles_and_addresses_that_an_export_has_not_are_left_out_and_marked(started):
    said, source = started("klanten.csv", without("Contractant"), "--json")
    assert source["settings"] == {"recipient": ["driver", "owner"]}
    assert "contractant" in " ".join(said.json["doubts"])
    assert said.json["preview"]["file_error"] is None and said.json["preview"]["rejected"] == []


def test_who_says_what_columns_mean_is_believed(started):
    said, source = started("klanten.csv", sample("klanten.csv"), "--column", "email=Eigenaar e-mail privé")
    assert said.status == 0, said.err
    assert source["adapter"] == "generic_csv"


def test_the_adapter_may_be_named(started):
    said, source = started("klanten.csv", sample("klanten.csv"), "--adapter", "generic_csv",
                           "--column", "email=Eigenaar e-mail privé")  # fmt: skip
    assert said.status == 0, said.err
    assert source["adapter"] == "generic_csv"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--adapter", "carsys", "--column", "email=E-mail"), "knows its columns"),
        (("--adapter", "geen"), "does not know klanten.csv as its own"),
    ],
)
def test_what_does_not_go_together_is_a_mistake_in_use(started, more, told):
    said, source = started("klanten.csv", sample("klanten.csv"), *more)
    assert said.status == 2 and told in said.err and not source


@pytest.mark.parametrize(
    "content",
    [
        b"Kenteken;Achternaam;E-mail;APK datum\r\nZZ-001-Z;Jansen;jansen@voorbeeld.example;31-12-2026\r\n",
        b"Kenteken;Rol;Achternaam;E-mail;APK datum\r\nZZ-001-Z;eigenaar;Jansen;jansen@voorbeeld.example;31-12-2026\r\n",
    ],
)
def test_a_list_of_any_other_system_is_known_by_no_adapter(started, content):
    said, source = started("klanten.csv", content)
    assert said.status == 0, said.err
    assert source["adapter"] == "generic_csv"


def test_xml_that_no_adapter_knows_is_refused_with_what_to_do(started):
    said, source = started("klanten.xml", b"<a><b><Kenteken>ZZ-001-Z</Kenteken></b></a>\n")
    assert said.status == 2 and "XML" in said.err and not source


XML = sample("klanten.xml")
TABLE = b"<table><tr><td>Kenteken</td></tr><tr><td>ZZ-001-Z</td></tr></table>"
CUT = "houdt te vroeg op: het einde ontbreekt"
PAGE = "HTML-tabel"
DOCTYPE = b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x "y">]>\n'


@pytest.mark.parametrize("adapter", [(), ("--adapter", "carsys"), ("--adapter", "generic_csv")])
@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("klanten.xml", XML[: len(XML) // 2], CUT),
        ("klanten.xml", XML[:-4], CUT),
        ("klanten.xml", DOCTYPE + XML.partition(b"?>")[2], "DOCTYPE"),
        ("klanten.xml", XML.replace(b"</Kenteken>", b"</Kent>", 1), "geen goed gevormde XML"),
        ("klanten.xls", b"<html><body>" + TABLE, PAGE),
        ("klanten.xls", b"\xef\xbb\xbf\r\n<!-- x --><!DOCTYPE html>\n" + TABLE, PAGE),
        ("klanten.xls", TABLE, PAGE),
        ("klanten.xls", b'<?xml version="1.0"?>\n<html xmlns="x">' + TABLE, PAGE),
        ("klanten.xls", TABLE.decode().encode("utf-16"), PAGE),
        ("klanten.xls", b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>", "Excel 2003"),
        ("klanten.xml", b"<data><Table><Kenteken>ZZ-001-Z</Kenteken></Table></data>", None),
    ],
)  # fmt: skip
def test_the_true_fault_of_what_begins_as_xml_is_told(started, name, content, told, adapter):
    said, source = started(name, content, *adapter)
    assert said.status == 2 and not source
    assert f"{name}: " in said.err or told is None
    assert told in said.err if told else PAGE not in said.err
    assert "(regel " in said.err or told not in (CUT, "DOCTYPE")


def test_it_asks_whether_it_is_right(installation, tmp_path):
    (tmp_path / "klanten.csv").write_bytes(sample("klanten.csv"))
    running = installation.start(
        "init", "--from", tmp_path / "klanten.csv", "--garage-id", "voorbeeld", stdin=subprocess.PIPE
    )
    _, err = running.communicate("n\n", timeout=60)
    assert running.returncode == 2 and "--adapter generic_csv" in err
    assert not (installation.folder / "garages" / "voorbeeld.yaml").exists()


def test_what_is_proposed_shows_no_cell_of_the_export_in_json_either(started):
    said, _ = started("klanten.csv", sample("klanten.csv"), "--json")
    told = json.dumps({**said.json, "preview": None}, ensure_ascii=False)
    for person in ("Meer", "vandermeer", "ZZ-001-Z", "Korenaar", "0612345601"):
        assert person not in told
