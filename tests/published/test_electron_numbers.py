"""Where magnetic and weak scattering of reactor antineutrinos off electrons are equal:
published energies."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

import nuprobe as nu
from nuprobe.flavours import flavour
from nuprobe.fluxes import Flux, FluxComponent

FRACTIONS = {"U235": 0.564, "U238": 0.076, "Pu239": 0.304, "Pu241": 0.056}
SM = nu.StandardModel(sin2_theta_w=0.23863)
CASES = [
    (1e-10, 0.262, 5e-4),
    (2.9e-11, 0.0203, 5e-5),
    (1e-11, 0.0024, 5e-5),
]  # mu_B, MeV, half the last digit


def _crossing(flux: Flux, moment: float) -> float:
    both = nu.Electromagnetic(mu_eff={"e": moment}, base=SM)

    def excess(log_t: float) -> float:
        t = np.exp(log_t)
        weak = float(nu.electron.averaged(flux, t, SM, "nubar_e"))
        return float(nu.electron.averaged(flux, t, both, "nubar_e")) / weak - 2

    return float(np.exp(brentq(excess, np.log(1e-3), np.log(2.0), xtol=1e-10)))


@pytest.mark.parametrize(("moment", "energy", "rounding"), CASES)
def test_with_the_spectrum_above_the_inverse_beta_threshold(
    moment: float, energy: float, rounding: float
) -> None:
    """The published energies come with the neutrinos above 1.8 MeV alone, the
    polynomials extrapolated from 2 MeV."""
    whole = nu.flux("reactor", fractions=FRACTIONS, low_energy="none")
    parts = [
        FluxComponent(
            c.name, flavour("nubar_e"), density=c.density, edges=(1.806, *c.edges)
        )
        for c in whole.components
    ]
    cut = Flux("above 1.8 MeV", tuple(parts), per="fission")
    assert _crossing(cut, moment) == pytest.approx(energy, abs=rounding)


@pytest.mark.parametrize(
    ("low_energy", "energies"), [("none", (0.2605, 0.02033, 0.002404))]
)
def test_above_2_mev(low_energy: str, energies: tuple[float, float, float]) -> None:
    flux = nu.flux("reactor", fractions=FRACTIONS, low_energy=low_energy)
    for (moment, published, _), computed in zip(CASES, energies, strict=True):
        assert _crossing(flux, moment) == pytest.approx(computed, rel=3e-4)
        assert _crossing(flux, moment) == pytest.approx(published, rel=7e-3)


def test_the_whole_spectrum_moves_the_largest_by_17_per_cent() -> None:
    """Neutrinos below 2 MeV scatter weakly at small recoils only: without them 0.26
    MeV, with them 0.31 MeV."""
    for low_energy, computed in (("vogel-engel", 0.3079), ("kopeikin", 0.3131)):
        flux = nu.flux("reactor", fractions=FRACTIONS, low_energy=low_energy)
        assert _crossing(flux, 1e-10) == pytest.approx(computed, rel=2e-3)
        assert _crossing(flux, 1e-11) == pytest.approx(0.0024, abs=5e-5)
