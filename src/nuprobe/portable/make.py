"""From a cost to a document, and to a file."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping
from math import inf, isfinite
from pathlib import Path
from typing import Any

from nuprobe.border import public
from nuprobe.errors import InputError, shown
from nuprobe.files import atomic_write
from nuprobe.inference import (
    CNPCost,
    Cost,
    CovarianceCost,
    GaussianCost,
    OnOffCost,
    PoissonCost,
    ProjectedCost,
)
from nuprobe.inference.provenances import provenance_of
from nuprobe.parameters import MorphingNuisance, Nuisance, Parameter
from nuprobe.portable.blocks import blocks_of
from nuprobe.portable.canonical import checksum_of
from nuprobe.portable.document import (
    CNP,
    FORMAT,
    VERSION,
    Covariance,
    Gaussian,
    Likelihood,
    NuisanceEntry,
    OnOff,
    ParameterEntry,
    Poisson,
    Projected,
    StatisticEntry,
    TermEntry,
)
from nuprobe.portable.polynomials import scale_of

__all__ = ["export_likelihood", "portable_likelihood"]


@public
def portable_likelihood(cost: Cost) -> Likelihood:
    """The likelihood of a cost with everything that its value needs, for other
    programs.

    Parameters
    ----------
    cost : of one or several experiments, over its free parameters.

    Raises
    ------
    InputError
        If the expectation is not made of polynomials in the parameters (phases and
        mixing angles), or the statistic is not known.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    >>> portable_likelihood(cost)
    <likelihood 'coherent-csi-2017/energy': 12 bins, (sin2_theta_w, rn), 4 nuisances>
    """
    if not isinstance(cost, Cost):
        raise InputError(f"cost must be a Cost, got {shown(cost)}")
    made = provenance_of(cost, "")
    bare = Likelihood(
        format=FORMAT,
        version=VERSION,
        name=cost.name,
        parameters=[_parameter(p) for p in cost.parameters],
        nuisances=[_nuisance(n) for n in cost.nuisances],
        terms=[
            TermEntry(
                name=term.name,
                statistic=_statistic(term),
                blocks=blocks_of(term.prediction),
            )
            for term in cost.terms
        ],
        references=list(made.references),
        provenance=made.to_dict(),
    )
    return bare.model_copy(update={"checksum": checksum_of(as_json(bare))})


@public
def export_likelihood(
    cost: Cost, path: str | os.PathLike[str], *, overwrite: bool = False
) -> Path:
    """Write the portable likelihood of a cost.

    Parameters
    ----------
    cost : as of `portable_likelihood`.
    path : of the file, ``.json``, or ``.json.gz`` to compress it.
    overwrite : whether an existing file may be replaced.

    Raises
    ------
    InputError
        As `portable_likelihood`, or if the file exists.
    OutputError
        If nothing can be written there.

    Examples
    --------
    >>> import tempfile
    >>> import nuprobe as nu
    >>> cost = nu.experiment("ccfr-trident").cost("lmu-ltau")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_likelihood(cost, f"{folder}/ccfr.json").name
    'ccfr.json'
    """
    target = Path(path)
    if target.exists() and not overwrite:
        raise InputError(
            f"{target} exists already: choose another name, or allow overwrite=True"
        )
    return atomic_write(target, file_content(portable_likelihood(cost), target))


def file_content(likelihood: Likelihood, path: Path) -> bytes:
    """What a file of a likelihood contains; compressed if its name ends in ``.gz``.

    Parameters
    ----------
    likelihood : the document.
    path : of the file.

    Examples
    --------
    >>> import nuprobe as nu
    >>> made = portable_likelihood(nu.experiment("ccfr-trident").cost("lmu-ltau"))
    >>> file_content(made, Path("a.json"))[:12]
    b'{"format": "'
    """
    text = json.dumps(as_json(likelihood), ensure_ascii=False, allow_nan=False)
    raw = f"{text}\n".encode()
    # without a time inside: the same likelihood gives the same bytes
    return gzip.compress(raw, mtime=0) if path.suffix == ".gz" else raw


def as_json(likelihood: Likelihood) -> dict[str, Any]:
    """A document as JSON has it; what is absent is left out.

    Parameters
    ----------
    likelihood : the document.

    Examples
    --------
    >>> import nuprobe as nu
    >>> made = portable_likelihood(nu.experiment("ccfr-trident").cost("lmu-ltau"))
    >>> as_json(made)["parameters"][0]["name"]
    'mass'
    """
    found: dict[str, Any] = _whole(likelihood.model_dump(mode="json"))
    return found


_KEPT = ("lower", "upper", "sigma", "parameters", "nuisances", "pieces", "groups")
"""Entries that are written also where they are null or empty."""


def _whole(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: one if key == "provenance" else _whole(one)
            for key, one in value.items()
            if key in _KEPT or not (one is None or one is False or one in ("", []))
        }
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [_whole(one) for one in value]
    return value


def _parameter(p: Parameter) -> ParameterEntry:
    return ParameterEntry(
        name=p.name,
        unit=p.unit,
        latex=p.latex,
        default=p.default,
        lower=p.lower if isfinite(p.lower) else None,
        upper=p.upper if isfinite(p.upper) else None,
        scale=scale_of(p),
    )


def _nuisance(n: Nuisance) -> NuisanceEntry:
    return NuisanceEntry(
        name=n.name,
        sigma=None if n.sigma == inf else n.sigma,
        latex=n.latex,
        description=n.description,
        marginal=n.marginal,
        anchors=list(n.anchors) if isinstance(n, MorphingNuisance) else None,
    )


def _statistic(term: Any) -> StatisticEntry:
    """The statistic of a term with its data."""
    if isinstance(term, ProjectedCost):
        return Projected(
            kind="projected",
            data=term.data,
            control=term.control,
            nominal=term.nominal,
            ratio=term.ratio,
            shape=term.shape,
        )
    if isinstance(term, OnOffCost):
        return OnOff(
            kind="on-off",
            data=term.data,
            control=term.control,
            nominal=term.nominal,
            ratio=term.ratio,
        )
    if isinstance(term, PoissonCost):  # of single events, too
        return Poisson(kind="poisson", data=term.data, offset=term.offset)
    if isinstance(term, CNPCost):
        return CNP(kind="cnp", data=term.data)
    if isinstance(term, CovarianceCost):
        return Covariance(kind="covariance", data=term.data, covariance=term.covariance)
    if isinstance(term, GaussianCost):
        below = None if term.below is term.sigma else term.below
        return Gaussian(kind="gaussian", data=term.data, sigma=term.sigma, below=below)
    raise InputError(
        f"{term.name}: the statistic {type(term).__name__} has no portable form; these"
        " have one: PoissonCost, UnbinnedCost, GaussianCost, CovarianceCost, CNPCost,"
        " OnOffCost, ProjectedCost"
    )
