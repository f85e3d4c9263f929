"""Decoupling against the size of the moments: temperatures by both criteria, and N_eff
by evolution and in an instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.cosmology.criteria import (
    Criterion,
    decoupling_temperature,
    instantaneous_n_eff,
)
from nuprobe.cosmology.history import FlavourMixing, decoupling
from nuprobe.cosmology.moments import read_moments
from nuprobe.cosmology.rates import FLAVOURS
from nuprobe.cosmology.screening import Screening, ScreeningName
from nuprobe.errors import InputError
from nuprobe.models import Electromagnetic
from nuprobe.numerics import FloatArray, numbers

__all__ = ["DecouplingCurve", "decoupling_curve"]

PAIRS: Final = ("emu", "etau", "mutau")
CRITERIA: Final[tuple[Criterion, ...]] = ("energy", "number")


@dataclass(frozen=True, eq=False)
class DecouplingCurve:
    """Decoupling of Majorana neutrinos against their moments.

    Attributes
    ----------
    moments : in Bohr magnetons, shape (n,).
    elements : which pairs have them.
    temperature : decoupling temperatures in MeV by criterion, shape (n, 3) for ν_e,
        ν_μ, ν_τ; each flavour for itself.
    n_eff : of the evolution, shape (n,).
    instantaneous : N_eff of decoupling in an instant by criterion, shape (n,).
    flavour_mixing, screening, exchange_screening : as asked for.

    Examples
    --------
    >>> curve = decoupling_curve([1e-10, 5e-10], ["emu"])
    >>> curve.temperature["number"][:, 0].round(2).tolist()
    [1.43, 1.08]
    """

    moments: FloatArray
    elements: tuple[str, ...]
    temperature: Mapping[Criterion, FloatArray]
    n_eff: FloatArray
    instantaneous: Mapping[Criterion, FloatArray]
    flavour_mixing: FlavourMixing
    screening: Screening
    exchange_screening: ScreeningName


@public
def decoupling_curve(
    moments: ArrayLike,
    elements: Sequence[str] = PAIRS,
    *,
    flavour_mixing: FlavourMixing = "full",
    screening: Screening = "debye",
    exchange_screening: ScreeningName = "none",
) -> DecouplingCurve:
    """Decoupling temperatures and N_eff for one size of some Majorana moments after the
    other.

    Parameters
    ----------
    moments : in Bohr magnetons, not negative, shape (n,).
    elements : pairs that have it, of ``"emu"``, ``"etau"``, ``"mutau"``.
    flavour_mixing, screening, exchange_screening : as in `decoupling`.

    Returns
    -------
    DecouplingCurve

    Raises
    ------
    InputError
        For no or negative moments, other pairs or choices.
    ComputationError
        Where `decoupling` or `decoupling_temperature` has no answer.

    Examples
    --------
    >>> decoupling_curve([0.0, 1e-9], flavour_mixing="none").n_eff.round(3).tolist()
    [3.044, 3.194]
    """
    sizes = numbers("moments", moments)
    if sizes.ndim != 1 or sizes.size == 0 or not np.all(sizes >= 0):
        raise InputError(
            "moments must be a list of at least one number in Bohr magnetons, none"
            " negative"
        )
    if not elements or isinstance(elements, str) or not set(elements) <= set(PAIRS):
        raise InputError(
            f"elements must be a list of some of {', '.join(PAIRS)}: Majorana neutrinos"
            " have no diagonal moments"
        )
    screens = {"screening": screening, "exchange_screening": exchange_screening}
    found: dict[Criterion, list[list[float]]] = {c: [] for c in CRITERIA}
    sudden: dict[Criterion, list[float]] = {c: [] for c in CRITERIA}
    n_eff = []
    for size in sizes:
        model = Electromagnetic(
            magnetic_moment=dict.fromkeys(elements, float(size)), kind="majorana"
        )
        seen = read_moments(model)
        n_eff.append(
            decoupling(
                model,
                flavour_mixing=flavour_mixing,
                screening=screening,
                exchange_screening=exchange_screening,
            ).n_eff
        )
        for criterion in CRITERIA:
            found[criterion].append(
                [
                    decoupling_temperature(seen, f, criterion, **screens)  # type: ignore[arg-type]
                    for f in FLAVOURS
                ]
            )
            sudden[criterion].append(
                instantaneous_n_eff(seen, criterion, **screens)  # type: ignore[arg-type]
            )
    return DecouplingCurve(
        moments=sizes,
        elements=tuple(elements),
        temperature={c: np.array(v) for c, v in found.items()},
        n_eff=np.array(n_eff),
        instantaneous={c: np.array(v) for c, v in sudden.items()},
        flavour_mixing=flavour_mixing,
        screening=screening,
        exchange_screening=exchange_screening,
    )
