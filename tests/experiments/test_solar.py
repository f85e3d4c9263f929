"""Solar experiments: rates, SNO's polynomials, KamLAND's map and L_1A."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import G_FERMI, HBARC_MEV_CM, M_ELECTRON
from nuprobe.errors import ExperimentFileError, InputError, UnknownNameError
from nuprobe.experiments import SolarExperiment, experiment, joint_cost
from nuprobe.experiments.solar_elastic import ElasticBins
from nuprobe.experiments.solar_l1a import deuteron_ratios, reference_of
from nuprobe.experiments.solar_mixing import KINDS, solar_fluxes
from nuprobe.experiments.solar_plane import solar_plane
from nuprobe.experiments.solar_sun import component_nodes, folded_nodes
from nuprobe.oscillation import survival

POINT: dict[str, Any] = {"sin2_12": 0.307, "dm2_21": 7.5e-5, "sin2_13": 0.0220}
SK = [f"super-kamiokande-{n}" for n in "1234"]


def solar(name: str) -> SolarExperiment:
    return experiment(name, SolarExperiment)


def test_gallium() -> None:
    rates = solar("gallium-2009").predict(**POINT)
    without = {k: float(v[0]) for k, v in rates.unmixed.items()}
    assert sum(without.values()) == pytest.approx(126.6, rel=0.02)
    for kind, value in (("pp", 70.8), ("7Be", 35.3), ("8B", 13.4)):
        assert without[kind] == pytest.approx(value, rel=0.02)
    assert float(rates.signal[0]) == pytest.approx(65.2, rel=0.02)
    assert rates.measured[0] == 66.1


def test_chlorine_lines() -> None:
    """7Be 2.4e-46 over both of its lines, pep 16e-46; 1e-46 cm² is 1e-10 SNU."""
    sun = solar_fluxes("B16-GS98")
    rates = solar("homestake-1998").predict(**POINT)
    line = {k: float(v[0]) / sun[k].flux * 1e10 for k, v in rates.unmixed.items()}
    assert line["7Be"] == pytest.approx(2.4, rel=0.03)
    assert line["pep"] == pytest.approx(16.0, rel=0.01)
    # Bahcall's total for the fluxes of BP2004 is 8.5 SNU with 8B 5.79e6: 1.14e-42 cm²
    assert line["8B"] == pytest.approx(1.14e4, rel=0.04)


@pytest.mark.parametrize(
    "kind", [pytest.param("8B", marks=pytest.mark.nightly), "13N", "pp"]
)
def test_rates_against_plain_quadrature(kind: str) -> None:
    """Gaussian rules against nested adaptive quadrature, to 1e-6."""
    gallium = solar("gallium-2009")
    section = gallium.prediction().response.section
    (component,) = nu.flux("solar", components=[kind]).components
    edges, density = np.array(component.edges), component.density
    assert density is not None

    def folded(e: float, weight: bool) -> float:
        value = density(np.array([e])) * section(np.array([e]))
        return float(value[0]) * (float(survival(e, kind, **POINT)) if weight else 1.0)

    low = section.threshold
    knots = [low, *section.energy[section.energy < edges[-1]], edges[-1]]
    panels = np.unique([low, *knots, *edges[edges > low]])
    if kind == "8B":
        panels = np.unique(np.concatenate([panels[::3], panels[-1:], section.energy]))
        panels = panels[(panels >= low) & (panels <= edges[-1])]
    whole = sum(
        quad(folded, a, b, (True,), epsabs=0, epsrel=1e-7, limit=60)[0]
        for a, b in pairwise(panels)
    )
    total = float(nu.flux("solar", components=[kind]).total("nu_e"))
    e, w = folded_nodes(kind, section, knots=section.knots)
    p = survival(e, kind, **POINT)
    assert float(w @ p) == pytest.approx(whole / total, rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("gallium-2009", "pp"), ("gallium-2009", "15O"), ("homestake-1998", "13N")],
)
def test_captures_begin_with_a_step(name: str, kind: str) -> None:
    """σ is not zero just above the threshold, which a rule must not straddle: dense
    trapezoids from there, not the package's rule; 1 SNU is 1e-36 per second."""
    response = solar(name).prediction().response
    section = response.section
    (component,) = nu.flux("solar", components=[kind]).components
    assert component.density is not None
    e = np.linspace(section.threshold + 1e-7, component.edges[-1], 10_001)
    expected = np.trapezoid(component.density(e) * section(e), e) / 1e-36
    flux = float(nu.flux("solar", components=[kind]).total("nu_e"))
    without = response.unmixed(dict.fromkeys(KINDS, flux))[kind]
    assert without == pytest.approx(expected, rel=2e-5)


