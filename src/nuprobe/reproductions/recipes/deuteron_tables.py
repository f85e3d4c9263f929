"""Public tables of deuteron break-up compared with this package."""

from __future__ import annotations

import numpy as np

from nuprobe.constants import G_A
from nuprobe.errors import ComputationError
from nuprobe.processes import deuteron
from nuprobe.processes.nuclear.deuteron_process import Radiative
from nuprobe.units import parse_quantity

__all__ = [
    "deuteron_neutral_over_charged",
    "deuteron_radiative",
    "deuteron_table_current",
    "deuteron_table_ratio",
]

_HIGHEST = 60.0


def deuteron_table_ratio(
    table: float,
    energy: str,
    current: deuteron.Current,
    flavour: str,
    radiative: Radiative = "none",
    g_a: float = G_A,
) -> float:
    """σ(E) of this package, with another g_A, over the number of a table.

    Parameters
    ----------
    table : cross section of the table in cm².
    energy : of the neutrino, e.g. ``"10 MeV"``.
    current, flavour, radiative : as in `nuprobe.deuteron.total`.
    g_a : axial coupling of the table; σ is taken as ∝ g_A².

    Examples
    --------
    >>> round(deuteron_table_ratio(2.708e-42, "10 MeV", "cc", "nu_e"), 3)
    0.964
    """
    e_nu = parse_quantity(energy, "energy")
    ours = float(deuteron.total(e_nu, current, flavour, radiative=radiative))
    return ours * (g_a / G_A) ** 2 / table


def deuteron_table_current(
    table: float,
    energy: str,
    flavour: str,
    radiative: Radiative = "inner",
    g_a: float = G_A,
) -> float:
    """L_1A in fm³, resummed scheme, that gives the charged-current number of a table.

    Parameters
    ----------
    table, energy, flavour, radiative, g_a : as in `deuteron_table_ratio`.

    Examples
    --------
    >>> round(deuteron_table_current(2.708e-42, "10 MeV", "nu_e", g_a=1.267), 1)
    1.8
    """
    e_nu, scale = parse_quantity(energy, "energy"), (g_a / G_A) ** 2
    at = [
        scale
        * float(
            deuteron.total(
                e_nu, "cc", flavour, l1a=x, scheme="resummed", radiative=radiative
            )
        )
        for x in (-1.0, 0.0, 1.0)
    ]
    linear, square = (at[2] - at[0]) / 2, (at[2] + at[0]) / 2 - at[1]
    roots = np.roots([square, linear, at[1] - table])
    real = roots[np.isreal(roots)].real
    near = real[np.abs(real).argmin()] if real.size else np.inf
    if abs(near) > _HIGHEST:
        raise ComputationError(f"no L_1A gives {table:g} cm2 at {energy}")
    return float(near)


def deuteron_neutral_over_charged(energy: str, radiative: Radiative = "none") -> float:
    """σ of ν d → ν p n over that of ν_e d → e⁻ p p.

    Parameters
    ----------
    energy : of both, e.g. ``"10 MeV"``.
    radiative : as in `nuprobe.deuteron.total`.

    Examples
    --------
    >>> round(deuteron_neutral_over_charged("10 MeV"), 4)
    0.4139
    """
    e_nu = parse_quantity(energy, "energy")
    neutral = deuteron.total(e_nu, "nc", "nu_mu", radiative=radiative)
    charged = deuteron.total(e_nu, "cc", "nu_e", radiative=radiative)
    return float(neutral / charged)


def deuteron_radiative(
    energy: str, current: deuteron.Current, flavour: str, radiative: Radiative = "full"
) -> float:
    """Change by radiative corrections, per cent.

    Parameters
    ----------
    energy, current, flavour, radiative : as in `deuteron_table_ratio`.

    Examples
    --------
    >>> round(deuteron_radiative("10 MeV", "cc", "nu_e"), 2)
    2.99
    """
    e_nu = parse_quantity(energy, "energy")
    none, corrected = (
        float(deuteron.total(e_nu, current, flavour, radiative=kind))
        for kind in ("none", radiative)
    )
    return 100 * (corrected / none - 1)
