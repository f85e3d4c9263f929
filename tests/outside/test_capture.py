"""A process of another package gets everything that those of nuprobe have, right to
1e-9 against plain quadrature."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr
from tests.outside.capture import LOST, THRESHOLD, Capture, lost, strength

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.constants import HBARC_MEV_CM, M_MUON
from nuprobe.detectors import Response
from nuprobe.detectors.response import Smearing
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import Experiment
from nuprobe.flavours import FlavourState
from nuprobe.fluxes import monoenergetic
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import Averaged
from nuprobe.prediction import Setup, Templates, build_templates
from nuprobe.processes import (
    WithConstants,
    cross_section,
    exchanges_of,
    process_names,
    with_constants,
)
from nuprobe.units import MeV, cm2, parse_quantity

SM = nu.StandardModel()
EDGES = np.array([3.0, 6.0, 10.0, 15.0, 22.0, 30.0, 45.0])
RESOLUTION = (0.3, 0.4, 0.0)
SIGMA_0 = HBARC_MEV_CM**2
END = M_MUON / 2
G_A = 1.27


def rate(e: float, t: float, g_a: float = G_A) -> float:
    """dσ/dT in MeV⁻³, inside the allowed region."""
    e_, t_ = np.array(e), np.array(t)
    return float(lost(e_, t_) * strength(t_) * (1 + g_a**2 * (1 + t_ / e_)))


def sigma(
    e: float, low: float = 0.0, high: float = math.inf, g_a: float = G_A
) -> float:
    """∫ dσ/dT dT in MeV⁻² over a window of the deposit."""
    top = e - THRESHOLD
    a, b = max(low, (1 - LOST) * top), min(high, top)
    if a >= b:
        return 0.0
    return float(quad(partial(rate, e, g_a=g_a), a, b, epsabs=0, epsrel=1e-11)[0])


def michel(e: float) -> float:
    """ν_e of muon decay at rest, normalised."""
    return 192 * e**2 / M_MUON**3 * (0.5 - e / M_MUON)


def test_it_is_found_by_name(installed: Path) -> None:
    assert "capture" in process_names()
    assert nu.process("capture") == Capture()
    assert nu.process("capture", g_a=1.0) == Capture(1.0)
    with pytest.raises(UnknownNameError, match=r"option of process capture.*g_a"):
        nu.process("capture", ga=1.0)


def test_without_its_package_it_is_not_found() -> None:
    with pytest.raises(UnknownNameError, match="unknown process 'capture'"):
        nu.process("capture")


def test_differential_is_the_formula_inside_and_zero_outside() -> None:
    e = np.array([4.0, 5.0, 9.0, 20.0, 51.0])
    t = np.linspace(0.05, 50, 301)[:, None]
    with np.errstate(all="raise"):
        found = cross_section.differential(
            Capture(), e, np.minimum(t, e), "Ar40", SM, "nu_e"
        )
    for column, energy in enumerate(e):
        top = energy - THRESHOLD
        for row, deposit in enumerate(np.minimum(t[:, 0], energy)):
            inside = 0 < (1 - LOST) * top <= deposit <= top
            expected = rate(energy, deposit) * SIGMA_0 if inside else 0.0
            assert found[row, column] == pytest.approx(expected, rel=1e-12, abs=0)


def test_total_and_threshold_against_quadrature() -> None:
    e = np.array([3.0, 5.0, 6.0, 12.0, 33.0, 400.0])
    total = cross_section.total(Capture(), e, "Ar40", SM, "nu_e")
    above = cross_section.total(Capture(), e, "Ar40", SM, "nu_e", threshold=5.0)
    for i, energy in enumerate(e):
        exact = sigma(energy) * SIGMA_0
        assert total[i] == pytest.approx(exact, rel=1e-9, abs=0)
        exact = sigma(energy, 5.0) * SIGMA_0
        assert above[i] == pytest.approx(exact, rel=1e-9, abs=0)
    # two atoms of each kind: the formula unit
    molecule = cross_section.total(Capture(), 20.0, {"Ar40": 2}, SM, "nu_e")
    assert molecule == pytest.approx(2 * sigma(20.0) * SIGMA_0, rel=1e-9, abs=0)


@pytest.mark.parametrize("flavour", ["nu_mu", "nubar_e"])
def test_only_electron_neutrinos_take_part(flavour: str) -> None:
    assert cross_section.total(Capture(), 30.0, "Ar40", SM, flavour) == 0


def test_average_over_a_flux_against_quadrature() -> None:
    deposits = np.array([1.0, 8.0, 20.0, 40.0, 47.0, 60.0])
    found = cross_section.averaged(
        Capture(), nu.flux("sns"), deposits, "Ar40", SM, "nu_e"
    )
    for i, t in enumerate(deposits):
        assert found[i] == pytest.approx(_folded(t) * SIGMA_0, rel=1e-9, abs=0)


@pytest.mark.parametrize("threshold", [0.0, 20.0])
def test_mean_total_over_a_flux_against_quadrature(threshold: float) -> None:
    found = cross_section.flux_averaged(
        Capture(), nu.flux("sns"), "Ar40", SM, "nu_e", threshold=threshold
    )
    start = THRESHOLD + threshold
    marks = [start, THRESHOLD + threshold / (1 - LOST), END]
    exact = sum(
        quad(lambda e: michel(e) * sigma(e, threshold), a, b, epsabs=0, epsrel=1e-10)[0]
        for a, b in pairwise(sorted({*marks}))
    )
    assert found == pytest.approx(exact * SIGMA_0, rel=1e-9, abs=0)


def _setup(smearing: Smearing, **changes: object) -> Setup:
    options = {
        "flux": nu.flux("sns"),
        "target_at": lambda values: nu.target("Ar40"),
        "response_at": lambda values: Response(
            EDGES, 1 / MeV, smearing=smearing, resolution=RESOLUTION
        ),
        "formula_units": 1e30,
        "fluence": 1e14 / cm2,
        "process": Capture(),
    }
    return Setup(**{**options, **changes})  # type: ignore[arg-type]


def _counts(templates: Templates, model: nu.StandardModel = SM) -> FloatArray:
    return np.asarray(templates.by_component(templates.coefficients(model))[0])


def _smeared(t: float, low: float, high: float) -> float:
    a, b, c = RESOLUTION
    width = math.sqrt(a**2 + b**2 * t + c**2 * t**2)
    return float(ndtr((high - t) / width) - ndtr((low - t) / width))


def _folded(t: float, g_a: float = G_A) -> float:
    """∫ dE φ(E) dσ/dT in MeV⁻³ per ν_e."""
    low, high = t + THRESHOLD, min(t / (1 - LOST) + THRESHOLD, END)
    if low >= high:
        return 0.0
    found = quad(
        lambda e: michel(e) * rate(e, t, g_a), low, high, epsabs=0, epsrel=1e-12
    )
    return float(found[0])


@pytest.mark.parametrize("smearing", ["none", "gaussian"])
def test_templates_against_quadrature(smearing: Smearing) -> None:
    templates = build_templates(_setup(smearing))
    assert templates.terms == ("fermi", "gamow-teller")
    assert templates.error < 1e-7
    counts = _counts(templates)
    np.testing.assert_array_equal(counts[:2], 0)  # nu_mu and nubar_mu
    kink, top = (1 - LOST) * (END - THRESHOLD), END - THRESHOLD
    everything = quad(_folded, 0, top, points=[kink])[0]
    for b, (low, high) in enumerate(pairwise(EDGES)):
        if smearing == "none":
            marks = sorted({low, high, *(x for x in (kink, top) if low < x < high)})
        else:
            marks = [0.0, 0.5, 2.0, *EDGES[(kink > EDGES)], kink, top]

        def seen(t: float, low: float = low, high: float = high) -> float:
            kept = _smeared(t, low, high) if smearing == "gaussian" else low <= t < high
            return _folded(t) * kept

        exact = sum(
            quad(seen, start, stop, epsabs=1e-13 * everything, epsrel=1e-10)[0]
            for start, stop in pairwise(marks)
        )
        exact *= 0.08 * 1e30 * 1e14 * SIGMA_0
        assert counts[2, b] == pytest.approx(exact, rel=1e-9, abs=0)


def test_a_line_deposits_inside_its_own_range() -> None:
    line = monoenergetic(20.0, "nu_e", 3.0)
    counts = _counts(build_templates(_setup("none", flux=line)))[0]
    for b, (low, high) in enumerate(pairwise(EDGES)):
        exact = 3.0 * 1e30 * 1e14 * sigma(20.0, low, high) * SIGMA_0
        assert counts[b] == pytest.approx(exact, rel=1e-9, abs=0)
    assert np.count_nonzero(counts) == 2  # 9 to 15 MeV


def test_a_flux_below_the_threshold_gives_exactly_nothing() -> None:
    templates = build_templates(_setup("none", flux=monoenergetic(4.0, "nu_e")))
    np.testing.assert_array_equal(_counts(templates), 0)


def test_what_arrives_as_nu_e_counts() -> None:
    way = Averaged()
    flux = nu.flux("sns")
    here = _counts(build_templates(_setup("none")))
    there = _counts(build_templates(_setup("none", propagation=way)))
    share = abs(way.mixing.matrix[0]) ** 2 @ abs(way.mixing.matrix[0]) ** 2
    assert [c.name for c in flux.components][2] == "delayed nu_e"
    np.testing.assert_allclose(there[2], share * here[2], rtol=1e-12)
    assert there[0].sum() > 0  # nu_mu → nu_e
    np.testing.assert_array_equal(there[1], 0)


def test_its_constants_are_parameters() -> None:
    model = with_constants(SM, [Capture()])
    assert isinstance(model, WithConstants)
    assert [p.name for p in model.parameters] == ["sin2_theta_w", "g_a"]
    templates = build_templates(_setup("none"))
    values = np.array([0.0, 1.0, 1.27, 2.0])
    many = templates.coefficients(model.with_values({"g_a": values}))
    assert many.shape == (3, 4, 2)
    counts = templates.counts(many)
    for row, g_a in enumerate(values):
        alone = model.with_values({"g_a": np.asarray(g_a)})
        np.testing.assert_allclose(
            counts[row], templates.counts(templates.coefficients(alone))[0], rtol=1e-13
        )
    step = 1e-4
    up, down = (
        templates.coefficients(model.with_values({"g_a": np.asarray(1.5 + s)}))
        for s in (step, -step)
    )
    at = model.with_values({"g_a": np.asarray(1.5)})
    g_a, s2 = templates.coefficient_derivatives(at, ["g_a", "sin2_theta_w"])
    np.testing.assert_allclose(g_a, (up - down) / (2 * step), rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(s2, 0)
    found = cross_section.total(Capture(), 20.0, "Ar40", at, "nu_e")
    assert found == pytest.approx(sigma(20.0, g_a=1.5) * SIGMA_0, rel=1e-9, abs=0)
    slopes = cross_section.coefficient_derivatives(Capture(), at, "nu_e")
    np.testing.assert_allclose(slopes["g_a"], [0.0, 3.0])


def test_two_processes_of_one_experiment_add_up() -> None:
    other = _setup("gaussian", process=nu.process("electron"))
    setups = [_setup("gaussian"), other]
    both = build_templates(setups)
    assert both.terms == (
        "capture:fermi",
        "capture:gamow-teller",
        "electron:LL",
        "electron:RR",
        "electron:LR",
    )
    one, two = (build_templates(s) for s in setups)
    for model in (SM, nu.LightVector(10.0, 1e-4)):
        exchanges = exchanges_of(model.couplings())
        moved = [replace(s, exchanges_at=exchanges.at) for s in setups]
        together = build_templates(moved)
        apart = [build_templates(s) for s in moved]
        np.testing.assert_allclose(
            together.counts(together.coefficients(model)),
            sum(t.counts(t.coefficients(model)) for t in apart),
            rtol=1e-12,
        )
    assert both.isotopes == (*one.isotopes, *two.isotopes)
    with pytest.raises(InputError, match="given twice"):
        build_templates([setups[0], setups[0]])
    short = Response(EDGES[:3], 1 / MeV, smearing="none")
    coarse = replace(other, response_at=lambda values: short)
    with pytest.raises(InputError, match="their bins differ"):
        build_templates([setups[0], coarse])


def test_a_flavour_state_is_a_flavour() -> None:
    state = FlavourState(np.eye(3)[:, [0]], np.array([0.25]))
    found = cross_section.total(Capture(), 20.0, "Ar40", SM, state)
    assert found == pytest.approx(0.25 * sigma(20.0) * SIGMA_0, rel=1e-9, abs=0)


EXPERIMENT = """\
schema_version = 1
name = "visible-argon"
title = "An invented argon detector of captures"
process = "capture"

