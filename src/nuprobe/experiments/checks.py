"""Read everything that an experiment names once, so that a wrong table or name is
reported when the folder is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from nuprobe.errors import (
    ExperimentFileError,
    InputError,
    NuprobeError,
    UnknownNameError,
    shown,
)
from nuprobe.experiments.backgrounds import (
    Background,
    background_counts,
    observed,
)
from nuprobe.experiments.build import Signal
from nuprobe.experiments.format import (
    Analysis,
    KernelParameter,
    MorphingSystematic,
    ResponseSystematic,
    ShapeSystematic,
)
from nuprobe.experiments.format.data import FLUX_UNIT
from nuprobe.experiments.format.morphing import filled
from nuprobe.experiments.morphing import Morphs, morphing_systematics
from nuprobe.experiments.quenchings import quenching_of_a_table
from nuprobe.experiments.radii import axis_of, target_of_material
from nuprobe.experiments.systematics import shape_effect
from nuprobe.nuclei import isotope

__all__ = ["check_signal", "check_steps"]

_SAME_FLUX: Final = 1e-3  # relative difference allowed for rounding in a file


def check_signal(signal: Signal) -> None:
    """Check what one signal and its bins read.

    Parameters
    ----------
    signal : of an experiment that is being opened.

    Raises
    ------
    NuprobeError
        One line: key, what is wrong there and what is allowed.

    Examples
    --------
    >>> import nuprobe as nu
    >>> check_signal(nu.experiment("coherent-csi-2017").signal)
    """
    for step in check_steps(signal):
        step()


def check_steps(signal: Signal) -> Iterator[Callable[[], object]]:
    """The checks of `check_signal` one by one, each of which raises for the first thing
    that it finds.

    Parameters
    ----------
    signal : of an experiment.

    Examples
    --------
    >>> import nuprobe as nu
    >>> len(list(check_steps(nu.experiment("conus-plus").signal))) > 5
    True
    """
    yield partial(_check_target, signal)
    yield partial(_check_source, signal)
    yield signal.response
    if any(a.statistic == "unbinned" for a in signal.file.analyses.values()):
        yield signal.of_events.response
    for parameter in signal.file.parameters:
        yield partial(axis_of, parameter)
    yield from _table_checks(signal)
    for systematic in signal.file.systematics:
        yield partial(_check_systematic, signal, systematic)


def _check_target(signal: Signal) -> None:
    section = signal.file.target
    plain = target_of_material(section)
    names = [c.isotope.name for c in plain.components]
    for key in (
        "proton_radius",
        "charge_radius",
        "neutron_radius",
        "physical_neutron_radius",
    ):
        for name in getattr(section, key):
            if isotope(name).name not in names:
                raise UnknownNameError(f"isotope in target.{key}", name, names)
    for i, parameter in enumerate(signal.file.parameters):
        for name in parameter.isotopes:
            if name not in names:
                raise UnknownNameError(
                    f"isotope in parameters.{i}.isotopes", name, names
                )
    signal.process.scatterers(signal.target())
    signal.response()
    for other in signal.others:
        other.process.scatterers(other.target())
        _check_other(signal, other)


def _check_other(signal: Signal, other: Signal) -> None:
    """Response of a further process; its errors name its own section."""
    try:
        other.response()
    except ExperimentFileError:
        raise
    except InputError as err:
        if not str(err).startswith("response."):
            raise
        raise InputError(f"also.{signal.others.index(other)}.{err}") from None


def _check_source(signal: Signal) -> None:
    source = signal.flux
    _ = signal.exposure
    for component in source.components:
        signal.propagation(component.name).states(component.flavour)
    if source.emission == "isotropic" and not signal.file.flux.distances:
        raise InputError(
            "flux.distance: this key is required for an isotropic source; add it"
        )
    for parameter in signal.file.parameters:
        if parameter.acts_on == "flux":
            _check_flux(signal, parameter)


def _check_flux(signal: Signal, parameter: KernelParameter) -> None:
    """Check that the default of a total flux is that of the source."""
    source = signal.flux
    if source.per != "second" or source.emission == "isotropic":
        raise InputError(
            f"parameters.{parameter.name}: flux {source.name} is not per area and"
            " second; use acts_on = 'signal-scale'"
        )
    total = sum(float(source.total(flavour)) for flavour in source.flavours)
    if abs(parameter.range[0] / total - 1) > _SAME_FLUX:
        raise InputError(
            f"parameters.{parameter.name}: default {parameter.default} differs from"
            f" the {total:.6g} {FLUX_UNIT} of flux {source.name}; give it that value,"
            " or change flux.options"
        )


def _table_checks(signal: Signal) -> Iterator[Callable[[], object]]:
    """Data and backgrounds in the bins of every analysis."""
    bins = signal.bins
    for analysis in signal.file.analyses.values():
        yield partial(bins.selection, analysis)
        if signal.file.data is not None or analysis.observed is not None:
            yield partial(observed, bins, analysis)  # with the covariance
        section = analysis.signal
        if section is not None and section.counts is not None:
            yield partial(bins.given, section.counts, analysis, "signal.counts")
        elif section is not None:
            yield partial(bins.counts, section.column, analysis, section.table)
        for background in signal.file.backgrounds:
            yield partial(_check_background, signal, background, analysis)
    yield lambda: bins.shape_fraction
    yield lambda: bins.time_acceptance


def _check_background(
    signal: Signal, background: Background, analysis: Analysis
) -> None:
    background_counts(background, signal.bins, signal.acceptance(), analysis)


def _check_systematic(signal: Signal, systematic: object) -> None:
    """Tables of shapes in the bins of every analysis, and changes of the response."""
    if isinstance(systematic, ShapeSystematic):
        for analysis in signal.file.analyses.values():
            shape_effect(systematic, signal.bins, analysis)
    elif isinstance(systematic, ResponseSystematic):
        if quenching_of_a_table(
            signal.file.response, [*systematic.up, *systematic.down]
        ):
            return  # reported for the analysis that uses it
        for side, keys in (("up", systematic.up), ("down", systematic.down)):
            try:
                signal.with_response(keys).response()
            except NuprobeError as err:
                # the change is wrong, not the section it applies to
                reason = str(err).removeprefix(f"{signal.folder.name}: ")
                raise ExperimentFileError(
                    f"{signal.folder.name}: systematics.{systematic.name}.{side}:"
                    f" {reason}"
                ) from None
    elif isinstance(systematic, MorphingSystematic):
        _check_morphing(signal, systematic)


def _check_morphing(signal: Signal, systematic: MorphingSystematic) -> None:
    """Responses and columns at all anchors; at 0 they are those of the file."""
    place = f"systematics.{systematic.name}"
    names = [n.name for n in systematic.nuisances]
    for node in systematic.nodes():
        signal.response(dict(zip(names, node, strict=True)))
    nominal = (0.0,) * len(names)
    for key, value in systematic.response_at(nominal).items():
        here: Any = signal.raw["response"]
        for part in key.split("."):
            here = here.get(part) if isinstance(here, Mapping) else None
        if here != value:
            raise InputError(
                f"{place}: response.{key} is {shown(value)} at 0, but"
                f" {shown(here)} in [response]; give both the same value"
            )
    for background in signal.file.backgrounds:
        pattern = systematic.backgrounds.get(background.name)
        column = getattr(background, "column", "")
        if pattern is not None and filled(pattern, nominal) != column:
            raise InputError(
                f"{place}: the column of {background.name} is"
                f" {shown(filled(pattern, nominal))} at 0, but {shown(column)} in"
                " [[backgrounds]]; give both the same name"
            )
    for analysis in signal.file.analyses.values():
        if systematic.name in analysis.systematics:
            morphs = Morphs(
                morphing_systematics(signal.file, analysis), signal.bins, analysis
            )
            morphs.backgrounds()
            if analysis.signal is not None:
                morphs.published()
