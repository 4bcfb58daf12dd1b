"""Where customers' data may be sent."""

from __future__ import annotations

import pytest

from connector.config import service_url

HTTPS_ONLY = "must begin with https:// (http:// is only for this computer itself, with allow_http: true)"
NO_SERVICE = "names an address that is no service: link-local, metadata, multicast or unspecified"
NO_HOST = "names a host that is none: write its name, or its IP address in full"
NOT_PLAIN = "may not hold spaces, backslashes, control characters or letters outside ASCII"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.nl/connector/v1",
        "https://api.example.nl:8443/",
        "https://10.0.0.5/v1",
        "https://[2001:db8::1]:8443/v1",
        "https://[::1]/v1",
        "http://127.0.0.1:8080/v1",
        "http://127.9.9.9",
        "http://[::1]:8080/v1",
        "http://localhost:8080/v1",
        "https://4ever.nl/v1",
    ],
)
def test_s12_a_good_url_has_no_fault(url: str) -> None:
    assert service_url.fault(url) is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://api.example.nl/v1", HTTPS_ONLY),
        ("http://127.0.0.1.example.nl/v1", HTTPS_ONLY),
        ("http://localhost.example.nl/v1", HTTPS_ONLY),
        ("http://10.0.0.5/v1", HTTPS_ONLY),
        ("file:///etc/passwd", HTTPS_ONLY),
        ("ftp://api.example.nl/", HTTPS_ONLY),
        ("javascript:alert(1)", HTTPS_ONLY),
        ("api.example.nl/v1", HTTPS_ONLY),
        ("", HTTPS_ONLY),
        ("https:///v1", "names no host"),
        ("https://api.example.nl:99999/", "is not a URL"),
        ("https://[::1/v1", "is not a URL"),
        ("https://a:canary-7f3a@api.example.nl/v1",
         "may not hold a user name or password: the token goes into token_file or token_env"),
        ("https://@api.example.nl/v1",
         "may not hold a user name or password: the token goes into token_file or token_env"),
        ("https://api.example.nl/v1?key=canary-7f3a", "may not hold a query (?) or a fragment (#)"),
        ("https://api.example.nl/v1?", "may not hold a query (?) or a fragment (#)"),
        ("https://api.example.nl/v1#x", "may not hold a query (?) or a fragment (#)"),
        ("https://api.example.nl/ v1", NOT_PLAIN),
        ("https://api.example.nl\\@evil.example/", NOT_PLAIN),
        ("https://api.exam\tple.nl/v1", NOT_PLAIN),
        ("https://api.example.nl/\n", NOT_PLAIN),
        ("https://\u0430pi.example.nl/v1", NOT_PLAIN),
        ("https://169.254.169.254/latest", NO_SERVICE),
        ("https://[fe80::1]/v1", NO_SERVICE),
        ("https://[fe80::1%25eth0]/v1", NO_SERVICE),
        ("https://[::ffff:169.254.169.254]/", NO_SERVICE),
        ("https://[fd00:ec2::254]/", NO_SERVICE),
        ("https://[fd00:0ec2:0::254]/", NO_SERVICE),
        ("https://100.100.100.200/", NO_SERVICE),
        ("https://METADATA.google.internal./", NO_SERVICE),
        ("https://0.0.0.0/", NO_SERVICE),
        ("https://224.0.0.1/", NO_SERVICE),
        ("https://2852039166/", NO_HOST),
        ("https://0xA9FEA9FE/", NO_HOST),
        ("https://0251.0376.0251.0376/", NO_HOST),
        ("https://169.254.43518/", NO_HOST),
        ("https://-x.nl/", NO_HOST),
        ("https://a..b/", NO_HOST),
        ("https://" + "a" * 2000, "is longer than 2000 characters"),
    ],
)  # fmt: skip
def test_s12_a_bad_url_is_told_without_repeating_it(url: str, said: str) -> None:
    fault = service_url.fault(url)
    assert fault == said
    assert "canary" not in fault


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("http://localhost/", True),
        ("http://127.0.0.1/", True),
        ("http://[::1]/", True),
        ("http://a.nl/", False),
    ],
)
def test_s12_loopback_is_this_computer_and_nothing_else(url: str, answer: bool) -> None:
    assert service_url.is_loopback(url) is answer
