"""Spectra: normalisation, moments and integrals against closed forms."""

from __future__ import annotations

from itertools import pairwise
from time import perf_counter
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import M_MUON, M_PION
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import (
    Flux,
    FluxComponent,
    Line,
    TimeProfile,
    flux_names,
    monoenergetic,
    tabulated,
)
from nuprobe.fluxes.spectrum import michel_nu_e, michel_nubar_mu

END = M_MUON / 2


@pytest.fixture(scope="module")
def sns() -> Flux:
    return nu.flux("sns")


@pytest.mark.parametrize("name", ["nu_mu", "nubar_mu", "nu_e"])
def test_each_flavour_is_normalised_per_proton(sns: Flux, name: str) -> None:
    assert sns.total(name) == pytest.approx(0.08, rel=1e-13, abs=0)
    assert sns.average(np.ones_like, name) == pytest.approx(1, rel=1e-14, abs=0)


def test_mean_energies(sns: Flux) -> None:
    means = {f: sns.average(lambda e: e, f) for f in ("nu_mu", "nubar_mu", "nu_e")}
    assert means["nu_e"] == pytest.approx(3 * M_MUON / 10, rel=1e-13, abs=0)
    assert means["nubar_mu"] == pytest.approx(7 * M_MUON / 20, rel=1e-13, abs=0)
    assert means["nu_e"] == pytest.approx(31.70, abs=0.005)
    assert means["nubar_mu"] == pytest.approx(36.98, abs=0.005)
    # energy of the muon decay: the positron takes 7/20 as well, the three add to the
    # muon mass
    assert means["nu_e"] + 2 * means["nubar_mu"] == pytest.approx(
        M_MUON, rel=1e-13, abs=0
    )


def test_the_line_conserves_energy_and_momentum(sns: Flux) -> None:
    (line,) = sns.lines("nu_mu")
    assert line.energy == (M_PION**2 - M_MUON**2) / (2 * M_PION)
    assert line.energy + np.hypot(line.energy, M_MUON) == pytest.approx(
        M_PION, rel=1e-14, abs=0
    )
    assert line.energy == pytest.approx(29.79, abs=0.005)
    assert sns.lines("nubar_mu") == ()
    np.testing.assert_array_equal(sns.spectrum("nu_mu", [10.0, line.energy]), [0, 0])


def test_spectra_are_positive_inside_and_exactly_zero_outside(sns: Flux) -> None:
    inside = np.linspace(0.01, END - 0.01, 50)
    for name in ("nubar_mu", "nu_e"):
        assert np.all(sns.spectrum(name, inside) > 0)
        np.testing.assert_array_equal(sns.spectrum(name, [END + 1e-9, 60.0, 1e6]), 0)
    assert sns.spectrum("nu_tau", 20.0) == 0
    assert sns.total("nu_tau") == 0
    assert michel_nu_e(np.array(END)) == pytest.approx(
        0, abs=1e-15
    )  # helicity forbids the endpoint
    assert michel_nubar_mu(np.array(END)) == pytest.approx(
        4 / M_MUON
    )  # and favours it here


@given(st.floats(0, 60), st.integers(0, 3))
def test_integrals_above_a_limit_are_those_of_the_polynomials(
    low: float, power: int
) -> None:
    _, nubar, nue = nu.flux("sns").components
    a, m = min(low, END), M_MUON
    got = [
        c.integrate(lambda e: e**power, np.array([low, 0.0])) / 0.08
        for c in (nubar, nue)
    ]
    for value, front, c in zip(got, (64, 192), (0.75, 0.5), strict=True):
        # front/m³ ∫ E^(2+power) (c − E/m) dE
        antiderivative = np.polynomial.Polynomial(
            [0] * (power + 2) + [c, -1 / m]
        ).integ()
        exact = (
            front / m**3 * (antiderivative(END) - antiderivative(np.array([a, 0.0])))
        )
        np.testing.assert_allclose(value, exact, rtol=1e-11, atol=1e-12 * END**power)


def test_a_line_counts_up_to_its_energy_and_not_above() -> None:
    component = FluxComponent(
        "line", as_flavour("nu_e"), lines=(Line(10.0, 2.0), Line(20.0, 1.0))
    )
    got = component.integrate(
        lambda e: e**2, np.array([0.0, 10.0, 10.0001, 20.0, 21.0])
    )
    np.testing.assert_allclose(got, [600, 600, 400, 400, 0])
    assert component.e_max == 20
    assert component.integrate(np.ones_like).shape == ()


