"""A counting experiment: one folder in, predictions, costs and fits out."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from nuprobe.border import public
from nuprobe.detectors import Response, TableResponse
from nuprobe.errors import InputError, warn
from nuprobe.experiments.backgrounds import (
    expected_variance,
    observed,
    observed_covariance,
)
from nuprobe.experiments.base import refuse_fixed_mass
from nuprobe.experiments.build import Signal
from nuprobe.experiments.changes import changes_of
from nuprobe.experiments.checks import check_signal
from nuprobe.experiments.counts import CountsPrediction
from nuprobe.experiments.folders import FolderExperiment
from nuprobe.experiments.format import (
    Analysis,
    ExperimentFile,
    MeasuredBackground,
)
from nuprobe.experiments.grids import Bins
from nuprobe.experiments.morphing import Morphs, morphing_systematics
from nuprobe.experiments.radii import axis_of
from nuprobe.experiments.rates import Rates
from nuprobe.experiments.rebinning import with_wider_bins
from nuprobe.experiments.selection import (
    in_bins,
    published_factor,
    published_weights,
)
from nuprobe.experiments.systematics import effects_of
from nuprobe.experiments.unbinned import background_alone, unbinned_cost
from nuprobe.fluxes import Flux
from nuprobe.inference import (
    CNPCost,
    Cost,
    CovarianceCost,
    GaussianCost,
    OnOffCost,
    PoissonCost,
    ProjectedCost,
)
from nuprobe.models import Model, StandardModel, check_model, check_one_point
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.prediction import Propagation, Templates
from nuprobe.processes import Process, with_constants
from nuprobe.schema import Folder

__all__ = ["Experiment"]


@dataclass(frozen=True, eq=False, repr=False)
class Experiment(FolderExperiment[ExperimentFile]):
    """One counting experiment, read from a folder.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where its tables lie.
    raw : the parsed file before validation, the base of `with_changes`.
    signal : of its process in its detector.
    """

    FORMAT = ExperimentFile

    signal: Signal

    @classmethod
    def _opened(cls, file: Any, folder: Folder, raw: Mapping[str, Any]) -> Self:
        return cls(file, folder, raw, Signal(file, folder, raw))

    def _check(self) -> None:
        check_signal(self.signal)
        self.parameters()

    def _in_full(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        return with_wider_bins(self.file, self.raw, changes, self.folder.name)

    # -- what it is

    @property
    def flux(self) -> Flux:
        """The source."""
        return self.signal.flux

    @property
    def process(self) -> Process:
        """What scatters."""
        return self.signal.process

    @property
    def processes(self) -> tuple[Process, ...]:
        """All processes in the detector."""
        return self.signal.processes

    @property
    def bins(self) -> Bins:
        """Bins and the tables in them."""
        return self.signal.bins

    @property
    def energy_edges(self) -> FloatArray:
        """All bin edges of the reconstructed quantity."""
        return self.bins.energy_edges

    @property
    def time_edges(self) -> FloatArray | None:
        """All arrival-time bin edges in µs, or None."""
        return self.bins.time_edges

    @property
    def shape_edges(self) -> FloatArray | None:
        """All bin edges of the third quantity, or None."""
        return self.bins.shape_edges

    @public
    def parameters(self, model: Model | None = None) -> tuple[Parameter, ...]:
        """Everything a fit can free: the parameters of `model` (default the Standard
        Model) and those inside the integrals."""
        model = StandardModel() if model is None else model
        check_model(model)
        model = with_constants(model, self.processes)
        check_one_point(
            model,
            f"{self.name}: a prediction or fit",
            "give numbers, or take counts from the templates (templates(model)) or from"
            " a scan",
        )
        own = (*model.parameters, *model.mass_parameters)
        clash = {p.name for p in own} & {p.name for p in self.file.parameters}
        if clash:
            raise InputError(
                f"parameters.{min(clash)}: the model has a parameter of this name;"
                " choose another"
            )
        return (
            *own,
            *(
                axis_of(p, self.file.target.nucleon).parameter
                for p in self.file.parameters
            ),
        )

    @public
    def target(self, values: Mapping[str, float] | None = None) -> Target:
        """Target with radii at the given `values` of the experiment's parameters (in
        their units)."""
        return self.signal.target(values)

    @public
    def propagation(self, component: str | None = None) -> Propagation:
        """Flavour evolution of a `component` of the flux between source and detector
        (default: the first one)."""
        return self.signal.propagation(component)

    @public
    def response(
        self, values: Mapping[str, float] | None = None
    ) -> Response | TableResponse:
        """Detector response at the given `values` of the experiment's parameters."""
        return self.signal.response(values)

    # -- what it predicts

    @public
    def templates(
        self,
        model: Model | None = None,
        free: Sequence[str] = (),
        *,
        quenching_shift: float = 0.0,
        check: bool = True,
    ) -> Templates:
        """Templates of the signal in all bins.

        Parameters
        ----------
        model : provides the exchanges; default only the weak interaction.
        free : names of the experiment's own parameters, and of masses of the model's
            mediators, that become axes.
        quenching_shift : relative shift of the light per recoil.
        check : measure the quadrature and interpolation errors (rejected if they exceed
            1e-6).
        """
        return self.signal.templates(
            model, free, quenching_shift=quenching_shift, check=check
        )

    @public
    def prediction(
        self,
        model: Model | None = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> CountsPrediction:
        """Counts of one analysis for inference.

        Parameters
        ----------
        model : default the Standard Model at tree level.
        free : names of model or experiment parameters.
        analysis : default the first of the file.

        Raises
        ------
        UnknownNameError
            If a parameter or the analysis does not exist.
        """
        model = with_constants(model or StandardModel(), self.processes)
        name, chosen = self._analysis(analysis)
        refuse_fixed_mass(model, free, [self.name])
        self._freed(free, self.parameters(model))
        own = {p.name: p.default for p in model.parameters}
        model_free = tuple(p for p in free if p in own)
        kernel_free = tuple(p for p in free if p not in own)
        # free exchanges are included even if the model has none
        model = model.with_values({p: np.asarray(own[p]) for p in model_free})
        self._warn_of_published(name, chosen)
        single = chosen.statistic == "unbinned"
        every = self.signal.of_events if single else self.signal
        signal, morphs = every.counted(chosen), self._morphs(chosen)
        kernel_free += morphs.names
        return CountsPrediction(
            name=f"{self.name}/{name}",
            templates=in_bins(signal, signal.templates(model, kernel_free), chosen),
            model=model,
            free=model_free,
            backgrounds=self._backgrounds(signal, chosen, morphing=False),
            effects=effects_of(every, chosen, model, kernel_free),
            weights=_weights(signal, chosen, kernel_free),
            morphing=morphs.nuisances,
            morphs=morphs.backgrounds(),
        )

    @public
    def predict(
        self,
        model: Model | None = None,
        analysis: str | None = None,
        values: Mapping[str, float] | None = None,
    ) -> Rates:
        """Counts per bin, by component.

        Parameters
        ----------
        model : default the Standard Model at tree level.
        analysis : default the first of the file.
        values : values of the experiment's own parameters, e.g. ``{"rn": 5.5}`` in
            their units.
        """
        model = model or StandardModel()
        self.parameters(model)  # raises if it is not a model
        values = dict(values or {})
        name, chosen = self._analysis(analysis)
        signal = self.signal.counted(chosen)
        templates = in_bins(signal, signal.templates(model, tuple(values)), chosen)
        points = np.array([list(values.values())]) if values else None
        coefficients = templates.coefficients(model)
        weights = _weights(signal, chosen, values)
        factor = 1.0 if weights is None else weights.reshape(templates.shape)
        components = {}
        for process in signal.processes:
            one = len(signal.processes) == 1
            place = "signal: " if one else f"signal: {process.name}: "
            mine = templates.of_process(process.name)
            counts = mine.by_component(coefficients, points)[0]
            for i, label in enumerate(templates.components):
                components[place + label] = (
                    factor * counts[i][:, None] * templates.time[i]
                )
        components |= self._backgrounds(signal, chosen)
        data, sigma = (
            observed(self.bins, chosen) if self._has_data(chosen) else (None, None)
        )
        return Rates.of_bins(
            self.bins,
            chosen,
            experiment=self.name,
            analysis=name,
            components=components,
            data=data,
            sigma=sigma,
            signal_sigma=self._signal_sigma(model, name, values),
        )

    @public
    def observed_counts(self, column: str, analysis: str | None = None) -> FloatArray:
        """One `column` of the data table in the bins of an `analysis` (default the
        first), shape (bins,)."""
        if self.file.data is None:
            raise InputError(f"{self.name} has no data: add [data] to its file")
        return self.bins.counts(column, self._analysis(analysis)[1])

    # -- what its data say

    @public
    def cost(
        self,
        model: Model | None = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Cost:
        """Likelihood of one analysis; costs of several experiments add with ``+``.

        Parameters
        ----------
        model : default the Standard Model at tree level.
        free : names of parameters of the model or of the experiment.
        analysis : default the first of the file.
        """
        _, chosen = self._analysis(analysis)
        if not self._has_data(chosen) and not self.file.projection:
            raise InputError(
                f"{self.name} has no data: add [data] (or projection = true) to its"
                " file, or use predict()"
            )
        prediction = self.prediction(model, free, analysis)
        data, sigma = (
            observed(self.bins, chosen)
            if self._has_data(chosen)
            else self._expected(analysis, chosen)
        )
        cost = self._statistic(chosen, prediction, data, sigma)
        return cost.of(self.origin(analysis, model or StandardModel()))

    def _statistic(
        self,
        chosen: Analysis,
        prediction: CountsPrediction,
        data: FloatArray,
        sigma: FloatArray | None,
    ) -> Cost:
        """The cost that an analysis names."""
        if chosen.statistic == "unbinned":
            return unbinned_cost(self.signal, chosen, prediction)
        if chosen.covariance is not None:
            covariance = observed_covariance(self.bins, chosen)
            return CovarianceCost(prediction, data, covariance, prediction.name)
        if chosen.statistic == "cnp":
            return CNPCost(prediction, data, prediction.name)
        if chosen.statistic == "gaussian":
            if sigma is None or np.any(sigma <= 0):
                raise InputError(
                    f"{self.name}: a bin without counts has no Gaussian error; widen"
                    " the bins or use poisson"
                )
            return GaussianCost(prediction, data, sigma, name=prediction.name)
        for background in self.file.backgrounds:
            if background.name in chosen.counted and isinstance(
                background, MeasuredBackground
            ):
                return self._counted(chosen, prediction, data, background)
        return PoissonCost(prediction, data, name=prediction.name)

    # -- inside

    def _counted(
        self,
        chosen: Analysis,
        prediction: CountsPrediction,
        data: FloatArray,
        background: MeasuredBackground,
    ) -> Cost:
        """The cost of counts on a background that is counted."""
        control = self.bins.counts(background.column, chosen)
        nominal = prediction.backgrounds[background.name]
        ratio, name = 1 / background.scale, prediction.name
        times = self.bins.times(chosen)
        shape = (len(data) // times, times)
        if chosen.counted[background.name] == "bins" or min(shape) == 1:
            return OnOffCost(prediction, data, control, nominal, ratio, name)
        return ProjectedCost(prediction, data, control, nominal, shape, ratio, name)

    def _has_data(self, analysis: Analysis) -> bool:
        return self.file.data is not None or analysis.observed is not None

    def _analysis(self, name: str | None) -> tuple[str, Analysis]:
        name = self._named(name)
        return name, self.file.analyses[name]

    def _warn_of_published(self, name: str, analysis: Analysis) -> None:
        """Warn if changes cannot affect the Standard Model counts, which are as
        published, but could in another analysis."""
        keys = [
            key
            for key in changes_of(self.raw)
            if key.partition(".")[0] in ("flux", "target", "response")
        ]
        computed = [n for n, a in self.file.analyses.items() if a.signal is None]
        if analysis.signal is None or not keys or not computed:
            return
        warn(
            f"analysis {name} of {self.name} takes the Standard Model's counts from the"
            f" publication, whatever {', '.join(keys)} is; to see what it does, choose"
            f" an analysis that computes them: {', '.join(computed)}"
        )

    def _morphs(self, analysis: Analysis) -> Morphs:
        return Morphs(morphing_systematics(self.file, analysis), self.bins, analysis)

    def _backgrounds(
        self, signal: Signal, analysis: Analysis, morphing: bool = True
    ) -> dict[str, FloatArray]:
        """Backgrounds that an analysis does not subtract, by name, in the rows of a
        signal; without those that its nuisances morph if not `morphing`."""
        every = () if morphing else morphing_systematics(self.file, analysis)
        moved = {name for s in every for name in s.backgrounds}
        return {
            b.name: background_alone(signal, b, analysis)
            for b in self.file.backgrounds
            if analysis.has(b.name)
            and b.name not in analysis.subtract
            and b.name not in moved
        }

    def _signal_sigma(
        self, model: Model, analysis: str, values: Mapping[str, float]
    ) -> float:
        prediction = self.prediction(model, tuple(values), analysis)
        point = np.array([list(values.values())]).reshape(1, -1)
        changes = [
            effect.nuisance.sigma * prediction.signal_change(effect, point).sum()
            for effect in prediction.effects
        ]
        for i, nuisance in enumerate(prediction.morphing):
            ends = np.zeros((2, len(prediction.morphing)))
            low, high = nuisance.anchors[0], nuisance.anchors[-1]
            ends[:, i] = np.clip([-nuisance.sigma, nuisance.sigma], low, high)
            sums = prediction.signal(np.hstack([np.tile(point, (2, 1)), ends])).sum(1)
            changes.append((sums[1] - sums[0]) / 2)
        return math.sqrt(sum(float(change) ** 2 for change in changes))

    def _expected(
        self, name: str | None, analysis: Analysis
    ) -> tuple[FloatArray, FloatArray | None]:
        """The value of `observed` without fluctuations in the Standard Model."""
        data = self.prediction(None, (), name).expectation(np.zeros((1, 0))).base[0]
        if analysis.statistic != "gaussian":
            return data, None
        variance = expected_variance(
            data, self.bins, self.signal.acceptance(), analysis
        )
        return data, np.sqrt(variance)


def _weights(
    signal: Signal, analysis: Analysis, free: Collection[str]
) -> FloatArray | None:
    """Published over computed counts if there is a single process; with several, or
    morphing, the templates contain this factor."""
    section = analysis.signal
    if signal.others or (section is not None and section.morphing is not None):
        return None
    weights = published_weights(signal, analysis)
    if weights is None:
        return None
    return weights * published_factor(signal, analysis, free)
