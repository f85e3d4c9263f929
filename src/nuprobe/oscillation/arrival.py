"""Neutrinos on arrival: density matrices, probabilities and flavour states of a
propagation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public
from nuprobe.errors import InputError, shown
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.flavours import flavour as as_flavour
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.oscillation.protocol import Propagation

__all__ = ["density", "probabilities", "state"]


@public
def density(
    propagation: Propagation, flavour: str | Flavour, e_nu: ArrayLike
) -> NDArray[np.complex128]:
    """Density matrix ρ(E) in the flavour basis of neutrinos produced as `flavour`.

    Parameters
    ----------
    propagation : `Vacuum`, `Averaged`, `Solar` or another `Propagation`.
    flavour : flavour at production.
    e_nu : neutrino energies, MeV, any shape.

    Returns
    -------
    array, shape (*e_nu.shape, n, n)
        n is 3, or 4 with a sterile neutrino.

    Raises
    ------
    InputError
        If an energy is not positive and finite.

    Examples
    --------
    >>> from nuprobe.oscillation import Averaged
    >>> density(Averaged(), "nu_e", [1.0, 2.0]).shape
    (2, 3, 3)
    """
    check_propagation(propagation)
    e = energies(e_nu)
    matrices = [
        (s.vectors * s.weights) @ np.conj(s.vectors.T)
        for s in propagation.states(as_flavour(flavour))
    ]
    return np.asarray(
        np.tensordot(functions(propagation, e), np.stack(matrices), axes=1),
        dtype=complex,
    )


@public
def probabilities(
    propagation: Propagation, flavour: str | Flavour, e_nu: ArrayLike
) -> FloatArray:
    """Probabilities of arriving as e, μ, τ (s).

    Parameters
    ----------
    propagation, flavour, e_nu : as in `density`.

    Returns
    -------
    array, shape (*e_nu.shape, n)

    Examples
    --------
    >>> from nuprobe.oscillation import Vacuum
    >>> from nuprobe.units import km
    >>> probabilities(Vacuum(53 * km), "nubar_e", 3.0).round(2)
    array([0.17, 0.52, 0.31])
    """
    rho = density(propagation, flavour, e_nu)
    diagonal = np.diagonal(rho, axis1=-2, axis2=-1).real
    return np.clip(diagonal, 0.0, 1.0)


@public
def state(
    propagation: Propagation, flavour: str | Flavour, e_nu: float
) -> FlavourState:
    """State at one energy, accepted by `nuprobe.cevns.differential` in place of a
    flavour.

    Parameters
    ----------
    propagation, flavour : as in `density`.
    e_nu : one neutrino energy, MeV.

    Examples
    --------
    >>> from nuprobe.oscillation import Averaged
    >>> state(Averaged(), "nu_mu", 10.0).vectors.shape
    (3, 3)
    """
    return FlavourState.of(
        density(propagation, flavour, number("the neutrino energy in MeV", e_nu))
    )


def check_propagation(propagation: Any) -> None:
    """Raise `InputError` unless `propagation` is one, such as `Vacuum`."""
    if isinstance(propagation, type) or not (
        hasattr(propagation, "functions") and hasattr(propagation, "states")
    ):
        raise InputError(
            "propagation must be Vacuum(20 * m), Averaged() or Solar(), got"
            f" {shown(propagation)}"
        )


def functions(propagation: Propagation, e_nu: FloatArray) -> FloatArray:
    """f_i of a `propagation` at energies `e_nu` (MeV), shape (*e_nu.shape, i); raises
    `InputError` where they are not finite."""
    with np.errstate(all="ignore"):
        values = propagation.functions(e_nu)
    wrong = ~np.isfinite(values).all(axis=-1)
    if wrong.any():
        raise InputError(
            "oscillation probabilities are not finite at"
            f" {e_nu[wrong].flat[0]:g} MeV: give neutrino energies in MeV"
        )
    return values


def energies(e_nu: Any) -> FloatArray:
    """Neutrino energies `e_nu` (MeV) as an array; raises `InputError` unless all are
    positive and finite."""
    e = numbers("neutrino energies in MeV", e_nu)
    bad = ~((e > 0) & np.isfinite(e))
    if bad.any():
        raise InputError(
            "neutrino energies must be positive and finite (MeV), got"
            f" {e[bad].flat[0]:g}"
        )
    return e
