"""Exclusion limits on a mediator from trident measurements and projections and from
counting experiments."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import experiment as find
from nuprobe.experiments.base import AnyExperiment
from nuprobe.experiments.scanned import Scanned, mediator_names
from nuprobe.experiments.trident import RatioPrediction, TridentExperiment
from nuprobe.inference import Cost
from nuprobe.models import StandardModel, named
from nuprobe.models.stack import base_of
from nuprobe.numerics import FloatArray, numbers

__all__ = ["Limit", "LimitCurve", "choose", "default_family", "family_cost", "limit"]

_COUPLINGS: Final = (1e-7, 10.0)
_STEPS: Final = 240
_MANY: Final = 1e4
_GOLDEN: Final = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, eq=False)
class LimitCurve:
    """Largest allowed coupling over mass.

    Attributes
    ----------
    label : what it is.
    mass : MeV, shape (n,), increasing.
    coupling : limit on g′, shape (n,); NaN-free: ``inf`` where nothing up to the
        largest coupling is excluded.
    reopens : smallest coupling of the search above the limit that is allowed again
        (destructive interference can hide a strong coupling), ``inf`` where there is
        none; None if nothing was searched.
    standard_excluded : whether no coupling at all, the Standard Model, is excluded too;
        `coupling` is the upper end of what is allowed.
    """

    label: str
    mass: FloatArray
    coupling: FloatArray
    reopens: FloatArray | None = None
    standard_excluded: bool = False

    @property
    def heavy(self) -> float | None:
        """Limit on M/g′ at the largest mass, MeV; None if there is none."""
        i = int(np.argmax(self.mass))
        last = float(self.coupling[i])
        return float(self.mass[i]) / last if math.isfinite(last) else None

    @property
    def light(self) -> float | None:
        """Limit on g′ at the smallest mass; None if there is none."""
        first = float(self.coupling[np.argmin(self.mass)])
        return first if math.isfinite(first) else None


@dataclass(frozen=True, eq=False)
class Limit:
    """Limits of several experiments and of all together.

    Attributes
    ----------
    family : the model whose mass and coupling were scanned.
    cl, sides : confidence level, and 1 or 2 sides.
    curves : one an experiment, then ``"combined"`` of the measurements (not the
        projections) if there are several.
    statistic : in words.
    """

    family: Any
    cl: float
    sides: int
    curves: tuple[LimitCurve, ...]
    statistic: str

    def __getitem__(self, label: str) -> LimitCurve:
        """Curve of one experiment, by its label; raises `UnknownNameError` for any
        other."""
        for curve in self.curves:
            if curve.label == label:
                return curve
        raise UnknownNameError(
            "curve of the limit", label, [c.label for c in self.curves]
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "family": named.name_of(self.family),
            "mixing": getattr(self.family, "mixing", None),
            **_angles(self.family),
            "cl": self.cl,
            "sides": self.sides,
            "statistic": self.statistic,
            "mass_unit": "MeV",
            "curves": [
                {
                    "label": c.label,
                    "mass": c.mass.tolist(),
                    "coupling": [
                        g if math.isfinite(g) else None for g in c.coupling.tolist()
                    ],
                    "allowed_again": (
                        None
                        if c.reopens is None
                        else [
                            g if math.isfinite(g) else None for g in c.reopens.tolist()
                        ]
                    ),
                    "heavy_m_over_g_MeV": c.heavy,
                    "light_g": c.light,
                    "standard_excluded": c.standard_excluded,
                }
                for c in self.curves
            ],
        }


@dataclass(frozen=True, eq=False)
class _Ratio:
    """A measured ratio."""

    prediction: RatioPrediction
    mediated: FloatArray
    ratio: float
    plus: float
    minus: float

    def pull(self, coupling: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(predicted − measured)/error at couplings of shape (..., masses), and the
        error of that side."""
        difference = self.prediction.ratio(self.mediated, coupling) - self.ratio
        error = np.where(difference > 0, self.plus, self.minus)
        return np.asarray(difference / error), error

    def chi2(self, coupling: FloatArray) -> FloatArray:
        """Squared pull."""
        return np.asarray(self.pull(coupling)[0] ** 2)


