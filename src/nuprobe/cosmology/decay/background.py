"""The universe after nucleosynthesis with N: density, heat, expansion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from nuprobe.constants import HBAR_MEV_S, HBARC_MEV_CM, PLANCK_MASS
from nuprobe.cosmology.decay.spectrum import COLDEST
from nuprobe.cosmology.history import History, decoupling
from nuprobe.cosmology.nucleosynthesis import Expansion
from nuprobe.errors import ComputationError
from nuprobe.numerics import FloatArray

__all__ = ["START", "Background", "background", "with_sterile"]

START: Final = 0.01
"""MeV, where decays begin to be followed."""
REFERENCE: Final = 10.0
"""MeV, where the abundance of N is given."""
_ZETA3: Final = 1.2020569031595942
_NEUTRINO: Final = 7 / 8 * (4 / 11) ** (4 / 3)


@dataclass(frozen=True, eq=False)
class Background:
    """Times after nucleosynthesis.

    Attributes
    ----------
    ln_a : logarithm of the scale factor, (times,), 0 at `START`.
    t_gamma : temperature of photons in MeV, that shape.
    time : in s, that shape.
    density : of N in 1/cm³, that shape.
    dilution : (T a)³ at each time over that at `START`: entropy of photons, that shape.
    n_eff : at the end, the neutrinos of the decay in it.
    n_eff_daughters : contribution of the decay only.
    heat : energy given to photons over theirs, ∫dρ/ρ.
    """

    ln_a: FloatArray
    t_gamma: FloatArray
    time: FloatArray
    density: FloatArray
    dilution: FloatArray
    n_eff: float
    n_eff_daughters: float
    heat: float


@lru_cache(maxsize=1)
def _standard() -> History:
    return decoupling()


def _photons(t: float) -> float:
    return float(2 * _ZETA3 / np.pi**2 * t**3)


def _comoving(abundance: float) -> tuple[float, float, float]:
    """n_N at `START` in MeV³ before decays, time there in s, N_eff."""
    past = _standard()
    ln_a = np.interp(
        [-np.log(REFERENCE), -np.log(START)], -np.log(past.t_gamma), past.ln_a
    )
    time = float(np.interp(ln_a[1], past.ln_a, past.time))
    density = abundance * _photons(REFERENCE) * np.exp(3 * (ln_a[0] - ln_a[1]))
    return float(density), time, past.n_eff


def with_sterile(mass: float, lifetime: float, abundance: float) -> Expansion:
    """Return the standard history of decoupling including the energy density of N.

    Parameters
    ----------
    mass : of N in MeV.
    lifetime : in s.
    abundance : n_N/n_γ at 10 MeV.

    Examples
    --------
    >>> past = with_sterile(10.0, 1e6, 1e-5)
    >>> bool(past.hubble[-1] > _standard().hubble[-1])
    True
    """
    past = _standard()
    density, _, n_eff = _comoving(abundance)
    start = float(np.interp(np.log(START), np.log(past.t_gamma[::-1]), past.ln_a[::-1]))
    number = density * np.exp(3 * (start - past.ln_a) - past.time / lifetime)
    square = past.hubble**2 + _hubble2(mass * number)
    named: dict[str, Any] = {"criterion": "energy exchange", **past.choices}
    return Expansion(
        past.t_gamma, past.t_nu[:, 0], past.a, np.sqrt(square), n_eff, named
    )


def _hubble2(density: Any) -> Any:
    """H² of an energy density in MeV⁴, 1/s²."""
    return 8 * np.pi / 3 * density / (PLANCK_MASS * HBAR_MEV_S) ** 2


def background(
    mass: float, lifetime: float, abundance: float, photon_share: float = 0.5
) -> Background:
    """Follow photons, neutrinos and N from `START` to 1 eV or 40 lifetimes.

    Parameters
    ----------
    mass : of N in MeV.
    lifetime : in s.
    abundance : n_N/n_γ at 10 MeV.
    photon_share : fraction of the energy of N that becomes heat.

    Examples
    --------
    >>> past = background(10.0, 1e6, 1e-5)
    >>> bool(past.heat > 0)
    True
    """
    from scipy.integrate import solve_ivp

    density, time, n_eff = _comoving(abundance)
    start = np.pi**2 / 15 * START**4
    cold = start * _NEUTRINO * n_eff
    heavy = mass * density

    def slope(x: float, y: FloatArray) -> list[float]:
        """Derivatives of ρ_γ a⁴ and ρ_daughters a⁴ relative to the start, and of the
        time."""
        n = np.exp(x - y[2] / lifetime)  # n_N a⁴, over n_N at the start
        total = (start * (y[0] + y[1]) + cold + heavy * n) * np.exp(-4 * x)
        hubble = np.sqrt(_hubble2(total))
        gain = heavy / start * n / (lifetime * hubble)
        return [photon_share * gain, (1 - photon_share) * gain, 1 / hubble]

    length = np.log(START / COLDEST)
    solved = solve_ivp(
        slope,
        (0.0, length + 1.0),
        [1.0, 0.0, time],
        "LSODA",
        t_eval=np.linspace(0.0, length + 1.0, 1001),
        rtol=1e-9,
        atol=[1e-12, 1e-12, 1e-3],
    )
    if not solved.success:
        raise ComputationError(f"the expansion with N failed: {solved.message}")
    x, (hot, daughters, t) = solved.t, solved.y
    temperature = START * np.exp(-x) * hot**0.25
    last = (temperature >= COLDEST) & (t <= 40 * lifetime)
    last[:20] = True
    x, hot, daughters, t, temperature = (
        v[last] for v in (x, hot, daughters, t, temperature)
    )
    number = density * np.exp(-3 * x - t / lifetime) / HBARC_MEV_CM**3
    share = hot[-1] * _NEUTRINO
    return Background(
        x,
        temperature,
        t,
        number,
        hot**0.75,
        float((cold / start + daughters[-1]) / share),
        float(daughters[-1] / share),
        float(np.log(hot[-1])),
    )
