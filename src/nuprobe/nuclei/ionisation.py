"""Scattering off the electrons of an atom: ratio of the many-body calculation to the
step function of its shells.

Data: ``data/ionisation.csv``; its header says where the numbers come from.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError, UnknownNameError, ValidityWarning, shown
from nuprobe.files import read_table
from nuprobe.numerics import FloatArray
from nuprobe.units import keV

__all__ = ["BINDINGS", "Binding", "Ionisation", "check_binding", "ionisation"]

Binding = bool | Literal["step", "rrpa", "epa"]
"""Treatment of electron binding: True or ``"step"``: a step function for each shell;
``"rrpa"``: also many-body factors; ``"epa"``: equivalent photons for charges of
neutrinos; False: free electrons."""
BINDINGS: Final[tuple[str, ...]] = get_args(get_args(Binding)[1])


@quick_methods
@dataclass(frozen=True)
class Ionisation:
    """Factor on the number of electrons that an energy transfer can ionise.

    Attributes
    ----------
    name : what was computed, and for which element.
    energies : energy transfers, MeV, increasing.
    factors : at these energies; linear between them and constant beyond.

    Examples
    --------
    >>> found = ionisation("Xe", "rrpa")
    >>> found(np.array([1e-3, 2e-3, 5e-3, 10e-3]))  # 1, 2, 5, 10 keV
    array([0.86, 0.89, 0.86, 0.81])
    """

    name: str
    energies: tuple[float, ...]
    factors: tuple[float, ...]

    def __call__(self, t: FloatArray) -> FloatArray:
        """Factor at energy transfers `t` in MeV; warns (`ValidityWarning`) beyond twice
        the last energy of the table."""
        top = float(np.max(t, initial=0.0))
        if top > 2 * self.energies[-1]:
            warnings.warn(
                f"{self.name} is tabulated up to {self.energies[-1] / keV:g} keV; at"
                f" {top / keV:.3g} keV its last factor is used: take binding = 'step'"
                " there",
                ValidityWarning,
                stacklevel=2,
            )
        return np.interp(t, self.energies, self.factors)


@lru_cache(maxsize=1)
def _table() -> MappingProxyType[tuple[str, str], Ionisation]:
    rows: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in read_table(files("nuprobe.nuclei") / "data" / "ionisation.csv"):
        point = float(row["energy_kev"]) * keV, float(row["factor"])
        rows.setdefault((row["element"], row["model"]), []).append(point)
    return MappingProxyType(
        {
            (element, model): Ionisation(
                f"ionisation of {element} ({model})", *zip(*points, strict=True)
            )
            for (element, model), points in rows.items()
        }
    )


def ionisation(symbol: str, model: str) -> Ionisation:
    """Many-body factor of an element.

    Parameters
    ----------
    symbol : of the element, e.g. ``"Xe"``.
    model : what was computed, ``"rrpa"``.

    Raises
    ------
    InputError
        If the element has no table for that model; the message lists those that have
        one.

    Examples
    --------
    >>> ionisation("Xe", "rrpa").name
    'ionisation of Xe (rrpa)'
    """
    try:
        return _table()[symbol, model]
    except KeyError:
        known = ", ".join(e for e, m in _table() if m == model) or "no element"
        raise InputError(
            f"no many-body factors ({model}) for electrons of {symbol}: there are"
            f" tables for {known}; use binding = 'step'"
        ) from None


def check_binding(binding: Binding) -> str | None:
    """Name of the treatment of binding, None for free electrons.

    Parameters
    ----------
    binding : True, False, or one of `BINDINGS`.

    Raises
    ------
    InputError
        For anything else.

    Examples
    --------
    >>> check_binding(True), check_binding(False), check_binding("rrpa")
    ('step', None, 'rrpa')
    """
    if isinstance(binding, (bool, np.bool_)):
        return "step" if binding else None
    if not isinstance(binding, str):
        raise InputError(
            f"binding must be True, False, {' or '.join(map(repr, BINDINGS))}, got"
            f" {shown(binding)}"
        )
    if binding not in BINDINGS:
        raise UnknownNameError("binding of electrons", binding, BINDINGS)
    return binding
