"""Other constraints on a gauged L_μ − L_τ boson: computed curves for the (m_Z′, g′)
plane of the trident limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.bounds import monophoton, muon_g2, relic_absorption
from nuprobe.numerics import FloatArray
from nuprobe.units import MeV

__all__ = ["LINES", "Companion", "companions"]

LINES: Final = (("16.7 MeV: boson claimed in $^8$Be", 16.7 * MeV),)
"""Masses of interest: the boson claimed in ⁸Be (Krasznahorkay:2015iga, 16.70 MeV in the
abstract)."""


_BELLE_II: Final = 8e-4  # g′
_BELLE_II_TOP: Final = 1000.0  # MeV


@dataclass(frozen=True, eq=False)
class Companion:
    """One computed constraint or preferred region.

    Attributes
    ----------
    label : with what is assumed.
    kind : ``"band"`` (preferred between lower and upper), ``"limit"`` (excluded above
        upper), ``"reach"`` (sensitive above upper) or ``"ideal"`` (sensitive above
        upper if there were no background).
    mass : MeV, shape (n,).
    lower, upper : couplings g′, shape (n,); infinite where there is nothing.
    references : texkeys.
    """

    label: str
    kind: Literal["band", "limit", "reach", "ideal"]
    mass: FloatArray
    lower: FloatArray
    upper: FloatArray
    references: tuple[str, ...]


def companions(mass: ArrayLike) -> tuple[Companion, ...]:
    """Compute the companions of the trident limits.

    Parameters
    ----------
    mass : MeV, increasing.

    Returns
    -------
    tuple of Companion
        The (g−2)_μ region of 2021 (2σ) and today's upper limit (95 %, one-sided); the
        region that opens the IceCube gap by absorption on relic neutrinos, for the
        masses, redshift and depth of `relic_absorption.LineOfSight` and
        `relic_absorption.gap_band`; Belle II's reach in e⁺e⁻ → γ + nothing: the
        estimate with backgrounds of Araki:2017wyg (g′ = 8e-4 for masses up to 1 GeV,
        as the abstract puts it), and what the signal alone would reach.

    Examples
    --------
    >>> [one.kind for one in companions([10.0, 100.0])]
    ['band', 'limit', 'band', 'reach', 'ideal']
    """
    m = np.asarray(mass, dtype=float)
    low, high = muon_g2.band("2021", m)
    line = relic_absorption.LineOfSight()
    gap_low, gap_high = relic_absorption.gap_band(m, line)
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
        Companion(
            r"IceCube gap, above ($m_\nu$ = 0.1 eV, $z$ = 1.5)",
            "band",
            m,
            np.asarray(gap_low),
            np.asarray(gap_high),
            ("Araki:2014ona",),
        ),
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
