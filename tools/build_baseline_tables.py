"""Write the tables of the short-baseline experiments from public releases.

    python tools/build_baseline_tables.py DATA

DATA has the folders ``prospect`` (ancillary files of arXiv:2006.11210) and
``neutrino_nuclear/reactor_spectra`` (ratios and inverse covariances as transcribed by
the GLoBESfit authors, arXiv:2005.01756, from the publications). The tables are written
anew; no file is copied. What is done with each number is in the README of its folder.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

LIBRARY = Path(__file__).parents[1] / "src/nuprobe/experiments/library"


def write(path: Path, comment: str, header: str, rows: Iterable[str]) -> None:
    """Write a table with one line of provenance."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([f"# {comment}", header, *rows]) + "\n", "utf-8")


def covariance(path: Path, comment: str, matrix: np.ndarray, digits: int) -> None:
    """Write the lower triangle of a covariance."""
    rows = [
        f"{i + 1},{j + 1},{matrix[i, j]:.{digits}g}"
        for i in range(len(matrix))
        for j in range(i + 1)
    ]
    write(path, comment, "row,column,covariance", rows)


def prospect(data: Path) -> None:
    """Spectra, covariance, segments and response of PROSPECT."""
    out, source = LIBRARY / "prospect", data / "prospect"

    def read(name: str) -> np.ndarray:
        return np.loadtxt(source / name, delimiter=",")

    where = "PROSPECT:2020sxr, ancillary files of arXiv:2006.11210"
    efficiency = {
        (int(x), int(y)): e for x, y, e in read("1.5_Osc_RelativeEfficiencies.txt")
    }
    edges = 0.8 + 0.4 * np.arange(17)
    counts = np.zeros((10, 16))
    segments, responses = [], []
    for place, baseline, number, x, y in read("1.1_Osc_SegmentMap.txt"):
        name = f"1.3_Osc_DetResponse{int(number)}.txt"
        if not (source / name).is_file():
            continue
        counts[int(place) - 1] += read(f"1.4_Osc_Prompt{int(number)}.txt")[:, 1]
        weight = efficiency[int(x), int(y)] / baseline**2
        segments.append(f"{int(place)},{int(number)},{baseline:g},{weight:.6g}")
        for i, row in enumerate(read(name)):
            numbers = ",".join(f"{1e6 * v:.0f}" for v in row)
            ends = f"{edges[i]:.1f},{edges[i + 1]:.1f}"
            responses.append(f"{int(number)},{ends},{numbers}")
    rows = []
    for place in range(10):
        null = read(f"1.6_Osc_NullOscPred{place + 1}.txt")[:, 1]
        rows += [
            f"{place + 1},{edges[i]:.1f},{edges[i + 1]:.1f},"
            f"{counts[place, i]:.8g},{null[i]:.10g}"
            for i in range(16)
        ]
    write(
        out / "data.csv",
        f"{where}: counts less background of all active segments of a baseline bin,"
        " and the prediction without sterile neutrinos; prompt energy in MeV",
        "detector,low,high,value,expected",
        rows,
    )
    write(
        out / "segments.csv",
        f"{where}: distance in m of each active segment from the core; weight is"
        " relative efficiency over distance squared",
        "detector,segment,baseline,weight",
        segments,
    )
    true = ",".join(f"{1.8 + 0.1 * i:.1f}" for i in range(82))
    write(
        out / "response.csv",
        f"{where}: response of each active segment, in millionths; columns are bins of"
        " neutrino energy by their lower edge in MeV, low and high of prompt energy",
        f"segment,low,high,{true}",
        responses,
    )
    matrix = read("1.2_Osc_CovarianceMatrix.txt")
    covariance(
        out / "covariance.csv",
        f"{where}: statistical and systematic covariance of data.csv, lower triangle",
        matrix,
        7,
    )


def ratio(data: Path, file: str, name: str, text: str, edges: np.ndarray) -> None:
    """Ratio and covariance of one experiment."""
    folder = data / "neutrino_nuclear" / "reactor_spectra"
    table = np.loadtxt(folder / f"globesfit_{file}.txt")
    value, inverse = table[0], table[1:]
    matrix = np.linalg.inv((inverse + inverse.T) / 2)
    where = f"{text}; values and inverse covariance as in GLoBESfit (Berryman:2020agd),"
    write(
        LIBRARY / name / "ratio.csv",
        f"{where} prompt energy in MeV",
        "low,high,value",
        [
            f"{low:.4g},{high:.4g},{v:g}"
            for low, high, v in zip(edges[:-1], edges[1:], value, strict=True)
        ],
    )
    covariance(
        LIBRARY / name / "covariance.csv",
        f"{where} inverted here; lower triangle",
        (matrix + matrix.T) / 2,
        9,
    )


def main(data: Path) -> None:
    """Write all tables."""
    prospect(data)
    ratio(
        data,
        "DANSS",
        "danss",
        "Alekseev:2018efk: events at the lower over those at the upper position",
        1 + 0.25 * np.arange(25),
    )
    ratio(
        data,
        "NEOS",
        "neos",
        "Ko:2016owz: spectrum over that expected from Daya Bay",
        1 + 0.1 * np.arange(61),
    )
    ratio(
        data,
        "Bugey",
        "bugey-3",
        "Declais:1994su: events at 40 m over those at 15 m",
        1 + 0.2 * np.arange(26),
    )
    ratio(
        data,
        "DoubleChooz",
        "double-chooz",
        "DoubleChooz:2019qbj: far over near detector",
        1 + 0.25 * np.arange(27),
    )
    far = [1.2 + 0.2 * i for i in range(23)] + [6.0, 6.4, 7.0]
    ratio(data, "RENO", "reno", "Bak:2018ydk: far over near detector", np.array(far))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
