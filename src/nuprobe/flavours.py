"""Neutrino flavours by name: ``nu_e nu_mu nu_tau nubar_e nubar_mu nubar_tau``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import UnknownNameError
from nuprobe.reprs import readable

__all__ = ["FLAVOURS", "Flavour", "FlavourState", "columns", "flavour", "trace"]

_LEPTONS: Final = ("e", "mu", "tau")
_LATEX: Final = ("e", r"\mu", r"\tau")


@readable
@dataclass(frozen=True)
class Flavour:
    """One of the six flavours.

    Attributes
    ----------
    index : 0, 1, 2 for e, μ, τ: the order of every matrix.
    anti : whether it is an antineutrino.
    """

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


@readable
@dataclass(frozen=True, eq=False)
class FlavourState:
    """A hermitian matrix over flavours, ρ = Σ_r w_r v_r v_r†: the neutrinos at the
    target, or one term of their density matrix.

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
        """State of one `flavour`, as produced."""
        return cls(np.eye(3)[:, [flavour.index]], np.ones(1))

    @classmethod
    def of(cls, matrix: NDArray[Any]) -> FlavourState:
        """State of a hermitian `matrix`, shape (n, n)."""
        weights, vectors = np.linalg.eigh(matrix)
        kept = np.abs(weights) > 1e-15 * np.abs(weights).max(initial=1e-300)
        return cls(vectors[:, kept], weights[kept])


FLAVOURS: Final[dict[str, Flavour]] = {
    f.name: f for f in (Flavour(i, anti) for anti in (False, True) for i in range(3))
}
"""Every flavour by its name."""


def flavour(name: str | Flavour) -> Flavour:
    """Return the flavour of that name.

    Parameters
    ----------
    name : one of `FLAVOURS`; a `Flavour` is returned as it is.

    Raises
    ------
    UnknownNameError
        With the nearest names.

    Examples
    --------
    >>> flavour("nubar_mu")
    Flavour(index=1, anti=True)
    """
    if isinstance(name, Flavour):
        return name
    try:
        return FLAVOURS[name]
    except (KeyError, TypeError):
        raise UnknownNameError("flavour", name, FLAVOURS) from None


def columns(matrix: NDArray[Any], state: FlavourState) -> NDArray[Any]:
    """Apply an amplitude to the vectors of a state: M v_r.

    Parameters
    ----------
    matrix : M, shape (..., final, initial); 3 × 3 matrices leave sterile neutrinos
        unscattered.
    state : ρ = Σ_r w_r v_r v_r†.

    Returns
    -------
    array, shape (..., final, r)

    Examples
    --------
    >>> columns(np.diag([1.0, 2.0, 3.0]), FlavourState.pure(flavour("nu_mu"))).ravel()
    array([0., 2., 0.])
    """
    n = matrix.shape[-1]
    vectors = state.vectors
    if len(vectors) > n:
        vectors = vectors[:n]
    elif len(vectors) < n:
        vectors = np.concatenate(
            [vectors, np.zeros((n - len(vectors), vectors.shape[1]))]
        )
    if (
        vectors.shape[1] == 1 and np.count_nonzero(vectors) == 1
    ):  # one flavour: no product needed
        index = int(np.flatnonzero(vectors[:, 0])[0])
        return np.asarray(matrix[..., :, index, None] * vectors[index, 0])
    return np.asarray(matrix @ vectors)


def trace(
    a: NDArray[Any] | None, b: NDArray[Any] | None, state: FlavourState
) -> NDArray[np.float64]:
    """Re Tr[M_a ρ M_b†] = Re Σ_r w_r (M_a v_r)·(M_b v_r)*.

    Parameters
    ----------
    a, b : `columns` of M_a and M_b, shape (..., final, r); None for an amplitude that
        is absent.
    state : ρ.

    Returns
    -------
    array, shape (...)
        0 where an amplitude is absent.

    Examples
    --------
    >>> muon = FlavourState.pure(flavour("nu_mu"))
    >>> moment = columns(np.diag([1.0, 2.0, 3.0]), muon)
    >>> float(trace(moment, moment, muon)), float(trace(moment, None, muon))
    (4.0, 0.0)
    """
    if a is None or b is None:
        return np.zeros(())
    terms = (a * np.conj(b)).real if np.iscomplexobj(a) or np.iscomplexobj(b) else a * b
    return np.asarray((terms.sum(-2) * state.weights).sum(-1))
