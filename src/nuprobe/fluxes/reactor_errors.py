"""Errors of the Huber and Mueller spectra, with correlations between energies and
isotopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.decimals import parse_numbers
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, numbers
from nuprobe.parsing import parse_csv, read_text
from nuprobe.reprs import readable

__all__ = ["SpectrumErrors", "reactor_errors"]

_SOURCES: Final = ("z", "weak_magnetism", "normalisation")
"""Name of the errors common to all bins and isotopes."""
_MUELLER: Final = 0.0815
"""Relative error of U238, the same for all energies."""
_BIN: Final = 0.25
"""Width in MeV of the bins of the uncorrelated errors."""
_ISOTOPES: Final = ("U235", "U238", "Pu239", "Pu241")


@readable
@dataclass(frozen=True, eq=False)
class SpectrumErrors:
    """Relative errors of spectra at energies.

    Attributes
    ----------
    isotopes : names.
    energies : MeV, shape (n,).
    bins : number of the 250 keV bin of each energy, shape (n,).
    alone : standard deviation uncorrelated between bins and isotopes, shape
        (isotopes, n).
    shared : one source of error per row, with signs, shape (sources, isotopes, n).

    Examples
    --------
    >>> errors = reactor_errors([3.0, 5.0], ["U235"])
    >>> errors.relative[0].round(4)
    array([0.0193, 0.0263])
    """

    isotopes: tuple[str, ...]
    energies: FloatArray
    bins: FloatArray
    alone: FloatArray
    shared: FloatArray

    @property
    def relative(self) -> FloatArray:
        """All errors together, shape (isotopes, n)."""
        return np.asarray(np.sqrt(self.alone**2 + (self.shared**2).sum(axis=0)))

    @public
    def covariance(self, parts: str = "all") -> FloatArray:
        """Relative covariance of all spectra, shape (isotopes, n, isotopes, n).

        Parameters
        ----------
        parts : ``"all"``, ``"correlated"`` (between energies and isotopes) or
            ``"uncorrelated"`` (independent for each 250 keV bin of each isotope;
            energies in the same bin vary together).
        """
        if parts not in ("all", "correlated", "uncorrelated"):
            raise UnknownNameError(
                "parts", parts, ("all", "correlated", "uncorrelated")
            )
        size, n = len(self.isotopes), self.energies.size
        result = np.zeros((size, n, size, n))
        if parts != "uncorrelated":
            result += np.einsum("kin,kjm->injm", self.shared, self.shared)
        if parts != "correlated":
            same = self.bins[:, None] == self.bins
            for i, alone in enumerate(self.alone):
                result[i, :, i] += np.outer(alone, alone) * same
        return result

    @public
    def folded(self, weight: ArrayLike) -> FloatArray:
        """Covariance of sums over energies, such as yields, shape (isotopes, isotopes).

        Parameters
        ----------
        weight : contribution of each isotope at each energy, shape (isotopes, n); the
            result is in the square of its unit.
        """
        w = np.asarray(weight, dtype=float)
        if w.shape != self.alone.shape:
            raise InputError(
                f"weight needs the shape {self.alone.shape} (isotopes, energies), got"
                f" {w.shape}"
            )
        modes = (self.shared * w).sum(axis=2)
        result = np.einsum("ki,kj->ij", modes, modes)
        for i, row in enumerate(self.alone * w):
            sums = np.array([row[self.bins == b].sum() for b in np.unique(self.bins)])
            result[i, i] += float(sums @ sums)
        return np.asarray(result)


@public
def reactor_errors(
    energies: ArrayLike, isotopes: Sequence[str] = _ISOTOPES
) -> SpectrumErrors:
    """Relative errors of the spectra of Huber (U235, Pu239, Pu241) and Mueller (U238).

    Parameters
    ----------
    energies : MeV, from 1.8 to 10, shape (n,). Below 2 and above 8 MeV, where nothing
        was measured, the errors are those of the ends.
    isotopes : names.

    Returns
    -------
    SpectrumErrors
        Errors of Huber:2011wv: statistics and bias of each 250 keV bin; effective
        charge (z), weak magnetism and normalisation shared by all bins and isotopes.
        U238 has a single error of 8.15 % for all energies (unverified), uncorrelated
        with the others.

    Raises
    ------
    UnknownNameError
        If an isotope is not one of the four.
    InputError
        If an energy lies outside.

    Examples
    --------
    >>> float(reactor_errors([4.0], ["U238"]).relative[0, 0])
    0.0815
    """
    e = np.atleast_1d(numbers("energies", energies))
    if e.ndim != 1 or e.size == 0 or not np.all((e >= 1.8) & (e <= 10)):
        raise InputError(
            "energies must be a list of numbers from 1.8 to 10 MeV, where spectra are"
            " used"
        )
    tables = _tables()
    known = (*tables, "U238")
    for name in isotopes:
        if name not in known:
            raise UnknownNameError("isotope with errors", name, known)
    inside = np.clip(e, 2.0, 8.0)
    alone = np.zeros((len(isotopes), e.size))
    shared = np.zeros((len(_SOURCES) + 1, len(isotopes), e.size))
    bins = np.round(inside / _BIN)
    for i, name in enumerate(isotopes):
        if name == "U238":
            shared[-1, i] = _MUELLER
            continue
        table = tables[name]
        nodes = table["energy"]
        nearest = np.argmin(np.abs(nodes - (bins * _BIN)[:, None]), axis=1)
        alone[i] = np.hypot(table["statistics"], table["bias"])[nearest]
        for k, source in enumerate(_SOURCES):
            shared[k, i] = np.interp(inside, nodes, table[source])
    return SpectrumErrors(tuple(isotopes), e, bins, alone, shared)


@cache
def _tables() -> dict[str, dict[str, FloatArray]]:
    """Columns by isotope."""
    file = resources.files("nuprobe.fluxes").joinpath("data", "huber_errors.csv")
    rows = parse_csv(read_text(file), "huber_errors.csv")
    names = [name for name in rows[0] if name != "isotope"]
    result: dict[str, dict[str, FloatArray]] = {}
    for isotope in dict.fromkeys(row["isotope"] for row in rows):
        own = [row for row in rows if row["isotope"] == isotope]
        result[isotope] = {
            name: np.array(parse_numbers([row[name] for row in own])) for name in names
        }
    return result
