"""What a plugin's author need not write: columns from the garage's file, encodings, records of CSV, Excel, XML, JSON.

A plugin imports the names below from here and nothing else of this package.
"""

from connector.columns import look_alike, refuse_doubled
from connector.dictionary import folded, yes_or_no
from connector.kit.addresses import AddressCell, judge_address
from connector.kit.columns import Columns, ColumnsCheck, ColumnSetting, as_columns, names_of
from connector.kit.csv_rows import read_csv
from connector.kit.delimiter import Delimiter
from connector.kit.durations import Duration
from connector.kit.encoding import Encoding
from connector.kit.headless import Header, read_headless
from connector.kit.headless_sheet import read_headless_sheet
from connector.kit.json_rows import read_json
from connector.kit.meant import refuse_gone
from connector.kit.xlsx_rows import is_workbook, read_xlsx
from connector.kit.xml_rows import read_xml

__all__ = [
    "AddressCell",
    "ColumnSetting",
    "Columns",
    "ColumnsCheck",
    "Delimiter",
    "Duration",
    "Encoding",
    "Header",
    "as_columns",
    "folded",
    "is_workbook",
    "judge_address",
    "look_alike",
    "names_of",
    "read_csv",
    "read_headless",
    "read_headless_sheet",
    "read_json",
    "read_xlsx",
    "read_xml",
    "refuse_doubled",
    "refuse_gone",
    "yes_or_no",
]
