"""Many-body factors on the electrons of xenon, and where there are none."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError, ValidityWarning
from nuprobe.experiments import Experiment
from nuprobe.nuclei import BINDINGS, ionisation, shells
from nuprobe.numerics import FloatArray
from nuprobe.units import keV

SM = nu.StandardModel()
PUBLISHED = {1.0: 0.86, 2.0: 0.89, 5.0: 0.86, 10.0: 0.81}  # keV


@pytest.mark.parametrize(("energy", "factor"), PUBLISHED.items())
def test_xenon_scatters_less_than_the_step_function_says(
    energy: float, factor: float
) -> None:
    """Cross sections, means over the Sun and numbers of electrons alike, for weak and
    magnetic scattering."""
    t = energy * keV
    moment = nu.Electromagnetic(magnetic_moment={"ee": 1e-10})
    for model in (SM, moment, nu.LightVector(0.1, 1e-6, "b-l")):
        both = [
            float(nu.electron.differential(0.4, t, model, "nu_e", "Xe", binding=b))
            for b in ("rrpa", "step")
        ]
        assert both[0] / both[1] == pytest.approx(factor, rel=1e-12)
    means = [
        float(nu.electron.averaged("solar", [t], SM, "nu_e", "Xe", binding=b)[0])
        for b in ("rrpa", True)
    ]
    assert means[0] / means[1] == pytest.approx(factor, rel=1e-12)
    moved = sum(s.electrons for s in shells("Xe") if s.energy <= t)
    number = float(nu.electron.electrons("Xe", t, binding="rrpa"))
    assert number == pytest.approx(factor * moved, rel=1e-12)


def _curve(name: str) -> FloatArray:
    place = Path(os.environ.get("NUPROBE_DATA", "")) / "liquid_xenon" / "lz" / name
    if "NUPROBE_DATA" not in os.environ or not place.is_file():
        pytest.skip(
            "the digitised curves are not here: set NUPROBE_DATA to a folder that holds"
            " them in liquid_xenon/"
        )
    lines = [x.replace(",", " ").split() for x in place.read_text().splitlines()]
    return np.array([[float(v) for v in x[:2]] for x in lines if x and x[0][0] != "#"])


def test_factors_are_those_of_the_digitised_curves() -> None:
    """Every row of the table, and the step function of the same figure against ours."""
    rrpa, step = _curve("rrpa_rate.txt"), _curve("pp.txt")
    found = ionisation("Xe", "rrpa")
    t = np.array(found.energies) / keV
    ratio = np.interp(t, *rrpa.T) / np.interp(t, *step.T)
    np.testing.assert_allclose(found.factors, ratio, atol=5.1e-3)
    edges = [1.5, 2, 2.5, 3.5, 4.5, 6, 8, 10, 15, 20, 25]
    sun = nu.experiment("solar-xe-projection", Experiment).with_changes(
        {
            "response.smearing.kind": "none",
            "response.acceptance": {"kind": "full"},
            "binning.energy": {"edges": edges},
        }
    )
    ours = sun.predict().signal.ravel() / np.diff(edges)
    theirs = np.array(
        [
            np.interp(np.linspace(a, b, 50), *step.T).mean()
            for a, b in itertools.pairwise(edges)
        ]
    )
    shape = theirs / ours
    np.testing.assert_allclose(shape / shape.mean(), 1, atol=0.016)


def test_effect_on_solar_recoils_in_xenon() -> None:
    """Weak recoils of 1 to 30 keV by a sum over the energy transfer; the bound on a
    moment is what the moment's events in proportion make it."""
    step = nu.experiment("solar-xe-projection", Experiment)
    atom = step.with_changes({"target.binding": "rrpa"})
    counts = [e.predict().signal.sum() for e in (step, atom)]
    assert counts[1] / counts[0] == pytest.approx(0.775, abs=0.005)
    t = np.linspace(0.3, 45, 4000) * keV
    kept = step.response().matrix(t).sum(0)
    rates = [nu.electron.averaged(step.flux, t, SM, "nu_e", "Xe")]
    rates.append(rates[0] * ionisation("Xe", "rrpa")(t))
    by_hand = [float((r * kept).sum()) for r in rates]
    assert by_hand[1] / by_hand[0] == pytest.approx(counts[1] / counts[0], abs=2e-3)


def test_effect_on_the_bound_on_a_moment() -> None:
    """6 % weaker where the moment is suppressed as weak scattering is."""
    grid = np.linspace(0, 2e-11, 401)
    bounds = []
    for binding in ("step", "rrpa"):
        xenon = nu.experiment("solar-xe-projection", Experiment)
        chosen = xenon.with_changes({"target.binding": binding})
        cost = chosen.cost(nu.Electromagnetic(), ["mu_eff"])
        curve = cost.profiled(grid[:, None]).twice_nll
        bounds.append(float(np.interp(1.64, curve - curve[0], grid)))
    assert bounds[0] == pytest.approx(9.0e-12, rel=0.01)
    assert bounds[1] == pytest.approx(9.55e-12, rel=0.01)


def test_what_has_no_factors() -> None:
    with pytest.raises(InputError, match="electrons of Ge: there are tables for Xe"):
        nu.electron.differential(1.0, 0.01, SM, "nu_e", "Ge", binding="rrpa")
    with pytest.raises(UnknownNameError, match="did you mean rrpa"):
        nu.electron.electrons("Xe", 0.01, binding="rpa")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="must be True, False, 'step' or 'rrpa'"):
        nu.electron.total(1.0, SM, "nu_e", target="Xe", binding=1)  # type: ignore[arg-type]
    with pytest.warns(ValidityWarning, match="tabulated up to 28 keV; at 100 keV"):
        nu.electron.differential(1.0, 0.1, SM, "nu_e", "Xe", binding="rrpa")
    for name in (*BINDINGS, True):
        assert nu.process("electron", binding=name).name == "electron"
