"""The rules as tests of pytest, one each:

from connector.testing.with_pytest import conformance

test_our_system_conforms = conformance("our_system")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from connector.testing.examining import RULES, judge
from connector.testing.findings import Rule
from connector.testing.specimens import Specimen, subject_of


def conformance(name: str, specimens: Iterable[Specimen] | None = None) -> Callable[[Rule], None]:
    """A test of the plugin `name` for every rule; one that it gives no occasion for says so and holds."""
    given = None if specimens is None else tuple(specimens)

    @pytest.mark.parametrize("rule", RULES, ids=str)
    def test_conforms(rule: Rule) -> None:
        outcome = judge(rule, subject_of(name, specimens=given))
        if outcome.remark:
            print(outcome.remark)  # noqa: T201  # shown by -rP, and where the test fails
        if outcome.findings:
            pytest.fail("\n".join(each.message for each in outcome.findings), pytrace=False)

    return test_conforms
