"""Contact operators from a WCxf file, added to a model."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.models import LeptonModel, WcxfFile

__all__ = ["operators_of"]


def operators_of(file: Path, model: LeptonModel) -> WcxfFile:
    """Return the operators of a WCxf file on a `model`; a file without any is rejected,
    because it would be allowed without a test.

    Parameters
    ----------
    file : in WCxf format.
    model : to which they are added.

    Raises
    ------
    InputError
        If the file has no operators of tridents, or cannot be read.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> operators_of(Path("nowhere.json"), StandardModel())
    Traceback (most recent call last):
    nuprobe.errors.InputError: ...
    """
    from nuprobe.errors import warn
    from nuprobe.models import WcxfFile

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read = WcxfFile(str(file), model)
        operators = read.operators
    if not (operators.left or operators.right):
        raise InputError(
            f"{file} has no coefficient that contributes to tridents: give couplings"
            " of neutrinos to charged leptons, such as VnueLL_2222 (JMS) or"
            " CVLL_numunumumumu (flavio)"
        )
    for text in dict.fromkeys(str(one.message) for one in caught):
        warn(text)
    return read
