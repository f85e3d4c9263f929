"""Charges and charge radii of neutrinos where they are detected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public
from nuprobe.errors import InputError, shown
from nuprobe.flavours import Flavour, columns, trace
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import Electromagnetic
from nuprobe.numerics import FloatArray
from nuprobe.oscillation.arrival import check_propagation, energies, functions
from nuprobe.oscillation.moments import mu_eff
from nuprobe.oscillation.protocol import Propagation
from nuprobe.reprs import readable

__all__ = ["EffectiveProperties", "effective_properties"]


@readable
@dataclass(frozen=True)
class EffectiveProperties:
    """Properties of the neutrino that arrives, arrays of the shape of the energies.

    Attributes
    ----------
    magnetic_moment : |μ_ν|(L, E) in μ_B.
    charge, charge_radius : √(Σ_j |Σ_k U*_ℓk e^{−i m_k² L/2E} X_jk|²), in e and cm²:
        relevant for scattering without interference.
    charge_mean, charge_radius_mean : ⟨ν(L)|X|ν(L)⟩, in e and cm²: relevant for
        interference with the weak amplitude, with a sign.
    """

    magnetic_moment: FloatArray
    charge: FloatArray
    charge_radius: FloatArray
    charge_mean: FloatArray
    charge_radius_mean: FloatArray


@public
def effective_properties(
    model: Electromagnetic,
    flavour: str | Flavour,
    e_nu: ArrayLike,
    propagation: Propagation,
) -> EffectiveProperties:
    """Electromagnetic properties of neutrinos produced as `flavour` where they are
    detected.

    Parameters
    ----------
    model : its matrices; anapoles count as charge radii of −6a.
    flavour, e_nu, propagation : as in `nuprobe.oscillation.density`.

    Raises
    ------
    InputError
        If the model has no electromagnetic properties, or several parameter points.

    Examples
    --------
    >>> from nuprobe.oscillation import AtSource
    >>> model = Electromagnetic(charge={"ee": 1e-12, "emu": 1e-12})
    >>> found = effective_properties(model, "nu_e", 10.0, AtSource())
    >>> f"{found.charge:.2e}, {found.charge_mean:.2e}"
    '1.41e-12, 1.00e-12'
    """
    if not isinstance(model, Electromagnetic):
        raise InputError(
            f"effective properties need an Electromagnetic model, got {shown(model)}"
        )
    check_propagation(propagation)
    f, e = as_flavour(flavour), energies(e_nu)

    def both(matrix: NDArray[Any] | None) -> tuple[FloatArray, FloatArray]:
        if matrix is None:
            return np.zeros(e.shape), np.zeros(e.shape)
        if matrix.ndim != 2:
            raise InputError(
                "effective properties are computed for one model at a time"
            )
        seen = np.conj(matrix) if f.anti else matrix
        waves = functions(propagation, e)
        squares, means = [], []
        for arriving in propagation.states(f):
            column = columns(seen, arriving)
            squares.append(trace(column, column, arriving))
            means.append(trace(column, columns(np.eye(len(seen)), arriving), arriving))
        size = np.sqrt(np.maximum(waves @ np.stack(squares), 0.0))
        return size, np.asarray(waves @ np.stack(means))

    charge, radius = both(model.seen("charge")), both(model.radius())
    moment = mu_eff(model, f, e, propagation)
    return EffectiveProperties(moment, charge[0], radius[0], charge[1], radius[1])
