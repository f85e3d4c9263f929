"""Exclusion limits on a mediator from trident and counting experiments."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, Unpack, cast

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, public_methods
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.experiments import experiment as find
from nuprobe.experiments.base import AnyExperiment
from nuprobe.experiments.joint import check_shared
from nuprobe.experiments.limit_curves import LimitCurve, Search, in_words
from nuprobe.experiments.limit_files import Running, Saving, computed, plan
from nuprobe.experiments.limit_parts import Member, Parts
from nuprobe.experiments.limit_search import search_range
from nuprobe.experiments.limit_tables import limit_html, limit_line
from nuprobe.experiments.limit_terms import Ratio
from nuprobe.experiments.limit_toys import by_toys
from nuprobe.experiments.scanned import Scanned, mediator_names
from nuprobe.experiments.solar import SolarExperiment
from nuprobe.experiments.star import StarExperiment
from nuprobe.experiments.stepped import Stepped
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.experiments.universe import UniverseExperiment
from nuprobe.inference import Construction, Cost, ToySettings
from nuprobe.inference.construction import check_method
from nuprobe.models import named
from nuprobe.models.stack import angles_of
from nuprobe.numerics import FloatArray
from nuprobe.places import checked_workers, one_place
from nuprobe.provenance import Provenance

__all__ = ["Limit", "LimitCurve", "choose", "default_family", "family_cost", "limit"]

_TOGETHER: Final = ("combined", "sensitivity")
_MORE: Final = ("intervals", "toys", "workers", "client")


class LimitOptions(Saving, total=False):
    """How a limit is saved, as in `Saving`, and computed: `intervals`, its method;
    `toys`, their number or settings; `workers` or `client`, where its curves are
    computed."""

    intervals: Literal["wilks", "feldman-cousins", "cls"]
    toys: int | ToySettings
    workers: int | None
    client: Any


@public_methods
@dataclass(frozen=True, eq=False)
class Limit(Exported):
    """Limits of several experiments and their combination.

    Attributes
    ----------
    family : the model whose mass and coupling were scanned.
    cl, sides : confidence level, and 1 or 2 sides.
    curves : one per experiment, then ``"combined"`` for the measurements if there are
        several, then ``"sensitivity"`` for measurements and projections if requested.
    statistic : in words.
    construction : of toys: method, sides and errors; None without toys.
    provenance : of a limit read from a file.
    """

    family: Any
    cl: float
    sides: int
    curves: tuple[LimitCurve, ...]
    statistic: str
    construction: Construction | None = None
    provenance: Provenance | None = field(default=None, repr=False)

    __repr__, _repr_html_, plot = limit_line, limit_html, draws("plot_limits")

    def __getitem__(self, label: str) -> LimitCurve:
        """Curve of one experiment, by its label; raises `UnknownNameError`."""
        curves = {c.label: c for c in self.curves}
        if label not in curves:
            raise UnknownNameError("curve of the limit", label, curves)
        return curves[label]

    @property
    def left_out(self) -> tuple[str, ...]:
        """Projections that enter no combined curve."""
        alone = [c for c in self.curves if len(c.experiments) == 1]
        together = [e for c in self.curves if c not in alone for e in c.experiments]
        return tuple(c.label for c in alone if c.projected and c.label not in together)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "family": named.name_of(self.family),
            "mixing": getattr(self.family, "mixing", None),
            **angles_of(self.family),
            "cl": self.cl,
            "sides": self.sides,
            "statistic": self.statistic,
            "intervals": self.construction and self.construction.to_dict(),
            "mass_unit": "MeV",
            "curves": [c.to_dict() for c in self.curves],
        }


@public
def family_cost(
    experiment: AnyExperiment,
    family: Any = None,
    analysis: str | None = None,
) -> Cost:
    """Cost of an experiment over mass and coupling of a mediator, with the experiment's
    nuisances.

    Costs of several experiments add with ``+``.

    Parameters
    ----------
    experiment : counting or trident experiment.
    family : a model with a mass and a coupling, or its name; default as in `limit`.
    analysis : of the experiment; default the first.

    Raises
    ------
    InputError
        If the experiment has no data, or is not sensitive to the mediator.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> cost = family_cost(experiment("ccfr-trident"), "lmu-ltau")
    >>> [p.name for p in cost.parameters]
    ['mass', 'coupling']
    """
    scanned = _scanned(family, [experiment])
    if isinstance(experiment, TridentExperiment):
        return experiment.cost(scanned, analysis=analysis)
    if isinstance(experiment, SolarExperiment):
        raise InputError(
            f"{experiment.name} constrains mixing and L_1A, not a mediator: use"
            f" `nuprobe fit {experiment.name} --free tan2_12 --cl 0.9`, scan or"
            " `nuprobe solar`"
        )
    if isinstance(experiment, (UniverseExperiment, StarExperiment)):
        raise InputError(
            f"{experiment.name}: mediators are not available: leave it out, or"
            f" fit moments with `nuprobe fit {experiment.name} --model electromagnetic`"
        )
    processes = getattr(experiment, "processes", ())
    constituents = tuple(c for one in processes for c in one.constituents)
    if not scanned.felt_by(constituents):
        raise InputError(
            f"{scanned.name} does not couple to {_described(constituents)}, so"
            f" {experiment.name} does not constrain it: give a kinetic mixing (a number"
            " or 'loop'), trident experiments, or another model"
            f" ({', '.join(_felt_by(constituents))})"
        )
    if scanned.stepped is not None:
        return experiment.cost(scanned.model, ["coupling"], analysis)
    free = [p.name for p in scanned.parameters]
    return experiment.cost(scanned.model, free, analysis)


def _felt_by(constituents: tuple[str, ...]) -> list[str]:
    """Models whose mediator couples to some of the constituents."""
    return [n for n in mediator_names() if Scanned.of(n).felt_by(constituents)]


def _described(constituents: Sequence[str]) -> str:
    """Description of what a process scatters off."""
    words = {"p": "nuclei", "e": "electrons"}
    return " and ".join(words[c] for c in constituents if c in words) or "this process"


def _scanned(family: Any, experiments: Sequence[AnyExperiment]) -> Scanned:
    if isinstance(family, Scanned):
        return family
    return Scanned.of(default_family(experiments) if family is None else family)


def default_family(
    experiments: Sequence[AnyExperiment],
    mixing: float | Literal["loop"] = 0.0,
) -> Any:
    """L_μ − L_τ if tridents or kinetic mixing give sensitivity, otherwise B − L, to
    which every target is sensitive.

    Parameters
    ----------
    experiments : of the limit.
    mixing : kinetic mixing.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> default_family([experiment("coherent-csi-2017")]).charges
    'b-l'
    """
    tridents = any(isinstance(one, TridentExperiment) for one in experiments)
    name = "lmu-ltau" if tridents or mixing != 0 else "b-l"
    return Scanned.of(name, mixing).model


def choose(
    experiments: Sequence[str | Path | AnyExperiment],
    analyses: Mapping[str, str] | None = None,
) -> list[AnyExperiment]:
    """Open the experiments of a limit.

    Parameters
    ----------
    experiments : names, paths or objects; a single one need not be in a list.
    analyses : analysis by name of experiment.

    Raises
    ------
    InputError
        If there is none, one is named twice or is called ``combined``, two share data,
        or an analysis belongs to none of them.

    Examples
    --------
    >>> [e.name for e in choose("ccfr-trident")]
    ['ccfr-trident']
    """
    if isinstance(experiments, (str, Path, AnyExperiment)):
        experiments = [experiments]
    if not isinstance(experiments, Sequence) or not experiments:
        raise InputError(
            "a limit needs at least one experiment, such as ['ccfr-trident'], got"
            f" {experiments!r}"
        )
    found = [find(one) for one in experiments]
    names = []
    for one in found:
        if not isinstance(one, AnyExperiment):
            raise InputError(
                f"{shown(one)} is not an experiment: give a name, a path or the result"
                " of `nuprobe.experiment`"
            )
        if one.name in _TOGETHER:
            raise InputError(
                f"an experiment in a limit cannot be called {one.name}, which is the"
                " name of the combined curve; rename it"
            )
        if one.name in names:
            raise InputError(
                f"two experiments in a limit are called {one.name}: leave one out,"
                " so that data do not count twice, or rename it"
            )
        names.append(one.name)
    for name, analysis in (analyses or {}).items():
        if name not in names:
            raise UnknownNameError(
                "experiment of this limit",
                name,
                names,
                f"(analysis {analysis!r} is meant for it)",
            )
    check_shared(found)
    return found


@public
def limit(
    experiments: Sequence[str | Path | AnyExperiment],
    family: Any = None,
    grid: Mapping[str, ArrayLike] | None = None,
    *,
    mass: ArrayLike | None = None,
    cl: float = 0.95,
    sides: Literal[1, 2] = 2,
    analyses: Mapping[str, str] | None = None,
    with_projections: bool = False,
    **saving: Unpack[LimitOptions],
) -> Limit:
    """Largest coupling of a mediator allowed by experiments, mass by mass.

    The limit is where exclusion first sets in as the coupling grows;
    `LimitCurve.excluded` has all excluded intervals, with their ends as roots.

    Parameters
    ----------
    experiments : tridents with one measured or projected ratio each, and counting
        experiments with data; by name, path or as objects; a single one need not be in
        a list.
    family : a model with a mass and a coupling, such as ``LMuLTau(mass=10 * MeV,
        coupling=1e-3)`` (limits run over both: its own values are not used), or the
        name of one, ``"b-l"``; default L_μ − L_τ without mixing if there are tridents,
        else B − L.
    grid : ``{"mass": …, "coupling": …}``: masses in MeV, and couplings whose smallest
        and largest bound the search.
    mass : masses in MeV, instead of a grid; default 200 over the model's range. Other
        masses widen that range, between 1e-12 and 1e22 MeV; at most 50 000 masses.
        Curves have them in increasing order.
    cl : confidence level.
    sides : 2: a ratio is excluded beyond z(cl) errors on either side of the measured
        one, as the literature quotes CCFR; 1: only ratios above it are, beyond the
        one-sided z(cl). Ratios combined: q = Σ pull² minus its smallest value for any
        common ratio (which need not be reached by a model), compared with z²; 1: only
        couplings above the best one at that mass are excluded (q = 0 below). A
        measurement above the Standard Model prefers a coupling, so that the combination
        with it can be weaker than another measurement alone. Counts: −2 ln L minimised
        over the nuisances, minus its smallest value over the coupling at the same mass
        (the asymptotic profile likelihood ratio of one parameter), compared with z²; 1:
        with the one-sided z², from the first allowed coupling upwards (couplings below
        it, and the Standard Model, are not excluded from above; where the signal is not
        monotonic the smallest value may lie at a larger coupling). Ratios and counts
        combined: the sum of both, minus its smallest value over the coupling.
    analyses : analysis by name of experiment; default the first of each.
    with_projections : measurements combine to the curve ``"combined"``; with this,
        projections combine with them and with each other to a further curve
        ``"sensitivity"``, which excludes nothing.
    saving : ``checkpoint``, an HDF5 file that appears when all masses are done (until
        then ``checkpoint.part`` has the completed ones); ``resume``, continue it;
        ``overwrite``, replace it; ``every_s``, seconds between two writes, at most
        (30); ``progress``, whether a bar is shown on a terminal; ``intervals``,
        ``"wilks"``, or by toys at each mass, with −2 ln L above its lowest over the
        coupling: ``"feldman-cousins"``, two-sided, or ``"cls"``, one-sided against no
        coupling; ``toys``, their number at each value (1000) or all settings;
        ``workers``, that many processes compute the curves, or ``client``, a Dask
        cluster (toys have their own settings); they change nothing except rounding, and
        are rejected for a model whose mass enters the kinematics.

    Returns
    -------
    Limit

    Raises
    ------
    InputError
        For an empty list or grid, a confidence level outside (0, 1), an experiment
        without data, or a family not available for an experiment; if every coupling of
        the search is excluded, or its smallest already is; if `with_projections` finds
        nothing to combine; if the checkpoint exists, is damaged, belongs to another
        limit or is being written by another process.
    StoppedError
        If the run was interrupted; completed parts are saved, and the message says how
        to resume.

    Examples
    --------
    >>> found = limit(["ccfr-trident"], "lmu-ltau", mass=[10.0, 100.0])
    >>> found["ccfr-trident"].coupling.round(5)
    array([0.00092, 0.00122])
    """
    from scipy.special import ndtri

    for name in saving:
        if name not in (options := {*Saving.__annotations__, *_MORE}):
            known = [*inspect.signature(limit).parameters][:-1]
            raise UnknownNameError("argument of limit", name, [*known, *options])
    check_method(how := saving.pop("intervals", "wilks"))
    toys, rest = saving.pop("toys", 1000), cast(Running, saving)
    if analyses is not None and not isinstance(analyses, Mapping):
        raise InputError(
            "analyses must be given by experiment, such as {'ccfr-trident':"
            f" 'published'}}, got {shown(analyses)}"
        )
    checked_workers(rest.get("workers"))
    one_place(None, rest.get("client"), rest.get("workers"))
    opened = choose(experiments, analyses)
    if not isinstance(cl, (int, float)) or not 0 < cl < 1:
        raise InputError(f"a confidence level must lie between 0 and 1, got {cl!r}")
    if sides not in (1, 2):
        raise InputError(f"sides must be 1 or 2, got {sides!r}")
    scanned = _scanned(family, opened)
    scanned, masses, couplings = search_range(scanned, grid, mass)
    if scanned.stepped is not None:
        rest = _stepped(scanned, opened, rest, how)
    z = float(ndtri(cl if sides == 1 else (1 + cl) / 2))
    search = Search(z, sides, couplings)
    chosen = analyses or {}
    members = [_member(one, scanned, chosen, couplings[1]) for one in opened]
    groups = {m.name: [m] for m in members}
    measured = [m for m in members if not m.projected]
    if len(measured) > 1:
        groups["combined"] = measured
    if with_projections:
        if len(measured) == len(members) or len(members) == 1:
            raise InputError(
                "with_projections needs a projection among several experiments, got"
                f" {shown([m.name for m in members])}"
            )
        groups["sensitivity"] = members
    costs = [
        family_cost(one, scanned, chosen.get(one.name)) if m.cost is None else m.cost
        for m, one in zip(members, opened, strict=True)
        if saving.get("checkpoint") is not None or how != "wilks"
    ]
    settings = {label: [m.name for m in group] for label, group in groups.items()}
    ratios = any(m.cost is None for m in members)
    words = in_words(search, cl, ratios, any(m.cost is not None for m in members))
    made = plan((settings, search), costs, masses)
    projected = {k: any(m.projected for m in group) for k, group in groups.items()}
    empty = Limit(scanned.model, cl, sides, (), words)
    records = [one.record(chosen.get(one.name)) for one in opened]
    made = made.said(empty.to_dict(), settings, projected, records, scanned)
    cost_at: Callable[[str, float], Cost] | None = None
    part: Callable[[str, FloatArray], LimitCurve]
    if scanned.stepped is not None:
        step = Stepped(scanned.model, opened, chosen, search, settings)
        part, cost_at = step.part, step.cost
    else:
        part = Parts.of(groups, search).part
    curves = _named(groups, computed(made, part, **rest))
    if how != "wilks":
        every = dict(zip([m.name for m in members], costs, strict=True))
        large = replace(empty, curves=curves)
        changed = by_toys(large, every, how, toys, cost_at)
        limit_by_toys: Limit = replace(large, **changed)
        return limit_by_toys
    return replace(empty, curves=curves)


def _stepped(
    family: Scanned, opened: Sequence[AnyExperiment], run: Running, how: str
) -> Running:
    """How limits run that treat masses one by one: in this process, since each mass
    needs the experiments, which cannot be pickled."""
    if any(isinstance(one, TridentExperiment) for one in opened):
        raise InputError(
            f"tridents do not constrain {family.name}: leave trident experiments out"
        )
    elsewhere = run.get("workers") or run.get("client") is not None
    if elsewhere and how == "wilks":
        raise InputError(
            f"limits on {family.name}, whose kinematics have its mass, are computed in"
            " one process: leave out workers and client (--workers, --dask)"
        )
    return cast(
        Running, {k: v for k, v in run.items() if k not in ("workers", "client")}
    )


def _member(
    one: AnyExperiment, family: Scanned, analyses: Mapping[str, str], largest: float
) -> Member:
    """An experiment of a limit with its ratio or its cost."""
    analysis = analyses.get(one.name)
    projected = one.is_projection(analysis)
    if isinstance(one, TridentExperiment):
        # any mass will do, `at` changes it
        middle = np.array([math.sqrt(math.prod(family.mass_range))])
        ratio = Ratio.of(one, family, analysis, middle)
        return Member(one.name, projected, ratio.at, None, largest)
    cost = family_cost(one, family, analysis)
    return Member(one.name, projected, None, cost, largest)


def _named(
    groups: Mapping[str, Sequence[Member]], curves: Sequence[LimitCurve]
) -> tuple[LimitCurve, ...]:
    """Curves with the experiments that entered them."""
    return tuple(
        replace(
            curve,
            experiments=tuple(m.name for m in groups[curve.label]),
            projected=any(m.projected for m in groups[curve.label]),
        )
        for curve in curves
    )
