"""Parts of a cross section with a mediator: without it, interference, squared.

σ = σ_SM + σ_int + σ_Z′: the strengths of all mediators times λ make a polynomial of
second degree in λ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.models import LeptonModel
from nuprobe.nuclei import TargetSpec
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.processes.trident.channels import channel as read_channel
from nuprobe.processes.trident.couplings import (
    coefficients_of,
    is_axial,
    lepton_couplings,
    masses_of,
)
from nuprobe.processes.trident.kernels import Exchanged, check_tail, kernels_of
from nuprobe.processes.trident.options import (
    NucleusKeywords,
    TridentOptions,
    read_options,
)
from nuprobe.processes.trident.targets import describe
from nuprobe.reprs import readable

__all__ = ["Parts", "parts"]


@readable
@dataclass(frozen=True)
class Parts:
    """Parts of a cross section.

    Attributes
    ----------
    standard : σ without the mediators, cm², shape of the energies: that of the Standard
        Model, unless the model adds contact terms.
    interference : linear in the strength of the mediators, cm²; negative where they
        interfere destructively.
    mediator : quadratic in it, cm².
    per : normalisation, as in `CrossSection`.
    regime : type of target.
    form_factors : as in `CrossSection`.
    """

    standard: FloatArray
    interference: FloatArray
    mediator: FloatArray
    per: str
    regime: str
    form_factors: Mapping[str, str]

    @property
    def total(self) -> FloatArray:
        """Sum of the three, cm²."""
        return np.asarray(self.standard + self.interference + self.mediator)


@public
def parts(
    e_nu: ArrayLike,
    channel: ChannelSpec,
    target: TargetSpec | None,
    model: LeptonModel,
    regime: str | TridentOptions = "all",
    **options: Unpack[NucleusKeywords],
) -> Parts:
    """σ_SM, σ_int and σ_Z′ of a model with mediators.

    Parameters
    ----------
    e_nu : neutrino energies, MeV, any shape.
    channel, target, regime : as in `total`.
    model : couplings, with scalar parameters.
    options : ``form_factor``, ``pauli``, ``k_f`` and ``nucleon_form_factors``, see
        `TridentOptions`.

    Raises
    ------
    InputError
        If the model exchanges no mediator in this channel, or has arrays as parameters;
        as `total`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> boson = nu.LMuLTau(mass=10.0, coupling=1e-3)
    >>> found = parts(1e3, "nu_mu -> nu_mu mu+ mu-", "Ar40", boson)
    >>> bool(found.mediator > found.interference > found.standard)
    True
    """
    reaction, settings = read_channel(channel), read_options(regime, options)
    couplings = lepton_couplings(model, reaction)
    if not couplings.mediators:
        raise InputError(
            f"{getattr(model, 'name', 'the model')} exchanges no mediator in"
            f" {reaction}, so its cross section has no separate parts: give a model"
            " with a mediator that couples here, such as lmu-ltau"
        )

    def weights(factor: float) -> FloatArray:
        scaled = tuple(
            replace(m, strength=factor * m.strength, axial=factor * m.axial)
            for m in couplings.mediators
        )
        return coefficients_of(replace(couplings, mediators=scaled), model, reaction)

    plus, minus = (weights(factor) for factor in (1.0, -1.0))
    if plus.ndim != 1:
        raise InputError("parts of a cross section need a model with scalar parameters")
    none = np.zeros(plus.shape)
    none[:3] = coefficients_of(replace(couplings, mediators=()), model, reaction)
    exchanged = Exchanged(masses_of(couplings), is_axial(couplings))
    values = kernels_of(
        e_nu, reaction, target, settings, exchanged, False, False
    ).values
    check_tail(e_nu, reaction, target, settings)
    linear, square = (plus - minus) / 2, (plus + minus) / 2 - none
    per, used = describe(target, settings)
    return Parts(
        np.asarray(values @ none),
        np.asarray(values @ linear),
        np.asarray(values @ square),
        per,
        settings.regime,
        used,
    )
