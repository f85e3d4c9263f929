"""What reactions of nuclei share: how many nuclei of one kind a target has, and the
isovector axial couplings of a model to nucleons."""

from __future__ import annotations

from typing import Any

import numpy as np

from nuprobe.constants import G_A
from nuprobe.errors import InputError
from nuprobe.models import Couplings
from nuprobe.nuclei import Target

__all__ = ["count_of", "isovector_axial"]


def count_of(target: Target | None, isotope: str, hint: str) -> float:
    """Nuclei of an isotope in a formula unit.

    Parameters
    ----------
    target : None is one nucleus.
    isotope : its name.
    hint : end of the message: what has it.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> from nuprobe.nuclei import target
    >>> count_of(target("D2O"), "H2", "give D2O"), count_of(None, "H2", "give D2O")
    (2.0, 1.0)
    """
    if target is None:
        return 1.0
    found = [c.count for c in target.components if c.isotope.name == isotope]
    if not found:
        raise InputError(f"{target.name} has no {isotope}: {hint}")
    return sum(found)


def isovector_axial(couplings: Couplings) -> Any:
    """Flavour matrix of the isovector axial coupling to nucleons, the unit matrix in
    the Standard Model.

    Parameters
    ----------
    couplings : of a model.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> isovector_axial(StandardModel().couplings()).diagonal().round(6)
    array([1., 1., 1.])
    """
    zero = np.zeros((3, 3))
    axial = couplings.axial
    return (axial.get("p", zero) - axial.get("n", zero)) / (2 * G_A)
