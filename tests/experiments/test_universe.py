"""Abundances and N_eff as costs: against the calculation itself, χ² by hand, and
together with laboratories."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.cli import main
from nuprobe.cosmology.moments import squares
from nuprobe.cosmology.nucleosynthesis import OBSERVABLES, Nucleosynthesis, abundances
from nuprobe.cosmology.nucleosynthesis.surfaces import LARGEST, moment_surface
from nuprobe.errors import ExperimentFileError, InputError, UnknownNameError
from nuprobe.experiments import UniverseExperiment, experiment, joint_cost
from nuprobe.inference import fit
from nuprobe.schema import Folder

NAME = "primordial-abundances"
EMU = "magnetic_moment.emu"


@pytest.fixture(scope="module")
def measured() -> UniverseExperiment:
    return experiment(NAME, UniverseExperiment)


def majorana(**elements: float) -> nu.Electromagnetic:
    return nu.Electromagnetic(magnetic_moment=elements, kind="majorana")


@pytest.mark.parametrize("moment", [2e-10, 1e-9, 4e-9, 3e-8])
def test_the_surface_is_the_calculation(moment: float) -> None:
    """One dimension, the sum of all squares, for neutrinos that mix."""
    surface = moment_surface(Nucleosynthesis(), "full")
    exact = abundances(majorana(etau=moment)).values()
    sums = np.array([[moment**2, 0.0, moment**2]])
    assert surface.at(sums)[0] == pytest.approx(exact, rel=1e-6)


def test_slopes_of_the_surface() -> None:
    surface = moment_surface(Nucleosynthesis(), "full")
    sums = np.array([[1e-18, 2e-18, 1e-18], [1e-16, 0.0, 0.0]])
    for i in range(3):
        step = np.zeros_like(sums)
        step[:, i] = 1e-4 * sums.sum(axis=1)
        numeric = (surface.at(sums + step) - surface.at(sums - step)) / (
            2 * step[:, i, None]
        )
        assert surface.slopes(sums)[:, i] == pytest.approx(numeric, rel=1e-5)
    # beyond the end nothing changes any more
    beyond = np.array([[2 * LARGEST, 0.0, 0.0]])
    assert not surface.slopes(beyond).any()
    assert surface.at(beyond)[0, OBSERVABLES.index("n_eff")] == pytest.approx(
        3 * (11 / 4) ** (4 / 3), rel=0.01
    )


def test_squares_of_moments_interfere_in_the_mass_basis() -> None:
    model = nu.Electromagnetic(
        magnetic_moment=np.zeros((3, 3)),
        kind="majorana",
        basis="mass",
        mixing=nu.PMNS(),
    )
    names = ("magnetic_moment.12", "magnetic_moment.13", "magnetic_moment.23")
    form = squares(model, names)
    point = np.array([[3e-10, -1e-10, 2e-10]])
    from nuprobe.cosmology.moments import read_moments

    at = model.with_values(dict(zip(names, point[0], strict=True)))
    assert form.at(point)[0] == pytest.approx(read_moments(at).sums, rel=1e-9)
    assert np.abs(form.quadratic[0, 0, 1]) > 1e-3
    slopes = form.slopes(point)[0]
    for k in range(3):
        step = 1e-13 * np.eye(3)[k]
        numeric = (form.at(point + step) - form.at(point - step))[0] / 2e-13
        assert slopes[k] == pytest.approx(numeric, rel=1e-5, abs=1e-15)


def test_the_cost_by_hand(measured: UniverseExperiment) -> None:
    """χ² with the covariance of data and inputs is what profiling the nuisances
    gives."""
    model = majorana(emu=2e-9)
    cost = measured.cost(model, [EMU])
    rates = measured.predict(model)
    moved = np.array(list(measured._moved().values()))[:, [0, 1, 4]]
    covariance = np.diag(rates.sigma**2) + moved.T @ moved
    difference = rates.signal - rates.data
    chi2 = difference @ np.linalg.solve(covariance, difference)
    got = float(cost.profiled(np.array([[2e-9]])).twice_nll[0])
    assert got == pytest.approx(chi2, rel=2e-3)


def test_gradient_of_the_prediction(measured: UniverseExperiment) -> None:
    prediction = measured.prediction(majorana(emu=1e-9, mutau=1e-9), [EMU])
    at = np.array([[1.3e-9]])
    slope = prediction.jacobian(at)[0][0, 0]
    step = 1e-13
    numeric = (
        prediction.expectation(at + step).base - prediction.expectation(at - step).base
    )[0] / (2 * step)
    assert slope == pytest.approx(numeric, rel=1e-5)


def test_helium_alone_and_n_eff_alone(measured: UniverseExperiment) -> None:
    """N_eff = 2.99 ± 0.17 allows N_eff < 3.27 at 90 % (two-sided), reached where the
    calculation reaches it."""
    result = fit(measured.cost(majorana(emu=0.0), [EMU], "n-eff"), cl=0.90)
    interval = result[EMU].interval
    assert interval is not None
    assert interval.upper is not None
    found = abundances(majorana(emu=interval.upper)).n_eff
    best = abundances().n_eff
    assert found is not None
    assert best is not None
    zero = ((best - 2.99) / 0.17) ** 2
    assert ((found - 2.99) / 0.17) ** 2 - zero == pytest.approx(2.7055, abs=5e-3)


def test_a_laboratory_and_the_universe_share_a_moment(
    measured: UniverseExperiment,
) -> None:
    """The sum of both costs is the cost of the sum."""
    csi = experiment("coherent-csi-2017")
    model = majorana(emu=0.0)
    both = joint_cost([csi, measured], model, [EMU])
    point = np.array([[1.5e-9]])
    parts = [
        one.cost(model, [EMU]).profiled(point).twice_nll[0] for one in (csi, measured)
    ]
    assert both.profiled(point).twice_nll[0] == pytest.approx(sum(parts), rel=1e-9)
    result = fit(both, cl=0.90)
    alone = fit(csi.cost(model, [EMU]), cl=0.90)
    ends = [r[EMU].interval for r in (result, alone)]
    assert ends[0].upper < ends[1].upper  # type: ignore[union-attr, operator]


def test_flavours_apart(measured: UniverseExperiment) -> None:
    """Without mixing μ_μτ raises helium more than μ_eμ, and points are computed."""
    apart = measured.with_changes({"universe.flavour_mixing": "none"})
    prediction = apart.prediction(majorana(emu=0.0), [EMU], "helium")
    exact = abundances(majorana(emu=8e-10), apart.options(), flavour_mixing="none").y_p
    assert float(prediction.values(np.array([[8e-10]]))[0, 0]) == pytest.approx(exact)


def test_dirac_moments_need_t_max(measured: UniverseExperiment) -> None:
    model = nu.Electromagnetic(magnetic_moment={"ee": 2e-12})
    with pytest.raises(InputError, match=r"universe\.t_max"):
        measured.cost(model, ["magnetic_moment.ee"])
    hot = measured.with_changes({"universe.t_max": "100 GeV"})
    rates = hot.predict(model, "n-eff")
    assert float(rates.signal[0]) > 3.05


def test_a_fit_of_dirac_moments_is_direct_evaluation(
    measured: UniverseExperiment,
) -> None:
    hot = measured.with_changes({"universe.t_max": "100 GeV"})
    names = ["magnetic_moment.ee", "magnetic_moment.mutau"]
    model = nu.Electromagnetic(
        magnetic_moment={"ee": 0.0, "mutau": 0.0, "etau": 1e-12}, kind="dirac"
    )
    prediction = hot.prediction(model, names)
    points = np.array([[0.0, 0.0], [1e-13, 2e-13], [3e-12, -1e-12], [2e-11, 3e-11]])
    found = prediction.values(points)
    for point, row in zip(points, found, strict=True):
        at = model.with_values(dict(zip(names, point, strict=True)))
        assert row == pytest.approx(hot.predict(at).signal, rel=1e-8)
    # derivatives against differences
    base, _ = prediction.jacobian(points[2:])
    for i in range(2):
        step = np.zeros(2)
        step[i] = 1e-15
        up, down = (prediction.values(points[2:] + k * step) for k in (1, -1))
        slope = (up - down) / 2e-15 / prediction.sigma
        assert base[:, i] == pytest.approx(slope, rel=1e-4)


def test_a_fit_of_dirac_moments(measured: UniverseExperiment) -> None:
    hot = measured.with_changes({"universe.t_max": "100 GeV"})
    model = nu.Electromagnetic(magnetic_moment={"ee": 0.0}, kind="dirac")
    name = "magnetic_moment.ee"
    result = fit(hot.cost(model, [name], "n-eff"), cl=0.95)
    interval = result[name].interval
    assert interval is not None
    assert interval.upper is not None
    edge = hot.predict(model.with_values({name: interval.upper}), "n-eff")
    best = hot.predict(model.with_values({name: result[name].value}), "n-eff")
    rise = float(edge.pulls[0] ** 2 - best.pulls[0] ** 2)
    assert rise == pytest.approx(3.8415, rel=1e-3)


def test_the_standard_model_has_no_moment_to_free(measured: UniverseExperiment) -> None:
    with pytest.raises(InputError, match=r"no magnetic_moment\.emu to free"):
        measured.cost(nu.StandardModel(), [EMU])
    assert measured.cost(nu.StandardModel()).parameters == ()


def test_what_it_does_not_depend_on(measured: UniverseExperiment) -> None:
    model = majorana(emu=0.0)
    assert measured.depends_on(model, EMU)
    assert not measured.depends_on(model, "charge_radius.ee")
    with pytest.raises(UnknownNameError):
        measured.cost(model, ["rn"])
    for call in (lambda: measured.flux, measured.target, measured.rebinned):
        with pytest.raises(InputError, match=NAME):
            call()
    with pytest.raises(InputError, match="mediators are not"):
        nu.limit([NAME])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"universe.rates": "nacre"}, "rate set"),
        ({"universe.omega_b": [0.5, 0.1]}, "omega_b"),
        ({"universe.tau_n": [1.0, 0.1]}, "lifetime of the neutron"),
        ({"universe.t_max": "3 kg"}, "t_max"),
        ({"analyses": {"x": {"title": "x"}}}, "at least one of y_p"),
        ({"analyses": {"x": {"title": "x", "y_p": [0.2, -1]}}}, "y_p"),
    ],
)
def test_wrong_files(
    measured: UniverseExperiment, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ExperimentFileError, match=message):
        measured.with_changes(changes)


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    """Another measurement is another folder, without Python."""
    here = tmp_path / "stage4"
    here.mkdir()
    (here / "experiment.toml").write_text(
        """schema_version = 1
