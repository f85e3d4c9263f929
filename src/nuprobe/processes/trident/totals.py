"""Total cross sections: kernels of a target times coefficients of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import TargetSpec
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.processes.trident.channels import channel as read_channel
from nuprobe.processes.trident.couplings import (
    coefficients_of,
    is_axial,
    lepton_couplings,
    masses_of,
    weak_angle,
)
from nuprobe.processes.trident.kernels import Exchanged, check_tail, kernels_of
from nuprobe.processes.trident.options import (
    NucleusKeywords,
    TridentOptions,
    read_options,
)
from nuprobe.processes.trident.targets import describe
from nuprobe.reprs import readable

__all__ = ["CrossSection", "total"]

_STANDARD: Final = StandardModel()


@readable
@dataclass(frozen=True)
class CrossSection:
    """A cross section with its numerical error and its definition.

    Attributes
    ----------
    value, error : cm², shape of the energies; () for an average over a flux.
    per : normalisation: ``"nucleus"``, ``"formula unit"``, ``"nucleon"`` or
        ``"electron"``.
    regime : type of target, one of `REGIMES`.
    form_factors : by isotope, the shape and the rms radius of its charge; empty where
        none is used.
    sin2_theta_w : the value in the model's couplings to charged leptons; None for a
        model without one.
    """

    value: FloatArray
    error: FloatArray
    per: str
    regime: str
    form_factors: Mapping[str, str]
    sin2_theta_w: float | FloatArray | None


@overload
def total(
    e_nu: ArrayLike,
    channel: ChannelSpec,
    target: TargetSpec | None = ...,
    model: LeptonModel | None = ...,
    regime: str | TridentOptions = ...,
    *,
    exact: bool = ...,
    with_error: Literal[False] = ...,
    **options: Unpack[NucleusKeywords],
) -> FloatArray: ...


@overload
def total(
    e_nu: ArrayLike,
    channel: ChannelSpec,
    target: TargetSpec | None = ...,
    model: LeptonModel | None = ...,
    regime: str | TridentOptions = ...,
    *,
    exact: bool = ...,
    with_error: Literal[True],
    **options: Unpack[NucleusKeywords],
) -> CrossSection: ...


@public
def total(
    e_nu: ArrayLike,
    channel: ChannelSpec,
    target: TargetSpec | None = None,
    model: LeptonModel | None = None,
    regime: str | TridentOptions = "all",
    *,
    exact: bool = False,
    with_error: bool = False,
    **options: Unpack[NucleusKeywords],
) -> FloatArray | CrossSection:
    """Total cross section σ(E) of a neutrino trident.

    Parameters
    ----------
    e_nu : neutrino energies, MeV, any shape.
    channel : ``"nu_mu -> nu_mu mu+ mu-"``, PDG numbers or a `Channel`.
    target : an isotope, element, formula, mixture or `Target` (see `nuprobe.target`);
        None for a bare nucleon (blocked unless ``pauli=False``) or electron.
    model : couplings; the Standard Model by default.
    regime : ``"all"`` (per nucleus, the default in every function: ``"elastic"``, which
        is ``"coherent"`` + ``"incoherent"``, and ``"inelastic"``, with nucleon
        break-up), ``"proton"`` or ``"neutron"`` (per nucleon), ``"electron"`` (per
        electron), or a whole `TridentOptions`, see there. A molecule or
        mixture gives the sum over its formula unit.
    exact : do the integrals over the leptons instead of using the tables; hundreds of
        times slower.
    with_error : return a `CrossSection` with the estimate of the numerical error, the
        regime, the form factors and the weak mixing angle used.
    options : ``form_factor`` (a name, with the measured charge radius, or an object),
        ``pauli``, ``k_f`` and ``nucleon_form_factors``: see `TridentOptions`.

    Returns
    -------
    array of cm², of the shape of `e_nu` (exactly zero below threshold), or CrossSection

    Raises
    ------
    InputError, UnknownNameError
        For energies that are not positive or beyond 1 PeV, an impossible channel, an
        unknown target, regime or form factor, a mediator lighter than 3e-7 of the
        lepton's mass.
    ComputationError
        If the integral does not converge, or couplings are so large that they overflow.

    Warns
    -----
    ValidityWarning
        Where the W and Z propagators change the cross section by more than a per cent,
        above 3 TeV, where a W could be produced, and where a pair with a τ probes only
        the tail of a nuclear form factor.

    Examples
    --------
    >>> float(total(1e4, "nu_mu -> nu_mu mu+ mu-", "Ar40", regime="coherent"))
    5.68e-42
    >>> total(1e4, "nu_mu -> nu_mu mu+ mu-", "Ar40", with_error=True).regime
    'all'
    """
    reaction = read_channel(channel)
    settings = read_options(regime, options)
    model = _STANDARD if model is None else model
    couplings = lepton_couplings(model, reaction)
    weights = coefficients_of(couplings, model, reaction)
    if weights.ndim != 1:
        raise InputError(
            "a cross section needs a model with scalar parameters; use kernels @"
            " coefficients for many"
        )
    masses = masses_of(couplings)
    exchanged = Exchanged(masses, is_axial(couplings))
    result = kernels_of(e_nu, reaction, target, settings, exchanged, exact, with_error)
    value = np.asarray(result.values @ weights)
    check_tail(e_nu, reaction, target, settings)
    if not with_error:
        return value
    per, used = describe(target, settings)
    error = np.asarray(result.error @ np.abs(weights))
    return CrossSection(value, error, per, settings.regime, used, weak_angle(model))
