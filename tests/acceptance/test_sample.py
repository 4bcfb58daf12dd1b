"""`sample make`: nobody is in the copy, and all that was wrong with the export is wrong with the copy too.

Every person's word in these exports is a canary: it is listed, and looked for in the copy.
"""

from __future__ import annotations

import re

import pytest

HEADER = ("Klantnr", "Kenteken", "Achternaam", "E-mail", "Straat", "Postcode", "Telefoon", "Chassis", "APK datum",
          "Km stand", "Land", "Afmelding", "Opmerking")  # fmt: skip
COLUMNS = {
    "plate": "Kenteken", "last_name": "Achternaam", "email": "E-mail", "street": "Straat", "postal_code": "Postcode",
    "phone": "Telefoon", "vin": "Chassis", "apk_due": {"column": "APK datum", "format": "%d-%m-%Y"},
    "mileage": "Km stand", "country": "Land", "opt_out": "Afmelding", "customer_reference": "Klantnr", "make": None,
}  # fmt: skip
SOUND = ("70011", "ZZ-417-Z", "Jansekanarie", "kanarie.een@kooitje.example", "Zangvogelstraat 4021", "7413 KX",
         "06-51423987", "WVWZZZ1KZAW417903", "14-05-2027", "60517", "", "nee", "belt na Vijfuurtje")  # fmt: skip


def row(**changes: str) -> list[str]:
    names = dict(zip(HEADER, SOUND, strict=True))
    renamed = {
        "plate": "Kenteken",
        "name": "Achternaam",
        "email": "E-mail",
        "street": "Straat",
        "phone": "Telefoon",
    }
    renamed |= {
        "vin": "Chassis",
        "apk": "APK datum",
        "km": "Km stand",
        "country": "Land",
        "optout": "Afmelding",
    }
    renamed |= {"remark": "Opmerking", "ref": "Klantnr", "pc": "Postcode"}
    return list({**names, **{renamed[name]: value for name, value in changes.items()}}.values())


ROWS = [
    row(),
    row(),  # word for word the first
    row(plate="ZZ417Z", apk="", email="Kanarie.Een@Kooitje.example"),  # the same car, an older card
    row(plate="12-AOE-7", name="Vogelnaar", ref="70012"),  # unusual
    row(plate="ZZ-418-Z", email="geen", name="Zonderpost"),
    row(plate="geen", name="Zonderauto"),
    row(plate="", name="Ledekanarie"),
    row(plate="ZZ-O18-Z", name="Verwisseld"),  # an O for a 0
    row(plate="WI-AB 1234", name="Buitenland"),
    row(plate="WI-AB 1235", name="Duitser", country="Duitsland"),
    row(plate="ZZ-419-Z", country="Nergenshuizen", name="Landloos"),
    row(plate="ZZ-420-Z", apk="31-02-2027", name="Schrikkel"),
    row(plate="ZZ-421-Z", apk="15-05-1999", name="Ouderwets", email="OUDERWETS@kooitje.example"),
    row(plate="ZZ-422-Z", apk="00-00-0000", km="1,5", name="Kommapunt"),
    row(plate="ZZ-423-Z", km="123.456", name="Punten", vin="TE-KORT-4711"),
    row(plate="ZZ-424-Z", email="mis.tik@kooitje,example", name="Tikfout"),
    row(plate="ZZ-425-Z", email="een@kooitje.example; twee@kooitje.example", name="Tweeling"),
    row(plate="ZZ-426-Z", name="", optout="misschien"),
    row(plate="ZZ-427-Z", name="van der Nachtegaal", optout="ja", email="nachtegaal@gmail.com"),
    row(plate="ZZ-428-Z", name="Ünsalkanarie", street="Coöperatiekade 12-14", phone="+31 6 51423988"),
    row(plate="ZZ-429-Z", name='Bakkerij ""De Merel"" BV', remark="x"),
    row(plate="ZZ-430-Z", name="Nergensstaand")[:6],  # too short
    [*row(plate="ZZ-431-Z", name="Langerdanlang"), "Overschot"],
]
ROWS[20] = [f'"{cell}"' if '""' in cell else cell for cell in ROWS[20]]


