"""Export of results: HEPData submissions, pandas frames, LaTeX.

Every result becomes a few `DataTable`: columns with units, errors and qualifiers,
divided into dependent and independent variables. All formats are written from these, as
are files of results (`nuprobe export`).
"""

from nuprobe.exports.hepdata import Submission
from nuprobe.exports.kinds import tables_of
from nuprobe.exports.parts import DataTable, Errors, Variable
from nuprobe.exports.writing import submission, to_frame, to_hepdata, to_latex

__all__ = [
    "DataTable",
    "Errors",
    "Submission",
    "Variable",
    "submission",
    "tables_of",
    "to_frame",
    "to_hepdata",
    "to_latex",
]
