"""Effect of the two-body axial current on fluxes measured by SNO.

Rates of neutral currents follow φ σ_NC and those of charged ones φ P σ_CC. A
collaboration that divides by its own cross sections measures φ and P times the ratio of
the true cross sections to those: as a function of L_1A, the ratio of σ₀ + L σ₁ + L² σ₂
to its value at the L_1A of the collaboration's tables. The cross sections are those of
`nuprobe.deuteron`; radiative corrections and couplings drop out of the ratio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from nuprobe.experiments.solar_sun import component_nodes
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes
from nuprobe.oscillation.zones import gaussian_rule
from nuprobe.processes.nuclear import deuteron
from nuprobe.processes.nuclear.two_nucleons import Scheme

__all__ = ["DeuteronRatios", "deuteron_ratios"]

_RANGE: Final = (2.6, 16.0)  # MeV, of the charged current
_NODES: Final = 14
_THRESHOLD: Final = 2.2259
_LARGE: Final = 8.0  # fm³, of the values that determine the three powers


@dataclass(frozen=True, eq=False)
class DeuteronRatios:
    """Cross sections over those of the collaboration.

    Attributes
    ----------
    neutral : σ₁/σ₀ and σ₂/σ₀ of neutral currents averaged over ⁸B neutrinos, (2,).
    charged : the same of charged currents at Chebyshev points in the energy, (nodes,
        2).
    """

    neutral: FloatArray
    charged: FloatArray

    def nc(self, l1a: FloatArray, reference: float) -> FloatArray:
        """Ratio of neutral currents, (points,).

        Parameters
        ----------
        l1a, reference : fm³ in the scheme, (points,) and of the collaboration.
        """
        return np.asarray(_power(l1a, self.neutral) / _power(reference, self.neutral))

    def cc(self, e_nu: FloatArray, l1a: FloatArray, reference: float) -> FloatArray:
        """Ratio of charged currents at energies, (points, energies).

        Parameters
        ----------
        e_nu : MeV, shape (energies,), 2.6 to 16 MeV.
        l1a, reference : as of `nc`.
        """
        rows = barycentric_matrix(chebyshev_nodes(*_RANGE, _NODES), e_nu) @ self.charged
        own = 1 + np.outer(l1a, rows[:, 0]) + np.outer(l1a**2, rows[:, 1])
        return np.asarray(own / _power(reference, rows.T))


def _power(l1a: FloatArray | float, slopes: FloatArray) -> FloatArray:
    return np.asarray(1 + l1a * slopes[0] + np.square(l1a) * slopes[1])


@lru_cache(maxsize=4)
def deuteron_ratios(scheme: Scheme) -> DeuteronRatios:
    """Dependence of cross sections on L_1A.

    Parameters
    ----------
    scheme : in which L_1A is defined.

    Examples
    --------
    >>> deuteron_ratios("resummed").neutral.round(5)
    array([1.384e-02, 5.000e-05])
    """
    e, w = component_nodes("8B")
    used = e > _THRESHOLD
    e, w = gaussian_rule(e[used], w[used], 12)
    neutral = _slopes(scheme, "nc", e, w[None])
    nodes = chebyshev_nodes(*_RANGE, _NODES)
    charged = _slopes(scheme, "cc", nodes, np.eye(_NODES))
    return DeuteronRatios(neutral[0], charged)


def _slopes(
    scheme: Scheme, current: deuteron.Current, e: FloatArray, weights: FloatArray
) -> FloatArray:
    """σ₁/σ₀ and σ₂/σ₀ of averages with some rows of weights, (rows, 2)."""
    zero, above, below = (
        weights @ deuteron.total(e, current, "nu_e", l1a=x, scheme=scheme)
        for x in (0.0, _LARGE, -_LARGE)
    )
    linear = (above - below) / (2 * _LARGE)
    square = (above + below - 2 * zero) / (2 * _LARGE**2)
    return np.stack([linear / zero, square / zero], axis=1)


def reference_of(scheme: str, references: Mapping[str, float]) -> tuple[Scheme, float]:
    """Scheme of the cross sections, and the value of L_1A there of the data.

    Parameters
    ----------
    scheme : ``"resummed"``, ``"nnlo"`` or ``"relative"`` (the resummed one, with
        values above that of the data).
    references : of the data, by scheme.

    Examples
    --------
    >>> reference_of("relative", {"resummed": 0.2})
    ('resummed', 0.2)
    """
    own: Scheme = "nnlo" if scheme == "nnlo" else "resummed"
    return own, references[own]
