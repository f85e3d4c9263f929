"""Targets in each regime: charge form factors of nuclei, and the currents that the
kernels sum over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Unpack

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.nuclei import (
    Component,
    FormFactor,
    Isotope,
    Target,
    TargetSpec,
    form_factors,
)
from nuprobe.nuclei import isotope as as_isotope
from nuprobe.nuclei import target as make_target
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.processes.trident.channels import channel as read_channel
from nuprobe.processes.trident.cross_section import threshold
from nuprobe.processes.trident.currents import (
    FERMI_MOMENTUM,
    Current,
    coherent,
    electron,
    fermi_momentum,
    nucleon,
)
from nuprobe.processes.trident.inelastic import KINDS, broken_threshold
from nuprobe.processes.trident.options import (
    FormFactorSpec,
    NucleusKeywords,
    TridentOptions,
    read_options,
)
from nuprobe.units import fm

__all__ = [
    "broken_nucleons",
    "by_fermi_momentum",
    "charge_form_factor",
    "currents",
    "currents_of",
    "describe",
    "lowest_energy",
    "threshold_energy",
]


@public
def charge_form_factor(
    isotope: str | Isotope, form_factor: FormFactorSpec = None
) -> FormFactor:
    """Charge form factor of a nucleus, which a photon probes.

    Parameters
    ----------
    isotope : the nucleus, or its name.
    form_factor : None for the measured Fourier–Bessel density, else a Fermi density of
        the measured rms charge radius with a surface of t = 2.3 fm (a Gaussian for
        nuclei too small for it). A name of `nuclei.FORM_FACTORS` gives what
        ``nuprobe.target(isotope, form_factor=name)`` has as its charge form factor: a
        shape whose radius can be set gets the measured rms charge radius, the others
        are unchanged. An object is returned unchanged.

    Raises
    ------
    InputError
        If the charge radius of the isotope has not been measured and no shape is named.
    UnknownNameError
        If the name is unknown, or there is no Fourier–Bessel analysis of the isotope.

    Examples
    --------
    >>> import nuprobe as nu
    >>> argon = nu.isotope("Ar40")
    >>> charge_form_factor("Ar40", "helm").rms == argon.r_charge
    True
    """
    nucleus = as_isotope(isotope)
    if form_factor is None:
        if nucleus.name in form_factors.fourier_bessel_isotopes():
            return form_factors.FourierBessel.of(nucleus)
        if nucleus.r_charge is None:
            raise InputError(
                f"the charge radius of {nucleus.name} is not measured: give a form"
                " factor, e.g. 'fermi'"
            )
        form_factor = "fermi"
    return form_factors.named(form_factor, nucleus, "charge")


def _components(
    target: TargetSpec | None, options: TridentOptions
) -> tuple[Component, ...]:
    """Components of a target with the requested charge form factors."""
    if target is None:
        raise InputError(f"the regime {options.regime!r} needs a target, e.g. 'Ar40'")
    if isinstance(target, Target):
        if options.form_factor is not None:
            raise InputError(
                f"the target {target.name} already has form factors: drop"
                " form_factor, or give the target by name"
            )
        return target.components
    parts = []
    for c in _isotopes(target).components:
        shape = c.ff_p
        if c.isotope.a > 1:
            shape = charge_form_factor(c.isotope, options.form_factor)
        parts.append(Component(c.isotope, c.count, shape, shape))
    return tuple(parts)


def _isotopes(target: TargetSpec) -> Target:
    """The isotopes of a target and their counts."""
    if isinstance(target, Target):
        return target
    if isinstance(target, (str, Isotope)):
        return _parsed(target)
    # the shape is not used, so any that needs no radius will do
    return make_target(target, form_factor="point")


@lru_cache(maxsize=128)
def _parsed(target: str | Isotope) -> Target:
    return make_target(target, form_factor="point")


@public
def currents(
    target: TargetSpec | None,
    regime: str | TridentOptions = "all",
    **options: Unpack[NucleusKeywords],
) -> list[tuple[float, Current]]:
    """Return the currents that a neutrino scatters off elastically in a regime, as
    summed by `kernels`.

    Inelastic scattering is not described by currents: ``"inelastic"`` has none,
    ``"all"`` those of ``"elastic"``.

    Parameters
    ----------
    target : an isotope, element, formula, mixture or `Target`; None for a bare nucleon
        or electron.
    regime : a name of `REGIMES`, or a whole `TridentOptions`.
    options : ``form_factor``, ``pauli``, ``k_f`` and ``nucleon_form_factors``, see
        `TridentOptions`.

    Returns
    -------
    list of (number, current)

    Examples
    --------
    >>> [(number, current.name) for number, current in currents("Ar40")]
    [(1.0, 'Ar40'), (18.0, 'proton'), (22.0, 'neutron')]
    """
    return list(currents_of(target, read_options(regime, options)))


def currents_of(
    target: TargetSpec | None, options: TridentOptions
) -> tuple[tuple[float, Current], ...]:
    """`currents` for parsed options.

    Parameters
    ----------
    target : as there.
    options : regime, form factor and the rest.

    Results for a target and a form factor given by name are cached, except where a
    missing radius must cause a warning every time.

    Examples
    --------
    >>> len(currents_of("Ar40", TridentOptions()))
    3
    """
    if isinstance(target, (str, Isotope)) and (
        options.form_factor is None or isinstance(options.form_factor, str)
    ):
        known = all(c.isotope.r_charge is not None for c in _parsed(target).components)
        if known:
            return _kept(target, options)
    return _currents(target, options)


@lru_cache(maxsize=128)
def _kept(
    target: str | Isotope, options: TridentOptions
) -> tuple[tuple[float, Current], ...]:
    return _currents(target, options)


def _currents(
    target: TargetSpec | None, options: TridentOptions
) -> tuple[tuple[float, Current], ...]:
    if options.regime == "electron":
        return ((1.0, electron()),)
    if options.regime in ("proton", "neutron"):
        return _alone(target, options)
    parts = _components(target, options)
    bound = [c for c in parts if c.isotope.a > 1]
    result: list[tuple[float, Current]] = []
    if options.regime in ("coherent", "elastic", "all"):
        result += [(c.count, coherent(c)) for c in bound]
        if not result and options.regime == "coherent":
            raise InputError(
                "hydrogen's nucleus is a proton and has no coherent regime: use"
                " regime='proton'"
            )
    if options.regime in ("incoherent", "elastic", "all"):
        for k_f, here in by_fermi_momentum(bound, options.k_f):
            protons = sum(c.count * c.isotope.z for c in here)
            neutrons = sum(c.count * c.isotope.n for c in here)
            result += [
                (number, _nucleon(kind, k_f, options))
                for number, kind in ((protons, "proton"), (neutrons, "neutron"))
                if number
            ]
        free_protons = sum(c.count for c in parts if c.isotope.a == 1)
        if free_protons:
            result.append((free_protons, _nucleon("proton", 0.0, options)))
    return tuple(result)


def _alone(
    target: TargetSpec | None, options: TridentOptions
) -> tuple[tuple[float, Current], ...]:
    """One nucleon in a target, averaged over its nuclei."""
    kind = options.regime
    if target is None:
        return ((1.0, _nucleon(kind, options.k_f or FERMI_MOMENTUM, options)),)
    parts = _isotopes(target).components
    bound = [c for c in parts if c.isotope.a > 1]
    if not bound:
        if kind == "neutron":
            raise InputError("hydrogen has no neutrons: use regime='proton'")
        return ((1.0, _nucleon(kind, 0.0, options)),)
    groups = [
        (
            sum(
                c.count * (c.isotope.z if kind == "proton" else c.isotope.n)
                for c in here
            ),
            k_f,
        )
        for k_f, here in by_fermi_momentum(bound, options.k_f)
    ]
    total = sum(number for number, _ in groups)
    return tuple(
        (number / total, _nucleon(kind, k_f, options)) for number, k_f in groups
    )


def by_fermi_momentum(
    parts: Sequence[Component], k_f: float | None
) -> list[tuple[float, list[Component]]]:
    """Nuclei of a target by the Fermi momentum that blocks their nucleons.

    Parameters
    ----------
    parts : components; hydrogen is left out.
    k_f : one Fermi momentum for all, MeV; None for that of each nucleus.

    Examples
    --------
    >>> import nuprobe as nu
    >>> parts = nu.target({"Si28": 1, "O16": 2}, form_factor="point").components
    >>> [(k_f, len(here)) for k_f, here in by_fermi_momentum(parts, None)]
    [(236.0, 1), (228.0, 1)]
    """
    groups: dict[float, list[Component]] = {}
    for c in parts:
        if c.isotope.a > 1:
            blocked = fermi_momentum(c.isotope.a) if k_f is None else k_f
            groups.setdefault(blocked, []).append(c)
    return list(groups.items())


def _nucleon(kind: str, k_f: float, options: TridentOptions) -> Current:
    blocked = options.pauli and k_f > 0
    form_factors = options.nucleon_form_factors
    return nucleon(kind, form_factors, blocked, k_f or FERMI_MOMENTUM)


def broken_nucleons(
    target: TargetSpec | None, options: TridentOptions
) -> tuple[float, float]:
    """Number of protons and neutrons of a target that can be broken up in a regime.

    Parameters
    ----------
    target : as `currents` takes it.
    options : the regime.

    Examples
    --------
    >>> water = {"H1": 2, "O16": 1}
    >>> broken_nucleons(water, TridentOptions())
    (10.0, 8.0)
    >>> broken_nucleons(water, TridentOptions("elastic"))
    (0.0, 0.0)
    """
    if options.regime not in ("inelastic", "all"):
        return 0.0, 0.0
    if target is None:
        raise InputError(f"the regime {options.regime!r} needs a target, e.g. 'Ar40'")
    parts = _isotopes(target).components
    return (
        float(sum(c.count * c.isotope.z for c in parts)),
        float(sum(c.count * c.isotope.n for c in parts)),
    )


def describe(
    target: TargetSpec | None, options: TridentOptions
) -> tuple[str, dict[str, str]]:
    """Normalisation of a cross section, and the charge form factors it used.

    Parameters
    ----------
    target : as `currents` takes it.
    options : regime and form factor.

    Returns
    -------
    per : ``"nucleus"``, ``"formula unit"``, ``"nucleon"`` or ``"electron"``.
    form_factors : by isotope, the shape and its rms charge radius; empty where none is
        used.

    Examples
    --------
    >>> describe("Ar40", TridentOptions("coherent", "helm"))
    ('nucleus', {'Ar40': 'Helm, rms charge radius 3.4274 fm'})
    """
    if options.per != "nucleus":
        return options.per, {}
    parts = _components(target, options)
    single = len(parts) == 1 and parts[0].count == 1
    used = {
        c.isotope.name: (
            f"{type(c.charge).__name__}, rms charge radius {c.charge.rms / fm:.4f} fm"
        )
        for c in parts
        if c.isotope.a > 1 and options.regime not in ("incoherent", "inelastic")
    }
    return "nucleus" if single else "formula unit", used


@public
def threshold_energy(
    channel: ChannelSpec,
    target: TargetSpec | None = None,
    regime: str | TridentOptions = "all",
) -> float:
    """Smallest neutrino energy (MeV) at which a channel opens, m(1 + m/2M) exactly.

    Parameters
    ----------
    channel : such as ``"nu_mu -> nu_mu mu+ mu-"``; m is the sum of the produced masses.
    target : as in `total`; M is the mass of the heaviest target.
    regime : a name of `REGIMES`, or a whole `TridentOptions`.

    Examples
    --------
    >>> threshold_energy("nu_mu -> nu_mu mu+ mu-", "Ar40")
    211.92
    """
    return lowest_energy(channel, target, read_options(regime))


def lowest_energy(
    channel: ChannelSpec, target: TargetSpec | None, options: TridentOptions
) -> float:
    """`threshold_energy` for parsed options.

    Parameters
    ----------
    channel, target : as there.
    options : regime and form factor.

    Examples
    --------
    >>> lowest_energy("nu_mu -> nu_mu e+ e-", "Ar40", TridentOptions())
    1.022
    """
    if target is not None and not isinstance(target, Target):
        # only the mass matters, and there may be no form factor
        options = replace(options, form_factor="point")
    reaction = read_channel(channel)
    numbers = broken_nucleons(target, options)
    return min(
        *(threshold(c.mass, *reaction.masses) for _, c in currents_of(target, options)),
        *(
            broken_threshold(kind, reaction.pair_masses) if number else math.inf
            for number, kind in zip(numbers, KINDS, strict=True)
        ),
    )
