"""Cross sections at the end of a baseline, against eq. 6 of the EPS-HEP2021
proceedings written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM, M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.oscillation import (
    PMNS,
    AtSource,
    Splittings,
    Vacuum,
    effective_properties,
    mu_eff,
)
from nuprobe.processes.distance import differential_at, total_at
from nuprobe.units import cm, keV, km

CEVNS = nu.process("cevns")
U = PMNS().matrix
E_NU, T = 30.0, 2 * keV
LENGTH = 300 * km


def near(value: Any) -> Any:
    return pytest.approx(float(value), rel=1e-9, abs=0)


def amplitudes(flavour: int) -> Any:
    """U*_ℓk e^{−i m_k² L/2E}."""
    squares = np.array([0.0, Splittings().dm21, Splittings().dm31])
    return np.conj(U[flavour]) * np.exp(-1j * squares * LENGTH / (2 * E_NU))


def hermitian(seed: int, size: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    m = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    return size * (m + m.conj().T) / 2


@pytest.mark.parametrize("flavour", [0, 1])
def test_equation_6_in_the_mass_basis(flavour: int) -> None:
    """C_V and |μ_ν|² with all phases, charge, charge radius and moment together."""
    charge, radius = hermitian(1, 3e-11), hermitian(2, 2e-32)
    moment = hermitian(3, 1e-9)
    model = nu.Electromagnetic(
        charge=charge,
        charge_radius=radius,
        magnetic_moment=moment,
        basis="mass",
        mixing=PMNS(),
    )
    argon = nu.target("Ar40", nucleon="point").components[0]
    mass, q2 = argon.isotope.mass, 2 * argon.isotope.mass * T
    f_p, f_n = (float(x) for x in argon.shapes(q2))
    # Q_jk = (2√2πα/G_F q²)[e + q²⟨r²⟩/6] with q² = −2MT
    photon = 2 * np.sqrt(2) * np.pi * ALPHA_EM / G_FERMI
    q_jk = photon * (-charge / q2 + radius * cm**2 / 6)
    s2 = nu.StandardModel().low_sin2
    f1 = (0.5 - 2 * s2) * f_p - 0.5 * f_n
    a = amplitudes(flavour)
    c_v = np.sum(np.abs((f1 * np.eye(3) - f_p * q_jk) @ a) ** 2)
    mu2 = np.sum(np.abs(moment @ a) ** 2)
    weak = G_FERMI**2 * mass / np.pi * (1 - T / E_NU - mass * T / (2 * E_NU**2)) * c_v
    flip = np.pi * ALPHA_EM**2 / M_ELECTRON**2 * mu2 * (1 / T - 1 / E_NU) * f_p**2
    wanted = (weak + flip) * HBARC_MEV_CM**2
    found = differential_at(
        CEVNS,
        E_NU,
        T,
        nu.target("Ar40", nucleon="point"),
        model,
        ("nu_e", "nu_mu")[flavour],
        Vacuum(LENGTH),
    )
    assert float(found) == pytest.approx(float(wanted), rel=1e-9, abs=0)


def test_effective_properties_against_the_amplitudes() -> None:
    charge, radius = hermitian(4, 1e-12), hermitian(5, 1e-32)
    model = nu.Electromagnetic(
        charge=charge, charge_radius=radius, basis="mass", mixing=PMNS()
    )
    a = amplitudes(1)
    x = effective_properties(model, "nu_mu", E_NU, Vacuum(LENGTH))
    assert float(x.charge) == near(np.linalg.norm(charge @ a))
    assert float(x.charge_radius) == pytest.approx(
        np.linalg.norm(radius @ a), rel=1e-9, abs=0
    )
    assert float(x.charge_mean) == pytest.approx(
        (a.conj() @ charge @ a).real, rel=1e-9, abs=0
    )
    assert float(x.magnetic_moment) == 0.0
    assert float(mu_eff(model, "nu_mu", E_NU, AtSource())) == 0.0
    with pytest.raises(InputError, match="Electromagnetic"):
        effective_properties(nu.StandardModel(), "nu_mu", E_NU, AtSource())  # type: ignore[arg-type]


def test_total_is_the_integral_and_the_source_is_zero_distance() -> None:
    model = nu.Electromagnetic(charge_radius={"ee": -5e-32, "emu": 3e-32})
    argon, way = nu.target("Ar40"), Vacuum(LENGTH)
    top = float(nu.cevns.recoil_maximum(E_NU, argon.components[0].isotope.mass))
    x, w = np.polynomial.legendre.leggauss(60)
    t = top * (x + 1) / 2
    spectrum = differential_at(CEVNS, E_NU, t, argon, model, "nu_mu", way)
    assert float(total_at(CEVNS, E_NU, argon, model, "nu_mu", way)) == pytest.approx(
        float(spectrum @ w * top / 2), rel=1e-9
    )
    assert float(
        total_at(CEVNS, E_NU, argon, model, "nu_mu", Vacuum(0.0))
    ) == pytest.approx(
        float(nu.cevns.total(E_NU, argon, model, "nu_mu")), rel=1e-12, abs=0
    )
