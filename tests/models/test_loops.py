"""Mixing by loops of charged leptons in elastic scattering, against integrals over the
Feynman parameter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import ALPHA_EM, G_FERMI, M_ELECTRON, M_MUON, M_TAU
from nuprobe.errors import InputError
from nuprobe.experiments import Experiment
from nuprobe.models.loops import loop_photon, loop_share
from nuprobe.processes.cross_section import differential

SIN2 = 0.23863
CHARGES = {
    "lmu-ltau": (0.0, 1.0, -1.0),
    "le-ltau": (1.0, 0.0, -1.0),
    "le-lmu": (1.0, -1.0, 0.0),
}


def photon(charges: tuple[float, float, float], k2: float) -> float:
    """Coupling of a unit charge by loops over that of a unit of lepton number."""
    found = 0.0
    for charge, mass in zip(charges, (M_ELECTRON, M_MUON, M_TAU), strict=True):

        def log(x: float, mass: float = mass) -> float:
            return x * (1 - x) * math.log(mass**2 + x * (1 - x) * k2)

        found -= charge * quad(log, 0, 1)[0]
    return found * 6 * 4 * math.pi * ALPHA_EM / (12 * math.pi**2)


@pytest.mark.parametrize("name", CHARGES)
def test_nuclei_feel_the_mixing_at_the_momentum_of_the_recoil(name: str) -> None:
    charges = CHARGES[name]
    g, m, e_nu, recoil = 3e-4, 20.0, 40.0, np.array([1e-6, 1e-3, 0.02, 0.06])
    boson = nu.model(name, mass=m, coupling=g, mixing="loop")
    flavour, charge = ("nu_mu", charges[1]) if charges[1] else ("nu_e", charges[0])
    cevns = nu.process("cevns")
    sm = nu.StandardModel()
    argon = nu.isotope("Ar40")
    # point nucleons with one radius have the same shape: it cancels in the ratio
    target = nu.target("Ar40", nucleon="point")
    ratio = differential(cevns, e_nu, recoil, target, boson, flavour) / differential(
        cevns, e_nu, recoil, target, sm, flavour
    )
    weak = argon.z * (0.5 - 2 * SIN2) - argon.n / 2
    k2 = 2 * argon.mass * recoil
    loops = np.array([photon(charges, x) for x in k2])
    new = argon.z * g**2 * charge * loops / (math.sqrt(2) * G_FERMI * (k2 + m**2))
    # the poles follow the mixing to 1e-3 of its value at zero
    size = 1e-3 * np.abs(2 * new / weak * (1 + new / weak)).max()
    np.testing.assert_allclose(ratio, (1 + new / weak) ** 2, rtol=0, atol=size)


def test_electrons_feel_it_where_it_is_their_only_coupling() -> None:
    g, m, e_nu, recoil = 3e-4, 20.0, 5000.0, np.array([1.0, 300.0, 4000.0])
    boson = nu.model("lmu-ltau", mass=m, coupling=g, mixing="loop")
    found = differential(nu.process("electron"), e_nu, recoil, "H1", boson, "nu_mu")
    k2 = 2 * M_ELECTRON * recoil
    loops = np.array([photon(CHARGES["lmu-ltau"], x) for x in k2])
    new = g**2 * loops / (math.sqrt(2) * G_FERMI * (k2 + m**2))
    g_v = -0.5 + 2 * SIN2 - new
    left, right = (g_v - 0.5) / 2, (g_v + 0.5) / 2
    y = recoil / e_nu
    shape = left**2 + right**2 * (1 - y) ** 2 - left * right * M_ELECTRON * y / e_nu
    np.testing.assert_allclose(found / found[0], shape / shape[0], rtol=2e-3)


@pytest.mark.parametrize("charges", CHARGES.values())
def test_share_follows_the_integral(charges: tuple[float, float, float]) -> None:
    k2 = np.concatenate([[0.0], np.geomspace(1e-3, 1e8, 60)])
    share = loop_photon(charges, k2) / loop_photon(charges, np.array(0.0))
    np.testing.assert_allclose(loop_share(charges, k2), share, rtol=0, atol=1e-3)
    assert share[0] == pytest.approx(1, rel=1e-12)
    assert np.all(np.diff(share) < 0)


def test_templates_of_loops_are_not_those_of_a_number() -> None:
    loops = nu.model("lmu-ltau", mass=20.0, coupling=1e-3, mixing="loop")
    number = nu.model("lmu-ltau", mass=20.0, coupling=1e-3, mixing=0.01)
    experiment = nu.experiment("coherent-csi-2017")
    assert isinstance(experiment, Experiment)
    with pytest.raises(InputError, match=r"lack the exchange.*loops\(0,1,-1\)"):
        experiment.templates(number).coefficients(loops)
