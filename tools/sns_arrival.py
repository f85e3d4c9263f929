"""Arrival times at the Spallation Neutron Source from its proton pulse and the decays
of pion and muon.

A Gaussian pulse (mean, standard deviation) is convolved with the exponential decay of
the pion, and again with that of the muon; both convolutions are known in closed form.
Used by the scripts that write an experiment's flux folder.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.special import log_ndtr, ndtr

TAU_PION, TAU_MUON = 0.026033, 2.1969811  # µs, ParticleDataGroup:2024cfk


def decay_cdf(t: np.ndarray, mean: float, width: float, tau: float) -> np.ndarray:
    """Probability that a decay of lifetime `tau` after a Gaussian start happened before
    t."""
    z = (t - mean) / width
    return ndtr(z) - np.exp(
        width**2 / (2 * tau**2) - (t - mean) / tau + log_ndtr(z - width / tau)
    )


def arrival(
    edges: np.ndarray, mean: float, width: float
) -> tuple[np.ndarray, np.ndarray]:
    """Probability in each bin of pion-decay (prompt) and muon-decay (delayed)
    neutrinos; all times in µs."""
    prompt = decay_cdf(edges, mean, width, TAU_PION)
    delayed = (
        TAU_MUON * decay_cdf(edges, mean, width, TAU_MUON) - TAU_PION * prompt
    ) / (TAU_MUON - TAU_PION)
    return np.clip(np.diff(prompt), 0, None), np.clip(np.diff(delayed), 0, None)


def write(path: Path, origin: str, mean: float, width: float) -> None:
    """Write the table of a flux folder: 25-ns bins to 2 µs, 250-ns bins to 15 µs."""
    edges = np.concatenate([np.arange(-20, 80) * 0.025, 2 + np.arange(53) * 0.25])
    prompt, delayed = arrival(edges, mean, width)
    lines = [
        f"{a:g},{b:g},{p:.8g},{d:.8g}"
        for a, b, p, d in zip(edges[:-1], edges[1:], prompt, delayed, strict=True)
    ]
    path.write_text(
        origin + "low_us,high_us,prompt,delayed\n" + "\n".join(lines) + "\n"
    )
