"""Build templates: choose quadrature orders, evaluate at the nodes of the axes, measure
errors."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from nuprobe.detectors import Response, TableResponse
from nuprobe.errors import ComputationError, InputError, shown, warn
from nuprobe.models import Propagator
from nuprobe.numerics import FloatArray, sum_arrays
from nuprobe.prediction.axes import Axis
from nuprobe.prediction.combine import joined
from nuprobe.prediction.convergence import check_convergence, reaches_nothing
from nuprobe.prediction.fold import Known, Moments, fold
from nuprobe.prediction.parts import Part, Reaction
from nuprobe.prediction.setup import Setup
from nuprobe.prediction.templates import Templates
from nuprobe.processes import KernelGroup

__all__ = ["build_templates"]

_RTOL: Final = 1e-6  # promised accuracy of every integral
_WORST: Final = 1e-4  # less accurate results are rejected unless requested
_MOST_NODES: Final = 400  # along the mass of a mediator
# for bins below this fraction of the largest one, errors are relative to that fraction
_FLOOR: Final = 1e-9
_AXIS_FLOOR: Final = (
    1e-3  # along axes, and for a component beside the largest one of its bin
)


def build_templates(
    setup: Setup | Sequence[Setup],
    axes: Sequence[Axis] = (),
    *,
    check: bool = True,
    rtol: float = _RTOL,
) -> Templates:
    """Fold flux, process, target and response into templates.

    Parameters
    ----------
    setup : the ingredients; or one setup per process, whose counts in the same bins are
        summed.
    axes : parameters that stay free inside the integrals.
    check : also evaluate at a second quadrature order and between the nodes of the
        axes, to measure the errors.
    rtol : required relative accuracy. A result that misses it but reaches 1e-4 gives a
        `ValidityWarning`.

    Returns
    -------
    Templates

    Raises
    ------
    ComputationError
        If neither `rtol` nor 1e-4 is reached.
    InputError
        If there is no setup, or several do not share flux and bins, or the rate is
        infinite.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.prediction.examples import argon
    >>> templates = build_templates(argon())
    >>> templates.counts(templates.coefficients(nu.StandardModel())).round(2)
    array([[..., ...]])
    """
    setups = [setup] if isinstance(setup, Setup) else list(setup)
    if not setups:
        raise InputError("templates need at least one setup")
    if not (np.isfinite(rtol) and 0 < rtol < 1):
        raise InputError(f"rtol must be between 0 and 1, got {shown(rtol)}")
    built = [_Builder(one, tuple(axes), rtol).build(check) for one in setups]
    while any(one.axes != built[0].axes for one in built):
        # a mediator mass may need more nodes in one process than in another: all get
        # those of the finest axis
        finest = tuple(
            max(same, key=lambda axis: axis.nodes)
            for same in zip(*(one.axes for one in built), strict=True)
        )
        built = [
            one if one.axes == finest else _Builder(setup, finest, rtol).build(check)
            for setup, one in zip(setups, built, strict=True)
        ]
    return joined(built)


@dataclass(frozen=True, eq=False)
class _Builder:
    """Templates of one setup.

    Attributes
    ----------
    setup, axes, rtol : as in `build_templates`.
    known : integrals over the flux.
    responses : by values of the axes.
    """

    setup: Setup
    axes: tuple[Axis, ...]
    rtol: float = _RTOL
    known: Known = field(default_factory=dict)
    responses: dict[tuple[tuple[str, float], ...], Response | TableResponse] = field(
        default_factory=dict
    )

    @property
    def middle(self) -> dict[str, float]:
        """Middle of each axis."""
        return {a.parameter.name: a.middle for a in self.axes}

    def build(self, check: bool) -> Templates:
        """All parts, with their errors if `check`."""
        accuracy, error, parts = (32, 1), float("nan"), None
        check_convergence(self.setup, self.middle)
        if check:
            accuracy, error, parts = self._settle()
        if parts is None or self.axes:
            parts = self._parts(self.axes, self.middle, accuracy)
        templates = self._templates(parts, error)
        if not (check and self.axes):
            return templates
        errors = tuple(
            self._axis_error(templates, i, accuracy) for i in range(len(self.axes))
        )
        if max(errors) > self.rtol:
            worst = self.axes[int(np.argmax(errors))]
            if worst.acts_on == "kernel" and 2 * worst.nodes <= _MOST_NODES:
                finer = replace(worst, nodes=2 * worst.nodes)
                axes = tuple(finer if a is worst else a for a in self.axes)
                return replace(self, axes=axes).build(check)
            self._doubt(
                max(errors),
                f"interpolation along {worst.parameter.name}",
                self._remedy(
                    "give it more nodes or a shorter range", worst.acts_on == "kernel"
                ),
            )
        return replace(templates, axis_error=errors)

    def _remedy(self, plain: str, light: bool) -> str:
        """Remedy for the message: `plain`, or a floor for `light` mediators if recoils
        without signal reach the bins."""
        if not light or not reaches_nothing(self.setup, self.middle):
            return plain
        return (
            "the exchange of a light mediator grows as 1/T or 1/T² towards no recoil,"
            " and recoils without signal reach the bins; give the response a floor"
            " (the smallest signal: response.floor = '3 eV'), begin the bins higher, or"
            " take a range of heavier mediators"
        )

    def _doubt(self, error: float, what: str, remedy: str) -> None:
        """Warn of an accuracy that misses `rtol`; reject one worse than 1e-4."""
        if error > max(self.rtol, _WORST):
            raise ComputationError(f"{what} reaches only {error:.1e}: {remedy}")
        if error > self.rtol:
            warn(f"{what} reaches {error:.1e}, not {self.rtol:.1e}: {remedy}")

    def _settle(self) -> tuple[tuple[int, int], float, tuple[Part, ...]]:
        """Orders of the integrals over the deposit and over the flux that suffice,
        their error, and the parts at the middle of the axes.

        Determined in the middle of the axes, which is as hard as anywhere, and for the
        lightest mediators.
        """
        lightest = {
            a.parameter.name: a.parameter.lower
            for a in self.axes
            if a.acts_on == "kernel"
        }
        hard = {**self.middle, **lightest}
        order, refine = 32, 1
        coarse = self._parts((), hard, (order, refine))
        error = np.inf
        for attempt in range(3):
            if attempt:
                order, refine = 2 * order, 2 * refine
                coarse = self._parts((), hard, (order, refine))
            fine = self._parts((), hard, (order + order // 2, 2 * refine))
            error = max(
                (
                    _difference(a.values, b.values)
                    for a, b in zip(coarse, fine, strict=True)
                ),
                default=0.0,
            )
            if error < self.rtol / 10:
                break
        self._doubt(
            error,
            "the folding of flux, cross section and response",
            self._remedy(
                _narrow(self.setup.response_at(hard)),
                bool(lightest),
            ),
        )
        return (order, refine), error, coarse

    def _templates(self, parts: Sequence[Part], error: float) -> Templates:
        """Put the parts together, scaled along the masses of mediators."""
        setup, axes = self.setup, self.axes
        free = frozenset(a.parameter.name for a in axes if a.acts_on == "kernel")
        exchanges = replace(setup.exchanges_at(self.middle), free=free)
        reaction = Reaction(setup.process, exchanges)
        terms = tuple(
            f"{name}|{factor}" if factor else name
            for factor in setup.propagation.names
            for name in reaction.names
        )
        powers = _powers(terms, axes)
        momentum = setup.process.momentum
        components = setup.flux.components
        return Templates(
            components=tuple(c.name for c in components),
            flavours=tuple(c.flavour for c in components),
            terms=terms,
            axes=axes,
            time=setup.times(),
            parts=tuple(_scale(part, axes, powers, momentum) for part in parts),
            error=error,
            axis_error=(float("nan"),) * len(axes),
            reactions=(reaction,),
            propagation=setup.propagation,
            powers=powers,
            momenta=np.full(len(terms), momentum),
        )

    def _parts(
        self,
        axes: Sequence[Axis],
        fixed: Mapping[str, float],
        accuracy: tuple[int, int],
    ) -> tuple[Part, ...]:
        """Evaluate every scatterer on the tensor grid of its axes' nodes."""
        setup = self.setup
        target = setup.target_at(fixed)
        scatterers = setup.process.taking_part(target, setup.exchanges_at(fixed))
        if not scatterers:
            raise InputError(
                f"no constituent of {target.name} contributes to"
                f" {setup.process.name}: use another target or process"
            )
        name = setup.process.name
        mine = [
            [i for i, a in enumerate(axes) if a.touches(name, s.name)]
            for s in scatterers
        ]
        # those of the response are common to all scatterers
        outer = [i for i in mine[0] if axes[i].acts_on == "response"]
        inner = [[i for i in own if i not in outer] for own in mine]
        # kernels are independent of the response
        kernels = [
            self._kernels(position, axes, own, fixed)
            for position, own in enumerate(inner)
        ]
        rooms = _Rooms([s.name for s in scatterers], mine, axes, outer)
        moments: Moments = {}
        for at in _nodes(axes, outer, fixed):
            rooms.put(
                fold(
                    setup,
                    scatterers,
                    kernels,
                    setup.response_at(at),
                    accuracy,
                    self.known,
                    moments,
                ),
            )
        return rooms.parts()

    def _kernels(
        self,
        position: int,
        axes: Sequence[Axis],
        inner: Sequence[int],
        fixed: Mapping[str, float],
    ) -> list[tuple[KernelGroup, ...]]:
        """Kernels of the scatterer at a position, at every node of its inner axes."""
        result = []
        for here in _nodes(axes, inner, fixed):
            exchanges = self.setup.exchanges_at(here)
            scatterers = self.setup.process.taking_part(
                self.setup.target_at(here), exchanges
            )
            result.append(scatterers[position].groups(exchanges))
        return result

    def _axis_error(
        self, templates: Templates, index: int, accuracy: tuple[int, int]
    ) -> float:
        """Interpolation error of the counts along one axis, halfway (in angle) between
        the nodes."""
        if not any(index in part.axes for part in templates.parts):
            return 0.0  # an axis of another process
        if templates.axes[index].anchors:
            return 0.0  # linear by definition
        axis, middle = templates.axes[index], self.middle
        probes = axis.probes()
        points = np.array(
            [[middle[a.parameter.name] for a in templates.axes]] * probes.size
        )
        points[:, index] = probes
        exact = [
            self._parts((), {**middle, axis.parameter.name: float(probe)}, accuracy)
            for probe in probes
        ]
        worst = 0.0
        for term in range(len(templates.terms)):
            unit = np.zeros((len(templates.components), len(templates.terms)))
            unit[:, term] = 1.0
            interpolated = templates.by_component(unit, points)
            for row, parts in enumerate(exact):
                truth = sum_arrays([part.values[:, :, term] for part in parts])
                error = _difference(interpolated[row], truth, _AXIS_FLOOR)
                worst = max(worst, error)
        return worst


