"""Axial response of nuclei with spin to the neutral current.

Spins of all nuclei of odd mass number that are stable or long-lived, and of ²H, ⁶Li,
¹⁰B and ¹⁴N, are in ``data/spin_expectations.csv``: from nuclear-structure calculations
where available, otherwise from the magnetic moment or the single-particle model; the
table says which. Structure functions with a q dependence and two-body currents are
available for eight nuclei (``data/spin_structure.csv``).

dσ_A/dT = (G_F² M/4π)(1 + MT/2E² − T/E) F_A(q²), F_A(0) = 4/3 (J + 1)/J (g_p <S_p> + g_n
<S_n>)² [Hoferichter:2020osn], so that a proton has F_A(0) = g_A². The form (G_F² M/2π)
|G_A|²/(2J + 1) (2 + MT/E²) is the same for T ≪ E, with |G_A|²/(2J + 1) = F_A/4, its
nucleon couplings being g_A/2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.constants import G_A
from nuprobe.errors import ComputationError, InputError, UnknownNameError, shown
from nuprobe.files import read_table
from nuprobe.nuclei.form_factors import Exponential, FormFactor
from nuprobe.nuclei.form_factors.base import momentum2
from nuprobe.nuclei.isotopes import DATA, Isotope, isotope
from nuprobe.nuclei.radii import default_radius
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable
from nuprobe.units import fm

__all__ = [
    "STRUCTURE",
    "Axial",
    "SpinExpectation",
    "axial_couplings",
    "axial_form_factor",
    "axial_terms",
    "check_axial",
    "spin_expectation",
    "spin_nuclei",
    "structure_nuclei",
]

STRUCTURE: Final = "structure"
Axial = bool | Literal["structure"]
"""Whether the axial part is included: from spins with a Gaussian, or from structure
functions where there are any."""


@readable
@dataclass(frozen=True)
class SpinExpectation:
    """Spin expectation values of a ground state.

    Attributes
    ----------
    s_p, s_n : <S_p> and <S_n>.
    source : where they come from.
    verified : whether the values were checked in the source.
    method : ``"exact"``, ``"three-body"``, ``"shell model"``, ``"compilation"``,
        ``"boson-fermion"``, ``"odd group"`` and ``"isoscalar"`` (from the magnetic
        moment) or ``"single particle"`` (Schmidt).
    moment : magnetic moment in nuclear magnetons, or None.
    """

    s_p: float
    s_n: float
    source: str
    verified: bool
    method: str = "exact"
    moment: float | None = None


@lru_cache(maxsize=1)
def _table() -> dict[str, SpinExpectation]:
    return {
        row["isotope"]: SpinExpectation(
            float(row["s_p"]),
            float(row["s_n"]),
            row["source"],
            row["verified"] == "1",
            row["method"],
            float(row["moment"]) if row["moment"] else None,
        )
        for row in read_table(DATA / "spin_expectations.csv")
    }


@dataclass(frozen=True, eq=False)
class _Structure:
    """S_00, S_01, S_11 over exp(−u), as coefficients of powers of u."""

    b2: float  # MeV⁻²
    u_max: float
    coefficients: FloatArray  # (3, powers)


@lru_cache(maxsize=1)
def _structures() -> dict[str, _Structure]:
    found: dict[str, dict[str, FloatArray]] = {}
    lengths: dict[str, tuple[float, float]] = {}
    for row in read_table(DATA / "spin_structure.csv"):
        name = row["isotope"]
        lengths[name] = (float(row["b_fm"]) * fm, float(row["u_max"]))
        found.setdefault(name, {})[row["function"]] = np.array(
            [float(row[f"c{k}"]) for k in range(10)]
        )
    return {
        name: _Structure(
            lengths[name][0] ** 2,
            lengths[name][1],
            np.stack(
                [
                    c["S_00"],
                    # middle of the uncertainty band of two-body currents
                    (c["S_01_low"] + c["S_01_high"]) / 2,
                    (c["S_11_low"] + c["S_11_high"]) / 2,
                ]
            ),
        )
        for name, c in found.items()
    }


def spin_nuclei() -> tuple[str, ...]:
    """Names of the nuclei with tabulated spins.

    Examples
    --------
    >>> spin_nuclei()[:3]
    ('H1', 'H2', 'He3')
    """
    return tuple(_table())


def structure_nuclei() -> tuple[str, ...]:
    """Names of the nuclei with spin structure functions.

    Examples
    --------
    >>> structure_nuclei()
    ('F19', 'Na23', 'Al27', 'Si29', 'Ge73', 'I127', 'Xe129', 'Xe131')
    """
    return tuple(_structures())


def check_axial(axial: object) -> None:
    """Raise `InputError` unless `axial` is a valid choice for the axial part.

    Parameters
    ----------
    axial : True, False or ``"structure"``.

    Examples
    --------
    >>> check_axial("structure")
    """
    if not (isinstance(axial, bool | np.bool_) or axial == STRUCTURE):
        raise InputError(
            f'axial must be True, False or "structure", got {shown(axial)}'
        )


def spin_expectation(of: str | Isotope) -> SpinExpectation:
    """Expectation values <S_p>, <S_n> of an isotope.

    Parameters
    ----------
    of : the nucleus; exactly 0 for J = 0.

    Raises
    ------
    UnknownNameError
        If it has spin and no values are tabulated, as for most odd-odd nuclei.

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
            (),
            f"({nucleus.name} has J = {nucleus.spin:g}; among odd-odd nuclei, values"
            " exist only for H2, Li6, B10 and N14)",
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
    of: str | Isotope,
    q2: ArrayLike,
    *,
    form_factor: FormFactor | Literal["structure"] | None = None,
) -> FloatArray:
    """Axial response split by nucleon: F_A = g_p² S_pp + g_p g_n S_pn + g_n² S_nn.

    S_pp(0) = k <S_p>², S_pn(0) = 2k <S_p><S_n>, S_nn(0) = k <S_n>², k = 4/3 (J + 1)/J.

    Parameters
    ----------
    of : the nucleus.
    q2 : |q|², MeV², any shape.
    form_factor : F of the spin density; all three terms fall as F². Default: a Gaussian
        with the rms radius of the nucleus. This is a model: the transverse response of
        a shell-model state has a different, state-dependent shape, so it is reliable
        for q R ≲ 1 and uncertain by factors beyond. The axial form factor of the
        nucleon (−4 % on F_A at 100 MeV) and two-body currents (tens of per cent) are
        neglected. ``"structure"``: the structure functions of Klos:2013rwa (one of
        `structure_nuclei`; the middle of their band), which include both: at q = 0 the
        isovector response, which neutrinos probe, is 0.6 of that of the spins alone.
        They were computed for dark matter and contain the longitudinal response, to
        which neutrinos are not sensitive; their q dependence is therefore approximate.

    Returns
    -------
    array, shape q2.shape + (3,)
        (S_pp, S_pn, S_nn); zeros for J = 0.

    Raises
    ------
    UnknownNameError
        If the spin expectation values, or structure functions, are not tabulated.
    ComputationError
        If q² lies beyond the fits of the structure functions.

    Examples
    --------
    >>> axial_terms("Xe129", [0.0, 1e3]).shape
    (2, 3)
    """
    nucleus, spins = isotope(of), spin_expectation(of)
    q2 = momentum2(q2)
    if not nucleus.has_spin:
        return np.zeros((*q2.shape, 3))
    if isinstance(form_factor, str):
        return _structure_terms(nucleus, q2, form_factor)
    shape = (
        Exponential.from_rms(default_radius(nucleus))
        if form_factor is None
        else form_factor
    )
    k = 4 / 3 * (nucleus.spin + 1) / nucleus.spin
    start = k * np.array([spins.s_p**2, 2 * spins.s_p * spins.s_n, spins.s_n**2])
    return np.asarray(shape(q2)[..., None] ** 2 * start)


