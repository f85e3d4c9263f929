"""Limits on parameters from each experiment of a set, from those of one place and from
all, compared with published ones."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict, Unpack

from nuprobe.border import public, public_methods
from nuprobe.drawing import draws
from nuprobe.errors import UnknownNameError
from nuprobe.inference import Construction, FitResult, fit
from nuprobe.inference.checkpoints import closing_bar
from nuprobe.inference.executors import working
from nuprobe.inference.fit import watched_fit
from nuprobe.inference.levels import check_level
from nuprobe.inference.regions import Region
from nuprobe.parameters import Parameter
from nuprobe.places import checked_workers
from nuprobe.reprs import readable
from nuprobe.sets.core import DEFAULT, ExperimentSet, experiment_set
from nuprobe.sets.cost import ALL, Costs, costs_of
from nuprobe.sets.file import Comparison
from nuprobe.sets.published import Published, beside, check_compared, compared
from nuprobe.sets.words import allowed, heading, tidy
from nuprobe.tables import Table

__all__ = ["GlobalResult", "Step", "global_limits"]


@readable
@dataclass(frozen=True)
class Step:
    """Region of one parameter allowed by one or more experiments, with all others
    fixed.

    Attributes
    ----------
    parameter : its definition.
    label : an experiment, a place, or ``"all"``.
    experiments : those that entered.
    value : best-fit value, in the unit of the parameter.
    regions : all allowed intervals at the requested level, in order.
    twice_nll : −2 ln L at the best fit.
    published : limits of the catalogue that this experiment recomputes.
    """

    parameter: Parameter
    label: str
    experiments: tuple[str, ...]
    value: float
    regions: tuple[Region, ...]
    twice_nll: float
    published: tuple[Published, ...] = ()

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Outermost ends of the allowed regions; None where the data set none."""
        first, last = self.regions[0], self.regions[-1]
        return (
            None if first.open_low else first.low,
            None if last.open_high else last.high,
        )

    @property
    def words(self) -> str:
        """The regions, in the unit that tables show."""
        return _words(self.parameter, self.regions)

    @property
    def best(self) -> float:
        """Best-fit value as it is shown, in the unit of the parameter."""
        return tidy(self.parameter, self.value, self.ends)


def _words(p: Parameter, regions: Iterable[Region]) -> str:
    """Regions of a parameter, in the unit that tables show."""
    return " or ".join(
        allowed(p, (None if r.open_low else r.low, None if r.open_high else r.high))
        for r in regions
    )


