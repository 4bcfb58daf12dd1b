"""Whose certificates are believed: those the operating system believes, and no environment variable's."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterable
from pathlib import Path

import truststore

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/ssl/cert.pem",  # Alpine, Arch, Fedora, RHEL, BSD
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # newer Fedora and RHEL
    "/etc/pki/tls/cert.pem",  # older Fedora and RHEL
    "/etc/ssl/ca-bundle.pem",  # SUSE
)


def system_trust() -> ssl.SSLContext:
    """A client's context that verifies certificate and host name against the system's own store.

    On Windows and macOS that is truststore's work. Elsewhere truststore would follow SSL_CERT_FILE and
    SSL_CERT_DIR, and whoever sets a variable would say whom we trust: there the bundle is read here.
    """
    if sys.platform in ("win32", "darwin"):
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    built_in = ssl.get_default_verify_paths()
    bundles = (built_in.openssl_cafile, *_BUNDLES)
    bundle = next((name for name in bundles if Path(name).is_file()), None)
    if bundle is not None:
        context.load_verify_locations(cafile=bundle)
    elif Path(built_in.openssl_capath).is_dir():
        context.load_verify_locations(capath=built_in.openssl_capath)
    return context


def shared(context: ssl.SSLContext) -> ssl.SSLContext:
    """A context that several threads connect with: its protocol is set here, once.

    urllib3 would set the same one anew at every connection, while another thread reads it.
    """
    context.set_alpn_protocols(["http/1.1"])
    context.set_alpn_protocols = _keep  # type: ignore[assignment]  # of this one context
    return context


def _keep(_: Iterable[str]) -> None:
    """Nothing."""