def test_cross_sections_are_not_extrapolated() -> None:
    section = solar("gallium-2009").prediction().response.section
    assert section(np.array([0.2, 0.2327]))[0] == 0.0
    with pytest.raises(InputError, match=r"valid 0\.2327 to 20 MeV"):
        section(np.array([21.0]))


def test_ground_state_continues_the_table() -> None:
    section = solar("homestake-1998").prediction().response.section
    at = section(np.array([0.8618, 1.0, 1.442, 2.0])) / 1e-46
    assert at == pytest.approx([2.74, 5.21, 16.0, 37.0], rel=0.01)


def test_sno_projection_of_a_polynomial() -> None:
    """What is a polynomial of the second degree is found again."""
    response = solar("sno-2013").prediction().response
    e = response.energy - 10
    assert response.day @ (0.3 + 0.01 * e - 0.002 * e**2) == pytest.approx(
        [0.3, 0.01, -0.002], rel=1e-9
    )
    assert response.both @ (0.05 - 0.01 * e) == pytest.approx([0.05, -0.01], rel=1e-9)


def test_sno_day_and_night() -> None:
    sno = solar("sno-2013")
    night = sno.predict(**POINT)
    day = sno.with_changes({"earth.regeneration": False}).predict(**POINT)
    assert np.all(day.signal[4:] == 0)
    assert night.signal[:4] == pytest.approx(day.signal[:4], rel=1e-12)
    # 3 % more by night at 10 MeV
    assert night.signal[4] == pytest.approx(0.03, abs=0.005)
    assert abs(night.pulls[4]) < 1


def test_two_body_current() -> None:
    """φ follows NC and P_ee follows CC over NC, b as of the package's own ν d."""
    sno = solar("sno-2013")
    zero = sno.predict(**POINT)
    moved = sno.predict(**{**POINT, "l1a.relative": 1.0})
    assert moved.signal[0] / zero.signal[0] - 1 == pytest.approx(0.0139, rel=0.02)
    ratio = moved.signal[1] / zero.signal[1] - 1
    assert ratio == pytest.approx(0.0131 - 0.0139, abs=4e-4)
    for name, value in (("l1a.nnlo", 5.6), ("l1a.resummed", 0.1)):
        same = sno.predict(**{**POINT, name: value})
        assert same.signal == pytest.approx(zero.signal, rel=1e-12)


def test_schemes_differ_by_a_shift() -> None:
    """One cross section, two numbers: 5 fm³ apart."""
    f = nu.flux("solar", components=["8B"])

    def mean(value: float, scheme: Any) -> float:
        e, w = component_nodes("8B")
        used = e > 2.3
        e, w = e[used][::4], w[used][::4]
        sigma = nu.deuteron.total(e, "nc", "nu_e", l1a=value, scheme=scheme)
        return float(w @ sigma) / float(w.sum())

    assert f.flavours[0].name == "nu_e"
    assert mean(5.6, "nnlo") == pytest.approx(mean(0.1, "resummed"), rel=2e-3)


def test_deuteron_ratios_against_cross_sections() -> None:
    ratios = deuteron_ratios("nnlo")
    for e in (5.0, 9.3):
        direct = nu.deuteron.total(e, "cc", "nu_e", l1a=20.0, scheme="nnlo")
        direct = direct / nu.deuteron.total(e, "cc", "nu_e", l1a=5.6, scheme="nnlo")
        found = ratios.cc(np.array([e]), np.array([20.0]), 5.6)
        assert float(found[0, 0]) == pytest.approx(float(direct), rel=1e-5)
    assert reference_of("relative", {"resummed": 0.1, "nnlo": 5.6}) == ("resummed", 0.1)


def test_kamland_map() -> None:
    kamland = solar("kamland-2005")
    table = kamland.prediction().response
    for i, j in ((20, 10), (40, 30), (5, 3)):
        tan2, dm2 = table.tan2[i], table.dm2[j]
        cost = kamland.cost(None, ["tan2_12", "dm2_21"])
        if not (0.11 <= tan2 <= 1.4 and 4.2e-5 <= dm2 <= 1.99e-4):
            continue
        value = cost.twice_nll(cost.point({"tan2_12": tan2, "dm2_21": dm2}))
        assert float(value[0]) == pytest.approx(table.delta[i, j], abs=0.02)
    fitted = kamland.fit(free=["tan2_12", "dm2_21"])
    assert fitted["tan2_12"].value == pytest.approx(0.46, abs=0.01)
    assert fitted["dm2_21"].value == pytest.approx(7.9e-5, rel=0.01)
    assert fitted.twice_nll == pytest.approx(0.0, abs=1e-4)
    second = table.delta_at(np.array([0.4]), np.linspace(1.5e-4, 1.8e-4, 31))
    assert second.min() == pytest.approx(7.8, abs=0.6)
    with pytest.raises(InputError, match=r"4\.16869e-05 to 0\.000199526"):
        table.delta_at(np.array([0.4]), np.array([3e-5]))


