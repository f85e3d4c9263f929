"""Quadrature, interpolation and compiled loops shared by all layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import ComputationError, InputError, shown

__all__ = [
    "FloatArray",
    "barycentric_matrix",
    "blocks",
    "chebyshev_nodes",
    "common_shape",
    "converged",
    "flag",
    "gauss_legendre",
    "is_quantity",
    "jit",
    "masked",
    "number",
    "numbers",
    "panel_nodes",
    "product",
    "sum_arrays",
]

FloatArray = NDArray[np.float64]
_Function = TypeVar("_Function", bound=Callable[..., Any])

_PIECE: Final = 200_000
"""Multiplications of a product below which BLAS starts no threads."""
_ROWS: Final = 32  # rows per piece of a wide product, where fewer would fit otherwise
_WIDE: Final = 256  # columns


def jit(function: _Function) -> _Function:
    """Compile a function of numbers and arrays with Numba when it is first called.

    The machine code is cached next to the source (or where ``NUMBA_CACHE_DIR`` says).
    If no such place is writable, as in an installation owned by root, the function is
    compiled again in each interpreter. Numba is imported by this call, so a
    module of compiled functions should be imported only where they are used. Compiled
    functions that call each other belong in one file, because the cache of one does not
    notice changes in another.

    Parameters
    ----------
    function : is released from the interpreter lock while it runs; divisions by zero
        give infinity or NaN as in NumPy.

    Examples
    --------
    >>> @jit
    ... def total(x):
    ...     result = 0.0
    ...     for value in x:
    ...         result += value
    ...     return result
    >>> total(np.array([1.0, 2.0]))
    3.0
    """
    import numba

    def compiled(cache: bool) -> Any:
        return numba.njit(cache=cache, nogil=True, error_model="numpy")(function)

    try:
        return cast(_Function, compiled(cache=True))
    except RuntimeError:  # no place for a cache is writable
        return cast(_Function, compiled(cache=False))


def is_quantity(value: Any) -> bool:
    """Whether a value carries a unit as those of astropy, pint and unyt do.

    Parameters
    ----------
    value : anything.

    Examples
    --------
    >>> is_quantity(30.0)
    False
    """
    return (
        not isinstance(value, type)
        and callable(getattr(value, "to", None))
        and (hasattr(value, "unit") or hasattr(value, "units"))
    )


def masked(value: Any) -> bool:
    """Whether a value is an array with masked elements.

    Parameters
    ----------
    value : anything.

    Examples
    --------
    >>> masked(np.ma.masked_array([1.0, 2.0], mask=[True, False]))
    True
    """
    if not isinstance(value, np.ma.MaskedArray):
        return False
    return bool(np.any(np.ma.getmaskarray(value)))


def numbers(what: str, value: ArrayLike) -> FloatArray:
    """Read real numbers as an array of their shape.

    Parameters
    ----------
    what : name of the value, for the message.
    value : a number or an array of any shape.

    Raises
    ------
    InputError
        For text, complex numbers and ragged lists, for numbers with a unit and for
        arrays with masked elements.

    Examples
    --------
    >>> numbers("energy", [1, 2])
    array([1., 2.])
    """
    if is_quantity(value):
        raise InputError(
            f"{what} must be plain numbers (units come from nuprobe.units), got"
            f" {shown(value)}"
        )
    if masked(value):
        raise InputError(f"{what} must not contain masked elements; remove them")
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        array = np.asarray(None)
    if array.size and array.dtype.kind not in "fiu":
        raise InputError(
            f"{what} must be a real number or an array of them, got {shown(value)}"
        )
    return array.astype(float)


def number(what: str, value: Any, example: str = "") -> float:
    """Read one finite real number.

    Parameters
    ----------
    what : name of the value, for the message.
    value : the number.
    example : shows how to write it, e.g. ``"20 * m"``.

    Raises
    ------
    InputError
        For anything else, text with a unit included.

    Examples
    --------
    >>> number("distance", 20)
    20.0
    """
    try:
        array = numbers(what, value)
    except InputError:
        array = np.array([])
    if array.shape != () or not np.isfinite(array):
        how = f", e.g. {example} with the units of nuprobe.units" if example else ""
        raise InputError(f"{what} must be one finite number{how}; got {shown(value)}")
    return float(array)


def flag(what: str, value: Any) -> bool:
    """Read True or False; raises `InputError` for anything else.

    Parameters
    ----------
    what : name of the value, for the message.
    value : a text such as ``"no"``, which Python takes as true, is rejected.

    Examples
    --------
    >>> flag("pauli", False)
    False
    """
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"{what} must be True or False, got {shown(value)}")
    return bool(value)


def common_shape(shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """Shape to which all broadcast.

    Parameters
    ----------
    shapes : name of each array to its shape.

    Raises
    ------
    InputError
        If there is none; the message names the arrays.

    Examples
    --------
    >>> common_shape({"mass": (3,), "coupling": ()})
    (3,)
    """
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        different = {shape: name for name, shape in shapes.items() if shape}
        raise InputError(
            "arrays over parameter points must have the same shape, but "
            + ", ".join(f"{name} has {shape}" for shape, name in different.items())
        ) from None


@lru_cache(maxsize=64)
def gauss_legendre(n: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of the Gauss–Legendre rule on [0, 1], read-only arrays (n,).

    Parameters
    ----------
    n : number of points.

    Examples
    --------
    >>> x, w = gauss_legendre(2)
    >>> float(w @ x**3)
    0.25
    """
    x, w = np.polynomial.legendre.leggauss(n)
    nodes, weights = (x + 1) / 2, w / 2
    nodes.flags.writeable = False
    weights.flags.writeable = False
    return nodes, weights


