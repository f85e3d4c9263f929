"""Species, reactions and rate sets of the nuclear network.

Twelve reactions decide the abundances of D, ³He, ⁴He and ⁷Li to the accuracy of their
measured cross sections (rarer ones change D/H by less than 1e-4). A rate set is a table
of N_A⟨σv⟩ for them; the choice changes D/H by 2 %, so results state it. Reverse
rates follow from masses and spins (detailed balance):

    reverse/forward = (g_a g_b/g_c g_d) (m_a m_b/m_c m_d)^{3/2}
                      × (1+δ_cd)/(1+δ_ab) e^{−Q/T}

and for a capture the photon's phase space (T/2π)^{3/2}/N_A instead of m_d and g_d.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import ATOMIC_MASS_UNIT, AVOGADRO, HBARC_MEV_CM, M_ELECTRON
from nuprobe.cosmology.nucleosynthesis.pairs import pair_factors
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.files import read_table
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = [
    "KELVIN9",
    "RATE_SETS",
    "SPECIES",
    "Evaluation",
    "Reaction",
    "evaluations",
    "nuclear_rates",
    "reactions",
]

SPECIES: Final = ("n", "p", "d", "t", "he3", "he4", "li7", "be7")
"""Species of the network, in the order of its arrays."""
RATE_SETS: Final = ("primat-2023", "recommended-2026", "yof")
"""Tables of nuclear rates: those of PRIMAT 2023 (the default), the same with new
evaluations of n(p,γ)d, d(p,γ)³He and d+d, and those of Yeh, Olive and Fields (NACRE
II)."""
KELVIN9: Final = 8.617333262e-2
"""1e9 K in MeV."""


@readable
@dataclass(frozen=True)
class Reaction:
    """a + b → c + d, or a + b → c + photon.

    Attributes
    ----------
    name : as in the tables, e.g. ``"d(p,g)he3"``.
    before, after : species; `after` has one for a capture.
    q_value : energy released in MeV.
    alpha, beta : reverse/forward is alpha T9^beta e^{−Q/T}; for a capture the reverse
        rate is per second.
    """

    name: str
    before: tuple[str, str]
    after: tuple[str, ...]
    q_value: float
    alpha: float
    beta: float


@readable
@dataclass(frozen=True)
class Evaluation:
    """Source of the rate of a reaction.

    Attributes
    ----------
    rates : name of the rate set that first had it.
    reaction : name of the reaction.
    reference : authors and journal.
    identifiers : arXiv numbers, if any.
    """

    rates: str
    reaction: str
    reference: str
    identifiers: str


_REACTIONS: Final = (
    ("n(p,g)d", ("n", "p"), ("d",)),
    ("d(p,g)he3", ("d", "p"), ("he3",)),
    ("d(d,n)he3", ("d", "d"), ("n", "he3")),
    ("d(d,p)t", ("d", "d"), ("p", "t")),
    ("t(p,g)he4", ("t", "p"), ("he4",)),
    ("t(d,n)he4", ("t", "d"), ("n", "he4")),
    ("t(a,g)li7", ("t", "he4"), ("li7",)),
    ("he3(n,p)t", ("he3", "n"), ("p", "t")),
    ("he3(d,p)he4", ("he3", "d"), ("p", "he4")),
    ("he3(a,g)be7", ("he3", "he4"), ("be7",)),
    ("be7(n,p)li7", ("be7", "n"), ("p", "li7")),
    ("li7(p,a)he4", ("li7", "p"), ("he4", "he4")),
)


def _data(name: str) -> Any:
    return resources.files("nuprobe.cosmology.nucleosynthesis") / "data" / name


@lru_cache(maxsize=1)
def _nuclides() -> dict[str, tuple[float, float]]:
    """Nuclear mass in MeV and number of spin states of each species."""
    found = {}
    for row in read_table(_data("nuclides.csv")):
        a, z = int(row["a"]), int(row["z"])
        excess = float(row["mass_excess_kev"]) * 1e-3
        mass = a * ATOMIC_MASS_UNIT + excess - z * M_ELECTRON
        found[row["species"]] = (mass, 2 * float(row["spin"]) + 1)
    return found


@lru_cache(maxsize=1)
def reactions() -> tuple[Reaction, ...]:
    """Reactions of the network, with their reverse rates.

    Examples
    --------
    >>> capture = reactions()[0]
    >>> capture.name, round(capture.q_value, 4), f"{capture.alpha:.4e}"
    ('n(p,g)d', 2.2246, '4.7161e+09')
    """
    nuclides, found = _nuclides(), []
    for name, before, after in _REACTIONS:
        m, g = zip(*(nuclides[x] for x in before), strict=True)
        m_out, g_out = zip(*(nuclides[x] for x in after), strict=True)
        alpha = np.prod(g) / np.prod(g_out) * (np.prod(m) / np.prod(m_out)) ** 1.5
        alpha *= (1 + (len(set(after)) < len(after))) / (1 + (before[0] == before[1]))
        if len(after) == 1:
            alpha *= (KELVIN9 / (2 * np.pi)) ** 1.5 / HBARC_MEV_CM**3 / AVOGADRO
        # binding of atomic electrons (some eV) is neglected in Q
        q_value = float(np.sum(m) - np.sum(m_out))
        beta = 1.5 if len(after) == 1 else 0.0
        found.append(Reaction(name, before, after, q_value, float(alpha), beta))
    return tuple(found)


@dataclass(frozen=True)
class RateTable:
    """Rates of all reactions of a set as splines.

    Attributes
    ----------
    t9 : temperatures in 1e9 K, shape (points,).
    logarithms : ln N_A⟨σv⟩, cm³/(mol s), shape (points, reactions).
    factors : ln of the factor of one standard deviation, that shape.
    """

    t9: FloatArray
    logarithms: FloatArray
    factors: FloatArray


@lru_cache(maxsize=8)
def rate_table(rates: str = "primat-2023") -> RateTable:
    """Read the table of a rate set.

    Parameters
    ----------
    rates : one of `RATE_SETS`.

    Examples
    --------
    >>> rate_table().logarithms.shape
    (121, 12)
    """
    if rates not in RATE_SETS:
        raise UnknownNameError("rate set", rates, RATE_SETS)
    rows = read_table(_data(f"rates_{rates}.csv"))
    names = [name for name, *_ in _REACTIONS]
    t9 = np.array([float(row["t9"]) for row in rows])
    values = np.array([[float(row[name]) for name in names] for row in rows])
    spread = np.array([[float(row[f"{n} factor"]) for n in names] for row in rows])
    return RateTable(t9, np.log(values), np.log(spread))


@lru_cache(maxsize=8)
def _spline(rates: str) -> Any:
    from scipy.interpolate import CubicSpline

    table = rate_table(rates)
    return CubicSpline(np.log(table.t9), table.logarithms)


@public
def nuclear_rates(
    t9: FloatArray, rates: str = "primat-2023", *, nuclear_qed: bool = False
) -> FloatArray:
    """N_A⟨σv⟩ of all reactions, from cubic splines in the logarithms.

    Parameters
    ----------
    t9 : temperatures in 1e9 K, shape (points,).
    rates : one of `RATE_SETS`.
    nuclear_qed : multiply captures by their emission of electron pairs
        (`pair_factors`).

    Returns
    -------
    array
        In cm³/(mol s), shape (points, reactions).

    Raises
    ------
    InputError
        Outside the tables, 0.01 to 10.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(nuclear_rates(np.array([1.0]))[0, 0]))
    26158
    """
    table, t = rate_table(rates), np.asarray(t9, dtype=float)
    inside = (t >= table.t9[0] * (1 - 1e-12)) & (t <= table.t9[-1] * (1 + 1e-12))
    if not np.all(inside):
        raise InputError(
            f"nuclear rates reach from {table.t9[0]:g} to {table.t9[-1]:g} e9 K"
            f" ({table.t9[0] * KELVIN9:.3g} to {table.t9[-1] * KELVIN9:.3g} MeV), got"
            f" {float(t[~inside][0]):g}e9 K"
        )
    found = np.exp(_spline(rates)(np.log(t)))
    if nuclear_qed:
        found = found * pair_factors(t, tuple((r.name, r.q_value) for r in reactions()))
    return np.asarray(found)


@public
def evaluations(rates: str = "primat-2023") -> tuple[Evaluation, ...]:
    """Evaluation from which each rate of a set is taken.

    Parameters
    ----------
    rates : one of `RATE_SETS`.

    Examples
    --------
    >>> evaluations("yof")[1].reference
    'Mossa et al. (LUNA), Nature 587 (2020) 210'
    """
    if rates not in RATE_SETS:
        raise UnknownNameError("rate set", rates, RATE_SETS)
    rows = read_table(_data("reactions.csv"))
    own = {row["reaction"]: row for row in rows if row["rates"] == "primat-2023"}
    own |= {row["reaction"]: row for row in rows if row["rates"] == rates}
    return tuple(
        Evaluation(r["rates"], name, r["evaluation"], r["identifiers"])
        for name, *_ in _REACTIONS
        for r in (own[name],)
    )
