"""Cross sections of any process: differential, averaged over a flux, total.

Each takes a process, energies, a target, a model and a flavour, and gets scatterers,
kernels and coefficients from the process; nothing here depends on the particular
process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import HBARC_MEV_CM
from nuprobe.errors import InputError
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.fluxes import Flux
from nuprobe.fluxes import flux as as_flux
from nuprobe.models import Model, check_model
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray, blocks
from nuprobe.processes.constants import constants_of
from nuprobe.processes.inputs import as_state, deposits, energies, together
from nuprobe.processes.interface import Exchanges, Process, Scatterer
from nuprobe.processes.weighted import Weighted, couplings_of

__all__ = [
    "averaged",
    "coefficient_derivatives",
    "coefficients",
    "differential",
    "diverges",
    "flux_averaged",
    "kernels",
    "total",
]

_HBARC2: Final = HBARC_MEV_CM**2  # MeV⁻² -> cm²
_BLOCK: Final = 1024  # energies per block: each needs up to 1500 nodes


@public
def kernels(
    scatterer: Scatterer,
    e_nu: ArrayLike,
    t: ArrayLike,
    terms: tuple[str, ...],
    exchanges: Exchanges,
) -> FloatArray:
    """Kernels K(E, T) of one scatterer: the cross section is
    ``kernels @ coefficients``.

    Parameters
    ----------
    scatterer : one of ``process.scatterers(target)``.
    e_nu, t : neutrino energy and deposit in MeV, broadcast against each other.
    terms : ``process.terms(exchanges)``.
    exchanges : which exchanges the terms are for.

    Returns
    -------
    array, shape (*broadcast shape, terms)
        In cm²/MeV (times the inverse dimension of the coefficients); exactly zero
        outside the allowed region.

    Raises
    ------
    InputError
        If a term is infinite at a deposit of 0.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.processes import CONTACT
    >>> cevns = nu.process("cevns")
    >>> (argon,) = cevns.scatterers(nu.target("Ar40"))
    >>> kernels(argon, 30.0, [0.01, 0.1], cevns.terms(CONTACT), CONTACT).shape
    (2, 3)
    """
    e, t = together(e_nu, t)
    result = np.zeros((*e.shape, len(terms)))
    with np.errstate(divide="ignore", invalid="ignore"):
        for group in scatterer.groups(exchanges):
            columns = [terms.index(name) for name in group.terms]
            kinematics = scatterer.kinematics(group, e, t)
            result[..., columns] = kinematics[..., None] * group.response(t)
            if group.infinite and scatterer.floor == 0:
                result[..., columns] += np.where(t == 0, np.inf, 0.0)[..., None]
    if not np.isfinite(result).all():
        names = [
            name
            for i, name in enumerate(terms)
            if not np.isfinite(result[..., i]).all()
        ]
        raise InputError(
            f"the kernels of {', '.join(names)} are infinite at T = 0: give deposits"
            " above 0, e.g. from 0.01*keV"
        )
    return result * _HBARC2


@public
def diverges(
    process: Process,
    target: TargetSpec | None,
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    anti: bool | None = None,
) -> bool:
    """Whether dσ/dT diverges at T = 0, so that it has no value there and no finite
    integral without a threshold.

    Parameters
    ----------
    process, target, model, flavour, anti : as in `differential`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> charged = nu.Electromagnetic(charge={"ee": 1e-12})
    >>> [
    ...     diverges(nu.process("cevns"), "Ar40", charged, flavour)
    ...     for flavour in ("nu_e", "nu_mu")
    ... ]
    [True, False]
    """
    weighted = Weighted.of(process, model, flavour, anti)
    scatterers = weighted.process.taking_part(_target(target), weighted.exchanges)
    return bool(weighted.diverging) and any(s.floor == 0 for s in scatterers)


def _target(target: TargetSpec | None) -> Target | None:
    return None if target is None else make_target(target)


@public
def coefficients(
    process: Process,
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    anti: bool | None = None,
) -> FloatArray:
    """Coefficients of the terms that a model needs.

    Parameters
    ----------
    process : such as ``nu.process("cevns")``.
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState`.
    anti : of a `FlavourState`, whether it is one of antineutrinos.

    Returns
    -------
    array, shape (terms,) or (points, terms)
        Those of ``process.terms(exchanges_of(model.couplings()))``; one row per
        parameter point if the model's fields are arrays.

    Examples
    --------
    >>> import nuprobe as nu
    >>> coefficients(nu.process("cevns"), nu.StandardModel(0.25), "nu_e")
    array([0.  , -0.  , 0.25])
    """
    couplings, exchanges, anti = couplings_of(model, flavour, anti)
    check_model(model)
    here = constants_of(model, process)
    return here.coefficients(couplings, as_state(flavour), anti, exchanges)


@public
def coefficient_derivatives(
    process: Process,
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    anti: bool | None = None,
) -> Mapping[str, FloatArray]:
    """Analytic derivative of `coefficients` with respect to each of the parameters of
    the model and of the process, by name.

    Parameters
    ----------
    process, model, flavour, anti : as in `coefficients`.

    Returns
    -------
    mapping of arrays of the shape of `coefficients`

    Examples
    --------
    >>> import nuprobe as nu
    >>> slopes = coefficient_derivatives(
    ...     nu.process("cevns"), nu.StandardModel(0.25), "nu_e"
    ... )
    >>> slopes["sin2_theta_w"]
    array([-0., 2., 0.])
    """
    couplings, exchanges, anti = couplings_of(model, flavour, anti)
    here, state = constants_of(model, process), as_state(flavour)
    slopes = {
        name: here.coefficient_derivatives(couplings, slope, state, anti, exchanges)
        for name, slope in model.coupling_derivatives(anti).items()
    }
    return {**slopes, **here.constant_derivatives(couplings, state, anti, exchanges)}


@public
def differential(
    process: Process,
    e_nu: ArrayLike,
    t: ArrayLike,
    target: TargetSpec | None,
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    anti: bool | None = None,
) -> FloatArray:
    """Differential cross section dσ/dT.

    Parameters
    ----------
    process : such as ``nu.process("cevns")``.
    e_nu, t : neutrino energy and deposit in MeV (array-like), broadcast against each
        other.
    target : what `nuprobe.target` makes or accepts; a molecule or mixture gives the sum
        over its formula unit. None: one free particle, if the process supports it.
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState`.
    anti : of a `FlavourState`, whether it is one of antineutrinos.

    Returns
    -------
    array
        In cm²/MeV per formula unit, of the broadcast shape; exactly 0 outside the
        allowed region, at T = 0 the limit.

    Raises
    ------
    InputError
        If an energy is negative, zero or not finite, a deposit negative or beyond what
        the neutrino has, or 0 where photon exchange makes the limit infinite, or the
        flavour or target unknown.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cevns = nu.process("cevns")
    >>> differential(cevns, 30.0, 0.01, "Ar40", nu.StandardModel(), "nu_mu")
    array(5.174e-38)
    """
    weighted = Weighted.of(process, model, flavour, anti)
    e, t = together(e_nu, t)
    scatterers = weighted.process.taking_part(_target(target), weighted.exchanges)
    weighted.check_rest(scatterers, t)
    result = np.zeros(e.size)
    flat_e, flat_t = e.ravel(), t.ravel()
    for scatterer in scatterers:
        if np.any(t > e):
            _check_deposits(scatterer, e, t)
        for b in blocks(e.size, 100 * _BLOCK):
            values = weighted.at(scatterer, flat_e[b], flat_t[b])
            result[b] += scatterer.count * values
    return (result * _HBARC2).reshape(e.shape)


def _check_deposits(scatterer: Scatterer, e: FloatArray, t: FloatArray) -> None:
    """Reject a deposit larger than the neutrino energy plus what the process can
    release."""
    excess = np.ravel(t - np.maximum(e, scatterer.t_max(e)))
    worst = int(np.argmax(excess))
    if excess[worst] > 0:
        raise InputError(
            f"a recoil of {np.ravel(t)[worst]:g} MeV exceeds the neutrino energy of"
            f" {np.ravel(e)[worst]:g} MeV: check the units (recoils are in MeV;"
            " write 10*keV for 10 keV)"
        )


@public
def averaged(
    process: Process,
    flux: Flux | str,
    t: ArrayLike,
    target: TargetSpec | None,
    model: Model,
    flavour: str | Flavour,
) -> FloatArray:
    """Mean of dσ/dT over the normalised spectrum of one flavour of a flux.

    Parameters
    ----------
    process : such as ``nu.process("cevns")``.
    flux : the source, or its name; lines are included.
    t : deposits in MeV (array-like).
    target, model, flavour : as in `differential`.

    Returns
    -------
    array
        In cm²/MeV per formula unit, of the shape of `t`.

    Raises
    ------
    InputError
        As `differential`, and if the flux has no such flavour.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cevns = nu.process("cevns")
    >>> averaged(cevns, nu.flux("sns"), 0.01, "Ar40", nu.StandardModel(), "nu_e")
    array(4.725e-38)
    """
    flux = as_flux(flux)
    weighted = Weighted.of(process, model, flavour, None)
    deposited, number = deposits(t), _number(flux, flavour)
    scatterers = weighted.process.taking_part(_target(target), weighted.exchanges)
    weighted.check_rest(scatterers, deposited)
    each = weighted.over_fluxes(flux.of(flavour), scatterers, deposited)
    result = np.zeros(deposited.shape)
    for scatterer, values in zip(scatterers, each, strict=True):
        result += scatterer.count * values * (_HBARC2 / number)
    return result


@public
def total(
    process: Process,
    e_nu: ArrayLike,
    target: TargetSpec | None,
    model: Model,
    flavour: str | Flavour | FlavourState,
    *,
    threshold: float = 0.0,
    rtol: float = 1e-8,
    anti: bool | None = None,
) -> FloatArray:
    """Total cross section σ(E), optionally above a threshold.

    Parameters
    ----------
    process : such as ``nu.process("cevns")``.
    e_nu : neutrino energies in MeV.
    target, model, flavour, anti : as in `differential`.
    threshold : smallest deposit counted, MeV.
    rtol : relative accuracy required of the quadrature, estimated from two orders.

    Returns
    -------
    array
        In cm² per formula unit, of the shape of `e_nu`.

    Raises
    ------
    InputError
        As `differential`, and if the result is infinite because of photon exchange with
        free particles at vanishing deposit.
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> total(nu.process("cevns"), [10.0, 30.0], "Ar40", nu.StandardModel(), "nu_mu")
    array([1.865e-40, 1.509e-39])
    """
    e, floor = energies(e_nu), float(deposits(threshold))
    weighted = Weighted.of(process, model, flavour, anti)
    scatterers = weighted.process.taking_part(_target(target), weighted.exchanges)
    _check_finite(weighted, scatterers, floor)
    flat, result = e.ravel(), np.zeros(e.size)
    for b in blocks(e.size, _BLOCK):
        result[b] = _total(weighted, scatterers, flat[b], floor, rtol)
    return result.reshape(e.shape) * _HBARC2


def _total(
    weighted: Weighted,
    scatterers: Sequence[Scatterer],
    e: FloatArray,
    floor: float,
    rtol: float,
) -> FloatArray:
    """Total cross section in MeV⁻² at energies of shape (n,)."""
    result = np.zeros(e.shape)
    for scatterer in scatterers:
        top = scatterer.t_max(e)
        bottom = np.maximum(scatterer.t_min(e), max(floor, scatterer.floor))

        def at(t: FloatArray, scatterer: Scatterer = scatterer) -> FloatArray:
            return weighted.at(scatterer, e[..., None], t)

        def name(worst: int, scatterer: Scatterer = scatterer) -> str:
            energy = np.ravel(e)[worst]
            return f"total cross section on {scatterer.name} at {energy:.6g} MeV"

        jumps = map(np.asarray, sorted(scatterer.breakpoints))
        marks = [*jumps, *scatterer.range.turns(e), top]
        result += scatterer.count * weighted.integrated(
            scatterer, np.minimum(bottom, top), marks, at, rtol, name
        )
    return result


def _check_finite(
    weighted: Weighted, scatterers: Sequence[Scatterer], floor: float
) -> None:
    """Reject an integral down to zero deposit if a term with 1/T is present."""
    if weighted.diverging and any(max(floor, s.floor) == 0 for s in scatterers):
        raise InputError(
            "photon exchange makes the total cross section infinite: give a threshold,"
            " threshold=0.1*keV or --threshold '0.1 keV'"
        )


@public
def flux_averaged(
    process: Process,
    flux: Flux | str,
    target: TargetSpec | None,
    model: Model,
    flavour: str | Flavour,
    *,
    threshold: float = 0.0,
    rtol: float = 1e-8,
) -> float:
    """Mean of the total cross section over the normalised spectrum of one flavour of a
    flux, optionally above a threshold.

    Parameters
    ----------
    process : such as ``nu.process("cevns")``.
    flux : the source, or its name; lines are included.
    target, model, flavour : as in `differential`.
    threshold : smallest deposit counted, MeV.
    rtol : relative accuracy required of the quadrature over the deposit.

    Returns
    -------
    float
        In cm² per formula unit.

    Raises
    ------
    InputError
        As `total`, and if the flux has no such flavour.
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cevns, sns = nu.process("cevns"), nu.flux("sns")
    >>> flux_averaged(cevns, sns, "Ar40", nu.StandardModel(), "nu_mu")
    1.491e-39
    """
    flux, floor = as_flux(flux), float(deposits(threshold))
    weighted, number = (
        Weighted.of(process, model, flavour, None),
        _number(flux, flavour),
    )
    scatterers = weighted.process.taking_part(_target(target), weighted.exchanges)
    _check_finite(weighted, scatterers, floor)
    components = flux.of(flavour)
    places = [(*c.edges, *(line.energy for line in c.lines)) for c in components]
    energies = [e for found in places for e in found if e > 0]
    result = 0.0
    for scatterer in scatterers:
        top = scatterer.t_max(np.array(energies)).max(initial=0.0)
        kinks = [t for t in sorted(scatterer.kinks(energies)) if t < top]
        bottom = np.minimum(max(floor, scatterer.floor), top)

        def at(t: FloatArray, scatterer: Scatterer = scatterer) -> FloatArray:
            return weighted.over_fluxes(components, [scatterer], t)[0]

        def name(_: int, scatterer: Scatterer = scatterer) -> str:
            return f"cross section on {scatterer.name}, mean over {flux.name},"

        marks = [np.asarray(t) for t in (*kinks, top)]
        result += scatterer.count * float(
            weighted.integrated(scatterer, bottom, marks, at, rtol, name)
        )
    return result * _HBARC2 / number


def _number(flux: Flux, flavour: str | Flavour) -> float:
    """Neutrinos of one flavour per unit of a flux; must not be zero."""
    number = flux.total(flavour)
    if number == 0:
        raise InputError(
            f"flux {flux.name} has no {flavour}: it has"
            f" {', '.join(map(str, flux.flavours))}"
        )
    return number
