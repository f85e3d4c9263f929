"""Flavour between source and detector in experiment files, and responses given as a
table."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nuprobe as nu
from nuprobe.detectors import TableResponse
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment
from nuprobe.oscillation import Solar, Vacuum, density, probabilities
from nuprobe.processes import cevns
from nuprobe.units import keV, km, parse_quantity

SM = nu.StandardModel()
RADII = nu.Electromagnetic(charge_radius=np.diag([3e-32, -40e-32, 25e-32]))
TEXT = """\
schema_version = 1
name = "invented"
title = "Invented"
process = "cevns"
[target]
material = "Ge74"
mass = "1000 kg"
[flux]
{flux}
[propagation]
kind = "{kind}"
[response]
observable = "recoil energy"
light_yield = "1 1/keV"
quenching = {{ kind = "constant", factor = 1.0 }}
smearing = {{ kind = "none" }}
[binning.energy]
edges = [0, 50]
[analyses.all]
title = "all"
statistic = "poisson"
"""
SUN = 'name = "solar"\noptions = { components = ["8B", "7Be"] }\nexposure = 1e9'
REACTOR = (
    'name = "reactor"\noptions = { low_energy = "none" }\nexposure = 1e32\ndistance ='
    ' "60 km"'
)


def _invented(tmp_path: Path, flux: str, kind: str) -> Experiment:
    (tmp_path / "experiment.toml").write_text(TEXT.format(flux=flux, kind=kind))
    found = nu.experiment(tmp_path)
    assert isinstance(found, Experiment)
    return found


def test_the_standard_model_does_not_notice_the_sun(tmp_path: Path) -> None:
    here, there = (_invented(tmp_path, SUN, kind) for kind in ("none", "solar"))
    for name, counts in here.predict(SM).components.items():
        np.testing.assert_allclose(
            there.predict(SM).components[name], counts, rtol=1e-9
        )


@pytest.mark.parametrize(("component", "potential"), [("8B", "B8"), ("7Be", "Be7")])
def test_solar_flavours_scatter_with_their_own_radii(
    tmp_path: Path, component: str, potential: str
) -> None:
    """Each component of the flux has its own density of electrons; radii are diagonal,
    so flavours add incoherently."""
    found = _invented(tmp_path, SUN, "solar")
    source, ge = nu.flux("solar", components=[component]), nu.target("Ge74")

    def mean(e: np.ndarray) -> np.ndarray:
        shares = probabilities(Solar(potential), "nu_e", e)
        sigmas = [
            cevns.total(e, ge, RADII, flavour=f) for f in ("nu_e", "nu_mu", "nu_tau")
        ]
        return np.asarray(sum(shares[..., i] * sigmas[i] for i in range(3)))

    exact = source.average(mean, "nu_e") * source.total("nu_e") * 1e9
    exact *= parse_quantity("1000 kg", "mass") / ge.mass
    counts = found.predict(RADII).components[f"signal: {component}"].sum()
    assert counts == pytest.approx(exact, rel=1e-4, abs=0)
    # about two thirds of 8B are no longer nu_e, and this model tells the flavours apart
    blind = (
        _invented(tmp_path, SUN, "none")
        .predict(RADII)
        .components[f"signal: {component}"]
        .sum()
    )
    assert abs(counts / blind - 1) > 0.05


def test_share_of_muon_and_tau_neutrinos_of_8b(tmp_path: Path) -> None:
    """A radius of nu_e alone (or of the others alone) weighs the signal with their
    share."""
    found = _invented(tmp_path, SUN, "solar")
    plain = found.predict(SM).components["signal: 8B"].sum()

    def shift(flavours: list[int]) -> float:
        # so small that the change is linear, and no transition
        radii = np.diag([1e-35 * (i in flavours) for i in range(3)])
        return float(
            found.predict(nu.Electromagnetic(charge_radius=radii))
            .components["signal: 8B"]
            .sum()
            / plain
            - 1
        )

    share = shift([1, 2]) / shift([0, 1, 2])
    energies = np.array([6.0, 10.0])  # most of the recoils
    low, high = np.sort(1 - probabilities(Solar("B8"), "nu_e", energies)[:, 0])
    assert low < share < high
    assert 0.6 < share < 0.7


def test_axes_outside_the_flux_integrals_repeat_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mediator's mass leaves the kinematics alone: with its axis the way is evaluated
    as often as without."""
    calls: list[int] = []
    functions = Solar.functions

    def counted(self: Solar, e: np.ndarray) -> np.ndarray:
        calls.append(e.size)
        return functions(self, e)

    monkeypatch.setattr(Solar, "functions", counted)
    found, numbers = _invented(tmp_path, SUN, "solar"), []
    model = nu.LightScalar(100.0, 1e-5, mass_range=(50.0, 500.0))
    for free in ([], ["mass"]):
        calls.clear()
        found.prediction(model, free)
        numbers.append(len(calls))
    assert 0 < numbers[1] <= numbers[0]


