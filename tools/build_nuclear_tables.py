"""Write nuprobe's nuclear tables from the evaluated compilations.

``python tools/build_nuclear_tables.py FOLDER`` reads ``nubase2020_long_lived.csv``,
``angeli2013.csv`` and ``fourier_bessel.csv`` in FOLDER and writes
``src/nuprobe/nuclei/data/{isotopes,fourier_bessel}.csv``.
"""

from __future__ import annotations

import csv
import math
import re
import sys
from pathlib import Path

from nuprobe.files import atomic_write

DATA = Path(__file__).resolve().parents[1] / "src" / "nuprobe" / "nuclei" / "data"
YEARS = {
    prefix + "y": 10.0**power
    for prefix, power in {
        "k": 3,
        "M": 6,
        "G": 9,
        "T": 12,
        "P": 15,
        "E": 18,
        "Z": 21,
        "Y": 24,
    }.items()
}
# a row is refused when its charge is further than this (relative) from Z: the sound
# rows agree to 3e-4, a wrong digit shows. A radius that differs from the charge-radii
# table is only noted: the analyses themselves differ by 1-2 %
CHARGE_TOLERANCE, RADIUS_TOLERANCE = 1e-3, 0.013

ISOTOPE_HEADER = """\
# Ground states of the stable and long-lived isotopes (half-life above 1 My, or \
present in nature).
# mass_excess_kev: mass excess of the neutral ATOM, keV. AME2020, as given in \
NUBASE2020.
# spin, parity: ground state; spin_certain is 0 where NUBASE2020 marks it as \
systematics (#) or tentative (parentheses).
# abundance: atom fraction of the natural element; empty if not present. Elements sum \
to 1 within 1e-4; the
#   1.2e-4 missing in Ta is the isomer Ta180m, not a ground state.
# half_life_yr: empty for a stable isotope.
# r_charge_fm, r_charge_unc_fm: rms charge radius and its standard uncertainty; empty \
if not measured.
# Sources: NUBASE2020, Kondev:2021lzi, doi:10.1088/1674-1137/abddae; AME2020, \
Wang:2021xhn,
#   doi:10.1088/1674-1137/abddaf; charge radii Angeli:2013epw, \
doi:10.1016/j.adt.2011.12.006.
# Licence: numerical facts; the compilations state none. Obtained: read from the IAEA \
and AMDC tables and written
#   anew by tools/build_nuclear_tables.py.
"""

FB_HEADER = """\
# Fourier-Bessel CHARGE densities from elastic electron scattering: rho(r) = sum_v a_v \
j0(v pi r/R) for r < R, else 0.
# r_cutoff_fm: R. charge: 4 pi int rho r^2 dr recomputed. rms_fm: recomputed. \
a_per_fm3: a_1 a_2 ..., by spaces.
# Source: DeVries:1987atn, doi:10.1016/0092-640X(87)90013-1 (and references there). \
Licence: numerical facts, none
#   stated. Obtained: from a public compilation of that table, written anew by \
tools/build_nuclear_tables.py;
#   the printed table itself was not compared digit by digit.
"""


def rows(path: Path, fields: list[str] | None = None) -> list[dict[str, str]]:
    """Read a CSV file whose comment lines start with ``#``."""
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    return list(csv.DictReader(lines, fieldnames=fields))


def spin_parity(text: str) -> tuple[float, int, bool]:
    """Read "7/2+*", "(3/2-)", "1+#" into spin, parity and whether the assignment is
    certain.

    In NUBASE2020 ``*`` marks a directly measured spin, ``#`` systematics, parentheses a
    tentative value.
    """
    match = re.fullmatch(r"\(?(\d+)(/2)?\)?\(?([+-])\)?[*#]?\)?[*#]?", text)
    if match is None:
        raise SystemExit(f"cannot read spin and parity {text!r}")
    spin = int(match[1]) / (2 if match[2] else 1)
    return spin, 1 if match[3] == "+" else -1, not set(text) & set("(#")


