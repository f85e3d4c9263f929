"""Primordial abundances of a model, and their uncertainties."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal, get_args

import numpy as np

from nuprobe.border import public
from nuprobe.cosmology.criteria import Criterion
from nuprobe.cosmology.history import decoupling
from nuprobe.cosmology.nucleosynthesis.expansion import Expansion, expansion
from nuprobe.cosmology.nucleosynthesis.instantaneous import instantaneous_expansion
from nuprobe.cosmology.nucleosynthesis.network import evolution
from nuprobe.cosmology.nucleosynthesis.options import Nucleosynthesis
from nuprobe.cosmology.nucleosynthesis.reactions import SPECIES, reactions
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["OBSERVABLES", "Abundances", "Pipeline", "abundances", "uncertainties"]

Pipeline = Literal["evolved", "number", "energy"]

OBSERVABLES: Final = ("y_p", "d_h", "he3_h", "li7_h", "n_eff")
"""Predicted quantities: mass fraction of ⁴He, numbers of D, ³He (with t) and ⁷Li (with
⁷Be) per proton, effective number of neutrinos."""
SIGMA_TAU: Final = 0.5  # s
SIGMA_OMEGA: Final = 0.00014


@readable
@dataclass(frozen=True)
class Abundances:
    """Primordial abundances after all decays.

    Attributes
    ----------
    y_p : mass fraction of ⁴He, 4 n(⁴He)/n_b.
    d_h, he3_h, li7_h : numbers of D, ³He and ⁷Li per proton.
    n_eff : effective number of neutrinos, or None if the history does not provide it.
    assumptions : what was assumed, by name: moments, mixing of flavours, screening,
        rate set, τ_n, Ω_b h².
    """

    y_p: float
    d_h: float
    he3_h: float
    li7_h: float
    n_eff: float | None
    assumptions: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> FloatArray:
        """Return the numbers in the order of `OBSERVABLES`, NaN for an unknown
        N_eff."""
        n_eff = np.nan if self.n_eff is None else self.n_eff
        return np.array([self.y_p, self.d_h, self.he3_h, self.li7_h, n_eff])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return asdict(self)


@public
def abundances(
    model: Any = None,
    options: Nucleosynthesis | None = None,
    *,
    history: Any = None,
    criterion: Pipeline = "evolved",
    **more: Any,
) -> Abundances:
    """Primordial abundances with the moments of a model.

    Parameters
    ----------
    model : as for `nuprobe.cosmology.decoupling`: None, the Standard Model, or
        `Electromagnetic` with moments.
    options : rates, Ω_b h² and lifetime of the neutron.
    history : an `Expansion` or the result of `decoupling`, instead of a model.
    criterion : ``"evolved"``: temperatures follow from the energy exchange;
        ``"number"`` or ``"energy"``: each flavour decouples instantaneously where the
        rate of that criterion equals H (`instantaneous_expansion`), without mixing.
    more : attributes of `Nucleosynthesis`, such as `omega_b` and `tau_n`, instead of
        `options`; others are passed to `nuprobe.cosmology.decoupling`; for
        instantaneous decoupling only ``screening`` matters.

    Returns
    -------
    Abundances

    Raises
    ------
    InputError
        For a model together with a history, or options of decoupling with a history or
        an instantaneous decoupling that has none, or `options` together with
        attributes of them.
    UnknownNameError
        For an unknown option.
    ComputationError
        If a step fails; the message names the temperature.

    Examples
    --------
    >>> found = abundances()
    >>> round(found.y_p, 4), f"{found.d_h:.3e}"
    (0.2469, '2.438e-05')
    >>> round(abundances(omega_b=0.0230, tau_n=880.2).y_p, 4)
    0.2475
    """
    names = [f.name for f in fields(Nucleosynthesis)]
    own = {name: more.pop(name) for name in names if name in more}
    if options is not None and own:
        raise InputError(
            f"give either options or {', '.join(own)}, not both; options.changed()"
            " replaces some of them"
        )
    given = options if options is not None else Nucleosynthesis(**own)
    passed_on = list(inspect.signature(decoupling).parameters)[1:]
    for name in more:
        if name not in passed_on:
            known = ("history", "criterion", *names, *passed_on)
            hint = "eta is omega_b: omega_baryon(eta)" if name == "eta" else ""
            raise UnknownNameError("option of abundances", name, known, hint)
    if criterion not in get_args(Pipeline):
        raise UnknownNameError("criterion", criterion, get_args(Pipeline))
    if history is None:
        history = (
            decoupling(model, **more)
            if criterion == "evolved"
            else _instantaneous(model, criterion, more)
        )
    elif model is not None or more or criterion != "evolved":
        raise InputError(
            "give either a model, with options of its decoupling, or a history"
        )
    return _solved(expansion(history), given)


def _instantaneous(
    model: Any, criterion: Criterion, options: Mapping[str, Any]
) -> Expansion:
    """The expansion, after checking for options that do not apply."""
    if "t_max" in options:
        raise InputError(
            "instantaneous decoupling is available for Majorana moments only; for"
            " Dirac moments (and t_max) keep criterion='evolved'"
        )
    if options.get("flavour_mixing", "none") != "none":
        raise InputError(
            "in instantaneous decoupling each flavour decouples separately: with"
            f" criterion={criterion!r} give flavour_mixing='none'"
        )
    other = sorted(set(options) - {"flavour_mixing", "screening"})
    if other:
        raise InputError(
            f"{other[0]} is an option of the evolution: drop it with"
            f" criterion={criterion!r}"
        )
    screening = options.get("screening", "debye")
    return instantaneous_expansion(model, criterion, screening=screening)


def _solved(past: Expansion, options: Nucleosynthesis) -> Abundances:
    last = dict(zip(SPECIES, evolution(past, options).abundances[-1], strict=True))
    # remaining neutrons decay, 7Be captures an electron
    hydrogen = last["p"] + last["n"]
    return Abundances(
        y_p=float(4 * last["he4"]),
        d_h=float(last["d"] / hydrogen),
        he3_h=float((last["he3"] + last["t"]) / hydrogen),
        li7_h=float((last["li7"] + last["be7"]) / hydrogen),
        n_eff=past.n_eff,
        assumptions={**past.assumptions, **options.assumptions()},
    )


@public
def uncertainties(
    history: Any = None,
    options: Nucleosynthesis | None = None,
    *,
    sigma_tau_n: float = SIGMA_TAU,
    sigma_omega_b: float = SIGMA_OMEGA,
) -> dict[str, FloatArray]:
    """Shift of the abundances for one standard deviation of each input.

    Parameters
    ----------
    history : an `Expansion` or the result of `decoupling`; default the Standard Model.
    options : as in `abundances`.
    sigma_tau_n : error of the neutron's lifetime in s.
    sigma_omega_b : error of Ω_b h².

    Returns
    -------
    dict
        By input (``"tau_n"``, ``"omega_b"``, names of reactions), the shifts in the
        order of `OBSERVABLES`, (5,); N_eff does not change.

    Examples
    --------
    >>> moved = uncertainties()
    >>> f"{moved['tau_n'][0]:.1e} {moved['omega_b'][1]:.1e}"
    '1.0e-04 -2.5e-07'
    """
    given = options if options is not None else Nucleosynthesis()
    past = expansion(decoupling() if history is None else history)
    middle = _solved(past, given).values()
    pairs = {
        "tau_n": [
            given.changed(tau_n=given.tau_n + sign * sigma_tau_n) for sign in (1, -1)
        ],
        "omega_b": [
            given.changed(omega_b=given.omega_b + sign * sigma_omega_b)
            for sign in (1, -1)
        ],
    }
    for reaction in reactions():
        name = reaction.name
        now = given.shifts.get(name, 0.0)
        pairs[name] = [
            given.changed(shifts={**given.shifts, name: now + sign}) for sign in (1, -1)
        ]
    found = {}
    for name, (up, down) in pairs.items():
        difference = _solved(past, up).values() - _solved(past, down).values()
        found[name] = np.where(np.isnan(middle), 0.0, difference / 2)
    return found
