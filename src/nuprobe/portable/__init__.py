"""Likelihoods that travel: files from which anyone evaluates the exact −2 ln L, in any
language, without this package.

Templates, coefficients as polynomials in the parameters, nuisances and data of a cost
are contracted to what its value needs. The documentation has evaluators in Python and
JavaScript.
"""

from nuprobe.portable.document import Likelihood
from nuprobe.portable.hs3 import hs3_document
from nuprobe.portable.make import export_likelihood, portable_likelihood
from nuprobe.portable.pyhf import pyhf_patchset, pyhf_workspace
from nuprobe.portable.reading import read_likelihood

__all__ = [
    "Likelihood",
    "export_likelihood",
    "hs3_document",
    "portable_likelihood",
    "pyhf_patchset",
    "pyhf_workspace",
    "read_likelihood",
]
