"""Inverse beta decay."""

from __future__ import annotations

from nuprobe.processes.nuclear import ibd
from nuprobe.units import parse_quantity

__all__ = ["inverse_beta_cosine", "inverse_beta_cross_section"]


def inverse_beta_cross_section(
    energy: str, form: ibd.Version = "strumia-vissani"
) -> float:
    """Cross section per free proton in cm².

    Parameters
    ----------
    energy : of the antineutrino, e.g. ``"5 MeV"``.
    form : as in `nuprobe.ibd.total`.

    Examples
    --------
    >>> f"{inverse_beta_cross_section('5 MeV'):.4e}"
    '1.2732e-42'
    """
    return float(ibd.total(parse_quantity(energy, "energy"), version=form))


def inverse_beta_cosine(energy: str, form: ibd.Version = "strumia-vissani") -> float:
    """Mean cosine of the positron's angle.

    Parameters
    ----------
    energy, form : as in `inverse_beta_cross_section`.

    Examples
    --------
    >>> round(inverse_beta_cosine("5 MeV"), 4)
    -0.0244
    """
    return float(ibd.mean_cosine(parse_quantity(energy, "energy"), version=form))
