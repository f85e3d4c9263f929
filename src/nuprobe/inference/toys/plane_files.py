"""Files of planes of toys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.result_files import made as provenance_in
from nuprobe.inference.result_files import numbers, opened, require, texts, whole
from nuprobe.inference.toys.plane_result import ExclusionPlane
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.inference.toys.unfinished import Unfinished
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.provenance import Provenance

__all__ = ["PlaneState", "arrays_of", "read_plane", "said_of"]

_ARRAYS = ("x", "y", "twice_nll", "asimov", "signal")


@dataclass
class PlaneState(Unfinished):
    """What of a plane of toys is done.

    Attributes
    ----------
    probe : tells the prediction.
    done : which points are, shape (points + 1,); the last is the one without a signal.
    delta : rise of χ² at the true point above the lowest, shape (points, toys).
    reached : share of toys with the signal whose statistics are at least those of the
        data, in the plane and along a row, shape (2, points).
    without : the same of toys without a signal, shape (2, points).
    """

    FORMAT = "nuprobe-plane-1"
    KIND = "plane of toys"
    OTHER = (
        "another plane (data, prediction, grid, seed, number of toys or version of"
        " nuprobe differ); resume with what it was begun with, or choose another file"
    )

    done: NDArray[np.bool_]
    delta: FloatArray
    reached: FloatArray
    without: FloatArray

    def _missing(self) -> str:
        done = self.done[:-1]
        whole = (
            np.isfinite(self.delta[done]).all()
            and np.isfinite(self.reached[:, done]).all()
            and (not self.done[-1] or np.isfinite(self.without).all())
        )
        return "" if whole else "points are marked as done that have no value"


def said_of(made: ExclusionPlane) -> dict[str, Any]:
    """Attributes of the file of a plane with toys, beside what of them is done.

    Parameters
    ----------
    made : the plane, with or without its toys.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import exclusion_plane
    >>> axes = {"sin2_2theta_14": [0.1, 0.5], "dm2_41": [0.5, 1.0]}
    >>> cost = nu.experiment("danss").cost(free=list(axes))
    >>> said_of(exclusion_plane(cost, axes, toys=10))["parameters"]
    ['sin2_2theta_14', 'dm2_41']
    """
    s = made.settings
    assert s is not None
    return {
        "parameters": [p.name for p in made.parameters],
        "units": [p.unit for p in made.parameters],
        "null": made.null,
        "chi2_without": made.without,
        "best": list(made.best),
        "number": s.number,
        "seed": s.seed,
        "ensemble": s.ensemble,
        "nuisances": s.nuisances,
    }


def arrays_of(made: ExclusionPlane) -> dict[str, FloatArray]:
    """Arrays of the file of a plane with toys, beside what of them is done.

    Parameters
    ----------
    made : the plane, with or without its toys.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import exclusion_plane
    >>> axes = {"sin2_2theta_14": [0.1, 0.5], "dm2_41": [0.5, 1.0]}
    >>> cost = nu.experiment("danss").cost(free=list(axes))
    >>> [*arrays_of(exclusion_plane(cost, axes, toys=0))][:2]
    ['data/x', 'data/y']
    """
    return {f"data/{name}": getattr(made, name) for name in _ARRAYS}


def read_plane(path: Path) -> tuple[ExclusionPlane | None, int, int, Provenance | None]:
    """A plane in a file: None if it is not finished or has toys alone, as earlier
    versions wrote them; how many of how many points are done; its provenance.

    Parameters
    ----------
    path : of the file.

    Raises
    ------
    InputError
        If it is damaged, or no file of a plane.

    Examples
    --------
    >>> read_plane(Path("a.h5"))
    Traceback (most recent call last):
    nuprobe.errors.InputError: a.h5 cannot be read as a plane of toys: No such file ...
    """
    with opened(path, PlaneState.KIND, PlaneState.FORMAT) as file:
        done, about = numbers(file, "done", 1, bool), provenance_in(file)
        finished = bool(done.all())
        plane = _plane(file, about) if finished and "data" in file else None
    return plane, int(done.sum()), done.size, about


def _plane(file: Any, about: Provenance | None) -> ExclusionPlane:
    """The finished plane of an open file."""
    x, y = (numbers(file["data"], name, 1) for name in ("x", "y"))
    shape = (len(x), len(y))
    surfaces = [numbers(file["data"], name, 2) for name in _ARRAYS[2:]]
    names, units = texts(file, "parameters"), texts(file, "units")
    number = whole(file, "number", 1)
    delta = numbers(file, "delta", 2)
    shares = [numbers(file, name, 2) for name in ("reached", "without")]
    points = x.size * y.size
    require(
        all(one.shape == shape for one in surfaces)
        and delta.shape == (points, number)
        and all(one.shape == (2, points) for one in shares)
        and len(names) == len(units) == 2
        and bool((np.diff(x) > 0).all() and (np.diff(y) > 0).all())
        and all(np.isfinite(a).all() for a in (x, y, *surfaces, delta, *shares)),
        "its arrays do not fit together",
    )
    latex = {} if about is None else about.latex
    first, second = (
        Parameter(name, float(axis[0]), unit=unit, latex=latex.get(name, ""))
        for name, unit, axis in zip(names, units, (x, y), strict=True)
    )
    best = file.attrs["best"]
    settings = ToySettings(
        number,
        whole(file, "seed", 0),
        str(file.attrs["ensemble"]),  # type: ignore[arg-type]
        str(file.attrs["nuisances"]),  # type: ignore[arg-type]
    )
    return ExclusionPlane(
        (first, second),
        x,
        y,
        float(file.attrs["null"]),
        surfaces[0],
        float(file.attrs["chi2_without"]),
        (float(best[0]), float(best[1])),
        surfaces[1],
        surfaces[2],
        delta.reshape(*shape, -1),
        shares[0].reshape(2, *shape),
        shares[1].reshape(2, *shape),
        settings,
    )
