"""Abundances over a plane of two moments, and their contours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, public_methods
from nuprobe.cosmology.moments import read_moments
from nuprobe.cosmology.nucleosynthesis.abundances import OBSERVABLES, abundances
from nuprobe.cosmology.nucleosynthesis.options import Nucleosynthesis
from nuprobe.drawing import draws
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models import Electromagnetic
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes, numbers

__all__ = ["MomentPlane", "moment_plane"]

_LARGEST: Final = 1e-8
"""μ_B: N_eff is 5 there."""
_CHECKS: Final = ((0.31, 0.83), (0.92, 0.42), (0.11, 0.07), (0.63, 0.59), (0.97, 0.94))
"""Places, in units of the ranges, where the interpolation is compared."""
_FINE: Final = 201


@public_methods
@dataclass(frozen=True, eq=False)
class MomentPlane:
    """Primordial abundances and N_eff over two moments, interpolated.

    Values at Chebyshev nodes of both moments; where abundances do not change with the
    sign of either (the rule) nodes of one sign serve both.

    Attributes
    ----------
    names : of the two parameters, e.g. ``"magnetic_moment.emu"``.
    tops : largest values in μ_B.
    nodes : of each axis in μ_B, from −top to top, each (n,).
    values : at the nodes, shape (n, n, 5), in the order of `OBSERVABLES`.
    errors : largest difference from the calculation at places between the nodes, (5,).
    points : how many points of the plane were computed.
    assumptions : what was assumed, by name.
    """

    names: tuple[str, str]
    tops: tuple[float, float]
    nodes: tuple[FloatArray, FloatArray]
    values: FloatArray
    errors: FloatArray
    points: int
    assumptions: Mapping[str, Any]

    plot = draws("plot_moment_plane")

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
        along = barycentric_matrix(self.nodes[0], a.ravel())
        across = barycentric_matrix(self.nodes[1], b.ravel())
        table = self.values[..., _index(observable)]
        return np.asarray(((along @ table) * across).sum(axis=1).reshape(a.shape))

    def error(self, observable: str) -> float:
        """Error of the interpolation of an `observable`, one of `OBSERVABLES`."""
        return float(self.errors[_index(observable)])

    def grid(
        self, observable: str, points: int = _FINE
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return values on a regular grid of the quadrant of positive moments.

        Parameters
        ----------
        observable : one of `OBSERVABLES`.
        points : along each axis.

        Returns
        -------
        tuple
            The two axes in μ_B, (points,) each, and values, (points of y, points of x).
        """
        x, y = (np.linspace(0.0, top, points) for top in self.tops)
        along, across = (
            barycentric_matrix(nodes, axis)
            for nodes, axis in zip(self.nodes, (x, y), strict=True)
        )
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
        """Some seven round levels between the extremes.

        Parameters
        ----------
        observable : one of `OBSERVABLES`.
        """
        _, _, z = self.grid(observable, 41)
        low, high = float(z.min()), float(z.max())
        width = (high - low) / 8
        if not width > 0:
            return []
        power = 10.0 ** np.floor(np.log10(width))
        step = power * min((1, 2, 2.5, 5, 10), key=lambda s: abs(s - width / power))
        first = np.ceil(low / step + 1e-6)
        inside = [step * (first + k) for k in range(20)]
        return [float(f"{one:.10g}") for one in inside if low < one < high]

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
        }


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
    top: tuple[float, float] = (1e-9, 1e-9),
    nodes: int = 9,
    **decoupling_options: Any,
) -> MomentPlane:
    """Abundances over two moments.

    Parameters
    ----------
    x, y : names of two parameters of the model, e.g. ``"magnetic_moment.emu"``.
    model : with the values of all others; default `Electromagnetic` with Majorana
        moments, all zero.
    options : rates, Ω_b h² and lifetime of the neutron.
    top : largest values of the two in μ_B, at most 1e-8.
    nodes : Chebyshev nodes of one sign along each axis, zero included.
    decoupling_options : go to `abundances`: its ``criterion``, and options of
        `nuprobe.cosmology.decoupling`.

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
    for name, one in zip((x, y), top, strict=True):
        if not 0 < one <= _LARGEST:
            raise InputError(
                f"the largest {name} must lie in (0, {_LARGEST:g}] Bohr magnetons, got"
                f" {one:g}"
            )
    if not 2 <= nodes <= 65:
        raise InputError(f"a plane needs 2 to 65 nodes along each axis, got {nodes}")
    given = options if options is not None else Nucleosynthesis()

    def solved(a: float, b: float) -> Any:
        at = base.with_values({x: a, y: b})
        return abundances(at, given, **decoupling_options)

    axes = tuple(chebyshev_nodes(-one, one, 2 * nodes - 1) for one in top)
    even = _even(base, x, y, top)
    size = 2 * nodes - 1
    values = np.empty((size, size, len(OBSERVABLES)))
    count = 0
    for i in range(nodes - 1, size):
        for j in range(nodes - 1 if even else 0, size):
            found = solved(axes[0][i], axes[1][j]).values()
            count += 1
            mirrors = [(i, j), (size - 1 - i, size - 1 - j)]
            if even:
                mirrors += [(size - 1 - i, j), (i, size - 1 - j)]
            for k, m in mirrors:
                values[k, m] = found
    centre = solved(0.0, 0.0)
    named = {k: v for k, v in centre.assumptions.items() if k != "moments"}
    plane = MomentPlane(
        (x, y), (top[0], top[1]), (axes[0], axes[1]), values, np.zeros(5), count, named
    )
    errors = np.zeros(len(OBSERVABLES))
    for u, v in _CHECKS:
        exact = solved(u * top[0], v * top[1]).values()
        here = [float(plane.at(name, u * top[0], v * top[1])) for name in OBSERVABLES]
        errors = np.maximum(errors, np.abs(np.array(here) - exact))
    return MomentPlane(
        plane.names, plane.tops, plane.nodes, values, errors, count, named
    )


def _even(base: Any, x: str, y: str, top: tuple[float, float]) -> bool:
    """Whether the sign of one of the two moments alone makes no difference."""
    same, other = (
        read_moments(base.with_values({x: top[0], y: sign * top[1]})).sums
        for sign in (1, -1)
    )
    return bool(np.allclose(same, other, rtol=1e-9, atol=0))