def _narrow(response: Response | TableResponse) -> str:
    """Why an integral may not converge for that response, and the remedy."""
    if isinstance(response, Response) and response.smearing != "none":
        return (
            "the response (or the flux) is narrow for its bins, or the flavour"
            " oscillates fast; widen the smearing, use smearing = 'none' or a shorter"
            " baseline, or lower the accuracy (rtol)"
        )
    return (
        "the flux or the cross section is steep inside a bin, or the flavour oscillates"
        " fast; use wider bins, a shorter baseline, or lower the accuracy (rtol, in a"
        " file response.tolerance)"
    )


def _nodes(
    axes: Sequence[Axis], chosen: Sequence[int], fixed: Mapping[str, float]
) -> list[dict[str, float]]:
    """Values at every node of the chosen axes, the other ones fixed."""
    names = [axes[i].parameter.name for i in chosen]
    return [
        {**fixed, **dict(zip(names, map(float, node), strict=True))}
        for node in itertools.product(*(axes[i].points for i in chosen))
    ]


class _Rooms:
    """Templates of scatterers while they are built, one array per part.

    If a mediator mass is an axis, scatterers that depend on the same axes form one
    part, because it is large and individual contributions are not needed.

    Parameters
    ----------
    names : of the scatterers.
    mine : axes of each.
    axes : all.
    outer : axes whose nodes arrive block by block.
    """

    def __init__(
        self,
        names: Sequence[str],
        mine: Sequence[list[int]],
        axes: Sequence[Axis],
        outer: Sequence[int],
    ) -> None:
        self.axes, self.outer, self.mine = axes, outer, mine
        self.members: list[list[int]] = []
        for i, own in enumerate(mine):
            large = any(axes[k].acts_on == "kernel" for k in own)
            same = [room for room in self.members if large and mine[room[0]] == own]
            if same:
                same[0].append(i)
            else:
                self.members.append([i])
        self.names = [" + ".join(names[i] for i in room) for room in self.members]
        self.values: list[FloatArray] = []
        self.done = 0

    def put(self, blocks: Sequence[FloatArray]) -> None:
        """Add the next node of the outer axes, one array per scatterer, (sets,
        components, bins, terms)."""
        sums = [sum_arrays([blocks[i] for i in room]) for room in self.members]
        if not self.values:
            self.values = [
                np.empty((*block.shape[1:], *self._nodes(self.mine[room[0]])))
                for room, block in zip(self.members, sums, strict=True)
            ]
        here = np.unravel_index(self.done, self._nodes(self.outer) or (1,))
        for room, values, block in zip(self.members, self.values, sums, strict=True):
            own = self.mine[room[0]]
            inner = [i for i in own if i not in self.outer]
            # nodes in front, the outer ones first, as the blocks have them
            order = [3 + own.index(i) for i in (*self.outer, *inner)]
            view = values.transpose(*order, 0, 1, 2)
            shape = (*self._nodes(inner), *block.shape[1:])
            view[here if self.outer else ...] = block.reshape(shape)
        self.done += 1

    def _nodes(self, chosen: Sequence[int]) -> tuple[int, ...]:
        return tuple(self.axes[i].nodes for i in chosen)

    def parts(self) -> tuple[Part, ...]:
        """All parts."""
        return tuple(
            Part(name, tuple(self.mine[room[0]]), values)
            for name, room, values in zip(
                self.names, self.members, self.values, strict=True
            )
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


def _scale(
    part: Part, axes: Sequence[Axis], powers: FloatArray, momentum: float
) -> Part:
    """Multiply templates, in place, with m² + momentum² for each propagator, which
    falls by ten decades along the axis of its mass; the part."""
    for position, axis in enumerate(part.axes):
        if powers[:, axis].any():
            factor = (momentum**2 + axes[axis].points ** 2) ** powers[
                :, axis, None
            ]  # (terms, nodes)
            shape = [1] * part.values.ndim
            shape[2], shape[3 + position] = factor.shape
            part.values[...] *= factor.reshape(shape)
    return part


def _difference(a: FloatArray, b: FloatArray, floor: float = _FLOOR) -> float:
    """Largest relative difference; values far below the largest bin, or the largest
    component of their bin, are compared absolutely."""
    scale = np.maximum(np.abs(b), floor * np.abs(b).max(axis=1, keepdims=True))
    scale = np.maximum(scale, _AXIS_FLOOR * np.abs(b).max(axis=0, keepdims=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(scale > 0, np.abs(a - b) / scale, np.abs(a - b))
    return float(ratio.max(initial=0.0))