def _structure_terms(nucleus: Isotope, q2: FloatArray, name: str) -> FloatArray:
    """(S_pp, S_pn, S_nn) of the structure functions: F_A = 16π/3 S_A/(2J + 1), with
    a_0 = (g_p + g_n)/2 and a_1 = (g_p − g_n)/2."""
    if name != STRUCTURE:
        raise InputError(
            f'form_factor must be a form factor or "structure", got {shown(name)}'
        )
    if nucleus.name not in _structures():
        raise UnknownNameError("spin structure function", nucleus.name, _structures())
    known = _structures()[nucleus.name]
    u = q2 * known.b2 / 2
    if np.any(u > known.u_max):
        raise ComputationError(
            f"the structure functions of {nucleus.name} end at q ="
            f" {np.sqrt(2 * known.u_max / known.b2):.0f} MeV: use only the spin"
            " expectation values (axial=True)"
        )
    powers = u[..., None] ** np.arange(known.coefficients.shape[1])
    s00, s01, s11 = np.moveaxis(
        np.exp(-u)[..., None] * (powers @ known.coefficients.T), -1, 0
    )
    terms = np.stack(
        [(s00 + s01 + s11) / 4, (s00 - s11) / 2, (s00 - s01 + s11) / 4], axis=-1
    )
    return np.asarray(16 * np.pi / 3 / (2 * nucleus.spin + 1) * terms)


def axial_form_factor(
    of: str | Isotope,
    q2: ArrayLike,
    *,
    couplings: tuple[float, float] = (G_A, -G_A),
    form_factor: FormFactor | Literal["structure"] | None = None,
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
