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
from nuprobe.errors import InputError, UnknownNameError, shown
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
from nuprobe.portable.canonical import checksum_of
from nuprobe.portable.document import (
    CNP,
    FORMAT,
    BlockEntry,
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
from nuprobe.portable.nodes import EXACT, range_of
from nuprobe.portable.polynomials import scale_of
from nuprobe.portable.sampled import sampled_blocks

__all__ = ["export_likelihood", "portable_likelihood"]


@public
def portable_likelihood(
    cost: Cost, *, ranges: Mapping[str, tuple[float, float]] | None = None
) -> Likelihood:
    """The likelihood of a cost with everything that its value needs, for other
    programs.

    Parameters
    ----------
    cost : of one or several experiments, over its free parameters.
    ranges : parts of the ranges of parameters, which the file then has; needed where
        the expectation is no polynomial in a parameter whose range is infinite, and
        useful where it would need many nodes.

    Raises
    ------
    InputError
        If the expectation can be neither written as polynomials in the parameters nor
        interpolated, or the statistic is not known.

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
    parts = _parts(cost, ranges or {})
    terms, errors = [], []
    for term in cost.terms:
        statistic = _statistic(term)
        blocks, error = sampled_blocks(term.prediction, parts, term.value)
        terms.append(TermEntry(name=term.name, statistic=statistic, blocks=blocks))
        errors.append(error)
    accuracy = sum(errors)
    bare = Likelihood(
        format=FORMAT,
        version=2 if any(_second(b) for term in terms for b in term.blocks) else 1,
        name=cost.name,
        parameters=[_parameter(p, parts) for p in cost.parameters],
        nuisances=[_nuisance(n) for n in cost.nuisances],
        terms=terms,
        accuracy=accuracy if accuracy > EXACT else None,
        references=list(made.references),
        provenance=made.to_dict(),
    )
    return bare.model_copy(update={"checksum": checksum_of(as_json(bare))})


def _parts(
    cost: Cost, ranges: Mapping[str, tuple[float, float]]
) -> Mapping[str, tuple[float, float]]:
    """Parts of ranges, checked."""
    known = {p.name: p for p in cost.parameters}
    for name in ranges:
        if name not in known:
            raise UnknownNameError("parameter of the likelihood", name, list(known))
        range_of(known[name], ranges)
    return {k: (float(low), float(high)) for k, (low, high) in ranges.items()}


def _second(block: BlockEntry) -> bool:
    """Whether a block needs version 2."""
    groups = (group for source in block.sources for group in source.groups)
    return block.over is not None or any(
        piece.complement for group in groups for piece in group.pieces
    )


@public
def export_likelihood(
    cost: Cost,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> Path:
    """Write the portable likelihood of a cost.

    Parameters
    ----------
    cost : as of `portable_likelihood`.
    path : of the file, ``.json``, or ``.json.gz`` to compress it.
    overwrite : whether an existing file may be replaced.
    ranges : as of `portable_likelihood`.

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
    made = portable_likelihood(cost, ranges=ranges)
    return atomic_write(target, file_content(made, target))


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
            if key in _KEPT or not _absent(key, one)
        }
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [_whole(one) for one in value]
    return value


def _absent(key: str, value: Any) -> bool:
    empty = key == "complement" and not value
    return value is None or value is False or value in ("", []) or empty


def _parameter(
    p: Parameter, ranges: Mapping[str, tuple[float, float]]
) -> ParameterEntry:
    low, high = range_of(p, ranges)
    return ParameterEntry(
        name=p.name,
        unit=p.unit,
        latex=p.latex,
        default=min(max(p.default, low), high),
        lower=low if isfinite(low) else None,
        upper=high if isfinite(high) else None,
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
        return Covariance(
            kind="covariance",
            data=term.data,
            covariance=term.covariance,
            constraints=term.constraints or None,
        )
    if isinstance(term, GaussianCost):
        below = None if term.below is term.sigma else term.below
        return Gaussian(kind="gaussian", data=term.data, sigma=term.sigma, below=below)
    raise InputError(
        f"{term.name}: the statistic {type(term).__name__} has no portable form; these"
        " have one: PoissonCost, UnbinnedCost, GaussianCost, CovarianceCost, CNPCost,"
        " OnOffCost, ProjectedCost"
    )
