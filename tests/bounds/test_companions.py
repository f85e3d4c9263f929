from __future__ import annotations

import numpy as np
import pytest

from nuprobe.bounds.companions import Companion, companions
from nuprobe.bounds.monophoton import INVERSE_AB, reach
from nuprobe.bounds.relic_absorption import (
    GAP,
    PEV,
    LineOfSight,
    gap_band,
    resonance_energy,
    spectrum,
    survival,
)
from nuprobe.errors import InputError
from nuprobe.units import eV


def test_belle_ii_is_drawn_with_backgrounds_and_the_ideal_is_named_so() -> None:
    """The estimate with backgrounds is g′ = 8e-4 up to 1 GeV (Araki:2017wyg); the
    signal alone would reach four times further at 100 MeV."""
    estimate, ideal = companions([10.0, 2000.0])[-2:]
    mass = estimate.mass
    assert mass[[0, -1]] == pytest.approx([10.0, 2000.0])
    assert (estimate.kind, ideal.kind) == ("reach", "ideal")
    assert "backgrounds" in estimate.label
    assert "ideal" in ideal.label
    assert estimate.upper[mass <= 1e3] == pytest.approx(8e-4)
    assert np.isinf(estimate.upper[mass > 1e3]).all()
    assert ideal.upper == pytest.approx(reach(mass, 50 * INVERSE_AB))
    (at,) = np.flatnonzero(np.abs(mass / 100 - 1) < 0.03)
    assert estimate.upper[at] / ideal.upper[at] == pytest.approx(3.9, abs=0.1)


def _gap(mass: list[float], line: LineOfSight | None = None) -> Companion | None:
    found = [c for c in companions(mass, line) if c.label.startswith("IceCube")]
    return found[0] if found else None


def test_the_gap_is_a_band_on_masses_of_its_own() -> None:
    """Ends from the resonance alone: lines at Earth from M²/2m(1 + z) to M²/2m that
    cover half of ln E of the gap."""
    for m_nu in (0.1, 0.05, 0.03):
        line = LineOfSight(m_nu=m_nu * eV)
        band = _gap([1.0, 1e5], line)
        assert band is not None
        middle = np.sqrt(GAP[0] * GAP[1])  # half of the window in ln E
        ends = np.sqrt(2 * m_nu * eV * np.array([middle, middle * (1 + line.z_source)]))
        assert band.mass[[0, -1]] == pytest.approx(ends, rel=0.01)
        assert len(band.mass) > 40
        assert np.isfinite(band.lower).all()
        assert band.lower == pytest.approx(gap_band(band.mass, line)[0])
        assert f"= {m_nu:g} eV" in band.label
    # two masses far apart do not lose it, masses beside it do
    assert _gap([10.0, 1e3]) is not None
    assert _gap([30.0, 1e3]) is None
    wide = _gap([1.0, 1e3], LineOfSight(m_nu=(0.05 * eV, 0.051 * eV, 0.07 * eV)))
    assert wide is not None
    assert "0.05, 0.051, 0.07 eV" in wide.label


def test_the_benchmark_of_the_talk_lies_in_the_gap() -> None:
    """10 MeV and a resonance of 1 PeV. The talk writes M²/m_ν, with 0.1 eV; the
    resonance is M²/2m_ν, so that 0.05 eV gives its 1 PeV. Its g′ ≥ 1e-4."""
    line = LineOfSight(m_nu=0.05 * eV)
    assert float(resonance_energy(10.0, 0.05 * eV) / PEV) == pytest.approx(1.0)
    band = _gap([1.0, 1e3], line)
    assert band is not None
    coupling = np.interp(10.0, band.mass, band.lower)
    assert 1e-4 < coupling < 4e-4  # 4e-4: the talk's coupling for (g − 2)_μ
    assert coupling == pytest.approx(1.74e-4, rel=0.02)
    # with 0.1 eV the lines of 10 MeV end at 0.5 PeV and leave most of the gap
    assert np.isinf(gap_band(10.0)[0])
    inside = np.geomspace(*GAP, 50)[1:-1]
    assert survival(inside, 10.0, 4e-4, line).max() < 0.2
    assert survival([0.39 * PEV, 1.01 * PEV], 10.0, 4e-4, line) == pytest.approx(1.0)


def test_the_spectrum_is_a_power_law_with_a_gap() -> None:
    line = LineOfSight(m_nu=0.05 * eV)
    e = np.array([0.1, 0.2, 0.39, 1.5, 3.0]) * PEV
    for index in (2.0, 2.5):
        flux = spectrum(e, 10.0, 4e-4, line, index) / e**2
        slopes = np.diff(np.log(flux)) / np.diff(np.log(e))
        assert slopes == pytest.approx(-index)
    half = spectrum(0.6 * PEV, 10.0, 4e-4, line) / survival(0.6 * PEV, 10.0, 4e-4, line)
    assert half == pytest.approx(1.0)


def test_masses_of_companions_are_positive() -> None:
    with pytest.raises(InputError, match="masses must be positive"):
        companions([0.0, 10.0])
