"""Primordial abundances: the network of eight species on a history of the universe.

With Y the number of nuclei per baryon and x = ln a,

    dY/dx = (1/H) Σ_reactions ± [ρ N_A⟨σv⟩ Y_a Y_b/(1+δ_ab) − reverse],

where ρ = n_b/N_A in mol/cm³ and n_b = η n_γ(a_end/a)³ with the photons after the
annihilation of electrons (before, η changes as photons are heated). Only n ↔ p acts
above 1e10 K, where the tables end and the equilibrium abundance of deuterons is below
1e-11. The equations are stiff: Rodas3 on a fixed grid, compiled, or SciPy's Radau as an
independent check.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np

from nuprobe.border import public
from nuprobe.constants import AVOGADRO, HBARC_MEV_CM, M_NEUTRON, M_PROTON
from nuprobe.cosmology.nucleosynthesis.expansion import (
    HOTTEST,
    Expansion,
    expansion,
)
from nuprobe.cosmology.nucleosynthesis.options import Nucleosynthesis, baryon_to_photon
from nuprobe.cosmology.nucleosynthesis.reactions import (
    KELVIN9,
    SPECIES,
    nuclear_rates,
    rate_table,
    reactions,
)
from nuprobe.cosmology.nucleosynthesis.weak_rates import neutron_proton_rates
from nuprobe.drawing import draws
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["Evolution", "evolution"]

Method = Literal["rodas", "radau"]
_STEPS: Final = (200, 1700, 150)
"""Steps above 1e10 K, from there to `_QUIET`, and to the end."""
_WEAK_TEMPERATURES: Final = 70
_WEAK_END: Final = 0.01
"""MeV: below, neutrons decay as in vacuum."""
_GAP: Final = M_NEUTRON - M_PROTON
_ERROR: Final = 0.02
"""Largest estimated relative error of one step before it counts as failed."""
_RTOL: Final = 1e-9  # of Radau
_QUIET: Final = 0.0055
"""MeV: what burns below, 0.05 % of the deuterium, burns slowly."""
_END: Final = 0.00091
"""MeV: the end, just inside the tables of rates."""


@readable
@dataclass(frozen=True, eq=False)
class Evolution:
    """Abundances through time.

    Attributes
    ----------
    t_gamma : temperature of photons in MeV, shape (times,).
    abundances : number of nuclei per baryon, shape (times, species) in the order of
        `SPECIES`.
    step_error : largest estimated relative error of a step.
    """

    t_gamma: FloatArray
    abundances: FloatArray
    step_error: float

    plot = draws("plot_nucleosynthesis")


@dataclass(frozen=True, eq=False)
class _Rates:
    """Rates per unit of x = ln a at the times of the grid: forward, backward, and
    their derivatives in x, shape (times, 4, reactions)."""

    x: FloatArray
    t_gamma: FloatArray
    edge: float
    table: FloatArray

    def parts(self) -> tuple[_Rates, _Rates]:
        """Before and after the nuclear reactions begin, the first without them."""
        cut = int(np.argmax(self.t_gamma < self.edge * (1 + 1e-9)))
        first, second = (
            _Rates(self.x[part], self.t_gamma[part], self.edge, self.table[part].copy())
            for part in (slice(0, cut + 1), slice(cut, None))
        )
        first.table[..., :-1] = 0.0
        return first, second


@public
def evolution(
    history: Any,
    options: Nucleosynthesis | None = None,
    *,
    method: Method = "rodas",
    refine: int = 1,
) -> Evolution:
    """Abundances of all species through time.

    Parameters
    ----------
    history : an `Expansion`, or what `nuprobe.cosmology.decoupling` returns.
    options : rates, Ω_b h² and lifetime of the neutron.
    method : ``"rodas"`` (compiled, fixed steps) or ``"radau"`` (SciPy, adaptive, 100
        times slower: a check).
    refine : factor on the number of Rodas steps.

    Raises
    ------
    ComputationError
        If a step fails; the message names the temperature.

    Examples
    --------
    >>> from nuprobe.cosmology import decoupling
    >>> found = evolution(decoupling())
    >>> round(float(found.abundances[-1] @ [1, 1, 2, 3, 3, 4, 7, 7]), 9)
    1.0
    """
    if method not in ("rodas", "radau"):
        raise UnknownNameError("method", method, ("rodas", "radau"))
    if refine < 1:
        raise InputError(f"refine must be at least 1, got {refine}")
    given = options if options is not None else Nucleosynthesis()
    rates = _rates(expansion(history), given, int(refine))
    start = np.zeros(len(SPECIES))
    forward, backward = rates.table[0, :2, -1]
    start[:2] = np.array([backward, forward]) / (forward + backward)
    if method == "radau":
        return _radau(rates, start)
    from nuprobe.cosmology.nucleosynthesis.stepping import integrate

    found, worst = [start[None]], 0.0
    for part in rates.parts():
        abundances, error, failed = integrate(
            found[-1][-1], part.x, part.table, _indices(), _ERROR
        )
        if failed >= 0:
            raise ComputationError(
                f"the nuclear network failed at T = {part.t_gamma[failed]:.4g} MeV"
                f" (estimated error of a step {error:.2g}); give a smoother history or"
                " refine=4"
            )
        found.append(abundances[1:])
        worst = max(worst, float(error))
    return Evolution(rates.t_gamma, np.concatenate(found), worst)


@lru_cache(maxsize=1)
def _indices() -> tuple[Any, Any]:
    """Indices of the species before and after each reaction; n ↔ p is the last."""
    index = {name: i for i, name in enumerate(SPECIES)}
    before = [tuple(index[x] for x in r.before) for r in reactions()]
    after = [(*(index[x] for x in r.after), -1)[:2] for r in reactions()]
    return (
        np.array([*before, (0, -1)], dtype=np.int64),
        np.array([*after, (1, -1)], dtype=np.int64),
    )


def _rates(history: Expansion, options: Nucleosynthesis, refine: int) -> _Rates:
    from scipy.interpolate import CubicSpline

    hot, cold, ln_a, ln_h = _extended(history)
    ln_t = np.log(hot)
    position = CubicSpline(-ln_t, ln_a)
    edge = KELVIN9 * rate_table(options.rates).t9[-1]
    begin = min(HOTTEST, float(hot[0]))
    stops = [float(position(-np.log(t))) for t in (begin, edge, _QUIET, _END)]
    pieces = [
        np.linspace(low, high, n * refine + 1)
        for low, high, n in zip(stops, stops[1:], _STEPS, strict=False)
    ]
    x = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
    cut = pieces[0].size - 1
    lines = CubicSpline(ln_a, np.stack([ln_t, ln_h], axis=-1))(x)
    t, hubble = np.exp(lines[:, 0]), np.exp(lines[:, 1])
    photons = 2 * 1.2020569031595942 / np.pi**2 * (hot[-1] / HBARC_MEV_CM) ** 3
    now = baryon_to_photon(options.omega_b) * photons / AVOGADRO
    density = now * np.exp(3 * (ln_a[-1] - x))
    ln_forward, ln_backward = _logarithms(t, density, options, cut)
    weak = _weak(CubicSpline(-ln_t, cold / hot), t, options)
    logs = []
    for table, column in zip((ln_forward, ln_backward), weak, strict=True):
        both = np.concatenate([table, column[:, None]], axis=1)
        logs.append(both - np.log(hubble)[:, None])
    values = [np.exp(np.clip(table, -700, None)) for table in logs]
    slopes = [
        value * _gradient(table, x, cut)
        for value, table in zip(values, logs, strict=True)
    ]
    return _Rates(x, t, edge, np.stack([*values, *slopes], axis=1))


def _extended(
    history: Expansion,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """T, T_ν, ln a and ln H, beyond the last time with T ∝ 1/a and H ∝ 1/a²."""
    hot = np.asarray(history.t_gamma, dtype=float)
    cold = np.asarray(history.t_nu_e, dtype=float)
    ln_a, ln_h = np.log(history.scale_factor), np.log(history.hubble)
    length = np.log(hot[-1] / _END) + 0.1
    if length > 0.1:
        more = np.linspace(0.0, length, 41)[1:]
        hot = np.concatenate([hot, hot[-1] * np.exp(-more)])
        cold = np.concatenate([cold, cold[-1] * np.exp(-more)])
        ln_a = np.concatenate([ln_a, ln_a[-1] + more])
        ln_h = np.concatenate([ln_h, ln_h[-1] - 2 * more])
    return hot, cold, ln_a, ln_h


def _gradient(table: FloatArray, x: FloatArray, cut: int) -> FloatArray:
    """Derivative in x on either side of the edge of the tables."""
    parts = [
        np.gradient(table[part], x[part], axis=0, edge_order=2)
        for part in (slice(0, cut + 1), slice(cut, None))
    ]
    return np.concatenate([parts[0][:-1], parts[1]])


def _logarithms(
    t: FloatArray, density: FloatArray, options: Nucleosynthesis, cut: int
) -> tuple[FloatArray, FloatArray]:
    """Logarithms of forward and backward nuclear rates, 1/s, (times, reactions)."""
    t9 = np.minimum(t / KELVIN9, rate_table(options.rates).t9[-1])
    below = nuclear_rates(t9[cut:], options.rates, nuclear_qed=options.nuclear_qed)
    rates = np.concatenate([np.broadcast_to(below[:1], (cut, below.shape[1])), below])
    found = np.log(rates) + np.log(density)[:, None]
    if options.shifts:
        found = found + _shifts(t9, options)
    back = np.empty_like(found)
    for i, r in enumerate(reactions()):
        two = r.before[0] == r.before[1]
        ratio = np.log(r.alpha) + r.beta * np.log(t9) - r.q_value / t
        if len(r.after) == 1:  # a photon instead of a second nucleus
            ratio = ratio - np.log(density)
        back[:, i] = found[:, i] + ratio
        if two:
            found[:, i] -= np.log(2)
        if len(set(r.after)) < len(r.after):
            back[:, i] -= np.log(2)
    return found, back


def _shifts(t9: FloatArray, options: Nucleosynthesis) -> FloatArray:
    """Shifts of ln(rate), (times, reactions)."""
    table = rate_table(options.rates)
    total = np.zeros((t9.size, table.factors.shape[1]))
    for i, r in enumerate(reactions()):
        size = options.shifts.get(r.name, 0.0)
        total[:, i] = size * np.interp(
            np.log(t9), np.log(table.t9), table.factors[:, i]
        )
    return total


def _weak(
    ratio: Any, t: FloatArray, options: Nucleosynthesis
) -> tuple[FloatArray, FloatArray]:
    """Logarithms of n → p and p → n at the times, by splines in ln T."""
    from scipy.interpolate import CubicSpline

    x = np.linspace(-np.log(t[0]), -np.log(_WEAK_END), _WEAK_TEMPERATURES)
    nodes = np.exp(-x)
    forth, back = neutron_proton_rates(
        nodes, nodes * ratio(x), options.tau_n, options.weak
    )
    # p → n falls like exp(−(m_n − m_p)/T), which is taken out before splining
    both = np.stack([np.log(forth), np.log(back) + _GAP / nodes], axis=-1)
    found = CubicSpline(x, both)(-np.log(np.maximum(t, _WEAK_END)))
    return found[:, 0], found[:, 1] - _GAP / t


def _radau(rates: _Rates, start: FloatArray) -> Evolution:
    """The same equations by SciPy, plain NumPy throughout."""
    from scipy.integrate import solve_ivp
    from scipy.interpolate import CubicSpline

    found, y = [start[None]], start
    for part in rates.parts():
        logs = np.log(part.table[:, :2].reshape(len(part.x), -1) + 1e-250)
        x = part.x - part.x[0]  # the first steps are shorter than 1e-15
        plain = _Plain(CubicSpline(x, logs), bool(part.table[0, 0, 0] > 0))
        solved = solve_ivp(
            plain.slope,
            (0.0, x[-1]),
            y,
            "Radau",
            t_eval=x,
            jac=plain.jacobian,
            rtol=_RTOL,
            atol=1e-22,
            first_step=1e-18,
        )
        if not solved.success:
            t = part.t_gamma[max(len(solved.t) - 1, 0)]
            raise ComputationError(
                f"the nuclear network failed at T = {t:.4g} MeV ({solved.message})"
            )
        found.append(solved.y.T[1:])
        y = solved.y[:, -1]
    return Evolution(rates.t_gamma, np.concatenate(found), _RTOL)


@dataclass(frozen=True)
class _Plain:
    """Equations of the network in NumPy, with or without nuclear reactions."""

    logarithms: Any
    nuclear: bool

    def rates(self, x: float) -> FloatArray:
        both = np.exp(self.logarithms(x)).reshape(2, -1)
        if not self.nuclear:
            both[:, :-1] = 0.0
        return np.asarray(both)

    def slope(self, x: float, y: FloatArray) -> FloatArray:
        (forward, backward), (before, after) = self.rates(x), _indices()
        one = np.append(y, 1.0)  # index -1: no second nucleus
        net = forward * one[before].prod(axis=1) - backward * one[after].prod(axis=1)
        return np.asarray(_signs() @ net)

    def jacobian(self, x: float, y: FloatArray) -> FloatArray:
        rates, one = self.rates(x), np.append(y, 1.0)
        slope = np.zeros((rates.shape[1], y.size + 1))
        lines = np.arange(rates.shape[1])
        for rate, sides, sign in zip(rates, _indices(), (1.0, -1.0), strict=True):
            for here, other in ((0, 1), (1, 0)):
                size = sign * rate * one[sides[:, other]]
                np.add.at(slope, (lines, sides[:, here]), size)
        return np.asarray(_signs() @ slope[:, :-1])


@lru_cache(maxsize=1)
def _signs() -> FloatArray:
    """Net number of nuclei of each species produced in a reaction, (species,
    reactions)."""
    made = np.zeros((len(SPECIES) + 1, len(_indices()[0])))
    for sides, sign in zip(_indices(), (-1.0, 1.0), strict=True):
        for column in (0, 1):
            np.add.at(made, (sides[:, column], np.arange(made.shape[1])), sign)
    return made[:-1]
