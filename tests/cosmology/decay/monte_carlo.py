"""The cascade by Monte Carlo: each photon and electron is followed from collision to
collision with exact kinematics, nothing is expanded in hat functions.

Black-body photons are drawn from Planck's law with their angles, electrons and photons
scatter by Klein and Nishina in the rest frame of the electron, pairs are made by Breit
and Wheeler in the centre of mass. Only the total rates of photons, which say what
happens next, and the leptons of pairs on nuclei are those of the package; both are
compared with other integrals in ``test_processes.py``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nuprobe.constants import HBAR_MEV_S, HBARC_MEV_CM, M_ELECTRON
from nuprobe.cosmology.decay import processes as p
from nuprobe.cosmology.decay.disintegration import cross_sections
from nuprobe.numerics import FloatArray

LOWEST = 1.5
_M = M_ELECTRON
_C = HBARC_MEV_CM / HBAR_MEV_S
_SOFTEST = 25.0  # of ε/T that still makes a photon worth following


def _pick(
    rng: np.random.Generator, table: FloatArray, density: FloatArray
) -> FloatArray:
    """One value for each row from densities on a grid, (n, points), linear between."""
    steps = (density[:, 1:] + density[:, :-1]) / 2 * np.diff(table, axis=1)
    total = np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], 1)
    wanted = rng.random(len(steps)) * total[:, -1]
    k = np.minimum((total <= wanted[:, None]).sum(axis=1) - 1, steps.shape[1] - 1)
    row = np.arange(len(steps))
    share = (wanted - total[row, k]) / np.maximum(steps[row, k], 1e-300)
    return np.asarray(table[row, k] + share * (table[row, k + 1] - table[row, k]))


def _planck(rng: np.random.Generator, n: int) -> FloatArray:
    """u = ε/T of photons, u²/(eᵘ − 1): a sum of gamma distributions e^−ku u²."""
    k = np.arange(1, 400)
    chosen = rng.choice(k, n, p=k**-3.0 / (k**-3.0).sum())
    return np.asarray(rng.gamma(3.0, 1.0, n) / chosen)


def _angle(rng: np.random.Generator, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cosine in Klein–Nishina scattering of photons of x = ε/m on electrons at rest,
    and the energy left over the one before: by rejection."""
    cosine, ratio = np.empty_like(x), np.empty_like(x)
    left = np.arange(x.size)
    while left.size:
        # log-uniform in the energy left, dcos = dr/(x r²), so that weights stay flat
        least = 1 / (1 + 2 * x[left])
        r = least ** rng.random(left.size)
        c = 1 - (1 / r - 1) / x[left]
        weight = r**2 * (r + 1 / r - 1 + c**2) / r**2 * r
        bound = 2.0
        good = rng.random(left.size) * bound < weight
        cosine[left[good]], ratio[left[good]] = c[good], r[good]
        left = left[~good]
    return cosine, ratio


def _klein_nishina(x: FloatArray) -> FloatArray:
    """Total cross section over Thomson's."""
    y = np.maximum(x, 1e-2)
    long = np.log1p(2 * y)
    found = (1 + y) / y**3 * (2 * y * (1 + y) / (1 + 2 * y) - long)
    found = 0.75 * (found + long / (2 * y) - (1 + 3 * y) / (1 + 2 * y) ** 2)
    return np.where(x < 1e-2, 1 - 2 * x + 5.2 * x**2, found)


def inverse_compton(
    rng: np.random.Generator, e: FloatArray, t: float
) -> tuple[FloatArray, FloatArray]:
    """Energies of photon and electron after a collision of electrons with the black
    body."""
    gamma = e / _M
    beta = np.sqrt(1 - 1 / gamma**2)
    soft, mu = np.empty_like(e), np.empty_like(e)
    left = np.arange(e.size)
    while left.size:
        u = _planck(rng, left.size) * t
        c = 2 * rng.random(left.size) - 1
        flux = (1 - beta[left] * c) / 2
        seen = gamma[left] * u * (1 - beta[left] * c) / _M
        good = rng.random(left.size) < flux * _klein_nishina(seen)
        soft[left[good]], mu[left[good]] = u[good], c[good]
        left = left[~good]
    before = gamma * soft * (1 - beta * mu)
    cosine, ratio = _angle(rng, before / _M)
    entering = (mu - beta) / (1 - beta * mu)
    turn = np.cos(2 * np.pi * rng.random(e.size))
    sines = np.sqrt(np.maximum((1 - entering**2) * (1 - cosine**2), 0.0))
    leaving = entering * cosine + sines * turn
    out = gamma * before * ratio * (1 + beta * leaving)
    return out, e + soft - out


def _breit_wheeler(s: FloatArray) -> FloatArray:
    """s σ up to a constant."""
    b = np.sqrt(np.maximum(1 - 4 * _M**2 / s, 0.0))
    b = np.minimum(b, 1 - 1e-15)
    return np.asarray((3 - b**4) * np.log((1 + b) / (1 - b)) - 2 * b * (2 - b**2))


