"""Spectra of tridents on broken nucleons: their sums, and one route against the
other."""

from __future__ import annotations

import numpy as np
import pytest
from tests.nightly import mostly_nightly

import nuprobe as nu
from nuprobe.events import distributions, trident
from nuprobe.fluxes import Flux, tabulated
from nuprobe.processes.trident import spectrum
from nuprobe.processes.trident.beams import read_beams
from nuprobe.processes.trident.broken_spectra import BrokenNucleons
from nuprobe.processes.trident.scattering import Coupling, Scattering

MUMU, EMU = "nu_mu -> nu_mu mu+ mu-", "nu_mu -> nu_e e+ mu-"
BINS = {
    "q2": [0.0, 1e4, 1e5, 4e5, 1e6, 1e12],
    "k2": [0.0, 1e4, 1e5, 4e5, 1e6, 1e12],
    "m_pair": [0.0, 300.0, 500.0, 800.0, 1e5],
    "recoil_energy": [0.0, 50.0, 150.0, 400.0, 1e6],
    "w": [0.0, 1150.0, 1232.0, 1400.0, 2000.0, 1e6],
}


@pytest.mark.parametrize(
    ("variable", "channel", "energy"),
    [
        *mostly_nightly(
            [(variable, MUMU, 4e3) for variable in BINS],
            [(variable, MUMU, 4e3) for variable in BINS if variable != "m_pair"],
        ),
        (
            "w",
            EMU,
            5e4,
        ),
        *(
            pytest.param(variable, EMU, 5e4, marks=pytest.mark.nightly)
            for variable in BINS
            if variable != "w"
        ),
    ],
)
def test_bins_sum_to_the_total(variable: str, channel: str, energy: float) -> None:
    found = spectrum(
        variable, BINS[variable], channel, "O16", energy, None, "inelastic", quick=True
    )
    total = float(nu.trident.total(energy, channel, "O16", None, "inelastic"))
    assert found.values.sum() == pytest.approx(total, rel=1e-3)
    assert (found.values > 0).sum() >= len(BINS[variable]) - 2


def test_all_is_elastic_and_inelastic() -> None:
    edges = [0.0, 938.5, 1232.0, 1e4, 1e5]
    parts = {
        r: spectrum("w", edges, MUMU, "O16", 5e3, None, r, quick=True)
        for r in ("all", "elastic", "inelastic")
    }
    assert parts["all"].values == pytest.approx(
        parts["elastic"].values + parts["inelastic"].values, rel=1e-12
    )
    # protons, neutrons (939.6 MeV) and the nucleus keep their mass
    assert (parts["elastic"].values[[0, 1, 3]] > 0).all()
    assert parts["elastic"].values[2] == 0.0
    assert spectrum("w", edges, MUMU, "O16", 5e3, quick=True).regime == "all"


@pytest.mark.parametrize("model", [None, nu.LMuLTau(mass=100.0, coupling=1e-3)])
def test_the_tensor_integrated_over_w_is_the_sum_of_shells(
    model: nu.LMuLTau | None,
) -> None:
    """Q² by the route of K² and the pair, against that of the tables of leptons."""
    channel = nu.trident.channel(MUMU)
    used = model or nu.StandardModel()
    edges = np.array(BINS["q2"])
    one = BrokenNucleons(
        channel,
        (1.0, 1.0),
        read_beams(4e3, channel),
        [used],
        [Coupling.of(used, channel)],
    )
    (other,) = one.integrated()
    found = other.bins("q2", edges, (10, 10, 13, 24))[0]
    expected = one.bins("q2", edges, (10, 10, 13, 12))[0]
    assert isinstance(other, Scattering)
    assert found == pytest.approx(expected, rel=2e-3)


@pytest.mark.nightly
def test_events_over_a_flux_are_the_spectra() -> None:
    """Q², W, K², the pair and the hadrons in bins, weighted events against quadrature:
    χ² over all bins of each."""
    beam = tabulated("falling", "nu_mu", [1e3, 4e3, 1e4], [1.0, 0.6, 0.0])
    flux = Flux("falling", (beam,), per="unit")
    gen = trident(MUMU, "Ar40", flux, regime="inelastic", seed=8)
    names = {"Q2": "q2", "W": "w", "recoil_energy": "recoil_energy", "m_pair": "m_pair"}
    bins = {event: np.array(BINS[variable]) for event, variable in names.items()}
    made = distributions(gen, list(names), bins=bins, n=60_000)
    for event, variable in names.items():
        curve = spectrum(
            variable, bins[event], MUMU, "Ar40", flux, None, "inelastic", quick=True
        )
        some = made[event]
        spread = np.hypot(some.errors[0], 1.5e-3 * curve.values)
        good = curve.values > 0
        assert some.counts[good].min() > 100
        assert some.values[0][~good] == pytest.approx(0.0, abs=0)
        pulls = ((some.values[0] - curve.values) / spread)[good]
        assert (np.abs(pulls) < 4.5).all(), event
        assert (pulls**2).sum() < good.sum() + 5 * np.sqrt(2 * good.sum()), event


@pytest.mark.nightly
def test_the_pair_s_energy_is_that_of_events() -> None:
    edges = np.array([0.0, 1000.0, 2000.0, 3000.0, 4000.0])
    found = spectrum("e_pair", edges, MUMU, "O16", 4e3, None, "inelastic", quick=True)
    total = float(nu.trident.total(4e3, MUMU, "O16", None, "inelastic"))
    assert found.values.sum() == pytest.approx(total, rel=1e-2)
    gen = trident(MUMU, "O16", 4e3, regime="inelastic")
    made = distributions(gen, ["E_pair"], bins=edges, n=100_000)["E_pair"]
    spread = np.hypot(made.errors[0], 1e-2 * found.values)
    assert (np.abs(made.values[0] - found.values) < 4 * spread).all()
