"""Functions of parameters as sparse polynomials, exact where they are polynomials.

A polynomial of total degree D is fixed by its values on a lattice. The lattice is laid
at several scales, for at one alone rounding of the largest monomial hides the smallest:
each coefficient is taken from the scale at which its rounding error is least, and one
that rounding cannot tell from 0 at any scale is absent.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.parameters import SCALES, Parameter

__all__ = ["Polynomial", "blamed", "exact_polynomial", "polynomial_of", "scale_of"]

_DEGREES: Final = (0, 1, 2, 3, 4)
_LARGEST: Final = 2000  # monomials
_DECADES: Final = (0, -2, 2, -4, 4)  # of the step of each parameter
_ROUNDING: Final = 2.0**-52
_ABSENT: Final = 16.0  # errors of a coefficient
_EXACT: Final = 1e-11  # of the largest value around, at points that are tried
_TRIED: Final = 12  # points at each scale

Values = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Polynomial:
    """Several polynomials in the same parameters.

    Attributes
    ----------
    powers : of each parameter in each monomial, shape (monomials, parameters).
    coefficients : shape (monomials, functions), of monomials in value / scale.
    scale : of the parameters.
    """

    powers: NDArray[np.intp]
    coefficients: FloatArray
    scale: FloatArray

    def __call__(self, points: FloatArray) -> FloatArray:
        """Values at `points`, shape (points, parameters); (points, functions)."""
        monomials = _monomials(points / self.scale, self.powers)
        return np.asarray(monomials @ self.coefficients)


def scale_of(parameter: Parameter) -> float:
    """Power of ten in which a parameter is of the order of 1.

    Parameters
    ----------
    parameter : whose unit or step says it.

    Examples
    --------
    >>> scale_of(Parameter("charge_radius.ee", 0.0, unit="cm2"))
    1e-32
    >>> scale_of(Parameter("coupling", 0.0, step=3e-5))
    1e-05
    """
    if parameter.unit in SCALES:
        return SCALES[parameter.unit]
    return float(f"1e{math.floor(math.log10(parameter.step))}")


def polynomial_of(
    values: Values, parameters: Sequence[Parameter], what: str
) -> Polynomial:
    """The polynomial that a function of parameters is.

    Parameters
    ----------
    values : of points (points, parameters), shape (points, functions).
    parameters : with their ranges and steps.
    what : the function, for messages.

    Raises
    ------
    InputError
        If it is no polynomial up to the fourth degree; the parameters to blame are
        named.

    Examples
    --------
    >>> x = Parameter("x", 0.0, step=0.1)
    >>> found = polynomial_of(lambda p: 2 + 3 * p**2, [x], "y")
    >>> found.powers.tolist(), found.coefficients.round(9).tolist(), found.scale
    ([[0], [2]], [[2.0], [0.03]], array([0.1]))
    """
    found = exact_polynomial(values, parameters)
    if found is not None:
        return found
    names = ", ".join(p.name for p in blamed(values, parameters))
    raise InputError(
        f"{what} is not a polynomial up to the fourth degree in {names}, so it cannot"
        " be written as a portable likelihood: leave that out of the free parameters"
    )


def blamed(values: Values, parameters: Sequence[Parameter]) -> list[Parameter]:
    """Parameters in each of which alone a function is no polynomial up to the fourth
    degree; all of them if it is in each, but not in them together.

    Parameters
    ----------
    values : of points (points, parameters), shape (points, functions).
    parameters : with their ranges and steps.

    Examples
    --------
    >>> x, y = Parameter("x", 1.0, step=0.1), Parameter("y", 1.0, step=0.1)
    >>> found = blamed(lambda p: p[:, :1] * np.sin(p[:, 1:]), [x, y])
    >>> [p.name for p in found]
    ['y']
    """
    found = [
        p
        for i, p in enumerate(parameters)
        if exact_polynomial(_along(values, parameters, i), [p]) is None
    ]
    return found or list(parameters)


def _along(values: Values, parameters: Sequence[Parameter], i: int) -> Values:
    """The function of one parameter, the others at their defaults."""
    default = np.array([p.default for p in parameters])

    def along(x: FloatArray) -> FloatArray:
        points = np.repeat(default[None], len(x), axis=0)
        points[:, i] = x[:, 0]
        return values(points)

    return along


def exact_polynomial(
    values: Values, parameters: Sequence[Parameter]
) -> Polynomial | None:
    """The polynomial of least degree that holds, or None.

    Parameters
    ----------
    values : of points (points, parameters), shape (points, functions).
    parameters : with their ranges and steps.

    Examples
    --------
    >>> x = Parameter("x", 0.0, step=0.1)
    >>> exact_polynomial(np.cos, [x]) is None
    True
    """
    d = len(parameters)
    scale = np.array([scale_of(p) for p in parameters])
    samples = [_Sample.of(values, parameters, steps) for steps in _scales(parameters)]
    # near 0 the values have the rounding of what they are differences of
    hidden = 64 * _ROUNDING * np.abs(samples[0].exact).max(axis=0)
    for degree in _DEGREES if d else _DEGREES[:1]:
        if math.comb(degree + d, d) > _LARGEST:
            return None
        one = _fitted(values, degree, samples, scale)
        if all(_holds(one(s.tried), s.exact, hidden) for s in samples):
            return one
    return None


@dataclass(frozen=True, eq=False)
class _Sample:
    """Points at one scale.

    Attributes
    ----------
    origin, steps : of the lattice, (parameters,).
    tried : other points, (points, parameters).
    exact : values there, (points, functions).
    """

    origin: FloatArray
    steps: FloatArray
    tried: FloatArray
    exact: FloatArray

    @classmethod
    def of(
        cls, values: Values, parameters: Sequence[Parameter], steps: FloatArray
    ) -> _Sample:
        """With values of a function."""
        tried = _tried(parameters, steps)
        return cls(_origin(parameters), steps, tried, values(tried))

    def coefficients(
        self, values: Values, powers: NDArray[np.intp]
    ) -> tuple[FloatArray, FloatArray]:
        """Those of monomials in value / steps, and their errors by the rounding that is
        seen at the other points, (monomials, functions)."""
        y = values(self.origin + powers * self.steps)
        inverse = np.linalg.inv(_monomials(self.origin / self.steps + powers, powers))
        found = inverse @ y
        there = _monomials(self.tried / self.steps, powers) @ found
        noise = np.abs(there - self.exact).max(axis=0)
        return found, np.abs(inverse) @ (_ROUNDING * np.abs(y) + noise)


def _holds(found: FloatArray, exact: FloatArray, hidden: FloatArray) -> bool:
    # largest of each function at one scale
    size = np.abs(exact).max(axis=0)
    return bool((np.abs(found - exact) <= _EXACT * size + hidden).all())


def _origin(parameters: Sequence[Parameter]) -> FloatArray:
    """0, or the end of the range nearest to it."""
    low = np.array([p.lower for p in parameters])
    high = np.array([p.upper for p in parameters])
    return np.clip(np.zeros(len(parameters)), low, high)


def _scales(parameters: Sequence[Parameter]) -> list[FloatArray]:
    """Steps from the origin at which the lattice is laid, signs included, each
    (parameters,)."""
    origin, most = _origin(parameters), max(_DEGREES)
    step = np.array([p.step for p in parameters])
    up = np.array([p.upper for p in parameters]) - origin
    down = origin - np.array([p.lower for p in parameters])
    room, sign = np.maximum(up, down) / most, np.where(up >= down, 1.0, -1.0)
    result: list[FloatArray] = []
    for decade in _DECADES:
        # monomials are those about 0: no fine lattice far from it
        size = np.maximum(step * 10.0**decade, np.abs(origin))
        found = sign * np.minimum(size, room)
        if not any(np.array_equal(found, other) for other in result):
            result.append(found)
    return result


def _tried(parameters: Sequence[Parameter], steps: FloatArray) -> FloatArray:
    """Points of an additive recurrence up to four steps from the origin on both sides,
    inside the ranges."""
    d = len(parameters)
    roots = np.sqrt(np.array(_primes(d), dtype=float))
    t = 8 * ((np.arange(1, _TRIED + 1)[:, None] * roots) % 1) - 4
    low = np.array([p.lower for p in parameters])
    high = np.array([p.upper for p in parameters])
    return np.asarray(np.clip(_origin(parameters) + t * steps, low, high))


@cache
def _primes(number: int) -> tuple[int, ...]:
    found: list[int] = []
    candidate = 2
    while len(found) < number:
        if all(candidate % p for p in found):
            found.append(candidate)
        candidate += 1
    return tuple(found)


@cache
def _lattice(d: int, degree: int) -> NDArray[np.intp]:
    """Powers up to a total degree, which are the points of the lattice too, (monomials,
    d)."""
    rows = [
        np.bincount(chosen, minlength=d) if chosen else np.zeros(d, dtype=np.intp)
        for total in range(degree + 1)
        for chosen in itertools.combinations_with_replacement(range(d), total)
    ]
    return np.array(rows, dtype=np.intp).reshape(len(rows), d)


def _monomials(x: FloatArray, powers: NDArray[np.intp]) -> FloatArray:
    """Shape (points, monomials)."""
    return np.asarray(np.prod(x[:, None, :] ** powers, axis=2))


def _fitted(
    values: Values, degree: int, samples: Sequence[_Sample], scale: FloatArray
) -> Polynomial:
    """The polynomial of a degree, each coefficient from the scale where it is best."""
    powers = _lattice(len(scale), degree)
    best = error = None
    for sample in samples:
        units = np.prod((scale / sample.steps) ** powers, axis=1)[:, None]
        found, own = sample.coefficients(values, powers)
        found = np.where(np.abs(found) <= _ABSENT * own, 0.0, found) * units
        own = own * np.abs(units)
        if best is None or error is None:
            best, error = found, own
        else:
            nearer = own < error
            best, error = np.where(nearer, found, best), np.minimum(own, error)
    assert best is not None
    kept = (best != 0).any(axis=1)
    kept[0] |= not kept.any()
    return Polynomial(powers[kept], best[kept], scale)
