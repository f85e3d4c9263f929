"""Break-up of the deuteron by neutrinos."""

from __future__ import annotations

from nuprobe.errors import UnknownNameError
from nuprobe.fluxes import flux as open_flux
from nuprobe.processes.nuclear import breakup, deuteron
from nuprobe.processes.nuclear.two_nucleons import Scheme
from nuprobe.units import parse_quantity

__all__ = [
    "deuteron_average",
    "deuteron_cross_section",
    "deuteron_ratio",
    "deuteron_slope",
    "deuteron_threshold",
]

_STATES = {"pp": breakup.PP, "nn": breakup.NN, "np": breakup.NP}


def deuteron_threshold(state: str) -> float:
    """Threshold neutrino energy for break-up of the deuteron, MeV.

    Parameters
    ----------
    state : the two nucleons, ``"pp"`` (with e⁻), ``"nn"`` (with e⁺) or ``"np"``.

    Examples
    --------
    >>> round(deuteron_threshold("np"), 4)
    2.2259
    """
    if state not in _STATES:
        raise UnknownNameError("final state", state, _STATES)
    return _STATES[state].threshold


def deuteron_cross_section(
    energy: str,
    current: deuteron.Current,
    flavour: str,
    l1a: str | None = None,
    scheme: Scheme | None = None,
) -> float:
    """Cross section per deuteron in cm².

    Parameters
    ----------
    energy : of the neutrino, e.g. ``"10 MeV"``.
    current, flavour, l1a, scheme : as in `nuprobe.deuteron.total`.

    Examples
    --------
    >>> f"{deuteron_cross_section('10 MeV', 'nc', 'nu_mu'):.3e}"
    '1.081e-42'
    """
    e_nu = parse_quantity(energy, "energy")
    sigma = deuteron.total(e_nu, current, flavour, l1a=l1a, scheme=scheme)
    return float(sigma)


def deuteron_ratio(energy: str) -> float:
    """Neutral-current cross section of neutrinos over that of antineutrinos.

    Parameters
    ----------
    energy : of both, e.g. ``"10 MeV"``.

    Examples
    --------
    >>> round(deuteron_ratio("10 MeV"), 3)
    1.047
    """
    of = [deuteron_cross_section(energy, "nc", f) for f in ("nu_mu", "nubar_mu")]
    return of[0] / of[1]


def deuteron_slope(energy: str, current: deuteron.Current, flavour: str) -> float:
    """d ln σ/dL_1A at L_1A = 0 in the resummed scheme, fm⁻³.

    Parameters
    ----------
    energy, current, flavour : as in `deuteron_cross_section`.

    Examples
    --------
    >>> round(deuteron_slope("10 MeV", "cc", "nu_e"), 4)
    0.0133
    """
    e_nu, step = parse_quantity(energy, "energy"), 0.01
    low, at, high = (
        float(deuteron.total(e_nu, current, flavour, l1a=x, scheme="resummed"))
        for x in (-step, 0.0, step)
    )
    return (high - low) / (2 * step * at)


def deuteron_average(component: str, current: deuteron.Current) -> float:
    """Mean cross section per deuteron over solar electron neutrinos as produced, cm².

    Parameters
    ----------
    component : of the Sun's spectrum, e.g. ``"8B"``.
    current : ``"cc"`` or ``"nc"``.

    Examples
    --------
    >>> f"{deuteron_average('8B', 'nc'):.2e}"
    '4.77e-43'
    """
    flux = open_flux("solar", components=[component])
    return deuteron.flux_averaged(flux, current, "nu_e")
