"""Neutrino–electron scattering in detectors of nuclear recoils, by plain sums over the
recoil energy: caesium iodide of 2021 and 2017, germanium at a reactor."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import gamma, poisson
from tests.nightly import mostly_nightly

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.nuclei import shells
from nuprobe.numerics import FloatArray
from nuprobe.reproductions.electromagnetic import electromagnetic_limit
from nuprobe.units import eV, keV

SM = nu.StandardModel()
ALPHA, M_E, G_F = 1 / 137.035999, 0.51099895, 1.1663788e-11  # MeV
CM2 = 3.893794e-22  # (hbar c)² in MeV² cm²
MUON = 105.6583755
FLAVOURS = {"prompt nu_mu": 1, "delayed nubar_mu": 1, "delayed nu_e": 0}


def _movable(symbols: tuple[str, ...], t: FloatArray) -> FloatArray:
    """Electrons bound by less than T."""
    return np.asarray(
        sum(
            shell.electrons * (t >= shell.energy)
            for symbol in symbols
            for shell in shells(symbol)
        )
    )


def _per_electron(
    t: FloatArray, component: str, charge: float = 0.0, moment: float = 0.0
) -> FloatArray:
    """Mean of dσ/dT over decay at rest, cm²/MeV; charge in e, moment in µ_B."""
    end = MUON / 2
    e = end * (np.arange(2000) + 0.5) / 2000
    if component == "prompt nu_mu":
        e, weight = np.array([29.7918]), np.ones(1)
    else:
        x = e / end
        shape = 2 * x**2 * (3 - 2 * x) if "nubar" in component else 12 * x**2 * (1 - x)
        weight = shape / 2000
    g_v, g_a = -0.5 + 2 * 0.23863, -0.5
    if component.endswith("nu_e"):
        g_v, g_a = g_v + 1, g_a + 1
    # the photon's propagator; an electron has the charge -1
    g_v = g_v - np.sqrt(2) * np.pi * ALPHA * charge / (G_F * M_E * t)
    if "nubar" in component:
        g_a = -g_a
    t, e = t[:, None], e[None, :]
    g_v = g_v[:, None]
    weak = (
        G_F**2
        * M_E
        / (2 * np.pi)
        * (
            (g_v + g_a) ** 2
            + (g_v - g_a) ** 2 * (1 - t / e) ** 2
            - (g_v**2 - g_a**2) * M_E * t / e**2
        )
    )
    flip = np.pi * ALPHA**2 / M_E**2 * moment**2 * (1 / t - 1 / e)
    allowed = t <= 2 * e**2 / (M_E + 2 * e)
    return np.asarray(np.where(allowed, weak + flip, 0.0) @ weight) * CM2


def _grid(low: float, high: float, points: int) -> tuple[FloatArray, FloatArray]:
    """Midpoints and widths in MeV, even in the logarithm."""
    edges = np.geomspace(low, high, points + 1)
    return np.sqrt(edges[1:] * edges[:-1]), np.diff(edges)


def _counts_2021(charge: float, moment: float) -> dict[str, float]:
    """Electron recoils from 8 to 60 photoelectrons by component of the flux, charge and
    moment of ν_e alone."""
    t, width = _grid(1e-6, 2e-2, 6000)
    x = 8 + (np.arange(520) + 0.5) / 10
    kept = 1.32045 / (1 + np.exp(-0.285979 * (x - 10.8646))) - 0.333322
    mean = 13.35 * t / keV
    shape = 1 + 0.716 * mean
    detected = kept @ (gamma.pdf(x[:, None], shape, scale=mean / shape) / 10)
    units = 14.6e3 / 259.80992 * 6.02214076e23
    fluence = 0.0848 * 3.198e23 / (4 * np.pi * 1930.0**2)
    number = _movable(("Cs", "I"), t) * detected * width * units * fluence
    return {
        name: float(
            _per_electron(
                t,
                name,
                charge if name.endswith("nu_e") else 0.0,
                moment if name.endswith("nu_e") else 0.0,
            )
            @ number
        )
        for name in FLAVOURS
    }


@pytest.fixture(scope="module")
def csi() -> Experiment:
    return nu.experiment("coherent-csi-2021", Experiment).with_changes(
        {"response.timing.acceptance": None}
    )


def _arrived(name: str) -> float:
    """Share that arrives within 6 µs of a Gaussian pulse at 0.473 µs."""
    return (
        1.0 if name.startswith("prompt") else 1 - np.exp(-(6 - 0.473 - 0.026) / 2.197)
    )


@pytest.mark.parametrize(
    ("charge", "moment", "excess"),
    mostly_nightly(
        [(0.0, 0.0, None), (3e-10, 0.0, 28), (1e-9, 0.0, 310), (0.0, 1e-9, None)],
        [(1e-9, 0.0, 310), (0.0, 1e-9, None)],
    ),
)
def test_electrons_in_caesium_iodide(
    csi: Experiment, charge: float, moment: float, excess: float | None
) -> None:
    """Each component of the flux; the excess in the file as it is, with the acceptance
    in time, is that of an independent count (28 and 310)."""
    model = nu.Electromagnetic(charge={"ee": charge}, magnetic_moment={"ee": moment})
    rates = csi.predict(model)
    for name, counts in _counts_2021(charge, moment).items():
        got = rates.components[f"signal: electron: {name}"].sum()
        assert got == pytest.approx(counts * _arrived(name), rel=2e-3, abs=0)
    if excess is not None:
        found = nu.experiment("coherent-csi-2021", Experiment)
        more = found.predict(model).signal.sum() - found.predict(SM).signal.sum()
        assert more == pytest.approx(excess, rel=0.015)
        nuclear = found.predict(model, "nuclear-recoils").signal.sum()
        assert abs(nuclear - found.predict(SM, "nuclear-recoils").signal.sum()) < 1


def test_electrons_in_caesium_iodide_of_2017() -> None:
    """6 to 30 photoelectrons, whole counts of Poisson's distribution, for a charge of
    ν_µ."""
    found = nu.experiment("coherent-csi-2017", Experiment)
    charge = 5e-10
    rates = found.predict(nu.Electromagnetic(charge={"mumu": charge}))
    t, width = _grid(1e-6, 2e-2, 4000)
    n = np.arange(6, 30)
    x = n[:, None] + (np.arange(200) + 0.5) / 200
    kept = (0.6655 / (1 + np.exp(-0.4942 * (x - 10.8507)))).mean(1)
    detected = kept @ poisson.pmf(n[:, None], 13.348 * t / keV)
    units = 14.57e3 / 259.80992 * 6.02214076e23
    fluence = 0.08 * 1.76e23 / (4 * np.pi * 1930.0**2)
    number = _movable(("Cs", "I"), t) * detected * width * units * fluence
    for name in FLAVOURS:
        muonic = name.endswith("mu")
        # antineutrinos have the opposite charge and the opposite weak vector coupling
        counts = _per_electron(t, name, charge if muonic else 0.0) @ number
        component = next(
            i for i, c in enumerate(found.flux.components) if c.name == name
        )
        arrived = found.templates().time[component][:12].sum()
        got = rates.components[f"signal: electron: {name}"].sum()
        assert got == pytest.approx(counts * arrived, rel=2e-3, abs=0)


@pytest.mark.parametrize(
    ("moment", "charge"),
    mostly_nightly(
        [(0.0, 0.0), (1e-10, 0.0), (0.0, 2e-12), (0.0, -2e-12)],
        [(1e-10, 0.0), (0.0, -2e-12)],
    ),
)
def test_electrons_in_germanium_at_a_reactor(moment: float, charge: float) -> None:
    """CONUS+: weak scattering, a moment and a charge above thresholds of 160 to
    180 eV."""
    found = nu.experiment("conus-plus", Experiment)
    rates = found.predict(
        nu.Electromagnetic(magnetic_moment={"ee": moment}, charge={"ee": charge})
    )
    got = sum(
        float(v.sum())
        for k, v in rates.components.items()
        if k.startswith("signal: electron")
    )
    t, width = _grid(20 * eV, 3 * keV, 3000)
    e = np.geomspace(2e-3, 10.0, 6001)
    e, step = np.sqrt(e[1:] * e[:-1]), np.diff(e)
    spectrum = sum(c.continuum(e) for c in found.flux.components) * step
    tt, ee = t[:, None], e[None, :]
    g_v, g_a = 0.5 + 2 * 0.23863, -0.5  # the W and the Z; axial for antineutrinos
    g_v = g_v - np.sqrt(2) * np.pi * ALPHA * charge / (G_F * M_E * tt)
    weak = (
        (g_v + g_a) ** 2
        + (g_v - g_a) ** 2 * (1 - tt / ee) ** 2
        - (g_v**2 - g_a**2) * M_E * tt / ee**2
    ) * (G_F**2 * M_E / (2 * np.pi))
    flip = np.pi * ALPHA**2 / M_E**2 * moment**2 * (1 / tt - 1 / ee)
    allowed = tt <= 2 * ee**2 / (M_E + 2 * ee)
    per_t = np.where(allowed, weak + flip, 0.0) @ spectrum * CM2
    x = t / keV
    sigma = np.hypot(0.0204, 0.0176 * np.sqrt(x))
    kept = (
        sum(
            ndtr((0.8 - x) / sigma) - ndtr((threshold - x) / sigma)
            for threshold in (0.16, 0.17, 0.18)
        )
        / 3
    )
    atoms = 2.83e3 / 72.630 * 6.02214076e23
    fluence = 1.0926e27 / (4 * np.pi * 2070.0**2)
    counts = (per_t * kept * _movable(("Ge",), t)) @ width * atoms * fluence
    assert got == pytest.approx(counts, rel=3e-3, abs=0)


def test_limits_with_and_without_electrons() -> None:
    """Millicharge of ν_e from CsI 2021 and LAr: 4e-10 e instead of 1e-7 e, with the
    nucleon in nuclear form factors or without it (3 % in the limit)."""
    limits = {
        analysis: electromagnetic_limit(
            {"coherent-csi-2021": analysis, "coherent-lar-2020": None}, "charge.ee"
        )
        for analysis in ("energy-time", "nuclear-recoils")
    }
    assert limits["energy-time"] == pytest.approx(440, rel=0.04)  # 1e-12 e
    assert limits["nuclear-recoils"] == pytest.approx(9e4, rel=0.1)