def pairs(rng: np.random.Generator, e: FloatArray, t: float) -> FloatArray:
    """Energies of both leptons of γγ → e⁺e⁻ on the black body, (2, n)."""
    low = _M**2 / (e * t)
    u = low[:, None] + np.concatenate([[0.0], np.geomspace(1e-4, 60.0, 400)])
    w = np.concatenate([[1.0], 1 + np.geomspace(1e-6, 1e8, 4000)])  # s/4m²
    inner = _breit_wheeler(4 * _M**2 * w)
    total = np.concatenate(
        [[0.0], np.cumsum((inner[1:] + inner[:-1]) / 2 * np.diff(w))]
    )
    below = np.interp(u / low[:, None], w, total)
    # occupied, over e^−low, which may be tiny
    density = below * np.exp(low[:, None] - u) / -np.expm1(-u)
    energy = _pick(rng, u, density) * t
    top = np.interp(e * energy / _M**2, w, total)
    s = 4 * _M**2 * np.interp(rng.random(e.size) * top, total, w)
    b = np.sqrt(np.maximum(1 - 4 * _M**2 / s, 1e-12))
    # of the angle in the centre of mass; rapidity y = artanh(b cos) flattens the poles
    y = np.arctanh(b)[:, None] * np.linspace(-1, 1, 401)
    c = np.tanh(y) / b[:, None]
    square, flat = b[:, None] ** 2, 1 - c**2
    shape = 1 + 2 * square * flat - square**2 - square**2 * flat**2
    cosine = _pick(rng, c, shape / (1 - square * c**2) ** 2)
    boost = (e + energy) / np.sqrt(s)
    speed = np.sqrt(1 - 1 / boost**2)
    # between the photon in the centre of mass and the direction of the boost
    along = np.clip((2 * e / (e + energy) - 1) / speed, -1, 1)
    turn = np.cos(2 * np.pi * rng.random(e.size))
    axis = along * cosine + turn * np.sqrt((1 - along**2) * (1 - cosine**2))
    one = (e + energy) / 2 * (1 + speed * b * axis)
    return np.stack([one, e + energy - one])


def on_nuclei(rng: np.random.Generator, e: FloatArray, medium: p.Medium) -> FloatArray:
    """Energies of both leptons of pairs on nuclei, (2, n)."""
    grid = np.linspace(0.0, np.pi, 401)
    out = e[:, None] / 2 - (e[:, None] / 2 - _M) * np.cos(grid)
    shape = p.bethe_heitler_spectrum(
        out, np.broadcast_to(e[:, None], out.shape), medium
    )
    one = _pick(rng, out, shape)
    return np.stack([one, e - one])


def compton(rng: np.random.Generator, e: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Photon and electron of Compton scattering."""
    ratio = _angle(rng, e / _M)[1]
    return e * ratio, e + _M - e * ratio


def light_by_light(rng: np.random.Generator, e: FloatArray) -> FloatArray:
    """Both photons of γγ → γγ, (3 + cos²)² in the centre of mass."""
    grid = np.broadcast_to(np.linspace(-1, 1, 401), (e.size, 401))
    x = (1 + _pick(rng, grid, (3 + grid**2) ** 2)) / 2
    return np.stack([x * e, (1 - x) * e])


Tally = Callable[[FloatArray, FloatArray], None]


def follow(energy: float, medium: p.Medium, n: int, seed: int, tally: Tally) -> None:
    """Follow n photons and all they make down to `LOWEST`.

    `tally` gets the energies of photons that collide and their mean times, 1/rate in
    1/MeV: sums of both are ∫N dE.
    """
    rng = np.random.default_rng(seed)
    t = medium.temperature
    photons, electrons = np.full(n, energy), np.empty(0)
    while photons.size or electrons.size:
        new_photons: list[FloatArray] = []
        new_electrons: list[FloatArray] = []
        if photons.size:
            rates = np.stack(
                [
                    p.pair_production(photons, medium),
                    p.photon_scattering(photons, medium),
                    p.compton(photons, medium),
                    p.bethe_heitler(photons, medium),
                ]
            )
            total = rates.sum(axis=0)
            tally(photons, 1 / total)
            share = np.cumsum(rates, axis=0) / total
            which = (rng.random(photons.size) > share).sum(axis=0)
            new_electrons += list(pairs(rng, photons[which == 0], t))
            new_photons += list(light_by_light(rng, photons[which == 1]))
            photon, electron = compton(rng, photons[which == 2])
            new_photons.append(photon)
            new_electrons.append(electron)
            new_electrons += list(on_nuclei(rng, photons[which == 3], medium))
        if electrons.size:
            photon, electron = inverse_compton(rng, electrons, t)
            new_photons.append(photon)
            new_electrons.append(electron)
        photons = np.concatenate([*new_photons, np.empty(0)])
        electrons = np.concatenate([*new_electrons, np.empty(0)])
        photons = photons[photons > LOWEST]
        w = 4 * electrons * _SOFTEST * t / _M**2
        electrons = electrons[electrons * w / (1 + w) > LOWEST]


def strengths(
    energy: float, medium: p.Medium, n: int, seed: int = 1, parts: int = 10
) -> tuple[FloatArray, FloatArray]:
    """Disintegrations of each channel for one photon injected a cm³, in cm³, and their
    standard errors, (channels,) both."""
    found: list[FloatArray] = []
    for part in range(parts):
        total = np.zeros(len(cross_sections(np.ones(1))))

        def tally(e: FloatArray, time: FloatArray, total: FloatArray = total) -> None:
            total += cross_sections(e) @ time

        follow(energy, medium, n // parts, seed + part, tally)
        found.append(total / (n // parts) * HBAR_MEV_S * _C)
    table = np.stack(found)
    return table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(parts)
