"""Break-up of the deuteron against a plain double integral with arbitrary-precision
Coulomb functions, numbers of an independent code, and public tables."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import (
    ALPHA_EM,
    G_A,
    G_FERMI,
    HBARC_MEV_CM,
    HBARC_MEV_FM,
    M_ELECTRON,
    M_NEUTRON,
    M_PROTON,
    V_UD,
)
from nuprobe.detectors import Response
from nuprobe.errors import (
    ExperimentFileError,
    InputError,
    UnitError,
    UnknownNameError,
    ValidityWarning,
)
from nuprobe.fluxes import monoenergetic
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.prediction import build_templates
from nuprobe.prediction.build import _narrow
from nuprobe.prediction.reach import share_beyond, warn_beyond
from nuprobe.prediction.setup import Setup
from nuprobe.processes import CONTACT, constants_of, exchanges_of, with_constants
from nuprobe.processes.folding import Deposits, over_flux
from nuprobe.processes.inputs import as_state
from nuprobe.processes.nuclear import breakup
from nuprobe.processes.nuclear.breakup import NN, NP, PP, Breakup
from nuprobe.processes.nuclear.two_nucleons import strengths
from nuprobe.units import cm2

SM = nu.StandardModel(0.2387)
TABLES = Path(os.environ.get("NUPROBE_DATA", "/nowhere")) / "neutrino_nuclear" / "nud"


@pytest.mark.parametrize(
    ("e_nu", "nu_x", "nubar_x", "nu_e", "nubar_e"),
    [
        (5.0, 0.09322, 0.09136, 0.3341, 0.02815),
        (10.0, 1.0809, 1.0321, 2.611, 1.2266),
        (15.0, 3.308, 3.076, 7.438, 4.384),
        (20.0, 6.843, 6.198, 15.04, 9.417),
    ],
)
def test_totals_of_an_independent_code(
    e_nu: float, nu_x: float, nubar_x: float, nu_e: float, nubar_e: float
) -> None:
    for current, flavour, expected in (
        ("nc", "nu_mu", nu_x),
        ("nc", "nubar_mu", nubar_x),
        ("cc", "nu_e", nu_e),
        ("cc", "nubar_e", nubar_e),
    ):
        ours = float(nu.deuteron.total(e_nu, current, flavour, SM))
        assert ours * 1e42 == pytest.approx(expected, rel=6e-4)


@pytest.mark.parametrize(
    ("current", "flavour", "slope"),
    [("nc", "nu_e", 0.01403), ("cc", "nu_e", 0.01330), ("cc", "nubar_e", 0.01346)],
)
def test_slopes_of_an_independent_code(
    current: Any, flavour: str, slope: float
) -> None:
    up, down = (
        float(nu.deuteron.total(10.0, current, flavour, l1a=x, scheme="resummed"))
        for x in (0.01, -0.01)
    )
    assert np.log(up / down) / 0.02 == pytest.approx(slope, rel=3e-3)


def test_thresholds() -> None:
    found = [state.threshold for state in (PP, NN, NP)]
    assert found == pytest.approx([1.4428, 4.0332, 2.2259], abs=5e-5)
    for current, flavour, state in (
        ("cc", "nu_e", PP),
        ("cc", "nubar_e", NN),
        ("nc", "nu_tau", NP),
    ):
        around = [state.threshold - 1e-3, state.threshold + 0.05]
        below, above = nu.deuteron.total(around, current, flavour)
        assert below == 0
        assert above > 0


def plain(e_nu: float, state: Breakup, sign: float, current: float) -> float:
    """dσ/dcos θ integrated by two nested adaptive rules, in cm²; no Fermi function."""
    mass = state.mass / 2

    def inner(p: float, cos: float) -> float:
        def left(e_l: float) -> float:
            k = np.sqrt(max(e_l**2 - state.lepton**2, 0.0))
            q2 = e_nu**2 + k**2 - 2 * e_nu * k * cos
            return float(e_nu + state.released - p**2 / mass - q2 / 4 / mass - e_l)

        from scipy.optimize import brentq

        if left(state.lepton) <= 0:
            return 0.0
        e_l = brentq(left, state.lepton, e_nu + 1, xtol=1e-13)
        k = np.sqrt(e_l**2 - state.lepton**2)
        beta = k / e_l
        bracket = 1 - beta * cos / 3
        moment = e_nu + e_l * beta**2 - (e_nu + e_l) * beta * cos
        bracket += sign * current * 2 * 4.7059 / (3 * G_A * mass) * moment
        jacobian = 1 + (e_l - e_nu * e_l * cos / k) / (2 * mass)
        a, r = {"np": (-23.71, 2.73), "nn": (-18.9, 2.75)}[state.pair]
        gamma = np.sqrt((M_PROTON + M_NEUTRON) / 2 * 2.224566) / HBARC_MEV_FM
        x = p / HBARC_MEV_FM
        kappa = -1 / a + r * x**2 / 2
        b = (kappa + gamma) / (x**2 + gamma**2) - (r + 1.764) / 4
        t = 4 * np.pi * 2 * gamma / (1 - 1.764 * gamma) * b**2 / (x**2 + kappa**2)
        return float(p**2 * t / HBARC_MEV_FM**3 * k * e_l * bracket / 2 / jacobian)

    def over_p(cos: float) -> float:
        top = np.sqrt(mass * (e_nu + state.released - state.lepton))
        points = (1.0, 5.0, 15.0, 0.9 * top)
        return float(quad(inner, 0, top, args=(cos,), limit=200, points=points)[0])

    value = quad(over_p, -1, 1, epsrel=1e-7)[0]
    scale = (G_FERMI * G_A) ** 2 / np.pi * state.factor / (2 * np.pi**2)
    return float(scale * value * HBARC_MEV_CM**2)


@pytest.mark.parametrize("e_nu", [6.0, 14.0])
def test_totals_are_the_plain_double_integral(e_nu: float) -> None:
    neutral = plain(e_nu, NP, 1.0, 1 - 2 * 0.2387)
    assert float(nu.deuteron.total(e_nu, "nc", "nu_e", SM)) == pytest.approx(
        neutral, rel=2e-6
    )
    charged = plain(e_nu, NN, -1.0, 1.0)
    assert float(nu.deuteron.total(e_nu, "cc", "nubar_e")) == pytest.approx(
        charged, rel=2e-6
    )


@pytest.mark.parametrize(
    "p", [3.0, *(pytest.param(p, marks=pytest.mark.nightly) for p in (10, 60, 140))]
)
def test_two_protons_have_coulomb_functions(p: float) -> None:
    mp = pytest.importorskip("mpmath")
    x = p / HBARC_MEV_FM
    eta = ALPHA_EM * M_PROTON / HBARC_MEV_FM / (2 * x)
    barrier = 2 * mp.pi * eta / mp.expm1(2 * mp.pi * eta)
    c = mp.sqrt(barrier)
    h = mp.re(mp.digamma(1j * eta)) - mp.log(eta)
    cot = (1 / 7.806 + 2.794 * x**2 / 2 - 2 * x * eta * h) / (barrier * x)
    gamma = np.sqrt((M_PROTON + M_NEUTRON) / 2 * 2.224566) / HBARC_MEV_FM

    def wave(r: Any) -> Any:
        regular, irregular = mp.coulombf(0, eta, x * r), mp.coulombg(0, eta, x * r)
        return mp.exp(-gamma * r) * c * (irregular + cot * regular)

    overlap = mp.quad(wave, [1e-8, 1, 4, 12, 30, 80, 160])
    b = overlap - (2.794 + 1.764) / 4
    residue = 2 * gamma / (1 - 1.764 * gamma)
    expected = 4 * np.pi * residue / (1 + cot**2) * b**2 / (x**2 * barrier)
    t0, _, _ = strengths(np.array(p), "pp", "resummed")
    # the slow logarithm of G at the origin is cut at 1e-8 fm
    assert float(t0) == pytest.approx(float(expected) / HBARC_MEV_FM**3, rel=1e-6)


@given(p=st.floats(1e-3, 250.0))
def test_strengths_are_squares(p: float) -> None:
    """|T|² is a square of something linear in L_1A."""
    for pair in ("np", "nn", "pp"):
        t0, t1, t2 = strengths(np.array(p), pair, "resummed")
        assert t0 >= 0
        assert t1**2 == pytest.approx(float(4 * t0 * t2), rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("state", "e_nu"), [(PP, 3.0), (PP, 12.0), (NN, 12.0), (NP, 12.0)]
)
def test_spectra_and_angles_integrate_to_the_same(state: Breakup, e_nu: float) -> None:
    x, w = np.polynomial.legendre.leggauss(24)
    angles = breakup.by_angle(state, np.full(24, e_nu), x, "nnlo", 160) @ w
    bounds = breakup.BreakupEnergy(state)
    top = float(bounds.t_max(np.array(e_nu))) if state.lepton else e_nu - 2.22588522
    # fine near the end, where the two nucleons are slow
    u, w = np.polynomial.legendre.leggauss(400)
    share = ((u + 1) / 2) ** 3
    e_l = top - (top - state.lepton) * share
    jacobian = (top - state.lepton) * 1.5 * ((u + 1) / 2) ** 2
    spectra = breakup.spectrum(state, np.full(400, e_nu), e_l, "nnlo", 48)
    assert spectra @ (w * jacobian) == pytest.approx(angles, rel=2e-5)


def test_the_process_and_the_functions_agree() -> None:
    total = nu.processes.cross_section.total  # type: ignore[attr-defined]
    for name, current, flavour in (
        ("deuteron-cc", "cc", "nu_e"),
        ("deuteron-cc", "cc", "nubar_e"),
        ("deuteron-nc", "nc", "nubar_mu"),
    ):
        process = nu.process(name, l1a=4.0, scheme="resummed", radiative="inner")
        ours = nu.deuteron.total(
            10.0,
            current,
            flavour,
            SM,
            l1a="4 fm3",
            scheme="resummed",
            radiative="inner",
        )
        water = total(process, 10.0, "D2O", SM, flavour, rtol=1e-6)
        assert float(water) == pytest.approx(2 * float(ours), rel=1e-5)


def test_the_scheme_moves_the_two_body_current() -> None:
    """About 5 fm³ between the two for the same cross section."""
    plain_value = float(nu.deuteron.total(10.0, "cc", "nu_e"))
    at_zero = float(nu.deuteron.total(10.0, "cc", "nu_e", l1a=0.0, scheme="nnlo"))
    assert at_zero / plain_value == pytest.approx(1.575 / 1.691, rel=5e-3)
    needed = np.log(plain_value / at_zero) / 0.0133
    assert needed == pytest.approx(5.0, abs=1.0)


def test_neutral_currents_follow_the_isovector_couplings() -> None:
    base = float(nu.deuteron.total(10.0, "nc", "nu_e", SM))
    for flavour in ("nu_mu", "nu_tau"):
        assert float(nu.deuteron.total(10.0, "nc", flavour, SM)) == base
    # strange quarks are isoscalar
    strange = nu.StandardModel(0.2387, strange_axial=-0.1)
    assert float(nu.deuteron.total(10.0, "nc", "nu_e", strange)) == pytest.approx(base)
    # an equal shift of up and down quarks is isoscalar too, an unequal one is not
    up = np.diag([0.1, 0.0, 0.0])
    equal = nu.NSI(epsilon_u=up, epsilon_d=up, base=SM)
    apart = nu.NSI(epsilon_u=up, epsilon_d=-up, base=SM)
    assert float(nu.deuteron.total(10.0, "nc", "nu_e", equal)) == pytest.approx(base)
    assert float(nu.deuteron.total(10.0, "nc", "nu_e", apart)) > base * 1.001


def test_only_the_electron_flavour_makes_electrons() -> None:
    assert float(nu.deuteron.total(10.0, "cc", "nu_mu")) == 0
    with pytest.raises(InputError, match="does not break up"):
        nu.deuteron.mean_cosine(10.0, "cc", "nu_mu")


@pytest.mark.parametrize("name", ["deuteron-cc", "deuteron-nc"])
@pytest.mark.parametrize("flavour", ["nu_e", "nubar_e"])
def test_derivatives_are_differences(name: str, flavour: str) -> None:
    couplings = SM.couplings(flavour.startswith("nubar"))
    exchanges, anti = exchanges_of(couplings), flavour.startswith("nubar")
    state = as_state(flavour)

    def at(l1a: float) -> Any:
        process = constants_of(SM, nu.process(name, l1a=l1a, scheme="nnlo"))
        return process, process.coefficients(couplings, state, anti, exchanges)

    process, _ = at(3.0)
    slope = process.constant_derivatives(couplings, state, anti, exchanges)["l1a.nnlo"]
    assert slope == pytest.approx((at(3.5)[1] - at(2.5)[1]), rel=1e-9, abs=1e-12)
    functions = nu.processes.cross_section  # type: ignore[attr-defined]
    moved = functions.coefficient_derivatives(process, SM, flavour)["sin2_theta_w"]
    up, down = (
        functions.coefficients(process, nu.StandardModel(0.2387 + x), flavour)
        for x in (1e-4, -1e-4)
    )
    assert moved == pytest.approx((up - down) / 2e-4, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("file", "flavour", "low", "high"),
    [("nue_d_cc", "nu_e", 0.955, 0.970), ("nuebar_d_cc", "nubar_e", 0.984, 0.993)],
)
def test_beside_the_public_tables(
    file: str, flavour: str, low: float, high: float
) -> None:
    """The tables have other couplings and inner radiative corrections, and a potential:
    1 to 4 % more, by a shape that is flat."""
    path = TABLES / f"snowglobes_{file}.txt"
    if not path.is_file():
        pytest.skip("the public tables are not here: set NUPROBE_DATA")
    energy, sigma = np.loadtxt(path, unpack=True)
    inside = (energy > 5.1) & (energy < 20)
    ratio = nu.deuteron.total(energy[inside][::20], "cc", flavour)
    ratio = ratio / sigma[inside][::20]
    assert low < ratio.min() < ratio.max() < high


def test_mistakes_are_told() -> None:
    with pytest.raises(InputError, match="in a given scheme"):
        nu.deuteron.total(10.0, "nc", "nu_e", l1a=5.0)
    with pytest.raises(UnitError, match=r"'5' has no unit: write '5 fm3'"):
        nu.deuteron.total(10.0, "nc", "nu_e", l1a="5", scheme="nnlo")
    with pytest.raises(UnknownNameError, match=r"did you mean l1a\.nnlo"):
        nu.process("deuteron-nc", scheme="nnlo").with_values({"l1a": np.array(1.0)})
    with pytest.raises(UnitError, match="fm3"):
        nu.deuteron.total(10.0, "nc", "nu_e", l1a="5 fm", scheme="nnlo")
    with pytest.raises(UnknownNameError, match="resummed"):
        nu.process("deuteron-nc", scheme="msbar")
    with pytest.raises(UnknownNameError, match="did you mean full"):
        nu.process("deuteron-nc", radiative="all")
    with pytest.raises(InputError, match="not available by angle"):
        nu.deuteron.by_angle(10.0, 0.5, "cc", "nu_e", radiative="full")
    with pytest.raises(UnknownNameError, match="cc, nc"):
        nu.deuteron.total(10.0, "both", "nu_e")
    with pytest.raises(InputError, match="contact"):
        nu.deuteron.total(10.0, "nc", "nu_e", nu.LightVector(10.0, 1e-4))
    with pytest.raises(InputError, match="no H2: deuterium is in"):
        nu.process("deuteron-cc").scatterers(nu.target("Ar40"))
    with pytest.raises(InputError, match="up to 100 MeV"):
        nu.deuteron.total(200.0, "nc", "nu_e")
    with pytest.warns(ValidityWarning, match="30 MeV"):
        nu.deuteron.total(50.0, "nc", "nu_e")
    with pytest.raises(InputError, match="cosines"):
        nu.deuteron.by_angle(10.0, 2.0, "cc", "nu_e")


def test_constants_are_those_of_the_page() -> None:
    assert pytest.approx(0.97367) == V_UD
    assert pytest.approx(0.51099895) == M_ELECTRON


FOLDER = """
schema_version = 2
name = "heavy-water"
title = "Heavy water at a spallation source"
process = "deuteron-cc"
projection = true
options = { scheme = "nnlo" }

