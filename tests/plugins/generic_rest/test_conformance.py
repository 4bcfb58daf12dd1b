"""The adapter `generic_rest` keeps every rule of the conformance kit, against the garage system of its sample."""

from __future__ import annotations

from connector.testing.with_pytest import conformance

test_generic_rest_conforms = conformance("generic_rest")