@given(st.lists(st.floats(0, 1e3), min_size=4, max_size=12), st.floats(0.1, 5))
@settings(deadline=None)
def test_a_table_is_integrated_as_its_trapezoids(
    values: list[float], width: float
) -> None:
    e = 1.0 + width * np.arange(len(values))
    v = np.array(values)
    component = tabulated("t", "nubar_e", e, v)
    assert component.integrate(np.ones_like) == pytest.approx(
        np.trapezoid(v, e), rel=1e-12, abs=1e-12
    )
    cut = (e[0] + e[-1]) / 2
    exact = quad(
        lambda x: np.interp(x, e, v) * x**2,
        cut,
        e[-1],
        points=[p for p in e if p > cut][:-1] or None,
    )[0]
    assert component.integrate(lambda x: x**2, cut) == pytest.approx(
        exact, rel=1e-7, abs=1e-7
    )
    np.testing.assert_array_equal(
        component.continuum([0.0, e[0] - 1e-6, e[-1] + 1e-6]), 0
    )
    np.testing.assert_allclose(component.continuum(e), v)


@given(
    st.lists(st.floats(0, 1e3, allow_subnormal=False), min_size=1, max_size=12),
    st.floats(0.1, 5),
)
@settings(deadline=None)
def test_a_histogram_keeps_the_content_of_each_bin(
    values: list[float], width: float
) -> None:
    edges = np.array(
        [1.0 + width * i * (i + 1) / 2 for i in range(len(values) + 1)]
    )  # bins that grow
    component = tabulated("t", "nubar_e", edges, values, interpolation="histogram")
    content = np.array(values) * np.diff(edges)
    above = component.integrate(np.ones_like, edges)
    np.testing.assert_allclose(
        -np.diff(above), content, rtol=1e-9, atol=1e-12 * content.sum()
    )
    assert above[-1] == 0
    middle = (edges[:-1] + edges[1:]) / 2
    assert component.integrate(lambda e: e) == pytest.approx(
        content @ middle, rel=1e-12, abs=1e-300
    )
    np.testing.assert_array_equal(component.continuum(middle), values)
    np.testing.assert_array_equal(component.continuum(edges), [*values, values[-1]])
    np.testing.assert_array_equal(
        component.continuum([0.0, edges[0] - 1e-6, edges[-1] + 1e-6]), 0
    )


@pytest.mark.parametrize("interpolation", ["linear", "histogram"])
def test_all_panels_at_once_are_the_panels_one_by_one(
    interpolation: Literal["linear", "histogram"],
) -> None:
    rng = np.random.default_rng(7)
    edges = np.cumsum(rng.uniform(0.1, 2, 400))
    component = tabulated(
        "t",
        "nu_mu",
        edges,
        rng.uniform(0, 5, 400 - (interpolation == "histogram")),
        interpolation,
    )
    limits = np.concatenate(
        [[0.0, edges[3], edges[-1], 2 * edges[-1]], rng.uniform(0, edges[-1], 200)]
    ).reshape(4, 51)
    x, w = np.polynomial.legendre.leggauss(component.order)
    density = component.density
    assert density is not None
    expected = np.zeros(limits.shape)
    for left, right in pairwise(edges):
        start = np.clip(limits, left, right)[..., None]
        e = start + (right - start) * (x + 1) / 2
        expected += (
            (density(e) * np.log1p(e) ** 3 * w).sum(-1) * (right - start[..., 0]) / 2
        )
    shapes = []

    def function(e: np.ndarray) -> np.ndarray:
        shapes.append(e.shape)
        return np.asarray(np.log1p(e) ** 3)

    np.testing.assert_allclose(
        component.integrate(function, limits), expected, rtol=1e-12, atol=1e-12
    )
    assert (
        len(shapes) > 1
    )  # many limits go block by block, so that memory stays bounded
    assert all(
        shape[:-1] == limits.shape and np.prod(shape) <= 2**17 for shape in shapes
    )
    assert component.integrate(function, limits[0, 1]) == pytest.approx(
        expected[0, 1], rel=1e-12, abs=0
    )
    assert component.integrate(np.ones_like, np.empty(0)).shape == (0,)


def test_an_average_over_a_long_table_is_quick() -> None:
    e = np.linspace(0.0, 125e3, 501)
    flux = Flux("long", (tabulated("t", "nu_mu", e, e * np.exp(-e / 5e3)),), "proton")
    seconds = []
    for _ in range(10):
        start = perf_counter()
        mean = flux.average(lambda e: e**1.5 * np.log1p(e), "nu_mu")
        seconds.append(perf_counter() - start)
    assert mean > 0
    assert min(seconds) < 5e-3


