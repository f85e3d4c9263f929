"""Named arrays that the loops of the generator read and fill.

Two implementations read them: `plain` (NumPy, whole arrays at a time) and `kernels`
(compiled, one event at a time). Fields are only added at the end: a cached kernel does
not notice that two fields of the same type were swapped.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray

__all__ = [
    "BINS",
    "CLOSED",
    "DIMENSIONS",
    "NO_LEPTONS",
    "ROOT2",
    "SCATTERING",
    "SLICES",
    "W_DIMENSION",
    "Flows",
    "Leptons",
    "Nucleon",
    "Output",
    "Point",
    "Sampling",
    "Spins",
    "empty_output",
]

ROOT2: Final = math.sqrt(2.0)
# ln Q, ln x, s, K², pair angle, ϕ, ψ: the grid of each depends on the slice of the #
# previous one
DIMENSIONS: Final = 7
W_DIMENSION: Final = DIMENSIONS
"""Dimension of the mass of the hadrons, only for nucleon break-up: it comes between the
energy and ln Q, and its random number is the last one of a trial."""
SLICES: Final = 16
BINS: Final = 48

SCATTERING: Final = np.dtype(
    [
        ("mass", "f8"),  # of the target, MeV
        ("m_minus", "f8"),  # of ℓ⁻ and ℓ⁺ (exchanged for antineutrinos), MeV
        ("m_plus", "f8"),
        ("q_end", "f8"),  # Q beyond which the form factor is negligible, MeV
        ("soft2", "f8"),  # smallest squared mass of a mediator, MeV², or infinity
        ("log_q_first", "f8"),  # ln Q of the first entry of the tables
        ("log_q_step", "f8"),
        ("prefactor", "f8"),  # cm² MeV⁴
        ("k_f", "f8"),  # Fermi momentum, MeV; 0 for a target at rest
        ("blocked", "?"),  # drop events whose final nucleon is in the Fermi sphere
        ("anti", "?"),  # antineutrino: CP exchanges the leptons
        ("magnetic", "?"),  # whether G is not 0
        ("hadrons", "i8"),  # table of nucleon break-up; −1: the target stays intact
        ("w_low", "f8"),  # smallest mass of its hadrons, MeV
        ("y_step", "f8"),  # of that table in √ln(W/W_low)
        ("z_step", "f8"),  # and in ln(1 + Q²/q2_scale)
        ("q2_scale", "f8"),  # MeV²
    ],
    align=True,
)
"""Record of a process in the loops."""


Value = Any
"""A number in the compiled loop, an array with a value for each trial in NumPy."""


class Point(NamedTuple):
    """A point of phase space for a target at rest, including the differences that
    vanish at its edges.

    Attributes
    ----------
    q2, x, s, k2 : Q², 2k1·q, squared mass of the pair and K², MeV².
    s_gap : s − (m₋ + m₊)², MeV².
    s_hat : squared mass of neutrino and pair, MeV².
    k2_gap : K²_max − K², MeV².
    kappa2 : square of the component of k1 across q in the pair's frame, MeV².
    lam : λ(s, −K², −Q²), MeV⁴.
    alpha, beta : P = αk1 + βq + P_T.
    p_t : magnitude of P_T, MeV.
    t : position of the pair's angle in ln(D1/D2), from 0 to 1.
    phi, psi : azimuths of ℓ⁻ and of the target, radians.
    w : mass of the recoil, MeV.
    excess : w² − M² + Q², MeV².
    """

    q2: Value
    x: Value
    s: Value
    s_gap: Value
    s_hat: Value
    k2: Value
    k2_gap: Value
    kappa2: Value
    lam: Value
    alpha: Value
    p_t: Value
    beta: Value
    t: Value
    phi: Value
    psi: Value
    w: Value
    excess: Value


class Leptons(NamedTuple):
    """ℓ⁻ in the pair's frame, and the denominators D1 and D2 of the amplitudes.

    Attributes
    ----------
    e_minus, e_plus, p : energies and momentum, MeV.
    up, down, mixed : cos² and sin² of half the polar angle, and the root of their
        product.
    inverse_1, inverse_2 : 1/D1 and 1/D2, MeV⁻².
    measure : dΦ2/dt.
    """

    e_minus: Value
    e_plus: Value
    p: Value
    up: Value
    down: Value
    mixed: Value
    inverse_1: Value
    inverse_2: Value
    measure: Value


class Flows(NamedTuple):
    """Ingredients of the amplitudes.

    Attributes
    ----------
    c_t, c_l : transverse and longitudinal factors of the leptons.
    scale, swing : Q/k_z, and times 1/D2 − 1/D1.
    q_p, q_m : q_0 ± k_z, MeV.
    l_p, l_m : (k_z ± k_0)/K.
    j_l, v_p, v_m : current of the neutrino along L, + and −, MeV.
    w_l, w_p, w_m : current of the target along them, MeV.
    """

    c_t: Value
    c_l: Value
    scale: Value
    swing: Value
    q_p: Value
    q_m: Value
    l_p: Value
    l_m: Value
    j_l: Value
    v_p: Value
    v_m: Value
    w_l: Value
    w_p: Value
    w_m: Value


class Spins(NamedTuple):
    """2×2 currents or factors of the leptons' helicities.

    Attributes
    ----------
    a11, a12, a21, a22 : by helicity of ℓ⁻, then ℓ⁺.
    """

    a11: Value
    a12: Value
    a21: Value
    a22: Value


class Nucleon(NamedTuple):
    """The struck nucleon, in the laboratory.

    Attributes
    ----------
    x, y, z, energy : momentum and energy, MeV.
    e_seen : energy of the neutrino in its frame, MeV.
    flux : flux factor k·p/(E E_N).
    """

    x: Value
    y: Value
    z: Value
    energy: Value
    e_seen: Value
    flux: Value


CLOSED: Final = Point(*[0.0] * 17)
NO_LEPTONS: Final = Leptons(*[0.0] * 9)


class Sampling(NamedTuple):
    """Processes ready to be sampled, one per row.

    Attributes
    ----------
    share : shape (processes + 1,): cumulative probabilities of the processes, from 0 to
        1.
    scattering : shape (processes,), records of `SCATTERING`.
    cumulative : shape (processes, bins + 1): cumulative probabilities of the energy
        bins.
    energies : shape (processes, bins, 4): low end and width of a bin (MeV), flux times
        width at the low end and its rise over the bin.
    counts : shape (processes,): number of bins used.
    tables : shape (processes, 2, entries): C and G of the target, uniform in ln Q.
    couplings : shape (processes, 2 + 3 mediators): V, A, then strength, axial strength
        and squared mass (MeV²) of each mediator.
    grids : shape (processes, dimensions, SLICES, BINS + 1): edges; one more dimension
        than DIMENSIONS for nucleon break-up.
    hadrons : shape (2, W, Q², 2): F₂/Q² (MeV⁻²) and 2F₁ of proton and neutron break-up,
        from `hadrons.hadron_tables`; empty without break-up.
    """

    share: FloatArray
    scattering: NDArray[np.void]
    cumulative: FloatArray
    energies: FloatArray
    counts: NDArray[np.int64]
    tables: FloatArray
    couplings: FloatArray
    grids: FloatArray
    hadrons: FloatArray


class Output(NamedTuple):
    """Output of the loops, in the order of the events.

    Attributes
    ----------
    trial, process : shape (n,): number of the trial, index of the process.
    momenta : shape (n, 6, 4): four-momenta of neutrino, target, outgoing neutrino, ℓ⁻,
        ℓ⁺ and recoil, MeV.
    values : shape (n, 7): weight, VV, AA, VA (cm²), q2, k2, s (MeV²).
    collected : shape (dimensions, SLICES × BINS): sums of squared weights by bin, in
        training.
    """

    trial: NDArray[np.int64]
    process: NDArray[np.int32]
    momenta: FloatArray
    values: FloatArray
    collected: FloatArray


def empty_output(n: int, dimensions: int = 0) -> Output:
    """Empty arrays for the output of n trials.

    Parameters
    ----------
    n : trials.
    dimensions : of the grid, for training, which collects weights instead of events.

    Examples
    --------
    >>> empty_output(10).momenta.shape
    (10, 6, 4)
    """
    events = 1 if dimensions else n
    cells: Any = (dimensions, SLICES * BINS) if dimensions else (0, 0)
    return Output(
        trial=np.empty(events, dtype=np.int64),
        process=np.empty(events, dtype=np.int32),
        momenta=np.empty((events, 6, 4)),
        values=np.zeros((n, 7)),
        collected=np.zeros(cells),
    )
