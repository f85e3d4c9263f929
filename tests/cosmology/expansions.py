"""A universe of test: neutrinos that decouple at once, entropy conserved, no QED, from
plain integrals over electrons and positrons; and the numbers of another code on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from nuprobe.cosmology.nucleosynthesis import Expansion

M_E = 0.51099895
PLANCK, HBAR = 1.22089e22, 6.582119569e-22


def plasma(t: Any) -> tuple[Any, Any]:
    """Energy density and pressure of photons and e± over T⁴."""
    x, w = np.polynomial.laguerre.laggauss(60)
    m = M_E / t[:, None]
    e = np.sqrt(x**2 + m**2)
    f = w * np.exp(x) / (np.exp(np.minimum(e, 600)) + 1)
    rho = 2 / np.pi**2 * (x**2 * e * f).sum(axis=1)
    p = 2 / np.pi**2 * (x**4 / (3 * e) * f).sum(axis=1)
    return np.pi**2 / 15 + rho, np.pi**2 / 45 + p


def instantaneous(extra: float = 0.0) -> Expansion:
    """Three neutrinos (and `extra` more) that never see annihilation."""
    t = np.geomspace(30.0, 0.003, 1500)
    rho, p = plasma(t)
    entropy = (rho + p) * t**3
    a = (entropy[0] / entropy) ** (1 / 3)
    t_nu = t[0] / a
    total = rho * t**4 + (3 + extra) * 7 / 8 * np.pi**2 / 15 * t_nu**4
    hubble = np.sqrt(8 * np.pi / 3 * total) / PLANCK / HBAR
    return Expansion(t, t_nu, a, hubble, 3.0 + extra)
