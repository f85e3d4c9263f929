"""Magnetic moments where neutrinos are detected."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, shown
from nuprobe.flavours import Flavour, columns, trace
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import Model, check_model
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.oscillation.arrival import check_propagation, energies, functions
from nuprobe.oscillation.protocol import Propagation

__all__ = ["moment_limits", "mu_eff"]


@public
def mu_eff(
    model: Model, flavour: str | Flavour, e_nu: ArrayLike, propagation: Propagation
) -> FloatArray:
    """Effective magnetic moment |μ_ν| of neutrinos produced as `flavour` where they are
    detected, in Bohr magnetons.

    μ² = Σ_j |Σ_k U*_ℓk e^{−i m_k² L/2E} (μ − iε)_jk|² (Giunti:2014ixa, eq. unverified),
    and Σ_k P_ek Σ_j |(μ − iε)_jk|² for incoherent mass states.

    Parameters
    ----------
    model : with the moments, such as `Electromagnetic`.
    flavour, e_nu, propagation : as in `nuprobe.oscillation.density`.

    Returns
    -------
    array
        Of the shape of `e_nu`; 0 if the model has no moments.

    Raises
    ------
    InputError
        If an energy is not positive and finite.

    Examples
    --------
    >>> from nuprobe.models import Electromagnetic
    >>> from nuprobe.oscillation import Solar
    >>> model = Electromagnetic(magnetic_moment={"ee": 1e-11})
    >>> f"{mu_eff(model, 'nu_e', 0.862, Solar('Be7')):.2e}"
    '7.25e-12'
    """
    check_model(model)
    check_propagation(propagation)
    f = as_flavour(flavour)
    e = energies(e_nu)
    moment = model.couplings(f.anti).magnetic
    if moment is None:
        return np.zeros(e.shape)
    squares = []
    for arriving in propagation.states(f):
        column = columns(moment, arriving)
        squares.append(trace(column, column, arriving))
    return np.sqrt(np.maximum(functions(propagation, e) @ np.stack(squares), 0.0))


@public
def moment_limits(mu: float, shares: ArrayLike) -> Mapping[str, float]:
    """Turn an upper limit on the effective moment of incoherent neutrinos into limits
    on moments of mass states.

    μ² = Σ_k P_k Σ_j |μ_jk|²; each limit assumes that all other elements vanish.

    Parameters
    ----------
    mu : limit on μ, in Bohr magnetons.
    shares : P_1, P_2, P_3 of the mass states, such as ``Solar().functions(energy)``.

    Returns
    -------
    mapping
        ``"mu_11"``, ``"mu_22"``, ``"mu_33"`` (Dirac); ``"mu_12"``, ``"mu_13"``,
        ``"mu_23"`` (Majorana, or Dirac with its hermitian partner); ``"lambda_1"`` …
        are the latter under the names |Λ_i| = |μ_jk| of Canas:2015yoa. A fraction of
        zero gives no limit, ``inf``.

    Raises
    ------
    InputError
        If the limit is not positive or the shares are not three fractions that sum to
        1.

    Examples
    --------
    >>> limits = moment_limits(3.1e-11, [0.7, 0.28, 0.02])
    >>> f"{limits['mu_11']:.2e}", f"{limits['lambda_3']:.2e}"
    ('3.71e-11', '3.13e-11')
    """
    p = numbers("shares", shares)
    if p.shape != (3,) or not np.all((p >= 0) & (p <= 1)) or abs(p.sum() - 1) > 1e-6:
        raise InputError(
            f"shares must be three fractions that add up to 1, got {shown(shares)}"
        )
    if number("a limit on a moment in Bohr magnetons", mu) <= 0:
        raise InputError(f"a limit on a moment must be positive, got {mu}")

    def limit(share: float) -> float:
        return float(mu / math.sqrt(share)) if share > 0 else math.inf

    result = {f"mu_{k + 1}{k + 1}": limit(p[k]) for k in range(3)}
    for k, (i, j) in enumerate(((1, 2), (0, 2), (0, 1))):
        result[f"mu_{i + 1}{j + 1}"] = result[f"lambda_{k + 1}"] = limit(p[i] + p[j])
    return result
