"""Several results of one kind, from files, in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nuprobe.errors import InputError
from nuprobe.experiments import Limit, Rates
from nuprobe.inference import ExclusionPlane, ScanResult
from nuprobe.models.named import name_of
from nuprobe.parameters import Parameter
from nuprobe.plotting.experiments import plot_rates
from nuprobe.plotting.named import (
    FigureOptions,
    curve_of,
    is_curve,
    one_level,
    parameter_of,
    references_of,
)
from nuprobe.plotting.overlay import plot_contours, plot_exclusions, plot_profiles
from nuprobe.plotting.plane import plot_plane

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn
    from nuprobe.results import StoredResult

__all__ = ["profiles_or_contours", "together"]


def together(found: Mapping[str, StoredResult], wanted: FigureOptions) -> Drawn:
    """One figure of several results.

    Parameters
    ----------
    found : results of one kind, by legend label.
    wanted : options of the figure.

    Raises
    ------
    InputError
        If they cannot be drawn together.

    Examples
    --------
    >>> from nuprobe.results import StoredResult
    >>> x, y = [1.0, 2.0, 3.0, 4.0], [4.0, 1.0, 0.0, 1.0]
    >>> known = {"parameter": "rn", "unit": "fm", "best": 3.0, "values": x, "delta": y}
    >>> one = StoredResult("a.json", "fit", "", None, {}, data={"profile": known})
    >>> together({"one": one, "two": one}, FigureOptions()).get_xlabel()
    'rn [fm]'
    """
    (first, *others) = found.values()
    references = list(
        dict.fromkeys(key for one in found.values() for key in references_of(one))
    )
    values = {name: one.value for name, one in found.items()}
    kind = type(first.value)
    if all(is_curve(one) for one in found.values()):
        return _curves(found, wanted, references)
    for one in others:
        if type(one.value) is not kind:
            raise InputError(
                f"{first.file} ({first.kind}) and {one.file} ({one.kind}) are of two"
                " kinds, which share no figure: draw each by itself"
            )
    if kind is ScanResult:
        parameters = [parameter_of(first, name) for name in first.value.axes]
        return profiles_or_contours(values, parameters, wanted, references)
    if kind is ExclusionPlane:
        return plot_exclusions(
            values,
            _method(values, wanted.methods),
            one_level(wanted, 0.95),
            title=wanted.title,
            references=references,
            ax=wanted.ax,
            **wanted.artist,
        )
    if kind is Limit:
        return plot_plane(
            _one_limit(values),
            references=references,
            ax=wanted.ax,
            **wanted.artist,
        )
    if kind is Rates:
        return _rates_together(found, wanted, references)
    raise InputError(
        f"several results of nuprobe {first.kind} share no figure: draw each by itself"
    )


def _method(planes: Mapping[str, ExclusionPlane], methods: tuple[str, ...]) -> str:
    """The one method of a figure of several planes."""
    if len(methods) > 1:
        raise InputError(
            f"several planes are drawn by one method, got {', '.join(methods)}"
        )
    return methods[0] if methods else "cls"


def _curves(
    found: Mapping[str, StoredResult], wanted: FigureOptions, references: list[str]
) -> Drawn:
    curves = {label: curve_of(one) for label, one in found.items()}
    (label, (name, _)), *others = curves.items()
    for other, (another, _) in others:
        if another != name:
            raise InputError(
                f"{label} is over {name}, {other} over {another}: draw each by itself"
            )
    levels = {"cl": wanted.cl} if wanted.cl else {}
    return plot_profiles(
        {key: pair for key, (_, pair) in curves.items()},
        parameter_of(found[label], name),
        title=wanted.title,
        references=references,
        ax=wanted.ax,
        **levels,
        **wanted.artist,
    )


def profiles_or_contours(
    values: Mapping[str, ScanResult],
    parameters: Sequence[Parameter],
    wanted: FigureOptions,
    references: Sequence[str],
) -> Drawn:
    """Profiles of scans of one parameter, or contours of scans of two.

    Parameters
    ----------
    values : scans by legend label.
    parameters : of their axes.
    wanted : options of the figure.
    references : texkeys for the line at the bottom.

    Raises
    ------
    InputError
        If they have more than two axes, or different ones.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> found = nu.scan(cost, {"rn": [4.0, 5.0, 6.0]})
    >>> drawn = profiles_or_contours({"a": found}, cost.parameters, FigureOptions(), [])
    >>> drawn.get_xlabel()
    '$R_n$ [fm]'
    """
    common: dict[str, Any] = {
        "title": wanted.title,
        "references": references,
        "ax": wanted.ax,
        **({"cl": wanted.cl} if wanted.cl else {}),
        **wanted.artist,
    }
    if len(parameters) == 1:
        curves = {name: one.curve() for name, one in values.items()}
        return plot_profiles(curves, parameters[0], **common)
    if len(parameters) != 2:
        raise InputError(
            f"a figure shows one or two parameters, these scans have {len(parameters)}"
        )
    return plot_contours(values, (parameters[0], parameters[1]), **common)


def _one_limit(values: Mapping[str, Limit]) -> Limit:
    """The curves of several limits on the same mediator at the same level."""
    (first, *others) = values.values()
    for other in others:
        for what, one, another in (
            ("mediator", *(name_of(x.family) for x in (first, other))),
            ("mixing", *(getattr(x.family, "mixing", 0) for x in (first, other))),
            ("confidence level", first.cl, other.cl),
            ("number of sides", first.sides, other.sides),
        ):
            if one != another:
                raise InputError(
                    f"limits in one figure need one {what}, got {one} and {another}:"
                    " draw each by itself"
                )
    known = [curve.label for limit in values.values() for curve in limit.curves]
    curves = tuple(
        replace(curve, label=curve.label)
        if known.count(curve.label) == 1
        else replace(curve, label=f"{curve.label} ({name})")
        for name, limit in values.items()
        for curve in limit.curves
    )
    words = list(dict.fromkeys(limit.statistic for limit in values.values()))
    return replace(first, curves=curves, statistic="; ".join(words))


def _rates_together(
    found: Mapping[str, StoredResult], wanted: FigureOptions, references: list[str]
) -> Drawn:
    (first, *others) = found
    one: Rates = found[first].value
    for name in others:
        other: Rates = found[name].value
        if (other.experiment, other.analysis) != (one.experiment, one.analysis):
            raise InputError(
                f"rates in one figure are of one analysis, got {one.experiment}/"
                f"{one.analysis} and {other.experiment}/{other.analysis}"
            )
    return plot_rates(
        one,
        subtracted=found[first].data.get("subtracted", ()),
        references=references,
        compared={name: found[name].value for name in others},
        ax=wanted.ax,
        **wanted.artist,
    )
