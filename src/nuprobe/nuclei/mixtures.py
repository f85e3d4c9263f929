"""Named detector materials that a chemical formula does not describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from nuprobe.border import public
from nuprobe.reprs import readable

__all__ = ["MIXTURES", "Mixture", "named_mixture"]


@readable
@dataclass(frozen=True)
class Mixture:
    """A named material.

    Attributes
    ----------
    title : description, and how well the composition is known.
    counts : of atoms, by element or isotope; they add up to 1, so that a formula unit
        is one nucleus on average.
    references : texkeys.
    """

    title: str
    counts: Mapping[str, float]
    references: tuple[str, ...]


# ⟨Z²⟩ = 14² x + 8² (1 − x) = 97.6
_SILICON: Final = (97.6 - 8**2) / (14**2 - 8**2)

MIXTURES: Final[Mapping[str, Mixture]] = {
    "charm2-glass": Mixture(
        "target of CHARM-II as published, <Z^2> = 97.6; silicon and oxygen are an"
        " assumption, the published number fixes their ratio",
        {"Si": _SILICON, "O": 1 - _SILICON},
        ("Geiregat:1990gz",),
    ),
}
"""By name, as accepted by `nuprobe.target`."""


@public
def named_mixture(name: str) -> Mixture | None:
    """Return the mixture of this name, whatever its case, or None.

    Parameters
    ----------
    name : such as ``"charm2-glass"``.

    Examples
    --------
    >>> found = named_mixture("CHARM2-glass")
    >>> sum(found.counts.values())
    1.0
    >>> named_mixture("CsI")
    """
    return MIXTURES.get(name.strip().lower())
