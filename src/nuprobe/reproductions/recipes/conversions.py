"""Published numbers that follow from others by a short calculation: averages,
conversions between limits, shares of a flux."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nuprobe.constants import ALPHA_EM, G_FERMI, M_ELECTRON
from nuprobe.errors import ComputationError, InputError, shown
from nuprobe.fluxes import flux as open_flux
from nuprobe.models import Electromagnetic, StandardModel
from nuprobe.models.charge_radius import RADIUS
from nuprobe.numerics import FloatArray
from nuprobe.processes import electron
from nuprobe.stars import electron_gas
from nuprobe.stars.moments import share_of
from nuprobe.units import GeV, parse_quantity

__all__ = [
    "antineutrino_conversion",
    "boson_of_radius",
    "dipole_of_moment",
    "moment_from_excess",
    "moment_of_other_flavour",
    "pair_moment",
    "plasmon_charge",
    "weighted_mean",
]

_POINTS = 64


def weighted_mean(entries: Sequence[str], error: bool = False) -> float:
    """Mean of measurements of the catalogue, weighted by the inverse squares of their
    errors (the mean of both sides), in their common unit.

    Parameters
    ----------
    entries : ids.
    error : return the error of the mean instead.

    Raises
    ------
    InputError
        If an entry has no value with errors, or another unit.

    Examples
    --------
    >>> both = ["anomalous_moment.mu/BNL-2006", "anomalous_moment.mu/Muon-g-2-2021"]
    >>> round(weighted_mean(both, error=True), 2)
    4.1
    """
    from nuprobe.catalogue import catalogue

    known = catalogue()
    found = [known[name] for name in entries]
    values, errors = [], []
    for entry in found:
        if entry.value is None or entry.errors is None:
            raise InputError(f"{entry.id} has no value with errors")
        if entry.unit != found[0].unit:
            raise InputError(
                f"{entry.id} is in {entry.unit}, {found[0].id} in {found[0].unit}"
            )
        values.append(entry.value)
        errors.append((entry.errors.plus + entry.errors.minus) / 2)
    weights = np.array(errors) ** -2
    if error:
        return float(weights.sum() ** -0.5)
    return float(np.average(values, weights=weights))


def plasmon_charge(
    moment: float, density: float, temperature: float, y_e: float = 0.5
) -> float:
    """Charge of a neutrino, in e, for which the decay rate of a plasmon of squared mass
    ω_p² equals that by a magnetic moment.

    The widths are q²e²K²/12πω and μ²K⁴/24πω, so that q e = μ ω_p/√2.

    Parameters
    ----------
    moment : in Bohr magnetons.
    density, temperature, y_e : of the star, in g/cm³ and K.

    Examples
    --------
    >>> f"{plasmon_charge(3e-12, 2e5, 1e8):.1e}"
    '1.8e-14'
    """
    frequency = electron_gas(density, temperature, y_e).plasma_frequency
    return float(moment * frequency / (2 * np.sqrt(2) * M_ELECTRON))


def pair_moment(moment: float) -> float:
    """Limit on a Majorana transition moment from one on a Dirac moment; both orders of
    the pair count, since papers on stars sum over the matrix.

    Parameters
    ----------
    moment : limit on the diagonal moment of one Dirac neutrino.

    Examples
    --------
    >>> round(pair_moment(2.0), 3)
    1.414
    """
    return float(moment * np.sqrt(share_of("majorana", "pairs")))


def antineutrino_conversion(antineutrinos: float, above: str) -> float:
    """Conversion probability of solar ⁸B neutrinos that corresponds to a flux of
    antineutrinos.

    Parameters
    ----------
    antineutrinos : in 1/cm²/s.
    above : their minimum energy, e.g. ``"8.3 MeV"``.

    Examples
    --------
    >>> f"{antineutrino_conversion(93.0, '8.3 MeV'):.1e}"
    '5.7e-05'
    """
    (boron,) = open_flux("solar", components=["8B"]).components
    low = parse_quantity(above, "energy")
    if not boron.edges[0] < low < boron.edges[-1]:
        raise InputError(
            f"above must lie inside the spectrum of 8B, got {shown(above)}"
        )
    energies = np.linspace(low, boron.edges[-1], 4001)
    return float(antineutrinos / np.trapezoid(boron.continuum(energies), energies))


def moment_from_excess(
    excess: float, low: str, high: str, spectrum: str = "vogel-engel"
) -> float:
    """Moment, in Bohr magnetons, for which the magnetic scattering of reactor
    antineutrinos on free electrons is `excess` times the weak one in a range of
    recoils.

    Parameters
    ----------
    excess : magnetic over weak counts.
    low, high : recoil energies, e.g. ``"0.6 MeV"``.
    spectrum : option ``low_energy`` of the flux.

    Examples
    --------
    >>> 1e-10 < moment_from_excess(1.0, "0.6 MeV", "2 MeV") < 1e-9
    True
    """
    if excess <= 0:
        raise InputError(f"excess must be positive, got {shown(excess)}")
    fractions = {"U235": 0.564, "U238": 0.076, "Pu239": 0.304, "Pu241": 0.056}
    source = open_flux("reactor", fractions=fractions, low_energy=spectrum)

    def count(model: StandardModel | Electromagnetic) -> float:
        t, w = _recoils(low, high)
        return float(w @ electron.averaged(source, t, model, "nubar_e"))

    weak = StandardModel()
    magnetic = count(Electromagnetic(mu_eff={"e": 1e-10}, base=weak)) - count(weak)
    return float(1e-10 * np.sqrt(excess * count(weak) / magnetic))


def moment_of_other_flavour(moment: float, low: str, high: str) -> float:
    """Moment of ν_μ and ν̄_μ, in Bohr magnetons, that gives the same scattering rate on
    free electrons as one of ν_e, for muons decaying at rest.

    Parameters
    ----------
    moment : of ν_e, in Bohr magnetons.
    low, high : recoil energies, e.g. ``"10 MeV"``.

    Examples
    --------
    >>> 0.6e-9 < moment_of_other_flavour(1e-9, "10 MeV", "50 MeV") < 0.8e-9
    True
    """
    source, t_w = open_flux("sns"), _recoils(low, high)

    def count(flavour: str) -> float:
        weak = StandardModel()
        both = Electromagnetic(
            mu_eff=dict.fromkeys(("e", "mu", "tau"), 1e-8), base=weak
        )
        t, w = t_w
        added = electron.averaged(source, t, both, flavour) - electron.averaged(
            source, t, weak, flavour
        )
        return float(w @ added)

    muons = count("nu_mu") + count("nubar_mu")
    if muons <= 0:
        raise ComputationError(f"no recoils of muon neutrinos from {low} to {high}")
    return float(moment * np.sqrt(count("nu_e") / muons))


def dipole_of_moment(moment: float) -> float:
    """Dipole coupling d, in 1/GeV, to a light N that is equivalent to a magnetic moment
    μ = 2d.

    Parameters
    ----------
    moment : in Bohr magnetons.

    Examples
    --------
    >>> f"{dipole_of_moment(1.0):.0f}"
    '148'
    """
    magneton = np.sqrt(4 * np.pi * ALPHA_EM) / (2 * M_ELECTRON)  # 1/MeV
    return float(moment * magneton / 2 * GeV)


def boson_of_radius(radius: float, mass: str) -> float:
    """Coupling of a heavy B − L boson that shifts the vector coupling of electrons by
    as much as a charge radius of the neutrino: g²/√2G_F m² = √2πα⟨r²⟩/3G_F.

    Parameters
    ----------
    radius : |⟨r²⟩| in cm², convention q²⟨r²⟩/6.
    mass : far above the momentum transfer, e.g. ``"1 GeV"``.

    Examples
    --------
    >>> f"{boson_of_radius(1.2e-32, '1 GeV'):.1e}"
    '6.9e-04'
    """
    m = parse_quantity(mass, "energy")
    return float(m * np.sqrt(np.sqrt(2) * G_FERMI * RADIUS * abs(radius)))


def _recoils(low: str, high: str) -> tuple[FloatArray, FloatArray]:
    """Gauss–Legendre recoil energies in MeV and weights."""
    a, b = parse_quantity(low, "energy"), parse_quantity(high, "energy")
    if not 0 < a < b:
        raise InputError(f"low must be below high, got {low} and {high}")
    x, w = np.polynomial.legendre.leggauss(_POINTS)
    return (a + b) / 2 + (b - a) / 2 * x, (b - a) / 2 * w
