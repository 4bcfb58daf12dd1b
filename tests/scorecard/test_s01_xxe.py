"""S01: an XML export fetches nothing: no file of this computer, no address of the net, no schema, no stylesheet."""

from __future__ import annotations

import socket

import pytest

LONG_AGO = 1_790_000_000
"""A modification time: what has stood still for so long is believed to be whole."""
CANARY = "canary-7f3a"
CAR = (
    '<Voertuig kenteken="ZZ-001-Z"><Bestuurder achternaam="{0}" emailPrive="b@voorbeeld.example"/></Voertuig>'
)
SETTINGS = {
    "recipient": ["driver"],
    "addresses": ["private"],
    "columns": {"vehicle.apk_due": {"optional": "true"}, "driver.company": {"optional": "true"}},
}

ATTACKS = {
    "a file as an entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "{file}">]><Export>{car_e}</Export>',
    "an address as an entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]><Export>{car_e}</Export>',
    "a public entity": '<!DOCTYPE x [<!ENTITY e PUBLIC "p" "{url}">]><Export>{car_e}</Export>',
    "an outside DTD": '<!DOCTYPE x SYSTEM "{url}"><Export>{car}</Export>',
    "a file as the DTD": '<!DOCTYPE x SYSTEM "{file}"><Export>{car}</Export>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "{url}"> %p;]><Export>{car}</Export>',
    "a parameter entity of a file": '<!DOCTYPE x [<!ENTITY % p SYSTEM "{file}"> %p;]><Export>{car}</Export>',
    "an unparsed entity": (
        '<!DOCTYPE x [<!NOTATION n SYSTEM "{url}"><!ENTITY e SYSTEM "{file}" NDATA n>]><Export>{car}</Export>'
    ),
    "an attribute by the DTD": '<!DOCTYPE x [<!ATTLIST Voertuig kenteken CDATA "ZZ-002-Z">]><Export>{car}</Export>',
    "an entity nobody declared": "<Export>{car_e}</Export>",
}
HARMLESS = {
    "an inclusion": '<Export xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{file}"/>{car}</Export>',
    "an inclusion of text": (
        '<Export xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include parse="text" href="{url}"/>{car}</Export>'
    ),
    "a stylesheet": '<?xml-stylesheet type="text/xsl" href="{url}"?><Export>{car}</Export>',
    "a schema": (
        '<Export xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{url}">'
        "{car}</Export>"
    ),
}


@pytest.fixture
def listener():
    """A port of this computer that nobody should knock at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield listening


@pytest.fixture
def attacked(garage, listener, tmp_path):
    """Drops an attack as an export and takes it in; nothing may have been fetched."""
    secret = tmp_path / "geheim.txt"
    secret.write_text(CANARY, "utf-8")
    garage.configure(source={"adapter": "carsys", "pattern": ["*.xml"], "settings": SETTINGS})

    def attacked(written, *, encoding="utf-8"):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        parts = {"file": secret.as_uri(), "url": url, "car": CAR.format("Bos"), "car_e": CAR.format("&e;")}
        for name, text in parts.items():
            written = written.replace(f"{{{name}}}", text)
        content = f'<?xml version="1.0" encoding="{encoding}"?>\n{written}\n'.encode(encoding)
        garage.drop(content, "klanten.xml", at=LONG_AGO)
        said = [garage.run("-v"), garage.main("status", "-v"), garage.main("trace", "ZZ-001-Z")]
        told = "".join(each.out + each.err for each in said)
        assert CANARY not in told
        assert all(CANARY.encode() not in content for content in garage.installation.state_files().values())
        with pytest.raises(BlockingIOError):
            listener.accept()
        return told

    return attacked


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_what_would_fetch_or_expand_is_held_and_fetches_nothing(garage, attacked, attack, encoding):
    attacked(ATTACKS[attack], encoding=encoding)
    assert garage.stand()["sources"][0]["state"] == "held"
    assert garage.deeds() == []


@pytest.mark.parametrize("reference", HARMLESS)
def test_what_only_names_an_address_is_read_and_fetches_nothing(garage, attacked, reference):
    attacked(HARMLESS[reference])
    assert [deed.body["customer"]["last_name"] for deed in garage.deeds()] == ["Bos"]