@dataclass(frozen=True, eq=False)
class _Counts:
    """Counting experiments, profiled over their nuisances.

    Beyond the coupling `cap` the signal is ten thousand times the data: the likelihood
    has long reached what it tends to (a nuisance may take such a signal away), and
    could not be computed.
    """

    cost: Cost
    mass: FloatArray
    cap: FloatArray

    @classmethod
    def of(cls, cost: Cost, mass: FloatArray, largest: float) -> _Counts:
        """Find the caps below the largest coupling by bisection, every mass at once."""

        def too_many(coupling: FloatArray) -> NDArray[np.bool_]:
            points = _points(cost, coupling, mass)
            found = np.zeros(mass.size, dtype=bool)
            for term in cost.terms:
                columns = [cost.index(p.name) for p in term.parameters]
                expected = term.prediction.expectation(points[:, columns]).base.sum(
                    axis=1
                )
                found |= expected > _MANY * (np.abs(term.data).sum() + 1)
            return found

        hi = np.full(mass.size, math.log(largest))
        lo = np.where(too_many(np.exp(hi)), hi - 60, hi)
        for _ in range(40):
            middle = (lo + hi) / 2
            more = too_many(np.exp(middle))
            lo, hi = np.where(more, lo, middle), np.where(more, middle, hi)
        return cls(cost, mass, np.exp(lo))

    def chi2(self, coupling: FloatArray) -> FloatArray:
        """−2 ln L at couplings of shape (..., masses)."""
        points = _points(self.cost, np.minimum(coupling, self.cap), self.mass)
        return self.cost.profiled(points.reshape(-1, 2)).twice_nll.reshape(
            coupling.shape
        )


def _points(cost: Cost, coupling: FloatArray, mass: FloatArray) -> FloatArray:
    points = np.empty((*coupling.shape, 2))
    label = cost.parameters[0].name.removesuffix("mass").removesuffix("coupling")
    points[..., cost.index(label + "mass")] = mass
    points[..., cost.index(label + "coupling")] = coupling
    return points


def family_cost(
    experiment: AnyExperiment,
    family: Any = None,
    analysis: str | None = None,
) -> Cost:
    """Cost of an experiment over mass and coupling of a mediator, with the experiment's
    nuisances.

    Costs of several experiments add with ``+``.

    Parameters
    ----------
    experiment : counting or trident experiment.
    family : a model with a mass and a coupling, or its name; default as in `limit`.
    analysis : of the experiment; default the first.

    Raises
    ------
    InputError
        If the experiment has no data, or does not feel the mediator.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> cost = family_cost(experiment("ccfr-trident"), "lmu-ltau")
    >>> [p.name for p in cost.parameters]
    ['mass', 'coupling']
    """
    scanned = _scanned(family, [experiment])
    if isinstance(experiment, TridentExperiment):
        return experiment.cost(scanned, analysis=analysis)
    processes = getattr(experiment, "processes", ())
    constituents = tuple(c for one in processes for c in one.constituents)
    if not scanned.felt_by(constituents):
        raise InputError(
            f"{scanned.name} does not couple to {_described(constituents)}, so"
            f" {experiment.name} does not constrain it: give a kinetic mixing (a number"
            " or 'loop'), trident experiments, or another model"
            f" ({', '.join(mediator_names())})"
        )
    free = [p.name for p in scanned.parameters]
    return experiment.cost(scanned.model, free, analysis)


def _described(constituents: Sequence[str]) -> str:
    """What a process scatters off."""
    words = {"p": "nuclei", "e": "electrons"}
    return " and ".join(words[c] for c in constituents if c in words) or "this process"


def _scanned(family: Any, experiments: Sequence[AnyExperiment]) -> Scanned:
    if isinstance(family, Scanned):
        return family
    return Scanned.of(default_family(experiments) if family is None else family)


