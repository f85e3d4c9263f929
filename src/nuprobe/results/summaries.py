"""Numbers that summarise a result: best fit, limits, and the ranges of its axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.experiments import Limit
from nuprobe.inference import ExclusionPlane, GridToys, ScanResult
from nuprobe.inference.levels import ONE_SIGMA

__all__ = ["axis", "of_json", "of_limit", "of_plane", "of_scan"]

_LEVELS: Final = (ONE_SIGMA, 0.9, 0.95)
_FEW: Final = 8  # longest list of numbers shown in full


def axis(values: Any, unit: str = "") -> dict[str, Any]:
    """Number, range and unit of the values of an axis.

    Parameters
    ----------
    values : shape (n,).
    unit : of the values.

    Examples
    --------
    >>> axis([1.0, 2.0, 4.0], "fm")
    {'values': 3, 'from': 1.0, 'to': 4.0, 'unit': 'fm'}
    """
    array = np.asarray(values, dtype=float)
    known = array[np.isfinite(array)]
    ends = (float(known.min()), float(known.max())) if known.size else (None, None)
    found = {"values": int(array.size), "from": ends[0], "to": ends[1]}
    return {**found, "unit": unit} if unit else found


def of_scan(result: ScanResult, finished: bool) -> dict[str, Any]:
    """Summary of a scan.

    Parameters
    ----------
    result : what there is of it.
    finished : whether it is complete; otherwise there is no best fit yet.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> of_scan(nu.scan(cost, {"rn": [4.0, 5.0, 6.0, 7.0]}), True)["axes"]
    {'rn': {'values': 4, 'from': 4.0, 'to': 7.0, 'unit': 'fm'}}
    """
    found: dict[str, Any] = {
        "axes": {n: axis(x, result.units.get(n, "")) for n, x in result.axes.items()},
        "shape": list(result.twice_nll.shape),
        "fixed": dict(result.fixed),
        "nuisances": list(result.nuisance_names),
    }
    if not finished:
        return found
    found["best"] = {name: float(value) for name, value in result.best.items()}
    found["fitted"] = result.fitted is not None
    found["twice_nll"] = _finite(result.best_twice_nll)
    found["lowest_point"] = result.lowest
    regions: dict[str, Any] = {}
    for cl in _LEVELS:
        try:
            known = result.regions(cl)
        except InputError as error:
            found["no_regions"] = str(error)
            break
        regions[f"{cl:.4g}"] = {
            name: [region.to_dict() for region in each] for name, each in known.items()
        }
    if result.toys is not None:
        found["toys"] = {f"{cl:.4g}": _of_toys(result.toys, cl) for cl in _LEVELS}
    return {**found, "regions": regions}


def _of_toys(toys: GridToys, cl: float) -> dict[str, Any]:
    """Region allowed by toys at one level."""
    found: dict[str, Any] = {
        "statement": toys.construction(cl).words,
        "allowed_share": float(toys.allowed(cl).mean()),
    }
    if len(toys.axes) == 1:
        found["intervals"] = [one.to_dict() for one in toys.intervals(cl)]
    return found


def of_plane(plane: ExclusionPlane, cl: float = 0.95) -> dict[str, Any]:
    """Summary of a plane.

    Parameters
    ----------
    plane : with or without toys.
    cl : confidence level for the excluded fraction.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import exclusion_plane
    >>> axes = {"sin2_2theta_14": [0.1, 0.5], "dm2_41": [0.5, 1.0]}
    >>> cost = nu.experiment("danss").cost(free=list(axes))
    >>> of_plane(exclusion_plane(cost, axes, toys=0))["shape"]
    [2, 2]
    """
    x, y = plane.parameters
    return {
        "axes": {x.name: axis(plane.x, x.unit), y.name: axis(plane.y, y.unit)},
        "shape": list(plane.twice_nll.shape),
        "toys": 0 if plane.settings is None else plane.settings.number,
        "chi2_without_signal": plane.without,
        "lowest_chi2": plane.lowest,
        "best": dict(zip((x.name, y.name), plane.best, strict=True)),
        "cl": cl,
        "share_excluded": {
            method: float(plane.excluded(method, cl).mean()) for method in plane.methods
        },
    }


def of_limit(limit: Limit) -> dict[str, Any]:
    """Summary of a limit.

    Parameters
    ----------
    limit : of one or several experiments.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.limit(["ccfr-trident"], mass=[10.0, 100.0])
    >>> round(of_limit(found)["curves"]["ccfr-trident"]["smallest_coupling"], 5)
    0.00092
    """
    whole = limit.to_dict()
    curves = {
        c.label: {
            "mass": axis(c.mass, "MeV"),
            "lowest": c.lowest,
            "smallest_coupling": _finite(float(c.coupling.min())),
            "light_g": c.light,
            "heavy_m_over_g_MeV": c.heavy,
            "projected": c.projected,
        }
        for c in limit.curves
    }
    return {**{k: v for k, v in whole.items() if k != "curves"}, "curves": curves}


def of_json(data: Any) -> Any:
    """The same data with long lists of numbers reduced to their length and range, and
    other long lists to their length.

    Parameters
    ----------
    data : of a JSON file.

    Examples
    --------
    >>> of_json({"mass": list(range(100)), "cl": 0.9})
    {'mass': {'values': 100, 'from': 0.0, 'to': 99.0}, 'cl': 0.9}
    """
    if isinstance(data, Mapping):
        return {key: of_json(value) for key, value in data.items()}
    if not isinstance(data, list):
        return data
    shape = _shape(data)
    if shape is None:
        some = [of_json(one) for one in data[:_FEW]]
        return some if len(data) <= _FEW else [*some, f"and {len(data) - _FEW} more"]
    if len(shape) == 1 and shape[0] <= _FEW:
        return data
    flat = np.ravel(np.array(data, dtype=float))
    found = axis(flat)
    return found if len(shape) == 1 else {"shape": list(shape), **found}


def _shape(data: Sequence[Any]) -> tuple[int, ...] | None:
    """Shape of lists of numbers (None counts as a missing number); None for anything
    else."""
    if all(one is None or _is_number(one) for one in data):
        return (len(data),) if any(map(_is_number, data)) else None
    if not all(isinstance(one, list) for one in data):
        return None
    inside = {_shape(one) for one in data}
    (first, *others) = inside
    return None if others or first is None else (len(data), *first)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
