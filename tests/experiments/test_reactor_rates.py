"""Rates of reactors: the numbers of GLoBESfit, propagation, plain integrals."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.optimize import minimize_scalar

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError, NuprobeError
from nuprobe.experiments import ReactorExperiment, ReactorRates, joint_cost
from nuprobe.experiments.reactor.yields import Bump, Places, isotope_yields
from nuprobe.flavours import FlavourState, flavour
from nuprobe.inference import fit, profile
from nuprobe.models import SterileNeutrino
from nuprobe.numerics import FloatArray, panel_nodes
from nuprobe.oscillation import PMNS, Splittings, Vacuum
from nuprobe.processes.nuclear import ibd
from nuprobe.units import eV, m

LIBRARY = Path(nu.__file__).parent / "experiments" / "library"
FUELS = ("U235", "U238", "Pu239", "Pu241")


@cache
def _rates(name: str = "reactor-rates") -> ReactorExperiment:
    return nu.experiment(name, ReactorExperiment)


def _profiled(
    experiment: ReactorExperiment, model: Any = None, analysis: str | None = None
) -> float:
    return experiment.predict(model, analysis).twice_nll


def test_numbers_of_globesfit() -> None:
    rates = _rates()
    assert _profiled(rates) == pytest.approx(15.07, rel=2e-3)
    fitted = rates.fit(free=["norm"])
    assert fitted["norm"].value == pytest.approx(0.9477, rel=2e-3)
    assert fitted.twice_nll == pytest.approx(9.755, rel=2e-3)
    mean = rates.fit(free=["norm"], analysis="no-flux-errors")["norm"]
    assert mean.value == pytest.approx(0.9478, rel=2e-3)
    assert mean.error == pytest.approx(0.0092, rel=5e-3)


def test_profiled_nuisances_add_to_the_covariance() -> None:
    """`predict` solves the linear nuisances, a cost minimises them."""
    rates = _rates()
    cost = rates.cost(free=["norm"])
    curve = profile(cost, "norm", np.array([0.9, 0.95, 1.0]))
    best = fit(cost).twice_nll
    assert best + curve.delta[-1] == pytest.approx(_profiled(rates), rel=1e-6)


# sin²2θ, Δm² in eV² and χ² of scans that the public code GLoBESfit made for its
# article (Berryman:2020agd): 21 rates with the fluxes of Huber and Mueller
SCANNED = [
    (1e-4, 0.01, 14.8576),
    (10**-1.04, 10**-0.4, 7.90698),
    (0.1, 10**1.2, 9.775),
    (10**-1.32, 10**-0.48, 9.018),
    (10**-2, 10**0.2, 13.976),
]


@pytest.mark.parametrize(("sin2", "dm2", "published"), SCANNED)
def test_scans_of_globesfit(sin2: float, dm2: float, published: float) -> None:
    """Within 0.25, the spread of its 14.86 and our 15.07 without oscillations."""
    found = _profiled(_rates(), SterileNeutrino(sin2, dm2))
    assert found == pytest.approx(published, abs=0.25)


def test_yields_of_published_measurements() -> None:
    """Bugey-4: 5.752e-43 cm² a fission, 1.4 %; Daya Bay 5.90(13), RENO 5.84(13), both
    corrected for the known oscillation."""
    bugey = _rates().predict()
    assert bugey.data[0] * bugey.reference[0] == pytest.approx(5.752e-43, rel=3e-3)
    for name, published in (("daya-bay-evolution", 5.90), ("reno-evolution", 5.84)):
        found = _rates(name).predict()
        corrected = found.data * found.reference / found.signal
        assert 1e43 * corrected.mean() == pytest.approx(published, rel=5e-3)


def test_daya_bay_finds_its_yields() -> None:
    """Published with errors on the two others: 6.17(17) and 4.27(26)."""
    result = _rates("daya-bay-evolution").fit(
        free=["yield.U235", "yield.Pu239"], analysis="yields"
    )
    own = _rates("daya-bay-evolution").yields()
    u, pu = (
        1e43 * result[f"yield.{n}"].value * own.total[own.isotopes.index(n)]
        for n in ("U235", "Pu239")
    )
    assert u == pytest.approx(6.17, abs=0.1)
    assert pu == pytest.approx(4.27, abs=0.1)


def _electron(state: FlavourState) -> float:
    """ρ_ee."""
    return float(state.weights @ np.abs(state.vectors[0]) ** 2)


def _plain(factor: Any, spread: float, baseline: float) -> float:
    """Mean of a factor(E, L) over U235 and a box, by plain quadrature."""
    source = nu.flux(
        "reactor", fractions={"U235": 1.0}, low_energy="none", lowest=1.8, highest=10.0
    )
    start = ibd.REACTION.threshold
    u, w = panel_nodes(np.sqrt(np.linspace(start, 10, 60) - start), 12)
    e = start + u**2
    weight = (
        source.spectrum("nubar_e", e) * ibd.total(e, version="vogel-beacom") * u * w
    )
    x, v = panel_nodes([baseline - spread, baseline, baseline + spread], 12)
    values = np.array([factor(e, length) @ weight for length in x])
    return float(values @ v / v.sum() / weight.sum())


@pytest.mark.parametrize("dm2", [0.05, 1.0, 7.25])
def test_oscillations_are_those_of_propagation(dm2: float) -> None:
    """ILL: fuel of U235 alone, 8.76 m ± 1 m."""
    model = SterileNeutrino(0.36, dm2)
    found = _rates().predict(model).signal[8]
    masses = Splittings(dm41=dm2 * eV**2)

    def survival(e: FloatArray, length: float) -> FloatArray:
        at = Vacuum(length * m, model.pmns, masses)
        states = at.states(flavour("nubar_e"))
        return np.asarray(at.functions(e) @ [_electron(s) for s in states])

    assert found == pytest.approx(_plain(survival, 1.0, 8.76), abs=2e-6)


@pytest.mark.parametrize("dm2", [1e-3, 0.4, 7.25, 23.0, 900.0])
def test_interpolated_means(dm2: float) -> None:
    yields, rows = _rates().yields(), _rates().measured("all")
    value, slope = yields.surviving(np.array([dm2]), rows.places)
    cosine, turn = yields.cosine(dm2, rows.places)
    exact, derivative = yields.folded(cosine), yields.folded(turn)
    scale = yields.total
    near = 2e-6 if dm2 * rows.places.baseline.max() < 500 else 2e-5
    np.testing.assert_allclose(value[:, 0] / scale, exact / scale, atol=near)
    # in units of the distance: the phase moves by that much
    scale = scale * rows.places.baseline[:, None]
    np.testing.assert_allclose(slope[:, 0] / scale, derivative / scale, atol=2e-5)


def test_fast_oscillations_average_out() -> None:
    plain = _rates().predict()
    fast = _rates().predict(SterileNeutrino(0.2, 5000.0))
    np.testing.assert_allclose(fast.signal / plain.signal, 1 - 0.1, atol=5e-5)


def test_derivatives() -> None:
    free = ["norm", "bump", "yield.Pu239", "sin2_2theta_14", "dm2_41"]
    at = np.array([0.97, 0.05, 1.1, 0.13, 1.7])
    prediction = _rates().prediction(SterileNeutrino(), free)
    base, slopes = prediction.jacobian(at[None])
    for k, name in enumerate(free):
        step = np.zeros(5)
        step[k] = 1e-5
        up, down = (prediction.expectation((at + s * step)[None]) for s in (1, -1))
        np.testing.assert_allclose(
            base[0, k], (up.base - down.base)[0] / 2e-5, atol=3e-8, err_msg=name
        )
        for slope, a, b in zip(slopes, up.slopes, down.slopes, strict=True):
            np.testing.assert_allclose(slope[0, k], (a - b)[0] / 2e-5, atol=3e-9)


def test_bump_is_a_template() -> None:
    """Linear in its amplitude, and the flux with that bump at amplitude 0.1."""
    prediction = _rates().prediction(free=["bump"])
    none, tenth, fifth = prediction.expectation(np.array([[0.0], [0.1], [0.2]])).base
    np.testing.assert_allclose(fifth - none, 2 * (tenth - none), rtol=1e-12)
    ends: dict[str, Any] = {"low_energy": "none", "lowest": 1.8, "highest": 10.0}
    pure = [
        ibd.per_unit(
            nu.flux("reactor", fractions={"U235": 1.0}, bump=bump, **ends),
            version="vogel-beacom",
        )
        for bump in (False, True)
    ]
    assert (tenth / none)[8] == pytest.approx(pure[1] / pure[0], rel=1e-6)
    # 3 % of the rate, as the excess has no deficit beside it
    assert 0.01 < (tenth / none)[8] - 1 < 0.04


def test_other_fluxes() -> None:
    """Published ratios to the summation and to HKSS (GLoBESfit): the first six rows.

    They are 0.3 % larger on average: another normalisation of the cross section.
    """
    published = {
        "summation": (0.979, 0.983, 0.979, 0.985, 0.907, 1.013),
        "hkss": (0.9327, 0.9309, 0.9331, 0.9387, 0.8641, 0.9624),
    }
    for model, ratios in published.items():
        found = _rates().with_changes({"flux.options.model": model}).predict()
        np.testing.assert_allclose(
            (found.data / found.signal)[:6], ratios, rtol=5e-3, err_msg=model
        )


def test_cells_do_not_matter() -> None:
    model = SterileNeutrino(0.3, 2.0)
    fine = _rates().with_changes({"cell": "5 keV"}).predict(model).signal
    np.testing.assert_allclose(_rates().predict(model).signal, fine, atol=1e-6)


def test_yields_match_the_integral_over_the_flux() -> None:
    ends: dict[str, Any] = {"low_energy": "none", "lowest": 1.8, "highest": 10.0}
    sources = {n: nu.flux("reactor", fractions={n: 1.0}, **ends) for n in FUELS}
    found = isotope_yields(sources, "strumia-vissani", 0.01, Bump(5.8, 0.6))
    for total, source in zip(found.total, sources.values(), strict=True):
        assert total == pytest.approx(ibd.per_unit(source), rel=5e-8)
    mix = np.array([0.564, 0.076, 0.304, 0.056]) @ found.total
    assert mix == pytest.approx(6.214e-43, rel=3e-3)


def test_cosine_over_boxes() -> None:
    ends: dict[str, Any] = {"low_energy": "none", "lowest": 1.8, "highest": 10.0}
    found = isotope_yields(
        {"U235": nu.flux("reactor", fractions={"U235": 1.0}, **ends)},
        "vogel-beacom",
        0.01,
        Bump(5.8, 0.6),
    )
    places = Places(np.array([20.0]), np.array([3.0]))
    value, slope = found.cosine(1.3, places)
    moved = found.cosine(1.3 + 1e-6, places)[0]
    np.testing.assert_allclose(slope, (moved - value) / 1e-6, atol=2e-4)
    mean = float(value[0] @ found.weight[0]) / found.total[0]
    phase = float(eV**2 * m / 2) * 1.3
    assert mean == pytest.approx(
        _plain(lambda e, length: np.cos(phase * length / e), 3.0, 20.0), abs=1e-6
    )


def test_fit_of_a_sterile_neutrino() -> None:
    """GLoBESfit finds its minimum, 7.907, at (0.091, 0.40 eV²) on its grid."""
    result = _rates().fit(SterileNeutrino(0.1, 0.4), ["sin2_2theta_14", "dm2_41"])
    assert result["dm2_41"].value == pytest.approx(0.40, abs=0.02)
    assert result["sin2_2theta_14"].value == pytest.approx(0.091, abs=0.005)
    assert result.twice_nll == pytest.approx(7.907, abs=0.05)


def test_joint_fits_share_the_errors_of_the_fluxes() -> None:
    every = [_rates(n) for n in ("reactor-rates", "daya-bay-evolution")]
    together = joint_cost(every, None, ["norm"])
    names = [n.name for n in together.nuisances]
    assert names == [f"huber-mueller.{k}" for k in (1, 2, 3, 4)]
    found = fit(together)["norm"].value
    # by generalised least squares: all covariances in one matrix
    rates = [one.predict() for one in every]
    own = [one.measured().covariance for one in every]
    data = np.concatenate([r.data for r in rates])
    mean = np.concatenate([r.signal for r in rates])
    slopes = np.concatenate(
        [
            np.array(o.prediction().expectation(np.zeros((1, 0))).slopes)[:, 0].T
            for o in every
        ]
    )

    def chi2(norm: float) -> float:
        matrix = block_diag(*own) + norm**2 * slopes @ slopes.T
        away = data - norm * mean
        return float(away @ np.linalg.solve(matrix, away))

    best = minimize_scalar(chi2, bounds=(0.8, 1.1), method="bounded")
    assert found == pytest.approx(best.x, abs=1e-5)


def test_what_predict_returns() -> None:
    found = _rates().predict()
    assert isinstance(found, ReactorRates)
    assert found.total is found.signal
    text = str(found.table({"same": found}))
    assert "-2 ln L = 15.07 for 21 rates" in text
    assert "expected, same" in text
    data = found.to_dict()
    assert len(data["signal"]) == len(data["rows"]) == 21
    assert data["yields_cm2"]["U235"] == pytest.approx(6.640e-43, rel=1e-3)


def test_the_rest_of_the_interface() -> None:
    rates = _rates()
    assert repr(rates) == "<experiment reactor-rates>"
    assert rates.flux.total("nubar_e") > 1
    assert rates.target().components[0].isotope.z == 1
    assert rates.depends_on(None, "norm")
    assert rates.depends_on(None, "dm2_41")
    assert not rates.depends_on(None, "rn")
    assert rates.depends_on(SterileNeutrino(), "dm2_41")
    with pytest.raises(InputError, match="no bins to add"):
        rates.rebinned(2)
    with pytest.raises(InputError, match="dm2_41"):
        rates.cost(free=["dm2_41"])
    with pytest.raises(InputError, match="norm is freed twice"):
        rates.cost(free=["norm", "norm"])
    with pytest.raises(NuprobeError, match="analysis"):
        rates.predict(analysis="nowhere")


def _broken(folder: Path, file: str, old: str, new: str) -> ExperimentFileError:
    shutil.copytree(LIBRARY / "reactor-rates", folder / "mine")
    path = folder / "mine" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ExperimentFileError) as caught:
        nu.experiment(folder / "mine")
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("file", "old", "new", "hints"),
    [
        ("rates.csv", "0.538", "0.638", ["Bugey4", "sum to 1.1"]),
        ("rates.csv", ",15,1.5", ",-15,1.5", ["baselines (m) must be positive"]),
        ("rates.csv", ",15,1.5", ",15,15", ["spreads less than them"]),
        ("covariance.csv", "1,1,", "0,1,", ["integers from 1 to 24"]),
        ("covariance.csv", "2,1,", "1,1,", ["(1, 1) occurs twice"]),
        (
            "covariance.csv",
            "2,1,0.000196",
            "2,1,0.000396",
            ["not positive definite", "eigenvalue"],
        ),
        (
            "experiment.toml",
            "0.935293, 0.965229",
            "0.935293, 1.2",
            ["correlation", "in the other"],
        ),
        ("experiment.toml", "0.0211, ", "", ["4 isotopes, 3 numbers"]),
        ("experiment.toml", 'sets = ["short"]', 'sets = ["long"]', ["no long in set"]),
        (
            "experiment.toml",
            'low_energy = "none"',
            "fractions = { U235 = 1.0 }",
            ["fractions are columns"],
        ),
        ("experiment.toml", '"10 MeV"', '"15 MeV"', ["not extrapolated above 12 MeV"]),
        (
            "experiment.toml",
            'isotopes = ["U235", "U238", "Pu239"',
            'isotopes = ["U233", "U238", "Pu239"',
            ["U233", "not one of U235"],
        ),
        ("experiment.toml", "[errors]", "[error]", ["unknown key", "errors"]),
    ],
)
def test_what_is_wrong_in_a_file_is_told(
    tmp_path: Path, file: str, old: str, new: str, hints: list[str]
) -> None:
    said = str(_broken(tmp_path, file, old, new))
    for hint in hints:
        assert hint in said


def test_mixing_of_the_model_is_used() -> None:
    """Chooz sees θ₁₃: 5 % of the rate at 1.05 km."""
    known = _rates().predict(None, "all").signal[-1]
    without = SterileNeutrino(0.0, 1.0, mixing=PMNS(sin2_13=0.0))
    none = _rates().predict(without, "all").signal[-1]
    assert 0.02 < none - known < 0.06
    assert none == pytest.approx(1.0, abs=2e-3)  # what Δm²₂₁ leaves
