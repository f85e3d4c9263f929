"""Expected over published rates of reactors, for inference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.experiments.reactor.yields import IsotopeYields, Places
from nuprobe.inference import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import (
    PMNS,
    Splittings,
    disappearance,
    known_waves,
    sterile_waves,
)
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["ANGLE", "SPLITTING", "ReactorPrediction", "own_parameters"]

ANGLE: Final = "sin2_2theta_14"
SPLITTING: Final = "dm2_41"


def own_parameters(isotopes: tuple[str, ...]) -> tuple[Parameter, ...]:
    """Free parameters of a fit of rates in addition to those of a model.

    Parameters
    ----------
    isotopes : names.

    Examples
    --------
    >>> [p.name for p in own_parameters(("U235",))]
    ['norm', 'bump', 'yield.U235']
    """
    return (
        Parameter("norm", 1.0, 0.0, 10.0, step=0.02, latex="N"),
        Parameter("bump", 0.0, -1.0, 10.0, step=0.02, latex="b"),
        *(
            Parameter(f"yield.{n}", 1.0, 0.0, 10.0, step=0.02, latex=f"r_{{{n}}}")
            for n in isotopes
        ),
    )


@quick_methods
@dataclass(frozen=True, eq=False)
class ReactorPrediction:
    """Yields of fuels with oscillations, over published predictions without any.

    Row e expects N Σ_i s_ei r_i (1 + x_i) [Y_i⟨P⟩ + b B_i⟨P⟩]: s the fractions over the
    published yield, r and N factors, x errors of the isotopes, b the amplitude of the
    bump and B its yields. P is linear in three kernels (`nuprobe.oscillation`
    `disappearance`), of which one depends on Δm²₄₁.

    Attributes
    ----------
    name : of the experiment and analysis.
    parameters : those that are free, in the order of the columns of ``points``.
    values : of all parameters, by name; with a sterile neutrino `ANGLE` and `SPLITTING`
        among them.
    yields : of the isotopes.
    places : of the rows.
    share : fractions over the published yield, shape (rows, isotopes).
    pulls : relative errors of the isotopes (rows) by independent nuisance (columns).
    nuisances : those of the pulls.
    mixing : of the three known neutrinos.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> rates = experiment("reactor-rates").prediction(free=["norm"])
    >>> rates.expectation(np.array([[0.95]])).base[0, :2].round(4)
    array([0.95, 0.95])
    """

    name: str
    parameters: tuple[Parameter, ...]
    values: Mapping[str, float]
    yields: IsotopeYields
    places: Places
    share: FloatArray
    pulls: FloatArray
    nuisances: tuple[Nuisance, ...]
    mixing: PMNS
    _known: FloatArray = field(init=False, repr=False)
    _last: dict[bytes, tuple[FloatArray, FloatArray]] = field(
        default_factory=dict, init=False, repr=False
    )

    def __post_init__(self) -> None:
        constant, waves = known_waves(self.mixing, Splittings())
        factor = np.full((len(self.places.baseline), len(self.yields.energy)), constant)
        for wave in waves:
            factor += wave.weight * self.yields.cosine(wave.dm2, self.places)[0]
        object.__setattr__(self, "_known", self.yields.folded(factor))

    def expectation(self, points: FloatArray) -> Expectation:
        """Ratios at `points`, shape (points, parameters)."""
        return self._linear(self._isotopes(self._columns(points)))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Analytic derivatives in the parameters at `points`."""
        columns = self._columns(points)
        parts = [
            self._linear(self._isotopes(columns, parameter.name))
            for parameter in self.parameters
        ]
        slopes = (
            np.stack([p.slopes[k] for p in parts], axis=1)
            for k in range(len(self.nuisances))
        )
        return np.stack([p.base for p in parts], axis=1), tuple(slopes)

    def _linear(self, parts: FloatArray) -> Expectation:
        """Sum over isotopes of (points, rows, isotopes), and slopes of the pulls."""
        return Expectation(
            parts.sum(axis=2), tuple(parts @ column for column in self.pulls.T)
        )

    def _columns(self, points: FloatArray) -> dict[str, FloatArray]:
        points = np.asarray(points, dtype=float)
        columns = {n: np.full(len(points), v) for n, v in self.values.items()}
        for parameter, column in zip(self.parameters, points.T, strict=True):
            columns[parameter.name] = column
        return columns

    def kernels(self) -> tuple[FloatArray, FloatArray]:
        """Yields with the known oscillations, and without any, each plain and times the
        bump: shape (2, rows, isotopes)."""
        if ANGLE not in self.values:
            raise InputError(f"{self.name}: there is no sterile neutrino")
        still = np.stack([self.yields.weight, self.yields.excess]).sum(axis=2)
        return self._known, np.repeat(still[:, None], len(self.share), axis=1)

    def fourth(self, dm2: FloatArray) -> FloatArray:
        """Yields times the mean cosine of the sterile neutrino at `dm2` in eV², plain
        and times the bump: shape (2, points, rows, isotopes)."""
        return self._means(np.asarray(dm2, dtype=float))[0]

    def isotopes(
        self, columns: Mapping[str, FloatArray], fourth: FloatArray
    ) -> FloatArray:
        """Part of each isotope in each row, shape (points, rows, isotopes), with values
        of all parameters by name and of the `fourth` kernel."""
        c = disappearance(columns[ANGLE])[0][:, :, None, None]
        known, still = (kernel[:, None] for kernel in self.kernels())
        mean = c[:, 0] * known + c[:, 1] * still + c[:, 2] * fourth
        return self._scaled(columns, mean[0] + columns["bump"][:, None, None] * mean[1])

    def _scaled(
        self, columns: Mapping[str, FloatArray], total: FloatArray
    ) -> FloatArray:
        factor = np.stack([columns[f"yield.{n}"] for n in self.yields.isotopes], axis=1)
        norm = columns["norm"][:, None, None]
        return np.asarray(norm * factor[:, None] * self.share * total)

    def _isotopes(
        self, columns: Mapping[str, FloatArray], of: str | None = None
    ) -> FloatArray:
        """Part of each isotope in each row, or its derivative in one parameter, shape
        (points, rows, isotopes)."""
        bump, own = columns["bump"][:, None, None], dict(columns)
        if of == "norm":
            own["norm"] = np.ones_like(own["norm"])
        elif of is not None and of.startswith("yield."):
            for n in self.yields.isotopes:
                size = float(of == f"yield.{n}")
                own[f"yield.{n}"] = np.full_like(own["norm"], size)
        plain, excess = self._surviving(columns, of)
        return self._scaled(own, excess if of == "bump" else plain + bump * excess)

    def _surviving(
        self, columns: Mapping[str, FloatArray], of: str | None
    ) -> FloatArray:
        """Yields with oscillations and those of the bump, shape (2, points, rows,
        isotopes)."""
        if ANGLE not in columns:
            return self._known[:, None]
        at, slopes = disappearance(columns[ANGLE])
        unique, index = np.unique(columns[SPLITTING], return_inverse=True)
        mean = self._means(unique)[int(of == SPLITTING)][:, index]
        c = slopes if of == ANGLE else at
        third = c[:, 2, None, None] * mean
        if of == SPLITTING:
            return np.asarray(third)
        known, still = (kernel[:, None] for kernel in self.kernels())
        return np.asarray(
            c[:, 0, None, None] * known + c[:, 1, None, None] * still + third
        )

    def _means(self, dm2: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Yields times the mean cosine of the sterile neutrino, and their derivatives
        in Δm²₄₁, shape (2, points, rows, isotopes) each."""
        key = dm2.tobytes()
        if key not in self._last:
            value = np.zeros((2, dm2.size, *self.share.shape))
            slope = np.zeros_like(value)
            for wave in sterile_waves(self.mixing, Splittings()):
                mean, turn = self.yields.surviving(dm2 + wave.dm2, self.places)
                value += wave.weight * mean
                slope += wave.weight * turn
            # derivatives follow values at the same points
            self._last.clear()
            self._last[key] = (value, slope)
        return self._last[key]
