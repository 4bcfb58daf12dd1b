"""F16: every night an export of the same name, even of the same size and time."""

from __future__ import annotations

from .exports import bad, customer, customers


def test_f16_an_export_of_the_same_name_size_and_time_with_other_content_is_read(case):
    garage = case.garage()
    nights = case.size(4, 40)
    for night in range(nights):
        rows = [*customers(range(5)), customer(5, km=str(10_000 + night)), bad(6)]
        case.export(garage, rows, at=1_700_000_000)
        assert case.run_once().status in (0, 3)
    case.count()
