"""Figures of results from their files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.experiments import BaselineRates, Limit, Rates, ReactorRates, SiteRates
from nuprobe.inference import (
    CLs,
    ExclusionPlane,
    FeldmanCousins,
    FitResult,
    SampleResult,
    ScanResult,
    Sensitivity,
)
from nuprobe.plotting.abundances import plot_moment_plane
from nuprobe.plotting.baselines import plot_disappearance
from nuprobe.plotting.corner import plot_corner
from nuprobe.plotting.decay import plot_decay_plane
from nuprobe.plotting.exclusion import plot_exclusion_plane
from nuprobe.plotting.experiments import plot_rates
from nuprobe.plotting.fits import plot_profile
from nuprobe.plotting.limits import plot_limits
from nuprobe.plotting.named import (
    FigureOptions,
    curve_of,
    labelled,
    names_of,
    one_level,
    parameter_of,
    references_of,
)
from nuprobe.plotting.reactor import plot_reactor_rates
from nuprobe.plotting.results import plot_fit, plot_scan
from nuprobe.plotting.solar import plot_solar_plane, plot_solar_rates
from nuprobe.plotting.together import together
from nuprobe.plotting.toys import plot_cls, plot_sensitivity, plot_toy_thresholds

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn, Where
    from nuprobe.results import StoredResult

__all__ = ["plot_results"]


@public
def plot_results(
    files: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    labels: Sequence[str] = (),
    *,
    cl: float | Sequence[float] = (),
    methods: Sequence[str] = (),
    title: str = "",
    ax: Where = None,
    **artist: Any,
) -> Drawn:
    """Plot a result from its file, or several of one kind in one figure: scans and
    profiles, exclusion planes, limits, and rates of one experiment.

    Parameters
    ----------
    files : one or more paths of files written by nuprobe.
    labels : names of the files in the legend, in order; default the experiments, or the
        names of the files.
    cl : confidence level, or several for contours and profiles; default those of the
        kind.
    methods : for exclusion planes, names of `ExclusionPlane.methods`; for several
        planes only one, by default ``"cls"``.
    title : above the legend; default the names of the experiments.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Raises
    ------
    InputError
        If a file is not a result, is not finished, lacks data for the figure, or
        several cannot be drawn together.

    Examples
    --------
    >>> import nuprobe as nu
    >>> import tempfile
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> found = nu.scan(cost, {"rn": [4.0, 4.5, 5.0, 5.5, 6.0, 6.5]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     drawn = plot_results(found.save(f"{folder}/rn.h5"))
    >>> drawn[0].get_xlabel()
    '$R_n$ [fm]'
    """
    from nuprobe.results import stored

    paths = [files] if isinstance(files, str | os.PathLike) else list(files)
    if not paths:
        raise InputError("nothing to plot: name at least one file")
    if labels and len(labels) != len(paths):
        raise InputError(
            f"there are {len(paths)} files and {len(labels)} labels: give each one"
        )
    levels = (cl,) if isinstance(cl, int | float) else tuple(cl)
    wanted = FigureOptions(levels, tuple(methods), title, artist, ax)
    found = [_whole(stored(path)) for path in paths]
    if len(found) == 1:
        return _alone(found[0], wanted)
    return together(labelled(found, labels), wanted)


def _whole(found: StoredResult) -> StoredResult:
    """A complete result."""
    if not found.finished:
        raise InputError(
            f"{found.file} is not finished ({found.done} of {found.total}): run it"
            " again with --resume"
        )
    if found.value is None and "profile" not in found.data:
        raise InputError(f"{found.file} has no figure: {found.missing}")
    return found


# -- one file ----------------------------------------------------------------


def _alone(found: StoredResult, wanted: FigureOptions) -> Drawn:
    value: Any = found.value
    for kind, draw in _ALONE.items():
        if isinstance(value, kind):
            drawn: Drawn = draw(found, wanted)
            return drawn
    if isinstance(value, list):
        return plot_solar_rates(
            value, references=references_of(found), ax=wanted.ax, **wanted.artist
        )
    # planes of the Sun and of the universe
    return _other(found, wanted)


def _other(found: StoredResult, wanted: FigureOptions) -> Drawn:
    common: dict[str, Any] = {"ax": wanted.ax, **wanted.artist}
    if found.kind == "cosmology contour":
        of = found.data["observable"]
        levels = [one["level"] for one in found.data["contours"]]
        return plot_moment_plane(found.value, of, levels, **common)
    if found.kind == "cosmology decay-plane":
        return plot_decay_plane(found.value, **common)
    if found.kind == "solar plane":
        level = one_level(wanted, 0.9)
        references = references_of(found)
        return plot_solar_plane(found.value, cl=level, references=references, **common)
    raise InputError(f"{found.file}: nuprobe {found.kind} has no figure of its own")


def _scan(found: StoredResult, wanted: FigureOptions) -> Drawn:
    result: ScanResult = found.value
    how = "lowest grid point, not fitted" if result.fitted is None else "fitted"
    title = wanted.title or ", ".join(filter(None, (names_of(found), how)))
    return plot_scan(
        result,
        [parameter_of(found, name) for name in result.axes],
        title=title,
        references=references_of(found),
        cl=wanted.cl,
        ax=wanted.ax,
        **wanted.artist,
    )


def _sample(found: StoredResult, wanted: FigureOptions) -> Drawn:
    levels: dict[str, Any] = {"levels": wanted.cl} if wanted.cl else {}
    return plot_corner(
        found.value,
        title=wanted.title,
        references=references_of(found),
        ax=wanted.ax,
        **levels,
        **wanted.artist,
    )


def _thresholds(found: StoredResult, wanted: FigureOptions) -> Drawn:
    return plot_toy_thresholds(found.value, **_named(found, wanted))


def _cls(found: StoredResult, wanted: FigureOptions) -> Drawn:
    level = one_level(wanted, 0.9)  # that of `nuprobe toys`
    return plot_cls(found.value, level, **_named(found, wanted))


def _sensitivity(found: StoredResult, wanted: FigureOptions) -> Drawn:
    return plot_sensitivity(found.value, **_named(found, wanted))


def _named(found: StoredResult, wanted: FigureOptions) -> dict[str, Any]:
    """Title, references, axes and properties of a figure of toys."""
    return {
        "title": wanted.title or names_of(found),
        "references": references_of(found),
        "ax": wanted.ax,
        **wanted.artist,
    }


def _exclusion(found: StoredResult, wanted: FigureOptions) -> Drawn:
    return plot_exclusion_plane(
        found.value,
        one_level(wanted, 0.95),
        wanted.methods or None,
        references=references_of(found),
        ax=wanted.ax,
        **wanted.artist,
    )


def _limit(found: StoredResult, wanted: FigureOptions) -> Drawn:
    from nuprobe.experiments import experiment, experiment_names

    names = () if found.provenance is None else found.provenance.names
    known = [experiment(name) for name in names if name in experiment_names()]
    return plot_limits(found.value, known, ax=wanted.ax, **wanted.artist)


def _fit(found: StoredResult, wanted: FigureOptions) -> Drawn:
    if "profile" in found.data:
        name, pair = curve_of(found)
        return plot_profile(
            pair,
            parameter_of(found, name),
            title=wanted.title,
            references=references_of(found),
            ax=wanted.ax,
            **wanted.artist,
        )
    result: FitResult = found.value
    if not result.nuisances and (result.covariance is None or len(result.free) == 1):
        raise InputError(
            f"{found.file} has no profile, and its fit neither nuisances nor several"
            " parameters: add --plot to the fit, which stores the profile too, or scan"
        )
    return plot_fit(result, ax=wanted.ax, **wanted.artist)


def _counts(found: StoredResult, wanted: FigureOptions) -> Drawn:
    from nuprobe.results.rates import compared_of

    return plot_rates(
        found.value,
        subtracted=found.data.get("subtracted", ()),
        references=references_of(found),
        compared=compared_of(found.data),
        ax=wanted.ax,
        **wanted.artist,
    )


def _sites(found: StoredResult, wanted: FigureOptions) -> Drawn:
    sites = ", ".join(found.value.sites)
    raise InputError(
        f"{found.file} has counts at several sites ({sites}), a figure each: draw them"
        " with `nuprobe rate --plot`"
    )


def _disappearance(found: StoredResult, wanted: FigureOptions) -> Drawn:
    return plot_disappearance(
        found.value, references_of(found), ax=wanted.ax, **wanted.artist
    )


def _reactors(found: StoredResult, wanted: FigureOptions) -> Drawn:
    from nuprobe.results.rates import compared_of

    return plot_reactor_rates(
        found.value,
        compared=compared_of(found.data),
        references=references_of(found),
        ax=wanted.ax,
        **wanted.artist,
    )


_ALONE: Final[Mapping[type[Any], Callable[[StoredResult, FigureOptions], Drawn]]] = {
    ScanResult: _scan,
    SampleResult: _sample,
    FeldmanCousins: _thresholds,
    CLs: _cls,
    Sensitivity: _sensitivity,
    ExclusionPlane: _exclusion,
    Limit: _limit,
    FitResult: _fit,
    Rates: _counts,
    SiteRates: _sites,
    BaselineRates: _disappearance,
    ReactorRates: _reactors,
}