def default_family(
    experiments: Sequence[AnyExperiment],
    mixing: float | Literal["loop"] = 0.0,
) -> Any:
    """L_μ − L_τ where tridents or a kinetic mixing make it felt, else B − L, which
    every target feels.

    Parameters
    ----------
    experiments : of the limit.
    mixing : kinetic mixing.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> default_family([experiment("coherent-csi-2017")]).charges
    'b-l'
    """
    tridents = any(isinstance(one, TridentExperiment) for one in experiments)
    name = "lmu-ltau" if tridents or mixing != 0 else "b-l"
    return Scanned.of(name, mixing).model


def _angles(model: Any) -> dict[str, Any]:
    """Weak mixing angles that the Standard Model of a stack uses."""
    standard = base_of(model, StandardModel)
    return {} if standard is None else standard.angles


def choose(
    experiments: Sequence[str | Path | AnyExperiment],
    analyses: Mapping[str, str] | None = None,
) -> list[AnyExperiment]:
    """Open the experiments of a limit.

    Raises
    ------
    InputError
        If there is none, one is named twice or ``combined``, or an analysis belongs to
        none of them.
    """
    if isinstance(experiments, (str, Path, AnyExperiment)):
        experiments = [experiments]
    if not isinstance(experiments, Sequence) or not experiments:
        raise InputError(
            "a limit needs at least one experiment, such as ['ccfr-trident'], got"
            f" {experiments!r}"
        )
    found = [find(one) for one in experiments]
    names = []
    for one in found:
        if not isinstance(one, AnyExperiment):
            raise InputError(
                f"{one!r} is no experiment: give a name, a path or what"
                " `nuprobe.experiment` returns"
            )
        if one.name == "combined":
            raise InputError(
                "an experiment of a limit cannot be called combined: that is the curve"
                " of all; rename it"
            )
        if one.name in names:
            raise InputError(
                f"two experiments of a limit are called {one.name}: data count once;"
                " leave one out or rename it"
            )
        names.append(one.name)
    for name, analysis in (analyses or {}).items():
        if name not in names:
            raise UnknownNameError(
                "experiment of this limit",
                name,
                names,
                f"(analysis {analysis!r} is meant for it)",
            )
    return found


