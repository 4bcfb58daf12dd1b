"""A whole name taken apart: only what is sure, and nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import names


def parts(name: str) -> tuple[str, ...]:
    """Initials, first name, infix and last name."""
    found = names.split(name)
    return tuple(found.get(field, "") for field in ("initials", "first_name", "infix", "last_name"))


@pytest.mark.parametrize(
    ("name", "initials", "first", "infix", "last"),
    [
        ("Jansen", "", "", "", "Jansen"),
        ("van der Meer", "", "", "van der", "Meer"),
        ("Van Der Meer", "", "", "Van Der", "Meer"),
        ("J. van der Meer", "J.", "", "van der", "Meer"),
        ("J.P. van 't Hof", "J.P.", "", "van 't", "Hof"),
        ("J. P. in \u2019t Veld", "J. P.", "", "in \u2019t", "Veld"),
        ("Th. de Boer", "Th.", "", "de", "Boer"),
        ("J van Dijk", "J", "", "van", "Dijk"),
        ("Jan van der Meer", "", "Jan", "van der", "Meer"),
        ("Anna Maria de Vries-van den Berg", "", "Anna Maria", "de", "Vries-van den Berg"),
        ("de Vries van den Berg", "", "", "de", "Vries van den Berg"),
        ("J. Jansen", "J.", "", "", "Jansen"),
        ("J.-P. Jansen Steur", "J.-P.", "", "", "Jansen Steur"),
        ("Jan Jansen", "", "", "", "Jan Jansen"),  # who knows where the last name begins
        ("Meer, van der", "", "", "van der", "Meer"),
        ("Meer, J. van der", "J.", "", "van der", "Meer"),
        ("Meer, Jan van der", "", "Jan", "van der", "Meer"),
        ("Jansen, J.", "J.", "", "", "Jansen"),
        ("Jansen, Jan", "", "", "", "Jansen, Jan"),
        ("Jansen, Pieters", "", "", "", "Jansen, Pieters"),
        ("Dhr. J. Jansen", "J.", "", "", "Jansen"),
        ("De heer Jansen", "", "", "", "Jansen"),
        ("de Heer", "", "", "de", "Heer"),
        ("De heer de Heer", "", "", "de", "Heer"),
        ("Mevr. van Dijk", "", "", "van", "Dijk"),
        ("Fam. de Wit", "", "", "de", "Wit"),
        ("Dhr. en mevr. Bos", "", "", "", "Bos"),
        ("d'Hooghe", "", "", "", "d'Hooghe"),
        ("M. d'Hooghe", "M.", "", "", "d'Hooghe"),
        ("El Amrani", "", "", "El", "Amrani"),
        ("von der Leyen", "", "", "von der", "Leyen"),
        ("van", "", "", "", "van"),
        ("van der", "", "", "van", "der"),
        ("Van der Valk Hotels B.V.", "", "", "", "Van der Valk Hotels B.V."),
        ("Bakkerij de Korenaar", "", "", "", "Bakkerij de Korenaar"),
        ("Jansen & De Vries", "", "", "", "Jansen & De Vries"),
        ("Stichting Het Park", "", "", "", "Stichting Het Park"),
        ("\u674e", "", "", "", "\u674e"),
        ("  Jan   van  Dijk ", "", "Jan", "van", "Dijk"),
        ("Jan \U0001f697 van Dijk", "", "Jan \U0001f697", "van", "Dijk"),
        (",", "", "", "", ","),
        ("J.", "", "", "", "J."),
    ],
)
def test_a_name_is_taken_apart_where_that_is_sure(
    name: str, initials: str, first: str, infix: str, last: str
) -> None:
    assert parts(name) == (initials, first, infix, last)


WORDS = st.sampled_from(
    ["van", "der", "Meer", "J.", "Jan", "de", "'t", ",", "in", "d'Hooghe", "\u674e", "BV", "x"]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, min_size=1, max_size=8).map(" ".join)))
def test_no_word_is_lost_but_a_salutation(name: str) -> None:
    found = names.split(name)
    assert "last_name" in found
    if not names._SALUTATION.match(" ".join(name.split())):
        assert sorted(" ".join(found.values()).replace(",", " ").split()) == sorted(
            name.replace(",", " ").split()
        )
