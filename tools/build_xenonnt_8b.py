"""Write the tables of the XENONnT 8B experiment from the public releases.

Usage: python tools/build_xenonnt_8b.py RELEASE DISCOVERY

RELEASE is a folder with doi:10.5281/zenodo.20576156 (XENON:zenodo20576156), CC BY 4.0:
events (data_sr0.csv, ...), binning (binning_sr0.yaml, ...) and all templates of a run
in one file (yields/sr0.npz, ...: mono by energy, t_ly and t_qy; rg by t_ly and t_qy;
ac, er; livetime_ty). DISCOVERY is a folder with the templates of the discovery
analysis, doi:10.5281/zenodo.14522706 (XENON:2024hup), no licence seen: b8, rg, er, and
signal/cevns_spectrum.json, recoils of 8B neutrinos as the collaboration expects them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
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
DISCOVERY = (
    "# doi:10.5281/zenodo.14522706, no licence seen (XENON:2024hup); see README.md\n"
)
RUNS = range(3)
SIDE = 81
YIELDS = range(-3, 4)
EDGES = ["low", "high"]


def edges(folder: Path, run: int) -> list[np.ndarray]:
    """Bin edges of the four observables."""
    text = (folder / f"binning_sr{run}.yaml").read_text()
    blocks = re.split(r"^\w+:$", text, flags=re.M)[1:]
    return [np.array(re.findall(r"^- (.+)$", block, re.M), float) for block in blocks]


def number(x: float) -> str:
    """Four digits; a template without simulated events in a bin has 1e-16 there."""
    return f"{x:.4g}" if x > 1e-12 else "0"


def write(name: str, head: str, columns: list[str], rows: Iterable[list]) -> None:
    """One table, four digits a number."""
    lines = [columns]
    lines += [[number(x) if isinstance(x, float) else x for x in row] for row in rows]
    (FOLDER / name).write_text(head + "".join(",".join(line) + "\n" for line in lines))


def places() -> list[list[str]]:
    """Edges of all bins, numbered through."""
    return [[str(i), str(i + 1)] for i in range(SIDE * len(RUNS))]


def counts(folder: Path, runs: list[dict]) -> None:
    """Observed events and backgrounds that do not depend on yields."""
    rows = []
    for run, release in zip(RUNS, runs, strict=True):
        events = np.loadtxt(folder / f"data_sr{run}.csv", delimiter=",", skiprows=1)
        seen = np.histogramdd(events[:, 1:], bins=edges(folder, run))[0].ravel()
        exposure = float(release["livetime_ty"])
        ac, er = (exposure * release[key].ravel() for key in ("ac", "er"))
        for i in range(SIDE):
            own = [float(ac[i]) if r == run else 0.0 for r in RUNS]
            rows.append([str(run), str(int(seen[i])), *own, float(er[i])])
    about = (
        f"# observed and expected background events in the bins, {SIDE} a run, last"
        " observable fastest\n"
    )
    names = [*EDGES, "run", "observed", *(f"ac_sr{r}" for r in RUNS), "er"]
    every = [a + b for a, b in zip(places(), rows, strict=True)]
    write("counts.csv", ORIGIN + about, names, every)


def neutrons(runs: list[dict]) -> None:
    """Neutron events at all yields."""
    table = np.concatenate(
        [float(r["livetime_ty"]) * r["rg"].reshape(49, SIDE).T for r in runs]
    )
    about = "# neutron events; n_A_B: A, B standard deviations of light, charge yield\n"
    names = EDGES + [f"n_{a}_{b}" for a in YIELDS for b in YIELDS]
    rows = [a + b.tolist() for a, b in zip(places(), table, strict=True)]
    write("neutrons.csv", ORIGIN + about, names, rows)


def recoils(runs: list[dict]) -> None:
    """Probabilities to keep a recoil, one table a light yield."""
    total = sum(float(r["livetime_ty"]) for r in runs)
    about = (
        "# probability that a recoil in the fiducial mass, at any time of the runs, is"
        " kept in each bin; qB: B standard deviations of the charge yield\n"
    )
    names = [f"q{b}_bin_{i}" for b in YIELDS for i in range(SIDE * len(RUNS))]
    energies = runs[0]["energy_keV"]
    for place, a in enumerate(YIELDS):
        parts = [
            float(r["livetime_ty"]) / total * r["mono"][:, place].reshape(-1, 7, SIDE)
            for r in runs
        ]
        table = np.concatenate(parts, axis=2).reshape(len(energies), -1)
        rows = [[f"{e:g}", *p.tolist()] for e, p in zip(energies, table, strict=True)]
        write(f"recoils_{a}.csv", ORIGIN + about, ["t_nr_kev", *names], rows)


def discovery(folder: Path, runs: list[dict]) -> None:
    """What the discovery analysis has of its own, runs 0 and 1."""
    table = np.zeros((SIDE * len(RUNS), 1 + 2 * 49))
    yields = [f"tly_{a:.1f}_tqy_{b:.1f}" for a in YIELDS for b in YIELDS]
    for run in (0, 1):
        files = [f"er/template_XENONnT_sr{run}_er_cevns.h5"]
        for kind in ("b8", "rg"):
            start = f"{kind}/template_XENONnT_sr{run}_{kind}_cevns_"
            files += [f"{start}{name}.h5" for name in yields]
        for column, name in enumerate(files):
            with h5py.File(folder / name) as file:
                values = np.asarray(file["templates/template"]).ravel()
            rows = slice(SIDE * run, SIDE * (run + 1))
            table[rows, column] = float(runs[run]["livetime_ty"]) * values
    about = (
        "# events of runs 0 and 1: er, and 8B (s_A_B) and neutrons (n_A_B) at A, B"
        " standard deviations of light, charge yield\n"
    )
    names = [*EDGES, "er"]
    names += [f"{k}_{a}_{b}" for k in "sn" for a in YIELDS for b in YIELDS]
    every = [a + b.tolist() for a, b in zip(places(), table, strict=True)]
    write("discovery.csv", DISCOVERY + about, names, every)


def expected_recoils(folder: Path, energies: np.ndarray) -> np.ndarray:
    """Recoils per tonne-year that belong to each energy, linear between them, from the
    inverse of the cumulative distribution that the discovery analysis has."""
    spectrum = json.loads((folder / "signal" / "cevns_spectrum.json").read_text())
    share, energy = (np.array(spectrum[k]) for k in ("coordinate_system", "map"))
    kept = np.append(True, np.diff(share) > 0)
    points = (np.arange(200_000) + 0.5) / 200_000
    drawn = np.interp(points, share[kept], energy[kept])
    hats = [np.interp(drawn, energies, h, 0, 0).mean() for h in np.eye(energies.size)]
    return spectrum["rate"] * np.array(hats)


def release(first: Path, runs: list[dict]) -> None:
    """8B events with the recoil spectrum of the collaboration."""
    weights = expected_recoils(first, runs[0]["energy_keV"])
    table = np.concatenate(
        [
            float(r["livetime_ty"])
            * np.tensordot(weights, r["mono"], (0, 0)).reshape(49, SIDE).T
            for r in runs
        ]
    )
    about = (
        "# 8B events, recoils of doi:10.5281/zenodo.14522706 (XENON:2024hup); s_A_B: A,"
        " B standard deviations of light, charge yield\n"
    )
    names = EDGES + [f"s_{a}_{b}" for a in YIELDS for b in YIELDS]
    rows = [a + b.tolist() for a, b in zip(places(), table, strict=True)]
    write("release.csv", ORIGIN + about, names, rows)


def main(folder: Path, first: Path) -> None:
    """Write all tables."""
    runs = []
    for run in RUNS:
        with np.load(folder / "yields" / f"sr{run}.npz") as file:
            runs.append({key: file[key] for key in file.files})
    counts(folder, runs)
    neutrons(runs)
    recoils(runs)
    discovery(first, runs)
    release(first, runs)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
