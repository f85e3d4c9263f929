"""An experiment: one folder in, predictions, costs and fits out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from nuprobe.detectors import (
    ConstantQuenching,
    FullAcceptance,
    LindhardQuenching,
    LogisticAcceptance,
    PolynomialQuenching,
    Response,
    TableAcceptance,
    TableQuenching,
    TableResponse,
    bin_acceptance,
)
from nuprobe.detectors.acceptance import Acceptance
from nuprobe.detectors.quenching import Quenching
from nuprobe.errors import (
    ExperimentFileError,
    InputError,
    NuprobeError,
    UnknownNameError,
)
from nuprobe.experiments.counts import CountsPrediction, Effect
from nuprobe.experiments.files import (
    Analysis,
    ConstantQuenchingSection,
    ExperimentFile,
    FlatBackground,
    KernelParameter,
    LogisticSection,
    MeasuredBackground,
    PolynomialQuenchingSection,
    ResponseSection,
    ResponseSystematic,
    ShapeSystematic,
    TableAcceptanceSection,
    TableBackground,
    TableQuenchingSection,
    TemplateBackground,
)
from nuprobe.fluxes import Flux, flux
from nuprobe.fluxes.files import read_flux
from nuprobe.inference import (
    Cost,
    FitResult,
    GaussianCost,
    PoissonCost,
    Profile,
    fit,
    profile,
)
from nuprobe.models import Model, StandardModel, check_model
from nuprobe.nuclei import Target, charge_to_point, isotope, target
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import PMNS, SOLAR_POTENTIALS, Solar, Splittings, Vacuum
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.prediction import (
    AtSource,
    Axis,
    Propagation,
    Setup,
    Templates,
    build_templates,
    half_difference,
)
from nuprobe.processes import (
    CONTACT,
    Exchanges,
    Process,
    exchanges_of,
    process,
    process_options,
    with_constants,
)
from nuprobe.schema import Folder, validate
from nuprobe.units import MeV, cm2, fm, keV, parse_quantity, us

__all__ = ["Experiment", "Rates", "joint_cost"]

_MASS_NODES: Final = 96  # 1e-6 over six decades of a mediator's mass


@dataclass(frozen=True, eq=False)
class Rates:
    """Expected and observed counts of one analysis, bin by bin.

    Attributes
    ----------
    experiment, analysis, observable, unit : names; the unit is that of the observable.
    energy_edges : edges of the reconstructed quantity, shape (energy bins + 1,).
    shape_edges : edges of a third quantity, shape (its bins + 1,), or None.
    shape_observable, shape_unit : its name and unit.
    time_edges : µs, shape (time bins + 1,); one bin if the analysis sums over time.
    components : expected counts by source, each of shape (energy bins, time bins), or
        (energy bins, shape bins, time bins) with a third quantity; the signal is split
        by flux component (``"signal: prompt nu_mu"``, …).
    data : observed counts of the same shape, measured backgrounds subtracted if the
        analysis does so; or None.
    sigma : its errors, or None for a Poisson analysis.
    signal_sigma : uncertainty of the summed signal from the systematics of the
        analysis, added in quadrature.
    """

    experiment: str
    analysis: str
    observable: str
    unit: str
    energy_edges: FloatArray
    time_edges: FloatArray
    components: Mapping[str, FloatArray]
    data: FloatArray | None
    sigma: FloatArray | None
    signal_sigma: float
    shape_edges: FloatArray | None = None
    shape_observable: str = ""
    shape_unit: str = ""

    @property
    def signal(self) -> FloatArray:
        """Signal summed over flux components."""
        return np.asarray(
            sum(v for k, v in self.components.items() if k.startswith("signal"))
        )

    @property
    def total(self) -> FloatArray:
        """All components."""
        return np.asarray(sum(self.components.values()))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "experiment": self.experiment,
            "analysis": self.analysis,
            "observable": self.observable,
            "unit": self.unit,
            "energy_edges": self.energy_edges.tolist(),
            # JSON knows no infinity: null means all times
            "shape_observable": self.shape_observable or None,
            "shape_edges": (
                None if self.shape_edges is None else self.shape_edges.tolist()
            ),
            "time_edges_us": (
                self.time_edges.tolist() if np.isfinite(self.time_edges).all() else None
            ),
            "components": {
                name: values.tolist() for name, values in self.components.items()
            },
            "totals": {
                name: float(values.sum()) for name, values in self.components.items()
            },
            "signal": float(self.signal.sum()),
            "signal_sigma": self.signal_sigma,
            "total": float(self.total.sum()),
            "observed": None if self.data is None else float(self.data.sum()),
            "data": None if self.data is None else self.data.tolist(),
            "sigma": None if self.sigma is None else self.sigma.tolist(),
        }


@dataclass(frozen=True, eq=False)
class Experiment:
    """One experiment, read from a folder.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where its tables lie.
    raw : the parsed file before validation, the base of `with_changes`.
    """

    file: ExperimentFile
    folder: Folder
    raw: Mapping[str, Any]
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, folder: Folder, raw: Mapping[str, Any] | None = None) -> Experiment:
        """Read and check a folder; raises `ExperimentFileError` naming file, key and
        remedy."""
        raw = folder.load() if raw is None else raw
        result = cls(validate(ExperimentFile, raw, folder.name), folder, raw)
        result._check()
        return result

    def with_changes(self, changes: Mapping[str, Any]) -> Experiment:
        """Return the experiment with some keys of its file changed, for the study of a
        choice.

        Parameters
        ----------
        changes : dotted key → value, e.g. ``{"response.smearing.kind": "none"}``; list
            items by their position.

        Raises
        ------
        ExperimentFileError
            If a key does not exist in the format or a value is not allowed.
        """
        raw = _deep_copy(self.raw)
        for key, value in changes.items():
            *path, last = key.split(".")
            node: Any = raw
            for part in path:
                if isinstance(node, list) and part.isdigit() and int(part) < len(node):
                    node = node[int(part)]
                elif isinstance(node, dict):
                    node = node.setdefault(part, {})
                else:
                    raise ExperimentFileError(
                        f"{self.folder.name}: there is no key {key!r} to change"
                    )
            if isinstance(node, list) and last.isdigit() and int(last) < len(node):
                node[int(last)] = value
            elif isinstance(node, dict):
                node[last] = value
            else:
                raise ExperimentFileError(
                    f"{self.folder.name}: there is no key {key!r} to change"
                )
        return Experiment.read(self.folder, raw)

    # -- what it is
    # -------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Name, e.g. ``"coherent-csi-2017"``."""
        return self.file.name

    @property
    def analyses(self) -> tuple[str, ...]:
        """Names of the analyses; the first is the default."""
        return tuple(self.file.analyses)

    @property
    def flux(self) -> Flux:
        """The source."""
        name, options = self.file.flux.name, self.file.flux.options
        if name.startswith("./"):
            return read_flux(self.folder.subfolder(name, "flux.toml"), options)
        if "/" in name or "\\" in name:
            raise ExperimentFileError(
                f"{self.folder.name}: flux.name: {name!r} leaves the folder; put the"
                f" flux beside {self.folder.main} and give it as './folder'"
            )
        return flux(name, **options)

    @property
    def energy_edges(self) -> FloatArray:
        """All bin edges of the reconstructed quantity."""
        return np.array(self.file.binning.energy.values())

    @property
    def time_edges(self) -> FloatArray | None:
        """All arrival-time bin edges in µs, or None."""
        binning = self.file.binning.time
        if binning is None:
            return None
        return np.array(binning.values()) / us

    @property
    def shape_edges(self) -> FloatArray | None:
        """All bin edges of the third quantity, or None."""
        binning = self.file.binning.shape
        return None if binning is None else np.array(binning.values())

    def parameters(self, model: Model | None = None) -> tuple[Parameter, ...]:
        """Everything a fit can free: the model's parameters and those inside the
        integrals."""
        model = StandardModel() if model is None else model
        check_model(model)
        model = with_constants(model, [self.process])
        own = (*model.parameters, *model.mass_parameters)
        clash = {p.name for p in own} & {p.name for p in self.file.parameters}
        if clash:
            raise InputError(
                f"parameters.{min(clash)}: the model has a parameter of that name;"
                " choose another"
            )
        return (*own, *(self._axis(p).parameter for p in self.file.parameters))

    def target(self, values: Mapping[str, float] | None = None) -> Target:
        """Target with radii at the given values of the experiment's parameters (in
        their units)."""
        section = self.file.target
        r_p = {
            name: parse_quantity(r, "length")
            for name, r in section.proton_radius.items()
        }
        for name, radius in section.charge_radius.items():
            r_p[name] = charge_to_point(parse_quantity(radius, "length"), isotope(name))
        r_n = {
            name: parse_quantity(r, "length")
            for name, r in section.neutron_radius.items()
        }
        for parameter in self.file.parameters:
            if values and parameter.name in values and parameter.isotopes:
                radii = r_n if parameter.acts_on == "neutron-radius" else r_p
                radii.update(
                    dict.fromkeys(parameter.isotopes, values[parameter.name] * fm)
                )
        thickness = section.surface_thickness
        return target(
            (
                section.material
                if isinstance(section.material, str)
                else dict(section.material)
            ),
            r_p=r_p or None,
            r_n=r_n or None,
            form_factor=section.form_factor,
            surface_thickness=(
                None if thickness is None else parse_quantity(thickness, "length")
            ),
        )

    def propagation(self, component: str | None = None) -> Propagation:
        """What happens to the flavour of a component of the flux on its way (default:
        the first one)."""
        section = self.file.propagation
        mixing, splittings = (
            PMNS.nufit(section.ordering),
            Splittings.nufit(section.ordering),
        )
        if section.kind == "vacuum":
            assert self.file.flux.distance is not None  # schema
            return Vacuum(
                parse_quantity(self.file.flux.distance, "length"), mixing, splittings
            )
        if section.kind == "solar":
            name = self.flux.components[0].name if component is None else component
            try:
                return Solar(name, mixing, splittings)
            except UnknownNameError:
                raise InputError(
                    "propagation.kind = 'solar' is for neutrinos of the Sun, but flux"
                    f" {self.flux.name} has {name!r}: use 'vacuum' or 'none', or"
                    f" components named {', '.join(SOLAR_POTENTIALS)}"
                ) from None
        return AtSource()

    @property
    def process(self) -> Process:
        """What scatters."""
        name = self.file.process
        options = {
            key: getattr(self.file.target, key)
            for key in ("axial", "binding")
            if key in process_options(name)
        }
        return process(name, **options)

    def response(
        self, values: Mapping[str, float] | None = None
    ) -> Response | TableResponse:
        """Detector response at the given values of the experiment's parameters."""
        section = self.file.response
        result = (
            self._table_response()
            if section.matrix is not None
            else self._response(section)
        )
        for parameter in self.file.parameters:
            if values and parameter.name in values:
                if parameter.acts_on == "quenching-scale":
                    result = result.scaled(values[parameter.name])
                elif parameter.acts_on == "signal-scale":
                    result = replace(
                        result, factor=result.factor * values[parameter.name]
                    )
        return result

    def _response(self, section: ResponseSection) -> Response:
        assert section.light_yield is not None  # schema
        return Response(
            edges=self.energy_edges,
            light_yield=parse_quantity(section.light_yield, "light yield"),
            quenching=self._quenching(),
            acceptance=self._acceptance(),
            smearing=section.smearing.kind,
            resolution=section.smearing.resolution,
            gamma_shape=section.smearing.shape,
            acceptance_at=section.acceptance_at,
            acceptance_of=section.acceptance_of,
            count_cell=section.count_cell,
        )

    def _table_response(self) -> TableResponse:
        section, edges = self.file.response.matrix, self.energy_edges
        assert section is not None  # caller
        names = [f"{section.prefix}{i}" for i in range(edges.size - 1)]
        columns = self.folder.table(section.table, [section.recoil_column, *names])
        return TableResponse(
            edges,
            columns[section.recoil_column] * keV,
            np.stack([columns[n] for n in names]),
        )

    # -- what it predicts
    # -------------------------------------------------------------------------------------

    def templates(
        self,
        free: Sequence[str] = (),
        model: Model | None = None,
        *,
        quenching_shift: float = 0.0,
        check: bool = True,
    ) -> Templates:
        """Templates of the signal in all bins.

        Parameters
        ----------
        free : names of the experiment's own parameters, and of masses of the model's
            mediators, that become axes.
        model : what may be exchanged; default the weak interaction alone.
        quenching_shift : relative shift of the light per recoil.
        check : measure the quadrature and interpolation errors (and refuse if they
            exceed 1e-6).

        Returns
        -------
        Templates
        """
        exchanges = CONTACT if model is None else exchanges_of(model.couplings())
        masses = {p.name: p for p in (() if model is None else model.mass_parameters)}
        key = (
            tuple(free),
            exchanges,
            quenching_shift,
            check,
            tuple(masses[n] for n in free if n in masses),
        )
        if key not in self._cache:
            by_name = {p.name: p for p in self.file.parameters}
            for name in free:
                if name not in by_name and name not in masses:
                    raise UnknownNameError(
                        f"parameter of {self.name}",
                        name,
                        by_name,
                        "(of the model: give the model)",
                    )
            own = [n for n in free if n in by_name]
            shared = [
                set(by_name[n].isotopes) & set(by_name[m].isotopes)
                for i, n in enumerate(own)
                for m in own[:i]
            ]
            if any(shared):
                raise InputError(
                    f"{', '.join(free)} act on the same isotope: free only one of them"
                )
            axes = [
                (
                    self._axis(by_name[name])
                    if name in by_name
                    else Axis(
                        masses[name], nodes=_MASS_NODES, acts_on="kernel", log=True
                    )
                )
                for name in free
            ]
            self._cache[key] = build_templates(
                self._setup(quenching_shift, exchanges), axes, check=check
            )
        result: Templates = self._cache[key]
        return result

    def prediction(
        self,
        model: Model | None = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> CountsPrediction:
        """Counts of one analysis for the inference floor.

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
        model = with_constants(model or StandardModel(), [self.process])
        name, chosen = self._analysis(analysis)
        known = [p.name for p in self.parameters(model)]
        twice = next((p for p in free if list(free).count(p) > 1), None)
        if twice is not None:
            raise InputError(f"{twice} is freed twice: name each parameter once")
        for parameter in free:
            if parameter not in known:
                raise UnknownNameError(f"parameter of {self.name}", parameter, known)
        own = {p.name: p.default for p in model.parameters}
        model_free = tuple(p for p in free if p in own)
        kernel_free = tuple(p for p in free if p not in own)
        # what is free is present, also where the model has none of it
        model = model.with_values({p: np.asarray(own[p]) for p in model_free})
        templates = self._collapse(self.templates(kernel_free, model), chosen)
        backgrounds = {
            b.name: self._background(b, chosen)
            for b in self.file.backgrounds
            if b.name not in chosen.subtract
        }
        effects = []
        for systematic in self.file.systematics:
            if systematic.name not in chosen.systematics:
                continue
            nuisance = Nuisance(
                systematic.name,
                systematic.sigma,
                systematic.latex,
                systematic.description,
            )
            if isinstance(systematic, ShapeSystematic):
                effects.append(self._shape_effect(nuisance, systematic, chosen))
                continue
            if isinstance(systematic, ResponseSystematic):
                up, down = (
                    self._with_response(keys).templates(kernel_free, model, check=False)
                    for keys in (systematic.up, systematic.down)
                )
                effects.append(
                    Effect(
                        nuisance,
                        shape=self._collapse(half_difference(up, down), chosen),
                    )
                )
                continue
            if systematic.kind == "normalisation":
                effects.append(Effect(nuisance, tuple(systematic.acts_on)))
                continue
            if systematic.acts_on != ["signal"]:
                raise ExperimentFileError(
                    f"{self.folder.name}: systematic {systematic.name} of kind"
                    " quenching acts on the signal only"
                )
            # linear shape per unit of the relative quenching, from one standard
            # deviation up and down
            up, down = (
                self.templates(
                    kernel_free,
                    model,
                    quenching_shift=sign * systematic.sigma,
                    check=False,
                )
                for sign in (1, -1)
            )
            shape = half_difference(up, down).scale(1 / systematic.sigma)
            effects.append(Effect(nuisance, shape=self._collapse(shape, chosen)))
        return CountsPrediction(
            name=f"{self.name}/{name}",
            templates=templates,
            model=model,
            free=model_free,
            backgrounds=backgrounds,
            effects=tuple(effects),
            weights=self._signal_weights(chosen),
        )

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

        Returns
        -------
        Rates
        """
        model = model or StandardModel()
        self.parameters(model)  # refuses what is no model
        values = dict(values or {})
        name, chosen = self._analysis(analysis)
        energy, time = self._selection(chosen)
        templates = self._collapse(self.templates(tuple(values), model), chosen)
        points = np.array([list(values.values())]) if values else None
        counts = templates.by_component(templates.coefficients(model), points)[0]
        edges, third = self.time_edges, self.shape_edges
        shape: tuple[int, ...] = templates.shape
        if third is not None:
            shape = (energy.stop - energy.start, third.size - 1, shape[1])
        weights = self._signal_weights(chosen)
        factor = 1.0 if weights is None else weights.reshape(templates.shape)
        components = {
            f"signal: {label}": (
                (factor * counts[i][:, None] * templates.time[i]).reshape(shape)
            )
            for i, label in enumerate(templates.components)
        }
        for background in self.file.backgrounds:
            if background.name not in chosen.subtract:
                components[background.name] = self._background(
                    background, chosen
                ).reshape(shape)
        data, sigma = (None, None) if self.file.data is None else self._observed(chosen)
        times = (
            np.array([-np.inf, np.inf])
            if edges is None
            else edges[time.start : time.stop + 1]
        )
        if not chosen.time_bins:
            times = times[[0, -1]]
        return Rates(
            experiment=self.name,
            analysis=name,
            observable=self.file.response.observable,
            unit=self.file.response.unit,
            energy_edges=self.energy_edges[energy.start : energy.stop + 1],
            time_edges=times,
            components=components,
            data=None if data is None else data.reshape(shape),
            sigma=None if sigma is None else sigma.reshape(shape),
            signal_sigma=self._signal_sigma(model, name, values),
            shape_edges=third,
            shape_observable=(
                ""
                if self.file.binning.shape is None
                else self.file.binning.shape.observable
            ),
            shape_unit=(
                "" if self.file.binning.shape is None else self.file.binning.shape.unit
            ),
        )

    def observed_counts(self, column: str, analysis: str | None = None) -> FloatArray:
        """One column of the data table in the bins of an analysis, shape (bins,)."""
        if self.file.data is None:
            raise InputError(f"{self.name} has no data: add [data] to its file")
        return self._counts(column, self._analysis(analysis)[1])

    def cost(
        self,
        model: Model | None = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Cost:
        """Likelihood of one analysis; costs of several experiments add with ``+``."""
        _, chosen = self._analysis(analysis)
        if self.file.data is None and not self.file.projection:
            raise InputError(
                f"{self.name} has no data: add [data] (or projection = true) to its"
                " file, or use predict()"
            )
        prediction = self.prediction(model, free, analysis)
        data, sigma = (
            self._observed(chosen)
            if self.file.data is not None
            else self._expected(analysis, chosen)
        )
        if chosen.statistic == "gaussian":
            if sigma is None or np.any(sigma <= 0):
                raise InputError(
                    f"{self.name}: a bin without counts has no Gaussian error; widen"
                    " the bins or use poisson"
                )
            return GaussianCost(prediction, data, sigma, name=prediction.name)
        return PoissonCost(prediction, data, name=prediction.name)

    def fit(
        self,
        model: Model | None = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
        **options: Any,
    ) -> FitResult:
        """Fit the free parameters; `options` go to `nuprobe.inference.fit`.

        Examples
        --------
        >>> import nuprobe as nu
        >>> result = nu.experiment("coherent-csi-2017").fit(nu.StandardModel(), free=["rn"])
        >>> result.valid
        True
        """
        if not free:
            known = ", ".join(p.name for p in self.parameters(model))
            raise InputError(
                f"nothing to fit: name at least one free parameter of {known}"
            )
        return fit(self.cost(model, free, analysis), **options)

    def profile(
        self,
        parameter: str,
        grid: FloatArray,
        model: Model | None = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Profile:
        """Profile of one parameter over `grid` (in its unit), the parameters `free` and
        all nuisances minimised."""
        cost = self.cost(model, [parameter, *free], analysis)
        return profile(cost, parameter, grid, free=free)

    # -- inside
    # -----------------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Read everything once, so that a wrong table or name shows when the folder is
        opened."""
        try:
            material = self.file.target.material
            plain = target(material if isinstance(material, str) else dict(material))
            names = [c.isotope.name for c in plain.components]
            for key in ("proton_radius", "charge_radius", "neutron_radius"):
                for name in getattr(self.file.target, key):
                    if isotope(name).name not in names:
                        raise UnknownNameError(f"isotope in target.{key}", name, names)
            source, _ = self.flux, self.process.scatterers(self.target())
            for component in source.components:
                self.propagation(component.name).states(component.flavour)
            self.response()
            self.parameters()
            for parameter in self.file.parameters:
                self._axis(parameter)
            if source.emission == "isotropic" and self.file.flux.distance is None:
                raise InputError(
                    "flux.distance: this key is required for an isotropic source;"
                    " add it"
                )
            for i, parameter in enumerate(self.file.parameters):
                for name in parameter.isotopes:
                    if name not in names:
                        raise UnknownNameError(
                            f"isotope in parameters.{i}.isotopes", name, names
                        )
            for analysis in self.file.analyses.values():
                self._selection(analysis)
                if self.file.data is not None:
                    self._observed(analysis)
                for background in self.file.backgrounds:
                    self._background(background, analysis)
            self._shape_fraction()
            self._time_acceptance()
            for systematic in self.file.systematics:
                if isinstance(systematic, ShapeSystematic):
                    self._shape_effect(
                        Nuisance(systematic.name, systematic.sigma),
                        systematic,
                        analysis,
                    )
                elif isinstance(systematic, ResponseSystematic):
                    for keys in (systematic.up, systematic.down):
                        self._with_response(keys)
        except ExperimentFileError:
            raise
        except NuprobeError as err:
            raise ExperimentFileError(f"{self.folder.name}: {err}") from None

    def _signal_sigma(
        self, model: Model, analysis: str, values: Mapping[str, float]
    ) -> float:
        prediction = self.prediction(model, tuple(values), analysis)
        point = np.array([list(values.values())]).reshape(1, -1)
        variance = 0.0
        for effect in prediction.effects:
            variance += (
                float(
                    effect.nuisance.sigma
                    * prediction.signal_change(effect, point).sum()
                )
                ** 2
            )
        return math.sqrt(variance)

    def _analysis(self, name: str | None) -> tuple[str, Analysis]:
        name = self.analyses[0] if name is None else name
        if name not in self.file.analyses:
            raise UnknownNameError(f"analysis of {self.name}", name, self.analyses)
        return name, self.file.analyses[name]

    def _axis(self, parameter: KernelParameter) -> Axis:
        radius = bool(parameter.isotopes)
        unit, dimension = (fm, "length") if radius else (1.0, "dimensionless")
        default, lower, upper = (
            parse_quantity(v, dimension) / unit
            for v in (parameter.default, parameter.lower, parameter.upper)
        )
        return Axis(
            Parameter(
                parameter.name,
                default,
                lower,
                upper,
                step=0.1 * abs(default) or 0.1,
                unit="fm" if radius else "",
                latex=parameter.latex,
            ),
            tuple(parameter.isotopes),
            parameter.nodes,
        )

    def _setup(self, quenching_shift: float, exchanges: Exchanges) -> Setup:
        source, section = self.flux, self.file.flux
        if source.emission == "isotropic":
            assert section.distance is not None  # _check
            fluence = section.exposure / (
                4 * math.pi * parse_quantity(section.distance, "length") ** 2
            )
        else:
            fluence = section.exposure / cm2
        timing = self.file.response.timing
        return Setup(
            flux=source,
            target_at=self.target,
            response_at=lambda values: self.response(values).scaled(
                1 + quenching_shift
            ),
            formula_units=parse_quantity(self.file.target.mass, "mass")
            / self.target().mass,
            fluence=fluence,
            time_edges=self.time_edges,
            time_resolution=parse_quantity(timing.resolution, "time") / us,
            time_offset=parse_quantity(timing.offset, "time") / us,
            time_acceptance=self._time_acceptance(),
            process=self.process,
            exchanges_at=exchanges.at,
            propagation=self.propagation(),
            propagations=(
                {}
                if self.file.propagation.kind == "none"
                else {c.name: self.propagation(c.name) for c in source.components}
            ),
        )

    def _quenching(self) -> Quenching:
        section = self.file.response.quenching
        if isinstance(section, ConstantQuenchingSection):
            return ConstantQuenching(section.factor)
        if isinstance(section, TableQuenchingSection):
            columns = self.folder.table(
                section.table, [section.recoil_column, section.factor_column]
            )
            return TableQuenching(
                columns[section.recoil_column] * keV, columns[section.factor_column]
            )
        if isinstance(section, PolynomialQuenchingSection):
            return PolynomialQuenching(
                tuple(section.coefficients), keV if section.unit == "keV" else MeV
            )
        assert section is not None  # schema
        return LindhardQuenching(section.k, section.z)

    def _acceptance(self) -> Acceptance:
        section = self.file.response.acceptance
        if isinstance(section, LogisticSection):
            return LogisticAcceptance(
                section.a, section.k, section.x0, tuple(section.steps), section.offset
            )
        if isinstance(section, TableAcceptanceSection):
            columns = self.folder.table(
                section.table, [section.x_column, section.efficiency_column]
            )
            return TableAcceptance(
                columns[section.x_column], columns[section.efficiency_column]
            )
        return FullAcceptance()

    def _selection(self, analysis: Analysis) -> tuple[slice, slice]:
        energy = _bins(self.energy_edges, analysis.energy_range, "energy_range")
        edges = self.time_edges
        if edges is None:
            if analysis.time_range is not None:
                raise InputError("time_range needs [binning.time]")
            return energy, slice(0, 1)
        window = None
        if analysis.time_range is not None:
            window = (
                parse_quantity(analysis.time_range[0], "time") / us,
                parse_quantity(analysis.time_range[1], "time") / us,
            )
        return energy, _bins(edges, window, "time_range")

    def _collapse(self, templates: Templates, analysis: Analysis) -> Templates:
        """Templates in the bins of an analysis."""
        energy, time = self._selection(analysis)
        templates = templates.select(energy, time)
        fraction = self._shape_fraction()
        if fraction is not None:
            templates = templates.spread(fraction[energy])
        if analysis.time_bins:
            return templates
        return (
            templates.sum_time()
            if analysis.arrival == "window"
            else templates.all_times()
        )

    def _shape_fraction(self) -> FloatArray | None:
        """Share of the signal of each energy bin in each bin of the third quantity."""
        section = self.file.binning.shape
        if section is None:
            return None
        low, third = self.energy_edges[:-1], np.array(section.values())[:-1]
        columns = self.folder.table(
            section.table, [section.low, section.shape_low, section.column]
        )
        place = f"{self.folder.root}/{section.table}"
        order = np.lexsort([columns[section.shape_low], columns[section.low]])
        expected = np.repeat(low, third.size), np.tile(third, low.size)
        got = columns[section.low][order], columns[section.shape_low][order]
        if got[0].shape != expected[0].shape or not all(
            np.allclose(g, e, rtol=1e-9, atol=1e-9)
            for g, e in zip(got, expected, strict=True)
        ):
            raise ExperimentFileError(
                f"{place}: one row is needed for each of the {low.size} x {third.size}"
                " bins of [binning.energy] and [binning.shape], with their lower"
                " edges; correct the table or [binning]"
            )
        fraction = columns[section.column][order].reshape(low.size, third.size)
        if np.any(fraction < 0) or np.any(fraction.sum(1) > 1 + 1e-6):
            raise ExperimentFileError(
                f"{place}: column {section.column}: the fractions of an energy bin must"
                " not be negative and sum to at most 1; correct it"
            )
        return np.asarray(fraction)

    def _time_acceptance(self) -> tuple[FloatArray, FloatArray] | None:
        section = self.file.response.timing.acceptance
        if section is None:
            return None
        columns = self.folder.table(
            section.table, [section.low, section.high, section.column]
        )
        low, high, kept = (
            columns[key] for key in (section.low, section.high, section.column)
        )
        self._check_histogram(section.table, low, high, kept)
        if not np.array_equal(low[1:], high[:-1]) or np.any(kept > 1):
            raise ExperimentFileError(
                f"{self.folder.root}/{section.table}: the time bins must touch and hold"
                " efficiencies up to 1; correct it"
            )
        return np.append(low, high[-1]), kept

    def _with_response(self, keys: Mapping[str, Any]) -> Experiment:
        """Return the experiment with keys of [response] changed, kept in the cache with
        its templates."""
        name = ("response", repr(sorted(keys.items())))
        if name not in self._cache:
            raw = _deep_copy(self.raw)
            # without systematics, or it would check itself for ever
            raw["systematics"] = []
            raw["analyses"] = {
                n: {**a, "systematics": []} for n, a in raw["analyses"].items()
            }
            plain = Experiment(self.file, self.folder, raw)
            self._cache[name] = plain.with_changes(
                {f"response.{key}": value for key, value in keys.items()}
            )
        result: Experiment = self._cache[name]
        return result

    def _shape_effect(
        self, nuisance: Nuisance, systematic: ShapeSystematic, analysis: Analysis
    ) -> Effect:
        """Change per unit of a nuisance whose shape is tabulated."""
        nominal = self._counts(systematic.nominal, analysis, systematic.table)
        moved = []
        for column in (systematic.up, systematic.down):
            if column is None:
                moved.append(nominal)
                continue
            values = self._counts(column, analysis, systematic.table)
            if systematic.normalised:
                total = self._grid(column, systematic.table).sum()
                if total <= 0:
                    raise InputError(
                        f"systematic {systematic.name}: the column {column} of"
                        f" {systematic.table} is empty"
                    )
                values = (
                    values
                    * self._grid(systematic.nominal, systematic.table).sum()
                    / total
                )
            moved.append(values)
        change = (moved[0] - moved[1]) / (1 if systematic.down is None else 2)
        if systematic.acts_on != ["signal"]:
            return Effect(nuisance, added=change)
        # a bin without nominal signal has none to move
        return Effect(
            nuisance,
            relative=np.divide(
                change, nominal, out=np.zeros_like(change), where=nominal > 0
            ),
        )

    def _signal_weights(self, analysis: Analysis) -> FloatArray | None:
        """Published over computed counts of the Standard Model, if the analysis names a
        published signal."""
        if analysis.signal is None:
            return None
        published = self._counts(
            analysis.signal.column, analysis, analysis.signal.table
        )
        templates = self._collapse(self.templates(), analysis)
        computed = templates.counts(templates.coefficients(StandardModel()))[0]
        if np.any((computed <= 0) & (published > 0)):
            raise InputError(
                f"{self.folder.root}/{analysis.signal.table}: column"
                f" {analysis.signal.column} has counts in a bin where none are"
                " computed; correct it"
            )
        return np.asarray(
            np.divide(
                published, computed, out=np.zeros_like(published), where=computed > 0
            )
        )

    def _grid(self, column: str, table: str | None = None) -> FloatArray:
        """One column of a table on the grid of the binning, shape (energy bins, shape
        bins or 1, time bins or 1)."""
        section = self.file.data
        assert section is not None  # schema
        table = section.table if table is None else table
        edges, third = self.time_edges, self.shape_edges
        keys = [section.low, section.high]
        expected = [self.energy_edges]
        if third is not None:
            if section.shape_low is None or section.shape_high is None:
                raise InputError(
                    "data.shape_low and data.shape_high are required with"
                    " [binning.shape]; name the columns"
                )
            keys += [section.shape_low, section.shape_high]
            expected.append(third)
        if edges is not None:
            if section.time_low is None or section.time_high is None:
                raise InputError(
                    "data.time_low and data.time_high are required with [binning.time];"
                    " name the columns"
                )
            keys += [section.time_low, section.time_high]
            expected.append(edges)
        columns = self.folder.table(table, [*keys, column])
        shape = tuple(e.size - 1 for e in expected)
        rows = columns[column].size
        if rows != math.prod(shape):
            raise ExperimentFileError(
                f"{self.folder.root}/{table}: {rows} rows, but binning asks for"
                f" {' x '.join(map(str, shape))} = {math.prod(shape)} bins; correct"
                " [binning] or the table"
            )
        if np.any(columns[column] < 0):
            raise ExperimentFileError(
                f"{self.folder.root}/{table}: row"
                f" {int(np.argmax(columns[column] < 0)) + 1}, column {column}: a count"
                " is negative; correct it"
            )
        order = np.lexsort([columns[k] for k in reversed(keys[::2])])
        grid = columns[column][order].reshape(shape)
        for axis, e in enumerate(expected):
            for key, wanted in ((keys[2 * axis], e[:-1]), (keys[2 * axis + 1], e[1:])):
                got = columns[key][order].reshape(shape)
                wanted = wanted.reshape(-1, *(1,) * (len(shape) - 1 - axis))
                if not np.allclose(got, wanted, rtol=1e-9, atol=1e-9):
                    raise ExperimentFileError(
                        f"{self.folder.root}/{table}: column {key} does not match the"
                        " edges of [binning]; correct one of them"
                    )
        return np.asarray(
            grid.reshape(
                shape[0],
                1 if third is None else shape[1],
                1 if edges is None else shape[-1],
            )
        )

    def _counts(
        self, column: str, analysis: Analysis, table: str | None = None, power: int = 1
    ) -> FloatArray:
        """One column of a table, or its power, in the bins of an analysis, shape
        (bins,)."""
        return self._flat(self._grid(column, table) ** power, analysis)

    def _flat(self, grid: FloatArray, analysis: Analysis) -> FloatArray:
        energy, time = self._selection(analysis)
        grid = grid[energy][..., time]
        return np.asarray(grid.ravel() if analysis.time_bins else grid.sum(-1).ravel())

    def _observed(self, analysis: Analysis) -> tuple[FloatArray, FloatArray | None]:
        """Counts of an analysis, with measured backgrounds subtracted and errors if it
        is Gaussian."""
        assert self.file.data is not None  # callers
        data = self._counts(self.file.data.counts, analysis)
        if analysis.statistic == "poisson":
            return data, None
        given = self.file.data.sigma
        variance = (
            data.copy() if given is None else self._counts(given, analysis, power=2)
        )
        for background in self.file.backgrounds:
            if background.name in analysis.subtract and isinstance(
                background, MeasuredBackground
            ):
                counts = self._counts(background.column, analysis)
                data = data - background.scale * counts
                variance = variance + background.scale**2 * counts
        return data, np.sqrt(variance)

    def _expected(
        self, name: str | None, analysis: Analysis
    ) -> tuple[FloatArray, FloatArray | None]:
        """What `_observed` would be if the Standard Model were right and nothing
        fluctuated."""
        data = self.prediction(None, (), name).expectation(np.zeros((1, 0))).base[0]
        if analysis.statistic == "poisson":
            return data, None
        variance = data.copy()
        for background in self.file.backgrounds:
            if (
                background.name in analysis.subtract
                and isinstance(background, FlatBackground)
                and background.control
            ):
                variance = variance + self._background(background, analysis) * (
                    1 + 1 / background.control
                )
        return data, np.sqrt(variance)

    def _background(
        self,
        background: (
            MeasuredBackground | TemplateBackground | TableBackground | FlatBackground
        ),
        analysis: Analysis,
    ) -> FloatArray:
        if isinstance(background, TableBackground):
            grid = background.scale * self._grid(background.column, background.table)
        elif isinstance(background, MeasuredBackground):
            grid = self._grid(background.column)
            if background.smoothed and grid.sum() > 0:
                # few counts a bin: the product of the projections is the template the
                # counts allow
                in_time = grid.sum((0, 1))
                if background.smoothed == "exponential":
                    if self.time_edges is None:
                        raise InputError(
                            f"background {background.name}: smoothed = 'exponential'"
                            " needs [binning.time]"
                        )
                    in_time = _exponential(in_time, self.time_edges)
                grid = grid.sum(2, keepdims=True) * in_time / grid.sum()
            grid = background.scale * grid
        elif isinstance(background, FlatBackground):
            edges = self.energy_edges
            kept = (
                1.0
                if background.accepted
                else bin_acceptance(self._acceptance(), edges)
            )
            if self.file.binning.shape is not None:
                raise InputError(
                    f"background {background.name} of kind flat has no [binning.shape];"
                    " use kind = 'table'"
                )
            grid = (background.scale * background.density * np.diff(edges) * kept)[
                :, None, None
            ]
        else:
            if self.file.binning.shape is not None:
                raise InputError(
                    f"background {background.name} of kind template has no"
                    " [binning.shape]; use kind = 'table'"
                )
            grid = self._template_energy(background)[
                :, None, None
            ] * self._template_time(background)
        return self._flat(grid, analysis)

    def _template_energy(self, background: TemplateBackground) -> FloatArray:
        keys = [background.low, background.high, background.energy_column]
        columns = self.folder.table(background.energy_table, keys)
        low, high, counts = (columns[key] for key in keys)
        self._check_histogram(background.energy_table, low, high, counts)
        if not background.accepted:
            # the acceptance is averaged over each bin of the table, finer than or equal
            # to the experiment's
            acceptance = self._acceptance()
            counts = counts * np.array(
                [
                    bin_acceptance(acceptance, np.array(e))[0]
                    for e in zip(low, high, strict=True)
                ]
            )
        return background.scale * _rebin(low, high, counts, self.energy_edges)

    def _template_time(self, background: TemplateBackground) -> FloatArray:
        edges = self.time_edges
        if edges is None:
            return np.ones(1)
        if background.time_table is None:
            raise InputError(
                f"background {background.name} needs time_table, because the data have"
                " time bins"
            )
        keys = [background.time_low, background.time_high, background.time_column]
        columns = self.folder.table(background.time_table, keys)
        low, high, probability = (columns[key] for key in keys)
        self._check_histogram(background.time_table, low, high, probability)
        return _rebin(low, high, probability, edges)

    def _check_histogram(
        self, file: str, low: FloatArray, high: FloatArray, values: FloatArray
    ) -> None:
        wrong = (high <= low) | (values < 0) | np.append(False, low[1:] < high[:-1])
        if wrong.any():
            raise ExperimentFileError(
                f"{self.folder.root}/{file}: row {int(wrong.argmax()) + 1}: bins must"
                " increase without overlap and hold no negative number; correct it"
            )


def joint_cost(
    experiments: Sequence[Experiment],
    model: Model | None = None,
    free: Sequence[str] = (),
    analysis: str | None = None,
) -> Cost:
    """Sum of the costs of several experiments; parameters and nuisances of one name are
    shared.

    Parameters
    ----------
    experiments : one or more, each with its data counted once.
    model : default the Standard Model at tree level.
    free : names of parameters of the model, or of one or more of the experiments.
    analysis : name of the analysis; default the first of each experiment.

    Raises
    ------
    UnknownNameError
        If no experiment has a parameter of that name.
    InputError
        If there is nothing to fit, or an experiment is given twice.
    """
    known = list(
        dict.fromkeys(p.name for one in experiments for p in one.parameters(model))
    )
    if not free or not experiments:
        raise InputError(
            "nothing to fit: name at least one experiment and one free parameter of"
            f" {', '.join(known)}"
        )
    names = [one.name for one in experiments]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise InputError(
            f"{twice} is given twice, and its data would count twice: name each"
            " experiment once"
        )
    for name in free:
        if name not in known:
            raise UnknownNameError(f"parameter of {', '.join(names)}", name, known)
    costs = []
    for one in experiments:
        own = {p.name for p in one.parameters(model)}
        costs.append(one.cost(model, [name for name in free if name in own], analysis))
    total = costs[0]
    for cost in costs[1:]:
        total = total + cost
    return total


def _bins(edges: FloatArray, window: tuple[float, float] | None, key: str) -> slice:
    """Bins inside a window whose ends must be bin edges."""
    if window is None:
        return slice(0, edges.size - 1)
    ends = []
    for value in window:
        nearest = int(np.argmin(np.abs(edges - value)))
        if abs(edges[nearest] - value) > 1e-6 * (edges[-1] - edges[0]):
            raise InputError(
                f"{key}: {value:g} is not a bin edge; the nearest is {edges[nearest]:g}"
            )
        ends.append(nearest)
    if ends[0] >= ends[1]:
        raise InputError(f"{key}: {list(window)} holds no bin")
    return slice(ends[0], ends[1])


def _rebin(
    low: FloatArray, high: FloatArray, counts: FloatArray, edges: FloatArray
) -> FloatArray:
    """Counts of touching or separate bins, spread uniformly inside each, in other
    bins."""
    overlap = np.minimum(high, edges[1:, None]) - np.maximum(low, edges[:-1, None])
    result: FloatArray = np.clip(overlap, 0, None) / (high - low) @ counts
    return result


def _exponential(counts: FloatArray, edges: FloatArray) -> FloatArray:
    """Counts of the exponential that has the largest likelihood for counts in bins, and
    their sum."""
    from scipy.optimize import minimize_scalar

    span = edges[-1] - edges[0]

    def fraction(slope: float) -> FloatArray:
        x = (edges - edges[0]) / span
        # ∫ exp(-slope x), also where the slope vanishes
        cumulative = (
            x if abs(slope) < 1e-9 else -np.expm1(-slope * x) / -np.expm1(-slope)
        )
        return np.diff(cumulative)

    found = minimize_scalar(
        lambda s: -float(counts @ np.log(np.maximum(fraction(s), 1e-300))),
        bounds=(-20, 20),
        method="bounded",
    )
    return np.asarray(counts.sum() * fraction(float(found.x)))


def _deep_copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _deep_copy(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_deep_copy(v) for v in value]
    return value
