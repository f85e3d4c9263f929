"""Templates against a plain adaptive quadrature written apart from the package, and
against themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.oracle import COMPONENTS, CsI2017
from numpy.typing import NDArray
from tests.nightly import mostly_nightly

import nuprobe as nu
from nuprobe.detectors import ConstantQuenching, LogisticAcceptance, Response
from nuprobe.errors import ComputationError, InputError
from nuprobe.flavours import flavour
from nuprobe.fluxes import Flux, FluxComponent, Line, TimeProfile, tabulated
from nuprobe.nuclei import Target
from nuprobe.numerics import panel_nodes
from nuprobe.parameters import Parameter
from nuprobe.prediction import Axis, Setup, Templates, build_templates, half_difference
from nuprobe.processes import cevns, exchanges_of
from nuprobe.units import cm2, fm, keV

R_P = (4.7436, 4.6876)
RADII = {"Cs133": R_P[0] * fm, "I127": R_P[1] * fm}
EDGES = np.arange(0, 51, 2.0)
TIMES = np.linspace(0, 6, 13)
SM = nu.StandardModel(sin2_theta_w=0.23863)
RN = Axis(Parameter("rn", 5.0, 1.6, 10.0, unit="fm"), ("Cs133", "I127"), 28)
QUENCHING = Axis(Parameter("q", 1.0, 0.6, 1.6), (), 24)
ORACLE = CsI2017(r_p=R_P, masses=(nu.isotope("Cs133").mass, nu.isotope("I127").mass))


def _response(smearing: str, scale: float = 1.0) -> Response:
    acceptance = LogisticAcceptance(0.6655, 0.4942, 10.8507, ((5, 0.5), (6, 1.0)))
    return Response(
        EDGES,
        13.348 / keV,
        ConstantQuenching(0.0878 * scale),
        acceptance,
        smearing,  # type: ignore[arg-type]
    )


def _target(values: Mapping[str, float]) -> Target:
    common = values.get("rn")
    r_n = {"Cs133": (common or 5.01) * fm, "I127": (common or 4.94) * fm}
    # the oracle is of point nucleons
    return nu.target("CsI", r_p=RADII, r_n=r_n, form_factor="helm", nucleon="point")


def _setup(smearing: str = "poisson", **changes: object) -> Setup:
    setup = Setup(
        flux=nu.flux("sns"),
        target_at=_target,
        response_at=lambda values: _response(smearing, values.get("q", 1.0)),
        formula_units=ORACLE.nuclei[0].number,
        fluence=ORACLE.fluence / 0.08 / cm2,
        time_edges=TIMES,
    )
    return replace(setup, **changes)  # type: ignore[arg-type]


def _spectra(templates: Templates, *values: float) -> NDArray[np.float64]:
    points = np.array([values]) if templates.axes else None
    return np.asarray(templates.by_component(templates.coefficients(SM), points)[0])


def _oracle(
    smearing: str, rn: float | None = None, scale: float = 1.0
) -> NDArray[np.float64]:
    case = ORACLE if rn is None else ORACLE.with_radius(rn)
    detector = replace(case.detector, smearing=smearing, gain=13.348e3 * 0.0878 * scale)
    return np.asarray(replace(case, detector=detector).spectrum(EDGES.tolist()))


def _deviation(
    got: NDArray[np.float64], truth: NDArray[np.float64], floor: float = 1e-6
) -> float:
    return float((np.abs(got - truth) / np.maximum(truth, floor * truth.max())).max())


@pytest.fixture(scope="module")
def with_axis() -> Templates:
    return build_templates(_setup(), [RN])


@pytest.mark.parametrize("smearing", ["poisson", "gaussian", "none"])
def test_every_bin_against_adaptive_quadrature(smearing: str) -> None:
    templates = build_templates(_setup(smearing))
    truth = _oracle(smearing)
    assert templates.components == COMPONENTS
    deviation = _deviation(_spectra(templates), truth)
    assert deviation < 1e-6
    # the code's own estimate bounds it, up to what the oracle's own adaptive quadrature
    # leaves
    assert deviation < templates.error + 1e-9
    assert templates.error < 1e-7


@pytest.mark.parametrize(
    ("rn", "scale"), [(1.6, 1.0), (5.37, 1.0), (10.0, 1.0), (4.2, 0.61), (6.1, 1.55)]
)
def test_interpolated_axes_against_adaptive_quadrature(rn: float, scale: float) -> None:
    templates = build_templates(_setup(), [RN, QUENCHING])
    assert max(templates.axis_error) < 1e-6
    got = _spectra(templates, rn, scale)
    assert _deviation(got, _oracle("poisson", rn, scale), floor=1e-3) < 1e-6


def test_interpolation_against_direct_builds(with_axis: Templates) -> None:
    rng = np.random.default_rng(20)
    for rn in rng.uniform(1.6, 10, 12):
        direct = build_templates(_setup(target_at=lambda _, rn=rn: _target({"rn": rn})))
        assert (
            _deviation(_spectra(with_axis, float(rn)), _spectra(direct), floor=1e-3)
            < 1e-6
        )


def test_too_few_nodes_are_refused_with_the_error_they_make() -> None:
    with pytest.raises(ComputationError, match=r"along rn reaches only .*more nodes"):
        build_templates(_setup(), [replace(RN, nodes=6)])


def test_time_bins_share_the_counts_of_their_window(with_axis: Templates) -> None:
    coefficients, point = with_axis.coefficients(SM), np.array([[5.1]])
    counts = with_axis.counts(coefficients, point).reshape(25, 12)
    by_component = with_axis.by_component(coefficients, point)[0]
    for i, component in enumerate(nu.flux("sns").components):
        assert component.time is not None
        window = nu.flux("sns").times[component.time].fraction(TIMES[[0, -1]])
        assert with_axis.time[i].sum() == pytest.approx(window[0], rel=1e-12, abs=0)
    np.testing.assert_allclose(
        counts.sum(axis=1), by_component.T @ with_axis.time.sum(axis=1), rtol=1e-12
    )
    np.testing.assert_allclose(
        with_axis.sum_time().counts(coefficients, point)[0],
        counts.sum(axis=1),
        rtol=1e-12,
    )
    part = with_axis.select(slice(3, 15), slice(1, 4))
    np.testing.assert_array_equal(
        part.counts(coefficients, point)[0], counts[3:15, 1:4].ravel()
    )
    assert with_axis.shape == (25, 12)
    assert part.shape == (12, 3)
    isotopes = with_axis.by_isotope(coefficients, point)
    np.testing.assert_allclose(isotopes.sum(axis=1)[0], counts.sum(axis=1), rtol=1e-12)


def test_counts_are_linear_in_coefficients_and_size(with_axis: Templates) -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 3, 3))
    point = np.array([[4.4]])
    np.testing.assert_allclose(
        with_axis.counts(2 * a - 3 * b, point),
        2 * with_axis.counts(a, point) - 3 * with_axis.counts(b, point),
        rtol=1e-9,
        atol=1e-8,
    )
    np.testing.assert_allclose(
        with_axis.scale(7).counts(a, point), 7 * with_axis.counts(a, point), rtol=1e-13
    )
    doubled = build_templates(
        _setup(formula_units=2 * ORACLE.nuclei[0].number), check=False
    )
    single = build_templates(_setup(), check=False)
    np.testing.assert_allclose(doubled.counts(a), 2 * single.counts(a), rtol=1e-13)
    np.testing.assert_allclose(
        half_difference(doubled, single).counts(a), single.counts(a) / 2, rtol=1e-12
    )


def test_many_points_are_the_points_one_by_one(with_axis: Templates) -> None:
    sin2, rn = np.array([0.2, 0.23, 0.3]), np.array([[3.0], [5.0], [7.7]])
    many = with_axis.counts(
        with_axis.coefficients(SM.with_values({"sin2_theta_w": sin2})), rn
    )
    assert many.shape == (3, 25 * 12)
    for i in range(3):
        model = nu.StandardModel(sin2_theta_w=float(sin2[i]))
        one = with_axis.counts(with_axis.coefficients(model), rn[i : i + 1])
        np.testing.assert_allclose(many[i : i + 1], one, rtol=1e-12)
    fixed_model = with_axis.counts(with_axis.coefficients(SM), rn)
    np.testing.assert_allclose(
        fixed_model[1:2],
        with_axis.counts(with_axis.coefficients(SM), rn[1:2]),
        rtol=1e-12,
    )


@pytest.mark.parametrize("axis", [0, 1])
def test_derivatives_along_axes_against_differences(axis: int) -> None:
    templates = build_templates(_setup(), [RN, QUENCHING], check=False)
    coefficients = templates.coefficients(SM)
    point, step = np.array([[5.2, 1.1]]), 1e-4 * np.eye(2)[axis]
    at = [templates.counts(coefficients, point + k * step)[0] for k in (-2, -1, 1, 2)]
    difference = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12e-4)
    got = templates.counts(coefficients, point, derivative=axis)[0]
    np.testing.assert_allclose(
        got, difference, rtol=1e-6, atol=1e-8 * np.abs(got).max()
    )


def test_derivatives_of_coefficients_against_differences(with_axis: Templates) -> None:
    up, down = (
        with_axis.coefficients(nu.StandardModel(sin2_theta_w=0.23 + s))
        for s in (1e-3, -1e-3)
    )
    got = with_axis.coefficient_derivatives(
        nu.StandardModel(sin2_theta_w=0.23), ["sin2_theta_w"]
    )[0]
    np.testing.assert_allclose(
        got, (up - down) / 2e-3, rtol=1e-9, atol=1e-12
    )  # quadratic: exact


def test_an_axis_of_one_isotope_leaves_the_other_alone() -> None:
    axes = [
        replace(RN, parameter=replace(RN.parameter, name=f"rn_{i}"), isotopes=(i,))
        for i in ("Cs133", "I127")
    ]

    def target_at(values: Mapping[str, float]) -> Target:
        r_n = {i: values[f"rn_{i}"] * fm for i in ("Cs133", "I127")}
        return nu.target("CsI", r_p=RADII, r_n=r_n, nucleon="point")

    two = build_templates(_setup(target_at=target_at), axes)
    common = build_templates(_setup(), [RN])
    coefficients = two.coefficients(SM)
    np.testing.assert_allclose(
        two.counts(coefficients, np.array([[5.5, 5.5]])),
        common.counts(coefficients, np.array([[5.5]])),
        rtol=1e-9,
    )
    points = np.array([[5.0, 4.0], [5.0, 6.0]])
    isotopes = two.by_isotope(coefficients, points)
    np.testing.assert_array_equal(isotopes[0, 0], isotopes[1, 0])
    assert isotopes[0, 1].sum() > isotopes[1, 1].sum()
    slope = two.counts(coefficients, points, derivative=1)
    assert slope.sum() < 0


@pytest.mark.parametrize("value", [1.59, 10.01, np.nan])
def test_outside_an_axis_is_an_error_that_names_it(
    with_axis: Templates, value: float
) -> None:
    with pytest.raises(InputError, match=r"rn: .*outside"):
        with_axis.counts(with_axis.coefficients(SM), np.array([[5.0], [value]]))
    with pytest.raises(InputError, match="need a value of rn"):
        with_axis.counts(with_axis.coefficients(SM))


def test_counts_do_not_depend_on_the_bins_that_hold_them() -> None:
    response = _response("none")
    fine = build_templates(
        _setup(
            "none",
            response_at=lambda _: replace(response, edges=np.arange(6, 30.1, 0.5)),
        )
    )
    coarse = build_templates(
        _setup(
            "none", response_at=lambda _: replace(response, edges=np.array([6.0, 30]))
        )
    )
    total = [t.counts(t.coefficients(SM)).sum() for t in (fine, coarse)]
    assert total[0] == pytest.approx(total[1], rel=1e-9, abs=0)


def test_full_acceptance_and_wide_bins_give_cross_section_times_flux() -> None:
    everything = Response(np.array([0.0, 1e4]), 13.348 / keV, ConstantQuenching(0.0878))
    templates = build_templates(
        _setup(response_at=lambda _: everything, time_edges=None)
    )
    target = _target({})
    for i, name in enumerate(("nu_mu", "nubar_mu", "nu_e")):
        sigma = nu.flux("sns").average(
            lambda e, f=name: cevns.total(np.maximum(e, 1e-3), target, SM, f),  # type: ignore[misc]
            name,
        )
        expected = sigma * ORACLE.fluence * ORACLE.nuclei[0].number
        assert _spectra(templates)[i].sum() == pytest.approx(expected, rel=1e-7, abs=0)


def _reactor() -> Flux:
    e = np.concatenate([np.linspace(0.5, 2, 7), np.linspace(2.25, 9, 28)])
    return Flux(
        "reactor-like",
        (tabulated("all", "nubar_e", e, np.exp(0.87 - 0.16 * e - 0.091 * e**2)),),
        "fission",
    )


@pytest.mark.parametrize(
    "smearing",
    mostly_nightly(["gaussian", "none", "poisson"], ["gaussian"]),
)
def test_a_steep_table_on_germanium_against_brute_force(smearing: str) -> None:
    # a spectrum with 34 kinks that falls by orders of magnitude, near threshold: panels
    # in T between all its kinks
    flux = _reactor()
    edges = (
        np.array([0.0, 20, 40, 80, 160])
        if smearing == "poisson"
        else np.array([30.0, 40, 50, 80, 120, 160])
    )
    response = Response(edges, 0.2 * 1e6, smearing=smearing, resolution=(3.0, 0.3, 0.0))  # type: ignore[arg-type]
    target = nu.target("Ge74")
    templates = build_templates(
        Setup(flux, lambda _: target, lambda _: response, 1e25, 1e13 / cm2)
    )
    got = _spectra(templates)[0]
    (component,) = flux.components
    mass = target.components[0].isotope.mass
    top = float(cevns.recoil_maximum(9.0, mass))
    kinks = [float(cevns.recoil_maximum(e, mass)) for e in component.edges]
    marks = np.unique(
        [
            0.0,
            top,
            *(k for k in kinks if k < top),
            *(x / 2e5 for x in edges if x / 2e5 < top),
        ]
    )
    marks = np.union1d(marks, np.linspace(0, top, 200))
    recoils, weights = panel_nodes(marks, 8)
    rate = np.zeros(recoils.size)
    for i, t in enumerate(recoils):
        e_min = (t + np.sqrt(t**2 + 2 * mass * t)) / 2
        e, w = panel_nodes([e_min, *(e for e in component.edges if e > e_min)], 24)
        sigma = (
            cevns.kernels(e, t, target.components[0]) @ templates.coefficients(SM)[0]
        )
        rate[i] = w @ (component.continuum(e) * sigma)
    exact = response.matrix(recoils) @ (weights * rate) * 1e25 * 1e13
    np.testing.assert_allclose(got, exact, rtol=1e-6)
    assert templates.error < 1e-7


def test_lines_and_beams() -> None:
    # a line alone, without smearing: the recoil spectrum is the cross section itself
    line = Flux(
        "line",
        (FluxComponent("line", flavour("nu_e"), lines=(Line(20.0, 3.0),)),),
        "second",
        emission="beam",
    )
    target = nu.target("Ar40")
    edges = np.array([1.0, 2.0, 5.0, 30.0])  # keV
    setup = Setup(
        line,
        lambda _: target,
        lambda _: Response(edges, 1 / keV, smearing="none"),
        5e26,
        1e9 / cm2,
    )
    got = _spectra(build_templates(setup))[0]
    above = [
        float(cevns.total(20.0, target, SM, "nu_e", threshold=t * keV)) for t in edges
    ]
    np.testing.assert_allclose(got, 3 * 5e26 * 1e9 * -np.diff(above), rtol=1e-9)


def test_axial_terms_reach_the_templates() -> None:
    everything = Response(np.array([0.0, 1e4]), 13.348 / keV)
    target = nu.target("I127")
    exchanges = exchanges_of(SM.couplings())
    setup = Setup(
        nu.flux("sns"),
        lambda _: target,
        lambda _: everything,
        1e25,
        1.0 / cm2,
        process=cevns.Cevns(axial=True),
        exchanges_at=lambda _: exchanges,
    )
    templates = build_templates(setup)
    assert templates.terms == cevns.terms(axial=True)
    sigma = nu.flux("sns").average(
        lambda e: cevns.total(np.maximum(e, 1e-3), target, SM, "nu_e", axial=True),
        "nu_e",
    )
    assert _spectra(templates)[2].sum() == pytest.approx(
        1e25 * 0.08 * sigma, rel=1e-7, abs=0
    )


def test_time_bins_need_a_profile_and_take_resolution_and_offset() -> None:
    table = Flux("table", (tabulated("t", "nu_e", [10.0, 30.0], [1.0, 1.0]),), "second")
    with pytest.raises(InputError, match="no arrival-time profile"):
        build_templates(_setup(flux=table))
    profile = nu.flux("sns").times["delayed"]
    smeared = build_templates(
        _setup(time_resolution=0.3, time_offset=-0.2), check=False
    )
    np.testing.assert_array_equal(smeared.time[1], profile.fraction(TIMES, 0.3, -0.2))
    assert isinstance(profile, TimeProfile)


def test_a_response_finer_than_any_quadrature_is_an_error_not_a_number() -> None:
    edges = np.linspace(20, 20.0001, 3)
    narrow = Response(
        edges,
        13.348 / keV,
        ConstantQuenching(0.0878),
        smearing="gaussian",
        resolution=(1e-5, 0, 0),
    )
    with pytest.raises(
        ComputationError, match="too narrow to be integrated; use smearing = 'none'"
    ):
        build_templates(_setup(response_at=lambda _: narrow))
