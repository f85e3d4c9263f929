"""Abundances and N_eff over the sums S_i = Σ_j |μ_ij|², for many models at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np

from nuprobe.cosmology.dirac import HotPast, hot_past
from nuprobe.cosmology.history import decoupling, evolved
from nuprobe.cosmology.moments import Moments
from nuprobe.cosmology.nucleosynthesis.abundances import OBSERVABLES, abundances
from nuprobe.cosmology.nucleosynthesis.options import Nucleosynthesis
from nuprobe.models import Electromagnetic
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes

__all__ = ["ByFlavour", "Flipped", "MomentSum", "flipped", "moment_surface"]

_UNIT: Final = 1e-18  # μ_B²: scale at which S starts to matter
LARGEST: Final = 2e-12
"""μ_B²: sum of all |μ_ij|². Neutrinos share nearly all of the heat of annihilation
there (N_eff 11.45 of at most 3 (11/4)^{4/3} = 11.55), so larger sums are taken as
this one."""
_NODES: Final = 33
_STEP: Final = 0.02  # of derivatives, relative to S + _UNIT
_DARK_NODES: Final = 15


@dataclass(frozen=True, eq=False)
class MomentSum:
    """Majorana neutrinos kept at one temperature by oscillations depend only on Σ_i
    S_i: one dimension, Chebyshev nodes in ln(1 + S/1e-18).

    Attributes
    ----------
    nodes : in that variable, shape (n,).
    values : in the order of `OBSERVABLES`, shape (n, 5).
    error : largest relative difference from the calculation between the nodes.

    Examples
    --------
    >>> surface = moment_surface(Nucleosynthesis(), "full")
    >>> bool(surface.error < 1e-6)
    True
    """

    nodes: FloatArray
    values: FloatArray
    error: float

    def at(self, sums: FloatArray) -> FloatArray:
        """Observables at S_i of three flavours, `sums` of shape (points, 3); shape
        (points, 5)."""
        return np.asarray(
            barycentric_matrix(self.nodes, self._place(sums)) @ self.values
        )

    def slopes(self, sums: FloatArray) -> FloatArray:
        """Derivatives in S_i at `sums`, shape (points, 3, 5)."""
        place = self._place(sums)
        matrix = barycentric_matrix(self.nodes, place, derivative=True)
        total = sums.sum(axis=1)
        inner = matrix @ self.values / (_UNIT + total)[:, None]
        inner[total >= LARGEST] = 0.0
        return np.repeat(inner[:, None], 3, axis=1)

    def _place(self, sums: FloatArray) -> FloatArray:
        total = np.minimum(sums.sum(axis=1), LARGEST)
        return np.asarray(np.minimum(np.log1p(total / _UNIT), self.nodes[-1]))


@dataclass(frozen=True, eq=False)
class ByFlavour:
    """Without mixing each S_i matters separately: every point is computed, and cached.

    Attributes
    ----------
    options : of nucleosynthesis.
    choices : of decoupling.

    Examples
    --------
    >>> surface = moment_surface(Nucleosynthesis(), "none")
    >>> round(float(surface.at(np.zeros((1, 3)))[0, 0]), 5)
    0.24685
    """

    options: Nucleosynthesis
    choices: Mapping[str, Any]
    _known: dict[tuple[float, ...], FloatArray] = field(
        default_factory=dict, repr=False
    )

    def at(self, sums: FloatArray) -> FloatArray:
        """Observables at S_i of three flavours, `sums` of shape (points, 3); shape
        (points, 5)."""
        total = sums.sum(axis=1)[:, None]
        inside = sums * np.minimum(1.0, LARGEST / np.maximum(total, LARGEST))
        return np.array([self._one(tuple(map(float, row))) for row in inside])

    def slopes(self, sums: FloatArray) -> FloatArray:
        """Derivatives in S_i at `sums`, shape (points, 3, 5), by differences."""
        found = np.empty((len(sums), 3, len(OBSERVABLES)))
        for i in range(3):
            step = np.zeros_like(sums)
            step[:, i] = _STEP * (sums[:, i] + _UNIT)
            low = np.maximum(sums - step, 0.0)
            high = sums + step
            width = (high - low)[:, i, None]
            found[:, i] = (self.at(high) - self.at(low)) / width
        return found

    def _one(self, sums: tuple[float, ...]) -> FloatArray:
        if sums not in self._known:
            found = abundances(_model(sums), self.options, **self.choices)
            self._known[sums] = found.values()
        return self._known[sums]


@dataclass(frozen=True, eq=False)
class Flipped:
    """Dirac neutrinos, whose moments act only through ΔN_eff of right-handed ones:
    ΔN_eff is computed at every point, and abundances are interpolated in it with
    Chebyshev nodes, whatever the flavour mixing.

    Attributes
    ----------
    past : of the plasma above 20 MeV.
    nodes : ΔN_eff, shape (n,).
    values : in the order of `OBSERVABLES`, shape (n, 5).
    error : largest relative difference from the calculation between the nodes.

    Examples
    --------
    >>> surface = moment_surface(Nucleosynthesis(), "full", "dirac", 1e5)
    >>> bool(surface.error < 1e-8)
    True
    """

    past: HotPast
    nodes: FloatArray
    values: FloatArray
    error: float

    def at(self, sums: FloatArray) -> FloatArray:
        """Observables at S_i of three flavours, `sums` of shape (points, 3); shape
        (points, 5)."""
        added = self.past.added(sums)
        return np.asarray(barycentric_matrix(self.nodes, added) @ self.values)

    def slopes(self, sums: FloatArray) -> FloatArray:
        """Derivatives in S_i at `sums`, shape (points, 3, 5)."""
        matrix = barycentric_matrix(self.nodes, self.past.added(sums), derivative=True)
        return np.asarray(
            self.past.slopes(sums)[..., None] * (matrix @ self.values)[:, None]
        )


def flipped(
    options: Nucleosynthesis,
    t_max: float,
    *,
    g_entropy: Any = None,
    flavour_mixing: str = "full",
    screening: Any = "debye",
    **choices: Any,
) -> Flipped:
    """Abundances over Dirac moments.

    Parameters
    ----------
    options : of nucleosynthesis.
    t_max, g_entropy, flavour_mixing, screening, choices : as in `decoupling`.

    Examples
    --------
    >>> surface = flipped(Nucleosynthesis(), 1e5)
    >>> round(float(surface.at(np.full((1, 3), 7.29e-24))[0, 4]), 2)
    3.23
    """
    past = hot_past(t_max, screening, g_entropy)
    rest = {"qed": "e3", "weak": True, "exchange_screening": "none"} | choices

    def exact(dark: float) -> FloatArray:
        history = evolved(
            dark,
            moments=Moments("dirac", np.zeros(3)),
            right_handed=None,
            flavour_mixing=flavour_mixing,
            screening=screening,
            **rest,
        )
        return abundances(history=history, options=options).values()

    # a hair above three in equilibrium, so that rounding stays inside
    nodes = chebyshev_nodes(0.0, 3.0001 * past.one, _DARK_NODES)
    values = np.array([exact(dark) for dark in nodes])
    return Flipped(past, nodes, values, _error(nodes, values, exact))


def _error(
    nodes: FloatArray, values: FloatArray, exact: Callable[[float], FloatArray]
) -> float:
    """Largest relative difference between the nodes."""
    error = 0.0
    for share in (0.07, 0.33, 0.58, 0.86):
        place = share * float(nodes[-1])
        here = barycentric_matrix(nodes, np.array([place])) @ values
        error = max(error, float(np.abs(here[0] / exact(place) - 1).max()))
    return error


def _model(sums: tuple[float, ...]) -> Electromagnetic | None:
    """A model with these sums, given as moduli, which are independent of the kind."""
    if not any(sums):
        return None
    moduli = dict(zip(("e", "mu", "tau"), np.sqrt(sums), strict=True))
    return Electromagnetic(mu_eff=moduli, kind="majorana")


def moment_surface(
    options: Nucleosynthesis,
    flavour_mixing: str,
    kind: str = "majorana",
    t_max: float | None = None,
) -> MomentSum | ByFlavour | Flipped:
    """Observables as a function of the sums of squared moments.

    Parameters
    ----------
    options : of nucleosynthesis.
    flavour_mixing : ``"full"`` or ``"none"``.
    kind : ``"majorana"`` or ``"dirac"``.
    t_max : for Dirac neutrinos, MeV.

    Examples
    --------
    >>> type(moment_surface(Nucleosynthesis(), "none")).__name__
    'ByFlavour'
    """
    shifts = tuple(sorted(options.shifts.items()))
    key = (options.omega_b, options.tau_n, options.rates, options.weak)
    return _surface(key, options.nuclear_qed, shifts, flavour_mixing, kind, t_max)


@lru_cache(maxsize=16)
def _surface(
    key: tuple[Any, ...],
    nuclear_qed: bool,
    shifts: tuple[tuple[str, float], ...],
    mixing: str,
    kind: str,
    t_max: float | None,
) -> MomentSum | ByFlavour | Flipped:
    omega_b, tau_n, rates, weak = key
    options = Nucleosynthesis(omega_b, tau_n, rates, weak, nuclear_qed, dict(shifts))
    if kind == "dirac":
        assert t_max is not None  # required by the experiment
        return flipped(options, t_max, flavour_mixing=mixing)
    choices: dict[str, Any] = {"flavour_mixing": mixing}
    if mixing != "full":
        return ByFlavour(options, choices)

    def exact(place: float) -> FloatArray:
        total = min(_UNIT * float(np.expm1(place)), LARGEST) / 3
        history = decoupling(_model((total, total, total)), **choices)
        return abundances(history=history, options=options).values()

    nodes = chebyshev_nodes(0.0, float(np.log1p(LARGEST / _UNIT)), _NODES)
    values = np.array([exact(place) for place in nodes])
    return MomentSum(nodes, values, _error(nodes, values, exact))
