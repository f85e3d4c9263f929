"""The physics input of a cost: an expectation linear in the nuisances, and its
derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance, Nuisance, Parameter
from nuprobe.reprs import readable

__all__ = [
    "CompiledPrediction",
    "Expectation",
    "MorphingDerivatives",
    "MorphingPrediction",
    "Points",
    "Prediction",
    "morphing_of",
]


class Points(Protocol):
    """Points of a grid, made or to be made."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, which: Any, /) -> FloatArray:
        """Some of them, shape (points, parameters)."""


@readable
@dataclass(frozen=True)
class Expectation:
    """Expected counts, linear in the nuisances ν:
    ``mu = base + sum_k nu_k * slopes[k]``.

    Attributes
    ----------
    base : counts at ν = 0, shape (points, bins).
    slopes : one array per nuisance, (points, bins), or (1, bins) if it is the same at
        every point.
    """

    base: FloatArray
    slopes: tuple[FloatArray, ...]


@runtime_checkable
class Prediction(Protocol):
    """Interface of a cost to an experiment under a family of models.

    Attributes
    ----------
    name : shown in messages and tables.
    parameters : the physics parameters, in the order of the columns of ``points``.
    nuisances : linear nuisances with their Gaussian constraints, in the order of the
        slopes.
    """

    @property
    def name(self) -> str:
        """Name shown in messages and tables."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Physics parameters, in the order of the columns of ``points``."""

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Linear nuisances, in the order of the slopes."""

    def expectation(self, points: FloatArray) -> Expectation:
        """Expected counts at `points`, shape (points, parameters)."""

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives in the parameters at `points`, shape (points, parameters).

        Of the base, (points, parameters, bins), and of each slope, (points or 1,
        parameters, bins).
        """


@runtime_checkable
class CompiledPrediction(Protocol):
    """A prediction that may have compiled loops for its derivatives."""

    @property
    def compiled(self) -> bool:
        """Whether `total_jacobian` is available."""

    def total_jacobian(self, points: FloatArray, nuisances: FloatArray) -> FloatArray:
        """Derivatives of the expectation in the parameters, a new (points, parameters,
        bins), at `points` and `nuisances`, (points, nuisances)."""


@runtime_checkable
class MorphingPrediction(Protocol):
    """A prediction that is piecewise linear in some nuisances between anchors.

    Their values are columns of ``points`` after the parameters, both in `expectation`
    and in `jacobian`, whose derivative at an anchor is that towards the next one.
    """

    @property
    def morphing(self) -> tuple[MorphingNuisance, ...]:
        """Those nuisances, in the order of the columns."""


@runtime_checkable
class MorphingDerivatives(Protocol):
    """A prediction that gives only the derivatives in its morphing nuisances, which are
    needed far more often than those in its parameters."""

    def morphing_jacobian(
        self, points: FloatArray
    ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """The columns of `jacobian` after the parameters, at `points`, shape (points,
        parameters + morphing)."""


def morphing_of(prediction: Prediction) -> tuple[MorphingNuisance, ...]:
    """Nuisances in which a prediction is piecewise linear between anchors.

    Parameters
    ----------
    prediction : any.

    Examples
    --------
    >>> import nuprobe as nu
    >>> morphing_of(nu.experiment("coherent-csi-2017").prediction())
    ()
    """
    found: tuple[MorphingNuisance, ...] = getattr(prediction, "morphing", ())
    return found
