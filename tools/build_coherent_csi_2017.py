"""Write the tables of the CsI 2017 experiment and of the SNS arrival times from the
public release.

Usage: python tools/build_coherent_csi_2017.py FOLDER_OF_THE_RELEASE

The release is doi:10.5281/zenodo.1228631 (COHERENT:2018imc). The tables hold its
published numbers in this package's own layout: bin edges instead of centres, counts
instead of grids a file, zero rows of the time axis kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).parent.parent / "src" / "nuprobe"
ORIGIN = (
    "# doi:10.5281/zenodo.1228631 (COHERENT:2018imc), the data release of"
    " COHERENT:2017ipa; licence: see README.md\n"
)


def read(path: Path) -> np.ndarray:
    lines = path.read_text().splitlines()
    return np.array(
        [[float(x) for x in line.split(",")] for line in lines if line[:1].isdigit()]
    )


def main(release: Path) -> None:
    """Write the three tables."""
    experiment = SOURCE / "experiments" / "library" / "coherent-csi-2017"
    prompt, delayed, neutrons = (
        read(release / f"arrivalTimePDF_{name}.txt")
        for name in ("promptNeutrinos", "delayedNeutrinos", "promptNeutrons")
    )
    text = (
        ORIGIN + "# probability of arrival in each bin; obtained from the release's"
        " arrival-time files (bin centres there)\n"
    )
    text += "low_us,high_us,prompt,delayed\n"
    for (t, p), (_, d) in zip(prompt, delayed, strict=True):
        text += f"{t - 0.25:g},{t + 0.25:g},{p:.10g},{d:.10g}\n"
    (SOURCE / "fluxes" / "library" / "sns" / "arrival_times.csv").write_text(text)

    grids = [
        read(release / f"data_{kind}_beamOn.txt")
        for kind in ("coincidence", "anticoincidence")
    ]
    text = (
        ORIGIN + "# beam-on events a bin; coincidence: with the beam trigger window,"
        " anticoincidence: before it\n"
    )
    text += "low_pe,high_pe,low_us,high_us,coincidence,anticoincidence\n"
    for (pe, t, c), (_, _, a) in zip(*grids, strict=True):
        text += f"{pe - 1:g},{pe + 1:g},{t - 0.25:g},{t + 0.25:g},{c:.0f},{a:.0f}\n"
    (experiment / "counts.csv").write_text(text)

    text = (
        ORIGIN + "# prompt neutrons a GWh a photoelectron bin, before the acceptance\n"
    )
    text += "low_pe,high_pe,per_gwh\n"
    for pe, value in read(release / "promptPDF.txt"):
        text += f"{pe - 0.5:g},{pe + 0.5:g},{value:.10g}\n"
    (experiment / "prompt_neutrons_energy.csv").write_text(text)
    text = (
        ORIGIN + "# probability of arrival of the prompt neutrons in each"
        " bin\nlow_us,high_us,probability\n"
    )
    for t, p in neutrons:
        text += f"{t - 0.25:g},{t + 0.25:g},{p:.10g}\n"
    (experiment / "prompt_neutrons_time.csv").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
