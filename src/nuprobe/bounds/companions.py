"""Other constraints on a gauged L_μ − L_τ boson: computed curves for the (m_Z′, g′)
plane of the trident limits."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.bounds import monophoton, muon_g2, relic_absorption
from nuprobe.bounds.relic_absorption import GAP, LineOfSight
from nuprobe.errors import InputError, shown
from nuprobe.numerics import FloatArray, numbers
from nuprobe.units import MeV, eV

__all__ = ["LINES", "Companion", "companions"]

LINES: Final = (("16.7 MeV: boson claimed in $^8$Be", 16.7 * MeV),)
"""Masses of interest: the boson claimed in ⁸Be (Krasznahorkay:2015iga, 16.70 MeV in the
abstract)."""


_BELLE_II: Final = 8e-4  # g′
_BELLE_II_TOP: Final = 1000.0  # MeV
_PER_DECADE: Final = 40
_GAP_POINTS: Final = 161


@dataclass(frozen=True, eq=False)
class Companion:
    """One computed constraint or preferred region.

    Attributes
    ----------
    label : including its assumptions.
    kind : ``"band"`` (preferred between lower and upper), ``"limit"`` (excluded above
        upper), ``"reach"`` (sensitive above upper) or ``"ideal"`` (sensitive above
        upper if there were no background).
    mass : MeV, shape (n,).
    lower, upper : couplings g′, shape (n,); infinite where there is no constraint.
    references : texkeys.
    """

    label: str
    kind: Literal["band", "limit", "reach", "ideal"]
    mass: FloatArray
    lower: FloatArray
    upper: FloatArray
    references: tuple[str, ...]


def companions(
    mass: ArrayLike, line: LineOfSight | None = None
) -> tuple[Companion, ...]:
    """Compute the companions of the trident limits, each on its own mass grid.

    Parameters
    ----------
    mass : lowest and highest mass in MeV, optionally with masses between them.
    line : properties of the path between sources and IceCube: mass of the relic
        neutrinos, redshift, …; `LineOfSight()` if not given.

    Returns
    -------
    tuple of Companion
        The (g−2)_μ region of 2021 (2σ) and today's upper limit (95 %, one-sided); the
        region in which absorption on relic neutrinos produces the IceCube gap, for
        `line` and the depth of `relic_absorption.gap_band`, omitted if no mass in the
        range produces it; Belle II's reach in e⁺e⁻ → γ + nothing: the estimate with
        backgrounds of Araki:2017wyg (g′ = 8e-4 for masses up to 1 GeV, from the
        abstract), and the reach without background.

    Raises
    ------
    InputError
        If the masses are not positive numbers.

    Examples
    --------
    >>> [one.kind for one in companions([10.0, 100.0])]
    ['band', 'limit', 'band', 'reach', 'ideal']
    """
    given = numbers("masses in MeV", mass)
    if given.size == 0 or not np.all(np.isfinite(given) & (given > 0)):
        raise InputError(f"masses must be positive (MeV), got {shown(mass)}")
    m = _masses(float(given.min()), float(given.max()))
    low, high = muon_g2.band("2021", m)
    nothing = np.full(m.size, np.inf)
    reach = monophoton.reach(m, 50 * monophoton.INVERSE_AB)
    return (
        Companion(
            r"$(g-2)_\mu$ 2021, 2σ",
            "band",
            m,
            low,
            high,
            ("Muong-2:2021ojo", "Aoyama:2020ynm"),
        ),
        Companion(
            r"$(g-2)_\mu$ 2025, 95 % upper limit",
            "limit",
            m,
            nothing,
            np.asarray(muon_g2.upper_limit("2025", m)),
            ("Muong-2:2025xyk", "Aliberti:2025beg"),
        ),
        *_gap(m[0], m[-1], line or LineOfSight()),
        Companion(
            r"Belle II, 50 ab$^{-1}$, estimate with backgrounds",
            "reach",
            m,
            nothing,
            np.where(m <= _BELLE_II_TOP, _BELLE_II, np.inf),
            ("Araki:2017wyg",),
        ),
        Companion(
            r"Belle II, ideal: 3 signal events, no background",
            "ideal",
            m,
            nothing,
            np.asarray(reach),
            ("Araki:2017wyg",),
        ),
    )


def _masses(low: float, high: float) -> FloatArray:
    """A grid fine enough for every curve except the gap."""
    if low == high:
        return np.array([low])
    decades = np.log10(high / low)
    return np.geomspace(low, high, max(2, int(np.ceil(_PER_DECADE * decades))) + 1)


def _gap(low: float, high: float, line: LineOfSight) -> tuple[Companion, ...]:
    """The band of the IceCube gap on masses between its ends, if any lie in the
    range."""
    # outside these masses all resonances lie outside the gap
    bottom = sqrt(2 * line.masses.min() * GAP[0])
    top = sqrt(2 * line.masses.max() * GAP[1] * (1 + line.z_source))
    start, stop = max(low, bottom), min(high, top)
    if not start < stop:
        return ()
    m = np.geomspace(start, stop, _GAP_POINTS)
    lower, upper = relic_absorption.gap_band(m, line)
    there = np.isfinite(lower) & (lower < upper)
    if there.sum() < 2:
        return ()
    first, last = np.flatnonzero(there)[[0, -1]]
    kept = slice(first, last + 1)
    masses = np.unique(line.masses / eV)
    m_nu = ", ".join(f"{one:.3g}" for one in masses)
    return (
        Companion(
            rf"IceCube gap, above ($m_\nu$ = {m_nu} eV, $z$ = {line.z_source:.3g})",
            "band",
            m[kept],
            lower[kept],
            upper[kept],
            ("Araki:2014ona",),
        ),
    )
