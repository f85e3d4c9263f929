"""Invariants of the trident engine."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nuprobe.processes.trident as trident
from nuprobe.constants import M_ELECTRON, M_MUON, M_TAU
from nuprobe.models import LMuLTau, VectorAxial
from nuprobe.processes.trident.cross_section import q_range, threshold
from nuprobe.processes.trident.moments import Orders, moments
from nuprobe.processes.trident.tables import evaluate

MUMU = "nu_mu -> nu_mu mu+ mu-"
CHANNELS = st.sampled_from(trident.CHANNELS)


def logs(low: float, high: float) -> st.SearchStrategy[float]:
    """Floats uniform in their logarithm."""
    return st.floats(math.log(low), math.log(high)).map(math.exp)


@settings(max_examples=20, deadline=None)
@given(logs(0.05, 1e3), logs(1e-4, 1e3), logs(1e-3, 1e3))
def test_equal_masses_scale_out(delta: float, q2: float, mass: float) -> None:
    x, q = np.array([q2 + 4 * (1 + delta)]), np.array([q2])
    orders = Orders(8, 8, 6, 12)
    unit = moments(x, q, 1.0, 1.0, orders, 4.0)
    scaled = moments(x * mass**2, q * mass**2, mass, mass, orders, 4 * mass**2)
    np.testing.assert_allclose(scaled[:, :2], unit[:, :2] * mass**6, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(
    logs(0.02, 1e4),
    logs(1e-4, 1e4),
    st.sampled_from([M_ELECTRON, M_MUON, M_TAU]),
    logs(1e-2, 1e3),
)
def test_moments_are_positive_and_mediators_bounded(
    delta: float, q2: float, mass: float, mediator: float
) -> None:
    x, q = np.array([q2 + 4 * (1 + delta)]) * mass**2, np.array([q2]) * mass**2
    base, mediated, _ = evaluate(x, q, mass, mass, np.array([mediator * mass]))
    assert (base[:, :2] > 0).all()
    assert not base[:, 2].any()
    m2 = (mediator * mass) ** 2
    once, twice, vv = mediated[:, 0, 0, 0], mediated[:, 2, 0, 0], base[:, 0, 0]
    assert (once * m2 < vv * 1.001).all()
    # Cauchy–Schwarz for the spectrum of K²
    assert (once**2 <= vv * twice * 1.001).all()


@settings(max_examples=30, deadline=None)
@given(logs(1e-3, 1e6), logs(1e-5, 50.0), st.sampled_from([M_ELECTRON, M_MUON, M_TAU]))
def test_range_of_momentum_transfer(mass: float, above: float, lepton: float) -> None:
    """At the ends of the range of Q, the pair is made at rest: ŝ = s_min."""
    e = np.array([threshold(mass, lepton, lepton) * (1 + above)])
    for q in q_range(e, mass, lepton, lepton):
        x_max = 4 * e * mass * q / (q + np.hypot(q, 2 * mass))
        assert abs(x_max - q**2 - 4 * lepton**2)[0] < 1e-6 * max(
            float(x_max[0]), float(q[0]) ** 2
        )


@pytest.mark.filterwarnings("ignore::nuprobe.ValidityWarning")
@settings(max_examples=20, deadline=None)
@given(CHANNELS, logs(1.1, 100.0), st.sampled_from(["C12", "Ar40", "Pb208"]))
def test_cross_sections_rise_and_respect_cp(
    channel: trident.Channel, ratio: float, nucleus: str
) -> None:
    low = trident.threshold_energy(channel, nucleus)
    e = low * np.array([0.99, ratio, ratio * 1.3])
    kernels = trident.kernels(
        e, channel, nucleus, with_error=False, regime="coherent"
    ).values
    assert not kernels[0].any()
    assert (kernels[2, :2] > kernels[1, :2]).all()
    # |VA| is bounded by an interference
    assert (np.abs(kernels[1:, 2]) < kernels[1:, 0] + kernels[1:, 1]).all()
    other = trident.kernels(
        e, channel.conjugate, nucleus, with_error=False, regime="coherent"
    ).values
    assert np.array_equal(kernels, other)


@settings(max_examples=20, deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2), logs(300.0, 3e4))
def test_never_negative(vector: float, axial: float, e_nu: float) -> None:
    for channel in (MUMU, "nu_mu -> nu_e e+ mu-"):
        assert (
            trident.total(
                e_nu, channel, "O16", VectorAxial(vector, axial), regime="coherent"
            )
            >= 0
        )


@settings(max_examples=15, deadline=None)
@given(logs(1.0, 1e5), st.floats(-0.02, 0.02), logs(1e-6, 1e-2), logs(400.0, 3e4))
def test_mediators_never_make_it_negative(
    mass: float, mixing: float, coupling: float, e_nu: float
) -> None:
    assert (
        trident.total(
            e_nu,
            MUMU,
            "Ar40",
            LMuLTau(mass, coupling, mixing=mixing),
            regime="coherent",
        )
        > 0
    )
