"""Experiments of electron recoils: predictions against direct integration, projections,
and what is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import M_ELECTRON
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment
from nuprobe.nuclei import shells
from nuprobe.oscillation import Solar, probabilities
from nuprobe.units import keV, parse_quantity

SHARP = {"response.smearing.kind": "none", "response.acceptance": {"kind": "full"}}
FLUX_ONLY = """\
schema_version = 1
name = "invented"
title = "Invented"
process = "electron"
[target]
material = "Xe"
mass = "1 kg"
[flux]
name = "solar"
exposure = 1e7
[response]
observable = "energy"
light_yield = "1 1/keV"
quenching = { kind = "constant", factor = 1.0 }
smearing = { kind = "none" }
[binning.energy]
start = 1
stop = 10
bins = 3
[analyses.all]
title = "all"
statistic = "poisson"
"""


def _experiment(name: str) -> Experiment:
    found = nu.experiment(name)
    assert isinstance(found, Experiment)
    return found


def _invented(tmp_path: Path, text: str = FLUX_ONLY) -> Experiment:
    (tmp_path / "experiment.toml").write_text(text)
    found = nu.experiment(tmp_path)
    assert isinstance(found, Experiment)
    return found


@pytest.mark.parametrize(
    ("name", "flavour", "area", "changes"),
    [
        ("solar-xe-projection", "nu_e", 1.0, {}),
        ("solar-xe-projection", "nu_e", 1.0, {"propagation.kind": "none"}),
        ("reactor-ge-projection", "nubar_e", 4 * math.pi * 1390.0**2, {}),
    ],
)
def test_counts_are_flux_times_cross_section_times_atoms(
    name: str, flavour: str, area: float, changes: Mapping[str, Any]
) -> None:
    chosen = _experiment(name).with_changes({**SHARP, **changes})
    model = nu.Electromagnetic(mu_eff={"e": 2e-11})
    rates = chosen.predict(model)
    material, flux = chosen.target(), chosen.flux
    atoms = parse_quantity(chosen.file.target.mass, "mass") / material.mass
    exposure = chosen.signal.exposure / area  # per cm²
    symbol = material.components[0].isotope.symbol
    edges = [s.energy / keV for s in shells(symbol)]

    def mixed(e: np.ndarray, t: float, component: str) -> np.ndarray:
        shares = probabilities(Solar(component), "nu_e", e)
        each = [
            nu.electron.differential(e, t, model, f, target=material)
            for f in ("nu_e", "nu_mu", "nu_tau")
        ]
        return np.asarray(sum(shares[..., i] * one for i, one in enumerate(each)))

    def rate(t: float) -> float:
        t *= keV
        if chosen.file.propagation.kind == "none":
            found = float(
                nu.electron.averaged(flux, t, model, flavour, material)
            ) * flux.total(flavour)
        else:
            least = (t + math.sqrt(t**2 + 2 * M_ELECTRON * t)) / 2
            found = float(
                sum(
                    c.integrate(partial(mixed, t=t, component=c.name), least, refine=2)
                    for c in flux.components
                )
            )
        return found * keV * 1e45

    for b in (0, 7, 20):
        low, high = rates.energy_edges[b : b + 2]
        points = [x for x in edges if low < x < high]
        exact = (
            quad(rate, low, high, points=points or None, epsabs=0, epsrel=1e-9)[0]
            * 1e-45
            * exposure
            * atoms
        )
        assert rates.signal[b, 0] == pytest.approx(exact, rel=1e-6, abs=0)


def test_free_electrons_are_more_and_the_difference_is_the_k_shell() -> None:
    bound = _experiment("solar-xe-projection").with_changes(SHARP)
    free = bound.with_changes({"target.binding": False})
    ratio = bound.predict().signal[5:20] / free.predict().signal[5:20]
    np.testing.assert_allclose(ratio, 52 / 54, rtol=1e-9)


@pytest.mark.parametrize("name", ["solar-xe-projection", "reactor-ge-projection"])
def test_projections_say_so_and_fit_the_standard_model(name: str) -> None:
    chosen = _experiment(name)
    assert "PROJECTION" in chosen.file.title
    assert chosen.file.projection
    assert chosen.predict().data is None
    for analysis in chosen.analyses:
        result = chosen.fit(nu.StandardModel(), ["sin2_theta_w"], analysis, minos=False)
        assert result["sin2_theta_w"].value == pytest.approx(
            nu.StandardModel().low_sin2, rel=1e-4
        )
        assert result.twice_nll == pytest.approx(0, abs=1e-6)


# 1e-11 Bohr magnetons: what the README files and the guide say
LIMITS = [
    ("reactor-ge-projection", "smooth-off", 3.17),
    ("reactor-ge-projection", "on-minus-off", 4.17),
    ("solar-xe-projection", "energy", 0.902),
]


@pytest.mark.parametrize(("name", "analysis", "limit"), LIMITS)
def test_largest_moment_at_90_per_cent(name: str, analysis: str, limit: float) -> None:
    grid = 1e-11 * np.linspace(0, 2 * limit, 81)
    curve = _experiment(name).profile(
        "mu_eff", grid, nu.Electromagnetic(), analysis=analysis
    )
    shown = curve.parameter.shown(curve.values)
    assert np.interp(1.642, curve.delta, shown) == pytest.approx(limit, rel=5e-3)
    if (
        name == "solar-xe-projection"
    ):  # 55 % of the neutrinos are nu_e, and their spectrum hardly differs
        alone = _experiment(name).profile(
            "mu_eff.e", grid, nu.Electromagnetic(), analysis=analysis
        )
        share = float(probabilities(Solar("pp"), "nu_e", 0.3)[0])
        shown = alone.parameter.shown(alone.values)
        assert np.interp(1.642, alone.delta, shown) == pytest.approx(
            limit / math.sqrt(share), rel=0.01
        )
    # the order of magnitude of the experiments it is drawn after: 2.9e-11 and 0.64e-11
    published = {"reactor-ge-projection": 2.9, "solar-xe-projection": 0.64}[name]
    assert 0.9 < limit / published < 1.5


def test_the_limit_of_the_difference_by_hand() -> None:
    """Without systematics Δχ² = μ⁴ Σ s²/σ² with σ² = on + off/τ."""
    chosen = _experiment("reactor-ge-projection").with_changes(
        {"analyses.on-minus-off.systematics": []}
    )
    one = nu.Electromagnetic(mu_eff={"e": 1e-11})
    signal = (
        chosen.predict(one, "on-minus-off").signal
        - chosen.predict(None, "on-minus-off").signal
    ).ravel()
    off = 2.5 * 1133.4 * np.ones(52)
    variance = chosen.predict(None, "on-minus-off").signal.ravel() + off * (
        1 + 1 / 0.2474
    )
    slope = float(np.sum(signal**2 / variance))
    grid = np.array([2.0, 4.0])
    curve = chosen.profile(
        "mu_eff.e", 1e-11 * np.array([0.0, *grid]), one, analysis="on-minus-off"
    )
    np.testing.assert_allclose(np.asarray(curve.delta)[1:], grid**4 * slope, rtol=1e-6)


def test_a_flat_background_is_its_density_times_the_width_and_the_acceptance(
    tmp_path: Path,
) -> None:
    flat = (
        '[[backgrounds]]\nkind = "flat"\nname = "flat"\ndensity = 3.0\nscale ='
        " 2.0\naccepted = {}\n"
    )
    accepted = (
        _invented(tmp_path, FLUX_ONLY + flat.format("true"))
        .predict()
        .components["flat"]
    )
    np.testing.assert_allclose(accepted.ravel(), 18.0, rtol=1e-12)
    (tmp_path / "a.csv").write_text("x,efficiency\n0,0\n10,1\n")
    other = _invented(tmp_path, FLUX_ONLY + flat.format("false"))
    other = other.with_changes(
        {"response.acceptance": {"kind": "table", "table": "a.csv"}}
    )
    np.testing.assert_allclose(
        other.predict().components["flat"].ravel(),
        [18 * 0.25, 18 * 0.55, 18 * 0.85],
        rtol=1e-9,
    )


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"target.material": "Pb"}, "no electron binding energies for Pb"),
        (
            {"target.form_factor": "helm"},
            "target.form_factor has no effect on process = 'electron'",
        ),
        (
            {"process": "cevns", "target.binding": True},
            "target.binding has no effect on process = 'cevns'",
        ),
        (
            {
                "backgrounds": [
                    {
                        "kind": "flat",
                        "name": "b",
                        "density": 1.0,
                        "accepted": True,
                        "control": 2.0,
                    }
                ]
            },
            "control of b requires projection",
        ),
        (
            {"projection": True, "data": {"table": "x.csv", "counts": "n"}},
            "projection = true is for experiments without",
        ),
        (
            {
                "backgrounds": [
                    {"kind": "flat", "name": "b", "density": 1.0, "accepted": True}
                ],
                "binning.time": {"start": "0 us", "stop": "1 us", "bins": 1},
            },
            "a flat background has no arrival times",
        ),
        (
            {
                "parameters": [
                    {"name": "rn", "acts_on": "neutron-radius", "isotopes": ["Xe132"]}
                    | {"default": "5 fm", "lower": "4 fm", "upper": "6 fm"}
                ]
            },
            "no effect on process = 'electron'",
        ),
    ],
)
def test_what_does_not_belong_is_refused(
    tmp_path: Path, changes: Mapping[str, Any], hint: str
) -> None:
    chosen = _invented(tmp_path)
    with pytest.raises(ExperimentFileError, match=hint):
        chosen.with_changes(changes)


def test_without_data_and_projection_there_is_nothing_to_fit(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"add \[data\] \(or projection = true\)"):
        _invented(tmp_path).cost(None, ["sin2_theta_w"])
    # all elements are allowed with free electrons
    assert (
        _invented(tmp_path)
        .with_changes({"target.material": "Pb", "target.binding": False})
        .predict()
        .signal.sum()
        > 0
    )
