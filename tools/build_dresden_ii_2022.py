"""Write the tables of the Dresden-II experiment and the two quenching curves.

Usage: python tools/build_dresden_ii_2022.py FOLDER

FOLDER has `data_release.txt` and `QF_Fef_YBe.txt` of the release with
arXiv:2202.09672, as in github.com/LeireLarizgoitia/Reactor_CEnuNS. The background is a
constant, an exponential and the M shell of Ge71; their nominal values come from a fit
of the whole spectrum with the reactor on, without any signal.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

PACKAGE = Path(__file__).parent.parent / "src" / "nuprobe"
FOLDER = PACKAGE / "experiments" / "library" / "dresden-ii-2022"
NOISE = 0.0685  # keVee
L1, L2, M = 1.297, 1.142, 0.158  # energies of the shells, keV
L2_OVER_L1, M_OVER_L1 = 0.008, 0.16
TOLERANCE = 1e-4
CURVES = {"fef": "iron-filtered neutrons", "ybe": "photoneutrons of 88Y/Be"}
SHIFTS = {"length": 0.2, "centre": 0.002, "width": 0.02}
"""One standard deviation of the shapes: relative, in keV, relative; all free."""


def peak(x: np.ndarray, height: float, centre: float, width: float) -> np.ndarray:
    """Gaussian line."""
    return height * np.exp(-((x - centre) ** 2) / (2 * width**2))


def shells(x: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, ...]:
    """Constant, exponential, both L shells, M shell."""
    constant, steep, length, height, centre, width = p
    return (
        np.full_like(x, constant),
        steep * np.exp(-x / length),
        peak(x, height, centre, width) + peak(x, L2_OVER_L1 * height, L2, width),
        peak(x, M_OVER_L1 * height * width / NOISE, M, NOISE),
    )


def fitted(x: np.ndarray, on: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Parameters of the background."""
    found = least_squares(
        lambda p: (on - sum(shells(x, p))) / error, [15, 150, 0.25, 90, L1, 0.07]
    )
    return np.asarray(found.x)


def knots(t: np.ndarray, factor: np.ndarray) -> list[int]:
    """Points between which all others are linear within the tolerance."""
    kept = [0]
    while kept[-1] < t.size - 1:
        start = kept[-1]
        end = start + 1
        while end + 1 < t.size:
            part = slice(start, end + 2)
            ends = [start, end + 1]
            line = np.interp(t[part], t[ends], factor[ends])
            if np.abs(line - factor[part]).max() > TOLERANCE:
                break
            end += 1
        kept.append(end)
    return kept


def moved(
    x: np.ndarray, p: np.ndarray, index: int, factor: float
) -> tuple[np.ndarray, ...]:
    """The background with one parameter multiplied by a factor."""
    changed = p.copy()
    changed[index] *= factor
    return shells(x, changed)


def main() -> None:
    """Write all tables."""
    folder = Path(sys.argv[1])
    x, on, on_error, off, off_error = np.loadtxt(folder / "data_release.txt").T
    best = fitted(x, on, on_error)
    print("constant, exponential, length, L1: height, centre, width", best.round(4))
    nominal = shells(x, best)
    columns = {
        "constant": nominal[0],
        "exponential": nominal[1],
        "l_shells": nominal[2],
        "m_shell": nominal[3],
        "exponential_longer": moved(x, best, 2, 1 + SHIFTS["length"])[1],
        "exponential_shorter": moved(x, best, 2, 1 / (1 + SHIFTS["length"]))[1],
        "l_shells_higher": moved(x, best, 4, 1 + SHIFTS["centre"] / L1)[2],
        "l_shells_lower": moved(x, best, 4, 1 - SHIFTS["centre"] / L1)[2],
        "l_shells_wider": moved(x, best, 5, 1 + SHIFTS["width"])[2],
        "l_shells_narrower": moved(x, best, 5, 1 - SHIFTS["width"])[2],
    }
    table = np.column_stack([on, on_error, off, off_error, *columns.values()])
    lines = [
        f"{e - 0.005:.3g},{e + 0.005:.3g}," + ",".join(f"{v:.5g}" for v in row)
        for e, row in zip(x, table, strict=True)
    ]
    (FOLDER / "counts.csv").write_text(
        "# counts per 10 eV and day: data release of arXiv:2202.09672, read in"
        " github.com/LeireLarizgoitia/Reactor_CEnuNS;\n# background columns by"
        " tools/build_dresden_ii_2022.py\n"
        "low_kevee,high_kevee,on,on_error,off,off_error,"
        + ",".join(columns)
        + "\n"
        + "\n".join(lines)
        + "\n"
    )
    t, *curves = np.loadtxt(folder / "QF_Fef_YBe.txt").T
    for (name, title), factor in zip(CURVES.items(), curves, strict=True):
        rows = "".join(f"{t[i]:g},{factor[i]:g}\n" for i in knots(t, factor))
        (PACKAGE / "detectors" / "data" / f"germanium_{name}.csv").write_text(
            f"# Ionisation of nuclear recoils in germanium over their energy, {title}:"
            " data release of\n# arXiv:2202.09672 (Dresden-II), read in a public copy,"
            " which has a point every 10 eV; of these\n# as many as linear"
            f" interpolation needs to be within {TOLERANCE:g} of all of them"
            " (tools/build_dresden_ii_2022.py).\n"
            "t_nr_kev,factor\n" + rows
        )


if __name__ == "__main__":
    main()
