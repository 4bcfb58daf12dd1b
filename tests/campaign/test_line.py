"""The line to iGarage: gone, silent, slow, cut, redirected, broken in the middle, or not to be trusted."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from .cases import three_modes
from .exports import bad, customer, customers
from .lines import black_hole, breaking_line, deaf, tls_line, trap
from .processes import until

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
"""Debian's own store: what the program trusts there."""
PORTAL = "<html><title>Welkom op het wifi-netwerk</title></html>"
NEVER_TRIED = 0


def attempts(case, garage, number=1):
    """How many attempts were counted against a passport."""
    return case.at_its_clock(lambda: garage.trace(customer(number)["Kenteken"]))["attempts"]


def paused(case, garage):
    (found,) = (each for each in case.status() if each["garage"] == garage.id)
    return found["state"] == "paused"


# ---------------------------------------------------------------- F28


def test_f28_a_refused_connection_pauses_and_costs_nothing(case):
    garage = case.garage()
    case.export(garage, [*customers(range(case.size(10, 500))), bad(600)])
    case.sandbox.stop()
    service = case.service()
    until(lambda: case.took_all() and paused(case, garage), "the pause")
    assert (attempts(case, garage), garage.ask("held")) == (NEVER_TRIED, [])
    case.sandbox.start()
    case.until_delivered()
    assert service.runs
    case.count()


@pytest.mark.parametrize("away", ["no such name", "silent", "black hole"])
def test_f28_an_igarage_that_cannot_be_reached_pauses_and_costs_nothing(case, away):
    garage = case.garage(igarage={"timeout": 0.5})
    case.export(garage, [*customers(range(case.size(10, 200))), bad(600)])
    with where(away) as url:
        garage.configure(igarage={"url": url, "allow_http": url.startswith("http://")})
        for _ in range(2):
            case.run_once()
            assert paused(case, garage)
        assert (attempts(case, garage), garage.ask("held")) == (NEVER_TRIED, [])
    garage.configure(igarage={"url": case.sandbox.url, "allow_http": True, "timeout": 20})
    case.drain()
    case.count()


@contextmanager
def where(away):
    """The address of an iGarage that is away."""
    if away == "no such name":
        yield "https://igarage.invalid/connector/v1"
    elif away == "silent":
        with deaf() as port:
            yield f"http://127.0.0.1:{port}/connector/v1"
    else:
        with black_hole() as port:
            yield f"http://127.0.0.1:{port}/connector/v1"


# ---------------------------------------------------------------- F29


@three_modes
@pytest.mark.parametrize("part", ["headers", "body"])
def test_f29_an_answer_that_trickles_ends_at_the_deadline_and_is_unknown(case, part):
    garage = case.garage(igarage={"timeout": 0.5}, delivery={"workers": 2})
    case.export(garage, customers(range(case.size(4, 40))))
    case.sandbox.order_fault(method="PUT", trickle=5, trickle_part=part, times=4)
    for _ in range(3):
        case.run_once()
    garage.configure(igarage={"timeout": 20})
    case.faults_over()
    case.drain()
    case.count()


# ---------------------------------------------------------------- F30


@three_modes
@pytest.mark.parametrize("promised", [True, False], ids=["promised", "unpromised"])
def test_f30_a_cut_answer_is_unknown_and_brings_no_second_effect(case, promised):
    garage = case.garage()
    case.export(garage, [*customers(range(case.size(30, 1000))), bad(1000)])
    case.sandbox.order_fault(method="PUT", cut=20, promised=promised, probability=0.4, seed=case.seed)
    for _ in range(2):
        case.run_once()
    case.faults_over()
    case.drain()
    case.count()


@three_modes
def test_f30_a_cut_answer_to_an_invitation_brings_no_second_mail(case):
    garage = case.garage(send="never")
    case.export(garage, customers(range(case.size(12, 300))))
    case.run_once()
    garage.configure(delivery={"send": "always"})
    case.books[garage.id].invites = True
    case.sandbox.order_fault(method="POST", cut=10, probability=0.5, seed=case.seed)
    for _ in range(2):
        case.run_once()
    case.faults_over()
    case.drain()
    case.count()


def test_f30_a_captive_portal_is_not_igarage(case):
    garage = case.garage()
    case.export(garage, [*customers(range(case.size(10, 200))), bad(600)])
    case.sandbox.order_fault(body=PORTAL)
    service = case.service()
    until(lambda: case.took_all() and paused(case, garage), "the pause")
    assert (attempts(case, garage), garage.ask("held")) == (NEVER_TRIED, [])
    case.faults_over()
    case.until_delivered()
    assert service.runs
    case.count()


def test_f30_a_captive_portal_that_comes_in_the_middle_delivers_nothing(case):
    garage = case.garage()
    case.export(garage, customers(range(case.size(20, 200))))
    case.sandbox.order_fault(body=PORTAL, after=8)
    for _ in range(2):
        case.run_once()
    assert case.left() and garage.ask("held") == []
    case.faults_over()
    case.drain()
    case.count()


