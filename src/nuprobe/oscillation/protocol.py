"""Interface of every propagation from source to detector."""

from __future__ import annotations

from typing import Literal, Protocol

from nuprobe.flavours import Flavour, FlavourState
from nuprobe.numerics import FloatArray

__all__ = ["Phase", "Propagation"]

Phase = tuple[Literal["constant", "cos", "sin"], float]
"""Analytic form of one f_i(E): 1, cos(c/E) or sin(c/E), and its c in MeV."""


class Propagation(Protocol):
    """What happens to the flavour between source and detector: ρ(E) = Σ_i f_i(E)
    ρ_i."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the f_i, empty for the constant one."""

    @property
    def phases(self) -> tuple[Phase, ...] | None:
        """Analytic forms of the f_i, in their order: ``("constant", 0.0)``, ``("cos",
        c)`` or ``("sin", c)`` for cos(c/E) and sin(c/E) with c in MeV. None if an f_i
        has another form; it is then only available through `functions`."""

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """f_i at energies.

        Parameters
        ----------
        e_nu : neutrino energies, MeV, any shape.

        Returns
        -------
        array, shape (*e_nu.shape, i)
        """

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return the ρ_i of neutrinos produced with this `flavour`."""
