"""Yields and rates of reactors."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np

from nuprobe.errors import InputError
from nuprobe.fluxes import flux, reactor_errors
from nuprobe.processes.nuclear import ibd

__all__ = [
    "reactor_rate",
    "reactor_yield",
    "reactor_yield_change",
    "reactor_yield_error",
    "reactor_yield_ratio",
]

_ENDS: Final[dict[str, Any]] = {"low_energy": "none", "lowest": 1.8, "highest": 10.0}
"""Options of published yields: polynomials extrapolated to the threshold and 10 MeV."""


def reactor_yield(
    fractions: dict[str, float],
    model: str = "huber-mueller",
    form: ibd.Version = "vogel-beacom",
) -> float:
    """Yield of inverse beta decay in 1e-43 cm² per fission.

    Parameters
    ----------
    fractions : share of each isotope in the fissions.
    model : of the spectra.
    form : of the cross section.

    Examples
    --------
    >>> round(reactor_yield({"U235": 1.0}), 3)
    6.64
    """
    source = flux("reactor", fractions=fractions, model=model, **_ENDS)
    return 1e43 * ibd.per_unit(source, version=form)


def reactor_yield_ratio(first: str, second: str, model: str = "huber-mueller") -> float:
    """Yield of one isotope over that of another.

    Parameters
    ----------
    first, second : isotopes.
    model : of the spectra.

    Examples
    --------
    >>> round(reactor_yield_ratio("U235", "Pu239"), 2)
    1.53
    """
    return reactor_yield({first: 1.0}, model) / reactor_yield({second: 1.0}, model)


def reactor_yield_change(**options: Any) -> float:
    """Change of the yield of a power reactor due to options of the flux, in per cent.

    Parameters
    ----------
    options : such as ``off_equilibrium = true``.

    Examples
    --------
    >>> round(reactor_yield_change(off_equilibrium=True), 2)
    0.62
    """
    plain, changed = (flux("reactor", **_ENDS, **more) for more in ({}, options))
    return 100 * (ibd.per_unit(changed) / ibd.per_unit(plain) - 1)


def reactor_yield_error(first: str, second: str | None = None) -> float:
    """Error of a yield from those of the spectrum, in per cent, or the correlation of
    two yields.

    Parameters
    ----------
    first : isotope.
    second : another isotope, for the correlation.

    Examples
    --------
    >>> round(reactor_yield_error("U235"), 2)
    2.12
    """
    names = [first, *([] if second is None else [second])]
    e = np.arange(1.82, 10.0, 0.02)
    sigma = ibd.total(e, version="vogel-beacom")
    pure = [flux("reactor", fractions={n: 1.0}, **_ENDS) for n in names]
    weight = np.array([f.spectrum("nubar_e", e) * sigma for f in pure])
    covariance = reactor_errors(e, names).folded(weight)
    if second is None:
        return float(100 * np.sqrt(covariance[0, 0]) / weight.sum())
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))


def reactor_rate(
    experiment: str,
    number: Literal["null", "best", "norm", "error", "yield"],
    analysis: str | None = None,
    parameter: str = "norm",
) -> float:
    """One number of an experiment that measures rates.

    Parameters
    ----------
    experiment : its name.
    number : −2 ln L without free parameters (`null`) or at the best value of one
        (`best`); that value (`norm`) or its error; or the mean measured yield without
        the known oscillation in 1e-43 cm² per fission (`yield`).
    analysis : its name; default the first.
    parameter : the free one.

    Examples
    --------
    >>> round(reactor_rate("reactor-rates", "null"), 2)
    15.07
    """
    from nuprobe.experiments import ReactorExperiment
    from nuprobe.experiments import experiment as by_name

    one = by_name(experiment, ReactorExperiment)
    found = one.predict(None, analysis)
    if number == "null":
        return found.twice_nll
    if number == "yield":
        corrected = found.data * found.reference / found.signal
        return float(1e43 * corrected.mean())
    result = one.fit(None, [parameter], analysis)
    if number == "best":
        return result.twice_nll
    best = result[parameter]
    if best.error is None:
        raise InputError(f"{experiment}: {parameter} has no error")
    return best.value if number == "norm" else best.error