def written(
    rows: list[list[str]], *, encoding: str = "cp1252", delimiter: str = ";", end: str = "\r\n"
) -> bytes:
    return "".join(delimiter.join(cells) + end for cells in [list(HEADER), *rows]).encode(encoding)


def canaries(content: str) -> set[str]:
    """Every word of four signs and more below the header, and the plates without their dashes."""
    body = re.sub(r"\b\d\d-\d\d-\d{4}\b", "", content.split("\n", 1)[1].lower())  # a date keeps its year
    kept = {"duitsland", "gmail", "geen"}
    words = {word for word in re.findall(r"[^\W_]+", body) if len(word) >= 4}
    plates = {
        plate.replace("-", "") for plate in re.findall(r"[a-z0-9]{1,3}-[a-z0-9]{1,4}-[a-z0-9]{1,3}", body)
    }
    return (words | plates) - kept


def assert_nobody_is_in(copy: str, content: str) -> None:
    body = copy.split("\n", 1)[1].lower()
    assert "14-05-2027" not in body
    there = set(re.findall(r"[^\W_]+", body))
    plain = re.sub(r"[-. ]", "", body)
    assert not canaries(content) & there
    assert not [each for each in canaries(content) if len(each) >= 6 and each in plain]


def form(text: str) -> str:
    """A text sign class by sign class."""
    return "".join(
        "9" if sign.isdigit() else "A" if sign.isupper() else "a" if sign.isalpha() else sign for sign in text
    )


@pytest.fixture
def aviary(garage):
    """A garage whose file reads these exports."""
    garage.configure(columns=COLUMNS)
    return garage


def made(garage, content: bytes, *more: str, name: str = "klanten.csv") -> bytes:
    path = garage.drop(content, name)
    output = garage.folder / "copy.csv"
    output.unlink(missing_ok=True)
    said = garage.main("sample", "make", path, "--output", output, *more)
    assert (said.status, said.out) == (0, f"geschreven: {output}\n"), said.err
    assert path.read_bytes() == content
    return output.read_bytes()


def balance(garage, path) -> dict:
    seen = garage.ask("preview", path)
    told = {
        name: seen[name] for name in ("encoding", "delimiter", "header", "rows", "new", "changed", "skipped")
    }
    told["warnings"] = seen["warnings"]
    told["rejected"] = [
        (each["line"], each["column"], each["code"], each["message"]) for each in seen["rejected"]
    ]
    return {**told, "file_error": seen["file_error"]}


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"),
    [("cp1252", ";", "\r\n"), ("cp850", ";", "\r\n"), ("utf-8", "\t", "\n"), ("utf-8-sig", "|", "\r\n")],
)
@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_copy_says_of_every_line_what_the_export_says_and_nobody_is_in_it(
    aviary, encoding, delimiter, end, seed
):
    content = written(ROWS, encoding=encoding, delimiter=delimiter, end=end)
    copy = made(aviary, content, "--seed", seed)
    told, original = (
        balance(aviary, aviary.folder / "copy.csv"),
        balance(aviary, aviary.export_folder / "klanten.csv"),
    )
    assert told == original
    assert original["rejected"] and original["skipped"] and original["warnings"]
    assert len(copy) == len(content)
    assert form(copy.decode(encoding)) == form(content.decode(encoding))
    assert copy.splitlines()[0] == content.splitlines()[0]
    assert_nobody_is_in(copy.decode(encoding), content.decode(encoding))


def test_the_same_seed_gives_the_same_copy_and_another_another(aviary):
    content = written(ROWS)
    assert (
        made(aviary, content) == made(aviary, content, "--seed", "1") != made(aviary, content, "--seed", "2")
    )


