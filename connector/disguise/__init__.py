"""A copy of an export with the same form and nobody in it, so that a fault can be sent without its customers.

Letters become letters and digits digits, in place: length, punctuation, quotes, line ends and bytes that cannot be
read stay where they are. One text always becomes the same other text, so duplicates stay duplicates, and what a cell
is judged to be (a plate, no date, an address with a fault) its replacement is judged to be too.
"""

from connector.disguise.cells import YES_NO, Cells
from connector.disguise.copying import HEADER_WITHIN, Column, Form, disguised, retitled, words_of
from connector.disguise.headings import is_all_names, is_customer, kept
from connector.disguise.words import Words
from connector.disguise.xml_copying import disguised_xml

__all__ = [
    "HEADER_WITHIN",
    "YES_NO",
    "Cells",
    "Column",
    "Form",
    "Words",
    "disguised",
    "disguised_xml",
    "is_all_names",
    "is_customer",
    "kept",
    "retitled",
    "words_of",
]
