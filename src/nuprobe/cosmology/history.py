"""Decoupling of neutrinos: temperatures of photons and of the three neutrinos during
the expansion, with weak and magnetic energy exchange.

    dT_γ/dln a = [−3(ρ + P) − ΣQ_i/H]/(dρ/dT)
    dT_i/dln a = −T_i + Q_i/(4c H T_i³)

with c = 7π²/120, the pressure of QED to e³ and

    Q_i = (G_F²/π⁵){4(g_L² + g_R²)[32 f_a (T⁹ − T_i⁹) + 56 f_s T⁴T_i⁴(T − T_i)]
          + Σ_j [32·0.884 (T_j⁹ − T_i⁹) + 56·0.829 T_j⁴T_i⁴(T_j − T_i)]}
          + (A S_i/π⁴)[12 s T³T_i³(T − T_i) + 2 a (T⁷ − T_i⁷)],

S_i = Σ_j |μ_ij|², A = πα²/m_e² (per μ_B²), where f_s, f_a, s, a are the factors of
`collision_factor` (EscuderoAbenza:2020cmq for the weak part). Neutrinos keep thermal
spectra. Without mixing, the magnetic flips of ν_i into ν̄_j are counted only as
exchange with the plasma; the energy they carry from flavour i to j is neglected (with
full mixing it makes no difference).

Dirac moments turn active neutrinos into right-handed ones much earlier; these are taken
from `right_handed` with its T_max, as dark radiation that only gravitates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal, get_args

import numpy as np

from nuprobe.border import public, public_methods
from nuprobe.constants import (
    ALPHA_EM,
    G_FERMI,
    HBAR_MEV_S,
    M_ELECTRON,
    PLANCK_MASS,
)
from nuprobe.cosmology import tables
from nuprobe.cosmology.collisions import COUPLINGS
from nuprobe.cosmology.criteria import Criterion, decoupling_temperature
from nuprobe.cosmology.dirac import RightHanded, right_handed
from nuprobe.cosmology.moments import Moments, read_moments
from nuprobe.cosmology.plasma import Qed, checked_qed
from nuprobe.cosmology.rates import Flavour
from nuprobe.cosmology.screening import (
    Screening,
    ScreeningName,
    checked_screening,
)
from nuprobe.cosmology.thermodynamics import equation_of_state
from nuprobe.drawing import draws
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.numerics import FloatArray, flag

__all__ = ["FlavourMixing", "History", "decoupling"]

FlavourMixing = Literal["none", "full"]

_START: Final = 20.0  # MeV
_END: Final = 0.005
_TODAY: Final = 2.7255 * 8.617333262e-11  # MeV; a = 1 there
_TOLERANCE: Final = 3e-10
_STEPS: Final = 100_000
_POINTS: Final = 1500
_NU: Final = 7 * math.pi**2 / 120  # energy of a neutrino and its antineutrino over T⁴
_STANDARD: Final = (11 / 4) ** (4 / 3)


@public_methods
@dataclass(frozen=True, eq=False)
class History:
    """Temperatures of photons and neutrinos from 20 MeV to 5 keV on a uniform grid of
    ln a.

    Attributes
    ----------
    ln_a : logarithm of the scale factor (a = 1 at T_γ = 2.7255 K), shape (n,).
    t_gamma : temperature of photons and electrons in MeV, shape (n,).
    t_nu : temperatures of ν_e, ν_μ, ν_τ in MeV, shape (n, 3).
    time : in s, shape (n,).
    hubble : expansion rate in 1/s, shape (n,).
    n_eff : effective number of neutrinos after annihilation of e±.
    right_handed : those of Dirac moments, or None.
    moments : of the model.
    flavour_mixing, screening, exchange_screening, qed, weak : as given.
    """

    ln_a: FloatArray = field(repr=False)
    t_gamma: FloatArray = field(repr=False)
    t_nu: FloatArray = field(repr=False)
    time: FloatArray = field(repr=False)
    hubble: FloatArray = field(repr=False)
    n_eff: float
    right_handed: RightHanded | None
    moments: Moments = field(repr=False)
    flavour_mixing: FlavourMixing
    screening: Screening
    exchange_screening: ScreeningName
    qed: Qed
    weak: bool = True

    plot = draws("plot_temperatures")

    @property
    def a(self) -> FloatArray:
        """Scale factor, 1 today, shape (n,)."""
        return np.exp(self.ln_a)

    @property
    def choices(self) -> dict[str, str]:
        """Choices that every result must state."""
        return {
            "criterion": "energy exchange",
            "flavour_mixing": self.flavour_mixing,
            "screening": self.screening,
            "exchange_screening": self.exchange_screening,
            "qed": self.qed,
            **self._hot(),
        }

    def _hot(self) -> dict[str, str]:
        """Inputs that determine the number of right-handed neutrinos."""
        made = self.right_handed
        if made is None:
            return {}
        return {"t_max": f"{made.t_max:g} MeV", "g_entropy": made.degrees}

    def temperature(self, flavour: Flavour, criterion: Criterion = "energy") -> float:
        """Temperature in MeV below which a `flavour` (``"nu_e"``, ``"nu_mu"``,
        ``"nu_tau"``) is decoupled by a `criterion`, ``"energy"`` or ``"number"``: see
        `decoupling_temperature`. Each flavour is treated separately, also with mixing.
        For Dirac neutrinos it is that of the left-handed ones, by the weak interaction
        only, as in the evolution; `RightHanded.freeze_out` is where their flips end.
        """
        dirac = self.moments.kind == "dirac"
        return decoupling_temperature(
            Moments("dirac", np.zeros(3)) if dirac else self.moments,
            flavour,
            criterion,
            screening=self.screening,
            exchange_screening=self.exchange_screening,
            weak=self.weak,
        )


@lru_cache(maxsize=8)
def _exchange_table(screening: ScreeningName) -> tuple[FloatArray, FloatArray]:
    """Cubics of the six factors on a uniform grid of ln T, and start and step of it."""
    from scipy.interpolate import CubicSpline

    names = (
        "weak_scattering_e",
        "weak_scattering_mu",
        "weak_annihilation_e",
        "weak_annihilation_mu",
        f"magnetic_scattering_{screening}",
        "magnetic_annihilation",
    )
    # the ends are as in the table to rounding
    x = np.linspace(math.log(tables.COLDEST), math.log(tables.HOTTEST), 401)
    t = np.clip(np.exp(x), tables.COLDEST, tables.HOTTEST)
    columns = [CubicSpline(x, tables.factors(n, t)).c[::-1].T for n in names]
    return np.stack(columns, axis=1), np.array([x[0], x[1] - x[0]])


def _physics(sums: FloatArray, mixing: FlavourMixing, weak: bool, dark: float) -> Any:
    """The numbers passed to the compiled slopes."""
    own = [4 * (left**2 + right**2) for left, right in COUPLINGS.values()]
    return np.array(
        [
            G_FERMI**2 / math.pi**5 if weak else 0.0,
            math.pi * (ALPHA_EM / M_ELECTRON) ** 2 / math.pi**4,
            *sums,
            dark * _NU * _START**4,
            8 * math.pi / (3 * PLANCK_MASS**2),
            float(mixing == "full"),
            *own,
            *tables.MASSLESS,
        ]
    )


def _integrate(
    physics: FloatArray, qed: Qed, screening: ScreeningName
) -> tuple[FloatArray, FloatArray]:
    """Variables and slopes at the accepted steps, shape (steps, 6)."""
    from nuprobe.cosmology.solver import Medium, evolve, slopes

    gas = equation_of_state(qed)
    table, grid = _exchange_table(screening)
    medium = Medium(
        gas.coefficients.copy(), gas.start, gas.step, table, grid[0], grid[1], physics
    )
    y = np.array([math.log(_START)] * 4 + [0.0, 0.0])
    rate = slopes(y, np.empty(6), medium)
    y[4] = math.log(0.5 / rate)  # radiation domination from the beginning
    ys, fs, failed = evolve(y, math.log(_END), _TOLERANCE, _STEPS, medium)
    if failed or not np.all(np.isfinite(ys)):
        why = (
            "needs more than 100,000 steps" if failed == 2 else "step became too small"
        )
        raise ComputationError(
            f"evolution of the temperatures failed at {math.exp(ys[-1, 0]):.4g} MeV"
            f" ({why}): moments this large are not computed"
        )
    return ys, fs


@public
def decoupling(
    model: Any = None,
    *,
    flavour_mixing: FlavourMixing = "full",
    screening: Screening = "debye",
    exchange_screening: ScreeningName = "none",
    qed: Qed = "e3",
    weak: bool = True,
    t_max: float | None = None,
    g_entropy: Callable[[FloatArray], FloatArray] | None = None,
) -> History:
    """Evolve the temperatures of photons and neutrinos through decoupling.

    Parameters
    ----------
    model : None, `StandardModel` or `Electromagnetic` with moments.
    flavour_mixing : ``"full"``: oscillations keep the three neutrinos at one
        temperature; ``"none"``: flavours evolve alone.
    screening : of soft photons in the *number* of magnetic scatterings: ``"debye"``,
        ``"talk"``, ``"cut"`` or ``"linear"``; affects only decoupling temperatures by
        that criterion.
    exchange_screening : of soft photons in the *energy* exchange, which is finite
        without screening (``"none"``); the others lower it by up to 3.5 %.
    qed : corrections to the pressure of order ``"none"``, ``"e2"`` or ``"e3"``.
    weak : include weak interactions; False only to see their effect.
    t_max : only for Dirac moments: temperature in MeV at which there are no
        right-handed neutrinos yet. N_eff is meaningless without it.
    g_entropy : for Dirac moments: temperatures in MeV → g*s, or None for that of
        `effective_degrees`.

    Returns
    -------
    History

    Raises
    ------
    InputError
        For another model, an unknown choice, Dirac moments without T_max, or T_max
        without Dirac moments.
    ComputationError
        If a step of the integration fails; the message has the temperature.

    Examples
    --------
    >>> round(decoupling(flavour_mixing="none").n_eff, 4)
    3.0443
    """
    if flavour_mixing not in get_args(FlavourMixing):
        raise UnknownNameError(
            "flavour mixing", flavour_mixing, get_args(FlavourMixing)
        )
    checked_screening(screening)
    checked_screening(exchange_screening, bare=True)
    checked_qed(qed)
    flag("weak", weak)
    moments = read_moments(model)
    made = _made(moments, t_max, g_entropy, screening)
    return evolved(
        0.0 if made is None else made.delta_n_eff,
        right_handed=made,
        moments=moments,
        flavour_mixing=flavour_mixing,
        screening=screening,
        exchange_screening=exchange_screening,
        qed=qed,
        weak=weak,
    )


def evolved(dark: float, **choices: Any) -> History:
    """The evolution with additional radiation that only gravitates.

    Parameters
    ----------
    dark : its contribution to N_eff.
    choices : the remaining attributes of `History`. Dirac moments act only through
        `dark`: neutrinos that have flipped to right-handed are lost.

    Examples
    --------
    >>> none = Moments("dirac", np.zeros(3))
    >>> choices = {"flavour_mixing": "full", "qed": "e3", "weak": True}
    >>> choices |= {"screening": "debye", "exchange_screening": "none"}
    >>> history = evolved(1.0, moments=none, right_handed=None, **choices)
    >>> round(history.n_eff, 2)
    4.05
    """
    moments = choices["moments"]
    active = np.zeros(3) if moments.kind == "dirac" else moments.sums
    physics = _physics(active, choices["flavour_mixing"], choices["weak"], dark)
    ys, fs = _integrate(physics, choices["qed"], choices["exchange_screening"])
    return _history(ys, fs, physics, dark, **choices)


def _made(
    moments: Moments, t_max: float | None, g_entropy: Any, screening: Screening
) -> RightHanded | None:
    """Right-handed neutrinos of Dirac moments."""
    if moments.kind == "dirac" and (moments.any or t_max is not None):
        if t_max is None:
            raise InputError(
                "Dirac moments populate right-handed neutrinos from the highest"
                " temperature on: give t_max in MeV (and g_entropy, if not the"
                ' package\'s), or kind="majorana"'
            )
        return right_handed(moments, t_max, g_entropy=g_entropy, screening=screening)
    if t_max is not None or g_entropy is not None:
        raise InputError(
            "t_max and g_entropy are for Dirac moments; this model has none: leave them"
            ' out, or give moments of kind="dirac"'
        )
    return None


def _history(
    ys: FloatArray, fs: FloatArray, physics: FloatArray, dark: float, **choices: Any
) -> History:
    """The steps on a uniform grid."""
    from scipy.interpolate import CubicHermiteSpline

    x = np.linspace(0.0, ys[-1, 5], _POINTS)
    values = CubicHermiteSpline(ys[:, 5], ys, fs)(x)
    t = np.exp(values[:, :4])
    gas = equation_of_state(choices["qed"])
    rho = gas.energy(t[:, 0]) + _NU * (t[:, 1:] ** 4).sum(axis=1)
    rho += dark * _NU * (_START * np.exp(-x)) ** 4
    photons = math.pi**2 / 15 * t[-1, 0] ** 4
    invisible = (
        _NU * (t[-1, 1:] ** 4).sum() + dark * _NU * (_START * math.exp(-x[-1])) ** 4
    )
    return History(
        ln_a=x - x[-1] + math.log(_TODAY / t[-1, 0]),
        t_gamma=t[:, 0],
        t_nu=t[:, 1:],
        time=np.exp(values[:, 4]) * HBAR_MEV_S,
        hubble=np.sqrt(physics[6] * rho) / HBAR_MEV_S,
        n_eff=float(invisible / photons * 8 / 7 * _STANDARD),
        **choices,
    )