# ---------------------------------------------------------------- F31


@pytest.mark.slow
@three_modes
def test_f31_a_connection_reset_anywhere_in_a_request_loses_and_doubles_nothing(case):
    garage = case.garage()
    rows = case.size(25, 1000)
    breaks = ("whole", "in the request", "request half passed on", "before the answer", "in the answer")
    with breaking_line(case.sandbox.port, breaks, case.dice) as line:
        garage.configure(igarage={"url": f"{line.origin}/connector/v1"})
        case.export(garage, [*customers(range(rows)), bad(rows)])
        for _ in range(case.size(4, 20)):
            case.run_once()
        assert len(line.broken) > 1
        line.mend()
        case.faults_over()
        case.drain()
        case.kept_answers = line.kept
        garage.configure(igarage={"url": case.sandbox.url})
        case.count()


@pytest.mark.slow
@three_modes
def test_f31_a_reset_while_an_invitation_is_asked_for_mails_once(case):
    garage = case.garage(send="never")
    case.export(garage, customers(range(case.size(12, 300))))
    case.run_once()
    case.books[garage.id].invites = True
    breaks = ("whole", "whole", "before the answer", "in the request", "in the answer")
    with breaking_line(case.sandbox.port, breaks, case.dice) as line:
        garage.configure(igarage={"url": f"{line.origin}/connector/v1"}, delivery={"send": "always"})
        for _ in range(case.size(4, 20)):
            case.run_once()
        line.mend()
        case.faults_over()
        case.drain()
        case.kept_answers = line.kept
        garage.configure(igarage={"url": case.sandbox.url})
        case.count()


# ---------------------------------------------------------------- F32


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("deed", ["undone", "done"])
def test_f32_a_redirect_is_never_followed_and_never_a_success(case, status, deed):
    garage = case.garage()
    case.export(garage, customers(range(case.size(4, 40))))
    with trap() as (origin, came):
        fault = {"status": status, "location": f"{origin}/connector/v1/passports/ZZ000Z"}
        case.sandbox.order_fault(method="PUT", after_deed=deed == "done", **fault)
        case.run_once()
        case.sandbox.clear_faults()
        case.sandbox.order_fault(path="/garage", **fault)
        case.run_once()
        assert came == []
    assert garage.ask("held") == []
    case.faults_over()
    case.drain()
    case.count()


@three_modes
def test_f32_a_redirect_after_an_invitation_was_sent_brings_no_second_one(case):
    garage = case.garage(send="never")
    case.export(garage, customers(range(case.size(4, 40))))
    case.run_once()
    garage.configure(delivery={"send": "always"})
    case.books[garage.id].invites = True
    with trap() as (origin, came):
        case.sandbox.order_fault(method="POST", status=302, location=f"{origin}/elsewhere", after_deed=True)
        for _ in range(2):
            case.run_once()
        assert came == []
    case.faults_over()
    case.drain()
    case.count()


# ---------------------------------------------------------------- F33


@pytest.fixture
def authority(case, tmp_path):
    """A certificate authority that the program trusts, as the system's own store does: in its own mounts."""
    found = trustme.CA()
    bundle = tmp_path / "bundle.pem"
    found.cert_pem.write_to_path(bundle)
    trusting = f'mount --bind "{bundle}" {BUNDLE} && exec "$@"'
    case.processes.before = ("unshare", "--mount", "--map-root-user", "sh", "-c", trusting, "sh")
    return found


def serving(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def certificates(authority):
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return {
        "expired": authority.issue_cert(
            "localhost", not_before=yesterday - timedelta(days=9), not_after=yesterday
        ),
        "not yet": authority.issue_cert("localhost", not_before=yesterday + timedelta(days=9)),
        "wrong host": authority.issue_cert("iemand-anders.example"),
        "self-signed": trustme.CA().issue_cert("localhost"),
    }


@pytest.mark.parametrize("fault", ["expired", "not yet", "wrong host", "self-signed"])
def test_f33_a_certificate_that_is_not_to_be_trusted_gets_no_byte_of_ours(case, authority, fault):
    garage = case.garage()
    case.export(garage, customers(range(case.size(5, 100))))
    with tls_line(case.sandbox.port, serving(certificates(authority)[fault])) as (port, came):
        garage.configure(igarage={"url": f"https://localhost:{port}/connector/v1", "allow_http": False})
        for _ in range(2):
            case.run_once()
            assert paused(case, garage)
        assert came == []
    assert (attempts(case, garage), garage.ask("held")) == (NEVER_TRIED, [])
    with tls_line(case.sandbox.port, serving(authority.issue_cert("localhost"))) as (port, came):
        garage.configure(igarage={"url": f"https://localhost:{port}/connector/v1"})
        case.drain()
        assert came
    garage.configure(igarage={"url": case.sandbox.url, "allow_http": True})
    case.count()
