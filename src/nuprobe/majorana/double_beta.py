"""Neutrinoless double beta decay by exchange of light Majorana neutrinos.

    1/T = G g_A⁴ |M|² (m_ββ/m_e)²
    m_ββ = |c₁₂² c₁₃² m₁ + s₁₂² c₁₃² m₂ e^{ia} + s₁₃² m₃ e^{ib}|

Phase space G (Kotila:2012zza) and ranges of matrix elements M are in a table, both
second-hand: unverified. A two-nucleon contact term, which may raise M by some 40 %, is
not included: scale the matrix element.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.constants import M_ELECTRON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.files import read_table
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.oscillation import PMNS, Splittings

__all__ = [
    "ISOTOPES",
    "Isotope",
    "MatrixElements",
    "effective_mass",
    "effective_mass_range",
    "half_life",
    "isotope_table",
    "mass_from_half_life",
]

G_A_BARE: Final = 1.27
"""g_A of the half-lives; quenching is a factor of the user's matrix element."""


class Isotope(NamedTuple):
    """Inputs for the half-life of an isotope.

    Attributes
    ----------
    phase_space : G in 1/yr, without g_A⁴.
    matrix_elements : smallest and largest of the literature, or None.
    """

    phase_space: float
    matrix_elements: tuple[float, float] | None


@lru_cache(maxsize=1)
def isotope_table() -> dict[str, Isotope]:
    """Phase space and matrix elements by isotope.

    Examples
    --------
    >>> isotope_table()["Ge76"].matrix_elements
    (2.66, 6.34)
    """
    path = resources.files("nuprobe.majorana") / "data" / "double_beta.csv"
    table = {}
    for row in read_table(path):
        ends = (row["smallest"], row["largest"])
        table[row["isotope"]] = Isotope(
            float(row["phase_space"]) * 1e-15,
            (float(ends[0]), float(ends[1])) if all(ends) else None,
        )
    return table


ISOTOPES: Final[tuple[str, ...]] = (
    *("Ca48", "Ge76", "Se82", "Mo100", "Te130", "Xe136", "Nd150"),
)
"""Isotopes of `half_life`."""


def _isotope(name: str) -> Isotope:
    try:
        return isotope_table()[name]
    except KeyError:
        raise UnknownNameError("double beta isotope", name, ISOTOPES) from None


def _positive(what: str, value: ArrayLike) -> FloatArray:
    found = numbers(what, value)
    if np.any(found <= 0):
        raise InputError(f"{what} must be positive, got {float(found.min()):g}")
    return found


@public
def half_life(
    isotope: str, m_bb: ArrayLike, matrix_element: float, *, g_a: float = G_A_BARE
) -> FloatArray:
    """Half-life for an effective mass.

    Parameters
    ----------
    isotope : one of `ISOTOPES`.
    m_bb : effective masses in MeV (``0.1 * eV``).
    matrix_element : M of light Majorana neutrinos.
    g_a : axial coupling used with it.

    Returns
    -------
    array
        In years, of the shape of `m_bb`; infinite for 0.

    Raises
    ------
    InputError
        If the isotope is unknown, or a number is invalid.

    Examples
    --------
    >>> from nuprobe.units import eV
    >>> half_life("Ge76", 0.1 * eV, 3.0)
    array(4.71974897e+26)
    """
    mass = numbers("m_bb in MeV", m_bb)
    if np.any(mass < 0):
        raise InputError("m_bb must not be negative")
    strength = _isotope(isotope).phase_space
    strength *= float(_positive("g_a", g_a)) ** 4
    strength *= float(_positive("the matrix element", matrix_element)) ** 2
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (strength * (mass / M_ELECTRON) ** 2))


@public
def mass_from_half_life(
    isotope: str, years: ArrayLike, *, g_a: float = G_A_BARE
) -> FloatArray:
    """Range of effective masses that a half-life, or a bound on it, corresponds to with
    the matrix elements of the literature.

    Parameters
    ----------
    isotope : one of `ISOTOPES`.
    years : half-lives in years.
    g_a : axial coupling used with the matrix elements.

    Returns
    -------
    array, shape (*years.shape, 2)
        Smallest and largest mass in MeV: a bound on the half-life is one on the mass
        between the two.

    Raises
    ------
    InputError
        If the isotope is unknown or there are no matrix elements for it.

    Examples
    --------
    >>> from nuprobe.units import eV
    >>> (mass_from_half_life("Xe136", 3.8e26) / eV).round(3)
    array([0.028, 0.121])
    """
    return MatrixElements(g_a=g_a).mass(isotope, years)


