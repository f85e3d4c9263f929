"""Axial response of nuclei with spin to the neutral current.

dσ_A/dT = (G_F² M/4π)(1 + MT/2E² − T/E) F_A(q²), F_A(0) = 4/3 (J + 1)/J (g_p <S_p> + g_n
<S_n>)² [Hoferichter:2020osn], so that a proton has F_A(0) = g_A². The form (G_F² M/2π)
|G_A|²/(2J + 1) (2 + MT/E²) is the same for T ≪ E, with |G_A|²/(2J + 1) = F_A/4, its
nucleon couplings being g_A/2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.constants import G_A
from nuprobe.errors import UnknownNameError
from nuprobe.files import read_table
from nuprobe.nuclei.form_factors import Exponential, FormFactor
from nuprobe.nuclei.form_factors.base import momentum2
from nuprobe.nuclei.isotopes import DATA, Isotope, isotope
from nuprobe.nuclei.radii import default_radius
from nuprobe.numerics import FloatArray

__all__ = [
    "SpinExpectation",
    "axial_couplings",
    "axial_form_factor",
    "axial_terms",
    "spin_expectation",
]


@dataclass(frozen=True)
class SpinExpectation:
    """Spin expectation values of a ground state.

    Attributes
    ----------
    s_p, s_n : <S_p> and <S_n>.
    source : where they come from.
    verified : whether they were read there.
    """

    s_p: float
    s_n: float
    source: str
    verified: bool


@lru_cache(maxsize=1)
def _table() -> dict[str, SpinExpectation]:
    return {
        row["isotope"]: SpinExpectation(
            float(row["s_p"]), float(row["s_n"]), row["source"], row["verified"] == "1"
        )
        for row in read_table(DATA / "spin_expectations.csv")
    }


def spin_expectation(of: str | Isotope) -> SpinExpectation:
    """Expectation values <S_p>, <S_n> of an isotope.

    Parameters
    ----------
    of : the nucleus; exactly 0 for J = 0.

    Raises
    ------
    UnknownNameError
        If it has spin and no values are tabulated.

    Examples
    --------
    >>> spin_expectation("Ar40").s_n, spin_expectation("Xe129").s_n > 0.2
    (0.0, True)
    """
    nucleus = isotope(of)
    if not nucleus.has_spin:
        return SpinExpectation(0.0, 0.0, "exact", True)
    tabulated = _table().get(nucleus.name)
    if tabulated is None:
        raise UnknownNameError(
            "spin expectation value",
            nucleus.name,
            _table(),
            f"({nucleus.name} has J = {nucleus.spin:g})",
        )
    return tabulated


def axial_couplings(strange: float = 0.0) -> tuple[float, float]:
    """Axial couplings (g_p, g_n) = (g_A − Δs, −g_A − Δs).

    Parameters
    ----------
    strange : the strange part Δs (about −0.085).

    Examples
    --------
    >>> g_p, g_n = axial_couplings(-0.085)
    >>> round(g_p + g_n, 3)
    0.17
    """
    return G_A - strange, -G_A - strange


def axial_terms(
    of: str | Isotope, q2: ArrayLike, *, form_factor: FormFactor | None = None
) -> FloatArray:
    """Axial response split by nucleon: F_A = g_p² S_pp + g_p g_n S_pn + g_n² S_nn.

    S_pp(0) = k <S_p>², S_pn(0) = 2k <S_p><S_n>, S_nn(0) = k <S_n>², k = 4/3 (J + 1)/J.

    Parameters
    ----------
    of : the nucleus.
    q2 : |q|², MeV², any shape.
    form_factor : F of the spin density; all three terms fall as F². Default: a Gaussian
        with the rms radius of the nucleus. This is a model: the transverse response of
        a shell-model state falls with another, state-dependent shape, so trust it for q
        R ≲ 1 and treat it as uncertain by a factor beyond. The axial form factor of the
        nucleon (−4 % on F_A at 100 MeV) and two-body currents (tens of per cent) are
        left out.

    Returns
    -------
    array, shape q2.shape + (3,)
        (S_pp, S_pn, S_nn); zeros for J = 0.

    Raises
    ------
    UnknownNameError
        If the spin expectation values are not tabulated.

    Examples
    --------
    >>> axial_terms("Xe129", [0.0, 1e3]).shape
    (2, 3)
    """
    nucleus, spins = isotope(of), spin_expectation(of)
    q2 = momentum2(q2)
    if not nucleus.has_spin:
        return np.zeros((*q2.shape, 3))
    shape = (
        Exponential.from_rms(default_radius(nucleus))
        if form_factor is None
        else form_factor
    )
    k = 4 / 3 * (nucleus.spin + 1) / nucleus.spin
    start = k * np.array([spins.s_p**2, 2 * spins.s_p * spins.s_n, spins.s_n**2])
    return np.asarray(shape(q2)[..., None] ** 2 * start)


def axial_form_factor(
    of: str | Isotope,
    q2: ArrayLike,
    *,
    couplings: tuple[float, float] = (G_A, -G_A),
    form_factor: FormFactor | None = None,
) -> FloatArray:
    """Axial form factor F_A(q²).

    Parameters
    ----------
    of, q2, form_factor : as in `axial_terms`.
    couplings : (g_p, g_n), see `axial_couplings`.

    Returns
    -------
    array
        Shape of `q2`.

    Examples
    --------
    >>> f"{axial_form_factor('H1', 0.0):.3f}"  # g_A²
    '1.627'
    """
    g_p, g_n = couplings
    return np.asarray(
        axial_terms(of, q2, form_factor=form_factor)
        @ np.array([g_p**2, g_p * g_n, g_n**2])
    )
