"""Structure functions of nucleon break-up, as used by the loops of the generator.

The hadrons of mass W from nucleon break-up enter the matrix element as `currents` do,
with (`processes.trident.inelastic`)

    C = F₂/D,   G Q² = 2F₁,   D = W² − M² + Q²

per dW². Tabulated are F₂/Q² and 2F₁, which are smooth down to real photons, uniformly
in √ln(W/W_low), which resolves the half powers of the threshold, and in ln(1 + Q²/Q₀²).
They are interpolated by cubics in both directions: where events occur, 98 of 100 are
accurate to 1e-4 and the mean to 3e-5; the error is 1 % near the cusp at the eta
threshold.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final

import numpy as np

from nuprobe.events.arrays import Point
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.inelastic import KINDS, NUCLEON_MASS, W_LOW
from nuprobe.processes.trident.structure_functions import structure_functions

__all__ = ["Q2_SCALE", "Y_STEP", "Z_STEP", "broken_structure", "hadron_tables"]

Y_STEP: Final = 0.003
Z_STEP: Final = 0.1
Q2_SCALE: Final = 20.0  # MeV²; the fits have a scale of 30 MeV² in one resonance
_REAL: Final = 1e-6  # MeV², for a real photon


def hadron_tables(e_top: float) -> FloatArray:
    """F₂/Q² (MeV⁻²) and 2F₁ for proton and neutron break-up, shape (2, W, Q², 2).

    Parameters
    ----------
    e_top : largest energy of a neutrino in the rest frame of a nucleon, MeV.

    Examples
    --------
    >>> made = hadron_tables(5e3)
    >>> made.shape[0], made.shape[3], bool((made >= 0).all())
    (2, 2, True)
    """
    mass = max(NUCLEON_MASS.values())
    s = mass**2 + 2 * e_top * mass
    y_top = math.sqrt(max(0.5 * math.log(s) - math.log(W_LOW), 0.0))
    z_top = math.log1p(s / Q2_SCALE)
    # one extra row before the first and two beyond the last, for the cubic
    return _tables(math.ceil(y_top / Y_STEP) + 4, math.ceil(z_top / Z_STEP) + 4)


@lru_cache(maxsize=4)
def _tables(n_y: int, n_z: int) -> FloatArray:
    y, z = Y_STEP * np.arange(n_y), Z_STEP * np.arange(n_z)
    w = (W_LOW * np.exp(y**2))[:, None]
    q2 = np.maximum(Q2_SCALE * np.expm1(z), _REAL)
    made = np.zeros((len(KINDS), n_y, n_z, 2))
    for kind, table in zip(KINDS, made, strict=True):
        f_2, f_l = structure_functions(kind, w, q2)
        excess = w**2 - NUCLEON_MASS[kind] ** 2 + q2
        x = q2 / excess
        table[..., 0] = f_2 / q2
        table[..., 1] = (f_2 * (1 + 4 * NUCLEON_MASS[kind] ** 2 * x / excess) - f_l) / x
    # the neutron fit is a difference, which may be negative
    result = np.maximum(made, 0.0)
    result.setflags(write=False)
    return result


def _cubic_weights(d: FloatArray) -> list[FloatArray]:
    """Weights of the four entries around a position, d beyond the second."""
    below, above, far = d + 1, d - 1, d - 2
    return [
        -d * above * far / 6,
        below * above * far / 2,
        -below * d * far / 2,
        below * d * above / 6,
    ]


def broken_structure(
    table: FloatArray, point: Point, one: Any
) -> tuple[FloatArray, FloatArray]:
    """C and G of nucleon break-up, shape (n,).

    Parameters
    ----------
    table : of `hadron_tables`, one nucleon's, shape (W, Q², 2).
    point : of phase space; `w`, `q2` and `excess` are used (MeV, MeV²), shape (n,).
    one : object with the steps of the table, named as in `arrays.SCATTERING`.

    Examples
    --------
    >>> from nuprobe.events.arrays import CLOSED
    >>> one = {"w_low": W_LOW, "q2_scale": Q2_SCALE, "y_step": Y_STEP, "z_step": Z_STEP}
    >>> point = CLOSED._replace(w=np.full(1, 1232.0), q2=np.ones(1), excess=np.ones(1))
    >>> c, g = broken_structure(hadron_tables(5e3)[0], point, one)
    >>> bool(c > 0 and g > 0)
    True
    """
    y = np.sqrt(np.log(np.maximum(point.w / one["w_low"], 1.0))) / one["y_step"]
    z = np.log1p(point.q2 / one["q2_scale"]) / one["z_step"]
    closed = ~(np.isfinite(y) & np.isfinite(z))
    y, z = np.where(closed, 0.0, y), np.where(closed, 0.0, z)
    i = np.clip(y.astype(np.intp), 1, table.shape[0] - 3)
    j = np.clip(z.astype(np.intp), 1, table.shape[1] - 3)
    of_y, of_z = _cubic_weights(y - i), _cubic_weights(z - j)
    both = np.zeros((y.size, 2))
    for m in range(4):
        for n in range(4):
            both += (of_y[m] * of_z[n])[:, None] * table[i + m - 1, j + n - 1]
    f_2, f_1 = np.maximum(both, 0.0).T
    return f_2 * point.q2 / point.excess, f_1 / point.q2