[target]
material = "Ar40"
mass = "10 t"

[flux]
name = "sns"
exposure = 1e23
distance = "20 m"

[response]
observable = "visible energy"
unit = "MeV"
light_yield = "1 PE/MeV"
quenching = { kind = "constant", factor = 1.0 }
smearing = { kind = "none" }

[binning.energy]
edges = [3, 6, 10, 15, 22, 30, 45]

[data]
table = "counts.csv"
counts = "n"

[analyses.counts]
title = "counts"
statistic = "poisson"
"""
DATA = np.array([12.0, 60.0, 160.0, 310.0, 290.0, 200.0])


def _folder(place: Path) -> Path:
    (place / "experiment.toml").write_text(EXPERIMENT)
    rows = [
        f"{low},{high},{n}"
        for (low, high), n in zip(pairwise(EDGES), DATA, strict=True)
    ]
    (place / "counts.csv").write_text("low,high,n\n" + "\n".join(rows) + "\n")
    return place


def _expected() -> FloatArray:
    """Counts of the isotropic and the other term in each bin, shape (bins, 2)."""
    argon = nu.target("Ar40")
    scale = 1e23 * 0.08 / (4 * math.pi * 2000.0**2) * SIGMA_0
    scale *= parse_quantity("10 t", "mass") / argon.mass
    kink, top = (1 - LOST) * (END - THRESHOLD), END - THRESHOLD
    rows = []
    for low, high in pairwise(EDGES):
        marks = sorted({low, high, *(x for x in (kink, top) if low < x < high)})
        rows.append(
            [
                sum(
                    quad(partial(_folded, g_a=g_a), a, b, epsabs=0, epsrel=1e-11)[0]
                    for a, b in pairwise(marks)
                )
                for g_a in (0.0, 1.0)
            ]
        )
    isotropic, both = np.array(rows).T * scale
    return np.stack([isotropic, both - isotropic], axis=-1)


def test_an_experiment_of_it_predicts_and_fits(installed: Path, tmp_path: Path) -> None:
    experiment = nu.experiment(_folder(tmp_path))
    assert isinstance(experiment, Experiment)
    assert str(experiment.process.deposit) == "visible energy"
    expected = _expected()
    rates = experiment.predict()
    exact = expected @ [1.0, G_A**2]
    np.testing.assert_allclose(rates.signal[:, 0], exact, rtol=1e-9)

    def cost(g_a: float) -> float:
        mean = expected @ [1.0, g_a**2]
        return float(2 * (mean - DATA + DATA * np.log(DATA / mean)).sum())

    found = minimize_scalar(cost, bounds=(0.5, 3), options={"xatol": 1e-10})
    result = experiment.fit(free=["g_a"])
    assert result.valid
    assert result["g_a"].value == pytest.approx(found.x, rel=1e-6, abs=0)
    assert result.twice_nll == pytest.approx(found.fun, rel=1e-9, abs=0)
    interval = result["g_a"].interval
    assert interval is not None
    for end, side in ((interval.lower, (0.1, found.x)), (interval.upper, (found.x, 4))):
        assert end is not None
        exact_end = brentq(lambda g: cost(g) - found.fun - 1, *side, xtol=1e-12)
        assert end == pytest.approx(exact_end, rel=1e-5, abs=0)


def test_a_name_that_nobody_offers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown process 'capture'.*cevns"):
        nu.experiment(_folder(tmp_path))


def _run(name: str, *arguments: str) -> list[list[Any]]:
    """Rows of what a command prints as JSON."""
    done = CliRunner().invoke(cli, [*arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return [list(row.values()) for row in json.loads(done.stdout)[name]]


def test_its_command(installed: Path) -> None:
    listed = _run("processes", "list", "processes")
    assert ["capture", "visible energy", "g_a g_f"] in listed
    base = ["rows", "xsec", "capture", "--target", "Ar40"]
    rows = _run(*base, "--energy", "10:40:4 MeV")
    assert len(rows) == 4
    for e, found in rows:
        assert found == pytest.approx(sigma(e) * SIGMA_0, rel=1e-9, abs=0)
    changed = ["--energy", "20 MeV", "--threshold", "12 MeV", "--g-a", "1.5"]
    ((_, found),) = _run(*base, *changed)
    assert found == pytest.approx(sigma(20.0, 12.0, g_a=1.5) * SIGMA_0, rel=1e-9, abs=0)
    ((*_, found),) = _run(*base, "--flux", "sns", "--flavour", "nu_e")
    exact = cross_section.flux_averaged(Capture(), nu.flux("sns"), "Ar40", SM, "nu_e")
    assert found == pytest.approx(exact, rel=1e-12, abs=0)
    rows = _run(*base, "--energy", "20 MeV", "--recoil", "8, 10, 14 MeV")
    assert [row[-1] for row in rows] == pytest.approx(
        [0.0, *(rate(20.0, t) * SIGMA_0 for t in (10.0, 14.0))], rel=1e-12, abs=0
    )


def test_a_mediator_that_it_does_not_feel_gets_no_limit(
    installed: Path, tmp_path: Path
) -> None:
    experiment = nu.experiment(_folder(tmp_path))
    with pytest.raises(InputError, match="does not couple to this process, so visible"):
        nu.limit([experiment], mass=[10.0, 100.0])
