"""Write the table of collision factors that the evolution of the universe reads.

    python tools/build_collision_table.py

takes under a minute. The columns are ratios of the energy exchange of neutrinos with e±
to that of Boltzmann statistics with massless electrons, see
`nuprobe.cosmology.collisions`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import nuprobe.cosmology.tables as tables
from nuprobe.cosmology.collisions import blocking_factor, collision_factor

ORDER = 32
HEAD = f"""\
# Energy exchange of neutrinos with e+ e-: ratio to Boltzmann statistics with massless
#   electrons, near equilibrium, with Fermi-Dirac statistics, Pauli blocking and the
#   mass of the electron. temperature in MeV.
# weak_*: with the couplings of nu_e or nu_mu (= nu_tau).
# magnetic_scattering_X: with the photon screened as X.
# blocking_X: share of the number of magnetic scatterings that Pauli blocking leaves.
# Obtained: computed by tools/build_collision_table.py (Gauss-Legendre rules of order
#   {ORDER}, good to 1e-6). Licence: as nuprobe.
"""


def main() -> None:
    """Compute and write the table."""
    rows = [",".join(["temperature", *tables.COLUMNS, *tables.BLOCKED])]
    for t in np.geomspace(tables.COLDEST, tables.HOTTEST, tables.ROWS):
        values = [
            collision_factor(kind, t, flavour=flavour, screening=screening, order=ORDER)
            for kind, flavour, screening in tables.COLUMNS.values()
        ]
        values += [blocking_factor(t, name) for name in tables.BLOCKED.values()]
        rows.append(",".join([f"{t:.10g}", *(f"{v:.7e}" for v in values)]))
    path = Path(tables.__file__).parent / "data" / "collision_factors.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
