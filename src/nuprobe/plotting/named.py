"""Options of figures from files, and names of parameters and results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuprobe.errors import InputError
from nuprobe.inference import ScanResult
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

if TYPE_CHECKING:
    from nuprobe.provenance import Provenance
    from nuprobe.results import StoredResult

__all__ = [
    "FigureOptions",
    "axis_of",
    "curve_of",
    "is_curve",
    "labelled",
    "names_of",
    "one_level",
    "parameter_of",
    "references_of",
]


@readable
@dataclass(frozen=True)
class FigureOptions:
    """Options of a figure from files.

    Attributes
    ----------
    cl : confidence levels; empty for the defaults of the kind.
    methods : of exclusion planes; empty for all, or with several planes for CLs.
    title : above the legend; empty for names of the experiments.
    artist : properties of the main artists, such as ``{"color": "k"}``.
    ax : axes to draw on instead of a new figure.
    """

    cl: tuple[float, ...] = ()
    methods: tuple[str, ...] = ()
    title: str = ""
    artist: Mapping[str, Any] = field(default_factory=dict)
    ax: Any = None


def is_curve(found: StoredResult) -> bool:
    """Whether a result has the profile of one parameter.

    Parameters
    ----------
    found : content of its file.

    Examples
    --------
    >>> from nuprobe.results import StoredResult
    >>> data = {"profile": {"parameter": "rn", "unit": "fm", "best": 5.0}}
    >>> found = StoredResult("a.json", "fit", "fit", None, {}, data=data)
    >>> is_curve(found)
    True
    """
    return "profile" in found.data or (
        isinstance(found.value, ScanResult) and len(found.value.axes) == 1
    )


def curve_of(found: StoredResult) -> tuple[str, tuple[Any, Any]]:
    """Name of a parameter, and values with Δχ².

    Parameters
    ----------
    found : a result with the profile of one parameter.

    Examples
    --------
    >>> from nuprobe.results import StoredResult
    >>> known = {"parameter": "rn", "values": [1.0, 2.0], "delta": [0.0, None]}
    >>> data = {"profile": known}
    >>> curve_of(StoredResult("a.json", "fit", "fit", None, {}, data=data))
    ('rn', ([1.0, 2.0], [0.0, inf]))
    """
    if isinstance(found.value, ScanResult):
        (name,) = found.value.axes
        return name, found.value.curve()
    data = found.data["profile"]
    delta = [float("inf") if d is None else d for d in data["delta"]]
    return data["parameter"], (data["values"], delta)


def parameter_of(found: StoredResult, name: str) -> Parameter:
    """A parameter of an axis, with its unit and symbol.

    Parameters
    ----------
    found : content of its file.
    name : of the parameter.

    Examples
    --------
    >>> from nuprobe.results import StoredResult
    >>> data = {"profile": {"parameter": "rn", "unit": "fm", "best": 5.0}}
    >>> found = StoredResult("a.json", "fit", "fit", None, {}, data=data)
    >>> parameter_of(found, "rn").unit
    'fm'
    """
    value: Any = found.value
    if isinstance(value, ScanResult):
        return axis_of(value, name, found.provenance)
    unit, default = found.data["profile"]["unit"], found.data["profile"]["best"]
    latex = {} if found.provenance is None else found.provenance.latex
    return Parameter(name, default, unit=unit, latex=latex.get(name, ""))


def axis_of(
    result: ScanResult, name: str, provenance: Provenance | None = None
) -> Parameter:
    """The parameter of an axis of a scan, with its unit and, if its provenance has one,
    its symbol.

    Parameters
    ----------
    result : from `nuprobe.scan`, or read from its file.
    name : of the axis.
    provenance : default that of the scan.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> axis_of(nu.scan(cost, {"rn": [4.0, 5.0, 6.0]}), "rn").latex
    'R_n'
    """
    made = provenance or result.provenance
    symbol = "" if made is None else made.latex.get(name, "")
    unit = result.units.get(name, "")
    return Parameter(name, float(result.axes[name][0]), unit=unit, latex=symbol)


def references_of(found: StoredResult) -> list[str]:
    """Texkeys for the line at the bottom.

    Parameters
    ----------
    found : content of its file.

    Examples
    --------
    >>> from nuprobe.results import StoredResult
    >>> data = {"profile": {"parameter": "rn", "unit": "fm", "best": 5.0}}
    >>> found = StoredResult("a.json", "fit", "fit", None, {}, data=data)
    >>> references_of(found)
    []
    """
    return [] if found.provenance is None else list(found.provenance.references)


def names_of(found: StoredResult) -> str:
    """Experiments and analyses, as names of costs; empty if not in the file.

    Parameters
    ----------
    found : content of its file.

    Examples
    --------
    >>> from nuprobe.provenance import Provenance
    >>> from nuprobe.results import StoredResult
    >>> made = Provenance.here(experiments=[{"name": "danss", "analysis": "ratio"}])
    >>> names_of(StoredResult("a.h5", "scan", "scan", made, {}))
    'danss/ratio'
    """
    if found.provenance is None:
        return ""
    return " + ".join(
        "/".join(str(one[key]) for key in ("name", "analysis") if one.get(key))
        for one in found.provenance.experiments
    )


def labelled(
    found: Sequence[StoredResult], labels: Sequence[str]
) -> dict[str, StoredResult]:
    """Results by legend label.

    Parameters
    ----------
    found : contents of their files.
    labels : names in order; by default the experiments, or the files if those are the
        same.

    Raises
    ------
    InputError
        If two have the same name.

    Examples
    --------
    >>> from nuprobe.results import StoredResult
    >>> two = [StoredResult(f"{n}.h5", "scan", "", None, {}) for n in ("a", "b")]
    >>> list(labelled(two, ())), list(labelled(two, ["one", "two"]))
    (['a', 'b'], ['one', 'two'])
    """
    named = list(labels)
    if not named:
        files = [Path(one.file).stem for one in found]
        named = [names_of(one) or file for one, file in zip(found, files, strict=True)]
        if len(set(named)) < len(named):
            named = files
        if len(set(named)) < len(named):
            named = [one.file for one in found]
    if len(set(named)) < len(named):
        raise InputError("two files have one name in the legend: give other labels")
    return dict(zip(named, found, strict=True))


def one_level(wanted: FigureOptions, default: float) -> float:
    """The confidence level of a figure with a single one.

    Parameters
    ----------
    wanted : options of the figure.
    default : used if no level is requested.

    Examples
    --------
    >>> one_level(FigureOptions(cl=(0.9,)), 0.95)
    0.9
    """
    if len(wanted.cl) > 1:
        raise InputError("this figure has one confidence level: give one")
    return wanted.cl[0] if wanted.cl else default
