"""A single cost of several experiments, which share parameters and nuisances by
name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments.base import AnyExperiment, refuse_fixed_mass, unknown_parameter
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.inference import Cost, CostSum, Origin
from nuprobe.inference.costs import check_origins
from nuprobe.models import Model

__all__ = ["check_shared", "joint_cost"]


@public
def joint_cost(
    experiments: Sequence[AnyExperiment],
    model: Model | None = None,
    free: Sequence[str] = (),
    analysis: str | Mapping[str, str] | None = None,
    *,
    with_projections: bool = False,
) -> Cost:
    """Sum of the costs of several experiments; parameters and nuisances with the same
    name are shared.

    Parameters
    ----------
    experiments : one or more, each with its data counted once.
    model : default the Standard Model at tree level.
    free : names of parameters of the model, or of one or more of the experiments.
    analysis : name of the analysis, by name of experiment if there are several; default
        the first of each experiment.
    with_projections : also combine projections, whose data are assumed, with other
        data; the result of a fit is then not a measurement.

    Raises
    ------
    UnknownNameError
        If no experiment has a parameter of that name, or an analysis belongs to none.
    InputError
        If there is nothing to fit, an experiment is given twice, two share data, a
        projection is added to other data without `with_projections`, or no experiment
        depends on a parameter (a flat direction).

    Examples
    --------
    >>> import nuprobe as nu
    >>> names = ("coherent-csi-2017", "coherent-lar-2020")
    >>> pair = [nu.experiment(name) for name in names]
    >>> joint_cost(pair, free=["sin2_theta_w"]).n_bins > 100
    True
    """
    known = list(
        dict.fromkeys(p.name for one in experiments for p in one.parameters(model))
    )
    if not free or not experiments:
        raise InputError(
            "nothing to fit: name at least one experiment and one free parameter of"
            f" {', '.join(known)}"
        )
    names = [one.name for one in experiments]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise InputError(
            f"{twice} is given twice, so its data would count twice: list each"
            " experiment once"
        )
    refuse_fixed_mass(model, free, names)
    for name in free:
        if name not in known and name in ("mass", "coupling"):
            raise InputError(
                f"{getattr(model, 'name', 'the model')} has no mediator, so no {name}:"
                " give a model with one, such as lmu-ltau, or scan all masses with"
                f" `nuprobe limit {' '.join(names)}`"
            )
        if name not in known:
            raise unknown_parameter(names, name, known)
    analyses = _analyses(experiments, analysis)
    projected = [one.is_projection(analyses.get(one.name)) for one in experiments]
    if any(projected) and len(experiments) > 1 and not with_projections:
        raise InputError(
            f"the fit adds {names[projected.index(True)]}, a projection, to other data:"
            " leave it out, or add --with-projections (with_projections=True)"
        )
    check_shared(experiments)
    costs = []
    seen: set[str] = set()
    for one in experiments:
        own = {p.name for p in one.parameters(model)}
        names = [n for n in free if n in own and one.depends_on(model, n)]
        if not names and isinstance(one, TridentExperiment) and len(experiments) > 1:
            raise InputError(
                f"{one.name} does not depend on {', '.join(free)}: leave it out"
            )
        # a single experiment reports this itself
        chosen = names if len(experiments) > 1 else [n for n in free if n in own]
        costs.append(one.cost(model, chosen, analyses.get(one.name)))
        seen |= set(names)
    flat = [name for name in free if name not in seen]
    if flat and len(experiments) > 1:
        raise InputError(
            f"{', '.join(flat)}: unconstrained (a flat direction), because none of"
            " these experiments depends on it; leave it out, or add an experiment"
            " that does"
        )
    return costs[0] if len(costs) == 1 else CostSum(*costs, with_projections=True)


def _analyses(
    experiments: Sequence[AnyExperiment], analysis: str | Mapping[str, str] | None
) -> Mapping[str, str]:
    """Analyses by name of experiment."""
    names = [one.name for one in experiments]
    if analysis is None:
        return {}
    if isinstance(analysis, str):
        return dict.fromkeys(names, analysis)
    for name in analysis:
        if name not in names:
            raise UnknownNameError(
                "experiment of a joint cost",
                name,
                names,
                f"(analysis {analysis[name]!r} is meant for it)",
            )
    return analysis


def check_shared(experiments: Sequence[AnyExperiment]) -> None:
    """Reject experiments if two of them have events in common.

    Parameters
    ----------
    experiments : to be combined.

    Raises
    ------
    InputError
        One line that names the two and the remedy.

    Examples
    --------
    >>> import nuprobe as nu
    >>> names = ("coherent-csi-2017", "coherent-csi-2021")
    >>> check_shared([nu.experiment(name) for name in names])
    Traceback (most recent call last):
    nuprobe.errors.InputError: coherent-csi-2017 and coherent-csi-2021 share data, ...
    """
    check_origins(
        [Origin(one.name, shares=one.shares_data_with) for one in experiments]
    )
