"""Provenance of results of a cost: data, model and parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nuprobe.inference.costs import Cost
from nuprobe.provenance import Provenance

__all__ = ["provenance_of"]


def provenance_of(cost: Cost, fingerprint: str) -> Provenance:
    """Provenance of a new result of a cost.

    Parameters
    ----------
    cost : with terms that know the origin of their data.
    fingerprint : of the run.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> made = provenance_of(cost, "")
    >>> made.names, made.latex["rn"], made.references
    (('coherent-csi-2017',), 'R_n', ('COHERENT:2017ipa', ...))
    """
    return provenance_of_all([cost], fingerprint)


def provenance_of_all(costs: Iterable[Cost], fingerprint: str) -> Provenance:
    """The same for several costs that are not added.

    Parameters
    ----------
    costs : with terms that know the origin of their data.
    fingerprint : of the run.

    Examples
    --------
    >>> provenance_of_all([], "").experiments
    ()
    """
    experiments: dict[str, dict[str, Any]] = {}
    models: dict[str, Any] = {}
    latex: dict[str, str] = {}
    references: list[str] = []
    for term in (term for cost in costs for term in cost.terms):
        latex |= {p.name: p.latex for p in term.parameters if p.latex}
        latex |= {n.name: n.latex for n in term.nuisances if n.latex}
        if term.origin is None:
            continue
        record = dict(term.origin.made_of)
        models |= record.pop("model", None) or {}
        references += record.get("references", ())
        experiments.setdefault(
            term.origin.experiment, {"name": term.origin.experiment, **record}
        )
    return Provenance.here(
        experiments=list(experiments.values()),
        model=models,
        latex=latex,
        references=references,
        fingerprint=fingerprint,
    )
