"""Absorption on relic neutrinos against finite-width integration along the way,
unitarity and numbers by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from tests.nightly import mostly_nightly

from nuprobe.bounds import relic_absorption as relic
from nuprobe.bounds.vector_boson import partial_widths
from nuprobe.constants import HBARC_MEV_CM
from nuprobe.errors import InputError, ValidityWarning
from nuprobe.units import eV

PEV = relic.PEV


def test_resonance_energy_by_hand() -> None:
    """10 MeV on 0.05 eV: 100 MeV² / 1e-7 MeV = 1 PeV, half of what M²/m_ν gives."""
    assert relic.resonance_energy(10.0, 0.05 * eV) == pytest.approx(
        1 * PEV, rel=1e-12, abs=0
    )


def test_relic_density_is_that_of_its_temperature() -> None:
    """n = 3ζ(3)T³/4π² per helicity state at T = (4/11)^(1/3) 2.7255 K."""
    temperature = 2.7255 * 8.617333e-11 * (4 / 11) ** (1 / 3) / HBARC_MEV_CM
    zeta3 = 1.2020569
    assert 3 * zeta3 * temperature**3 / (4 * math.pi**2) == pytest.approx(
        relic.LineOfSight().density, rel=2e-3, abs=0
    )


@pytest.mark.parametrize("mass", [1.0, 10.0, 500.0])
def test_cross_section_integral_and_unitarity(mass: float) -> None:
    m_nu, g, charge2 = 0.1 * eV, 0.03, 0.3
    peak_energy = float(relic.resonance_energy(mass, m_nu))
    width = float(np.asarray(sum(partial_widths(mass, g).values()))) / mass
    # x = (s − M²)/(MΓ): the Lorentzian is flat in atan x
    bounds = (-math.atan(1 / width), math.pi / 2 - 1e-9)

    def integrand(angle: float) -> float:
        x = math.tan(angle)
        sigma = float(
            relic.cross_section(peak_energy * (1 + width * x), mass, g, m_nu, charge2)
        )
        return sigma * peak_energy * width * (1 + x**2)

    area = quad(integrand, *bounds, epsabs=0, epsrel=1e-9)[0]
    delta_function = (
        2 * math.pi * g**2 * charge2 / mass**2 * HBARC_MEV_CM**2 * peak_energy
    )
    assert area == pytest.approx(delta_function, rel=2 * width, abs=0)
    # partial-wave unitarity at the peak with helicities fixed: (4π/k²) 3 B_in, k = M/2
    in_fraction = charge2 * g**2 * mass / (24 * math.pi) / (width * mass)
    at_peak = relic.cross_section(peak_energy, mass, g, m_nu, charge2)
    assert at_peak == pytest.approx(
        48 * math.pi / mass**2 * in_fraction * HBARC_MEV_CM**2, rel=1e-12, abs=0
    )


@pytest.mark.parametrize(
    "e_obs",
    mostly_nightly([0.45 * PEV, 0.7 * PEV, 0.9 * PEV], [0.45 * PEV, 0.9 * PEV]),
)
def test_delta_function_against_integration_along_the_way(e_obs: float) -> None:
    line = relic.LineOfSight(m_nu=(0.08 * eV, 0.09 * eV, 0.1 * eV))
    mass, g = 13.0, 0.02
    expected = np.zeros(3)
    for j, m_nu in enumerate(line.masses):
        centre = float(relic.resonance_energy(mass, m_nu)) / e_obs - 1
        width = g**2 / (12 * math.pi) * (1 + centre)
        for i in range(3):

            def integrand(
                z: float, i: int = i, j: int = j, m_nu: float = m_nu
            ) -> float:
                sigma = relic.cross_section(
                    e_obs * (1 + z), mass, g, m_nu, float(line.charges2[i, j])
                )
                return float(
                    line.density * (1 + z) ** 2 * line.hubble_length(z) * sigma
                )

            inner = [centre + width * k for k in (-1e4, -300, -20, 0, 20, 300, 1e4)]
            inside = [z for z in inner if 0 < z < line.z_source]
            expected[i] += quad(
                integrand,
                0,
                line.z_source,
                points=inside,
                limit=400,
                epsabs=0,
                epsrel=1e-8,
            )[0]
    np.testing.assert_allclose(
        relic.optical_depth(e_obs, mass, g, line), expected, rtol=1e-3
    )


def test_optical_depth_by_hand() -> None:
    """g′ = 1e-4, M = 10 MeV: 2πg′²/M² = 2.446e-31 cm², times 56 cm⁻³ and c/H_0 =
    1.3725e28 cm is 0.188 at z = 0."""
    line = relic.LineOfSight(m_nu=0.05 * eV)
    depth = relic.optical_depth(1.0 * PEV * (1 - 1e-12), 10.0, 1e-4, line)
    electron_share = np.abs(line.mixing_matrix[0]) ** 2
    np.testing.assert_allclose(depth, 0.1880 * (1 - electron_share), rtol=1e-3)
    # a factor (1 + z)³/√(Ω_m (1+z)³ + 1 − Ω_m) = 8/1.790 from redshift 1
    far = relic.optical_depth(0.5 * PEV, 10.0, 1e-4, line)
    np.testing.assert_allclose(far / depth, 8 / 1.790, rtol=1e-3)


def test_no_depth_away_from_the_resonance() -> None:
    line = relic.LineOfSight()
    edge = float(relic.resonance_energy(14.0, line.m_nu))
    energies = edge * np.array([1.001, 0.999, 1.001 / 2.5, 0.999 / 2.5])
    depth = relic.optical_depth(energies, 14.0, 1e-3, line)
    assert np.all(depth[[0, 3]] == 0)
    assert np.all(depth[[1, 2]] > 0)
    np.testing.assert_array_equal(
        relic.survival(energies[[0, 3]], 14.0, 1e-3, line), [1.0, 1.0]
    )


def test_flavour_structure() -> None:
    line = relic.LineOfSight()
    u = line.mixing_matrix
    np.testing.assert_allclose(u @ u.conj().T, np.eye(3), atol=1e-14)
    np.testing.assert_allclose(
        line.charges2.sum(axis=1), 1 - np.abs(u[0]) ** 2, rtol=1e-12
    )
    np.testing.assert_allclose(line.charges2, line.charges2.T, rtol=1e-12)
    np.testing.assert_allclose(np.abs(u[0]) ** 2, [0.6767, 0.3012, 0.02215], rtol=1e-3)
    assert line.mass_fractions.sum() == pytest.approx(1, rel=1e-14, abs=0)
    # with μ–τ symmetry (θ23 = 45°, θ13 = 0) the charge connects 1, 2 with 3 only
    symmetric = relic.LineOfSight(sin2_13=0.0, sin2_23=0.5)
    np.testing.assert_allclose(np.diag(symmetric.charges2), 0, atol=1e-30)
    np.testing.assert_allclose(
        symmetric.charges2[2], [symmetric.sin2_12, 1 - symmetric.sin2_12, 0], atol=1e-15
    )


def test_dirac_relics_halve_the_depth() -> None:
    whole = relic.optical_depth(0.6 * PEV, 14.0, 1e-4)
    assert np.all(whole > 0)
    np.testing.assert_allclose(
        relic.optical_depth(0.6 * PEV, 14.0, 1e-4, relic.LineOfSight(dirac=True)),
        whole / 2,
    )


@given(st.floats(11.5, 15), st.floats(-7, -2), st.floats(0.1, 10))
def test_depth_scales_with_coupling_squared(
    mass: float, log_coupling: float, factor: float
) -> None:
    g = 10**log_coupling
    one = relic.optical_depth(0.6 * PEV, mass, g)
    np.testing.assert_allclose(
        relic.optical_depth(0.6 * PEV, mass, factor * g), factor**2 * one, rtol=1e-12
    )
    survival, depth = (
        relic.survival(0.6 * PEV, mass, g),
        relic.effective_depth(0.6 * PEV, mass, g),
    )
    assert 0 <= survival <= 1
    assert math.exp(-float(depth)) == pytest.approx(
        float(survival), rel=1e-10, abs=1e-300
    )


def test_thin_limit_is_the_flux_weighted_depth() -> None:
    line = relic.LineOfSight()
    depth = relic.optical_depth(0.6 * PEV, 13.0, 1e-7, line) @ line.mass_fractions
    assert relic.effective_depth(0.6 * PEV, 13.0, 1e-7, line) == pytest.approx(
        float(depth), rel=1e-4, abs=0
    )
    # and the deep limit keeps the thinnest state without underflow
    deep = relic.optical_depth(0.6 * PEV, 13.0, 1.0, line)
    expected = float(deep.min()) - math.log(float(line.mass_fractions[deep.argmin()]))
    assert relic.effective_depth(0.6 * PEV, 13.0, 1.0, line) == pytest.approx(
        expected, rel=1e-9, abs=0
    )


def test_gap_band_makes_the_gap_it_promises() -> None:
    mass = np.array([8.0, 11.5, 13.0, 14.1, 16.0, 25.0])
    lower, upper = relic.gap_band(mass)
    assert np.all(np.isinf(upper))
    np.testing.assert_array_equal(
        np.isfinite(lower), [False, True, True, True, True, False]
    )
    energies = np.geomspace(0.4, 1.0, 4001) * PEV
    for m, g in zip(mass[1:5], lower[1:5], strict=True):
        covered = np.mean(relic.effective_depth(energies, m, g) >= 1)
        assert covered == pytest.approx(0.5, abs=0.006)
    # the seminar's "g′ ≥ 1e-4 at O(10) MeV"
    assert 1e-4 < lower[3] < 5e-4


def test_gap_band_scaling_and_options() -> None:
    base = relic.gap_band(13.5)[0]
    denser = relic.gap_band(13.5, relic.LineOfSight(density=224.0))[0]
    assert denser == pytest.approx(base / 2, rel=1e-9, abs=0)
    assert relic.gap_band(13.5, relic.LineOfSight(dirac=True))[0] == pytest.approx(
        base * math.sqrt(2), rel=1e-9, abs=0
    )
    assert relic.gap_band(13.5, tau_min=2.0)[0] > base
    assert relic.gap_band(13.5, coverage=0.8)[0] > base
    # a boson whose line reaches above the gap must not empty the window of the events
    # seen there
    lower, upper = relic.gap_band(np.array([13.5, 17.5]), clear=(1.0 * PEV, 1.6 * PEV))
    assert np.isinf(upper[0])
    assert 0 < upper[1] < 1e-3
    assert lower[1] < upper[1]
    # the same E_res and the same depth: M ∝ √m_ν, g′ ∝ M
    lighter = relic.gap_band(13.5 / 2, relic.LineOfSight(m_nu=0.025 * eV))[0]
    assert lighter == pytest.approx(base / 2, rel=1e-9, abs=0)


def test_a_flux_that_mostly_never_interacts_makes_no_gap() -> None:
    """Without θ13 and with θ23 = 45°, a pure ν_1 traveller needs relic ν_3; give that
    one no resonance on the way."""
    line = relic.LineOfSight(
        m_nu=(0.1 * eV, 0.1 * eV, 0.5 * eV), sin2_12=0.0, sin2_13=0.0, sin2_23=0.5
    )
    depth = relic.optical_depth(0.6 * PEV, 13.5, 1e-3, line)
    assert np.all(depth[:2] < 1e-25 * depth[2])
    assert np.isinf(relic.gap_band(13.5, line)[0])


def test_hot_relics_warn() -> None:
    with pytest.warns(ValidityWarning, match="not slow"):
        relic.optical_depth(
            0.6 * PEV,
            1.0,
            1e-4,
            relic.LineOfSight(m_nu=(0.0005 * eV, 0.0087 * eV, 0.05 * eV)),
        )


def test_bad_input() -> None:
    with pytest.raises(InputError, match="m_nu"):
        relic.LineOfSight(m_nu=0.0)
    with pytest.raises(InputError, match="one mass or three"):
        relic.LineOfSight(m_nu=(0.1, 0.1))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="sin2_23"):
        relic.LineOfSight(sin2_23=1.2)
    with pytest.raises(InputError, match="delta_cp"):
        relic.LineOfSight(delta_cp=math.nan)
    with pytest.raises(InputError, match="source_flavours"):
        relic.LineOfSight(source_flavours=(0.0, 0.0, 0.0))
    with pytest.raises(InputError, match="mass"):
        relic.optical_depth(1.0 * PEV, -1.0, 1e-4)
    with pytest.raises(InputError, match="coverage"):
        relic.gap_band(13.0, coverage=0.0)
    with pytest.raises(InputError, match="window"):
        relic.gap_band(13.0, energies=(1.0 * PEV, 0.4 * PEV))
    with pytest.raises(InputError, match="tau_min"):
        relic.gap_band(13.0, tau_min=0.0)
