"""Counts, fits and bounds of experiments with a spectrum."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from nuprobe.errors import ComputationError, InputError, ValidityWarning
from nuprobe.experiments import Experiment, SitesExperiment
from nuprobe.experiments import experiment as open_experiment
from nuprobe.inference import Cost, FitResult
from nuprobe.models import StandardModel
from nuprobe.models import model as named_model
from nuprobe.models.standard import Scheme
from nuprobe.numerics import FloatArray
from nuprobe.parsing import parse_json

__all__ = [
    "bound",
    "counts",
    "fit_error",
    "fit_value",
    "fitted_background",
    "fitted_signal",
    "found_signal",
    "full_coherence_sigma",
    "no_signal",
    "scaled_signal",
    "signal",
    "signal_sigma",
]

FULL_COHERENCE: Final[dict[str, Any]] = {
    "target.form_factor": "point",
    "target.charge_radius": {},
    "target.proton_radius": {},
    "target.neutron_radius": {},
    "target.physical_neutron_radius": {},
    "target.surface_thickness": None,
}
"""Changes of an experiment's file that remove the form factors."""


@lru_cache(maxsize=8)
def _opened(name: str) -> Experiment:
    """One object per name, because it caches its templates."""
    chosen = open_experiment(name)
    if not isinstance(chosen, Experiment):
        raise InputError(f"{name} has no spectrum")
    return chosen


def _experiment(name: str, changes: Mapping[str, Any] | None) -> Experiment:
    return _opened(name).with_changes(changes) if changes else _opened(name)


def counts(experiment: str, column: str, analysis: str | None = None) -> float:
    """Counts of one column of the data table in the window of an analysis.

    Parameters
    ----------
    experiment, analysis : as in `signal`.
    column : of the data table.

    Examples
    --------
    >>> counts("coherent-csi-2017", "coincidence")
    547.0
    """
    return float(_experiment(experiment, None).observed_counts(column, analysis).sum())


def signal(
    experiment: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    scheme: Scheme = "tree",
) -> float:
    """Predicted signal counts.

    Parameters
    ----------
    experiment : name of an experiment with a spectrum.
    analysis : one of its analyses; None for the first.
    changes : of the experiment's file, by key.
    scheme : of the couplings of the Standard Model.

    Examples
    --------
    >>> round(signal("coherent-csi-2017"))
    163
    """
    return float(
        _experiment(experiment, changes)
        .predict(StandardModel(scheme=scheme), analysis)
        .signal.sum()
    )


