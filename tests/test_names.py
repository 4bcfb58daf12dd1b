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
        ("van der", "", "", "", "van der"),
        ("Meer van der", "", "", "", "Meer van der"),
        ("Meer Van Der", "", "", "", "Meer Van Der"),
        ("Berg van den", "", "", "", "Berg van den"),
        ("Heuvel van den J.", "", "", "", "Heuvel van den J."),
        ("Heuvel van den J. P.", "", "", "", "Heuvel van den J. P."),
        ("van der Meer J.", "", "", "", "van der Meer J."),
        ("J. van der", "", "", "", "J. van der"),
        ("J. van", "", "", "", "J. van"),
        ("J. Los", "J.", "", "", "Los"),
        ("J. v.d. Meer", "J.", "", "v.d.", "Meer"),
        ("J.v.d. Meer", "J.", "", "v.d.", "Meer"),
        ("J.P.v.d. Meer", "J.P.", "", "v.d.", "Meer"),
        ("J.v. Dijk", "J.", "", "v.", "Dijk"),
        ("J. v. Dijk", "J.", "", "v.", "Dijk"),
        ("J. v. d. Meer", "J.", "", "v. d.", "Meer"),
        ("J v d Meer", "J", "", "v d", "Meer"),
        ("J. v/d Meer", "J.", "", "v/d", "Meer"),
        ("J. vd Meer", "J.", "", "vd", "Meer"),
        ("Jan v.d. Meer", "", "Jan", "v.d.", "Meer"),
        ("v.d. Meer", "", "", "v.d.", "Meer"),
        ("V.d. Meer", "", "", "V.d.", "Meer"),
        ("Meer, J. v.d.", "J.", "", "v.d.", "Meer"),
        ("Meer v.d.", "", "", "", "Meer v.d."),
        ("Meer v.d. J.", "", "", "", "Meer v.d. J."),
        ("V.D. Meer", "", "", "", "V.D. Meer"),  # two initials, or v.d. in capitals
        ("J. V.D. MEER", "", "", "", "J. V.D. MEER"),
        ("J.V.D. Meer", "", "", "", "J.V.D. Meer"),
        ("v. dijk", "", "", "", "v. dijk"),
        ("V. Dijk", "V.", "", "", "Dijk"),
        ("j. jansen", "j.", "", "", "jansen"),
        ("J. d. Boer", "", "", "", "J. d. Boer"),
        ("Dr. Oetker", "", "", "", "Dr. Oetker"),
        ("St. Jan", "", "", "", "St. Jan"),
        ("Dr. J. Jansen", "", "", "", "Dr. J. Jansen"),
        ("Mr. van der Meer", "", "", "", "Mr. van der Meer"),
        ("drs J. de Boer", "", "", "", "drs J. de Boer"),
        ("Joh. de Boer", "", "", "", "Joh. de Boer"),
        ("Tj. Jansen", "Tj.", "", "", "Jansen"),
        ("IJ. de Boer", "IJ.", "", "de", "Boer"),
        ("A.Th. Jansen", "A.Th.", "", "", "Jansen"),
        ("J. Jansen van den Berg", "J.", "", "", "Jansen van den Berg"),
        ("J. (Jan) van Dijk", "", "", "", "J. (Jan) van Dijk"),
        ("Heuvel van den Dhr.", "", "", "", "Heuvel van den Dhr."),
        ("Jan de Boer (Piet)", "", "", "", "Jan de Boer (Piet)"),
        ("Jansen - de Boer", "", "", "", "Jansen - de Boer"),
        ("Jansen e/v de Boer", "", "", "", "Jansen e/v de Boer"),
        ("Jan en Piet de Boer", "", "", "", "Jan en Piet de Boer"),
        ("D. Los van Dijk", "", "", "", "D. Los van Dijk"),
        ("Aan de Stegge", "", "", "Aan de", "Stegge"),
        ("J. aan de Stegge", "J.", "", "aan de", "Stegge"),
        ("Aan de heer Jansen", "", "", "", "Jansen"),
        ("Aan fam. de Wit", "", "", "de", "Wit"),
        ("Dhr. Dr. Oetker", "", "", "", "Dr. Oetker"),
        ("Oetker, Dr.", "", "", "", "Oetker, Dr."),
        ("Meer, Dr. J. van der", "", "", "", "Meer, Dr. J. van der"),
        ("van der, J.", "", "", "", "van der, J."),
        ("van der Meer, J.", "J.", "", "", "van der Meer"),
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
    [
        *("van", "der", "Meer", "J.", "Jan", "de", "'t", ",", "in", "d'Hooghe", "\u674e", "BV", "x"),
        *("v.d.", "J.v.d.", "V.D.", "v.", "Dr.", "Aan", "(Jan)", "Los"),
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, min_size=1, max_size=8).map(" ".join)))
def test_no_sign_is_lost_but_a_salutation(name: str) -> None:
    def signs(text: str) -> list[str]:
        return sorted("".join(text.replace(",", " ").split()))

    found = names.split(name)
    assert found["last_name"] or not name.strip()
    if not names._SALUTATION.match(" ".join(name.split())):
        assert signs("".join(found.values())) == signs(name)


@given(st.lists(WORDS, min_size=1, max_size=8).map(" ".join))
def test_no_infix_and_no_initial_is_a_last_name_by_itself(name: str) -> None:
    found = names.split(name)
    if len(found) > 1:
        assert not {"van", "der", "de", "in", "v.d.", "v.", "J.", "V.D."} & {found["last_name"]}
