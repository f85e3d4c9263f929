"""Primordial abundances."""

from __future__ import annotations

from nuprobe.cosmology.history import FlavourMixing
from nuprobe.cosmology.nucleosynthesis import (
    OBSERVABLES,
    Nucleosynthesis,
    abundances,
)
from nuprobe.cosmology.nucleosynthesis.reactions import RATE_SETS
from nuprobe.cosmology.nucleosynthesis.weak_rates import WeakCorrections
from nuprobe.errors import UnknownNameError
from nuprobe.models import Electromagnetic

__all__ = ["primordial", "primordial_change", "primordial_rise"]


def primordial(
    observable: str,
    moment: float = 0.0,
    elements: tuple[str, ...] = ("emu", "etau", "mutau"),
    flavour_mixing: FlavourMixing = "full",
    weak: WeakCorrections = "full",
    nuclear_qed: bool = False,
    rates: str = RATE_SETS[0],
) -> float:
    """Y_P, an abundance per proton, or N_eff.

    Parameters
    ----------
    observable : one of `OBSERVABLES`.
    moment : Majorana moment in μ_B.
    elements : elements of the matrix that have it.
    flavour_mixing : option of the decoupling.
    weak : corrections to the n ↔ p rates.
    nuclear_qed : include the emission of electron pairs in captures.
    rates : nuclear rate set.

    Examples
    --------
    >>> round(primordial("y_p", flavour_mixing="none"), 5)
    0.24685
    """
    if observable not in OBSERVABLES:
        raise UnknownNameError("observable", observable, OBSERVABLES)
    model = None
    if moment:
        model = Electromagnetic(
            magnetic_moment=dict.fromkeys(elements, moment), kind="majorana"
        )
    options = Nucleosynthesis(weak=weak, nuclear_qed=nuclear_qed, rates=rates)
    found = abundances(model, options, flavour_mixing=flavour_mixing)
    return float(found.values()[OBSERVABLES.index(observable)])


def primordial_rise(
    observable: str,
    moment: float,
    elements: tuple[str, ...] = ("emu", "etau", "mutau"),
    flavour_mixing: FlavourMixing = "none",
) -> float:
    """Increase of an observable by moments.

    Parameters
    ----------
    observable, moment, elements, flavour_mixing : as in `primordial`.

    Examples
    --------
    >>> round(primordial_rise("y_p", 7.7e-10, ("emu",)), 5)
    0.0001
    """
    with_moments = primordial(observable, moment, tuple(elements), flavour_mixing)
    return with_moments - primordial(observable, flavour_mixing=flavour_mixing)


def primordial_change(
    observable: str, nuclear_qed: bool = False, rates: str = RATE_SETS[0]
) -> float:
    """Relative change with other nuclear rates.

    Parameters
    ----------
    observable, nuclear_qed, rates : as in `primordial`.

    Examples
    --------
    >>> round(primordial_change("d_h", rates="yof"), 3)
    0.023
    """
    changed = primordial(observable, nuclear_qed=nuclear_qed, rates=rates)
    return changed / primordial(observable) - 1
