"""Observables on momenta made by hand, and their invariances on generated events."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuprobe.constants import M_ELECTRON
from nuprobe.errors import UnknownNameError
from nuprobe.events import OBSERVABLES, EventProcess, Events, observable, trident
from nuprobe.processes.trident import channel

ANGLE = st.floats(1e-9, 3.1)


def vector(
    energy: float, theta: float, phi: float, mass: float = M_ELECTRON
) -> list[float]:
    p = math.sqrt(energy**2 - mass**2)
    return [
        energy,
        p * math.sin(theta) * math.cos(phi),
        p * math.sin(theta) * math.sin(phi),
        p * math.cos(theta),
    ]


def event(
    minus: list[float],
    plus: list[float],
    recoil: list[float] | None = None,
    mass: float = 37e3,
) -> Events:
    """One event of given leptons; the neutrinos only carry what observables need."""
    process = EventProcess(
        channel("nu_mu -> nu_mu e+ e-"), "Ar40", "coherent", mass, 1.0
    )
    a, b = np.array([minus]), np.array([plus])
    nothing, one = np.zeros((1, 4)), np.ones(1)
    pair = a + b
    hit = np.array([recoil if recoil is not None else [mass, 0, 0, 0]])
    s = pair[:, 0] ** 2 - (pair[:, 1:] ** 2).sum(1)
    beam = np.array([[1e4, 0, 0, 1e4]])
    return Events(
        (process,),
        np.zeros(1, np.int32),
        beam,
        nothing,
        nothing,
        a,
        b,
        hit,
        one,
        one,
        s,
        np.ones((1, 3)),
        one,
    )


def value(name: str, events: Events) -> float:
    found = observable(name)(events)
    assert found.shape == (len(events),)
    return float(found[0])


@pytest.mark.parametrize("theta", [1e-9, 1e-6, 1e-3, 0.5, 3.0])
def test_small_angles_keep_their_digits(theta: float) -> None:
    one = event(vector(5e3, theta, 0.3), vector(2e3, theta, 0.3 + math.pi))
    for name in ("theta_minus", "theta_plus"):
        assert value(name, one) == pytest.approx(theta, rel=1e-12, abs=0)
    between = 2 * theta if 2 * theta < math.pi else 2 * math.pi - 2 * theta
    assert value("opening_angle", one) == pytest.approx(between, rel=1e-12, abs=0)
    # back to back around the beam: coplanar with it
    assert value("acoplanarity", one) == pytest.approx(0, abs=1e-12)


def test_collinear_electrons_at_a_milliradian() -> None:
    """Off the beam, where the arc cosine of a normalised product is wrong in the fifth
    digit."""
    base, turn = 0.05, 1e-3
    one = event(vector(5e3, base, 0.0), vector(3e3, base + turn, 0.0))
    assert value("opening_angle", one) == pytest.approx(turn, rel=1e-10, abs=0)
    a, b = one.minus[0, 1:], one.plus[0, 1:]
    naive = math.acos(min(1.0, float(a @ b / math.sqrt((a @ a) * (b @ b)))))
    assert abs(naive - turn) > 1e3 * abs(value("opening_angle", one) - turn)


@settings(max_examples=50)
@given(
    ANGLE,
    ANGLE,
    st.floats(0, 2 * math.pi),
    st.floats(0, 2 * math.pi),
    st.floats(0.1, 6.0),
)
def test_rotations_around_the_beam_and_names_of_the_leptons(
    t1: float, t2: float, f1: float, f2: float, by: float
) -> None:
    one = event(vector(900.0, t1, f1), vector(400.0, t2, f2))
    turned = event(vector(900.0, t1, f1 + by), vector(400.0, t2, f2 + by))
    swapped = replace(one, minus=one.plus, plus=one.minus)
    for name in ("theta_pair", "opening_angle", "acoplanarity", "pt_missing", "E_pair"):
        assert value(name, turned) == pytest.approx(
            value(name, one), rel=1e-9, abs=1e-7
        )
        assert value(name, swapped) == pytest.approx(
            value(name, one), rel=1e-12, abs=1e-12
        )
    assert value("asymmetry", swapped) == -value("asymmetry", one)
    cosine = math.cos(t1) * math.cos(t2) + math.sin(t1) * math.sin(t2) * math.cos(
        f1 - f2
    )
    assert math.cos(value("opening_angle", one)) == pytest.approx(cosine, abs=1e-12)


def test_recoil_of_a_nucleus_keeps_its_digits() -> None:
    mass, p = 37e3, 1e-2
    one = event(
        vector(1e3, 0.1, 0),
        vector(1e3, 0.1, 1),
        [math.sqrt(mass**2 + p**2), 0, p, 0],
        mass,
    )
    assert value("recoil_energy", one) == pytest.approx(
        p**2 / (2 * mass), rel=1e-9, abs=0
    )


def test_generated_events_are_consistent() -> None:
    events = (
        trident(["nu_mu -> nu_mu mu+ mu-", "nu_mu -> nu_e e+ mu-"], "Ar40", 3000.0)
        .generate(3000)
        .events
    )
    values = {name: one(events) for name, one in OBSERVABLES.items()}
    assert all(np.isfinite(v).all() for v in values.values())
    pair = events.minus + events.plus
    m2 = pair[:, 0] ** 2 - (pair[:, 1:] ** 2).sum(1)
    np.testing.assert_allclose(values["m_pair"] ** 2, m2, rtol=1e-6)
    # nobody sees the neutrino and what was hit: they carry what is missing
    unseen = events.nu_out + events.recoil
    np.testing.assert_allclose(
        values["pt_missing"], np.hypot(unseen[:, 1], unseen[:, 2]), rtol=1e-6, atol=1e-6
    )
    masses = np.array([p.mass for p in events.processes])[events.process]
    grown = values["W"] - masses
    assert np.array_equal(grown > 0, events.broken)
    np.testing.assert_allclose(
        values["recoil_energy"], (events.q2 + grown**2) / (2 * masses), rtol=1e-6
    )
    np.testing.assert_allclose(
        values["E_hadrons"], values["recoil_energy"] + grown, rtol=1e-6
    )
    # the vertex shows protons, and all that hadrons have; no neutron, no nucleus
    names = np.array([p.regime for p in events.processes])[events.process]
    seen = np.where(names == "proton", values["recoil_energy"], 0.0)
    seen[events.broken] = values["E_hadrons"][events.broken]
    np.testing.assert_allclose(values["extra_energy"], seen, rtol=1e-12)
    np.testing.assert_allclose(
        values["inelasticity"], values["E_pair"] / 3000.0, rtol=1e-12
    )
    transverse = np.hypot(events.minus[:, 1], events.minus[:, 2])
    np.testing.assert_allclose(values["pt_minus"], transverse, rtol=1e-12)


def test_unknown_observables_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="theta_minus"):
        observable("thetaminus")
