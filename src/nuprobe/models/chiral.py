"""A boson of spin 1 with different couplings to left- and right-handed charged leptons,
such as a Kaluza–Klein excitation of an electroweak boson."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.models.base import finite
from nuprobe.models.charges import Triple, VectorCharges
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.standard import StandardModel
from nuprobe.models.vector import VectorMediator
from nuprobe.numerics import FloatArray

__all__ = ["ChiralVector"]

_MUON: Triple = (0.0, 1.0, 0.0)
_NONE: Triple = (0.0, 0.0, 0.0)


@public
@dataclass(frozen=True)
class ChiralVector(VectorMediator):
    """A Z′ with left- and right-handed charges of the charged leptons.

    Interaction g Z′_α [Σ Q_ν ν̄γ^αP_Lν + Σ ℓ̄γ^α(Q_L P_L + Q_R P_R)ℓ + Σ Q_q q̄γ^αq] + ε e
    c_W Z′_α J^α_em. In tridents V → V + g²Q_ν (Q_L + Q_R)/2/[√2 G_F (K² + M²)], A → A +
    g²Q_ν (Q_L − Q_R)/2/[…]; as M → ∞ it is `ContactOperators` with C_{L,R} = −g² Q_ν
    Q_{L,R}/M². An axial current of massive leptons is not conserved: for M below the
    lepton mass the squared exchange amplitude grows as (m_ℓ/M)², unlike that of a
    vector-like boson.

    Attributes
    ----------
    mass : M in MeV, positive.
    coupling : g; may be an array over parameter points.
    neutrinos : Q_ν of e, μ, τ.
    left, right : Q_L and Q_R of the charged leptons e, μ, τ.
    u, d : vector charges of the quarks.
    mixing : ε, a number, or ``"loop"``, as in `LightVector`.
    base : model to which it is added.
    mass_range : MeV, range of the mass in fits and limits; None for 0.01 to 1e5 MeV
        in fits, 0.1 to 1e6 MeV in limits.
    label : precedes the names of the parameters, as in `LightVector`.

    Raises
    ------
    InputError
        Mass not positive, values not finite, or no coupling to neutrinos.

    Examples
    --------
    >>> boson = ChiralVector(1e3, 0.1, left=(0.0, 1.0, 0.0), right=(0.0, -1.0, 0.0))
    >>> boson.vector_charges.leptons[1], boson.vector_charges.axial[1]
    (0.0, 1.0)
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "chiral-vector": ModelName("Z' with left- and right-handed charges of leptons"),
        **{
            f"{name}-vector": ModelName(
                f"Z' of charge 1 for nu_mu and {what}", {"left": left, "right": right}
            )
            for name, what, left, right in (
                ("left", "the left-handed muon", _MUON, _NONE),
                ("right", "the right-handed muon", _NONE, _MUON),
                ("axial", "the axial current of the muon", _MUON, (0.0, -1.0, 0.0)),
            )
        },
    }

    mass: float = setting(unit="MeV")
    coupling: float | FloatArray = setting()
    neutrinos: Triple = _MUON
    left: Triple = _MUON
    right: Triple = _NONE
    u: float = 0.0
    d: float = 0.0
    mixing: float | Literal["loop"] = 0.0
    base: Any = field(default_factory=StandardModel)
    mass_range: tuple[float, float] | None = setting(None, unit="MeV")
    label: str = ""

    def __post_init__(self) -> None:
        for name in ("left", "right"):
            if finite(f"the charges {name}", getattr(self, name)).shape != (3,):
                raise InputError(
                    f"{name} needs three charges, for e, mu and tau, got"
                    f" {getattr(self, name)!r}"
                )
        self.check()
        if not np.any(self.vector_charges.neutrinos):
            raise InputError(
                "a boson without a coupling to neutrinos does not contribute to"
                " their scattering: give neutrinos a charge, such as neutrinos=(0,"
                " 1, 0), or leave the boson out"
            )

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "chiral-vector"

    @property
    def vector_charges(self) -> VectorCharges:
        """Charges of the fermions, vector and axial."""
        pairs = list(zip(self.left, self.right, strict=True))
        vector = tuple((left + right) / 2 for left, right in pairs)
        axial = tuple((left - right) / 2 for left, right in pairs)
        return VectorCharges(
            neutrinos=self.neutrinos,
            leptons=(vector[0], vector[1], vector[2]),
            u=self.u,
            d=self.d,
            axial=(axial[0], axial[1], axial[2]),
        )
