"""Cross sections of neutrinos after propagation: flavour changes along the path
interfere with those in the detector."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import Model
from nuprobe.nuclei import TargetSpec
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import Propagation, state
from nuprobe.processes.cross_section import differential, total
from nuprobe.processes.inputs import energies, together
from nuprobe.processes.interface import Process

__all__ = ["differential_at", "total_at"]


@public
def differential_at(
    process: Process,
    e_nu: ArrayLike,
    t: ArrayLike,
    target: TargetSpec | None,
    model: Model,
    flavour: str | Flavour,
    propagation: Propagation | None = None,
) -> FloatArray:
    """Differential cross section dσ/dT at the end of a propagation.

    The neutrino arrives as Σ_k U*_ℓk e^{−i m_k² L/2E} ν_k, and amplitudes are added
    before they are squared (Kouzakov:2017hbc, eq. unverified; EPS-HEP2021, eq. 6).

    Parameters
    ----------
    process, e_nu, t, target, model : as in `cross_section.differential`.
    flavour : at production.
    propagation : such as ``Vacuum(20 * m)``; None for a detector at the source.

    Returns
    -------
    array
        In cm²/MeV, of the shape of `e_nu` and `t` broadcast.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.oscillation import Vacuum
    >>> from nuprobe.units import km
    >>> cevns, standard = nu.process("cevns"), nu.StandardModel()
    >>> near, far = (
    ...     differential_at(cevns, 30.0, 0.01, "Ar40", standard, "nu_mu", way)
    ...     for way in (None, Vacuum(500 * km))
    ... )
    >>> bool(np.isclose(near, far, rtol=1e-12))
    True
    """
    if propagation is None:
        return differential(process, e_nu, t, target, model, flavour)
    e, deposited = together(e_nu, t)
    anti, result = as_flavour(flavour).anti, np.zeros(e.shape)
    for energy in np.unique(e):
        at = e == energy
        arriving = state(propagation, flavour, float(energy))
        result[at] = differential(
            process, energy, deposited[at], target, model, arriving, anti=anti
        )
    return result


@public
def total_at(
    process: Process,
    e_nu: ArrayLike,
    target: TargetSpec | None,
    model: Model,
    flavour: str | Flavour,
    propagation: Propagation | None = None,
    *,
    threshold: float = 0.0,
) -> FloatArray:
    """Total cross section σ(E) at the end of a propagation.

    Parameters
    ----------
    process, e_nu, target, model, flavour, propagation : as in `differential_at`.
    threshold : smallest deposit counted, MeV.

    Returns
    -------
    array
        In cm², of the shape of `e_nu`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> total_at(nu.process("cevns"), 30.0, "Ar40", nu.StandardModel(), "nu_mu")
    array(1.509e-39)
    """
    one = partial(total, process, target=target, model=model, threshold=threshold)
    if propagation is None:
        return np.asarray(one(e_nu=e_nu, flavour=flavour))
    e, anti = energies(e_nu), as_flavour(flavour).anti

    def arriving(energy: float) -> FlavourState:
        return state(propagation, flavour, energy)

    values = [one(e_nu=x, flavour=arriving(float(x)), anti=anti) for x in e.ravel()]
    return np.array(values, dtype=float).reshape(e.shape)
