"""Rebuild src/nuprobe/processes/trident/data/*.npz, the interpolants of the trident's
lepton half.

    python tools/build_trident_tables.py [NAME ...]

without names all of `PLANS`, and ``equal-low-axial`` and ``equal-high-axial``, two at a
time; each line printed gives the size and the error measured at random points.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from nuprobe.files import atomic_write
from nuprobe.processes.trident.table_build import build, to_bytes
from nuprobe.processes.trident.tables import PLANS

DATA = (
    Path(__file__).parent.parent / "src" / "nuprobe" / "processes" / "trident" / "data"
)


def make(name: str) -> str:
    """Build and write one table; return a line about it."""
    start = time.perf_counter()
    plan, axial = name.removesuffix("-axial"), name.endswith("-axial")
    table = build(plan, axial=axial)
    content = to_bytes(table, axial=axial)
    atomic_write(DATA / f"{name}.npz", content)
    shapes = [
        table.left.shape,
        table.right.shape,
        *(a.shape for a in table.mediator or ()),
    ]
    return (
        f"{name}: {len(content) / 1e3:.0f} kB {shapes}, error {table.error:.1e},"
        f" mediator {table.mediator_error:.1e}, {time.perf_counter() - start:.0f} s"
    )


def main() -> None:
    """Build the tables named on the command line."""
    with ProcessPoolExecutor(2) as pool:
        for line in pool.map(
            make,
            sys.argv[1:]
            or [
                "equal-high-axial",
                *sorted(PLANS, key=lambda n: -PLANS[n].orders.angle),
                "equal-low-axial",
            ],
        ):
            print(line, flush=True)


if __name__ == "__main__":
    main()
