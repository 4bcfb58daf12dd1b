"""The adapter `generic_csv` keeps every rule of the conformance kit, on its own samples."""

from __future__ import annotations

from connector.testing.with_pytest import conformance

test_generic_csv_conforms = conformance("generic_csv")
