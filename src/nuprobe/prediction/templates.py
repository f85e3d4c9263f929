"""Counts as templates × coefficients, for many parameter points at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.models import Couplings, Model
from nuprobe.numerics import (
    FloatArray,
    barycentric_matrix,
    number,
    product,
    sum_arrays,
)
from nuprobe.oscillation import Propagation
from nuprobe.prediction.axes import Axis
from nuprobe.prediction.between import between
from nuprobe.prediction.parts import Part, Reaction, Rows, Starts, checked_starts
from nuprobe.processes import constants_of

__all__ = ["Templates"]


@quick_methods
@dataclass(frozen=True, eq=False)
class Templates:
    """Counts as templates × coefficients.

    Attributes
    ----------
    components, flavours : name and flavour of each flux component.
    terms : names of all terms: of each process, once for each function of the
        propagation.
    axes : parameters inside the integrals.
    time : fraction of each component in each time bin, shape (components, time bins).
    parts : one array per scatterer; with a mediator-mass axis, one for all scatterers
        that depend on the same axes.
    error : largest relative error of the quadrature, from a second order.
    axis_error : largest relative error of the interpolation along each axis, measured
        between the nodes.
    reactions : the processes, which give the coefficients of a model.
    propagation : provides the states of the arriving neutrinos.
    powers : propagators of each axis in each term, shape (terms, axes); the parts
        contain the templates times (m² + p²) to that power.
    momenta : p of each term in MeV, shape (terms,).
    """

    components: tuple[str, ...]
    flavours: tuple[Flavour, ...]
    terms: tuple[str, ...]
    axes: tuple[Axis, ...]
    time: FloatArray
    parts: tuple[Part, ...]
    error: float
    axis_error: tuple[float, ...]
    reactions: tuple[Reaction, ...]
    propagation: Propagation
    powers: FloatArray
    momenta: FloatArray

    @property
    def isotopes(self) -> tuple[str, ...]:
        """Names of the scatterers, joined by + if they form one part."""
        return tuple(part.isotope for part in self.parts)

    @property
    def shape(self) -> tuple[int, int]:
        """Bins of the reconstructed quantity, and of time."""
        return self.parts[0].values.shape[1], self.time.shape[1]

    @cached_property
    def _merged(self) -> tuple[Part, ...]:
        """Sums of parts that depend on the same axes, as needed for counts."""
        by_axes: dict[tuple[int, ...], Part] = {}
        for part in self.parts:
            known = by_axes.get(part.axes)
            by_axes[part.axes] = (
                part
                if known is None
                else replace(known, values=known.values + part.values)
            )
        return tuple(by_axes.values())

    @cached_property
    def _nodes(self) -> list[tuple[FloatArray, FloatArray]]:
        """Nodes of each axis and the matrix that differentiates along it."""
        return [(axis.grid, axis.slopes) for axis in self.axes]

    @cached_property
    def _last(self) -> dict[int, tuple[FloatArray, FloatArray]]:
        """Last requested values on each axis with their weights, since several sets of
        counts are computed at one point."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is cached."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def select(self, energy_bins: Rows, time_bins: slice) -> Templates:
        """Keep only some bins: slices `energy_bins` (or indices) and `time_bins`."""
        parts = tuple(
            replace(part, values=part.values[:, energy_bins]) for part in self.parts
        )
        return replace(self, parts=parts, time=self.time[:, time_bins])

    def spread(
        self,
        fraction: FloatArray,
        by_process: Mapping[str, FloatArray] | None = None,
    ) -> Templates:
        """Split every energy bin by another quantity; its bins become the fast index.

        Parameters
        ----------
        fraction : share of each energy bin in each bin of the quantity, shape (energy
            bins, bins).
        by_process : the same for some of several processes, by their names.
        """
        share = np.repeat(fraction[..., None], len(self.terms), axis=-1)
        if len(self.reactions) > 1:
            for name, own in (by_process or {}).items():
                share[..., self._mine(name)] = own[..., None]
        parts = []
        for part in self.parts:
            tail = part.values.shape[3:]
            values = part.values[:, :, None] * share.reshape(
                *share.shape, *(1,) * len(tail)
            )
            shape = (part.values.shape[0], -1, *part.values.shape[2:])
            parts.append(replace(part, values=values.reshape(shape)))
        return replace(self, parts=tuple(parts))

    def added(self, energy: Starts, time: Starts, between: int = 1) -> Templates:
        """Add neighbouring bins.

        Parameters
        ----------
        energy, time : index of the first bin of each sum, increasing, shape (sums,);
            None adds nothing.
        between : bins of another quantity in each energy bin (see `spread`).
        """
        parts = tuple(part.added(energy, between) for part in self.parts)
        times = self.time
        if time is not None:
            starts = checked_starts("time", time, times.shape[1])
            times = np.add.reduceat(times, starts, axis=1)
        return replace(self, parts=parts, time=times)

    def sum_time(self) -> Templates:
        """Sum over the time bins."""
        return replace(self, time=self.time.sum(1, keepdims=True))

    def all_times(self) -> Templates:
        """Count all events in a single time bin, regardless of arrival time."""
        return replace(self, time=np.ones((len(self.components), 1)))

    def of_process(self, *names: str) -> Templates:
        """Keep only the counts of the processes called `names`, with all terms."""
        if len(self.reactions) == 1:
            return self
        parts = []
        for part in self.parts:
            kept = self._mine(*names).reshape(-1, *(1,) * (part.values.ndim - 3))
            parts.append(replace(part, values=np.where(kept, part.values, 0.0)))
        return replace(self, parts=tuple(parts))

    def _mine(self, *names: str) -> NDArray[np.bool_]:
        """Which terms belong to the processes called `names`."""
        starts = tuple(f"{name}:" for name in names)
        return np.array([term.startswith(starts) for term in self.terms])

    def scale(self, factor: float) -> Templates:
        """Multiply every count by `factor`, a finite number."""
        factor = number("the factor on templates", factor)
        parts = tuple(replace(p, values=p.values * factor) for p in self.parts)
        return replace(self, parts=parts)

    def coefficients(self, model: Model) -> FloatArray:
        """Coefficients of a model, shape (components, terms) or (components, points,
        terms).

        Raises
        ------
        InputError
            If these templates lack an exchange of the model, or contain it with a
            different mass.
        """
        couplings = self._couplings(model)

        def row(reaction: Reaction, state: FlavourState, anti: bool) -> FloatArray:
            return constants_of(model, reaction.process).coefficients(
                couplings[anti], state, anti, reaction.exchanges
            )

        return self._rows(row)

    def _couplings(self, model: Model) -> dict[bool, Couplings]:
        return {anti: model.couplings(anti) for anti in {f.anti for f in self.flavours}}

    def coefficient_derivatives(
        self, model: Model, names: Sequence[str]
    ) -> list[FloatArray]:
        """Derivative of `coefficients` with respect to each of some parameters of the
        model, and of the constants of the processes that it carries.

        Parameters
        ----------
        model : the couplings.
        names : of the parameters.

        Returns
        -------
        list of arrays of the shape of `coefficients`
        """
        couplings = self._couplings(model)
        slopes = {anti: model.coupling_derivatives(anti) for anti in couplings}

        def along(name: str) -> FloatArray:
            def row(reaction: Reaction, state: FlavourState, anti: bool) -> FloatArray:
                process = constants_of(model, reaction.process)
                here, exchanges = couplings[anti], reaction.exchanges
                if name in slopes[anti]:
                    return process.coefficient_derivatives(
                        here, slopes[anti][name], state, anti, exchanges
                    )
                constants = process.constant_derivatives(here, state, anti, exchanges)
                return constants.get(name, np.zeros(len(reaction.names)))

            return self._rows(row)

        return [along(name) for name in names]

    def _rows(
        self, row: Callable[[Reaction, FlavourState, bool], FloatArray]
    ) -> FloatArray:
        rows = []
        for flavour in self.flavours:
            pieces = [
                row(reaction, state, flavour.anti)
                for reaction in self.reactions
                for state in self.propagation.states(flavour)
            ]
            points = np.broadcast_shapes(*(piece.shape[:-1] for piece in pieces))
            rows.append(
                np.concatenate(
                    [np.broadcast_to(p, (*points, p.shape[-1])) for p in pieces],
                    axis=-1,
                )
                if len(pieces) > 1
                else pieces[0]
            )
        return np.stack(np.broadcast_arrays(*rows))

    def counts(
        self,
        coefficients: FloatArray,
        axis_values: FloatArray | None = None,
        derivative: int | None = None,
    ) -> FloatArray:
        """Expected counts for many points at once.

        Parameters
        ----------
        coefficients : shape (components, terms), or (components, points, terms).
        axis_values : shape (points, axes); may be left out if there is no axis.
        derivative : index of an axis to differentiate with respect to.

        Returns
        -------
        array, shape (points, energy bins × time bins)
            Energy is the slow index; one row if nothing depends on the point.

        Raises
        ------
        InputError
            If an axis value lies outside its range.
        """
        total = sum_arrays(
            [
                self._part(part, coefficients, axis_values, derivative)
                for part in self._merged
            ]
        )
        # (points, components, bins) with the time pattern of each component
        counts: FloatArray = np.einsum("pcb,ct->pbt", total, self.time)
        return counts.reshape(counts.shape[0], -1)

    def counts_each(
        self, coefficients: Sequence[FloatArray], axis_values: FloatArray | None = None
    ) -> list[FloatArray]:
        """`counts` for several sets of `coefficients` at the same points
        (`axis_values`); the interpolation is done once."""
        if not coefficients:
            return []
        if axis_values is None or any(c.ndim == 2 for c in coefficients):
            return [self.counts(c, axis_values) for c in coefficients]
        points = axis_values.shape[0]
        stacked = np.stack(
            [np.broadcast_to(c, (c.shape[0], points, c.shape[2])) for c in coefficients]
        )
        scale = self._unscaled(axis_values)
        stacked = stacked if scale is None else stacked * scale
        columns = stacked.transpose(2, 1, 3, 0)  # (points, components, terms, sets)
        total = sum_arrays(
            [
                between(self, part, stacked, axis_values, None)
                if self._anchored(part)
                # (points, components, bins, sets) before
                else np.moveaxis(
                    self._interpolated(part, part.values, axis_values, None) @ columns,
                    -1,
                    0,
                )
                for part in self._merged
            ]
        )
        # (sets, points, bins, components) with the time pattern of each component
        counts = total.swapaxes(2, 3) @ self.time
        return list(counts.reshape(len(coefficients), points, -1))

    def by_axis(self) -> list[tuple[tuple[int, ...], FloatArray]]:
        """Sums of the parts that share axes: axes, and (components, energy bins, terms,
        nodes...)."""
        return [(part.axes, part.values) for part in self._merged]

    def weighted(
        self,
        axis: int,
        axis_values: FloatArray,
        table: FloatArray,
        derivative: bool = False,
    ) -> FloatArray:
        """Interpolate along one `axis` (its position), or differentiate if
        `derivative`: from a `table` (nodes, numbers) to (points, numbers), at the
        `axis_values` (points, axes)."""
        return product(
            self.weights(axis, axis_values, axis if derivative else None), table
        )

    def by_component(
        self,
        coefficients: FloatArray,
        axis_values: FloatArray | None = None,
        derivative: int | None = None,
    ) -> FloatArray:
        """Counts of each flux component integrated over time, shape (points,
        components, energy bins); `coefficients`, `axis_values` and `derivative` as in
        `counts`."""
        return sum_arrays(
            [
                self._part(part, coefficients, axis_values, derivative)
                for part in self.parts
            ]
        )

    def by_isotope(
        self, coefficients: FloatArray, axis_values: FloatArray | None = None
    ) -> FloatArray:
        """Counts of each scatterer in the time window, shape (points, isotopes, energy
        bins), in the order of `isotopes`; `coefficients` and `axis_values` as in
        `counts`."""
        return np.stack(
            np.broadcast_arrays(
                *(
                    np.einsum(
                        "pcb,c->pb",
                        self._part(part, coefficients, axis_values, None),
                        self.time.sum(1),
                    )
                    for part in self.parts
                )
            ),
            axis=1,
        )

    def _part(
        self,
        part: Part,
        coefficients: FloatArray,
        axis_values: FloatArray | None,
        derivative: int | None,
    ) -> FloatArray:
        if axis_values is None and self.axes:
            raise InputError(
                "these templates need a value of"
                f" {', '.join(a.parameter.name for a in self.axes)}"
            )
        scale = self._unscaled(axis_values)
        if scale is None or axis_values is None:
            return self._counted(part, coefficients, axis_values, derivative)
        if coefficients.ndim == 2:
            coefficients = coefficients[:, None, :]
        result = self._counted(part, coefficients * scale, axis_values, derivative)
        if derivative is not None and self.powers[:, derivative].any():
            mass = axis_values[:, derivative, None]
            slope = -2 * self.powers[:, derivative] * mass / (self.momenta**2 + mass**2)
            result = result + self._counted(
                part, coefficients * scale * slope, axis_values, None
            )
        return result

    def _unscaled(self, axis_values: FloatArray | None) -> FloatArray | None:
        """Factor that undoes the scaling of the parts, shape (points, terms); None if
        there is none."""
        if axis_values is None or not self.powers.any():
            return None
        return np.asarray(
            np.prod(
                (self.momenta[:, None] ** 2 + axis_values[:, None, :] ** 2)
                ** -self.powers,
                axis=-1,
            )
        )

    def _counted(
        self,
        part: Part,
        coefficients: FloatArray,
        axis_values: FloatArray | None,
        derivative: int | None,
    ) -> FloatArray:
        n_components, bins = part.values.shape[:2]
        if derivative is not None and derivative not in part.axes:
            return np.zeros((1, n_components, bins))
        if axis_values is not None and self._anchored(part):
            shape = len(axis_values), len(self.terms)
            rows = coefficients[:, None] if coefficients.ndim == 2 else coefficients
            rows = np.broadcast_to(rows, (n_components, *shape))
            found = between(self, part, rows[None], axis_values, derivative)
            return np.asarray(found[0])
        if coefficients.ndim == 2:
            # the model is the same at every point: contract the terms first
            values = np.einsum("cbt...,ct->cb...", part.values, coefficients)
            return self._interpolated(part, values, axis_values, derivative)
        current = self._interpolated(part, part.values, axis_values, derivative)
        if not part.axes:
            return np.asarray(np.einsum("cbt,cpt->pcb", current[0], coefficients))
        return np.asarray(np.einsum("pcbt,cpt->pcb", current, coefficients))

    def _anchored(self, part: Part) -> bool:
        """Whether a part is linear between anchors along some of its axes."""
        return any(self.axes[axis].anchors for axis in part.axes)

    def _interpolated(
        self,
        part: Part,
        values: FloatArray,
        axis_values: FloatArray | None,
        derivative: int | None,
    ) -> FloatArray:
        """Values of a part without anchors (with or without its terms) at the points,
        with the points in front."""
        if not part.axes:
            return values[None]
        assert axis_values is not None  # callers
        points = axis_values.shape[0]
        kept = values.ndim - len(part.axes)
        # interpolate one axis after the other; the first leaves a point index in front
        table = np.moveaxis(values, kept, 0)
        weights = self.weights(part.axes[0], axis_values, derivative)
        current = product(weights, table.reshape(table.shape[0], -1)).reshape(
            points, *table.shape[1:]
        )
        for axis in part.axes[1:]:
            weights = self.weights(axis, axis_values, derivative)
            current = np.moveaxis(current, 1 + kept, 1)
            current = np.einsum("pn,pn...->p...", weights, current)
        return np.asarray(current)

    def weights(
        self, index: int, axis_values: FloatArray, derivative: int | None
    ) -> FloatArray:
        """Weights of the nodes of one axis, or of the derivative there, (points,
        nodes): `index` is its position, `axis_values` and `derivative` as of
        `counts`."""
        axis, (nodes, slopes) = self.axes[index], self._nodes[index]
        values = axis_values[:, index]
        try:
            known = self._last.get(index)
            if known is not None and np.array_equal(known[0], values):
                matrix = known[1]
            else:
                axis.check(values)
                matrix = barycentric_matrix(nodes, axis.coordinate(values))
                self._last[index] = (values.copy(), matrix)
        except InputError as err:
            raise InputError(f"{axis.parameter.name}: {err}") from None
        if derivative != index:
            return matrix
        # d/dx = (1/x) d/d ln x
        return matrix @ slopes / values[:, None] if axis.log else matrix @ slopes
