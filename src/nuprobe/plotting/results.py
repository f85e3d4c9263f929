"""One figure for each kind of result, and several models in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.inference.levels import ONE_SIGMA, delta_threshold
from nuprobe.models import StandardModel
from nuprobe.parameters import Parameter
from nuprobe.plotting.beside import (
    Case,
    model_words,
    plot_recoils,
    plot_totals,
)
from nuprobe.plotting.contours import TOGETHER, plot_contour
from nuprobe.plotting.fits import plot_profile
from nuprobe.plotting.named import FigureOptions, axis_of, one_level
from nuprobe.plotting.nuisances import plot_correlation, plot_pulls
from nuprobe.plotting.sheets import Where
from nuprobe.plotting.toy_bounds import plot_grid_toys

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

    from nuprobe.experiments import AnyExperiment
    from nuprobe.inference import FitResult, ScanResult
    from nuprobe.inference.contour import Contour
    from nuprobe.models import Model
    from nuprobe.nuclei import TargetSpec
    from nuprobe.plotting.figures import Panels

__all__ = [
    "plot_cevns",
    "plot_experiment",
    "plot_fit",
    "plot_regions",
    "plot_scan",
]


@public
def plot_fit(result: FitResult, *, ax: Where = None, **artist: Any) -> Axes | Panels:
    """Plot pulls and impacts of a fit with nuisances, the correlations of one without,
    or the profile of a single parameter.

    Parameters
    ----------
    result : from `nuprobe.fit`.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Raises
    ------
    InputError
        If there are neither nuisances nor a covariance.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    >>> len(plot_fit(found))
    2
    """
    if result.nuisances:
        return plot_pulls(result, ax=ax, **artist)
    (first, *others) = result.free
    if others or not first.error:
        return plot_correlation(result, ax=ax, **artist)
    p = first.parameter
    ends = first.value - 3 * first.error, first.value + 3 * first.error
    grid = np.unique(np.clip(np.linspace(*ends, 41), p.lower, p.upper))
    return plot_profile(result.profile(p.name, grid), ax=ax, **artist)


@public
def plot_scan(
    result: ScanResult,
    parameters: Sequence[Parameter] = (),
    *,
    markers: Sequence[tuple[str, float, float]] = (),
    title: str = "",
    references: Sequence[str] = (),
    cl: float | Sequence[float] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes | Panels:
    """Plot a scan: the profile along its axis, or the contours over its two axes; with
    toys also their critical values, or the contour from toys.

    Parameters
    ----------
    result : from `nuprobe.scan`, or read from its file.
    parameters : of the cost; default: symbols from the provenance, or names without
        one.
    markers : (label, x, y) each, such as the Standard Model; for two axes.
    title : above the legend.
    references : texkeys for the line at the bottom.
    cl : confidence level, or several without toys; default 1σ and 90 %, with toys 90 %.
        Levels for two axes are joint levels of both parameters.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Raises
    ------
    InputError
        If the scan has more than two axes, or a level is not between 0 and 1.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> found = nu.scan(cost, {"rn": [4.0, 4.5, 5.0, 5.5, 6.0, 6.5]})
    >>> plot_scan(found, cl=0.95)[0].get_xlabel()
    '$R_n$ [fm]'
    """
    known = {p.name: p for p in parameters}
    labels = [known.get(name) or axis_of(result, name) for name in result.axes]
    common: dict[str, Any] = {"title": title, "references": references, "ax": ax}
    toys = result.toys
    levels = (cl,) if isinstance(cl, int | float) else tuple(cl)
    if toys is not None:
        level = one_level(FigureOptions(levels), 0.9)
        common["references"] = [str(toys.construction(level)), *references]
        if len(labels) == 1:
            return plot_grid_toys(toys, labels[0], cl=level, **common, **artist)
    elif levels:
        common["levels"] = _levels(levels, len(labels))
        if len(labels) == 2:
            common["references"] = [TOGETHER, *references]
    if len(labels) == 1:
        return plot_profile(result.curve(), labels[0], **common, **artist)
    if len(labels) != 2:
        raise InputError(
            f"a figure shows one or two parameters, this scan has {len(labels)}:"
            f" {', '.join(result.axes)}; take a slice, or minimise over the others"
        )
    x, y = result.axes
    surface = result.delta
    if toys is not None:
        # ln of the level over p-values or CLs, which is 0 on the contour
        least = 0.5 / toys.settings.number
        surface = np.log((1 - level) / np.maximum(toys.p_values, least))
        common["levels"] = [(toys.construction(level).short, 0.0)]
    return plot_contour(
        result.axes[x],
        result.axes[y],
        surface,
        (labels[0], labels[1]),
        best=None if result.fitted is None else (result.best[x], result.best[y]),
        markers=markers,
        **common,
        **artist,
    )


def _levels(cl: Sequence[float], dof: int) -> list[tuple[str, float]]:
    """Names and heights of levels, the lowest first."""
    return [
        ("1σ" if abs(x - ONE_SIGMA) < 1e-4 else f"{100 * x:.4g} %", height)
        for height, x in sorted((delta_threshold(x, dof), x) for x in cl)
    ]


@public
def plot_regions(
    found: Contour,
    *,
    markers: Sequence[tuple[str, float, float]] = (),
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the regions of a contour at its own levels.

    Parameters
    ----------
    found : from `nuprobe.contour`.
    markers : (label, x, y) each, such as the Standard Model.
    title : above the legend.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    >>> axes = {"rn": [4.0, 5.0, 6.0, 7.0], "sin2_theta_w": [0.18, 0.22, 0.26]}
    >>> plot_regions(nu.contour(cost, ("rn", "sin2_theta_w"), axes)).get_xlabel()
    '$R_n$ [fm]'
    """
    return plot_contour(
        *found.axes,
        found.delta,
        found.parameters,
        levels=[(f"{100 * cl:.4g} %", d) for cl, d in found.thresholds.items()],
        best=found.best,
        markers=markers,
        title=title,
        references=references,
        ax=ax,
        **artist,
    )


