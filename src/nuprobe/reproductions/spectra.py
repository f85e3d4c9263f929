"""Cross sections with charges and moments, as in figures of the literature."""

from __future__ import annotations

from functools import partial
from math import pi, sqrt

import numpy as np

from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM
from nuprobe.fluxes import FluxComponent
from nuprobe.fluxes import flux as open_flux
from nuprobe.models import Electromagnetic, StandardModel
from nuprobe.nuclei import Target, target
from nuprobe.numerics import FloatArray
from nuprobe.processes import cevns
from nuprobe.tables import Table
from nuprobe.units import keV

__all__ = ["magnetic_spectra", "millicharge_by_hand", "millicharge_figure"]


def millicharge_by_hand(
    t_nr: FloatArray, e_nu: float, charge: float, isotope: str = "Ar40"
) -> FloatArray:
    """CEνNS dσ/dT in cm²/MeV with a millicharge in e, from its closed form with
    separate form factors, F(0) = Z and N.

    (G_F² M/π)(1 − T/E − MT/2E²)[g_V^p F_p + g_V^n F_n + (2√2πα/G_F)(e/2MT) F_p]²,
    eq. 6 of the EPS-HEP2021 proceedings of Kouzakov, Lazarev and Studenikin, with g_V^p
    = ½ − 2s², g_V^n = −½.

    Parameters
    ----------
    t_nr : recoil energies, MeV, any shape.
    e_nu : neutrino energy, MeV.
    charge : millicharge, in e.
    isotope : the nucleus.

    Returns
    -------
    array
        Shape of `t_nr`.

    Examples
    --------
    >>> with_charge, without = (
    ...     float(millicharge_by_hand(np.array(0.001), 50.0, q)) for q in (1.5e-12, 0.0)
    ... )
    >>> with_charge > without
    False
    """
    part = target(isotope).components[0]
    mass, t = part.isotope.mass, np.asarray(t_nr, dtype=float)
    q2 = 2 * mass * t
    protons, neutrons = part.shapes(q2)
    photon = 2 * sqrt(2) * pi * ALPHA_EM / G_FERMI * charge / q2
    amplitude = (0.5 - 2 * StandardModel().low_sin2 + photon) * protons - 0.5 * neutrons
    shape = np.maximum(1 - t / e_nu - mass * t / (2 * e_nu**2), 0.0)
    return np.asarray(G_FERMI**2 * mass / pi * shape * amplitude**2 * HBARC_MEV_CM**2)


def millicharge_figure() -> Table:
    """Fig. 1 of the EPS-HEP2021 proceedings: dσ/dT on argon at 50 MeV with diagonal
    millicharges, and the formula.

    Examples
    --------
    >>> len(millicharge_figure().rows)
    9
    """
    recoils = np.array([1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, 70.0, 100.0])
    charges = (0.0, 1.5e-12, -1.5e-12)
    columns = [recoils]
    for q in charges:
        model = Electromagnetic(charge={"ee": q, "mumu": q, "tautau": q})
        columns.append(
            cevns.differential(50.0, recoils * keV, "Ar40", model, "nu_mu") * keV
        )
        columns.append(millicharge_by_hand(recoils * keV, 50.0, q) * keV)
    names = [f"e = {q:g}{what}" for q in charges for what in ("", ", formula")]
    return Table(
        "dsigma/dT on Ar40 at 50 MeV [cm2/keV], zero distance",
        ("T [keV]", *names),
        tuple(tuple(map(float, row)) for row in np.transpose(columns)),
        dict.fromkeys(names, ".6e"),
        (
            "e in units of the proton's charge. The photon's part falls as 1/T: at 1"
            " keV it moves the cross section by "
            + " and ".join(
                f"{100 * (columns[k][0] / columns[1][0] - 1):+.2f} %" for k in (3, 5)
            ),
        ),
    )


def _cross_section(
    t: float,
    nucleus: Target,
    model: Electromagnetic,
    part: FluxComponent,
    e: FloatArray,
) -> FloatArray:
    return cevns.differential(e, t, nucleus, model, part.flavour)


def magnetic_spectra() -> Table:
    """Cross sections of CsI averaged over the neutrinos of the SNS, with effective
    magnetic moments of all flavours.

    Examples
    --------
    >>> print(magnetic_spectra())  # doctest: +SKIP
    """
    recoils = np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 4.0, 10.0, 20.0, 30.0])
    moments = (0.0, 1e-10, 1e-9)
    source, nuclei = open_flux("sns"), target("CsI").components
    number = sum(source.total(f) for f in source.flavours)
    columns = [recoils]
    for mu in moments:
        model = Electromagnetic(mu_eff={"e": mu, "mu": mu, "tau": mu})
        mean = np.zeros(recoils.shape)
        for i, t in enumerate(recoils * keV):
            for nucleus in nuclei:
                # the integrand has a step at the smallest energy that can transfer T
                least = (t + sqrt(t**2 + 2 * nucleus.isotope.mass * t)) / 2
                for part in source.components:
                    cross_section = partial(
                        _cross_section,
                        t,
                        Target(nucleus.isotope.name, (nucleus,)),
                        model,
                        part,
                    )
                    mean[i] += float(part.integrate(cross_section, least)) / number
        columns.append(mean * keV)
    names = [f"mu = {mu:g} muB" for mu in moments]
    return Table(
        "dsigma/dT on CsI averaged over the SNS neutrinos [cm2/keV per CsI]",
        ("T [keV]", *names),
        tuple(tuple(map(float, row)) for row in np.transpose(columns)),
        dict.fromkeys(names, ".4e"),
        (
            (
                "the threshold of the CsI detector is near 4 keV: there 1e-9 muB adds"
                f" {100 * (columns[3][6] / columns[1][6] - 1):.2f} %, so that a few"
                " 1e-9 muB can be seen"
            ),
        ),
    )
