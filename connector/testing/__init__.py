"""The conformance kit: what every adapter must do and never does, tried on the samples that it brings along.

    report = examine("our_system")     every rule, on the plugin of this name
    report.findings                    what is amiss, each with its rule; none where the plugin conforms

Needs no test framework; `connector.testing.with_pytest` makes a test of every rule. What a plugin is tried on
lies in the folder `sample/` beside its module (`connector.testing.specimens`).
"""

from connector.testing.examining import RULES, Outcome, Report, examine, judge
from connector.testing.findings import Finding, NotApplicable, Rule
from connector.testing.specimens import Specimen, Subject, subject_of
from connector.testing.stand_in import Answered, Asked, Car

__all__ = [
    "RULES",
    "Answered",
    "Asked",
    "Car",
    "Finding",
    "NotApplicable",
    "Outcome",
    "Report",
    "Rule",
    "Specimen",
    "Subject",
    "examine",
    "judge",
    "subject_of",
]
