"""Add the column `more_tritium` to the table of electron recoils in PandaX-4T.

Usage: python tools/build_pandax_4t_er_2024.py

It is the background plus the events of run 1 from tritiated methane at its
concentration after distillation (abstract of arXiv:2510.24090): the allowed beta
spectrum with efficiency over the true energy and resolution of the experiment.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.special import ndtr

PACKAGE = Path(__file__).parent.parent / "src" / "nuprobe"
FOLDER = PACKAGE / "experiments" / "library" / "pandax-4t-er-2024"
CONCENTRATION = 5.9e-25  # CH3T per xenon atom
ENDPOINT, ELECTRON, ALPHA = 18.59, 510.999, 1 / 137.036  # keV
HALF_LIFE = 12.32 * 365.25  # days
TONNE_DAYS = 363.3
ATOMS = 6.02214e23 * 1e6 / 131.293  # of xenon per tonne


def spectrum(t: np.ndarray) -> np.ndarray:
    """Electrons per keV of one decay, with the Fermi function of helium for slow
    electrons."""
    momentum = np.sqrt(t * (t + 2 * ELECTRON))
    energy = t + ELECTRON
    eta = 2 * np.pi * 2 * ALPHA * energy / momentum
    fermi = eta / -np.expm1(-eta)
    shape = fermi * momentum * energy * (ENDPOINT - t) ** 2
    return np.asarray(shape / np.trapezoid(shape, t))


def main() -> None:
    """Write the column anew."""
    true = np.linspace(1e-3, ENDPOINT, 20_001)
    seen, efficiency = np.loadtxt(
        FOLDER / "efficiency.csv", delimiter=",", comments="#", skiprows=4, unpack=True
    )
    decays = CONCENTRATION * ATOMS * np.log(2) / HALF_LIFE * TONNE_DAYS
    rate = decays * spectrum(true) * np.interp(true, seen, efficiency, left=0.0)
    sigma = 0.296 * np.sqrt(true) + 0.0254 * true
    edges = np.arange(31.0)
    below = ndtr((edges[:, None] - true) / sigma)
    events = np.trapezoid(np.diff(below, axis=0) * rate, true, axis=1)
    table = FOLDER / "counts.csv"
    head, columns, *rows = table.read_text(encoding="utf-8").splitlines()
    kept = [row.split(",")[:4] for row in rows]
    lines = [head, ",".join([*columns.split(",")[:4], "more_tritium"])]
    for row, more in zip(kept, events, strict=True):
        lines.append(",".join([*row, f"{float(row[3]) + more:.2f}"]))
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{decays:.1f} decays, {events.sum():.1f} events")


if __name__ == "__main__":
    main()
