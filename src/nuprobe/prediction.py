"""Flux × process × target × response folded once into templates; a model then costs one
matrix product.

For each isotope and flux component the counts in a bin are

    N_b = Σ_t c_t ∫ dT R_b(T) S_t(T) ∫ dE φ(E) k(E, T)

with the kinematics k and the nuclear response S of `nuprobe.processes`, the detector's
R and the model's coefficients c. What sits inside the integrals (a neutron radius, a
quenching factor) becomes an axis: the templates are evaluated at Chebyshev nodes along
it and interpolated, with the interpolation error measured.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from typing import Any, Final, Literal

import numpy as np

from nuprobe.detectors import Response, TableResponse
from nuprobe.errors import ComputationError, InputError
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.fluxes import Flux, FluxComponent
from nuprobe.models import Model, Propagator
from nuprobe.nuclei import Target
from nuprobe.numerics import (
    FloatArray,
    barycentric_matrix,
    chebyshev_nodes,
    gauss_legendre,
    product,
)
from nuprobe.oscillation import AtSource, Propagation
from nuprobe.parameters import Parameter
from nuprobe.processes.cevns import Cevns, recoil_maximum
from nuprobe.processes.elastic import CONTACT, Process, Scatterer, Sectors
from nuprobe.processes.kernels import KernelGroup

__all__ = [
    "AtSource",
    "Axis",
    "Propagation",
    "Setup",
    "Templates",
    "build_templates",
    "half_difference",
    "stacked",
]

_RTOL: Final = 1e-6  # promised accuracy of every integral
# bins below this fraction of the largest one are judged against that fraction of it
_FLOOR: Final = 1e-9
_AXIS_FLOOR: Final = (
    1e-3  # along axes, and for a component beside the largest one of its bin
)


@dataclass(frozen=True)
class Axis:
    """A parameter that sits inside the integrals.

    Attributes
    ----------
    parameter : its name, range and unit; the templates hold on [lower, upper] and
        refuse anything outside.
    isotopes : names of the isotopes whose target depends on it; empty if it acts on
        all.
    nodes : Chebyshev nodes.
    acts_on : ``"target"``, ``"response"``, or ``"kernel"`` (the mass of a mediator).
    log : nodes in the logarithm of the parameter.
    """

    parameter: Parameter
    isotopes: tuple[str, ...] = ()
    nodes: int = 32
    acts_on: Literal["target", "response", "kernel"] = "response"
    log: bool = False

    def __post_init__(self) -> None:
        if self.isotopes and self.acts_on == "response":
            object.__setattr__(self, "acts_on", "target")
        if self.log and not self.parameter.lower > 0:
            raise InputError(
                f"{self.parameter.name}: a logarithmic axis needs a positive lower end"
            )

    def coordinate(self, values: FloatArray) -> FloatArray:
        """Where values lie along the axis: the values themselves, or their
        logarithm."""
        return np.asarray(np.log(values)) if self.log else values

    @property
    def ends(self) -> tuple[float, float]:
        """Range of the coordinate."""
        low, high = self.coordinate(
            np.array([self.parameter.lower, self.parameter.upper])
        )
        return float(low), float(high)

    def value(self, coordinate: FloatArray) -> FloatArray:
        """Inverse of `coordinate`, inside the range in spite of rounding."""
        values = np.exp(coordinate) if self.log else coordinate
        return np.clip(values, self.parameter.lower, self.parameter.upper)

    @property
    def middle(self) -> float:
        """Centre of the range."""
        return float(self.value(np.array(sum(self.ends) / 2)))

    @property
    def points(self) -> FloatArray:
        """The nodes, in the unit of the parameter."""
        return self.value(chebyshev_nodes(*self.ends, self.nodes))


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything the integrals need, as functions of the axes' values.

    Attributes
    ----------
    flux : the source.
    target_at : axis values → target (one formula unit).
    response_at : axis values → response.
    formula_units : number of formula units in the detector.
    fluence : flux units per area at the detector, in MeV² (natural units).
    time_edges : arrival-time bins in µs, or None to integrate over all times.
    time_resolution, time_offset : Gaussian resolution and shift of the arrival time,
        µs.
    time_acceptance : (edges in µs, probability to keep an event in each bin, 0
        outside), or None to keep all.
    process : what scatters.
    sectors_at : axis values → exchanges that the templates hold; default the weak
        interaction alone.
    propagation : what happens on the way.
    propagations : by name of a flux component, where its f_i differ from those of
        `propagation`; the names of the f_i and the ρ_i are the same.
    """

    flux: Flux
    target_at: Callable[[Mapping[str, float]], Target]
    response_at: Callable[[Mapping[str, float]], Response | TableResponse]
    formula_units: float
    fluence: float
    time_edges: FloatArray | None = None
    time_resolution: float = 0.0
    time_offset: float = 0.0
    time_acceptance: tuple[FloatArray, FloatArray] | None = None
    process: Process = field(default_factory=Cevns)
    sectors_at: Callable[[Mapping[str, float]], Sectors] = lambda values: CONTACT
    propagation: Propagation = field(default_factory=AtSource)
    propagations: Mapping[str, Propagation] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Part:
    """Templates of one isotope: shape (components, bins, terms, *nodes of its axes)."""

    isotope: str
    axes: tuple[int, ...]
    values: FloatArray


