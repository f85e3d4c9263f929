"""Bounds on electromagnetic properties from coherent scattering and from reactors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import Any, Final

import numpy as np

from nuprobe.constants import M_W
from nuprobe.errors import ComputationError, InputError, UnknownNameError, shown
from nuprobe.experiments import Experiment, SitesExperiment
from nuprobe.experiments import experiment as open_experiment
from nuprobe.fluxes import Flux, FluxComponent
from nuprobe.fluxes import flux as open_flux
from nuprobe.inference import Cost, Profile, delta_threshold, profile
from nuprobe.models import Electromagnetic, StandardModel
from nuprobe.models.charge_radius import RADIUS
from nuprobe.numerics import FloatArray
from nuprobe.parameters import SCALES
from nuprobe.parsing import parse_json
from nuprobe.processes import electron
from nuprobe.units import cm2

__all__ = [
    "FORMS",
    "angle_limit",
    "electromagnetic_limit",
    "equal_recoil",
    "intervals",
    "nearest_limit",
]

Intervals = tuple[tuple[float, float], ...]
Key = tuple[tuple[tuple[str, str], ...], str, bool, tuple[str, ...]]

CSI_2017: Final = "coherent-csi-2017"
PAIRS: Final = ("emu", "etau", "mutau")

FORMS: Final[Mapping[str, float]] = {
    "alpha": 1.0,
    "mw2": float(2 / 3 * M_W**2 * StandardModel().low_sin2 * cm2 / RADIUS),
}
"""Shift of −g_V^p per charge radius over √2πα/3G_F: ``"mw2"`` is (2/3) m_W² sin²θ_W,
the same at tree level only."""


@lru_cache(maxsize=32)
def joint_cost(key: Key) -> Cost:
    """Sum of the costs of a `key`: experiments with analyses, changes as JSON, sign of
    antineutrinos, free parameters."""
    experiments, changes, flip, free = key
    model = Electromagnetic(antineutrino_flip=flip)
    costs = []
    for name, analysis in experiments:
        chosen = open_experiment(name)
        if not isinstance(chosen, (Experiment, SitesExperiment)):
            raise InputError(f"{name} has no spectrum")
        chosen = chosen.with_changes(parse_json(changes))
        own = {p.name for p in chosen.parameters(model)}
        costs.append(
            chosen.cost(model, [p for p in free if p in own], analysis or None)
        )
    total = costs[0]
    for cost in costs[1:]:
        total = total + cost
    return total


def _grid(name: str, reach: float | None) -> FloatArray:
    """Values to step through, in table units; the ends are roots between them, so the
    steps need not be fine."""
    kind, _, element = name.partition(".")
    off_diagonal = element in PAIRS
    if kind in ("charge_radius", "anapole"):
        edge = 150.0 if reach is None else reach
        return (
            np.linspace(0, 2 / 3 * edge, 9)
            if off_diagonal
            else np.linspace(-edge, 2 / 3 * edge, 26)
        )
    if kind == "charge":
        u = np.linspace(0.0 if off_diagonal else -1.0, 1.0, 9 if off_diagonal else 33)
        return (2e6 if reach is None else reach) * u * np.abs(u)
    if kind == "mu_eff":
        return np.linspace(0, 1200.0 if reach is None else reach, 13)
    raise InputError(
        f"there is no search range for {name}: give a charge radius, a charge or an"
        " effective moment"
    )


@lru_cache(maxsize=256)
def cached_profile(key: Key, name: str, reach: float | None) -> Profile:
    """Profile of the parameter `name` in the cost of a `key`, out to `reach`."""
    # at zero distance the transitions enter as emu² + etau² (nu_e) and emu² + mutau² #
    # (nu_mu): if emu is not requested, it can be kept at zero
    free = [p for p in key[3] if p != name and not p.endswith(".emu")]
    cost = joint_cost(key)
    own = cost.parameters[cost.index(name)]
    scale = SCALES.get(own.unit, 1.0)
    return profile(cost, name, scale * _grid(name, reach), free=free)


def intervals(
    experiments: Mapping[str, str | None],
    parameter: str,
    free: Sequence[str],
    *,
    changes: Mapping[str, Any] | None = None,
    flip: bool = False,
    cl: float = 0.9,
    reach: float | None = None,
) -> Intervals:
    """Intervals in which the profile of a parameter of the electromagnetic model is
    below its threshold, in the units of tables (1e-32 cm², 1e-12 e, 1e-11 μ_B).

    Parameters
    ----------
    experiments : name to analysis (None: its first); their costs are added.
    parameter, free : one of the free parameters, and all of them.
    changes : of the experiments' files.
    flip : use the sign for antineutrinos assumed in the 2018 seminar.
    cl : confidence level for one parameter.
    reach : range of the search, in that unit.

    Returns
    -------
    tuple of (lower, upper)
        Disjoint, in order. An end outside the range of the search is infinite;
        off-diagonal elements and moments are searched from zero, with lower end 0.

    Examples
    --------
    >>> limits = intervals({"coherent-csi-2017": "energy"}, "charge.ee", ["charge.ee"])
    >>> len(limits)
    1
    """
    if parameter not in free:
        raise UnknownNameError("free parameter", parameter, free)
    key = (
        tuple((n, a or "") for n, a in experiments.items()),
        json.dumps(dict(changes or {})),
        flip,
        tuple(free),
    )
    own = cached_profile(key, parameter, reach)
    # one minimum for all parameters: a profile with a slightly higher minimum restarts
    # from the lowest one
    others = [p for p in free if p != parameter and p.endswith((".ee", ".mumu"))]
    besides = [cached_profile(key, p, None) for p in others]
    lowest = min(p.best_twice_nll for p in (own, *besides))
    allowed = own.intervals(delta=delta_threshold(cl) - (own.best_twice_nll - lowest))
    if own.values[0] == 0:
        allowed = [(max(low, 0.0), high) for low, high in allowed]
    scaled = own.parameter.shown
    return tuple((scaled(low), scaled(high)) for low, high in allowed)


def electromagnetic_limit(
    experiments: Mapping[str, str | None] | str,
    parameter: str,
    free: Sequence[str] | None = None,
    side: str = "upper",
    cl: float = 0.9,
    reach: float | None = None,
    form: str = "alpha",
    unit: float = 1.0,
) -> float:
    """Outermost end of the interval of a charge radius (1e-32 cm²), charge (1e-12 e) or
    moment (1e-11 μ_B).

    Parameters
    ----------
    experiments : one, or name to analysis (None: its first); their costs are added.
    parameter : its name, such as ``"charge_radius.ee"``.
    free : all free parameters (default: only this one); the others are profiled.
    side : ``"lower"`` or ``"upper"``.
    cl : confidence level; a one-sided one of 90 % is ``cl=0.8``.
    reach : range of the search, in that unit.
    form : of the coefficient; a charge radius is divided by its factor in `FORMS`.
    unit : factor on the result, such as 1e-11 for Bohr magnetons.

    Examples
    --------
    >>> electromagnetic_limit("coherent-csi-2017", "charge_radius.mumu") > 0
    True
    """
    chosen = {experiments: None} if isinstance(experiments, str) else experiments
    allowed = intervals(
        chosen, parameter, [parameter] if free is None else free, cl=cl, reach=reach
    )
    return unit * outermost(allowed, side, parameter) / scale_of_form(form)


def nearest_limit(
    experiment: str,
    parameter: str,
    side: str = "upper",
    analysis: str | None = None,
    cl: float = 0.9,
) -> float:
    """End of the interval of a charge radius that contains zero, in 1e-32 cm²:
    single-bin data allow a second one, with the opposite sign of the amplitude.

    Parameters
    ----------
    experiment : its name.
    parameter : the charge radius, the only free parameter.
    side : ``"lower"`` or ``"upper"``.
    analysis : default the first of the file.
    cl : confidence level.

    Raises
    ------
    ComputationError
        If zero is excluded.

    Examples
    --------
    >>> 4 < nearest_limit("texono-csi", "charge_radius.ee") < 8
    True
    """
    allowed = intervals({experiment: analysis}, parameter, [parameter], cl=cl)
    around = [ends for ends in allowed if ends[0] <= 0 <= ends[1]]
    if not around:
        raise ComputationError(f"{experiment}: zero {parameter} is excluded")
    return outermost(tuple(around), side, parameter)


def angle_limit(
    angle: float,
    error: float,
    side: str = "upper",
    standard: float = 0.23122,
    cl: float = 0.9,
    unit: float = 1.0,
) -> float:
    """Charge radius (1e-32 cm²) by which a measured weak mixing angle may differ from
    the Standard Model's: sin²θ_W → sin²θ_W + (√2πα/6G_F)⟨r²⟩ in the convention
    q²⟨r²⟩/6.

    Parameters
    ----------
    angle, error : measured sin²θ_W and its standard deviation.
    side : ``"lower"`` or ``"upper"`` end.
    standard : sin²θ_W of the Standard Model.
    cl : confidence level, two-sided.
    unit : factor on the result, such as 0.5 for the convention q²⟨r²⟩/3.

    Examples
    --------
    >>> round(angle_limit(0.23122, 0.01), 2)
    1.38
    """
    if side not in ("lower", "upper"):
        raise InputError(f'side must be "lower" or "upper", got {shown(side)}')
    spread = np.sqrt(delta_threshold(cl)) * error * (1 if side == "upper" else -1)
    return float(unit * 2 * (angle - standard + spread) / RADIUS * 1e32)


def scale_of_form(form: str) -> float:
    """Factor of a `form` in `FORMS`."""
    if form not in FORMS:
        raise UnknownNameError("form of the coefficient", form, FORMS)
    return FORMS[form]


def outermost(allowed: Intervals, side: str, parameter: str) -> float:
    """Outermost end of the `allowed` intervals on a `side`; `ComputationError` if
    open."""
    if side not in ("lower", "upper"):
        raise InputError(f'side must be "lower" or "upper", got {shown(side)}')
    end = allowed[0][0] if side == "lower" else allowed[-1][1]
    if not isfinite(end):
        raise ComputationError(
            f"{parameter} has no {side} end within the range searched"
        )
    return end


def intervals_text(
    allowed: Sequence[tuple[float, float]], factor: float = 1.0, spec: str = ".1f"
) -> str:
    """`allowed` intervals divided by `factor` as text, joined by ``or``."""
    parts = []
    for low, high in allowed:
        ends = [
            format(v / factor, spec) if isfinite(v) else "open" for v in (low, high)
        ]
        parts.append(f"< {ends[1]}" if low == 0 else f"{ends[0]} to {ends[1]}")
    return " or ".join(parts)


def equal_recoil(
    moment: float, spectrum: str = "inverse-beta", component: str = "nubar_e"
) -> float:
    """Recoil energy in MeV at which magnetic and weak scattering on electrons are equal
    in the flux of a reactor.

    Parameters
    ----------
    moment : Bohr magnetons.
    spectrum : ``"inverse-beta"`` for antineutrinos above 1.806 MeV, else an option
        ``low_energy`` of the flux.
    component : flavour.

    Examples
    --------
    >>> f"{equal_recoil(1e-10):.1e} MeV"
    '2.6e-01 MeV'
    """
    from scipy.optimize import brentq

    fractions = {"U235": 0.564, "U238": 0.076, "Pu239": 0.304, "Pu241": 0.056}
    above = spectrum == "inverse-beta"
    source: Flux = open_flux(
        "reactor", fractions=fractions, low_energy="none" if above else spectrum
    )
    if above:  # the polynomials are extrapolated below 2 MeV
        parts = [
            FluxComponent(c.name, c.flavour, density=c.density, edges=(1.806, *c.edges))
            for c in source.components
        ]
        source = Flux("reactor above 1.806 MeV", tuple(parts), per=source.per)
    weak = StandardModel()
    both = Electromagnetic(mu_eff={"e": moment}, base=weak)

    def excess(log_t: float) -> float:
        t = np.exp(log_t)
        ratio = electron.averaged(source, t, both, component) / electron.averaged(
            source, t, weak, component
        )
        return float(ratio) - 2

    low, high = np.log(1e-4), np.log(4.0)
    if excess(low) * excess(high) > 0:
        raise ComputationError(
            f"a moment of {moment:g} does not equal weak scattering anywhere between"
            " 0.1"
            " keV and 4 MeV"
        )
    return float(np.exp(brentq(excess, low, high, xtol=1e-10)))