@pytest.mark.parametrize("name", SK)
def test_super_kamiokande_without_oscillation(name: str) -> None:
    """The shape that resolution and spectrum give is the published one."""
    response = solar(name).prediction().response
    assert isinstance(response, ElasticBins)
    own = response.folded["8B"].electron.sum(axis=0)
    ratio = response.expected["8B"] / own
    assert np.ptp(ratio[3:-3]) / ratio.mean() < 0.25


def test_super_kamiokande_sees_what_sno_sees() -> None:
    """Elastic scattering: 2.3 to 2.4e6 of 5.25e6 neutrinos of 8B."""
    rates = solar("super-kamiokande-4").predict(**POINT, phi_8B=5.25e6)
    expected = solar("super-kamiokande-4").prediction().response.expected["8B"]
    share = rates.parts["8B"].sum() / (5.25e6 * expected).sum()
    assert 2.25 < 5.25 * share < 2.50


def test_borexino() -> None:
    rates = solar("borexino-2018").predict(**POINT)
    # expected for high metallicity
    np.testing.assert_allclose(rates.signal[:3], [131.1, 47.9, 2.74], rtol=0.01)
    assert np.all(np.abs(rates.pulls) < 1)
    # 2.57e6 nu_e of 8B per cm2 and second, unconverted, make the 0.223 (abstract)
    folded = solar("borexino-2018").prediction().response.folded[3]
    assert 2.57e6 * folded.electron.sum() == pytest.approx(0.223, rel=2e-3)


def test_beryllium_on_electrons_by_hand() -> None:
    """Lines of 7Be with the radiative couplings of Erler:2013xha, integrated over T."""
    flux = 4.93e9  # B16-GS98
    borexino = solar("borexino-2018").with_changes({"earth.regeneration": False})
    found = borexino.predict(**POINT, phi_7Be=flux).signal[1]

    def sigma(e: float, vector: float, axial: float) -> float:
        left, right, m = (vector + axial) / 2, (vector - axial) / 2, M_ELECTRON

        def shape(t: float) -> float:
            y = t / e
            return left**2 + right**2 * (1 - y) ** 2 - left * right * m * y / e

        top = quad(shape, 0, 2 * e**2 / (m + 2 * e))[0]
        return float(2 * G_FERMI**2 * m / np.pi * top * HBARC_MEV_CM**2)

    rate = 0.0
    for e, share in ((0.8618, 0.8956), (0.3843, 0.1044)):
        p = survival([e], "7Be", **POINT)[0]
        other = (sigma(e, -0.0397, -0.5064) + sigma(e, -0.0353, -0.5064)) / 2
        rate += share * (p * sigma(e, 0.9521, 0.4936) + (1 - p) * other)
    assert found == pytest.approx(rate * flux * 3.307e31 * 86400, rel=1e-3)


def test_other_flavours_over_electron_neutrinos() -> None:
    """SNO's weight of nu_mu and nu_tau above 5 MeV is 0.155 (unverified)."""
    folded = solar("super-kamiokande-4").prediction().response.folded["8B"]
    above = folded.other[:, 3:].sum() / folded.electron[:, 3:].sum()
    assert above == pytest.approx(0.155, rel=0.02)


def test_luminosity() -> None:
    sun = solar("solar-luminosity")
    assert float(sun.predict().signal[0]) == pytest.approx(1.0, abs=0.01)
    # half of what fusion releases less the neutrino, and both lines of 7Be
    section: Any = sun.file.measurement
    energies = section.energies
    q = 26.7312
    assert energies["pp"] == pytest.approx(q / 2 - 0.2668, abs=1e-3)
    assert energies["13N"] + energies["15O"] == pytest.approx(
        q - 0.7063 - 0.9964, abs=5e-3
    )
    e, w = component_nodes("7Be")
    assert energies["7Be"] == pytest.approx(q / 2 - float(e @ w), abs=2e-3)


def test_fluxes_are_those_of_the_library() -> None:
    for model in ("B16-GS98", "B16-AGSS09met", "BS05-OP"):
        for kind, one in solar_fluxes(model).items():
            flux = nu.flux("solar", model=model, components=[kind])
            assert flux.total("nu_e") == pytest.approx(one.flux, rel=1e-9)


