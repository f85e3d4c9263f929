"""Counts as histograms that follow the UHI protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.numerics import FloatArray

if TYPE_CHECKING:
    import boost_histogram as bh

__all__ = ["histogram_of"]


def histogram_of(rates: Any, counts: FloatArray, name: str) -> bh.Histogram[Any]:
    """Counts of a `Rates` as a boost-histogram.

    Parameters
    ----------
    rates : with the edges, and the errors of the data.
    counts : in the bins of `rates`.
    name : of the counts: those called ``"data"`` have variances.

    Examples
    --------
    >>> import nuprobe as nu
    >>> rates = nu.experiment("coherent-csi-2017").predict()
    >>> histogram_of(rates, rates.signal, "signal").axes[0].label
    'photoelectrons [PE]'
    """
    import boost_histogram as bh

    axes = [(rates.energy_edges, rates.observable, rates.unit)]
    if rates.shape_edges is not None:
        axes.append((rates.shape_edges, rates.shape_observable, rates.shape_unit))
    if rates.time_edges.size > 2:
        axes.append((rates.time_edges, "time", "µs"))
    observed = name == "data"
    made: bh.Histogram[Any] = bh.Histogram(
        *(_axis(*axis) for axis in axes),
        storage=bh.storage.Weight() if observed else bh.storage.Double(),
    )
    values = counts.reshape(made.shape)
    made.name = name  # type: ignore[attr-defined]
    made.label = f"{rates.experiment}, {rates.analysis}: {name}"  # type: ignore[attr-defined]
    if observed:
        variances = counts if rates.sigma is None else rates.sigma**2
        made[...] = np.stack([values, variances.reshape(made.shape)], axis=-1)
        return made
    made[...] = values
    # counts that were not filled one by one have no variance, as storages report after
    # scaling
    return made * 1.0


def _axis(edges: FloatArray, name: str, unit: str) -> Any:
    import boost_histogram as bh

    axis: Any = bh.axis.Variable(edges, underflow=False, overflow=False)
    axis.name = name
    axis.label = f"{name} [{unit}]" if unit else name
    return axis