def panel_nodes(edges: Iterable[float], n: int) -> tuple[FloatArray, FloatArray]:
    """Gauss–Legendre nodes and weights with `n` points between each two neighbouring
    `edges`.

    Parameters
    ----------
    edges : increasing panel edges; an integrand needs to be smooth only inside each
        panel.
    n : points per panel.

    Returns
    -------
    nodes, weights : arrays, shape (panels * n,)

    Examples
    --------
    >>> x, w = panel_nodes([0.0, 1.0, 2.0], 2)
    >>> float(w @ np.abs(x - 1.0))
    1.0
    """
    bounds = np.unique(np.asarray(list(edges), dtype=float))
    x, w = gauss_legendre(n)
    width = np.diff(bounds)[:, None]
    return (bounds[:-1, None] + width * x).ravel(), (width * w).ravel()


def converged(
    integral: Callable[[int], FloatArray],
    rtol: float,
    name: Callable[[int], str],
    *,
    order: int = 24,
    largest: int = 1500,
    remedy: str = "use a larger rtol",
    nonzero: Callable[[], FloatArray] | None = None,
) -> FloatArray:
    """Double the order of a quadrature until two orders agree.

    Two orders that both miss a narrow integrand agree at zero: `nonzero` says where
    that would be wrong.

    Parameters
    ----------
    integral : order → values of any shape, the same at every order.
    rtol : relative difference between two orders below which the finer one is accepted.
    name : flat index of a value → what it is, for the message.
    order : the first order.
    largest : once an order reaches this without agreement, it is an error.
    remedy : end of the message.
    nonzero : returns where the integrand is not zero, in the shape of the values;
        called only if some values are zero.

    Returns
    -------
    array
        The values at the last order.

    Raises
    ------
    ComputationError
        If they do not agree; the message names the worst value.

    Examples
    --------
    >>> def integral(n):
    ...     x, w = gauss_legendre(n)
    ...     return np.exp(np.array([[0.0], [1.0]]) * x) @ w
    >>> converged(integral, 1e-10, lambda i: f"integral {i}")
    array([1.        , 1.71828183])
    """
    coarse = integral(order)
    while True:
        order *= 2
        fine = integral(order)
        error = np.abs(fine - coarse)
        missed = np.zeros(np.shape(fine), dtype=bool)
        if nonzero is not None and np.any(fine == 0):
            missed = (fine == 0) & (nonzero() != 0)
        if np.all(error <= rtol * np.abs(fine)) and not missed.any():
            return fine
        if order >= largest:
            relative = error / np.maximum(np.abs(fine), 1e-300)
            worst = int(np.argmax(np.ravel(np.where(missed, np.inf, relative))))
            raise ComputationError(
                f"{name(worst)} does not converge to {rtol:g}: {remedy}"
            )
        coarse = fine


def blocks(size: int, length: int) -> Iterator[slice]:
    """Slices that cut a long array into blocks, so that intermediate results fit into
    memory.

    Parameters
    ----------
    size : of the array.
    length : of a block, at least 1.

    Examples
    --------
    >>> list(blocks(5, 3))
    [slice(0, 3, None), slice(3, 5, None)]
    """
    for start in range(0, size, length):
        yield slice(start, min(start + length, size))


