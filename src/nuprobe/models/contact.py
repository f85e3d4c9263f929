"""Four-fermion operators of neutrinos and charged leptons."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.constants import G_FERMI
from nuprobe.errors import InputError, shown
from nuprobe.models.base import exchange
from nuprobe.models.couplings import Couplings, Propagator, VectorExchange
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.stack import Stacked, check_base
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.numerics import FloatArray, number, numbers

__all__ = ["ContactOperators"]

Key = tuple[int, int, int, int]

_UNIT: Final = 2 * math.sqrt(2) * G_FERMI


def _check(what: str, value: Any) -> None:
    if not isinstance(value, np.ndarray) or not value.ndim:
        number(what, value)
        return
    array = numbers(what, value)
    if array.ndim != 1 or not np.all(np.isfinite(array)):
        raise InputError(
            f"{what} must be finite, one number or an array of shape (points,), got"
            f" {shown(value)}"
        )


@public
@quick_methods
@dataclass(frozen=True)
class ContactOperators(Stacked):
    """Four-fermion operators added to a base model.

    L = Σ C_L (ν̄_β γ^α P_L ν_α)(ℓ̄ γ_α P_L ℓ′) + C_R (ν̄_β γ^α P_L ν_α)(ℓ̄ γ_α P_R ℓ′),
    which is V → V − (C_L + C_R)/(2√2 G_F), A → A − (C_L − C_R)/(2√2 G_F). The Standard
    Model in this form has C_L = −2√2 G_F (−½ + s² + δ_CC), C_R = −2√2 G_F s².

    Attributes
    ----------
    left, right : C_L and C_R in MeV⁻², by flavour indices (ν_α, ν_β, ℓ⁻, ℓ′⁺), 0, 1, 2
        for e, μ, τ; real, shape () or, for tridents, (points,). In files ``"1111"``.
    base : what they are added to.

    Examples
    --------
    >>> one = ContactOperators(left={(1, 1, 1, 1): 1e-12})
    >>> round(float(one.lepton_couplings(Vertex(1, 1, 1, 1)).vector), 4)
    0.9321
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "contact": ModelName("four-fermion operators with charged leptons")
    }

    left: Mapping[Key, float | FloatArray] = setting(
        default_factory=dict, unit="1/MeV2", kind="operators"
    )
    right: Mapping[Key, float | FloatArray] = setting(
        default_factory=dict, unit="1/MeV2", kind="operators"
    )
    base: Any = field(default_factory=StandardModel)

    def __post_init__(self) -> None:
        check_base(self.base)
        for name, values in (("left", self.left), ("right", self.right)):
            if not isinstance(values, Mapping):
                raise InputError(
                    f"{name} is given by flavour indices, {{(1, 1, 1, 1): 1e-12}}, got"
                    f" {shown(values)}"
                )
            for key, value in values.items():
                if (
                    not isinstance(key, tuple)
                    or len(key) != 4
                    or any(i not in (0, 1, 2) for i in key)
                ):
                    raise InputError(
                        "a contact operator has four flavour indices 0, 1, 2 (nu_in,"
                        f" nu_out, l-, l+), got {key}"
                    )
                _check(f"the {name} coefficient {key}, real and in MeV⁻²,", value)

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "contact"

    def _shift(self, key: Key) -> tuple[FloatArray, FloatArray]:
        """What is added to V and A."""
        left = np.asarray(self.left.get(key, 0.0))
        right = np.asarray(self.right.get(key, 0.0))
        return -(left + right) / _UNIT, -(left - right) / _UNIT

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Return the couplings `below`, of antineutrinos if `anti`, shifted by the
        operators with two electrons."""
        vector, axial = np.zeros((3, 3)), np.zeros((3, 3))
        for i, j in itertools.product(range(3), range(3)):
            one_vector, one_axial = self._shift((i, j, 0, 0))
            if one_vector.ndim:
                raise InputError(
                    "scattering on electrons takes one number a contact operator, got"
                    f" an array for {(i, j, 0, 0)}: give one model a point"
                )
            vector[j, i], axial[j, i] = one_vector, one_axial
        if not (vector.any() or axial.any()):
            return below
        charges = {"e": vector, "e_axial": axial}
        one = exchange(VectorExchange(Propagator(), charges), anti)
        return below.plus(one.vector[0])

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings `below` shifted by the operators of a `vertex`."""
        vector, axial = self._shift(
            (vertex.nu_in, vertex.nu_out, vertex.minus, vertex.plus)
        )
        return below.shifted(vector, axial)
