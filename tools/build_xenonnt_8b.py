"""Write the tables of the XENONnT 8B experiment from the public release.

Usage: python tools/build_xenonnt_8b.py FOLDER_OF_THE_RELEASE

The release is doi:10.5281/zenodo.20576156 (XENON:zenodo20576156), CC BY 4.0: events,
binning and nominal templates (folder templates_nominal, without variations of the
yields). Runs 0 and 1 are used.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import h5py
import numpy as np

FOLDER = (
    Path(__file__).parent.parent
    / "src"
    / "nuprobe"
    / "experiments"
    / "library"
    / "xenonnt-8b"
)
ORIGIN = (
    "# doi:10.5281/zenodo.20576156, CC BY 4.0 (XENON:zenodo20576156); see README.md\n"
)
EXPOSURE = (1.173, 2.337)  # tonne-years of each run; README.md says how
SIDE = 81


def edges(folder: Path, run: int) -> list[np.ndarray]:
    """Bin edges of the four observables."""
    text = (folder / f"binning_sr{run}.yaml").read_text()
    blocks = re.split(r"^\w+:$", text, flags=re.M)[1:]
    return [np.array(re.findall(r"^- (.+)$", block, re.M), float) for block in blocks]


def template(folder: Path, run: int, pattern: str) -> np.ndarray:
    """One template, flattened with the last observable fastest."""
    (path,) = (folder / "templates_nominal").glob(f"*_sr{run}_{pattern}")
    with h5py.File(path) as file:
        return np.asarray(file["templates/template"]).ravel()


def main(folder: Path) -> None:
    """Write counts.csv and recoils.csv."""
    lines = ["low,high,run,observed,ac_sr0,ac_sr1,er,neutron"]
    recoils: dict[float, list[np.ndarray]] = {}
    for run, exposure in enumerate(EXPOSURE):
        events = np.loadtxt(folder / f"data_sr{run}.csv", delimiter=",", skiprows=1)[
            :, 1:
        ]
        observed = np.histogramdd(events, bins=edges(folder, run))[0].ravel()
        ac, er, neutron = (
            exposure * template(folder, run, f"{name}_cevns*")
            for name in ("ac", "er", "rg")
        )
        for i in range(SIDE):
            two = (ac[i], 0.0) if run == 0 else (0.0, ac[i])
            lines.append(
                f"{run * SIDE + i},{run * SIDE + i + 1},{run},{observed[i]:.0f},"
                f"{two[0]:.6g},{two[1]:.6g},"
                f"{er[i]:.6g},{neutron[i]:.6g}"
            )
        for path in sorted((folder / "templates_nominal").glob(f"*_sr{run}_mono_*")):
            energy = re.search(r"mono_([\d.]+)_", path.name)[1]
            share = exposure / sum(EXPOSURE)
            recoils.setdefault(float(energy), []).append(
                share * template(folder, run, f"mono_{energy}_*")
            )
    about = (
        f"# observed and expected background events in the bins, {SIDE} a run, last"
        " observable fastest\n"
    )
    (FOLDER / "counts.csv").write_text(ORIGIN + about + "\n".join(lines) + "\n")
    about = (
        "# probability that a recoil in the fiducial mass, at any time of both runs, is"
        " kept in each bin\n"
    )
    rows = [",".join(["t_nr_kev", *(f"bin_{i}" for i in range(2 * SIDE))])]
    for energy, parts in sorted(recoils.items()):
        rows.append(
            ",".join([f"{energy:g}", *(f"{p:.4g}" for p in np.concatenate(parts))])
        )
    (FOLDER / "recoils.csv").write_text(ORIGIN + about + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
