"""Valid entries of a file that are probably mistakes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from nuprobe.errors import NuprobeError
from nuprobe.experiments import experiment_names
from nuprobe.experiments.base import AnyExperiment
from nuprobe.experiments.counting import Experiment
from nuprobe.experiments.format import (
    ResponseSection,
    TableAcceptanceSection,
    TableQuenchingSection,
)
from nuprobe.experiments.format.paper import reconstructed
from nuprobe.schema import Place
from nuprobe.units import keV, parse_quantity

__all__ = ["suspicions"]

Said = Iterator[tuple[Place, str]]
_NOISE: Final = 3.0
"""Threshold in standard deviations of the noise below which noise would be counted."""
_SCALES: Final = {"eV": 1e-6, "keV": 1e-3, "MeV": 1.0}


def suspicions(opened: AnyExperiment) -> Said:
    """Places and descriptions of suspicious entries, for an experiment with a valid
    file.

    Parameters
    ----------
    opened : the experiment.

    Examples
    --------
    >>> import nuprobe as nu
    >>> list(suspicions(nu.experiment("xenonnt-8b")))
    []
    """
    root = opened.folder.root
    library = Path(__file__).parent.joinpath("library")
    mine = isinstance(root, Path) and root.resolve().parent != library
    if mine and opened.name in experiment_names():
        yield (
            ("name",),
            f"{opened.name!r} is also the name of an experiment that is installed, with"
            " which yours cannot be combined; choose another",
        )
    if isinstance(root, Path):
        yield from _unused_tables(opened, root)
    if isinstance(opened, Experiment):
        yield from _idle(opened)
        yield from _sizes(opened)
        yield from _detector(opened)
        yield from _counts(opened)


def _unused_tables(opened: AnyExperiment, root: Path) -> Said:
    texts = [p.read_text(encoding="utf-8") for p in root.rglob("*.toml")]
    for table in sorted(p.name for p in root.glob("*.csv")):
        # a pattern such as recoils_{0}.csv names many
        if not any(table in text or "{0}" in text for text in texts):
            yield (), f"{table} is named nowhere; name it in the file, or remove it"


def _idle(opened: Experiment) -> Said:
    """Definitions that no analysis uses."""
    file = opened.file
    every = list(file.analyses.values())
    for i, systematic in enumerate(file.systematics):
        if not any(systematic.name in a.systematics for a in every):
            yield (
                ("systematics", i),
                f"{systematic.name} is in the systematics of no analysis, so it has no"
                " effect; name it in analyses.NAME.systematics, or remove it",
            )
        sigma = getattr(systematic, "sigma", 0.0)
        if systematic.kind == "normalisation" and sigma > 1:
            yield (
                ("systematics", i, "sigma"),
                f"{sigma:g} means {100 * sigma:g} %; write {sigma / 100:g} if you mean"
                f" {sigma:g} %",
            )
    for i, background in enumerate(file.backgrounds):
        if not any(a.has(background.name) for a in every):
            yield (
                ("backgrounds", i),
                f"{background.name} belongs to no analysis; name it in"
                " analyses.NAME.backgrounds, or remove it",
            )
    for name, analysis in file.analyses.items():
        known = analysis.systematics or analysis.covariance or analysis.observed
        if not known:
            yield (
                ("analyses", name),
                "it has no systematics: flux, quenching and backgrounds are taken as"
                " known exactly; add [[systematics]] and name them here",
            )


def _sizes(opened: Experiment) -> Said:
    """Orders of magnitude."""
    flux = opened.file.flux
    for length, _ in flux.distances:
        metres = length / parse_quantity("1 m", "length")
        if opened.flux.name in ("reactor", "sns") and not 1 <= metres <= 1e4:
            yield (
                ("flux", "distance"),
                f"{metres:g} m from {opened.flux.name}; is the unit right?",
            )
    try:
        signal = float(opened.predict().signal.sum())
    except NuprobeError as err:
        yield (), f"the Standard Model cannot be computed: {err}"
        return
    if signal < 1e-2:
        yield (
            ("flux",),
            f"the Standard Model gives {signal:.2g} events in all bins; are the"
            " exposure, the mass and the bins right?",
        )


def _detector(opened: Experiment) -> Said:
    """Bins, noise, threshold and the ranges of tables."""
    section = opened.file.response
    edges = opened.energy_edges
    if section.light_yield is None:
        return
    yield from _unit(section)
    a, b, c = section.smearing.resolution
    low = float(edges[0])
    if section.threshold is not None:
        cut = reconstructed(section.threshold, section.light_yield)
        low = max(low, cut)
        inside = (edges[:-1] < cut * (1 - 1e-9)) & (edges[1:] > cut * (1 + 1e-9))
        if inside.any():
            i = int(np.flatnonzero(inside)[0])
            yield (
                ("response", "threshold"),
                f"{section.threshold} lies inside the bin from {edges[i]:g} to"
                f" {edges[i + 1]:g}, whose flat backgrounds with accepted = true fill"
                " it all; let a bin start there",
            )
        if cut >= edges[-1]:
            yield (
                ("response", "threshold"),
                f"{section.threshold} lies above all bins: no events are counted",
            )
    if section.smearing.kind == "gaussian":
        width = float(np.sqrt(a**2 + b**2 * abs(low) + c**2 * low**2))
        if a > 0 and low < _NOISE * width:
            yield (
                ("binning", "energy"),
                f"bins begin at {low:g}, only {low / width:.2g} standard deviations of"
                " the noise above zero: a real detector counts noise there; begin at"
                f" {_NOISE * width:.3g} or more, or give that background",
            )
    yield from _ranges(opened, section, low)


def _unit(section: ResponseSection) -> Said:
    """A unit that is an energy, with another light yield."""
    plain = section.unit.removesuffix("ee")
    if plain in _SCALES and section.light_yield is not None:
        mean = parse_quantity(section.light_yield, "light yield") * _SCALES[plain]
        if abs(mean - 1) > 1e-9:
            yield (
                ("response", "light_yield"),
                f"{section.light_yield!r} makes {mean:g} of the reconstructed quantity"
                f" out of 1 {section.unit}, but its unit is called {section.unit!r}:"
                " remove light_yield, or correct the unit",
            )


def _ranges(opened: Experiment, section: ResponseSection, low: float) -> Said:
    """Tables that end inside the bins."""
    quenching, acceptance = section.quenching, section.acceptance
    folder = opened.folder
    if isinstance(quenching, TableQuenchingSection):
        column = quenching.recoil_column
        recoils = folder.table(quenching.table, [column])[column]
        response = opened.response()
        mean = response.mean(np.array([recoils[0], recoils[-1]]) * keV)  # type: ignore[union-attr]
        if mean[0] > low:
            yield (
                ("response", "quenching"),
                f"{quenching.table} begins at {recoils[0]:g} keV, which gives"
                f" {mean[0]:g}, above the first bin ({low:g}): smaller recoils take its"
                " first factor; extend the table",
            )
    if isinstance(acceptance, TableAcceptanceSection) and section.acceptance_of == (
        "reconstructed"
    ):
        column = acceptance.x_column
        x: Any = folder.table(acceptance.table, [column])[column]
        if x[0] >= opened.energy_edges[1] or x[-1] < opened.energy_edges[-2]:
            yield (
                ("response", "acceptance"),
                f"{acceptance.table} goes from {x[0]:g} to {x[-1]:g}, the bins from"
                f" {low:g} to {opened.energy_edges[-1]:g}: it is 0 below its first"
                " point and constant above its last; extend the table",
            )


def _counts(opened: Experiment) -> Said:
    """Observed counts that are not integers in a Poisson likelihood."""
    data = opened.file.data
    if data is None:
        if not opened.file.projection and not any(
            a.observed for a in opened.file.analyses.values()
        ):
            yield (
                ("analyses",),
                "no data: rates can be computed, but not fits and limits; add"
                " projection = true (or [data])",
            )
        return
    if data.counts is None:  # individual events are integers
        return
    counts = opened.folder.table(data.table, [data.counts])[data.counts]
    poisson = any(a.statistic == "poisson" for a in opened.file.analyses.values())
    if poisson and np.any(counts != np.round(counts)):
        yield (
            ("data", "counts"),
            f"column {data.counts!r} has fractions of counts, and statistic = 'poisson'"
            " is for whole numbers; give the counts, or use 'gaussian' with sigma",
        )
