"""Collision factors: known limits, and a Monte Carlo of the twelve dimensions."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.constants import M_ELECTRON
from nuprobe.cosmology import collision_factor, tables
from nuprobe.cosmology.collisions import (
    CollisionKind,
    blocking_factor,
    scatterings,
)
from nuprobe.cosmology.rates import scattering_average
from nuprobe.cosmology.screening import Screening
from nuprobe.numerics import FloatArray

KINDS: tuple[CollisionKind, ...] = (
    "weak scattering",
    "weak annihilation",
    "magnetic scattering",
    "magnetic annihilation",
)


@pytest.mark.parametrize("kind", KINDS)
def test_boltzmann_statistics_without_mass_is_one(kind: CollisionKind) -> None:
    found = collision_factor(kind, 1.0, massless=True, quantum=False)
    assert found == pytest.approx(1.0, abs=3e-7)


def test_the_certificate() -> None:
    """The weak factors are those of the literature, 0.829 and 0.884."""
    found = [collision_factor(k, 1.0, massless=True) for k in KINDS]
    assert found[:2] == pytest.approx([0.8288, 0.8841], rel=1e-4)
    assert found[:2] == pytest.approx(tables.MASSLESS, rel=2e-6)
    assert found[2] == pytest.approx(0.7610, rel=3e-3)
    assert found[3] == pytest.approx(0.7898, rel=1e-4)


@pytest.mark.parametrize(
    ("t", "scattering", "annihilation"),
    [(1.0, 0.7271, 0.7900), (0.5, 0.6385, 0.7657), (0.2, 0.2999, 0.4203)],
)
def test_with_mass_as_an_independent_prototype(
    t: float, scattering: float, annihilation: float
) -> None:
    found = [collision_factor(k, t) for k in KINDS[2:]]
    assert found == pytest.approx([scattering, annihilation], rel=1.5e-3)


def test_the_table_is_what_is_computed_between_its_rows_too() -> None:
    t = 0.317
    for name, (kind, flavour, screening) in tables.COLUMNS.items():
        exact = collision_factor(kind, t, flavour=flavour, screening=screening)
        assert tables.factors(name, np.array(t)) == pytest.approx(exact, rel=3e-5), name


def test_scattering_by_monte_carlo() -> None:
    """Energy exchange by sampling momenta, in the frame of the two particles: another
    route through phase space, and through |M|² (dσ/d|t| instead)."""
    random = np.random.default_rng(3)
    n, t = 400_000, 1.0
    m = M_ELECTRON
    # ν of E₁ from a gamma distribution; e of momentum from another
    e1, p2 = random.gamma(3.0, 1.0, n), random.gamma(3.0, 1.0, n) * 1.1
    e2 = np.sqrt(p2**2 + m * m)
    density = e1**2 * np.exp(-e1) / 2 * (p2 / 1.1) ** 2 * np.exp(-p2 / 1.1) / 2 / 1.1
    first, second = (_directions(random, n) for _ in range(2))
    k1, k2 = e1[:, None] * first, p2[:, None] * second
    total, momentum = e1 + e2, k1 + k2
    s = total**2 - (momentum**2).sum(axis=1)
    a = s - m * m
    # |t| uniform in ln between a millionth of the largest and it: dσ/dln|t| is bounded
    largest = a**2 / s
    span = math.log(1e6)
    transfer = largest * np.exp(-span * random.random(n))
    sigma = (1 - transfer / a) * span  # in units of A
    # k3 in the rest frame of the sum, at that angle to k1 and any azimuth
    speed = momentum / total[:, None]
    gamma = total / np.sqrt(s)
    rest = _boosted(k1, e1, speed, gamma)
    size = np.sqrt((rest**2).sum(axis=1))
    axis = rest / size[:, None]
    cos = 1 - transfer / (2 * size**2)
    turned = _turned(axis, cos, 2 * np.pi * random.random(n))
    e3 = gamma * (size + (size[:, None] * turned * speed).sum(axis=1))
    e4 = total - e3
    f = [1 / (np.exp(e / t) + 1) for e in (e1, e2, e3, e4)]
    flux = a / (2 * e1 * e2)
    # dρ/dt over ΔT = ∫ d³k₁ d³k₂ /(2π)⁶ · 2 (ν, ν̄) · 4 (e±, spins) σ v (E₁−E₃)²/2 …
    factor = f[0] * f[1] * (1 - f[2]) * (1 - f[3])
    value = sigma * flux * (e1 - e3) ** 2 / 2 * factor * (4 * np.pi * e1 * p2) ** 2
    value *= 8 / (2 * np.pi) ** 6 / density
    expected = 12 / math.pi**4 * collision_factor("magnetic scattering", t)
    error = value.std() / math.sqrt(n)
    assert error < 0.01 * expected
    assert value.mean() == pytest.approx(expected, abs=4 * error)


def _directions(random: np.random.Generator, n: int) -> FloatArray:
    cos, phi = 2 * random.random(n) - 1, 2 * np.pi * random.random(n)
    sin = np.sqrt(1 - cos**2)
    return np.stack([sin * np.cos(phi), sin * np.sin(phi), cos], axis=1)


def _boosted(
    k: FloatArray, e: FloatArray, speed: FloatArray, gamma: FloatArray
) -> FloatArray:
    along = (k * speed).sum(axis=1)
    square = (speed**2).sum(axis=1)
    return np.asarray(k + (((gamma - 1) * along / square - gamma * e)[:, None]) * speed)


def _turned(axis: FloatArray, cos: FloatArray, phi: FloatArray) -> FloatArray:
    helper = np.where(np.abs(axis[:, :1]) < 0.7, [[1.0, 0, 0]], [[0, 1.0, 0]])
    one = np.cross(axis, helper)
    one /= np.linalg.norm(one, axis=1)[:, None]
    two = np.cross(axis, one)
    sin = np.sqrt(np.maximum(1 - cos**2, 0))
    return np.asarray(
        cos[:, None] * axis
        + (sin * np.cos(phi))[:, None] * one
        + (sin * np.sin(phi))[:, None] * two
    )


@pytest.mark.parametrize("screening", ["debye", "talk"])
def test_the_number_of_scatterings_by_two_routes(screening: Screening) -> None:
    """Four dimensions with a matrix element, or three with a cross section."""
    t = 0.7
    mass2 = float(nu.cosmology.debye_mass(t) / t) ** 2
    average = scattering_average(M_ELECTRON / t, mass2, screening)
    assert scatterings(t, screening, False) == pytest.approx(average, rel=3e-5)


def test_blocking_leaves_most() -> None:
    free, blocked = (
        float(nu.cosmology.number_factor(1.0, blocking=b)) for b in (False, True)
    )
    assert blocked / free == pytest.approx(blocking_factor(1.0, "debye"), rel=1e-4)
    assert 0.8 < blocked / free < 0.9
    # between the massless value of a soft photon and none for cold, dilute electrons
    cold = nu.cosmology.number_factor(0.05, blocking=True)
    assert cold / nu.cosmology.number_factor(0.05) > blocked / free


def test_what_cannot_be_asked_for() -> None:
    for arguments, told in (
        ({"kind": "strong"}, "kind of collision"),
        ({"flavour": "nu_s"}, "flavour"),
        ({"screening": "full"}, "screening"),
        ({"temperature": 0.0}, "temperature must be positive"),
        ({"order": 2}, "order must lie"),
    ):
        given = {"kind": "magnetic scattering", "temperature": 1.0, **arguments}
        with pytest.raises(nu.NuprobeError, match=told):
            collision_factor(**given)  # type: ignore[arg-type]
