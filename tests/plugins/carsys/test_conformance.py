"""The adapter `carsys` keeps every rule of the conformance kit, on its own samples."""

from __future__ import annotations

from connector.testing.with_pytest import conformance

test_carsys_conforms = conformance("carsys")
