"""Kernels of transitions between levels of nuclei,

    dσ/dcos θ = (G_F² X/2π) k E_l F(Z, E_l) {B(F) (1 + β cos θ) + g_A² B(q)
    [1 − β cos θ/3 ± (2μ/3g_A M)(E + E_l β² − (E + E_l) β cos θ)]}/J

with X = V_ud² for charged and ¼ for neutral currents, where only B(q) counts, and the
recoil J of the nucleus; + for neutrinos. B(q) is B(GT), times the square of the form
factor (1 − 2y/3) exp(−y), y = (bq/2)², of an oscillator's p shell, plus a first
forbidden part ∝ q². The moment μ of weak magnetism is 4.706 if only spins contribute;
for isospin 0 to 1 it follows from the M1 width of the analogue state.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from nuprobe.constants import G_A, G_FERMI, HBARC_MEV_FM, M_NEUTRON, M_PROTON, V_UD
from nuprobe.inverse_beta import TwoBody
from nuprobe.numerics import FloatArray
from nuprobe.processes.nuclear.fermi import fermi_function
from nuprobe.processes.nuclear.levels import Level

__all__ = ["charged", "neutral", "strength"]

_SCALE: Final = G_FERMI**2 / (2 * np.pi)
_NUCLEON: Final = (M_PROTON + M_NEUTRON) / 2
_SLOWEST: Final = 1e-9


def strength(level: Level, q2: FloatArray) -> FloatArray:
    """B(q) of a level at momentum transfers squared.

    Parameters
    ----------
    level : its B(GT), first forbidden part and form factor.
    q2 : square of the momentum transfer, MeV².

    Examples
    --------
    >>> level = Level(name="1+", energy=15.11, gamow_teller=1.9, oscillator=1.64)
    >>> strength(level, np.array([0.0, 30.0**2]))
    array([1.9       , 1.80388066])
    """
    inverse = q2 / HBARC_MEV_FM**2
    y = level.oscillator**2 * inverse / 4
    allowed = level.gamow_teller * (1 - 2 * y / 3) ** 2
    return np.asarray((allowed + level.spin_dipole * inverse) * np.exp(-2 * y))


def _bracket(
    level: Level, e: FloatArray, out: FloatArray, k: FloatArray, cos: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Axial part g_A² B(q) (1 − β cos θ/3), and that of weak magnetism, at neutrino
    energies `e`, lepton energies `out` and momenta `k`."""
    beta = k / out
    axial = G_A**2 * strength(level, e**2 + k**2 - 2 * e * k * cos)
    moment = 2 * level.magnetic / (3 * G_A * _NUCLEON)
    magnetic = e + out * beta**2 - (e + out) * beta * cos
    return axial * (1 - beta * cos / 3), axial * moment * magnetic


def charged(
    reaction: TwoBody,
    level: Level,
    product: tuple[int, int],
    e: FloatArray,
    t: FloatArray,
) -> FloatArray:
    """dσ/dE_l by charged currents, in MeV⁻³: for ν_e, or for ν̄_e if the charge of the
    product is negative.

    Parameters
    ----------
    reaction : masses.
    level : strengths.
    product : its charge, with the sign of the force on e⁻ (+) or e⁺ (−), and mass
        number.
    e, t : energies of the neutrino and of the electron (total), MeV.

    Examples
    --------
    >>> gamow_teller = Level(name="x", energy=0.0, gamow_teller=1.0)
    >>> reaction = TwoBody(12109.5, 12111.2, 0.511)
    >>> value = charged(reaction, gamow_teller, (7, 13), np.array(10.0), np.array(8.28))
    >>> bool(1e-19 < value < 1e-17)
    True
    """
    charge, number = product
    radius = 1.2 * number ** (1 / 3)
    k, cos = np.maximum(reaction.momentum(t), _SLOWEST), reaction.cosine(e, t)
    vector = level.fermi * (1 + k / t * cos)
    axial, magnetic = _bracket(level, e, t, k, cos)
    common = _SCALE * V_UD**2 * reaction.target / e * t
    distorted = common * fermi_function(t, k, charge, radius)
    sign = 1.0 if charge > 0 else -1.0
    return np.asarray(distorted * (vector + axial + sign * magnetic))


def neutral(
    reaction: TwoBody, level: Level, e: FloatArray, t: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """dσ/dω by neutral currents in MeV⁻³: axial part, and interference with weak
    magnetism at the full isovector strength.

    Parameters
    ----------
    reaction : masses.
    level : strengths.
    e, t : energy of the neutrino and energy transfer, MeV.

    Examples
    --------
    >>> spin = Level(name="x", energy=3.7, gamow_teller=1.0, magnetic=4.7)
    >>> reaction = TwoBody(12109.5, 12113.2, 0.0)
    >>> axial, magnetic = neutral(reaction, spin, np.array(10.0), np.array(3.703))
    >>> bool(0 < magnetic < 0.2 * axial)
    True
    """
    out = e - t
    parts = _bracket(level, e, out, out, reaction.cosine(e, out))
    common = _SCALE / 4 * reaction.target / e * out
    return common * parts[0], common * parts[1]
