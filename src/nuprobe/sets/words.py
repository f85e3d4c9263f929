"""Names of parameters in displays of each experiment's limit on them."""

from __future__ import annotations

from typing import Final

__all__ = ["heading", "quantity"]

_QUANTITIES: Final = {
    "sin2_theta_w": ("weak mixing angle", "weak mixing angle"),
    "charge_radius": ("charge radius", "charge radii"),
    "anapole": ("anapole moment", "anapole moments"),
    "charge": ("electric charge", "electric charges"),
    "magnetic_moment": ("magnetic moment", "magnetic moments"),
    "electric_moment": ("electric dipole moment", "electric dipole moments"),
    "mu_eff": ("effective magnetic moment", "effective magnetic moments"),
    **{
        f"epsilon_{x}": (f"{kind} interaction with {what}",) * 2
        for x, kind, what in (
            ("u", "non-standard vector", "u quarks"),
            ("d", "non-standard vector", "d quarks"),
            ("e", "non-standard vector", "electrons"),
            ("e_axial", "non-standard axial", "electrons"),
        )
    },
}
"""Names of groups of parameters, singular and plural."""
_FLAVOURS: Final = ("e", "mu", "tau")
_PAIRS: Final = {f"{a}{b}": (a, b) for a in _FLAVOURS for b in _FLAVOURS}


def quantity(name: str, *, several: bool = False) -> str | None:
    """Description of a parameter in words; None if there is none.

    Parameters
    ----------
    name : of the parameter.
    several : in the plural.

    Examples
    --------
    >>> quantity("charge_radius.ee", several=True)
    'charge radii'
    """
    known = _QUANTITIES.get(name.partition(".")[0])
    return None if known is None else known[several]


def heading(name: str) -> str:
    """Heading of a table about a parameter.

    Parameters
    ----------
    name : of the parameter.

    Examples
    --------
    >>> heading("charge_radius.ee")
    'charge_radius.ee, charge radius of nu_e'
    >>> heading("epsilon_u.mumu")
    'epsilon_u.mumu, non-standard vector interaction of nu_mu with u quarks'
    >>> heading("magnetic_moment.emu")
    'magnetic_moment.emu, magnetic moment, nu_e to nu_mu'
    >>> heading("rn")
    'rn'
    """
    words = quantity(name)
    if words is None:
        return name
    _, *rest = name.split(".")
    flavours = rest[0] if rest else ""
    if flavours in _FLAVOURS:
        flavours *= 2
    if flavours not in _PAIRS:
        return f"{name}, {words}"
    first, second = _PAIRS[flavours]
    if first == second:
        start, *target = words.split(" with ")
        return " with ".join([f"{name}, {start} of nu_{first}", *target])
    part = ", imaginary part" if rest[-1] == "im" else ""
    return f"{name}, {words}, nu_{first} to nu_{second}{part}"