@dataclass(frozen=True, eq=False)
class Templates:
    """Counts as templates × coefficients.

    Attributes
    ----------
    components, flavours : name and flavour of each flux component.
    terms : names of the terms of the process.
    axes : parameters inside the integrals.
    time : fraction of each component in each time bin, shape (components, time bins).
    parts : one array an isotope.
    error : largest relative error of the quadrature, from a second order.
    axis_error : largest relative error of the interpolation along each axis, measured
        between the nodes.
    process, sectors, propagation : give the coefficients of a model.
    powers : propagators of each axis in each term, shape (terms, axes); the parts hold
        the templates times (m² + p²) to that power, with p the `momentum` of the
        process.
    """

    components: tuple[str, ...]
    flavours: tuple[Flavour, ...]
    terms: tuple[str, ...]
    axes: tuple[Axis, ...]
    time: FloatArray
    parts: tuple[_Part, ...]
    error: float
    axis_error: tuple[float, ...]
    process: Process
    sectors: Sectors
    propagation: Propagation
    powers: FloatArray

    @property
    def isotopes(self) -> tuple[str, ...]:
        """Names of the isotopes."""
        return tuple(part.isotope for part in self.parts)

    @property
    def shape(self) -> tuple[int, int]:
        """Bins of the reconstructed quantity, and of time."""
        return self.parts[0].values.shape[1], self.time.shape[1]

    @cached_property
    def _merged(self) -> tuple[_Part, ...]:
        """Parts that depend on the same axes, added up: what counts need."""
        by_axes: dict[tuple[int, ...], _Part] = {}
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
        nodes = [chebyshev_nodes(*axis.ends, axis.nodes) for axis in self.axes]
        return [(x, barycentric_matrix(x, x, derivative=True)) for x in nodes]

    @cached_property
    def _last(self) -> dict[int, tuple[FloatArray, FloatArray]]:
        """Values last asked for on each axis and their weights: several sets of counts
        are wanted at one point."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is cached."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def select(self, energy_bins: slice, time_bins: slice) -> Templates:
        """Keep only some bins."""
        parts = tuple(
            replace(part, values=part.values[:, energy_bins]) for part in self.parts
        )
        return replace(self, parts=parts, time=self.time[:, time_bins])

    def spread(self, fraction: FloatArray) -> Templates:
        """Split every energy bin by another quantity; its bins become the fast index.

        Parameters
        ----------
        fraction : share of each energy bin in each bin of the quantity, shape (energy
            bins, bins).
        """
        parts = []
        for part in self.parts:
            tail = part.values.shape[2:]
            values = part.values[:, :, None] * fraction.reshape(
                *fraction.shape, *(1,) * len(tail)
            )
            parts.append(
                replace(part, values=values.reshape(part.values.shape[0], -1, *tail))
            )
        return replace(self, parts=tuple(parts))

    def sum_time(self) -> Templates:
        """Sum over the time bins."""
        return replace(self, time=self.time.sum(1, keepdims=True))

    def all_times(self) -> Templates:
        """Count every event, whenever it arrives, in one time bin."""
        return replace(self, time=np.ones((len(self.components), 1)))

    def scale(self, factor: float) -> Templates:
        """Multiply every count by `factor`."""
        return replace(
            self,
            parts=tuple(
                replace(part, values=part.values * factor) for part in self.parts
            ),
        )

    def coefficients(self, model: Model) -> FloatArray:
        """Coefficients of a model, shape (components, terms) or (components, points,
        terms).

        Raises
        ------
        InputError
            If the model exchanges something that these templates do not hold.
        """
        couplings = {
            anti: model.couplings(anti) for anti in {f.anti for f in self.flavours}
        }

        def row(state: FlavourState, anti: bool) -> FloatArray:
            return self.process.coefficients(couplings[anti], state, self.sectors)

        return self._rows(row)

    def coefficient_derivatives(
        self, model: Model, names: Sequence[str]
    ) -> list[FloatArray]:
        """Derivative of `coefficients` with respect to each of some parameters of the
        model."""
        couplings = {
            anti: model.couplings(anti) for anti in {f.anti for f in self.flavours}
        }
        slopes = {anti: model.coupling_derivatives(anti) for anti in couplings}

        def along(name: str) -> FloatArray:
            def row(state: FlavourState, anti: bool) -> FloatArray:
                return self.process.coefficient_derivatives(
                    couplings[anti], slopes[anti][name], state, self.sectors
                )

            return self._rows(row)

        return [along(name) for name in names]

    def _rows(self, row: Callable[[FlavourState, bool], FloatArray]) -> FloatArray:
        rows = []
        for flavour in self.flavours:
            pieces = [
                row(state, flavour.anti) for state in self.propagation.states(flavour)
            ]
            rows.append(
                np.concatenate(np.broadcast_arrays(*pieces), axis=-1)
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
        """`counts` for several sets of coefficients at the same points; the
        interpolation is done once."""
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
                self._interpolated(part, part.values, axis_values, None) @ columns
                for part in self._merged
            ]
        )
        # (points, bins, sets, components) with the time pattern of each component
        counts = total.transpose(0, 2, 3, 1) @ self.time
        return list(counts.transpose(2, 0, 1, 3).reshape(len(coefficients), points, -1))

    def by_axis(self) -> list[tuple[tuple[int, ...], FloatArray]]:
        """Values of the parts that share axes, added: axes, and (components, energy
        bins, terms, nodes...)."""
        return [(part.axes, part.values) for part in self._merged]

    def weighted(
        self,
        axis: int,
        axis_values: FloatArray,
        table: FloatArray,
        derivative: bool = False,
    ) -> FloatArray:
        """Interpolate (or differentiate) along one axis: from a table (nodes, numbers)
        to (points, numbers)."""
        return product(
            self._weights(axis, axis_values, axis if derivative else None), table
        )

    def by_component(
        self,
        coefficients: FloatArray,
        axis_values: FloatArray | None = None,
        derivative: int | None = None,
    ) -> FloatArray:
        """Counts of each flux component integrated over time, shape (points,
        components, energy bins)."""
        return sum_arrays(
            [
                self._part(part, coefficients, axis_values, derivative)
                for part in self.parts
            ]
        )

    def by_isotope(
        self, coefficients: FloatArray, axis_values: FloatArray | None = None
    ) -> FloatArray:
        """Counts of each isotope in the time window, shape (points, isotopes, energy
        bins)."""
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
        part: _Part,
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
            slope = (
                -2
                * self.powers[:, derivative]
                * mass
                / (self.process.momentum**2 + mass**2)
            )
            result = result + self._counted(
                part, coefficients * scale * slope, axis_values, None
            )
        return result

    def _unscaled(self, axis_values: FloatArray | None) -> FloatArray | None:
        """Factor that takes the scaling of the parts out, shape (points, terms); None
        if there is none."""
        if axis_values is None or not self.powers.any():
            return None
        return np.asarray(
            np.prod(
                (self.process.momentum**2 + axis_values[:, None, :] ** 2)
                ** -self.powers,
                axis=-1,
            )
        )

    def _counted(
        self,
        part: _Part,
        coefficients: FloatArray,
        axis_values: FloatArray | None,
        derivative: int | None,
    ) -> FloatArray:
        n_components, bins = part.values.shape[:2]
        if derivative is not None and derivative not in part.axes:
            return np.zeros((1, n_components, bins))
        if coefficients.ndim == 2:
            # the model is the same at every point: spend the terms first
            values = np.einsum("cbt...,ct->cb...", part.values, coefficients)
            return self._interpolated(part, values, axis_values, derivative)
        current = self._interpolated(part, part.values, axis_values, derivative)
        if not part.axes:
            return np.asarray(np.einsum("cbt,cpt->pcb", current[0], coefficients))
        return np.asarray(np.einsum("pcbt,cpt->pcb", current, coefficients))

    def _interpolated(
        self,
        part: _Part,
        values: FloatArray,
        axis_values: FloatArray | None,
        derivative: int | None,
    ) -> FloatArray:
        """Values of a part (with or without its terms) at the points, with the points
        in front."""
        if not part.axes:
            return values[None]
        assert axis_values is not None  # callers
        points = axis_values.shape[0]
        kept = values.ndim - len(part.axes)
        # interpolate one axis after the other; the first leaves a point index in front
        table = np.moveaxis(values, kept, 0)
        weights = self._weights(part.axes[0], axis_values, derivative)
        current = product(weights, table.reshape(table.shape[0], -1)).reshape(
            points, *table.shape[1:]
        )
        for axis in part.axes[1:]:
            weights = self._weights(axis, axis_values, derivative)
            current = np.moveaxis(current, 1 + kept, 1)
            current = np.einsum("pn,pn...->p...", weights, current)
        return np.asarray(current)

    def _weights(
        self, axis: int, axis_values: FloatArray, derivative: int | None
    ) -> FloatArray:
        try:
            one, (nodes, slopes) = self.axes[axis], self._nodes[axis]
            values = axis_values[:, axis]
            known = self._last.get(axis)
            if known is not None and np.array_equal(known[0], values):
                matrix = known[1]
            else:
                _inside(one, values)
                matrix = barycentric_matrix(nodes, one.coordinate(values))
                self._last[axis] = (values.copy(), matrix)
            if derivative != axis:
                return matrix
            # d/dx = (1/x) d/d ln x
            return matrix @ slopes / values[:, None] if one.log else matrix @ slopes
        except InputError as err:
            raise InputError(f"{self.axes[axis].parameter.name}: {err}") from None


def _inside(axis: Axis, values: FloatArray) -> None:
    """Refuse what a logarithm would turn into NaN; the rest is refused by the
    interpolation."""
    if axis.log and np.any(values <= 0):
        raise InputError(
            f"{values[values <= 0][0]:g} lies outside [{axis.parameter.lower:g},"
            f" {axis.parameter.upper:g}]"
        )


def sum_arrays(arrays: Sequence[FloatArray]) -> FloatArray:
    """Sum with broadcasting of the leading axis."""
    total = arrays[0]
    for array in arrays[1:]:
        total = total + array
    return total


def build_templates(
    setup: Setup, axes: Sequence[Axis] = (), *, check: bool = True
) -> Templates:
    """Fold flux, process, target and response into templates.

    Parameters
    ----------
    setup : the ingredients.
    axes : parameters that stay free inside the integrals.
    check : also evaluate at a second quadrature order and between the nodes of the
        axes, to measure the errors.

    Returns
    -------
    Templates

    Raises
    ------
    ComputationError
        If the accuracy of 1e-6 is not reached.
    """
    components = setup.flux.components
    known: _Known = {}
    middle = {a.parameter.name: a.middle for a in axes}
    order, refine = 32, 1  # of the integrals over the recoil and over the flux
    error = float("nan")
    if check:
        # settle the order on the middle of the axes, where it is as hard as anywhere,
        # and the lightest mediators
        hard = {
            **middle,
            **{
                a.parameter.name: a.parameter.lower
                for a in axes
                if a.acts_on == "kernel"
            },
        }
        coarse = _all_parts(setup, (), hard, order, refine, known)
        for _ in range(3):
            fine = _all_parts(setup, (), hard, order + order // 2, 2 * refine, known)
            error = max(
                _difference(a.values, b.values)
                for a, b in zip(coarse, fine, strict=True)
            )
            if error < _RTOL / 10:
                break
            order, refine = 2 * order, 2 * refine
            coarse = _all_parts(setup, (), hard, order, refine, known)
        else:
            raise ComputationError(
                f"the folding integrals reach only {error:.1e}: the response (or the"
                " flux) is too narrow for its bins; widen the smearing or use smearing"
                " = 'none'"
            )
    parts = (
        coarse
        if check and not axes
        else _all_parts(setup, axes, middle, order, refine, known)
    )
    terms = _terms(setup, setup.sectors_at(middle))
    powers = _powers(terms, axes)
    parts = tuple(_scaled(part, axes, powers, setup.process.momentum) for part in parts)
    time = np.ones((len(components), 1))
    if setup.time_edges is not None:
        time = np.stack([_time(setup, component) for component in components])
    templates = Templates(
        components=tuple(c.name for c in components),
        flavours=tuple(c.flavour for c in components),
        terms=terms,
        axes=tuple(axes),
        time=time,
        parts=parts,
        error=error,
        axis_error=(float("nan"),) * len(axes),
        process=setup.process,
        sectors=setup.sectors_at(middle),
        propagation=setup.propagation,
        powers=powers,
    )
    if not (check and axes):
        return templates
    errors = tuple(
        _axis_error(setup, templates, i, middle, order, refine, known)
        for i in range(len(axes))
    )
    if max(errors) > _RTOL:
        worst = axes[int(np.argmax(errors))]
        raise ComputationError(
            f"interpolation along {worst.parameter.name} reaches only"
            f" {max(errors):.1e}: give it more nodes or a shorter range"
        )
    return replace(templates, axis_error=errors)


def _terms(setup: Setup, sectors: Sectors) -> tuple[str, ...]:
    """Terms of the process, once for each function of the way."""
    names = setup.process.terms(sectors)
    return tuple(
        f"{name}|{way}" if way else name
        for way in setup.propagation.names
        for name in names
    )


def _powers(terms: Sequence[str], axes: Sequence[Axis]) -> FloatArray:
    """Propagators of the mediator whose mass an axis is, in each term, shape (terms,
    axes)."""
    labels = [
        Propagator(1.0, a.parameter.name).label if a.acts_on == "kernel" else ""
        for a in axes
    ]
    counts = [[term.count(label) if label else 0 for label in labels] for term in terms]
    return np.array(counts, dtype=float).reshape(len(terms), len(axes))


def _scaled(
    part: _Part, axes: Sequence[Axis], powers: FloatArray, momentum: float
) -> _Part:
    """Templates times m² + momentum² for each propagator, which falls by ten decades
    along the axis of its mass."""
    values = part.values
    for position, axis in enumerate(part.axes):
        if powers[:, axis].any():
            factor = (momentum**2 + axes[axis].points ** 2) ** powers[
                :, axis, None
            ]  # (terms, nodes)
            shape = [1] * values.ndim
            shape[2], shape[3 + position] = factor.shape
            values = values * factor.reshape(shape)
    return replace(part, values=values)


def stacked(templates: Sequence[Templates]) -> Templates | None:
    """Put the bins of several templates behind each other; None if they differ in more
    than their values."""
    first = templates[0]
    for other in templates[1:]:
        same = [
            a.axes == b.axes and a.isotope == b.isotope
            for a, b in zip(first.parts, other.parts, strict=True)
        ]
        if (
            not all(same)
            or first.axes != other.axes
            or not np.array_equal(first.time, other.time)
        ):
            return None
    parts = zip(*(t.parts for t in templates), strict=True)
    return replace(
        first,
        parts=tuple(
            replace(group[0], values=np.concatenate([p.values for p in group], 1))
            for group in parts
        ),
    )


def half_difference(up: Templates, down: Templates) -> Templates:
    """Half the difference of two templates: the linear shape of a systematic per
    standard deviation."""
    parts = tuple(
        replace(a, values=(a.values - b.values) / 2)
        for a, b in zip(up.parts, down.parts, strict=True)
    )
    return replace(up, parts=parts)


def _time(setup: Setup, component: FluxComponent) -> FloatArray:
    if component.time is None or setup.time_edges is None:
        raise InputError(
            f"flux {setup.flux.name}: {component.name} has no arrival-time profile;"
            " give it one or leave time bins out"
        )
    profile = setup.flux.times[component.time]
    edges = setup.time_edges
    if setup.time_acceptance is None:
        return profile.fraction(edges, setup.time_resolution, setup.time_offset)
    cuts, kept = setup.time_acceptance
    # constant between the cuts: exact on the common edges
    fine = np.union1d(edges, cuts[(cuts > edges[0]) & (cuts < edges[-1])])
    middle = (fine[1:] + fine[:-1]) / 2
    index = np.searchsorted(cuts, middle, side="right") - 1
    efficiency = np.where(
        (index >= 0) & (index < kept.size), kept[np.clip(index, 0, kept.size - 1)], 0.0
    )
    fraction = (
        profile.fraction(fine, setup.time_resolution, setup.time_offset) * efficiency
    )
    return np.asarray(np.histogram(middle, edges, weights=fraction)[0])


def _difference(a: FloatArray, b: FloatArray, floor: float = _FLOOR) -> float:
    """Largest relative difference; what is far below the largest bin, or the largest
    component of its bin, counts absolutely."""
    scale = np.maximum(np.abs(b), floor * np.abs(b).max(axis=1, keepdims=True))
    scale = np.maximum(scale, _AXIS_FLOOR * np.abs(b).max(axis=0, keepdims=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(scale > 0, np.abs(a - b) / scale, np.abs(a - b))
    return float(ratio.max(initial=0.0))


def _axis_error(
    setup: Setup,
    templates: Templates,
    index: int,
    middle: Mapping[str, float],
    order: int,
    refine: int,
    known: _Known,
) -> float:
    """Interpolation error of the counts along one axis, halfway (in angle) between the
    nodes."""
    axis = templates.axes[index]
    angle = np.pi * (np.arange(axis.nodes - 1) + 0.5) / (axis.nodes - 1)
    low, high = axis.ends
    probes = axis.value(low + (high - low) * (1 - np.cos(angle)) / 2)
    probes = probes[np.unique(np.linspace(0, probes.size - 1, 7).astype(int))]
    points = np.array(
        [[middle[a.parameter.name] for a in templates.axes]] * probes.size
    )
    points[:, index] = probes
    exact = [
        _all_parts(
            setup,
            (),
            {**middle, axis.parameter.name: float(probe)},
            order,
            refine,
            known,
        )
        for probe in probes
    ]
    worst = 0.0
    for term in range(len(templates.terms)):
        unit = np.zeros((len(templates.components), len(templates.terms)))
        unit[:, term] = 1.0
        got = templates.by_component(unit, points)
        for row, parts in enumerate(exact):
            truth = sum_arrays([part.values[:, :, term] for part in parts])
            worst = max(worst, _difference(got[row], truth, _AXIS_FLOOR))
    return worst


_Known = dict[tuple[Any, ...], FloatArray]
"""Integrals over the flux, which do not change along most axes."""


def _all_parts(
    setup: Setup,
    axes: Sequence[Axis],
    fixed: Mapping[str, float],
    order: int,
    refine: int,
    known: _Known,
) -> tuple[_Part, ...]:
    """Evaluate every isotope on the tensor grid of its axes' nodes."""
    scatterers = setup.process.scatterers(setup.target_at(fixed))
    parts = []
    for position, scatterer in enumerate(scatterers):
        name = scatterer.name
        mine = tuple(
            i for i, a in enumerate(axes) if not a.isotopes or name in a.isotopes
        )
        outer = [i for i in mine if axes[i].acts_on == "response"]
        inner = [i for i in mine if axes[i].acts_on != "response"]
        shape = tuple(axes[i].nodes for i in (*outer, *inner))
        blocks = []
        for response_node in itertools.product(*(axes[i].points for i in outer)):
            at = {
                **fixed,
                **{
                    axes[i].parameter.name: float(v)
                    for i, v in zip(outer, response_node, strict=True)
                },
            }
            kernels = []
            for node in itertools.product(*(axes[i].points for i in inner)):
                here = {
                    **at,
                    **{
                        axes[i].parameter.name: float(v)
                        for i, v in zip(inner, node, strict=True)
                    },
                }
                one = setup.process.scatterers(setup.target_at(here))[position]
                kernels.append(one.groups(setup.sectors_at(here)))
            blocks.append(
                _fold(
                    setup,
                    scatterer,
                    kernels,
                    setup.response_at(at),
                    order,
                    refine,
                    known,
                )
            )
        values = np.stack(blocks).reshape(*shape, *blocks[0].shape[1:])
        # nodes last, in the order of the axes
        values = np.moveaxis(values, range(len(shape)), range(3, 3 + len(shape)))
        back = np.argsort([*outer, *inner])
        values = values.transpose(0, 1, 2, *(3 + back))
        parts.append(_Part(name, mine, np.ascontiguousarray(values)))
    return tuple(parts)