name = "stage4"
title = "N_eff of a future survey"
process = "early-universe"
[universe]
omega_b = [0.02242, 0.00005]
tau_n = [878.4, 0.3]
[analyses.future]
title = "N_eff"
kind = "projection"
n_eff = [3.045, 0.03]
""",
        encoding="utf-8",
    )
    opened = experiment(here)
    assert isinstance(opened, UniverseExperiment)
    assert opened.is_projection()
    result = fit(opened.cost(majorana(emu=0.0), [EMU]), cl=0.95)
    interval = result[EMU].interval
    assert interval is not None
    # dN_eff = 0.05 (mu/1e-9)^2 for one Majorana moment: 0.06 at 1.1e-9
    assert interval.upper == pytest.approx(1.09e-9, rel=0.05)
    assert Folder(here, "experiment.toml").load()["name"] == "stage4"


def test_rate_prints_pulls(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["nuprobe", "rate", NAME, "--json"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["observables"] == ["y_p", "d_h", "n_eff"]
    assert found["pulls"][1] == pytest.approx(-2.39, abs=0.03)
    monkeypatch.setattr(sys, "argv", ["nuprobe", "rate", NAME, "--plot", "a.png"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert "nuprobe cosmology" in capsys.readouterr().err


def test_fits_name_what_the_predictions_assume() -> None:
    """Also joint ones, and with the highest temperature of Dirac moments."""
    moments = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
    name = "magnetic_moment.emu"
    both = [nu.experiment(n) for n in ("primordial-abundances", "m5-tip")]
    cost = both[0].cost(moments, [name]) + both[1].cost(moments, [name])
    found = nu.fit(cost, free=[name], minos=False)
    (universe, star) = (n for n in found.notes if n.startswith(("primordial", "m5")))
    for word in ("criterion: energy", "screening: debye", "mixing: full", "tau n [s]"):
        assert word in universe
    for word in ("rates: primat-2023", "omega b: 0.02242"):
        assert word in universe
    assert "counting: pairs" in star
    dirac = nu.Electromagnetic(magnetic_moment={"ee": 0.0}, kind="dirac")
    hot = both[0].with_changes({"universe.t_max": "100 GeV"})
    (origin,) = (t.origin for t in hot.cost(dirac, ["magnetic_moment.ee"]).terms)
    assert origin is not None
    assert "t max: 100000 MeV" in origin.notes[0]