def half_life_years(value: str, unit: str) -> str:
    """Half-life in years as text; empty for stable."""
    return "" if value == "stbl" else f"{float(value) * YEARS[unit]:.6g}"


def moments(cutoff: float, coefficients: list[float]) -> tuple[float, float]:
    """Charge and rms radius of a Fourier-Bessel density."""
    charge = second = 0.0
    for v, a in enumerate(coefficients, start=1):
        k = v * math.pi
        charge -= a * (-1) ** v / k**2
        second -= a * (-1) ** v * (1 / k**2 - 6 / k**4)
    return 4 * math.pi * cutoff**3 * charge, cutoff * math.sqrt(second / charge)


def main(folder: Path) -> None:
    """Write both tables."""
    radii = {
        (int(r["z"]), int(r["a"])): (r["radius_val"], r["radius_unc"])
        for r in rows(
            folder / "angeli2013.csv",
            ["z", "symbol", "n", "a", "radius_val", "radius_unc", "pre", "preunc"],
        )
        if int(r["z"]) > 0 and r["radius_val"]
    }
    isotopes = [
        "symbol,z,a,mass_excess_kev,spin,parity,spin_certain,abundance,half_life_yr,"
        "r_charge_fm,r_charge_unc_fm"
    ]
    for r in rows(folder / "nubase2020_long_lived.csv"):
        z, a = int(r["Z"]), int(r["A"])
        spin, parity, certain = spin_parity(r["J_pi"])
        abundance = (
            f"{float(r['abundance_percent']) / 100:.8g}"
            if r["abundance_percent"]
            else ""
        )
        radius, unc = radii.get((z, a), ("", ""))
        isotopes.append(
            f"{r['nuclide'][len(str(a)) :]},{z},{a},{r['mass_excess_keV']},{spin:g},"
            f"{parity:+d},{certain:d},"
            f"{abundance},{half_life_years(r['half_life'], r['unit'])},{radius},{unc}"
        )
    atomic_write(DATA / "isotopes.csv", ISOTOPE_HEADER + "\n".join(isotopes) + "\n")

    kept, refused, wide = ["isotope,z,a,r_cutoff_fm,charge,rms_fm,a_per_fm3"], [], []
    for r in rows(folder / "fourier_bessel.csv"):
        z, a, cutoff = int(r["Z"]), int(r["A"]), float(r["R_fm"])
        coefficients = [float(r[f"a{i}"]) for i in range(1, 18)]
        while coefficients[-1] == 0.0:
            coefficients.pop()
        charge, rms = moments(cutoff, coefficients)
        measured = float(radii[z, a][0]) if (z, a) in radii else rms
        if abs(charge / z - 1) > CHARGE_TOLERANCE:
            refused.append(f"{r['nucleus']} (charge {charge:.3f})")
        else:
            if abs(rms / measured - 1) > RADIUS_TOLERANCE:
                wide.append(f"{r['nucleus']} ({rms:.3f} against {measured:.3f} fm)")
            values = " ".join(f"{c:g}" for c in coefficients)
            kept.append(
                f"{r['nucleus']},{z},{a},{cutoff:g},{charge:.4f},{rms:.4f},{values}"
            )
        print(
            f"{r['nucleus']:6s} charge/Z-1 = {charge / z - 1:+.1e}  rms/measured-1 ="
            f" {rms / measured - 1:+.2%}"
        )
    note = (
        f"# Refused, because the recomputed charge is not Z: {'; '.join(refused)}.\n#"
        f" Kept, though rms differs by more than {RADIUS_TOLERANCE:.1%} from"
        f" Angeli:2013epw: {'; '.join(wide)}.\n"
    )
    atomic_write(DATA / "fourier_bessel.csv", FB_HEADER + note + "\n".join(kept) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
