"""Tabulated results: the plasma as a function of temperature, and decoupling as a
function of the moments, for both criteria, evolved and instantaneous."""

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
from nuprobe.cosmology.plasma import (
    debye_mass,
    electron_densities,
    plasma_pressure,
)
from nuprobe.cosmology.rates import FLAVOURS
from nuprobe.cosmology.screening import Screening, ScreeningName
from nuprobe.cosmology.thermodynamics import chemical_potential
from nuprobe.drawing import draws
from nuprobe.errors import InputError
from nuprobe.models import Electromagnetic
from nuprobe.numerics import FloatArray, numbers
from nuprobe.reprs import readable
from nuprobe.units import fm

__all__ = ["DecouplingCurve", "Plasma", "decoupling_curve", "plasma_state"]

PAIRS: Final = ("emu", "etau", "mutau")
CRITERIA: Final[tuple[Criterion, ...]] = ("energy", "number")


@readable
@dataclass(frozen=True, eq=False)
class DecouplingCurve:
    """Decoupling of Majorana neutrinos as a function of their moments.

    Attributes
    ----------
    moments : in Bohr magnetons, shape (n,).
    elements : which pairs have them.
    temperature : decoupling temperatures in MeV by criterion, shape (n, 3) for ν_e,
        ν_μ, ν_τ; each flavour for itself.
    n_eff : of the evolution, shape (n,).
    instantaneous : N_eff of instantaneous decoupling by criterion, shape (n,).
    flavour_mixing, screening, exchange_screening : as given.

    Examples
    --------
    >>> curve = decoupling_curve([1e-10, 5e-10], ["emu"])
    >>> curve.temperature["number"][:, 0].round(2).tolist()
    [1.44, 1.08]
    """

    moments: FloatArray
    elements: tuple[str, ...]
    temperature: Mapping[Criterion, FloatArray]
    n_eff: FloatArray
    instantaneous: Mapping[Criterion, FloatArray]
    flavour_mixing: FlavourMixing
    screening: Screening
    exchange_screening: ScreeningName

    plot = draws("plot_decoupling")


@public
def decoupling_curve(
    moments: ArrayLike,
    elements: Sequence[str] = PAIRS,
    *,
    flavour_mixing: FlavourMixing = "full",
    screening: Screening = "debye",
    exchange_screening: ScreeningName = "none",
) -> DecouplingCurve:
    """Decoupling temperatures and N_eff for a sequence of values of some Majorana
    moments.

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
        If `decoupling` or `decoupling_temperature` fails.

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


@readable
@dataclass(frozen=True, eq=False)
class Plasma:
    """The neutral plasma of the early universe, as arrays over temperature.

    Attributes
    ----------
    temperature : in MeV, shape (n,).
    electrons, positrons : per volume, in MeV³.
    chemical_potential : of electrons, in MeV.
    debye_mass, debye_length : in MeV, and in pm.
    pressure : of photons, electrons and positrons with QED to e³, in MeV⁴.
    qed_share : relative contribution of QED corrections to it.
    eta, y_p : as given.

    Examples
    --------
    >>> plasma_state([1.0]).debye_length.round(3).tolist()
    [1.151]
    """

    temperature: FloatArray
    electrons: FloatArray
    positrons: FloatArray
    chemical_potential: FloatArray
    debye_mass: FloatArray
    debye_length: FloatArray
    pressure: FloatArray
    qed_share: FloatArray
    eta: float
    y_p: float


@public
def plasma_state(
    temperature: ArrayLike, eta: float = 6.13744e-10, y_p: float = 0.247
) -> Plasma:
    """Densities, Debye mass and pressure of the neutral plasma.

    Parameters
    ----------
    temperature : in MeV, 1e-3 to 100, shape (n,).
    eta : baryons per photon today.
    y_p : helium mass fraction of baryons.

    Returns
    -------
    Plasma

    Raises
    ------
    InputError
        For temperatures outside the tables, η or Y_P out of range.

    Examples
    --------
    >>> state = plasma_state([0.01, 1.0])
    >>> (state.chemical_potential / state.temperature).round(1).tolist()
    [24.5, 0.0]
    """
    t = np.atleast_1d(numbers("temperature", temperature)).ravel()
    mu = chemical_potential(t, eta, y_p)
    electrons, positrons = electron_densities(t, mu)
    mass = debye_mass(t, mu)
    pressure = plasma_pressure(t, mu)
    free = plasma_pressure(t, mu, qed="none")
    return Plasma(
        temperature=t,
        electrons=electrons,
        positrons=positrons,
        chemical_potential=mu,
        debye_mass=mass,
        debye_length=1 / mass / (1e3 * fm),
        pressure=pressure,
        qed_share=pressure / free - 1,
        eta=eta,
        y_p=y_p,
    )
