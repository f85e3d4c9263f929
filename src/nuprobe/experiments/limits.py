"""Exclusion limits on a mediator from trident measurements and projections."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.experiments.trident import RatioPrediction, TridentExperiment
from nuprobe.models.families import LMuLTauFamily
from nuprobe.numerics import FloatArray

__all__ = ["Limit", "LimitCurve", "limit"]

_COUPLINGS: Final = (1e-7, 10.0)
_STEPS: Final = 240


@dataclass(frozen=True, eq=False)
class LimitCurve:
    """Largest allowed coupling over mass.

    Attributes
    ----------
    label : what it is.
    mass : MeV, shape (n,).
    coupling : limit on g′, shape (n,); NaN-free: ``inf`` where nothing up to the largest coupling is excluded.
    """

    label: str
    mass: FloatArray
    coupling: FloatArray

    @property
    def heavy(self) -> float | None:
        """Limit on M/g′ at the largest mass, MeV; None if there is none."""
        last = float(self.coupling[-1])
        return float(self.mass[-1]) / last if math.isfinite(last) else None

    @property
    def light(self) -> float | None:
        """Limit on g′ at the smallest mass; None if there is none."""
        first = float(self.coupling[0])
        return first if math.isfinite(first) else None


@dataclass(frozen=True, eq=False)
class Limit:
    """Limits of several experiments and of all together.

    Attributes
    ----------
    family : what was scanned.
    cl, sides : confidence level, and 1 or 2 sides.
    curves : one an experiment, then ``"combined"`` of the measurements (not the projections) if there are several.
    statistic : in words.
    """

    family: LMuLTauFamily
    cl: float
    sides: int
    curves: tuple[LimitCurve, ...]
    statistic: str

    def __getitem__(self, label: str) -> LimitCurve:
        """Curve of one experiment, by its label."""
        for curve in self.curves:
            if curve.label == label:
                return curve
        raise KeyError(label)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "family": self.family.name,
            "mixing": self.family.mixing,
            "cl": self.cl,
            "sides": self.sides,
            "statistic": self.statistic,
            "mass_unit": "MeV",
            "curves": [
                {
                    "label": c.label,
                    "mass": c.mass.tolist(),
                    "coupling": [g if math.isfinite(g) else None for g in c.coupling.tolist()],
                    "heavy_m_over_g_MeV": c.heavy,
                    "light_g": c.light,
                }
                for c in self.curves
            ],
        }


@dataclass(frozen=True, eq=False)
class _Term:
    prediction: RatioPrediction
    mediated: FloatArray
    ratio: float
    plus: float
    minus: float

    def pull(self, coupling: FloatArray) -> FloatArray:
        """Signed (predicted − measured)/error at couplings of shape (..., masses)."""
        difference = self.prediction.ratio(self.mediated, coupling) - self.ratio
        return np.asarray(difference / np.where(difference > 0, self.plus, self.minus))


def limit(
    experiments: Sequence[TridentExperiment],
    family: LMuLTauFamily | None = None,
    grid: Mapping[str, ArrayLike] | None = None,
    *,
    mass: ArrayLike | None = None,
    cl: float = 0.95,
    sides: Literal[1, 2] = 2,
    analyses: Mapping[str, str] | None = None,
) -> Limit:
    """Largest coupling of a mediator that the measured ratios allow, mass by mass.

    Parameters
    ----------
    experiments : with one measured or projected ratio each.
    family : default L_μ − L_τ without mixing.
    grid : ``{"mass": …, "coupling": …}``: masses in MeV, and couplings whose smallest and largest bound the search.
    mass : masses in MeV, instead of a grid; default 200 over the family's range.
    cl : confidence level.
    sides : 2: a ratio is excluded beyond z(cl) errors on either side of the measured one, as the literature quotes
        CCFR; 1: only ratios above it are, beyond the one-sided z(cl). Combined: the sum of the squared pulls, less its
        smallest value for any common ratio, against the same threshold.
    analyses : analysis by name of experiment; default the first of each.

    Returns
    -------
    Limit

    Raises
    ------
    InputError
        For an empty list or grid, or a confidence level outside (0, 1).
    """
    from scipy.special import ndtri

    if not experiments:
        raise InputError("a limit needs at least one experiment")
    if not 0 < cl < 1:
        raise InputError(f"a confidence level lies between 0 and 1, got {cl}")
    if sides not in (1, 2):
        raise InputError(f"sides is 1 or 2, got {sides}")
    family = family or LMuLTauFamily()
    low, high = family.mass_range
    couplings = _COUPLINGS
    if grid is not None:
        unknown = set(grid) - {"mass", "coupling"}
        if unknown or mass is not None:
            raise InputError("a grid has the axes mass and coupling; give it or mass, not both")
        mass = grid.get("mass")
        if "coupling" in grid:
            axis = np.atleast_1d(np.asarray(grid["coupling"], dtype=float))
            if axis.size < 2 or not np.all(np.isfinite(axis) & (axis > 0)):
                raise InputError("the couplings of a grid must be positive and at least two")
            couplings = (float(axis.min()), float(axis.max()))
    masses = np.geomspace(low, high, 200) if mass is None else np.atleast_1d(np.asarray(mass, dtype=float))
    if masses.size == 0 or not np.all((masses >= low * (1 - 1e-12)) & (masses <= high * (1 + 1e-12))):
        raise InputError(f"masses must lie between {low:g} and {high:g} MeV and be at least one")
    masses = np.clip(masses, low, high)
    z = float(ndtri(cl if sides == 1 else (1 + cl) / 2))
    terms, measured = [], []
    for one in experiments:
        chosen = (analyses or {}).get(one.name)
        found = one.measurement(chosen)
        prediction = one.prediction(family, chosen)
        terms.append(_Term(prediction, prediction.mediated(masses), found.ratio, found.plus, found.minus))
        measured += terms[-1:] if found.kind == "measurement" else []
    curves = [
        LimitCurve(one.name, masses, _largest([term], masses, z, sides, couplings))
        for one, term in zip(experiments, terms, strict=True)
    ]
    if len(measured) > 1:
        curves.append(LimitCurve("combined", masses, _largest(measured, masses, z, sides, couplings)))
    words = "two-sided" if sides == 2 else "one-sided, upper"
    return Limit(family, cl, sides, tuple(curves), f"{words} {100 * cl:g} % CL, |pull| > {z:.3f}")


def _best_common(terms: Sequence[_Term]) -> float:
    """Smallest sum of squared pulls for one common ratio."""
    if len(terms) == 1:
        return 0.0
    trial = np.linspace(min(t.ratio for t in terms), max(t.ratio for t in terms), 2001)
    total = np.zeros(trial.size)
    for t in terms:
        difference = trial - t.ratio
        total += (difference / np.where(difference > 0, t.plus, t.minus)) ** 2
    return float(total.min())


def _largest(
    terms: Sequence[_Term], masses: FloatArray, z: float, sides: int, couplings: tuple[float, float]
) -> FloatArray:
    """Smallest coupling beyond which a point is excluded, by bracketing on a logarithmic grid and bisection."""
    floor = _best_common(terms)

    def excess(coupling: FloatArray) -> FloatArray:
        pulls = np.stack([t.pull(coupling) for t in terms])
        if sides == 1:
            pulls = np.maximum(pulls, 0.0)
        return np.asarray((pulls**2).sum(0) - floor - z**2)

    grid = np.geomspace(*couplings, _STEPS)
    outside = excess(np.broadcast_to(grid[:, None], (grid.size, masses.size))) > 0
    # a limit starts where exclusion sets in when the coupling grows from nothing
    first = np.argmax(outside, axis=0)
    none = ~outside.any(axis=0)
    below = np.maximum(first - 1, 0)
    lo, hi = np.log(grid[below]), np.log(grid[first])
    for _ in range(60):
        middle = (lo + hi) / 2
        excluded = excess(np.exp(middle)) > 0
        lo, hi = np.where(excluded, lo, middle), np.where(excluded, middle, hi)
    return np.where(none, np.inf, np.exp(hi))
