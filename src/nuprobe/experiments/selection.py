"""Templates in the bins of one analysis: its processes, the distribution of the third
quantity, and the events expected by a collaboration."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from nuprobe.errors import InputError
from nuprobe.experiments.build import Signal
from nuprobe.experiments.format import Analysis, SignalTable
from nuprobe.experiments.format.data import FLUX_UNIT
from nuprobe.experiments.morphing import Morphs, morphing_systematics
from nuprobe.models import StandardModel
from nuprobe.numerics import FloatArray
from nuprobe.prediction import Templates, weighted
from nuprobe.units import value_in

__all__ = ["in_bins", "published_factor", "published_weights"]


def in_bins(
    signal: Signal, templates: Templates, analysis: Analysis, *, weigh: bool = True
) -> Templates:
    """Return `templates` in the bins of an analysis.

    Parameters
    ----------
    signal : with the processes of the analysis.
    templates : of it, in all bins.
    analysis : its bins are taken.
    weigh : with several processes, or morphing published counts, multiply the first
        process by published over computed counts; otherwise the prediction does so.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> analysis = csi.file.analyses["energy"]
    >>> in_bins(csi.signal, csi.templates(), analysis).shape
    (12, 1)
    """
    several = len(templates.reactions) > 1
    morphing = analysis.signal is not None and analysis.signal.morphing is not None
    fractions = {signal.process.name: signal.bins.shape_fraction}
    if several:
        fractions |= {s.process.name: s.bins.shape_fraction for s in signal.others}
    templates = signal.bins.collapse(templates, analysis, fractions)
    if not weigh or not (several or morphing):
        return templates
    weights = published_weights(signal, analysis)
    if weights is None:
        return templates
    names = [axis.parameter.name for axis in templates.axes]
    weights = weights * published_factor(signal, analysis, names)
    if weights.ndim > 1 and not any(axis.anchors for axis in templates.axes):
        weights = weights[_morphs(signal, analysis).nominal]
    return weighted(templates, signal.process.name, weights)


def published_weights(signal: Signal, analysis: Analysis) -> FloatArray | None:
    """Published over computed counts of the Standard Model in the first process.

    Parameters
    ----------
    signal : its templates give the computed counts.
    analysis : may name a published signal.

    Returns
    -------
    array, shape (bins,), or None
        With the anchors of all morphing nuisances in front where the published counts
        morph; None if the analysis names no published signal.

    Raises
    ------
    InputError
        If counts are published in a bin where none are computed.

    Examples
    --------
    >>> import nuprobe as nu
    >>> argon = nu.experiment("coherent-lar-2020")
    >>> found = published_weights(argon.signal, argon.file.analyses["published"])
    >>> found.shape == (12 * 8 * 10,)
    True
    """
    if analysis.signal is None:
        return None
    section = analysis.signal
    morphs = _morphs(signal, analysis)
    published = morphs.published()
    names: tuple[str, ...] = ()
    nodes = None
    if published.ndim > 1:
        names, nodes = morphs.names, morphs.nodes
    every = signal.templates(None, names)
    templates = in_bins(signal, every, analysis, weigh=False)
    templates = templates.of_process(signal.process.name)
    computed = templates.counts(templates.coefficients(StandardModel()), nodes)
    computed = computed.reshape(published.shape)
    if np.any((computed <= 0) & (published > 0)):
        raise InputError(
            f"{_place(signal, section)} has counts in a bin where none are computed;"
            " correct it"
        )
    return np.asarray(
        np.divide(published, computed, out=np.zeros_like(published), where=computed > 0)
    )


def published_factor(
    signal: Signal, analysis: Analysis, free: Collection[str]
) -> float:
    """Flux of the file over the one used for the published expectation, if a parameter
    sets the flux; otherwise 1, and the signal is as published.

    Parameters
    ----------
    signal : of the analysis.
    analysis : may name a published signal, with its flux.
    free : names of the parameters that have a value.

    Examples
    --------
    >>> import nuprobe as nu
    >>> xenon = nu.experiment("xenonnt-8b")
    >>> analysis = xenon.file.analyses["discovery"]
    >>> published_factor(xenon.signal, analysis, ["phi_8B"])
    1.04
    """
    section = analysis.signal
    if section is None or section.flux is None:
        return 1.0
    defaults = (
        p.range[0]
        for p in signal.file.parameters
        if p.acts_on == "flux" and p.name in free
    )
    expected = value_in(section.flux, FLUX_UNIT)
    return next((default / expected for default in defaults), 1.0)


def _place(signal: Signal, section: SignalTable) -> str:
    """Where the published counts are, for messages."""
    if section.counts is not None:
        return "signal.counts"
    return f"{signal.folder.root}/{section.table}: column {section.column}"


def _morphs(signal: Signal, analysis: Analysis) -> Morphs:
    return Morphs(morphing_systematics(signal.file, analysis), signal.bins, analysis)