[[also]]
process = "deuteron-nc"
options = { scheme = "nnlo" }

[target]
material = "D2O"
mass = "600 kg"

[flux]
name = "sns"
exposure = 1e23
distance = "20 m"

[response]
observable = "energy"
unit = "MeV"
light_yield = "1 1/MeV"
quenching = { kind = "constant", factor = 1.0 }
smearing = { kind = "none" }

[binning.energy]
start = 5.0
stop = 55.0
bins = 1

[analyses.counts]
title = "counts"
statistic = "poisson"
"""


def test_an_experiment_names_the_scheme(tmp_path: Path) -> None:
    """Both currents share one L_1A, named with its scheme; a bare number or name is
    refused."""
    (tmp_path / "experiment.toml").write_text(FOLDER, encoding="utf-8")
    mine = nu.experiment(str(tmp_path))
    (l1a,) = [p for p in mine.parameters() if p.name.startswith("l1a")]
    assert (l1a.name, l1a.unit) == ("l1a.nnlo", "fm3")
    with pytest.raises(UnknownNameError, match=r"did you mean l1a\.nnlo"):
        mine.prediction(free=["l1a"])
    text = FOLDER.replace('"nnlo"', '"nnlo", l1a = 4', 1)
    (tmp_path / "experiment.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ExperimentFileError, match=r"options\.l1a = 4 .* '4 fm3'"):
        nu.experiment(str(tmp_path)).parameters()


def test_both_currents_follow_one_constant() -> None:
    pair = tuple(nu.process(f"deuteron-{c}", scheme="nnlo") for c in ("cc", "nc"))
    moved = with_constants(SM, pair).with_values({"l1a.nnlo": np.array(3.0)})
    for process in pair:
        assert float(constants_of(moved, process).l1a) == 3.0  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["deuteron-cc", "deuteron-nc"])
def test_a_flux_beyond_the_reach_is_told_with_its_share(name: str) -> None:
    """The share against sums over a fine grid of the same cross sections."""
    flux, process = nu.flux("sns"), nu.process(name)
    with pytest.warns(ValidityWarning, match=r"above 30 MeV .* to 52\.83 MeV"):
        warn_beyond(process, flux)
    e = np.linspace(0.1, 52.82, 250)
    below, above = 0.0, 0.0
    total = nu.processes.cross_section.total  # type: ignore[attr-defined]
    for part in flux.components:
        kind = part.flavour.name
        rate = part.continuum(e) * total(process, e, None, SM, kind, rtol=1e-3)
        below += float(rate[e <= 30].sum()) * (e[1] - e[0])
        above += float(rate[e > 30].sum()) * (e[1] - e[0])
        for line in part.lines:
            assert line.energy < 30
            sigma = total(process, line.energy, None, SM, kind, rtol=1e-3)
            below += float(line.intensity * sigma)
    share = above / (above + below)
    assert share_beyond(process, flux) == pytest.approx(share, abs=0.01)


def test_fluxes_within_the_reach_are_silent() -> None:
    warn_beyond(nu.process("deuteron-cc"), nu.flux("solar", components=["8B"]))
    warn_beyond(nu.process("cevns"), nu.flux("sns"))


def test_a_two_body_current_beyond_all_sense_is_refused() -> None:
    for value in ("1e300 fm3", -1.01e4):
        with pytest.raises(InputError, match="is beyond 10000 fm3"):
            nu.deuteron.total(10.0, "cc", "nu_e", l1a=value, scheme="nnlo")


def dense(low: float, high: float, panels: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of many small panels, denser towards both ends."""
    x, w = gauss_legendre(4)
    s = np.linspace(0.0, np.pi, panels + 1)
    angle = s[:-1, None] + np.diff(s)[:, None] * x
    nodes = low + (high - low) * (1 - np.cos(angle)) / 2
    weights = (high - low) * np.sin(angle) / 2 * np.diff(s)[:, None] * w
    return nodes.ravel(), weights.ravel()