def test_a_monoenergetic_beam() -> None:
    flux = monoenergetic(160e3, "nubar_mu", 3.0)
    assert flux.emission == "beam"
    assert [str(f) for f in flux.flavours] == ["nubar_mu"]
    assert flux.lines("nubar_mu") == (Line(160e3, 3.0),)
    assert flux.total("nubar_mu") == 3
    assert flux.average(lambda e: e**2, "nubar_mu") == pytest.approx(160e3**2)
    assert monoenergetic(1.0, "nu_e").total("nu_e") == 1
    with pytest.raises(InputError, match="positive energy"):
        monoenergetic(-1.0, "nu_e")
    with pytest.raises(UnknownNameError, match="did you mean nu_mu"):
        monoenergetic(1.0, "numu")


@pytest.mark.parametrize(
    ("energies", "values", "hint"),
    [
        ([1, 2, 3], [1, np.nan, 1], "row 2"),
        ([1, np.inf, 3], [1, 1, 1], "row 2"),
        ([1, 2, 3], [1, -1, 1], "negative"),
        ([1, 3, 2], [1, 1, 1], "increase"),
        ([1, 1, 2], [1, 1, 1], "increase"),
        ([-1, 1, 2], [1, 1, 1], "increase from 0"),
        ([1, 2], [1, 1, 1], "as many values"),
        ([1], [1], "as many values"),
    ],
)
def test_bad_tables_are_refused(
    energies: list[float], values: list[float], hint: str
) -> None:
    with pytest.raises(InputError, match=hint) as caught:
        tabulated("mine", "nu_e", energies, values)
    assert "mine" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("energies", "values", "hint"),
    [
        ([1, 2, 3], [1, 1, 1], "one more edge"),
        ([1], [], "one more edge"),
        ([1, 2, np.nan], [1, 1], "row 3"),
        ([1, 2, 3], [1, np.inf], "row 2"),
        ([1, 3, 2], [1, 1], "increase"),
        ([1, 2, 3], [1, -1], "negative"),
    ],
)
def test_bad_histograms_are_refused(
    energies: list[float], values: list[float], hint: str
) -> None:
    with pytest.raises(InputError, match=hint):
        tabulated("mine", "nu_e", energies, values, interpolation="histogram")
    with pytest.raises(UnknownNameError, match="did you mean linear"):
        tabulated("mine", "nu_e", [1, 2], [1, 1], interpolation="linea")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("energy", "intensity"),
    [(-1, 1), (0, 1), (np.nan, 1), (np.inf, 1), (1, -1), (1, np.nan)],
)
def test_impossible_lines_are_refused(energy: float, intensity: float) -> None:
    with pytest.raises(InputError, match="line"):
        Line(energy, intensity)


def test_what_is_missing_is_named(sns: Flux) -> None:
    with pytest.raises(UnknownNameError, match="did you mean sns"):
        nu.flux("sn")
    with pytest.raises(InputError, match="no nu_tau: it has nu_mu, nubar_mu, nu_e"):
        sns.average(np.ones_like, "nu_tau")
    component = tabulated("t", "nu_e", [1, 2], [1, 1])
    for bad in ({"edges": (2.0, 1.0)}, {"edges": (1.0,)}, {"density": None}):
        with pytest.raises(InputError):
            FluxComponent(
                "x",
                component.flavour,
                **{"density": component.density, "edges": (1.0, 2.0)} | bad,
            )
    named = FluxComponent("x", component.flavour, lines=(Line(1.0, 1.0),), time="promt")
    profile = TimeProfile(np.array([0.0, 1.0]), np.array([1.0]))
    with pytest.raises(UnknownNameError, match="did you mean prompt"):
        Flux("f", (named,), "second", times={"prompt": profile})
    assert "sns" in flux_names()
    assert nu.flux(sns) is sns


def test_several_integrands_are_those_one_by_one() -> None:
    below = np.array([[0.0, 3.0], [20.0, 35.0]])
    powers = [0, 1, 2]
    for component in (
        *nu.flux("sns").components,
        *nu.flux("solar", components=["7Be", "pp"]).components,
    ):
        together = component.integrate(
            lambda e: np.stack([e**k for k in powers], axis=-1), below
        )
        apart = [component.integrate(lambda e, k=k: e**k, below) for k in powers]  # type: ignore[misc]
        np.testing.assert_allclose(together, np.stack(apart, axis=-1), rtol=1e-13)
