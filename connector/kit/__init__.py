"""What a plugin's author need not write: columns from the garage's file, encodings, rows of CSV and Excel.

A plugin imports the names below from here and nothing else of this package.
"""

from connector.kit.columns import Columns, ColumnSetting, as_columns, names_of
from connector.kit.csv_rows import read_csv
from connector.kit.delimiter import Delimiter
from connector.kit.encoding import Encoding
from connector.kit.xlsx_rows import is_workbook, read_xlsx

__all__ = [
    "ColumnSetting",
    "Columns",
    "Delimiter",
    "Encoding",
    "as_columns",
    "is_workbook",
    "names_of",
    "read_csv",
    "read_xlsx",
]
