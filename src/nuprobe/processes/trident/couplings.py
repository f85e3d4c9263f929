"""Coefficients of the kernels for a model and a channel, independent of the nucleus."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import ComputationError, InputError, shown
from nuprobe.models import LeptonCouplings, LeptonModel
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.processes.trident.channels import channel as read_channel

__all__ = [
    "TERMS",
    "coefficients",
    "final_couplings",
    "lepton_couplings",
    "mediator_masses",
    "terms",
    "weak_angle",
]

TERMS: Final = ("VV", "AA", "VA")
"""Terms without a mediator."""
_MEDIATOR_TERMS: Final = ("VVc", "VAc", "cc")
_AXIAL_TERMS: Final = (*_MEDIATOR_TERMS, "AAd", "dd")
_LARGEST: Final = 1e200  # of a coefficient
_MOST: Final = 1000  # mediators


@public
def terms(mediators: int = 0, *, axial: bool = False) -> tuple[str, ...]:
    """Names of the terms: VV, AA, VA, then VVc, VAc, cc for each mediator, and AAd, dd
    if one of them has an axial coupling d.

    Parameters
    ----------
    mediators : how many there are, at most 1000.
    axial : whether one has an axial coupling.

    Raises
    ------
    InputError
        If `mediators` is anything else.

    Examples
    --------
    >>> terms(1)
    ('VV', 'AA', 'VA', 'VVc', 'VAc', 'cc')
    """
    whole = isinstance(mediators, int | np.integer) and not isinstance(mediators, bool)
    if not whole or not 0 <= mediators <= _MOST:
        raise InputError(
            f"the number of mediators must be an integer from 0 to {_MOST}, got"
            f" {shown(mediators)}"
        )
    numbers = [str(i + 1) if mediators > 1 else "" for i in range(mediators)]
    names = _AXIAL_TERMS if axial else _MEDIATOR_TERMS
    return (*TERMS, *(name + n for n in numbers for name in names))


@public
def lepton_couplings(model: LeptonModel, channel: ChannelSpec) -> LeptonCouplings:
    """Couplings of a model in a channel.

    Parameters
    ----------
    model : with couplings to charged leptons.
    channel : such as ``"nu_mu -> nu_mu mu+ mu-"``.

    Raises
    ------
    InputError
        If `model` has no couplings to charged leptons.

    Examples
    --------
    >>> import nuprobe as nu
    >>> float(lepton_couplings(nu.VMinusA(), "nu_mu -> nu_mu mu+ mu-").axial)
    1.0
    """
    if isinstance(model, type) or not hasattr(model, "lepton_couplings"):
        raise InputError(
            "a model with couplings to charged leptons is needed, such as"
            f" StandardModel(), got {shown(model)}"
        )
    # `coefficients` rejects overflows
    with np.errstate(over="ignore", invalid="ignore"):
        return model.lepton_couplings(read_channel(channel).vertex)


@public
def weak_angle(model: LeptonModel) -> float | FloatArray | None:
    """Value of sin²θ_W used in a model's couplings to charged leptons.

    Parameters
    ----------
    model : any; for a stack, the Standard Model at its bottom is used.

    Returns
    -------
    float, array over parameter points, or None
        None for a model without a weak mixing angle, such as V−A.

    Examples
    --------
    >>> import nuprobe as nu
    >>> weak_angle(nu.LMuLTau(10.0, 1e-3, base=nu.StandardModel(0.2312)))
    0.2312
    >>> weak_angle(nu.VMinusA())
    """
    base: object = model
    while base is not None:
        angle = getattr(base, "lepton_sin2", None)
        if angle is not None:
            value = np.asarray(angle, dtype=float)
            return float(value) if value.ndim == 0 else value
        base = getattr(base, "base", None)
    return None


@public
def mediator_masses(model: LeptonModel, channel: ChannelSpec) -> tuple[float, ...]:
    """Masses (MeV) of the mediators that a model exchanges in a channel, in the order
    of `coefficients`.

    Parameters
    ----------
    model : with couplings to charged leptons.
    channel : such as ``"nu_mu -> nu_mu mu+ mu-"``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> mediator_masses(nu.LMuLTau(10.0, 1e-3), "nu_mu -> nu_mu mu+ mu-")
    (10.0,)
    """
    return masses_of(lepton_couplings(model, channel))


@public
def final_couplings(
    model: LeptonModel, channel: ChannelSpec
) -> tuple[LeptonCouplings, ...]:
    """Couplings of a model in a channel, followed by those with another neutrino in the
    final state, if any.

    The outgoing neutrino is not observed, and different final states do not interfere:
    the cross sections of all these couplings add, with the kernels of the channel,
    which depend only on the charged leptons.

    Parameters
    ----------
    model : with couplings to charged leptons.
    channel : such as ``"nu_mu -> nu_mu mu+ mu-"``.

    Examples
    --------
    >>> from nuprobe.models import ContactOperators
    >>> model = ContactOperators(left={(1, 2, 1, 1): 1e-11})  # nu_mu -> nu_tau mu+ mu-
    >>> len(final_couplings(model, "nu_mu -> nu_mu mu+ mu-"))
    2
    """
    own = read_channel(channel).vertex
    found = [lepton_couplings(model, channel)]
    for flavour in range(3):
        vertex = replace(own, nu_out=flavour)
        # in the Standard Model that is a different channel with its own name
        if flavour == own.nu_out or vertex.charged:
            continue
        with np.errstate(over="ignore", invalid="ignore"):
            other = model.lepton_couplings(vertex)
        if other.mediators or np.any(other.vector) or np.any(other.axial):
            found.append(other)
    return tuple(found)


def masses_of(couplings: LeptonCouplings) -> tuple[float, ...]:
    """Different masses (MeV) of the mediators, in their order."""
    return tuple(dict.fromkeys(m.mass for m in couplings.mediators))


def is_axial(couplings: LeptonCouplings) -> bool:
    """Whether a mediator has an axial coupling."""
    return any(np.any(m.axial) for m in couplings.mediators)


@public
def coefficients(model: LeptonModel, channel: ChannelSpec) -> FloatArray:
    """Coefficients of the terms: V², A², VA and, for a mediator of strength c, 2Vc, Ac,
    c²; if one has an axial strength d, 2Vc, Ac + Vd, c², 2Ad, d².

    Mediators of different masses M_i also interfere: c_i c_j/[(K² + M_i²)(K² + M_j²)]
    is a difference of the terms of single mediators and is added to them. The product
    cd multiplies VA with the square of the propagator, which vanishes for the pairs of
    one flavour in which a mediator of that kind couples.

    Parameters
    ----------
    model : with couplings to charged leptons.
    channel : such as ``"nu_mu -> nu_mu mu+ mu-"``.

    Returns
    -------
    array, shape (terms,) or (points, terms)
        One row per parameter point if the model's fields are arrays.

    Raises
    ------
    InputError
        If `model` has no couplings to charged leptons, or an axial mediator couples to
        leptons of two flavours.
    ComputationError
        If the couplings are so large that their squares overflow.

    Examples
    --------
    >>> import nuprobe as nu
    >>> coefficients(nu.VMinusA(), "nu_mu -> nu_mu mu+ mu-")
    array([1., 1., 1.])
    """
    return coefficients_of(lepton_couplings(model, channel), model, channel)


def coefficients_of(
    couplings: LeptonCouplings, model: LeptonModel, channel: ChannelSpec
) -> FloatArray:
    """`coefficients` for given couplings; the error names `model` and `channel` if they
    are too large."""
    if is_axial(couplings):
        vertex = read_channel(channel).vertex
        if vertex.minus != vertex.plus:
            raise InputError(
                "a mediator with axial couplings produces pairs of the same flavour"
                f" only, not {read_channel(channel)}: drop its coupling in this channel"
            )
    with np.errstate(over="ignore", invalid="ignore"):
        result = _coefficients(couplings)
    if not np.all(np.abs(result) < _LARGEST):
        raise ComputationError(
            f"the couplings of {getattr(model, 'name', 'the model')} in"
            f" {read_channel(channel)} are too large: their squares overflow"
        )
    return result


def _coefficients(couplings: LeptonCouplings) -> FloatArray:
    v, a = couplings.vector, couplings.axial
    if not couplings.mediators and not np.ndim(v) and not np.ndim(a):
        return np.array([v**2, a**2, v * a], dtype=float)
    axial = is_axial(couplings)
    strengths: dict[float, tuple[FloatArray, FloatArray]] = {}
    for m in couplings.mediators:
        c, d = strengths.get(m.mass, (np.zeros(()), np.zeros(())))
        strengths[m.mass] = c + m.strength, d + m.axial
    columns = [v**2, a**2, v * a]
    for mass, (c, d) in strengths.items():
        vector, other_axial = np.zeros(()), np.zeros(())
        for other, (other_c, other_d) in strengths.items():
            if other != mass:
                vector = vector + other_c / (other**2 - mass**2)
                other_axial = other_axial + other_d / (other**2 - mass**2)
        columns += [2 * v * c + 2 * c * vector, a * c, c**2]
        if axial:
            columns[-2] = a * c + v * d + c * other_axial + d * vector
            columns += [2 * a * d + 2 * d * other_axial, d**2]
    return np.stack(np.broadcast_arrays(*columns), axis=-1)
