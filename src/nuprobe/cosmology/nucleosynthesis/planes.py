"""Abundances in a plane of two moments, and their contours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, public_methods
from nuprobe.cosmology.moments import read_moments, squares
from nuprobe.cosmology.nucleosynthesis.abundances import OBSERVABLES, abundances
from nuprobe.cosmology.nucleosynthesis.options import Nucleosynthesis
from nuprobe.cosmology.nucleosynthesis.surfaces import flipped
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models import Electromagnetic
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes, numbers

__all__ = ["MomentPlane", "moment_plane"]

_LARGEST: Final = 1e-8
"""μ_B: N_eff is 5 there."""
_CHECKS: Final = ((0.31, 0.83), (0.92, 0.42), (0.11, 0.07), (0.63, 0.59), (0.97, 0.94))
"""Points, in units of the ranges, where the interpolation is tested."""
_FINE: Final = 201
_TOP, _DIRAC_TOP = 1e-9, 3e-11
"""Largest moments by default, μ_B."""
_NODES: Final = 9
_MOST: Final = 65
_SIZES: Final = (17, 25, 33, 49, _MOST)
"""Numbers of nodes tried for Dirac moments."""
_ENOUGH: Final = 1e-6
"""Accepted error of N_eff."""
_PLACES: Final = 300
"""Further test points of a plane of Dirac moments."""


@public_methods
@dataclass(frozen=True, eq=False)
class MomentPlane(Exported):
    """Primordial abundances and N_eff over two moments, interpolated.

    Values at Chebyshev nodes of both moments, or of arsinh(μ/stretch) for Dirac
    neutrinos, whose right-handed partners are populated and saturate within a decade;
    where abundances do not depend on the sign of either (the usual case), nodes of one
    sign are used for both.

    Attributes
    ----------
    names : of the two parameters, e.g. ``"magnetic_moment.emu"``.
    tops : largest values in μ_B.
    nodes : of each axis in μ_B, from −top to top, each (n,).
    values : at the nodes, shape (n, n, 5), in the order of `OBSERVABLES`.
    errors : largest difference from the calculation at points between the nodes, (5,).
    points : how many points of the plane were computed.
    assumptions : what was assumed, by name.
    stretch : in μ_B, see above; 0 where nodes are those of μ itself.
    """

    names: tuple[str, str]
    tops: tuple[float, float]
    nodes: tuple[FloatArray, FloatArray]
    values: FloatArray
    errors: FloatArray
    points: int
    assumptions: Mapping[str, Any]
    stretch: float = 0.0

    plot = draws("plot_moment_plane")

    def _weights(self, axis: int, moments: FloatArray) -> FloatArray:
        """Weights of the nodes of an axis at `moments` in it, (points, n)."""
        nodes = stretched(self.nodes[axis], self.stretch)
        place = stretched(moments, self.stretch)
        return barycentric_matrix(nodes, np.clip(place, nodes[0], nodes[-1]))

    def at(self, observable: str, x: ArrayLike, y: ArrayLike) -> FloatArray:
        """Interpolated values at points of the plane.

        Parameters
        ----------
        observable : one of `OBSERVABLES`.
        x, y : values of the two moments in μ_B, one shape.

        Raises
        ------
        InputError
            Outside the plane.
        """
        a, b = np.broadcast_arrays(numbers("x", x), numbers("y", y))
        for name, given, top in zip(self.names, (a, b), self.tops, strict=True):
            if np.any(np.abs(given) > top * (1 + 1e-9)):
                bad = given[np.abs(given) > top * (1 + 1e-9)].ravel()[0]
                raise InputError(
                    f"{name} must lie within {top:g} Bohr magnetons here, got {bad:g}"
                )
        along, across = self._weights(0, a.ravel()), self._weights(1, b.ravel())
        table = self.values[..., _index(observable)]
        return np.asarray(((along @ table) * across).sum(axis=1).reshape(a.shape))

    def error(self, observable: str) -> float:
        """Error of the interpolation of an `observable`, one of `OBSERVABLES`."""
        return float(self.errors[_index(observable)])

    def grid(
        self, observable: str, points: int = _FINE
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return values on a grid of the quadrant of positive moments, regular in the
        variable of the nodes.

        Parameters
        ----------
        observable : one of `OBSERVABLES`.
        points : along each axis.

        Returns
        -------
        tuple
            The two axes in μ_B, (points,) each, and values, (points of y, points of x).
        """
        x, y = (
            released(
                np.linspace(0.0, float(stretched(top, self.stretch)), points),
                self.stretch,
            )
            for top in self.tops
        )
        along, across = self._weights(0, x), self._weights(1, y)
        return x, y, across @ self.values[..., _index(observable)].T @ along.T

    def contours(
        self, observable: str, levels: Sequence[float]
    ) -> dict[float, list[FloatArray]]:
        """Lines of constant value in the quadrant of positive moments.

        Parameters
        ----------
        observable : one of `OBSERVABLES`.
        levels : values of it.

        Returns
        -------
        dict
            By level, lines of shape (points, 2) in μ_B; none where it is not reached.
        """
        from contourpy import contour_generator

        x, y, z = self.grid(observable)
        made = contour_generator(x, y, z)
        return {
            float(level): [np.asarray(line) for line in made.lines(float(level))]
            for level in levels
        }

    def levels(self, observable: str) -> list[float]:
        """Five to nine round levels between the extremes, in steps of 1, 2, 2.5 or 5
        times a power of ten.

        Parameters
        ----------
        observable : one of `OBSERVABLES`.
        """
        _, _, z = self.grid(observable, 41)
        return round_levels(float(z.min()), float(z.max()))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: nodes, values and errors."""
        return {
            "parameters": list(self.names),
            "unit": "muB",
            "nodes": [nodes.tolist() for nodes in self.nodes],
            "observables": list(OBSERVABLES),
            "values": self.values.tolist(),
            "interpolation_errors": dict(
                zip(OBSERVABLES, self.errors.tolist(), strict=True)
            ),
            "points_computed": self.points,
            "assumptions": dict(self.assumptions),
            "stretch": self.stretch,
        }


def stretched(moments: Any, stretch: float) -> FloatArray:
    """Variable of the nodes: moments, or arsinh(μ/stretch).

    Parameters
    ----------
    moments : in μ_B, any shape.
    stretch : in μ_B, or 0.

    Examples
    --------
    >>> stretched([0.0, 1e-9], 0.0).tolist()
    [0.0, 1e-09]
    """
    given = np.asarray(moments, dtype=float)
    return np.arcsinh(given / stretch) if stretch > 0 else given


def released(place: FloatArray, stretch: float) -> FloatArray:
    """Inverse of `stretched`.

    Parameters
    ----------
    place : what `stretched` returns.
    stretch : in μ_B, or 0.

    Examples
    --------
    >>> round(float(released(stretched(3e-12, 1e-12), 1e-12)) / 1e-12, 9)
    3.0
    """
    return stretch * np.sinh(place) if stretch > 0 else place


def round_levels(low: float, high: float) -> list[float]:
    """Five to nine round numbers between two.

    Parameters
    ----------
    low, high : the two, not among them.

    Examples
    --------
    >>> round_levels(0.24693, 0.24763)
    [0.247, 0.2471, 0.2472, 0.2473, 0.2474, 0.2475, 0.2476]
    """
    width = high - low
    if not width > 1e-12 * max(abs(low), abs(high)):
        return []
    power = 10.0 ** np.floor(np.log10(width))
    found: list[float] = []
    for factor in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0):
        step = power * factor
        first = int(np.floor(low / step))
        last = int(np.ceil(high / step))
        if last - first > 60:  # no more than nine of these lie inside
            continue
        inside = [float(f"{step * k:.10g}") for k in range(first, last + 1)]
        inside = [one for one in inside if low < one < high]
        if abs(len(inside) - 7) < abs(len(found) - 7):
            found = inside
    return found


def _index(observable: str) -> int:
    if observable not in OBSERVABLES:
        raise UnknownNameError("observable", observable, OBSERVABLES)
    return OBSERVABLES.index(observable)


@public
def moment_plane(
    x: str,
    y: str,
    model: Any = None,
    options: Nucleosynthesis | None = None,
    *,
    top: tuple[float, float] | None = None,
    nodes: int | None = None,
    **decoupling_options: Any,
) -> MomentPlane:
    """Abundances over two moments.

    Dirac moments act only through ΔN_eff of right-handed neutrinos. It is computed at
    each node, and abundances are interpolated in it.

    Parameters
    ----------
    x, y : names of two parameters of the model, e.g. ``"magnetic_moment.emu"``.
    model : with the values of all others; default `Electromagnetic` with Majorana
        moments, all zero.
    options : rates, Ω_b h² and lifetime of the neutron.
    top : largest values of the two in μ_B, at most 1e-8; default 1e-9, for Dirac
        moments 3e-11, above which flips below 20 MeV, which are neglected, matter.
    nodes : Chebyshev nodes of one sign along each axis, zero included; default 9, for
        Dirac moments as many as bring the error of N_eff below 1e-6, up to 65.
    decoupling_options : passed to `abundances`: its ``criterion``, and options of
        `nuprobe.cosmology.decoupling` such as ``t_max``, which Dirac moments need.

    Returns
    -------
    MomentPlane

    Examples
    --------
    >>> plane = moment_plane("magnetic_moment.emu", "magnetic_moment.mutau", nodes=3)
    >>> round(float(plane.at("y_p", 0.0, 0.0)), 4)
    0.2469
    """
    base = (
        Electromagnetic(magnetic_moment=np.zeros((3, 3)), kind="majorana")
        if model is None
        else model
    )
    known = [p.name for p in getattr(base, "parameters", ()) if "_moment." in p.name]
    for name in (x, y):
        if name not in known:
            raise UnknownNameError("moment", name, known)
    if x == y:
        raise InputError(f"a plane needs two different moments, got {x} twice")
    dirac = getattr(base, "kind", "") == "dirac"
    tops = (_DIRAC_TOP if dirac else _TOP,) * 2 if top is None else (top[0], top[1])
    for name, one in zip((x, y), tops, strict=True):
        if not 0 < one <= _LARGEST:
            raise InputError(
                f"the largest {name} must lie in (0, {_LARGEST:g}] Bohr magnetons, got"
                f" {one:g}"
            )
    if nodes is not None and not 2 <= nodes <= _MOST:
        raise InputError(
            f"a plane needs 2 to {_MOST} nodes along each axis, got {nodes}"
        )
    given = options if options is not None else Nucleosynthesis()

    def solved(a: float, b: float) -> Any:
        at = base.with_values({x: a, y: b})
        return abundances(at, given, **decoupling_options)

    even = _even(base, x, y, tops)
    if dirac:
        solved(*tops)  # rejects impossible Dirac moments, and warns
        found = _of_dirac(base, (x, y), tops, given, nodes, even, decoupling_options)
    else:

        def each(a: FloatArray, b: FloatArray) -> FloatArray:
            pairs = zip(a.tolist(), b.tolist(), strict=True)
            return np.array([solved(*pair).values() for pair in pairs])

        found = _at_nodes((x, y), tops, nodes or _NODES, even, 0.0, each)
    errors = found.errors
    for u, v in _CHECKS:
        a, b = (
            float(released(share * stretched(one, found.stretch), found.stretch))
            for share, one in zip((u, v), tops, strict=True)
        )
        exact = solved(a, b).values()
        here = [float(found.at(name, a, b)) for name in OBSERVABLES]
        errors = np.maximum(errors, np.abs(np.array(here) - exact))
    centre = solved(0.0, 0.0)
    named = {k: v for k, v in centre.assumptions.items() if k != "moments"}
    return replace(found, errors=errors, assumptions=named)


def _at_nodes(
    names: tuple[str, str],
    tops: tuple[float, float],
    nodes: int,
    even: bool,
    stretch: float,
    solved: Callable[[FloatArray, FloatArray], FloatArray],
) -> MomentPlane:
    """A plane from what `solved` returns at lists of both moments, (points, 5)."""
    size, zero = 2 * nodes - 1, nodes - 1
    axes = []
    for one in tops:
        last = float(stretched(one, stretch))
        axes.append(released(chebyshev_nodes(-last, last, size), stretch))
        axes[-1][zero] = 0.0
    places = [
        (i, j) for i in range(zero, size) for j in range(zero if even else 0, size)
    ]
    first, second = np.array(places).T
    values = np.empty((size, size, len(OBSERVABLES)))
    found = solved(axes[0][first], axes[1][second])
    values[first, second] = values[size - 1 - first, size - 1 - second] = found
    if even:
        values[size - 1 - first, second] = values[first, size - 1 - second] = found
    return MomentPlane(
        names, tops, (axes[0], axes[1]), values, np.zeros(5), len(places), {}, stretch
    )


def _of_dirac(
    base: Any,
    names: tuple[str, str],
    tops: tuple[float, float],
    options: Nucleosynthesis,
    nodes: int | None,
    even: bool,
    choices: Mapping[str, Any],
) -> MomentPlane:
    """A plane of Dirac moments, with errors from many places between the nodes."""
    evolution = {k: v for k, v in choices.items() if k != "criterion"}
    surface = flipped(options, **evolution)
    form = squares(base, names)

    def solved(a: FloatArray, b: FloatArray) -> FloatArray:
        return surface.at(form.at(np.stack([a, b], axis=1)))

    stretch = min(surface.past.moment(), *tops)
    random = np.random.default_rng(1)
    last = stretched(np.array(tops), stretch)
    a, b = released(random.random((_PLACES, 2)) * last, stretch).T
    exact = solved(a, b)
    for size in _SIZES if nodes is None else (nodes,):
        found = _at_nodes(names, tops, size, even, stretch, solved)
        here = np.stack([found.at(name, a, b) for name in OBSERVABLES], axis=1)
        errors = np.abs(here - exact).max(axis=0)
        if errors[-1] < _ENOUGH:
            break
    interpolated = surface.error * np.abs(surface.values).max(axis=0)
    return replace(found, errors=errors + interpolated)


def _even(base: Any, x: str, y: str, top: tuple[float, float]) -> bool:
    """Whether changing the sign of one of the two moments makes no difference."""
    same, other = (
        read_moments(base.with_values({x: top[0], y: sign * top[1]})).sums
        for sign in (1, -1)
    )
    return bool(np.allclose(same, other, rtol=1e-9, atol=0))
