"""Stated causes of differences from published limits on solar neutrinos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.inference import Region
from nuprobe.oscillation import PMNS
from nuprobe.sets import Comparison, experiment_set

LIBRARY = Path(nu.__file__).parent / "experiments/library"
PANDAX = LIBRARY / "pandax-4t-er-2024"
CHARGES = {
    "dirac": nu.Electromagnetic(),
    "majorana": nu.Electromagnetic(basis="mass", kind="majorana", mixing=PMNS()),
}


def stated(experiment: str, parameter: str) -> Comparison:
    """Comparison of the set `sun`, which `all` has in the same words."""
    found = [
        next(
            c
            for c in experiment_set(name).published
            if (c.experiment, c.parameter) == (experiment, parameter)
        )
        for name in ("sun", "all")
    ]
    assert found[0] == found[1]
    return found[0]


def allowed(
    name: str, free: str, analysis: str, kind: str = "dirac", **changes: object
) -> Region:
    chosen = nu.experiment(name).with_changes(changes)
    (region,) = chosen.fit(CHARGES[kind], [free], analysis, cl=0.9)[free].regions
    return region


def test_tritium_has_a_number_of_its_own() -> None:
    """2.3e-11 Bohr magnetons are published; with one factor on all backgrounds a moment
    has nothing to take the place of."""
    region = allowed(PANDAX.name, "mu_eff", "tritium")
    cause = stated(PANDAX.name, "mu_eff").cause
    assert f"analysis tritium) {region.high:.3g}".replace("e-11", "") in cause
    assert region.high == pytest.approx(2.3e-11, rel=0.1)
    assert allowed(PANDAX.name, "mu_eff", "counts").high < 0.8 * 2.3e-11


def test_events_of_tritium() -> None:
    """The allowed spectrum, integrated by other means: mean 5.7 keV, 151 decays."""
    rows = np.loadtxt(PANDAX / "counts.csv", delimiter=",", skiprows=2)
    events = rows[:, 4] - rows[:, 3]
    decays = 5.9e-25 * 6.022e23 / 131.29e-6 * np.log(2) / 12.32 * 363.3 / 365.25
    assert decays == pytest.approx(151, abs=1)
    t = (np.arange(18590) + 0.5) * 1e-3
    beta = np.sqrt(t * t + 1022 * t) * (t + 511) * (18.59 - t) ** 2
    speed = np.sqrt(t * t + 1022 * t) / (t + 511)
    beta *= (4 * np.pi / 137.036 / speed) / -np.expm1(-4 * np.pi / 137.036 / speed)
    assert (beta @ t) / beta.sum() == pytest.approx(5.7, abs=0.1)
    at, seen = np.loadtxt(PANDAX / "efficiency.csv", delimiter=",", skiprows=3).T
    each = decays * beta / beta.sum() * np.interp(t, at, seen, left=0)
    assert events.sum() == pytest.approx(each.sum(), rel=1e-2)
    # the resolution, 0.7 keV, moves few of them from one half to the other
    assert events[:7].sum() == pytest.approx(each[t < 7].sum(), rel=0.03)


def test_a_charge_from_xenonnt_needs_the_background() -> None:
    region = allowed("xenonnt-er-2022", "charge", "fixed-background")
    assert (region.low, region.high) == pytest.approx((-1.6e-13, 3.7e-13), rel=0.1)
    cause = stated("xenonnt-er-2022", "charge").cause
    assert f"{region.low:.2e} to {region.high:.2e}" in cause


ATOM = {"target.binding": "epa"}


def test_a_charge_from_lz_is_that_of_an_atom() -> None:
    """|q| below 2.24e-13 e is published: one end is close with equivalent photons."""
    region = allowed("lz-er-2025", "charge", "first", **ATOM)
    cause = stated("lz-er-2025", "charge").cause
    assert f"{region.low:.2e} to {region.high:.2e}" in cause
    assert -region.low == pytest.approx(2.24e-13, rel=0.1)
    assert region.high == pytest.approx(2.24e-13, rel=0.3)


@pytest.mark.nightly
def test_a_charge_from_lz_without_interference() -> None:
    dirac = allowed("lz-er-2025", "charge", "first", **ATOM)
    one, light = (
        allowed("lz-er-2025", "charge.12", "first", "majorana", **ATOM, options=keys)
        for keys in ({}, {"neutrino_mass": "0.1 eV"})
    )
    assert one.low == pytest.approx(-one.high, rel=1e-3)
    # the third mass state, 2.2 % of the flux, has no such charge
    size = np.sqrt(1 - 0.022) * one.high
    assert size == pytest.approx(np.sqrt(-dirac.low * dirac.high), rel=0.03)
    assert f"{light.high:.2e}" in stated("lz-er-2025", "charge").cause
    assert light.high == pytest.approx(2.24e-13, rel=0.1)
    step = allowed("lz-er-2025", "charge", "first")
    assert step.high > 3 * 2.24e-13
