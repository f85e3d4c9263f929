"""``experiment.toml`` as a whole, and the consistency of its sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from nuprobe.errors import InputError
from nuprobe.experiments.format.analysis import Analysis
from nuprobe.experiments.format.data import (
    BinningSection,
    DataSection,
    FlatBackground,
    KernelParameter,
    MeasuredBackground,
    ResponseSystematic,
    ShapeSystematic,
    Systematic,
    TableBackground,
    TemplateBackground,
)
from nuprobe.experiments.format.detector import (
    FluxSection,
    PropagationSection,
    ResponseSection,
    TargetSection,
)
from nuprobe.experiments.format.header import FileHeader
from nuprobe.experiments.format.morphing import MorphingSystematic
from nuprobe.experiments.format.paper import expanded
from nuprobe.experiments.format.several import AlsoSection, SiteSection
from nuprobe.processes import process, process_options

__all__ = ["ExperimentFile"]


class ExperimentFile(FileHeader):
    """Contents of ``experiment.toml``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : names, texkeys and remarks.
    process, options : name of the process and its options.
    also : further processes that the detector counts in the same bins.
    sites : sites whose bins are concatenated.
    shares_data_with : experiments with some of the same events.
    target, flux, propagation, response : the ingredients of the signal.
    binning : bins of the data.
    data : observed counts, or None.
    projection : without data, whether costs use the Standard Model expectation instead.
    background : a flat one as on a data sheet, converted to one of `backgrounds`.
    backgrounds, parameters, systematics : lists of named sections.
    analyses : by name.
    """

    URN = "experiment:2"

    schema_version: Literal[1, 2] = Field(
        description="1; or 2, which adds [[also]] and [[sites]]"
    )
    process: str = Field(
        description="name of a process: cevns, electron, or one that an installed"
        " package offers"
    )
    options: dict[str, Any] = Field(
        default={}, description="of the process, e.g. { kinematics = 'spin-1/2' }"
    )
    also: list[AlsoSection] = Field(
        default=[],
        description="further processes that the detector counts in the same bins",
    )
    sites: list[SiteSection] = Field(
        default=[],
        description="sites with detectors of this kind, whose bins are combined",
    )
    target: TargetSection
    flux: FluxSection
    propagation: PropagationSection = Field(
        default=PropagationSection(),
        description="flavour change between source and detector",
    )
    response: ResponseSection
    binning: BinningSection
    data: DataSection | None = None
    projection: bool = Field(
        default=False,
        description=(
            "no data: costs take the expectation of the Standard Model for them"
            " (Asimov)"
        ),
    )
    background: str | None = Field(
        default=None,
        description="a flat background as measured, e.g. '10 1/keV/kg/day', times"
        " target.mass and flux.time; the same as one of [[backgrounds]]",
    )
    backgrounds: list[
        Annotated[
            MeasuredBackground | TemplateBackground | TableBackground | FlatBackground,
            Field(discriminator="kind"),
        ]
    ] = Field(
        default=[],
        description="what else is counted: measured in the same bins, a template, a"
        " table or flat",
    )
    parameters: list[KernelParameter] = Field(
        default=[], description="what a fit can free inside the integrals"
    )
    systematics: list[
        Annotated[
            Systematic | ShapeSystematic | ResponseSystematic | MorphingSystematic,
            Field(discriminator="kind"),
        ]
    ] = Field(
        default=[],
        description="nuisances with a Gaussian constraint; analyses name those they"
        " have",
    )
    analyses: dict[str, Analysis] = Field(
        min_length=1, description="the first one is the default"
    )

    @model_validator(mode="before")
    @classmethod
    def _from_paper(cls, data: Any) -> Any:
        """Quantities of a data sheet in the plain keys."""
        return expanded(data) if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _check_version(self) -> ExperimentFile:
        """Check for keys that version 1 of the format does not have; each site once."""
        newer = [key for key in ("also", "sites") if getattr(self, key)]
        if newer and self.schema_version == 1:
            raise InputError(
                f"{newer[0]} requires version 2 of the format: set schema_version = 2"
            )
        names = [site.name for site in self.sites]
        double = next((n for n in names if names.count(n) > 1), None)
        if double:
            raise InputError(f"site {double!r} is defined twice; use different names")
        return self

    @model_validator(mode="after")
    def _check_projection(self) -> ExperimentFile:
        """Check what a projection and an experiment without data may have."""
        for problem in self.projection_problems():
            raise InputError(problem)
        return self

    def projection_problems(self) -> Iterator[str]:
        """What a projection, or flat backgrounds, cannot have."""
        controlled = self._controlled
        if self.projection and self.data is not None:
            yield (
                "projection = true is for experiments without data: remove it, or"
                " [data]"
            )
        if controlled and not self.projection:
            yield (
                f"backgrounds: control of {controlled[0]} requires projection ="
                " true; give a column of data"
            )
        if (
            any(isinstance(b, FlatBackground) for b in self.backgrounds)
            and self.binning.time is not None
        ):
            yield (
                "a flat background has no arrival times: use a template when there"
                " is [binning.time]"
            )

    @model_validator(mode="after")
    def _check_response(self) -> ExperimentFile:
        """Check what the target, the response and the propagation allow."""
        self._check_processes()
        self._check_target()
        if self.response.matrix is not None:
            light = [
                f"parameters.{p.name}"
                for p in self.parameters
                if p.acts_on in ("quenching-scale", "lindhard-k")
            ]
            light += [
                f"systematics.{s.name}"
                for s in self.systematics
                if s.kind == "quenching"
            ]
            if light:
                raise InputError(
                    f"{light[0]}: [response.matrix] has no quenching to change; remove"
                    " it"
                )
        if self.propagation.kind == "vacuum" and not self.flux.distances:
            raise InputError("propagation.kind = 'vacuum' needs flux.distance; add it")
        return self

    @model_validator(mode="after")
    def _check_names(self) -> ExperimentFile:
        """Check that each name occurs once and is defined."""
        for problem in self.name_problems():
            raise InputError(problem)
        self._check_morphing()
        return self

    def name_problems(self) -> Iterator[str]:
        """Names that are given twice or are undefined."""
        sources = ["signal", *self._processes, *(b.name for b in self.backgrounds)]
        for group, names in (
            ("background", sources),
            ("parameter", [p.name for p in self.parameters]),
            ("systematic", [s.name for s in self.systematics]),
        ):
            double = next((n for n in names if names.count(n) > 1), None)
            if double:
                yield f"{group} {double!r} is defined twice; use different names"
        for systematic in self.systematics:
            place = f"systematics.{systematic.name}.acts_on"
            yield from _unknown(place, list(systematic.acts_on), sources)
        for parameter in self.parameters:
            place = f"parameters.{parameter.name}.processes"
            yield from _unknown(place, parameter.processes, self._processes)
        for name, analysis in self.analyses.items():
            yield from self._unknown_in(f"analyses.{name}", analysis)

    def _unknown_in(self, place: str, analysis: Analysis) -> Iterator[str]:
        """Names in an analysis that are undefined or have no effect there."""
        known = [b.name for b in self.backgrounds]
        systematics = [s.name for s in self.systematics]
        yield from _unknown(f"{place}.systematics", analysis.systematics, systematics)
        yield from _unknown(f"{place}.backgrounds", analysis.backgrounds or [], known)
        for systematic in self.systematics:
            acts_on = systematic.acts_on
            idle = all(n in known and not analysis.has(n) for n in acts_on)
            if systematic.name in analysis.systematics and acts_on and idle:
                yield (
                    f"{place}: {systematic.name} acts on none of its backgrounds;"
                    " remove it"
                )
        sites = [site.name for site in self.sites]
        yield from _unknown(f"{place}.sites", analysis.sites or [], sites)
        yield from _unknown(f"{place}.also", analysis.also or [], self._processes[1:])
        subtractable = [*self._measured, *self._controlled]
        yield from _unknown(f"{place}.subtract", analysis.subtract, subtractable)

    def _check_morphing(self) -> None:
        """Morphing nuisances: each name once, with tables to morph and no other
        systematic that changes the same signal by templates of its own."""
        morphing = [s for s in self.systematics if isinstance(s, MorphingSystematic)]
        names = [n.name for s in morphing for n in s.nuisances]
        names += [p.name for p in self.parameters] if morphing else []
        double = next((n for n in names if names.count(n) > 1), None)
        if double:
            raise InputError(
                f"nuisance {double!r} is defined twice; use different names"
            )
        tables = {b.name for b in self.backgrounds if isinstance(b, TableBackground)}
        for systematic in morphing:
            other = next((b for b in systematic.backgrounds if b not in tables), None)
            if other is not None:
                raise InputError(
                    f"systematics.{systematic.name}: background {other} is not of"
                    " kind 'table', which is needed for morphing"
                )
            if not systematic.acts_on and not any(
                a.signal is not None and a.signal.morphing
                for a in self.analyses.values()
                if systematic.name in a.systematics
            ):
                raise InputError(
                    f"systematics.{systematic.name}: there is nothing to morph; give"
                    " response or backgrounds"
                )
        for name, analysis in self.analyses.items():
            section = analysis.signal
            chosen = any(s.name in analysis.systematics for s in morphing)
            if section is not None and section.morphing and analysis.time_bins:
                raise InputError(
                    f"analyses.{name}.signal.morphing needs time_bins = false"
                )
            if section is not None and section.morphing and not chosen:
                raise InputError(
                    f"analyses.{name}.signal.morphing needs a systematic of kind"
                    " 'morphing' in the analysis"
                )

    @model_validator(mode="after")
    def _check_analyses(self) -> ExperimentFile:
        """Statistic and time bins of each analysis."""
        for problem in self.analysis_problems():
            raise InputError(problem)
        return self

    def analysis_problems(self) -> Iterator[str]:
        """What an analysis cannot have with its statistic and the bins."""
        fluxes = [p for p in self.parameters if p.acts_on == "flux"]
        for name, analysis in self.analyses.items():
            place = f"analyses.{name}"
            if analysis.covariance is not None and analysis.statistic != "gaussian":
                yield f"{place}: a covariance needs statistic = 'gaussian'"
            if analysis.covariance is not None and not self._has_data:
                yield f"{place}: a covariance needs [data]; {self._no_data}"
            if analysis.subtract and analysis.statistic != "gaussian":
                yield f"{place}: subtracting counts needs statistic = 'gaussian'"
            yield from self._counted_problems(name, analysis)
            if analysis.signal and analysis.signal.flux is not None and not fluxes:
                yield (
                    f"{place}.signal.flux needs a parameter with acts_on ="
                    " 'flux'; add one, or remove it"
                )
            if analysis.time_bins and analysis.arrival == "ignored":
                yield f"{place}: arrival = 'ignored' needs time_bins = false"
            if analysis.time_bins and self.binning.time is None:
                yield f"{place}: time_bins = true needs [binning.time]"

    def _counted_problems(self, name: str, analysis: Analysis) -> Iterator[str]:
        """A background that is counted, and no systematic that stands for it."""
        place = f"analyses.{name}"
        yield from _unknown(f"{place}.counted", list(analysis.counted), self._measured)
        if analysis.counted and analysis.statistic != "poisson":
            yield (
                f"{place}: counted needs statistic = 'poisson'; a Gaussian analysis"
                " subtracts"
            )
        for systematic in self.systematics:
            both = set(systematic.acts_on) & set(analysis.counted)
            if systematic.name in analysis.systematics and both:
                yield (
                    f"{place}: {systematic.name} acts on {min(both)}, whose counts are"
                    " fitted; remove one of the two"
                )
        left = [b for b in analysis.counted if not analysis.has(b)]
        if left:
            yield (
                f"{place}: {left[0]} is counted but not among its backgrounds; add it"
            )

    @model_validator(mode="after")
    def _check_events(self) -> ExperimentFile:
        """Single events: where they are needed, and what they cannot have."""
        events = self.data is not None and self.data.events is not None
        if events and self._measured:
            raise InputError(
                f"backgrounds: {self._measured[0]} is measured in the bins of the data"
                " table, but data.events are single events; give a template"
            )
        if events and (self.binning.time or self.binning.shape):
            raise InputError(
                "data.events have one quantity each: remove [binning.time] and"
                " [binning.shape], or give counts in bins"
            )
        morphing = [
            s.name for s in self.systematics if isinstance(s, MorphingSystematic)
        ]
        for name, analysis in self.analyses.items():
            if analysis.statistic != "unbinned":
                continue
            if not events:
                raise InputError(
                    f"analyses.{name}: statistic = 'unbinned' needs data.events, the"
                    " column of the reconstructed quantity of each event; add it, or"
                    " use 'poisson'"
                )
            if self.response.matrix is not None:
                raise InputError(
                    f"analyses.{name}: statistic = 'unbinned' needs a density, but"
                    " [response.matrix] is a table in bins: use 'poisson'"
                )
            moved = next((n for n in analysis.systematics if n in morphing), None)
            if moved is not None:
                raise InputError(
                    f"analyses.{name}: {moved} morphs templates in bins: use statistic"
                    " = 'poisson', or remove it"
                )
        return self

    @model_validator(mode="after")
    def _check_tables(self) -> ExperimentFile:
        """Tables in the bins of the experiment name their edges as [data] does."""
        for problem in self.table_problems():
            raise InputError(problem)
        return self

    def table_problems(self) -> Iterator[str]:
        """Entries that need the data table if there is none."""
        if self._has_data:
            return
        for name in self._measured:
            yield (
                f"backgrounds.{name}: a measured background is a column of the data"
                f" table: {self._no_data}"
            )
        tables = [
            f"backgrounds.{b.name}"
            for b in self.backgrounds
            if isinstance(b, TableBackground)
        ]
        tables += [
            f"systematics.{s.name}"
            for s in self.systematics
            if isinstance(s, ShapeSystematic)
        ]
        tables += [
            f"analyses.{name}.signal"
            for name, a in self.analyses.items()
            if a.signal is not None and a.signal.counts is None
        ]
        for place in tables:
            yield (
                f"{place}: a table in the bins of the experiment names its edges as"
                f" [data]: {self._no_data}"
            )

    @property
    def _has_data(self) -> bool:
        """Whether there are data, so that a projection is not needed."""
        return self.data is not None and not self.projection

    @property
    def _no_data(self) -> str:
        """Remedy for something that needs [data]."""
        return "remove it from a projection" if self.projection else "add [data]"

    @property
    def _processes(self) -> list[str]:
        """Names of all processes."""
        return [self.process, *(section.process for section in self.also)]

    @property
    def _measured(self) -> list[str]:
        """Names of the measured backgrounds."""
        return [b.name for b in self.backgrounds if isinstance(b, MeasuredBackground)]

    @property
    def _controlled(self) -> list[str]:
        """Names of the backgrounds that a projection measures without signal."""
        return [
            b.name
            for b in self.backgrounds
            if isinstance(b, FlatBackground) and b.control is not None
        ]

    def _check_processes(self) -> None:
        """Known processes, each once, and nothing that describes only one of them."""
        names = self._processes
        for name in names:
            process_options(name)  # raises if there is no such process
        double = next((n for n in names if names.count(n) > 1), None)
        if double:
            raise InputError(f"process {double!r} is given twice: list it once")
        for section in self.also:
            if (section.shape is None) != (self.binning.shape is None):
                raise InputError(
                    f"also: {section.process}: [binning.shape] and the shape of the"
                    " process (its distribution in these bins) go together; give"
                    " both or neither"
                )

    def _check_target(self) -> None:
        """Reject keys of the other process, so that nothing is ignored."""
        radii = {
            "form_factor",
            "surface_thickness",
            "proton_radius",
            "charge_radius",
            "neutron_radius",
            "physical_neutron_radius",
            "nucleon",
        }
        # a process without constituents may use the radii
        constituents = process(self.process, **self.options).constituents
        nuclear = not constituents or "p" in constituents
        foreign = {"axial", "binding"} - set(process_options(self.process))
        foreign |= set() if nuclear else radii
        foreign &= self.target.model_fields_set
        if foreign:
            raise InputError(
                f"target.{min(foreign)} has no effect on process = '{self.process}';"
                " remove it"
            )
        for parameter in self.parameters:
            if not nuclear and parameter.isotopes:
                raise InputError(
                    f"parameters.{parameter.name}: nuclear radii have no effect on"
                    f" process = '{self.process}'; remove it"
                )


def _unknown(place: str, names: list[str], known: list[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield (
                f"{place}: {name!r} is not defined; defined are"
                f" {', '.join(known) or 'none'}"
            )
