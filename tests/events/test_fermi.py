"""Nucleons that move: totals against a deterministic average, and the blocking of the
Fermi sphere."""

from __future__ import annotations

import numpy as np
import pytest

from nuprobe.constants import M_PROTON
from nuprobe.events import trident
from nuprobe.events.fermi import fermi_average, lowest_energy
from nuprobe.events.kernels import fermi_nucleon
from nuprobe.numerics import FloatArray
from nuprobe.processes import trident as engine
from nuprobe.processes.trident.currents import FERMI_MOMENTUM, pauli_factor

MUMU = "nu_mu -> nu_mu mu+ mu-"


def free(e: FloatArray) -> FloatArray:
    return np.asarray(engine.total(e, MUMU, None, None, "proton", pauli=False))


@pytest.mark.parametrize("e_nu", [300.0, 1000.0, 8000.0])
def test_total_is_the_average_over_the_sphere(e_nu: float) -> None:
    gen = trident(
        MUMU,
        "C12",
        e_nu,
        regime="proton",
        nucleons="fermi-gas",
        pauli=False,
        k_f=FERMI_MOMENTUM,
        seed=5,
    )
    # by Monte Carlo in Cartesian momenta
    random = np.random.default_rng(1)
    p = random.uniform(-1, 1, (400_000, 3)) * FERMI_MOMENTUM
    p = p[(p**2).sum(1) < FERMI_MOMENTUM**2]
    energy = np.sqrt(M_PROTON**2 + (p**2).sum(1))
    dot = e_nu * (energy - p[:, 2])
    e_star = np.sort(dot / M_PROTON)
    table = np.geomspace(max(e_star[0], 235.2), e_star[-1], 300)
    value = (
        np.interp(dot / M_PROTON, table, free(table), left=0.0) * dot / (e_nu * energy)
    )
    error = value.std() / np.sqrt(value.size) + 1e-3 * value.mean()
    assert abs(gen.sigma - value.mean()) < 4 * error
    sample = gen.generate(60_000)
    assert abs(sample.sigma - gen.sigma) < 4 * sample.error
    assert sample.error < 0.02 * sample.sigma


def test_average_of_simple_cross_sections() -> None:
    e = np.array([100.0, 2000.0])
    # a constant gives ⟨k·p/(E E_N)⟩ = 1; one of E: ⟨E*·k·p/(E E_N)⟩ = E⟨(E_N² +
    # p²/3)/(M E_N)⟩
    assert fermi_average(np.ones_like, e, M_PROTON, 235.0) == pytest.approx(
        np.ones(2), rel=1e-12, abs=0
    )
    p = (np.arange(20000) + 0.5) / 20000 * 235.0
    energy = np.hypot(p, M_PROTON)
    mean = (
        (3 * p**2 / 235.0**3 * (energy**2 + p**2 / 3) / (M_PROTON * energy)).sum()
        * 235.0
        / 20000
    )
    assert fermi_average(lambda x: x, e, M_PROTON, 235.0) == pytest.approx(
        e * mean, rel=1e-7, abs=0
    )


def test_motion_lowers_the_threshold() -> None:
    rest = engine.threshold_energy(MUMU, None, "proton")
    low = lowest_energy(rest, M_PROTON, FERMI_MOMENTUM)
    # a head-on collision at that energy has just the mass of the final state
    s = (low + np.hypot(M_PROTON, FERMI_MOMENTUM)) ** 2 - (low - FERMI_MOMENTUM) ** 2
    assert s == pytest.approx(M_PROTON**2 + 2 * M_PROTON * rest, rel=1e-12, abs=0)
    with pytest.raises(ValueError, match="threshold"):
        trident(MUMU, "C12", low * 0.999, regime="proton", nucleons="fermi-gas")
    gen = trident(
        MUMU, "C12", rest * 0.95, regime="proton", nucleons="fermi-gas", pauli=False
    )
    sample = gen.generate(2000)
    assert abs(sample.sigma - gen.sigma) < 5 * sample.error


def test_drawn_nucleons_are_blocked_as_the_pauli_factor_says() -> None:
    random = np.random.default_rng(2)
    drawn = np.array(
        [
            fermi_nucleon(u, 500.0, M_PROTON, FERMI_MOMENTUM)[:3]
            for u in random.random((40_000, 3))
        ]
    )
    assert (drawn**2).sum(1).max() < FERMI_MOMENTUM**2
    direction = np.array([0.6, 0.0, 0.8])
    for x in (0.1, 0.4, 0.7, 0.95, 1.1):
        size = 2 * FERMI_MOMENTUM * x
        kept = (((drawn + size * direction) ** 2).sum(1) > FERMI_MOMENTUM**2).mean()
        q2 = (
            2 * M_PROTON * (np.hypot(M_PROTON, size) - M_PROTON)
        )  # |q|² = Q²(1 + Q²/4M²)
        expected = float(pauli_factor(np.array(q2), M_PROTON))
        assert kept == pytest.approx(
            expected, rel=0, abs=5 * np.sqrt(expected * (1 - expected) / 40_000) + 1e-9
        )


def test_blocking_drops_events_and_nothing_else() -> None:
    settings = {"regime": "neutron", "nucleons": "fermi-gas", "seed": 8, "k_f": 235.0}
    gen = trident(MUMU, "O16", 1500.0, pauli=False, **settings)  # type: ignore[arg-type]
    blocked = trident(MUMU, "O16", 1500.0, pauli=True, **settings)  # type: ignore[arg-type]
    sample, left = gen.generate(80_000), blocked.generate(80_000)

    def momentum(p: FloatArray) -> FloatArray:
        return np.asarray(np.linalg.norm(p[:, 1:], axis=1))

    assert momentum(left.events.recoil).min() >= FERMI_MOMENTUM
    assert momentum(left.events.target).max() <= FERMI_MOMENTUM
    assert momentum(sample.events.recoil).min() < 0.7 * FERMI_MOMENTUM
    outside = momentum(sample.events.recoil) > FERMI_MOMENTUM
    expected = sample.events.weight[outside].sum() / sample.trials
    error = np.hypot(left.error, sample.error)
    assert abs(left.sigma - expected) < 4 * error
    assert 0.3 < left.sigma / sample.sigma < 0.9


def test_hydrogen_rests() -> None:
    water = {"O16": 1, "H1": 2}
    gen = trident(MUMU, water, 2000.0, regime="elastic", nucleons="fermi-gas")
    events = gen.generate(4000).events
    moving = np.linalg.norm(events.target[:, 1:], axis=1) > 0
    kinds = [(p.regime, p.number) for p in gen.processes]
    assert kinds == [("coherent", 1), ("proton", 8), ("neutron", 8), ("proton", 2)]
    assert moving[np.isin(events.process, [1, 2])].all()
    assert not moving[np.isin(events.process, [0, 3])].any()
