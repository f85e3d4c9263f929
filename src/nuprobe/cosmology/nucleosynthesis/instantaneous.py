"""Neutrinos that decouple instantaneously, with conserved entropy before and after, as
assumed in older plots of Y_P as a function of moments.

Between two decouplings (s_γe + n 7π²/90 T³) a³ is constant with the entropy of the
plasma s_γe and n flavours that are still coupled; a decoupled flavour has T_i ∝ 1/a.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import HBAR_MEV_S, PLANCK_MASS
from nuprobe.cosmology.criteria import Criterion, decoupling_temperature
from nuprobe.cosmology.moments import read_moments
from nuprobe.cosmology.nucleosynthesis.expansion import Expansion
from nuprobe.cosmology.rates import FLAVOURS
from nuprobe.cosmology.screening import Screening
from nuprobe.cosmology.thermodynamics import equation_of_state
from nuprobe.errors import ComputationError, InputError

__all__ = ["instantaneous_expansion"]

_POINTS: Final = 1500
_ENDS: Final = (20.0, 0.005)  # MeV
_ENTROPY: Final = 7 * math.pi**2 / 90
_ENERGY: Final = 7 * math.pi**2 / 120
_STANDARD: Final = (11 / 4) ** (4 / 3)


@public
def instantaneous_expansion(
    model: Any = None,
    criterion: Criterion = "number",
    *,
    screening: Screening = "debye",
) -> Expansion:
    """Expansion with each flavour decoupling instantaneously at its own temperature.

    Parameters
    ----------
    model : None, `StandardModel` or `Electromagnetic` with Majorana moments.
    criterion : ``"number"`` (last scattering) or ``"energy"``.
    screening : of the photon in the number of scatterings.

    Returns
    -------
    Expansion

    Raises
    ------
    InputError
        For Dirac moments, which populate right-handed neutrinos long before.
    ComputationError
        If a flavour decouples above 20 MeV or below 30 keV.

    Examples
    --------
    >>> round(instantaneous_expansion().n_eff, 3)
    3.032
    """
    moments = read_moments(model)
    if moments.kind == "dirac" and moments.any:
        raise InputError(
            "instantaneous decoupling is available for Majorana moments only: for"
            " right-handed neutrinos use the full evolution (criterion='evolved')"
        )
    free = {
        flavour: decoupling_temperature(
            moments, flavour, criterion, screening=screening
        )
        for flavour in FLAVOURS
    }
    first = max(free.values())
    if first >= _ENDS[0]:
        raise ComputationError(
            f"neutrinos decouple at {first:.3g} MeV, above {_ENDS[0]:g} MeV"
        )
    gas = equation_of_state("e3")
    t = np.geomspace(*_ENDS, _POINTS)
    t = np.unique(np.concatenate([t, list(free.values())]))[::-1]
    ln_a, start = np.empty_like(t), 0.0
    edges = [t[0], *sorted(free.values(), reverse=True), t[-1]]
    for coupled, (high, low) in zip(
        range(len(free), -1, -1), pairwise(edges), strict=True
    ):
        here = (t <= high) & (t >= low)
        entropy = np.log(gas.entropy(t[here]) + coupled * _ENTROPY * t[here] ** 3)
        ln_a[here] = start + (entropy[0] - entropy) / 3
        start = float(ln_a[here][-1])
    nu = []
    for own in free.values():
        at = float(ln_a[np.argmin(np.abs(t - own))])
        nu.append(np.where(t >= own, t, own * np.exp(at - ln_a)))
    rho = gas.energy(t) + _ENERGY * np.sum(np.power(nu, 4), axis=0)
    return Expansion(
        t_gamma=t,
        t_nu_e=nu[0],
        scale_factor=np.exp(ln_a),
        hubble=np.sqrt(8 * math.pi * rho / 3) / PLANCK_MASS / HBAR_MEV_S,
        n_eff=float(np.sum([(one[-1] / t[-1]) ** 4 for one in nu]) * _STANDARD),
        assumptions={
            "moments": moments.describe(),
            "criterion": f"instantaneous, {criterion}",
            "decoupled at [MeV]": ", ".join(f"{one:.4g}" for one in free.values()),
            "flavour_mixing": "none",
            "screening": screening,
            "qed": "e3",
        },
    )
