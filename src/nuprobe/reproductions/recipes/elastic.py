"""Cross sections of coherent scattering, and properties of nuclei."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nuprobe.errors import ComputationError
from nuprobe.fluxes import flux as open_flux
from nuprobe.models import StandardModel
from nuprobe.nuclei import Target
from nuprobe.nuclei import isotope as find_isotope
from nuprobe.nuclei import target as make_target
from nuprobe.nuclei.form_factors import DEFAULT_NUCLEON
from nuprobe.processes import cevns
from nuprobe.units import fm, keV, parse_quantity

__all__ = [
    "differential_cross_section",
    "flux_averaged",
    "nuclear_charge_radius",
    "nuclear_mass",
    "total_cross_section",
]


def _target(
    target: str, r_p: str | None, r_n: str | None, form_factor: str, nucleon: str
) -> Target:
    radii = [None if r is None else parse_quantity(r, "length") for r in (r_p, r_n)]
    return make_target(
        target,
        r_p=radii[0],
        r_n=radii[1],
        form_factor=form_factor,
        nucleon=nucleon,
    )


def total_cross_section(
    target: str,
    energy: str,
    r_p: str | None = None,
    r_n: str | None = None,
    form_factor: str = "helm",
    sin2_theta_w: float | None = None,
    flavour: str = "nu_mu",
    nucleon: str = DEFAULT_NUCLEON,
) -> float:
    """CEνNS σ(E) in cm².

    Parameters
    ----------
    target : as in `nuprobe.target`.
    energy : of the neutrino, e.g. ``"30 MeV"``.
    r_p, r_n : rms radii, e.g. ``"3.4 fm"``; None for the defaults of the target.
    form_factor : name of a shape.
    sin2_theta_w : weak mixing angle at low energy; None for the default.
    flavour : of the neutrino.
    nucleon : electric form factors of the nucleons.

    Examples
    --------
    >>> f"{total_cross_section('Ar40', '30 MeV', '3.4 fm', '3.5 fm'):.3e} cm2"
    '1.5e-39 cm2'
    """
    nucleus = _target(target, r_p, r_n, form_factor, nucleon)
    e_nu, model = parse_quantity(energy, "energy"), StandardModel(sin2_theta_w)
    return float(cevns.total(e_nu, nucleus, model, flavour))


def differential_cross_section(
    target: str,
    energy: str,
    recoil: str,
    r_p: str | None = None,
    r_n: str | None = None,
    form_factor: str = "helm",
    sin2_theta_w: float | None = None,
    flavour: str = "nu_mu",
    nucleon: str = DEFAULT_NUCLEON,
) -> float:
    """CEνNS dσ/dT in cm²/keV.

    Parameters
    ----------
    target, energy, r_p, r_n, form_factor, sin2_theta_w, flavour, nucleon : as in
        `total_cross_section`.
    recoil : energy of the nucleus, e.g. ``"10 keV"``.

    Examples
    --------
    >>> f"{differential_cross_section('Ar40', '30 MeV', '10 keV'):.2e} cm2/keV"
    '5.17e-41 cm2/keV'
    """
    nucleus, model = (
        _target(target, r_p, r_n, form_factor, nucleon),
        StandardModel(sin2_theta_w),
    )
    e_nu, t_nr = parse_quantity(energy, "energy"), parse_quantity(recoil, "energy")
    return float(cevns.differential(e_nu, t_nr, nucleus, model, flavour)) * keV


def flux_averaged(
    flux: str,
    target: str,
    r_p: str | None = None,
    r_n: str | None = None,
    form_factor: str = "helm",
    sin2_theta_w: float | None = None,
    options: Mapping[str, Any] | None = None,
    atoms: int = 1,
    nucleon: str = DEFAULT_NUCLEON,
) -> float:
    """CEνNS cross section averaged over all neutrinos of a flux, in cm² per
    target/`atoms`.

    Parameters
    ----------
    flux : name of a flux.
    target, r_p, r_n, form_factor, sin2_theta_w, nucleon : as in
        `total_cross_section`.
    options : of the flux.
    atoms : nuclei in a formula unit of the target.

    Examples
    --------
    >>> f"{flux_averaged('sns', 'Ar40'):.2e} cm2"
    '1.8e-39 cm2'
    """
    source = open_flux(flux, **(options or {}))
    nucleus, model = (
        _target(target, r_p, r_n, form_factor, nucleon),
        StandardModel(sin2_theta_w),
    )
    numbers = [source.total(f) for f in source.flavours]
    means = [cevns.flux_averaged(source, nucleus, model, f) for f in source.flavours]
    return float(np.average(means, weights=numbers)) / atoms


def nuclear_mass(isotope: str) -> float:
    """Nuclear mass in MeV.

    Parameters
    ----------
    isotope : such as ``"Ar40"``.

    Examples
    --------
    >>> f"{nuclear_mass('Ar40'):.1f} MeV"
    '37215.5 MeV'
    """
    return find_isotope(isotope).mass


def nuclear_charge_radius(isotope: str) -> float:
    """Measured rms charge radius in fm.

    Parameters
    ----------
    isotope : such as ``"Ar40"``.

    Examples
    --------
    >>> f"{nuclear_charge_radius('Ar40'):.3f} fm"
    '3.427 fm'
    """
    radius = find_isotope(isotope).r_charge
    if radius is None:
        raise ComputationError(f"the charge radius of {isotope} is not measured")
    return radius / fm
