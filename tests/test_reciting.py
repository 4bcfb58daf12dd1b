"""What was said before is told by its digest where a reader can tell, and cut as ever where it cannot."""

from __future__ import annotations

from connector.model import SourceRecord
from connector.reciting import Recited, beside

ONE, OTHER = SourceRecord({"a": "1"}, 2, None, b"1" * 16), SourceRecord({"a": "2"}, 3, None, b"2" * 16)


class Knowing:
    """Records of a reader that knows their raw text."""

    def __iter__(self):
        return iter([ONE, OTHER])

    def beside(self, said):
        said.discard(ONE.digest)
        return iter([Recited([2], [ONE.digest]), OTHER])


def test_a_reader_that_can_tell_is_asked_what_was_said_before():
    said = {b"1" * 16}
    assert list(beside(Knowing(), said)) == [Recited([2], [b"1" * 16]), OTHER]
    assert said == set()


def test_the_records_of_any_other_are_all_cut():
    said = {b"1" * 16}
    assert list(beside([ONE, OTHER], said)) == [ONE, OTHER]
    assert said == {b"1" * 16}
