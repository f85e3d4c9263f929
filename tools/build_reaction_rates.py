"""Write the nuclear reaction rates of big-bang nucleosynthesis on nuprobe's own grid.

``python tools/build_reaction_rates.py FOLDER`` reads, for each rate set, twelve text
tables of T9, N_A⟨σv⟩ and the factor of its uncertainty in FOLDER (subfolders
``primat-2023``, ``recommended-2026`` and ``yof``; a reaction that a subfolder lacks is
that of ``primat-2023``) and writes
``src/nuprobe/cosmology/nucleosynthesis/data/rates_*.csv``: cubic splines of the
logarithm in ln T9 at 40 temperatures a decade.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from nuprobe.files import atomic_write

FOLDER = Path(__file__).resolve().parents[1] / "src" / "nuprobe" / "cosmology"
DATA = FOLDER / "nucleosynthesis" / "data"
T9 = np.geomspace(0.01, 10.0, 121)
FILES = {
    "n(p,g)d": "npdg",
    "d(p,g)he3": "dpHe3g",
    "d(d,n)he3": "ddHe3n",
    "d(d,p)t": "ddtp",
    "t(p,g)he4": "tpag",
    "t(d,n)he4": "tdan",
    "t(a,g)li7": "taLi7g",
    "he3(n,p)t": "He3ntp",
    "he3(d,p)he4": "He3dap",
    "he3(a,g)be7": "He3aBe7g",
    "be7(n,p)li7": "Be7nLi7p",
    "li7(p,a)he4": "Li7paa",
}
SETS = ("primat-2023", "recommended-2026", "yof")
HEADER = """\
# N_A<sigma v> in cm3/(mol s) of twelve reactions, rate set {name}, at temperatures t9 \
in 1e9 K;
# columns that end in " factor": the rate times or over it is one standard deviation \
(log-normal).
# The evaluation of each reaction, with texkey and DOI, is in reactions.csv.
# Licence: numerical facts of published evaluations. Obtained: read from the tables of \
linx-bbn 0.1.4 (MIT; Giovanetti:2024zce),
#   interpolated by cubic splines of ln(rate) in ln(t9) and written anew on this grid \
by tools/build_reaction_rates.py.
"""


def column(folder: Path, name: str, which: str) -> NDArray[np.float64]:
    """Rates and factors of a reaction on the grid, shape (2, temperatures)."""
    path = folder / which / f"{name}.txt"
    if not path.exists():
        path = folder / "primat-2023" / f"{name}.txt"
    t9, rate, factor = np.loadtxt(path, unpack=True)[:3]
    x = np.log(t9)
    return np.array(
        [
            np.exp(CubicSpline(x, np.log(rate))(np.log(T9))),
            np.exp(np.interp(np.log(T9), x, np.log(factor))),
        ]
    )


def main(folder: Path) -> None:
    """Write one table for each rate set from the sources in a `folder`."""
    for which in SETS:
        names = ["t9"]
        columns = [np.array([f"{t:.10g}" for t in T9])]
        for reaction, file in FILES.items():
            rate, factor = column(folder, file, which)
            names += [f'"{reaction}"', f'"{reaction} factor"']
            columns.append(np.array([f"{x:.6g}" for x in rate]))
            columns.append(np.array([f"{x:.5g}" for x in factor]))
        lines = [
            ",".join(names),
            *(",".join(row) for row in zip(*columns, strict=True)),
        ]
        text = HEADER.format(name=which) + "\n".join(lines) + "\n"
        atomic_write(DATA / f"rates_{which}.csv", text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
