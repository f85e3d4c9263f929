"""Quadrature and interpolation against closed forms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuprobe.errors import ComputationError, InputError
from nuprobe.numerics import (
    FloatArray,
    barycentric_matrix,
    chebyshev_nodes,
    converged,
    gauss_legendre,
    jit,
    panel_nodes,
    product,
)


@pytest.mark.parametrize("n", [1, 2, 5, 24, 64])
def test_gauss_legendre_is_exact_up_to_degree_2n_minus_1_and_no_further(n: int) -> None:
    x, w = gauss_legendre(n)
    for degree in range(2 * n):
        assert w @ x**degree == pytest.approx(1 / (degree + 1), rel=1e-12, abs=0)
    if n <= 5:
        assert abs(w @ x ** (2 * n) - 1 / (2 * n + 1)) > 1e-9


@given(st.integers(0, 400), st.integers(0, 60), st.integers(0, 60))
def test_product_is_the_product_of_matrices(
    rows: int, inner: int, columns: int
) -> None:
    """In pieces or not; 400 rows of 60 × 60 numbers are many pieces."""
    rng = np.random.default_rng(rows + 1000 * inner + 10**6 * columns)
    left, right = rng.normal(size=(rows, inner)), rng.normal(size=(inner, columns))
    found = product(left, right)
    assert found.shape == (rows, columns)
    np.testing.assert_allclose(
        found, np.einsum("ij,jk->ik", left, right), rtol=0, atol=1e-12
    )


def test_cached_nodes_cannot_be_overwritten() -> None:
    x, w = gauss_legendre(7)
    for array in (x, w):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_panels_resolve_a_kink_only_at_an_edge() -> None:
    exact = 0.5 * (0.3**2 + 0.7**2)
    x, w = panel_nodes([1.0, 0.3, 0.0], 4)  # order does not matter
    assert np.abs(x - 0.3) @ w == pytest.approx(exact, rel=1e-14, abs=0)
    x, w = panel_nodes([0.0, 1.0], 4)
    assert np.abs(x - 0.3) @ w != pytest.approx(exact, rel=1e-6, abs=0)


@given(
    st.floats(-10, 10),
    st.floats(0.1, 20),
    st.integers(4, 24),
    st.floats(0, 1),
    st.data(),
)
def test_interpolation_reproduces_polynomials_and_their_derivatives(
    lower: float, width: float, n: int, where: float, data: st.DataObject
) -> None:
    c = np.array(data.draw(st.lists(st.floats(-1, 1), min_size=n, max_size=n)))
    nodes = chebyshev_nodes(lower, lower + width, n)
    polynomial = np.polynomial.Chebyshev(c, domain=[lower, lower + width])
    x = np.array([lower + where * width, nodes[1], nodes[-1]])
    np.testing.assert_allclose(
        barycentric_matrix(nodes, x) @ polynomial(nodes), polynomial(x), atol=1e-11
    )
    slope = barycentric_matrix(nodes, x, derivative=True) @ polynomial(nodes)
    np.testing.assert_allclose(slope, polynomial.deriv()(x), atol=1e-9 * n**4 / width)


def test_interpolation_converges_geometrically() -> None:
    x = np.linspace(1.6, 10, 101)
    errors = []
    for n in (8, 16, 24):
        nodes = chebyshev_nodes(1.6, 10, n)
        errors.append(
            np.abs(
                barycentric_matrix(nodes, x) @ np.sin(2 * nodes) - np.sin(2 * x)
            ).max()
        )
    assert errors[1] < 2e-2 * errors[0]
    assert errors[2] < 1e-5 * errors[1]


def test_a_point_a_hair_from_a_node_is_that_node() -> None:
    nodes = chebyshev_nodes(0, 1, 5)
    for x in (5e-324, 2e-311, 1e-250, 1e-17):
        np.testing.assert_allclose(
            barycentric_matrix(nodes, np.array([x]))[0], np.eye(5)[0], atol=1e-15
        )


def test_rows_at_nodes_are_unit_vectors_and_all_rows_sum_to_one() -> None:
    nodes = chebyshev_nodes(-1, 3, 9)
    assert nodes[0] == -1
    assert nodes[-1] == pytest.approx(3, abs=1e-15)
    np.testing.assert_array_equal(barycentric_matrix(nodes, nodes), np.eye(9))
    matrix = barycentric_matrix(nodes, np.linspace(-1, 3, 40))
    np.testing.assert_allclose(matrix.sum(axis=1), 1, rtol=1e-13)


@pytest.mark.parametrize("x", [-1.01, 3.01, np.nan, np.inf])
def test_there_is_no_extrapolation(x: float) -> None:
    with pytest.raises(InputError, match="outside"):
        barycentric_matrix(chebyshev_nodes(-1, 3, 9), np.array([0.0, x]))


@pytest.mark.parametrize(
    "bad", [(1.0, 1.0, 5), (2.0, 1.0, 5), (0.0, 1.0, 1), (np.nan, 1.0, 5)]
)
def test_axes_need_a_range_and_two_nodes(bad: tuple[float, float, int]) -> None:
    with pytest.raises(InputError, match="Chebyshev"):
        chebyshev_nodes(*bad)


def test_a_compiled_function_works_where_no_cache_can_be_written(
    tmp_path: Path,
) -> None:
    """Numba finds no place for the cache of code without a file."""
    names: dict[str, Any] = {}
    text = "def half(x):\n    return x / 2\n"
    exec(compile(text, str(tmp_path / "gone.py"), "exec"), names)
    with pytest.raises(RuntimeError, match="no locator"):
        numba.njit(cache=True)(names["half"])
    half = jit(names["half"])
    assert half(3.0) == 1.5


def test_a_compiled_function_divides_by_zero_as_numpy() -> None:
    def inverse(x: float) -> float:
        return 1.0 / x

    assert jit(inverse)(0.0) == np.inf


def test_numba_is_loaded_only_for_compiled_functions() -> None:
    code = "import sys, nuprobe.numerics; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_quadrature_is_doubled_until_it_converges() -> None:
    orders = []

    def integral(n: int) -> FloatArray:
        orders.append(n)
        x, w = gauss_legendre(n)
        return np.array([np.exp(x) @ w, np.cos(60 * x) @ w, 0.0])

    found = converged(integral, 1e-12, lambda i: f"integral {i}")
    np.testing.assert_allclose(found, [np.e - 1, np.sin(60) / 60, 0.0], rtol=1e-12)
    assert orders == [24, 48, 96]


def test_a_quadrature_that_does_not_converge_names_the_worst() -> None:
    def integral(n: int) -> FloatArray:
        return np.array([[1.0, 2.0], [1 + 1 / n, 1.0]])

    with pytest.raises(
        ComputationError, match="integral 2 does not converge to 1e-08: try less"
    ):
        converged(integral, 1e-8, lambda i: f"integral {i}", remedy="try less")
    # the finer of two orders that agree
    found = converged(integral, 0.03, lambda i: f"integral {i}")
    assert found[1, 0] == 1 + 1 / 48
