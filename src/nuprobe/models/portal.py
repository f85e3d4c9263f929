"""A dipole portal to a heavy neutrino."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Literal, get_args

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.base import finite
from nuprobe.models.couplings import Couplings, Portal, diagonal
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.stack import Stacked, check_base
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.numerics import FloatArray, number
from nuprobe.parameters import Parameter
from nuprobe.units import GeV

__all__ = ["DipolePortal"]

Flavours = Literal["e", "mu", "tau", "all"]
_ELEMENTS: Final = ("e", "mu", "tau")


@public
@quick_methods
@dataclass(frozen=True)
class DipolePortal(Stacked):
    """A heavy neutrino N into which neutrinos upscatter by photon exchange, ν A → N A
    and ν e → N e.

    L = d ν̄_L σ^{αβ} N F_{αβ} + h.c.: for light N this is equivalent to a magnetic
    moment μ = 2d, e.g. d = 4.3e-7 /GeV to 2.9e-9 μ_B. It flips the helicity, so there
    is no interference with the weak interaction. Only the recoil is observed: decays N
    → ν γ in or before the detector, and the decay width, are not computed here.

    Attributes
    ----------
    mass : M_N in MeV, positive. It changes the kinematics, so it is fixed in a fit;
        `nuprobe.limit` scans masses one by one.
    coupling : d in 1/GeV.
    flavour : which neutrinos couple, ``"e"``, ``"mu"``, ``"tau"``, or ``"all"``: each
        with the same d and its own N, all of equal mass.
    base : model to which it is added.

    Raises
    ------
    InputError
        If the mass is not positive, or values are not finite.
    UnknownNameError
        For an unknown flavour.

    Examples
    --------
    >>> found = DipolePortal(mass=10.0, coupling=1e-6, flavour="mu").couplings()
    >>> found.portal.mass, float(found.portal.dipole[1, 1])  # MeV, 1/MeV
    (10.0, 1e-09)
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "dipole-portal": ModelName("heavy neutrinos by a dipole (upscattering)"),
        "dipole-portal-e": ModelName("the same from nu_e alone", {"flavour": "e"}),
        "dipole-portal-mu": ModelName("the same from nu_mu alone", {"flavour": "mu"}),
        "dipole-portal-tau": ModelName(
            "the same from nu_tau alone", {"flavour": "tau"}
        ),
    }
    MASS_BY_MASS: ClassVar[bool] = True

    mass: float = setting(unit="MeV")
    coupling: float | FloatArray = setting(unit="1/GeV")
    flavour: Flavours = "all"
    base: Any = field(default_factory=StandardModel)
    name = "dipole-portal"

    def __post_init__(self) -> None:
        check_base(self.base)
        mass = number("the mass of a heavy neutrino (MeV)", self.mass, "10 * MeV")
        if not mass > 0:
            raise InputError(
                "the mass of a heavy neutrino must be positive (MeV), got"
                f" {shown(self.mass)}; a light one is a magnetic moment 2d of the model"
                " 'electromagnetic'"
            )
        finite("the coupling", self.coupling)
        if self.flavour not in get_args(Flavours):
            raise UnknownNameError("flavour", self.flavour, get_args(Flavours))

    @property
    def decay_moment(self) -> float:
        """Transition moment κ (μ_B) of N → ν γ as `nuprobe.cosmology.decay.lifetime_of`
        takes it, √2 d: the width of a Dirac N of one flavour is κ²M³/8π = d²M³/4π. One
        parameter point."""
        kappa = math.sqrt(2) * float(self.coupling) / GeV
        return kappa / (math.sqrt(4 * math.pi * ALPHA_EM) / (2 * M_ELECTRON))

    def own_parameters(self) -> tuple[Parameter, ...]:
        """Return ``coupling``."""
        value = np.asarray(self.coupling, dtype=float)
        default = float(value) if value.ndim == 0 else 1e-6
        return (
            Parameter(
                "coupling",
                default,
                min(0.0, default),
                max(1.0, default),
                step=0.1 * abs(default) or 1e-7,
                unit="1/GeV",
                latex="d",
            ),
        )

    def moved(self, values: Mapping[str, FloatArray]) -> Mapping[str, Any]:
        """Return the coupling at its new value."""
        return dict(values)

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Return the couplings `below`, of antineutrinos if `anti`, with the portal
        added."""
        if below.portal is not None:
            raise InputError(
                "two dipole portals in one model: leave one out, or use"
                " flavour='all' for three"
            )
        return replace(below, portal=self._portal(self.coupling))

    def slopes(self, below: Couplings, anti: bool) -> Mapping[str, Couplings]:
        """Return the derivative, of antineutrinos if `anti`, in the coupling; size as
        `below`."""
        return {"coupling": Couplings((), portal=self._portal(1.0))}

    def _portal(self, coupling: Any) -> Portal:
        d = finite("the coupling", coupling) / GeV
        zero = np.zeros_like(d)
        active = [d if self.flavour in (f, "all") else zero for f in _ELEMENTS]
        return Portal(float(self.mass), diagonal(*active))

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings `below`; `InputError` with a portal, for which tridents
        (at a `vertex`) are not computed."""
        if np.any(self.coupling):
            raise InputError(
                "tridents with a heavy neutrino are not computed: leave the dipole"
                " portal out, or use a coupling of 0"
            )
        return below