def _fold(
    setup: Setup,
    scatterer: Scatterer,
    kernels: Sequence[tuple[KernelGroup, ...]],
    response: Response | TableResponse,
    order: int,
    refine: int,
    known: _Known,
) -> FloatArray:
    """Templates of one scatterer for several sets of kernels, shape (sets, flux
    components, bins, terms)."""
    mass, groups = scatterer.mass, kernels[0]
    names = setup.process.terms(setup.sectors_at({}))
    ways = setup.propagation.names
    scale = setup.formula_units * scatterer.count * setup.fluence
    result = np.zeros(
        (len(kernels), len(setup.flux.components), response.bins, len(ways), len(names))
    )
    t_top = float(recoil_maximum(max(c.e_max for c in setup.flux.components), mass))
    t_low, t_weights = _recoil_grid(
        setup.flux.components, response, scatterer, t_top, order
    )
    detected = response.matrix(t_low) * (t_weights * scale)
    e_min = (t_low + np.sqrt(t_low**2 + 2 * mass * t_low)) / 2
    for g, group in enumerate(groups):
        columns = [names.index(term) for term in group.terms]
        nuclear = np.stack(
            [kernel[g].response(t_low) for kernel in kernels], axis=1
        )  # (T, sets, terms)
        for c, component in enumerate(setup.flux.components):
            key = (scatterer.name, g, c, refine, t_low.tobytes())
            if key not in known:
                integrand = partial(_at_recoil, group.kinematics, t_low)
                if ways != ("",):
                    way = setup.propagations.get(component.name, setup.propagation)
                    integrand = partial(_on_the_way, integrand, way)
                known[key] = component.integrate(integrand, e_min, refine).reshape(
                    t_low.size, len(ways)
                )
            for w in range(len(ways)):
                folded = (detected * known[key][:, w]) @ nuclear.reshape(t_low.size, -1)
                folded = folded.reshape(
                    response.bins, len(kernels), len(columns)
                ).transpose(1, 0, 2)
                result[:, c, :, w][:, :, columns] = folded
    return result.reshape(*result.shape[:3], -1)


