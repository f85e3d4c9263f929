"""Radii of nuclei: charge, point protons, and defaults."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nuprobe.constants import (
    M_PROTON,
    NEUTRON_CHARGE_RADIUS2_FM2,
    PROTON_CHARGE_RADIUS_FM,
)
from nuprobe.errors import InputError, warn
from nuprobe.files import read_table
from nuprobe.nuclei.isotopes import DATA, Isotope, isotope
from nuprobe.reprs import readable
from nuprobe.units import fm

__all__ = [
    "NeutronRadiusModel",
    "charge_to_point",
    "default_charge_radius",
    "default_radius",
    "neutron_radius_models",
    "point_proton_radius",
    "point_to_charge",
]


@readable
@dataclass(frozen=True)
class NeutronRadiusModel:
    """One prediction of the radii of one isotope.

    Attributes
    ----------
    model : name of the interaction.
    family : ``SHF``, ``RMF`` or ``muonic`` (a measured charge radius).
    isotope : name of the nucleus.
    r_p, r_n : rms radii of point protons and point neutrons, MeV⁻¹; r_n is None for
        ``muonic``.
    """

    model: str
    family: str
    isotope: str
    r_p: float
    r_n: float | None


def point_proton_radius(of: str | Isotope) -> float:
    """Root-mean-square radius of the distribution of point protons, from the measured
    charge radius, MeV⁻¹.

    R_p² = R_ch² − r_p² − (N/Z) r_n² − 3/(4 M_p²): proton and neutron charge radii and
    the Darwin–Foldy term removed [Ong:2010gf; the spin-orbit term, of order 0.01–0.1
    fm², is neglected]. A single proton (H1) gives 0.

    Parameters
    ----------
    of : the nucleus.

    Raises
    ------
    InputError
        If the charge radius of this isotope has not been measured.

    Examples
    --------
    >>> f"{point_proton_radius('Ar40') / fm:.3f} fm"
    '3.339 fm'
    """
    nucleus = isotope(of)
    if nucleus.r_charge is None:
        raise InputError(
            f"the charge radius of {nucleus.name} has not been measured: give a radius"
        )
    return charge_to_point(nucleus.r_charge, nucleus)


def charge_to_point(r_charge: float, nucleus: Isotope) -> float:
    """Point-proton rms radius (MeV⁻¹) of a charge radius, as in `point_proton_radius`.

    Parameters
    ----------
    r_charge : rms charge radius, MeV⁻¹.
    nucleus : the isotope; 0 for H1.

    Raises
    ------
    InputError
        If the charge radius is smaller than that of the nucleons.

    Examples
    --------
    >>> f"{charge_to_point(3.427 * fm, isotope('Ar40')) / fm:.3f} fm"
    '3.338 fm'
    """
    if nucleus.a == 1:
        return 0.0
    nucleon2 = _nucleon_size2(nucleus)
    if not (r_charge >= 0 and r_charge**2 >= nucleon2):
        smallest = math.sqrt(max(nucleon2, 0.0))
        raise InputError(
            f"a charge radius of {r_charge / fm:.6g} fm of {nucleus.name} is"
            f" impossible: the nucleons alone give {smallest / fm:.4g} fm; give a"
            " length, e.g. 3.4 * fm"
        )
    return math.sqrt(r_charge**2 - nucleon2)


def point_to_charge(r_p: float, nucleus: Isotope) -> float:
    """Rms charge radius (MeV⁻¹) of a point-proton radius: inverse of `charge_to_point`.

    Parameters
    ----------
    r_p : rms radius of the point protons, MeV⁻¹.
    nucleus : the isotope.

    Examples
    --------
    >>> argon = isotope("Ar40")
    >>> round(point_to_charge(point_proton_radius(argon), argon) / argon.r_charge, 9)
    1.0
    """
    return math.sqrt(r_p**2 + _nucleon_size2(nucleus))


def _nucleon_size2(nucleus: Isotope) -> float:
    """Contribution of the nucleons to the mean squared charge radius (MeV⁻²), with the
    Darwin–Foldy term."""
    size2 = (
        PROTON_CHARGE_RADIUS_FM**2 + nucleus.n / nucleus.z * NEUTRON_CHARGE_RADIUS2_FM2
    )
    return size2 * fm**2 + 0.75 / M_PROTON**2


def neutron_radius_models() -> tuple[NeutronRadiusModel, ...]:
    """Proton and neutron rms radii of Cs133 and I127 in Skyrme–Hartree–Fock and
    relativistic mean-field models.

    Source: [Cadeddu:2017etk, table I]; the rows ``muonic`` are charge radii of
    [Fricke:1995zz].

    Examples
    --------
    >>> skyrme = neutron_radius_models()[0]
    >>> skyrme.family, f"{(skyrme.r_n - skyrme.r_p) / fm:.2f} fm"
    ('SHF', '0.14 fm')
    """
    return tuple(
        NeutronRadiusModel(
            model=row["model"],
            family=row["family"],
            isotope=row["isotope"],
            r_p=float(row["r_p_fm"]) * fm,
            r_n=float(row["r_n_fm"]) * fm if row["r_n_fm"] else None,
        )
        for row in read_table(DATA / "neutron_radius_models.csv")
    )


def default_radius(nucleus: Isotope) -> float:
    """Point-nucleon rms radius (MeV⁻¹) used when none is given.

    From `default_charge_radius`, with the size of the nucleons removed
    (`point_proton_radius`).

    Parameters
    ----------
    nucleus : the isotope.

    Examples
    --------
    >>> f"{default_radius(isotope('Ar40')) / fm:.3f} fm"
    '3.339 fm'
    """
    return charge_to_point(default_charge_radius(nucleus), nucleus)


def default_charge_radius(nucleus: Isotope) -> float:
    """Charge radius (MeV⁻¹) used when none is given.

    The measured one. If there is none (S33, V50 and some isotopes without natural
    abundance), that of a Fermi density with c = 1.23 A^(1/3) − 0.60 fm, a = 0.52 fm
    [Lewin:1995rx, section 4.1], with a `ValidityWarning`.

    Parameters
    ----------
    nucleus : the isotope.

    Examples
    --------
    >>> f"{default_charge_radius(isotope('Ar40')) / fm:.3f} fm"
    '3.427 fm'
    """
    if nucleus.r_charge is not None:
        return nucleus.r_charge
    warn(
        f"the charge radius of {nucleus.name} is not measured: using a systematic"
        " formula good to a few per cent; give r_p"
    )
    c, a = 1.23 * nucleus.a ** (1 / 3) - 0.60, 0.52
    return math.sqrt(0.6 * c**2 + 1.4 * (math.pi * a) ** 2) * fm