@public_methods
@readable
@dataclass(frozen=True)
class GlobalResult:
    """Limits of a set of experiments.

    Attributes
    ----------
    name, title : of the set.
    model : name of the model.
    cl : confidence level of the regions.
    steps : one parameter at a time, in the order of the parameters and experiments.
    together : fit of all free parameters to all experiments; None for one parameter, or
        if not requested.
    beside : further published limits of each parameter, by its name.
    apart : experiments that depend on none of the free parameters.
    without : experiments of the set that were left out.
    references : texkeys of the experiments that entered.
    """

    name: str
    title: str
    model: str
    cl: float
    steps: tuple[Step, ...]
    together: FitResult | None
    beside: dict[str, tuple[Published, ...]]
    apart: tuple[str, ...] = ()
    references: tuple[str, ...] = field(default=(), repr=False)
    without: tuple[str, ...] = ()

    plot = draws("plot_ladder")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The free ones."""
        return tuple({s.parameter.name: s.parameter for s in self.steps}.values())

    def of(self, parameter: str) -> tuple[Step, ...]:
        """The steps of one parameter.

        Parameters
        ----------
        parameter : its name.
        """
        return tuple(s for s in self.steps if s.parameter.name == parameter)

    def table(self, parameter: str) -> Table:
        """Limits on one parameter at a time, with published ones.

        Parameters
        ----------
        parameter : its name.
        """
        steps = self.of(parameter)
        p = steps[0].parameter
        unit = f" [{p.shown_unit}]" if p.shown_unit else ""
        best, allowed = f"best{unit}", f"allowed at {100 * self.cl:.4g} %{unit}"
        rows: list[tuple[Any, ...]] = []
        for step in steps:
            rows.append((step.label, p.shown(step.best), step.words, None, None))
            rows += [found.row(p) for found in step.published]
        rows += [found.row(p) for found in self.beside.get(parameter, ())]
        if self.together is not None:
            one = self.together[parameter]
            if one.regions:
                words = _words(p, one.regions)
            elif one.error is not None:
                words = f"+- {p.shown(one.error):.4g} (68.27 %, from the curvature)"
            else:
                words = "no symmetric error"
            name = f"all, {len(self.together.free)} free"
            rows.append((name, p.shown(one.value), words, None, None))
        columns = ("experiment", best, allowed, "largest difference", "cause")
        return Table(
            heading(parameter),
            columns,
            tuple(rows),
            {best: ".4g", "largest difference": ".0%"},
        )

    def __str__(self) -> str:
        tables = [str(self.table(p.name)) for p in self.parameters]
        notes = [
            f"set {self.name}: {self.title}; one parameter at a time, others fixed",
            f"{Construction('wilks', self.cl)}",
        ]
        if self.apart:
            notes.append(f"depend on none of these: {', '.join(self.apart)}")
        if self.without:
            notes.append(f"left out: {', '.join(self.without)}")
        return "\n\n".join([*tables, "\n".join(f"note: {n}" for n in notes)])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "set": self.name,
            "title": self.title,
            "model": self.model,
            "cl": self.cl,
            "intervals": Construction("wilks", self.cl).to_dict(),
            "limits": [
                {
                    "parameter": s.parameter.name,
                    "unit": s.parameter.unit,
                    "label": s.label,
                    "experiments": list(s.experiments),
                    "value": s.value,
                    "regions": [r.to_dict() for r in s.regions],
                    "twice_nll": s.twice_nll,
                    "published": [p.to_dict() for p in s.published],
                }
                for s in self.steps
            ],
            "together": None if self.together is None else self.together.to_dict(),
            "beside": {
                name: [p.to_dict() for p in found]
                for name, found in self.beside.items()
            },
            "apart": list(self.apart),
            "without": list(self.without),
            "references": list(self.references),
        }


class Running(TypedDict, total=False):
    """How limits are computed: `progress` shows a bar on a terminal, `workers` is the
    number of processes."""

    progress: bool
    workers: int | None


@public
def global_limits(
    experiments: str | Path | Sequence[Any] | ExperimentSet = DEFAULT,
    model: Any = None,
    free: Sequence[str] = (),
    *,
    cl: float = 0.90,
    without: Iterable[str] = (),
    together: bool = True,
    minos: bool = True,
    **run: Unpack[Running],
) -> GlobalResult:
    """Limits on parameters from each experiment of a set, from those of one place and
    from all.

    Parameters
    ----------
    experiments : as of `global_cost`.
    model : default the Standard Model at tree level.
    free : names of parameters, freed one at a time, and all at once for `together`.
    cl : confidence level of each parameter by itself.
    without : names of experiments of the set that are left out.
    together : also fit all parameters at once.
    minos : compute profile regions of the parameters of that fit instead of only its
        curvature; for six parameters this takes minutes.
    run : ``progress``, whether a bar is shown on a terminal, of the fits and then of
        the points that the fit of all parameters has looked at; ``workers``, start that
        many processes, which share the fits of one parameter (a script needs the usual
        ``if __name__ == "__main__":``).

    Raises
    ------
    UnknownNameError, InputError
        As `global_cost`; also for a level outside (0, 1), or a projection compared
        with a limit from data.

    Examples
    --------
    >>> found = global_limits(["texono-csi", "lsnd-electron"], free=["sin2_theta_w"])
    >>> [step.label for step in found.steps]
    ['texono-csi', 'lsnd-electron', 'all']
    >>> found.steps[-1].words
    '[0.19..., 0.30...]'
    """
    check_level(cl)
    for name in run:
        if name not in Running.__annotations__:
            known = [*inspect.signature(global_limits).parameters][:-1]
            known += Running.__annotations__
            raise UnknownNameError("argument of global_limits", name, known)
    progress, workers = run.get("progress", False), run.get("workers")
    checked_workers(workers)
    chosen = experiment_set(experiments).without(without)
    check_compared(chosen)
    free = list(free)
    every = {
        name: costs_of(chosen, model, [name] if name else []) for name in free or [""]
    }
    entered = {name for costs in every.values() for name in costs.single}
    steps = _steps(_Ladder(every, chosen.published, cl), progress, workers)
    whole = None
    if together and len(free) > 1:
        cost, level = costs_of(chosen, model, free).together, cl if minos else None
        with closing_bar(progress, None) as advance:
            whole = watched_fit(cost, level, advance)
    used = [m for m in chosen.members if m.name in entered]
    texkeys = [key for m in used for key in m.experiment.references]
    return GlobalResult(
        name=chosen.name,
        title=chosen.title,
        model=getattr(model, "name", "sm"),
        cl=cl,
        steps=steps,
        together=whole,
        beside={name: beside(name, chosen.published) for name in free},
        apart=tuple(n for n in chosen.names if n not in entered),
        references=tuple(dict.fromkeys(texkeys)),
        without=chosen.left_out,
    )


@dataclass(frozen=True)
class _Ladder:
    """All steps of a ladder before they are fitted; it is sent to other processes.

    Attributes
    ----------
    costs : by name of the parameter.
    published : limits of the catalogue that the experiments recompute.
    cl : confidence level.
    """

    costs: Mapping[str, Costs]
    published: tuple[Comparison, ...]
    cl: float


def _steps(ladder: _Ladder, progress: bool, workers: int | None) -> tuple[Step, ...]:
    """Fit all steps, in the order of the parameters and experiments."""
    tasks = [
        (name, label) for name, costs in ladder.costs.items() for label in costs.every
    ]
    # with several processes, combinations start first because they take longest
    order = tasks if workers is None else tasks[::-1]
    found: dict[tuple[str, str], Step] = {}
    with (
        closing_bar(progress, len(tasks), "fit") as advance,
        working(ladder, _step, None, workers) as compute,
    ):
        for task, step in compute(order):
            found[task] = step
            advance(1)
    return tuple(found[task] for task in tasks)


def _step(ladder: _Ladder, task: tuple[str, str]) -> tuple[Step]:
    """Fit one parameter of one cost, and compare with published limits."""
    name, label = task
    cost = ladder.costs[name].every[label]
    names = tuple(t.origin.experiment for t in cost.terms if t.origin is not None)
    found = fit(cost, free=[name], cl=ladder.cl)[name]
    mine = [
        one
        for one in ladder.published
        if one.experiment == label and one.parameter == name and label != ALL
    ]
    step = Step(
        found.parameter,
        label,
        tuple(dict.fromkeys(names)),
        found.value,
        found.regions,
        float(cost.profiled(cost.point({name: found.value})).twice_nll[0]),
        tuple(compared(one, cost, name) for one in mine),
    )
    return (step,)
