"""The Standard Model's neutral current at low energy, in two explicit coupling
schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Literal, Self, get_args

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.constants import G_A, SIN2_THETA_W_LOW, SIN2_THETA_W_MZ
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models.base import NucleonCouplings, as_array, parameter_values
from nuprobe.models.couplings import Couplings, Propagator, VectorExchange, diagonal
from nuprobe.models.fields import ModelName
from nuprobe.models.vertex import LeptonCouplings, Vertex, standard_couplings
from nuprobe.numerics import FloatArray, number
from nuprobe.parameters import Parameter

__all__ = ["SCHEMES", "Scheme", "StandardModel"]

Scheme = Literal["tree", "radiative"]
SCHEMES: Final[tuple[str, ...]] = get_args(Scheme)

# g_V^p of nu_e, nu_mu, nu_tau and g_V^n at sin2 = 0.23863 with one-loop corrections
# (AtzoriCorona:2023ktl, unverified against the paper; including the neutrino charge
# radii of the Standard Model)
_RADIATIVE_G_V_P: Final = (0.0382, 0.0300, 0.0256)
_RADIATIVE_G_V_N: Final = -0.5117
# g_V and g_A of nu_e, nu_mu, nu_tau with electrons at the same sin2: one-loop
# expressions of Erler:2013xha (unverified against the paper; the same expressions give
# the couplings to nucleons above, and another calculation, for solar neutrinos, agrees
# to 3e-4: tests/models/test_standard.py): rho, the charge radii of the neutrinos with
# the photon, WW and ZZ boxes. Neglected: photon exchange and emission in the final
# state, and the dependence of the radii on the momentum transfer
_RADIATIVE_G_V_E: Final = (0.9521, -0.0397, -0.0353)
_RADIATIVE_G_A_E: Final = (0.4936, -0.5064, -0.5064)
_RADIATIVE_SIN2: Final = 0.23863
# d g_V^p / d sin2 = -2 rho in the radiative scheme
_RHO: Final = 1.00063


@public
@quick_methods
@dataclass(frozen=True)
class StandardModel:
    """Standard Model couplings.

    Attributes
    ----------
    sin2_theta_w : weak mixing angle; may be an array over parameter points. None, the
        default, means 0.23863 at low momentum transfer and 0.23122 (at the Z mass) for
        tridents; a given value applies to both.
    scheme : ``"tree"``: g_V^p = ½ − 2 sin²θ_W, g_V^n = −½ for every flavour, without
        charge radius; ``"radiative"``: flavour-dependent g_V^p (ν_e 0.0382, ν_μ 0.0300,
        ν_τ 0.0256) and g_V^n = −0.5117 at sin²θ_W = 0.23863, including the
        Standard-Model charge radii, shifted by −2ρ(sin²θ_W − 0.23863); with electrons
        g_V = 0.9521,
        −0.0397, −0.0353 (shifted by +2ρ) and g_A = 0.4936, −0.5064, −0.5064 of ν_e,
        ν_μ, ν_τ, one-loop, including the same radii (Erler:2013xha); final-state
        photons are neglected.
    strange_axial : strange-quark contribution Δs to the nucleon's axial charge (g_A^p =
        g_A − Δs, g_A^n = −g_A − Δs).
    sin2_theta_w_high : weak mixing angle only for processes at high energy (tridents);
        None: as given by `sin2_theta_w`.

    Raises
    ------
    InputError
        If sin²θ_W leaves (0, 1) or is not finite, or the scheme is unknown.

    Examples
    --------
    >>> StandardModel().angles
    {'sin2_theta_w': 0.23863, 'sin2_theta_w_high': 0.23122}
    >>> StandardModel(0.23863).angles
    {'sin2_theta_w': 0.23863, 'sin2_theta_w_high': 0.23863}
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "sm": ModelName("Standard Model, tree-level couplings"),
        "sm-radiative": ModelName(
            "Standard Model, couplings with radiative corrections (CEvNS, electrons)",
            {"scheme": "radiative"},
        ),
        "standard": ModelName("Standard Model, any scheme"),
    }

    sin2_theta_w: float | FloatArray | None = None
    scheme: Scheme = "tree"
    strange_axial: float = 0.0
    sin2_theta_w_high: float | FloatArray | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.scheme, str) or self.scheme not in SCHEMES:
            raise UnknownNameError("coupling scheme", self.scheme, SCHEMES)
        sin2 = as_array(self.low_sin2, "sin2_theta_w")
        if not np.all((sin2 > 0) & (sin2 < 1)):
            bad = sin2[~((sin2 > 0) & (sin2 < 1))].flat[0]
            raise InputError(f"sin2_theta_w must lie between 0 and 1, got {bad:g}")
        high = as_array(self.lepton_sin2, "sin2_theta_w_high")
        if not np.all((high > 0) & (high < 1)):
            bad = high[~((high > 0) & (high < 1))].flat[0]
            raise InputError(f"sin2_theta_w_high must lie between 0 and 1, got {bad:g}")
        number("strange_axial", self.strange_axial)

    @property
    def name(self) -> str:
        """Name on the command line: ``"sm"`` (tree) or ``"sm-radiative"``."""
        return "sm" if self.scheme == "tree" else "sm-radiative"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Return the one parameter, ``sin2_theta_w``."""
        value = as_array(self.low_sin2)
        default = float(value) if value.ndim == 0 else SIN2_THETA_W_LOW
        return (
            Parameter(
                "sin2_theta_w",
                default,
                1e-6,
                1 - 1e-6,
                step=0.02,
                latex=r"\sin^2\vartheta_W",
            ),
        )

    def with_values(self, values: Mapping[str, FloatArray]) -> Self:
        """Return the model with other values of ``sin2_theta_w``; raises
        `UnknownNameError` for any other name."""
        values = parameter_values(values, self)
        unknown = set(values) - {"sin2_theta_w"}
        if unknown:
            raise UnknownNameError(
                "parameter of the Standard Model", min(unknown), ["sin2_theta_w"]
            )
        if not values:
            return self
        return replace(self, sin2_theta_w=values["sin2_theta_w"])

    @property
    def low_sin2(self) -> float | FloatArray:
        """Weak mixing angle that `couplings` uses."""
        return SIN2_THETA_W_LOW if self.sin2_theta_w is None else self.sin2_theta_w

    @property
    def lepton_sin2(self) -> float | FloatArray:
        """Weak mixing angle that `lepton_couplings` uses."""
        if self.sin2_theta_w_high is not None:
            return self.sin2_theta_w_high
        return SIN2_THETA_W_MZ if self.sin2_theta_w is None else self.sin2_theta_w

    @property
    def angles(self) -> dict[str, Any]:
        """Weak mixing angles that are used, by the names of the fields: numbers, or
        lists over parameter points (ready for JSON)."""
        return {
            "sin2_theta_w": np.asarray(self.low_sin2, dtype=float).tolist(),
            "sin2_theta_w_high": np.asarray(self.lepton_sin2, dtype=float).tolist(),
        }

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return V and A of a neutrino–charged-lepton vertex at tree level, with
        `lepton_sin2`."""
        return standard_couplings(vertex, self.lepton_sin2)

    def nucleon_couplings(self, flavour: str | Flavour) -> NucleonCouplings:
        """Return the couplings of one `flavour` or its name (neutrino and antineutrino
        alike for the vector ones)."""
        flavour = as_flavour(flavour)
        sin2 = as_array(self.low_sin2)
        if self.scheme == "tree":
            g_v_p = 0.5 - 2 * sin2
            g_v_n = np.full_like(sin2, -0.5)
        else:
            g_v_p = _RADIATIVE_G_V_P[flavour.index] - 2 * _RHO * (
                sin2 - _RADIATIVE_SIN2
            )
            g_v_n = np.full_like(sin2, _RADIATIVE_G_V_N)
        g_a_p = np.full_like(sin2, G_A - self.strange_axial)
        g_a_n = np.full_like(sin2, -G_A - self.strange_axial)
        return NucleonCouplings(g_v_p, g_v_n, g_a_p, g_a_n)

    def electron_couplings(
        self, flavour: str | Flavour
    ) -> tuple[FloatArray, FloatArray]:
        """Return g_V and g_A of one `flavour` of neutrino, or its name, with electrons.

        Examples
        --------
        >>> g_v, g_a = StandardModel(0.25).electron_couplings("nu_e")
        >>> float(g_v), float(g_a)
        (1.0, 0.5)
        """
        flavour = as_flavour(flavour)
        sin2 = as_array(self.low_sin2)
        if self.scheme == "tree":
            w = 1.0 if flavour.index == 0 else 0.0
            return w - 0.5 + 2 * sin2, np.full_like(sin2, w - 0.5)
        g_v = _RADIATIVE_G_V_E[flavour.index] + 2 * _RHO * (sin2 - _RADIATIVE_SIN2)
        return g_v, np.full_like(sin2, _RADIATIVE_G_A_E[flavour.index])

    @property
    def mass_parameters(self) -> tuple[Parameter, ...]:
        """None."""
        return ()

    def couplings(self, anti: bool = False) -> Couplings:
        """Return the contact couplings to nucleons and electrons in the chosen scheme,
        of antineutrinos if `anti`.

        Electrons at tree level: g_V = −½ + 2 sin²θ_W, g_A = −½ for the Z, plus (1, 1)
        for the W with ν_e.
        """
        each = [self.nucleon_couplings(Flavour(i)) for i in range(3)]
        with_electrons = [self.electron_couplings(Flavour(i)) for i in range(3)]
        charges = {
            "p": diagonal(*(g.g_v_p for g in each)),
            "n": diagonal(*(g.g_v_n for g in each)),
            "e": diagonal(*(g_v for g_v, _ in with_electrons)),
            "e_axial": diagonal(*(g_a for _, g_a in with_electrons)),
        }
        axial = {
            "p": diagonal(*(g.g_a_p for g in each)),
            "n": diagonal(*(g.g_a_n for g in each)),
        }
        found = Couplings((VectorExchange(Propagator(), charges),), axial)
        return found.conjugate() if anti else found

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Return the derivative of the couplings (`anti`) with respect to sin²θ_W."""
        slope = -2.0 if self.scheme == "tree" else -2.0 * _RHO
        one = diagonal(1.0, 1.0, 1.0)
        zero = 0 * one
        charges = {"p": slope * one, "n": zero, "e": -slope * one, "e_axial": zero}
        return {
            "sin2_theta_w": Couplings(
                (VectorExchange(Propagator(), charges),), {"p": zero, "n": zero}
            )
        }


def standard_below(model: Any) -> StandardModel:
    """Standard Model under a stack of models.

    Parameters
    ----------
    model : any.

    Examples
    --------
    >>> import nuprobe as nu
    >>> standard_below(nu.Electromagnetic(base=nu.StandardModel(0.25))).sin2_theta_w
    0.25
    """
    below: Any = model
    while not isinstance(below, StandardModel) and hasattr(below, "base"):
        below = below.base
    return below if isinstance(below, StandardModel) else StandardModel()
