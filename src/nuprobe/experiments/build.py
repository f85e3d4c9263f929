"""From the sections of a file to the templates of a signal: source, target, response,
process."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Final, TypeVar

import numpy as np

from nuprobe.detectors import (
    Response,
    TableResponse,
)
from nuprobe.detectors.acceptance import Acceptance
from nuprobe.errors import ExperimentFileError, InputError, UnknownNameError
from nuprobe.experiments.also import (
    chosen_raw,
    morphing_sections,
    raw_of,
    without_systematics,
)
from nuprobe.experiments.changes import changed
from nuprobe.experiments.folders import flux_of, kept
from nuprobe.experiments.format import (
    Analysis,
    ExperimentFile,
    KernelParameter,
)
from nuprobe.experiments.grids import Bins
from nuprobe.experiments.morphing import (
    morphed_response,
    morphing_axis,
    morphing_systematics,
)
from nuprobe.experiments.quenchings import (
    check_named,
    check_recoils,
    warn_of_factor,
    with_lindhard,
    written_out,
)
from nuprobe.experiments.radii import axis_of, make_target
from nuprobe.experiments.responses import acceptance_of, response_of
from nuprobe.fluxes import Flux, ReactorFlux
from nuprobe.models import Model, check_model
from nuprobe.nuclei import Target
from nuprobe.oscillation import (
    PMNS,
    SOLAR_POTENTIALS,
    Solar,
    Splittings,
    Spread,
    Vacuum,
)
from nuprobe.parameters import MorphingNuisance, Parameter
from nuprobe.prediction import (
    AtSource,
    Axis,
    Propagation,
    Setup,
    Templates,
    build_templates,
)
from nuprobe.prediction.reach import warn_beyond
from nuprobe.processes import (
    CONTACT,
    Exchanges,
    Process,
    exchanges_of,
    process,
    process_options,
)
from nuprobe.processes.constants import check_units
from nuprobe.schema import Folder, validate
from nuprobe.units import cm2, parse_quantity, s, us

__all__ = ["Signal"]

_T = TypeVar("_T")

_MASS_NODES: Final = 96  # 1e-6 over six decades of a mediator's mass


@dataclass(frozen=True, eq=False)
class Signal:
    """The signal of one process in one detector, from its file to templates.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where its tables lie.
    raw : the parsed file before validation.
    single : whether templates have rows for individual events after those of the bins.
    """

    file: ExperimentFile
    folder: Folder
    raw: Mapping[str, Any]
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False)
    single: bool = False

    def __repr__(self) -> str:
        return f"<signal of {self.file.name}>"

    # -- ingredients

    @cached_property
    def bins(self) -> Bins:
        """Bins of the reconstructed quantities."""
        return Bins(self.file, self.folder)

    @property
    def flux(self) -> Flux:
        """The source."""
        section = self.file.flux
        return self._kept(
            "flux", lambda: flux_of(self.folder, section.name, section.options)
        )

    @property
    def process(self) -> Process:
        """What scatters."""
        name = self.file.process
        options: dict[str, Any] = {
            key: getattr(self.file.target, key)
            for key in ("axial", "binding")
            if key in process_options(name)
        }
        made = process(name, **(options | self.file.options))
        try:
            check_units(made, self.file.options)
        except InputError as err:
            raise ExperimentFileError(f"{self.folder.name}: options.{err}") from None
        return made

    @cached_property
    def others(self) -> tuple[Signal, ...]:
        """Further processes that the detector counts in the same bins."""
        raws = [raw_of(self.raw, section) for section in self.file.also]
        return tuple(
            Signal(
                validate(ExperimentFile, raw, self.folder.name),
                self.folder,
                raw,
                single=self.single,
            )
            for raw in raws
        )

    @property
    def of_events(self) -> Signal:
        """The signal with rows for individual events; cached together with its
        templates."""
        return self._kept(
            "single events",
            lambda: replace(self, single=True, _cache={"flux": self.flux}),
        )

    @property
    def processes(self) -> tuple[Process, ...]:
        """All processes in the detector."""
        return (self.process, *(other.process for other in self.others))

    def counted(self, analysis: Analysis) -> Signal:
        """The signal with the further processes counted by an `analysis`; cached
        together with its templates."""
        every = [section.process for section in self.file.also]
        names = tuple(n for n in every if analysis.also is None or n in analysis.also)
        if len(names) == len(every):
            return self

        def make() -> Signal:
            raw = chosen_raw(self.raw, names)
            file = validate(ExperimentFile, raw, self.folder.name)
            return Signal(file, self.folder, raw, {"flux": self.flux}, self.single)

        return self._kept(("counted", names), make)

    def target(self, values: Mapping[str, float] | None = None) -> Target:
        """Target with radii from `values` of the experiment's parameters, in their
        units."""
        used = self._used(values, radii=True)
        return self._kept(("target", used), lambda: make_target(self.file, dict(used)))

    def propagation(self, component: str | None = None) -> Propagation:
        """Flavour evolution of a `component` of the flux between source and detector
        (default: the first one)."""
        section = self.file.propagation
        mixing, splittings = (
            PMNS.nufit(section.ordering),
            Splittings.nufit(section.ordering),
        )
        if section.kind == "vacuum":
            distances = self.file.flux.distances
            ways = [Vacuum(length, mixing, splittings) for length, _ in distances]
            if len(ways) == 1:
                return ways[0]
            return Spread(tuple(ways), tuple(w / x**2 for x, w in distances))
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

    def response(
        self, values: Mapping[str, float] | None = None
    ) -> Response | TableResponse:
        """Detector response at `values` of the experiment's parameters, in their
        units."""
        used = self._used(values, radii=False)
        return self._kept(("response", used), lambda: self._make_response(dict(used)))

    def _make_response(self, values: Mapping[str, float]) -> Response | TableResponse:
        section = morphed_response(self.file, self.raw, values, self.folder.name)
        elements = {c.isotope.symbol for c in self.target().components}
        check_recoils(section, self.process, self.target())
        check_named(section, elements, self._highest_recoil)
        result = response_of(section, self.folder, self.bins.energy_edges, elements)
        if self.single and isinstance(result, Response):
            result = replace(result, cells=self.bins.cells)
        for parameter in self.file.parameters:
            if parameter.name in values and self._acts(parameter):
                if parameter.acts_on == "quenching-scale":
                    result = result.scaled(values[parameter.name])
                elif parameter.acts_on == "lindhard-k":
                    result = with_lindhard(
                        result, values[parameter.name], parameter.name, self.file.name
                    )
                elif parameter.acts_on == "signal-scale":
                    result = replace(
                        result, factor=result.factor * values[parameter.name]
                    )
                elif parameter.acts_on == "flux":
                    share = values[parameter.name] / parameter.range[0]
                    result = replace(result, factor=result.factor * share)
        return result

    @property
    def _highest_recoil(self) -> float:
        """Highest recoil energy (MeV) that the flux can produce."""
        highest = np.array(max(part.e_max for part in self.flux.components))
        return max(
            float(one.t_max(highest)) for one in self.process.scatterers(self.target())
        )

    def acceptance(self) -> Acceptance:
        """Probability to keep an event, as a function of the variable named in the
        file."""
        return acceptance_of(self.file.response, self.folder)

    def with_response(self, keys: Mapping[str, Any]) -> Signal:
        """Return the signal with `keys` of [response] changed; cached together with its
        templates."""

        def make() -> Signal:
            raw = changed(
                # without other systematics, to avoid infinite recursion
                {
                    **written_out(self.raw),
                    "systematics": morphing_sections(self.raw),
                    "analyses": without_systematics(self.raw),
                },
                {f"response.{key}": value for key, value in keys.items()},
                self.folder.name,
            )
            file = validate(ExperimentFile, raw, self.folder.name)
            return Signal(file, self.folder, raw, {"flux": self.flux}, self.single)

        return self._kept(("changed response", repr(sorted(keys.items()))), make)

    @property
    def exposure(self) -> float:
        """Number of flux units, as given or from power and time."""
        section, source = self.file.flux, self.flux
        if section.exposure is not None:
            return section.exposure
        assert section.time is not None  # schema
        time = parse_quantity(section.time, "time")
        if section.power is not None:
            if not isinstance(source, ReactorFlux):
                raise InputError(
                    f"flux.power is the thermal power of a reactor, but {source.name}"
                    f" is per {source.per}: give flux.exposure, the number of them"
                )
            power = parse_quantity(section.power, "power")
            return power * time / source.energy_per_fission
        if source.per != "second":
            more = ", or flux.power" if isinstance(source, ReactorFlux) else ""
            raise InputError(
                f"flux.time alone is for fluxes per second, but {source.name} is per"
                f" {source.per}: add flux.exposure, the number of them{more}"
            )
        return time / s

    # -- templates

    def templates(
        self,
        model: Model | None = None,
        free: Sequence[str] = (),
        *,
        quenching_shift: float = 0.0,
        check: bool = True,
    ) -> Templates:
        """Templates in all bins; cached.

        Parameters
        ----------
        model : provides the exchanges; default only the weak interaction.
        free : names of the experiment's own parameters, and of masses of the model's
            mediators, that become axes.
        quenching_shift : relative shift of the light per recoil.
        check : measure the quadrature and interpolation errors (rejected if they exceed
            1e-6).
        """
        if model is not None:
            check_model(model)
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
            for one in self.processes:
                self._kept(("reach", one.name), partial(warn_beyond, one, self.flux))
            for i, signal in enumerate((self, *self.others)):
                section = signal.file.response
                self._kept(
                    ("factor", i), partial(warn_of_factor, section, signal.process)
                )
            # a shift of the quenching affects only the first process
            setups = [self.setup(quenching_shift, exchanges)]
            setups += [other.setup(0.0, exchanges) for other in self.others]
            self._cache[key] = build_templates(
                setups,
                self._axes(free, masses),
                check=check,
                rtol=self.file.response.tolerance,
            )
        result: Templates = self._cache[key]
        return result

    def setup(self, quenching_shift: float, exchanges: Exchanges) -> Setup:
        """Return the inputs of the integrals, with the light per recoil shifted by
        `quenching_shift` (relative) and kernels for `exchanges`."""
        source, section = self.flux, self.file.flux
        if source.emission == "isotropic":
            spread = sum(share / x**2 for x, share in section.distances)
            fluence = self.exposure * spread / (4 * math.pi)
        else:
            fluence = self.exposure / cm2
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
            time_edges=self.bins.time_edges,
            time_resolution=parse_quantity(timing.resolution, "time") / us,
            time_offset=parse_quantity(timing.offset, "time") / us,
            time_acceptance=self.bins.time_acceptance,
            process=self.process,
            exchanges_at=exchanges.at,
            propagation=self.propagation(),
            propagations=(
                {}
                if self.file.propagation.kind == "none"
                else {c.name: self.propagation(c.name) for c in source.components}
            ),
        )

    # -- inside

    def _kept(self, key: Any, make: Callable[[], _T]) -> _T:
        """Cached value for this key, or the result of `make`."""
        return kept(self._cache, key, make)

    def _used(
        self, values: Mapping[str, float] | None, radii: bool
    ) -> tuple[tuple[str, float], ...]:
        """Values of those parameters of the file that are radii, or that are not, and
        with these morphing nuisances."""
        names = [p.name for p in self.file.parameters if bool(p.isotopes) == radii]
        if not radii:
            names += self._morphing
        return tuple((n, values[n]) for n in names if values and n in values)

    @cached_property
    def _morphing(self) -> dict[str, MorphingNuisance]:
        """Morphing nuisances by name."""
        every = morphing_systematics(self.file)
        return {n.name: n.nuisance for s in every for n in s.nuisances}

    def _axes(self, free: Sequence[str], masses: Mapping[str, Parameter]) -> list[Axis]:
        by_name = {p.name: p for p in self.file.parameters}
        for name in free:
            if name not in {**by_name, **masses, **self._morphing}:
                raise UnknownNameError(
                    f"parameter of {self.file.name}",
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
        scales = [n for n in own if by_name[n].acts_on in ("signal-scale", "flux")]
        for n, m in itertools.combinations(scales, 2):
            a, b = set(by_name[n].processes), set(by_name[m].processes)
            if not a or not b or a & b:
                raise InputError(
                    f"{n} and {m} scale the same signal: free only one of them"
                )
        return [
            (
                self._axis(by_name[name])
                if name in by_name
                else morphing_axis(self._morphing[name], self.process.name)
                if name in self._morphing
                else Axis(masses[name], nodes=_MASS_NODES, acts_on="kernel", log=True)
            )
            for name in free
        ]

    def _acts(self, parameter: KernelParameter) -> bool:
        """Whether the first process depends on a parameter."""
        return not parameter.processes or self.process.name in parameter.processes

    def _axis(self, parameter: KernelParameter) -> Axis:
        """Axis of a parameter; a quenching scale acts only on the first process unless
        it names others."""
        names = tuple(parameter.processes)
        if not names and parameter.acts_on in ("quenching-scale", "lindhard-k"):
            names = (self.process.name,)
        axis = axis_of(parameter, self.file.target.nucleon)
        return replace(axis, processes=names)