def _on_the_way(
    kinematics: Callable[[FloatArray], FloatArray],
    propagation: Propagation,
    e_nu: FloatArray,
) -> FloatArray:
    return kinematics(e_nu)[..., None] * propagation.functions(e_nu)


def _at_recoil(
    kinematics: Callable[[FloatArray, FloatArray], FloatArray],
    t_nr: FloatArray,
    e_nu: FloatArray,
) -> FloatArray:
    """Kinematics at energies of shape (recoils, nodes)."""
    return kinematics(e_nu, t_nr[:, None])


def _recoil_grid(
    components: Sequence[FluxComponent],
    response: Response | TableResponse,
    scatterer: Scatterer,
    t_top: float,
    order: int,
) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights in T: Gauss–Legendre in √T (where the integrand is smooth)
    between all kinks."""
    energies = [
        e
        for c in components
        for e in (*c.edges[:1], *c.edges[-1:], *(line.energy for line in c.lines))
    ]
    inner = [e for c in components for e in c.edges[1:-1]]
    if len(inner) <= 24:  # the kinks of a long table are mild and left to the order
        energies += inner
    kinks = [float(recoil_maximum(e, scatterer.mass)) for e in energies if e > 0]
    kinks += scatterer.breakpoints
    kinks = [*kinks, *map(float, response.breakpoints(t_top))]
    t_low, t_top = response.window(t_top)
    edges = np.unique(np.sqrt([t_low, *[t for t in kinks if t_low < t < t_top], t_top]))
    width = edges[-1] / response.panels(t_top)
    pieces = [
        np.linspace(a, b, max(1, int(np.ceil((b - a) / width))) + 1)[:-1]
        for a, b in itertools.pairwise(edges)
    ]
    edges = np.append(np.concatenate(pieces), edges[-1])
    n = order if edges.size < 12 else max(8, order // 4)
    x, w = gauss_legendre(n)
    step = np.diff(edges)[:, None]
    u = (edges[:-1, None] + step * x).ravel()
    return u**2, 2 * u * (step * w).ravel()