def test_one_value_always_becomes_the_same_and_two_never_become_one(aviary):
    rows = [row(plate=f"{10 + at % 90}-ZZ{'BDFGHJKLMN'[at // 90]}-{at % 9 + 1}", ref=str(1000 + at), name=f"Naam{at}")
            for at in range(800)]  # fmt: skip
    lines = made(aviary, written(rows)).decode("cp1252").splitlines()[1:]
    first, second, third = (
        list(column) for column in list(zip(*(line.split(";") for line in lines), strict=True))[:3]
    )
    assert len(set(first)) == len(set(second)) == len(set(third)) == 800
    originals = {each[0] for each in rows}
    assert not originals & set(first)  # four figures, and room enough


def test_a_plate_stays_one_plate_however_it_is_written(aviary):
    rows = [row(plate=each) for each in ("ZZ-417-Z", "zz417z", "ZZ 417 Z")]
    lines = made(aviary, written(rows)).decode("cp1252").splitlines()[1:]
    plates = [line.split(";")[1] for line in lines]
    assert [form(each) for each in plates] == ["AA-999-A", "aa999a", "AA 999 A"]
    assert len({re.sub("[- ]", "", each).upper() for each in plates}) == 1


def test_what_says_nothing_of_a_person_stays(aviary):
    rows = [
        row(
            country="Duitsland",
            optout="ja",
            email="nachtegaal@gmail.com",
            name="van der Nachtegaal",
            apk="00-00-0000",
        )
    ]
    cells = made(aviary, written(rows)).decode("cp1252").splitlines()[1].split(";")
    assert (cells[10], cells[11], cells[8]) == ("Duitsland", "ja", "00-00-0000")
    assert cells[3].endswith("@gmail.com") and cells[2].startswith("van der ")


@pytest.mark.parametrize(
    "content",
    [
        written([row(), row(name='"Nooitdicht'), *[row(plate=f"ZZ-{at}-Z") for at in range(500, 560)]]),
        written([row(), row(name='"Halfdicht"je'), row()]),
        written([row(name="Nulteken\0"), row()]),
        written([row()]) + b"\x1a",
        b"",
        b"\r\n\r\n",
        written([]),
        "Klantnr;Achternaam\r\n70011;Jansekanarie\r\n".encode("utf-16"),
        written([row(remark='"belt\r\nna Vijfuurtje"'), row()]),
    ],
    ids=["unclosed", "misquoted", "nul", "ctrl-z", "empty", "blank", "header", "utf-16", "two lines"],
)
def test_what_cannot_be_read_cannot_be_read_in_the_copy_either(aviary, content):
    copy = made(aviary, content)
    assert balance(aviary, aviary.folder / "copy.csv") == balance(
        aviary, aviary.export_folder / "klanten.csv"
    )
    assert len(copy) == len(content)
    assert not re.search(
        rb"(?i)kanarie|k\0a\0n\0a\0r\0i|nooitdicht|halfdicht|vijfuurtje|51423987|70011|417|kooitje", copy
    )


def test_bytes_of_another_encoding_stay_where_they_are(aviary):
    content = (
        written([row(name="Çelikkanarie")] * 9, encoding="utf-8")
        + b"70012;ZZ-500-Z;Ren\xe9kanarie;;;;;;;;;;\r\n"
    )
    copy = made(aviary, content)
    assert balance(aviary, aviary.folder / "copy.csv") == balance(
        aviary, aviary.export_folder / "klanten.csv"
    )
    assert b"\xe9" in copy.splitlines()[-1] and b"kanarie" not in copy


@pytest.mark.parametrize(
    "name",
    ["Παπαδόπουλος", "Иванов", "محمد", "王小明", "Ñandú", "Zoë"],
    ids=["gr", "ru", "ar", "zh", "es", "nl"],
)
def test_a_name_of_any_script_is_gone(aviary, name):
    copy = made(aviary, written([row(name=name)] * 3, encoding="utf-8")).decode()
    assert name not in copy and name.lower() not in copy.lower()
    assert len(copy.encode()) == len(written([row(name=name)] * 3, encoding="utf-8"))


