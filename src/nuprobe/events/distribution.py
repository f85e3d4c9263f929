"""Binned distributions of events, and cut flows.

All estimates are means over trials. With w_i the weight of trial i (zero without an
event) and N trials,

    σ_bin = Σw/N,   var = (Σw² − (Σw)²/N)/N²,

and of two models a, b weighted on the *same* events the ratio R = Σw_a/Σw_b has, to
first order,

    var R = Σ(w_a − R w_b)²/(Σw_b)² = (S_aa − 2R S_ab + R² S_bb)/(Σw_b)²:

common fluctuations cancel. An efficiency is also such a ratio, of the events that pass
to all. In bins with few effective events, (Σw_b)²/Σw_b² below 25 or so, this
first-order error is too small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.border import public_methods
from nuprobe.errors import UnknownNameError
from nuprobe.events.observables import Observable
from nuprobe.numerics import FloatArray
from nuprobe.tables import Table

if TYPE_CHECKING:
    import boost_histogram as bh

__all__ = ["CutFlow", "Distribution", "Distributions"]


@public_methods
@dataclass(frozen=True, eq=False)
class Distribution:
    """Events in the bins of one observable, or two, in several models at once.

    Attributes
    ----------
    observables : one or two.
    edges : of the bins of each, in its unit (MeV, MeV², rad).
    models : their names.
    values : cm², shape (models, *bins): cross section per target in each bin.
    covariance : cm⁴, shape (models, models, *bins): of the models with each other, in
        each bin.
    second : cm⁴, shape (models, models, *bins): Σ w_a w_b/N², for the errors of ratios.
    outside : cm², shape (models,): cross section that passes the cuts but is in no bin.
    counts : events in each bin, shape (*bins,).
    """

    observables: tuple[Observable, ...]
    edges: tuple[FloatArray, ...]
    models: tuple[str, ...]
    values: FloatArray
    covariance: FloatArray
    second: FloatArray
    outside: FloatArray
    counts: FloatArray

    @property
    def errors(self) -> FloatArray:
        """Statistical errors, cm², shape (models, *bins)."""
        return np.asarray(
            np.sqrt(np.maximum(np.einsum("aa...->a...", self.covariance), 0.0))
        )

    @property
    def widths(self) -> FloatArray:
        """Sizes of the bins, shape (*bins,)."""
        sizes = [np.diff(e) for e in self.edges]
        return np.asarray(sizes[0] if len(sizes) == 1 else np.multiply.outer(*sizes))

    @property
    def effective(self) -> FloatArray:
        """Kish's effective numbers of events, (Σw)²/Σw², shape (models, *bins): a
        measure of the reliability of the errors."""
        square = np.einsum("aa...->a...", self.second)
        return np.asarray(
            np.where(
                square > 0, self.values**2 / np.where(square > 0, square, 1.0), 0.0
            )
        )

    def index(self, model: str | None) -> int:
        """Row of a model; the first for None."""
        if model is None:
            return 0
        if model not in self.models:
            raise UnknownNameError("model of this distribution", model, self.models)
        return self.models.index(model)

    def density(self, model: str | None = None) -> tuple[FloatArray, FloatArray]:
        """dσ/dX and its error, cm² per unit of the observable.

        Parameters
        ----------
        model : name of the model; the first for None.
        """
        i = self.index(model)
        return np.asarray(self.values[i] / self.widths), np.asarray(
            self.errors[i] / self.widths
        )

    def ratio(
        self, model: str, reference: str | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Ratio of two models in each bin, and its error for common events; 0 ± 0 in
        bins without events.

        The error is first-order: it is too small where `effective` of the reference is
        small.

        Parameters
        ----------
        model, reference : names of the models; the first for None.
        """
        a, b = self.index(model), self.index(reference)
        below = self.values[b]
        full = below > 0
        safe = np.where(full, below, 1.0)
        ratio = np.where(full, self.values[a] / safe, 0.0)
        square = (
            self.second[a, a]
            - 2 * ratio * self.second[a, b]
            + ratio**2 * self.second[b, b]
        )
        return ratio, np.where(full, np.sqrt(np.maximum(square, 0.0)) / safe, 0.0)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: bins, values and errors (cm²) by model."""
        names = [o.name for o in self.observables]
        units = [o.unit for o in self.observables]
        edges = [e.tolist() for e in self.edges]
        bins = (
            {"observable": names[0], "unit": units[0], "edges": edges[0]}
            if len(names) == 1
            else {"observables": names, "units": units, "edges": edges}
        )

        def by_model(values: FloatArray) -> dict[str, Any]:
            return dict(zip(self.models, values.tolist(), strict=True))

        return {
            **bins,
            "values_cm2": by_model(self.values),
            "errors_cm2": by_model(self.errors),
            "effective_events": by_model(self.effective),
            "outside_cm2": by_model(self.outside),
        }

    def histogram(self, model: str | None = None) -> bh.Histogram[Any]:
        """Return a boost-histogram with weights: ``values()`` in cm² and
        ``variances()`` (UHI).

        Parameters
        ----------
        model : name of the model; the first for None.
        """
        import boost_histogram as bh

        made = bh.Histogram(
            *(
                bh.axis.Variable(
                    e,
                    metadata={"name": o.name, "unit": o.unit, "label": f"${o.latex}$"},
                )
                for o, e in zip(self.observables, self.edges, strict=True)
            ),
            storage=bh.storage.Weight(),
        )
        i = self.index(model)
        made.view().value = self.values[i]  # type: ignore[union-attr, unused-ignore]
        made.view().variance = self.errors[i] ** 2  # type: ignore[union-attr, unused-ignore]
        return made


@public_methods
@dataclass(frozen=True, eq=False)
class CutFlow:
    """Events and cross section left after successive cuts.

    Attributes
    ----------
    cuts : texts, in order.
    models : names.
    events : left after each cut, the first entry before any, shape (cuts + 1,).
    values, errors : remaining cross section, cm², shape (models, cuts + 1).
    efficiency, efficiency_error : of all cuts so far, shape (models, cuts + 1); the
        error is that of weighted events and vanishes at 0 and 1, unlike `interval`.
    interval : central 68.27 % of the efficiency (Clopper–Pearson with Kish's effective
        numbers, (Σw)²/Σw²), shape (models, cuts + 1, 2).
    effective : Kish's effective number of events left, shape (models, cuts + 1).
    """

    cuts: tuple[str, ...]
    models: tuple[str, ...]
    events: FloatArray
    values: FloatArray
    errors: FloatArray
    efficiency: FloatArray
    efficiency_error: FloatArray
    interval: FloatArray
    effective: FloatArray

    def to_dict(self, model: int) -> list[dict[str, Any]]:
        """JSON-ready form of one model, one row per cut.

        Parameters
        ----------
        model : its index.
        """
        return [
            {
                "cut": cut,
                "events": int(self.events[j]),
                "sigma_cm2": float(self.values[model, j]),
                "error_cm2": float(self.errors[model, j]),
                "efficiency": float(self.efficiency[model, j]),
                "interval": self.interval[model, j].tolist(),
            }
            for j, cut in enumerate(("generated", *self.cuts))
        ]

    def table(self, model: str | None = None) -> Table:
        """Return the cut flow as a table.

        Parameters
        ----------
        model : name of the model; the first for None.

        Raises
        ------
        UnknownNameError
            If there is no such model.
        """
        if model is not None and not (isinstance(model, str) and model in self.models):
            raise UnknownNameError("model", model, list(self.models), "(of the events)")
        i = 0 if model is None else self.models.index(model)
        names = ("generated", *self.cuts)
        rows = tuple(
            (
                name,
                int(self.events[j]),
                float(self.values[i, j]),
                float(self.errors[i, j]),
                float(self.efficiency[i, j]),
                float(self.efficiency_error[i, j]),
                (
                    float(self.values[i, j] / self.values[i, j - 1])
                    if j and self.values[i, j - 1] > 0
                    else None
                ),
            )
            for j, name in enumerate(names)
        )
        columns = (
            "cut",
            "events",
            "sigma [cm2]",
            "error [cm2]",
            "efficiency",
            "+-",
            "of the last",
        )
        formats = {
            "sigma [cm2]": ".4e",
            "error [cm2]": ".1e",
            "efficiency": ".4f",
            "+-": ".4f",
            "of the last": ".4f",
        }
        return Table(f"cut flow, {self.models[i]}", columns, rows, formats)


@public_methods
@dataclass(frozen=True, eq=False)
class Distributions:
    """Several distributions from the same events.

    Attributes
    ----------
    items : the distributions, in the order requested.
    models : names.
    sigma, error : cross section per target before cuts and its statistical error, cm²,
        shape (models,).
    flow : the cuts.
    events, trials : numbers used.
    """

    items: tuple[Distribution, ...]
    models: tuple[str, ...]
    sigma: FloatArray
    error: FloatArray
    flow: CutFlow
    events: int
    trials: int

    def __getitem__(self, name: str) -> Distribution:
        """Return the one-dimensional distribution of an observable."""
        matching = [
            d for d in self.items if tuple(o.name for o in d.observables) == (name,)
        ]
        if not matching:
            raise UnknownNameError(
                "distribution", name, [d.observables[0].name for d in self.items]
            )
        return matching[0]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: cross sections and cuts by model, all bins."""
        return {
            "events": self.events,
            "trials": self.trials,
            "models": {
                name: {
                    "sigma_cm2": float(self.sigma[i]),
                    "error_cm2": float(self.error[i]),
                    "cuts": self.flow.to_dict(i),
                }
                for i, name in enumerate(self.models)
            },
            "distributions": [item.to_dict() for item in self.items],
        }
