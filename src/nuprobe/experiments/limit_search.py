"""Search range of a limit in mass and coupling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.experiments.scanned import Scanned
from nuprobe.numerics import FloatArray, numbers

__all__ = ["search_range"]

_COUPLINGS: Final = (1e-7, 10.0)
_DIPOLES: Final = (1e-11, 1.0)
"""The same in 1/GeV."""


def search_range(
    family: Scanned, grid: Mapping[str, ArrayLike] | None, mass: ArrayLike | None
) -> tuple[Scanned, FloatArray, tuple[float, float]]:
    """The model over a range with all masses, masses, and smallest and largest
    coupling.

    Parameters
    ----------
    family : whose mass and coupling vary.
    grid, mass : as in `nuprobe.limit`.

    Examples
    --------
    >>> search_range(Scanned.of("b-l"), None, [10.0, 1.0])[1:]
    (array([ 1., 10.]), (1e-07, 10.0))
    """
    couplings = _COUPLINGS if family.stepped is None else _DIPOLES
    if grid is not None:
        if not isinstance(grid, Mapping):
            raise InputError(
                "a grid must be given by axis, {'mass': ..., 'coupling': ...},"
                f" got {grid!r}"
            )
        unknown = set(grid) - {"mass", "coupling"}
        if unknown or mass is not None:
            raise InputError(
                "a grid has the axes mass and coupling; give it or mass, not both"
            )
        mass = grid.get("mass")
        if "coupling" in grid:
            axis = np.unique(numbers("the couplings of a grid", grid["coupling"]))
            most = family.parameters[1].upper
            if axis.size < 2 or not np.all((axis > 0) & (axis <= most)):
                raise InputError(
                    f"the couplings of a grid must be positive, at most {most:g}, and"
                    " at least two"
                )
            couplings = (float(axis.min()), float(axis.max()))
    masses = (
        np.geomspace(*family.mass_range, 200)
        if mass is None
        else _few(np.atleast_1d(numbers("masses (MeV)", mass)))
    )
    if masses.ndim > 1 or masses.size == 0:
        raise InputError("masses must be a list of at least one mass (MeV)")
    family = family.reaching(masses)
    return family, np.unique(np.clip(masses, *family.mass_range)), couplings


def _few(masses: FloatArray) -> FloatArray:
    """Check the number of masses, so that a limit does not take minutes."""
    if masses.size > 50_000:
        raise InputError(
            f"a limit takes at most 50 000 masses, got {masses.size}: it is smooth"
            " between a few hundred"
        )
    return masses