@public
def plot_cevns(
    target: TargetSpec,
    models: Sequence[Model] | Mapping[str, Model],
    energies: ArrayLike = 30.0,
    *,
    flavour: str = "nu_mu",
    total: bool = False,
    threshold: float = 0.0,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot coherent scattering in several models, and their ratio to the Standard
    Model below.

    Parameters
    ----------
    target : returned or accepted by `nuprobe.target`.
    models : a list, or a mapping whose keys are the labels.
    energies : of the neutrinos, MeV: one number for dσ/dT; with `total` increasing
        energies for σ.
    flavour : of the neutrino.
    total : draw σ(E) instead of dσ/dT.
    threshold : smallest recoil energy included in σ, MeV.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``linewidth=2``.

    Raises
    ------
    InputError
        As `plot_recoils` and `plot_totals`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> heavy = nu.Electromagnetic(magnetic_moment={"mumu": 1e-9})
    >>> main, ratio = plot_cevns("Ar40", models=[nu.StandardModel(), heavy])
    >>> ratio.get_ylabel()
    'ratio to SM'
    """
    named = models if isinstance(models, Mapping) else dict(enumerate(models))
    if not named:
        raise InputError("nothing to plot: give at least one model")
    if total:
        cases = [Case(target, model, flavour) for model in named.values()]
        drawn = plot_totals(cases, energies, threshold=threshold, ax=ax, **artist)
    else:
        size = np.ravel(np.asarray(energies, dtype=float))
        if size.size != 1:
            raise InputError(
                f"dσ/dT is drawn at one neutrino energy, got {size.size}; give one, or"
                " total=True"
            )
        e = float(size[0])
        cases = [Case(target, model, flavour, e) for model in named.values()]
        drawn = plot_recoils(cases, ax=ax, **artist)
    if isinstance(models, Mapping):
        whole = drawn.figure
        legend = whole.legends[0] if whole.legends else drawn[0].get_legend()
        for text, name in zip(legend.get_texts(), models, strict=False):
            text.set_text(str(name).replace("$", r"\$"))
    return drawn


@public
def plot_experiment(
    experiment: AnyExperiment,
    models: Model | Sequence[Model] | Mapping[str, Model] | None = None,
    *,
    analysis: str | None = None,
    ax: Where = None,
    **options: Any,
) -> Axes | Panels:
    """Plot the expectation and data of an experiment, in one or several models.

    Parameters
    ----------
    experiment : from `nuprobe.experiment`.
    models : the first is drawn in full, further ones as lines; in a mapping the keys
        are the labels. Default the Standard Model.
    analysis : of the experiment; default the first.
    ax : axes to draw on instead of a new figure.
    **options : keywords of the figure of its rates, such as those of `plot_rates`, and
        properties of the main artists.

    Raises
    ------
    InputError
        If there is no figure for the rates of the experiment, or none for several
        models.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_experiment(nu.experiment("coherent-csi-2017"))
    >>> drawn[-1].get_xlabel()
    'photoelectrons [PE]'
    """
    if models is None:
        models = StandardModel()
    if isinstance(models, Mapping):
        named = dict(models)
    elif isinstance(models, Sequence):
        named = {_label(m, models): m for m in models}
    else:
        named = {models.name: models}
    rates: list[Any] = [
        experiment.predict(m, analysis=analysis) for m in named.values()
    ]
    if not rates or not hasattr(rates[0], "plot"):
        raise InputError(
            f"{experiment.name}: its rates cannot be plotted; print them instead"
        )
    if len(rates) > 1:
        options["compared"] = dict(zip([*named][1:], rates[1:], strict=True))
    drawn: Axes | Panels = rates[0].plot(ax=ax, **options)
    return drawn


def _label(model: Model, models: Sequence[Model]) -> str:
    """Label of a model that distinguishes it from the Standard Model, with a number if
    two are the same."""
    words = [m.name if isinstance(m, StandardModel) else model_words(m) for m in models]
    place = next(i for i, m in enumerate(models) if m is model)
    if words.count(words[place]) == 1:
        return words[place]
    return f"{words[place]} ({words[: place + 1].count(words[place])})"