@pytest.mark.parametrize("current", ["nc", "cc"])
@pytest.mark.parametrize("smearing", ["gaussian", "none"])
def test_templates_are_direct_integrals(current: str, smearing: Any) -> None:
    """Counts of a line against sums of dσ/dT over a fine grid."""
    edges = np.array([5.0, 15.0, 26.0])
    response = Response(edges, 1.0, smearing=smearing, resolution=(0.0, 0.0, 0.1))
    heavy = nu.target("D2O")
    setup = Setup(
        flux=monoenergetic(30.0, "nu_e"),
        target_at=lambda values: heavy,
        response_at=lambda values: response,
        formula_units=1e27,
        fluence=1e15 / cm2,
        process=nu.process(f"deuteron-{current}", scheme="nnlo", l1a=4.0),
    )
    templates = build_templates(setup)
    found = templates.counts(templates.coefficients(SM)).ravel()
    ends = [0.511, *edges, 40.0] if smearing == "none" else [0.511, 40.0]
    wanted = np.zeros(2)
    for low, high in pairwise(ends):
        t, w = dense(low, min(high, 30.0), 6000)
        sigma = nu.deuteron.differential(
            30.0, t, current, "nu_e", SM, l1a=4.0, scheme="nnlo"
        )
        wanted += response.matrix(t) @ (sigma * w) * 1e42 * 2
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.parametrize("current", ["nc", "cc"])
def test_integrals_over_a_flux_are_direct_ones(current: str) -> None:
    """Of the kernels at some deposits, over the ν_e of muon decay."""
    process = nu.process(f"deuteron-{current}")
    scatterer = process.scatterers(None)[0]
    groups, (part,) = scatterer.groups(CONTACT), nu.flux("sns").of("nu_e")
    t = np.array([2.5, 3.0, 4.0, 10.0, 30.0, 48.0])
    found = over_flux([part], [Deposits(scatterer, groups, t)])[0]
    for i, deposit in enumerate(t):
        e, w = dense(float(scatterer.e_min(t[i : i + 1])[0]), part.e_max, 3000)
        for group, each in zip(groups, found, strict=True):
            values = scatterer.kinematics(group, e, np.array([deposit]))
            wanted = (values * w * part.continuum(e)).sum()
            assert each[i] == pytest.approx(wanted, rel=1e-6)


def test_advice_is_not_what_there_is() -> None:
    smeared = Response(np.array([1.0, 2.0]), 1.0, smearing="gaussian")
    bare = Response(np.array([1.0, 2.0]), 1.0, smearing="none")
    assert "smearing = 'none'" in _narrow(smeared)
    assert "smearing" not in _narrow(bare)
