"""The muon's anomalous magnetic moment from a vector boson that couples to its vector
current.

    Δa_μ = (g²/8π²) F(M/m_μ),   F = ∫₀¹dx 2x(1−x)² / [(1−x)² + x M²/m_μ²]

(Leveille:1977rc; Baek:2001kca, unverified against the papers; a seminar that prints 8π
for 8π² contradicts its own limit). F → 1 for a light boson and 2m_μ²/3M² for a heavy
one, so that Δa_μ → g²/8π² and g²m_μ²/12π²M².

The coupling g is that of the muon: g′ in L_μ − L_τ, shifted by −εe where there is
kinetic mixing. Measurement and prediction have changed over the years; each status is a
named `Layer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import pi
from statistics import NormalDist
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.bounds.vector_boson import nonnegative
from nuprobe.constants import M_MUON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.files import read_table
from nuprobe.numerics import FloatArray

__all__ = [
    "Layer",
    "band",
    "coupling_for",
    "delta_a",
    "layer",
    "layers",
    "loop_function",
    "upper_limit",
]

# With 1 − x = 1/(1 + e^−t) the integrand decays exponentially at both ends and is
# analytic for |Im t| < π/2 whatever the mass, so the trapezoidal rule errs by e^(−π²/h)
# at most: 1e-17 here. The ends of the range cut off 1e-17 as well.
_STEP: Final = 0.25
_T: Final = np.arange(-40, 40 + _STEP, _STEP)
_Y: Final = 1 / (1 + np.exp(-_T))  # 1 − x
_X: Final = 1 / (1 + np.exp(_T))


@dataclass(frozen=True)
class Layer:
    """Measured minus predicted a_μ as of one year.

    Attributes
    ----------
    name, year : the name is the year as text.
    delta, sigma : a_exp − a_SM and its standard deviation (dimensionless).
    role : ``"discrepancy"`` (drawn as a band) or ``"limit"`` (drawn as an upper limit).
    experiment, theory : texkeys.
    verified : whether the numbers were read in a source.
    """

    name: str
    year: int
    delta: float
    sigma: float
    role: Literal["discrepancy", "limit"]
    experiment: str
    theory: str
    verified: bool


@lru_cache(maxsize=1)
def _layers() -> tuple[Layer, ...]:
    rows = read_table(files("nuprobe.bounds") / "data" / "muon_g2.csv")
    return tuple(
        Layer(
            row["layer"],
            int(row["year"]),
            1e-11 * float(row["delta"]),
            1e-11 * float(row["sigma"]),
            "limit" if row["role"] == "limit" else "discrepancy",
            row["experiment"],
            row["theory"],
            row["verified"] == "1",
        )
        for row in rows
    )


def layers() -> tuple[Layer, ...]:
    """Every layer, oldest first.

    >>> [one.name for one in layers()]
    ['2016', '2021', '2023', '2025']
    """
    return _layers()


def layer(name: str | Layer) -> Layer:
    """Return a layer.

    Parameters
    ----------
    name : its name, e.g. ``"2021"``; a `Layer` is returned as it is.

    Raises
    ------
    UnknownNameError
        If there is no layer of that name.

    Examples
    --------
    >>> layer("2021").delta
    2.51e-09
    """
    if isinstance(name, Layer):
        return name
    for one in _layers():
        if one.name == name:
            return one
    raise UnknownNameError("layer of (g-2)_mu", name, [one.name for one in _layers()])


def loop_function(mass: ArrayLike) -> FloatArray:
    """F of the module docstring, between 1 (massless) and 0, accurate to 1e-13 for
    every mass.

    Parameters
    ----------
    mass : mass of the boson in MeV, any shape; 0 is allowed.

    Raises
    ------
    InputError
        If a mass is negative or not finite.

    Examples
    --------
    >>> loop_function(100.0)
    array(0.2213)
    """
    ratio2 = (nonnegative("mass", mass) / M_MUON) ** 2
    integrand = 2 * (_X * _Y) ** 2 * _Y / (_Y**2 + _X * ratio2[..., None])
    return np.asarray(_STEP * integrand.sum(axis=-1))


def delta_a(mass: ArrayLike, coupling: ArrayLike) -> FloatArray:
    """Δa_μ of a vector boson (dimensionless, never negative).

    Parameters
    ----------
    mass : MeV; broadcasts with `coupling`.
    coupling : vector coupling of the muon, of either sign.

    Raises
    ------
    InputError
        If a mass is negative, or a number not finite.

    Examples
    --------
    >>> delta_a(10.0, 5e-4)
    array(2.478e-09)
    """
    g = nonnegative(
        "the size of the coupling", np.abs(np.asarray(coupling, dtype=float))
    )
    return np.asarray(g**2 / (8 * pi**2) * loop_function(mass))


def coupling_for(delta: ArrayLike, mass: ArrayLike) -> FloatArray:
    """Coupling at which a boson gives a certain Δa_μ; inverse of `delta_a`.

    Parameters
    ----------
    delta : Δa_μ (dimensionless), not negative; broadcasts with `mass`.
    mass : MeV, any shape.

    Raises
    ------
    InputError
        If `delta` or a mass is negative or not finite: a vector coupling only raises
        a_μ.

    Examples
    --------
    >>> coupling_for(2.51e-9, 10.0)
    array(0.000503)
    """
    return np.asarray(
        np.sqrt(8 * pi**2 * nonnegative("delta_a", delta) / loop_function(mass))
    )


def band(
    name: str | Layer, mass: ArrayLike, n_sigma: float = 2.0
) -> tuple[FloatArray, FloatArray]:
    """Couplings that bring Δa_μ within `n_sigma` standard deviations of a layer.

    Parameters
    ----------
    name : a layer or its name.
    mass : MeV, any shape.
    n_sigma : half-width of the band.

    Returns
    -------
    lower, upper : arrays of the shape of `mass`
        `lower` is 0 where the band includes zero contribution.

    Raises
    ------
    InputError
        If the layer disfavours any positive contribution at `n_sigma`.

    Examples
    --------
    >>> lower, upper = band("2021", 10.0)
    >>> bool(lower < upper)
    True
    """
    one = layer(name)
    width = float(nonnegative("n_sigma", n_sigma)) * one.sigma
    if one.delta + width < 0:
        raise InputError(
            f"layer {one.name} allows no positive contribution within {n_sigma} sigma:"
            " raise n_sigma"
        )
    return coupling_for(max(one.delta - width, 0.0), mass), coupling_for(
        one.delta + width, mass
    )


def upper_limit(name: str | Layer, mass: ArrayLike, cl: float = 0.95) -> FloatArray:
    """One-sided Gaussian upper limit on the coupling: Δa_μ < delta + z(cl)·sigma.

    Parameters
    ----------
    name : a layer or its name.
    mass : MeV, any shape.
    cl : confidence level; 0.95 is 1.645 standard deviations.

    Raises
    ------
    InputError
        If `cl` lies outside (0.5, 1), or the layer leaves no room for a positive
        contribution.

    Examples
    --------
    >>> upper_limit("2025", 100.0)
    array(0.000710)
    """
    if not 0.5 < cl < 1:
        raise InputError(f"cl must lie between 0.5 and 1, got {cl}")
    one = layer(name)
    limit = one.delta + NormalDist().inv_cdf(cl) * one.sigma
    if limit < 0:
        raise InputError(
            f"layer {one.name} excludes every positive contribution at cl = {cl}:"
            " raise cl"
        )
    return coupling_for(limit, mass)
