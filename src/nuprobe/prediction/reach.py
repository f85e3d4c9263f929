"""Whether a flux extends beyond the energies for which a process is accurate."""

from __future__ import annotations

from typing import Final

import numpy as np

from nuprobe.errors import warn
from nuprobe.fluxes import Flux, FluxComponent
from nuprobe.models import StandardModel
from nuprobe.numerics import FloatArray
from nuprobe.processes import Process
from nuprobe.processes.cross_section import total

__all__ = ["share_beyond", "warn_beyond"]

_POINTS: Final = 17
_RTOL: Final = 1e-3  # the fraction is shown with two digits


def share_beyond(process: Process, flux: Flux) -> float:
    """Fraction of interactions above the energy to which a process is accurate, in the
    Standard Model with the flavours of the source, before the response.

    If those flavours do not interact at all, the cross section of the electron flavour
    is used, as after oscillation.

    Parameters
    ----------
    process : what scatters.
    flux : the source.

    Examples
    --------
    >>> from nuprobe.fluxes import flux
    >>> from nuprobe.processes import process
    >>> round(share_beyond(process("carbon-nc"), flux("sns")), 2)
    0.99
    """
    own = [_weighted(process, c, c.flavour.name) for c in flux.components]
    every, above = np.sum(own, axis=0)
    if every == 0:
        electron = ("nubar_e" if c.flavour.anti else "nu_e" for c in flux.components)
        pairs = zip(flux.components, electron, strict=True)
        every, above = np.sum([_weighted(process, c, f) for c, f in pairs], axis=0)
    return float(above / every) if every else 0.0


def _weighted(process: Process, part: FluxComponent, flavour: str) -> FloatArray:
    """∫ φ σ dE in total, and above the energy to which the process is accurate."""
    energies = np.linspace(0, part.e_max, _POINTS)[1:]
    sigma = total(process, energies, None, StandardModel(), flavour, rtol=_RTOL)

    def interpolated(e: FloatArray) -> FloatArray:
        return np.interp(e, energies, sigma, left=0.0)

    ends = np.array([0.0, process.accurate_to])
    return part.integrate(interpolated, ends)


def warn_beyond(process: Process, flux: Flux) -> None:
    """Warn (`ValidityWarning`) if interactions lie above the energy to which a process
    is accurate.

    Parameters
    ----------
    process : what scatters.
    flux : the source.

    Examples
    --------
    >>> from nuprobe.fluxes import flux
    >>> from nuprobe.processes import process
    >>> warn_beyond(process("deuteron-nc"), flux("solar", components=["8B"]))
    """
    highest = max(part.e_max for part in flux.components)
    if highest <= process.accurate_to:
        return
    share = share_beyond(process, flux)
    if share > 0:
        warn(
            f"above {process.accurate_to:g} MeV {process.left_out} count that"
            f" {process.name} leaves out: {100 * share:.2g} % of the interactions of"
            f" {flux.name}, which reaches to {highest:.4g} MeV, lie there"
        )
