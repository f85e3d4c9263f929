"""A likelihood in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nuprobe.portable.document import Likelihood, ParameterEntry

__all__ = ["lines_of", "summary_of"]


def summary_of(likelihood: Likelihood) -> dict[str, Any]:
    """Parameters, nuisances and terms, JSON-ready.

    Parameters
    ----------
    likelihood : the document.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("conus-plus").cost(free=["sin2_theta_w"])
    >>> summary_of(nu.portable.portable_likelihood(cost))["terms"][0]["statistic"]
    'gaussian'
    """
    return {
        "parameters": [
            {
                "name": p.name,
                "unit": p.unit,
                "default": p.default,
                "lower": p.lower,
                "upper": p.upper,
            }
            for p in likelihood.parameters
        ],
        "nuisances": [
            {"name": n.name, "sigma": n.sigma, "marginal": n.marginal}
            for n in likelihood.nuisances
        ],
        "terms": [
            {
                "name": term.name,
                "statistic": term.statistic.kind,
                "bins": len(term.statistic.data),
                "observed": float(term.statistic.data.sum()),
            }
            for term in likelihood.terms
        ],
        "version": likelihood.version,
        "accuracy": likelihood.accuracy,
        "checksum": likelihood.checksum,
    }


def lines_of(likelihood: Likelihood) -> Iterator[str]:
    """The same as text.

    Parameters
    ----------
    likelihood : the document.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("conus-plus").cost(free=["sin2_theta_w"])
    >>> print(next(lines_of(nu.portable.portable_likelihood(cost))))
    likelihood conus-plus/rate, version 1 of the format
    """
    yield (f"likelihood {likelihood.name}, version {likelihood.version} of the format")
    for p in likelihood.parameters:
        yield f"parameter {p.name}: {_range(p)}"
    for n in likelihood.nuisances:
        about = "free" if n.sigma is None else f"sigma {n.sigma:g}"
        anchors = f", linear between {len(n.anchors)} anchors" if n.anchors else ""
        yield f"nuisance {n.name}: {about}{anchors}{', marginal' * n.marginal}"
    for term in likelihood.terms:
        s = term.statistic
        bins = f"{len(s.data)} bin{'s' * (len(s.data) > 1)}"
        yield f"data {term.name}: {s.kind}, {bins}, sum {s.data.sum():g}"
    if likelihood.accuracy is not None:
        yield f"accuracy of -2 ln L by interpolation: {likelihood.accuracy:.1g}"
    yield f"checksum {likelihood.checksum}"


def _range(p: ParameterEntry) -> str:
    low = "-inf" if p.lower is None else f"{p.lower:g}"
    high = "inf" if p.upper is None else f"{p.upper:g}"
    unit = f" {p.unit}" if p.unit else ""
    return f"{p.default:.6g}{unit} by default, from {low} to {high}"