def limit(
    experiments: Sequence[str | Path | AnyExperiment],
    family: Any = None,
    grid: Mapping[str, ArrayLike] | None = None,
    *,
    mass: ArrayLike | None = None,
    cl: float = 0.95,
    sides: Literal[1, 2] = 2,
    analyses: Mapping[str, str] | None = None,
) -> Limit:
    """Largest coupling of a mediator that experiments allow, mass by mass.

    The limit is where exclusion first sets in when the coupling grows;
    `LimitCurve.reopens` says where it ends again.

    Parameters
    ----------
    experiments : tridents with one measured or projected ratio each, and counting
        experiments with data; by name, path or as objects; one may stand alone.
    family : a model with a mass and a coupling, such as ``LMuLTau(mass=10 * MeV,
        coupling=1e-3)`` (limits run over both: its own values are not used), or the
        name of one, ``"b-l"``; default L_μ − L_τ without mixing if there are tridents,
        else B − L.
    grid : ``{"mass": …, "coupling": …}``: masses in MeV, and couplings whose smallest
        and largest bound the search.
    mass : masses in MeV, instead of a grid; default 200 over the model's range. Curves
        have them in increasing order.
    cl : confidence level.
    sides : 2: a ratio is excluded beyond z(cl) errors on either side of the measured
        one, as the literature quotes CCFR; 1: only ratios above it are, beyond the
        one-sided z(cl). Ratios combined: q = Σ pull² less its smallest value for any
        common ratio (which no model need reach), against z²; 1: only couplings above
        the best one at that mass are excluded (q = 0 below). A measurement above the
        Standard Model prefers a coupling, so that the combination with it can be weaker
        than another measurement alone. Counts: −2 ln L minimised over the nuisances,
        less its smallest value over the coupling at the same mass (the asymptotic
        profile likelihood ratio of one parameter), against z²; 1: only couplings above
        the best one are excluded. Ratios and counts combined: the sum of both, less its
        smallest value over the coupling.
    analyses : analysis by name of experiment; default the first of each.

    Returns
    -------
    Limit

    Raises
    ------
    InputError
        For an empty list or grid, a confidence level outside (0, 1), an experiment
        without data, or a family that an experiment does not know; if every coupling of
        the search is excluded, or its smallest already is.
    """
    from scipy.special import ndtri

    if analyses is not None and not isinstance(analyses, Mapping):
        raise InputError(
            "analyses are given by experiment, such as {'ccfr-trident':"
            f" 'published'}}, got {analyses!r}"
        )
    opened = choose(experiments, analyses)
    if not isinstance(cl, (int, float)) or not 0 < cl < 1:
        raise InputError(f"a confidence level lies between 0 and 1, got {cl!r}")
    if sides not in (1, 2):
        raise InputError(f"sides is 1 or 2, got {sides!r}")
    family = _scanned(family, opened)
    masses, couplings = _search(family, grid, mass)
    z = float(ndtri(cl if sides == 1 else (1 + cl) / 2))
    ratios, counts, curves = [], [], []
    for one in opened:
        chosen = (analyses or {}).get(one.name)
        if isinstance(one, TridentExperiment):
            found = one.measurement(chosen)
            prediction = one.prediction(family, (), chosen)
            term = _Ratio(
                prediction,
                prediction.mediated(masses),
                found.ratio,
                found.plus,
                found.minus,
            )
            ratios += [term] if found.kind == "measurement" else []
            curves.append(_curve(one.name, [term], masses, z, sides, couplings))
        else:
            counts.append(family_cost(one, family, chosen))
            curves.append(
                _curve(
                    one.name,
                    [_Counts.of(counts[-1], masses, couplings[1])],
                    masses,
                    z,
                    sides,
                    couplings,
                )
            )
    if len(ratios) + len(counts) > 1:
        terms: list[_Ratio | _Counts] = [*ratios]
        if counts:
            terms.append(_Counts.of(sum(counts[1:], counts[0]), masses, couplings[1]))
        curves.append(_curve("combined", terms, masses, z, sides, couplings))
    words = "two-sided" if sides == 2 else "one-sided, upper"
    tests = [f"|pull| > {z:.3f}"] * any(
        isinstance(e, TridentExperiment) for e in opened
    )
    tests += [
        f"profile likelihood, best coupling at each mass: Delta(-2 ln L) > {z * z:.3f}"
    ] * bool(counts)
    return Limit(
        family.model,
        cl,
        sides,
        tuple(curves),
        f"{words} {100 * cl:g} % CL, {'; '.join(tests)}",
    )


def _search(
    family: Scanned, grid: Mapping[str, ArrayLike] | None, mass: ArrayLike | None
) -> tuple[FloatArray, tuple[float, float]]:
    """Masses, and smallest and largest coupling."""
    low, high = family.mass_range
    couplings = _COUPLINGS
    if grid is not None:
        if not isinstance(grid, Mapping):
            raise InputError(
                "a grid is given by axis, {'mass': ..., 'coupling': ...}, got"
                f" {grid!r}"
            )
        unknown = set(grid) - {"mass", "coupling"}
        if unknown or mass is not None:
            raise InputError(
                "a grid has the axes mass and coupling; give it or mass, not both"
            )
        mass = grid.get("mass")
        if "coupling" in grid:
            axis = np.unique(numbers("the couplings of a grid", grid["coupling"]))
            most = family.parameters[1].upper
            if axis.size < 2 or not np.all((axis > 0) & (axis <= most)):
                raise InputError(
                    f"the couplings of a grid must be positive, at most {most:g}, and"
                    " at least two"
                )
            couplings = (float(axis.min()), float(axis.max()))
    masses = (
        np.geomspace(low, high, 200)
        if mass is None
        else np.atleast_1d(numbers("masses (MeV)", mass))
    )
    if (
        masses.ndim > 1
        or masses.size == 0
        or not np.all((masses >= low * (1 - 1e-12)) & (masses <= high * (1 + 1e-12)))
    ):
        raise InputError(
            f"masses must lie between {low:g} and {high:g} MeV and be at least one, in"
            " one dimension"
        )
    return np.unique(np.clip(masses, low, high)), couplings


