"""Tables of Y_P over Ω_b h² and ΔN for the Boltzmann codes CLASS and CAMB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, public_methods
from nuprobe.constants import ATOMIC_MASS_UNIT, M_ELECTRON, M_PROTON
from nuprobe.cosmology.history import decoupling
from nuprobe.cosmology.nucleosynthesis.abundances import abundances, uncertainties
from nuprobe.cosmology.nucleosynthesis.expansion import expansion
from nuprobe.cosmology.nucleosynthesis.options import (
    Nucleosynthesis,
    baryon_to_photon,
)
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes, numbers

__all__ = ["BoltzmannTable", "boltzmann_table"]

Code = Literal["class", "camb"]
_REFERENCE: Final = {"class": 3.046, "camb": 3.044}
"""N_eff at which each code takes ΔN = 0."""
_NODES: Final = (12, 10)
"""Chebyshev nodes in ln Ω_b h² and N_eff."""
_DEGREE: Final = 3
"""Of the splines through a table, as in CAMB."""
_HELIUM: Final = 4.0026032541 * ATOMIC_MASS_UNIT
_HYDROGEN: Final = M_PROTON + M_ELECTRON


@public_methods
@dataclass(frozen=True, eq=False)
class BoltzmannTable:
    """Y_P and D/H over Ω_b h² and N_eff, for one set of moments.

    Attributes
    ----------
    omega_b : Ω_b h², shape (n,).
    n_eff : effective number of neutrinos in all, shape (m,).
    y_p : 4 n(⁴He)/n_b, shape (n, m).
    d_h : D per proton, that shape.
    sigma_y_p, sigma_d_h : one standard deviation from nuclear rates and τ_n, the same
        relative size everywhere.
    error : of Y_P halfway between rows: largest difference of the calculation from a
        spline through the table, cubic as in CAMB, of lower degree for few rows.
    assumptions : what was assumed, by name.
    """

    omega_b: FloatArray
    n_eff: FloatArray
    y_p: FloatArray
    d_h: FloatArray
    sigma_y_p: float
    sigma_d_h: float
    error: float
    assumptions: Mapping[str, Any]

    @property
    def mass_fraction(self) -> FloatArray:
        """ρ(⁴He)/ρ_b with atomic masses, as used internally by both codes, in the shape
        of `y_p`."""
        helium = self.y_p / 4 * _HELIUM
        return np.asarray(helium / (helium + (1 - self.y_p) * _HYDROGEN))

    def text(self, code: Code) -> str:
        """Return the input file of a code.

        Parameters
        ----------
        code : ``"class"``: for ``sBBN file``, columns Ω_b h², ΔN, mass fraction of
            helium, ΔN from 3.046; ``"camb"``: for ``BBN_table_interpolator``, Y_P^BBN
            and D/H, ΔN from 3.044.

        Raises
        ------
        InputError
            For CAMB, whose splines are cubic, if an axis has fewer than four values.
        """
        if code not in get_args(Code):
            raise UnknownNameError("Boltzmann code", code, get_args(Code))
        if code == "camb" and min(self.y_p.shape) <= _DEGREE:
            raise InputError(
                "CAMB needs at least 4 values of omega_b and 4 of n_eff, since its"
                f" splines are cubic; this table has {self.omega_b.size} and"
                f" {self.n_eff.size}"
            )
        zero = _REFERENCE[code]
        lines = [
            "# Primordial helium by nuprobe, neutrinos with magnetic moments",
            *(f"# {name}: {value}" for name, value in self.assumptions.items()),
            f"# DeltaN = N_eff - {zero} of all radiation; error of Y_P between rows"
            f" {self.error:.1e}",
        ]
        if code == "class":
            lines += [
                "# omega_b, DeltaN, mass fraction of helium (not 4 n_He/n_b)",
                f"{self.omega_b.size} {self.n_eff.size}",
            ]
            rows = [
                f"{omega:.8g} {n - zero:.8g} {self.mass_fraction[i, j]:.8f}"
                for j, n in enumerate(self.n_eff)
                for i, omega in enumerate(self.omega_b)
            ]
            return "\n".join([*lines, *rows]) + "\n"
        lines.append("# ombh2 eta10 DeltaN Yp Yp^BBN sig(Yp^BBN) D/H sig(D/H)")
        eta = [1e10 * baryon_to_photon(float(omega)) for omega in self.omega_b]
        relative = self.sigma_d_h
        rows = [
            f"{omega:.8g} {eta[i]:.6f} {n - zero:.8g} {self.mass_fraction[i, j]:.8f}"
            f" {self.y_p[i, j]:.8f} {self.sigma_y_p:.3e} {self.d_h[i, j]:.7e}"
            f" {relative * self.d_h[i, j]:.3e}"
            for j, n in enumerate(self.n_eff)
            for i, omega in enumerate(self.omega_b)
        ]
        return "\n".join([*lines, *rows]) + "\n"


def _filled(
    solved: Callable[[float, float], FloatArray], x: FloatArray, y: FloatArray
) -> FloatArray:
    """Two quantities on a grid, shape (x, y, 2), from Chebyshev nodes where the grid
    has more points."""
    if x.size * y.size <= np.prod(_NODES):
        return np.array([[solved(a, b) for b in y] for a in x])
    u = chebyshev_nodes(float(x[0]), float(x[-1]), _NODES[0])
    v = chebyshev_nodes(float(y[0]), float(y[-1]), _NODES[1])
    nodes = np.array([[solved(a, b) for b in v] for a in u])
    along, across = barycentric_matrix(u, x), barycentric_matrix(v, y)
    return np.asarray(np.einsum("xu,uvk,yv->xyk", along, nodes, across))


def _between(
    solved: Callable[[float, float], FloatArray],
    x: FloatArray,
    y: FloatArray,
    table: FloatArray,
) -> float:
    """Largest error of a spline through a table, halfway between rows at the ends and
    in the middle of both axes."""
    from scipy.interpolate import RectBivariateSpline

    degrees = [min(_DEGREE, axis.size - 1) for axis in (x, y)]
    spline = RectBivariateSpline(x, y, table, kx=degrees[0], ky=degrees[1])
    middles = []
    for axis in (x, y):
        all_of_them = (axis[1:] + axis[:-1]) / 2
        last = all_of_them.size - 1
        middles.append([float(all_of_them[k]) for k in sorted({0, last // 2, last})])
    return max(
        abs(float(spline(a, b)[0, 0]) - float(solved(float(np.log(a)), b)[0]))
        for a in middles[0]
        for b in middles[1]
    )


@public
def boltzmann_table(
    model: Any = None,
    options: Nucleosynthesis | None = None,
    *,
    omega_b: ArrayLike | None = None,
    n_eff: ArrayLike | None = None,
    **decoupling_options: Any,
) -> BoltzmannTable:
    """Y_P and D/H over Ω_b h² and N_eff for the moments of a model.

    Parameters
    ----------
    model : as in `abundances`.
    options : rates and lifetime of the neutron (its Ω_b h² is not used).
    omega_b : values, rising, shape (n,) between 0.005 and 0.1; default 48 from 0.005
        to 0.04.
    n_eff : effective numbers in all, rising, shape (m,); the part not produced by the
        moments is added as radiation that only gravitates. Default 11 from 0.046 to
        10.046.
    decoupling_options : passed to `nuprobe.cosmology.decoupling`.

    Returns
    -------
    BoltzmannTable

    Raises
    ------
    InputError
        For values out of order or out of range.

    Examples
    --------
    >>> table = boltzmann_table(omega_b=[0.02, 0.0224, 0.025], n_eff=[3.044, 4.044])
    >>> table.y_p.shape, table.text("class").splitlines()[-1].split()[:2]
    ((3, 2), ['0.025', '0.998'])
    """
    omegas = numbers(
        "omega_b", np.linspace(0.005, 0.04, 48) if omega_b is None else omega_b
    )
    totals = numbers("n_eff", np.arange(11) + 0.046 if n_eff is None else n_eff)
    for what, values, low, high in (
        ("omega_b", omegas, 0.005, 0.1),
        ("n_eff", totals, 0.0, 30.0),
    ):
        if values.ndim != 1 or values.size < 2 or np.any(np.diff(values) <= 0):
            raise InputError(f"{what} must be a list of at least two increasing values")
        if values[0] < low or values[-1] > high:
            raise InputError(
                f"{what} must lie between {low:g} and {high:g}, got"
                f" {values[0]:g} to {values[-1]:g}"
            )
    given = options if options is not None else Nucleosynthesis()
    past = expansion(decoupling(model, **decoupling_options))
    assert past.n_eff is not None  # always set by decoupling
    zero = past.n_eff

    def solved(ln_omega: float, total: float) -> FloatArray:
        inputs = given.changed(omega_b=float(np.clip(np.exp(ln_omega), 0.005, 0.1)))
        found = abundances(history=past.with_radiation(total - zero), options=inputs)
        return np.array([found.y_p, np.log(found.d_h)])

    table = _filled(solved, np.log(omegas), totals)
    moved = uncertainties(past, given)
    spread = np.sqrt(
        sum(shift**2 for name, shift in moved.items() if name != "omega_b")
    )
    middle = abundances(history=past, options=given)
    named = {**past.assumptions, **given.assumptions()}
    named.pop("omega_b")
    return BoltzmannTable(
        omegas,
        totals,
        table[..., 0],
        np.exp(table[..., 1]),
        float(spread[0]),
        float(spread[1] / middle.d_h),
        _between(solved, omegas, totals, table[..., 0]),
        named,
    )
