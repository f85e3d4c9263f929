"""The evolution of temperatures written down once more, for SciPy's LSODA: what the
compiled one is compared with, in accuracy here and in speed in benchmarks/."""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import solve_ivp

from nuprobe.constants import ALPHA_EM, G_FERMI, M_ELECTRON, PLANCK_MASS
from nuprobe.cosmology import tables
from nuprobe.cosmology.thermodynamics import equation_of_state
from nuprobe.numerics import FloatArray

START, END = 20.0, 0.005
PER_NEUTRINO = 7 * math.pi**2 / 120
COUPLINGS = ((0.727, 0.233), (-0.273, 0.233), (-0.273, 0.233))


def exchange(
    t: float, tn: FloatArray, sums: FloatArray, screening: str = "none"
) -> FloatArray:
    """Energy that each neutrino gains, in MeV⁵."""

    def at(name: str) -> float:
        return float(tables.factors(name, np.array(t)))

    gain = np.zeros(3)
    for i, (left, right) in enumerate(COUPLINGS):
        flavour = "e" if i == 0 else "mu"
        own = 32 * at(f"weak_annihilation_{flavour}") * (t**9 - tn[i] ** 9)
        own += 56 * at(f"weak_scattering_{flavour}") * (t * tn[i]) ** 4 * (t - tn[i])
        total = 4 * (left**2 + right**2) * own
        for j in range(3):
            if j != i:
                total += 32 * tables.MASSLESS[1] * (tn[j] ** 9 - tn[i] ** 9)
                total += (
                    56 * tables.MASSLESS[0] * (tn[i] * tn[j]) ** 4 * (tn[j] - tn[i])
                )
        soft = 12 * at(f"magnetic_scattering_{screening}") * (t * tn[i]) ** 3
        flip = soft * (t - tn[i]) + 2 * at("magnetic_annihilation") * (
            t**7 - tn[i] ** 7
        )
        size = math.pi * (ALPHA_EM / M_ELECTRON) ** 2 * sums[i] / math.pi**4
        gain[i] = G_FERMI**2 / math.pi**5 * total + size * flip
    return gain


def evolve(
    sums: FloatArray, *, mixing: bool = False, rtol: float = 1e-11
) -> tuple[FloatArray, FloatArray, float]:
    """ln a, temperatures (n, 4) in MeV and N_eff."""
    gas = equation_of_state("e3")

    def slopes(x: float, y: FloatArray) -> FloatArray:
        t, tn = float(np.exp(y[0])), np.exp(y[1:])
        p, rho = float(gas.pressure(t)), float(gas.energy(t))
        step = 1e-6
        up, down = (float(gas.energy(t * math.exp(s * step))) for s in (1.0, -1.0))
        total = rho + PER_NEUTRINO * float((tn**4).sum())
        hubble = math.sqrt(8 * math.pi / 3 * total) / PLANCK_MASS
        gain = exchange(t, tn, sums)
        if mixing:
            gain = np.full(3, gain.mean())
        slope = (-3 * (rho + p) - gain.sum() / hubble) / ((up - down) / (2 * step))
        return np.array([slope, *(-1 + gain / (hubble * 4 * PER_NEUTRINO * tn**4))])

    def cold(x: float, y: FloatArray) -> float:
        return float(y[0] - math.log(END))

    cold.terminal = True  # type: ignore[attr-defined]
    found = solve_ivp(
        slopes,
        (0.0, 12.0),
        np.full(4, math.log(START)),
        method="LSODA",
        rtol=rtol,
        atol=rtol,
        events=cold,
    )
    t = np.exp(found.y_events[0][0])
    n_eff = float((t[1:] ** 4).sum() / t[0] ** 4) * (11 / 4) ** (4 / 3)
    return found.t, np.exp(found.y.T), n_eff
