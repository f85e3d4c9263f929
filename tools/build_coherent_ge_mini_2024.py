"""Write the tables of the Ge-Mini experiment.

Usage: python tools/build_coherent_ge_mini_2024.py FOLDER

FOLDER is a copy of github.com/emmaeline/Ge_paper_signalExpectation, the signal
expectation of a member of COHERENT: efficiencies of five detectors by energy, which are
averaged here with their exposures. The counts follow from the published ones alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import sns_arrival
from scipy.optimize import brentq

FOLDER = (
    Path(__file__).parent.parent
    / "src"
    / "nuprobe"
    / "experiments"
    / "library"
    / "coherent-ge-mini-2024"
)
EXPOSURES = {21: 0.65, 23: 0.77, 25: 0.74, 26: 0.36, 28: 0.85}  # GWh
FOUND, PLUS, MINUS = 20.6, 7.1, 6.3
WINDOWS = ((1.5, 8.5), (10.6, 20.0))  # keVee


def efficiency(folder: Path) -> None:
    """Mean efficiency at energies inside the two windows, 0 between them."""
    grid = np.array([1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.2, 2.4, 2.7, 3.0, 3.5, 8.5])
    weights = np.array(list(EXPOSURES.values()))
    values = [
        np.interp(grid, *np.loadtxt(folder / f"timing_efficiencies/eff_Ge{n}.txt").T)
        for n in EXPOSURES
    ]
    mean = weights @ np.array(values) / weights.sum()
    step = 1e-4
    rows = [(WINDOWS[0][0] - step, 0.0), *zip(grid, mean, strict=True)]
    rows += [(8.5 + step, 0.0), (10.6 - step, 0.0), (10.6, 1.0), (20.0, 1.0)]
    (FOLDER / "acceptance.csv").write_text(
        "# mean of five detectors, weighted with their exposures, of the efficiencies"
        " in\n# github.com/emmaeline/Ge_paper_signalExpectation; 0 outside"
        " 1.5-8.5 and 10.6-20 keVee\n"
        "kevee,efficiency\n" + "".join(f"{x:g},{e:.5g}\n" for x, e in rows)
    )


def rise(signal: float, background: float) -> float:
    """-2 Delta ln L of a Poisson count at its best signal, FOUND."""
    n, mu = FOUND + background, signal + background
    return float(2 * (mu - n + n * np.log(n / mu)))


def errors(background: float) -> tuple[float, float]:
    """Upper and lower error of the signal, where -2 ln L rises by 1."""
    up = brentq(lambda s: rise(s, background) - 1, FOUND, 5 * FOUND)
    down = brentq(lambda s: rise(s, background) - 1, 0, FOUND)
    return up - FOUND, FOUND - down


def counts() -> None:
    """Background at which the two errors have the published mean."""
    b = brentq(lambda x: sum(errors(x)) - PLUS - MINUS, 1, 100)
    up, down = errors(b)
    print(f"errors +{up:.2f} -{down:.2f}, no signal {rise(0, b) ** 0.5:.2f} sigma")
    (FOLDER / "counts.csv").write_text(
        "# effective counts, not counts of the detector: the Poisson count whose signal"
        " is 20.6 with errors of\n# (7.1 + 6.3)/2 on average (COHERENT:2024axu,"
        " abstract); tools/build_coherent_ge_mini_2024.py\n"
        f"low_kevee,high_kevee,effective,background\n1.5,20,{FOUND + b:.4f},{b:.4f}\n"
    )


def main() -> None:
    """Write all tables."""
    efficiency(Path(sys.argv[1]))
    counts()
    sns_arrival.write(
        FOLDER / "sns" / "arrival_times.csv",
        "# computed by tools/sns_arrival.py with the proton pulse of"
        " coherent-csi-2021 (mean 0.473 us, width\n# 0.147 us), then pion and muon"
        " decay; no bin of this experiment depends on it\n",
        0.473,
        0.147,
    )


if __name__ == "__main__":
    main()
