"""Write the beam fluxes of the library from the public flux files.

Usage: python tools/build_beam_fluxes.py FOLDER_OF_THE_FLUX_FILES

Every table is a histogram on this package's own bins: the mean of dN/dE in each, per
cm², GeV and proton on target. DUNE's files are histograms of 0.25 GeV and are merged;
those of CHARM-II and NuTeV are points, joined by straight lines and averaged. So the
integral over each bin is that of the source. The moments that are printed say what the
bins lose: the integral and the mean energy above thresholds of trident production,
relative to the source.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

LIBRARY = Path(__file__).parent.parent / "src" / "nuprobe" / "fluxes" / "library"
FLAVOURS = ("nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau")
DUNE = (
    "histos_g4lbne_v3r5p4_QGSP_BERT_OptimizedEngineeredNov2017_{}"
    "_LBNEND_globes_flux.txt"
)
THRESHOLDS = (
    0.0,
    0.22,
    3.7,
    10.9,
    43.7,
)  # GeV; in this order mu mu, tau tau; e mu and mu mu on electrons


def join(*pieces: tuple[float, float, float]) -> np.ndarray:
    """Edges from (start, end, width) pieces that follow each other."""
    parts = [np.linspace(a, b, round((b - a) / width) + 1) for a, b, width in pieces]
    return np.unique(np.concatenate(parts))


# fine where the flux or a threshold asks for it: 10.9 and 43.7 GeV are those of muons
# made on electrons
DUNE_EDGES = join(
    (0, 20, 0.25), (20, 43, 0.5), (43, 44, 0.25), (44, 60, 0.5), (60, 90, 2)
)
CHARM_EDGES = join(
    (2, 12, 0.5), (12, 46, 1), (46, 100, 2), (100, 160, 4), (160, 200, 8)
)
NUTEV_EDGES = join(
    (11, 61, 1), (61, 151, 2), (151, 251, 4), (251, 391, 10), (391, 400, 9)
)

DUNE_HEAD = """\
# DUNE beam group, simulation g4lbne v3r5p4, QGSP_BERT, "OptimizedEngineeredNov2017", \
near detector, {} mode;
# public flux files of the collaboration, described in DUNE:2021cuw (arXiv:2103.04797; \
texkey unverified)
# licence: none stated with the files; published numbers, in bins of this package's own
# obtained from the GLoBES file (bins of 0.25 GeV, per m2 GeV POT), merged and divided \
by 1e4
"""
CHARM_HEAD = """\
# CERN SPS wide-band beam at CHARM-II, {} beam; digitised by others from a figure of \
the collaboration;
# texkey of the figure: unverified; normalisation per proton: unverified
# licence: none stated with the numbers; published numbers, in bins of this package's \
own
# obtained from a table of 100 points (per m2 GeV POT), joined by straight lines, \
averaged in bins and divided by 1e4
"""
NUTEV_HEAD = """\
# Fermilab sign-selected quadrupole train at NuTeV, neutrino beam; digitised by others \
from a figure of the
# collaboration and normalised with an assumed detector area of 3 x 3 m2; texkey and \
normalisation: unverified
# licence: none stated with the numbers; published numbers, in bins of this package's \
own
# obtained from a table of 200 points (per cm2 GeV POT), joined by straight lines and \
averaged in bins
"""
BEAMS = {
    # name: file, what the rows are, per cm2, edges in GeV, header
    "dune-nd-fhc": (
        DUNE.format("neutrino"),
        "bins",
        1e-4,
        DUNE_EDGES,
        DUNE_HEAD.format("neutrino"),
    ),
    "dune-nd-rhc": (
        DUNE.format("antineutrino"),
        "bins",
        1e-4,
        DUNE_EDGES,
        DUNE_HEAD.format("antineutrino"),
    ),
    "charm2-nu": (
        "CHARMII_FHC.dat",
        "points",
        1e-4,
        CHARM_EDGES,
        CHARM_HEAD.format("neutrino"),
    ),
    "charm2-nubar": (
        "CHARMII_RHC.dat",
        "points",
        1e-4,
        CHARM_EDGES,
        CHARM_HEAD.format("antineutrino"),
    ),
    "nutev": ("NuTeV_FHC.dat", "points", 1.0, NUTEV_EDGES, NUTEV_HEAD),
}


def source_moment(
    e: np.ndarray,
    v: np.ndarray,
    rows: str,
    power: int,
    low: float,
    high: float = np.inf,
) -> float:
    """∫ E^power dN/dE dE between two energies, as the source means its rows; exact."""
    if rows == "bins":
        half = (e[1] - e[0]) / 2
        a, b = np.clip(e - half, low, high), np.clip(e + half, low, high)
        return float(np.sum(v * (b ** (power + 1) - a ** (power + 1))) / (power + 1))
    knots = np.unique(np.clip([low, *e, high], max(low, e[0]), min(high, e[-1])))
    a, b = knots[:-1], knots[1:]
    fa, fb, middle = np.interp(a, e, v), np.interp(b, e, v), (a + b) / 2
    # Simpson's rule is exact up to the square of the energy
    return float(
        np.sum(
            (b - a)
            / 6
            * (fa * a**power + 2 * (fa + fb) * middle**power + fb * b**power)
        )
    )


def binned(e: np.ndarray, v: np.ndarray, rows: str, edges: np.ndarray) -> np.ndarray:
    """Mean of dN/dE in each bin."""
    inside = [source_moment(e, v, rows, 0, low, high) for low, high in pairwise(edges)]
    return np.array(inside) / np.diff(edges)


def main(folder: Path) -> None:
    """Write the tables and print what they keep."""
    for name, (file, rows, per_cm2, edges, head) in BEAMS.items():
        columns = np.loadtxt(folder / file).T
        e, values = columns[0], dict(zip(FLAVOURS, columns[1:] * per_cm2, strict=True))
        total = sum(source_moment(e, v, rows, 0, 0.0) for v in values.values())
        kept = {
            f: v
            for f, v in values.items()
            if source_moment(e, v, rows, 0, 0.0) > 1e-6 * total
        }
        means = {f: binned(e, v, rows, edges) for f, v in kept.items()}
        text = (
            head
            + "# energies in GeV; neutrinos per cm2, GeV and proton on target, mean of"
            " the bin\n"
        )
        text += ",".join(["low", "high", *kept]) + "\n"
        for i, (low, high) in enumerate(pairwise(edges)):
            text += (
                ",".join(
                    [f"{low:g}", f"{high:g}", *(f"{m[i]:.6g}" for m in means.values())]
                )
                + "\n"
            )
        (LIBRARY / name).mkdir(exist_ok=True)
        (LIBRARY / name / "spectrum.csv").write_text(text, encoding="utf-8")
        report(name, e, kept, rows, edges, means)


def report(
    name: str,
    e: np.ndarray,
    kept: dict[str, np.ndarray],
    rows: str,
    edges: np.ndarray,
    means: dict[str, np.ndarray],
) -> None:
    """Print integral and mean energy of the source above each threshold, and by how
    much the table differs."""
    for flavour, v in kept.items():
        for low in THRESHOLDS:
            number, energy = (source_moment(e, v, rows, k, low) for k in (0, 1))
            if number == 0:
                continue
            a, b = np.maximum(edges[:-1], low), np.maximum(edges[1:], low)
            own, own_energy = (
                float(np.sum(means[flavour] * (b**k - a**k)) / k) for k in (1, 2)
            )
            share = number / source_moment(e, v, rows, 0, 0.0)
            print(
                f"{name:13s} {flavour:9s} > {low:5.2f} GeV: {number:.6e} /cm2/POT"
                f" (share {share:.1e}), mean {energy / number:9.5f} GeV; table:"
                f" {own / number - 1:+.1e},"
                f" {own_energy / own / (energy / number) - 1:+.1e}"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
