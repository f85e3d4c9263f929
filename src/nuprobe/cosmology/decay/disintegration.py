"""Disintegration of nuclei by photons: cross sections as functions of the energy.

The seventeen channels and their fits are those of Cyburt:2002uv with the corrections of
4He → n 3He and 6Li → n p 4He that Jedamzik:2006xz took from newer data, as given in
Depta:2020mhj (checked in its public code, not in the two earlier papers: `unverified`).
The magnetic term of the deuteron is different: that of Bethe and Longmire.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, numbers
from nuprobe.reprs import readable

__all__ = [
    "CAUTION",
    "DISINTEGRATIONS",
    "NUCLEI",
    "SECTIONS",
    "Disintegration",
    "cross_sections",
    "disintegration_cross_section",
    "short_name",
    "threshold",
]

NUCLEI: Final = ("n", "p", "d", "t", "he3", "he4", "li6", "li7", "be7")
"""Nuclei after nucleosynthesis, in the order of arrays."""
_MB: Final = 1e-27  # cm²
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_HYDROGEN: Final = {"h2": "d", "deuterium": "d", "h3": "t", "tritium": "t"}
CAUTION: Final = (
    "cross sections of nuclei are unverified fits. Compared with measured captures"
    " (detailed balance) 7Be -> 3He 4He and 7Li -> t 4He are 2 to 3 times too large; d"
    " is right to 4 %; 3He -> p d and 4He -> p t are too large near threshold; other"
    " channels were not compared"
)
"""Remark on the cross sections in tables of decays."""
SECTIONS: Final = "fits of Cyburt 2003, d(g,n)p by Bethe and Longmire, means over cells"
"""Version of the cross sections of a result; unfinished runs are only resumed with the
same."""


@readable
@dataclass(frozen=True)
class Disintegration:
    """One channel.

    Attributes
    ----------
    name : e.g. ``"d(g,p)n"``.
    nucleus : initial nucleus.
    products : final nuclei.
    threshold : energy of the photon in MeV.
    shape : cross section in mb of the energy above threshold.
    """

    name: str
    nucleus: str
    products: tuple[str, ...]
    threshold: float
    shape: Callable[[FloatArray], FloatArray]


def _power(
    size: float, threshold: float, a: float, b: float
) -> Callable[[FloatArray], FloatArray]:
    """size Q^a (E − Q)^b/E^(a + b), in the unit of `size`."""

    def shape(e: FloatArray) -> FloatArray:
        return size * (threshold / e) ** a * ((e - threshold) / e) ** b

    return shape


def _deuteron(e: FloatArray) -> FloatArray:
    # electric and magnetic dipole of Bethe and Longmire: ratio is γk/(γ² + k²). The
    # magnetic one leads to ¹S₀, whose virtual state at 67 keV adds to the binding
    # (1/a_s < 0). The fit in public codes has ratio², √Q − √ε and 37 keV, a zero of
    # higher order at threshold: 0.024 mb instead of 334 mb for thermal captures
    q, virtual = 2.224573, 0.067
    ratio = np.sqrt(q * (e - q)) / e
    bound = (np.sqrt(q) + np.sqrt(virtual)) ** 2
    magnetic = 0.007947 * ratio * bound / (e - q + virtual)
    return np.asarray(18.75 * (ratio**3 + magnetic))


def _lithium7(e: FloatArray) -> FloatArray:
    x = e - 2.467032
    curve = 1 + 2.2875 * x**2 - 1.1798 * x**3 + 2.5279 * x**4
    fall = np.exp(-2.5954 / np.sqrt(np.maximum(x, 1e-12)) - 2.056 * x)
    return np.asarray(0.105 * 2371 / e**2 * fall * curve)


def _lithium7_neutron(e: FloatArray) -> FloatArray:
    q = 7.249962
    line = 0.06 / (1 + ((e - q - 7.46) / 0.188) ** 2)
    return np.asarray(
        _power(0.176, q, 1.51, 0.49)(e) + _power(1205.0, q, 5.5, 5.0)(e) + line
    )


def _beryllium7(e: FloatArray) -> FloatArray:
    x = e - 1.586627
    curve = np.maximum(1 - 0.428 * x**2 + 0.534 * x**3 - 0.115 * x**4, 0.0)
    # beyond its root the polynomial stays negative
    fall = np.exp(-5.1909 / np.sqrt(np.maximum(x, 1e-12)) - 0.548 * x)
    return np.asarray(0.504 * 2371 / e**2 * fall * curve)


def _beryllium7_proton(e: FloatArray) -> FloatArray:
    q = 5.605794
    return np.asarray(_power(32.6, q, 10, 2)(e) + _power(2.27e6, q, 8.8335, 13)(e))


def _lithium6_mass3(e: FloatArray) -> FloatArray:
    bumps = ((3.7, 19.0, 3.5), (2.75, 30.0, 3.0), (2.2, 43.0, 5.0))
    curve = sum(a * np.exp(-0.5 * ((e - b) / c) ** 2) for a, b, c in bumps)
    return np.asarray(_power(38.1, 15.794685, 3, 2)(e) * curve)


def _simple(
    name: str, products: str, threshold: float, size: float, a: float, b: float
) -> Disintegration:
    shape = _power(size, threshold, a, b)
    nucleus = name.split("(")[0]
    return Disintegration(name, nucleus, tuple(products.split()), threshold, shape)


DISINTEGRATIONS: Final = (
    Disintegration("d(g,n)p", "d", ("n", "p"), 2.224573, _deuteron),
    _simple("t(g,n)d", "n d", 6.257248, 9.8, 1.95, 1.65),
    _simple("t(g,np)n", "n n p", 8.481821, 26.0, 2.6, 2.3),
    _simple("he3(g,p)d", "p d", 5.493485, 8.88, 1.75, 1.65),
    _simple("he3(g,np)p", "n p p", 7.718058, 16.7, 1.95, 2.3),
    _simple("he4(g,p)t", "p t", 19.813852, 19.5, 3.5, 1.0),
    _simple("he4(g,n)he3", "n he3", 20.577615, 20.7, 3.5, 1.0),
    _simple("he4(g,d)d", "d d", 23.846527, 10.7, 10.2, 3.4),
    _simple("he4(g,np)d", "n p d", 26.0711, 21.7, 4.0, 3.0),
    _simple("li6(g,np)he4", "n p he4", 3.698892, 143.0, 2.3, 4.7),
    Disintegration("li6(g,t)he3", "li6", ("t", "he3"), 15.794685, _lithium6_mass3),
    Disintegration("li7(g,t)he4", "li7", ("t", "he4"), 2.467032, _lithium7),
    Disintegration("li7(g,n)li6", "li7", ("n", "li6"), 7.249962, _lithium7_neutron),
    _simple("li7(g,2np)he4", "n n p he4", 10.94885, 122.0, 4.0, 3.0),
    Disintegration("be7(g,he3)he4", "be7", ("he3", "he4"), 1.586627, _beryllium7),
    Disintegration("be7(g,p)li6", "be7", ("p", "li6"), 5.605794, _beryllium7_proton),
    _simple("be7(g,2pn)he4", "p p n he4", 9.30468, 133.0, 4.0, 3.0),
)
"""The channels included."""
_BY_NAME: Final = {one.name: one for one in DISINTEGRATIONS}


@public
def disintegration_cross_section(reaction: str, energy: ArrayLike) -> FloatArray:
    """Cross section of the disintegration of a nucleus by a photon.

    The fits are not adjusted. Compared with the reverse rates of measured captures, ⁷Be
    → ³He ⁴He and ⁷Li → t ⁴He are 2 to 3 times too large. The deuteron is correct to 4
    %: its magnetic term is that of Bethe and Longmire, with the first power of √(Q(E −
    Q))/E and a sum of roots, not that of the public fit, which is 3 times too small 0.1
    MeV above threshold. ³He → p d and ⁴He → p t are too large near threshold, by 1.4
    and 2.2 on average in a black body of 0.7 MeV.

    Parameters
    ----------
    reaction : name of one of `DISINTEGRATIONS`, e.g. ``"d(g,n)p"``.
    energy : of the photon in MeV, any shape.

    Returns
    -------
    array
        In cm², the shape of `energy`; zero below threshold.

    Raises
    ------
    UnknownNameError
        For a reaction that is not included.

    Examples
    --------
    >>> found = disintegration_cross_section("d(g,n)p", [2.0, 4.4])
    >>> [float(f"{x:.3g}") for x in found]
    [0.0, 2.45e-27]
    """
    if reaction not in _BY_NAME:
        raise UnknownNameError("disintegration", reaction, tuple(_BY_NAME))
    e = numbers("energy", energy)
    if not np.all(np.isfinite(e) & (e > 0)):
        raise InputError("energy must be positive (MeV)")
    return _section(_BY_NAME[reaction], e)


def _section(channel: Disintegration, e: FloatArray) -> FloatArray:
    above = e > channel.threshold
    safe = np.where(above, e, 1.1 * channel.threshold)
    return np.where(above, _MB * channel.shape(safe), 0.0)


def cross_sections(energy: FloatArray) -> FloatArray:
    """Cross sections of all channels, in cm².

    Parameters
    ----------
    energy : in MeV, (n,).

    Examples
    --------
    >>> cross_sections(np.array([1.0, 30.0])).shape
    (17, 2)
    """
    return np.stack([_section(channel, energy) for channel in DISINTEGRATIONS])


@public
def threshold(nucleus: str) -> float:
    """Lowest energy of a photon that disintegrates a nucleus, in MeV.

    Parameters
    ----------
    nucleus : ``"d"``, ``"t"``, ``"he3"``, ``"he4"``, ``"li6"``, ``"li7"`` or
        ``"be7"``, or as elsewhere: ``"Be7"``, ``"7Be"``, ``"H2"``.

    Raises
    ------
    UnknownNameError
        For another nucleus.

    Examples
    --------
    >>> threshold("be7"), threshold("7Be")
    (1.586627, 1.586627)
    """
    name = short_name(nucleus)
    return min(one.threshold for one in DISINTEGRATIONS if one.nucleus == name)


def short_name(nucleus: str) -> str:
    """Name in `NUCLEI` of a nucleus that photons can disintegrate, in any spelling.

    Parameters
    ----------
    nucleus : e.g. ``"be7"``, ``"Be7"``, ``"Be-7"``, ``"7Be"``, ``"⁷Be"`` or ``"H2"``.

    Examples
    --------
    >>> short_name("Li-7"), short_name("H3"), short_name("4He")
    ('li7', 't', 'he4')
    """
    plain = str(nucleus).translate(_RAISED).strip().lower().replace("-", "")
    match = re.fullmatch(r"(\d+)([a-z]+)", plain)
    name = plain if match is None else match[2] + match[1]
    name = _HYDROGEN.get(name, name)
    if name not in NUCLEI[2:]:
        raise UnknownNameError("nucleus", str(nucleus), NUCLEI[2:])
    return name