def signal_sigma(
    experiment: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> float:
    """Uncertainty of the predicted signal counts from the systematics of the analysis.

    Parameters
    ----------
    experiment, analysis, changes : as in `signal`.

    Examples
    --------
    >>> round(signal_sigma("coherent-csi-2017"))
    46
    """
    return _experiment(experiment, changes).predict(None, analysis).signal_sigma


def _fitted(
    name: str,
    free: Sequence[str],
    analysis: str | None,
    changes: Mapping[str, Any] | None,
    scheme: Scheme,
) -> FitResult:
    if changes:
        model = StandardModel(scheme=scheme)
        return _experiment(name, changes).fit(model, free, analysis)
    return _plain_fit(name, tuple(free), analysis, scheme)


@lru_cache(maxsize=64)
def _plain_fit(
    name: str, free: tuple[str, ...], analysis: str | None, scheme: Scheme = "tree"
) -> FitResult:
    """A fit that gives several numbers of a publication."""
    return _opened(name).fit(StandardModel(scheme=scheme), free, analysis)


def fit_value(
    experiment: str,
    free: Sequence[str],
    parameter: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    scheme: Scheme = "tree",
) -> float:
    """Best-fit value of a parameter, in its unit.

    Parameters
    ----------
    experiment, analysis, changes, scheme : as in `signal`.
    free : names of the free parameters.
    parameter : one of them.

    Examples
    --------
    >>> round(fit_value("coherent-csi-2017", ["rn"], "rn"), 1)
    5.6
    """
    return _fitted(experiment, free, analysis, changes, scheme).values[parameter]


def fit_error(
    experiment: str,
    free: Sequence[str],
    parameter: str,
    side: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    scheme: Scheme = "tree",
) -> float:
    """Signed MINOS error of a parameter, in its unit.

    Parameters
    ----------
    experiment, free, parameter, analysis, changes, scheme : as in `fit_value`.
    side : ``"upper"`` or ``"lower"``.

    Examples
    --------
    >>> fit_error("coherent-csi-2017", ["rn"], "rn", "upper") > 0
    True
    """
    estimate = _fitted(experiment, free, analysis, changes, scheme)[parameter]
    edge = None if estimate.interval is None else getattr(estimate.interval, side)
    if edge is None:
        raise ComputationError(
            f"the {side} error of {parameter} is open inside its allowed range"
        )
    return float(edge - estimate.value)


def fitted_signal(
    experiment: str,
    systematic: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> float:
    """Fitted signal counts with a free normalisation of the signal.

    Parameters
    ----------
    experiment, analysis, changes : as in `signal`.
    systematic : name of the normalisation of the signal.

    Examples
    --------
    >>> fitted_signal("coherent-csi-2017", "csi-2017-signal") > 100
    True
    """
    chosen = _experiment(experiment, changes)
    index = [s.name for s in chosen.file.systematics].index(systematic)
    loose = chosen.with_changes({f"systematics.{index}.sigma": 1e3})
    profiled = loose.cost(analysis=analysis).profiled(np.zeros((1, 0)))
    nuisances = [n.name for n in loose.cost(analysis=analysis).nuisances]
    pull = profiled.nuisances[0, nuisances.index(systematic)]
    return float(loose.predict(None, analysis).signal.sum() * (1 + pull))


def scaled_signal(
    experiment: str,
    analysis: str | None = None,
    parameter: str = "cevns_scale",
    side: str | None = None,
) -> float:
    """Fitted signal counts with a free scale.

    Parameters
    ----------
    experiment, analysis : as in `signal`.
    parameter : the scale.
    side : ``"upper"`` or ``"lower"`` for the signed MINOS error instead.

    Examples
    --------
    >>> scaled_signal("coherent-lar-2020") > 100
    True
    """
    chosen = _experiment(experiment, None)
    expected = float(chosen.predict(None, analysis).signal.sum())
    if side is None:
        return expected * fit_value(experiment, [parameter], parameter, analysis)
    return expected * fit_error(experiment, [parameter], parameter, side, analysis)


def found_signal(
    experiment: str, analysis: str | None = None, parameter: str = "cevns_scale"
) -> float:
    """Signal counts at the best fit of their scale, with the nuisances that change them
    at their best values.

    Parameters
    ----------
    experiment, analysis : as in `signal`.
    parameter : the scale.

    Examples
    --------
    >>> round(found_signal("pandax-4t-8b", "counts"))
    57
    """
    chosen = _experiment(experiment, None)
    best = _plain_fit(experiment, (parameter,), analysis)
    prediction = chosen.prediction(None, [parameter], analysis)
    pulls = {n.nuisance.name: n.value for n in best.nuisances}
    moved = [pulls[n.name] for n in prediction.morphing]
    point = np.array([[best.values[parameter], *moved]])
    total = prediction.signal(point).sum()
    for effect in prediction.effects:
        total += (
            pulls[effect.nuisance.name] * prediction.signal_change(effect, point).sum()
        )
    return float(total)


def no_signal(
    experiment: str, analysis: str | None = None, parameter: str = "cevns_scale"
) -> float:
    """−2Δln L between no signal and the best scale of the signal.

    Parameters
    ----------
    experiment, analysis : as in `signal`.
    parameter : the scale.

    Examples
    --------
    >>> no_signal("coherent-lar-2020") > 9
    True
    """
    chosen = _experiment(experiment, None)
    best = _plain_fit(experiment, (parameter,), analysis)
    cost = chosen.cost(None, [parameter], analysis)
    return float(cost.profiled(np.zeros((1, 1))).twice_nll[0]) - best.twice_nll


def _text(keys: Mapping[str, Any] | None) -> str:
    return json.dumps(dict(keys or {}), sort_keys=True)


@lru_cache(maxsize=16)
def _one_cost(
    name: str, analysis: str | None, parameter: str, model: str, changes: str
) -> Cost:
    """The cost for several limits on one parameter; `model` and `changes` are JSON."""
    chosen, keys = open_experiment(name), parse_json(model)
    if not isinstance(chosen, (Experiment, SitesExperiment)):
        raise InputError(f"{name} has no spectrum")
    with warnings.catch_warnings():
        # many-body factors end at 28 keV; much larger recoils are outside the windows
        warnings.filterwarnings("ignore", "ionisation of", ValidityWarning)
        return chosen.with_changes(parse_json(changes)).cost(
            named_model(keys.pop("name"), **keys), [parameter], analysis
        )


def bound(
    experiment: str,
    parameter: str,
    side: str,
    delta: float,
    analysis: str | None = None,
    model: str | Mapping[str, Any] = "electromagnetic",
    changes: Mapping[str, Any] | None = None,
    unit: float = 1.0,
) -> float:
    """Outermost value of a parameter, in the unit of tables (1e-11 μ_B for moments),
    where −2 ln L is `delta` above its minimum over that parameter.

    Parameters
    ----------
    experiment, analysis : as in `signal`.
    parameter : its name.
    side : ``"upper"`` or ``"lower"``.
    delta : difference of −2 ln L.
    model : its name, or its ``name`` and other keys.
    changes : of the experiment's file, by key.
    unit : factor on the result, such as 1e-12 for charges in e.

    Examples
    --------
    >>> bound("conus-plus", "cevns_scale", "upper", 1.0, model="sm") > 1.0
    True
    """
    from scipy.optimize import brentq, minimize_scalar

    keys = {"name": model} if isinstance(model, str) else dict(model)
    cost = _one_cost(experiment, analysis, parameter, *map(_text, (keys, changes)))
    own = cost.parameters[cost.index(parameter)]

    def twice_nll(values: FloatArray) -> FloatArray:
        return np.asarray(cost.profiled(values[:, None]).twice_nll)

    def excess(value: float) -> float:
        return float(twice_nll(np.array([value]))[0])

    offsets = own.step * np.geomspace(1e-3, 1e3, 2000)
    grid = own.default + np.concatenate([-offsets[::-1], [0.0], offsets])
    grid = np.unique(np.clip(grid, own.lower, own.upper))
    values = twice_nll(grid)
    place = int(values.argmin())
    around = grid[max(place - 1, 0)], grid[min(place + 1, grid.size - 1)]
    lowest = minimize_scalar(
        excess, bounds=around, method="bounded", options={"xatol": 1e-6 * own.step}
    ).fun
    level = min(values[place], lowest) + delta
    if side == "lower":
        grid, values = grid[::-1], values[::-1]
    last = int(np.flatnonzero(values <= level)[-1])
    if last + 1 == grid.size:
        raise ComputationError(
            f"{experiment} does not bound {parameter} from this side"
        )
    ends = grid[last], grid[last + 1]
    xtol = 1e-12 * own.step
    return unit * float(
        own.shown(brentq(lambda v: excess(v) - level, *ends, xtol=xtol))
    )


def fitted_background(
    experiment: str,
    background: str,
    systematic: str,
    analysis: str | None = None,
    parameter: str = "cevns_scale",
) -> float:
    """Counts of a background at the best fit, from the nuisance of its normalisation.

    Parameters
    ----------
    experiment, analysis : as in `signal`.
    background : its name.
    systematic : name of its normalisation.
    parameter : free scale of the signal.

    Examples
    --------
    >>> fitted_background("coherent-lar-2020", "steady-state", "lar-2020-steady-state")
    3140.73...
    """
    chosen = _experiment(experiment, None)
    best = chosen.fit(None, [parameter], analysis, minos=False)
    pull = next(n.value for n in best.nuisances if n.nuisance.name == systematic)
    return float(
        chosen.predict(None, analysis).components[background].sum() * (1 + pull)
    )


def full_coherence_sigma(
    experiment: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    parameter: str = "rn",
) -> float:
    """√Δχ² between full coherence (all form factors one) and the best fit of the
    neutron radius.

    Parameters
    ----------
    experiment, analysis, changes : as in `signal`.
    parameter : the neutron radius.

    Examples
    --------
    >>> round(full_coherence_sigma("coherent-csi-2017"), 1)
    2.4
    """
    chosen = _experiment(experiment, changes)
    best = chosen.fit(None, [parameter], analysis, minos=False)
    cost: Cost = chosen.with_changes(FULL_COHERENCE).cost(analysis=analysis)
    full = float(cost.profiled(np.zeros((1, 0))).twice_nll[0])
    return float(np.sqrt(max(full - best.twice_nll, 0.0)))
