"""The effective moment for stellar cooling, from the same matrix that acts at reactors
and in the early universe.

A plasmon decays into a pair of neutrinos. A Dirac matrix has two helicities for each
ordered pair, ν_i and the antiparticle of ν_j. A Majorana pair i < j also has two, but
there is only one pair, since |μ_ij| and |μ_ji| are the same coupling. A Dirac neutrino
with μ *is* a Majorana pair with |μ_12| = μ. With `plasmon_width` for a Dirac neutrino
of moment μ_ν,

    Dirac        μ_ν² = Σ_ij |μ_ij − iε_ij|²
    Majorana     μ_ν² = Σ_{i<j} |μ_ij − iε_ij|² = ½ Σ_ij …

while scattering ν_i → ν_j or ν̄_j is proportional to |μ_ij|² in both cases. Papers on
stars state their bounds for Σ_ij over both orderings; ``counting="matrix"`` is that
sum.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from nuprobe.border import public
from nuprobe.cosmology.moments import read_moments
from nuprobe.errors import UnknownNameError

__all__ = ["Counting", "checked_counting", "share_of", "stellar_moment"]

Counting = Literal["pairs", "matrix"]


def checked_counting(counting: str) -> None:
    """Reject an unknown convention for counting moments.

    Parameters
    ----------
    counting : ``"pairs"`` or ``"matrix"``.

    Examples
    --------
    >>> checked_counting("pairs")
    """
    if counting not in get_args(Counting):
        raise UnknownNameError("counting of moments", counting, get_args(Counting))


def share_of(kind: str, counting: Counting = "pairs") -> float:
    """μ_ν² over Σ_ij |μ_ij|².

    Parameters
    ----------
    kind : ``"dirac"`` or ``"majorana"``.
    counting : ``"pairs"``, of final states, or ``"matrix"``, both orderings.

    Examples
    --------
    >>> share_of("majorana")
    0.5
    """
    checked_counting(counting)
    return 0.5 if kind == "majorana" and counting == "pairs" else 1.0


@public
def stellar_moment(model: Any, counting: Counting = "pairs") -> float:
    """μ_ν of a model: the moment of a single Dirac neutrino with the same plasmon decay
    rate.

    Parameters
    ----------
    model : `nuprobe.models.Electromagnetic` with moments alone, at one point, in any
        basis; None or the Standard Model: 0.
    counting : ``"pairs"`` (pairs of neutrinos in the final state) or ``"matrix"``,
        Σ_ij over both orderings also for Majorana neutrinos, as in the literature.

    Returns
    -------
    float
        In Bohr magnetons.

    Raises
    ------
    InputError
        For models with charges or radii, or of another kind.

    Examples
    --------
    >>> from nuprobe.models import Electromagnetic
    >>> pair = Electromagnetic(magnetic_moment={"emu": 1e-12}, kind="majorana")
    >>> stellar_moment(pair)
    1e-12
    """
    found = read_moments(model, "stars")
    return float(np.sqrt(share_of(found.kind, counting) * found.sums.sum()))
