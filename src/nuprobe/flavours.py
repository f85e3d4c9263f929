"""Neutrino flavours by name: ``nu_e nu_mu nu_tau nubar_e nubar_mu nubar_tau``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import UnknownNameError

__all__ = ["FLAVOURS", "Flavour", "FlavourState", "flavour"]

_LEPTONS: Final = ("e", "mu", "tau")
_LATEX: Final = ("e", r"\mu", r"\tau")


@dataclass(frozen=True)
class Flavour:
    """One of the six: `index` 0, 1, 2 for e, μ, τ (the order of every matrix), and
    `anti`."""

    index: int
    anti: bool = False

    @property
    def name(self) -> str:
        """Name in files and on the command line, e.g. ``"nubar_mu"``."""
        return ("nubar_" if self.anti else "nu_") + _LEPTONS[self.index]

    @property
    def lepton(self) -> str:
        """Name of the charged partner: ``"e"``, ``"mu"`` or ``"tau"``."""
        return _LEPTONS[self.index]

    @property
    def latex(self) -> str:
        """Symbol without dollar signs."""
        return (r"\bar\nu_{" if self.anti else r"\nu_{") + _LATEX[self.index] + "}"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class FlavourState:
    """A hermitian matrix over flavours, ρ = Σ_r w_r v_r v_r†: what arrives at the
    target, or one term of it.

    Attributes
    ----------
    vectors : v_r as columns, shape (n, r), in the flavour basis (e, μ, τ and sterile
        states if any).
    weights : w_r, shape (r,).
    """

    vectors: NDArray[Any]
    weights: NDArray[np.float64]

    @classmethod
    def pure(cls, flavour: Flavour) -> FlavourState:
        """State of one flavour, as produced."""
        return cls(np.eye(3)[:, [flavour.index]], np.ones(1))

    @classmethod
    def of(cls, matrix: NDArray[Any]) -> FlavourState:
        """State of a hermitian matrix."""
        weights, vectors = np.linalg.eigh(matrix)
        kept = np.abs(weights) > 1e-15 * np.abs(weights).max(initial=1e-300)
        return cls(vectors[:, kept], weights[kept])


FLAVOURS: Final[dict[str, Flavour]] = {
    f.name: f for f in (Flavour(i, anti) for anti in (False, True) for i in range(3))
}
"""Every flavour by its name."""


def flavour(name: str | Flavour) -> Flavour:
    """Return the flavour of that name; raises `UnknownNameError` with the nearest names
    otherwise."""
    if isinstance(name, Flavour):
        return name
    try:
        return FLAVOURS[name]
    except (KeyError, TypeError):
        raise UnknownNameError("flavour", name, FLAVOURS) from None
