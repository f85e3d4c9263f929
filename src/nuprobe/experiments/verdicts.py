"""Whether trident experiments allow a model: one point, or many at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nuprobe.border import public
from nuprobe.drawing import Exported
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.experiments import experiment as find
from nuprobe.experiments.joint import check_shared
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.inference import delta_threshold
from nuprobe.models import (
    ContactOperators,
    LeptonModel,
    StandardModel,
    WcxfFile,
)
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["Verdict", "Verdicts", "verdict"]


@readable
@dataclass(frozen=True, eq=False)
class Verdict:
    """Verdict of one experiment, or of their combination, on points of a model.

    Attributes
    ----------
    label : name of the experiment, or ``"combined"``.
    analysis : its name; None for the combination.
    projected : whether the ratio is assumed, not measured: nothing is excluded yet.
    ratio : predicted, over the Standard Model, (points,); None for the combination.
    measured : ratio, error above and error below; None for the combination.
    pull : (ratio − measured)/error of that side, (points,); √q for the combination.
    exclusion : confidence level at which a point is just excluded, two-sided,
        (points,).
    excluded : whether that lies above the requested level, (points,).
    """

    label: str
    analysis: str | None
    projected: bool
    ratio: FloatArray | None
    measured: tuple[float, float, float] | None
    pull: FloatArray
    exclusion: FloatArray
    excluded: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def words(self) -> list[str]:
        """``allowed`` or ``excluded`` (``would be excluded`` for a projection), by
        point."""
        yes = "would be excluded" if self.projected else "excluded"
        return [yes if one else "allowed" for one in self.excluded]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "label": self.label,
            "analysis": self.analysis,
            "projected": self.projected,
            "ratio": None if self.ratio is None else self.ratio.tolist(),
            "measured": None if self.measured is None else list(self.measured),
            "pull": self.pull.tolist(),
            "exclusion_cl": self.exclusion.tolist(),
            "verdict": self.words,
        }


@readable
@dataclass(frozen=True, eq=False)
class Verdicts(Exported):
    """Verdicts of experiments and of all measurements together.

    Attributes
    ----------
    cl : confidence level.
    members : one per experiment, then ``"combined"`` if there are several measurements.
    unseen : contact operators of the model, by their names in the JMS basis, that enter
        no pair of these experiments: flat directions, free at any size.
    """

    cl: float
    members: tuple[Verdict, ...]
    unseen: tuple[str, ...] = ()

    def __getitem__(self, label: str) -> Verdict:
        """Verdict of a label; raises `UnknownNameError` for any other."""
        for one in self.members:
            if one.label == label:
                return one
        raise UnknownNameError("verdict", label, [m.label for m in self.members])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "cl": self.cl,
            "sides": 2,
            "verdicts": [m.to_dict() for m in self.members],
            "unseen": list(self.unseen),
        }


@public
def verdict(
    experiments: Sequence[str | TridentExperiment],
    model: LeptonModel | None = None,
    *,
    cl: float = 0.95,
    analyses: Mapping[str, str] | None = None,
) -> Verdicts:
    """Whether trident experiments allow a model.

    A point is excluded if its ratio lies more than z(cl) errors, two-sided, from the
    measured one. Combined, as in `limit`: q = Σ pull² of the measurements minus its
    smallest value for any common ratio, compared with z². Projections are not combined.

    Parameters
    ----------
    experiments : tridents, by name or as objects.
    model : with couplings to charged leptons, default the Standard Model; fields of
        shape (points,) give one verdict per point.
    cl : confidence level, between 0 and 1.
    analyses : analysis by name of experiment; default the first of each.

    Raises
    ------
    InputError
        If there is no experiment, one does not measure tridents, two share data, or the
        level is invalid.

    Examples
    --------
    >>> from nuprobe.models import VMinusA
    >>> verdict(["ccfr-trident"], VMinusA())["ccfr-trident"].words
    ['excluded']
    """
    opened = open_tridents(experiments, cl, analyses)
    chosen = model or StandardModel()
    found = [_single(one, chosen, (analyses or {}).get(one.name), cl) for one in opened]
    measured = [one for one in found if not one.projected]
    if len(measured) > 1:
        found.append(_combined(measured, cl))
    return Verdicts(cl, tuple(found), _unseen(opened, chosen))


def open_tridents(
    experiments: Sequence[str | TridentExperiment],
    cl: float,
    analyses: Mapping[str, str] | None,
) -> list[TridentExperiment]:
    """Open the experiments of a verdict, and check its arguments.

    Parameters
    ----------
    experiments, cl, analyses : as in `verdict`.

    Raises
    ------
    InputError
        If there is no experiment, one does not measure tridents, two share data, or the
        level is invalid.

    Examples
    --------
    >>> open_tridents(["ccfr-trident"], 0.95, None)
    [<experiment ccfr-trident>]
    """
    if isinstance(experiments, str) or not isinstance(experiments, Sequence):
        raise InputError(
            "experiments must be a list such as ['ccfr-trident', 'charm2-trident'],"
            f" got {shown(experiments)}"
        )
    if isinstance(cl, bool) or not isinstance(cl, int | float) or not 0 < cl < 1:
        raise InputError(
            f"a confidence level must lie between 0 and 1, got {shown(cl)}"
        )
    opened = [_trident(one) for one in experiments]
    names = [one.name for one in opened]
    if not opened or len(set(names)) < len(names):
        raise InputError(
            "a verdict needs at least one experiment, each listed once, got"
            f" {shown(names)}"
        )
    for name in analyses or {}:
        if name not in names:
            raise UnknownNameError("experiment of this verdict", name, names)
    check_shared(opened)
    return opened


def _unseen(experiments: Sequence[TridentExperiment], model: Any) -> tuple[str, ...]:
    """Nonzero operators that enter no pair of the experiments."""
    beams = {
        (v.nu_in, v.minus, v.plus)
        for one in experiments
        for v in (c.vertex for c in one.channels())
    }
    names = []
    for key, chirality in _operators_of(model):
        nu_in, nu_out, minus, plus = key
        if (nu_in, minus, plus) in beams or (nu_out, plus, minus) in beams:
            continue
        # of an operator and its hermitian conjugate the basis has one
        r, p, s, t = min(key, (nu_out, nu_in, plus, minus), key=_basis_order)
        names.append(f"VnueL{chirality}_{p + 1}{r + 1}{s + 1}{t + 1}")
    return tuple(dict.fromkeys(names))


def _basis_order(key: tuple[int, int, int, int]) -> tuple[int, ...]:
    nu_in, nu_out, minus, plus = key
    return nu_out, minus, nu_in, plus


def _operators_of(model: Any) -> Iterator[tuple[tuple[int, int, int, int], str]]:
    """Indices and chirality of the contact operators of a stack that are not zero."""
    below = model
    while below is not None:
        one = below.operators if isinstance(below, WcxfFile) else below
        if isinstance(one, ContactOperators):
            for chirality, values in (("L", one.left), ("R", one.right)):
                yield from ((k, chirality) for k, v in values.items() if np.any(v))
        below = getattr(below, "base", None)


def _trident(one: str | TridentExperiment) -> TridentExperiment:
    return one if isinstance(one, TridentExperiment) else find(one, TridentExperiment)


def _single(
    one: TridentExperiment, model: LeptonModel, analysis: str | None, cl: float
) -> Verdict:
    measured = one.measurement(analysis)
    ratio = _ratio(one, model)
    difference = ratio - measured.ratio
    pull = difference / np.where(difference > 0, measured.plus, measured.minus)
    return Verdict(
        one.name,
        analysis or one.analyses[0],
        one.is_projection(analysis),
        ratio,
        (measured.ratio, measured.plus, measured.minus),
        pull,
        *_exclusion(pull, cl),
    )


def _combined(members: Sequence[Verdict], cl: float) -> Verdict:
    q = sum((m.pull**2 for m in members), np.zeros(1))
    q = q - best_common([m.measured for m in members if m.measured is not None])
    # rounding, if every ratio is the best one
    pull = np.sqrt(np.maximum(q, 0.0))
    return Verdict("combined", None, False, None, None, pull, *_exclusion(pull, cl))


def _exclusion(
    pull: FloatArray, cl: float
) -> tuple[FloatArray, np.ndarray[Any, np.dtype[np.bool_]]]:
    # importing scipy.special takes longer than this for 10⁵ points
    scaled = np.abs(pull) / math.sqrt(2)
    level = np.array([math.erf(x) for x in scaled.ravel().tolist()])
    level = level.reshape(scaled.shape)
    return level, level > cl


def best_common(measured: Sequence[tuple[float, float, float]]) -> float:
    """Smallest sum of squared pulls for one common ratio: exact, as the sum is a
    parabola between two measured ratios.

    Parameters
    ----------
    measured : ratio, error above and error below of each, at least two.

    Examples
    --------
    >>> best_common([(1.0, 1.0, 1.0), (2.0, 1.0, 1.0)])
    0.5
    """
    value, plus, minus = np.array(measured).T
    edges = np.sort(value)
    smallest = math.inf
    for low, high in itertools.pairwise(edges):
        weight = np.where(value <= low, plus, minus) ** -2.0
        best = min(max(float(weight @ value / weight.sum()), low), high)
        smallest = min(smallest, float(weight @ (best - value) ** 2))
    return smallest


def two_sided(cl: float) -> float:
    """Number of standard deviations of a two-sided level.

    Parameters
    ----------
    cl : confidence level, between 0 and 1.

    Examples
    --------
    >>> round(two_sided(0.95), 4)
    1.96
    """
    return math.sqrt(delta_threshold(cl))


def _ratio(one: TridentExperiment, model: LeptonModel) -> FloatArray:
    """Cross section over that of the Standard Model, (points,)."""
    return np.atleast_1d(one.coefficients(model, []).ratio_of_model())