def chebyshev_nodes(lower: float, upper: float, n: int) -> FloatArray:
    """Chebyshev points of the second kind, increasing, ends included, shape (n,).

    Parameters
    ----------
    lower, upper : ends of the range.
    n : number of points, at least 2.

    Examples
    --------
    >>> chebyshev_nodes(0.0, 2.0, 3)
    array([0., 1., 2.])
    """
    if n < 2 or not lower < upper:
        raise InputError(
            f"a Chebyshev axis needs lower < upper and n >= 2, got [{lower}, {upper}]"
            f" with {n}"
        )
    k = np.arange(n)
    return lower + (upper - lower) * (1 - np.cos(np.pi * k / (n - 1))) / 2


def barycentric_matrix(
    nodes: FloatArray, x: FloatArray, derivative: bool = False
) -> FloatArray:
    """Weights that interpolate values at Chebyshev `nodes` to the points `x` (Berrut &
    Trefethen 2004).

    Parameters
    ----------
    nodes : from `chebyshev_nodes`, shape (n,).
    x : points inside the range of the nodes, shape (p,).
    derivative : return weights of the first derivative instead.

    Returns
    -------
    array, shape (p, n)
        ``matrix @ values`` is the interpolant (or its derivative) at x.

    Raises
    ------
    InputError
        If a point lies outside the nodes: interpolation never extrapolates.

    Examples
    --------
    >>> nodes = chebyshev_nodes(0.0, 2.0, 3)
    >>> barycentric_matrix(nodes, np.array([0.5])) @ nodes**2
    array([0.25])
    """
    x = np.atleast_1d(np.asarray(x, dtype=float))
    span = nodes[-1] - nodes[0]
    if np.any(~(x >= nodes[0] - 1e-12 * span)) or np.any(
        ~(x <= nodes[-1] + 1e-12 * span)
    ):
        raise InputError(
            f"a point lies outside the interpolation range [{nodes[0]:.6g},"
            f" {nodes[-1]:.6g}]"
        )
    weights = np.where(np.arange(nodes.size) % 2, -1.0, 1.0)
    weights[[0, -1]] *= 0.5
    if derivative:
        return barycentric_matrix(nodes, x) @ _differentiation_matrix(nodes, weights)
    gap = x[:, None] - nodes
    hit = np.abs(gap) < 1e-300  # any closer and the division would overflow
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        matrix = weights / gap
        matrix /= matrix.sum(axis=1, keepdims=True)
    rows = hit.any(axis=1)
    matrix[rows] = hit[rows].astype(float)
    return matrix


def _differentiation_matrix(nodes: FloatArray, weights: FloatArray) -> FloatArray:
    gap = nodes[:, None] - nodes
    np.fill_diagonal(gap, 1.0)
    matrix = (weights / weights[:, None]) / gap
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return np.asarray(matrix)


def product(left: FloatArray, right: FloatArray) -> FloatArray:
    """``left @ right`` in pieces below the size at which BLAS starts threads.

    The threads cost more than they save here.

    Parameters
    ----------
    left, right : shapes (m, k) and (k, n).

    Returns
    -------
    array, shape (m, n)

    Examples
    --------
    >>> product(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    array([[11.]])
    """
    rows = max(1, _PIECE // max(1, right.size))
    if len(left) <= rows:
        return np.asarray(left @ right)
    if rows < _ROWS and right.shape[1] > _WIDE:
        return _tiled(left, right)
    pieces = [left[i : i + rows] @ right for i in range(0, len(left), rows)]
    return np.concatenate(pieces)


def _tiled(left: FloatArray, right: FloatArray) -> FloatArray:
    """`product` where few rows fit: both are cut, since otherwise all of `right` would
    be read again for each piece."""
    result = np.empty((len(left), right.shape[1]))
    columns = max(1, _PIECE // (_ROWS * len(right)))
    for j in range(0, right.shape[1], columns):
        part = right[:, j : j + columns]
        for i in range(0, len(left), _ROWS):
            result[i : i + _ROWS, j : j + columns] = left[i : i + _ROWS] @ part
    return result


def sum_arrays(arrays: Sequence[FloatArray]) -> FloatArray:
    """Sum of `arrays` of any shapes that broadcast, at least one.

    Examples
    --------
    >>> import numpy as np
    >>> sum_arrays([np.ones((1, 2)), np.ones((3, 2))]).shape
    (3, 2)
    """
    total = arrays[0]
    for array in arrays[1:]:
        total = total + array
    return total
