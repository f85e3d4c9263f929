"""The matrix element at single points: explicit Dirac matrices in 40 digits, and the
structure functions as average."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest
from tests.nightly import mostly_nightly

from nuprobe.constants import M_ELECTRON, M_MUON, M_PROTON, M_TAU
from nuprobe.events import amplitudes, kernels
from nuprobe.numerics import gauss_legendre
from nuprobe.processes.trident.lepton import pair_functions, structure


def terms_at(
    s: float, k2: float, q2: float, x: float, t: float, phi: float, psi: float,
    e_nu: float, mass: float, m_minus: float, m_plus: float, c: float, g: float,
) -> tuple[float, float, float]:  # fmt: skip
    """The compiled matrix element; that of plain NumPy beside it agrees."""
    at = (s, k2, q2, x), (t, phi, psi), e_nu, (mass, m_minus, m_plus), (c, g)
    found = kernels.terms_at(*at)
    size = 1e-12 * (found[0] + found[1])
    for plain, value in zip(amplitudes.terms_at(*at), found, strict=True):
        assert abs(plain - value) <= max(1e-12 * abs(value), size)
    return found


mp_ = mp.MPContext()
mp_.dps = 40
Vector = list[Any]
Matrix = Any


def gammas() -> list[Matrix]:
    pauli: list[Any] = [[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]]
    result = [mp_.diag([1, 1, -1, -1])]
    for p in pauli:
        g = mp_.zeros(4)
        for i in range(2):
            for j in range(2):
                g[i, 2 + j], g[2 + i, j] = mp_.mpc(p[i][j]), -mp_.mpc(p[i][j])
        result.append(g)
    return result


GAMMA = gammas()
GAMMA5 = 1j * GAMMA[0] * GAMMA[1] * GAMMA[2] * GAMMA[3]
ONE = mp_.eye(4)
SIGNS = (1, -1, -1, -1)


def product(a: Vector, b: Vector) -> Any:
    return a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]


def slash(a: Vector) -> Matrix:
    return sum(
        (s * x * g for s, x, g in zip(SIGNS, a, GAMMA, strict=True)), mp_.zeros(4)
    )


def trace(m: Matrix) -> Any:
    return sum(m[i, i] for i in range(4))


def explicit(
    s: float, k2: float, q2: float, x: float, t: float, phi: float, psi: float,
    e_nu: float, mass: float, m_minus: float, m_plus: float, c: float, g: float,
) -> tuple[list[float], float]:  # fmt: skip
    """VV, AA, VA as `terms_at` gives them, by traces; and by how much the momenta miss
    what they should be."""
    f = mp_.mpf
    s, k2, q2, x, t, phi, psi, e_nu, mass, mm, mp1, c, g = (
        f(v) for v in (s, k2, q2, x, t, phi, psi, e_nu, mass, m_minus, m_plus, c, g)
    )
    root = mp_.sqrt(s)
    # rest frame of the pair, q along +z, k1 in the xz-plane
    q0 = (s - q2 + k2) / (2 * root)
    kz = mp_.sqrt(q0**2 + q2)
    q, k = [q0, f(0), f(0), kz], [root - q0, f(0), f(0), -kz]
    # k1·q = x/2 and k1·K = −K²/2
    energy = (x / 2 - k2 / 2) / root
    z = (q0 * energy - x / 2) / kz
    k1 = [energy, mp_.sqrt(energy**2 - z**2), f(0), z]
    out = [a - b for a, b in zip(k1, k, strict=True)]
    p = mp_.sqrt((s - (mm + mp1) ** 2) * (s - (mm - mp1) ** 2)) / (2 * root)
    e1 = (s + mm**2 - mp1**2) / (2 * root)

    def d(cos: Any) -> tuple[Any, Any]:
        return (
            2 * (e1 * q0 - p * kz * cos) + q2,
            2 * ((root - e1) * q0 + p * kz * cos) + q2,
        )

    low, high = (mp_.log(a / b) for a, b in (d(f(1)), d(f(-1))))
    y = low + (high - low) * t
    u = s + k2 + q2
    d1 = u / (1 + mp_.exp(-y))
    cos = (2 * e1 * q0 + q2 - d1) / (2 * p * kz)
    sin = mp_.sqrt(1 - cos**2)
    minus = [e1, p * sin * mp_.cos(phi), p * sin * mp_.sin(phi), p * cos]
    plus = [root - e1, *(-v for v in minus[1:])]
    # the target: P·q = −Q²/2, P·k1 = EM, P² = M²; ψ turns it about k1 and q
    beta = 2 * e_nu * mass / x
    alpha = q2 * (2 * beta - 1) / x
    size = mp_.sqrt(q2 * beta * (beta - 1) - mass**2)
    # a vector ⊥ k1 and q in the xz-plane, from x̂ by subtraction
    first = [f(0), f(1), f(0), f(0)]
    a = 2 * (product(first, q) + 2 * q2 / x * product(first, k1)) / x  # times k1
    b = 2 * product(first, k1) / x
    first = [v - a * v1 - b * v2 for v, v1, v2 in zip(first, k1, q, strict=True)]
    norm = mp_.sqrt(-product(first, first))
    first = [v / norm for v in first]
    target = [
        alpha * v1 + beta * v2 + size * (mp_.cos(psi) * v3 + mp_.sin(psi) * v4)
        for v1, v2, v3, v4 in zip(k1, q, first, [f(0), f(0), f(1), f(0)], strict=True)
    ]
    misses = [
        product(target, target) / mass**2 - 1,
        product(target, k1) / (e_nu * mass) - 1,
        2 * product(target, q) / q2 + 1,
        product(out, out) / s,
        product(minus, minus) / mm**2 - 1,
        product(plus, plus) / mp1**2 - 1,
        product(q, q) / q2 + 1,
    ]
    # traces
    f1 = (slash([a - b for a, b in zip(minus, q, strict=True)]) + mm * ONE) / (
        product(q, q) - 2 * product(minus, q)
    )
    f2 = (slash([a - b for a, b in zip(q, plus, strict=True)]) + mp1 * ONE) / (
        product(q, q) - 2 * product(plus, q)
    )
    neutrino = [
        [
            trace(
                slash(out)
                * GAMMA[i]
                * (ONE - GAMMA5)
                * slash(k1)
                * (ONE + GAMMA5)
                * GAMMA[j]
            )
            for j in range(4)
        ]
        for i in range(4)
    ]

    def contracted(v: int, a: int, photon: Vector) -> Any:
        eps = slash(photon)
        lines = []
        for i in range(4):
            vertex = SIGNS[i] * GAMMA[i] * (v * ONE - a * GAMMA5)
            lines.append(eps * f1 * vertex + vertex * f2 * eps)
        bars = [GAMMA[0] * line.transpose_conj() * GAMMA[0] for line in lines]
        left = [
            (slash(minus) + mm * ONE) * line * (slash(plus) - mp1 * ONE)
            for line in lines
        ]
        return sum(
            (neutrino[i][j] * trace(left[i] * bars[j])).real
            for i in range(4)
            for j in range(4)
        )

    flow = [2 * a - b for a, b in zip(target, q, strict=True)]
    axes = [[f(int(i == j)) for j in range(4)] for i in range(4)]

    def everything(v: int, a: int) -> Any:
        magnetic = sum(
            -sign * contracted(v, a, axis)
            for sign, axis in zip(SIGNS, axes, strict=True)
        )
        return c * contracted(v, a, flow) + g * q2 * magnetic

    vv, aa, both, odd = (
        everything(*pair) for pair in ((1, 0), (0, 1), (1, 1), (1, -1))
    )
    dcos = (high - low) * d1 * (u - d1) / (2 * u * p * kz)
    space = p / (8 * mp_.pi * root) * dcos / (16 * mp_.pi**2 * x)
    return [float(w * space) for w in (vv, aa, (both - odd) / 2)], float(
        max(abs(m) for m in misses)
    )


def point(
    random: np.random.Generator,
    e_nu: float,
    mass: float,
    m_minus: float,
    m_plus: float,
    q: float,
) -> tuple[Any, ...]:
    """A point somewhere inside phase space at a given Q."""
    q2 = q * q
    x_max = 4 * e_nu * mass * q / (q + np.hypot(q, 2 * mass))
    s_min = (m_minus + m_plus) ** 2
    x = (s_min + q2) * (x_max / (s_min + q2)) ** random.uniform(0.2, 0.95)
    s = s_min * ((x - q2) / s_min) ** random.uniform(0.2, 0.9)
    k2 = x * (1 - s / (x - q2)) * random.uniform(0.02, 0.95) ** 3
    t, (phi, psi) = random.uniform(), random.uniform(0, 2 * np.pi, 2)
    return s, k2, q2, x, t, phi, psi, e_nu, mass, m_minus, m_plus


AR40 = 37215.53
CASES = [
    # E, M, m₋, m₊, Q
    (5e3, AR40, M_MUON, M_MUON, 40.0),
    (700.0, AR40, M_MUON, M_ELECTRON, 60.0),
    (700.0, AR40, M_ELECTRON, M_MUON, 60.0),
    (20e3, M_PROTON, M_TAU, M_ELECTRON, 900.0),
    (20e3, M_PROTON, M_MUON, M_TAU, 700.0),
    (60e3, M_ELECTRON, M_MUON, M_MUON, 120.0),
    (5.0, M_ELECTRON, M_ELECTRON, M_ELECTRON, 0.9),
    # electrons from a photon of 1 keV
    (100e3, AR40, M_ELECTRON, M_ELECTRON, 1e-3),
    (100e3, AR40, M_ELECTRON, M_ELECTRON, 10.0),
]


@pytest.mark.parametrize(("e_nu", "mass", "m_minus", "m_plus", "q"), CASES)
def test_matrix_element_against_dirac_traces(
    e_nu: float, mass: float, m_minus: float, m_plus: float, q: float
) -> None:
    c, g = (1.0, 0.0) if mass == AR40 else (0.7, 2.3)
    at: Any = point(np.random.default_rng(3), e_nu, mass, m_minus, m_plus, q)
    at = (*at, c, g)
    expected, miss = explicit(*at)
    got = terms_at(*at)
    assert miss < 1e-15
    assert got[:2] == pytest.approx(expected[:2], rel=1e-9, abs=0)
    assert got[2] == pytest.approx(
        expected[2], rel=0, abs=1e-9 * (expected[0] + expected[1])
    )
    # V·A is there at a point even for equal masses
    assert abs(expected[2]) > 1e-6 * (expected[0] + expected[1])


@pytest.mark.parametrize(
    ("e_nu", "mass", "m_minus", "m_plus", "q"), mostly_nightly(CASES, CASES[::3])
)
def test_average_over_angles_is_the_structure_functions(
    e_nu: float, mass: float, m_minus: float, m_plus: float, q: float
) -> None:
    s, k2, q2, x, *_ = point(np.random.default_rng(8), e_nu, mass, m_minus, m_plus, q)
    c, g = 0.4, 1.7
    t, w = gauss_legendre(64)
    angles = (
        2 * np.pi * np.arange(5) / 5
    )  # exact: a trigonometric polynomial of degree 2 in each
    got = np.zeros(3)
    for place, weight in zip(t, w, strict=True):
        for phi in angles:
            for psi in angles:
                got += (
                    weight
                    / 25
                    * np.array(
                        terms_at(
                            s,
                            k2,
                            q2,
                            x,
                            place,
                            phi,
                            psi,
                            e_nu,
                            mass,
                            m_minus,
                            m_plus,
                            c,
                            g,
                        )
                    )
                )
    arrays = np.array(s), np.array(k2), np.array(q2)
    a, y = structure(
        pair_functions(*arrays, m_minus, m_plus, 64), *arrays, np.array([x])
    )[..., 0]
    x_max = 4 * e_nu * mass * q / (q + np.hypot(q, 2 * mass))
    r, b = x_max / x, 2 * e_nu * mass * q2 / x_max
    electric = a * (r - 1) * ((mass**2 + b) * r + mass**2) + y * (
        (mass**2 + b) * r**2 - b * r + q2 / 4
    )
    expected = 4 * c * electric + g * q2 * (2 * a - y)
    assert got[:2] == pytest.approx(expected[:2], rel=1e-9, abs=0)
    assert got[2] == pytest.approx(expected[2], rel=0, abs=1e-9 * expected[:2].sum())


def test_mirror_image_and_exchange_of_leptons() -> None:
    """No correlation that time reversal forbids; ℓ⁻ ↔ ℓ⁺ flips the sign of V·A."""
    random = np.random.default_rng(5)
    for e_nu, mass, m_minus, m_plus, q in CASES:
        s, k2, q2, x, t, phi, psi, *_ = point(random, e_nu, mass, m_minus, m_plus, q)
        rest: Any = e_nu, mass, m_minus, m_plus, 1.0, 0.5
        one = terms_at(s, k2, q2, x, t, phi, psi, *rest)
        mirror = terms_at(s, k2, q2, x, t, -phi, -psi, *rest)
        other = terms_at(
            s, k2, q2, x, 1 - t, phi + np.pi, psi, e_nu, mass, m_plus, m_minus, 1.0, 0.5
        )
        assert mirror == pytest.approx(one, rel=1e-9, abs=1e-12 * one[0])
        assert other == pytest.approx(
            (one[0], one[1], -one[2]), rel=1e-9, abs=1e-12 * one[0]
        )
