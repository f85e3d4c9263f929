"""The smallest signal of a material: one electron–hole pair, or one quantum.

Data: ``data/quanta.csv``; its header says where the numbers come from.
"""

from __future__ import annotations

from functools import lru_cache

from nuprobe.files import read_table
from nuprobe.nuclei.isotopes import DATA
from nuprobe.units import eV

__all__ = ["smallest_signal"]


@lru_cache(maxsize=1)
def _table() -> dict[str, float]:
    rows = read_table(DATA / "quanta.csv")
    return {row["element"]: float(row["energy_ev"]) * eV for row in rows}


def smallest_signal(symbol: str) -> float | None:
    """Mean electron-equivalent energy (MeV) of one electron–hole pair or quantum; None
    if the element has no entry.

    Parameters
    ----------
    symbol : of the element, e.g. ``"Ge"``.

    Examples
    --------
    >>> f"{smallest_signal('Ge') / eV:.2f} eV"
    '2.96 eV'
    """
    return _table().get(symbol)
