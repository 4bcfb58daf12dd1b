"""What a plugin's author need not write: columns from the garage's file, encodings, rows of CSV.

A plugin imports the names below from here and nothing else of this package.
"""

from connector.kit.columns import Columns, ColumnSetting, as_columns
from connector.kit.csv_rows import read_csv
from connector.kit.delimiter import Delimiter
from connector.kit.encoding import Encoding
from connector.kit.headless import Header, read_headless

__all__ = [
    "ColumnSetting",
    "Columns",
    "Delimiter",
    "Encoding",
    "Header",
    "as_columns",
    "read_csv",
    "read_headless",
]
