"""S12: the address of iGarage is https and nobody's secret; nothing else is ever asked."""

from __future__ import annotations

import pytest

REFUSED = [
    "http://api.example.nl/connector/v1",
    "file:///etc/passwd",
    "ftp://api.example.nl/",
    "gopher://127.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[fe80::1]/v1",
    "https://0.0.0.0/v1",
    "https://user:canary-password@api.example.nl/v1",
    "https://api.example.nl/v1?token=canary-password",
    "https://api.example.nl/v1#canary-password",
    "//api.example.nl/v1",
    "https://",
    "https://api.example.nl\\@elders.example/v1",
    "https://api.example.nl/v1\r\nX-Evil: 1",
]


@pytest.mark.parametrize("url", REFUSED)
@pytest.mark.parametrize("allow_http", [True, False])
def test_an_address_that_is_none_of_igarages_is_refused_at_loading_and_never_asked(
    garage, sandbox, car, url, allow_http
):
    garage.configure(igarage={"url": url, "allow_http": allow_http})
    garage.export(car(1))
    for command in (["config", "check"], ["run", "--once"]):
        said = garage.main(*command)
        assert said.status == 4
        assert "igarage.url" in said.err or "igarage.allow_http" in said.err
        assert "canary-password" not in said.out + said.err
    assert sandbox.requests() == []


def test_plain_http_to_this_computer_needs_to_be_said(garage):
    garage.configure(igarage={"allow_http": False})
    said = garage.run()
    assert said.status == 4
    assert "allow_http" in said.err


def test_a_watched_folder_is_a_folder_and_no_address(garage):
    garage.configure(source={"watch": "https://api.example.nl/export"})
    assert garage.run().status in (4, 5)
