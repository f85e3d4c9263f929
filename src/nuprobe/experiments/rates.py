"""Expected and observed counts of one analysis, for tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.border import public
from nuprobe.drawing import Exported, draws
from nuprobe.errors import UnknownNameError
from nuprobe.experiments.format import Analysis
from nuprobe.experiments.grids import Bins
from nuprobe.experiments.histograms import histogram_of
from nuprobe.markup import table
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

if TYPE_CHECKING:
    import boost_histogram as bh

__all__ = ["Rates"]


@readable
@dataclass(frozen=True, eq=False)
class Rates(Exported):
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

    def __repr__(self) -> str:
        return f"<rates of {self.experiment}, analysis {self.analysis}>"

    def _repr_html_(self) -> str:
        rows = [(k, f"{v.sum():.5g}") for k, v in self.shown.items()]
        if self.signal_sigma > 0:
            rows.append(("signal, error", f"{self.signal_sigma:.3g}"))
        rows.append(("total", f"{self.total.sum():.5g}"))
        if self.data is not None:
            rows.append(("observed", f"{self.data.sum():.6g}"))
        shape = " × ".join(map(str, self.total.shape))
        title = f"{self.experiment}, analysis {self.analysis}"
        return table(title, rows, ("counts", "sum"), [f"bins: {shape}"])

    plot = draws("plot_rates")

    @classmethod
    def of_bins(
        cls,
        bins: Bins,
        chosen: Analysis,
        *,
        components: Mapping[str, FloatArray],
        data: FloatArray | None,
        sigma: FloatArray | None,
        **others: Any,
    ) -> Rates:
        """Rates with the edges and names of the bins of an analysis.

        Parameters
        ----------
        bins : of the experiment.
        chosen : the analysis, whose bins are taken.
        components, data, sigma : as the attributes, but with any shape of the same
            size.
        others : the remaining attributes.
        """
        edges, times = bins.edges(chosen)
        section, third = bins.file.response, bins.file.binning.shape
        times = np.array([-np.inf, np.inf]) if times is None else times
        times = times if chosen.time_bins else times[[0, -1]]
        between = () if bins.shape_edges is None else (bins.shape_edges.size - 1,)
        shape = (edges.size - 1, *between, times.size - 1)
        return cls(
            observable=section.observable,
            unit=section.unit,
            energy_edges=edges,
            time_edges=times,
            components={k: v.reshape(shape) for k, v in components.items()},
            data=None if data is None else data.reshape(shape),
            sigma=None if sigma is None else sigma.reshape(shape),
            shape_edges=bins.shape_edges,
            shape_observable="" if third is None else third.observable,
            shape_unit="" if third is None else third.unit,
            **others,
        )

    @property
    def signal(self) -> FloatArray:
        """Signal summed over flux components."""
        return np.asarray(
            sum(v for k, v in self.components.items() if k.startswith("signal"))
        )

    @property
    def shown(self) -> Mapping[str, FloatArray]:
        """Components for tables and figures: a further process (``"signal: electron"``)
        is summed over flux components."""
        result: dict[str, FloatArray] = {}
        first = None
        for name, counts in self.components.items():
            signal, *others = name.split(": ", 2)
            if signal == "signal" and len(others) == 2:
                first = first or others[0]
                name = name if others[0] == first else f"signal: {others[0]}"
            result[name] = result[name] + counts if name in result else counts
        return result

    @property
    def total(self) -> FloatArray:
        """All components."""
        return np.asarray(sum(self.components.values()))

    @public
    def histogram(self, name: str = "total") -> bh.Histogram[Any]:
        """Counts as a boost-histogram over the observable, the third quantity and, if
        there is more than one time bin, time in µs: tools that follow the UHI protocol
        can plot, rebin and project it.

        For observed counts ``variances()`` are the squares of `sigma`, or the counts
        themselves without it. Expected counts are exact; their variances are None.

        Parameters
        ----------
        name : ``"total"``, ``"signal"``, ``"data"`` or one of the `components`.

        Raises
        ------
        UnknownNameError
            If there are no such counts.

        Examples
        --------
        >>> import nuprobe as nu
        >>> rates = nu.experiment("coherent-csi-2017").predict()
        >>> float(rates.histogram("data").values().sum())
        142.0
        """
        counts = {"total": self.total, "signal": self.signal, **self.components}
        if self.data is not None:
            counts["data"] = self.data
        if name not in counts:
            raise UnknownNameError("counts", name, counts)
        return histogram_of(self, counts[name], name)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "experiment": self.experiment,
            "analysis": self.analysis,
            "observable": self.observable,
            "unit": self.unit,
            "energy_edges": self.energy_edges.tolist(),
            # JSON has no infinity; null means all times
            "shape_observable": self.shape_observable or None,
            "shape_unit": self.shape_unit or None,
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
