"""Write the tables of the CsI 2021 experiment from the ancillary files of the paper.

Usage: python tools/build_coherent_csi_2021.py FOLDER_OF_THE_FILES

The files belong to arXiv:2110.07730 (COHERENT:2021xmm). The events are counted in bins;
the neutron distributions keep the bins of the files, edges instead of centres. The flux
file of the release (energy and time) is not used: the arrival times come from a
Gaussian pulse whose mean and width are those of the release's neutrino-induced
neutrons, which are muon-decay neutrinos and nothing else.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import sns_arrival
from scipy.optimize import curve_fit

FOLDER = (
    Path(__file__).parent.parent
    / "src"
    / "nuprobe"
    / "experiments"
    / "library"
    / "coherent-csi-2021"
)
ORIGIN = (
    "# ancillary files of arXiv:2110.07730 (COHERENT:2021xmm); licence: see README.md\n"
)
PE = np.array([8, 12, 16, 20, 24, 32, 40, 50, 60.0])
TIME = np.array(
    [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 1.25, 1.5, 1.75, 2, 4, 6]
)
DECAY = 0.0494, 0.52  # efficiency exp(-0.0494 (t - 0.52)) after 0.52 µs


def main(folder: Path) -> None:
    """Write the five tables."""
    grids = [
        np.histogram2d(
            *np.loadtxt(folder / f"dataBeamOn{kind}.txt").T, bins=(PE, TIME)
        )[0]
        for kind in ("C", "AC")
    ]
    text = (
        ORIGIN + "# beam-on events a bin; coincidence: with the beam trigger window,"
        " anticoincidence: before it\n"
    )
    text += "low_pe,high_pe,low_us,high_us,coincidence,anticoincidence\n"
    for i, j in np.ndindex(grids[0].shape):
        text += (
            f"{PE[i]:g},{PE[i + 1]:g},{TIME[j]:g},{TIME[j + 1]:g},"
            f"{grids[0][i, j]:.0f},{grids[1][i, j]:.0f}\n"
        )
    (FOLDER / "counts.csv").write_text(text)

    names = {"brn": "neutrons", "nin": "induced_neutrons"}
    energy = {
        name: np.loadtxt(folder / f"{short}PE.txt") for short, name in names.items()
    }
    time = {
        name: np.loadtxt(folder / f"{short}Trec.txt") for short, name in names.items()
    }
    comment = (
        "# events a bin in all arrival times, acceptance in photoelectrons included:"
        " the released distribution,\n"
    )
    comment += (
        "# whose sum below 60 PE is 1, times the ratio of the sums of the released"
        " distributions in time and in PE\n"
    )
    text = ORIGIN + comment + "low_pe,high_pe," + ",".join(energy) + "\n"
    scale = {name: time[name][:, 1].sum() / energy[name][:, 1].sum() for name in energy}
    for i, centre in enumerate(energy["neutrons"][:, 0]):
        if 8 < centre < 60:
            values = ",".join(
                f"{scale[name] * energy[name][i, 1]:.6g}" for name in energy
            )
            text += f"{centre - 0.5:g},{centre + 0.5:g},{values}\n"
    (FOLDER / "neutrons_energy.csv").write_text(text)
    text = (
        ORIGIN + "# probability of arrival in each bin, acceptance in time not"
        " included\nlow_us,high_us," + ",".join(time) + "\n"
    )
    for i, centre in enumerate(time["neutrons"][:, 0]):
        values = ",".join(
            f"{time[name][i, 1] / time[name][:, 1].sum():.6g}" for name in time
        )
        text += f"{centre - 0.005:.4g},{centre + 0.005:.4g},{values}\n"
    (FOLDER / "neutrons_time.csv").write_text(text)

    edges = np.append(np.arange(26) * 0.02, np.arange(26, 302) * 0.02)
    cdf = np.where(
        edges < DECAY[1],
        edges,
        DECAY[1] + (1 - np.exp(-DECAY[0] * (edges - DECAY[1]))) / DECAY[0],
    )
    text = (
        "# mean over each bin of 1 up to 0.52 us and exp(-0.0494 (t - 0.52)) after, t"
        " in us\n"
    )
    text += "# COHERENT:2021xmm, unverified\n"
    text += "low_us,high_us,efficiency\n"
    for a, b, e in zip(
        edges[:-1], edges[1:], np.diff(cdf) / np.diff(edges), strict=True
    ):
        text += f"{a:.4g},{b:.4g},{min(e, 1.0):.8g}\n"
    (FOLDER / "time_acceptance.csv").write_text(text)

    induced = time["induced_neutrons"]
    bins = np.append(induced[:, 0] - 0.005, induced[-1, 0] + 0.005)
    (mean, width, _), _ = curve_fit(
        lambda t, m, s, n: n * sns_arrival.arrival(bins, m, s)[1],
        induced[:, 0],
        induced[:, 1],
        (0.45, 0.15, 8.0),
    )
    origin = (
        f"# computed by tools/sns_arrival.py: Gaussian proton pulse of mean {mean:.3f}"
        f" us and width {width:.3f} us,\n"
    )
    origin += (
        "# fitted to the neutrino-induced neutrons of arXiv:2110.07730"
        " (COHERENT:2021xmm), then pion and muon decay\n"
    )
    (FOLDER / "sns").mkdir(exist_ok=True)
    sns_arrival.write(
        FOLDER / "sns" / "arrival_times.csv", origin, round(mean, 3), round(width, 3)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
