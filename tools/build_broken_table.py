"""Rebuild src/nuprobe/processes/trident/data/broken-nucleons.npz, the cross sections of
tridents on broken nucleons as functions of the energy.

    python tools/build_broken_table.py

Needs the tables of the leptons; prints the error measured at random energies.
"""

from __future__ import annotations

import io
import math
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from nuprobe.files import atomic_write
from nuprobe.processes.trident.broken import BrokenTable
from nuprobe.processes.trident.inelastic import (
    FINE,
    KINDS,
    PAIRS,
    broken_threshold,
    by_quadrature,
)
from nuprobe.processes.trident.tables import chebyshev, chebyshev_roots

DATA = (
    Path(__file__).parent.parent / "src" / "nuprobe" / "processes" / "trident" / "data"
)
NODES = 56
LOWEST = 0.05  # of E/E0 − 1
HIGHEST = 3e6  # MeV, where the contact theory fails
CHECKED = 8  # energies


def functions(e_nu: np.ndarray, pair: tuple[float, float], kind: str) -> np.ndarray:
    """ln VV, ln AA and VA/(VV + AA), shape (3, energies)."""
    values = by_quadrature(e_nu, pair, kind, FINE)
    return np.stack(
        [
            np.log(values[:, 0]),
            np.log(values[:, 1]),
            values[:, 2] / (values[:, 0] + values[:, 1]),
        ]
    )


def make(which: tuple[int, int]) -> tuple[float, float, np.ndarray]:
    """Range and series of one pair on one nucleon."""
    start = time.perf_counter()
    pair, kind = PAIRS[which[0]], KINDS[which[1]]
    threshold = broken_threshold(kind, pair)
    low, high = math.log(LOWEST), math.log(HIGHEST / threshold - 1)
    roots = chebyshev_roots(NODES)
    u = low + (high - low) * (roots + 1) / 2
    values = functions(threshold * (1 + np.exp(u)), pair, kind)
    matrix = 2 / NODES * chebyshev(roots, NODES)
    matrix[:, 0] /= 2
    print(which, f"{time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return low, high, values @ matrix


def check(which: tuple[int, int], table: BrokenTable) -> float:
    """Largest relative error of VV and AA at random energies."""
    pair, kind = PAIRS[which[0]], KINDS[which[1]]
    random = np.random.default_rng(which)
    low, high = table.low[which], table.high[which]
    u = low + (high - low) * random.random(CHECKED)
    e_nu = broken_threshold(kind, pair) * (1 + np.exp(u))
    finer = replace(FINE, w=FINE.w + 4, q=FINE.q + 4)
    truth = by_quadrature(e_nu, pair, kind, finer)
    found = table.kernels(e_nu, pair, kind)
    size = np.abs(truth)
    size[:, 2] = size[:, 0] + size[:, 1]
    return float((np.abs(found - truth) / size).max())


def main() -> None:
    """Build, measure and write."""
    every = list(product(range(len(PAIRS)), range(len(KINDS))))
    shape = len(PAIRS), len(KINDS)
    with ProcessPoolExecutor(2) as pool:
        made = list(pool.map(make, every))
        low = np.array([m[0] for m in made]).reshape(shape)
        high = np.array([m[1] for m in made]).reshape(shape)
        series = np.array([m[2] for m in made]).reshape(*shape, 3, NODES)
        table = BrokenTable(low, high, series, 0.0)
        errors = list(pool.map(check, every, [table] * len(every)))
    print(dict(zip(every, (f"{e:.1e}" for e in errors), strict=True)))
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, low=low, high=high, series=series, error=np.array(max(errors))
    )
    content = buffer.getvalue()
    atomic_write(DATA / "broken-nucleons.npz", content)
    print(f"{len(content) / 1e3:.0f} kB, error {max(errors):.1e}")


if __name__ == "__main__":
    main()
