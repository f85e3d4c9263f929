"""What nuclear reactions share: the number of nuclei of one kind in a target, isovector
couplings of a model to nucleons, and checks of the range of validity."""

from __future__ import annotations

from typing import Any

import numpy as np

from nuprobe.constants import G_A
from nuprobe.errors import InputError
from nuprobe.flavours import FlavourState, columns, trace
from nuprobe.models import Couplings, Propagator
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray

__all__ = ["count_of", "isovector", "isovector_axial", "within"]


def count_of(target: Target | None, isotope: str, hint: str) -> float:
    """Nuclei of an isotope in a formula unit.

    Parameters
    ----------
    target : None is one nucleus.
    isotope : its name.
    hint : end of the message, which targets contain it.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> from nuprobe.nuclei import target
    >>> count_of(target("D2O"), "H2", "give D2O"), count_of(None, "H2", "give D2O")
    (2.0, 1.0)
    """
    if target is None:
        return 1.0
    found = [c.count for c in target.components if c.isotope.name == isotope]
    if not found:
        raise InputError(f"{target.name} has no {isotope}: {hint}")
    return sum(found)


def isovector_axial(couplings: Couplings) -> Any:
    """Flavour matrix of the isovector axial coupling to nucleons, the unit matrix in
    the Standard Model.

    Parameters
    ----------
    couplings : of a model.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> isovector_axial(StandardModel().couplings()).diagonal().round(6)
    array([1., 1., 1.])
    """
    zero = np.zeros((3, 3))
    axial = couplings.axial
    return (axial.get("p", zero) - axial.get("n", zero)) / (2 * G_A)


def isovector(
    couplings: Couplings,
    slope: Couplings | None,
    state: FlavourState,
    anti: bool,
) -> tuple[FloatArray, FloatArray]:
    """Tr[AρA†] and ±Re Tr[AρV†] of the isovector contact couplings, 1 and ±(1 − 2
    sin²θ_W) in the Standard Model, with − for antineutrinos.

    Parameters
    ----------
    couplings : of a model.
    slope : None, or the direction in which the couplings change, for the derivative.
    state : flavours of the neutrinos that arrive.
    anti : whether they are antineutrinos.

    Examples
    --------
    >>> from nuprobe.flavours import flavour
    >>> from nuprobe.models import StandardModel
    >>> muon = FlavourState.pure(flavour("nubar_mu"))
    >>> pair = isovector(StandardModel().couplings(), None, muon, True)
    >>> [round(float(x), 4) for x in pair]
    [1.0, -0.5227]
    """

    def matrices(given: Couplings) -> tuple[Any, Any]:
        contact = next(
            (x.charges for x in given.vector if x.propagator == Propagator()), {}
        )
        zero = np.zeros((3, 3))
        vector = contact.get("p", zero) - contact.get("n", zero)
        return columns(isovector_axial(given), state), columns(vector, state)

    a, v = matrices(couplings)
    sign = -1.0 if anti else 1.0
    if slope is None:
        return trace(a, a, state), sign * trace(a, v, state)
    da, dv = matrices(slope)
    return (
        2 * trace(da, a, state),
        sign * (trace(da, v, state) + trace(a, dv, state)),
    )


def within(e_nu: FloatArray, highest: float, what: str) -> None:
    """Reject energies beyond the range of validity.

    Parameters
    ----------
    e_nu : neutrino energies, MeV.
    highest : the largest valid energy, MeV.
    what : start of the message.

    Raises
    ------
    InputError
        If there is a larger energy.

    Examples
    --------
    >>> within(np.array([10.0, 20.0]), 60.0, "levels of carbon are")
    """
    largest = float(np.max(e_nu, initial=0.0))
    if largest > highest * (1 + 1e-12):
        raise InputError(
            f"{what} computed up to {highest:g} MeV, got {largest:g} MeV: it is not"
            " extrapolated"
        )