def _best_common(terms: Sequence[_Ratio]) -> float:
    """Smallest sum of squared pulls for one common ratio."""
    if len(terms) == 1:
        return 0.0
    trial = np.linspace(min(t.ratio for t in terms), max(t.ratio for t in terms), 2001)
    total = np.zeros(trial.size)
    for t in terms:
        difference = trial - t.ratio
        total += (difference / np.where(difference > 0, t.plus, t.minus)) ** 2
    return float(total.min())


def _curve(
    label: str,
    terms: Sequence[_Ratio | _Counts],
    masses: FloatArray,
    z: float,
    sides: int,
    couplings: tuple[float, float],
) -> LimitCurve:
    """Coupling where exclusion sets in, by bracketing on a logarithmic grid and
    bisection."""

    ratios = [t for t in terms if isinstance(t, _Ratio)]
    rising = sides == 1 and len(ratios) == len(terms)

    def chi2(coupling: FloatArray) -> FloatArray:
        total = np.asarray(sum(t.chi2(coupling) for t in terms))
        if rising:
            # the sum falls when every ratio grows: below the best common one
            above = (
                sum(pull / error for pull, error in (t.pull(coupling) for t in ratios))
                > 0
            )
            total = np.where(above, total, 0.0)
        return total

    grid = np.geomspace(*couplings, _STEPS)
    values = chi2(np.broadcast_to(grid[:, None], (grid.size, masses.size)))
    nothing = chi2(np.zeros((1, masses.size)))[0]
    start = np.zeros(masses.size, dtype=int)
    if len(ratios) == len(terms):
        floor = np.full(masses.size, _best_common(ratios))
    else:
        best = np.argmin(values, axis=0)
        floor = np.minimum(_minimum(chi2, grid, best), nothing)
        start = best if sides == 1 else start
    threshold = floor + z**2
    outside = values > threshold
    outside[np.arange(grid.size)[:, None] < start] = False
    standard = (nothing > threshold) & (start == 0)
    sigma = math.sqrt(max(float((nothing - floor).max()), 0.0))
    for wrong, why in (
        (
            outside[0] & ~standard,
            (
                f"the smallest coupling {grid[0]:.3g} is excluded already: begin the"
                " grid lower"
            ),
        ),
        (
            outside.all(axis=0),
            (
                f"every coupling from {grid[0]:.3g} to {grid[-1]:.3g} is excluded, and"
                f" the Standard Model by {sigma:.2f} sigma: there is no limit; raise"
                " the confidence level"
            ),
        ),
    ):
        if wrong.any():
            raise InputError(f"{label}: at {masses[np.argmax(wrong)]:.6g} MeV {why}")
    # couplings excluded from nothing up to the first allowed one are no limit from
    # above
    allowed = np.argmax(~outside, axis=0)
    beyond = outside & (np.arange(grid.size)[:, None] > allowed)
    none = ~beyond.any(axis=0)
    first = np.argmax(beyond, axis=0)
    lo, hi = np.log(grid[np.maximum(first - 1, 0)]), np.log(grid[first])
    for _ in range(60):
        middle = (lo + hi) / 2
        excluded = chi2(np.exp(middle)[None])[0] > threshold
        lo, hi = np.where(excluded, lo, middle), np.where(excluded, middle, hi)
    again = ~outside & (np.arange(grid.size)[:, None] > first) & ~none
    reopens = np.where(again.any(axis=0), grid[np.argmax(again, axis=0)], np.inf)
    return LimitCurve(
        label, masses, np.where(none, np.inf, np.exp(hi)), reopens, bool(standard.any())
    )


def _minimum(
    chi2: Callable[[FloatArray], FloatArray], grid: FloatArray, best: NDArray[np.intp]
) -> FloatArray:
    """Smallest value near the best point of the grid, for every mass at once, by golden
    section."""
    lo, hi = (
        np.log(grid[np.maximum(best - 1, 0)]),
        np.log(grid[np.minimum(best + 1, grid.size - 1)]),
    )
    for _ in range(30):
        width = _GOLDEN * (hi - lo)
        a, b = hi - width, lo + width
        left, right = chi2(np.exp([a, b]))
        lo, hi = np.where(left < right, lo, a), np.where(left < right, b, hi)
    return np.asarray(chi2(np.exp((lo + hi) / 2)[None])[0])
