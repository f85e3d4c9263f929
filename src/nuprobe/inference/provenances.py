"""What results of a cost say of its data, its model and its parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nuprobe.inference.costs import Cost
from nuprobe.provenance import Provenance

__all__ = ["provenance_of"]


def provenance_of(cost: Cost, fingerprint: str) -> Provenance:
    """Provenance of a result that is made now from a cost.

    Parameters
    ----------
    cost : whose terms say whose data they have.
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
    """The same of several costs that are no sum.

    Parameters
    ----------
    costs : each of whose terms says whose data it has.
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
