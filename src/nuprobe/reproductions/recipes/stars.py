"""Red giants: emission by plasmons and limits from the tip of their branch."""

from __future__ import annotations

from nuprobe.errors import InputError, shown
from nuprobe.stars import fitted_emission, plasmon_emission, tip_limit
from nuprobe.stars.tip import Statistic

__all__ = ["stellar_emission", "stellar_tip_limit"]

_KINDS = ("ratio", "weak", "fit")


def stellar_emission(
    kind: str, density: float, temperature: float, moment: float = 1e-12
) -> float:
    """Emission by plasmons at Y_e = 0.5, in erg/g/s, or a ratio.

    Parameters
    ----------
    kind : ``"ratio"`` (by the moment over weak), ``"weak"``, or ``"fit"`` of Haft,
        Raffelt and Weiss.
    density : in g/cm³.
    temperature : in K.
    moment : μ_ν in Bohr magnetons.

    Examples
    --------
    >>> round(stellar_emission("ratio", 1e6, 1e8), 4)
    0.0972
    """
    if kind not in _KINDS:
        raise InputError(f"kind must be one of {', '.join(_KINDS)}, got {shown(kind)}")
    if kind == "fit":
        return fitted_emission(density, temperature)
    found = plasmon_emission(density, temperature, moment)
    return found.ratio if kind == "ratio" else found.weak


def stellar_tip_limit(statistic: Statistic, cl: float = 0.95) -> float:
    """Limit on μ_ν from the tip of the red-giant branch of M5, in Bohr magnetons.

    Parameters
    ----------
    statistic : as in `nuprobe.stars.tip_limit`.
    cl : confidence level.

    Examples
    --------
    >>> round(1e12 * stellar_tip_limit("distance"), 2)
    4.47
    """
    return tip_limit(statistic=statistic, cl=cl)
