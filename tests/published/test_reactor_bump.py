"""The excess of Daya Bay's unfolded spectrum, fitted without the inference floor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.fluxes import reactor_errors
from nuprobe.reproductions.recipes import reactor_bump

DATA = Path(nu.__file__).parent / "reproductions" / "data"
FRACTIONS = {"U235": 0.561, "U238": 0.076, "Pu239": 0.307, "Pu241": 0.056}


def _rows(name: str) -> np.ndarray:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    numbers = [line for line in lines if line[0].isdigit()]
    return np.array([[float(x) for x in line.split(",")] for line in numbers])


def test_free_excess_by_least_squares() -> None:
    low, high, value = _rows("daya_bay_spectrum.csv").T
    covariance = np.zeros((26, 26))
    for row, column, entry in _rows("daya_bay_spectrum_covariance.csv"):
        i, j = int(row) - 1, int(column) - 1
        covariance[i, j] = covariance[j, i] = entry
    means, excess = [], []
    for name, share in FRACTIONS.items():
        source = nu.flux(
            "reactor",
            fractions={name: 1.0},
            low_energy="none",
            lowest=1.8,
            highest=12.0,
        )
        # midpoints of each bin
        e = low[:, None] + (high - low)[:, None] * (np.arange(200) + 0.5) / 200
        rate = share * source.spectrum("nubar_e", e) * nu.ibd.total(e) * 1e46
        means.append(rate.mean(axis=1))
        excess.append((rate * np.exp(-(((e - 5.8) / 0.6) ** 2) / 2)).mean(axis=1))
    errors = reactor_errors(np.clip((low + high) / 2, 1.8, 10), list(FRACTIONS))
    spread = errors.covariance()
    covariance += np.einsum("in,injm,jm->nm", means, spread, means)
    inverse = np.linalg.inv(covariance)
    columns = np.stack([np.sum(means, axis=0), np.sum(excess, axis=0)], axis=1)
    both = np.linalg.inv(columns.T @ inverse @ columns)
    norm, bump = both @ columns.T @ inverse @ value
    left = value - columns @ [norm, bump]
    assert reactor_bump("amplitude") == pytest.approx(100 * bump / norm, rel=1e-3)
    assert reactor_bump("error") == pytest.approx(
        100 * both[1, 1] ** 0.5 / norm, rel=5e-3
    )
    assert reactor_bump("best") == pytest.approx(left @ inverse @ left, rel=1e-3)
    assert 100 * bump / norm == pytest.approx(13.4, abs=0.1)
