"""A scalar mediator between neutrinos and matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models.base import finite, is_elastic
from nuprobe.models.charges import SCALARS, ScalarCharges
from nuprobe.models.couplings import Couplings, ScalarExchange, diagonal
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.mediated import Mediated
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.numerics import FloatArray

__all__ = ["LightScalar"]


@public
@quick_methods
@dataclass(frozen=True)
class LightScalar(Mediated):
    """A scalar φ coupled to neutrinos and to matter.

    It flips the helicity of the neutrino, so its cross section adds to that of the base
    model without interference: (M²T/4πE²) g⁴ Q_ν² (Σ_N Q_N N F_N)²/(2MT + m²)² for spin
    0 [as in a public code that cites table IV of Cerdeno:2016sfi; not checked there or
    in Lindner:2016wff]. Tridents are those of the base; they are rejected if the scalar
    couples to their leptons.

    Attributes
    ----------
    mass : m in MeV, positive.
    coupling : g; the amplitude goes as g².
    charges : a name of `SCALARS`, or `ScalarCharges`.
    base : model to which it is added.
    mass_range, label : as in `LightVector`.

    Raises
    ------
    InputError
        Mass not positive, values not finite, or a base model that also flips the
        helicity (magnetic moment, scalar).
    UnknownNameError
        For charges of an unknown name.

    Examples
    --------
    >>> LightScalar(mass=10.0, coupling=1e-4).couplings().scalar[0].propagator.mass
    10.0
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "light-scalar": ModelName("scalar of any couplings"),
        "scalar": ModelName(
            "scalar coupled to nucleons and neutrinos", {"charges": "nucleons"}
        ),
        "universal-scalar": ModelName(
            "scalar coupled to u, d, s, electrons and neutrinos",
            {"charges": "universal"},
        ),
    }
    EXPLAINED: ClassVar[Mapping[str, str]] = {
        "interference": (
            "a scalar flips the helicity of the neutrino and cannot interfere with a"
            " vector: remove interference"
        )
    }
    SYMBOLS = (r"m_\phi", "g")

    mass: float = setting(unit="MeV")
    coupling: float | FloatArray = setting()
    charges: str | ScalarCharges = "nucleons"
    base: Any = field(default_factory=StandardModel)
    mass_range: tuple[float, float] | None = setting(None, unit="MeV")
    label: str = ""

    def __post_init__(self) -> None:
        self.check()
        _ = self.scalar_charges  # rejects an unknown name
        if not is_elastic(self.base):
            return
        below = self.base.couplings()
        if below.magnetic is not None or below.scalar:
            raise InputError(
                f"the model {self.base.name} already flips the neutrino helicity and"
                " would interfere with a scalar, which is not implemented: use only"
                " one of them"
            )

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "light-scalar"

    @property
    def scalar_charges(self) -> ScalarCharges:
        """Couplings of the fermions in units of g."""
        if isinstance(self.charges, ScalarCharges):
            return self.charges
        if not isinstance(self.charges, str) or self.charges not in SCALARS:
            raise UnknownNameError(
                "charges", self.charges, SCALARS, "Or give ScalarCharges(...)"
            )
        return SCALARS[self.charges]

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Return the couplings `below`, of antineutrinos if `anti`, with this exchange
        added."""
        one = self._exchange(finite("the coupling", self.coupling) ** 2)
        return replace(below, scalar=(one,))

    def slopes(self, below: Couplings, anti: bool) -> Mapping[str, Couplings]:
        """Return the derivative, of antineutrinos if `anti`, in the coupling; size as
        `below`."""
        slope = self._exchange(2 * finite("the coupling", self.coupling))
        return {self.label + "coupling": Couplings((), scalar=(slope,))}

    def _exchange(self, strength: FloatArray) -> ScalarExchange:
        q = self.scalar_charges
        matrix = diagonal(*(x * strength for x in q.neutrinos))
        return ScalarExchange(
            self.propagator, {"p": q.p * matrix, "n": q.n * matrix, "e": q.e * matrix}
        )

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings `below`; `InputError` if the scalar couples in this
        `vertex`."""
        q = self.scalar_charges
        electrons = vertex.neutral and vertex.minus == 0
        if electrons and q.e * q.neutrinos[vertex.nu_in] and np.any(self.coupling):
            raise InputError(
                "tridents with an electron pair from a scalar are not implemented:"
                " use a scalar that does not couple to electrons, or a vector"
            )
        return below
