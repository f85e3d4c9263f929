"""Names of parameters in displays of each experiment's limit on them."""

from __future__ import annotations

from typing import Final

from nuprobe.parameters import Parameter

__all__ = ["allowed", "heading", "is_modulus", "quantity", "span", "tidy"]

Ends = tuple[float | None, float | None]
"""Ends of an interval in the unit of its parameter, None where it is open."""

_QUANTITIES: Final = {
    "sin2_theta_w": ("weak mixing angle", "weak mixing angle"),
    "charge_radius": ("charge radius", "charge radii"),
    "anapole": ("anapole moment", "anapole moments"),
    "charge": ("electric charge", "electric charges"),
    "magnetic_moment": ("magnetic moment", "magnetic moments"),
    "electric_moment": ("electric dipole moment", "electric dipole moments"),
    "rn": ("neutron radius", "neutron radii"),
    "rn_ar": ("neutron radius of argon", "neutron radii"),
    "rn_ge": ("neutron radius of germanium", "neutron radii"),
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
_MODULI: Final = ("magnetic_moment", "electric_moment", "mu_eff")
"""Groups of parameters whose sign changes nothing when each varies alone."""
_ROUNDING: Final = 1e-5  # of the allowed interval
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
    'rn, neutron radius'
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


def is_modulus(p: Parameter) -> bool:
    """Whether limits on a parameter are limits on its modulus.

    Parameters
    ----------
    p : its definition.

    Examples
    --------
    >>> is_modulus(Parameter("mu_eff", 0.0, lower=0.0))
    True
    >>> is_modulus(Parameter("charge.ee", 0.0))
    False
    """
    return p.default == 0.0 and p.name.partition(".")[0] in _MODULI


def span(p: Parameter, ends: Ends) -> Ends:
    """Ends of an allowed interval as they are shown: from 0 for a modulus whose limit
    was found for both signs.

    Parameters
    ----------
    p : the parameter.
    ends : in its unit.

    Examples
    --------
    >>> span(Parameter("magnetic_moment.ee", 0.0), (-2e-11, 2e-11))
    (0.0, 2e-11)
    """
    low, high = ends
    if not is_modulus(p) or high is None or high <= 0:
        return ends
    if low is None or low == 0.0 or abs(low + high) <= 1e-3 * high:
        return 0.0, high
    return ends


def allowed(p: Parameter, ends: Ends, digits: int = 5) -> str:
    """An allowed interval in words, in the unit that tables show.

    Parameters
    ----------
    p : the parameter.
    ends : in its unit.
    digits : significant ones.

    Examples
    --------
    >>> angle = Parameter("sin2_theta_w", 0.24, 0.0, 1.0)
    >>> allowed(angle, (0.2, 0.3)), allowed(angle, (None, 0.31196))
    ('[0.2, 0.3]', 'below 0.31196')
    >>> allowed(Parameter("mu_eff", 0.0, unit="muB"), (0.0, 6.4e-12))
    '< 0.64'
    """
    low, high = (
        None if x is None else f"{p.shown(x):.{digits}g}" for x in span(p, ends)
    )
    if low is None or high is None:
        if high is not None:
            return f"below {high}"
        return "no limit" if low is None else f"above {low}"
    if is_modulus(p) and float(low) == 0.0:
        return f"< {high}"
    return f"[{low}, {high}]"


def tidy(p: Parameter, value: float, ends: Ends) -> float:
    """A best value as it is shown: 0 where it is only rounding compared with the
    interval around it, and without the sign that a modulus does not have.

    Parameters
    ----------
    p : the parameter.
    value : in its unit.
    ends : outermost ends of what is allowed.

    Examples
    --------
    >>> tidy(Parameter("magnetic_moment.ee", 0.0), -3e-12, (-2e-11, 2e-11))
    3e-12
    >>> tidy(Parameter("charge.ee", 0.0), 1e-20, (-2e-12, 2e-12))
    0.0
    """
    sizes = [abs(x) for x in ends if x is not None]
    if sizes and abs(value) < _ROUNDING * max(sizes):
        return 0.0
    low, high = span(p, ends)
    return abs(value) if is_modulus(p) and low == 0.0 and high is not None else value
