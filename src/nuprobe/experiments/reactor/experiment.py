"""Experiments that measure rates of inverse beta decay at reactors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.experiments.folders import MeasuredExperiment, flux_of
from nuprobe.experiments.reactor.files import RateAnalysis, ReactorFile, ReactorFlux
from nuprobe.experiments.reactor.prediction import (
    ANGLE,
    SPLITTING,
    ReactorPrediction,
    own_parameters,
)
from nuprobe.experiments.reactor.rates import ReactorRates
from nuprobe.experiments.reactor.yields import (
    Bump,
    IsotopeYields,
    Places,
    isotope_yields,
)
from nuprobe.fluxes import Flux
from nuprobe.inference import Cost, CovarianceCost
from nuprobe.inference.costs.covariance import checked_covariance
from nuprobe.models.sterile import SterileNeutrino, sterile_of
from nuprobe.nuclei import Target, target
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.units import parse_quantity

__all__ = ["Measured", "ReactorExperiment"]

_CURVE: Final = 240
"""Points of the curve in figures."""
_START: Final = SterileNeutrino(0.1, 1.0)
_NONE: Final = SterileNeutrino()
_SUM: Final = 2e-3
"""Allowed deviation from 1 of the sum of fractions in a published table."""


@dataclass(frozen=True, eq=False)
class Measured:
    """Rows of one analysis.

    Attributes
    ----------
    names : of the measurements.
    places : distances.
    fractions : shares of the isotopes in the fissions, shape (rows, isotopes).
    ratio : measured over published prediction, shape (rows,).
    covariance : of the ratios, shape (rows, rows).
    """

    names: tuple[str, ...]
    places: Places
    fractions: FloatArray
    ratio: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class ReactorExperiment(MeasuredExperiment[ReactorFile]):
    """Rates of one or many detectors at reactors, read from a folder.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where it lies.
    raw : the parsed file.
    """

    FORMAT = ReactorFile
    NO_BINS = "measures rates, which have no bins to add"

    def _check(self) -> None:
        for name in self.file.analyses:
            self.measured(name)
        self.pulls()
        self.yields(self.file.flux)

    @property
    def flux(self) -> Flux:
        """The flux with the mean fractions of the default analysis."""
        measured = self.measured()
        mean = measured.fractions.mean(axis=0)
        mean /= mean.sum()
        shares = dict(zip(self.file.isotopes, mean.tolist(), strict=True))
        return self._flux(self.file.flux, shares)

    def target(self) -> Target:
        """Free protons of hydrogen: yields are per proton."""
        return target("H")

    @public
    def measured(self, analysis: str | None = None) -> Measured:
        """Rows of an `analysis` (default the first)."""
        name = self._named(analysis)
        return self._kept(name, lambda: self._read_rows(self.file.analyses[name]))

    @public
    def yields(self, section: ReactorFlux | None = None) -> IsotopeYields:
        """Yields of the isotopes per fission.

        Parameters
        ----------
        section : flux and cross section; default those of the prediction.
        """
        chosen = self.file.flux if section is None else section

        def make() -> IsotopeYields:
            return isotope_yields(
                {n: self._flux(chosen, {n: 1.0}) for n in self.file.isotopes},
                chosen.cross_section,
                parse_quantity(self.file.cell, "energy"),
                Bump(
                    parse_quantity(self.file.bump.centre, "energy"),
                    parse_quantity(self.file.bump.width, "energy"),
                ),
            )

        return self._kept(chosen.model_dump_json(), make)

    @public
    def reference(self, analysis: str | None = None) -> FloatArray:
        """Published yields without oscillations that the ratios of an `analysis` are
        relative to, cm² per fission, shape (rows,)."""
        yields = self.yields(self.file.measured_with)
        return np.asarray(self.measured(analysis).fractions @ yields.total)

    @public
    def pulls(self) -> tuple[tuple[Nuisance, ...], FloatArray]:
        """Independent nuisances that represent the isotope errors, and the relative
        change of each yield (rows) for each (columns)."""
        errors = self.file.errors
        size = len(self.file.isotopes)
        if errors is None:
            return (), np.zeros((size, 0))
        for name in errors.isotopes:
            if name not in self.file.isotopes:
                raise InputError(
                    f"errors.isotopes: {name} is not one of"
                    f" {', '.join(self.file.isotopes)}"
                )
        n = len(errors.isotopes)
        correlation = np.eye(n) if errors.correlation is None else errors.correlation
        matrix = checked_covariance(correlation, (n,), "errors.correlation")
        if np.abs(np.diag(matrix) - 1).max() > 1e-6:
            raise InputError("errors.correlation: the diagonal must be 1")
        factor = np.array(errors.relative)[:, None] * np.linalg.cholesky(matrix)
        changes = np.zeros((size, n))
        changes[[self.file.isotopes.index(name) for name in errors.isotopes]] = factor
        nuisances = tuple(
            Nuisance(f"{errors.name}.{k + 1}", 1.0, description="flux of the isotopes")
            for k in range(n)
        )
        return nuisances, changes

    @public
    def parameters(self, model: Any = None) -> tuple[Parameter, ...]:
        """What a fit can free: `norm`, `bump`, ``yield.ISOTOPE``, and mixing and mass
        of a sterile neutrino, starting at the values of a `model` that has one, or at
        0.1 and 1 eV²."""
        own = own_parameters(tuple(self.file.isotopes))
        return (*own, *(sterile_of(model) or _START).own_parameters())

    def depends_on(self, model: Any, parameter: str) -> bool:
        """Whether rates depend on a parameter.

        Parameters
        ----------
        model : as in `cost`.
        parameter : its name.
        """
        return parameter in {p.name for p in self.parameters(model)}

    @public
    def predict(self, model: Any = None, analysis: str | None = None) -> ReactorRates:
        """Rates predicted by a `model` (default: no sterile neutrino), and those
        measured in an `analysis` (default the first)."""
        name = self._named(analysis)
        rows = self.measured(name)
        expected = self.prediction(model, (), name).expectation(np.zeros((1, 0)))
        slopes = np.array([slope[0] for slope in expected.slopes]).reshape(
            -1, rows.ratio.size
        )
        behind = slopes.T @ slopes
        away = rows.ratio - expected.base[0]
        yields = self.yields()
        return ReactorRates(
            experiment=self.name,
            analysis=name,
            rows=rows.names,
            baseline=rows.places.baseline,
            fractions=dict(zip(self.file.isotopes, rows.fractions.T, strict=True)),
            reference=self.reference(name),
            signal=expected.base[0],
            flux_sigma=np.sqrt(np.diag(behind)),
            data=rows.ratio,
            sigma=np.sqrt(np.diag(rows.covariance)),
            # nuisances are linear: profiled, they add to the covariance
            twice_nll=float(away @ np.linalg.solve(rows.covariance + behind, away)),
            yields=dict(zip(yields.isotopes, yields.total.tolist(), strict=True)),
            curve=self._curve(model, rows),
            abscissa=self.file.analyses[name].abscissa,
        )

    def _curve(self, model: Any, rows: Measured) -> FloatArray:
        """Ratios over distance for the mean fuel, each spread as the nearest row."""
        first, last = rows.places.baseline.min(), rows.places.baseline.max()
        baseline = np.geomspace(0.85 * first, 1.15 * last, _CURVE)
        near = np.abs(np.log(baseline[:, None] / rows.places.baseline)).argmin(axis=1)
        spread = np.minimum(rows.places.spread[near], 0.5 * baseline)
        mean = rows.fractions.mean(axis=0)
        published = float(mean @ self.yields(self.file.measured_with).total)
        share = np.broadcast_to(mean / published, (_CURVE, mean.size))
        places = Places(baseline, spread)
        return np.stack([baseline, self._expected(model, places, share)])

    def _expected(self, model: Any, places: Places, share: FloatArray) -> FloatArray:
        """Ratios without errors of the fluxes, shape (rows,)."""
        found = ReactorPrediction(
            name=self.name,
            parameters=(),
            values=self._values(sterile_of(model)),
            yields=self.yields(),
            places=places,
            share=share,
            pulls=np.zeros((len(self.file.isotopes), 0)),
            nuisances=(),
            mixing=(sterile_of(model) or _NONE).mixing,
        )
        return np.asarray(found.expectation(np.zeros((1, 0))).base[0])

    @public
    def prediction(
        self,
        model: Any = None,
        /,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> ReactorPrediction:
        """Ratios for inference.

        Parameters
        ----------
        model : default the Standard Model; one with a sterile neutrino oscillates.
        free : names of `parameters`; those of a sterile neutrino add one to any model.
        analysis : default the first of the file.
        """
        name = self._named(analysis)
        rows, known = self.measured(name), self.parameters(model)
        chosen = self._freed(free, known)
        sterile = self._sterile(sterile_of(model), free)
        nuisances, changes = self.pulls()
        if not self.file.analyses[name].flux_errors:
            nuisances, changes = (), changes[:, :0]
        return ReactorPrediction(
            name=f"{self.name}/{name}",
            parameters=chosen,
            values=self._values(sterile),
            yields=self.yields(),
            places=rows.places,
            share=rows.fractions / self.reference(name)[:, None],
            pulls=changes,
            nuisances=nuisances,
            mixing=(sterile or _NONE).mixing,
        )

    def _statistic(self, prediction: Any, analysis: str) -> Cost:
        """χ² of the rates with their covariance and the errors of the fluxes."""
        rows = self.measured(analysis)
        return CovarianceCost(prediction, rows.ratio, rows.covariance)

    def _sterile(
        self, sterile: SterileNeutrino | None, free: Sequence[str]
    ) -> SterileNeutrino | None:
        """The sterile neutrino of a prediction: that of the model, or one added because
        its parameters are free."""
        chosen = sterile
        if sterile is None and {ANGLE, SPLITTING} & set(free):
            chosen = _NONE
        alone = SPLITTING in free and ANGLE not in free
        if alone and chosen is not None and not np.any(chosen.sin2_2theta_14):
            raise InputError(
                f"{self.name} does not depend on {SPLITTING} where {ANGLE} is 0: free"
                f" both, or give a model with mixing, such as --model sterile --param"
                f" {ANGLE}=0.1"
            )
        return chosen

    def _values(self, sterile: SterileNeutrino | None) -> dict[str, float]:
        """Values of all parameters; without a sterile neutrino its two are absent."""
        own = own_parameters(tuple(self.file.isotopes))
        other = () if sterile is None else sterile.own_parameters()
        return {p.name: p.default for p in (*own, *other)}

    def _flux(self, section: ReactorFlux, fractions: Mapping[str, float]) -> Flux:
        options = {"fractions": dict(fractions), **section.options}
        return flux_of(self.folder, section.name, options)

    def _read_rows(self, section: RateAnalysis) -> Measured:
        table = section.table
        names = self.folder.texts(table, "name")
        wanted = ("baseline", "spread", "ratio", *self.file.isotopes)
        columns = self.folder.table(table, wanted)
        rows = np.arange(len(names))
        if section.sets:
            sets = self.folder.texts(table, "set")
            rows = np.array([i for i in rows if sets[i] in section.sets], dtype=int)
            unknown = [s for s in section.sets if s not in sets]
            if unknown:
                raise InputError(f"sets: {table} has no {', '.join(unknown)} in set")
        fractions = np.stack([columns[n] for n in self.file.isotopes], axis=1)[rows]
        wrong = np.abs(fractions.sum(axis=1) - 1) > _SUM
        if wrong.any() or np.any(fractions < 0):
            bad = int(np.argmax(wrong | (fractions < 0).any(axis=1)))
            raise InputError(
                f"{table}: the fractions of {names[rows[bad]]} sum to"
                f" {fractions[bad].sum():.6g}; they must not be negative and sum to 1"
                f" within {_SUM:g}"
            )
        baseline, spread = columns["baseline"][rows], columns["spread"][rows]
        if np.any(baseline <= 0) or np.any(spread < 0) or np.any(spread >= baseline):
            raise InputError(
                f"{table}: baselines (m) must be positive, and spreads less than them"
            )
        whole = self._covariance(section.covariance, len(names))
        covariance = checked_covariance(
            whole[np.ix_(rows, rows)], (rows.size,), section.covariance
        )
        return Measured(
            tuple(names[i] for i in rows),
            Places(baseline, spread),
            fractions,
            columns["ratio"][rows],
            covariance,
        )

    def _covariance(self, file: str, size: int) -> FloatArray:
        """Matrix from a table with one entry per row, indices counted from 1."""
        columns = self.folder.table(file, ("row", "column", "covariance"))
        places = np.stack([columns["row"], columns["column"]])
        whole = places.astype(int)
        if np.any(places != whole) or whole.min() < 1 or whole.max() > size:
            raise InputError(
                f"{file}: rows and columns must be integers from 1 to {size}"
            )
        matrix = np.zeros((size, size))
        for i, j, value in zip(*(whole - 1), columns["covariance"], strict=True):
            if matrix[i, j] != 0:
                raise InputError(f"{file}: ({i + 1}, {j + 1}) occurs twice")
            matrix[i, j] = matrix[j, i] = value
        return matrix