def test_vacuum_keeps_the_phases(tmp_path: Path) -> None:
    found = _invented(tmp_path, REACTOR, "vacuum")
    assert found.predict(SM).signal.sum() == pytest.approx(
        _invented(tmp_path, REACTOR, "none").predict(SM).signal.sum(), rel=1e-9, abs=0
    )
    source, ge, way = (
        nu.flux("reactor", low_energy="none"),
        nu.target("Ge74"),
        Vacuum(60 * km),
    )

    def mean(e: np.ndarray) -> np.ndarray:
        shares = np.diagonal(density(way, "nubar_e", e), axis1=-2, axis2=-1).real
        sigmas = [
            cevns.total(e, ge, RADII, flavour=f)
            for f in ("nubar_e", "nubar_mu", "nubar_tau")
        ]
        return np.asarray(sum(shares[..., i] * sigmas[i] for i in range(3)))

    e = 2 + (np.arange(20_000) + 0.5) * 3e-4
    spectrum = sum(c.continuum(e) for c in source.components)
    exact = float((mean(e) * spectrum).sum() * (e[1] - e[0]))
    exact *= (
        1e32 / (4 * math.pi * (60e5) ** 2) * parse_quantity("1000 kg", "mass") / ge.mass
    )
    assert found.predict(RADII).signal.sum() == pytest.approx(exact, rel=1e-4, abs=0)


@pytest.mark.parametrize(
    ("flux", "kind", "hint"),
    [
        (
            'name = "sns"\nexposure = 1e20\ndistance = "20 m"',
            "solar",
            "for neutrinos of the Sun, but flux sns has",
        ),
        (SUN, "vacuum", "needs flux.distance"),
        (SUN, "earth", "propagation.kind"),
    ],
)
def test_ways_that_do_not_fit_the_source(
    tmp_path: Path, flux: str, kind: str, hint: str
) -> None:
    with pytest.raises(ExperimentFileError, match=hint):
        _invented(tmp_path, flux, kind)


def _table(probability: list[list[float]], recoil: list[float]) -> TableResponse:
    p = np.array(probability)
    return TableResponse(np.arange(p.shape[0] + 1.0), np.array(recoil), p)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.floats(0.0, 6.0))
def test_a_tabulated_response_is_linear_and_ends(values: list[float], t: float) -> None:
    recoil = [0.5, 1.0, 2.0, 5.0]
    response = _table([values], recoil)
    expected = np.interp(t, recoil, values, left=0.0, right=0.0)
    assert response.matrix(np.array([t]))[0, 0] == pytest.approx(
        expected, rel=1e-12, abs=1e-15
    )
    assert response.window(10.0) == (0.5, 5.0)
    assert response.scaled(1) is response


@pytest.mark.parametrize(
    ("probability", "recoil", "hint"),
    [
        ([[0.1, 0.2]], [1.0, 0.5], "increasing"),
        ([[0.1, 0.2]], [0.0, 0.5], "positive"),
        ([[0.1, 0.2, 0.3]], [0.5, 1.0], "shape"),
        ([[0.6, 0.2], [0.6, 0.1]], [0.5, 1.0], "at most 1"),
        ([[-0.1, 0.2]], [0.5, 1.0], "none may be negative"),
        ([[float("nan"), 0.2]], [0.5, 1.0], "lowest probability is nan"),
    ],
)
def test_tables_that_are_no_response(
    probability: list[list[float]], recoil: list[float], hint: str
) -> None:
    with pytest.raises(InputError, match=hint):
        _table(probability, recoil)


def test_a_tabulated_response_has_no_light() -> None:
    with pytest.raises(InputError, match="no light"):
        _table([[0.1, 0.2]], [0.5, 1.0]).scaled(1.1)
    xenon = nu.experiment("xenonnt-8b")
    assert isinstance(xenon, Experiment)
    for changes, hint in (
        ({"response.light_yield": "1 1/keV"}, "matrix. replaces this key"),
        ({"response.matrix": {"table": "counts.csv"}}, "t_nr_kev"),
        ({"parameters.0.acts_on": "quenching-scale"}, "has no quenching"),
    ):
        with pytest.raises(ExperimentFileError, match=hint):
            xenon.with_changes(changes)


def test_light_yield_and_quenching_are_still_required(tmp_path: Path) -> None:
    (tmp_path / "experiment.toml").write_text(
        TEXT.format(flux=SUN, kind="none").replace('light_yield = "1 1/keV"\n', "")
    )
    with pytest.raises(
        ExperimentFileError, match=r"response\.light_yield: this key is required"
    ):
        nu.experiment(tmp_path)


def test_published_errors_of_counts() -> None:
    found = nu.experiment("conus-plus")
    assert isinstance(found, Experiment)
    rates = found.predict()
    assert rates.sigma is not None
    assert rates.sigma.tolist() == [[106.0]]
    plain = found.with_changes({"data.sigma": None}).predict()
    assert plain.sigma is not None
    assert plain.sigma.ravel() == pytest.approx([math.sqrt(395)], rel=1e-12, abs=0)


def test_counts_of_a_tabulated_response_by_hand() -> None:
    """Summed over bins: the published efficiency times the recoil spectrum, integrated
    on a fine grid."""
    found = nu.experiment("xenonnt-8b")
    assert isinstance(found, Experiment)
    response, xe = found.response(), nu.target("natural Xe")
    assert isinstance(response, TableResponse)
    t = 0.5 + (np.arange(450) + 0.5) * 0.01  # midpoints, keV
    efficiency = np.interp(t * keV, response.recoil, response.probability.sum(0))
    source = nu.flux("solar", components=["8B"])
    e = 1 + (np.arange(1500) + 0.5) * 0.01  # 0.5 keV need more than 5 MeV
    spectrum = source.components[0].continuum(e)
    per_t = (
        cevns.differential(e[None, :], t[:, None] * keV, xe, SM, "nu_e") * spectrum
    ).sum(1) * 0.01
    counts = (efficiency * per_t).sum() * 0.01 * keV * 31557600
    counts *= parse_quantity("6766.656 kg", "mass") / xe.mass
    assert found.predict().signal.sum() == pytest.approx(counts, rel=2e-3, abs=0)
