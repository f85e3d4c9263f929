"""Experiments with solar neutrinos: rates, SNO's polynomials and KamLAND's map as
functions of mixing, fluxes and the two-body axial current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.experiments.folders import MeasuredExperiment
from nuprobe.experiments.solar_captures import (
    CaptureCrossSection,
    CaptureRate,
    LuminosityRatio,
)
from nuprobe.experiments.solar_elastic import ElasticBins, ElasticRates
from nuprobe.experiments.solar_files import (
    ElasticLines,
    ElasticSpectrum,
    OscillationMap,
    Radiochemical,
    SolarAnalysis,
    SolarFile,
    SurvivalPolynomial,
)
from nuprobe.experiments.solar_map import MapResiduals
from nuprobe.experiments.solar_mixing import (
    KINDS,
    L_1A,
    check_free,
    l1a_parameters,
    solar_fluxes,
    solar_parameters,
)
from nuprobe.experiments.solar_polynomial import PolynomialSurvival
from nuprobe.experiments.solar_prediction import SolarPrediction, SolarResponse
from nuprobe.experiments.solar_rates import SolarRates
from nuprobe.experiments.solar_sun import Passage
from nuprobe.fluxes import Flux, flux
from nuprobe.inference import Cost, CovarianceCost, GaussianCost
from nuprobe.models import StandardModel
from nuprobe.nuclei import Target, target
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import EarthModel
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["SolarExperiment"]

_MIXING: Final = ("sin2_12", "tan2_12", "dm2_21", "sin2_13")


@dataclass(frozen=True, eq=False)
class _Data:
    """Measured values with their errors, each (values,), and their covariance or
    None."""

    names: tuple[str, ...]
    values: FloatArray
    above: FloatArray
    below: FloatArray
    covariance: FloatArray | None


@dataclass(frozen=True, eq=False, repr=False)
class SolarExperiment(MeasuredExperiment[SolarFile]):
    """One experiment with solar neutrinos, read from a folder.

    Its parameters are ``sin2_12`` or ``tan2_12``, ``dm2_21`` (eV²), ``sin2_13``, fluxes
    such as ``phi_8B`` (per cm² per second) and, for deuterium targets, L_1A with its
    scheme. A flux that is not a free parameter is a nuisance with the error of the
    solar model, shared by all experiments.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where it lies.
    raw : the parsed file.
    """

    FORMAT = SolarFile
    NO_BINS = "has published values, not events: its bins cannot be added"

    def _check(self) -> None:
        self.target()
        unknown = [k for k in self.file.sun.free if k not in KINDS]
        if unknown:
            raise InputError(
                f"sun.free: unknown kind {unknown[0]}; known: {', '.join(KINDS)}"
            )
        for name in self.file.analyses:
            self._data(name)

    @property
    def flux(self) -> Flux:
        """Solar neutrinos at production."""
        return flux("solar", model=self.file.sun.model)

    def target(self) -> Target:
        """The target of the neutrinos."""
        return target(self.file.target)

    @public
    def parameters(self, model: Any = None, /) -> tuple[Parameter, ...]:
        """Everything a fit can free, for a `model`, which is the Standard Model."""
        self._check_model(model)
        sun, section = self.file.sun, self.file.measurement
        own = solar_parameters(sun.model, sun.region)
        if isinstance(section, SurvivalPolynomial):
            return (*own, *l1a_parameters(section.l1a_reference))
        if isinstance(section, OscillationMap):
            return tuple(p for p in own if p.name in _MIXING[:3])
        return own

    def depends_on(self, model: Any, parameter: str) -> bool:
        """Whether what is expected can depend on a `parameter`, for a `model`."""
        if parameter in L_1A:
            return isinstance(self.file.measurement, SurvivalPolynomial)
        if parameter.startswith("phi_"):
            return parameter[4:] in self._kinds()
        if isinstance(self.file.measurement, OscillationMap):
            return parameter in _MIXING[:3]
        return parameter in _MIXING and self.file.earth is not None

    @public
    def predict(
        self, model: Any = None, analysis: str | None = None, **values: float
    ) -> SolarRates:
        """Expected and measured values.

        Parameters
        ----------
        model : the Standard Model.
        analysis : default the first of the file.
        values : of parameters by name, such as ``tan2_12=0.45`` or
            ``phi_8B="5.25e6 1/cm2/s"``; the others at their defaults.
        """
        check_free(list(values))
        prediction = self.prediction(model, list(values), analysis)
        named = {p.name: p.read(values[p.name]) for p in prediction.parameters}
        point = np.array([[float(named[p.name]) for p in prediction.parameters]])
        prediction_cost = self.cost(model, list(values), analysis)
        prediction_cost.point(named)
        state = prediction.state(point)
        terms = {k: v[0] for k, v in prediction.response.terms(state).items()}
        name = self._named(analysis)
        data = self._data(name)
        return SolarRates(
            experiment=self.name,
            analysis=name,
            names=data.names,
            unit=self.file.analyses[name].unit,
            signal=np.asarray(sum(terms.values())),
            parts=terms,
            unmixed=self._unmixed(),
            measured=data.values,
            above=data.above,
            below=data.below,
            point={**prediction.fixed, **{k: float(v) for k, v in named.items()}},
            notes=self._notes(),
        )

    @public
    def prediction(
        self,
        model: Any = None,
        /,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> SolarPrediction:
        """Values as a function of free parameters, for inference.

        Parameters
        ----------
        model : the Standard Model.
        free : names of parameters.
        analysis : default the first of the file.
        """
        check_free(free)
        known = {p.name: p for p in self.parameters(model)}
        chosen = self._freed(free, known.values())
        angle = "tan2_12" if "tan2_12" in free else "sin2_12"
        fixed = {
            p.name: p.default
            for p in known.values()
            if p.name not in free and p.name not in L_1A
        }
        fixed.pop({"tan2_12": "sin2_12", "sin2_12": "tan2_12"}[angle], None)
        fixed.setdefault("sin2_13", known.get("sin2_13", _none()).default)
        if angle in free:
            fixed.pop(angle, None)
        sun = self.file.sun
        pulls = {
            f.kind: Nuisance(f"flux.{f.kind}", inf if f.kind in sun.free else f.error)
            for f in solar_fluxes(sun.model).values()
            if f"phi_{f.kind}" not in free and f.kind in self._kinds()
        }
        return SolarPrediction(
            name=f"{self.name}/{self._named(analysis)}",
            response=self._response,
            parameters=chosen,
            fixed=fixed,
            pulls=pulls,
            changes=self._changes(),
        )

    def _statistic(self, prediction: SolarPrediction, analysis: str) -> Cost:
        """Gaussian, with the correlations of the values."""
        data, name = self._data(analysis), prediction.name
        if data.covariance is not None:
            return CovarianceCost(prediction, data.values, data.covariance, name)
        below = None if np.all(data.below == data.above) else data.below
        return GaussianCost(prediction, data.values, data.above, name, below=below)

    def _check_model(self, model: Any) -> None:
        """Reject interactions that would change the prediction."""
        if model is None or (
            isinstance(model, StandardModel) and model == StandardModel()
        ):
            return
        name = getattr(model, "name", type(model).__name__)
        raise InputError(
            f"{self.name} uses the interactions of the Standard Model, not {name}:"
            " drop the model"
        )

    @property
    def _response(self) -> SolarResponse:
        return self._kept("response", self._made)

    def _made(self) -> SolarResponse:
        section = self.file.measurement
        if isinstance(section, OscillationMap):
            if self.file.sun.region != "lma":
                raise InputError(
                    "sun.region: the published map covers only the large mixing angle"
                )
            return MapResiduals.read(self.folder, section)
        if isinstance(section, Radiochemical):
            table = CaptureCrossSection.read(self.folder, section)
            return CaptureRate(table, self._passage())
        if isinstance(section, SurvivalPolynomial):
            return PolynomialSurvival.read(self.folder, section, self._passage())
        if isinstance(section, ElasticSpectrum):
            return ElasticBins.read(self.folder, section, self._passage(), self.name)
        if isinstance(section, ElasticLines):
            return ElasticRates.of(section, self._passage())
        return LuminosityRatio(section)

    def _passage(self) -> Passage:
        sun, earth = self.file.sun, self.file.earth
        if earth is None:
            raise InputError("earth: give the latitude of the detector")
        matter = EarthModel(earth.latitude) if earth.regeneration else None
        return Passage(sun.model, sun.crossing, matter)

    def _kinds(self) -> tuple[str, ...]:
        """Kinds of neutrinos whose flux matters."""
        section = self.file.measurement
        if isinstance(section, OscillationMap):
            return ()
        if isinstance(section, SurvivalPolynomial):
            return ("8B",)
        if isinstance(section, ElasticSpectrum):
            return tuple(section.reference)
        if isinstance(section, ElasticLines):
            return tuple(dict.fromkeys(kind for kind, _ in section.kinds))
        if isinstance(section, Radiochemical):
            rates = self._unmixed()
            return tuple(kind for kind in KINDS if kind in rates)
        return tuple(section.energies)

    def _unmixed(self) -> dict[str, FloatArray]:
        response = self._response
        if not isinstance(response, CaptureRate):
            return {}
        fluxes = {k: f.flux for k, f in solar_fluxes(self.file.sun.model).items()}
        rates = response.unmixed(fluxes)
        return {k: np.array([v]) for k, v in rates.items() if v > 0}

    def _changes(self) -> tuple[tuple[Nuisance, Mapping[str, FloatArray]], ...]:
        response = self._response
        if isinstance(response, CaptureRate):
            change = response.changes()
            return ((Nuisance(f"{self.name}.cross-section", 1.0), change),)
        if not isinstance(response, ElasticBins):
            return ()
        return tuple(
            (Nuisance(n, 1.0), dict.fromkeys(response.expected, x))
            for n, x in response.systematics.items()
        )

    def _data(self, name: str) -> _Data:
        analysis: SolarAnalysis = self.file.analyses[name]
        section = self.file.measurement
        if isinstance(section, OscillationMap):
            both = ("residual 1", "residual 2")
            return _Data(both, np.zeros(2), np.ones(2), np.ones(2), None)
        if isinstance(section, ElasticSpectrum):
            columns = self.folder.table(
                section.rates, ["low", "high", "observed", "error"]
            )
            edges = zip(columns["low"], columns["high"], strict=True)
            names = tuple(f"{low:g} to {high:g} MeV" for low, high in edges)
            error = columns["error"]
            if np.any(error <= 0):
                raise InputError(f"{section.rates}: errors must be positive")
            return _Data(names, columns["observed"], error, error, None)
        if not analysis.names or not analysis.values:
            raise InputError(f"analyses.{name}: give names, values and errors")
        expected = {
            "survival-polynomial": 6,
            "radiochemical": 1,
            "luminosity": 1,
        }.get(section.kind, len(getattr(section, "kinds", ())))
        if len(analysis.values) != expected:
            raise InputError(
                f"analyses.{name}: {section.kind} has {expected} values, got"
                f" {len(analysis.values)}"
            )
        above = np.array(analysis.errors)
        below = above if analysis.below is None else np.array(analysis.below)
        covariance = None
        if analysis.correlation is not None:
            covariance = np.array(analysis.correlation) * np.outer(above, above)
            _check_positive(covariance, f"analyses.{name}.correlation")
        return _Data(
            tuple(analysis.names), np.array(analysis.values), above, below, covariance
        )

    def _notes(self) -> tuple[str, ...]:
        earth = self.file.earth
        notes = [f"solar model {self.file.sun.model}"]
        if isinstance(self.file.measurement, OscillationMap):
            notes = ["distances from the best fit of the published map, in sigma"]
        elif earth is not None:
            notes.append(
                "with regeneration in the Earth" if earth.regeneration else "by day"
            )
        if self.file.sun.free:
            notes.append(f"flux left free: {', '.join(self.file.sun.free)}")
        return tuple(notes)


def _none() -> Parameter:
    """θ₁₃ where it is not a parameter."""
    return Parameter("sin2_13", 0.0)


def _check_positive(covariance: FloatArray, where: str) -> None:
    """Reject a covariance that is not positive definite, stating its eigenvalue."""
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    least = float(np.linalg.eigvalsh(covariance / scale).min())
    if not least > 0:
        raise InputError(
            f"{where} is not positive definite: its smallest eigenvalue is {least:.3g}"
        )
