"""Energies, deposits and flavours as given by users."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError, shown
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.flavours import flavour as as_flavour
from nuprobe.numerics import FloatArray, is_quantity, masked, numbers

__all__ = ["as_state", "deposits", "energies", "is_anti", "together"]


HIGHEST_ENERGY: Final = 1e12
"""MeV: above the energies of neutrinos observed by any experiment."""


def as_state(flavour: str | Flavour | FlavourState) -> FlavourState:
    """Flavour state of a `flavour` by name, a `Flavour` or a state.

    Examples
    --------
    >>> as_state("nu_mu").vectors.ravel()
    array([0., 1., 0.])
    """
    if isinstance(flavour, FlavourState):
        return flavour
    return FlavourState.pure(as_flavour(flavour))


def is_anti(flavour: str | Flavour | FlavourState, anti: bool | None = None) -> bool:
    """Whether a `flavour` is that of antineutrinos; for a state, `anti` decides.

    Examples
    --------
    >>> is_anti("nubar_e")
    True
    """
    if isinstance(flavour, FlavourState):
        return bool(anti)
    return as_flavour(flavour).anti


def energies(e_nu: ArrayLike) -> FloatArray:
    """Neutrino energies `e_nu` (MeV) as an array; raises `InputError` unless all are
    positive and at most `HIGHEST_ENERGY`.

    Examples
    --------
    >>> energies([10, 20])
    array([10., 20.])
    """
    e = _floats(e_nu, "neutrino energies")
    if not np.all((e > 0) & np.isfinite(e)):
        raise InputError(
            "neutrino energies must be positive and finite (MeV), got"
            f" {_first_bad(e, e > 0)}"
        )
    if np.any(e > HIGHEST_ENERGY):
        raise InputError(
            f"neutrino energies must be at most {HIGHEST_ENERGY:.0e} MeV, beyond"
            " which the results are not validated, got"
            f" {_first_bad(e, e <= HIGHEST_ENERGY):g} MeV"
        )
    return e


def deposits(t: ArrayLike) -> FloatArray:
    """Energies deposited `t` (MeV) as an array; raises `InputError` unless all are
    finite and not negative.

    Examples
    --------
    >>> deposits(0.01)
    array(0.01)
    """
    values = _floats(t, "recoil energies")
    if not np.all((values >= 0) & np.isfinite(values)):
        raise InputError(
            "recoil energies must be finite and not negative (MeV), got"
            f" {_first_bad(values, values >= 0)}"
        )
    return values


def together(e_nu: ArrayLike, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Energies `e_nu` and deposits `t` (MeV), broadcast against each other.

    Raises `InputError` for invalid energies and for shapes that do not fit.

    Examples
    --------
    >>> e, t = together([[10.0], [20.0]], [0.01, 0.02, 0.03])
    >>> e.shape, t.shape
    ((2, 3), (2, 3))
    """
    e, deposited = energies(e_nu), deposits(t)
    try:
        shape = np.broadcast_shapes(e.shape, deposited.shape)
    except ValueError:
        raise InputError(
            f"energies of shape {e.shape} and recoils of shape {deposited.shape} do not"
            " fit together: give one number, equal shapes, or energies[:, None]"
        ) from None
    return np.broadcast_to(e, shape), np.broadcast_to(deposited, shape)


def _floats(values: ArrayLike, what: str) -> FloatArray:
    try:
        return numbers(what, values)
    except InputError:
        if is_quantity(values) or masked(values):
            raise
        if np.iscomplexobj(values):
            raise InputError(
                f"{what} must be real numbers in MeV, got complex ones"
            ) from None
        raise InputError(
            f"{what} must be numbers in MeV (30 * MeV, 10 * keV), got {shown(values)}"
        ) from None


def _first_bad(values: FloatArray, good: NDArray[np.bool_]) -> float:
    flat = np.ravel(values)
    bad = ~np.ravel(good) | ~np.isfinite(flat)
    return float(flat[bad][0])
