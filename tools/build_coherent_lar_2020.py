"""Write the tables of the LAr 2020 experiment from the public release.

Usage: python tools/build_coherent_lar_2020.py FOLDER_OF_THE_RELEASE

The release is doi:10.5281/zenodo.3903810 (COHERENT:2020ybo), analysis A. The tables
hold its published numbers in this package's own layout: bin edges instead of centres,
one row a bin with all templates as columns.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import sns_arrival

FOLDER = (
    Path(__file__).parent.parent
    / "src"
    / "nuprobe"
    / "experiments"
    / "library"
    / "coherent-lar-2020"
)
ORIGIN = (
    "# doi:10.5281/zenodo.3903810 (COHERENT:2020ybo), the data release of"
    " COHERENT:2020iec; licence: see README.md\n"
)
SHAPE = (12, 8, 10)
ENERGY, F90, TIME = (
    10.0 * np.arange(13),
    0.5 + 0.05 * np.arange(9),
    -0.1 + 0.5 * np.arange(11),
)
TEMPLATES = {
    "steady_state": "bkgpdf",
    "prompt_neutrons": "brnpdf",
    "prompt_neutrons_energy_up": "brnpdf+1sigEnergy",
    "prompt_neutrons_energy_down": "brnpdf-1sigEnergy",
    "prompt_neutrons_time_up": "brnpdf+1sigBRNTimingMean",
    "prompt_neutrons_time_down": "brnpdf-1sigBRNTimingMean",
    "prompt_neutrons_width": "brnpdfBRNTimingWidthSyst",
    "delayed_neutrons": "delbrnpdf",
    "cevns": "cevnspdf",
    "cevns_f90_up": "cevnspdf+1sigF90",
    "cevns_f90_down": "cevnspdf-1sigF90",
    "cevns_time": "cevnspdfCEvNSTimingMeanSyst",
}


def read(path: Path) -> np.ndarray:
    """Counts on the grid (energy, F90, time); the bin centres must be those
    expected."""
    rows = np.loadtxt(path)
    centres = np.meshgrid(
        *[(e[1:] + e[:-1]) / 2 for e in (ENERGY, F90, TIME)], indexing="ij"
    )
    assert all(np.allclose(rows[:, i], c.ravel()) for i, c in enumerate(centres)), path
    return rows[:, 3].reshape(SHAPE)


def table(path: Path, comment: str, columns: dict[str, np.ndarray]) -> None:
    """One row a bin with its edges."""
    text = (
        ORIGIN
        + comment
        + "low_kevee,high_kevee,low_f90,high_f90,low_us,high_us,"
        + ",".join(columns)
        + "\n"
    )
    for i, j, k in np.ndindex(*SHAPE):
        edges = (ENERGY[i], ENERGY[i + 1], F90[j], F90[j + 1], TIME[k], TIME[k + 1])
        text += (
            ",".join(
                [f"{x:g}" for x in edges]
                + [f"{c[i, j, k]:.6g}" for c in columns.values()]
            )
            + "\n"
        )
    path.write_text(text)


def main(release: Path) -> None:
    """Write the five tables."""
    table(
        FOLDER / "counts.csv",
        "# events a bin, steady state not subtracted\n",
        {"observed": read(release / "datanobkgsub.txt")},
    )
    templates = {
        name: read(release / f"{file}.txt") for name, file in TEMPLATES.items()
    }
    table(
        FOLDER / "templates.csv",
        "# expected events a bin before the fit, and one standard deviation away\n",
        templates,
    )

    signal = templates["cevns"].sum(2)
    text = (
        ORIGIN
        + "# share of the CEvNS events of an energy bin in each F90 bin, from the"
        " release's CEvNS template;\n"
    )
    text += (
        "# energy bins without events there take the last one with"
        " events\nlow,shape_low,fraction\n"
    )
    for i, energy in enumerate(ENERGY[:-1]):
        row = signal[min(i, int(np.flatnonzero(signal.sum(1) > 1e-3)[-1]))]
        text += "".join(
            f"{energy:g},{f:g},{v:.6g}\n"
            for f, v in zip(F90[:-1], row / row.sum(), strict=True)
        )
    (FOLDER / "pulse_shape.csv").write_text(text)

    text = ORIGIN + "# probability to keep a CEvNS event\nkevee,kevnr,efficiency\n"
    for row in np.loadtxt(release / "CENNS10AnlAEfficiency.txt"):
        text += ",".join(f"{x:g}" for x in row) + "\n"
    (FOLDER / "acceptance.csv").write_text(text)

    origin = (
        "# computed by tools/sns_arrival.py: Gaussian proton pulse of mean 0.44 us and"
        " width 0.15 us, from the\n"
    )
    origin += (
        "# parameter file of doi:10.5281/zenodo.3903810 (COHERENT:2020ybo), then pion"
        " and muon decay\n"
    )
    (FOLDER / "sns").mkdir(exist_ok=True)
    sns_arrival.write(FOLDER / "sns" / "arrival_times.csv", origin, 0.44, 0.15)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
