"""Disappearance experiments: distances, spectra and data in; predictions and costs
out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from nuprobe.border import public
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments.baselines.files import BaselineFile
from nuprobe.experiments.baselines.prediction import (
    BaselinePrediction,
    SterileTemplates,
)
from nuprobe.experiments.baselines.rates import BaselineRates
from nuprobe.experiments.baselines.tables import BaselineData, read_data, read_folding
from nuprobe.experiments.folders import MeasuredExperiment, flux_of
from nuprobe.flavours import flavour
from nuprobe.fluxes import Flux, FluxComponent, Line
from nuprobe.inference import Cost, CovarianceCost, GaussianCost, SharesCost
from nuprobe.models.sterile import SterileNeutrino, sterile_of
from nuprobe.nuclei import Target, target
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.units import parse_quantity

__all__ = ["BaselineExperiment", "BaselineRates"]

_NAMES = ("sin2_2theta_14", "dm2_41")
_START = SterileNeutrino(0.1, 1.0)


@dataclass(frozen=True, eq=False, repr=False)
class BaselineExperiment(MeasuredExperiment[BaselineFile]):
    """One disappearance experiment, read from a folder.

    Its parameters are ``sin2_2theta_14`` and ``dm2_41`` of `SterileNeutrino`, shared by
    all such experiments.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where it lies.
    raw : the parsed file.
    """

    FORMAT = BaselineFile
    NO_BINS = (
        "has published bins with a covariance, which are not added up: copy its folder"
        " and change the tables there"
    )

    def _check(self) -> None:
        self.target()
        source = self.file.source
        if not self.flux.of(flavour(source.flavour)):
            raise InputError(f"source.flux: {source.flux} has no {source.flavour}")
        for name in self.analyses:
            self._data(name)

    @property
    def flux(self) -> Flux:
        """The source: a flux, or lines with their relative numbers of events."""
        source = self.file.source
        if source.flux is not None:
            return flux_of(self.folder, source.flux, source.options, "source.flux")
        lines = tuple(
            Line(parse_quantity(o.energy, "energy"), o.weight) for o in source.lines
        )
        one = FluxComponent(self.name, flavour(source.flavour), lines=lines)
        return Flux(f"source of {self.name}", (one,), per="event")

    def target(self) -> Target:
        """One formula unit of the target."""
        return target(self.file.target)

    @public
    def parameters(self, model: Any = None) -> tuple[Parameter, ...]:
        """sin²2θ₁₄ and Δm²₄₁, starting at the values of a `model` with a sterile
        neutrino, or at 0.1 and 1 eV²."""
        return (sterile_of(model) or _START).own_parameters()

    @public
    def predict(self, model: Any = None, analysis: str | None = None) -> BaselineRates:
        """Expected and measured values, with normalisations fitted to the data.

        Parameters
        ----------
        model : `SterileNeutrino`; any other has three neutrinos.
        analysis : default the first of the file.
        """
        name = self._named(analysis)
        data, section = self._data(name), self.file.analyses[name]
        chosen = sterile_of(model) or SterileNeutrino()
        values = self._point(chosen)
        point = np.array([list(values.values())])
        cost = self.cost(chosen, _NAMES, name)
        best = cost.profiled([point[0], [0.0, point[0, 1]]])
        total, without = (
            cost.expected([angle, point[0, 1]], nuisances)[0]
            for angle, nuisances in zip((point[0, 0], 0.0), best.nuisances, strict=True)
        )
        return BaselineRates(
            experiment=self.name,
            analysis=name,
            title=section.title,
            kind=section.kind,
            unit=section.unit,
            detectors=data.detectors,
            low=data.low,
            high=data.high,
            total=total,
            without=without,
            data=data.value,
            sigma=data.sigma,
            twice_nll=float(best.twice_nll[0]),
            twice_nll_without=float(best.twice_nll[1]),
            point=values,
            normalisations={
                n.name: 1 + float(v)
                for n, v in zip(cost.nuisances, best.nuisances[0], strict=True)
            },
        )

    @public
    def prediction(
        self,
        model: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> BaselinePrediction:
        """Expectations and their derivatives for a cost.

        Parameters
        ----------
        model : `SterileNeutrino` with the values of what is not free; any other model
            has three neutrinos.
        free : ``sin2_2theta_14``, ``dm2_41`` or both.
        analysis : default the first of the file.
        """
        name = self._named(analysis)
        chosen = sterile_of(model)
        parameters = self._freed(free, self.parameters(model))
        values = self._point(chosen or SterileNeutrino())
        if list(free) == ["dm2_41"] and not values["sin2_2theta_14"]:
            raise InputError(
                f"{self.name} does not depend on dm2_41 where sin2_2theta_14 is 0: free"
                " both, or give a model with mixing, such as --model sterile --param"
                " sin2_2theta_14=0.1"
            )
        section = self.file.analyses[name]
        return BaselinePrediction(
            name=f"{self.name}/{name}",
            parameters=parameters,
            nuisances=tuple(
                Nuisance(
                    one.name,
                    inf if one.sigma is None else one.sigma,
                    description=one.notes,
                )
                for one in section.normalisations
            ),
            templates=self._templates(name, chosen or SterileNeutrino()),
            rows=self._data(name).rows,
            fixed=values,
        )

    def _statistic(self, prediction: Any, analysis: str) -> Cost:
        """χ² with a covariance, in terms of relative counts if only these are used."""
        data = self._data(analysis)
        if data.covariance is None:
            return GaussianCost(prediction, data.value, data.sigma)
        if data.rows.group is not None:
            return SharesCost(prediction, data.value, data.covariance, data.rows.group)
        return CovarianceCost(prediction, data.value, data.covariance)

    def _point(self, model: SterileNeutrino) -> dict[str, float]:
        """Values of one point by name."""
        found = {name: np.asarray(getattr(model, name)) for name in _NAMES}
        for name, value in found.items():
            if value.size != 1:
                raise InputError(
                    f"a prediction needs a single value of {name}, got {value.size}:"
                    " for several values, free it and evaluate the cost at many points"
                )
        return {name: float(value.ravel()[0]) for name, value in found.items()}

    def _data(self, name: str) -> BaselineData:
        """Data of an analysis."""
        return self._read(name)[0]

    def _read(self, name: str) -> tuple[BaselineData, FloatArray | None]:
        """Data of an analysis and the edges of its bins, read once."""
        return self._kept(
            ("data", name),
            lambda: read_data(self.file, self.folder, name, self._detectors()),
        )

    def _detectors(self) -> tuple[str, ...]:
        if self.file.segments is None:
            return tuple(self.file.detectors)
        return tuple(dict.fromkeys(self.folder.texts(self.file.segments, "detector")))

    def _templates(self, name: str, model: SterileNeutrino) -> SterileTemplates:
        """Folded kernels of an analysis, for one mixing of the known neutrinos."""

        def make() -> SterileTemplates:
            _, edges = self._read(name)
            folding, _, bins = read_folding(self.file, self.folder, self.flux, edges)
            if edges is not None and bins is not None and len(bins) != len(edges):
                raise ExperimentFileError(
                    f"{self.folder.name}: the response has {len(bins)} bins, the data"
                    f" of {name} {len(edges)}"
                )
            return SterileTemplates(folding, model.mixing)

        return self._kept(("templates", name, model.mixing), make)