def test_without_a_garage_the_header_says_what_columns_hold(installation, tmp_path):
    path, output = tmp_path / "x.csv", tmp_path / "copy.csv"
    content = written(ROWS)
    path.write_bytes(content)
    said = installation.main("sample", "make", path, "--output", output, "--json")
    assert said.status == 0
    assert said.json["header_line"] == 1 and {"plate", "email", "apk_due", "phone"} <= set(
        said.json["fields"]
    )
    assert_nobody_is_in(output.read_text("cp1252"), content.decode("cp1252"))


def test_a_first_line_that_is_a_customer_is_no_header(installation, tmp_path):
    path, output = tmp_path / "x.csv", tmp_path / "copy.csv"
    path.write_bytes(b"".join(written(ROWS).splitlines(keepends=True)[1:]))
    said = installation.main("sample", "make", path, "--output", output)
    assert said.status == 0 and "kopregel" in said.err
    assert not re.search(r"(?i)kanarie|zangvogel|51423987|zz-?417", output.read_text("cp1252"))


@pytest.mark.parametrize("first", ["Mevrouw;Jansekanarie;Zangvogelstraat", "A;B;Jansekanarie"])
def test_a_first_line_of_which_nothing_is_known_does_not_stay(installation, tmp_path, first):
    path, output = tmp_path / "x.csv", tmp_path / "copy.csv"
    path.write_text(f"{first}\r\n{first}\r\n", "utf-8")
    installation.main("sample", "make", path, "--output", output)
    assert not re.search(r"kanarie|vogel|Mevrouw", output.read_text("utf-8"))


def test_title_lines_above_the_header_do_not_stay(aviary):
    copy = made(aviary, b"Klanten van Kanariegarage\r\n" + written([row()]))
    assert b"Kanariegarage" not in copy and b"Jansekanarie" not in copy


def test_a_header_that_is_repeated_stays(aviary):
    rows = [row(), list(HEADER), row(plate="ZZ-500-Z")]
    lines = made(aviary, written(rows)).splitlines()
    assert lines[0] == lines[2]


def test_nothing_is_overwritten_and_nothing_else_is_copied(aviary, tmp_path):
    path = aviary.drop(written([row()]))
    (tmp_path / "there.csv").write_bytes(b"mine")
    assert aviary.main("sample", "make", path, "--output", tmp_path / "there.csv").status == 2
    assert (tmp_path / "there.csv").read_bytes() == b"mine"
    path = aviary.drop(b"PK\x03\x04....")
    said = aviary.main("sample", "make", path, "--output", tmp_path / "new.csv")
    assert (said.status, said.out) == (2, "") and "Excel" in said.err
    assert not (tmp_path / "new.csv").exists()


def test_a_garage_that_is_named_must_be_there(aviary, tmp_path):
    path = aviary.drop(written([row()]))
    said = aviary.main("sample", "make", path, "--garage", "janssen", "--output", tmp_path / "new.csv")
    assert said.status == 2 and not (tmp_path / "new.csv").exists()


def test_an_export_without_a_header_is_copied_by_the_file_that_names_its_columns(installation, tmp_path):
    path, output = tmp_path / "x.csv", installation.folder / "copy.csv"  # the folder of an export is watched
    path.write_bytes(b"".join(written(ROWS).splitlines(keepends=True)[1:]))
    columns = ("--column", "apk_due=kolom 9", "--column", "last_name=kolom 3")
    flags = ("--garage-id", "noord", "--url", "https://api.example.nl", "--yes", *columns)
    assert installation.main("init", "--from", path, *flags).status == 0
    assert installation.main("sample", "make", path, "--output", output).status == 0
    told, original = (installation.ask("preview", each) for each in (output, path))
    assert [(each["line"], each["code"]) for each in told["rejected"]] == [
        (each["line"], each["code"]) for each in original["rejected"]
    ]
    assert (told["rows"], told["new"], told["skipped"]) == (len(ROWS), original["new"], original["skipped"])
    assert not re.search(r"(?i)kanarie|zangvogel|51423987|zz-?417", output.read_text("cp1252"))