def test_flux_free_or_of_the_model() -> None:
    sno = solar("sno-2013")
    assert [n.sigma for n in sno.cost(None, ["tan2_12"]).nuisances] == [0.12]
    assert sno.cost(None, ["phi_8B"]).nuisances == ()
    loose = sno.with_changes({"sun.free": ["8B"]})
    assert loose.cost(None, ["tan2_12"]).nuisances[0].sigma == np.inf
    # without the model, the flux is what SNO says
    fitted = sno.fit(free=["phi_8B", "tan2_12", "dm2_21"])
    assert fitted["phi_8B"].value == pytest.approx(5.25e6, rel=0.02)


def test_derivatives() -> None:
    cost = joint_cost(
        [solar(n) for n in ("sno-2013", "gallium-2009", "super-kamiokande-4")],
        None,
        ["tan2_12", "dm2_21", "sin2_13", "phi_8B", "l1a.nnlo"],
    )
    point = cost.point({"tan2_12": 0.43, "dm2_21": 7.3e-5, "l1a.nnlo": 3.0})
    nuisances = np.full(len(cost.nuisances), 0.1)
    own, _ = cost.gradient(point, nuisances)
    for i, p in enumerate(cost.parameters):
        h = 1e-3 * p.step
        up, down = point.copy(), point.copy()
        up[i] += h
        down[i] -= h
        both = cost.twice_nll(np.stack([up, down]), np.stack([nuisances] * 2))
        assert own[0, i] == pytest.approx((both[0] - both[1]) / (2 * h), rel=2e-3)


def test_plane_is_the_profile() -> None:
    plane = solar_plane(
        ["sno-2013", "gallium-2009", "kamland-2005"],
        l1a=[0.0, 20.0],
        scheme="relative",
        flux="model",
        tan2_12=[0.4, 0.5],
        dm2_21=[7e-5, 8e-5],
    )
    cost = joint_cost(
        [solar(n) for n in plane.experiments],
        None,
        ["tan2_12", "dm2_21", "l1a.relative"],
    )
    at = {"tan2_12": 0.5, "dm2_21": 7e-5, "l1a.relative": 20.0}
    value = cost.profiled(cost.point(at)).twice_nll
    assert plane.twice_nll[1, 1, 0] == pytest.approx(float(value[0]), rel=1e-9)
    assert plane.delta.min(axis=(1, 2)) == pytest.approx([0, 0])


@pytest.mark.parametrize("free", ["l1a", "L_1A", "L1A"])
def test_current_needs_a_scheme(free: Any) -> None:
    with pytest.raises(InputError, match=r"l1a\.resummed, l1a\.nnlo"):
        solar("sno-2013").fit(free=[free])


@pytest.mark.parametrize(
    ("free", "said"),
    [
        (["sin2_12", "tan2_12"], "the same angle"),
        (["l1a.nnlo", "l1a.relative"], "the same quantity"),
        (["phi_9B"], "phi_8B"),
    ],
)
def test_bad_parameters(free: Any, said: str) -> None:
    with pytest.raises((InputError, UnknownNameError), match=said):
        solar("sno-2013").fit(free=free)


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("sno-2013", {"sun.model": "BP2000"}, "B16-GS98"),
        ("sno-2013", {"sun.free": ["9B"]}, "unknown kind 9B"),
        ("sno-2013", {"analyses.polynomial.values": [1.0]}, "belong together"),
        ("sno-2013", {"analyses.polynomial.correlation.0.1": 0.999,
                      "analyses.polynomial.correlation.1.0": 0.999},
         "smallest eigenvalue is -"),
        ("sno-2013", {"measurement.l1a_reference": {"nnlo": 5.6}}, "both schemes"),
        ("gallium-2009", {"earth.latitude": 91}, "earth.latitude"),
        ("gallium-2009", {"measurement.threshold": 0.3}, "threshold"),
        ("borexino-2018", {"measurement.kinds": [["9B", 0.0]] * 4}, "unknown kind 9B"),
    ],
)  # fmt: skip
def test_bad_files(name: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises((ExperimentFileError, InputError), match=said):
        solar(name).with_changes(changes).predict()


def test_other_interactions_are_refused() -> None:
    with pytest.raises(InputError, match="Standard Model"):
        solar("sno-2013").predict(nu.model("b-l", mass=10.0, coupling=1e-5))


def test_bins_are_refused() -> None:
    with pytest.raises(InputError, match="published values"):
        solar("sno-2013").rebinned(energy=2)


@pytest.mark.nightly
def test_extraction() -> None:
    """Published: 4.5 +18 −12 from solar data, 4.0 ± 6.3 from SNO and SK."""
    from nuprobe.experiments.solar_plane import l1a_fit

    found = l1a_fit(scheme="nnlo")["l1a.nnlo"]
    assert -7.5 < found.value < 22.5
    with_sk = l1a_fit(["sno-2013", "super-kamiokande-1"], scheme="nnlo")["l1a.nnlo"]
    assert with_sk.value == pytest.approx(4.0, abs=6.3)