@public
@quick_methods
@dataclass(frozen=True)
class MatrixElements:
    """Range of matrix elements, with axial coupling and contact term.

    Attributes
    ----------
    element : M, or None for the range of the literature.
    g_a : axial coupling used with it.
    contact : relative contribution of the two-nucleon contact term to M; some 0.4 in
        the literature (unverified), 0 without.

    Examples
    --------
    >>> from nuprobe.units import eV
    >>> (MatrixElements().mass("Ge76", 1.8e26) / eV).round(3)
    array([0.077, 0.183])
    >>> (MatrixElements(contact=0.4).mass("Ge76", 1.8e26) / eV).round(3)
    array([0.055, 0.13 ])
    """

    element: float | None = None
    g_a: float = G_A_BARE
    contact: float = 0.0

    def __post_init__(self) -> None:
        if self.element is not None:
            _positive("the matrix element", self.element)
        _positive("g_a", self.g_a)
        if not number("the contact term", self.contact) > -1:
            raise InputError(
                f"the contact term must be above -1, got {self.contact:g}: it is a"
                " fraction of the matrix element"
            )

    def words(self) -> str:
        """The assumptions in words."""
        element = (
            "range of the literature" if self.element is None else f"{self.element:g}"
        )
        contact = f", and {self.contact:+.0%} by a contact term" if self.contact else ""
        return f"matrix elements: {element}{contact}; g_A {self.g_a:g}"

    def _ends(self, isotope: str) -> tuple[float, float]:
        """Smallest and largest matrix element."""
        ends = _isotope(isotope).matrix_elements
        if self.element is not None:
            ends = (self.element, self.element)
        if ends is None:
            raise InputError(
                f"no matrix elements for {isotope} in the table: give your own"
            )
        return ends[0] * (1 + self.contact), ends[1] * (1 + self.contact)

    def half_life(self, isotope: str, m_bb: ArrayLike) -> FloatArray:
        """Shortest and longest half-life.

        Parameters
        ----------
        isotope : one of `ISOTOPES`.
        m_bb : effective masses in MeV.

        Returns
        -------
        array, shape (*m_bb.shape, 2)
            In years; infinite for 0.
        """
        small, large = self._ends(isotope)
        ends = [half_life(isotope, m_bb, m, g_a=self.g_a) for m in (large, small)]
        return np.stack(ends, axis=-1)

    def mass(self, isotope: str, years: ArrayLike) -> FloatArray:
        """Smallest and largest effective mass of a half-life.

        Parameters
        ----------
        isotope : one of `ISOTOPES`.
        years : half-lives in years.

        Returns
        -------
        array, shape (*years.shape, 2)
            In MeV.
        """
        ends = np.array(self._ends(isotope)[::-1])
        time = _positive("half-lives", years)
        rate = _isotope(isotope).phase_space * self.g_a**4 * time[..., None]
        return np.asarray(M_ELECTRON / (np.sqrt(rate) * ends))


def _moduli(
    lightest: ArrayLike, mixing: PMNS | None, splittings: Splittings | None
) -> FloatArray:
    """|U_ek|² m_k, shape (*lightest.shape, 3), in MeV."""
    mass = numbers("the mass of the lightest neutrino in MeV", lightest)
    split = splittings or Splittings()
    matrix = (mixing or PMNS()).matrix
    weights = np.abs(matrix[0]) ** 2
    if weights.size != 3:
        raise InputError("m_bb is computed for three neutrinos, not with a sterile one")
    states = np.array([split.masses(float(m)) for m in mass.ravel()]).reshape(-1, 3)
    return np.asarray((states * weights).reshape(*mass.shape, 3))


@public
def effective_mass(
    lightest: ArrayLike,
    phases: tuple[float, float] = (0.0, 0.0),
    mixing: PMNS | None = None,
    splittings: Splittings | None = None,
) -> FloatArray:
    """Effective mass m_ββ at given Majorana phases.

    Parameters
    ----------
    lightest : masses of the lightest neutrino in MeV.
    phases : a and b of the second and third term, rad.
    mixing : angles; None for NuFIT's best fit.
    splittings : differences of squared masses, whose sign gives the ordering; None for
        NuFIT's best fit of the normal one.

    Returns
    -------
    array
        In MeV, of the shape of `lightest`.

    Examples
    --------
    >>> from nuprobe.units import eV
    >>> round(float(effective_mass(0.0) / eV * 1e3), 2)
    3.72
    """
    a, b = (number("a Majorana phase", x) for x in phases)
    turned = np.array([1.0, np.exp(1j * a), np.exp(1j * b)])
    return np.asarray(np.abs(_moduli(lightest, mixing, splittings) @ turned))


@public
def effective_mass_range(
    lightest: ArrayLike,
    mixing: PMNS | None = None,
    splittings: Splittings | None = None,
) -> FloatArray:
    """Smallest and largest m_ββ over all Majorana phases.

    The largest is the sum of the three terms; the smallest is the largest term minus
    the other two, or 0 where the three form a triangle.

    Parameters
    ----------
    lightest, mixing, splittings : as of `effective_mass`.

    Returns
    -------
    array, shape (*lightest.shape, 2)
        In MeV.

    Examples
    --------
    >>> from nuprobe.oscillation import Splittings
    >>> from nuprobe.units import eV
    >>> inverted = Splittings.nufit("inverted")
    >>> (effective_mass_range(0.0, splittings=inverted) / eV * 1e3).round(0)
    array([18., 48.])
    """
    moduli = _moduli(lightest, mixing, splittings)
    whole = moduli.sum(-1)
    left = np.maximum(2 * moduli.max(-1) - whole, 0.0)
    return np.stack([left, whole], axis=-1)
